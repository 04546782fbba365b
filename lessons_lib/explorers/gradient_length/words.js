// What GradientLength says: sentences that hold for what is set.
import { amount, bold, changeIn, degrees, leftOut, thousands, tight } from '../kit/words.js';
import { MARGINS, MARGINS_SAID, marginText } from '../kit/losses.js';
import { PUSHES } from '../kit/push.js';
import { anglesText, countIn, sizeOf } from '../kit/trained.js';
import { anotherAt, factorsAt, study } from './maths.js';

export const PLACES = { 90: 'at 90°', simplex: 'simplex', circle: 'on a circle' };

const SAID = {
  scale: ['s', p => plain(p.scale)],
  classes: ['C', p => thousands(p.classes)],
  others: ['others', p => PLACES[p.others]],
  ...MARGINS_SAID,
};
/** What has changed, in words. */
export const changed = (before, now) => changeIn(SAID, before, now);
const plain = value => (Number.isInteger(value) ? String(value) : value.toFixed(1));
const onset = ranges => ranges[0][0];

/** The settings that bear on a loss: s, m and C, each on one line. */
function settingsText(loss, p) {
  if (loss === 'p2sgrad') return 'without s, m or C';
  const s = PUSHES[loss].scale(p.scale, p.classes),
    C = tight(`C = ${thousands(p.classes)}`);
  if (loss === 'adacos') return `${tight(`s = √2 ln(C − 1) = ${s.toFixed(2)}`)}, ${C}`;
  const m = MARGINS[loss]?.range ? `, <b class="m">m = ${marginText(loss, p.margins[loss])}</b>` : '';
  return `${tight(`${loss === 'sphereface' ? '‖x‖' : 's'} = ${plain(p.scale)}`)}${m}, ${C}`;
}

/** How strong it is here and how far it reaches, in a sentence; after a change, what that did. */
export function pullSentence({ loss, p, before, angle, quantity }) {
  const { name } = PUSHES[loss],
    own = loss === 'p2sgrad',
    at = tight(`θ = ${degrees(angle)}`),
    here = amount(factorsAt(loss, angle, p)[quantity]),
    still = bold(amount(factorsAt('p2sgrad', angle, p)[quantity]));
  const { peak, ranges } = study(loss, p),
    top = `${amount(peak.length)} at ${degrees(peak.theta)}`,
    from = onset(ranges),
    { told } = changed(before, p);
  const reach =
    from > 0
      ? `below ${bold(degrees(from))} less than 1 % of its peak length (${top}) is left`
      : `from 0° on more than 1 % of its peak length (${top}) is there`;
  if (!told) {
    const last = own
      ? 'Nothing in this depends on s, m or C.'
      : `P2SGrad pulls with ${still} there, whatever s, m and C are.`;
    return `${name}, ${settingsText(loss, p)}: at ${at} its ${quantity} is ${bold(here)}, ${reach}. ${last}`;
  }
  if (own)
    return (
      `${bold(told)}: P2SGrad has not moved. At ${at} its ${quantity} is ${still} as before, its peak ` +
      `length ${top}; ${reach}.`
    );
  const was = amount(factorsAt(loss, angle, before)[quantity]),
    then = degrees(onset(study(loss, before).ranges)),
    edge = degrees(from);
  const change = was === here ? `${quantity} stays at ${bold(here)}` : `${quantity} goes from ${was} to ${bold(here)}`;
  const push =
    then === edge ? `its push still begins at ${bold(edge)}` : `its push begins at ${bold(edge)} instead of ${then}`;
  const theirs = `${bold(told)}: at ${at} ${name}’s ${change}; ${push}, its peak length is ${top}.`;
  return `${theirs} P2SGrad has not moved: ${still}.`;
}

/** How hard another class is pushed where x stands that near to it, and where the true one is then. */
export function anotherSentence({ loss, p, angle, quantity }) {
  const found = anotherAt(loss, angle, p),
    free = bold(amount(anotherAt('p2sgrad', angle, p)[quantity])),
    mine = loss === 'p2sgrad' ? '' : `${PUSHES[loss].name}’s ${quantity} is ${bold(amount(found[quantity]))}, `;
  return (
    `Dotted, the push on ${bold('another class')}: ${tight(`${degrees(angle)} from it`)}, the true one ` +
    `${tight(`${degrees(found.own)} away`)}, ${mine}P2SGrad’s ${mine ? '' : `${quantity} is `}${free}.`
  );
}

/** Who reaches whom: the trained angles if there are any, else the angles where the push begins. */
export function reachSentence({ loss, p, net }) {
  const { name } = PUSHES[loss],
    own = study(loss, p).ranges,
    free = study('p2sgrad', p).ranges,
    low = degrees(onset(free));
  const alike = `P2SGrad too has a floor: below ${low} less than 1 % of its peak is left`;
  if (!net) {
    if (loss === 'p2sgrad') return `${alike}. That angle is the only one it has.`;
    return onset(own) <= onset(free)
      ? `${alike}; ${name}, set like this, reaches further down than that.`
      : `${alike}; ${name}, set like this, begins at ${degrees(onset(own))} only.`;
  }
  const all = sizeOf(net),
    mine = countIn(net, own),
    theirs = countIn(net, free),
    head = `Of ${anglesText(net)}`;
  const out = leftOut(net);
  if (loss === 'p2sgrad')
    return (
      `${head} P2SGrad pushes ` +
      `${bold(thousands(theirs))}${theirs < all ? `: ${alike.replace('P2SGrad', 'it')}` : ''}.${out}`
    );
  const why =
    mine >= theirs
      ? ` Set like this, ${name} reaches ${mine > theirs ? 'more' : 'as many'}: ` +
        `who pushes further down depends on s, m, C and the others’ places.`
      : theirs < all / 2
        ? ` ${alike}, and most of this net’s angles lie there.`
        : '';
  return `${head} ${name} still pushes ${bold(thousands(mine))}, P2SGrad ${bold(thousands(theirs))}.${why}${out}`;
}

/** f′ of a loss, as HTML. */
const SLOPES = {
  softmax: 'f′ = 1',
  sphereface: 'f′ = m |sin mθ| / sin θ',
  cosface: 'f′ = 1: m acts in P alone',
  arcface: 'f′ = |sin(θ + m)| / sin θ',
  adacos: 'f′ = 1, s = √2 ln(C − 1)',
  p2sgrad: 'no s, no m, no C',
};

/** The formula of the chosen loss, and below it the same with today's numbers. */
export function formulaHtml({ loss, p, angle, quantity }) {
  const at = factorsAt(loss, angle, p),
    own = loss === 'p2sgrad',
    long = quantity === 'length',
    value = v => bold(amount(v));
  const left = long ? '‖∂L/∂W<sub>y</sub>‖·‖W<sub>y</sub>‖' : '|∂L/∂cos θ<sub>y</sub>|';
  const names = [own ? '(1 − cos θ)' : '(1 − P<sub>y</sub>) · s · f′', ...(long ? ['sin θ'] : [])];
  const limit = long && !Number.isFinite(at.slope); // where sin θ = 0 only their product has a value
  const last = limit ? [at.length / (at.missing * at.scale)] : [...(own ? [] : [at.slope]), ...(long ? [at.sine] : [])];
  const numbers = [at.missing, ...(own ? [] : [at.scale]), ...last];
  return (
    `<span class="soft">${PUSHES[loss].name} at θ = ${degrees(angle)}: ${SLOPES[loss]}</span><br>${left} ` +
    `= ${names.join(' · ')}<br>= ${numbers.map(value).join(' · ')} = ${bold(amount(at[quantity]))}` +
    `${limit ? ' (limit)' : ''}`
  );
}

/** What the chosen place of the other classes means. */
export function placeText({ others, classes }) {
  if (others === '90')
    return 'x leaves W<sub>y</sub> at right angles to every other weight; that takes more dimensions than classes.';
  if (others === 'simplex')
    return (
      'All weights as far apart as can be, and x leaves W<sub>y</sub> ' +
      'towards none of them: cos θ<sub>j</sub> = −cos θ / (C − 1).'
    );
  const apart = 360 / classes;
  return (
    `In the plane, ${apart >= 0.1 ? apart.toFixed(1) : apart.toFixed(4)}° apart: ` +
    `x turns from W<sub>y</sub> to its neighbour and on round the circle.`
  );
}
