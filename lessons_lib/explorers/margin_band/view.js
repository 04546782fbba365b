// MarginBand: drag the margin on the circle that was just trained, and the class weights along its rim; and train on.
import { calm, element, gestures, mount, surface, write } from '../kit/view.js';
import { bytes } from '../kit/bytes.js';
import { ownKeys, settingsLine } from '../kit/controls.js';
import { degrees, thousands } from '../kit/words.js';
import { MARGINS, fitMargins } from '../kit/losses.js';
import { firstFeatures } from '../kit/training.js';
import { unpackStart } from '../kit/unpack.js';
import { BAND, CLEAR, ceiling, cells, evaluate, petals, readAngle, readPoints, wrap } from './band.js';
import { controls } from './controls.js';
import { handOn } from './hand.js';
import { paintBand } from './paint.js';
import { bandTraining } from './train.js';
import { bandSentence, classSentence, pointSentence, trainedSentence } from './words.js';
import STYLE from './style.css' with { type: 'text' };

const GLIDE = 650; // milliseconds between the views
const SETTINGS = ['loss', 'margins', 'scale', 'view', 'directions'];
const HINT =
  'Drag an edge of the band, or a numbered handle to turn that class weight; point anywhere inside to read <i>θ</i>.';

const fits = model => (name, value) =>
  ({
    loss: () => Object.hasOwn(MARGINS, value),
    margins: () => fitMargins(value),
    scale: () => Number.isFinite(value) && value >= 1 && value <= 64,
    view: () => ['features', 'angle'].includes(value),
    directions: () => Array.isArray(value) && value.length === model.get('home').length && value.every(Number.isFinite),
  })[name]();

/** How far from features (0) to angles alone (1) the circle is: one eased move between the two views. */
function viewGlide(model) {
  const goal = () => Number(model.get('view') === 'angle');
  let mix = goal(),
    glide = null;
  return now => {
    if (mix === goal()) return { mix, moving: false };
    if (glide?.goal !== goal()) glide = { from: mix, goal: goal(), start: now };
    const u = calm() ? 1 : Math.min(1, (now - glide.start) / GLIDE);
    mix = glide.from + (glide.goal - glide.from) * u * u * (3 - 2 * u);
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

async function render({ model, el }) {
  const labels = bytes(model.get('labels')),
    start = model.get('start').layers ? await unpackStart(model.get('start'), labels) : null,
    first = start ? firstFeatures(start) : new Int16Array(bytes(model.get('points')).buffer);
  const stage = mount({ model, el }, STYLE),
    { root, draw } = stage,
    canvas = ownKeys(element('canvas', { tabindex: 0, role: 'slider', 'aria-valuemin': -180, 'aria-valuemax': 180 })),
    panel = element('div', { class: 'panel' }),
    caption = element('figcaption'),
    read = element('p', { class: 'soft read' });
  const settings = settingsLine(model, SETTINGS, fits(model), draw),
    shownAt = pointsOf(first, labels),
    glide = viewGlide(model);
  let box = {},
    last = null, // what was painted last, and what when the reader began to change something
    before = null;
  const seen = {},
    gesture = gestures(root, () => {
      before = last;
    });
  const dirs = () => model.get('directions'),
    margin = () => model.get('margins')[model.get('loss')] ?? 0,
    banded = () => margin() > MARGINS[model.get('loss')].neutral;
  function put(name, value) {
    if (name !== 'selected' && name !== 'view') gesture.begin(name);
    model.set(name, value);
    draw();
  }
  function train() {
    gesture.begin('train');
    training.toggle();
    draw();
  }
  function back() {
    training.stop();
    put('directions', [...model.get('home')]);
    model.save_changes();
  }
  const hand = handOn(canvas, model, {
    ...{ margin, banded, put, ask: draw },
    box: () => box,
    save: () => model.save_changes(),
  });
  const training = bandTraining(model, start, hand.held, draw);
  const update = controls(
    panel,
    model,
    (name, value) => {
      put(name, value);
      model.save_changes();
    },
    { back, train },
  );
  root.append(element('div', { class: 'band' }, canvas, panel, caption, read), settings.root);

  function paint(now, side) {
    const [loss, s, m] = [model.get('loss'), model.get('scale'), margin()],
      shown = shownAt(training.features()),
      { points } = shown,
      { mix, moving } = glide(now),
      petal = mix ? (shown.petal ??= petals(points)) : points.r,
      all = cells(dirs(), loss, m),
      top = ceiling(dirs(), loss),
      hover = hand.hover(),
      reading = hover === null ? null : readAngle(hover, dirs(), loss, m);
    evaluate(points, dirs(), loss, m, s, seen);
    box = { cx: side / 2, cy: side / 2, R: side / 2 - 32 };
    paintBand(surface(canvas, side, side), {
      ...{ ...box, look: stage.look(), points, seen, dirs: dirs(), selected: model.get('selected'), hover, reading },
      ...{ focus: canvas.matches(':focus-visible'), cells: all, banded: banded(), petals: mix },
      radius: i => points.r[i] + (petal[i] - points.r[i]) * mix,
    });
    const moved = training.features() !== null || dirs().some((d, k) => d !== model.get('home')[k]);
    update({ key: loss, m, s, seen, top, points, on: training.on(), moved });
    last = { loss, m, band: seen.count[BAND], open: points.n - seen.count[CLEAR], theta: seen.theta };
    last.steps = training.steps();
    words({ ...last, seen, points, top, closed: all.filter(c => !c.clear).length, classes: all.length }, all, reading);
    training.painted();
    return moving;
  }
  function words(now, all, reading) {
    const selected = model.get('selected'),
      moved = before && (before.band !== now.band || before.loss !== now.loss || before.m !== now.m);
    write(caption, bandSentence({ ...now, before: moved ? before : null }));
    if (training.rests()) stage.say(caption.textContent + (training.steps() ? ` ${read.textContent}` : ''));
    write(
      read,
      reading
        ? pointSentence(now.loss, now.m, reading)
        : training.steps() && before
          ? trainedSentence({
              ...{ before, now, steps: now.steps - before.steps },
              ...{ rests: training.rests(), agrees: training.agrees() },
            })
          : canvas.matches(':focus')
            ? classSentence(selected, dirs(), all, now.points)
            : restSentence(),
    );
    settings.update();
    const place = degrees(wrap(dirs()[selected]));
    canvas.setAttribute(
      'aria-label',
      `Direction of class weight ${selected}. Arrow left and right turn it, up and down choose a class.`,
    );
    canvas.setAttribute('aria-valuenow', Number.parseFloat(place));
    canvas.setAttribute('aria-valuetext', `class ${selected} at ${place}`);
  }
  function restSentence() {
    const left = model.get('left_out');
    return left
      ? `${thousands(left)} features have no direction (not a number, or zero) and are left out. ${HINT}`
      : HINT;
  }
  const changed = () => {
    training.follow();
    draw();
  };
  return stage.live({
    canvases: [canvas],
    paint,
    traits: ['view', 'selected'],
    heard: Object.fromEntries(['loss', 'margins', 'scale', 'directions'].map(name => [`change:${name}`, changed])),
    stop: training.stop,
  });
}

export default { render };
