// ProbabilityCurve: P(θ) of the true class under a cosine softmax; pull the curve, or choose s, C and the others'
// angle.
import { surface } from '../kit/view.js';
import { fold } from '../kit/controls.js';
import { curves, netChoice } from '../kit/curves.js';
import { cursorOn, thetaCanvas } from '../kit/cursor.js';
import { glider } from '../kit/glide.js';
import { announce, hold } from '../kit/hold.js';
import { penOn, tints } from '../kit/pen.js';
import { amount, degrees } from '../kit/words.js';
import { DEGREE } from '../kit/numbers.js';
import { graspOn, probabilityFrame } from './axes.js';
import { probabilityKnobs, readingTable, runControls } from './controls.js';
import { gaugeFrame, paintGauges } from './gauges.js';
import { angleOfOthers, lossAt, mend, probability, scaleThrough, settle, slopeAt } from './maths.js';
import { paintProbability } from './paint.js';
import { curveSentence, netSentence, percentText, probabilityFormula, slopeText } from './words.js';
import STYLE from './style.css' with { type: 'text' };

const SETTINGS = ['step', 'num_classes', 'scale', 'choice', 'others', 'angle', 'net'],
  DRAWN = ['scale', 'num_classes', 'others'];
const FRAME = 260,
  EASE = 90; // milliseconds
const HINT =
  'Take hold of the curve, at its ring or anywhere, and pull it: <i>s</i> follows. ' +
  'Drag elsewhere in the plot to move ' +
  '<i>θ</i>. Dashed: Fixed AdaCos; thin and pale: other scales.';

/** While the run plays, one recorded moment after the other; `go(step, done)` shows one. */
function player(model, go) {
  const last = model.get('moments').length - 1;
  let run = null;
  return {
    playing: () => run !== null,
    stop: () => {
      run = null;
    },
    toggle: () => {
      const at = model.get('step');
      run = run ? null : { since: performance.now(), from: at === last ? 0 : at };
    },
    on(now) {
      if (!run) return;
      const due = Math.min(last, run.from + Math.max(0, Math.floor((now - run.since) / FRAME)));
      if (due === last) run = null;
      if (due !== model.get('step') || model.get('choice') !== 'followed') go(due);
      if (!run) model.save_changes();
    },
  };
}

/** The plot under the hand: the curve is pulled to another s, elsewhere a press moves θ. */
function handOn(canvas, figure, { scene, wish, hand }) {
  const pulled = (grasp, spot) => {
    const off = [grasp[0] - spot[0], grasp[1] - spot[1]];
    return ([x, y]) => {
      const { frame } = scene();
      hand.grasp = null;
      const scale = scaleThrough(frame.angle(x + off[0]), frame.share(y + off[1]), figure.pick(DRAWN));
      wish('scale', { scale }, () => {});
    };
  };
  function find(spot, near) {
    const { frame, line, grip } = scene(),
      last = frame.X(angleOfOthers(figure.pick(DRAWN)) - 0.05),
      onGrip = Math.hypot(grip[0] - spot[0], grip[1] - spot[1]) < near + 4,
      grasp = onGrip ? grip : graspOn(line, spot, near, last);
    return grasp && { cursor: 'grab', still: true, grasp, move: pulled(grasp, spot) };
  }
  const hover = grip => {
    const grasp = grip?.grasp ?? null;
    if (grasp || hand.grasp) figure.draw();
    hand.grasp = grasp;
  };
  cursorOn(canvas, figure, { scene, find, hover });
}

/** The parts, put on the page; `update(state)` of the controls, and the canvases. */
function partsOf(model, figure, wish, play) {
  const moments = model.get('moments'),
    canvas = thetaCanvas(),
    table = readingTable(),
    knobs = probabilityKnobs(model, wish),
    net = netChoice(model.get('nets'), i => figure.put({ net: i })),
    run = runControls(moments, wish, play),
    told = [figure.formula, table.root];
  figure.lay({
    field: [canvas],
    most: [[302, 154]],
    knobs: knobs.nodes,
    run: run.nodes,
    side: moments.length ? net.nodes : [...told, ...net.nodes],
    more: moments.length ? [fold('the formula, and what is read at the cursor', ...told)] : [],
  });
  const update = state => {
    for (const part of [knobs, table, run]) part.update(state);
    net.update(state.net ? model.get('net') : 0);
  };
  return { canvas, gauges: run.gauges, update };
}

function speak(figure, canvas, state, silent) {
  const { p, angle } = state,
    P = percentText(probability(angle, p)),
    slope = `slope ${slopeText(slopeAt(angle, p))} percent a degree`,
    texts = { formula: probabilityFormula(state), caption: curveSentence(state), read: netSentence(state) };
  figure.tell(texts, silent);
  announce(canvas, angle / DEGREE, `θ ${degrees(angle)}: P ${P}, loss ${amount(lossAt(angle, p))}, ${slope}`);
}

/** What does not change: the nets, and the run with its first and its last moment. */
function storyOf(model) {
  const [nets, moments, lost, runClasses] = ['nets', 'moments', 'lost', 'run_classes'].map(name => model.get(name)),
    ends = { first: moments[0], last: moments.at(-1), lost: lost.step === undefined ? null : lost };
  return { nets, moments, lost, runClasses, moment: step => ({ now: moments[step], ...ends }) };
}

/** The gauges of a run; returns what finds the moment that is nearest to an x. */
function paintRun(canvas, look, { moments, lost, runClasses }, { step, choice }) {
  const across = moments.length && canvas.clientWidth;
  if (!across) return () => step;
  const frame = gaugeFrame(across, moments, lost),
    pen = penOn(surface(canvas, across, frame.height), tints(look));
  paintGauges(pen, frame, { moments, lost, step, runClasses, active: choice === 'followed' });
  return frame.nearest;
}

function render({ model, el }) {
  const story = storyOf(model),
    { nets, moments } = story,
    whole = values => ({ ...values, moments, run_classes: story.runClasses });
  const pasted = was => {
    figure.set(mend(whole(was), whole(figure.pick(SETTINGS))));
    run.stop();
  };
  const figure = curves({ model, el }, { css: STYLE, settings: SETTINGS, drawn: DRAWN, hint: HINT, pasted }),
    { pick, draw, save } = figure,
    glide = glider(EASE),
    hand = { grasp: null };
  function wish(what, { others, ...rest }, keep) {
    glide.go('choice' in rest);
    if (what !== 'play') run.stop();
    figure.move(what, others === undefined ? settle(whole(pick(SETTINGS)), rest) : { others }, keep);
  }
  const run = player(model, step => wish('play', { step, choice: 'followed' }, () => {}));
  const play = () => {
    run.toggle();
    draw();
  };
  const { canvas, gauges, update } = partsOf(model, figure, wish, play);
  let scene = {},
    nearest = () => 0;
  function paint(now, width) {
    run.on(now);
    const shown = figure.seen(canvas, SETTINGS),
      log = glide.at(Math.log(shown.scale), now, 1e-3),
      drawn = glide.busy() ? Math.exp(log) : shown.scale,
      moving = { drawn, grasp: hand.grasp, playing: run.playing() },
      state = { ...shown, ...moving, moment: story.moment(shown.step) };
    scene = paintProbability(surface(canvas, width, probabilityFrame(width, nets.length > 0).height), width, state);
    nearest = paintRun(gauges, state.look, story, state);
    update(state);
    speak(figure, canvas, state, run.playing());
    return run.playing() || glide.busy();
  }
  handOn(canvas, figure, { scene: () => scene, wish, hand });
  const scrub = { cursor: 'ew-resize', move: ([x]) => wish('step', { step: nearest(x), choice: 'followed' }) };
  hold(gauges, { find: () => scrub, keys: () => false, done: save, draw });
  return figure.live({ canvases: [canvas], paint });
}

export default { render };
