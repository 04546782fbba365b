// CurveFamily's controls: which loss, which trained net, and, folded away, what decides the curves besides the hand.
import { element } from '../kit/view.js';
import { choice, named, slider } from '../kit/controls.js';
import { netChoice } from '../kit/curves.js';
import { classesSlider } from '../kit/steps.js';
import { degrees } from '../kit/words.js';
import { DEGREE } from '../kit/numbers.js';
import { LOSSES } from './maths.js';
import { plain } from './words.js';

/** MagFace's two margins stay in order: one that passes the other takes it along. */
export const inOrder = ([from, to], i, m) => (i ? [Math.min(from, m), m] : [m, Math.max(to, m)]);

const knob = (losses, read, range) => ({ losses, read, ...slider({ show: plain, ...range }) }),
  between = ({ low, high }, step) => ({ min: low, max: high, step });

/** Sliders of one setting each, with the losses it bears on and how its value is read. */
function knobs(model, move) {
  const limits = model.get('limits');
  const number = (label, name, losses, step) =>
    knob(losses, () => model.get(name), { label, ...between(limits[name], step), set: value => move(name, value) });
  const margin = loss =>
    knob([loss], () => model.get('margins')[loss], {
      label: 'margin <i>m</i>',
      ...between(limits.margins.each[loss], 0.01),
      set: m => move('margins', { ...model.get('margins'), [loss]: m }),
    });
  const end = (label, i) =>
    knob(['magface'], () => model.get('magface_margins')[i], {
      label,
      ...between(limits.magface_margins, 0.01),
      set: m => move('magface_margins', inOrder(model.get('magface_margins'), i, m)),
    });
  const turn = (label, name, losses, max) =>
    knob(losses, () => Math.round((model.get(name) / DEGREE) * 10) / 10, {
      label,
      ...{ min: 0, max, step: 1 },
      show: value => degrees(value * DEGREE),
      set: value => move(name, Number((value * DEGREE).toFixed(5))),
    });
  const all = Object.keys(LOSSES);
  return [
    margin('adaface'),
    margin('curricularface'),
    end('margin of the shortest', 0),
    end('margin of the longest', 1),
    number('<i>h</i>', 'h', ['adaface'], 0.001),
    number('mean length μ', 'mean', ['adaface'], 0.5),
    number('spread σ', 'spread', ['adaface'], 0.1),
    turn('own angle θ<sub>y</sub>', 'own', ['curricularface'], 90),
    turn('line at θ', 'angle', all, 180),
    number('scale <i>s</i>', 'scale', all, 0.5),
    {
      losses: all,
      read: () => {},
      ...classesSlider(
        () => model.get('classes'),
        C => move('classes', C),
      ),
    },
  ];
}

/** `put` sets the loss and the net, `move` what curves depend on. */
export function familyControls(model, { put, move }) {
  const sliders = knobs(model, move),
    losses = choice({ label: 'loss', options: named(LOSSES), set: loss => put({ loss }) }),
    net = netChoice(model.get('nets'), i => put({ net: i }));
  function update(loss) {
    losses.update(loss);
    net.update(model.get('net'));
    for (const knob of sliders) {
      knob.root.hidden = !knob.losses.includes(loss);
      knob.update(knob.read());
    }
  }
  return {
    losses: losses.root,
    nets: net.nodes,
    sliders: element('div', { class: 'sliders' }, ...sliders.map(({ root }) => root)),
    update,
  };
}
