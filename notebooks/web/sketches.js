// Exercises whose answer is a curve: a reader drags its dots, and they are compared with the right ones where they
// stand. `asked` is a curve as sketches.py writes it.

const MARGINS = { left: 44, right: 20, top: 34, bottom: 44 },
  INSET = 18,
  HIGH = 320,
  PAGE = 5; // in pixels; steps a page key goes

/** A path through places in order that never swings above or below two neighbours. */
function smooth(places) {
  const steep = places.slice(1).map(([x, y], i) => (y - places[i][1]) / (x - places[i][0]));
  const slope = places.map((_, i) => {
    const [before, after] = [steep[i - 1] ?? steep[i], steep[i] ?? steep[i - 1]];
    return before * after <= 0 ? 0 : (2 * before * after) / (before + after); // of two slopes nearer to the flat one
  });
  const parts = places.slice(1).map(([x, y], i) => {
    const [fromX, fromY] = places[i],
      third = (x - fromX) / 3;
    const bend = [fromX + third, fromY + slope[i] * third, x - third, y - slope[i + 1] * third, x, y];
    return `C${bend.map(value => value.toFixed(1)).join(' ')}`;
  });
  return `M${places[0].join(' ')}${parts.join('')}`;
}

const inWords = (asked, all) =>
  all
    .map(i => `${asked.dots[i]}${asked.unit}`)
    .join(', ')
    .replace(/, ([^,]*)$/, ' and $1');
const fits = (asked, heights, others) => heights.every((height, i) => Math.abs(height - others[i]) <= asked.room);
const farthest = (heights, others) => Math.max(...heights.map((height, i) => Math.abs(height - others[i])));

/** State and words for dots at these heights. */
function judgeDots(asked, heights) {
  if (fits(asked, heights, asked.wanted))
    return { state: 'done', words: `Your curve is right at all of its dots. ${asked.done}` };
  const slips = asked.slips
    .filter(([, wrong]) => fits(asked, heights, wrong))
    .sort((one, other) => farthest(heights, one[1]) - farthest(heights, other[1]));
  if (slips.length) return { state: 'not yet', words: slips[0][0] };
  const off = heights.map((height, i) => height - asked.wanted[i]),
    places = [...off.keys()];
  const said = [
    ['too high at', places.filter(i => off[i] > asked.room)],
    ['too low at', places.filter(i => off[i] < -asked.room)],
    ['right at', places.filter(i => Math.abs(off[i]) <= asked.room)],
  ]
    .filter(([, where]) => where.length)
    .map(([words, where]) => `${words} ${inWords(asked, where)}`);
  const worst = places.reduce((most, i) => (Math.abs(off[i]) > Math.abs(off[most]) ? i : most), 0);
  return {
    state: 'not yet',
    words: `Your curve is ${said.join('; ')}. It is farthest off at ${inWords(asked, [worst])}.`,
  };
}

/** Where a value stands on paper of this width, and which height a place on it has. */
function scales(asked, width) {
  const { left, right, top, bottom } = MARGINS,
    [first, last] = [asked.dots[0], asked.dots.at(-1)],
    tall = HIGH - top - bottom;
  return {
    x: value => left + INSET + ((value - first) / (last - first)) * (width - left - INSET - right),
    y: height => top + ((asked.high - height) / (asked.high - asked.low)) * tall,
    height: y => Math.min(asked.high, Math.max(asked.low, asked.high - ((y - top) / tall) * (asked.high - asked.low))),
  };
}

/** Axes with their words, the right curve where it is `shown`, and the reader's. */
function paint(asked, heights, width, shown) {
  const { x, y } = scales(asked, width),
    [across, up] = asked.ticks,
    [left, right] = [MARGINS.left, width - MARGINS.right];
  const word = (text, at, anchor) => `<text x="${at[0]}" y="${at[1]}" text-anchor="${anchor}">${text}</text>`;
  const plain = value => String(value).replace('-', '−');
  const lines = up.map(
    value =>
      `<path class="tick" d="M${left} ${y(value)}H${right}"/>${word(plain(value), [left - 8, y(value) + 4], 'end')}`,
  );
  const values = across.map(value => word(plain(value) + asked.unit, [x(value), HIGH - MARGINS.bottom + 18], 'middle'));
  const inside = asked.line.filter(([at]) => at >= asked.dots[0] && at <= asked.dots.at(-1));
  const along = ([at, height]) => `${x(at).toFixed(1)} ${y(height).toFixed(1)}`,
    wanted = shown ? `<path class="wanted" d="M${inside.map(along).join('L')}"/>` : '';
  const yours = `<path class="yours" d="${smooth(asked.dots.map((at, i) => [x(at), y(heights[i])]))}"/>`;
  const names = word(asked.names[1], [0, 14], 'start') + word(asked.names[0], [(left + right) / 2, HIGH - 6], 'middle');
  return lines.join('') + values.join('') + names + wanted + yours;
}

/** One dot, a slider that keys move by steps; `put` gives it another height, `toPointer` that of a pointer. */
function makeDot(asked, i, heights, put, toPointer) {
  const dot = Object.assign(document.createElement('span'), {
    className: 'dot',
    tabIndex: 0,
    role: 'slider',
    ariaOrientation: 'vertical',
  });
  dot.ariaLabel = `${asked.names[1]} at ${inWords(asked, [i])}`;
  dot.ariaValueMin = asked.low.toFixed(2);
  dot.ariaValueMax = asked.high.toFixed(2);
  dot.addEventListener('keydown', event => {
    const up = {
      ArrowUp: 1,
      ArrowRight: 1,
      ArrowDown: -1,
      ArrowLeft: -1,
      PageUp: PAGE,
      PageDown: -PAGE,
      Home: -Infinity,
      End: Infinity,
    }[event.key];
    if (!up || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    put(i, heights[i] + up * asked.step);
  });
  dot.addEventListener('pointermove', event => {
    if (dot.hasPointerCapture(event.pointerId)) toPointer(i, event);
  });
  return dot;
}

/** The dots in `paper` and their heights; `told` hears of every change. */
function makeDots(asked, paper, told) {
  const heights = asked.dots.map(() => Math.round((asked.low + asked.high) / 2 / asked.step) * asked.step);
  const put = (i, height) => {
    heights[i] = Math.min(asked.high, Math.max(asked.low, height));
    told();
  };
  const toPointer = (i, event) =>
    put(i, scales(asked, paper.clientWidth).height(event.clientY - paper.getBoundingClientRect().top));
  const dots = asked.dots.map((_, i) => makeDot(asked, i, heights, put, toPointer));
  paper.append(...dots);
  // A mouse may take the paper above or below a dot: a finger there scrolls the page.
  paper.addEventListener('pointerdown', event => {
    const own = dots.indexOf(event.target),
      { x } = scales(asked, paper.clientWidth);
    if (event.button || (own < 0 && event.pointerType === 'touch')) return;
    const gaps = asked.dots.map(at => Math.abs(x(at) - (event.clientX - paper.getBoundingClientRect().left)));
    const i = own < 0 ? gaps.indexOf(Math.min(...gaps)) : own;
    event.preventDefault();
    dots[i].focus({ preventScroll: true });
    dots[i].setPointerCapture(event.pointerId);
    toPointer(i, event);
  });
  return { heights, dots };
}

/** Let the curve of one form be drawn and judged. */
function openSketch(form) {
  const asked = JSON.parse(form.querySelector('script').textContent),
    paper = form.querySelector('.paper');
  const marks = { 'not yet': '◐', done: '●' },
    said = form.querySelector('[aria-live]');
  const picture = form.parentElement.querySelector('.plot.target'),
    [, reveal] = form.querySelectorAll('button');
  const draw = () => {
    const { x, y } = scales(asked, paper.clientWidth);
    paper.querySelector('svg').innerHTML = paint(asked, heights, paper.clientWidth, !picture.hidden);
    for (const [i, dot] of dots.entries()) {
      dot.style.translate = `${x(asked.dots[i])}px ${y(heights[i])}px`;
      dot.ariaValueNow = heights[i].toFixed(2);
    }
  };
  const show = shown => {
    picture.hidden = !shown;
    reveal.ariaPressed = String(shown);
    draw();
  };
  const { heights, dots } = makeDots(asked, paper, draw);
  form.hidden = false;
  show(false);
  new ResizeObserver(draw).observe(paper);
  reveal.addEventListener('click', () => show(picture.hidden));
  form.addEventListener('submit', event => {
    event.preventDefault();
    const { state, words } = judgeDots(asked, heights);
    form.dataset.state = state;
    said.replaceChildren(
      Object.assign(document.createElement('b'), { textContent: `${marks[state]} The curve: ${state}.` }),
      ` ${words}`,
    );
    if (state === 'done') show(true);
  });
}
if (typeof document !== 'undefined')
  addEventListener('DOMContentLoaded', () => document.querySelectorAll('form.sketch').forEach(openSketch));
