// What CurveFamily paints in its plots: the family in grey, the curves that stay, the one that is dragged, and θ.
import { DASHES, lossTints, penOn } from '../kit/pen.js';
import { seatNames } from '../kit/seats.js';
import { thousands } from '../kit/words.js';
import { AXES, familyFrame, lineOf } from './axes.js';
import {
  TENTHS,
  compared,
  countKinds,
  fan,
  hardness,
  kindAt,
  landmarks,
  meanCosine,
  member,
  placeOf,
  reference,
} from './maths.js';
import { paintTrack } from './track.js';
import { angleText, kinName, memberName, numberText, titles } from './words.js';

/**
 * What is painted.
 * @typedef {object} State
 * @property {import('./maths.js').Params} p
 * @property {import('./maths.js').Params} [before] where the last gesture began
 * @property {number} angle the cursor
 * @property {{ name: string, first: number, counts: number[], left_out: number }} [net]
 * @property {{ end: number, counts: number[] }} crowd lengths of a batch
 * @property {object} look colours of the page
 * @property {boolean} focus
 * @property {number} pulse 0…1, a ring round the grip that invites a drag
 * @property {boolean} hover
 */

/** Everything; returns the frame. @param {State} state */
export function paintFamily(g, width, state) {
  const frame = familyFrame(width, Boolean(state.net), state.p),
    pen = penOn(g, lossTints(state.look)),
    { p } = state,
    own = member(placeOf(p), p),
    runs = compared(own, member(reference(p), p));
  paintGround(pen, frame, state);
  if (p.loss === 'curricularface') paintHard(pen, frame, state);
  paintGap(pen, frame, own, member(reference(p), p));
  paintMembers(pen, frame, state, 'value', frame.Y);
  paintMembers(pen, frame, state, 'push', frame.P);
  if (state.net) paintTrained(pen, frame, state, runs);
  paintCursor(pen, frame, state, own);
  paintNames(pen, frame, state);
  paintTrack(pen, frame, state);
  return { frame, runs };
}

/** Titles, grid and ticks of both plots. */
function paintGround({ c, trace, write, wide }, frame, { p, angle }) {
  const { left, right, top, floor, pushTop, pushFloor, X, Y, P } = frame,
    axis = AXES[p.loss],
    rows = [...axis.values.map(v => [v, Y(v)]), ...axis.pushes.map(v => [v, P(v)])];
  for (const [value, y] of rows) {
    trace(level(left, right, y), value ? c.faint : c.pale, 1);
    write(String(value).replace('-', '−'), left - 7, y, { align: 'right' });
  }
  for (let tick = 0; tick <= 180; tick += 30) {
    const x = X((tick * Math.PI) / 180);
    trace(upright(x, top, floor), c.faint, 1, { alpha: 0.7 });
    trace(upright(x, pushTop, pushFloor), c.faint, 1, { alpha: 0.7 });
    if (Math.abs(x - chipOf(frame, angle)) > 44)
      write(`${tick}°`, Math.min(x, right - 4), pushFloor + 15, { align: 'center' });
  }
  const room = frame.width - 4,
    [value, push] = titles(p.loss);
  write(value.find(text => wide(text, '13') < room) ?? value.at(-1), 2, 11, { style: c.ink, font: '13' });
  write(push.find(text => wide(text, '13') < room) ?? push.at(-1), 2, pushTop - 14, { style: c.ink, font: '13' });
}

const level = (from, to, y) => [
    [from, y],
    [to, y],
  ],
  upright = (x, from, to) => [
    [x, from],
    [x, to],
  ],
  chipOf = ({ X, left, right }, angle) => Math.min(right - 22, Math.max(left + 22, X(angle)));

/** Where another class is hard: its cosine exceeds what the true class has. */
function paintHard({ c, trace, block, write, wide }, frame, { p }) {
  const { left, right, top, floor, pushTop, pushFloor, X, Y } = frame,
    { target, edge } = hardness(p),
    x = X(edge);
  block(left, top, x - left, floor - top, c.accent, 0.07);
  block(left, pushTop, x - left, pushFloor - pushTop, c.accent, 0.07);
  for (const [from, to] of [
    [top, floor],
    [pushTop, pushFloor],
  ])
    trace(upright(x, from, to), c.accent, 1.2, { dash: [4, 3] });
  trace(level(left, right, Y(target)), c.ink, 1.2, { dash: [2, 3] });
  const own = [`true class: cos(θy + m) = ${numberText(target)}`, `true class: ${numberText(target)}`, 'true class'];
  const free = own.find(text => wide(text, '11.5') < right - x - 10) ?? own[2];
  write(free, right - 3, Y(target) - 9, { align: 'right', font: '11.5', halo: 4 });
  const hard = `hard below ${angleText(edge)}`,
    style = { style: c.accent, font: '600 12', halo: 4 };
  if (wide(hard, '600 12') < right - x - 10)
    write(hard, x + 6, top + 10, style); // where no curve comes
  else write(hard, x - 6, floor - 10, { ...style, align: 'right' });
}

/** Between the curve and what it is compared with: the colour of the hand where it pushes harder, CosFace's where less. */
function paintGap({ g, c, write, wide }, frame, own, other) {
  const one = lineOf(frame, own.push, frame.P, 360),
    two = lineOf(frame, other.push, frame.P, 360);
  const fill = (style, beyond) => {
    g.save();
    g.beginPath();
    two.forEach(([x, y], i) => (i ? g.lineTo(x, y) : g.moveTo(x, y)));
    g.lineTo(frame.right, beyond);
    g.lineTo(frame.left, beyond);
    g.clip();
    g.beginPath();
    one.forEach(([x, y], i) => (i ? g.lineTo(x, y) : g.moveTo(x, y)));
    for (const [x, y] of two.toReversed()) g.lineTo(x, y);
    g.fillStyle = style;
    g.globalAlpha = 0.24;
    g.fill();
    g.restore();
  };
  fill(c.accent, frame.pushTop - 2);
  fill(c.hue('cosface'), frame.pushFloor + 2);
  const found = [
    ['harder', 1, c.accent],
    ['less', -1, c.word('cosface')],
  ];
  for (const [words, sign, style] of found) {
    const seat = roomiest(one, two, sign, wide(words, '600 12') + 6);
    if (seat) write(words, ...seat, { align: 'center', style, font: '600 12', halo: 2 });
  }
}

/** The middle of the tallest place for words of this width between two lines, where the first is above (sign 1). */
function roomiest(one, two, sign, width) {
  let best = 16,
    seat = null;
  for (let i = 0; i < one.length; i++) {
    const first = one.findIndex(([x]) => x >= one[i][0] - width / 2),
      last = one.findLastIndex(([x]) => x <= one[i][0] + width / 2);
    if (first === 0 || last === one.length - 1) continue;
    const upper = sign > 0 ? one : two,
      lower = sign > 0 ? two : one;
    const top = Math.max(...upper.slice(first, last + 1).map(([, y]) => y)),
      floor = Math.min(...lower.slice(first, last + 1).map(([, y]) => y));
    if (floor - top > best) {
      best = floor - top;
      seat = [one[i][0], (top + floor) / 2];
    }
  }
  return seat;
}

/** The family, its landmarks, what was before, and the curve itself, in one of the plots. */
function paintMembers({ c, trace }, frame, { p, before }, what, up) {
  const line = (u, q = p) => lineOf(frame, member(u, q)[what], up, q.loss === 'curricularface' ? 720 : 180);
  for (const u of fan(p)) trace(line(u), c.pale, 1, { alpha: 0.5 });
  for (const { key, u } of landmarks(p)) trace(line(u), c.hue(key), 2, { dash: DASHES[key] });
  if (before) trace(line(placeOf(before), before), c.accent, 1, { alpha: 0.7 });
  const own = line(placeOf(p));
  trace(own, c.paper, 6, { alpha: 0.8 });
  trace(own, c.accent, 3);
}

const FILL = { harder: 'accent', less: 'less', alike: 'pale' };

/** The net's angles in whole degrees, coloured by what this length or age does to them; the root of each count. */
function paintTrained({ c, trace, block, write, wide }, frame, { net, p }, runs) {
  const { left, right, pushFloor, foot, X } = frame,
    bars = new Array(180).fill(0),
    per = TENTHS / 180,
    other = p.loss === 'curricularface';
  net.counts.forEach((count, i) => {
    bars[Math.min(179, Math.floor((net.first + i) / per))] += count;
  });
  const most = Math.max(1, ...bars),
    tall = foot - pushFloor - 42,
    step = X(Math.PI / 180) - X(0);
  const colours = { accent: c.accent, less: c.hue('cosface'), pale: c.pale };
  bars.forEach((count, i) => {
    if (!count) return;
    const high = Math.max(1, tall * Math.sqrt(count / most)),
      kind = other ? 'alike' : kindAt((i + 0.5) * per, runs);
    block(X((i * Math.PI) / 180), foot - high, Math.max(1, step - 0.5), high, colours[FILL[kind]]);
  });
  trace(level(left, right, foot), c.pale, 1);
  const size = frame.small ? '√ count' : 'height: √ count',
    told = other
      ? [
          `trained θy: ${net.name}; mean cosine ${numberText(meanCosine(net))}`,
          `mean cosine ${numberText(meanCosine(net))}`,
        ]
      : [`trained θ: ${net.name}, ${thousands(countKinds(net, runs).all)} angles`, 'trained θ'];
  const room = right - wide(size, '11') - 16;
  write(told.find(text => wide(text, '12.5') < room) ?? told.at(-1), 2, pushFloor + 34, { style: c.ink, font: '12.5' });
  write(size, right, pushFloor + 34, { align: 'right', font: '11' });
}

/** θ through both plots, a dot on each curve that stands there. */
function paintCursor({ c, trace, dot, write }, frame, { p, angle }, own) {
  const { top, floor, pushTop, pushFloor, X, Y, P } = frame,
    x = X(angle),
    kin = landmarks(p).map(({ key, u }) => [member(u, p), c.hue(key), 3]);
  trace(upright(x, top, floor), c.ink, 1, { alpha: 0.6 });
  trace(upright(x, pushTop, pushFloor + 5), c.ink, 1, { alpha: 0.6 });
  for (const [one, style, size] of [...kin, [own, c.accent, 4.5]])
    for (const y of [Y(one.value(angle)), P(one.push(angle))]) {
      dot(x, y, size + 1.5, c.paper);
      dot(x, y, size, style);
    }
  write(`${p.loss === 'curricularface' ? 'θⱼ' : 'θ'} = ${angleText(angle)}`, chipOf(frame, angle), pushFloor + 15, {
    align: 'center',
    style: c.ink,
    font: '600 12',
    halo: 5,
  });
}

/** Names beside the curves of the upper plot. */
function paintNames({ c, wide, write }, frame, { p }) {
  const u = placeOf(p),
    kin = landmarks(p).filter(one => one.u !== u),
    fonts = { own: '600 13' };
  const items = [
    { key: 'own', text: memberName(u, p), u, style: c.accent },
    ...kin.map(one => ({ key: `${one.key}${one.u}`, text: kinName(one, p), u: one.u, style: c.word(one.key) })),
  ].map(item => ({
    ...item,
    width: wide(item.text, fonts[item.key] ?? '12.5'),
    line: lineOf(frame, member(item.u, p).value, frame.Y, 90),
  }));
  const seats = seatNames(items, { x0: frame.left + 3, x1: frame.right, y0: frame.top + 2, y1: frame.floor - 4 });
  for (const { key, text, style } of items)
    if (seats[key]) write(text, seats[key][0], seats[key][1] + 9, { style, font: fonts[key] ?? '12.5', halo: 5 });
}
