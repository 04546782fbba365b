// The class centres that DriftPlayer paints where a loss has them: a diamond each, and the way it came.
import { mixed, mixture, within } from './film.js';

const SIZE = 7; // half a diamond, in pixels
const SHADES = 24; // of a path, from old to new

/**
 * Where the centres came along until a time, oldest first, as [time, places]: all in units of one rim, that of the
 * moment
 * shown, so that a centre that stood still has no path however much the rim has grown.
 */
export function trails(film, time, rim, between = 5) {
  const past = film.frames.filter(f => f.time < time).map(f => f.time),
    times = [];
  past.forEach((t, i) => {
    for (let n = 0; n < between; n++) times.push(t + (((past[i + 1] ?? time) - t) * n) / between);
  });
  return [...times, time].map(t => [t, within(mixed(film.frames, mixture(film, t), 'centers'), rim)]);
}

/** Above the points: paths in units of the rim of this moment, thin and pale where they are old, then the centres. */
export function paintCenters(g, ring, { look, film, time, pose, only, c, R }) {
  const at = (places, k) => [c + R * places[2 * k], c - R * places[2 * k + 1]],
    seen = ring.order(film.classes).filter(k => !Number.isNaN(pose.centers[2 * k])),
    trail = trails(film, time, pose.rim);
  for (const k of seen) {
    const way = trail.map(([t, places]) => [t / time, ...at(places, k)]);
    const style = { colour: ring.colour(k), paper: look.paper, wide: k === only ? 1.3 : 1, alpha: ring.strength(k) };
    paintTrail(g, way, style);
  }
  for (const k of seen) paintDiamond(ring, look, at(pose.centers, k), k, only);
  const named = seen.filter(k => only === null || k === only), // one alone: nothing its number could run into
    numbers = numberPlaces(
      named.map(k => at(pose.centers, k)),
      c,
    );
  named.forEach((k, i) => {
    for (const [x, y, alpha] of numbers[i])
      ring.say(String(k), [x, y], { font: '600 12', style: look.ink, halo: 4, alpha });
  });
}

function paintDiamond({ area, trace, colour, strength }, look, [x, y], k, only) {
  const r = k === only ? SIZE + 2 : SIZE,
    alpha = strength(k) < 1 ? 0.22 : 1,
    corners = [
      [x + r, y],
      [x, y + r],
      [x - r, y],
      [x, y - r],
    ];
  const edge = [...corners, ...corners.slice(0, 2)];
  trace(edge, look.paper, 5, { alpha });
  area(corners, colour(k), alpha);
  trace(edge, look.ink, 1.4, { alpha });
}

/**
 * Where the numbers of marks stand, [[x, y, alpha], the same on the other side]: across the way out from the middle
 * c, where
 * neither class weight nor path runs. A number fades before it runs into another mark or number, then shows opposite.
 */
export function numberPlaces(marks, c) {
  const at = side =>
    marks.map(([x, y]) => {
      const far = Math.hypot(x - c, y - c) || 1,
        away = (side * (SIZE + 9)) / far;
      return [x + away * (y - c), y - away * (x - c)];
    });
  const free = (i, [x, y], others) =>
    Math.max(
      0,
      Math.min(
        1,
        ...[[marks, 13], ...others.map(names => [names, 11])].flatMap(([taken, near]) =>
          taken.map(([p, q], j) => (j === i ? 1 : Math.hypot(p - x, q - y) - near)),
        ),
      ),
    );
  const first = at(1),
    second = at(-1);
  return first.map((place, i) => {
    const alpha = free(i, place, [first]);
    return [
      [...place, alpha],
      [...second[i], Math.min(1 - alpha, free(i, second[i], [first, second]))],
    ];
  });
}

/**
 * A line through [age, x, y], age from 0 to 1, ever wider and stronger, on a strip of paper that keeps it off the
 * points.
 */
function paintTrail(g, points, { colour, paper, wide, alpha }) {
  const pieces = Array.from({ length: SHADES }, () => []);
  points.forEach(([age, x, y], i) => {
    const [, fromX, fromY] = points[i - 1] ?? [0, NaN, NaN]; // a moment without a place: the path pauses
    if (!Number.isNaN(x + fromX)) pieces[Math.min(SHADES - 1, Math.floor(age * SHADES))].push([fromX, fromY, x, y]);
  });
  g.lineCap = 'butt';
  g.lineJoin = 'round';
  for (const [style, thin, thick, most] of [
    [paper, 1.5, 5.5, alpha < 1 ? 0 : 0.9],
    [colour, 1.2, 3.5, alpha],
  ])
    pieces.forEach((piece, n) => {
      const age = (n + 1) / SHADES;
      g.strokeStyle = style;
      g.lineWidth = (thin + (thick - thin) * age) * wide;
      g.globalAlpha = most * (0.2 + 0.8 * age);
      g.beginPath();
      piece.forEach(([fromX, fromY, x, y], i) => {
        if (i === 0 || piece[i - 1][2] !== fromX || piece[i - 1][3] !== fromY) g.moveTo(fromX, fromY);
        g.lineTo(x, y);
      });
      g.stroke();
    });
}

/** The class whose centre is nearest to a place in units of the rim, and how far away it is. */
export function nearestCenter(places, x, y) {
  let best = [null, Infinity];
  for (let k = 0; 2 * k < places.length; k++) {
    const away = Math.hypot(places[2 * k] - x, places[2 * k + 1] - y);
    if (away < best[1]) best = [k, away];
  }
  return best;
}
