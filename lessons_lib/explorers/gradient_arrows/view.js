// GradientArrows: drag a feature, and see the steps of two losses on it and on every class weight.
import { calm, element, gestureBefore, mount, surface, write } from '../kit/view.js';
import { ownKeys, settingsLine } from '../kit/controls.js';
import { PUSHES } from '../kit/push.js';
import { FITS, compare, longest, units } from './steps.js';
import { paintPlane } from './plane.js';
import { alongFrame, paintAlong } from './along.js';
import { arrowsSentence, placeSentence, spokenLine } from './words.js';
import { listen } from './hand.js';
import { commonPanel, lossPanel, pushTable, read } from './controls.js';
import STYLE from './style.css' with { type: 'text' };

const SETTINGS = ['loss', 'other', 'margins', 'scale', 'directions', 'label', 'point', 'lift', 'lengths'];
const GLIDE = 320; // milliseconds
const HINT = 'Drag x anywhere; drag a number to turn that weight, click it to make it the class of x.';
const KEYS =
  'Arrow left and right turn x, up and down lengthen it, Shift for more; ' +
  'a digit takes hold of that class weight, which the arrows then turn; ' +
  'X takes hold of x again, Enter makes the held weight the class of x.';
const LAW =
  '<span class="part"><span ' +
  'class="frac"><span>∂<i>L</i></span><span>∂<i>W<sub>j</sub></i></span></span> = <i>a<sub>j</sub></i> ' +
  ('<span class="frac"><span><i>x̂</i> − cos <i>θ<sub>j</sub></i> ' +
    '<i>Ŵ<sub>j</sub></i></span><span>‖<i>W<sub>j</sub></i>‖</span></span></span>') +
  ('<span class="soft">one line for every loss; only <i>a<sub>j</sub></i> ' +
    '= ∂<i>L</i>/∂cos <i>θ<sub>j</sub></i> differs</span>');

/** The figure's parts, put together. */
function build(root, model, state, set, changed) {
  const field = ownKeys(
    element('canvas', { tabindex: 0, role: 'application', 'aria-label': `x among the class weights. ${KEYS}` }),
  );
  const along = element('canvas', { role: 'img' }),
    caption = element('figcaption'),
    place = element('p', { class: 'soft' }),
    seen = element('p', { class: 'soft' });
  const losses = ['loss', 'other'].map((trait, i) => lossPanel(trait, i, state, set)),
    common = commonPanel(set),
    table = pushTable();
  const law = element('p', { class: 'law' });
  const line = settingsLine(model, SETTINGS, (name, value) => FITS[name](value), changed);
  law.innerHTML = LAW;
  const grid = element(
    'div',
    { class: 'arrows' },
    element('div', { class: 'field' }, field, element('p', { class: 'soft' }, HINT)),
    element(
      'div',
      { class: 'side' },
      element('div', { class: 'pair' }, ...losses.map(part => part.root)),
      element('div', { class: 'beside' }, along, seen, common.lift.root),
    ),
    element('div', { class: 'words' }, caption, place),
    element(
      'div',
      { class: 'below' },
      element('div', {}, law, table.root),
      element('div', { class: 'set' }, common.scale.root, ...common.rows, common.note),
    ),
  );
  root.append(grid, line.root);
  return { grid, field, along, caption, place, seen, losses, common, table, line };
}

/** The words around the picture; what is said is told from what was shown before the gesture. */
function writer(parts, say) {
  const gestured = gestureBefore();
  return (now, look) => {
    const mark = JSON.stringify(SETTINGS.map(name => now[name])),
      shown = {
        mark,
        angle: now.angle ?? null,
        turned: now.turned ?? [],
        kind: `${now.both} ${now.label} ${now.directions.length}`,
      };
    const before = gestured(shown, last => last.mark !== mark);
    const old = before && before.kind !== shown.kind ? { ...before, turned: now.turned ?? [] } : before;
    const text = arrowsSentence(now, old, now.lift),
      there = placeSentence(now, now.lift);
    write(parts.caption, text);
    write(parts.place, there);
    parts.seen.textContent =
      now.lift > 0
        ? 'Arrows equally long; numbers say where classes lie.'
        : 'Flat in the plane, a step ⟂ x can only go left or right.';
    parts.along.setAttribute(
      'aria-label',
      now.at && now.angle !== null
        ? `Seen along x the two steps on it stand ${((now.angle * 180) / Math.PI).toFixed(1)}° apart.`
        : 'Seen along x: no angle.',
    );
    say(`${spokenLine(now, now.label)}. ${parts.caption.textContent}`);
    parts.losses.forEach(part => part.update(now));
    parts.common.update(now, now.tops);
    parts.table.update(now);
    parts.line.update();
    const turn = now.both.indexOf('p2sgrad');
    for (const [name, value] of [
      ['--a', look.words[0]],
      ['--b', look.words[1]],
      ['--turn', look.words[turn < 0 ? 1 : turn]],
    ])
      parts.grid.style.setProperty(name, value);
  };
}

/** Colours of the two losses: for strokes, and darker or lighter for words. */
function colours(look) {
  const pair = [look.classes[0], look.classes[2]];
  return {
    ...look,
    pair,
    words: pair.map((c, i) => (i || look.dark ? c : `color-mix(in srgb,${c} 72%,#000)`)),
  };
}

/** The longest arrows, found again only when something changed that they depend on. */
function remembered() {
  const kept = new Map();
  return (loss, now) => {
    const key = JSON.stringify([loss, now.scale, now.margins[loss], now.directions, now.label, now.lift]);
    if (!kept.has(key)) {
      if (kept.size > 8) kept.delete(kept.keys().next().value);
      kept.set(key, longest(loss, now, now.lift));
    }
    return kept.get(key);
  };
}

/** Arrows keep their measure while anything is dragged; only another choice of measure glides. */
function gliding() {
  let glide = null,
    last = null;
  const unit = (lengths, goal, now) => {
    if (last && last.lengths !== lengths) glide = { from: last.unit, start: now };
    const u = !glide || calm() ? 1 : Math.min(1, (now - glide.start) / GLIDE),
      ease = u * u * (3 - 2 * u);
    const shown =
      u < 1 ? goal.map((v, i) => (v > 0 && glide.from[i] > 0 ? glide.from[i] ** (1 - ease) * v ** ease : v)) : goal;
    if (u === 1) glide = null;
    last = { lengths, unit: shown };
    return shown;
  };
  return { unit, moving: () => glide !== null };
}

function render({ model, el }) {
  const stage = mount({ model, el }, STYLE),
    { root, draw } = stage,
    state = () => read(model, SETTINGS);
  const put = (name, value) => {
    model.set(name, value);
    draw();
  };
  const set = (name, value) => {
    if (name === 'directions' && state().label >= value.length) put('label', 0);
    put(name, value);
    model.save_changes();
  };
  const parts = build(root, model, state, set, tidy),
    tell = writer(parts, stage.say),
    top = remembered();
  const hand = { held: 'x' },
    measure = gliding();

  function tidy() {
    for (const name of ['margins', 'directions', 'label']) model.set(name, state()[name]);
    model.save_changes();
    draw();
  }
  function paint(moment, side, width) {
    const look = colours(stage.look()),
      now = state(),
      tops = [now.loss, now.other].map(loss => top(loss, now)),
      C = now.directions.length;
    const goal = units(
      now.lengths,
      tops.map(t => t.length),
      [now.loss, now.other].map(loss => PUSHES[loss].scale(now.scale, C)),
    );
    const all = { ...now, ...compare(now, tops), unit: measure.unit(now.lengths, goal, moment), look };
    const held = parts.field.matches(':focus-visible') ? hand.held : null;
    paintPlane(surface(parts.field, side, side), side, { ...all, held });
    paintAlong(surface(parts.along, width, alongFrame(width).height), width, all);
    tell(all, look);
    return measure.moving();
  }

  const stop = listen(parts.field, { state, put, draw, hand, save: () => model.save_changes() });
  return stage.live({ canvases: [parts.field, parts.along], paint, traits: SETTINGS, stop: stop });
}

export default { render };
