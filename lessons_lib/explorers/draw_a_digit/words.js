// What the figure says.
import { degrees, tight } from '../kit/words.js';
import { STEPS } from './teach.js';

export const SUB = '₀₁₂₃₄₅₆₇₈₉';
const article = k => (k === 8 ? 'an' : 'a');
const named = k => `${article(k)} <b>${k}</b>`;
const percent = share => `${Math.floor(share * 100)}\u00a0%`;
const signed = value => (Math.round(value * 10) / 10 + 0).toFixed(1).replace('-', '−'); // + 0: no −0.0

/** How the length compares with the other digits', and what became of the digits as short. */
function lengthWords(length, { lengths, misread }) {
  const longer = lengths.filter(other => other > length).length / lengths.length;
  const rate = misread[Math.min(misread.length - 1, Math.floor((1 - longer) * misread.length))] ?? 0;
  const say =
    longer === 1
      ? 'shorter than any other here'
      : longer === 0
        ? 'longer than any other here'
        : longer > 0.5
          ? `shorter than ${percent(longer)} of the digits here`
          : `longer than ${percent(1 - longer)} of the digits here`;
  const doubt =
    rate < 0.05 ? '.' : `; of digits this short about 1 in ${Math.round(1 / rate)} is misread: a doubtful one.`;
  return `With ‖<i>x</i>‖\u00a0=\u00a0${length.toFixed(1)} it is ${say}${doubt}`;
}

/** The figure in one sentence or four; `label` is the true class where it is known. */
export function sentence(seen, label, reader) {
  if (!seen) {
    return (
      'The pad is empty, so there is no <i>x</i>. Draw a digit, or take a test digit: ' +
      'two numbers will be left of it, a point in this plane.'
    );
  }
  const {
      theta,
      byAngle: [near, next],
      read,
      length,
    } = seen,
    known = label !== null;
  const verdict =
    read === near
      ? `Read as ${named(read)}${known && label !== read ? ': wrong' : ''}.`
      : `Yet read as ${named(read)}${known && label !== read ? ', wrongly' : ''}: ` +
        `the lengths of the <i>W</i>ⱼ and the biases count too.`;
  return (
    `${known ? `A test digit, labelled <b>${label}</b>. ` : ''}It ` +
    `lands <b>${degrees(theta[near])}</b> from class <b>${near}</b>; ` +
    `next is class ${next}, at ${degrees(theta[next])}. ${verdict} ${lengthWords(length, reader)}`
  );
}

/** The two coordinates and the length. */
export const numberWords = (seen, x) =>
  seen
    ? `${x.map((v, i) => `<i>x</i>${'₁₂'[i]} = ${signed(v)}<br>`).join('')}‖<i>x</i>‖ = ${seen.length.toFixed(1)}`
    : '';

/** What learns, what it learns from, and what stays. */
export const layerWords = ({ layers, labels, apart }) => {
  const linear = layers.filter(layer => layer.op === 'linear'),
    others = apart ? `${labels.length} others, not the dots` : 'the dots';
  return (
    `Trained here: the last ${linear.length === 1 ? 'layer' : `${linear.length} layers`} and the <i>W</i>ⱼ, ` +
    `with your digit and ${others}. Fixed: the trunk, from pixels to ${linear[0].from} numbers.`
  );
};

/** What teaching came to: the angle, the nearest class, the cost. `dots` says how many there are. */
export function newsWords({ what, one, before, after, wasRight, right, step }, busy, dots) {
  const of = `of the ${dots} dots`;
  if (what === 'start') return `Nothing is taught yet; ${of} ${right} are read rightly.`;
  if (what === 'forgotten') return `Forgotten: it is the trained network again, and ${of} ${right} are read rightly.`;
  const { label } = one;
  if (busy || !after)
    return `Training with your ${label}: step ${step} of ${STEPS}, ${moved(label, before, after ?? before)}.`;
  if (what === 'again') return `Trained anew from the start with what is left: ${of} <b>${right}</b> are read rightly.`;
  const cost = right < wasRight ? 'The cost' : 'No cost',
    price = `${cost}: ${of} ${wasRight} were read rightly, now <b>${right}</b>.`;
  const near = after.byAngle[0],
    was = before.byAngle[0],
    nearest =
      near === was ? `the nearest class is still ${near}` : `the nearest class was ${was}, now it is <b>${near}</b>`;
  const failed = near === label ? '' : `: ${STEPS} steps did not get it there`;
  return `Taught as ${named(label)}: ${moved(label, before, after)}; ${nearest}${failed}. ${price}`;
}
const moved = (k, before, after) => tight(`θ${SUB[k]} ${degrees(before.theta[k])} → <b>${degrees(after.theta[k])}</b>`);
