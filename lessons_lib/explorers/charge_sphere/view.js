// ChargeSphere: class centres as like charges on the circle or the sphere, relaxing before the eye.
import { calm, element, mount, part, picked, roomy, surface, write } from '../kit/view.js';
import { degrees } from '../kit/words.js';
import { settingsLine, worked } from '../kit/controls.js';
import { FEWEST, flat, LAWS, MOST, onto, resized, scattered, shaken, standing } from './maths.js';
import { motion } from './motion.js';
import { paintSphere } from './sphere.js';
import { paintCircle } from './circle.js';
import { excessText, GAUGE_HEIGHT, paintGauge } from './gauge.js';
import { chargeAside, chargeGesture, chargeSentence } from './words.js';
import { listenTo } from './hand.js';
import { chargeControls } from './controls.js';
import STYLE from './style.css' with { type: 'text' };

const SETTINGS = ['law', 'start', 'points', 'turn'],
  TRAITS = [...SETTINGS, 'running', 'steps'];
const HINT = {
  2: 'Drag a charge round the circle; a click holds it and shows what pushes it.',
  3: 'Drag a charge, or the sphere to turn it; a click on a charge holds it and shows what pushes it.',
};
const KEYS =
  'Space lets the charges go or holds them still. Digit keys, or Page Up and Page Down, take ' +
  ('hold of a charge, which the arrows then move, Shift for more; ' +
    'Escape lets it go. With no charge held the arrows turn the sphere.');

const numbers = (list, size) =>
  Array.isArray(list) && list.length === size && list.every(v => typeof v === 'number' && Number.isFinite(v));
/** Whether a pasted value may be set. */
const fitting = model => (name, value) =>
  ({
    law: () => Object.hasOwn(LAWS, value),
    start: () => value === 'random' || model.get('trained').some(entry => entry.name === value),
    points: () =>
      Array.isArray(value) &&
      value.length >= FEWEST &&
      value.length <= MOST &&
      [2, 3].includes(value[0]?.length) &&
      value.every(p => numbers(p, value[0].length) && Math.hypot(...p) > 1e-6),
    turn: () => numbers(value, 2) && Math.abs(value[1]) <= Math.PI / 2 + 1e-4,
  })[name]();

/** The excess of energy at each step since the last disturbance, and of the time before it. */
function tracing() {
  let trace = [],
    before = [],
    key = '';
  return (now, found) => {
    const kind = `${now.law} ${now.size} ${now.n}`,
      last = trace.at(-1);
    if (kind !== key) {
      trace = [];
      before = [];
    } else if (last && now.steps < last[0]) {
      before = trace.length > 3 ? trace : before;
      trace = [];
    }
    key = kind;
    if (trace.at(-1)?.[0] === now.steps) trace.pop();
    trace.push([now.steps, found.excess]);
    return { trace, before };
  };
}

/** The words below; they tell what the last gesture changed, until the next. */
function writer(parts, say) {
  let last = null,
    before = null,
    kind = '';
  return (now, found) => {
    const change = last ? chargeGesture(last, now) : '';
    if (change) {
      kind = change;
      before = last;
    } else if (last && now.steps === 0 && last.steps > 0) kind = '';
    last = { size: now.size, n: now.n, law: now.law, held: now.held, tammes: found.tammes, balanced: found.balanced };
    write(parts.caption, chargeSentence(now, found, kind, before));
    write(parts.aside, chargeAside(now));
    write(parts.hint, HINT[now.size]);
    parts.panel.update(now, found);
    parts.line.update();
    parts.panel.strip.setAttribute(
      'aria-label',
      `Smallest angle ${degrees(found.angle)}, Tammes ${degrees(found.tammes)}; ` +
        `excess over the optimum ${excessText(found.excess)}`,
    );
    if (!now.moving) say(parts.caption.textContent);
  };
}

function build(root, model, act, changed) {
  const field = worked(`Like charges, numbered. ${KEYS}`);
  const hint = element('p', { class: 'soft' }),
    caption = element('figcaption'),
    aside = element('p', { class: 'soft aside' });
  const panel = chargeControls(model.get('trained'), act, aside);
  const line = settingsLine(model, SETTINGS, fitting(model), changed);
  root.append(
    part(
      'charge',
      part('field', field, roomy([hint], [HINT[3].length])),
      panel.side,
      part('words', roomy([caption], [304])),
    ),
    panel.note,
    line.root,
  );
  return { field, hint, caption, aside, panel, line };
}

/** What the controls and the hand do to the charges. */
function actions(model, charges, rest) {
  const trainedAs = name => model.get('trained').find(entry => entry.name === name);
  const run = on => {
    if (on !== model.get('running')) model.set('running', on);
  };
  const begin = (x, size) => {
    charges.hold(null);
    charges.begin(x, size);
    rest();
  };
  return {
    size: size => begin(onto(charges.places(), size), size),
    count: n => begin(resized(charges.places(), n, charges.size())),
    law: law => {
      model.set('law', law);
      begin();
    },
    toggle: () => {
      run(!model.get('running'));
      if (model.get('running')) charges.begin();
      rest();
    },
    shake: () => {
      run(true);
      begin(shaken(charges.places(), charges.size()));
    },
    start: name => {
      const from = trainedAs(name ?? model.get('start'));
      model.set('start', from ? from.name : 'random');
      model.set('steps', 0);
      if (from) {
        run(false);
        begin(flat(from.points), from.points[0].length);
      } else begin(scattered(charges.places().length / 3, charges.size()));
    },
  };
}

/**
 * @typedef {object} Now what is shown
 * @property {Float64Array} x places one after the other, three coordinates each; `n` of them
 * @property {2 | 3} size of a circle or a sphere
 * @property {string} law and the `start` that the charges came from, by its name
 * @property {number[]} turn azimuth and height of the eye
 * @property {boolean} running and whether they are `moving` still, after so many `steps`
 * @property {Float64Array | null} ghosts where the centres were trained
 * @property {number | null} held the charge that is held
 */
const STATE = ['law', 'start', 'turn', 'running', 'steps', 'trained', 'optima'];

/** @returns {Now} */
function stateOf(model, charges) {
  const state = picked(model, STATE),
    [x, size, held, moving] = [charges.places(), charges.size(), charges.held(), charges.moving()],
    from = state.trained.find(({ name }) => name === state.start)?.points,
    ghosts = from?.[0].length === size ? flat(from) : null;
  return { ...state, x, size, n: x.length / 3, ghosts, held, moving };
}

/** After settings were pasted in over what `stood` there: a start alone brings its places with it. */
function pasted(model, stood, act, rest) {
  const start = model.get('start');
  if (start !== stood.start && model.get('points') === stood.points) return act.start(start);
  model.set('running', false);
  model.set('steps', 0);
  return rest();
}

function render({ model, el }) {
  const stage = mount({ model, el }, STYLE),
    { root, draw } = stage,
    charges = motion(model, calm),
    rest = () => {
      model.save_changes();
      draw();
    };
  const act = actions(model, charges, rest),
    parts = build(root, model, act, () => pasted(model, stood, act, rest)),
    tell = writer(parts, stage.say),
    follow = tracing(),
    state = () => stateOf(model, charges);
  let stood = {};

  function paint(moment, side, width) {
    const more = charges.tick(moment);
    if (charges.held() >= charges.places().length / 3) charges.hold(null);
    if (more === 'rest') model.save_changes();
    const now = state(),
      found = standing(now);
    stood = { start: now.start, points: model.get('points') };
    const scene = { ...now, look: stage.look(), near: found, focus: parts.field.matches(':focus-visible') };
    (now.size === 2 ? paintCircle : paintSphere)(surface(parts.field, side, side), side, scene);
    paintGauge(surface(parts.panel.strip, width, GAUGE_HEIGHT), width, { ...scene, found, ...follow(now, found) });
    tell(now, found);
    return more === true;
  }

  const then =
    f =>
    (...given) =>
      draw(f(...given));
  const turn = then(to => model.set('turn', to));
  listenTo(parts.field, { state, turn, rest, draw, hold: charges.hold, drag: then(charges.drag), toggle: act.toggle });
  const stop = () => charges.moving() && model.save_changes();
  return stage.live({ canvases: [parts.field, parts.panel.strip], paint, traits: TRAITS, stop });
}

export default { render };
