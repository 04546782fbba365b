// What LiveLab says, in HTML: where the training stands, and what has just happened, in numbers.
import { degrees, listed, superscript, thousands, tight } from '../kit/words.js';
import { marginText } from '../kit/losses.js';
import { KINDS, nearestWeights, recalls, shutOut } from './maths.js';

const TIGHT = (6 * Math.PI) / 180;
const RUNAWAY = 40;
const share = part => `${(100 * part).toFixed(1)}\u00a0%`;
const STARTS = {
  random: 'class weights and digits lie as chance put them',
  even: 'the class weights stand evenly, and the digits lie as chance put them',
};
const accent = text => `<b class="m">${text}</b>`;

/** A number that may be of any size. */
export function sized(value) {
  if (!Number.isFinite(value)) return '–';
  if (value !== 0 && (Math.abs(value) >= 1e5 || Math.abs(value) < 1e-3)) {
    const [digits, power] = value.toExponential(1).split('e');
    return `${digits}·10<sup>${Number(power)}</sup>`;
  }
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}
export const plainly = html =>
  html
    .replace(/<sup>(.*?)<\/sup>/g, (_, power) => superscript(power))
    .replace(/<[^>]*>/g, '')
    .replaceAll('&nbsp;', '\u00a0');

/** The loss with what the reader has set of it. */
function lossText({ loss, margins, scale }, running) {
  const { name, margin, scaled } = KINDS[loss],
    said = [];
  if (margin)
    said.push(accent(`<i>m</i> = ${margin === 'sphereface' ? margins[margin] : marginText(margin, margins[margin])}`));
  if (scaled) said.push(`<i>s</i> = ${Number(scale)}`);
  else if (Number.isFinite(running)) said.push(`<i>s</i> = ${sized(running)}`);
  return [name, ...said.map(tight)].join(', ');
}

/** A change, as its mark on the time axis says it. */
export function changeText({ what, from, to }) {
  if (what === 'loss') return `${KINDS[from].name} → ${KINDS[to].name}`;
  const digits = value =>
    what === 's' || what === 'rate' || (Number.isInteger(value) && value >= 1)
      ? String(value)
      : value.toFixed((value * 100) % 1 > 1e-6 && (value * 100) % 1 < 1 - 1e-6 ? 3 : 2);
  return `${what} ${digits(from)} → ${digits(to)}`;
}

/** Where it stands. */
export function stateSentence({ moment, settings, points }) {
  const loss = Number.isFinite(moment.loss) ? `; the loss is ${sized(moment.loss)}` : '';
  const source = { trunk: ', from trunk features', pixels: ', from pixels', points: '' }[settings.source],
    of = settings.source === 'points' ? 'points' : 'digits';
  if (!points) return `There are no points: click into the circle to add one.`;
  return (
    `Step <b>${moment.step}</b>, ${lossText(settings, moment.scale)}${source}: ` +
    `<b>${share(moment.accuracy)}</b> of these ${thousands(points)} ${of} are read right; ` +
    (`<b>${degrees(moment.theta)}</b> to the own class weight on average, ` +
      `<b>${degrees(moment.other)}</b> to the nearest other${loss}.`)
  );
}

/** What to notice, most telling first; at most two sentences. */
export function newsSentences(state) {
  if (!state.labels.length) return [];
  if (state.moment.step === 0)
    return [
      state.settings.source === 'points'
        ? 'Nothing is trained yet; press play. Without a network the loss moves the points themselves, and the weights.'
        : `Nothing is trained yet: ${STARTS[state.settings.start]}. Press play.`,
    ];
  return [runawayNews, lostNews, tightNews, roomNews, changeNews, restNews]
    .map(news => news(state))
    .filter(Boolean)
    .slice(0, 2);
}

function runawayNews({ moment, settings, rows }) {
  if (settings.loss !== 'adacos_dynamic' || !(moment.scale > RUNAWAY)) return '';
  const first = rows.find(row => Number.isFinite(row.scale));
  return (
    `AdaCos’s <b>scale runs away</b>: from ${sized(first?.scale ?? NaN)} to <b>${sized(moment.scale)}</b>; ` +
    `each step asks for a larger one, until it is no number.`
  );
}

function lostNews({ moment, labels, arcs }) {
  const classes = moment.weight.length / 2,
    out = shutOut(arcs, classes);
  const lost = recalls(labels, moment.read, classes).filter(({ count, right }) => count && right < 0.1 * count);
  if (!lost.length)
    return out.length ? `Nothing can be read as ${listed(out)}: in no direction does that weight win.` : '';
  if (lost.length > 3)
    return (
      `<b>${lost.length} of ${classes} classes are lost</b>: hardly ` +
      `a digit ${listed(lost.map(({ k }) => k))} is read right.`
    );
  const { k, right, count, mostly } = lost[0],
    others = lost.length > 1 ? ` So ${lost.length > 2 ? 'are' : 'is'} ${listed(lost.slice(1).map(c => c.k))}.` : '';
  const taken = mostly === null || mostly === 255 ? '' : `, most are taken for ${mostly}`;
  return (
    `<b>Class ${k} is lost</b>: ${right} of its ${count} digits are read ` +
    `right${taken}${out.includes(k) ? '; its weight wins in no direction' : ''}.${others}`
  );
}

function tightNews({ moment }) {
  const { gap, pair } = nearestWeights(moment.weight);
  return gap < TIGHT
    ? `The weights of <b>${pair[0]} and ${pair[1]} stand ${degrees(gap)} ` +
        `apart</b>: hardly a direction tells the two from each other.`
    : '';
}

function roomNews({ settings, arcs }) {
  const { margin } = KINDS[settings.loss];
  if (!margin || arcs.some(({ enough }) => enough)) return '';
  const m = margin === 'sphereface' ? settings.margins[margin] : marginText(margin, settings.margins[margin]);
  return (
    `No direction on this circle satisfies ${accent(`<i>m</i> = ${m}`)}: the class weights stand ` +
    `too close for it, and no digit is right enough, wherever it lies.`
  );
}

function changeNews({ moment, rows, changes }) {
  const last = changes.findLast(({ step }) => step <= moment.step),
    then = last && rows.findLast(row => row.step <= last.step);
  if (!last || !then || moment.step === then.step)
    return last && then
      ? `${changeText(last)}: what was trained until now stays, the next step is the first with it.`
      : '';
  return (
    `Since ${changeText(last)}, ${moment.step - last.step} steps ago: ` +
    (`${accent(`${degrees(then.theta)} → ${degrees(moment.theta)}`)} to the own ` +
      `weight, ${share(then.accuracy)} → ${share(moment.accuracy)} read right.`)
  );
}

function restNews({ moment, rows, changes }) {
  const from = Math.max(moment.step - 200, changes.at(-1)?.step ?? 0),
    then = rows.find(row => row.step > from && Number.isFinite(row.loss));
  if (
    !then ||
    moment.step - then.step < 100 ||
    !(moment.loss < 0.85 * then.loss) ||
    moment.accuracy > then.accuracy + 0.005
  )
    return '';
  return (
    `In ${moment.step - then.step} steps the loss fell from ${sized(then.loss)} to ${sized(moment.loss)}, ` +
    `but the share read right did not rise: ${share(then.accuracy)} → ${share(moment.accuracy)}.`
  );
}
