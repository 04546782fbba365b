// CurveFamily's short words: numbers as one would write them, titles, names, and what a gesture changed.
import { changeIn, degrees, minus, thousands, tight } from '../kit/words.js';
import { LOSSES, placeOf, standardised } from './maths.js';

/** As good as equal: the browser keeps lengths to five digits. */
export const near = (a, b) => Math.abs(a - b) < 1e-5;

/** −1, 0, +0.35. */
export function zText(z) {
  if (near(z, 0)) return '0';
  if (near(Math.abs(z), 1)) return z > 0 ? '+1' : '−1';
  return `${z > 0 ? '+' : '−'}${Math.abs(z).toFixed(2)}`;
}
/** 20, 14.7, 0.333: at most three digits behind the point. */
export const plain = value => minus(String(Number(value.toFixed(value < 10 ? 3 : 1))));
export const lengthText = value => plain(Math.round(value * 10) / 10);
export const turnText = m => minus(String(Number(m.toFixed(3))));

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
    : ['length ‖x‖ of the feature: drag it, grey is its batch', 'length ‖x‖ of the feature', 'length ‖x‖'].slice(
        loss === 'adaface' ? 0 : 1,
      );

/** Where the hand is, as plain words. */
export const placeText = p =>
  ({
    adaface: () => `‖x‖ = ${lengthText(p.length)}, z = ${zText(placeOf(p))}`,
    magface: () => `‖x‖ = ${lengthText(p.length)}, m = ${turnText(placeOf(p))}`,
    curricularface: () => `t = ${p.age.toFixed(2)}`,
  })[p.loss]();

/** A stop of the track: what the curve is there, and why. */
export const stopText = (key, { magface_margins: [from, to], magface_lengths: [short, long] }) =>
  ({
    'z-1': ['ArcFace', 'z = −1'],
    z0: ['CosFace', 'z = 0, the mean'],
    z1: ['cos(θ − m) − 2m', 'z = +1'],
    least: [`ArcFace, ${turnText(from)}`, `up to ‖x‖ = ${plain(short)}`],
    most: [`ArcFace, ${turnText(to)}`, `from ‖x‖ = ${plain(long)}`],
    start: ['t = 0', 'start'],
    even: ['as ArcFace', 't = 1 − cos θⱼ'],
    trained: ['this net', 'its mean cosine'],
    end: ['t = 1', 'all learned'],
  })[key];

/** The curve's name, and which of the others it is at the moment. */
export function memberName(u, { loss, magface_margins: ends }) {
  const kin = {
    adaface: () => (near(u, -1) ? ' = ArcFace' : near(u, 0) ? ' = CosFace' : ''),
    magface: () => (ends.some(end => near(u, end)) ? ' = ArcFace' : ''),
    curricularface: () => '',
  };
  return LOSSES[loss].name + kin[loss]();
}

export const kinName = ({ key, u }, { loss }) =>
  loss === 'adaface'
    ? { arcface: 'ArcFace', cosface: 'CosFace' }[key]
    : loss === 'magface'
      ? `ArcFace, m = ${turnText(u)}`
      : 'ArcFace: cos θⱼ';

export const signed = (value, digits) =>
  `${value < 0 ? '−' : '+'} ${turnText(Number(Math.abs(value).toFixed(digits)))}`;

/** AdaFace's curve with its numbers: cos(θ + 0.14) − 0.26. */
export function adafaceWith(m, z) {
  const turn = near(z, 0) ? 'cos θ' : `cos(θ ${signed(-m * z, 3)})`,
    off = m * (1 + z);
  return tight(near(off, 0) ? turn : `${turn} − ${turnText(off)}`);
}

/** For each setting [its name, its value in words]. */
const SAID = {
  length: ['‖x‖', p => lengthText(p.length)],
  z: ['z', p => zText(standardised(p.length, p))],
  age: ['t', p => p.age.toFixed(2)],
  mean: ['μ', p => plain(p.mean)],
  spread: ['σ', p => plain(p.spread)],
  h: ['h', p => plain(p.h)],
  own: ['θy', p => degrees(p.own)],
  margin: ['m', p => turnText(p.margins[p.loss])],
  magface_margins: ['margins', p => p.magface_margins.map(turnText).join(' to ')],
  magface_lengths: ['lengths', p => p.magface_lengths.map(plain).join(' to ')],
  scale: ['s', p => plain(p.scale)],
  classes: ['C', p => thousands(p.classes)],
};
const BEARS = {
  adaface: ['z', 'mean', 'spread', 'h', 'margin', 'scale', 'classes'],
  magface: ['length', 'magface_lengths', 'magface_margins', 'scale', 'classes'],
  curricularface: ['age', 'own', 'margin', 'scale', 'classes'],
};

/** z 0 → −1: what differs and bears on the loss. */
export const movedText = (before, p) =>
  before?.loss === p.loss
    ? changeIn(Object.fromEntries(BEARS[p.loss].map(name => [name, SAID[name]])), before, p).told
    : '';

const MIRRORED = 'Outside 0°…180° its cosine is mirrored.';
export const hintText = ({ p }) =>
  ({
    adaface:
      `One standard deviation of the batch moves <i>z</i> by ${tight(`<i>h</i> = ${plain(p.h)}`)} only. ` + MIRRORED,
    magface: `A term that does not depend on θ also draws every length upwards; it is not drawn. ${MIRRORED}`,
    curricularface: 'The true class is ArcFace’s. All further classes stand at 90°. Thin grey: other ages.',
  })[p.loss];

/** What a screen reader hears of the hand. */
export const spokenPlace = p => `${placeText(p)}: ${memberName(placeOf(p), p)}`;
export const handLabel = loss =>
  LOSSES[loss].what === 'length' ? 'length ‖x‖ of the feature' : 'age t of the training';
