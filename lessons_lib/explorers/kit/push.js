// How hard each loss pushes: ∂L/∂cos θj, factor by factor. It is what `gradients` measures by autograd in Python, and
// tests/explorers/test_coefficients.py holds it to that. Angles are radians.
import { LOOK_OF } from './looks.js';
import { MARGINS } from './losses.js';

const nameOf = loss => LOOK_OF[loss].full ?? LOOK_OF[loss].name,
  asSet = s => s,
  fixed = (_, classes) => Math.SQRT2 * Math.log(classes - 1);
const push = (loss, { target }, fall, scale = asSet) => ({ name: nameOf(loss), target, fall, scale });

// `fall` is −dφ/dθ of the target's curve φ(θ), so that f′ = fall / sin θ; `scale` is what multiplies the curve, as the
// reader set it and for that many classes. SphereFace's is ‖x‖. P2SGrad forms no probability and has no curve.
export const PUSHES = {
  softmax: push('softmax', MARGINS.softmax, Math.sin),
  sphereface: push('sphereface', MARGINS.sphereface, (theta, m) => m * Math.abs(Math.sin(m * theta))),
  cosface: push('cosface', MARGINS.cosface, Math.sin),
  arcface: push('arcface', MARGINS.arcface, (theta, m) => Math.abs(Math.sin(theta + m))),
  adacos: push('adacos', MARGINS.softmax, Math.sin, fixed),
  p2sgrad: push('p2sgrad', { target: null }, null, () => 1),
};

/** ln Σ n·e^(s·c) over the other classes, given as [[c, n], …]: n of them at cosine c. */
function logOthers(s, others) {
  const top = Math.max(...others.map(([c]) => s * c));
  return top + Math.log(others.reduce((sum, [c, n]) => sum + n * Math.exp(s * c - top), 0));
}

/** The own class at θ: 1 − P, s, f′, |∂L/∂cos θ| and the length ‖∂L/∂W‖·‖W‖, each a factor of the next. */
export function pull(loss, theta, { scale, margin, classes, others }) {
  const { target, fall, scale: scaled } = PUSHES[loss],
    sine = Math.sin(theta);
  if (!target) {
    const short = 2 * Math.sin(theta / 2) ** 2; // 1 − cos θ, without its cancellation
    return { missing: short, scale: 1, slope: 1, coefficient: short, length: short * sine };
  }
  const s = scaled(scale, classes),
    missing = 1 / (1 + Math.exp(s * target(theta, margin) - logOthers(s, others)));
  const falls = fall(theta, margin),
    slope = falls / sine;
  return { missing, scale: s, slope, coefficient: missing * s * slope, length: missing * s * falls };
}

/** ∂L/∂cos θj for every class j, where `theta` are the angles to all of them and y is the true one. */
export function coefficients(loss, theta, y, { scale, margin }) {
  const others = theta.filter((_, j) => j !== y).map(angle => [Math.cos(angle), 1]);
  const own = pull(loss, theta[y], { scale, margin, classes: theta.length, others });
  if (!PUSHES[loss].target) return theta.map((angle, j) => (j === y ? -own.coefficient : Math.cos(angle)));
  const rest = logOthers(own.scale, others);
  return theta.map((angle, j) =>
    j === y ? -own.coefficient : own.missing * own.scale * Math.exp(own.scale * Math.cos(angle) - rest),
  );
}
