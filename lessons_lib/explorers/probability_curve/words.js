// What ProbabilityCurve says: numbers as one would write them, and sentences that hold for what is set.
import { amount, bold, changeIn, degrees, leftOut, thousands, tight } from '../kit/words.js';
import { anglesText, countIn, medianOf, sizeOf, upTo } from '../kit/trained.js';
import {
  FULL,
  angleOfOthers,
  angleWith,
  endScale,
  fixedScale,
  logB,
  lossAt,
  probability,
  ruleScale,
  slopeAt,
  steepestOf,
} from './maths.js';

export const scaleText = s =>
  Number.isInteger(s) ? thousands(s) : s < 10 ? s.toFixed(2) : s < 99.95 ? s.toFixed(1) : s.toFixed(0);

/** A probability in percent, as one would say it. */
export function percentText(p) {
  const digits = p >= 0.985 || p < 0.095 ? 1 : 0;
  return p >= 0.9995 ? '> 99.9\u00a0%' : p < 5e-4 ? '< 0.1\u00a0%' : `${(100 * p).toFixed(digits)}\u00a0%`;
}
const percentWords = p => percentText(p).replace('> ', 'more than ').replace('< ', 'less than ');
/** 0.997; near 1 what is missing. */
const shareText = (theta, p) => {
  const P = probability(theta, p);
  return P < 5e-4 ? amount(P) : P >= 0.9995 ? `1 − ${amount(-Math.expm1(-lossAt(theta, p)))}` : P.toFixed(3);
};

const SAID = {
  scale: ['s', p => scaleText(p.scale)],
  num_classes: ['C', p => thousands(p.num_classes)],
  others: ['the others', p => degrees(angleOfOthers(p))],
};
/** What has changed, in words. */
export const changed = (before, now) => changeIn(SAID, before, now);

/** Which of the two ways to go wrong this is, in numbers. */
function notice(p) {
  const best = probability(0, p),
    full = angleWith(FULL, p);
  if (best < 0.9)
    return (
      `Too small an s: even a perfect feature (${tight('θ = 0°')}) ` +
      `still counts as only ${bold(percentWords(best))} right, and ` +
      `no loss falls below ${bold(amount(lossAt(0, p)))}.`
    );
  if (full > Math.PI / 4)
    return (
      `Too large an s: at ${bold(degrees(full))} a feature already counts ` +
      `as 99\u00a0% right, and below that next to nothing is left to learn.`
    );
  return (
    `A perfect feature counts as ${bold(percentWords(best))} right, one ` +
    `at 45° as ${bold(percentWords(probability(Math.PI / 4, p)))}: there ` +
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
      ? `Fixed AdaCos makes ${tight('P(45°) = ½')}`
      : `Fixed AdaCos makes ${tight('P(45°) = ½')} with the others at ` +
        `90°; at ${degrees(others)} it is ${bold(percentWords(half))}`;
  return (
    `${promise}. P is steepest at ${bold(degrees(at))} ` +
    `(${percentText(probability(at, p))}), near 45° only for very many classes. A perfect ` +
    `feature counts as ${bold(percentWords(probability(0, p)))} right.`
  );
}

/** What the last gesture changed, or what is set; then what to notice. */
export function curveSentence({ p, choice, before, angle, moment }) {
  const at = tight(`θ = ${degrees(angle)}`),
    P = percentWords(probability(angle, p)),
    { told } = changed(before, p),
    tell = choice === 'fixed' ? fixedNotice(p) : notice(p);
  if (choice === 'followed') return followedSentence(p, moment);
  if (!told)
    return (
      `${bold(`${tight(`s = ${scaleText(p.scale)}`)}, ${thousands(p.num_classes)} classes`)}: ` +
      `a feature at ${at} counts as ` +
      `${bold(P)} right. ${tell}`
    );
  const was = percentWords(probability(angle, before));
  return (
    `${bold(told)}: a feature at ${at} ` +
    `${was === P ? `counts as ${bold(P)} right as before` : `counted as ${was} right, now as ${bold(P)}`}. ${tell}`
  );
}

/** A moment of the run: the scale, the mean angle, and where this is going. */
function followedSentence(p, { now, first, last, lost }) {
  const head = bold(`Step ${thousands(now.step)}, epoch ${epochText(now.epoch)}`),
    there = percentWords(probability(now.theta, p));
  const here =
    `${head}: ${tight(`s = ${bold(scaleText(p.scale))}`)}, and ` +
    `the mean angle is ${bold(degrees(now.theta))}, where P is ` +
    `${bold(there)} with the others at ${degrees(angleOfOthers(p))}.`;
  const limit = tight(`((C − 1)/C) ln(C − 1) = ${scaleText(endScale(p.num_classes))}`),
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
    `${here} ${way}. Below 45° the rule keeps the median’s P near one half: with room for a simplex, s ` +
    `goes towards ${limit}, the loss towards ${tight('ln 2 = 0.693')}, not 0.`
  );
}

const epochText = epoch =>
  epoch >= 10 ? epoch.toFixed(0) : epoch === 0 || epoch >= 0.095 ? epoch.toFixed(1) : epoch.toPrecision(1);

export const lostText = ({ step, scale }) =>
  bold(
    scale === null
      ? `The scale left every bound at step ${thousands(step)}.`
      : `The scale left every bound at step ${thousands(step)}: s = ${amount(scale)}.`,
  );

/**
 * How many trained angles have something to learn, and what AdaCos would make of them; without any, the fixed point.
 */
export function netSentence({ p, net, choice }) {
  const full = angleWith(FULL, p),
    others = degrees(angleOfOthers(p));
  if (!net)
    return (
      `Where the others stand, at ${others}, a feature counts as ` +
      `${tight(`1/C = ${percentWords(1 / p.num_classes)}`)} right whatever s is: all ` +
      `curves meet there. The wider apart they stand, the more P there is to win.`
    );
  const all = sizeOf(net),
    done = countIn(net, upTo(full)),
    median = medianOf(net),
    lost = all - countIn(net, upTo(angleWith(0.5, p)));
  const out = leftOut(net);
  const next = ruleScale(median, p),
    rule =
      choice === 'followed'
        ? ''
        : ` Their median is ${degrees(median)}: AdaCos would take ` +
          `${tight(`s = ${next > 0.01 ? scaleText(Number(next.toPrecision(3))) : '0.01'}`)} next.`;
  if (choice === 'followed' && !done)
    return (
      `Of ${anglesText(net)} ${bold('none')} counts as 99\u00a0% ` + `right: the loss of each is above 0.01.${out}`
    );
  return (
    `Of ${anglesText(net)} ` +
    `${bold(thousands(done))} already count as 99\u00a0% right, ` +
    `${bold(thousands(lost))} as less than half right.${rule}${out}`
  );
}
/** One column of the table. */
export const readings = (p, angle) => [
  percentText(probability(angle, p)),
  amount(lossAt(angle, p)),
  slopeText(slopeAt(angle, p)),
  degrees(steepestOf(p)),
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
    B = bold(amount(Math.exp(logB(p)))),
    C = thousands(p.num_classes - 1);
  const power = text => `<sup>${text}</sup>`,
    grown = `e${power('s cos θ')}`,
    where = others === Math.PI / 2 ? '1' : `e${power(`${s} cos ${degrees(others)}`)}`;
  const why = {
    fixed: `s = √2 ln(C − 1) = √2 ln ${C} = ${bold(scaleText(fixedScale(p.num_classes)))}`,
    followed: 's ← ln B / cos(min(45°, θ<sub>med</sub>))',
    hand: `s = ${bold(s)}, by hand`,
  }[choice];
  return (
    `<span class="soft">at θ = ${degrees(angle)}, ${why}</span><br>P(θ) = ${grown} / (${grown} + B)<br>B = (C − 1) ` +
    `exp(s cos θ<sub>others</sub>)<br>= ${C} · ${where} = ${B}<br>` +
    `${tight(`P = ${own} / (${own} + ${B})`)} ${tight(`= ${bold(shareText(angle, p))}`)}`
  );
}

/** What the chosen place of the other classes means. */
export const placeText = p =>
  ({
    90: 'As the paper assumes; it takes more dimensions than classes.',
    simplex: `As far apart as can be: arccos(−1/(C − 1))\u00a0=\u00a0${degrees(angleOfOthers(p))}.`,
  })[p.others] ?? 'All other classes at this one angle, whatever θ is.';
