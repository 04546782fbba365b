// GradientLength's controls: the table that reads every curve and chooses one, the sliders, and what is folded away.
import { element } from '../kit/view.js';
import { choice, radioTable } from '../kit/controls.js';
import { netChoice, row } from '../kit/curves.js';
import { marginsSlider, scaleSlider } from '../kit/margins.js';
import { DASHES, lossTints } from '../kit/pen.js';
import { PUSHES } from '../kit/push.js';
import { classesSlider } from '../kit/steps.js';
import { amount, degrees } from '../kit/words.js';
import { AXES } from './axes.js';
import { LOSSES, factorsAt } from './maths.js';
import { PLACES, changed, placeText } from './words.js';

/** The value of a curve: as it is drawn. */
export function shownValue(loss, angle, p, { quantity, divided }) {
  const factors = factorsAt(loss, angle, p);
  return amount(factors[quantity] / (divided ? factors.scale : 1));
}

/** One row a loss: it chooses, and it reads the curve at the cursor, with what stood there before. */
export function lossTable(choose) {
  const rows = LOSSES.map(loss => [loss, PUSHES[loss].name, DASHES[loss], loss === 'p2sgrad' ? 4 : 2.2]),
    table = radioTable({ label: 'loss', rows, columns: 2, set: choose });
  const update = state => {
    const { loss: chosen, p, before, angle, quantity, divided, look } = state,
      moved = changed(before, p).was;
    const since = (loss, value) => {
      const old = shownValue(loss, angle, before, state);
      return loss === 'p2sgrad' ? 'unmoved' : old === value ? 'the same' : `${old} →`;
    };
    const cells = loss => {
      const value = shownValue(loss, angle, p, state);
      return [moved ? since(loss, value) : '', value];
    };
    const head = [`${quantity}${divided ? ' ÷ s' : ''} at θ = ${degrees(angle)}`, ''];
    table.update({ chosen, hue: lossTints(look).hue, head, cells });
  };
  return { root: table.root, update };
}

/** The sliders of s, m and C. */
export function lengthKnobs(model, move) {
  const scale = scaleSlider(s => move('scale', s));
  const margin = marginsSlider(model, move);
  const classes = classesSlider(
    () => model.get('classes'),
    C => move('classes', C),
  );
  function update({ loss, p }) {
    scale.update(p.scale);
    classes.update();
    margin.update(p.margins[loss]);
  }
  return { nodes: [scale.root, margin.root, classes.root], update };
}

/** What is asked for less often; `move` sets what curves depend on, `put` the rest. */
export function lengthChoices(model, move, put) {
  const place = element('p', { class: 'soft' }),
    net = netChoice(model.get('nets'), i => put({ net: i }));
  const ask = (label, options, set) => choice({ label, options: Object.entries(options), set });
  const others = ask('where the others stand', PLACES, v => move('others', v));
  const quantity = ask('what is shown', { length: 'length', coefficient: 'coefficient' }, v => put({ quantity: v }));
  const unit = ask('unit', { true: 'divided by s', false: 'as it is' }, v => put({ divided: v === 'true' }));
  const role = ask('which class', { false: 'the true class', true: 'another class too' }, v =>
    put({ another: v === 'true' }),
  );
  function update({ p, another, quantity: what, divided }) {
    others.update(p.others);
    quantity.update(what);
    unit.update(String(divided));
    role.update(String(another));
    net.update(model.get('net'));
    if (place.dataset.for === `${p.others}${p.classes}`) return;
    place.dataset.for = `${p.others}${p.classes}`;
    place.innerHTML = placeText(p);
  }
  const folded = element(
    'div',
    { class: 'choices' },
    element('div', {}, row('pull on', role.root), row('show', quantity.root), row('unit', unit.root)),
    row('the others', others.root, place),
  );
  return { nodes: net.nodes, folded, update };
}

/** The axis that is shown, as a word: it glides where this changes. */
export const axisOf = ({ quantity, divided }) => AXES[divided][quantity];
