// ProbabilityCurve: P(θ) of the true class under a cosine softmax; pull the curve, or choose s, C and the others'
// angle.
import { calm, element, gestures, mount, surface, write } from '../kit/view.js';
import { ownKeys, settingsLine } from '../kit/controls.js';
import { probabilityFrame } from './axes.js';
import { fits, probabilityControls, readingTable } from './controls.js';
import { gaugeFrame, paintGauges } from './gauges.js';
import { listenTo, scrubOn } from './hand.js';
import { angleOfOthers, lossAt, mend, probability, scaleThrough, settle, slopeAt } from './maths.js';
import { paintProbability } from './paint.js';
import { penOn, tints } from '../kit/pen.js';
import { amount, angleText, curveSentence, netSentence, percentText, probabilityFormula, slopeText } from './words.js';
import STYLE from './style.css' with { type: 'text' };

const SETTINGS = ['step', 'num_classes', 'scale', 'choice', 'others', 'angle', 'net'],
  DRAWN = ['scale', 'num_classes', 'others'];
const FRAME = 260,
  EASE = 90; // milliseconds
const HINT =
  'Take hold of the curve and pull it: <i>s</i> follows. Drag elsewhere in the plot to move ' +
  '<i>θ</i>. Dashed: Fixed AdaCos; thin and pale: other scales.';

function render({ model, el }) {
  const stage = mount({ model, el }, STYLE),
    { root, draw } = stage,
    nets = model.get('nets'),
    moments = model.get('moments');
  const canvas = ownKeys(
    element('canvas', {
      tabindex: 0,
      role: 'slider',
      'aria-label': 'angle θ between a feature and its class weight',
      'aria-valuemin': 0,
      'aria-valuemax': 180,
    }),
  );
  const formula = element('p', { class: 'formula' }),
    caption = element('figcaption'),
    read = element('p', { class: 'read' }),
    hint = element('p', { class: 'soft' });
  const hand = { grasp: null };
  hint.innerHTML = HINT;

  const all = names => Object.fromEntries(names.map(name => [name, model.get(name)])),
    params = () => all(DRAWN),
    save = () => model.save_changes();
  const set = values => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
  };
  const put = (name, value) => {
    set({ [name]: value });
    save();
    draw();
  };
  const state = () => ({ ...all(SETTINGS), moments, run_classes: model.get('run_classes') });
  let scene = {},
    gauge = null,
    run = null,
    drawn = null,
    glides = false,
    seen = 0,
    settled = state();

  const { begin, end } = gestures(root, () => model.set('before', params()));
  function wish(what, wanted, keep = save) {
    begin(what);
    glides = 'choice' in wanted && !calm();
    if (what !== 'play') run = null;
    const { others, ...rest } = wanted;
    set(others === undefined ? settle(state(), rest) : { others });
    keep();
    draw();
  }
  const play = () => {
    run = run
      ? null
      : { since: performance.now(), from: model.get('step') === moments.length - 1 ? 0 : model.get('step') };
    draw();
  };
  const table = readingTable(),
    controls = probabilityControls(model, { wish, put, play });
  const line = settingsLine(model, SETTINGS, fits(model), pasted);
  root.append(
    element(
      'div',
      { class: moments.length ? 'prob story' : 'prob' },
      element('div', { class: 'knobs' }, ...controls.knobs),
      element('div', { class: 'field' }, canvas, ...controls.follow),
      element('div', { class: 'words' }, caption, read),
      element('div', { class: 'side' }, formula, table.root, ...controls.sides),
      element('div', { class: 'foot' }, hint, line.root),
    ),
  );

  function pasted() {
    const before = Object.fromEntries(DRAWN.map(name => [name, settled[name]]));
    set({ ...mend(settled, state()), before });
    end();
    run = null;
    save();
    draw();
  }
  /** While the run plays, one recorded moment after the other. */
  function playOn(now) {
    if (!run) return;
    const due = Math.min(moments.length - 1, run.from + Math.max(0, Math.floor((now - run.since) / FRAME)));
    if (due !== model.get('step') || model.get('choice') !== 'followed')
      wish('play', { step: due, choice: 'followed' }, () => {});
    if (due === moments.length - 1) {
      run = null;
      save();
    }
  }
  /** The scale as drawn: the one that is set, or on its way there from another moment or another choice. */
  function glided(scale, now) {
    const gap = drawn === null ? 0 : Math.log(scale / drawn),
      share = Math.exp(-Math.min(64, now - seen) / EASE);
    seen = now;
    drawn = !glides || Math.abs(gap) < 1e-3 ? scale : scale * Math.exp(-gap * share);
    if (drawn === scale) glides = false;
    return drawn;
  }
  function paint(now, width) {
    const look = stage.look();
    playOn(now);
    const p = params(),
      shown = {
        ...all(SETTINGS),
        p,
        look,
        moments,
        before: model.get('before'),
        net: nets[model.get('net')],
        drawn: glided(p.scale, now),
        grasp: hand.grasp,
        playing: Boolean(run),
        focus: canvas.matches(':focus-visible'),
        moment: {
          now: moments[model.get('step')],
          first: moments[0],
          last: moments.at(-1),
          lost: model.get('lost').step === undefined ? null : model.get('lost'),
        },
      };
    settled = state();
    scene = paintProbability(
      surface(canvas, width, probabilityFrame(width, nets.length > 0, moments.length > 0).height),
      width,
      shown,
    );
    if (moments.length && controls.gauges.clientWidth) {
      const across = controls.gauges.clientWidth;
      gauge = gaugeFrame(across, moments, model.get('lost'));
      paintGauges(penOn(surface(controls.gauges, across, gauge.height), tints(look)), gauge, {
        moments,
        lost: model.get('lost'),
        step: shown.step,
        runClasses: model.get('run_classes'),
        active: shown.choice === 'followed',
      });
    }
    controls.update(shown);
    table.update(shown);
    words(shown);
    line.update();
    return run !== null || glides;
  }
  function words(now) {
    const { p, angle } = now,
      texts = [probabilityFormula(now), curveSentence(now), netSentence(now)];
    [formula, caption, read].forEach((node, i) => write(node, texts[i]));
    canvas.setAttribute('aria-valuenow', ((angle * 180) / Math.PI).toFixed(1));
    canvas.setAttribute(
      'aria-valuetext',
      `θ ${angleText(angle)}: P ${percentText(probability(angle, p))}, loss ${amount(lossAt(angle, p))}, slope ` +
        `${slopeText(slopeAt(angle, p))} percent a degree`,
    );
    if (!run) stage.say(`${caption.textContent} ${read.textContent}`);
  }

  const unhand = listenTo(canvas, hand, {
    scene: () => scene,
    last: () => scene.frame.X(angleOfOthers(params()) - 0.05),
    angle: () => model.get('angle'),
    save,
    draw,
    turn: angle => {
      model.set('angle', angle > Math.PI - 1e-5 ? Math.PI : Number(Math.max(0, angle).toFixed(5)));
      draw();
    },
    pull: (theta, share) => wish('scale', { scale: scaleThrough(theta, share, params()) }, () => {}),
  });
  scrubOn(
    controls.gauges,
    () => gauge,
    step => wish('step', { step, choice: 'followed' }),
  );

  return stage.live({ canvases: [canvas], paint, traits: [...SETTINGS, 'before'], stop: unhand });
}

export default { render };
