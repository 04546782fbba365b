// GradientLength: how hard each loss pulls its own class weight, against θ; drag s, m, C and the angle.
import { calm, element, surface } from '../kit/view.js';
import { fold } from '../kit/controls.js';
import { curves } from '../kit/curves.js';
import { DEGREE, announce, held, hold } from '../kit/hold.js';
import { PUSHES } from '../kit/push.js';
import { asAngle, inTenths } from '../kit/theta_plot.js';
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
  ' The trained angles are counted where the curves say, with the others as chosen, not with each point’s own <i>P</i>.';

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
    const part = from ? Math.min(1, Math.max(0, (now - since) / GLIDE)) : 1,
      ease = part * part * (3 - 2 * part),
      between = loss => goal[loss].map((v, i) => from[loss][i] + (v - from[loss][i]) * ease);
    heights = part === 1 ? goal : Object.fromEntries(LOSSES.map(loss => [loss, between(loss)]));
    if (part === 1) from = null;
    return { heights, gliding: part < 1 };
  };
}

function render({ model, el }) {
  const nets = model.get('nets'),
    hint = nets.length ? HINT + COUNTED : HINT,
    figure = curves({ model, el }, { css: STYLE, settings: SETTINGS, drawn: PARAMS, hint }),
    { pick, put, draw } = figure;
  const canvas = held('angle θ between a feature and its class weight', 180),
    panels = element('canvas', { class: 'panels', 'aria-hidden': 'true' });
  const move = (name, value) => figure.move(name, { [name]: value }),
    controls = [lossTable(loss => put({ loss })), lengthKnobs(model, move), lengthChoices(model, move, put)],
    [table, knobs, choices] = controls;
  const more = fold(
    'another class, other units and places; who still pushes, factor by factor',
    choices.folded,
    panels,
  );
  figure.lay({
    knobs: knobs.nodes,
    field: [canvas],
    side: [table.root, ...choices.nodes, figure.formula],
    more: [more],
  });

  const names = new Map(),
    glided = glider();
  let scene = {},
    rowAt = () => null;
  function paint(now, width) {
    const p = pick(PARAMS),
      shown = { ...pick([...SHOWN, 'before']), p, look: figure.look(), net: nets[model.get('net')], names };
    const drawn = glided(shown, now),
      state = {
        ...shown,
        ...drawn,
        focus: canvas.matches(':focus-visible'),
        now: calm() || drawn.gliding ? Infinity : now,
      };
    scene = paintLength(surface(canvas, width, lengthFrame(width, nets.length > 0).height), width, state);
    const across = panels.clientWidth;
    if (across && more.open) rowAt = paintPanels(surface(panels, across, panelFrame(across).height), across, state);
    for (const part of controls) part.update(state);
    speak(state);
    return drawn.gliding || scene.busy;
  }
  function speak(state) {
    const { loss, angle, p, another } = state,
      read = another ? anotherSentence(state) : reachSentence(state);
    figure.tell({ formula: formulaHtml(state), caption: pullSentence(state), read });
    const value = key => `${PUSHES[key].name} ${shownValue(key, angle, p, state)}`,
      told = loss === 'p2sgrad' ? value(loss) : `${value(loss)}, ${value('p2sgrad')}`;
    announce(canvas, angle / DEGREE, `θ ${degrees(angle)}: ${told}`);
  }

  const turn = angle => {
    figure.set({ angle: asAngle(angle) });
    draw();
  };
  const choose = loss => loss && { cursor: 'pointer', click: () => put({ loss }) },
    follow = { cursor: 'ew-resize', scrolls: true, move: ([x]) => turn(inTenths(scene.frame.angle(x))) };
  hold(canvas, {
    find: spot => scene.frame && (choose(scene.named(spot)) ?? follow),
    keys: ({ by, end }) => turn(end === undefined ? model.get('angle') + by * DEGREE : end * Math.PI),
    done: figure.save,
    draw,
  });
  hold(panels, { find: spot => choose(rowAt(spot)), keys: () => false, done: figure.save, draw });
  return figure.live({ canvases: [canvas], paint });
}

export default { render };
