// What ProbabilityCurve says: numbers as one would write them, and sentences that hold for what is set.
import { thousands } from '../kit/words.js';
import {
  FULL,
  angleOfOthers,
  angleWith,
  countUpTo,
  endScale,
  fixedScale,
  logB,
  lossAt,
  medianOf,
  movedFrom,
  probability,
  ruleScale,
  sizeOf,
  slopeAt,
  steepestOf,
} from './maths.js';

const RAISED = '⁰¹²³⁴⁵⁶⁷⁸⁹',
  strong = text => `<b>${text}</b>`,
  whole = text => `<span class="tight">${text}</span>`;
export const angleText = radians => `${((radians * 180) / Math.PI).toFixed(1)}°`;
export const scaleText = s =>
  Number.isInteger(s) ? thousands(s) : s < 10 ? s.toFixed(2) : s < 99.95 ? s.toFixed(1) : s.toFixed(0);

/** As one would write it: 2,981, 0.338, 3.2·10⁻⁵, 2.7·10⁴³, 0. */
export function amount(given) {
  const value = Number(given.toPrecision(12));
  if (value < 1e-300) return '0';
  if (value >= 1e-3 && value < 99_999.5)
    return value >= 999.5 || Number.isInteger(value) ? thousands(Math.round(value)) : value.toPrecision(3);
  const [digits, power] = value.toExponential(1).split('e');
  return `${digits}·10${power[0] === '-' ? '⁻' : ''}${[...power.slice(1)].map(d => RAISED[d]).join('')}`;
}
/** A probability in percent, as one would say it. */
export function percentText(p) {
  const digits = p >= 0.985 || p < 0.095 ? 1 : 0;
  return p >= 0.9995 ? '> 99.9\u00a0%' : p < 5e-4 ? '< 0.1\u00a0%' : `${(100 * p).toFixed(digits)}\u00a0%`;
}
export const percentWords = p => percentText(p).replace('> ', 'more than ').replace('< ', 'less than ');
/** 0.997; near 1 what is missing. */
const shareText = (theta, p) => {
  const P = probability(theta, p);
  return P < 5e-4 ? amount(P) : P >= 0.9995 ? `1 − ${amount(-Math.expm1(-lossAt(theta, p)))}` : P.toFixed(3);
};

/** What has changed, as [{ name, was, is }]. */
export const movedText = (before, now) =>
  movedFrom(before, now).map(name => {
    const [words, show] = {
      scale: ['s', p => scaleText(p.scale)],
      num_classes: ['C', p => thousands(p.num_classes)],
      others: ['the others', p => angleText(angleOfOthers(p))],
    }[name];
    return { name: words, was: show(before), is: show(now) };
  });

/** Which of the two ways to go wrong this is, in numbers. */
export function notice(p) {
  const best = probability(0, p),
    full = angleWith(FULL, p);
  if (best < 0.9)
    return (
      `Too small an s: even a perfect feature (${whole('θ = 0°')}) ` +
      `still counts as only ${strong(percentWords(best))} right, and ` +
      `no loss falls below ${strong(amount(lossAt(0, p)))}.`
    );
  if (full > Math.PI / 4)
    return (
      `Too large an s: at ${strong(angleText(full))} a feature already counts ` +
      `as 99\u00a0% right, and below that next to nothing is left to learn.`
    );
  return (
    `A perfect feature counts as ${strong(percentWords(best))} right, one ` +
    `at 45° as ${strong(percentWords(probability(Math.PI / 4, p)))}: there ` +
    `is something to learn almost all the way down.`
  );
}

/** What Fixed AdaCos promises, and what of it holds here. */
function fixedNotice(p) {
  const at = steepestOf(p),
    others = angleOfOthers(p),
    half = probability(Math.PI / 4, p);
  const promise =
    Math.abs(others - Math.PI / 2) < 1e-6
      ? `Fixed AdaCos makes ${whole('P(45°) = ½')}`
      : `Fixed AdaCos makes ${whole('P(45°) = ½')} with the others at ` +
        `90°; at ${angleText(others)} it is ${strong(percentWords(half))}`;
  return (
    `${promise}. P is steepest at ${strong(angleText(at))} ` +
    `(${percentText(probability(at, p))}), near 45° only for very many classes. A perfect ` +
    `feature counts as ${strong(percentWords(probability(0, p)))} right.`
  );
}

/** What the last gesture changed, or what is set; then what to notice. */
export function curveSentence({ p, choice, before, angle, moment }) {
  const at = whole(`θ = ${angleText(angle)}`),
    P = percentWords(probability(angle, p)),
    moved = movedText(before, p),
    tell = choice === 'fixed' ? fixedNotice(p) : notice(p);
  if (choice === 'followed') return followedSentence(p, moment);
  if (!moved.length)
    return (
      `${strong(`${whole(`s = ${scaleText(p.scale)}`)}, ${thousands(p.num_classes)} classes`)}: ` +
      `a feature at ${at} counts as ` +
      `${strong(P)} right. ${tell}`
    );
  const what = moved.map(({ name, was, is }) => `${name} ${whole(`${was} → ${is}`)}`).join(', '),
    was = percentWords(probability(angle, before));
  return (
    `${strong(what)}: a feature at ${at} ` +
    `${was === P ? `counts as ${strong(P)} right as before` : `counted as ${was} right, now as ${strong(P)}`}. ${tell}`
  );
}

/** A moment of the run: the scale, the mean angle, and where this is going. */
function followedSentence(p, { now, first, last, lost }) {
  const head = strong(`Step ${thousands(now.step)}, epoch ${epochText(now.epoch)}`),
    there = percentWords(probability(now.theta, p));
  const here =
    `${head}: ${whole(`s = ${strong(scaleText(p.scale))}`)}, and ` +
    `the mean angle is ${strong(angleText(now.theta))}, where P is ` +
    `${strong(there)} with the others at ${angleText(angleOfOthers(p))}.`;
  const limit = whole(`((C − 1)/C) ln(C − 1) = ${scaleText(endScale(p.num_classes))}`),
    ended = now.step === last.step;
  if (lost)
    return `${here} ${ended ? lostText(lost) : 'The rule feeds on its own last scale: watch where that leads.'}`;
  const way =
    now.scale < first.scale ? `s has fallen from ${scaleText(first.scale)}` : `s began at ${scaleText(first.scale)}`;
  if (now.theta > Math.PI / 4)
    return (
      `${here} ${now === first ? '' : `${way}. `}Above 45° the rule ` +
      `counts with 45°; only below that does s follow the angles down.`
    );
  return (
    `${here} ${way}. Below 45° the rule always leaves half of P to be won: s ` +
    `goes towards ${limit}, the loss towards ${whole('ln 2 = 0.693')}, not 0.`
  );
}

const epochText = epoch =>
  epoch >= 10 ? epoch.toFixed(0) : epoch === 0 || epoch >= 0.095 ? epoch.toFixed(1) : epoch.toPrecision(1);

export const lostText = ({ step, scale }) =>
  strong(
    scale === null
      ? `The scale left every bound at step ${thousands(step)}.`
      : `The scale left every bound at step ${thousands(step)}: s = ${amount(scale)}.`,
  );

/**
 * How many trained angles have something to learn, and what AdaCos would make of them; without any, the fixed point.
 */
export function netSentence({ p, net, choice }) {
  const full = angleWith(FULL, p),
    others = angleText(angleOfOthers(p));
  if (!net)
    return (
      `Where the others stand, at ${others}, a feature counts as 1/C ` +
      `= ${percentWords(1 / p.num_classes)} right whatever s is: all ` +
      `curves meet there. The wider apart they stand, the more P there is to win.`
    );
  const all = sizeOf(net),
    done = countUpTo(net, full),
    median = medianOf(net),
    lost = all - countUpTo(net, angleWith(0.5, p));
  const out = net.left_out
    ? ` ${thousands(net.left_out)} more ` +
      `${net.left_out === 1 ? 'is no number and is' : 'are no numbers and are'} left out.`
    : '';
  const next = ruleScale(median, p),
    rule =
      choice === 'followed'
        ? ''
        : ` Their median is ${angleText(median)}: AdaCos would take ` +
          `${whole(`s = ${next > 0.01 ? scaleText(Number(next.toPrecision(3))) : '0.01'}`)} next.`;
  if (choice === 'followed' && !done)
    return (
      `Of the ${thousands(all)} trained angles (${plain(net.name)}) ${strong('none')} counts as 99\u00a0% ` +
      `right: every one of them is still pulled.${out}`
    );
  return (
    `Of the ${thousands(all)} trained angles (${plain(net.name)}) ` +
    `${strong(thousands(done))} already count as 99\u00a0% right, ` +
    `${strong(thousands(lost))} as less than half right.${rule}${out}`
  );
}
const plain = text => text.replace(/[&<>]/g, c => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c]);

/** One column of the table. */
export const readings = (p, angle) => [
  percentText(probability(angle, p)),
  amount(lossAt(angle, p)),
  slopeText(slopeAt(angle, p)),
  angleText(steepestOf(p)),
  percentText(probability(0, p)),
  amount(lossAt(0, p)),
];
/** dP/dθ in percent a degree. */
export function slopeText(slope) {
  const size = (Math.abs(slope) * 100 * Math.PI) / 180;
  return size < 5e-4 ? '0.00' : `−${size < 0.1 ? amount(size) : size.toFixed(2)}`;
}

/** P(θ) as it stands in the paper, and with today's numbers. */
export function probabilityFormula({ p, choice, angle }) {
  const others = angleOfOthers(p),
    s = scaleText(p.scale),
    own = amount(Math.exp(p.scale * Math.cos(angle))),
    B = strong(amount(Math.exp(logB(p)))),
    C = thousands(p.num_classes - 1);
  const power = text => `<sup>${text}</sup>`,
    grown = `e${power('s cos θ')}`,
    where = others === Math.PI / 2 ? '1' : `e${power(`${s} cos ${angleText(others)}`)}`;
  const why = {
    fixed: `s = √2 ln(C − 1) = √2 ln ${C} = ${strong(scaleText(fixedScale(p.num_classes)))}`,
    followed: 's ← ln B / cos(min(45°, θ<sub>med</sub>))',
    hand: `s = ${strong(s)}, by hand`,
  }[choice];
  return (
    `<span class="soft">at θ = ${angleText(angle)}, ${why}</span><br>P(θ) = ${grown} / (${grown} + B)<br>B = (C − 1) ` +
    `e${power('s cos θ<sub>others</sub>')}<br>= ${C} · ${where} = ${B}<br>` +
    `${whole(`P = ${own} / (${own} + ${B})`)} ${whole(`= ${strong(shareText(angle, p))}`)}`
  );
}

/** What the chosen place of the other classes means. */
export const placeText = p =>
  ({
    90: 'As the paper assumes; it takes more dimensions than classes.',
    simplex: `As far apart as can be: arccos(−1/(C − 1)) = ${angleText(angleOfOthers(p))}.`,
  })[p.others] ?? 'All other classes at this one angle, whatever θ is.';
