// What CurveFamily says: numbers as one would write them, and sentences that hold for what is set.
import { degrees, thousands } from '../kit/words.js';
import { LOSSES, countKinds, hardness, meanCosine, member, placeOf, reference, standardised } from './maths.js';

export const angleText = degrees;
const strong = text => `<b>${text}</b>`,
  tight = text => `<span class="tight">${text}</span>`,
  minus = text => text.replace('-', '−');
const near = (a, b) => Math.abs(a - b) < 1e-9;

export const numberText = value => minus((Math.abs(value) < 5e-4 ? 0 : value).toFixed(3));
/** −1, 0, +0.35. */
export function zText(z) {
  if (near(z, 0)) return '0';
  if (near(Math.abs(z), 1)) return z > 0 ? '+1' : '−1';
  return `${z > 0 ? '+' : '−'}${Math.abs(z).toFixed(2)}`;
}
/** 20, 14.7, 0.333: at most three digits behind the point. */
export const plain = value => minus(String(Number(value.toFixed(value < 10 ? 3 : 1))));
const lengthText = value => plain(Math.round(value * 10) / 10);
const marginText = m => minus(String(Number(m.toFixed(3))));

/** Both titles, each from its longest wording to its shortest. */
export const titles = loss =>
  loss === 'curricularface'
    ? [
        ['what stands in place of cos θⱼ for one other class', 'in place of cos θⱼ of one other class'],
        ['gradient length on that class’s weight ÷ s: Pⱼ · slope · sin θⱼ', 'gradient on that class’s weight ÷ s'],
      ]
    : [
        ['f(θ): what stands in place of cos θ for the true class', 'f(θ), in place of cos θ'],
        ['gradient length on the true class’s weight ÷ s: (1 − P) · f′ · sin θ', 'gradient on the true weight ÷ s'],
      ];

export const trackTitle = loss =>
  loss === 'curricularface'
    ? [
        'age t of the training: the mean cosine that the true class has reached',
        'age t: the mean cosine so far',
        'age t',
      ]
    : ['length ρ of the feature: drag it, grey is its batch', 'length ρ of the feature', 'length ρ'].slice(
        loss === 'adaface' ? 0 : 1,
      );

/** Where the hand is, as plain words. */
export const placeText = p =>
  ({
    adaface: () => `ρ = ${lengthText(p.length)}, z = ${zText(placeOf(p))}`,
    magface: () => `ρ = ${lengthText(p.length)}, m = ${marginText(placeOf(p))}`,
    curricularface: () => `t = ${p.age.toFixed(2)}`,
  })[p.loss]();

/** A stop of the track: what the curve is there, and why. */
export const stopText = (key, { margins, reach }) =>
  ({
    'z-1': ['ArcFace', 'z = −1'],
    z0: ['CosFace', 'z = 0, the mean'],
    z1: ['cos(θ − m) − 2m', 'z = +1'],
    least: [`ArcFace, ${marginText(margins.magface_from)}`, `up to ρ = ${plain(reach[0])}`],
    most: [`ArcFace, ${marginText(margins.magface_to)}`, `from ρ = ${plain(reach[1])}`],
    start: ['t = 0', 'start'],
    even: ['as ArcFace', 't = 1 − cos θⱼ'],
    trained: ['this net', 'its mean cosine'],
    end: ['t = 1', 'all learned'],
  })[key];

/** The curve's name, and which of the others it is at the moment. */
export function memberName(u, { loss, margins }) {
  const kin = {
    adaface: () => (near(u, -1) ? ' = ArcFace' : near(u, 0) ? ' = CosFace' : ''),
    magface: () => (near(u, margins.magface_from) || near(u, margins.magface_to) ? ' = ArcFace' : ''),
    curricularface: () => '',
  };
  return LOSSES[loss].name + kin[loss]();
}

export const kinName = ({ key, u }, { loss }) =>
  loss === 'adaface'
    ? { arcface: 'ArcFace', cosface: 'CosFace' }[key]
    : loss === 'magface'
      ? `ArcFace, m = ${marginText(u)}`
      : 'ArcFace: cos θⱼ';

/** Runs of one kind, taken as one where less than three degrees part them; those of less than a degree are left out. */
export function spansOf(runs, kind) {
  const found = [];
  for (const { from, to } of runs.filter(run => run.kind === kind && run.to - run.from >= 1))
    if (found.length && from - found.at(-1).to < 3) found.at(-1).to = to;
    else found.push({ from, to });
  return listed(found.map(({ from, to }) => tight(`${from.toFixed(0)}° to ${to.toFixed(0)}°`)));
}

/** a, b and c. */
const listed = words => [words.slice(0, -1).join(', '), ...words.slice(-1)].filter(Boolean).join(' and ');

/** How the curve pushes beside its reference, for which angles. */
function pushText(runs, beside) {
  const said = ['harder', 'less']
    .map(kind => [kind, spansOf(runs, kind)])
    .filter(([, spans]) => spans)
    .map(([kind, spans]) => `<b class="${kind}">${kind}</b> from ${spans}`);
  if (!said.length) return '';
  return ` Beside ${beside} it is pushed ${said.join(', and ')}.`;
}

const signed = (value, digits) => `${value < 0 ? '−' : '+'} ${marginText(Number(Math.abs(value).toFixed(digits)))}`;

/** AdaFace's curve with its numbers: cos(θ + 0.14) − 0.26. */
export function adafaceWith(m, z) {
  const turn = near(z, 0) ? 'cos θ' : `cos(θ ${signed(-m * z, 3)})`,
    off = m * (1 + z);
  return tight(near(off, 0) ? turn : `${turn} − ${marginText(off)}`);
}

function adafaceSentence(p, runs) {
  const z = placeOf(p),
    m = p.margins.adaface,
    curve = adafaceWith(m, z),
    ends = tight(`z = ${zText(z)}`);
  if (m === 0) return `${strong(`${ends}, and nothing follows from it`)}: with m = 0 every length has the curve cos θ.`;
  if (near(z, 0))
    return (
      `${strong(`${ends}: AdaFace is CosFace here, exactly`)}: ${curve}. The feature is as long as the mean of its ` +
      'batch. Shorter ones slide towards ArcFace, longer ones the other way.'
    );
  const beside = 'a feature of mean length (CosFace)';
  if (near(z, -1))
    return (
      `${strong(`${ends}: AdaFace is ArcFace here, exactly`)}: ${curve}. ` +
      `So short a feature is taken for a bad picture.${pushText(runs, beside)}`
    );
  const where = near(z, 1) ? 'the other end' : z < 0 ? 'between ArcFace and CosFace' : 'past CosFace';
  const thought =
    z < 0 ? 'Shorter than the mean: taken for a worse picture.' : 'Longer than the mean: taken for a better picture.';
  return `${strong(`${ends}, ${where}`)}: ${curve}. ${thought}${pushText(runs, beside)}`;
}

function magfaceSentence(p, runs) {
  const m = placeOf(p),
    { magface_from: least, magface_to: most } = p.margins,
    rho = tight(`ρ = ${lengthText(p.length)}`),
    turned = tight(`m = ${marginText(m)} rad (${angleText(m)})`);
  if (least === most)
    return `${strong(rho)}: both margins are ${marginText(m)}, so MagFace is ArcFace at every length.`;
  if (near(m, least))
    return (
      `${strong(`${rho}: MagFace is ArcFace here, exactly`)}, with its least margin: ${turned}. ` +
      'So short a feature is taken for a bad picture; a longer one is asked for more.'
    );
  const head = near(m, most)
    ? `${strong(`${rho}: MagFace is ArcFace here, exactly`)}, with its greatest margin: ${turned}.`
    : `${strong(rho)}: ArcFace with the margin of this length, ${turned}.`;
  return `${head} The longer a feature, the more is asked of it.${pushText(runs, 'the shortest one')}`;
}

function curricularSentence(p) {
  const { edge } = hardness(p),
    t = tight(`t = ${p.age.toFixed(2)}`),
    even = Math.acos(1 - p.age);
  const hard =
    `Hard is another class nearer than ${strong(angleText(edge))}, where cos θ<sub>j</sub> exceeds cos(θ<sub>y</sub> + m); ` +
    `it counts ${tight(`cos θ<sub>j</sub>(${p.age.toFixed(2)} + cos θ<sub>j</sub>)`)}`;
  const weight =
    p.age === 0
      ? 'less than in ArcFace, at every angle'
      : even >= edge - 1e-6
        ? 'more than in ArcFace, wherever it is hard'
        : `more than in ArcFace below ${strong(angleText(even))}, less from there on`;
  const stage =
    p.age === 0
      ? 'the training begins'
      : p.age < 0.5
        ? 'early in training'
        : p.age < 1
          ? 'later in training'
          : 'all is learned';
  const turn = Math.acos(-p.age / 2),
    turned =
      edge > turn + 0.01
        ? ` From ${angleText(turn)} on its slope <i>t</i> + 2 cos θ<sub>j</sub> is negative: there it is pulled closer.`
        : '';
  return `${strong(`${t}, ${stage}`)}. ${hard}: ${weight}.${turned}`;
}

/** What the curve is, and how it pushes. */
export const curveSentence = ({ p, runs }) =>
  ({ adaface: adafaceSentence, magface: magfaceSentence, curricularface: curricularSentence })[p.loss](p, runs);

/** The settings as [words, value], for what a gesture changed. */
const SAID = {
  length: p => (p.loss === 'adaface' ? ['z', zText(standardised(p.length, p))] : ['ρ', lengthText(p.length)]),
  age: p => ['t', p.age.toFixed(2)],
  mean: p => ['μ', plain(p.mean)],
  spread: p => ['σ', plain(p.spread)],
  h: p => ['h', plain(p.h)],
  own: p => ['θy', angleText(p.own)],
  scale: p => ['s', plain(p.scale)],
  classes: p => ['C', thousands(p.classes)],
  reach: p => ['reach', p.reach.map(plain).join(' to ')],
  margins: p => [
    'm',
    p.loss === 'magface'
      ? `${marginText(p.margins.magface_from)} to ${marginText(p.margins.magface_to)}`
      : marginText(p.margins[p.loss]),
  ],
};

const BEARS = {
  adaface: ['length', 'mean', 'spread', 'h', 'margins', 'scale', 'classes'],
  magface: ['length', 'reach', 'margins', 'scale', 'classes'],
  curricularface: ['age', 'own', 'margins', 'scale', 'classes'],
};

/** z 0 → −1: what differs and bears on the loss. */
export function movedText(before, p) {
  if (before?.loss !== p.loss) return '';
  return BEARS[p.loss]
    .map(name => [SAID[name](before), SAID[name](p)])
    .filter(([[, was], [, is]]) => was !== is)
    .map(([[name, was], [, is]]) => tight(`${name} ${was} → ${is}`))
    .join(', ');
}

/** What the curve has at θ; after a change, what it had. */
export function hereSentence({ p, before, angle }) {
  const other = p.loss === 'curricularface',
    own = member(placeOf(p), p),
    beside = member(reference(p), p),
    moved = movedText(before, p);
  const then = moved ? member(placeOf(before), before) : null,
    push = one => tight(`${numberText(one.push(angle))} s`),
    at = tight(`θ${other ? '<sub>j</sub>' : ''} = ${angleText(angle)}`);
  const change = what => {
    const now = strong(what(own));
    if (!then) return now;
    return what(then) === what(own) ? `${now} as before` : `${what(then)} → ${now}`;
  };
  const value = change(one => numberText(one.value(angle))),
    ref = { adaface: 'at mean length', magface: 'for the shortest', curricularface: 'in ArcFace' }[p.loss];
  return (
    `${moved ? `${strong(moved)}: at` : 'At'} ${at} the ${other ? 'other class’s ' : ''}logit is ${value}, ` +
    `its push ${change(push)} (${ref} ${push(beside)}).`
  );
}

const escaped = text => text.replace(/[&<>]/g, c => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c]);

/** Which of today's trained features would be pushed harder; for CurricularFace, how old such a training is. */
export function netSentence({ p, runs, net }) {
  if (!net) return '';
  const { harder, less, all } = countKinds(net, runs),
    name = escaped(net.name),
    out = net.left_out
      ? ` ${thousands(net.left_out)} more ${net.left_out === 1 ? 'is no number' : 'are no numbers'}.`
      : '';
  if (p.loss === 'curricularface')
    return `The mean cosine of the ${thousands(all)} trained angles (${name}) is ${strong(numberText(meanCosine(net)))}: where <i>t</i> would stand by now.${out}`;
  const still = near(placeOf(p), reference(p));
  if (still)
    return `Drag the length: the ${thousands(all)} trained angles (${name}) take the colour of what it does to them.${out}`;
  return (
    `Were the ${thousands(all)} trained features (${name}) all of this length, <b class="harder">${thousands(harder)}</b> would be pushed ` +
    `harder than ${p.loss === 'adaface' ? 'at mean length' : 'if shortest'}, <b class="less">${thousands(less)}</b> less.${out}`
  );
}

/** The formula of the loss, and below it the same with its numbers. */
export function familyFormula({ p, angle }) {
  const u = placeOf(p),
    { value, push } = member(u, p),
    f = strong(numberText(value(angle))),
    part = Math.abs(push(angle)) < 5e-4 ? '0.000' : numberText(push(angle));
  const lines = {
    adaface: () => [
      '<i>z</i> = <i>h</i> (ρ − μ)/σ, kept in −1…1',
      `= ${plain(p.h)} · (${lengthText(p.length)} − ${plain(p.mean)})/${plain(p.spread)} → <b>${zText(u)}</b>`,
      '<i>f</i>(θ) = cos(θ − <i>m z</i>) − <i>m</i>(1 + <i>z</i>)',
      `= ${adafaceWith(p.margins.adaface, u)} = ${f}`,
    ],
    magface: () => [
      '<i>m</i>(ρ): from least to greatest, linear in ρ',
      `= ${marginText(p.margins.magface_from)} … ${marginText(p.margins.magface_to)} → <b>${marginText(u)}</b>`,
      '<i>f</i>(θ) = cos(θ + <i>m</i>(ρ))',
      `= cos(${angleText(angle)} + ${angleText(u)}) = ${f}`,
    ],
    curricularface: () => [
      'hard: cos θ<sub>j</sub> (<i>t</i> + cos θ<sub>j</sub>), slope <i>t</i> + 2 cos θ<sub>j</sub>',
      'else: cos θ<sub>j</sub>, slope 1',
      angle < hardness(p).edge
        ? `= ${numberText(Math.cos(angle))} · (${p.age.toFixed(2)} ${signed(Math.cos(angle), 3)}) = ${f}`
        : `cos ${angleText(angle)} = ${f}`,
      `slope = <b>${angle < hardness(p).edge ? numberText(p.age + 2 * Math.cos(angle)) : '1'}</b>`,
    ],
  }[p.loss]();
  return `${lines.join('<br>')}<br><span class="soft">push ÷ s = ${part}, ${tight(`s = ${plain(p.scale)}`)}, ${tight(`C = ${thousands(p.classes)}`)}</span>`;
}

export const hintText = ({ p }) =>
  ({
    adaface: `One standard deviation of the batch moves <i>z</i> by <i>h</i> = ${plain(p.h)} only. Thin grey: all other lengths.`,
    magface: 'MagFace also draws every length upwards, by a term that does not depend on θ and is not drawn here.',
    curricularface: 'The true class is ArcFace’s. All further classes stand at 90°. Thin grey: other ages.',
  })[p.loss];

/** What a screen reader hears of the hand. */
export const spokenPlace = p => `${placeText(p)}: ${memberName(placeOf(p), p)}`;
export const handLabel = loss => (LOSSES[loss].what === 'length' ? 'length ρ of the feature' : 'age t of the training');
