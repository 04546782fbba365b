// LogitCurves: what stands in place of cos θ for the true class; drag m, λ, the angle between two classes, and θ.
import {
  calm,
  element,
  figure,
  ownKeys,
  painter,
  settingsLine,
  speaker,
  surface,
  theme,
  watchLooks,
} from '../kit/view.js';
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
const REST = 900; // milliseconds between two gestures
const HINT =
  'Drag in the plot to move <i>θ</i>; a click on a name chooses its loss. The dashed line ' +
  'across leads to the angle at which plain softmax has the same logit.';

function render({ model, el }) {
  const root = figure(el, STYLE),
    nets = model.get('nets'),
    draw = painter(paint);
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
  const spoken = element('div', { class: 'spoken', 'aria-live': 'polite' }),
    say = speaker(spoken);
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
  let look = null,
    shown = null,
    told = '',
    scene = {},
    names = {},
    pressed = false,
    begun = false,
    touched = -Infinity,
    moving = '',
    settled = params();

  // One drag, or keys on one control without a pause, is one gesture: where it began is drawn thin until the next one.
  function move(name, value) {
    const now = performance.now(),
      what = name + model.get('loss');
    if (what !== moving || (pressed ? !begun : now - touched > REST)) model.set('before', params());
    begun = true;
    touched = now;
    moving = what;
    put(name, value);
  }
  const table = logitTable(loss => put('loss', loss)),
    controls = logitControls(model, move, put);
  const line = settingsLine(model, SETTINGS, fits(model), () => {
    model.set('margins', params().margins);
    model.set('before', settled);
    moving = '';
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
    spoken,
  );

  function paint(now) {
    const width = canvas.clientWidth;
    if (!width) return false; // hidden or taken off the page
    look ??= theme(root);
    if (width !== shown) names = {};
    const p = params(),
      state = {
        look,
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
    [formula, caption, read].forEach((node, i) => {
      if (node.dataset.text !== texts[i]) {
        node.dataset.text = texts[i];
        node.innerHTML = texts[i];
      }
    });
    canvas.setAttribute('aria-valuenow', ((angle * 180) / Math.PI).toFixed(1));
    canvas.setAttribute(
      'aria-valuetext',
      `θ ${angleText(angle)}: ${MARGINS[loss].name} ${numberText(f)}, ` +
        `${sameCosine(f) === null ? 'lower than any cosine' : `as softmax at ${asksText(f)}`}`,
    );
    const all = `${caption.textContent} ${read.textContent}`;
    if (all !== told) {
      told = all;
      say(all);
    }
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
  root.addEventListener(
    'pointerdown',
    () => {
      pressed = true;
      begun = false;
    },
    true,
  );
  for (const type of ['pointerup', 'pointercancel', 'keydown'])
    root.addEventListener(
      type,
      () => {
        pressed = false;
      },
      true,
    );

  const changed = [...SETTINGS, 'before'].map(name => `change:${name}`),
    unwatch = watchLooks(root, () => {
      look = null;
      draw();
    });
  changed.forEach(name => model.on(name, draw));
  draw();
  return () => {
    changed.forEach(name => model.off(name, draw));
    unwatch();
    draw.stop();
    say.stop();
    root.remove();
  };
}

export default { render };
