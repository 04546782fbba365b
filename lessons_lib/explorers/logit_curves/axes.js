// Where LogitCurves puts things: the bent axis, the panels one below the other, and the place of every name.
import { seatNames } from '../kit/theta_plot.js';
import { GRID, LOGITS, logitsOf, movedFrom } from './maths.js';

// Even from 1 down to the knee, where all losses but SphereFace live; below it pressed together by a logarithm that
// begins as steep as the even part ends. Fixed: no slider moves it.
export const LOWEST = -9;
export const KNEE = -1.2;
export const EVEN = 0.62;
export const LEVELS = [1, 0.5, 0, -0.5, -1, -3, -5, -7, -9];

const SOFT = (() => {
  let low = 1e-6,
    high = 50;
  for (let i = 0; i < 60; i++) {
    const c = (low + high) / 2;
    if (c * Math.log1p((KNEE - LOWEST) / c) * EVEN > (1 - EVEN) * (1 - KNEE)) high = c;
    else low = c;
  }
  return low;
})();

/** How far down a logit stands: 0 for 1, 1 for −9. */
export function depthOf(f) {
  if (f >= KNEE) return (EVEN * (1 - f)) / (1 - KNEE);
  return EVEN + ((1 - EVEN) * Math.log1p((KNEE - f) / SOFT)) / Math.log1p((KNEE - LOWEST) / SOFT);
}

export const STRIP = 20;
/** Sizes on a canvas `width` wide: the plot, the histogram if there are nets, the way from W₁ to W₂. */
export function logitFrame(width, nets) {
  const small = width < 520,
    left = small ? 36 : 40,
    right = width - 12,
    top = 56;
  const floor = top + Math.round(Math.min(380, Math.max(280, 0.58 * width))),
    axis = floor + 28,
    foot = nets ? axis + 78 : axis;
  const strip = foot + 44,
    bottom = strip + STRIP * LOGITS.length,
    from = 92,
    to = right - 52;
  const X = theta => left + ((right - left) * theta) / Math.PI,
    within = part => Math.min(1, Math.max(0, part));
  return {
    width,
    small,
    left,
    right,
    top,
    floor,
    axis,
    foot,
    strip,
    bottom,
    from,
    to,
    height: bottom + 24,
    X,
    Y: f => top + (floor - top) * depthOf(f),
    angle: x => Math.PI * within((x - left) / (right - left)),
    share: x => within((x - from) / (to - from)),
  };
}

/** A curve in pixels, every few angles, from one grid angle to another. */
export const logitLine = (frame, values, every = 1, start = 0, end = GRID) =>
  Array.from({ length: Math.floor((end - start) / every) + 1 }, (_, i) => [
    frame.X((Math.PI * (start + i * every)) / GRID),
    frame.Y(values[start + i * every]),
  ]);

/** cos(θ12 − θ), on the way from W₁ to W₂. */
export const towardsOther = (frame, between, steps = 48) =>
  Array.from({ length: steps + 1 }, (_, i) => [
    frame.X((between * i) / steps),
    frame.Y(Math.cos(between * (1 - i / steps))),
  ]);

/** cos mθ from where ψ leaves it. */
export const unsteppedLine = (frame, m, steps = 90) =>
  Array.from({ length: steps + 1 }, (_, i) => {
    const theta = Math.PI * (1 / m + ((1 - 1 / m) * i) / steps);
    return [frame.X(theta), frame.Y(Math.cos(m * theta))];
  });

/** Where the words on the pressed part of the axis stand: no curve comes down there so far to the left. */
export const pressedBox = ({ left, floor }) => [left + 7, floor - 33, left + 158, floor - 14];

/**
 * A place left of the line and below it, clear of all lines; from 60° on first. The line to softmax's angle runs to
 * the right.
 */
function seatBelow({ left, floor }, { width, line }, lines, taken) {
  const start = Math.round((line.length - 1) / 3),
    order = [...line.slice(start, -6), ...line.slice(6, start).reverse()];
  const clear = ([a, b, c, d]) =>
    !lines.flat().some(([x, y]) => x > a - 4 && x < c + 4 && y > b - 3 && y < d + 3) &&
    !taken.some(box => a < box[2] + 3 && c > box[0] - 3 && b < box[3] + 3 && d > box[1] - 3);
  return order
    .map(([x, y]) => [x - 8 - width, y + 2, x - 8, y + 19])
    .find(box => box[0] > left + 3 && box[3] < floor - 10 && clear(box));
}

/** A box for each name: the chosen loss first, then the rest. `wide(key)` measures. */
export function namesOf(frame, { loss: chosen, p, before }, wide) {
  const order = [chosen, ...LOGITS.filter(loss => loss !== chosen)],
    m = p.margins.sphereface,
    walls = [pressedBox(frame)];
  const items = order.map(key => ({ key, width: wide(key), line: logitLine(frame, logitsOf(key, p), 4) }));
  items.splice(1, 0, { key: 'other', width: wide('other'), line: towardsOther(frame, p.between) });
  if (chosen === 'sphereface' && m > 1.05)
    items.push({ key: 'plain', width: wide('plain'), line: unsteppedLine(frame, m) });
  if (chosen === 'sphereface' && p.annealing > 0.2 && m > 1.05)
    items.push({ key: 'psi', width: wide('psi'), line: logitLine(frame, logitsOf(chosen, { ...p, annealing: 0 }), 4) });
  const ghost = movedFrom(before, p).length ? [logitLine(frame, logitsOf(chosen, before), 4)] : [];
  const own = seatBelow(frame, items[0], [...items.map(item => item.line), ...ghost], walls);
  if (own) {
    walls.push(own);
    items[0].width = 0;
  }
  const seats = seatNames(
    items,
    { x0: frame.left + 3, x1: frame.right, y0: frame.top - 9, y1: frame.floor - 10 },
    walls,
  );
  return own ? { ...seats, [chosen]: own } : seats;
}
