// What CurveFamily says: sentences and formulas that hold for what is set.
import { bold, degrees, escaped, leftOut, listed, numberText, thousands, tight } from '../kit/words.js';
import { countKinds, hardness, meanCosine, member, placeOf, reference } from './maths.js';
import { adafaceWith, lengthText, turnText, movedText, near, plain, signed, zText } from './words.js';

/** Runs of one kind, taken as one where less than three degrees part them; those of less than a degree are left out. */
function spansOf(runs, kind) {
  const found = [];
  for (const { from, to } of runs.filter(run => run.kind === kind && run.to - run.from >= 1))
    if (found.length && from - found.at(-1).to < 3) found.at(-1).to = to;
    else found.push({ from, to });
  return listed(found.map(({ from, to }) => tight(`${from.toFixed(0)}° to ${to.toFixed(0)}°`)));
}

/** How the curve pulls beside its reference, for which angles. */
function pullText(runs, beside) {
  const said = ['harder', 'less']
    .map(kind => [kind, spansOf(runs, kind)])
    .filter(([, spans]) => spans)
    .map(([kind, spans]) => `<b class="${kind}">${kind}</b> from ${spans}`);
  if (!said.length) return '';
  return ` Beside ${beside} it is pulled ${said.join(', and ')}.`;
}

function adafaceSentence(p, runs) {
  const z = placeOf(p),
    m = p.margins.adaface,
    curve = adafaceWith(m, z),
    ends = tight(`z = ${zText(z)}`);
  if (m === 0)
    return `${bold(`${ends}, and nothing follows from it`)}: with ${tight('m = 0')} every length has the curve cos θ.`;
  if (near(z, 0))
    return (
      `${bold(`${ends}: AdaFace is CosFace here, exactly`)}: ${curve}. The feature is as long as the mean of its ` +
      'batch. Shorter ones slide towards ArcFace, longer ones the other way.'
    );
  const beside = 'a feature of mean length (CosFace)';
  if (near(z, -1))
    return (
      `${bold(`${ends}: AdaFace is ArcFace here, exactly`)}: ${curve}. ` +
      `So short a feature is taken for a bad picture.${pullText(runs, beside)}`
    );
  const where = near(z, 1) ? 'the other end' : z < 0 ? 'between ArcFace and CosFace' : 'past CosFace';
  const thought =
    z < 0 ? 'Shorter than the mean: taken for a worse picture.' : 'Longer than the mean: taken for a better picture.';
  return `${bold(`${ends}, ${where}`)}: ${curve}. ${thought}${pullText(runs, beside)}`;
}

function magfaceSentence(p, runs) {
  const m = placeOf(p),
    [least, most] = p.magface_margins,
    rho = tight(`‖x‖ = ${lengthText(p.length)}`),
    turned = tight(`m = ${turnText(m)} rad (${degrees(m)})`);
  if (least === most) return `${bold(rho)}: both margins are ${turnText(m)}, so MagFace is ArcFace at every length.`;
  if (near(m, least))
    return (
      `${bold(`${rho}: MagFace is ArcFace here, exactly`)}, with its least margin: ${turned}. ` +
      'So short a feature is taken for a bad picture; a longer one is asked for more.'
    );
  const head = near(m, most)
    ? `${bold(`${rho}: MagFace is ArcFace here, exactly`)}, with its greatest margin: ${turned}.`
    : `${bold(rho)}: ArcFace with the margin of this length, ${turned}.`;
  return `${head} The longer a feature, the more is asked of it.${pullText(runs, 'the shortest one')}`;
}

/**
 * How a hard class's logit stands beside ArcFace's, up to the angle `edge`. Beyond 90° the cosine is negative, and the
 * logit is larger wherever t + cos θj is below 1: always.
 */
function weightText(age, edge) {
  const even = Math.acos(1 - age),
    right = Math.PI / 2,
    past = edge > right + 0.01;
  if (age === 0) return `smaller than ArcFace’s${past ? ' up to 90°, larger beyond' : ', at every angle'}`;
  if (even >= Math.min(edge, right) - 1e-6) return 'larger than ArcFace’s, wherever it is hard';
  const on = past ? 'to 90°, larger beyond' : 'on';
  return `larger than ArcFace’s below ${bold(degrees(even))}, smaller from there ${on}`;
}

function curricularSentence(p) {
  const { edge } = hardness(p),
    t = tight(`t = ${p.age.toFixed(2)}`);
  const hard =
    `Hard is another class nearer than ${bold(degrees(edge))}, ` +
    `where ${tight('cos θ<sub>j</sub>')} exceeds ${tight('cos(θ<sub>y</sub> + m)')}; ` +
    `its logit is ${tight(`cos θ<sub>j</sub>(${p.age.toFixed(2)} + cos θ<sub>j</sub>)`)}`;
  const steep = Math.acos((1 - p.age) / 2);
  const below = degrees(Math.min(edge, steep));
  const push = ` Its slope exceeds ArcFace’s, 1, below ${below}: a smaller logit is not a smaller push.`;
  const stage =
    p.age === 0
      ? 'the training begins'
      : p.age < 0.5
        ? 'early in training'
        : p.age < 1
          ? 'later in training'
          : 'all is learned';
  const turn = Math.acos(-p.age / 2),
    slope = tight('<i>t</i> + 2 cos θ<sub>j</sub>'),
    turned =
      edge > turn + 0.01 ? ` From ${degrees(turn)} on its slope ${slope} is negative: there it is pulled closer.` : '';
  return `${bold(`${t}, ${stage}`)}. ${hard}: ${weightText(p.age, edge)}.${push}${turned}`;
}

/** What the curve is, and how it pulls. */
export const curveSentence = ({ p, runs }) =>
  ({ adaface: adafaceSentence, magface: magfaceSentence, curricularface: curricularSentence })[p.loss](p, runs);

/** What the curve has at θ; after a change, what it had. */
export function hereSentence({ p, before, angle }) {
  const other = p.loss === 'curricularface',
    own = member(placeOf(p), p),
    beside = member(reference(p), p),
    moved = movedText(before, p);
  const then = moved ? member(placeOf(before), before) : null,
    push = one => tight(`${numberText(one.push(angle))} s`),
    at = tight(`θ${other ? '<sub>j</sub>' : ''} = ${degrees(angle)}`);
  const change = what => {
    const now = bold(what(own));
    if (!then) return now;
    return what(then) === what(own) ? `${now} as before` : tight(`${what(then)} → ${now}`);
  };
  const value = change(one => numberText(one.value(angle))),
    ref = { adaface: 'at mean length', magface: 'for the shortest', curricularface: 'in ArcFace' }[p.loss];
  return (
    `${moved ? `${bold(moved)}: at` : 'At'} ${at} the ${other ? 'other class’s ' : ''}logit is ${value}, ` +
    `its ${other ? 'push' : 'pull'} ${change(push)} (${ref} ${push(beside)}).`
  );
}

/** Which of today's trained features would be pulled harder; for CurricularFace, how old such a training is. */
export function netSentence({ p, runs, net }) {
  if (!net) return '';
  const { harder, less, all } = countKinds(net, runs),
    name = escaped(net.name);
  const trained = `${thousands(all)} trained`;
  if (p.loss === 'curricularface')
    return (
      `The mean cosine of the ${trained} angles (${name}) is ${bold(numberText(meanCosine(net)))}: ` +
      `where <i>t</i> would stand by now.${leftOut(net)}`
    );
  const still = near(placeOf(p), reference(p));
  if (still)
    return `Drag the length: the ${trained} angles (${name}) take the colour of what it does to them.` + leftOut(net);
  return (
    `Were the ${trained} features (${name}) all of this length, <b class="harder">${thousands(harder)}</b> ` +
    `would be pulled harder than ${p.loss === 'adaface' ? 'at mean length' : 'if shortest'}, ` +
    `<b class="less">${thousands(less)}</b> less.${leftOut(net)}`
  );
}

/** The formula of the loss, and below it the same with its numbers. */
export function familyFormula({ p, angle }) {
  const u = placeOf(p),
    { value, push } = member(u, p),
    f = bold(numberText(value(angle))),
    part = Math.abs(push(angle)) < 5e-4 ? '0.000' : numberText(push(angle));
  const lines = {
    adaface: () => [
      '<i>z</i> = <i>h</i> (‖x‖ − μ)/σ, kept in −1…1',
      `= ${plain(p.h)} · (${lengthText(p.length)} − ${plain(p.mean)})/${plain(p.spread)} → <b>${zText(u)}</b>`,
      '<i>f</i>(θ) = cos(θ − <i>m z</i>) − <i>m</i>(1 + <i>z</i>)',
      `= ${adafaceWith(p.margins.adaface, u)} = ${f}`,
    ],
    magface: () => [
      '<i>m</i>(‖x‖): from least to greatest, linear in ‖x‖',
      `= ${turnText(p.magface_margins[0])} … ${turnText(p.magface_margins[1])} → <b>${turnText(u)}</b>`,
      '<i>f</i>(θ) = cos(θ + <i>m</i>(‖x‖))',
      `= cos(${degrees(angle)} + ${degrees(u)}) = ${f}`,
    ],
    curricularface: () => [
      'hard: cos θ<sub>j</sub> (<i>t</i> + cos θ<sub>j</sub>), slope <i>t</i> + 2 cos θ<sub>j</sub>',
      'else: cos θ<sub>j</sub>, slope 1',
      angle < hardness(p).edge
        ? `= ${numberText(Math.cos(angle))} · (${p.age.toFixed(2)} ${signed(Math.cos(angle), 3)}) = ${f}`
        : `cos ${degrees(angle)} = ${f}`,
      `slope = <b>${angle < hardness(p).edge ? numberText(p.age + 2 * Math.cos(angle)) : '1'}</b>`,
    ],
  }[p.loss]();
  const numbers = `${tight(`s = ${plain(p.scale)}`)}, ${tight(`C = ${thousands(p.classes)}`)}`;
  const name = p.loss === 'curricularface' ? 'push' : 'pull';
  return `${lines.join('<br>')}<br><span class="soft">${name} ÷ s = ${part}, ${numbers}</span>`;
}
