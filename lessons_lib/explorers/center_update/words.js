// What CenterUpdate says, in HTML: the worked table, the share of the way, and what just changed.
import { listed, signedAmount, tight } from '../kit/words.js';
import { LIMIT, MOST, between, fate, samePlace, shareOf, update, walk } from './maths.js';

const COUNT = ['no point', 'one point', 'two points', 'three points'],
  NTH = ['', '', 'a half', 'a third'];
const ON = 5e-4; // nearer than the digits shown
const c = '<i>c</i>',
  alphaSign = '<b class="m"><i>α</i></b>',
  delta = 'Δ<i>c</i>',
  x = i => `<i>x</i><sub>${i + 1}</sub>`,
  ONE_MORE = tight('1 + <i>n</i>'),
  NO_STEP = tight('Δc = 0');

/** A coordinate to three digits, a far one to whole numbers. */
export function coordinate(v) {
  const size = Math.abs(v),
    digits = size >= 9999.5 ? Math.round(size).toLocaleString('en-US') : size.toFixed(size >= 99.95 ? 1 : 3);
  return (v < 0 && Number(size.toFixed(3)) > 0 ? '−' : '') + digits;
}
const percentOf = share => `${Number((100 * share).toFixed(1))}\u00a0%`;
const short2 = v => String(Number(v.toFixed(4)));

/** α·n/(n+1) = 0.5·3/4 = 37.5 %, for each rule. */
export function shareLine({ rule, alpha }, { n, share }) {
  const a = short2(alpha),
    out = `<b>${percentOf(share)}</b> <span class="soft">of the way</span>`;
  if (!n) return `<span>${delta} = 0</span> <span class="soft">nothing pulls</span>`;
  const ways = {
    paper: [`${alphaSign}·<i>n</i>/(<i>n</i>+1)`, `${a}·${n}/${n + 1}`],
    descent: [`${alphaSign}·<i>n</i>`, `${a}·${n}`],
    mean: [`${alphaSign}·<i>n</i>/<i>n</i>`, `${a}·${n}/${n}`],
    popular: [`2${alphaSign}·<i>n</i>/<i>N</i>`, `2·${a}·${n}/${n}`],
  };
  const [law, values] = ways[rule];
  return `<span>${law} = ${values} =</span> ${out}`;
}

const fraction = (top, bottom) => `<span class="frac"><span>${top}</span><span>${bottom}</span></span>`;
export function lawOf(rule) {
  const sum = `Σ(${c} − <i>x<sub>i</sub></i>)`;
  const value = {
    paper: fraction(sum, '1 + <i>n</i>'),
    descent: sum,
    mean: fraction(sum, '<i>n</i>'),
    popular: fraction(`2 ${sum}`, '<i>N</i>'),
  }[rule];
  return `<span>${delta} = ${value}</span> <span>${c} ← ${c} − ${alphaSign} ${delta}</span>`;
}

/** The rows of the worked table: a name, both coordinates, and a class. */
export function tableRows(now, found) {
  const { center, points, rule, alpha } = now,
    { n, pulls, sum, delta: by, step, to } = found;
  const both = (name, pair, kind = '') => [name, coordinate(pair[0]), coordinate(pair[1]), kind];
  const name = i => `${c} − ${x(i)} <span>${x(i)} = (${points[i].map(coordinate).join(', ')})</span>`;
  const rows = pulls.map((pull, i) => (pull ? both(name(i), pull) : [name(i), 'not in', 'the batch', 'out']));
  const how = { paper: `÷ (1 + ${n})`, descent: 'as it is', mean: `÷ ${n}`, popular: `× 2 ÷ ${n}` }[rule];
  return [
    both(c, center),
    ...rows,
    both('sum Σ', sum, 'total'),
    both(`${n || rule === 'paper' ? how : 'nothing to divide'} <span>= ${delta}</span>`, by),
    both(`× ${short2(alpha)} <span>= ${alphaSign}${delta}</span>`, step),
    both(`new ${c} <span>= ${c} − ${alphaSign}${delta}</span>`, to, 'new'),
  ];
}

/** Which of the reader's gestures leads from one state to the next; '' where nothing changed. */
export function gesture(a, b) {
  if (b.path.length && JSON.stringify(b.path) !== JSON.stringify(a.path)) return 'step';
  if (a.path.length > b.path.length && samePlace(b.center, a.path[0])) return 'again';
  if (!samePlace(a.center, b.center)) return 'center';
  return ['rule', 'batch', 'points', 'alpha'].find(name => JSON.stringify(a[name]) !== JSON.stringify(b[name])) ?? '';
}

/**
 * The sentence of the figure: what the gesture did, in numbers, and what to notice. `before` is the state ahead of it.
 */
export function centerSentence(now, kind, before) {
  const found = update(now);
  return [leadOf(kind, now, before, found), noticeOf(now, found, kind)].filter(Boolean).join(' ');
}

function leadOf(kind, now, before, found) {
  const { n, share, mean } = found,
    old = before && update(before),
    instead = old && percentOf(old.share) !== percentOf(share) ? `, not ${percentOf(old.share)}` : '';
  const goes = `the centre goes <b>${percentOf(share)}</b> of the way a step${instead}.`;
  if (kind === 'again') return 'Back where the walk began.';
  if (!n) return '';
  const goesOn = before && samePlace(now.path[before.path.length] ?? [], before.center), // else a walk begun anew
    came = goesOn ? before.path.length : 0,
    many = now.path.length - came;
  if (kind === 'step' && before && many > 1)
    return (
      `${many} steps: from ${coordinate(between(now.path[came], mean))} ` +
      `to ${coordinate(between(now.center, mean))} away from the mean.`
    );
  if (kind === 'step')
    return (
      `Step ${now.path.length} went <b>${percentOf(share)}</b> of the way to the mean: from ` +
      `${coordinate(between(now.path.at(-1), mean))} away to ${coordinate(between(now.center, mean))}.`
    );
  if (kind === 'batch') return `${wentSentence(now.batch, before.batch)}: with ${COUNT[n]} ${goes}`;
  if (kind === 'alpha') return `${tight(`α = ${short2(now.alpha)}`)}: ${goes}`;
  if (kind === 'rule') return `By this rule ${goes}`;
  if (kind === 'points') return movedPoint(now, before, found, old);
  if (kind === 'center')
    return (
      `${c} stands ${coordinate(between(now.center, mean))} from the mean; the next step takes ` +
      `<b>${percentOf(share)}</b> of that, ${coordinate(share * between(now.center, mean))}.`
    );
  return '';
}

/** Who joined the batch, and who left it. */
function wentSentence(batch, before) {
  const who = inside => listed(batch.flatMap((now, i) => (now === inside && before[i] !== inside ? [x(i)] : [])));
  const [joined, left] = [who(true), who(false)];
  return [joined && `${joined} joined the batch`, left && `${left} left ${joined ? 'it' : 'the batch'}`]
    .filter(Boolean)
    .join(', ');
}

function movedPoint(now, before, { n, mean, share }, old) {
  const i = now.points.findIndex((p, k) => !samePlace(p, before.points[k])),
    far = i < 0 ? 0 : between(now.points[i], before.points[i]);
  if (!far) return '';
  if (!now.batch[i]) return `${x(i)} is not in the batch: wherever it goes, the centre does not notice.`;
  const part =
    n > 1
      ? `the mean ${NTH[n]} of that, ${coordinate(between(mean, old.mean))}`
      : 'and the mean with it, since it is alone';
  return `${x(i)} moved by ${coordinate(far)}, ${part}; the share stays ${percentOf(share)}.`;
}

/** What there is to see in this state. */
function noticeOf(now, found, kind) {
  const { n, share, mean } = found;
  if (Math.max(...now.center.map(Math.abs)) >= LIMIT)
    return (
      'The centre is a million away; this figure counts no farther. ' +
      'In training the next numbers would be infinite, then NaN.'
    );
  if (!n) return nobody(now.rule);
  if (between(now.center, mean) < ON)
    return (
      `${c} stands on the mean of the batch: the pulls cancel, ` + `and as long as the points stay, so does the centre.`
    );
  if (now.alpha === 0) return `With ${tight('α = 0')} the pulls are there and the centre never follows them.`;
  return ruleNotice(now, n, kind) + fateNotice(now, share);
}

function nobody(rule) {
  if (rule === 'paper')
    return (
      `No point of this class in the batch: the centre stays, ${NO_STEP}, ` +
      'and nothing is divided by zero. That is what the 1 is for, too.'
    );
  if (rule === 'descent')
    return `No point of this class in the batch: nothing is summed, ${NO_STEP}, and the centre stays.`;
  if (rule === 'mean')
    return (
      'No point of this class in the batch: its mean would be 0/0, so code must leave the class ' +
      `out, as this figure does. The paper’s ${ONE_MORE} needs no exception.`
    );
  return (
    'No point of this class in the batch: in that code <i>N</i> counts the points of all classes, ' +
    `so the centre stays. Here ${tight('<i>N</i> = <i>n</i> = 0')}, and the figure leaves it where it is.`
  );
}

function ruleNotice({ rule, alpha }, n) {
  const one = percentOf(shareOf(rule, 1, alpha)),
    three = percentOf(shareOf(rule, 3, alpha));
  return {
    paper:
      n === 1
        ? `With one point in the batch it goes ${one} of the way, with three ` +
          `${three}: the 1 in ${ONE_MORE} keeps a lone outlier from dragging it.`
        : `The 1 in ${ONE_MORE} counts like one more point, on the centre ` +
          `itself: with one point in the batch a step would be only ${one}.`,
    descent: `Nothing divides the sum, so the share grows with the batch: ${one} with one point, ${three} with three.`,
    mean:
      `Divided by <i>n</i>, the share is α, however many points there are: ` +
      `one outlier alone drags the centre as far as three points together.`,
    popular:
      'The loss is a mean without ½, so a step goes 2α of the way. With other classes in the batch ' +
      '<i>N</i> is larger and the step smaller: 2α<i>n</i>/<i>N</i>.',
  }[rule];
}

function fateNotice({ center }, share) {
  const away = Math.max(...center.map(Math.abs)) > 1.05 ? ' It has left the plane and is drawn at its edge.' : '';
  const factor = percentOf(Math.abs(1 - share));
  return (
    {
      stays: '',
      nears: '',
      lands:
        ' That is all of the way: the centre lands on the mean in ' +
        'one step, and the next batch alone decides where it is.',
      overshoots:
        ` More than all of the way: it jumps over the mean and ` +
        `stands on the other side, at ${factor} of the distance.`,
      swings: ' Twice the way: it jumps to the mirrored place and back, for ever.',
      flies:
        ` More than twice the way: every step lands on the other side, ` +
        `${short2(share - 1)} times as far. The centre flies off.`,
    }[fate(share)] + away
  );
}

/** What the keys hold, a point by its number or the centre 'c', for a screen reader; '' where that is nothing. */
export function heldLine({ points, center }, held) {
  const place = held === 'c' ? center : points[held];
  return place ? `You hold ${held === 'c' ? 'c' : `x${held + 1}`}, at (${place.map(coordinate).join(', ')}). ` : '';
}

/** How much of the walk is left, as a power where one share says it all. */
export function walkLine(now) {
  const { steps, first, left, steady } = walk(now),
    { share, n } = update(now);
  if (!steps)
    return left === null ? 'No step taken yet.' : `No step taken yet: ${c} is ${coordinate(left)} from the mean.`;
  const after = `After ${steps === 1 ? 'one step' : `${steps} steps`}`;
  if (!n) return `${after}: no mean to measure from.`;
  if (!steady)
    return (
      `${after} <span>${coordinate(left)} is left, at first ${coordinate(first)}</span>; ` +
      `not by one power, since something changed on the way.`
    );
  const power = `(1 − ${short2(share)})${steps > 1 ? `<sup>${steps}</sup>` : ''}`,
    rest = (1 - share) ** steps;
  const small = Math.abs(rest) < 5e-4 && rest !== 0,
    value = small ? signedAmount(rest) : coordinate(rest);
  const end = steps >= MOST ? ' This figure walks no farther.' : '';
  return (
    `${after} ${power} = <b>${value}</b> of the first distance is left: ${coordinate(left)} of ` +
    `${coordinate(first)}${rest < 0 ? '; the minus is the other side' : ''}.${end}`
  );
}

/** What stands beside a centre out of sight. */
export function farWords(now) {
  const { mean } = update(now);
  return mean && Math.max(...now.center.map(Math.abs)) > 1.05 ? `, ${coordinate(between(now.center, mean))} away` : '';
}
