// LogitCurves's controls: the table that reads every loss at the cursor and chooses one, and the sliders.
import { radioTable, slider } from '../kit/controls.js';
import { MARGINS } from '../kit/losses.js';
import { marginsSlider } from '../kit/margins.js';
import { DASHES, lossTints } from '../kit/pen.js';
import { degrees, numberText } from '../kit/words.js';
import { DEGREE } from '../kit/numbers.js';
import { LAMBDAS, LOGITS, logitAt, nearestLambda } from './maths.js';
import { asksText, lambdaText } from './words.js';

/** One row a loss: it chooses, and it reads the curve at the cursor. */
export function logitTable(choose) {
  const rows = LOGITS.map(loss => [loss, MARGINS[loss].name, DASHES[loss], 2.4]),
    table = radioTable({ label: 'loss', rows, columns: 2, set: choose });
  const update = ({ loss: chosen, p, angle, look }) =>
    table.update({
      chosen,
      hue: lossTints(look).hue,
      head: [`f(${degrees(angle)})`, 'as softmax at'],
      cells: loss => [numberText(logitAt(loss, angle, p)), asksText(logitAt(loss, angle, p))],
    });
  return { root: table.root, update };
}

/** The sliders; `move` sets what curves depend on. */
export function logitKnobs(model, move) {
  const margin = marginsSlider(model, move);
  const annealing = slider({
    label: 'annealing <i>λ</i>',
    min: 0,
    max: LAMBDAS.length - 1,
    step: 1,
    set: i => move('annealing', LAMBDAS[i]),
    show: () => (model.get('loss') === 'sphereface' ? lambdaText(model.get('annealing')) : 'none'),
  });
  const between = slider({
    label: 'between classes <i>θ</i>₁₂',
    min: 10,
    max: 180,
    step: 1,
    show: v => `${v.toFixed(1)}°`,
    set: v => move('between', Number((v * DEGREE).toFixed(5))),
  });
  function update({ loss, p }) {
    margin.update(p.margins[loss]);
    annealing.update(nearestLambda(p.annealing));
    annealing.input.disabled = loss !== 'sphereface';
    between.update(Math.round((p.between / DEGREE) * 10) / 10);
  }
  return { nodes: [margin.root, annealing.root, between.root], update };
}
