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
export function paintCenters(g, { look, film, time, pose, only, c, R }) {
  const places = pose.centers,
    X = x => c + R * x,
    Y = y => c - R * y,
    colour = k => look.classes[k % look.classes.length];
  const strength = k => (only === null || only === k ? 1 : 0.12);
  const order = [...Array(film.classes).keys()]
    .filter(k => !Number.isNaN(places[2 * k]))
    .sort((p, q) => (p === only) - (q === only));
  const trail = trails(film, time, pose.rim);
  g.lineJoin = 'round';
  for (const k of order) {
    const way = trail.map(([t, at]) => [t / time, X(at[2 * k]), Y(at[2 * k + 1])]);
    paintTrail(g, way, { colour: colour(k), paper: look.paper, wide: k === only ? 1.3 : 1, alpha: strength(k) });
  }
  for (const k of order) {
    const x = X(places[2 * k]),
      y = Y(places[2 * k + 1]),
      size = k === only ? SIZE + 2 : SIZE;
    const diamond = r => {
      g.beginPath();
      for (const [dx, dy] of [
        [r, 0],
        [0, r],
        [-r, 0],
        [0, -r],
      ])
        g.lineTo(x + dx, y + dy);
      g.closePath();
    };
    g.globalAlpha = strength(k) < 1 ? 0.22 : 1;
    g.lineJoin = 'miter';
    diamond(size);
    g.strokeStyle = look.paper;
    g.lineWidth = 5;
    g.stroke();
    g.fillStyle = colour(k);
    g.fill();
    g.strokeStyle = look.ink;
    g.lineWidth = 1.4;
    g.stroke();
  }
  g.font = '600 12px system-ui, sans-serif';
  g.textAlign = 'center';
  g.textBaseline = 'middle';
  g.lineJoin = 'round';
  // one class alone: nothing that its number could run into
  const named = order.filter(k => only === null || k === only);
  const numbers = numberPlaces(
    named.map(k => [X(places[2 * k]), Y(places[2 * k + 1])]),
    c,
  );
  named.forEach((k, i) => {
    for (const [x, y, alpha] of numbers[i]) {
      g.globalAlpha = alpha;
      g.strokeStyle = look.paper;
      g.lineWidth = 4;
      g.strokeText(k, x, y);
      g.fillStyle = look.ink;
      g.fillText(k, x, y);
    }
  });
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
