// Where CurveFamily puts things: two plots and today's trained angles over one axis of θ, and below them the track.
import { clamp } from '../kit/numbers.js';
import { thetaAxis } from '../kit/theta_plot.js';
import { trackEnd } from './maths.js';

const OWN = { value: [-2, 1], values: [1, 0, -1, -2], push: [-0.04, 1.04], pushes: [0, 0.5, 1] };
/** What the two plots reach, fixed for a loss: no slider moves an axis. */
export const FAMILY_AXES = {
  adaface: OWN,
  magface: OWN,
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
  const floor = top + Math.round(clamp(0.33 * width, 150, 212)),
    pushTop = floor + 36,
    pushFloor = pushTop + Math.round(clamp(0.26 * width, 122, 166));
  const foot = pushFloor + (nets ? 94 : 32),
    track = foot + 16,
    line = track + 84,
    height = track + 126;
  const on =
    ([low, high], from, to) =>
    value =>
      to - (to - from) * clamp((value - low) / (high - low), -0.2, 1.2);
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
    place: x => end * clamp((x - ends[0]) / (ends[1] - ends[0]), 0, 1),
  };
}

/** A function of θ in pixels. */
export const lineOf = (frame, f, up, steps = 180) =>
  Array.from({ length: steps + 1 }, (_, i) => {
    const theta = (Math.PI * i) / steps;
    return [frame.X(theta), up(f(theta))];
  });
