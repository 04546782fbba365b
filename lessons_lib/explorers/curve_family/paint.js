// What CurveFamily paints in its plots: the family in grey, the curves that stay, the one that is dragged, and θ.
import { ticksOf } from '../kit/numbers.js';
import { DASHES, lossTints, penOn } from '../kit/pen.js';
import { seatNames } from '../kit/seats.js';
import { footOf, paintBars } from '../kit/theta_plot.js';
import { sizeText } from '../kit/trained.js';
import { degrees, minus, numberText } from '../kit/words.js';
import { FAMILY_AXES, familyFrame, lineOf } from './axes.js';
import { compared, fan, hardness, kindAt, landmarks, meanCosine, member, placeOf, reference } from './maths.js';
import { paintTrack } from './track.js';
import { kinName, memberName, titles } from './words.js';

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
  const walls = p.loss === 'curricularface' ? paintHard(pen, frame, state) : [];
  paintGap(pen, frame, own, member(reference(p), p));
  paintMembers(pen, frame, state, 'value');
  paintMembers(pen, frame, state, 'push');
  if (state.net) paintTrained(pen, frame, state, runs);
  paintCursor(pen, frame, state, own);
  paintNames(pen, frame, state, walls);
  paintTrack(pen, frame, state);
  return { frame, runs };
}

/** From where to where each plot reaches. */
const plotsOf = ({ top, floor, pushTop, pushFloor }) => [
  [top, floor],
  [pushTop, pushFloor],
];

/** Titles, grid and ticks of both plots. */
function paintGround({ c, line, write, fitting }, frame, { p, angle }) {
  const { left, right, pushTop, pushFloor, X, Y, P } = frame,
    axis = FAMILY_AXES[p.loss],
    rows = [...axis.values.map(v => [v, Y(v)]), ...axis.pushes.map(v => [v, P(v)])];
  for (const [value, y] of rows) {
    line(left, y, right, y, value ? c.faint : c.pale);
    write(minus(String(value)), left - 7, y, { align: 'right' });
  }
  for (const [tick, x] of ticksOf(X)) {
    for (const [from, to] of plotsOf(frame)) line(x, from, x, to, c.faint, 1, { alpha: 0.7 });
    if (Math.abs(x - footOf(frame, angle)) > 48)
      write(`${tick}°`, Math.min(x, right - 4), pushFloor + 18, { align: 'center' });
  }
  titles(p.loss).forEach((texts, i) => {
    write(fitting(texts, frame.width - 4, '13'), 2, i ? pushTop - 14 : 11, { style: c.ink, font: '13' });
  });
}

/** Where another class is hard: its cosine exceeds what the true class has. Returns the boxes of what it wrote. */
function paintHard({ c, line, block, write, wide, fitting }, frame, { p }) {
  const { left, right, top, X, Y } = frame,
    { target, edge } = hardness(p),
    x = X(edge),
    boxes = [];
  for (const [from, to] of plotsOf(frame)) {
    block(left, from, x - left, to - from, c.accent, 0.07);
    line(x, from, x, to, c.accent, 1.2, { dash: [4, 3] });
  }
  line(left, Y(target), right, Y(target), c.ink, 1.2, { dash: [2, 3] });
  const put = (words, from, y, style) => {
    const width = wide(words, style.font),
      start = Math.max(left + 4, Math.min(from, right - 3 - width));
    write(words, start, y, { ...style, halo: 4 });
    boxes.push([start, y - 8, start + width, y + 8]);
  };
  const own = [`true class: cos(θy + m) = ${numberText(target)}`, `true class: ${numberText(target)}`];
  const room = Math.max(right - x - 10, wide(own[1], '11.5'));
  put(fitting(own, room, '11.5'), right, Y(target) - 10, { font: '11.5' });
  put(`hard below ${degrees(edge)}`, x + 6, top + 10, { style: c.accent, font: '600 12' }); // where no curve comes
  return boxes;
}

/** Between the curve and what it is compared with: the hand's colour where it pushes harder, CosFace's where less. */
function paintGap({ c, area, inside, write, wide }, frame, own, other) {
  const one = lineOf(frame, own.push, frame.P, 360),
    two = lineOf(frame, other.push, frame.P, 360);
  const between = [...one, ...two.toReversed()],
    corners = [frame.right, frame.left],
    fill = (style, beyond) => inside([...two, ...corners.map(x => [x, beyond])], () => area(between, style, 0.24));
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
  const [upper, lower] = sign > 0 ? [one, two] : [two, one],
    half = Math.ceil(width / 2 / (one[1][0] - one[0][0]));
  let best = 16,
    seat = null;
  for (let i = half + 1; i < one.length - half - 1; i += 2) {
    let top = -Infinity,
      floor = Infinity;
    for (let k = i - half; k <= i + half && floor - top > best; k++) {
      top = Math.max(top, upper[k][1]);
      floor = Math.min(floor, lower[k][1]);
    }
    if (floor - top <= best) continue;
    best = floor - top;
    seat = [one[i][0], (top + floor) / 2];
  }
  return seat;
}

/** The family, its landmarks, what was before, and the curve itself, in one of the plots. */
function paintMembers({ c, trace, within }, frame, { p, before }, what) {
  const [top, floor, up] = {
      value: [frame.top, frame.floor, frame.Y],
      push: [frame.pushTop, frame.pushFloor, frame.P],
    }[what],
    points = (u, q = p) => lineOf(frame, member(u, q)[what], up, q.loss === 'curricularface' ? 720 : 180);
  within(frame.left - 2, top - 4, frame.right - frame.left + 4, floor - top + 8, () => {
    for (const u of fan(p)) trace(points(u), c.pale, 1, { alpha: 0.5 });
    for (const { key, u } of landmarks(p)) trace(points(u), c.hue(key), 2, { dash: DASHES[key] });
    if (before) trace(points(placeOf(before), before), c.accent, 1, { alpha: 0.7 });
    const own = points(placeOf(p));
    trace(own, c.paper, 6, { alpha: 0.8 });
    trace(own, c.accent, 3);
  });
}

/** The net's angles in whole degrees, coloured by what this length or age does to them; the root of each count. */
function paintTrained(pen, frame, { net, p }, runs) {
  const { c, write, wide, fitting } = pen,
    { right, pushFloor, foot, small } = frame,
    hues = { harder: c.accent, less: c.hue('cosface'), alike: c.pale },
    kindOf = i => (p.loss === 'curricularface' ? 'alike' : kindAt((i + 0.5) * 10, runs));
  paintBars(pen, frame, foot, foot - pushFloor - 48, net, i => hues[kindOf(i)]);
  const size = sizeText(net, small),
    mean = `mean cosine ${numberText(meanCosine(net))}`,
    told = p.loss === 'curricularface' ? [`trained θy: ${net.name}; ${mean}`, mean] : [`trained θ: ${net.name}`];
  write(fitting(told, right - wide(size, '11') - 16, '12.5'), 2, pushFloor + 40, { style: c.ink, font: '12.5' });
  write(size, right, pushFloor + 40, { align: 'right', font: '11' });
}

/** θ through both plots, a dot on each curve that stands there, and the grip that moves it. */
function paintCursor({ c, line, bead, grip, write }, frame, { p, angle }, own) {
  const { pushFloor, X, Y, P } = frame,
    x = X(angle),
    kin = landmarks(p).map(({ key, u }) => [member(u, p), c.hue(key), 3]);
  for (const [from, to] of plotsOf(frame)) line(x, from, x, to, c.ink, 1, { alpha: 0.6 });
  for (const [one, style, size] of [...kin, [own, c.accent, 4.5]])
    for (const y of [Y(one.value(angle)), P(one.push(angle))]) bead(x, y, size, style);
  grip(x, pushFloor, c.ink);
  const words = `${p.loss === 'curricularface' ? 'θⱼ' : 'θ'} = ${degrees(angle)}`;
  write(words, footOf(frame, angle), pushFloor + 18, { align: 'center', style: c.ink, font: '600 12', halo: 5 });
}

/** Names beside the curves of the upper plot. */
function paintNames({ c, wide, write }, frame, { p }, walls) {
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
  const seats = seatNames(
    items,
    { x0: frame.left + 3, x1: frame.right, y0: frame.top + 2, y1: frame.floor - 4 },
    walls,
  );
  for (const { key, text, style } of items)
    if (seats[key]) write(text, seats[key][0], seats[key][1] + 9, { style, font: fonts[key] ?? '12.5', halo: 5 });
}
