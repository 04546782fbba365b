// VerificationThreshold: do two images show the same class? Scores of genuine pairs and impostors, and a threshold to
// drag.
import { roomy, surface } from '../kit/view.js';
import { curves } from '../kit/curves.js';
import { announce, held, hold } from '../kit/hold.js';
import { penOn, tints } from '../kit/pen.js';
import { nearestOnRoc, nextOnRoc, rocFrame, scoreFrame } from './axes.js';
import { verificationControls } from './controls.js';
import { edgeAt, edgeAtFar, lastEdge, nearestEdge, ratesAt, standingAt } from './maths.js';
import { paintScores } from './scores.js';
import { paintRoc } from './roc.js';
import { curveSentence, ghostOf, spokenPlace, spokenRates, thresholdSentence } from './words.js';
import STYLE from './style.css' with { type: 'text' };

/**
 * All that is shown at a moment.
 *
 * @typedef {object} ThresholdState
 * @property {object[]} nets every network's counts
 * @property {'linear' | 'log'} axis of the ROC curve
 * @property {import('./maths.js').Standing} now what is set
 * @property {import('./maths.js').Standing | null} was the same where the last gesture began, on this network
 * @property {number | null} ghost the threshold of then
 * @property {string} score what the scores are
 * @property {boolean} focus whether keys move the threshold
 * @property {boolean} rocFocus whether they move it along the curve
 */

const SETTINGS = ['net', 'threshold', 'axis', 'prior'],
  JUDGED = ['net', 'threshold', 'prior'];
const HINT =
  'Drag the threshold, or its point along the ROC curve. Pink: judged wrongly. Where the dotted ' +
  'line crosses a curve, both errors are equally frequent.';

/** The threshold after settings were pasted in: on an edge, and with another network alone at the same FAR. */
function mended(nets, settled, { net, threshold }) {
  const from = nets[settled.net],
    alone = net !== settled.net && threshold === settled.threshold;
  const edge = alone
    ? edgeAtFar(nets[net], ratesAt(from, nearestEdge(from, settled.threshold)).far)
    : nearestEdge(nets[net], threshold);
  return edgeAt(nets[net], edge);
}

/** All that is shown. @returns {ThresholdState} */
function stateOf(model, nets, now, [scores, roc]) {
  const [axis, score, before] = ['axis', 'score', 'before'].map(name => model.get(name)),
    ghost = ghostOf(before, now),
    [focus, rocFocus] = [scores, roc].map(canvas => canvas.matches(':focus-visible'));
  return { nets, axis, score, now, ghost, was: ghost === null ? null : standingAt(nets, before), focus, rocFocus };
}

/** Both canvases under the hand. */
function handOn(scores, roc, { scene, now, go, ...acts }) {
  const end = by => (by ? lastEdge(now().net) : 0);
  hold(scores, {
    ...acts,
    page: 50,
    find(spot) {
      const { frame } = scene().scores;
      if (!frame || spot[1] < frame.top - 10 || spot[1] > frame.floor + 10) return null;
      const off = frame.X(now().threshold) - spot[0],
        onPill = Math.abs(off) < 34 && spot[1] > frame.axis - 4 && spot[1] < frame.axis + 34;
      const move = ([x]) => go(scene().scores.frame.edge(x + (onPill ? off : 0)));
      return { cursor: onPill ? 'grab' : 'ew-resize', scrolls: true, still: onPill, move };
    },
    keys: ({ by, end: to }) => go(to === undefined ? Math.min(end(1), Math.max(0, now().k + by)) : end(to)),
  });
  hold(roc, {
    ...acts,
    page: 50,
    find([x, y]) {
      const { frame } = scene().roc;
      if (!frame || x < frame.left - 14 || y > frame.bottom + 12) return null;
      const near = Math.hypot(frame.X(now().far) - x, frame.Y(now().tar) - y) < 16;
      return { cursor: near ? 'grab' : 'crosshair', move: at => go(nearestOnRoc(scene().roc.line, at, now().k)) };
    },
    keys: ({ by, end: to }) => go(to === undefined ? nextOnRoc(now().net, now().k, -Math.sign(by)) : end(1 - to)),
  });
}

function render({ model, el }) {
  const nets = model.get('nets'),
    pasted = settled => figure.set({ threshold: mended(nets, settled, figure.pick(JUDGED)) });
  const figure = curves({ model, el }, { css: STYLE, settings: SETTINGS, drawn: JUDGED, hint: HINT, pasted }),
    { draw, save, put, move, kept } = figure,
    now = () => standingAt(nets, figure.pick(JUDGED));
  const scores = held('threshold on the scores', 100, { class: 'scores' }),
    roc = held('threshold as a point of the ROC curve', 100, { class: 'roc' });
  // The same FAR is what makes two networks comparable.
  const choose = net => move(`net ${net}`, { net, threshold: edgeAt(nets[net], edgeAtFar(nets[net], now().far)) }),
    controls = verificationControls(model, {
      move: (name, value, what = name) => move(what, { [name]: value }),
      choose,
      put: (name, value) => put({ [name]: value }),
    });
  figure.lay({
    field: [...controls.heads, scores, controls.jumps],
    words: [figure.caption],
    most: [[212]],
    side: [roc, ...controls.sides],
    more: [roomy([figure.read], [340])],
  });

  let scene = { scores: {}, roc: {} };
  function paint(_, across, beside) {
    const look = tints(figure.look()),
      standing = now(),
      state = stateOf(model, nets, standing, [scores, roc]);
    const pen = (canvas, width, { height }) => penOn(surface(canvas, width, height), look);
    scene = {
      scores: { frame: paintScores(pen(scores, across, scoreFrame(across, standing.net)), across, state) },
      roc: paintRoc(pen(roc, beside, rocFrame(beside, nets, state.axis)), beside, state),
    };
    controls.update(standing);
    figure.tell({ caption: thresholdSentence(nets, standing, model.get('before')), read: curveSentence(standing) });
    const share = (100 * standing.k) / lastEdge(standing.net);
    announce(scores, share, spokenRates(standing));
    announce(roc, 100 - share, spokenPlace(standing)); // there the threshold falls to the right
    return false;
  }

  const go = k => move('drag', { threshold: edgeAt(now().net, k) }, () => {});
  handOn(scores, roc, { scene: () => scene, now, go, done: save, draw, kept });
  return figure.live({ canvases: [scores, roc], paint });
}

export default { render };
