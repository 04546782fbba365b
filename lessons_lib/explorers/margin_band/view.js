// MarginBand: drag the margin on the circle that was just trained, and the class weights along its rim.
import { calm, element, gestureBefore, mount, surface, write } from '../kit/view.js';
import { bytes } from '../kit/bytes.js';
import { choice, ownKeys, settingsLine, slider } from '../kit/controls.js';
import { degrees, thousands } from '../kit/words.js';
import { MARGINS, curveFormula, marginText } from '../kit/losses.js';
import { angleBetween, ceiling, cells, evaluate, petals, readAngle, readPoints, shares, wrap } from './band.js';
import { againButtons } from './again.js';
import { paintBand } from './paint.js';
import { replayOf } from './replay.js';
import { bandSentence, classSentence, pointSentence, trainedSentence } from './words.js';
import STYLE from './style.css' with { type: 'text' };

const RAD = Math.PI / 180,
  GLIDE = 650; // milliseconds between the views
const SETTINGS = ['loss', 'margins', 'scale', 'view', 'directions'];
const HINT =
  'Drag an edge of the band, or a numbered handle to turn that class weight; point anywhere inside to read <i>θ</i>.';

/** The controls beside the circle. */
function controls(root, model, put, hand) {
  const margin = slider({
    label: 'margin <b class="m"><i>m</i></b>',
    show: m => marginText(model.get('loss'), m),
    set: m => put('margins', { ...model.get('margins'), [model.get('loss')]: m }),
  });
  const scale = slider({ label: 'scale <i>s</i>', min: 1, max: 64, step: 1, show: String, set: s => put('scale', s) });
  const loss = choice({
    label: 'Loss',
    options: Object.entries(MARGINS).map(([key, { name }]) => [key, name]),
    set: key => put('loss', key),
  });
  const view = choice({
    label: 'View',
    options: [
      ['features', 'features as they are'],
      ['angle', 'only the angle'],
    ],
    set: key => put('view', key),
  });
  const formula = element('div', { class: 'formula' }),
    others = element('div', { class: 'soft' }),
    pushed = element('div', { class: 'soft' });
  const scent = element('div', { class: 'scent' }, margin.root),
    tick = element('div', { class: 'tick' }, element('span'));
  margin.root
    .querySelector('label')
    .insertAdjacentHTML(
      'afterend',
      '<svg viewBox="0 0 80 1" preserveAspectRatio="none" aria-hidden="true">' +
        '<path fill="var(--accent)" opacity=".28"/><path fill="var(--ink)" opacity=".5"/></svg>',
    );
  scent.append(element('span', { class: 'soft' }, 'share not satisfied'), tick);
  const again = againButtons(model, hand);
  root.append(
    loss.root,
    element('div', {}, formula, others),
    scent,
    element('div', {}, scale.root, pushed),
    view.root,
    again.root,
  );

  function update({ key, m, s, seen, top, points, moved }) {
    const { neutral, range } = MARGINS[key],
      share = shares(seen.bears, neutral, range ?? { min: 0, max: 1 });
    const area = heights => `M0 1${heights.map((h, i) => `L${i} ${(1 - h).toFixed(4)}`).join('')}L80 1Z`,
      [band, wrong] = scent.querySelectorAll('path');
    loss.update(key);
    view.update(model.get('view'));
    scale.update(s);
    scent.classList.toggle('gone', !range);
    formula.innerHTML = `${s} · ${curveFormula(key, m)}`;
    others.innerHTML =
      `is the logit of the right class, the others keep <span ` +
      `style="white-space:nowrap">${s} · cos <i>θ<sub>j</sub></i></span>`;
    pushed.innerHTML =
      `the bolder a point, the harder it is pushed; the mean push, 1\u00a0−\u00a0<i>P<sub>y</sub></i>, ` +
      `is <b>${(seen.push.reduce((sum, p) => sum + p, 0) / (points.n || 1)).toFixed(3)}</b>`;
    again.update(moved);
    if (!range) return;
    margin.update(m, range);
    band.setAttribute('d', area(share.band));
    wrong.setAttribute('d', area(share.band.map(() => share.wrong)));
    const at = (top.last - range.min) / (range.max - range.min);
    tick.hidden = !(at <= 1);
    tick.style.left = `calc(8px + ${Math.min(at, 1)} * (100% - 16px))`;
    tick.classList.toggle('left', at > 0.5);
    tick.firstChild.textContent = `no room past ${top.last.toFixed(2)}`;
  }
  return update;
}

const fits = model => (name, value) =>
  ({
    loss: () => value in MARGINS,
    margins: () =>
      Object.entries(value ?? {}).every(
        ([key, m]) => MARGINS[key]?.range && m >= MARGINS[key].range.min && m <= MARGINS[key].range.max,
      ),
    scale: () => value >= 1 && value <= 64,
    view: () => ['features', 'angle'].includes(value),
    directions: () => Array.isArray(value) && value.length === model.get('home').length && value.every(Number.isFinite),
  })[name]();

function render({ model, el }) {
  const stage = mount({ model, el }, STYLE),
    { root, draw: ask } = stage,
    canvas = ownKeys(element('canvas', { tabindex: 0, role: 'slider', 'aria-valuemin': -180, 'aria-valuemax': 180 }));
  const panel = element('div', { class: 'panel' }),
    caption = element('figcaption'),
    read = element('p', { class: 'soft read' });
  const settings = settingsLine(model, SETTINGS, fits(model), () => ask());
  const hand = { retrain: () => model.send({ do: 'retrain' }), replay: () => replay.play(), undo, gone: () => gone };
  let gone = false;
  const update = controls(
      panel,
      model,
      (name, value) => {
        put(name, value);
        model.save_changes();
      },
      hand,
    ),
    replay = replayOf(model);
  root.append(element('div', { class: 'band' }, canvas, panel, caption, read), settings.root);
  const dirs = () => model.get('directions'),
    retrained = () => bytes(model.get('retrained'));
  const shown = () => {
    const fresh = retrained();
    const p = readPoints(fresh.length ? fresh : bytes(model.get('points')), bytes(model.get('labels')));
    return { points: p, petal: petals(p) };
  };
  let { points, petal } = shown(),
    seen = {},
    box = {},
    hover = null,
    grabbed = null;
  const gestured = gestureBefore();
  let mix = model.get('view') === 'angle' ? 1 : 0,
    glide = null;

  function towards(goal, now) {
    // one eased move between the two views
    if (glide?.goal !== goal) glide = { from: mix, goal, start: now };
    const u = calm() ? 1 : Math.min(1, (now - glide.start) / GLIDE);
    mix = glide.from + (goal - glide.from) * u * u * (3 - 2 * u);
    return u < 1;
  }
  function paint(now, side) {
    const loss = model.get('loss'),
      m = margin(),
      s = model.get('scale'),
      goal = model.get('view') === 'angle' ? 1 : 0;
    const moving = mix !== goal && towards(goal, now),
      cell = cells(dirs(), loss, m),
      top = ceiling(dirs(), loss),
      selected = model.get('selected');
    evaluate(points, dirs(), loss, m, s, seen);
    box = { cx: side / 2, cy: side / 2, R: side / 2 - 32 };
    const reading = hover === null ? null : readAngle(hover, dirs(), loss, m);
    paintBand(surface(canvas, side, side), {
      ...box,
      look: stage.look(),
      points,
      seen,
      dirs: dirs(),
      selected,
      focus: canvas.matches(':focus-visible'),
      hover,
      reading,
      cells: cell,
      banded: banded(),
      petals: mix,
      radius: i => points.r[i] + (petal[i] - points.r[i]) * mix,
    });
    update({
      key: loss,
      m,
      s,
      seen,
      top,
      points,
      moved: retrained().length > 0 || dirs().some((d, k) => d !== model.get('home')[k]),
    });
    words(
      { loss, m, seen, points, top, closed: cell.filter(c => !c.clear).length, classes: dirs().length },
      cell,
      reading,
      selected,
    );
    return moving;
  }
  function words(now, cell, reading, selected) {
    const band = now.seen.count[1];
    const before = gestured(
      { loss: now.loss, m: now.m, band },
      last => last.band !== band || last.loss !== now.loss || last.m !== now.m,
    );
    const text = bandSentence({ ...now, before }),
      left = model.get('left_out');
    write(caption, text);
    stage.say(caption.textContent);
    const trained = model.get('trained'),
      problem = model.get('problem');
    read.innerHTML = reading
      ? pointSentence(now.loss, now.m, reading)
      : canvas.matches(':focus')
        ? classSentence(selected, dirs(), cell, points)
        : trained.steps
          ? trainedSentence(trained)
          : left
            ? `${thousands(left)} features have no direction (not a number, or zero) and are left out. ${HINT}`
            : HINT;
    if (problem) read.textContent = problem;
    settings.update();
    canvas.setAttribute(
      'aria-label',
      `Direction of class weight ${selected}. Arrow left and right turn it, up and down choose a class.`,
    );
    canvas.setAttribute('aria-valuenow', (wrap(dirs()[selected]) / RAD).toFixed(1));
    canvas.setAttribute('aria-valuetext', `class ${selected} at ${degrees(wrap(dirs()[selected]))}`);
  }

  function margin() {
    return model.get('margins')[model.get('loss')] ?? 0;
  }
  function banded() {
    return margin() > MARGINS[model.get('loss')].neutral;
  }
  function pull(phi) {
    // an edge of the band stands where a point just bears m
    const loss = model.get('loss'),
      { range, bears } = MARGINS[loss],
      { own, other } = readAngle(phi, dirs(), loss, 0);
    const m = Math.min(range.max, Math.max(range.min, Math.round(bears(own, other) / range.step) * range.step));
    put('margins', { ...model.get('margins'), [loss]: Number(m.toFixed(4)) });
  }
  function put(name, value) {
    model.set(name, value);
    ask();
  }
  function turn(k, angle) {
    put(
      'directions',
      dirs().map((d, i) => (i === k ? wrap(angle) : d)),
    );
  }
  function undo() {
    put('directions', [...model.get('home')]);
    put('trained', {});
    put('retrained', model.alone ? '' : new DataView(new ArrayBuffer(0)));
    model.save_changes();
  }
  function at(event) {
    // the pointer in polar coordinates, and the handle under it
    const frame = canvas.getBoundingClientRect(),
      x = event.clientX - frame.left - box.cx,
      y = box.cy - (event.clientY - frame.top);
    const phi = Math.atan2(y, x),
      r = Math.hypot(x, y),
      away = dirs().map(d => angleBetween(d, phi)),
      k = away.indexOf(Math.min(...away));
    const near = event.pointerType === 'mouse' || event.pointerType === 'pen' ? 6 : 10; // a finger is wider
    const edge =
      banded() &&
      cells(dirs(), model.get('loss'), margin()).some(c => c.clear?.some(a => r * angleBetween(a, phi) < near));
    return { phi, r, k: r > box.R - 14 && away[k] < 20 / box.R ? k : -1, edge: edge && r > 0.2 * box.R && r < box.R };
  }
  const listeners = {
    pointerdown: event => {
      const { k, phi, edge } = at(event);
      if (k < 0 && !edge) return listeners.pointermove(event);
      grabbed = k < 0 ? { edge } : { k, offset: dirs()[k] - phi };
      hover = null;
      canvas.setPointerCapture(event.pointerId);
      if (k >= 0) put('selected', k);
    },
    pointermove: event => {
      const { phi, r, k, edge } = at(event);
      if (grabbed) return grabbed.edge ? pull(phi) : turn(grabbed.k, phi + grabbed.offset);
      canvas.style.cursor = k >= 0 ? 'grab' : edge ? 'ew-resize' : '';
      hover = k < 0 && r < box.R && r > 8 ? phi : null;
      ask();
    },
    pointerup: () => {
      if (grabbed) {
        grabbed = null;
        model.save_changes();
      }
    },
    pointercancel: () => listeners.pointerup(),
    pointerleave: () => {
      hover = null;
      ask();
    },
    focus: ask,
    blur: ask,
    keydown: event => {
      const k = model.get('selected'),
        C = dirs().length,
        step = (event.shiftKey ? 5 : 1) * RAD;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const act =
        {
          ArrowLeft: () => turn(k, dirs()[k] + step),
          ArrowRight: () => turn(k, dirs()[k] - step),
          ArrowUp: () => put('selected', (k + 1) % C),
          ArrowDown: () => put('selected', (k + C - 1) % C),
        }[event.key] ??
        (/^\d$/.test(event.key) && Number(event.key) < C ? () => put('selected', Number(event.key)) : null);
      if (act) {
        event.preventDefault();
        act();
        model.save_changes();
      }
    },
    touchstart: event => {
      const { k, edge } = at(event.touches[0]);
      if (k >= 0 || edge) event.preventDefault();
    }, // else the page scrolls
  };
  for (const [type, f] of Object.entries(listeners)) canvas.addEventListener(type, f, { passive: false });
  const fresh = () => {
    ({ points, petal } = shown());
    seen = {};
    ask();
  };
  return stage.live({
    canvases: [canvas],
    paint,
    traits: [...SETTINGS, 'selected', 'training', 'trained', 'problem'],
    heard: {
      'change:retrained': fresh,
      'change:points': fresh,
      comm_live_update: () => {
        gone = true; // it was live when this view was made
        ask();
      },
    },
    stop: () => replay.stop(),
  });
}

export default { render };
