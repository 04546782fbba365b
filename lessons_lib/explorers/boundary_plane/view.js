import { element, mount, surface, write } from '../kit/view.js';
import { choice, ownKeys, settingsLine, slider } from '../kit/controls.js';
import { MARGINS, curveFormula, marginText } from '../kit/losses.js';
import { circleFrame, paintCircle } from './circle.js';
import { paintPlane, planeFrame } from './plane.js';
import {
  BETWEEN,
  angledAt,
  bandEdge,
  bandSentence,
  carried,
  marginStep,
  marginThrough,
  plainDegrees,
  pointReading,
  reach,
  shadow,
  short,
} from './maths.js';
import STYLE from './style.css' with { type: 'text' };

const HINT =
  'Drag x, the margin-coloured line, or W₁ and W₂ in the circle; a click on a name above the plane chooses that loss.';
const GRAB = { mouse: 8, pen: 12, touch: 18 },
  KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };

function render({ model, el }) {
  const stage = mount({ model, el }, STYLE),
    { root, draw } = stage,
    DEGREE = Math.PI / 180,
    STANDARD = { sphereface: 4, cosface: 0.1, arcface: 0.2 };
  const handle = (label, most) =>
    ownKeys(
      element('canvas', {
        tabindex: 0,
        role: 'slider',
        'aria-label': label,
        'aria-valuemin': 0,
        'aria-valuemax': most,
      }),
    );
  const field = handle(
    'x in the plane of θ₁ and θ₂: arrow left and right change θ₁, up and down θ₂, by 1°, with Shift by 5°',
    180,
  );
  const circle = handle(
    'x on the circle of W₁ and W₂: arrow left and right turn it by 1°, with Shift by 5°; Home is W₁, End is W₂',
    360,
  );
  const formula = element('p', { class: 'formula' }),
    aside = element('p', { class: 'soft' }),
    caption = element('figcaption');
  const read = element('p', { class: 'read' }),
    hint = element('p', { class: 'soft' }, HINT);

  // The model may hold what someone pasted: a loss's margin left out, a point that does not exist.
  const state = () => {
    const loss = model.get('loss'),
      margins = { ...STANDARD, ...model.get('margins') },
      between = model.get('between');
    return { loss, margins, between, point: reach(model.get('point'), between), m: margins[loss] ?? 0 };
  };
  const save = () => model.save_changes(),
    put = (name, value) => {
      model.set(name, value);
      draw();
    };
  const setLoss = loss => {
    put('loss', loss);
    save();
  };
  const setMargin = m => {
    const { loss, margins } = state();
    if (MARGINS[loss].range) put('margins', { ...margins, [loss]: marginStep(loss, m) });
  };
  const setBetween = angle => {
    const { between, point } = state(),
      now = short(Math.min(BETWEEN.max, Math.max(BETWEEN.min, Math.round(angle / DEGREE) * DEGREE)));
    put('between', now);
    put('point', carried(point, between, now));
  };

  const losses = choice({
    label: 'loss',
    options: Object.entries(MARGINS).map(([key, { name }]) => [key, name]),
    set: setLoss,
  });
  const margin = slider({
    label: 'margin <b class="m"><i>m</i></b>',
    min: 0,
    max: 1,
    step: 0.01,
    show: m => marginText(model.get('loss'), m),
    set: m => {
      setMargin(m);
      save();
    },
  });
  const gap = slider({
    label: '<i>θ</i>₁₂, angle between W₁ and W₂',
    min: 10,
    max: 180,
    step: 1,
    show: v => plainDegrees(v * DEGREE),
    set: v => {
      setBetween(v * DEGREE);
      save();
    },
  });
  const marks = [
    ['1', '', 'one'],
    ['2', 'right enough for class 1, 2', 'two'],
    ['', 'right, not right enough', 'some'],
    ['', 'cannot be', 'no'],
  ];
  const key = element(
    'p',
    { class: 'soft key' },
    ...marks.map(([mark, words, name]) => element('span', { 'data-mark': mark, class: name }, words)),
  );
  const fits = (name, value) =>
    ({
      loss: () => Object.hasOwn(MARGINS, value),
      margins: () =>
        value !== null &&
        typeof value === 'object' &&
        Object.entries(value).every(([loss, m]) => {
          const range = Object.hasOwn(MARGINS, loss) && MARGINS[loss].range;
          return range && Number.isFinite(m) && m >= range.min && m <= range.max;
        }),
      between: () => Number.isFinite(value) && value > BETWEEN.min - 1e-4 && value < BETWEEN.max + 1e-4,
      point: () =>
        Array.isArray(value) &&
        value.length === 2 &&
        value.every(v => Number.isFinite(v) && v >= 0 && v < Math.PI + 1e-4),
    })[name]();
  const line = settingsLine(model, ['loss', 'margins', 'between', 'point'], fits, () => {
    tidy();
    save();
    draw();
  });
  function tidy() {
    const { margins, point } = state();
    model.set('margins', margins);
    model.set('point', point);
  }
  root.append(
    element(
      'div',
      { class: 'plane' },
      element(
        'div',
        { class: 'head' },
        losses.root,
        element('p', { class: 'soft' }, 'class 1 is right enough where'),
        formula,
      ),
      element('div', { class: 'field' }, field, key),
      element('div', { class: 'steps' }, margin.root),
      element('div', { class: 'words' }, caption, read, hint),
      element('div', { class: 'beside' }, circle, aside, gap.root),
    ),
    line.root,
  );

  let drag = null,
    hot = false,
    names = [];
  function paint(_, width, size) {
    const look = stage.look(),
      now = state(),
      seen = node => node.matches(':focus-visible');
    const plane = { ...now, look, hot: hot || drag?.kind === 'edge', focus: seen(field) };
    names = paintPlane(surface(field, width, planeFrame(width).height), width, plane).clickable;
    paintCircle(surface(circle, size, circleFrame(size, now.between).height), size, {
      ...now,
      look,
      focus: seen(circle),
    });
    words(now, look);
    return false;
  }
  function words({ loss, m, between, point }, look) {
    const { range } = MARGINS[loss],
      reading = pointReading(loss, m, point),
      { turn, inPlane } = shadow(point, between);
    losses.update(loss);
    margin.update(m, range ?? { min: 0, max: 1, step: 1 });
    margin.input.disabled = !range;
    gap.update(Math.round((between / DEGREE) * 10) / 10);
    formula.innerHTML = `${curveFormula(loss, m, '<i>θ</i>₁')} &gt; cos <i>θ</i>₂`;
    const tints = [look.classes[0], look.classes[1], look.accent].map(
      tint => `color-mix(in srgb,${tint} 22%,${look.paper})`,
    );
    tints.forEach((tint, k) => key.children[k].style.setProperty('--tint', tint));
    aside.textContent = inPlane
      ? 'In two dimensions x only walks round the circle, which is the border of the rectangle.'
      : 'x is off the plane of W₁ and W₂: needs a third dimension. What is drawn is its shadow.';
    const text = bandSentence(loss, m, between),
      at = point.map(a => `${(a / DEGREE).toFixed(1)}°`);
    write(caption, text);
    const nearest = reading.own === 1 ? 'x is nearer to W₁' : 'x is nearer to W₂, so read as class 2';
    const verdict = element('b', { class: reading.band ? 'm' : '' }, reading.said);
    read.replaceChildren(`${nearest}: ${reading.text.slice(0, -reading.said.length)}`, verdict, '.');
    const value =
      `θ₁ ${at[0]}, θ₂ ${at[1]}, class ${reading.own}: ` +
      `${reading.said}${inPlane ? '' : ', off the plane of the weights'}`;
    field.setAttribute('aria-valuenow', at[0].slice(0, -1));
    field.setAttribute('aria-valuetext', value);
    circle.setAttribute('aria-valuenow', ((((turn / DEGREE) % 360) + 360) % 360).toFixed(1));
    circle.setAttribute('aria-valuetext', value);
    stage.say(`${caption.textContent} ${nearest}: ${reading.text}.`);
    line.update();
  }

  const spot = (node, event) => {
    const box = node.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  /**
   * What lies under the pointer in the plane: x, a name, the chosen line (with the way to its nearest point), or
   * nothing.
   */
  function under(event) {
    const [x, y] = spot(field, event),
      frame = planeFrame(field.clientWidth),
      { loss, m, point } = state();
    const near = GRAB[event.pointerType] ?? 8,
      off = [frame.X(point[0]) - x, frame.Y(point[1]) - y];
    const name = names.find(({ box }) => x >= box[0] && x <= box[2] && y >= box[1] && y <= box[3]);
    if (name) return { kind: 'name', key: name.key };
    if (Math.hypot(...off) < near + 6) return { kind: 'point', off };
    if (MARGINS[loss].range) {
      let best = { far: near };
      const line = bandEdge(loss, m)
        .flatMap(([a, b]) => [
          [a, b],
          [b, a],
        ])
        .map(([a, b]) => [frame.X(a) - x, frame.Y(b) - y]);
      for (let i = 2; i < line.length; i++) {
        // pieces of the edge and of its mirror image, in turn
        const [p, q] = [line[i - 2], line[i]],
          d = [q[0] - p[0], q[1] - p[1]];
        const t = Math.min(1, Math.max(0, -(p[0] * d[0] + p[1] * d[1]) / (d[0] ** 2 + d[1] ** 2 || 1)));
        const way = [p[0] + t * d[0], p[1] + t * d[1]],
          far = Math.hypot(...way);
        if (far < best.far) best = { kind: 'edge', off: way, far };
      }
      if (best.kind) return best;
    }
    const [a, b] = frame.angles(x, y);
    const inside = a >= 0 && b >= 0 && a <= Math.PI && b <= Math.PI;
    return { kind: inside && event.pointerType !== 'touch' ? 'place' : null, off: [0, 0] }; // a finger there scrolls
  }
  function drive(event) {
    const [x, y] = spot(drag.node, event);
    if (drag.node === field) {
      const at = planeFrame(field.clientWidth).angles(x + drag.off[0], y + drag.off[1]),
        { loss, between } = state();
      if (drag.kind === 'edge') setMargin(marginThrough(loss, ...at.map(a => Math.min(Math.PI, Math.max(0, a)))) ?? 0);
      else put('point', reach(at, between, 1.2 * DEGREE));
    } else {
      const { between } = state(),
        { c, down } = circleFrame(circle.clientWidth, between),
        up = Math.atan2(down - y, x - c); // 0 is to the right
      if (drag.kind === 'point') return put('point', angledAt(Math.PI / 2 + between / 2 - up, between));
      const away = Math.atan2(drag.side * Math.cos(up), Math.sin(up)); // from straight up, towards this weight
      setBetween(away < -Math.PI / 2 ? BETWEEN.max : 2 * Math.max(0, away));
    }
  }
  function inCircle(event) {
    const [x, y] = spot(circle, event),
      { seats, c, down, R } = circleFrame(circle.clientWidth, state().between);
    const near = 8 + (GRAB[event.pointerType] ?? 8),
      away = Math.hypot(x - c, y - down);
    const k = seats
      .map(([a, b]) => Math.hypot(a - x, b - y))
      .reduce((best, far, i, all) => (far < (all[best] ?? near) ? i : best), -1);
    return k >= 0 ? { kind: 'weight', side: k ? 1 : -1 } : { kind: away < R + 14 && away > 6 ? 'point' : null };
  }
  const find = node => (node === field ? under : inCircle);
  const listeners = {
    pointerdown: event => {
      const found = find(event.currentTarget)(event);
      if (event.button || !found.kind) return;
      if (found.kind === 'name') return setLoss(found.key);
      drag = { ...found, node: event.currentTarget };
      drag.node.setPointerCapture(event.pointerId);
      drag.node.style.cursor = 'grabbing';
      drive(event);
    },
    pointermove: event => {
      if (drag) return drive(event);
      const { kind } = find(event.currentTarget)(event),
        was = hot;
      hot = kind === 'edge';
      event.currentTarget.style.cursor =
        { name: 'pointer', point: 'grab', weight: 'grab', edge: 'nwse-resize', place: 'crosshair' }[kind] ?? '';
      if (hot !== was) draw();
    },
    lostpointercapture: () => {
      if (drag) {
        drag = null;
        save();
        draw();
      }
    },
    pointerleave: () => {
      if (hot && !drag) {
        hot = false;
        draw();
      }
    },
    focus: () => draw(),
    blur: () => draw(),
  };
  for (const node of [field, circle]) {
    for (const [type, f] of Object.entries(listeners)) node.addEventListener(type, f);
    node.addEventListener(
      'touchstart',
      event => {
        if (drag) event.preventDefault();
      },
      { passive: false },
    ); // else it scrolls
  }
  field.addEventListener('keydown', event => {
    const way = KEYS[event.key],
      { point, between } = state(),
      step = (event.shiftKey ? 5 : 1) * DEGREE;
    if (!way || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    put(
      'point',
      reach(
        point.map((a, i) => a + way[i] * step),
        between,
      ),
    );
    save();
  });
  circle.addEventListener('keydown', event => {
    const { point, between } = state(),
      step = (event.shiftKey ? 5 : 1) * DEGREE,
      { turn } = shadow(point, between);
    const to = {
      ArrowLeft: turn - step,
      ArrowDown: turn - step,
      ArrowRight: turn + step,
      ArrowUp: turn + step,
      Home: 0,
      End: between,
    }[event.key];
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    put('point', angledAt(to, between));
    save();
  });

  return stage.live({ canvases: [field, circle], paint, traits: ['loss', 'margins', 'between', 'point'] });
}

export default { render };
