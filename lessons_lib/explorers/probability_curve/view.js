// ProbabilityCurve: P(θ) of the true class under a cosine softmax; pull the curve, or choose s, C and the others' angle.
import { calm, element, figure, ownKeys, painter, settingsLine, speaker, surface, theme, watchLooks } from '../kit/view.js';
import { probabilityFrame } from './axes.js';
import { fits, probabilityControls, readingTable } from './controls.js';
import { gaugeFrame, paintGauges } from './gauges.js';
import { listenTo, scrubOn } from './hand.js';
import { angleOfOthers, lossAt, mend, probability, scaleThrough, settle, slopeAt } from './maths.js';
import { paintProbability } from './paint.js';
import { penOn, tints } from '../kit/pen.js';
import { amount, angleText, curveSentence, netSentence, percentText, probabilityFormula, slopeText } from './words.js';

const SHEET = `
.prob{display:grid;gap:14px 34px;grid-template-columns:minmax(0,1fr)}
.prob canvas{touch-action:pan-y pinch-zoom;border-radius:6px}.prob .field canvas,.prob .run canvas{cursor:ew-resize}
.prob .knobs,.prob .side{display:grid;gap:12px;align-content:start;grid-template-columns:minmax(0,1fr)}
.prob .knobs,.prob .side{align-items:start}.prob .set{display:flex;align-items:baseline;gap:4px 18px;flex-wrap:wrap}
.prob .knobs p{margin:2px 0 0;min-height:1.45em}
.prob .marks{position:relative;height:19px}
.prob .marks button{position:absolute;top:0;transform:translateX(-50%);border:0;padding:5px 4px 0;font-size:12px;line-height:14px;color:var(--soft);white-space:nowrap;border-radius:4px}
.prob .marks button::before{content:"";position:absolute;left:50%;top:-4px;height:7px;border-left:1px solid currentColor}
.prob .marks button:hover{color:var(--ink)}
.prob .formula{font-size:14px;line-height:1.7;margin:0;min-height:8.5em}.prob .formula b{font-weight:600}
.prob sup,.prob sub{line-height:0;font-size:.74em}.prob .tight{white-space:nowrap}
.prob .readings{border-collapse:collapse;font-size:14px;max-width:440px;width:100%}
.prob .readings th{font-weight:400;text-align:left;padding:2px 0}.prob .readings thead th{font-size:12px;color:var(--soft);text-align:right}
.prob .readings td{text-align:right;padding:2px 0 2px 8px;white-space:nowrap}.prob .readings td:nth-child(2){font-weight:600}.prob .readings td:last-child{color:var(--soft)}
.prob .readings tbody tr:nth-child(3n+1) :is(th,td){border-top:1px solid var(--line)}
.prob .run{display:grid;grid-template-columns:minmax(0,1fr) auto;gap:8px 14px;align-items:end;margin-top:16px}.prob .run canvas{grid-column:1/3}.prob .run button{min-width:5.4em}
.prob figcaption{min-height:7.8em;max-width:66em}
.prob .read{margin:8px 0 0;min-height:6em}
.prob .foot .soft{margin:0 0 4px}
@container (min-width:560px){.prob figcaption{min-height:4.7em}.prob .read{min-height:3em}.prob .knobs,.prob .side{grid-template-columns:repeat(2,minmax(0,1fr));gap:14px 24px}}
@container (min-width:800px){.prob{grid-template:auto 1fr auto auto/minmax(0,1fr) 336px}.prob .knobs,.prob .side{grid-template-columns:minmax(0,1fr);gap:10px}.prob .side{gap:14px}.prob figcaption{min-height:3.2em}.prob.story figcaption{min-height:4.7em}
  .prob .knobs{grid-area:1/2}.prob .field{grid-area:1/1/3/2}.prob .side{grid-area:2/2}.prob .words{grid-area:3/1/4/3}.prob .foot{grid-area:4/1/5/3}}`;
const SETTINGS = ['step', 'num_classes', 'scale', 'choice', 'others', 'angle', 'net'], DRAWN = ['scale', 'num_classes', 'others'];
const REST = 900, FRAME = 260, EASE = 90;                             // milliseconds
const HINT = 'Take hold of the curve and pull it: <i>s</i> follows. Drag elsewhere in the plot to move <i>θ</i>. Dashed: Fixed AdaCos; thin and pale: other scales.';

function render({ model, el }) {
  const root = figure(el, SHEET), nets = model.get('nets'), moments = model.get('moments'), draw = painter(paint);
  const canvas = ownKeys(element('canvas', { tabindex: 0, role: 'slider', 'aria-label': 'angle θ between a feature and its class weight', 'aria-valuemin': 0, 'aria-valuemax': 180 }));
  const formula = element('p', { class: 'formula' }), caption = element('figcaption'), read = element('p', { class: 'read' }),
    hint = element('p', { class: 'soft' });
  const spoken = element('div', { class: 'spoken', 'aria-live': 'polite' }), say = speaker(spoken), hand = { grasp: null };
  hint.innerHTML = HINT;

  const all = names => Object.fromEntries(names.map(name => [name, model.get(name)])), params = () => all(DRAWN), save = () => model.save_changes();
  const set = values => { for (const [name, value] of Object.entries(values)) model.set(name, value); };
  const put = (name, value) => { set({ [name]: value }); save(); draw(); };
  const state = () => ({ ...all(SETTINGS), moments, run_classes: model.get('run_classes') });
  let look = null, told = '', scene = {}, gauge = null, run = null, drawn = null, glides = false, seen = 0, pressed = false, begun = false,
    touched = -Infinity, moving = '', settled = state();

  // One drag, or keys on one control without a pause, is one gesture: where it began is drawn thin until the next one.
  function wish(what, wanted, keep = save) {
    const now = performance.now();
    if (what !== moving || (pressed ? !begun : now - touched > REST)) model.set('before', params());
    begun = true; touched = now; moving = what; glides = 'choice' in wanted && !calm();
    if (what !== 'play') run = null;
    const { others, ...rest } = wanted;
    set(others === undefined ? settle(state(), rest) : { others });
    keep(); draw();
  }
  const play = () => { run = run ? null : { since: performance.now(), from: model.get('step') === moments.length - 1 ? 0 : model.get('step') }; draw(); };
  const table = readingTable(), controls = probabilityControls(model, { wish, put, play });
  const line = settingsLine(model, SETTINGS, fits(model), pasted);
  root.append(element('div', { class: moments.length ? 'prob story' : 'prob' }, element('div', { class: 'knobs' }, ...controls.knobs), element('div', { class: 'field' }, canvas, ...controls.follow),
    element('div', { class: 'words' }, caption, read), element('div', { class: 'side' }, formula, table.root, ...controls.sides),
    element('div', { class: 'foot' }, hint, line.root)), spoken);

  function pasted() {
    const before = Object.fromEntries(DRAWN.map(name => [name, settled[name]]));
    set({ ...mend(settled, state()), before }); moving = ''; run = null; save(); draw();
  }
  /** While the run plays, one recorded moment after the other. */
  function playOn(now) {
    if (!run) return;
    const due = Math.min(moments.length - 1, run.from + Math.max(0, Math.floor((now - run.since) / FRAME)));
    if (due !== model.get('step') || model.get('choice') !== 'followed') wish('play', { step: due, choice: 'followed' }, () => {});
    if (due === moments.length - 1) { run = null; save(); }
  }
  /** The scale as drawn: the one that is set, or on its way there from another moment or another choice. */
  function glided(scale, now) {
    const gap = drawn === null ? 0 : Math.log(scale / drawn), share = Math.exp(-Math.min(64, now - seen) / EASE);
    seen = now;
    drawn = !glides || Math.abs(gap) < 1e-3 ? scale : scale * Math.exp(-gap * share);
    if (drawn === scale) glides = false;
    return drawn;
  }
  function paint(now) {
    const width = canvas.clientWidth;
    if (!width) return false;                                          // hidden or taken off the page
    look ??= theme(root);
    playOn(now);
    const p = params(), shown = { ...all(SETTINGS), p, look, moments, before: model.get('before'), net: nets[model.get('net')], drawn: glided(p.scale, now), grasp: hand.grasp, playing: Boolean(run),
      focus: canvas.matches(':focus-visible'), moment: { now: moments[model.get('step')], first: moments[0], last: moments.at(-1), lost: model.get('lost').step === undefined ? null : model.get('lost') } };
    settled = state();
    scene = paintProbability(surface(canvas, width, probabilityFrame(width, nets.length > 0, moments.length > 0).height), width, shown);
    if (moments.length && controls.gauges.clientWidth) {
      const across = controls.gauges.clientWidth;
      gauge = gaugeFrame(across, moments, model.get('lost'));
      paintGauges(penOn(surface(controls.gauges, across, gauge.height), tints(look)), gauge, { moments, lost: model.get('lost'), step: shown.step, runClasses: model.get('run_classes'), active: shown.choice === 'followed' });
    }
    controls.update(shown); table.update(shown); words(shown); line.update();
    return run !== null || glides;
  }
  function words(now) {
    const { p, angle } = now, texts = [probabilityFormula(now), curveSentence(now), netSentence(now)];
    [formula, caption, read].forEach((node, i) => { if (node.dataset.text !== texts[i]) { node.dataset.text = texts[i]; node.innerHTML = texts[i]; } });
    canvas.setAttribute('aria-valuenow', (angle * 180 / Math.PI).toFixed(1));
    canvas.setAttribute('aria-valuetext', `θ ${angleText(angle)}: P ${percentText(probability(angle, p))}, loss ${amount(lossAt(angle, p))}, slope `
      + `${slopeText(slopeAt(angle, p))} percent a degree`);
    const text = `${caption.textContent} ${read.textContent}`;
    if (text !== told && !run) { told = text; say(text); }
  }

  const unhand = listenTo(canvas, hand, { scene: () => scene, last: () => scene.frame.X(angleOfOthers(params()) - 0.05), angle: () => model.get('angle'), save, draw,
    turn: angle => { model.set('angle', angle > Math.PI - 1e-5 ? Math.PI : Number(Math.max(0, angle).toFixed(5))); draw(); },
    pull: (theta, share) => wish('scale', { scale: scaleThrough(theta, share, params()) }, () => {}) });
  scrubOn(controls.gauges, () => gauge, step => wish('step', { step, choice: 'followed' }));
  root.addEventListener('pointerdown', () => { pressed = true; begun = false; }, true);
  for (const type of ['pointerup', 'pointercancel', 'keydown']) root.addEventListener(type, () => { pressed = false; }, true);

  const changed = [...SETTINGS, 'before'].map(name => `change:${name}`), unwatch = watchLooks(root, () => { look = null; draw(); });
  changed.forEach(name => model.on(name, draw));
  draw();
  return () => { changed.forEach(name => model.off(name, draw)); unhand(); unwatch(); draw.stop(); say.stop(); root.remove(); };
}

export default { render };
