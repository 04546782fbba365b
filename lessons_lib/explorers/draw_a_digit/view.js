// DrawADigit: draw on the pad, and the trained network puts the drawing on the circle, move by move.
import { calm, element, mount, surface, write } from '../kit/view.js';
import { button } from '../kit/controls.js';
import { degrees } from '../kit/words.js';
import { bytes, inflate } from '../kit/bytes.js';
import { unpack } from '../kit/unpack.js';
import { SIDE, forward, prepare, reading, region } from './network.js';
import { PAD_KEYS, drawingPad, paintPad, bitmap } from './pad.js';
import { paintCircle } from './circle.js';
import STYLE from './style.css' with { type: 'text' };

const TRAIL = 240,
  GLIDE = 260; // footprints kept; milliseconds in which x goes over to another drawing

const named = k => `${k === 8 ? 'an' : 'a'} <b>${k}</b>`;
const percent = share => `${Math.floor(share * 100)}\u00a0%`;
const signed = value => (Math.round(value * 10) / 10 + 0).toFixed(1).replace('-', '−'); // + 0: no −0.0

/** How the length compares with the other digits', and what became of the digits as short. */
function lengthWords(length, { lengths, misread }) {
  const longer = lengths.filter(other => other > length).length / lengths.length;
  const rate = misread[Math.min(misread.length - 1, Math.floor((1 - longer) * misread.length))] ?? 0;
  const say =
    longer === 1
      ? 'shorter than any other here'
      : longer === 0
        ? 'longer than any other here'
        : longer > 0.5
          ? `shorter than ${percent(longer)} of the digits here`
          : `longer than ${percent(1 - longer)} of the digits here`;
  const doubt =
    rate < 0.05 ? '.' : `; of digits this short about 1 in ${Math.round(1 / rate)} is misread: a doubtful one.`;
  return `With ‖<i>x</i>‖\u00a0=\u00a0${length.toFixed(1)} it is ${say}${doubt}`;
}

/** The figure in one sentence or four; `label` is the true class where it is known. */
function sentence(seen, label, data) {
  if (!seen) {
    return (
      'The pad is empty, so there is no <i>x</i>. Draw a digit, or take a test digit: ' +
      'two numbers will be left of it, a point in this plane.'
    );
  }
  const {
      theta,
      byAngle: [near, next],
      read,
      length,
    } = seen,
    known = label !== null;
  const verdict =
    read === near
      ? `Read as ${named(read)}${known && label !== read ? ': wrong' : ''}.`
      : `Yet read as ${named(read)}${known && label !== read ? ', wrongly' : ''}: ` +
        `the lengths of the <i>W</i>ⱼ and the biases count too.`;
  return (
    `${known ? `A test digit, labelled <b>${label}</b>. ` : ''}It ` +
    `lands <b>${degrees(theta[near])}</b> from class <b>${near}</b>; ` +
    `next is class ${next}, at ${degrees(theta[next])}. ${verdict} ${lengthWords(length, data)}`
  );
}

/** The traits, unpacked: network, class weights, points on the circle, digits to call up. */
async function unpacked(model) {
  const facts = model.get('facts'),
    raw = bytes(model.get('points')),
    view = new DataView(raw.buffer),
    count = raw.length / 5;
  const [parameters, pixels] = await Promise.all(['parameters', 'digits'].map(name => inflate(bytes(model.get(name)))));
  const points = Array.from({ length: count }, (_, i) => ({
    x: [view.getInt16(4 * i, true) * facts.step, view.getInt16(4 * i + 2, true) * facts.step],
    label: raw[4 * count + i],
  }));
  const area = SIDE * SIDE,
    digits = facts.digit_labels.map((_, i) =>
      Float32Array.from(pixels.subarray(i * area, (i + 1) * area), v => v / 255),
    );
  const network = unpack(model.get('layers'), parameters),
    regions = facts.weight.map((_, k) => region(k, facts.weight, facts.rim));
  return { ...facts, network, regions, points, digits, lengths: points.map(p => Math.hypot(...p.x)) };
}

/** One row a class: its name, its angle as a bar and in degrees. Not a <table>: Lab stripes those. */
function angleRows(classes) {
  const rows = Array.from({ length: classes }, (_, k) => {
    const badge = element('span', { role: 'rowheader' }, `${k}`),
      value = element('span', { role: 'cell' });
    const bar = element('b'),
      note = element('span'),
      middle = element('div', { class: 'bar', role: 'cell' }, bar, note);
    return { badge, bar, note, value, row: element('div', { role: 'row' }, badge, middle, value) };
  });
  const title = element('p', { class: 'soft' }, 'θⱼ, the angle between x and each class direction Wⱼ');
  const table = { class: 'angles', role: 'table', 'aria-label': 'Angle to each class direction' };
  const node = element('div', table, title, ...rows.map(r => r.row));
  const show = (seen, look) =>
    rows.forEach(({ row, badge, bar, note, value }, k) => {
      const near = seen?.byAngle[0] === k,
        read = seen?.read === k;
      row.className = near ? 'row near' : 'row';
      badge.style.cssText = `background:${look.classes[k]};color:${look.onClass(k)}`;
      bar.style.cssText = seen
        ? `background:${look.classes[k]};width:${(seen.theta[k] / Math.PI) * 100}%`
        : 'visibility:hidden';
      note.textContent = near && read ? 'nearest' : near ? 'nearest, yet not read' : read ? 'read' : '';
      value.textContent = seen ? degrees(seen.theta[k]) : '';
    });
  return { node, show };
}

async function render({ model, el }) {
  const data = await unpacked(model),
    { network, weight, digits, digit_labels: labels } = data,
    first = JSON.stringify(data.start);
  const strokes = () => model.get('strokes'),
    digit = () => model.get('digit');
  let look = null, // what is painted: theme, test digit, strokes and their digit
    below = null,
    drawn = null,
    under = null;
  let x = null,
    seen = null,
    shown = null,
    glide = null,
    trail = [],
    cleared = null,
    advised = '';

  const stage = mount({ model, el }, STYLE),
    { root, draw: ask } = stage;
  function put(newStrokes, newDigit) {
    pad.lift();
    model.set('digit', newDigit);
    model.set('strokes', newStrokes);
    model.save_changes();
    ask();
  }
  function clear() {
    if (strokes().length || digit() >= 0) {
      cleared = [strokes(), digit()];
      put([], -1);
    }
  }
  function undo() {
    if (strokes().length) put(strokes().slice(0, -1), digit());
    else if (digit() >= 0) put([], -1);
    else if (cleared) {
      put(...cleared);
      cleared = null;
    }
  }
  /** The next test digit, of one class when it is named. */
  function choose(label = null) {
    const next = labels
      .map((_, i) => (digit() + 1 + i) % labels.length)
      .find(i => label === null || labels[i] === label);
    if (next !== undefined) put([], next);
  }

  const pad = drawingPad({
    get: strokes,
    set: s => {
      cleared = null;
      model.set('strokes', s);
    },
    done: () => model.save_changes(),
    paint: ask,
    undo,
    clear,
    choose,
  });
  const thumb = element('canvas', { role: 'img', 'aria-label': 'The image as the network sees it, 28 by 28 pixels' });
  const circle = element('canvas', { class: 'circle', role: 'img', 'aria-label': data.alt }),
    angles = angleRows(weight.length);
  const numbers = element('div', { 'aria-hidden': 'true' }),
    hint = element('p', { class: 'soft hint' });
  const caption = element('figcaption');
  const undoing = button('undo', undo),
    clearing = button('clear', clear);
  root.append(
    element(
      'div',
      { class: 'desk' },
      pad.canvas,
      element('div', { class: 'seen' }, thumb, element('p', { class: 'soft' }, 'what the network sees'), numbers),
      element(
        'div',
        { class: 'tools' },
        undoing,
        clearing,
        button('a test digit', () => choose()),
      ),
      hint,
      circle,
      element('div', { class: 'words' }, caption),
      angles.node,
    ),
  );

  /** New strokes or another digit: the network looks again, and leaves a footprint. */
  function see(now) {
    const image = prepare(strokes(), digits[digit()]),
      jump = digit() !== under || strokes().length < drawn.length;
    x = image && [...forward(network, image)];
    seen = x && reading(x, weight);
    trail = digit() === under && seen ? trail.filter(past => past.strokes <= strokes().length) : [];
    if (seen) trail = [...trail, { x, strokes: strokes().length }].slice(-TRAIL);
    glide = jump && shown && x && !calm() ? { from: shown, at: now } : null;
    if (digit() !== under) below = null;
    drawn = strokes();
    under = digit();
    bitmap(thumb, image);
  }
  const guided = () => digit() < 0 && seen?.read !== 8 && JSON.stringify(strokes().slice(0, 1)) === first;
  function words() {
    const now = sentence(seen, digit() >= 0 && !strokes().length ? labels[digit()] : null, data);
    write(caption, now);
    stage.say(caption.textContent);
    const coordinates = seen && x.map((v, i) => `<i>x</i>${'₁₂'[i]} = ${signed(v)}<br>`).join('');
    numbers.innerHTML = seen ? `${coordinates}‖<i>x</i>‖ = ${seen.length.toFixed(1)}` : '';
    angles.show(seen, look);
    clearing.disabled = !strokes().length && digit() < 0;
    undoing.disabled = clearing.disabled && !cleared;
    const advice = pad.keyboard()
      ? PAD_KEYS
      : guided()
        ? 'Go on drawing: close the 3 on the left, along the dotted line, and watch <i>x</i> walk over to class 8.'
        : `Dots: ${data.points.length} digits the network has placed, coloured by class. ` +
          'Coloured lines: the class directions. Grey lines: where the reading changes.';
    if (advice !== advised) advised = hint.innerHTML = advice;
  }
  function paint(now, width, size) {
    if (look !== stage.look()) {
      look = stage.look();
      below = null;
    }
    if (strokes() !== drawn || digit() !== under) see(now);
    if (digit() >= 0) below ??= bitmap(element('canvas'), digits[digit()], look.accent.match(/\d+/g).map(Number));
    const gone = glide ? Math.min(1, (now - glide.at) / GLIDE) : 1,
      eased = gone * gone * (3 - 2 * gone);
    if (gone === 1) glide = null;
    shown = glide ? x.map((v, i) => glide.from[i] + (v - glide.from[i]) * eased) : x;
    const guide = guided() && data.closing,
      pen = pad.keyboard();
    paintPad(surface(pad.canvas, width, width), width, { look, strokes: drawn, below, guide, pen });
    paintCircle(surface(circle, size, size), size, { ...data, look, seen, x: shown, trail: glide ? [] : trail });
    words();
    return Boolean(glide);
  }

  return stage.live({ canvases: [pad.canvas, circle], paint, traits: ['strokes', 'digit'] });
}

export default { render };
