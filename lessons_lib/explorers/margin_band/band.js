// The margin band on the circle: pure maths, no drawing. Angles are radians, counter-clockwise from +x; `dirs`
// holds the direction of each class weight.
import { MARGINS } from '../kit/losses.js';
import { TAU, angleBetween, clamp, rimOf, wrapped } from '../kit/numbers.js';

export const CLEAR = 0;
export const BAND = 1;
export const WRONG = 2;

// The arc about a class weight, relative to it, in which a point is right enough; null where there is none. a and b are
// the angles to the next class weight counter-clockwise and clockwise: on a circle the nearest other is one of the two.
const CLEAR_ARC = {
  softmax: (a, b) => [-b / 2, a / 2],
  // Towards a: mφ < a − φ. Away from b: mφ < b + φ, which bites only where b is much nearer than a.
  sphereface: (a, b, m) => [
    -Math.min(b / (m + 1), m > 1 ? a / (m - 1) : Infinity),
    Math.min(a / (m + 1), m > 1 ? b / (m - 1) : Infinity),
  ],
  // cos φ − cos(a − φ) = 2 sin(a/2) sin(a/2 − φ) > m, and the mirror image for b. NaN: out of reach.
  cosface: (a, b, m) => {
    const A = Math.asin(m / (2 * Math.sin(a / 2))),
      B = Math.asin(m / (2 * Math.sin(b / 2)));
    const lo = Math.max(B - b / 2, a / 2 - Math.PI + A),
      hi = Math.min(a / 2 - A, Math.PI - b / 2 - B);
    return lo < hi ? [lo, hi] : null;
  },
  // φ + m < a − φ on a's side. On the far side of the weight both angles grow together, so b asks for m < b outright:
  // a class whose nearest neighbour is closer than m has no clear arc at all, not merely a narrow one.
  arcface: (a, b, m) => (m < Math.min(a, b) ? [(m - b) / 2, (a - m) / 2] : null),
};

/**
 * Pairs x, y and labels as unit vectors, angles and radii: the farthest 0.5 % are drawn at the rim, or what lies beyond
 * a `rim` that is given.
 */
export function readPoints(xy, labels, rim = null) {
  const n = Math.min(labels.length, xy.length >> 1),
    points = { n, y: labels };
  for (const name of ['ux', 'uy', 'phi', 'r']) points[name] = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const [a, b] = [xy[2 * i], xy[2 * i + 1]],
      r = Math.hypot(a, b) || 1;
    points.ux[i] = a / r;
    points.uy[i] = b / r;
    points.phi[i] = Math.atan2(b, a);
    points.r[i] = r;
  }
  points.rim = rim ?? rimOf(points.r);
  for (let i = 0; i < n; i++) points.r[i] = 0.97 * Math.min(1, points.r[i] / points.rim);
  return points;
}

/** Where each point stands, how much margin it bears, how hard the loss still pushes it (1 − P_y); and the counts. */
export function evaluate(points, dirs, loss, m, s, out = {}) {
  const { target, bears, neutral } = MARGINS[loss],
    C = dirs.length,
    c = new Float64Array(C);
  const wx = dirs.map(Math.cos),
    wy = dirs.map(Math.sin),
    { n, y, ux, uy } = points;
  if (out.state?.length !== n)
    Object.assign(out, { state: new Uint8Array(n), bears: new Float64Array(n), push: new Float64Array(n) });
  out.count = [0, 0, 0];
  out.theta = 0;
  for (let i = 0; i < n; i++) {
    let best = -2,
      rest = 0;
    for (let j = 0; j < C; j++) {
      c[j] = ux[i] * wx[j] + uy[i] * wy[j];
      if (j !== y[i] && c[j] > best) best = c[j];
    }
    const own = Math.acos(clamp(c[y[i]], -1, 1)),
      logit = target(own, m);
    out.theta += own / n;
    out.bears[i] = bears(own, Math.acos(clamp(best, -1, 1)));
    out.state[i] = out.bears[i] <= neutral ? WRONG : out.bears[i] <= m ? BAND : CLEAR;
    out.count[out.state[i]]++;
    for (let j = 0; j < C; j++) if (j !== y[i]) rest += Math.exp(s * (c[j] - logit));
    out.push[i] = 1 / (1 + 1 / rest);
  }
  return out;
}

/** The circle in one cell a class: cell and clear arc as absolute angles (lo < direction < hi), neighbours and gaps. */
export function cells(dirs, loss, m) {
  const order = [...dirs.keys()].sort((p, q) => wrapped(dirs[p]) - wrapped(dirs[q])),
    C = order.length;
  const gap = order.map((k, i) => {
    const g = wrapped(dirs[order[(i + 1) % C]]) - wrapped(dirs[k]);
    return i === C - 1 ? g + TAU : g;
  });
  return order.map((k, i) => {
    const a = gap[i],
      b = gap[(i + C - 1) % C],
      arc = CLEAR_ARC[loss](a, b, m),
      d = dirs[k];
    return {
      k,
      a,
      b,
      next: order[(i + 1) % C],
      previous: order[(i + C - 1) % C],
      lo: d - b / 2,
      hi: d + a / 2,
      clear: arc && [d + arc[0], d + arc[1]],
    };
  });
}

/** The margins at which the first and the last class lose their clear arc; Infinity where that never happens. */
export function ceiling(dirs, loss) {
  const each = cells(dirs, loss, MARGINS[loss].neutral).map(({ a, b }) => {
    let lo = MARGINS[loss].neutral,
      hi = 64;
    if (CLEAR_ARC[loss](a, b, hi)) return Infinity;
    for (let i = 0; i < 48; i++) {
      const middle = (lo + hi) / 2;
      if (CLEAR_ARC[loss](a, b, middle)) lo = middle;
      else hi = middle;
    }
    return lo;
  });
  return { first: Math.min(...each), last: Math.max(...each) };
}

/** Which class direction φ falls to, the runner-up, and whether a point there is right enough. */
export function readAngle(phi, dirs, loss, m) {
  const theta = dirs.map(d => angleBetween(phi, d)),
    [y, j] = [...theta.keys()].sort((p, q) => theta[p] - theta[q]);
  const { target, bears } = MARGINS[loss];
  return { y, j, own: theta[y], other: theta[j], target: target(theta[y], m), enough: bears(theta[y], theta[j]) > m };
}

/** Share of the points that are wrong, and that are wrong or in the band, for n + 1 margins over a range. */
export function shares(bears, neutral, { min, max }, n = 80) {
  const steps = new Float64Array(n + 2);
  let sum = 0;
  for (const most of bears)
    if (most <= neutral) sum++;
    // no longer satisfied from this step on
    else steps[clamp(Math.ceil(((most - min) / (max - min)) * n), 0, n + 1)]++;
  const wrong = sum / (bears.length || 1),
    band = [];
  for (let i = 0; i <= n; i++) band.push((sum += steps[i]) / (bears.length || 1));
  return { wrong, band };
}

/** Radii for the view of angles alone: a violin bent round the circle. The outline of a petal is the histogram. */
export function petals({ n, phi }, inner = 0.5, outer = 0.97, width = (1.5 * Math.PI) / 180) {
  const bins = 720,
    count = new Float64Array(bins),
    smooth = new Float64Array(bins),
    sd = (width * bins) / TAU,
    reach = Math.ceil(3 * sd);
  const bin = a => Math.min(bins - 1, Math.floor(((a + Math.PI) / TAU) * bins));
  for (const a of phi) count[bin(a)]++;
  for (let i = 0; i < bins; i++)
    for (let k = -reach; k <= reach; k++)
      smooth[i] += count[(i + k + bins) % bins] * Math.exp((-k * k) / (2 * sd * sd));
  const top = Math.max(...smooth),
    out = new Float64Array(n);
  [...phi.keys()]
    .sort((p, q) => phi[p] - phi[q]) // golden steps fill a petal evenly
    .forEach((i, rank) => {
      out[i] = inner + (((outer - inner) * smooth[bin(phi[i])]) / top) * ((rank * 0.618034) % 1);
    });
  return out;
}
