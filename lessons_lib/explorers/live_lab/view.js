// LiveLab: a network trains in the page while one watches; its loss, margin and scale change under way.
import { element, mount, surface, write } from '../kit/view.js';
import { ownKeys, settingsLine } from '../kit/controls.js';
import { KINDS, anglesOf, between, rimArcs } from './maths.js';
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
  'How far out a digit is drawn means nothing. Space plays, → steps, a digit key shows one class alone.';
const POINTS =
  'Click into the circle to add a point of the class that wins there, or of the one whose digit key you pressed; ' +
  'drag a point to move it, out of the circle (or Delete) to take it away. Space plays, → steps.';

async function render({ model, el }) {
  const examples = await unpackExamples(model.get('examples'));
  const stage = mount({ model, el }, STYLE),
    { root, draw } = stage,
    run = new Run(model, examples, draw);
  const circle = ownKeys(element('canvas', { class: 'circle', tabindex: 0, role: 'application' })),
    curves = element('canvas', { 'aria-hidden': 'true' });
  const problem = element('p', { role: 'alert' }),
    where = element('p'),
    news = element('div', { class: 'news' }),
    hint = element('p', { class: 'soft hint' });
  let only = null;
  const own = () => model.get('source') === 'points';
  const hand = { play: () => run.play(), step: () => run.step(), reset: () => run.reset() };
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  const buttons = liveButtons(hand),
    controls = liveControls(model, put),
    line = settingsLine(model, SETTINGS, liveFits(model), draw);
  const points = handOn(circle, {
    own,
    points: () => pointsNow(run.moment, run.labels()),
    put: given => run.own(given),
    label: (x, y) => only ?? winnerAt(run.moment.weight, Math.atan2(y, x)),
  });
  root.append(
    element(
      'div',
      { class: 'livelab' },
      element('div', { class: 'top' }, buttons.root, controls.from),
      element('div', { class: 'pictures' }, circle, curves),
      problem,
      element('figcaption', {}, where, news),
      controls.what,
      element(
        'details',
        { class: 'soft' },
        ownKeys(element('summary', {}, 'how it begins, and how fast')),
        controls.begin,
      ),
      element('div', {}, hint, line.root),
    ),
  );

  function paint(_, side, width) {
    const look = stage.look(),
      { moment, rows, changes } = run,
      loss = model.get('loss'),
      m = model.get('margins')[KINDS[loss].margin] ?? 0;
    const settings = Object.fromEntries(SETTINGS.map(name => [name, model.get(name)])),
      arcs = rimArcs(moment.weight, loss, m),
      state = { moment, rows, changes, settings, arcs, only, own: own(), labels: run.labels() };
    paintLiveCircle(surface(circle, side, side), { side, look, ...state });
    paintLiveCurves(surface(curves, width, curveFrame(width, 0).height), { width, look, ...state });
    words({ ...state, points: state.labels.length });
    buttons.update({ playing: run.playing, speed: model.get('speed') });
    controls.update(moment);
    line.update();
    run.painted();
  }
  function words(state) {
    if (problem.textContent !== run.problem) problem.textContent = run.problem;
    write(where, stateSentence(state));
    write(
      news,
      newsSentences(state)
        .map(sentence => `<p>${sentence}</p>`)
        .join(''),
    );
    write(hint, own() ? POINTS : DIGITS);
    const plain = `${where.textContent} ${news.textContent}`;
    circle.setAttribute('aria-label', `The digits on the circle${run.playing ? ', moving.' : `. ${plain}`}`);
    if (!run.playing) stage.say(plain, 2000); // read out once it rests
  }
  function key(event) {
    const act = { ' ': hand.play, ArrowRight: hand.step, Home: hand.reset, r: hand.reset, Delete: points.remove }[
      event.key
    ];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (act) act();
    else if (/^\d$/.test(event.key) && Number(event.key) < model.get('classes'))
      only = only === Number(event.key) ? null : Number(event.key);
    else if (event.key === 'Escape') only = null;
    else return;
    event.preventDefault();
    draw();
  }
  circle.addEventListener('keydown', key);
  return stage.live({
    canvases: [circle, curves],
    paint,
    traits: ['speed'],
    heard: listening(model, run),
    stop: () => run.end(),
  });
}

const winnerAt = (weight, angle) => {
  const away = anglesOf(weight).map(turn => Math.abs(between(turn, angle)));
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
