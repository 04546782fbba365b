// What ChargeSphere says, in HTML: how the charges stand, what just changed, who pushes whom.
import { amount, bold, degrees, escaped } from '../kit/words.js';
import { LAWS, pushesOn, travelled } from './maths.js';

const COUNT = ['', '', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine', 'Ten', 'Eleven', 'Twelve'];
const SURE = new Set([2, 3, 4, 6, 12]); // numbers with which one arrangement is best for every such law (Cohn, Kumar)
const counted = n => COUNT[n] ?? String(n),
  AS_WIDE = (0.05 * Math.PI) / 180;
const least = angle => `<b class="m">${degrees(angle)}</b>`;
const lawName = law => `${LAWS[law].name} law`;

/** Two numbers with as many digits as it takes to tell them apart. */
function apartText(a, b, digits) {
  for (let k = digits; k < 9; k++) if (a.toFixed(k) !== b.toFixed(k)) return [a.toFixed(k), b.toFixed(k)];
  return [a.toFixed(digits), b.toFixed(digits)];
}
export const energyText = (law, v) => (v > 999 ? amount(v) : v.toFixed(law === 'uniform' ? 6 : 4));
const tammesWords = ({ tammes, proven }) => `${degrees(tammes)}${proven ? '' : ', the best known'}`;
const whom = ({ start, trained, x }) =>
  start !== 'random' && trained.find(({ name }) => name === start)?.points.length === x.length / 3
    ? 'class centres'
    : 'charges';
const atStart = ({ x, ghosts }) =>
  ghosts !== null && ghosts.length === x.length && Math.max(...travelled(x, ghosts)) < 1e-4;

/** Which gesture leads from one state to the next; '' where nothing changed. */
export function chargeGesture(a, b) {
  if (a.size !== b.size) return 'surface';
  if (a.n !== b.n) return 'charges';
  if (a.law !== b.law) return 'law';
  return a.held !== b.held ? 'held' : '';
}

/**
 * The sentence of the figure. `now` is what is shown, `found` how it stands; `kind` the last gesture, `before` the
 * state ahead of it.
 */
export function chargeSentence(now, found, kind = '', before = null) {
  return [now.held === null ? leadOf(now, found, kind, before) : heldSentence(now), stateSentence(now, found)]
    .filter(Boolean)
    .join(' ');
}

function leadOf({ size, law, n }, { tammes }, kind, before) {
  if (kind === 'charges') return countSentence(n, tammes, before);
  if (kind === 'surface') return surfaceSentence(size, n, tammes, before);
  if (kind === 'law' && before.balanced)
    return `What balanced under ${lawName(before.law)} need not under ${lawName(law)}.`;
  return '';
}

function surfaceSentence(size, n, tammes, before) {
  const few = n <= 3, // they stand widest in a plane
    none = `${counted(n).toLowerCase()} charges have no more room`;
  if (size === 2)
    return (
      `On the circle all laws agree: evenly spaced is best, ${degrees(tammes)} apart; on the sphere ` +
      `${few ? none : `there is room for ${degrees(before.tammes)}`}.`
    );
  return few
    ? `${counted(n)} charges gain nothing from a third dimension: ${degrees(tammes)} stays the widest smallest angle.`
    : `A third dimension gives room: ${degrees(tammes)} instead of ${degrees(before.tammes)}.`;
}

function countSentence(n, tammes, before) {
  const [was, is] = apartText((before.tammes * 180) / Math.PI, (tammes * 180) / Math.PI, 1),
    way = is === was ? `stays, ${is}°` : `${tammes < before.tammes ? 'falls' : 'rises'} from ${was}° to ${is}°`;
  return (
    `With ${counted(n).toLowerCase()} instead of ` +
    `${counted(before.n).toLowerCase()} the widest smallest angle ${way}.`
  );
}

function stateSentence(now, found) {
  if (now.held !== null) return `Smallest angle ${least(found.angle)}, Tammes’ ${tammesWords(found)}.`;
  const { moving, steps, law, start, running } = now,
    who = `${counted(found.n)} ${whom(now)}`,
    { angle } = found,
    [j, k] = found.pairs[0];
  const pair = `${j} and ${k}`;
  if (found.balanced && !moving) return found.local ? localSentence(now, found) : bestSentence(now, found, who);
  if (moving)
    return (
      `${who} push one another apart under ${lawName(law)}: after ${steps} steps the smallest ` +
      (`angle is ${least(angle)}; at this law’s optimum it is ` +
        `${degrees(found.ownAngle)}, Tammes’ is ${tammesWords(found)}.`)
    );
  const whence = atStart(now)
    ? ` as trained with “${escaped(start)}”`
    : start === 'random' && steps === 0 && !running
      ? ' thrown at random'
      : running
        ? ''
        : ', held still';
  return (
    `${who}${whence}: the nearest two, ${pair}, stand ${least(angle)} apart, where ${tammesWords(found)} ` +
    `is possible. ${running ? '' : 'Let them go, and they push one another away like charges of one sign.'}`
  ).trim();
}

function bestSentence({ law, size }, found, who) {
  const { n, proven, angle } = found,
    same = Math.abs(found.tammes - angle) < AS_WIDE,
    between =
      `smallest angle ${least(angle)}, between ` +
      `${found.pairs.length === 1 ? 'one pair' : `${found.pairs.length} pairs`}`;
  const tammes = same
    ? `No arrangement ${proven ? 'has' : 'is known that has'} a wider ` +
      `one: ${law === 'steep' ? 'it is Tammes’.' : 'it is Tammes’, too.'}`
    : `Tammes, who asks for that angle alone, ` +
      `${proven ? 'has' : 'has, as far as is known,'} ${bold(degrees(found.tammes))}.`;
  if (law === 'steep') return `${who} at rest under the steep law: ${between}. ${tammes}`;
  const best = size === 2 || SURE.has(n) ? 'the best arrangement' : 'the best arrangement known';
  return (
    `${who} at rest in ${best} for ${lawName(law)}, energy ` +
    `${bold(energyText(law, found.energies[law]))}: ${between}. ${tammes}`
  );
}

function localSentence({ law, running }, found) {
  const help = running ? 'No small move helps; shake them.' : 'Let them go, or shake them.';
  if (law === 'steep') {
    const [now, best] = apartText((found.angle * 180) / Math.PI, (found.tammes * 180) / Math.PI, 1);
    return (
      `The pushes balance, but in a ${bold('local optimum')}: smallest angle ${`<b class="m">${now}°</b>`}, ` +
      `where ${best}° is ${found.proven ? 'possible' : 'known'}. Even a law this steep can miss Tammes. ${help}`
    );
  }
  const [now, best] = apartText(found.energies[law], found.best[law], law === 'uniform' ? 5 : 3);
  return (
    `The pushes balance, but in a ${bold('local optimum')}: energy ${bold(now)}, where ` +
    (`${bold(best)} is possible, and smallest angle ` +
      `${least(found.angle)} instead of ${degrees(found.ownAngle)}. ${help}`)
  );
}

/** Who pushes the held charge how hard, and what each law makes of its nearest neighbour. */
function heldSentence({ x, held, law }) {
  const share = l => {
    const pushes = pushesOn(x, held, l),
      all = pushes.reduce((sum, { size }) => sum + size, 0);
    return pushes.map(({ size }) => size / all);
  };
  const shares = share(law),
    k = shares.indexOf(Math.max(...shares)),
    away = 2 * Math.asin(Math.min(1, pushesOn(x, held, law)[k].d / 2));
  const others = Object.keys(LAWS)
    .filter(l => l !== law)
    .map(l => `under ${lawName(l)} ${percentText(share(l)[k])}`);
  return (
    `You hold ${bold(held)}. Its nearest neighbour ${k}, ${degrees(away)} away, does ` +
    `${bold(percentText(shares[k]))} of the pushing; ${others.join(', ')}.`
  );
}
const percentText = v => `${(100 * v).toFixed(0)}\u00a0%`;

/** A second line: how far trained centres have come. */
export function chargeAside({ ghosts, x }) {
  if (!ghosts || atStart({ ghosts, x })) return '';
  const far = travelled(x, ghosts),
    most = Math.max(...far),
    mean = far.reduce((a, b) => a + b, 0) / far.length;
  return (
    `Rings and broken lines show where each centre was trained: they have turned by ${degrees(mean)} on average, ` +
    `${far.indexOf(most)} the farthest, ${degrees(most)}.`
  );
}

/** What the laws make of the same distances. */
export function lawNote() {
  const d = angle => 2 * Math.sin((angle * Math.PI) / 360),
    times = law => (LAWS[law].push(d(30)) / LAWS[law].push(d(90))).toFixed(1);
  return (
    `Two charges 30° apart push ${times('uniform')} times as hard as two 90° apart under UniformFace’s law, ` +
    `${times('coulomb')} times under Coulomb’s; under the steep law only the nearest count, and so it comes near ` +
    `Tammes’ arrangement.`
  );
}
