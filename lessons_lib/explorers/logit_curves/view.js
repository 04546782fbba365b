// LogitCurves: what stands in place of cos θ for the true class; drag m, λ, the angle between two classes, and θ.
import { calm, element, surface } from '../kit/view.js';
import { curves, netChoice } from '../kit/curves.js';
import { DEGREE, announce, held, hold } from '../kit/hold.js';
import { MARGINS } from '../kit/losses.js';
import { asAngle, inTenths } from '../kit/theta_plot.js';
import { degrees } from '../kit/words.js';
import { logitFrame, stripFrame } from './axes.js';
import { logitKnobs, logitTable } from './controls.js';
import { concerning, logitAt, sameCosine } from './maths.js';
import { paintLogits } from './paint.js';
import { paintStrip } from './panels.js';
import { asksText, edgeSentence, logitFormula, logitSentence, numberText } from './words.js';
import STYLE from './style.css' with { type: 'text' };

const PARAMS = ['margins', 'annealing', 'between'],
  SETTINGS = ['loss', ...PARAMS, 'angle', 'net'];
const HINT =
  'Drag in the plot to move <i>θ</i>; a click on a name chooses its loss. The dashed line ' +
  'across leads to the angle at which plain softmax has the same logit.';

function render({ model, el }) {
  const nets = model.get('nets'),
    figure = curves({ model, el }, { css: STYLE, settings: SETTINGS, drawn: PARAMS, hint: HINT }),
    { pick, put, draw } = figure;
  const canvas = held('angle θ between a feature and its class weight', 180),
    strip = element('canvas', { class: 'strip', 'aria-hidden': 'true' });
  const table = logitTable(loss => put({ loss })),
    knobs = logitKnobs(model, (name, value) => figure.move(name + model.get('loss'), { [name]: value })),
    net = netChoice(nets, i => put({ net: i }));
  figure.lay({
    knobs: knobs.nodes,
    field: [canvas],
    words: [figure.caption],
    side: [table.root, figure.formula, ...net.nodes],
    more: [element('div', { class: 'between' }, strip, figure.read)],
  });

  const names = new Map();
  let plot = {},
    way = {};
  function paint(now, width, across) {
    const p = pick(PARAMS),
      state = {
        ...pick(['loss', 'angle']),
        p,
        look: figure.look(),
        before: concerning(model.get('loss'), model.get('before'), p),
        net: nets[model.get('net')],
        focus: canvas.matches(':focus-visible'),
        names,
        now: calm() ? Infinity : now,
      };
    plot = paintLogits(surface(canvas, width, logitFrame(width, nets.length > 0).height), width, state);
    way = paintStrip(surface(strip, across, stripFrame(across).height), across, state);
    knobs.update(state);
    table.update(state);
    net.update(model.get('net'));
    speak(state);
    return plot.busy;
  }
  function speak(state) {
    const { loss, angle, p } = state,
      f = logitAt(loss, angle, p),
      alike = sameCosine(f) === null ? 'lower than any cosine' : `as softmax at ${asksText(f)}`;
    figure.tell({ formula: logitFormula(state), caption: logitSentence(state), read: edgeSentence(state) });
    announce(canvas, angle / DEGREE, `θ ${degrees(angle)}: ${MARGINS[loss].name} ${numberText(f)}, ${alike}`);
  }

  const turn = angle => {
    figure.set({ angle: asAngle(angle) });
    draw();
  };
  const grip = (scene, spot, angle) => {
    const loss = scene().named?.(spot);
    if (loss) return { cursor: 'pointer', click: () => put({ loss }) };
    return { cursor: 'ew-resize', scrolls: true, move: ([x]) => turn(inTenths(angle(scene().frame, x))) };
  };
  const acts = { done: figure.save, draw };
  hold(canvas, {
    ...acts,
    find: spot =>
      grip(
        () => plot,
        spot,
        (frame, x) => frame.angle(x),
      ),
    keys: ({ by, end }) => turn(end === undefined ? model.get('angle') + by * DEGREE : end * Math.PI),
  });
  hold(strip, {
    ...acts,
    find: spot =>
      grip(
        () => way,
        spot,
        (frame, x) => model.get('between') * frame.share(x),
      ),
    keys: () => false,
  });
  return figure.live({ canvases: [canvas, strip], paint });
}

export default { render };
