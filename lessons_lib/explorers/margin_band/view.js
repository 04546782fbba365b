// MarginBand: drag the margin on the circle that was just trained, and the class weights along its rim; and train on.
import { calm, element, gestures, mount, picked, roomy, surface, write } from '../kit/view.js';
import { bytes } from '../kit/bytes.js';
import { fitsIn, ownKeys, settingsLine } from '../kit/controls.js';
import { degrees, minus, thousands } from '../kit/words.js';
import { MARGINS } from '../kit/losses.js';
import { featuresInTurns } from '../kit/training.js';
import { unpackStart } from '../kit/unpack.js';
import { eased, wrapped } from '../kit/numbers.js';
import { fitMargins } from '../kit/margins.js';
import { BAND, CLEAR, ceiling, cells, evaluate, petals, readAngle, readPoints } from './band.js';
import { controls } from './controls.js';
import { handOn } from './hand.js';
import { paintBand } from './paint.js';
import { BandTraining, isHome } from './train.js';
import { bandSentence, classSentence, pointSentence, scaleSentence, trainedSentence } from './words.js';
import STYLE from './style.css' with { type: 'text' };

const GLIDE = 650; // milliseconds between the views
const SETTINGS = ['loss', 'margins', 'scale', 'view', 'directions'];
const HINT =
  'Drag an edge of the band, or a numbered handle to turn that class weight; point anywhere inside to read <i>θ</i>.';
const ANGLES =
  'Lengths are left out here: the farther out a class reaches, the more of its digits lie in that direction.';
const APART =
  'The class weights were trained, not in this view: its points stand where they were before. ' +
  '<i>back</i> puts the weights back; to train here moves the points, too.';

const fits = model =>
  fitsIn(model, {
    margins: fitMargins,
    directions: value =>
      Array.isArray(value) && value.length === model.get('home').length && value.every(Number.isFinite),
  });

/** How far from features (0) to angles alone (1) the circle is: one eased move between the two views. */
function viewGlide(model) {
  const goal = () => Number(model.get('view') === 'angle');
  let mix = goal(),
    glide = null;
  return now => {
    if (mix === goal()) return { mix, moving: false };
    if (glide?.goal !== goal()) glide = { from: mix, goal: goal(), start: now };
    const u = calm() ? 1 : Math.min(1, (now - glide.start) / GLIDE);
    mix = glide.from + (glide.goal - glide.from) * eased(u);
    return { mix, moving: u < 1 };
  };
}

/** The points as they stand now, those of the run or those that training has moved; `petal` once somebody has asked. */
function pointsOf(first, labels) {
  const { rim } = readPoints(first, labels);
  let from = null,
    shown = null;
  return features => {
    if (!shown || from !== features) {
      const points = readPoints(features ?? first, labels, rim);
      shown = { points, petal: null };
      from = features;
    }
    return shown;
  };
}

/** What stands below the sentence: what one points at, what training has done, the weight with the focus, or a hint. */
function readWords(v) {
  const { model, reading, training, before, now, focus, all, points, apart } = v,
    [loss, dirs, left, view] = ['loss', 'directions', 'left_out', 'view'].map(name => model.get(name));
  if (reading) return pointSentence(loss, now.m, reading);
  if (training.steps && before) {
    const told = { rests: training.rests, agrees: training.agrees };
    return trainedSentence({ before, now, steps: now.steps - before.steps, ...told });
  }
  if (apart) return APART;
  if (focus) return classSentence(model.get('selected'), dirs, all, points);
  const without = `${thousands(left)} features have no direction (not a number, or zero) and are left out. `;
  if (before && before.s !== now.s && before.loss === loss && before.m === now.m) return scaleSentence(before, now);
  return (left ? without : '') + (view === 'angle' ? ANGLES : HINT);
}

function announceWeight(canvas, selected, angle) {
  const place = degrees(wrapped(angle));
  const keys =
    'Arrow left and right turn it, Page Up and Page Down by 10°, Home puts it back; up and down choose a class.';
  canvas.setAttribute('aria-label', `Direction of class weight ${selected}. ${keys}`);
  canvas.setAttribute('aria-valuenow', Number.parseFloat(place));
  canvas.setAttribute('aria-valuetext', `class ${selected} at ${minus(place)}`);
}

/** The figure. What is painted is what the model has, and the points where training has moved them. */
class Band {
  box = {};
  last = null; // what was painted last, and what when the reader began to change something
  before = null;
  seen = {};

  constructor(model, stage, start, first, labels) {
    const { draw, root } = stage,
      save = () => model.save_changes();
    Object.assign(this, { model, stage, shownAt: pointsOf(first, labels), glide: viewGlide(model) });
    this.canvas = ownKeys(
      element('canvas', { tabindex: 0, role: 'slider', 'aria-valuemin': -180, 'aria-valuemax': 180 }),
    );
    this.gesture = gestures(root, () => {
      this.before = this.last;
    });
    const put = (...given) => this.put(...given);
    this.hand = handOn(this.canvas, model, {
      ...{ margin: () => this.margin(), banded: () => this.banded(), put, ask: draw, box: () => this.box, save },
    });
    this.training = new BandTraining(model, start, this.hand.held, draw);
    this.settings = settingsLine(model, SETTINGS, fits(model), draw);
    this.caption = element('figcaption');
    this.read = element('p', { class: 'soft read' });
    const panel = element('div', { class: 'panel' });
    const keep = (name, value) => {
      put(name, value);
      save();
    };
    this.update = controls(panel, model, keep, { back: () => this.back(), train: () => this.train() });
    const words = [roomy([this.caption], [226]), roomy([this.read], [148])];
    root.append(element('div', { class: 'band' }, this.canvas, panel, ...words), this.settings.root);
  }

  margin() {
    return this.model.get('margins')[this.model.get('loss')] ?? 0;
  }
  banded() {
    return this.margin() > MARGINS[this.model.get('loss')].neutral;
  }
  put(name, value) {
    if (name !== 'selected' && name !== 'view') this.gesture.begin(name);
    this.model.set(name, value);
    this.stage.draw();
  }
  train() {
    if (!this.training.on) this.gesture.begin('train');
    this.training.toggle();
    this.stage.draw();
  }
  back() {
    this.training.stop();
    this.model.set('trained', false);
    this.put('directions', [...this.model.get('home')]);
    this.model.save_changes();
  }

  chosen = () => ({ ...picked(this.model, ['directions', 'loss', 'scale', 'selected']), m: this.margin() });
  paint(now, side) {
    const { stage, training, seen, canvas } = this,
      chosen = this.chosen(),
      { directions: dirs, loss, scale: s, selected, m } = chosen,
      shown = this.shownAt(training.features),
      { points } = shown,
      { mix, moving } = this.glide(now),
      petal = mix ? (shown.petal ??= petals(points)) : points.r,
      all = cells(dirs, loss, m),
      hover = this.hand.hover(),
      reading = hover === null ? null : readAngle(hover, dirs, loss, m);
    evaluate(points, dirs, loss, m, s, seen);
    this.box = { cx: side / 2, cy: side / 2, R: side / 2 - 32 };
    paintBand(surface(canvas, side, side), {
      ...{ ...this.box, look: stage.look(), points, seen, dirs, selected, hover, reading },
      ...{ focus: canvas.matches(':focus-visible'), cells: all, banded: this.banded(), petals: mix },
      radius: i => points.r[i] + (petal[i] - points.r[i]) * mix,
    });
    this.tell({ ...chosen, points, all, reading, top: ceiling(dirs, loss) });
    training.painted();
    return moving;
  }
  /** In words, and in the controls. */
  tell({ directions: dirs, loss, scale: s, selected, m, points, all, reading, top }) {
    const { model, training, seen, canvas, caption, read, before } = this;
    const moved = training.features !== null || !isHome(model),
      apart = model.get('trained') && training.features === null && !isHome(model);
    const push = seen.push.reduce((sum, p) => sum + p, 0) / (points.n || 1);
    this.update({ key: loss, m, s, seen, top, push, on: training.on, moved });
    const now = { loss, m, s, push, band: seen.count[BAND], open: points.n - seen.count[CLEAR], theta: seen.theta };
    this.last = { ...now, steps: training.steps };
    const other = before && (before.band !== now.band || before.loss !== loss || before.m !== m),
      closed = all.filter(cell => !cell.clear).length,
      circle = { seen, points, top, closed, classes: all.length };
    write(caption, bandSentence({ ...this.last, ...circle, before: other ? before : null }));
    const focus = canvas.matches(':focus');
    write(read, readWords({ model, reading, training, before, now: this.last, focus, all, points, apart }));
    const heard = training.steps || apart ? [caption, read] : [caption];
    if (training.rests) this.stage.say(heard.map(({ textContent }) => textContent).join(' '));
    this.settings.update();
    announceWeight(canvas, selected, dirs[selected]);
  }

  live() {
    const { stage, training } = this,
      changed = () => {
        training.follow();
        stage.draw();
      };
    return stage.live({
      canvases: [this.canvas],
      paint: (...given) => this.paint(...given),
      traits: ['view', 'selected', 'trained'],
      heard: Object.fromEntries(['loss', 'margins', 'scale', 'directions'].map(name => [`change:${name}`, changed])),
      stop: () => training.stop(),
    });
  }
}

async function render({ model, el }) {
  const labels = bytes(model.get('labels')),
    start = model.get('start').layers ? await unpackStart(model.get('start'), labels) : null,
    first = start ? await featuresInTurns(start) : new Int16Array(bytes(model.get('points')).buffer);
  return new Band(model, mount({ model, el }, STYLE), start, first, labels).live();
}

export default { render };
