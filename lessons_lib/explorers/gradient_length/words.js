// What GradientLength says: numbers as one would write them, and sentences that hold for what is set.
import { thousands } from '../kit/words.js';
import { MARGINS, marginText } from '../kit/losses.js';
import { PUSHES } from '../kit/push.js';
import { changes, factorsAt, pushedOf, sizeOf, study } from './maths.js';

const RAISED = '⁰¹²³⁴⁵⁶⁷⁸⁹',
  DEG = Math.PI / 180;
export const plainAngle = radians => `${(radians / DEG).toFixed(1)}°`;
export const PLACES = { 90: 'at 90°', simplex: 'simplex', circle: 'on a circle' };

/** As one would write it: 64, 63.8, 0.00191, 4.1·10⁻⁸, 0 and ∞. */
export function figures(value) {
  if (!Number.isFinite(value)) return '∞';
  if (value < 1e-300) return '0';
  if (value >= 1000 || (value >= 10 && Number.isInteger(value))) return thousands(Math.round(value));
  if (value >= 1e-3) return Number(value.toPrecision(3)) >= 1000 ? '1,000' : value.toPrecision(3);
  const [digits, power] = value.toExponential(1).split('e-');
  return `${digits}·10⁻${[...power].map(d => RAISED[d]).join('')}`;
}

/** What has changed, as [{ name, was, is }]. */
export function changeText(moved, before, now) {
  const said = { scale: ['s', v => figuresOf(v)], classes: ['C', thousands], others: ['others', v => PLACES[v]] };
  return moved.map(name => {
    const [word, show] = said[name] ?? [`m of ${PUSHES[name].name}`, v => marginText(name, v).replace(/ \(.*/, '')],
      value = p => (name in said ? p[name] : p.margins[name]);
    return { name: word, was: show(value(before)), is: show(value(now)) };
  });
}
const figuresOf = value => (Number.isInteger(value) ? String(value) : value.toFixed(1));

const bold = text => `<b>${text}</b>`,
  tight = text => `<span class="tight">${text}</span>`;
const onset = ranges => ranges[0][0];

/** The settings that bear on a loss: s, m and C, each on one line. */
export function settingsText(loss, p) {
  if (loss === 'p2sgrad') return 'without s, m or C';
  const s = PUSHES[loss].scale(p.scale, p.classes),
    C = tight(`C = ${thousands(p.classes)}`);
  if (loss === 'adacos') return `${tight(`s = √2 ln(C − 1) = ${s.toFixed(2)}`)}, ${C}`;
  const m = MARGINS[loss]?.range ? `, <b class="m">m = ${marginText(loss, p.margins[loss])}</b>` : '';
  return `${tight(`${loss === 'sphereface' ? '‖x‖' : 's'} = ${figuresOf(p.scale)}`)}${m}, ${C}`;
}

/** How strong it is here and how far it reaches, in a sentence; after a change, what that did. */
export function pullSentence({ loss, p, before, angle, quantity }) {
  const { name } = PUSHES[loss],
    own = loss === 'p2sgrad',
    here = factorsAt(loss, angle, p)[quantity],
    still = figures(factorsAt('p2sgrad', angle, p)[quantity]);
  const { peak, ranges } = study(loss, p),
    top = `${figures(peak.length)} at ${plainAngle(peak.theta)}`,
    from = onset(ranges),
    moved = changes(before, p);
  const at = tight(`θ = ${plainAngle(angle)}`),
    reach =
      from > 0
        ? `below ${bold(plainAngle(from))} less than 1 % of its peak length (${top}) is left`
        : `from 0° on more than 1 % of its peak length (${top}) is there`;
  if (!moved.length) {
    const last = own
      ? 'Nothing in this depends on s, m or C.'
      : `P2SGrad pulls with ${bold(still)} there, whatever s, m and C are.`;
    return `${name}, ${settingsText(loss, p)}: at ${at} its ${quantity} is ${bold(figures(here))}, ${reach}. ${last}`;
  }
  const what = changeText(moved, before, p)
    .map(({ name: n, was, is }) => `${n} ${tight(`${was} → ${is}`)}`)
    .join(', ');
  if (own)
    return (
      `${bold(what)}: P2SGrad has not moved. At ${at} its ${quantity} ` +
      `is ${bold(still)} as before, its peak length ${top}; ${reach}.`
    );
  const was = figures(factorsAt(loss, angle, before)[quantity]),
    now = figures(here),
    then = onset(study(loss, before).ranges);
  const change =
    was === now
      ? `${name}’s ${quantity} stays at ${bold(now)}`
      : `${name}’s ${quantity} goes from ${was} to ${bold(now)}`;
  const edge =
    plainAngle(then) === plainAngle(from)
      ? `its push still begins at ${bold(plainAngle(from))}`
      : `its push begins at ${bold(plainAngle(from))} instead of ${plainAngle(then)}`;
  return (
    `${bold(what)}: at ${at} ${change}; ${edge}, its peak ` + `length is ${top}. P2SGrad has not moved: ${bold(still)}.`
  );
}

/** Who reaches whom: the trained angles if there are any, else the angles where the push begins. */
export function reachSentence({ loss, p, net }) {
  const { name } = PUSHES[loss],
    own = study(loss, p).ranges,
    free = study('p2sgrad', p).ranges,
    low = plainAngle(onset(free));
  const alike = `P2SGrad too has a floor: below ${low} less than 1 % of its peak is left`;
  if (!net) {
    if (loss === 'p2sgrad') return `${alike}. That angle is the only one it has.`;
    return onset(own) <= onset(free)
      ? `${alike}; ${name}, set like this, reaches further down than that.`
      : `${alike}; ${name}, set like this, begins at ${plainAngle(onset(own))} only.`;
  }
  const all = sizeOf(net),
    mine = pushedOf(net, own),
    theirs = pushedOf(net, free),
    head = `Of the ${thousands(all)} trained angles (${quoted(net.name)})`;
  const out = net.left_out
    ? ` ${thousands(net.left_out)} more ` +
      `${net.left_out === 1 ? 'is no number and is' : 'are no numbers and are'} left out.`
    : '';
  if (loss === 'p2sgrad')
    return (
      `${head} P2SGrad pushes ` +
      `${bold(thousands(theirs))}${theirs < all ? `: ${alike.replace('P2SGrad', 'it')}` : ''}.${out}`
    );
  const why =
    mine >= theirs
      ? ` Set like this, ${name} reaches ${mine > theirs ? 'more' : 'as many'}: that P2SGrad pushes ` +
        `where others have stopped depends on their s and m, on C and on where the others stand.`
      : theirs < all / 2
        ? ` ${alike}, and most of this net’s angles lie there.`
        : '';
  return `${head} ${name} still pushes ${bold(thousands(mine))}, P2SGrad ${bold(thousands(theirs))}.${why}${out}`;
}
const quoted = text => text.replace(/[&<>]/g, c => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c]);

/** f′ of a loss, as HTML. */
const SLOPES = {
  softmax: 'f′ = 1',
  sphereface: 'f′ = m |sin mθ| / sin θ',
  cosface: 'f′ = 1: m acts through P alone',
  arcface: 'f′ = |sin(θ + m)| / sin θ',
  adacos: 'f′ = 1, s = √2 ln(C − 1)',
  p2sgrad: 'no s, no m, no C',
};

/** The formula of the chosen loss, and below it the same with today's numbers. */
export function formulaHtml({ loss, p, angle, quantity }) {
  const at = factorsAt(loss, angle, p),
    own = loss === 'p2sgrad',
    long = quantity === 'length',
    value = v => bold(figures(v));
  const left = long ? '‖∂L/∂W<sub>y</sub>‖·‖W<sub>y</sub>‖' : '|∂L/∂cos θ<sub>y</sub>|';
  const names = [own ? '(1 − cos θ)' : '(1 − P<sub>y</sub>) · s · f′', ...(long ? ['sin θ'] : [])];
  const numbers = [at.missing, ...(own ? [] : [at.scale, at.slope]), ...(long ? [at.sine] : [])];
  return (
    `<span class="soft">${PUSHES[loss].name} at θ = ${plainAngle(angle)}: ${SLOPES[loss]}</span><br>${left} ` +
    `= ${names.join(' · ')}<br>= ${numbers.map(value).join(' · ')} = ${bold(figures(at[quantity]))}`
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
