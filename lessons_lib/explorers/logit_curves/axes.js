// Where LogitCurves puts things: the bent axis, the trained angles, the way from W₁ to W₂, and the place of every name.
import { clamp } from '../kit/numbers.js';
import { meets, seatNames } from '../kit/seats.js';
import { bentAxis, curveLine, thetaAxis, thetaFrame } from '../kit/theta_plot.js';
import { LOGITS, logitsOf } from './maths.js';

// Even from 1 down to the knee, where all losses but SphereFace live; below it pressed together by a logarithm that
// begins as steep as the even part ends. Fixed: no slider moves it.
export const LOWEST = -9;
const KNEE = -1.2;
export const EVEN = 0.62;
export const LEVELS = [1, 0.5, 0, -0.5, -1, -3, -5, -7, -9];
const bent = bentAxis(1 - KNEE, 1 - LOWEST, EVEN);

/** How far down a logit stands: 0 for 1, 1 for −9. */
export const depthOf = f => bent(1 - f);

/** Sizes on a canvas `width` wide: the plot, and the histogram if there are nets. */
export function logitFrame(width, nets) {
  const frame = thetaFrame(width, 56, [0.56, 270, 350], nets ? 98 : 26),
    { small, top, floor } = frame;
  return { ...frame, ...thetaAxis(small ? 36 : 40, width - 12), Y: f => top + (floor - top) * depthOf(f) };
}

export const STRIP = 20;
/** Sizes of the way from one weight to the other, a row for each loss. */
export function stripFrame(width) {
  const strip = 30,
    bottom = strip + STRIP * LOGITS.length,
    from = 92,
    to = width - 64,
    share = x => clamp((x - from) / (to - from), 0, 1);
  return { width, strip, bottom, from, to, height: bottom + 24, share };
}

/** A curve in pixels, every few angles. */
export const logitLine = ({ X, Y }, values, every = 1) => curveLine(values, X, Y, every);

/** cos(θ12 − θ), on the way from W₁ to W₂. */
export const towardsOther = ({ X, Y }, between, steps = 48) =>
  curveLine(
    Array.from({ length: steps + 1 }, (_, i) => Math.cos(between * (1 - i / steps))),
    theta => X((theta * between) / Math.PI),
    Y,
  );

/** cos mθ from where ψ leaves it. */
export const unsteppedLine = ({ X, Y }, m, steps = 90) =>
  Array.from({ length: steps + 1 }, (_, i) => {
    const theta = Math.PI * (1 / m + ((1 - 1 / m) * i) / steps);
    return [X(theta), Y(Math.cos(m * theta))];
  });

const PRESSED = ['below −1.2 pressed together', 'pressed together', 'pressed'];
const SPOKEN = 330; // pixels along the floor where no name of a curve stands

/**
 * Words on the pressed part of the axis, left or right of the cursor: as many as cover no curve; null where there is
 * room for none. `wide(words)` measures.
 */
export function pressedWords({ left, right, floor, X }, angle, curves, wide) {
  const points = curves.flat(),
    x = X(angle),
    [top, bottom] = [floor - 37, floor - 18];
  const clear = ([x0, , x1]) =>
    x0 >= left + 7 &&
    x1 <= Math.min(right, left + SPOKEN) &&
    (x1 < x - 8 || x0 > x + 8) &&
    !points.some(([px, py]) => px > x0 - 5 && px < x1 + 5 && py > top && py < bottom);
  const places = PRESSED.flatMap(words =>
    [left + 7, x + 12].map(at => ({ words, box: [at, top, at + wide(words), bottom] })),
  );
  return places.find(({ box }) => clear(box)) ?? null;
}

/**
 * A place left of the line and below it, clear of all lines; from 60° on first. The line to softmax's angle runs to
 * the right.
 */
function seatBelow({ left, floor }, { width, line }, lines, taken) {
  const start = Math.round((line.length - 1) / 3),
    order = [...line.slice(start, -6), ...line.slice(6, start).reverse()];
  const clear = box =>
    !lines.flat().some(([x, y]) => x > box[0] - 4 && x < box[2] + 4 && y > box[1] - 3 && y < box[3] + 3) &&
    !taken.some(other => meets(box, other, 3));
  return order
    .map(([x, y]) => [x - 8 - width, y + 2, x - 8, y + 19])
    .find(box => box[0] > left + 3 && box[3] < floor - 10 && clear(box));
}

/** A box for each name: the chosen loss first, then the rest. `wide(key)` measures. */
export function namesOf(frame, { loss: chosen, p, before }, wide) {
  const order = [chosen, ...LOGITS.filter(loss => loss !== chosen)],
    m = p.margins.sphereface,
    { left, right, top, floor } = frame,
    walls = [[left, floor - 37, left + SPOKEN, floor - 18]];
  const items = order.map(key => ({ key, width: wide(key), line: logitLine(frame, logitsOf(key, p), 4) }));
  items.splice(1, 0, { key: 'other', width: wide('other'), line: towardsOther(frame, p.between) });
  if (chosen === 'sphereface' && m > 1.05)
    items.push({ key: 'plain', width: wide('plain'), line: unsteppedLine(frame, m) });
  if (chosen === 'sphereface' && p.annealing > 0.2 && m > 1.05)
    items.push({ key: 'psi', width: wide('psi'), line: logitLine(frame, logitsOf(chosen, { ...p, annealing: 0 }), 4) });
  const ghost = before?.margins ? [logitLine(frame, logitsOf(chosen, before), 4)] : [];
  const own = seatBelow(frame, items[0], [...items.map(item => item.line), ...ghost], walls);
  if (own) {
    walls.push(own);
    items[0].width = 0;
  }
  const seats = seatNames(items, { x0: left + 3, x1: right, y0: top - 9, y1: floor - 10 }, walls);
  return own ? { ...seats, [chosen]: own } : seats;
}
