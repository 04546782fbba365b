// GradientLength: how hard each loss pulls its own class weight, against θ; drag s, m, C and the angle.
import { calm, element, gestures, mount, surface, write } from '../kit/view.js';
import { choice, ownKeys, settingsLine, slider } from '../kit/controls.js';
import { thousands } from '../kit/words.js';
import { MARGINS, fitMargins, marginText } from '../kit/losses.js';
import { DASHES, lossTints } from '../kit/pen.js';
import { PUSHES } from '../kit/push.js';
import { lengthFrame } from '../kit/theta_plot.js';
import { CLASSES, LOSSES, changes, nearestStep } from './maths.js';
import { heightsOf, paintLength, shownValue } from './paint.js';
import { PLACES, formulaHtml, placeText, plainAngle, pullSentence, reachSentence } from './words.js';
import STYLE from './style.css' with { type: 'text' };

const PARAMS = ['scale', 'margins', 'classes', 'others'],
  SETTINGS = ['loss', ...PARAMS, 'quantity', 'divided', 'angle', 'net'];
const STANDARD = { sphereface: 4, cosface: 0.35, arcface: 0.5 },
  GLIDE = 320; // milliseconds
const HINT =
  'Drag in the plot to move <i>θ</i>; a click on a name chooses its loss. The trained angles ' +
  'are counted where the curves say, with the others as chosen, not with each point’s own <i>P</i>.';
const HINT_ALONE = 'Drag in the plot to move <i>θ</i>; a click on a name chooses its loss.';

const fits = model => (name, value) =>
  ({
    loss: () => LOSSES.includes(value),
    margins: () => fitMargins(value),
    scale: () => Number.isFinite(value) && value >= 1 && value <= 64,
    classes: () => Number.isInteger(value) && value >= 3 && value <= CLASSES.at(-1),
    others: () => Object.hasOwn(PLACES, value),
    quantity: () => ['length', 'coefficient'].includes(value),
    divided: () => typeof value === 'boolean',
    angle: () => Number.isFinite(value) && value >= 0 && value < Math.PI + 1e-4,
    net: () => Number.isInteger(value) && value >= 0 && value < Math.max(1, model.get('nets').length),
  })[name]();

/** One row a loss: it chooses, and it reads the curve at the cursor, with what stood there before. */
function lossTable(choose) {
  const head = element('div', { class: 'soft' }),
    group = `length-${Math.floor(Math.random() * 1e12)}`,
    rows = {};
  const root = element(
    'div',
    { class: 'table', role: 'radiogroup', 'aria-label': 'loss' },
    head,
    ...LOSSES.map(loss => {
      const input = ownKeys(element('input', { type: 'radio', name: group, value: loss, change: () => choose(loss) }));
      const mark = element('span'),
        now = element('b'),
        was = element('span', { class: 'soft' });
      mark.innerHTML =
        `<svg width="30" height="10" aria-hidden="true"><path d="M1 ` +
        `5H29" stroke-width="${loss === 'p2sgrad' ? 4 : 2.2}" ` +
        `stroke-dasharray="${DASHES[loss]}"/></svg>`;
      rows[loss] = { input, now, was, line: mark.querySelector('path') };
      return element('label', {}, mark, element('span', {}, input, PUSHES[loss].name), now, was);
    }),
  );
  function update({ loss: chosen, p, before, angle, quantity, divided, moved, look }) {
    head.textContent = `${quantity}${divided ? ' ÷ s' : ''} at θ = ${plainAngle(angle)}`;
    const { hue } = lossTints(look);
    for (const loss of LOSSES) {
      const { input, now, was, line } = rows[loss],
        value = shownValue(loss, angle, p, quantity, divided);
      const old = moved ? shownValue(loss, angle, before, quantity, divided) : '';
      input.checked = loss === chosen;
      line.setAttribute('stroke', hue(loss));
      now.textContent = value;
      was.textContent = !moved ? '' : loss === 'p2sgrad' ? 'unmoved' : old === value ? 'the same' : `was ${old}`;
    }
  }
  return { root, update };
}

/** Sliders and choices; `move` sets what curves depend on, `put` the rest. */
function lengthControls(model, move, put) {
  const moveMargin = m => move('margins', { ...model.get('margins'), [model.get('loss')]: Number(m.toFixed(4)) });
  const scale = slider({ label: 'scale <i>s</i>', min: 1, max: 64, step: 1, show: String, set: s => move('scale', s) });
  const margin = slider({
    label: 'margin <b class="m"><i>m</i></b>',
    min: 0,
    max: 1,
    step: 0.01,
    show: m => (MARGINS[model.get('loss')]?.range ? marginText(model.get('loss'), m) : 'none'),
    set: moveMargin,
  });
  const classes = slider({
    label: 'classes <i>C</i>',
    min: 0,
    max: CLASSES.length - 1,
    step: 1,
    show: () => thousands(model.get('classes')),
    set: i => move('classes', CLASSES[i]),
  });
  const others = choice({
    label: 'where the others stand',
    options: Object.entries(PLACES),
    set: v => move('others', v),
  });
  const quantity = choice({
    label: 'what is shown',
    options: [
      ['length', 'length'],
      ['coefficient', 'coefficient'],
    ],
    set: v => put('quantity', v),
  });
  const unit = choice({
    label: 'unit',
    options: [
      ['true', 'divided by s'],
      ['false', 'as it is'],
    ],
    set: v => put('divided', v === 'true'),
  });
  const nets = model.get('nets'),
    net = choice({
      label: 'trained net',
      options: nets.map(({ name }, i) => [i, name]),
      set: i => put('net', Number(i)),
    });
  const place = element('p', { class: 'soft' }),
    row = (words, ...nodes) => element('div', { class: 'set' }, element('span', {}, words), ...nodes);
  const sides = [
    row('the others', others.root, place),
    element(
      'div',
      {},
      row('show', quantity.root),
      row('unit', unit.root),
      ...(nets.length > 1 ? [row('trained θ', net.root)] : []),
    ),
  ];
  function update({ loss, p }) {
    const { range } = MARGINS[loss] ?? {};
    scale.update(p.scale);
    classes.update(nearestStep(p.classes));
    margin.update(p.margins[loss] ?? 0, range ?? { min: 0, max: 1, step: 1 });
    margin.input.disabled = !range;
    others.update(p.others);
    quantity.update(model.get('quantity'));
    unit.update(String(model.get('divided')));
    if (nets.length) net.update(model.get('net'));
    if (place.dataset.for !== `${p.others}${p.classes}`) {
      place.dataset.for = `${p.others}${p.classes}`;
      place.innerHTML = placeText(p);
    }
  }
  return { knobs: [scale.root, margin.root, classes.root], sides, update };
}

function render({ model, el }) {
  const stage = mount({ model, el }, STYLE),
    { root, draw } = stage,
    nets = model.get('nets');
  const canvas = ownKeys(
    element('canvas', {
      tabindex: 0,
      role: 'slider',
      'aria-label': 'angle θ between a feature and its class weight',
      'aria-valuemin': 0,
      'aria-valuemax': 180,
    }),
  );
  const formula = element('p', { class: 'formula' }),
    caption = element('figcaption'),
    read = element('p', { class: 'read' }),
    hint = element('p', { class: 'soft' });
  hint.innerHTML = nets.length ? HINT : HINT_ALONE;

  const params = () => ({
    scale: model.get('scale'),
    margins: { ...STANDARD, ...model.get('margins') },
    classes: model.get('classes'),
    others: model.get('others'),
  });
  const save = () => model.save_changes(),
    put = (name, value) => {
      model.set(name, value);
      save();
      draw();
    };
  let shown = null,
    scene = {},
    names = {},
    glide = null,
    heights = null,
    axis = '',
    drag = false,
    settled = params();

  const { begin, end } = gestures(root, () => model.set('before', params()));
  function move(name, value) {
    begin(name);
    put(name, value);
  }
  const table = lossTable(loss => put('loss', loss)),
    controls = lengthControls(model, move, put);
  const line = settingsLine(model, SETTINGS, fits(model), () => {
    model.set('margins', params().margins);
    model.set('before', settled);
    end();
    save();
    draw();
  });
  root.append(
    element(
      'div',
      { class: 'length' },
      element('div', { class: 'knobs' }, ...controls.knobs),
      element('div', { class: 'field' }, canvas),
      element('div', { class: 'words' }, caption, read),
      element('div', { class: 'side' }, table.root, formula, ...controls.sides),
      element('div', { class: 'foot' }, hint, line.root),
    ),
  );

  /** The curves as drawn: those of the parameters, or on their way from one axis to another. */
  function gliding(p, now) {
    const quantity = model.get('quantity'),
      divided = model.get('divided'),
      goal = heightsOf(p, quantity, divided);
    if (axis !== `${quantity}${divided}` && heights && !calm()) glide = { from: heights, since: now };
    axis = `${quantity}${divided}`;
    const part = glide ? Math.min(1, Math.max(0, (now - glide.since) / GLIDE)) : 1,
      ease = part * part * (3 - 2 * part);
    if (part === 1) glide = null;
    heights =
      part === 1
        ? goal
        : Object.fromEntries(
            LOSSES.map(loss => [
              loss,
              goal[loss].map((v, i) => glide.from[loss][i] + (v - glide.from[loss][i]) * ease),
            ]),
          );
    return part < 1;
  }
  function paint(now, width) {
    const p = params(),
      before = model.get('before'),
      moved = changes(before, p).length > 0,
      busy = gliding(p, now);
    const state = {
      look: stage.look(),
      loss: model.get('loss'),
      quantity: model.get('quantity'),
      divided: model.get('divided'),
      angle: model.get('angle'),
      p,
      before,
      moved,
      net: nets[model.get('net')],
      heights,
      gliding: busy,
      focus: canvas.matches(':focus-visible'),
      names,
      now: calm() || busy ? Infinity : now,
    };
    const g = surface(canvas, width, lengthFrame(width, nets.length > 0).height);
    if (width !== shown) names = state.names = {};
    shown = width;
    settled = p;
    scene = paintLength(g, width, state);
    controls.update(state);
    table.update(state);
    words(state);
    line.update();
    return busy || (!calm() && Object.values(names).some(({ since }) => now - since < 200));
  }
  function words(state) {
    const { loss, angle, p, quantity } = state,
      texts = [formulaHtml(state), pullSentence(state), reachSentence(state)];
    [formula, caption, read].forEach((node, i) => write(node, texts[i]));
    const value = key => shownValue(key, angle, p, quantity, state.divided),
      own = loss === 'p2sgrad' ? '' : `${PUSHES[loss].name} ${value(loss)}, `;
    canvas.setAttribute('aria-valuenow', ((angle * 180) / Math.PI).toFixed(1));
    canvas.setAttribute('aria-valuetext', `θ ${plainAngle(angle)}: ${own}P2SGrad ${value('p2sgrad')}`);
    stage.say(`${caption.textContent} ${read.textContent}`);
  }

  const spot = event => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const named = ([x, y]) => scene.chosen?.find(([, [x0, y0, x1, y1]]) => x >= x0 && x <= x1 && y >= y0 && y <= y1)?.[0];
  const turn = angle => {
    model.set('angle', angle > Math.PI - 1e-5 ? Math.PI : Number(Math.max(0, angle).toFixed(5)));
    draw();
  };
  const follow = event => turn((Math.round((scene.frame.angle(spot(event)[0]) * 1800) / Math.PI) * Math.PI) / 1800);
  const listeners = {
    pointerdown: event => {
      const loss = named(spot(event));
      if (event.button || !scene.frame) return;
      if (loss) return put('loss', loss);
      if (spot(event)[0] > scene.frame.right + 12) return;
      drag = true;
      canvas.setPointerCapture(event.pointerId);
      follow(event);
    },
    pointermove: event => {
      if (drag) follow(event);
      else
        canvas.style.cursor = named(spot(event))
          ? 'pointer'
          : spot(event)[0] > scene.frame?.right + 12
            ? 'default'
            : '';
    },
    lostpointercapture: () => {
      if (drag) {
        drag = false;
        save();
      }
    },
    focus: () => draw(),
    blur: () => draw(),
    keydown: event => {
      const far = event.shiftKey ? 10 : 1,
        DEGREE = Math.PI / 180,
        at = model.get('angle');
      const to = {
        ArrowRight: at + far * DEGREE,
        ArrowUp: at + far * DEGREE,
        ArrowLeft: at - far * DEGREE,
        ArrowDown: at - far * DEGREE,
        PageUp: at + 10 * DEGREE,
        PageDown: at - 10 * DEGREE,
        Home: 0,
        End: Math.PI,
      }[event.key];
      if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      turn(to);
      save();
    },
  };
  for (const [type, f] of Object.entries(listeners)) canvas.addEventListener(type, f);

  return stage.live({ canvases: [canvas], paint, traits: [...SETTINGS, 'before'] });
}

export default { render };
