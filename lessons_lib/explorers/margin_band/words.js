// What MarginBand says, in HTML: plain sentences with the numbers in them.
import { degrees, thousands, tight } from '../kit/words.js';
import { MARGINS, marginText } from '../kit/losses.js';
import { BAND, WRONG } from './band.js';

const margin = text => `<b class="m">${text}</b>`;
const verb = n => (n === 1 ? 'is' : 'are');
const subscript = k => [...String(k)].map(digit => '₀₁₂₃₄₅₆₇₈₉'[digit]).join('');

/** The figure in one or two sentences; `before` is what was shown before this gesture, null where nothing moved. */
export function bandSentence({ loss, m, seen, points, top, closed, classes, before }) {
  const { name, neutral } = MARGINS[loss],
    n = thousands(points.n),
    band = seen.count[BAND],
    wrong = seen.count[WRONG];
  if (!points.n)
    return 'There are no points to show here, only the class weights and what the loss asks of each direction.';
  const errors = `<b>${thousands(wrong)}</b> ${verb(wrong)} wrong.`;
  if (loss === 'softmax')
    return `Softmax: of ${n} digits ${errors} Without a margin there is no band: right is right enough.`;
  const was =
    before && before.band !== band
      ? ` (it was ${thousands(before.band)}${
          before.loss === loss && before.m !== m
            ? ` at ${before.m.toFixed(loss === 'cosface' ? 3 : 2)}`
            : before.loss !== loss
              ? ` for ${MARGINS[before.loss].name}`
              : ''
        })`
      : '';
  const head =
    `${name}, ${tight(margin(`<i>m</i> = ${marginText(loss, m)}`))}: ` +
    (m === neutral
      ? 'this margin asks for nothing more, the band is empty; '
      : `${margin(thousands(band))} of ${n} digits${was} ${verb(band)} right but not right enough; `) +
    errors;
  if (top.last === Infinity)
    return `${head} The angle is multiplied, so the class weight's own direction (<i>θ</i> = 0) always satisfies it.`;
  const last = tight(marginText(loss, top.last));
  if (m >= top.last) return `${head} No direction on this circle can satisfy it: the last room closed at ${last}.`;
  const lost = closed
    ? `<b>${closed}</b> of ${classes} classes ${closed === 1 ? 'has' : 'have'} no room left; past`
    : 'Past';
  return `${head} ${lost} ${last} no direction on this circle can satisfy it.`;
}

/** What stands where one points: the comparison that the loss makes. */
export function pointSentence(loss, m, { y, j, own, other, target, enough }) {
  const a = `θ${subscript(y)}`,
    b = `θ${subscript(j)}`,
    cos = Math.cos;
  const parts = {
    softmax: () => [a, `= ${degrees(own)}`, `&lt; ${b} = ${degrees(other)}`],
    sphereface: () => [
      ...[`m ${a}`, `= ${margin(m.toFixed(1))} × ${degrees(own)}`, `= ${degrees(m * own)}`],
      `${enough ? '&lt;' : '≥'} ${b} = ${degrees(other)}`,
    ],
    cosface: () => [
      ...[`cos ${a} − m`, `= ${cos(own).toFixed(3)} − ${margin(m.toFixed(3))}`, `= ${target.toFixed(3)}`],
      `${enough ? '&gt;' : '≤'} cos ${b} = ${cos(other).toFixed(3)}`,
    ],
    arcface: () => [
      ...[`${a} + m`, `= ${degrees(own)} + ${margin(degrees(m))}`, `= ${degrees(own + m)}`],
      `${enough ? '&lt;' : '≥'} ${b} = ${degrees(other)}`,
    ],
  }[loss]();
  const compare = parts.map(tight).join(' '); // a line breaks between them only
  return `A ${y} here: ${compare}, ${enough ? 'right enough' : 'right, but not right enough'}.`;
}

/** Where a class weight stands between its neighbours, and how many digits it has. */
export function classSentence(k, dirs, cells, points) {
  const { a, b, next, previous } = cells.find(cell => cell.k === k),
    count = points.y.filter(y => y === k).length;
  return (
    `Class ${k} at ${degrees(dirs[k])}: ${degrees(a)} to class ${next}, ` +
    `${degrees(b)} to class ${previous}; ${count ? thousands(count) : 'no'} digits.`
  );
}

/** What training has changed since the reader began to drag: `before` and `now` are { theta, open }. */
export function trainedSentence({ before, now, steps, rests, agrees }) {
  const change = (from, to) => (from === to ? `<b>${to}</b> as before` : `${from} → <b>${to}</b>`);
  return (
    `${rests ? 'Trained' : 'Training:'} ${thousands(steps)} steps since you began: mean <i>θ<sub>y</sub></i> ` +
    `${change(degrees(before.theta), degrees(now.theta))}, not yet right enough ` +
    `${change(thousands(before.open), thousands(now.open))}.` +
    (rests && agrees ? ` The first 20 steps agree with PyTorch’s to ${agrees} digits.` : '')
  );
}

/** What another scale has changed: `before` and `now` are { s, push }. */
export const scaleSentence = (before, now) =>
  `<i>s</i> ${tight(`${before.s} → <b>${now.s}</b>`)}: the mean push goes from ${before.push.toFixed(3)} to ` +
  `<b>${now.push.toFixed(3)}</b>. What is right enough depends on the angles and <i>m</i>, not on <i>s</i>.`;
