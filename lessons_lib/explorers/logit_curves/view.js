// LogitCurves: what stands in place of cos θ for the true class; drag m, λ, the angle between two classes, and θ.
import { calm, element, roomy, surface } from '../kit/view.js';
import { curves, netChoice } from '../kit/curves.js';
import { cursorOn, thetaCanvas } from '../kit/cursor.js';
import { announce } from '../kit/hold.js';
import { MARGINS } from '../kit/losses.js';
import { degrees, numberText } from '../kit/words.js';
import { DEGREE } from '../kit/numbers.js';
import { logitFrame, stripFrame } from './axes.js';
import { logitKnobs, logitTable } from './controls.js';
import { concerning, logitAt, sameCosine } from './maths.js';
import { paintLogits } from './paint.js';
import { paintStrip } from './panels.js';
import { asksText, edgeSentence, logitFormula, logitSentence } from './words.js';
import STYLE from './style.css' with { type: 'text' };

const PARAMS = ['margins', 'annealing', 'between'],
  SETTINGS = ['loss', ...PARAMS, 'angle', 'net'];
const HINT =
  'Drag in the plot to move <i>θ</i>; a click on a name chooses its loss. The dashed line ' +
  'across leads to the angle at which plain softmax has the same logit.';

/** The parts, put on the page; `update(state)` of the controls, and the canvases. */
function partsOf(model, figure) {
  const { put, caption, formula, read } = figure,
    canvas = thetaCanvas(),
    strip = element('canvas', { class: 'strip', 'aria-hidden': 'true' }),
    table = logitTable(loss => put({ loss })),
    knobs = logitKnobs(model, (name, value) => figure.move(name + model.get('loss'), { [name]: value })),
    net = netChoice(model.get('nets'), i => put({ net: i }));
  figure.lay({
    knobs: knobs.nodes,
    field: [canvas],
    words: [caption],
    most: [[278]],
    side: [table.root, formula, ...net.nodes],
    more: [element('div', { class: 'between' }, strip, roomy([read], [250]))],
  });
  const update = state => {
    for (const part of [table, knobs]) part.update(state);
    net.update(model.get('net'));
  };
  return { canvas, strip, update };
}

function speak(figure, canvas, state) {
  const { loss, angle, p } = state,
    f = logitAt(loss, angle, p),
    alike = sameCosine(f) === null ? 'lower than any cosine' : `as softmax at ${asksText(f)}`;
  figure.tell({ formula: logitFormula(state), caption: logitSentence(state), read: edgeSentence(state) });
  announce(canvas, angle / DEGREE, `θ ${degrees(angle)}: ${MARGINS[loss].name} ${numberText(f)}, ${alike}`);
}

function render({ model, el }) {
  const nets = model.get('nets'),
    figure = curves({ model, el }, { css: STYLE, settings: SETTINGS, drawn: PARAMS, hint: HINT }),
    { canvas, strip, update } = partsOf(model, figure),
    names = new Map();
  let plot = {},
    way = {};
  function paint(now, width, across) {
    const shown = figure.seen(canvas, ['loss', 'angle']),
      before = concerning(shown.loss, shown.before, shown.p),
      state = { ...shown, before, names, now: calm() ? Infinity : now };
    plot = paintLogits(surface(canvas, width, logitFrame(width, nets.length > 0).height), width, state);
    way = paintStrip(surface(strip, across, stripFrame(across).height), across, state);
    update(state);
    speak(figure, canvas, state);
    return plot.busy;
  }
  cursorOn(canvas, figure, { scene: () => plot });
  cursorOn(strip, figure, { scene: () => way, angle: (frame, x) => model.get('between') * frame.share(x) });
  return figure.live({ canvases: [canvas, strip], paint });
}

export default { render };
