// GradientArrows: drag a feature, and see the steps of two losses on it and on every class weight.
import { calm, element, gestureBefore, mount, part, roomy, surface, write } from '../kit/view.js';
import { fitsIn, settingsLine, worked } from '../kit/controls.js';
import { eased, kept } from '../kit/numbers.js';
import { degrees } from '../kit/words.js';
import { PUSHES } from '../kit/push.js';
import { FITS, compare, longest, units } from './steps.js';
import { paintPlane } from './plane.js';
import { alongFrame, paintAlong } from './along.js';
import { arrowsSentence, spokenLine } from './words.js';
import { listen } from './hand.js';
import { commonPanel, liftSlider, lossPanel, numbersPanel, read } from './controls.js';
import STYLE from './style.css' with { type: 'text' };

const SETTINGS = ['loss', 'other', 'margins', 'scale', 'directions', 'label', 'point', 'lift', 'lengths'];
const GLIDE = 320; // milliseconds
const HINT = 'Drag x anywhere; drag a number to turn that weight, click it to make it the class of x.';
const KEYS =
  'Arrow left and right turn x, up and down lengthen it, Shift for more; ' +
  'a digit takes hold of that class weight, which the arrows then turn; ' +
  'X takes hold of x again, Enter makes the held weight the class of x.';
/** @typedef {ReturnType<typeof build>} Parts what stands in the figure */
/** The figure's parts, put together. */
function build(root, model, state, set, changed) {
  const field = worked(`x among the class weights. ${KEYS}`);
  const along = element('canvas', { role: 'img' }),
    caption = element('figcaption');
  const losses = ['loss', 'other'].map((trait, i) => lossPanel(trait, i, state, set)),
    lift = liftSlider(set),
    common = commonPanel(set),
    numbers = numbersPanel(),
    line = settingsLine(model, SETTINGS, fitsIn(model, FITS), changed);
  const pair = part('pair', ...losses.map(({ root }) => root)),
    grid = part(
      'arrows',
      part('field', field, element('p', { class: 'soft' }, HINT)),
      part('words', roomy([caption], [400])),
      part('side', pair, part('beside', along, lift.root)),
    );
  root.append(grid, common.root, numbers.root, line.root);
  const panels = [...losses, common, numbers];
  return { field, along, caption, lift, panels, line };
}

/** The words around the picture; what is said is told from what was shown before the gesture. */
function writer(root, parts, hand, say) {
  const gestured = gestureBefore();
  return (now, look) => {
    const mark = JSON.stringify(SETTINGS.map(name => now[name])),
      kind = `${now.both} ${now.label} ${now.directions.length}`,
      turned = now.turned ?? [];
    const before = gestured({ mark, kind, turned, angle: now.angle ?? null }, last => last.mark !== mark);
    const old = before && before.kind !== kind ? { ...before, turned } : before;
    write(parts.caption, arrowsSentence(now, old, now.lift));
    const apart = now.at && now.angle !== null ? `the two steps on it stand ${degrees(now.angle)} apart` : 'no angle';
    parts.along.setAttribute('aria-label', `Seen along x: ${apart}.`);
    const hold = parts.field.matches(':focus') ? hand.held : null;
    say(`${spokenLine(now, now.label, hold)}. ${parts.caption.textContent}`);
    parts.lift.update((now.lift * 180) / Math.PI);
    for (const panel of parts.panels) panel.update(now);
    parts.line.update();
    const [a, b] = look.words;
    for (const [name, value] of Object.entries({ a, b, turn: now.both.indexOf('p2sgrad') === 0 ? a : b }))
      root.style.setProperty(`--${name}`, value);
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
  const known = new Map();
  return (loss, now) => {
    const key = JSON.stringify([loss, now.scale, now.margins[loss], now.directions, now.label, now.lift]);
    return kept(known, key, 9, () => longest(loss, now, now.lift));
  };
}

/** Arrows keep their measure while anything is dragged; only another choice of measure glides. */
function gliding() {
  let glide = null,
    last = null;
  const unit = (lengths, goal, now) => {
    if (last && last.lengths !== lengths) glide = { from: last.unit, start: now };
    const u = !glide || calm() ? 1 : Math.min(1, (now - glide.start) / GLIDE),
      ease = eased(u);
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
    state = () => read(model, SETTINGS),
    save = () => model.save_changes();
  const put = (name, value) => {
    model.set(name, value);
    draw();
  };
  const set = (name, value) => {
    if (name === 'directions' && state().label >= value.length) put('label', 0);
    put(name, value);
    save();
  };
  const tidy = () => ['margins', 'directions', 'label'].forEach(name => set(name, state()[name]));
  /** @type {{ held: 'x' | number, over?: null | 'x' | number }} */
  const hand = { held: 'x' };
  const parts = build(root, model, state, set, tidy),
    tell = writer(root, parts, hand, stage.say),
    top = remembered(),
    measure = gliding();
  function paint(moment, side, width) {
    const look = colours(stage.look()),
      now = state(),
      both = [now.loss, now.other],
      tops = both.map(loss => top(loss, now)),
      scales = both.map(loss => PUSHES[loss].scale(now.scale, now.directions.length));
    const goal = units(now.lengths, [tops[0].length, tops[1].length], scales),
      strong = k => hand.over === k || (hand.held === k && parts.field.matches(':focus-visible'));
    const all = { ...now, ...compare(now, tops), unit: measure.unit(now.lengths, goal, moment), look, strong };
    paintPlane(surface(parts.field, side, side), side, all);
    paintAlong(surface(parts.along, width, alongFrame(width).height), width, all);
    tell(all, look);
    return measure.moving();
  }

  listen(parts.field, { state, put, draw, hand, save });
  return stage.live({ canvases: [parts.field, parts.along], paint, traits: SETTINGS });
}

export default { render };
