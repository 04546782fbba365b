// What GradientArrows says, in HTML: plain sentences and formulas with the numbers in them.
import { degrees, minus, signedAmount } from '../kit/words.js';
import { PUSHES } from '../kit/push.js';
import { ON } from './steps.js';

const weight = j => `<i>W</i><sub>${j}</sub>`;
const list = words => (words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`);
const letGo = 0.01; // of its longest arrow: less than a pixel or two

/** A number to three digits, with its sign. */
export const significant = v => (Number.isFinite(v) ? signedAmount(v) : '–');

/** Both losses by name, each in its colour. */
const inks = both => both.map((loss, i) => `<b class="${'ab'[i]}">${PUSHES[loss].name}</b>`);

/** The figure in three sentences; `before` is what was shown before this gesture, null where nothing moved. */
export function arrowsSentence(now, before, lift) {
  const { at, both, angle } = now,
    names = inks(both);
  if (!at)
    return (
      'x lies at the origin: it points nowhere, has no angle to any weight, ' +
      'and no loss can say where to move it. Drag it away from there.'
    );
  if (both[0] === both[1])
    return `${names[0]} twice: the arrows are the same. Choose another loss beside it to see what differs.`;
  return `${onWeights(now, names, before)} ${onFeature(angle, lift, before)}${restSentence(now, names)}`;
}

function onWeights({ both, turned, A, B }, names, before) {
  const p = both.indexOf('p2sgrad'),
    fresh = before ? turned.filter(j => !before.turned.includes(j)) : [];
  const line = 'On every <i>W<sub>j</sub></i> both arrows lie on one line, the tangent';
  if (p < 0)
    return (
      `${line}, and point the same way: both pull ${'<i>W<sub>y</sub></i>'} ` +
      `towards x, push the others away, and differ only in length.`
    );
  if (!turned.length) return `${line}, and point the same way here: no other class is more than 90° from x.`;
  const most = Math.max(...turned.map(j => Math.abs((p ? A : B).a[j]))),
    faint = most < 0.01 ? `, by ${significant(most)} at most` : '';
  const them = turned.length > 1 ? 'them' : 'it',
    now = fresh.length ? `${weight(fresh[0])} turned round just now, at ${degrees(A.seen[fresh[0]].theta)}. ` : '';
  return (
    `${now}${line}. Round the other way on ${list(turned.map(weight))}, more than 90° from x: ` +
    `${names[p]} pulls ${them} closer, ${names[1 - p]} pushes ${them} away${faint}.`
  );
}

function onFeature(angle, lift, before) {
  if (angle === null) return 'On x at least one of them takes no step at all.';
  const was =
    before && before.angle !== null && degrees(before.angle) !== degrees(angle)
      ? ` (it was ${degrees(before.angle)})`
      : '';
  if (lift > 0) return `On x all classes mix, and the two steps stand <b>${degrees(angle)}</b> apart${was}.`;
  return (
    `On x all classes mix; flat in the plane it can only go left or right, and both go ` +
    `${angle < 1 ? 'the same way' : '<b>opposite ways</b>'}${was}: lift x.`
  );
}

/** A loss that has no arrow left to speak of, against its longest one. */
function restSentence({ shares, tops }, names) {
  const tired = [0, 1].filter(i => shares[i] < letGo),
    of = i => `${significant(shares[i])} of what it is at <i>θ<sub>y</sub></i> = ${degrees(tops[i].theta)}`;
  if (!tired.length) return '';
  if (tired.length > 1)
    return (
      ` ${names[0]} and ${names[1]} have let go: their longest arrows are ` +
      `${significant(shares[0])} and ${significant(shares[1])} of what they can be.`
    );
  return ` ${names[tired[0]]} has let go: its longest arrow is ${of(tired[0])}.`;
}

/** Where x is, and what its length does. */
export function placeSentence({ at, theta }, lift) {
  if (!at) return '';
  return (
    `<i>θ<sub>y</sub></i> = ` +
    `${degrees(theta)}${lift > 0 ? `; x is ${degrees(lift)} above the plane, seen from above` : ''}. ` +
    (`Arrows on x are drawn × ‖x‖ = ${at.length.toFixed(2)}; the real ` +
      `step goes with <span class="tight">1/‖x‖</span>: ${(1 / at.length).toFixed(2)} times as long.`)
  );
}

const y = '<sub><i>y</i></sub>';
// Two lines always, so that nothing below them moves.
const pair = (law, others, values) =>
  `<span>${law} <span class="soft">others ${others}</span></span><span>${values}</span>`;

/** ∂L/∂cos θ of one loss, as a law and factor by factor for the true class. */
export function pushFormula(loss, { missing, scale, slope, coefficient }) {
  if (!PUSHES[loss].target) {
    return pair(
      `<i>a</i>${y} = cos <i>θ</i>${y} − 1`,
      'cos <i>θ<sub>j</sub></i>',
      `= ${significant(1 - coefficient)} − 1 = <b>${significant(-coefficient)}</b>`,
    );
  }
  const values = [missing, scale, slope].map(v => (Number.isInteger(v) ? String(v) : significant(v)));
  return pair(
    `<i>a</i>${y} = −(1 − <i>P</i>${y}) · <i>s</i> · <i>f</i> ′`,
    '<i>P<sub>j</sub></i> · <i>s</i>',
    `= −${values.join(' · ')} = <b>${significant(-coefficient)}</b>`,
  );
}

/** One row of the table, as texts: class, angle, both coefficients, and how the one stands to the other. */
export function rowOf({ A, B, turned, both }, j, label) {
  const { theta, sine } = A.seen[j],
    name = j === label ? `${j} = y` : String(j);
  if (sine <= ON) return [name, degrees(theta), '–', '–', theta < 1 ? 'x lies on it' : 'x is opposite'];
  const ratio = B.a[j] === 0 ? '–' : `× ${significant(Math.abs(A.a[j] / B.a[j]))}`;
  return [
    name,
    degrees(theta),
    significant(A.a[j]),
    significant(B.a[j]),
    both[0] === both[1] ? '× 1' : turned.includes(j) ? `${ratio} ⟲` : ratio,
  ];
}

/** All of it for a screen reader, first what the keys `hold`: x, a class weight by its number, or null. */
export function spokenLine(now, label, hold = null) {
  const place = now.at
    ? `x: angle to its class ${label} ${degrees(now.theta)}, length ${now.at.length.toFixed(2)}`
    : 'x at the origin';
  if (hold === 'x') return `You hold ${place}`;
  return hold in now.directions ? `You hold W${hold}, at ${minus(degrees(now.directions[hold]))}. ${place}` : place;
}
