// What LogitCurves says: numbers as one would write them, and sentences that hold for what is set.
import { bold, changeIn, degrees, leftOut, numberText, thousands, tight } from '../kit/words.js';
import { MARGINS, MARGINS_SAID, marginText } from '../kit/losses.js';
import { anglesText, countIn, upTo } from '../kit/trained.js';
import { edgeOf, logitAt, sameCosine } from './maths.js';

export const lambdaText = value => (Number.isInteger(value) ? thousands(value) : String(Number(value.toPrecision(3))));
/** 80.0°, or none where a logit is lower than any cosine. */
export const asksText = f => (sameCosine(f) === null ? 'none' : degrees(sameCosine(f)));
export const edgeText = edge => (edge === null ? 'none' : degrees(edge));

const SAID = {
  ...MARGINS_SAID,
  annealing: ['λ', p => lambdaText(p.annealing)],
  between: ['θ₁₂', p => degrees(p.between)],
};
/** What has changed, in words. */
export const changed = (before, now) => changeIn(SAID, before, now);

/** The settings of a loss in a few words: SphereFace, m = 4.0, λ = 0. */
function namedWith(loss, p) {
  const m = MARGINS[loss].range ? `, ${tight(`<b class="m">m = ${marginText(loss, p.margins[loss])}</b>`)}` : '';
  return `${MARGINS[loss].name}${m}${loss === 'sphereface' ? `, ${tight(`λ = ${lambdaText(p.annealing)}`)}` : ''}`;
}

/** What marks this loss out, with today's numbers. */
function characterOf(loss, p, angle) {
  const m = p.margins[loss],
    more = theta => degrees(sameCosine(logitAt(loss, theta, p)) - theta);
  if (loss === 'softmax') return 'Softmax asks for nothing on top: its boundary lies half-way.';
  if (m === MARGINS[loss].neutral) return 'With this margin it is softmax.';
  if (loss === 'arcface') return `It adds the same ${bold(degrees(m))} at every angle up to ${degrees(Math.PI - m)}.`;
  if (loss === 'cosface')
    return (
      `It takes the same ${m.toFixed(3)} off every cosine: ${bold(more(0))} ` +
      `on top of 0°, but only ${bold(more(Math.PI / 2))} on top of 90°.`
    );
  if (p.annealing > 0)
    return (
      `Of ψ only ${tight('1/(1 + λ)')} = ` +
      `${bold(`${shareText(1 / (1 + p.annealing))} %`)} counts; λ falls during training.`
    );
  const k = Math.floor((m * angle) / Math.PI);
  return k < 1 || angle > Math.PI - 1e-9
    ? `It multiplies the angle by ${Number(m.toFixed(2))}; past ` +
        `${tight(`180°/m = ${bold(degrees(Math.PI / m))}`)} its logit is lower than any cosine.`
    : `cos ${Number(m.toFixed(2))}θ alone would be ` +
        `${numberText(Math.cos(m * angle))}${Math.sin(m * angle) < 0 ? ' and rising' : ''}; ` +
        `from ${degrees(Math.PI / m)} on, steps (${bold(`k = ${k}`)} here) keep ψ falling.`;
}
const shareText = part => (100 * part).toPrecision(100 * part < 10 ? 2 : 3);

/** How much is asked at the cursor; after a change, what that did. */
export function logitSentence({ loss, p, before, angle }) {
  const { name } = MARGINS[loss],
    at = tight(`θ = ${degrees(angle)}`),
    f = logitAt(loss, angle, p),
    { told } = changed(before, p),
    alike = sameCosine(f);
  const asks =
    alike === null
      ? 'lower than softmax has at any angle'
      : loss === 'softmax'
        ? ''
        : `what softmax has at ${bold(degrees(alike))}`;
  if (!told)
    return (
      `${namedWith(loss, p)}: at ${at} the logit of the true class is ` +
      `${bold(numberText(f))}${asks && `, ${asks}`}. ${characterOf(loss, p, angle)}`
    );
  const was = logitAt(loss, angle, before),
    [then, now] = [before, p].map(q => edgeText(edgeOf(loss, q)));
  const curve =
    numberText(was) === numberText(f)
      ? `at ${at} ${name}’s logit stays at ${bold(numberText(f))}`
      : `at ${at} ${name}’s logit goes from ${numberText(was)} to ${bold(numberText(f))}${asks && `, ${asks}`}`;
  const edge =
    then === now
      ? now === 'none'
        ? 'still no angle is right enough'
        : `its boundary stays at ${bold(now)}`
      : now === 'none'
        ? `its boundary was at ${then}, now no angle is right enough`
        : then === 'none'
          ? `its boundary is at ${bold(now)}, where before no angle was right enough`
          : `its boundary goes from ${then} to ${bold(now)}`;
  return `${bold(told)}: ${curve}; ${edge}. ${characterOf(loss, p, angle)}`;
}

const RULES = { sphereface: 'θ₁₂/(m + 1)', arcface: '(θ₁₂ − m)/2', softmax: 'θ₁₂/2' };

/** Where the boundary between two classes runs, and how many of today's angles lie below it. */
export function edgeSentence({ loss, p, net }) {
  const { name } = MARGINS[loss],
    edge = edgeOf(loss, p),
    half = degrees(p.between / 2),
    gap = tight(`θ₁₂ = ${degrees(p.between)}`);
  const rule = loss in RULES && !(loss === 'sphereface' && p.annealing > 0) ? ` = ${RULES[loss]}` : '',
    head = `Between two classes ${gap} apart x is right enough for ${name}`;
  let text = `${head} up to ${tight(bold(edgeText(edge)) + rule)}`;
  if (edge === null)
    text =
      `Two classes only ${gap} apart have no room for this margin: ` +
      `${bold('not even θ = 0° is right enough')} for ${name}.`;
  else if (degrees(edge) === half) text += ', half-way: no band is left between them.';
  else text += `; from there to ${degrees(p.between - edge)} it is right enough for neither.`;
  if (!net) return text;
  const below = to => thousands(countIn(net, upTo(to))),
    mine = below(edge),
    plain = below(p.between / 2);
  const lie =
    edge === null
      ? `${bold(plain)} lie below softmax’s ${half}`
      : `${bold(mine)} lie below that${loss === 'softmax' ? '' : `, ${plain} below softmax’s ${half}`}`;
  return `${text} Of ${anglesText(net)} ${lie}.${leftOut(net)}`;
}
/** fallingCosine of φ with its numbers: cos 80.0°, −cos 200.0° − 2. */
function stepsText(phi) {
  const k = Math.floor(phi / Math.PI);
  return `${k % 2 ? '−' : ''}cos ${bold(degrees(phi))}${k ? ` − ${2 * k}` : ''}`;
}

/** The formula of the chosen loss, and below it the same with today's numbers. */
export function logitFormula({ loss, p, angle }) {
  const m = p.margins[loss],
    f = bold(numberText(logitAt(loss, angle, p))),
    { annealing } = p,
    mixed = loss === 'sphereface' && annealing > 0;
  const psi = numberText(loss === 'sphereface' ? MARGINS.sphereface.target(angle, m) : 0),
    l = lambdaText(annealing);
  const signed = psi.startsWith('−') ? psi.replace('−', '− ') : `+ ${psi}`;
  const lines = {
    softmax: () => ['<i>f</i>(θ) = cos θ', `cos ${bold(degrees(angle))} = ${f}`],
    cosface: () => [
      '<i>f</i>(θ) = cos θ − <b class="m">m</b>',
      `cos ${bold(degrees(angle))} − <b class="m">${m.toFixed(3)}</b> = ${f}`,
    ],
    arcface: () => [
      `<i>f</i>(θ) = cos(θ + <b class="m">m</b>)${angle + m > Math.PI ? ', mirrored past 180°' : ''}`,
      `${stepsText(angle + m)} = ${f}`,
    ],
    sphereface: () => [
      mixed
        ? '<i>f</i>(θ) = (λ cos θ + ψ(θ)) / (1 + λ)'
        : '<i>f</i>(θ) = ψ(θ) = (−1)<sup>k</sup> cos <b class="m">m</b>θ − 2k',
      mixed
        ? `(${l} · ${numberText(Math.cos(angle))} ${signed}) / ${lambdaText(1 + annealing)} = ${f}`
        : `${stepsText(m * angle)} = ${f}`,
    ],
  }[loss]();
  return `<span class="soft">${MARGINS[loss].name} at θ = ${degrees(angle)}</span><br>${lines[0]}<br>= ${lines[1]}`;
}
