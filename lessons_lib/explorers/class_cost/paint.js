// What ClassCost paints: for each plot the curve of p processes, that of one, what was measured, and the marker.
import { clamp } from '../kit/numbers.js';
import { greys, penOn } from '../kit/pen.js';
import { touches } from '../kit/seats.js';
import { thousands } from '../kit/words.js';
import { LEVELS, costFrame, costLine } from './axes.js';
import { PLOTS, measuredFor, sentByCopies } from './maths.js';
import { VALUE, processesText, raised, roomText, titles } from './words.js';

/**
 * What is painted.
 * @typedef {object} CostState
 * @property {import('./maths.js').Params} p
 * @property {import('./maths.js').Params} [before] where the last gesture began
 * @property {import('./maths.js').Given} given
 * @property {object[]} points what was measured
 * @property {object} look colours of the page
 * @property {boolean} focus
 * @property {boolean} hover whether a pointer is on the ring
 */

const VALUES = '600 13',
  NAMES = '12.5';

/** Everything; returns the frame and where the ring is. @param {CostState} state */
export function paintCost(g, width, state) {
  const frame = costFrame(width),
    pen = penOn(g, { ...state.look, ...greys(state.look) }),
    { p, given } = state,
    x = frame.X(p.num_classes);
  const spots = Object.entries(PLOTS).map(([what, { of }]) => [what, [x, seen(frame, what, of(p, given))]]);
  paintGround(pen, frame, state);
  paintFoot(pen, frame, p);
  for (const { top, floor } of Object.values(frame.plots)) pen.line(x, top, x, floor, pen.c.ink, 1.2, { alpha: 0.6 });
  for (const [what, spot] of spots) paintPlot(pen, frame, state, what, spot);
  const [[, ring]] = spots;
  pen.grip(...ring, pen.c.accent, state.focus || state.hover);
  return { frame, ring };
}

/** The marker's number of classes, inside, and the powers of ten that it leaves room for. */
function paintFoot({ c, wide, write }, { X, right, foot, width }, { num_classes }) {
  const words = `C = ${thousands(num_classes)}`,
    half = wide(words, '600 12') / 2,
    at = clamp(X(num_classes), half + 2, width - 2 - half);
  for (let power = 2; power <= 8; power++) {
    const x = Math.min(X(10 ** power), right - 4);
    if (Math.abs(x - at) > half + 20) write(raised(power), x, foot + 19, { align: 'center' });
  }
  write(words, at, foot + 19, { align: 'center', style: c.ink, font: '600 12', halo: 5 });
}

/** A value's pixel, kept in its plot. */
const seen = ({ plots }, what, value) => {
  const { top, floor, Y } = plots[what];
  return clamp(Y(value), top, floor);
};

/** Titles, grid and values. */
function paintGround(pen, frame, { p }) {
  const { c, line, write, fitting } = pen,
    { left, right, plots, X, width } = frame;
  for (const [what, { top, floor, Y }] of Object.entries(plots)) {
    for (const [value, words] of LEVELS[what]) {
      line(left, Y(value), right, Y(value), c.faint);
      write(words, left - 7, Y(value), { align: 'right', font: '11.5' });
    }
    for (let power = 2; power <= 8; power++) {
      const x = X(10 ** power);
      line(x, top, x, floor, c.faint, 1, { alpha: 0.7 });
    }
    line(left, floor, right, floor, c.pale);
    write(fitting(titles(what, p), width - 4, '13'), 2, top - 15, { style: c.ink, font: '13' });
  }
}

/** One of the plots: its lines, points, value and names. */
function paintPlot(pen, frame, state, what, spot) {
  const { c, trace, dot, bead, within } = pen,
    { p, before, given } = state,
    { left, right } = frame,
    { top, floor, Y } = frame.plots[what],
    line = q => costLine(frame, Y, num_classes => PLOTS[what].of({ ...q, num_classes }, given)),
    own = line(p),
    other = otherIn(frame, state, what, line),
    walls = what === 'memory' ? [paintRoom(pen, frame, state)] : [];
  within(left - 6, top - 2, right - left + 12, floor - top + 2, () => {
    if (other) trace(other.points, c[other.style], 1.8, { dash: other.dash });
    if (before) {
      trace(line(before), c.accent, 1, { alpha: 0.75 });
      dot(frame.X(before.num_classes), Y(PLOTS[what].of(before, given)), 4, c.pale);
    }
    if (what !== 'sent' || p.processes > 1) paintOwn(pen, frame, state, what, own);
  });
  walls.push(...paintMeasured(pen, frame, state, what));
  if (what === 'sent' && p.processes === 1) return paintNothing(pen, frame);
  if (what !== 'memory') bead(...spot, 4.5, c.accent);
  walls.push(paintValue(pen, frame, state, { what, spot, own }));
  if (other) paintName(pen, frame, frame.plots[what], other, walls);
}

/** What the curve is compared with: one process, or for bytes copies of all weights. */
function otherIn(frame, { p }, what, line) {
  if (p.processes === 1) return null;
  if (what !== 'sent')
    return { words: ['1 process'], points: line({ ...p, processes: 1 }), style: 'ink', dash: [7, 4] };
  const copies = num_classes => sentByCopies({ ...p, num_classes }),
    points = costLine(frame, frame.plots.sent.Y, copies);
  return { words: ['had each process all weights', 'all weights in each'], points, style: 'soft', dash: [2, 3] };
}

/** The curve of p processes; where it asks for more memory than there is, pale. */
function paintOwn({ c, trace, within }, frame, { p, given }, what, own) {
  trace(own, c.paper, 6, { alpha: 0.8 });
  if (what !== 'memory') return trace(own, c.accent, 3);
  const { left, width } = frame,
    { top, floor, Y } = frame.plots.memory,
    edge = Math.max(top - 2, Y(given.machines[p.machine].memory));
  within(left - 6, edge, width, floor - edge, () => trace(own, c.accent, 3));
  within(left - 6, top - 2, width, edge - top + 2, () => trace(own, c.accent, 3, { alpha: 0.45 }));
}

/** How much memory there is, and that what lies above does not fit; the box of its words. */
function paintRoom({ c, line, block, write, wide, fitting }, frame, { p, given }) {
  const { left, right } = frame,
    { top, Y } = frame.plots.memory,
    y = Y(given.machines[p.machine].memory),
    words = fitting(roomText(p, given), 0.62 * (right - left), '12');
  block(left, top, right - left, y - top, c.accent, 0.06);
  line(left, y, right, y, c.ink, 1.2, { dash: [2, 3] });
  write(words, left + 6, y - 10, { style: c.ink, font: '12', halo: 4 });
  return [left + 4, y - 20, left + 8 + wide(words, '12'), y - 1];
}

/** Measurements on their curves: full for p processes, a ring for one. Their boxes. */
function paintMeasured({ c, dot, bead, ring }, frame, { p, points }, what) {
  const { Y } = frame.plots[what];
  return measuredFor(points, p, what).map(point => {
    const [x, y] = [frame.X(point.num_classes), Y(point[what])],
      own = point.processes === p.processes;
    bead(x, y, 4.8, c.ink, 1.6);
    if (own) dot(x, y, 3, c.accent);
    else ring(x, y, c.ink);
    return [x - 7, y - 7, x + 7, y + 7];
  });
}

/** Whose curve it is and its value at the marker, or that alone: below the curve, if need be above it; the box. */
function paintValue({ c, write, wide }, frame, { p, given }, { what, spot: [x, y], own }) {
  const value = VALUE[what](PLOTS[what].of(p, given)),
    { top, floor } = frame.plots[what];
  const below = words => {
    const across = wide(words, VALUES),
      at = Math.min(x + 14, frame.right - across),
      passed = own.filter(([cx]) => cx >= at - 14 && cx <= at + 14).map(([, cy]) => cy);
    return { words, across, at, middle: Math.max(y, ...passed) + 16 };
  };
  const seat = [`${processesText(p)}: ${value}`, value].map(below).find(({ middle }) => middle <= floor - 9),
    { words, across, at, middle } = seat ?? { ...below(value), middle: Math.max(top + 9, y - 17) };
  write(words, at, middle, { style: c.accent, font: VALUES, halo: 5 });
  return [at - 4, middle - 10, at + across + 4, middle + 10];
}

/** The name of a rising line, left above it: as far up as nothing else stands there. */
function paintName({ c, wide, write, fitting }, { left, right }, { top, floor }, { words, points, style }, walls) {
  const text = fitting(words, 0.5 * (right - left), NAMES),
    across = wide(text, NAMES);
  const box = ([x, y]) => [x - across - 8, y - 19, x - 8, y - 3];
  const free = one => one[0] > left + 2 && one[1] > top && one[3] < floor && !walls.some(other => touches(one, other));
  const seat = points.map(box).findLast(free);
  if (seat) write(text, seat[0], (seat[1] + seat[3]) / 2, { style: c[style], font: NAMES, halo: 4 });
}

function paintNothing({ write }, { left, right, plots: { sent } }) {
  write('one process sends nothing', (left + right) / 2, (sent.top + sent.floor) / 2, { align: 'center', font: NAMES });
}
