// ProbabilityCurve: P(θ) of the true class under a cosine softmax; pull the curve, or choose s, C and the others'
// angle.
import { calm, surface } from '../kit/view.js';
import { fold } from '../kit/controls.js';
import { curves, netChoice } from '../kit/curves.js';
import { DEGREE, announce, held, hold, reachOf } from '../kit/hold.js';
import { penOn, tints } from '../kit/pen.js';
import { asAngle, inTenths } from '../kit/theta_plot.js';
import { amount, degrees } from '../kit/words.js';
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
  'Take hold of the curve, at its ring or anywhere, and pull it: <i>s</i> follows. Drag elsewhere in the plot to move ' +
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

/** The scale as drawn: the one that is set, or, after `start`, on its way there from another moment or choice. */
function scaleGlider() {
  let drawn = null,
    seen = 0,
    glides = false;
  return {
    start: wanted => {
      glides = wanted && !calm();
    },
    busy: () => glides,
    at(scale, now) {
      const gap = drawn === null ? 0 : Math.log(scale / drawn),
        share = Math.exp(-Math.min(64, now - seen) / EASE);
      seen = now;
      drawn = !glides || Math.abs(gap) < 1e-3 ? scale : scale * Math.exp(-gap * share);
      if (drawn === scale) glides = false;
      return drawn;
    },
  };
}

/** The plot under the hand: the curve is pulled to another s, elsewhere a press moves θ. */
function handOn(canvas, model, figure, { scene, wish, hand }) {
  const { draw, save, set } = figure;
  const turn = angle => {
    set({ angle: asAngle(angle) });
    draw();
  };
  const pulled = (grasp, spot) => {
    const off = [grasp[0] - spot[0], grasp[1] - spot[1]];
    return ([x, y]) => {
      const { frame } = scene();
      hand.grasp = null;
      const scale = scaleThrough(frame.angle(x + off[0]), frame.share(y + off[1]), figure.pick(DRAWN));
      wish('scale', { scale }, () => {});
    };
  };
  function find(spot, event) {
    const { frame, line, grip } = scene(),
      [x, y] = spot;
    if (!frame) return null;
    const near = reachOf(event),
      last = frame.X(angleOfOthers(figure.pick(DRAWN)) - 0.05),
      grasp = Math.hypot(grip[0] - x, grip[1] - y) < near + 4 ? grip : graspOn(line, spot, near, last);
    if (grasp) return { cursor: 'grab', still: true, grasp, move: pulled(grasp, spot) };
    if (x < frame.left - 12 || x > frame.right + 10 || y < frame.top - 8) return null;
    return { cursor: 'ew-resize', scrolls: true, move: ([at]) => turn(inTenths(scene().frame.angle(at))) };
  }
  const hover = grip => {
    const grasp = grip?.grasp ?? null;
    if (grasp || hand.grasp) draw();
    hand.grasp = grasp;
  };
  const keys = ({ by, end }) => turn(end === undefined ? model.get('angle') + by * DEGREE : end * Math.PI);
  hold(canvas, { find, hover, keys, done: save, draw });
}

function render({ model, el }) {
  const nets = model.get('nets'),
    moments = model.get('moments'),
    lost = model.get('lost'),
    runClasses = model.get('run_classes');
  const whole = () => ({ ...figure.pick(SETTINGS), moments, run_classes: runClasses });
  const figure = curves(
      { model, el },
      {
        css: STYLE,
        settings: SETTINGS,
        drawn: DRAWN,
        hint: HINT,
        pasted: was => {
          figure.set(mend({ ...was, moments, run_classes: runClasses }, whole()));
          run.stop();
        },
      },
    ),
    { pick, put, draw } = figure;
  const glide = scaleGlider();
  function wish(what, { others, ...rest }, keep) {
    glide.start('choice' in rest);
    if (what !== 'play') run.stop();
    figure.move(what, others === undefined ? settle(whole(), rest) : { others }, keep);
  }
  const run = player(model, step => wish('play', { step, choice: 'followed' }, () => {}));
  const canvas = held('angle θ between a feature and its class weight', 180),
    table = readingTable(),
    knobs = probabilityKnobs(model, wish),
    net = netChoice(nets, i => put({ net: i })),
    follow = runControls(moments, wish, () => {
      run.toggle();
      draw();
    }),
    told = [figure.formula, table.root];
  figure.lay({
    field: [canvas],
    knobs: knobs.nodes,
    run: follow.nodes,
    side: moments.length ? net.nodes : [...told, ...net.nodes],
    more: moments.length ? [fold('the formula, and what is read at the cursor', ...told)] : [],
  });

  const hand = { grasp: null };
  let scene = {},
    gauge = null;
  function paint(now, width) {
    run.on(now);
    const step = model.get('step'),
      p = pick(DRAWN),
      state = {
        ...pick([...SETTINGS, 'before']),
        p,
        look: figure.look(),
        net: nets[model.get('net')],
        drawn: glide.at(p.scale, now),
        grasp: hand.grasp,
        playing: run.playing(),
        focus: canvas.matches(':focus-visible'),
        moment: {
          now: moments[step],
          first: moments[0],
          last: moments.at(-1),
          lost: lost.step === undefined ? null : lost,
        },
      };
    scene = paintProbability(surface(canvas, width, probabilityFrame(width, nets.length > 0).height), width, state);
    const across = moments.length && follow.gauges.clientWidth;
    if (across) {
      gauge = gaugeFrame(across, moments, lost);
      const pen = penOn(surface(follow.gauges, across, gauge.height), tints(state.look));
      paintGauges(pen, gauge, { moments, lost, step, runClasses, active: state.choice === 'followed' });
    }
    for (const part of [knobs, table, follow]) part.update(state);
    net.update(model.get('net'));
    speak(state);
    return run.playing() || glide.busy();
  }
  function speak(state) {
    const { p, angle } = state,
      slope = `slope ${slopeText(slopeAt(angle, p))} percent a degree`;
    figure.tell({ formula: probabilityFormula(state), caption: curveSentence(state), read: netSentence(state) });
    const P = percentText(probability(angle, p));
    announce(canvas, angle / DEGREE, `θ ${degrees(angle)}: P ${P}, loss ${amount(lossAt(angle, p))}, ${slope}`);
  }

  handOn(canvas, model, figure, { scene: () => scene, wish, hand });
  const scrub = { cursor: 'ew-resize', move: ([x]) => wish('step', { step: gauge.nearest(x), choice: 'followed' }) };
  hold(follow.gauges, { find: () => gauge && scrub, keys: () => false, done: figure.save, draw });
  return figure.live({ canvases: [canvas], paint });
}

export default { render };
