// PairMatrix's words: the batch, the cell that is read, its gradient worked out, and where a caption lands.
import { amount, bold, changeIn, degrees, escaped, minus, numberText, signedAmount, tight } from '../kit/words.js';
import { CLIP_CAP, CLIP_START, adacosScale, balance, evenBias } from './maths.js';

/** @typedef {import('./matrix.js').State} State */

const near = (a, b) => Math.abs(a - b) < 0.006 * Math.abs(b);
export const plain = value => minus(String(Number(value.toPrecision(3))));
/** 0.123, or under 0.001. */
export const shareText = p => (p > 0 && p < 0.001 ? 'under 0.001' : p > 0.999 && p < 1 ? 'over 0.999' : p.toFixed(3));
/** The same in a formula. */
const exactly = p => (p < 0.001 ? amount(p) : p.toFixed(p > 0.999 ? 6 : 3));
const percent = p => (p > 0 && p < 0.001 ? 'under 0.1 %' : `${Number((100 * p).toPrecision(2))} %`);
const quoted = text => `“${escaped(text)}”`;

/** What a scale of this size is called, for B pairs. */
export const scaleName = (scale, B, learnt) =>
  (learnt && near(scale, learnt) && 'as learnt') ||
  (near(scale, CLIP_START) && 'CLIP’s start') ||
  (near(scale, CLIP_CAP) && 'CLIP’s cap') ||
  (near(scale, adacosScale(B)) && 'fixed AdaCos') ||
  '';
/** A scale and what it is called. */
export const scaleText = (scale, B, learnt) => {
  const name = scaleName(scale, B, learnt);
  return plain(scale) + (name && ` · ${name}`);
};
export const biasText = (bias, B) => (Math.abs(bias - evenBias(B)) < 0.03 ? `${plain(bias)} · P = 1/B` : plain(bias));

const LEAD = {
  row: 'Softmax by row: which caption belongs to an image?',
  column: 'Softmax by column: which image belongs to a caption?',
  both: 'CLIP: the mean of softmax by row and by column.',
  sigmoid: 'SigLIP: each cell on its own, same or not.',
};

/** Who pulls and who pushes. */
function balanceText({ p, batch }) {
  const { pull, share, few, wrong } = balance(batch),
    each = bold(percent(pull / batch.size)),
    pushers = bold(`${few} of ${wrong}`),
    who = `A right pair has ${each} of its full pull on average; ${pushers} wrong pairs do nine tenths of the pushing.`;
  if (p.way !== 'sigmoid') return `${who} Pull and push are equal, as in every softmax.`;
  const half = Math.abs(share - 0.5) < 0.02 ? ', about half' : '';
  return `${who} Of all pull and push the right pairs have ${bold(percent(share))}${half}.`;
}

const SAID = {
  way: ['', ({ way }) => ({ row: 'by row', column: 'by column', both: 'CLIP', sigmoid: 'SigLIP' })[way]],
  scale: ['s', ({ scale }) => plain(scale)],
  margin: ['m', ({ margin }) => plain(margin)],
  bias: ['b', ({ way, bias }) => (way === 'sigmoid' ? plain(bias) : '')],
};

/** What the last gesture changed, and what came of it; '' if nothing. @param {State} state */
export function changeText({ p, before, batch, was, captions, formerly }) {
  if (!was) return '';
  const { told } = changeIn(SAID, before, p),
    j = captions.findIndex((text, k) => text !== formerly[k]),
    written = j < 0 ? '' : `${quoted(formerly[j])} → ${quoted(captions[j])}`,
    what = [told.trim(), written].filter(Boolean).join(', ');
  return what && `${bold(what)}: loss ${tight(`${amount(was.loss)} → ${bold(amount(batch.loss))}`)}.`;
}

/** The whole batch. @param {State} state */
export function batchSentence(state) {
  const { p, batch } = state,
    b = p.way === 'sigmoid' ? `, <i>b</i> = ${plain(p.bias)}` : '',
    numbers = tight(`<i>s</i> = ${plain(p.scale)}${b}`);
  return `${LEAD[p.way]} ${numbers}, loss ${bold(amount(batch.loss))}. ${balanceText(state)}`;
}

/** The cell under the mouse, or the one that was chosen. @param {State} state */
export function cellSentence(state) {
  const { data, p, batch, cosines, captions } = state,
    [i, j] = state.over ?? state.cell,
    n = i * batch.size + j,
    cosine = cosines[n];
  const who = `The image of a ${data.labels[i]} and ${quoted(captions[j])}`,
    at = `cosine ${bold(numberText(cosine))} (${degrees(Math.acos(cosine))})`,
    P = {
      row: `<i>P</i> is ${shareText(batch.row[n])} in its row`,
      column: `<i>P</i> is ${shareText(batch.column[n])} in its column`,
      both: `<i>P</i> is ${shareText(batch.row[n])} in its row, ${shareText(batch.column[n])} in its column`,
      sigmoid: `<i>P</i>(same) is ${shareText(batch.same[n])}`,
    }[p.way];
  const size = percent(Math.abs(batch.push[n])),
    does =
      i === j ? `A right pair, pulled together with ${bold(size)}` : `A wrong pair, pushed apart with ${bold(size)}`,
    alike =
      i !== j && data.labels[i] === data.labels[j]
        ? ` Its caption belongs to a ${data.labels[i]} too: wrong only because each image has one caption in the batch.`
        : '';
  return `${who}: ${at}, ${P}. ${does} of its full ${i === j ? 'pull' : 'push'}.${alike}`;
}

/** The gradient on that cosine, with its numbers. @param {State} state */
export function gradientFormula({ p, batch, over, cell }) {
  const [i, j] = over ?? cell,
    B = batch.size,
    n = i * B + j,
    one = i === j ? ' − 1' : '',
    P = {
      row: [batch.row[n]],
      column: [batch.column[n]],
      both: [batch.row[n], batch.column[n]],
      sigmoid: [batch.same[n]],
    },
    names = { row: ['row'], column: ['col'], both: ['row', 'col'], sigmoid: ['same'] }[p.way];
  const symbols = names.map(name => `<i>P</i><sub>${name}</sub>`).join(' + '),
    taken = i === j ? ` − ${names.length}` : '',
    many = names.length > 1 ? '2' : '';
  const top = `∂L/∂cos θ = <i>s</i>/${many}<i>B</i> · (${symbols}${taken || one})`,
    numbers = P[p.way].map(exactly).join(' + ');
  const value = (p.scale / B) * batch.push[n];
  return `${top}<br>= ${plain(p.scale)}/${names.length * B} · (${numbers}${taken}) = ${bold(signedAmount(value))}`;
}

/** Where a caption lands among the digits. */
export function landingSentence({ text, known, digits, angles, byAngle }) {
  if (known === 0) return `The network knows nothing of ${quoted(text)}: not one of its characters.`;
  const [a, b] = byAngle.map(k => `${degrees(angles[k])} from ${digits[k]}`),
    [first, second] = byAngle.map(k => angles[k]),
    sure = second - first < 0.09 ? ', but only just' : '';
  return `${quoted(text)} lands ${bold(a)}, ${b}: read as ${bold(String(digits[byAngle[0]]))}${sure}.`;
}
