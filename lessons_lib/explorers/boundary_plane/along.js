// What BoundaryPlane writes into the plane: how wide the band is, and what each region means.
import { degrees } from '../kit/words.js';
import { DEGREE, TAU } from '../kit/numbers.js';
import { bandWidth, plainDegrees } from './maths.js';

/** Calipers: how wide the band is, from edge to edge, between the weights and farther out. */
export function paintGauges({ c, line, dot, write, wide, free, taken }, frame, { loss, m, between }, { banded }) {
  const { X, Y, left, right, floor, unit } = frame,
    far = [90, 180, 270].map(a => a * DEGREE).filter(a => a > between + 0.5 && a < TAU - between + 0.01);
  const crossed = [];
  for (const sum of banded ? [between, ...far] : []) {
    const w = bandWidth(loss, m, sum),
      first = sum === between,
      [a, b] = [(sum - w) / 2, (sum + w) / 2],
      alpha = w <= between ? 1 : 0.6;
    if (w === null || (first && w > between)) continue;
    line(X(a), Y(b), X(b), Y(a), c.accent, first ? 4 : 1.2, { alpha });
    for (const [p, q] of [
      [a, b],
      [b, a],
    ])
      dot(X(p), Y(q), first ? 3.4 : 2.4, c.accent);
    const words = degrees(w),
      long = wide(words, '600 12.5');
    const spots = [
      [14, first ? -4 : 8],
      [14, -18],
      [-4, 18],
      [-long - 8, 18],
      [18, -36],
    ].map(([dx, dy]) => [X(b) + dx, Y(a) + dy]);
    const spot = spots.find(
      ([x, y]) => x > left && x + long < right - 2 && y < floor - 7 && free([[x - 2, y - 8, x + long + 2, y + 8]]),
    );
    if (spot) write(words, ...spot, { style: c.accent, font: '600 12.5', halo: 4 });
    crossed.push([a, b, w]);
  }
  for (const [a, b, w] of crossed)
    for (let t = 0; t <= 1; t += 8 / (w * unit + 8)) {
      const [x, y] = [X(a + t * w), Y(b - t * w)];
      taken.push([x - 2, y - 2, x + 2, y + 2]); // no words across them
    }
}

/**
 * Words along the diagonal where there is room for them: the first of `texts` that fits between the distances
 * `low(sum)` and `high(sum)` from it, on the side of class 1 or, with −1, of class 2.
 */
function along({ wide, slanted, c }, { X, Y, unit }, between, { texts, low, high, spots, side, font }) {
  const across = (words, middle) =>
    between > 1.7 &&
    ((between - low(Math.PI)) * unit) / Math.SQRT2 > wide(words, font) + 20 &&
    (Math.PI - between) * unit * Math.SQRT2 > 26 &&
    slanted(words, X((Math.PI - middle) / 2), Y((Math.PI + middle) / 2), true, c.ink, font);
  const onward = (words, sum) => {
    const span = ((wide(words, font) + 12) * Math.SQRT2) / unit,
      [from, to] = [sum - span / 2, sum + span / 2];
    if (from < between || to > TAU - between) return false;
    const near = Math.max(...[from, sum, to].map(low)),
      far = Math.min(...[from, sum, to].map(high)),
      d = (side * (near + far)) / 2;
    return (
      ((far - near) * unit) / Math.SQRT2 > 21 && slanted(words, X((sum - d) / 2), Y((sum + d) / 2), false, c.ink, font)
    );
  };
  texts.some(words => across(words, (side * (between + low(Math.PI))) / 2) || spots.some(sum => onward(words, sum)));
}

/** What each region means, in words where there is room. */
export function paintPlaces(pen, frame, { loss, m, between }, { banded }) {
  const { X, Y, unit, right, floor } = frame,
    { c, wide, free, write, slanted } = pen,
    width = sum => bandWidth(loss, m, sum) ?? Infinity,
    enough = banded ? 'right enough' : 'right',
    spots = Array.from({ length: 31 }, (_, i) => (135 + (i % 2 ? 1 : -1) * 6 * Math.ceil(i / 2)) * DEGREE);
  for (const [name, side] of [
    ['class 1', 1],
    ['class 2', -1],
  ]) {
    const texts = [`${name} ${enough}`, name];
    along(pen, frame, between, { texts, low: width, high: () => between, spots, side, font: '12.5' });
  }
  if (banded)
    along(pen, frame, between, {
      texts: ['right, not right enough', 'not enough'],
      low: () => 0,
      high: sum => Math.min(width(sum), between),
      spots: spots.map(sum => TAU - sum),
      side: -1,
      font: '12',
    });
  const part = 0.27 * between; // nearer to W2: no line runs there
  if (wide('between W₁ and W₂', '12') < 0.36 * between * unit * Math.SQRT2)
    slanted('between W₁ and W₂', X(between / 2 + part) - 11, Y(between / 2 - part) + 11, true, c.soft);
  const cannot = ['no feature has these angles', `when W₁ and W₂ are ${plainDegrees(between)} apart`],
    long = Math.max(...cannot.map(words => wide(words, '12.5'))) + 12;
  if (Math.PI - (long + 46) / unit > between && free([[right - long, floor - 46, right - 2, floor - 4]]))
    cannot.forEach((words, i) =>
      write(words, right - 8, floor - 32 + 17 * i, { align: 'right', font: '12.5', halo: 4 }),
    );
}
