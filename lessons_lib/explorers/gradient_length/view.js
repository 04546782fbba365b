// GradientLength: how hard each loss pulls its own class weight, against θ; drag s, m, C and the angle.
import { calm, element, surface } from '../kit/view.js';
import { fold } from '../kit/controls.js';
import { curves } from '../kit/curves.js';
import { cursorOn, thetaCanvas } from '../kit/cursor.js';
import { DEGREE, clamp, eased } from '../kit/numbers.js';
import { announce } from '../kit/hold.js';
import { PUSHES } from '../kit/push.js';
import { degrees } from '../kit/words.js';
import { lengthFrame, panelFrame } from './axes.js';
import { axisOf, lengthChoices, lengthKnobs, lossTable, shownValue } from './controls.js';
import { LOSSES } from './maths.js';
import { heightsOf, paintLength } from './paint.js';
import { paintPanels } from './panels.js';
import { anotherSentence, formulaHtml, pullSentence, reachSentence } from './words.js';
import STYLE from './style.css' with { type: 'text' };

const PARAMS = ['scale', 'margins', 'classes', 'others'],
  SHOWN = ['loss', 'quantity', 'divided', 'another', 'angle'],
  SETTINGS = [...SHOWN.slice(0, 1), ...PARAMS, ...SHOWN.slice(1), 'net'];
const GLIDE = 320; // milliseconds
const HINT =
  'Drag in the plot to move <i>θ</i>; a click on a name chooses its loss. SphereFace, whose curve goes up and down ' +
  '<i>m</i> times, is drawn where it is chosen.';
const COUNTED =
  ' The trained angles are counted where the curves say, with the others as chosen, ' +
  'not with each point’s own <i>P</i>.';

/** The curves as drawn: those of the parameters, or on their way from one axis to another. */
function glider() {
  let from = null,
    since = 0,
    heights = null,
    axis = null;
  return (state, now) => {
    const goal = heightsOf(state.p, state.quantity, state.divided);
    if (axis !== axisOf(state) && heights && !calm()) [from, since] = [heights, now];
    axis = axisOf(state);
    const part = from ? clamp((now - since) / GLIDE, 0, 1) : 1,
      ease = eased(part),
      between = loss => goal[loss].map((v, i) => from[loss][i] + (v - from[loss][i]) * ease);
    heights = part === 1 ? goal : Object.fromEntries(LOSSES.map(loss => [loss, between(loss)]));
    if (part === 1) from = null;
    return { heights, gliding: part < 1 };
  };
}

/** The parts, put on the page; `update(state)` of the controls, and the canvases. */
function partsOf(model, figure) {
  const { put, formula } = figure,
    move = (name, value) => figure.move(name, { [name]: value }),
    controls = [lossTable(loss => put({ loss })), lengthKnobs(model, move), lengthChoices(model, move, put)],
    [table, knobs, choices] = controls;
  const canvas = thetaCanvas(),
    panels = element('canvas', { class: 'panels', 'aria-hidden': 'true' }),
    title = 'another class, other units and places; who still pushes, factor by factor',
    more = fold(title, choices.folded, panels);
  const side = [table.root, ...choices.nodes, formula];
  figure.lay({
    knobs: knobs.nodes,
    field: [canvas],
    most: [
      [242, 134],
      [226, 212],
    ],
    side,
    more: [more],
  });
  return { canvas, panels, unfolded: () => more.open, update: state => controls.forEach(part => part.update(state)) };
}

function speak(figure, canvas, state) {
  const { loss, angle, p, another } = state,
    read = another ? anotherSentence(state) : reachSentence(state),
    value = key => `${PUSHES[key].name} ${shownValue(key, angle, p, state)}`,
    told = loss === 'p2sgrad' ? value(loss) : `${value(loss)}, ${value('p2sgrad')}`;
  figure.tell({ formula: formulaHtml(state), caption: pullSentence(state), read });
  announce(canvas, angle / DEGREE, `θ ${degrees(angle)}: ${told}`);
}

function render({ model, el }) {
  const nets = model.get('nets'),
    hint = nets.length ? HINT + COUNTED : HINT,
    figure = curves({ model, el }, { css: STYLE, settings: SETTINGS, drawn: PARAMS, hint }),
    { canvas, panels, unfolded, update } = partsOf(model, figure),
    names = new Map(),
    glided = glider();
  let plot = {},
    below = {};
  function paint(now, width) {
    const shown = figure.seen(canvas, SHOWN),
      drawn = glided(shown, now),
      state = { ...shown, ...drawn, names, now: calm() || drawn.gliding ? Infinity : now };
    plot = paintLength(surface(canvas, width, lengthFrame(width, nets.length > 0).height), width, state);
    const across = unfolded() && panels.clientWidth;
    if (across) below = paintPanels(surface(panels, across, panelFrame(across).height), across, state);
    update(state);
    speak(figure, canvas, state);
    return drawn.gliding || plot.busy;
  }
  cursorOn(canvas, figure, { scene: () => plot });
  cursorOn(panels, figure, { scene: () => below });
  return figure.live({ canvases: [canvas], paint });
}

export default { render };
