// LiveLab: a network trains in the page while one watches; its loss, margin and scale change under way.
import { element, mount, roomy, surface, write } from '../kit/view.js';
import { fold, ownKeys, settingsLine } from '../kit/controls.js';
import { angleBetween } from '../kit/numbers.js';
import { KINDS, anglesOf, rimArcs } from './maths.js';
import { newsSentences, stateSentence } from './words.js';
import { curveFrame } from './axes.js';
import { paintLiveCircle } from './circle.js';
import { paintLiveCurves } from './curves.js';
import { liveButtons, liveControls, liveFits } from './controls.js';
import { handOn, pointsNow } from './hand.js';
import { Run, unpackExamples } from './run.js';
import STYLE from './style.css' with { type: 'text' };

const SETTINGS = ['source', 'loss', 'margins', 'scale', 'rate', 'start', 'speed', 'points'];
const ANEW = ['source', 'start', 'seed']; // what cannot change in a run
const DIGITS =
  'Hollow digits are read as another class. The rim has the colour of the class that wins in ' +
  'its direction, thin (and tinted inside) where it does not win by the margin. ' +
  'How far out a digit is drawn means nothing. Space plays, right arrow steps, a digit key shows one class alone.';
const POINTS =
  'Click into the circle to add a point of the class that wins there, or of the one whose digit key you pressed; ' +
  'drag a point to move it, out of the circle (or Delete) to take it away. Space plays, right arrow steps.';

async function render({ model, el }) {
  const examples = await unpackExamples(model.get('examples'));
  const stage = mount({ model, el }, STYLE),
    run = new Run(model, examples, stage.draw),
    shown = { alone: null }; // the class whose digits alone are drawn
  const circle = ownKeys(element('canvas', { class: 'circle', tabindex: 0, role: 'application' })),
    curves = element('canvas', { 'aria-hidden': 'true' }),
    texts = textsBeside(circle);
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  const hand = { play: () => run.play(), step: () => run.step(), reset: () => run.reset() },
    buttons = liveButtons(hand),
    controls = liveControls(model, put),
    line = settingsLine(model, SETTINGS, liveFits(model), stage.draw);
  const points = handOn(circle, {
    own: () => model.get('source') === 'points',
    points: () => pointsNow(run.moment, run.labels()),
    put: given => run.own(given),
    label: (x, y) => shown.alone ?? winnerAt(run.moment.weight, Math.atan2(y, x)),
  });
  const parts = { circle, curves, texts, buttons, controls, line };
  stage.root.append(laidOut(parts));
  const acts = { ' ': hand.play, ArrowRight: hand.step, Home: hand.reset, r: hand.reset, Delete: points.remove };
  circle.addEventListener('keydown', event => {
    if (!pressed(event, acts, shown, model.get('classes'))) return;
    event.preventDefault();
    stage.draw();
  });
  return stage.live({
    canvases: [circle, curves],
    paint: (_, side, width) => paint(parts, stage, stateOf(model, run, shown), run, side, width),
    traits: ['speed'],
    heard: listening(model, run),
    stop: () => run.end(),
  });
}

/** What there is to draw and to tell of a run. */
function stateOf(model, run, shown) {
  const { moment, rows, changes } = run,
    settings = Object.fromEntries(SETTINGS.map(name => [name, model.get(name)])),
    { loss, margins, source } = settings,
    arcs = rimArcs(moment.weight, loss, margins[KINDS[loss].margin] ?? 0),
    labels = run.labels();
  return { moment, rows, changes, settings, arcs, labels, only: shown.alone, own: source === 'points' };
}

function paint({ circle, curves, texts, buttons, controls, line }, stage, state, run, side, width) {
  const look = stage.look();
  paintLiveCircle(surface(circle, side, side), { side, look, ...state });
  paintLiveCurves(surface(curves, width, curveFrame(width, 0).height), { width, look, ...state });
  texts.say({ ...state, points: state.labels.length }, run, stage);
  buttons.update({ playing: run.playing, speed: state.settings.speed });
  controls.update(state.moment);
  line.update();
  run.painted();
}

/** What stands beside the circle in words: what is wrong, where the run stands, what happened, what one can do. */
function textsBeside(circle) {
  const problem = element('p', { role: 'alert' }),
    where = element('p'),
    news = element('div', { class: 'news' }),
    hint = element('p', { class: 'soft hint' });
  function say(state, run, stage) {
    if (problem.textContent !== run.problem) problem.textContent = run.problem;
    write(where, stateSentence(state));
    write(
      news,
      newsSentences(state)
        .map(sentence => `<p>${sentence}</p>`)
        .join(''),
    );
    write(hint, state.own ? POINTS : DIGITS);
    const plain = `${where.textContent} ${news.textContent}`;
    circle.setAttribute('aria-label', `The digits on the circle${run.playing ? ', moving.' : `. ${plain}`}`);
    if (!run.playing) stage.say(plain, 2000); // read out once it rests
  }
  return { problem, where, news, hint, say };
}

function laidOut({ circle, curves, texts, buttons, controls, line }) {
  return element(
    'div',
    { class: 'livelab' },
    element('div', { class: 'top' }, buttons.root, controls.from),
    element('div', { class: 'pictures' }, circle, curves),
    texts.problem,
    roomy([element('figcaption', {}, texts.where, texts.news)], [530]),
    controls.what,
    fold('how it begins, and how fast', ...controls.begin),
    element('div', { class: 'foot' }, roomy([texts.hint], [295]), line.root),
  );
}

/** Does what a key stands for: one of `acts`, or a digit's class alone and back; whether it stands for anything. */
function pressed(event, acts, shown, classes) {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const act = acts[event.key],
    digit = /^\d$/.test(event.key) && Number(event.key) < classes ? Number(event.key) : null;
  if (act) act();
  else if (digit !== null) shown.alone = shown.alone === digit ? null : digit;
  else if (event.key === 'Escape') shown.alone = null;
  else return false;
  return true;
}

const winnerAt = (weight, angle) => {
  const away = anglesOf(weight).map(turn => angleBetween(turn, angle));
  return away.indexOf(Math.min(...away));
};

/** What a change of a setting does, whoever made it: it is noted, or the run begins anew. */
function listening(model, run) {
  let before = Object.fromEntries(SETTINGS.map(name => [name, model.get(name)]));
  const marks = {
    loss: now => run.changed('loss', before.loss, now),
    scale: now => run.changed('s', before.scale, now),
    rate: now => run.changed('rate', before.rate, now),
    speed: () => run.use(),
    margins: now => {
      const { margin } = KINDS[model.get('loss')];
      run.changed('m', before.margins[margin], now[margin]);
    },
    points: () => model.get('source') === 'points' && !run.setsPoints && run.reset(),
  };
  const heard = name => () => {
    if (ANEW.includes(name)) run.reset();
    else marks[name](model.get(name));
    before = { ...before, [name]: model.get(name) };
    run.moved();
  };
  return Object.fromEntries([...ANEW, ...Object.keys(marks)].map(name => [`change:${name}`, heard(name)]));
}

export default { render };
