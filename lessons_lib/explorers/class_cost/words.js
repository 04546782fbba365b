// What ClassCost says: numbers as one would write them, and sentences that hold for what is set.
import { bold, changeIn, superscript, thousands, tight } from '../kit/words.js';
import {
  fewest,
  measuredFor,
  memoryOf,
  messagesOf,
  mostClasses,
  sentBy,
  sentByCopies,
  sentForSums,
  sumOf,
  timeOf,
  timeParts,
} from './maths.js';

const BYTES = [
    [1e12, 'TB'],
    [1e9, 'GB'],
    [1e6, 'MB'],
    [1e3, 'kB'],
  ],
  SECONDS = [
    [86_400, 'days'],
    [3_600, 'h'],
    [60, 'min'],
    [1, 's'],
    [1e-3, 'ms'],
    [1e-6, 'µs'],
  ];

function inUnits(units, value, least) {
  const [size, unit] = units.find(([size]) => value >= 0.9995 * size) ?? least,
    number = value / size;
  if (unit === 'bytes') return `${number.toFixed(0)} bytes`;
  const digits = number < 9.995 ? 2 : number < 99.95 ? 1 : 0;
  return `${number < 999.5 ? number.toFixed(digits) : thousands(Math.round(number))} ${unit}`;
}
/** 1.41 GB, 34.8 kB, 512 bytes: in powers of a thousand. */
export const bytesText = value => inUnits(BYTES, value, [1, 'bytes']);
/** 2.70 s, 34.1 ms, 90.0 µs, 13.3 min. */
export const secondsText = value => inUnits(SECONDS, value, [1e-9, 'ns']);
export const VALUE = { memory: bytesText, seconds: secondsText, sent: bytesText };

/** 80 GB, without needless zeros. */
const plainBytes = value => bytesText(value).replace(/\.?0+ /, ' ');
export const percent = part => {
  const value = 100 * part;
  return `${value >= 9.95 || Number.isInteger(value) ? value.toFixed(0) : value.toPrecision(1)} %`;
};
export const shareText = share => `${Number((100 * share).toPrecision(3))} %`;
export const processesText = ({ processes }) => (processes === 1 ? '1 process' : `${thousands(processes)} processes`);
export const raised = power => `10${superscript(power)}`;

/** What a machine is called. */
export const MACHINE = {
  cpu: { short: 'CPU, one core', one: 'one process here', has: 'a process has' },
  h100: { short: 'H100 GPU', one: 'one GPU', has: 'one H100 has' },
};
export const LOSS = { softmax: 'softmax', p2sgrad: 'P2SGrad' };

/** The title of a plot, from its longest wording to its shortest. */
export const titles = (what, { machine }) =>
  ({
    memory: ['memory a process needs, at its fullest', 'memory a process'],
    seconds:
      machine === 'cpu'
        ? ['time of a step of the head, one core a process', 'time a step']
        : ['time of a step of the head, from an H100’s published peaks', 'time a step, from published peaks'],
    sent: ['what one process sends a step', 'sent a step'],
  })[what];

export const roomText = ({ machine }, { machines }) => {
  const { has } = MACHINE[machine],
    size = plainBytes(machines[machine].memory);
  return [`${has} ${size}: above, it does not fit`, `${has} ${size}`, size];
};

/** For each setting [its name, its value in words]. */
const SAID = {
  loss: ['loss', p => LOSS[p.loss]],
  machine: ['machine', p => MACHINE[p.machine].short],
  num_classes: ['C', p => thousands(p.num_classes)],
  embedding_size: ['d', p => thousands(p.embedding_size)],
  processes: ['R', p => thousands(p.processes)],
  batch: ['N', p => thousands(p.batch)],
  share: ['share', p => shareText(p.share)],
};
/** What has changed, in words. */
export const movedText = (before, p) => changeIn(SAID, before, p).told;

/** How much a process needs, beside what there is and what one process would need. */
function roomSentence({ p, given }) {
  const { memory: room } = given.machines[p.machine],
    needs = memoryOf(p, given),
    alone = memoryOf({ ...p, processes: 1 }, given),
    has = `${MACHINE[p.machine].has} ${tight(plainBytes(room))}`,
    least = fewest(p, given),
    each = tight(bold(bytesText(needs)));
  if (p.processes === 1)
    return needs <= room
      ? `One process needs ${each}, and ${has}: it can hold all ${tight(`${thousands(p.num_classes)} classes`)}.`
      : `One process would need ${each}, and ${has}: ${bold('it could not hold it')}. ${spreadText(least)}`;
  const head = `${processesText(p)}: ${each} each`;
  if (needs > room) return `${head}, but ${has}: ${bold('they could not hold it')}. ${spreadText(least)}`;
  if (alone > room)
    return `${head}. ${bold('One alone could not hold it')}: it would need ${tight(bytesText(alone))}, and ${has}.`;
  return `${head}, where one alone would need ${tight(bytesText(alone))}; ${has}, so either fits.`;
}

const spreadText = least =>
  least === null
    ? 'No number of processes up to 10,000 would be enough.'
    : `${bold(thousands(least))} would be enough.`;

/** What the gesture did, or how far the classes could go. */
function changeSentence({ p, before, given }) {
  const told = movedText(before, p);
  if (!told) return farthest({ p, given });
  const change = (text, of) => {
    const [was, now] = [of(before), of(p)].map(text);
    return was === now ? `${tight(now)} as before` : tight(`${was} → ${now}`);
  };
  return (
    `${bold(told)}: memory ${change(bytesText, q => memoryOf(q, given))}, ` +
    `time ${change(secondsText, q => timeOf(q, given))}, sent ${change(bytesText, sentBy)}.`
  );
}

function farthest({ p, given }) {
  const most = mostClasses(p, given);
  if (most === null) return '';
  const holds = p.processes === 1 ? 'It holds' : `These ${thousands(p.processes)} hold`;
  return `${holds} up to ${tight(`C = ${thousands(most)}`)}.`;
}

/** How much memory, and after a change what it did. */
export const roomAndChange = state => `${roomSentence(state)} ${changeSentence(state)}`.trim();

const PARTS = {
  products: 'products',
  memory: 'memory traffic',
  bytes: 'sending',
  waiting: 'waiting for messages',
};

/** What a step's time goes to, what is sent, and what was measured here. */
export function stepSentence(state) {
  const { p, given } = state,
    parts = timeParts(p, given),
    time = sumOf(parts),
    [[most]] = Object.entries(parts).toSorted((a, b) => b[1] - a[1]),
    step = `A step of the head takes ${bold(tight(secondsText(time)))}`,
    goes = `${tight(percent(parts[most] / time))} of it for ${PARTS[most]}`;
  if (p.processes === 1) return `${step}, ${goes}. Nothing is sent.${measuredText(state)}`;
  const alone = tight(secondsText(timeOf({ ...p, processes: 1 }, given)));
  return `${step} (one process: ${alone}), ${goes}. ${sentText(p)}${measuredText(state)}`;
}

/** What is sent, and how much of it a softmax's sums are. */
function sentText(p) {
  const bytes = sentBy(p),
    copies = tight(bytesText(sentByCopies(p))),
    sends =
      `Each process sends ${bold(tight(bytesText(bytes)))}, however many classes there are; ` +
      `had each all weights, it would be ${copies}.`;
  const [most, least] = ['softmax', 'p2sgrad'].map(loss => messagesOf({ ...p, loss }).length);
  if (p.loss === 'softmax')
    return (
      `${sends} The softmax’s sums over all classes are ${most - least} of the ${most} exchanges, ` +
      `${tight(percent(sentForSums(p) / bytes))} of the bytes.`
    );
  const room = p.embedding_size < p.num_classes ? ` It wants ${tight('d ≥ C')}, and has not.` : '';
  return `${sends} P2SGrad needs no sum over all classes: ${least} exchanges, where a softmax has ${most}.${room}`;
}

/** What was measured with these very numbers, beside the model. */
function measuredText({ p, given, points }) {
  const models = { memory: memoryOf, seconds: timeOf, sent: sentBy };
  const told = Object.entries(models).flatMap(([what, of]) => {
    const found = measuredFor(points, p, what).find(
      point => point.processes === p.processes && point.num_classes === p.num_classes,
    );
    const off = found && offText(of(p, given) / found[what] - 1);
    return found ? [`${NAME[what]} ${tight(VALUE[what](found[what]))} (${tight(off)})`] : [];
  });
  return told.length ? ` Measured here: ${told.join(', ')}.` : '';
}

const NAME = { memory: 'memory', seconds: 'time', sent: 'sent' };
/** How far the model is off what was measured. */
function offText(part) {
  const percents = Math.round(100 * Math.abs(part));
  return percents ? `model ${part < 0 ? '−' : '+'}${percents} %` : 'as the model';
}

/** The value of the slider that the picture is. */
export const spokenCost = (p, given) =>
  `C = ${thousands(p.num_classes)}: memory ${bytesText(memoryOf(p, given))} a process, ` +
  `time ${secondsText(timeOf(p, given))}, sent ${bytesText(sentBy(p))}`;

/** Rows of the table. */
export const MEMORY_ROWS = [
  ['weights', 'weights'],
  ['gradients', 'their gradient'],
  ['moments', 'Adam’s moments'],
  ['logits', 'logits, 3 copies'],
  ['working', 'working space'],
];
export const TIME_ROWS = [
  ['products', 'products'],
  ['memory', 'memory traffic'],
  ['bytes', 'bytes sent'],
  ['waiting', 'messages'],
];
export const SENT_ROWS = [
  ['embeddings', 'embeddings'],
  ['labels', 'labels'],
  ['sums', 'sums over classes'],
  ['gradient', 'their gradient'],
];
/** A part that is none, or next to none. */
export const cellText = (text, value) => (value > 0 ? text(value) : '–');
