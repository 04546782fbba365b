// LogitCurves: what stands in place of cos θ for the true class; drag m, λ, the angle between two classes, and θ.
import { calm, element, gestures, mount, surface, write } from '../kit/view.js';
import { ownKeys, settingsLine } from '../kit/controls.js';
import { MARGINS } from '../kit/losses.js';
import { logitFrame } from './axes.js';
import { fits, logitControls, logitTable } from './controls.js';
import { listenTo } from './hand.js';
import { concerning, logitAt, sameCosine } from './maths.js';
import { paintLogits } from './paint.js';
import { angleText, asksText, edgeSentence, logitFormula, logitSentence, numberText } from './words.js';
import STYLE from './style.css' with { type: 'text' };

const SETTINGS = ['loss', 'margins', 'annealing', 'between', 'angle', 'net'],
  STANDARD = { sphereface: 4, cosface: 0.1, arcface: 0.2 };
const HINT =
  'Drag in the plot to move <i>θ</i>; a click on a name chooses its loss. The dashed line ' +
  'across leads to the angle at which plain softmax has the same logit.';

function render({ model, el }) {
  const stage = mount({ model, el }, STYLE),
    { root, draw } = stage,
    nets = model.get('nets');
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
  hint.innerHTML = HINT;

  const params = () => ({
    margins: { ...STANDARD, ...model.get('margins') },
    annealing: model.get('annealing'),
    between: model.get('between'),
  });
  const save = () => model.save_changes(),
    put = (name, value) => {
      model.set(name, value);
      save();
      draw();
    };
  let shown = null,
    scene = {},
    names = {},
    settled = params();

  const { begin, end } = gestures(root, () => model.set('before', params()));
  function move(name, value) {
    begin(name + model.get('loss'));
    put(name, value);
  }
  const table = logitTable(loss => put('loss', loss)),
    controls = logitControls(model, move, put);
  const line = settingsLine(model, SETTINGS, fits(model), () => {
    model.set('margins', params().margins);
    model.set('before', settled);
    end();
    save();
    draw();
  });
  root.append(
    element(
      'div',
      { class: 'logits' },
      element('div', { class: 'knobs' }, ...controls.knobs),
      element('div', { class: 'field' }, canvas),
      element('div', { class: 'words' }, caption, read),
      element('div', { class: 'side' }, table.root, formula, ...controls.sides),
      element('div', { class: 'foot' }, hint, line.root),
    ),
  );

  function paint(now, width) {
    if (width !== shown) names = {};
    const p = params(),
      state = {
        look: stage.look(),
        loss: model.get('loss'),
        angle: model.get('angle'),
        p,
        before: concerning(model.get('loss'), model.get('before'), p),
        net: nets[model.get('net')],
        focus: canvas.matches(':focus-visible'),
        names,
        now: calm() ? Infinity : now,
      };
    shown = width;
    settled = p;
    scene = paintLogits(surface(canvas, width, logitFrame(width, nets.length > 0).height), width, state);
    controls.update(state);
    table.update(state);
    words(state);
    line.update();
    return !calm() && Object.values(names).some(({ since }) => now - since < 200);
  }
  function words(state) {
    const { loss, angle, p } = state,
      texts = [logitFormula(state), logitSentence(state), edgeSentence(state)],
      f = logitAt(loss, angle, p);
    [formula, caption, read].forEach((node, i) => write(node, texts[i]));
    canvas.setAttribute('aria-valuenow', ((angle * 180) / Math.PI).toFixed(1));
    canvas.setAttribute(
      'aria-valuetext',
      `θ ${angleText(angle)}: ${MARGINS[loss].name} ${numberText(f)}, ` +
        `${sameCosine(f) === null ? 'lower than any cosine' : `as softmax at ${asksText(f)}`}`,
    );
    stage.say(`${caption.textContent} ${read.textContent}`);
  }

  listenTo(canvas, {
    scene: () => scene,
    between: () => model.get('between'),
    angle: () => model.get('angle'),
    choose: loss => put('loss', loss),
    save,
    draw,
    turn: angle => {
      model.set('angle', angle > Math.PI - 1e-5 ? Math.PI : Number(Math.max(0, angle).toFixed(5)));
      draw();
    },
  });

  return stage.live({ canvases: [canvas], paint, traits: [...SETTINGS, 'before'] });
}

export default { render };
