// CenterUpdate: three points of a class and its centre, one update at a time.
import { calm, element, mount, part, picked, roomy, surface, write } from '../kit/view.js';
import { fitsIn, settingsLine, worked } from '../kit/controls.js';
import { eased } from '../kit/numbers.js';
import { FITS, samePlace, update, walked } from './maths.js';
import { paintCenter } from './paint.js';
import { centerSentence, farWords, gesture, heldLine, walkLine } from './words.js';
import { listenTo } from './hand.js';
import { controls } from './controls.js';
import STYLE from './style.css' with { type: 'text' };

const SETTINGS = ['points', 'center', 'batch', 'alpha', 'rule'],
  TRAITS = [...SETTINGS, 'path'];
const ONE = 320,
  MANY = 110,
  REST = 900; // milliseconds: a step alone, one of several, a pause
const PAST = { rule: 'descent', alpha: 0.6 }; // 1.8 of the way with three points: it lands on the other side
const HINT =
  'Drag the points and <i>c</i>; a click on a point takes it out of the batch. ' +
  '✕ is the mean of the batch; wide and pale −Δ<i>c</i>, in it the step.';
const KEYS =
  'Enter takes one step, and so does arrow right while nothing is held. 1, 2, ' +
  '3 and C take hold of a point or the centre, which the arrows then move, ' +
  'Shift for more; space puts the held point in or out of the batch, Escape lets go.';

/** What is shown while the centre walks: a path that grew is walked, anything else is there at once. */
function walking() {
  let last = null,
    glide = null;
  function shown(state, now) {
    const { path, center } = state,
      k = last?.path.length;
    if (last && (path.length !== k || !samePlace(center, last.center))) {
      const on = path.length > k && samePlace(path[k], last.center) && !calm(),
        many = path.length - k;
      glide = on ? { from: k, many, start: now, time: many === 1 ? ONE : many * MANY } : null;
    }
    last = { path, center };
    const u = glide ? (now - glide.start) / glide.time : 1;
    if (!(u < 1)) {
      glide = null;
      return state;
    }
    const t = Math.max(0, u) * glide.many,
      at = glide.from + Math.floor(t),
      ease = eased(t - Math.floor(t));
    const all = [...path, center];
    return { ...state, path: all.slice(0, at + 1), center: all[at].map((v, i) => v + ease * (all[at + 1][i] - v)) };
  }
  return { shown, moving: () => glide !== null };
}

/** The words below; they tell the newest gesture, which is what has no pause in it. */
function writer(parts, hand, say) {
  let last = null,
    before = null,
    kind = '',
    moved = -Infinity;
  return (now, found) => {
    const change = last ? gesture(last, now) : now.path.length ? 'step' : '';
    if (change) {
      if (change !== kind || change === 'step' || change === 'batch' || performance.now() - moved > REST) before = last;
      kind = change;
      moved = performance.now();
    }
    last = now;
    write(parts.caption, centerSentence(now, kind, before));
    write(parts.walk, walkLine(now));
    const held = parts.field.matches(':focus') ? heldLine(now, hand.held) : '';
    say(`${held}${parts.caption.textContent} ${parts.walk.textContent}`);
    parts.panel.update(now, found);
    parts.line.update();
  };
}

function build(root, model, acts, changed) {
  const field = worked(`Three points and the centre of their class. ${KEYS}`);
  const hint = element('p', { class: 'soft' }),
    caption = element('figcaption'),
    walk = element('p', { class: 'soft walk' });
  const panel = controls(acts, walk);
  const line = settingsLine(model, SETTINGS, fitsIn(model, FITS), changed);
  hint.innerHTML = HINT;
  root.append(
    part('center', part('field', field, hint), panel.side, part('words', roomy([caption], [330]))),
    line.root,
  );
  return { field, caption, walk, panel, line };
}

/** What a reader can do, by hand or with the controls. */
function actions(model, draw) {
  const state = () => picked(model, TRAITS),
    save = () => model.save_changes();
  const put = (name, value) => {
    if (name === 'center') model.set('path', []); // moved by hand, it begins a walk anew
    model.set(name, value);
    draw();
  };
  const set = (name, value) => {
    put(name, value);
    save();
  };
  const go = ({ center, path }) => {
    model.set('path', path);
    model.set('center', center);
    save();
    draw();
  };
  const first = () => ({ center: model.get('path')[0] ?? model.get('center'), path: [] });
  return {
    state,
    save,
    put,
    set,
    step: times => go(walked(state(), times)),
    again: () => go(first()),
    overshoot: () => {
      for (const [name, value] of Object.entries(PAST)) model.set(name, value);
      go(walked({ ...state(), ...first() }, 4));
    },
  };
}

function render({ model, el }) {
  const stage = mount({ model, el }, STYLE),
    { root, draw } = stage,
    trail = walking(),
    acts = actions(model, draw),
    { state } = acts;
  /** @type {{ held: null | number | 'c', over?: number | 'c' }} what keys move, and what a mouse is on */
  const hand = { held: null };
  let stood = model.get('center');
  const parts = build(root, model, acts, () => {
    if (!samePlace(model.get('center'), stood)) acts.set('path', []);
    draw();
  });
  const tell = writer(parts, hand, stage.say);

  function paint(moment, side) {
    const now = state(),
      seen = trail.shown(now, moment);
    stood = now.center;
    paintCenter(surface(parts.field, side, side), side, {
      ...seen,
      look: stage.look(),
      found: update(seen),
      words: farWords(seen),
      strong: k => hand.over === k || (hand.held === k && parts.field.matches(':focus-visible')),
    });
    tell(now, update(now));
    return trail.moving();
  }

  listenTo(parts.field, { ...acts, draw, hand });
  return stage.live({ canvases: [parts.field], paint, traits: TRAITS });
}

export default { render };
