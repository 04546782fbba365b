// Where ProbabilityCurve puts things: the panels one below the other, the lines, and a place for every name.
import { clamp } from '../kit/numbers.js';
import { seatNames } from '../kit/seats.js';
import { curveLine, thetaAxis, thetaFrame } from '../kit/theta_plot.js';
import { FAN, curveOf, fixedScale, probability } from './maths.js';

/** Sizes on a canvas `width` wide: the plot, the strip of what is already right, the histogram if there are nets. */
export function probabilityFrame(width, nets) {
  const frame = thetaFrame(width, 36, [0.58, 260, 370], nets ? 154 : 68),
    { top, floor } = frame,
    share = y => clamp((floor - y) / (floor - top), 0, 1);
  return { ...frame, ...thetaAxis(46, width - 12), strip: floor + 62, share, Y: P => floor - (floor - top) * P };
}

/** A curve in pixels, every few points. */
export const probabilityLine = ({ X, Y }, p, every = 1) => curveLine(curveOf(p), X, Y, every);

/**
 * The point of the curve under a pointer, [x, y], or null. Past the others all curves are alike: nothing to take hold
 * of.
 */
export function graspOn(line, [px, py], reach, last) {
  let best = null,
    least = reach;
  line.forEach(([x, y], i) => {
    if (!i || line[i - 1][0] > last) return;
    const [x0, y0] = line[i - 1],
      [dx, dy] = [x - x0, y - y0],
      t = clamp(((px - x0) * dx + (py - y0) * dy) / (dx * dx + dy * dy), 0, 1),
      at = [x0 + t * dx, y0 + t * dy],
      far = Math.hypot(at[0] - px, at[1] - py);
    if (far < least) [least, best] = [far, at];
  });
  return best && best[0] <= last ? best : null;
}

/** The scales that are drawn faintly, without those that another curve covers or that lie on the floor. */
export const fanOf = p =>
  FAN.filter(
    s =>
      probability(0, { ...p, scale: s }) > 0.03 &&
      [p.scale, fixedScale(p.num_classes)].every(other => Math.abs(Math.log(s / other)) > 0.12),
  );

/**
 * A box for each name; `names` are [{ key, width, p, spare }] by rank, `walls` are taken already. One that is `spare`
 * is left out where it would seem to be another curve's.
 */
export const probabilitySeats = (frame, names, walls) =>
  seatNames(
    names.map(({ key, width, p, spare }) => ({ key, width, spare, line: probabilityLine(frame, p, 6) })),
    { x0: frame.left + 4, x1: frame.right, y0: frame.top + 2, y1: frame.floor - 6 },
    walls,
  );
