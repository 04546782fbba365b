// Where CurveFamily puts things: two plots and today's trained angles over one axis of θ, and below them the track.
import { thetaAxis } from '../kit/theta_plot.js';
import { trackEnd } from './maths.js';

/** What the two plots reach, fixed for a loss: no slider moves an axis. */
export const FAMILY_AXES = {
  adaface: { value: [-2, 1], values: [1, 0, -1, -2], push: [-0.04, 1.04], pushes: [0, 0.5, 1] },
  magface: { value: [-2, 1], values: [1, 0, -1, -2], push: [-0.04, 1.04], pushes: [0, 0.5, 1] },
  curricularface: { value: [-1, 2], values: [2, 1, 0, -1], push: [-0.5, 1.85], pushes: [0, 0.5, 1, 1.5] },
};

/** @typedef {ReturnType<typeof familyFrame>} Frame */

/** Sizes on a canvas `width` wide. */
export function familyFrame(width, nets, p) {
  const small = width < 520,
    left = small ? 30 : 36,
    right = width - 14,
    top = 28,
    axis = FAMILY_AXES[p.loss];
  const floor = top + Math.round(Math.min(212, Math.max(150, 0.33 * width))),
    pushTop = floor + 36,
    pushFloor = pushTop + Math.round(Math.min(166, Math.max(122, 0.26 * width)));
  const foot = pushFloor + (nets ? 94 : 32),
    track = foot + 16,
    line = track + 84,
    height = track + 126;
  const on =
    ([low, high], from, to) =>
    value =>
      to - (to - from) * Math.min(1.2, Math.max(-0.2, (value - low) / (high - low)));
  const ends = [20, width - 22],
    end = trackEnd(p);
  return {
    width,
    small,
    top,
    floor,
    pushTop,
    pushFloor,
    foot,
    track,
    line,
    height,
    ends,
    end,
    ...thetaAxis(left, right),
    Y: on(axis.value, top, floor),
    P: on(axis.push, pushTop, pushFloor),
    T: value => ends[0] + (ends[1] - ends[0]) * Math.min(1, value / end),
    place: x => end * Math.min(1, Math.max(0, (x - ends[0]) / (ends[1] - ends[0]))),
  };
}

/** A function of θ in pixels. */
export const lineOf = (frame, f, up, steps = 180) =>
  Array.from({ length: steps + 1 }, (_, i) => {
    const theta = (Math.PI * i) / steps;
    return [frame.X(theta), up(f(theta))];
  });
