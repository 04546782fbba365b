// What DriftPlayer says: of a frame, of a class, and of what its marks mean.
import { degrees } from '../kit/words.js';
import { spread } from './film.js';

const HINT =
  '○ on the wrong side of a thin line. Tail outside: where the class weight pointed before. ' +
  'Point at a number to see its class alone.';

/** What the marks mean, or where a class is pointed at, what there is to say of it. */
export function aside(film, i, only, wrong) {
  const frame = film.frames[i];
  if (!frame) return '';
  if (only !== null && only < film.classes && !frame.broken) return classSentence(film, i, only, wrong);
  return film.centred ? `◆ class centre, and the way it came. ${HINT}` : HINT;
}

const known = value => value !== null && value !== undefined;
export const percent = share => `${(100 * share).toFixed(1)} %`;
export const shortEpoch = e => (e < 0.1 ? String(Number(e.toPrecision(1))) : e.toFixed(1));
export const shortLength = r => (r >= 10 ? r.toFixed(0) : r >= 1 ? r.toFixed(1) : Number(r.toPrecision(2)).toString());

/** What a frame says, the numbers between asterisks. */
export function sentence(film, i, live) {
  const f = film.frames[i];
  if (!f) return live ? 'The first frame is on its way.' : 'No frame was recorded: there is nothing to see yet.';
  const epoch = f.step === 0 ? ', before training' : known(f.epoch) ? ` (epoch ${shortEpoch(f.epoch)})` : '';
  const when = `Step *${f.step}*${film.steps ? ` of ${film.steps}` : ''}${epoch}`;
  if (f.broken) return `${when}: the run has diverged; its features are no longer numbers.`;
  const said = [];
  if (known(f.accuracy)) said.push(`*${percent(f.accuracy)}* of these ${film.labels.length} digits on the right side`);
  const { own, near } = f.centers ? spread(f, film.labels) : {},
    from = [];
  if (known(f.theta)) from.push(`*${degrees(f.theta)}* from its class weight`);
  if (Number.isFinite(own)) from.push(`*${shortLength(own)}* from its centre`);
  if (from.length) said.push(`a digit stands ${from.join(' and ')} on average`);
  if (Number.isFinite(near)) said.push(`the nearest two centres are *${shortLength(near)}* apart`);
  said.push(`the rim is at *‖x‖ = ${shortLength(f.rim)}*`);
  const lost = f.missing ? ` ${f.missing} of the digits have no place: their features are not numbers.` : '';
  const over = !live && i === film.frames.length - 1,
    short = over && film.epochs > 0 && film.end < 0.999;
  const last = over && i === 0 ? ' This is the only frame.' : short ? ' Here the run stopped.' : '';
  return `${when}: ${said.join('; ')}.${lost}${last}`;
}

/** What a frame says of one class. */
export function classSentence(film, i, k, wrong) {
  const own = [...film.labels.keys()].filter(p => film.labels[p] === k),
    right = own.filter(p => !wrong[p]).length;
  const turned = Math.abs(film.frames[i].angles[k] - film.frames[0].angles[k]);
  const digits = own.length
    ? `${right} of its ${own.length} digits on the right side`
    : 'none of these digits belongs to it';
  return (
    `Class ${k}: ${digits}; its weight has turned ${degrees(turned)} since step ${film.frames[0].step}` +
    `${film.centred ? centreWords(film, i, k, own) : ''}.`
  );
}

function centreWords({ frames }, i, k, own) {
  const { xy, rim, centers } = frames[i],
    [x, y] = centers.slice(2 * k),
    start = frames[0].centers;
  const placed = own.filter(p => !Number.isNaN(xy[2 * p]));
  if (!Number.isFinite(x + y)) return '; its centre has no place: it is not a number';
  const mean = n => (rim * placed.reduce((sum, p) => sum + xy[2 * p + n], 0)) / placed.length;
  const came = Math.hypot(x - start[2 * k], y - start[2 * k + 1]),
    away = Math.hypot(x - mean(0), y - mean(1));
  const said = [];
  if (Number.isFinite(came)) said.push(`has moved ${shortLength(came)} since then`);
  if (placed.length) said.push(`stands ${shortLength(away)} from the mean of its digits`);
  return said.length ? `; its centre ${said.join(' and ')}` : '';
}
