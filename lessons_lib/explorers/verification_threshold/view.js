// VerificationThreshold: do two images show the same class? Scores of genuine pairs and impostors, and a threshold to
// drag.
import { element, gestures, mount, surface, write } from '../kit/view.js';
import { ownKeys, settingsLine } from '../kit/controls.js';
import { penOn, tints } from '../kit/pen.js';
import { nearestOnRoc, nextOnRoc, rocFrame, scoreFrame } from './axes.js';
import { fits, verificationControls } from './controls.js';
import { dragThreshold } from './hand.js';
import { edgeAt, edgeAtFar, lastEdge, nearestEdge, ratesAt, standingAt } from './maths.js';
import { paintScores } from './scores.js';
import { paintRoc } from './roc.js';
import { curveSentence, ghostOf, spokenRates, thresholdSentence } from './words.js';
import STYLE from './style.css' with { type: 'text' };

const SETTINGS = ['net', 'threshold', 'axis', 'prior'],
  JUDGED = ['net', 'threshold', 'prior'];
const HINT =
  'Drag the threshold, or its point along the ROC curve. Pink: judged wrongly. Where the dotted ' +
  'line crosses a curve, both errors are equally frequent.';

function build(root, model, acts, changed) {
  const range = { 'aria-valuemin': 0, 'aria-valuemax': 100 },
    canvas = (name, label) =>
      ownKeys(element('canvas', { class: name, tabindex: 0, role: 'slider', 'aria-label': label, ...range }));
  const scores = canvas('scores', 'threshold on the scores'),
    roc = canvas('roc', 'threshold as a point of the ROC curve');
  const caption = element('figcaption'),
    read = element('p', { class: 'read' }),
    hint = element('p', { class: 'soft' }, HINT);
  const controls = verificationControls(model, acts),
    line = settingsLine(model, SETTINGS, fits(model), changed);
  root.append(
    element(
      'div',
      { class: 'verify' },
      element('div', { class: 'field' }, ...controls.heads, scores, controls.jumps),
      element('div', { class: 'side' }, roc, ...controls.sides),
      element('div', { class: 'words' }, caption, read),
      element('div', { class: 'foot' }, hint, line.root),
    ),
  );
  return { scores, roc, caption, read, controls, line };
}

function render({ model, el }) {
  const stage = mount({ model, el }, STYLE),
    { root, draw } = stage,
    nets = model.get('nets'),
    save = () => model.save_changes();
  const judged = () => Object.fromEntries(JUDGED.map(name => [name, model.get(name)])),
    now = () => standingAt(nets, judged());
  const parts = build(
    root,
    model,
    {
      move,
      choose,
      put: (name, value) => {
        model.set(name, value);
        save();
        draw();
      },
    },
    pasted,
  );
  const { begin, end } = gestures(root, () => model.set('before', judged()));
  let scene = {},
    settled = judged();

  function move(name, value, what = name, keep = save) {
    begin(what);
    model.set(name, value);
    keep();
    draw();
  }
  function choose(k) {
    // the same FAR is what makes two networks comparable
    const { far } = now();
    begin(`net ${k}`);
    model.set('net', k);
    model.set('threshold', edgeAt(nets[k], edgeAtFar(nets[k], far)));
    save();
    draw();
  }
  function pasted() {
    const k = model.get('net'),
      from = nets[settled.net],
      alone = k !== settled.net && model.get('threshold') === settled.threshold;
    const edge = alone
      ? edgeAtFar(nets[k], ratesAt(from, nearestEdge(from, settled.threshold)).far)
      : nearestEdge(nets[k], model.get('threshold'));
    model.set('threshold', edgeAt(nets[k], edge));
    model.set('before', settled);
    end();
    save();
    draw();
  }

  function paint(_, across, beside) {
    const look = tints(stage.look());
    const before = model.get('before'),
      standing = now(),
      ghost = ghostOf(before, standing),
      axis = model.get('axis');
    const state = {
      nets,
      axis,
      now: standing,
      ghost,
      was: ghost === null ? null : standingAt(nets, before),
      score: model.get('score'),
      focus: parts.scores.matches(':focus-visible'),
      rocFocus: parts.roc.matches(':focus-visible'),
    };
    settled = judged();
    const scores = paintScores(
      penOn(surface(parts.scores, across, scoreFrame(across, standing.net).height), look),
      across,
      state,
    );
    scene = {
      scores,
      roc: paintRoc(penOn(surface(parts.roc, beside, rocFrame(beside, nets, axis).height), look), beside, state),
    };
    parts.controls.update(standing);
    parts.line.update();
    words(standing, before);
    return false;
  }
  function words(standing, before) {
    const texts = [thresholdSentence(nets, standing, before), curveSentence(standing)];
    [parts.caption, parts.read].forEach((node, i) => write(node, texts[i]));
    for (const canvas of [parts.scores, parts.roc]) {
      canvas.setAttribute('aria-valuenow', ((100 * standing.k) / lastEdge(standing.net)).toFixed(1));
      canvas.setAttribute('aria-valuetext', spokenRates(standing));
    }
    stage.say(parts.caption.textContent);
  }

  const go = k => move('threshold', edgeAt(now().net, k), 'drag', () => {}),
    shared = { go, save, draw, ends: () => [0, lastEdge(now().net)] };
  const near = (point, [x, y]) => Math.abs(point - x) < 30 && y > scene.scores.axis && y < scene.scores.axis + 30;
  dragThreshold(parts.scores, {
    ...shared,
    edge: ([x], off) => scene.scores.edge(x + off),
    step: by => Math.min(lastEdge(now().net), Math.max(0, now().k + by)),
    grip: at => {
      const x = scene.scores?.X(now().threshold);
      return !scene.scores || at[1] < scene.scores.top - 10 || at[1] > scene.scores.floor + 10
        ? null
        : near(x, at)
          ? x - at[0]
          : 0;
    },
  });
  dragThreshold(parts.roc, {
    ...shared,
    edge: at => nearestOnRoc(scene.roc.line, at, now().k),
    ends: () => [lastEdge(now().net), 0],
    step: by => nextOnRoc(now().net, now().k, -Math.sign(by)),
    grip: ([x, y]) => (scene.roc && x > scene.roc.frame.left - 14 && y < scene.roc.frame.bottom + 10 ? 0 : null),
  });

  return stage.live({ canvases: [parts.scores, parts.roc], paint, traits: [...SETTINGS, 'before'] });
}

export default { render };
