// Where VerificationThreshold puts things: genuine scores above their axis, impostors below it, and the square of the
// ROC.
import { clamp } from '../kit/numbers.js';
import { minus } from '../kit/words.js';
import { acceptedOf, edgeAt, lastEdge, nearestEdge, ratesAt, rocOf } from './maths.js';

export const BAND = 30; // pixels of the axis between both halves

/** Sizes of the histograms on a canvas `width` wide; X of a score, and the score of an x, on the network's own axis. */
export function scoreFrame(width, net) {
  const left = 10,
    right = width - 10,
    tall = Math.round(clamp(0.26 * width, 110, 150)),
    top = 50,
    axis = top + tall,
    floor = axis + BAND + tall;
  const low = edgeAt(net, 0),
    high = edgeAt(net, lastEdge(net)),
    X = score => left + ((right - left) * (score - low)) / (high - low);
  return {
    width,
    left,
    right,
    top,
    axis,
    floor,
    tall,
    height: floor + 50,
    X,
    low,
    high,
    edge: x => nearestEdge(net, low + ((high - low) * (x - left)) / (right - left)),
  };
}

/** Round scores along the axis, no nearer than `apart` pixels. */
export function scoreTicks({ low, high, left, right }, apart = 74) {
  const rough = ((high - low) * apart) / (right - left),
    power = 10 ** Math.floor(Math.log10(rough)),
    step = [1, 2, 5, 10].find(f => f * power >= rough * 0.999) * power;
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9)),
    ticks = [];
  for (let i = Math.ceil(low / step); i * step <= high; i++)
    ticks.push([i * step, minus((i * step).toFixed(digits).replace(/^-(?=0\.?0*$)/, ''))]);
  return ticks;
}

/**
 * Bars of a few bins each, at least three pixels wide: [from, to, root of the share], and the highest of both kinds is
 * 1.
 */
export function scoreBars(net, frame) {
  const bins = lastEdge(net),
    per = Math.max(1, Math.ceil((3 * bins) / (frame.right - frame.left)));
  const of = counts => {
    const all = counts.reduce((sum, n) => sum + n, 0),
      bars = [];
    for (let k = 0; k < bins; k += per)
      bars.push([
        edgeAt(net, k),
        edgeAt(net, Math.min(bins, k + per)),
        Math.sqrt(counts.slice(k, k + per).reduce((sum, n) => sum + n, 0) / all),
      ]);
    return bars;
  };
  const both = { genuine: of(net.genuine), impostors: of(net.impostors) },
    most = Math.max(
      ...Object.values(both)
        .flat()
        .map(bar => bar[2]),
    );
  for (const bars of Object.values(both))
    bars.forEach(bar => {
      bar[2] /= most;
    });
  return both;
}

const GAP = 0.07,
  ROW = 18; // of the log axis, for a FAR of 0; pixels

/** The square of the ROC and, below it, a row for each of several networks. A FAR of 0 stands left of the log axis. */
export function rocFrame(width, nets, axis) {
  const left = 44,
    right = width - 14,
    top = 26,
    bottom = top + Math.round(Math.min(right - left, 320)),
    legend = bottom + 52;
  const decades = Math.max(1, Math.ceil(Math.log10(Math.max(...nets.map(net => acceptedOf(net).impostors[0]))) - 1e-9));
  const share = far =>
    axis === 'linear' ? far : far > 0 ? GAP + (1 - GAP) * Math.max(0, 1 + Math.log10(far) / decades) : 0;
  return {
    width,
    left,
    right,
    top,
    bottom,
    legend,
    row: ROW,
    decades,
    axis,
    height: nets.length > 1 ? legend + ROW * nets.length - 6 : bottom + 40,
    X: far => left + (right - left) * share(far),
    Y: tar => bottom - (bottom - top) * tar,
  };
}

/** A line without the points that no eye could tell from the one before. */
export function thinned(line) {
  let [px, py] = [Infinity, Infinity];
  return line.filter(([x, y], i) => {
    const far = i === line.length - 1 || Math.abs(x - px) + Math.abs(y - py) > 0.7;
    if (far) [px, py] = [x, y];
    return far;
  });
}

/** The curve in pixels, from the edge that accepts none to the one that accepts all. */
export const rocLine = (frame, net) => rocOf(net).map(([far, tar]) => [frame.X(far), frame.Y(tar)]);

/** The edge whose point of the curve is nearest to a pointer; of several there, the one nearest to the present edge. */
export function nearestOnRoc(line, [x, y], now) {
  const last = line.length - 1,
    far = line.map(([px, py]) => Math.hypot(px - x, py - y)),
    least = Math.min(...far) + 1e-6;
  return far.reduce(
    (best, d, i) =>
      d <= least && (best === null || Math.abs(last - i - now) < Math.abs(best - now)) ? last - i : best,
    null,
  );
}

/** The next edge, up or down, whose point of the curve is another one. */
export function nextOnRoc(net, k, by) {
  const here = ratesAt(net, k),
    last = lastEdge(net);
  let to = k + by;
  while (to > 0 && to < last && ratesAt(net, to).tar === here.tar && ratesAt(net, to).far === here.far) to += by;
  return clamp(to, 0, last);
}

/** FAR = 1 − TAR as a line: straight on the linear axis, bent on the logarithmic one. */
export const equalErrorsLine = (frame, steps = 60) =>
  Array.from({ length: steps + 1 }, (_, i) => {
    const far = frame.axis === 'linear' ? i / steps : 10 ** (-frame.decades * (1 - i / steps));
    return [frame.X(far), frame.Y(1 - far)];
  });
