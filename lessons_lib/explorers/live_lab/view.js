// LiveLab: a network trains while one watches; its loss, margin and scale change under way. Without a kernel, a
// recording.
import { element, mount, surface } from '../kit/view.js';
import { bytes } from '../kit/bytes.js';
import { ownKeys, settingsLine } from '../kit/controls.js';
import { readFrame, readMoments } from './frames.js';
import { readings, rimArcs, KINDS } from './maths.js';
import { newsSentences, stateSentence } from './words.js';
import { curveFrame } from './axes.js';
import { paintLiveCircle } from './circle.js';
import { paintLiveCurves } from './curves.js';
import { liveButtons, liveControls, liveFits } from './controls.js';
import { replayOf } from './replay.js';
import STYLE from './style.css' with { type: 'text' };

const SETTINGS_OF_LAB = ['source', 'loss', 'margins', 'scale', 'speed'],
  SILENCE = 4000; // milliseconds
const LIVE_HINT =
  'Hollow digits are read as another class. The rim has the colour of the class that wins in ' +
  'its direction, thin (and tinted inside) where it does not win by the margin. ' +
  'How far out a digit is drawn means nothing. Space plays, → steps, a digit key shows one class alone.';
const WINDOW = Math.random().toString(36).slice(2); // all views of this lab in this browser window share it
const SILENT =
  'No frame has come for a while: the kernel is busy with another cell, or gone. Training goes on when it is free.';
const GONE = 'The kernel is gone; this is the recorded run. Run this cell again to train.';

function render({ model, el }) {
  const stage = mount({ model, el }, STYLE),
    { root, draw } = stage,
    classes = model.get('classes'),
    labels = bytes(model.get('labels'));
  const circle = ownKeys(element('canvas', { class: 'circle', tabindex: 0, role: 'application' })),
    curves = element('canvas', { 'aria-hidden': 'true' });
  const range = ownKeys(
    element('input', { type: 'range', step: 1, min: 0, 'aria-label': 'moment of the recorded run' }),
  );
  const problem = element('p', { role: 'alert' }),
    where = element('p'),
    news = element('div', { class: 'news' }),
    hint = element('p', { class: 'soft hint' }, LIVE_HINT);
  let film, recording;
  const load = () => {
    film = readMoments(bytes(model.get('film')), classes, labels.length);
    recording = replayOf(film, model.get('recorded'), draw);
  };
  load();
  let replay = Boolean(model.alone),
    gone = false,
    silent = false,
    waiting = 0,
    answered = -1;
  let frame = readFrame(bytes(model.get('frame')), classes, labels.length),
    only = null;

  const hand = {
    play() {
      if (replay) return recording.play();
      model.set('playing', !model.get('playing'));
      model.save_changes();
      draw();
    },
    step() {
      if (replay) recording.step();
      else if (!model.get('playing')) model.send({ do: 'step' });
    },
    reset() {
      replay ? recording.reset() : model.send({ do: 'reset' });
    },
  };
  const put = (name, value) => {
    model.set(name, value);
    model.send({ set: { [name]: value }, by: WINDOW });
    draw();
  };
  const pasted = { get: name => model.get(name), set: put, save_changes() {} };
  const buttons = liveButtons(hand),
    controls = liveControls(model, put);
  const line = settingsLine(pasted, SETTINGS_OF_LAB, liveFits(model), draw);
  root.append(
    element(
      'div',
      { class: 'livelab' },
      element('div', { class: 'top' }, buttons.root),
      controls.root,
      element('div', { class: 'pictures' }, circle, element('div', { class: 'time' }, curves, range)),
      problem,
      element('figcaption', {}, where, news),
      element('div', {}, hint, line.root),
    ),
  );

  /** What is shown: the newest frame, or the moment at which the recording stands. */
  function shown() {
    const live = {
      source: model.get('source'),
      loss: model.get('loss'),
      margins: model.get('margins'),
      scale: model.get('scale'),
    };
    const filmed = replay && recording.length,
      settings = filmed ? recording.settings() : live,
      moment = filmed ? recording.moment() : frame;
    const state = {
      replay,
      settings,
      moment,
      labels,
      points: labels.length,
      playing: replay ? recording.playing() : model.get('playing'),
      speed: model.get('speed'),
      frames: recording.length,
      at: recording.at(),
      rows: filmed ? film : (frame?.rows ?? []),
      changes: filmed ? recording.changes() : model.get('changes'),
      problem: replay ? recording.problem() : model.get('problem'),
      arcs: [],
      read: [],
    };
    if (!moment) return state;
    const m = settings.margins[KINDS[settings.loss].margin] ?? 0;
    return {
      ...state,
      arcs: rimArcs(moment.weight, settings.loss, m),
      read: readings(moment.angles, moment.weight, settings.loss),
    };
  }
  function paint(now, side, width) {
    const look = stage.look(),
      moving = replay && recording.advance(now),
      state = shown();
    paintLiveCircle(surface(circle, side, side), { side, look, only, ...state });
    paintLiveCurves(surface(curves, width, curveFrame(width, 0).height), {
      width,
      look,
      focus: range.matches(':focus-visible'),
      ...state,
    });
    words(state);
    buttons.update(state);
    controls.update(state);
    line.update();
    if (!replay && frame && frame.number !== answered) {
      answered = frame.number;
      model.send({ painted: answered });
    }
    return moving;
  }
  function words(state) {
    const trouble = state.problem || (gone ? GONE : silent && state.playing ? SILENT : ''),
      said = newsSentences(state);
    if (problem.textContent !== trouble) problem.textContent = trouble;
    where.innerHTML = stateSentence(state);
    news.innerHTML = said.map(sentence => `<p>${sentence}</p>`).join('');
    const plain = `${where.textContent} ${news.textContent}`;
    // read out once it rests
    circle.setAttribute('aria-label', `The digits on the circle${state.playing ? ', moving.' : `. ${plain}`}`);
    if (!state.playing) stage.say(plain, 2000);
    range.hidden = !(replay && film.length > 1);
    line.root.hidden = replay;
    range.max = film.length - 1;
    range.value = recording.at();
    range.setAttribute(
      'aria-valuetext',
      state.moment
        ? `step ${state.moment.step}, ${(100 * state.moment.accuracy).toFixed(1)} % read right`
        : 'nothing recorded',
    );
  }

  function listen() {
    // while it plays, a frame is due; silence is told
    clearTimeout(waiting);
    silent = false;
    if (!replay && model.get('playing'))
      waiting = setTimeout(() => {
        silent = true;
        draw();
      }, SILENCE);
  }
  function key(event) {
    const own = {
      ' ': hand.play,
      ArrowRight: hand.step,
      ArrowLeft: () => replay && recording.back(),
      Home: hand.reset,
      r: hand.reset,
    }[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (own) own();
    else if (/^\d$/.test(event.key) && Number(event.key) < classes)
      only = only === Number(event.key) ? null : Number(event.key);
    else if (event.key === 'Escape') only = null;
    else return;
    event.preventDefault();
    draw();
  }
  circle.addEventListener('keydown', key);
  range.addEventListener('input', () => recording.to(film[Number(range.value)].step));
  for (const event of ['focus', 'blur']) range.addEventListener(event, draw);
  const heard = {
    'change:frame': () => {
      frame = readFrame(bytes(model.get('frame')), classes, labels.length);
      listen();
      draw();
    },
    'change:playing': () => {
      listen();
      draw();
    },
    'msg:custom': ({ set, by }) => {
      // a reader of another window has set something
      if (by !== WINDOW) for (const [name, value] of Object.entries(set)) model.set(name, value);
    },
    'change:film': () => {
      load();
      draw();
    },
    comm_live_update: () => {
      gone = replay = true;
      draw();
    }, // it was live when this view was made
  };
  listen();
  return stage.live({
    canvases: [circle, curves],
    paint,
    traits: [...SETTINGS_OF_LAB, 'changes', 'problem'],
    heard,
    stop: () => clearTimeout(waiting),
  });
}

export default { render };
