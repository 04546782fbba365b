// What the figures on a plane, a circle or a sphere draw with: discs, arrows, and words at the middle of a spot.
import { TAU } from './numbers.js';
import { greys, penOn } from './pen.js';

/** A plane whose origin stands at [c, c], R pixels to its unit: places into pixels, and back. */
export const planeOf = (c, R) => ({
  c,
  R,
  X: x => c + R * x,
  Y: y => c - R * y,
  at: ([x, y]) => [c + R * x, c - R * y],
  place: (x, y) => [(x - c) / R, (c - y) / R],
});

/**
 * A pen with more on it; a spot is [x, y] in pixels.
 *
 * - disc(spot, r, { fill, edge, width, dash, alpha })
 * - arrow(spot, way, { style, width, head, open, dash, halo, alpha }): returns its tip, null for one too short to see
 * - say(words, spot, { font, style, halo, alpha, align })
 */
export function marksOn(g, look) {
  const pen = penOn(g, { ...greys(look), ...look }),
    disc = ([x, y], r, how) => pen.arc(x, y, Math.max(0, r), [0, TAU], how);
  const say = (words, [x, y], how) => pen.write(words, x, y, { align: 'center', ...how });
  return { ...pen, disc, say, arrow: (spot, way, how) => paintArrow(pen, spot, way, how) };
}

function paintArrow({ trace, area, c }, [x, y], [dx, dy], how) {
  const { style, width, head = 3.4 * width, open = false, dash = [], halo = 0, alpha = 1 } = how,
    far = Math.hypot(dx, dy);
  if (!(far > 1.5)) return null;
  const long = Math.min(head, 0.65 * far),
    neck = far - long,
    half = 0.53 * long,
    w = Math.min(width / 2, half || width);
  const at = ([along, side]) => [x + (along * dx - side * dy) / far, y + (along * dy + side * dx) / far],
    barbs = [
      [neck, half],
      [far, 0],
      [neck, -half],
    ].map(at),
    shaft = [
      [0, 0],
      [open ? far : neck, 0],
    ].map(at),
    strokes = [shaft, open ? barbs : [...barbs, barbs[0]]];
  if (halo) for (const part of strokes) trace(part, c.paper, width + halo);
  if (open) strokes.forEach((part, i) => trace(part, style, width, { dash: i || far < 16 ? [] : dash, alpha }));
  // one shape, so that a pale arrow is equally pale all over
  else area([at([0, w]), at([neck, w]), ...barbs, at([neck, -w]), at([0, -w])], style, alpha);
  return [x + dx, y + dy];
}
