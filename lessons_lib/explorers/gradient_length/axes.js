// Where GradientLength puts things: the bent axis, the trained angles below the plot, and the panels that are folded.
import { bentAxis, thetaAxis, thetaFrame } from '../kit/theta_plot.js';

// the knee's height; what leaves the plot at the top
export const BEND = 0.86;
export const OVER = 1.15;

const axis = (knee, top, ticks) => {
  const share = bentAxis(knee, top, BEND);
  return { knee, top, ticks: [...ticks, top], height: value => (value > 1e9 ? OVER : Math.min(OVER, share(value))) };
};

// Up to the knee the axis is even, above it is pressed together: there SphereFace lives, m or m² times higher than the
// rest. An axis depends on the unit alone, so no slider moves it. By `divided by s?`, then by what is shown.
export const AXES = {
  true: { length: axis(1.5, 5, [0, 0.5, 1, 1.5]), coefficient: axis(2.2, 25, [0, 0.5, 1, 1.5, 2]) },
  false: { length: axis(72, 320, [0, 16, 32, 48, 64]), coefficient: axis(72, 1600, [0, 16, 32, 48, 64]) },
};

/** Sizes on a canvas `width` wide: the plot, and the trained angles if there are nets. */
export function lengthFrame(width, nets) {
  const frame = thetaFrame(width, width < 520 ? 46 : 30, [0.54, 240, 330], nets ? 96 : 26),
    { small, top, floor } = frame;
  return { ...frame, ...thetaAxis(small ? 34 : 42, width - 14), Y: share => floor - (floor - top) * share };
}

export const ROW = 15;
export const MINI = 27;
/** Sizes of the panels: six rows, then four factors. */
export function panelFrame(width) {
  const rows = 28,
    parts = rows + 6 * ROW + 46,
    bottom = parts + 4 * (MINI + 9) - 2;
  return { width, rows, parts, bottom, height: bottom + 8, ...thetaAxis(width < 520 ? 10 : 42, width - 130) };
}
