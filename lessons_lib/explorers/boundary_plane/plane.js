// What BoundaryPlane paints in the plane of two angles: the regions, the edges, x, and what can be taken hold of.
import { LOOK_OF } from '../kit/looks.js';
import { MARGINS, marginText } from '../kit/losses.js';
import { clamp, ticksOf } from '../kit/numbers.js';
import { rising } from '../kit/seats.js';
import { degrees } from '../kit/words.js';
import { brush } from './brush.js';
import { paintGauges, paintPlaces } from './along.js';
import { bandEdge, bandWidth, corners, shadow } from './maths.js';

/**
 * All that is shown at a moment.
 *
 * @typedef {object} PlaneState
 * @property {object} look the page's colours
 * @property {string} loss the chosen one
 * @property {number} m its margin
 * @property {Record<string, number>} margins everybody's
 * @property {number} between the angle θ12 between the weights
 * @property {number[]} point the feature, [θ1, θ2]
 * @property {boolean} [hot] whether the edge is under the pointer
 * @property {boolean} focus whether keys move x
 */

const ORDER = ['sphereface', 'cosface', 'arcface', 'softmax'];
// All in ink, so softmax, the exam's own boundary, is the one that is not broken.
const DASHES = { ...Object.fromEntries(ORDER.map(loss => [loss, LOOK_OF[loss].dash])), softmax: [], arcface: [2, 3.5] };

/** Sizes of the plane on a canvas `width` wide; X and Y turn angles into pixels. */
export function planeFrame(width) {
  const left = 56,
    top = 64,
    side = width - left - 14,
    X = a => left + (side * a) / Math.PI,
    Y = a => top + side * (1 - a / Math.PI);
  return {
    left,
    top,
    side,
    unit: side / Math.PI,
    right: left + side,
    floor: top + side,
    height: top + side + 52,
    X,
    Y,
    on: points => points.map(([a, b]) => [X(a), Y(b)]),
    angles: (x, y) => [((x - left) / side) * Math.PI, (1 - (y - top) / side) * Math.PI],
  };
}

/** Places for labels in a row, in order, as near as can be to where each wants to be; they move smoothly. */
function rowSeats(wants, widths, low, high) {
  const gap = 16,
    before = widths.map((w, i) => widths.slice(0, i).reduce((sum, v) => sum + v + gap, 0) + w / 2),
    all = widths.reduce((sum, w) => sum + w + gap, -gap),
    starts = rising(wants.map((want, i) => want - before[i]));
  return starts.map((start, i) => Math.max(low, Math.min(high - all, start)) + before[i]);
}

/** The plane. Returns the boxes of the losses' names, which can be clicked, and of all that is written. */
export function paintPlane(g, width, state) {
  const frame = planeFrame(width),
    { loss, m, between, point, focus } = state,
    pen = brush(g, state.look),
    edge = bandEdge(loss, m),
    shapes = { edge, mirror: edge.map(([a, b]) => [b, a]), banded: m > MARGINS[loss].neutral };
  const region = frame.on(corners(between)),
    weights = region.slice(0, 2),
    [[x, y]] = frame.on([point]);
  shapes.clip = paint => pen.inside(region, paint);
  paintRegions(pen, frame, state, shapes, region);
  paintEdges(pen, frame, state, shapes);
  pen.trace([...region, region[0]], pen.c.ink, 1.2, { alpha: 0.55 });
  pen.trace(weights, pen.c.ink, 2.4, { alpha: 0.8 });
  pen.taken.push(...weights.map(([a, b]) => [a - 13, b - 13, a + 13, b + 13]));
  paintAxes(pen, frame, point, [x, y]);
  const clickable = paintNames(pen, frame, state);
  pen.write('θ₂, angle to W₂', 2, frame.top - 14, { style: pen.c.ink, font: '13', halo: 5 }); // over the names' ties
  pen.taken.push([x - 13, y - 13, x + 13, y + 13]);
  paintGauges(pen, frame, state, shapes);
  paintGrips(pen, frame, state);
  paintPlaces(pen, frame, state, shapes);
  weights.forEach(([a, b], k) => pen.weight(a, b, k, 11));
  pen.feature(x, y, shadow(point, between).inPlane, focus);
  return { clickable, taken: pen.taken };
}

/** Ground, hatched where no feature can be, and what each class and the band take of the rest. */
function paintRegions(
  { c, area, block, line, trace, within },
  frame,
  { look },
  { edge, mirror, banded, clip },
  region,
) {
  const { left, top, side, floor, on } = frame,
    corner = [Math.PI, Math.PI],
    band = on([...edge, corner, ...[...mirror].reverse(), [0, 0]]);
  within(left, top, side, side, () => {
    block(left, top, side, side, c.ink, 0.04);
    for (let at = -side; at < side; at += 9) line(left + at, top, left + at + side, floor, c.ink, 1, { alpha: 0.12 });
    if (banded) area(band, c.accent, 0.07);
  });
  area(region, c.paper);
  clip(() => {
    area(on([...edge, [edge.at(-1)[0], Math.PI], [0, Math.PI]]), c.classes[0], look.dark ? 0.26 : 0.17);
    area(on([...mirror, [Math.PI, mirror.at(-1)[1]], [Math.PI, 0]]), c.classes[1], look.dark ? 0.22 : 0.19);
    if (banded) area(band, c.accent, look.dark ? 0.36 : 0.24);
  });
  const [right, low] = [left + side, floor];
  trace(
    [
      [left, top],
      [right, top],
      [right, low],
      [left, low],
      [left, top],
    ],
    c.ink,
    1,
    { alpha: 0.2 },
  );
}

/** Every loss's edge, pale where nothing can stand; the chosen one's on both sides of the diagonal. */
function paintEdges({ c, trace }, { on }, { loss, margins, hot }, { edge, mirror, clip }) {
  const both = (points, style, width, full, pale, dash) => {
    trace(on(points), style, width, { alpha: pale, dash });
    clip(() => trace(on(points), style, width, { alpha: full, dash }));
  };
  for (const key of ORDER) if (key !== loss) both(bandEdge(key, margins[key]), c.ink, 1.3, 0.85, 0.32, DASHES[key]);
  if (loss === 'softmax') return both(edge, c.ink, 2.6, 1, 0.5);
  for (const line of [edge, mirror]) {
    if (hot) trace(on(line), c.accent, 9, { alpha: 0.2 });
    both(line, c.accent, 2.6, 1, 0.5);
  }
}

/** Ticks and titles of both axes, and where x reads on them. */
function paintAxes(pen, frame, point, [px, py]) {
  const { c, line, trace, write, wide, free } = pen,
    { left, right, floor, side, X, Y } = frame;
  trace(
    [
      [left, py],
      [px, py],
      [px, floor],
    ],
    c.ink,
    1.2,
    { alpha: 0.7, dash: [1.5, 3] },
  );
  const own = { style: c.ink, font: '600 12' };
  write(degrees(point[0]), clamp(px, left + 8, right - 12), floor + 20, { align: 'center', ...own });
  write(degrees(point[1]), left - 13, py, { align: 'right', ...own });
  for (const [tick, x] of ticksOf(X, side > 420 ? 30 : 60)) {
    const y = Y((tick * Math.PI) / 180),
      words = `${tick}°`,
      half = wide(words, '12') / 2,
      near = Math.min(x, right - half + 6);
    line(x, floor, x, floor + 4, c.ink, 1, { alpha: 0.4 });
    line(left - 4, y, left, y, c.ink, 1, { alpha: 0.4 });
    if (free([[near - half - 4, floor + 13, near + half + 4, floor + 27]]))
      write(words, near, floor + 20, { align: 'center' });
    if (free([[left - 13 - 2 * half, y - 9, left - 13, y + 9]])) write(words, left - 13, y, { align: 'right' });
  }
  write('θ₁, angle to W₁', right, floor + 42, { align: 'right', style: c.ink, font: '13' });
}

/** The losses' names in a row, as buttons, each tied to where its line leaves the plane. Returns their boxes. */
function paintNames({ c, line, rounded, write, wide }, { top, side, right, X }, { loss, m, margins }) {
  const strength = key =>
    key === 'softmax'
      ? 'the exam'
      : key === 'arcface'
        ? `${margins[key].toFixed(2)}${side > 420 ? ' rad' : ''}`
        : marginText(key, margins[key]);
  const small = right < 300, // all names share a row
    font = key => `${key === loss ? '600 ' : ''}${small ? 11 : 13}`,
    hue = key => (key !== loss ? c.soft : key === 'softmax' ? c.ink : c.accent),
    widths = ORDER.map(
      key => Math.max(wide(MARGINS[key].name, font(key)), wide(strength(key), small ? '11' : '12')) + (small ? 2 : 8),
    ),
    exits = ORDER.map(key => X(bandEdge(key, (key === loss ? m : margins[key]) ?? 0, 1)[1][0])),
    seats = rowSeats(exits, widths, small ? 3 : 6, right + 7);
  return ORDER.map((key, i) => {
    const box = [seats[i] - widths[i] / 2 - 5, 1, seats[i] + widths[i] / 2 + 5, 39],
      own = key === loss;
    rounded(box[0], box[1], box[2] - box[0], 38, 8, { edge: own ? hue(key) : c.pale, width: own ? 1.6 : 1 });
    write(MARGINS[key].name, seats[i], 12, { align: 'center', style: hue(key), font: font(key) });
    write(strength(key), seats[i], 28, { align: 'center', style: hue(key), font: small ? '11' : '12' });
    const tie = { dash: own ? [] : DASHES[key], alpha: own ? 1 : 0.6 };
    line(seats[i], 39, exits[i], top, own ? hue(key) : c.ink, own ? 2 : 1.2, tie);
    return { key, box };
  });
}

/** Where the line asks to be taken. */
function paintGrips({ c, grip }, { X, Y }, { loss, m, hot }) {
  const width = MARGINS[loss].range ? bandWidth(loss, m, Math.PI) : null;
  if (width === null) return;
  for (const side of [1, -1]) grip(X((Math.PI - side * width) / 2), Y((Math.PI + side * width) / 2), c.accent, hot);
}
