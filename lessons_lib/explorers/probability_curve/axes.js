// Where ProbabilityCurve puts things: the panels one below the other, the lines, and a place for every name.
import { seatNames } from '../kit/theta_plot.js';
import { FAN, POINTS, curveOf, fixedScale, probability } from './maths.js';

/**
 * Sizes on a canvas `width` wide: the plot, the strip of what is already right, the histogram if there are nets; less
 * tall over the gauges of a run.
 */
export function probabilityFrame(width, nets, run) {
  const small = width < 520,
    left = 46,
    right = width - 12,
    top = 36,
    floor = top + Math.round(Math.min(run ? 380 : 430, Math.max(270, (run ? 0.56 : 0.66) * width)));
  const strip = floor + 58,
    foot = nets ? strip + 106 : strip + 12,
    within = part => Math.min(1, Math.max(0, part));
  return {
    width,
    small,
    left,
    right,
    top,
    floor,
    strip,
    foot,
    height: foot + 8,
    X: theta => left + ((right - left) * theta) / Math.PI,
    Y: P => floor - (floor - top) * P,
    angle: x => Math.PI * within((x - left) / (right - left)),
    share: y => within((floor - y) / (floor - top)),
  };
}

/** A curve in pixels, every few points. */
export function probabilityLine({ X, Y }, p, every = 1) {
  const curve = curveOf(p);
  return Array.from({ length: POINTS / every + 1 }, (_, i) => [X((Math.PI * i * every) / POINTS), Y(curve[i * every])]);
}

/** The scales that are drawn faintly, without those that another curve covers or that lie on the floor. */
export const fanOf = p =>
  FAN.filter(
    s =>
      probability(0, { ...p, scale: s }) > 0.03 &&
      [p.scale, fixedScale(p.num_classes)].every(other => Math.abs(Math.log(s / other)) > 0.12),
  );

/** A box for each name; `names` are [{ key, width, p }] by rank, `walls` are taken already. */
export const probabilitySeats = (frame, names, walls) =>
  seatNames(
    names.map(({ key, width, p }) => ({ key, width, line: probabilityLine(frame, p, 6) })),
    { x0: frame.left + 4, x1: frame.right, y0: frame.top + 2, y1: frame.floor - 6 },
    walls,
  );
