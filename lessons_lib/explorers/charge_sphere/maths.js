// Like charges on the unit circle or sphere: what a law makes of their distances, and how they relax. Places lie one
// after
// the other in a Float64Array, three coordinates each; on the circle the third is 0 and stays it, as every push is.
import { DEGREE, TAU } from '../kit/numbers.js';

export const FEWEST = 2;
export const MOST = 24;
export const STEEPEST = 4096;
const NUDGE = 1e-4,
  TOUCH = 1e-9,
  SAME = 0.05 * DEGREE; // too small to see; no distance is smaller; as good as the smallest angle

/**
 * A law by its share of the distance d of one pair; d is Euclidean and not squared. `steep` is written out in `field`.
 */
export const LAWS = {
  uniform: { name: 'UniformFace’s', at: d => 1 / (d + 1), push: d => 1 / (d + 1) ** 2, share: n => 2 / (n * (n - 1)) },
  coulomb: { name: 'Coulomb’s', at: d => 1 / d, push: d => 1 / d ** 2, share: () => 1 },
  steep: { name: 'the steep' },
};

/** Points as a view is given them, each put on the surface. */
export const flat = points =>
  Float64Array.from(
    points.flatMap(([x, y, z = 0]) => {
      const length = Math.sqrt(x * x + y * y + z * z);
      return [x / length, y / length, z / length];
    }),
  );
export const placesOf = (x, size) =>
  Array.from({ length: x.length / 3 }, (_, j) =>
    Array.from(x.subarray(3 * j, 3 * j + size), v => Number(v.toFixed(6)) || 0),
  );
const apart = (x, j, k) =>
  Math.sqrt((x[3 * j] - x[3 * k]) ** 2 + (x[3 * j + 1] - x[3 * k + 1]) ** 2 + (x[3 * j + 2] - x[3 * k + 2]) ** 2);
export const angleOf = d => 2 * Math.asin(Math.min(1, d / 2));

/** Calls f(j, k, d) for every pair j < k. */
export function eachPair(x, f) {
  const n = x.length / 3;
  for (let j = 0; j < n; j++) for (let k = j + 1; k < n; k++) f(j, k, apart(x, j, k));
}

/** The smallest distance of all. */
export function nearest(x) {
  let near = Infinity;
  eachPair(x, (_j, _k, d) => {
    near = Math.min(near, d);
  });
  return near;
}

/**
 * The energy, and its gradient along the surface in `pull` if given; nothing pulls at `held`. Of the steep law:
 * log Σ d^−p / p over all pairs, which comes to −log of the smallest distance as p grows, on a scale on which nothing
 * overflows.
 */
export function field(x, law, p = STEEPEST, pull = null, held = null) {
  const { at, push, share } = LAWS[law],
    weight = share?.(x.length / 3),
    steep = law === 'steep',
    near = steep ? Math.max(nearest(x), TOUCH) : 0;
  let energy = 0;
  pull?.fill(0);
  for (let j = 0; j < x.length; j += 3)
    for (let k = j + 3; k < x.length; k += 3) {
      const u = x[j] - x[k],
        v = x[j + 1] - x[k + 1],
        w = x[j + 2] - x[k + 2],
        d = Math.max(Math.sqrt(u * u + v * v + w * w), TOUCH);
      const part = steep ? (near / d) ** p : weight * at(d);
      energy += part;
      if (pull === null) continue;
      const slope = (steep ? -part / d : -weight * push(d)) / d;
      pull[j] += slope * u;
      pull[j + 1] += slope * v;
      pull[j + 2] += slope * w;
      pull[k] -= slope * u;
      pull[k + 1] -= slope * v;
      pull[k + 2] -= slope * w;
    }
  if (pull && steep) for (let i = 0; i < pull.length; i++) pull[i] /= energy;
  if (pull) along(x, pull);
  if (pull && held !== null) pull.fill(0, 3 * held, 3 * held + 3);
  return steep ? Math.log(energy) / p - Math.log(near) : energy;
}

/** Takes off what points away from the surface, in place. */
export function along(x, v) {
  for (let j = 0; j < x.length; j += 3) {
    const out = x[j] * v[j] + x[j + 1] * v[j + 1] + x[j + 2] * v[j + 2];
    for (let i = 0; i < 3; i++) v[j + i] -= out * x[j + i];
  }
  return v;
}

export const longest = v => {
  let most = 0;
  for (let j = 0; j < v.length; j += 3) most = Math.max(most, v[j] ** 2 + v[j + 1] ** 2 + v[j + 2] ** 2);
  return Math.sqrt(most);
};

/** x moved by `far` times v and put back on the surface. */
export function moved(x, v, far) {
  const to = x.map((c, i) => c + far * v[i]);
  for (let j = 0; j < to.length; j += 3) {
    const length = Math.hypot(to[j], to[j + 1], to[j + 2]);
    for (let i = 0; i < 3; i++) to[j + i] /= length;
  }
  return to;
}

/**
 * Two charges in one place, or all on one great circle of the sphere, would never part: a little push each, always the
 * same.
 */
export function nudged(x, size, by = NUDGE) {
  const v = x.map((_, i) => (i % 3 < size ? Math.sin(7 + 3.1 * i + i * i) : 0));
  return moved(x, along(x, v), by);
}

/** What all pairs push, on the average charge: the scale on which a pull is large or small. */
export function usual(x, law) {
  const n = x.length / 3,
    { push, share } = LAWS[law];
  let total = law === 'steep' ? 1 : 0;
  if (!total)
    eachPair(x, (_j, _k, d) => {
      total += share(n) * push(Math.max(d, TOUCH));
    });
  return (2 * total) / n;
}

/**
 * The largest pull along the surface on any charge but the held one, in units of the usual push; 0 where all balances.
 */
function imbalance(x, law, held = null) {
  const pull = new Float64Array(x.length);
  field(x, law, STEEPEST, pull, held);
  return longest(pull) / usual(x, law);
}

/** Two in one place push as hard as can be, and in no direction. */
export const meeting = x => nearest(x) < 1e-6;
/** Whether nothing moves any more, as far as places of six digits tell. */
export const balances = (x, law, held = null) =>
  !meeting(x) && imbalance(x, law, held) < (law === 'steep' ? 0.05 : 3e-5);

/**
 * What each other charge pushes on charge j: how hard, from how far, and along the surface. Under the steep law in
 * units of the nearest's.
 */
export function pushesOn(x, j, law) {
  const n = x.length / 3,
    far = Array.from({ length: n }, (_, k) => Math.max(TOUCH, apart(x, j, k))),
    near = Math.min(...far.filter((_, k) => k !== j));
  return far.map((d, k) => {
    const way = [0, 1, 2].map(i => x[3 * j + i] - x[3 * k + i]),
      size = k === j ? 0 : law === 'steep' ? (near / d) ** (STEEPEST + 1) : LAWS[law].push(d);
    const out = way.reduce((sum, v, i) => sum + v * x[3 * j + i], 0);
    return { size, d, along: way.map((v, i) => (size / d) * (v - out * x[3 * j + i])) };
  });
}

/**
 * How the charges stand to what is known: energies, smallest angle and who has it, the optimum of the law, and whether
 * all balances.
 */
export function standing({ x, size, law, optima }) {
  const n = x.length / 3,
    row = optima[size === 2 ? 'circle' : 'sphere'][n - FEWEST],
    d = nearest(x),
    angle = angleOf(d),
    pairs = [];
  eachPair(x, (j, k, far) => {
    if (angleOf(far) < angle + SAME) pairs.push([j, k, far]);
  });
  pairs.sort((a, b) => a[2] - b[2]);
  const [uniform, uniformAngle, coulomb, coulombAngle, tammes, proven] = row;
  const best = { uniform, coulomb },
    own = { uniform: uniformAngle, coulomb: coulombAngle, steep: tammes };
  const energies = { uniform: field(x, 'uniform'), coulomb: field(x, 'coulomb') };
  const excess = law === 'steep' ? (2 * Math.sin(tammes / 2)) / Math.max(d, TOUCH) - 1 : energies[law] / best[law] - 1;
  const balanced = balances(x, law);
  const short = law === 'steep' ? tammes - angle > 0.04 * DEGREE : excess > 2e-6;
  return {
    n,
    angle,
    pairs,
    energies,
    best,
    ownAngle: own[law],
    tammes,
    proven: Boolean(proven),
    excess: Math.max(0, excess),
    balanced,
    local: balanced && short,
  };
}

/** The angles that each charge lies from where it was. */
export const travelled = (x, from) =>
  Array.from({ length: Math.min(x.length, from.length) / 3 }, (_, j) =>
    angleOf(Math.hypot(x[3 * j] - from[3 * j], x[3 * j + 1] - from[3 * j + 1], x[3 * j + 2] - from[3 * j + 2])),
  );

/** Where a charge is farthest from all others, to about two degrees; Python looks at the same places. */
export function emptiest(x, size) {
  const many = 1440,
    golden = Math.PI * (3 - Math.sqrt(5));
  let least = Infinity,
    best = null;
  for (let k = 0; k < many; k++) {
    const z = size === 2 ? 0 : 1 - (2 * k + 1) / many,
      a = size === 2 ? (k * Math.PI) / 720 : k * golden,
      r = Math.sqrt(1 - z * z);
    const place = [r * Math.cos(a), r * Math.sin(a), z];
    let most = -1;
    for (let j = 0; j < x.length; j += 3)
      most = Math.max(most, x[j] * place[0] + x[j + 1] * place[1] + x[j + 2] * place[2]);
    if (most < least - 1e-9) {
      least = most;
      best = place;
    }
  }
  return best;
}

/** So many charges: the last ones go, new ones come where there is most room. */
export function resized(x, n, size) {
  let all = x.slice(0, 3 * n);
  while (all.length < 3 * n) all = Float64Array.from([...all, ...emptiest(all, size)]);
  return all;
}

/** The same charges on the other surface: the circle is the sphere's equator; a pole comes down at [1, 0]. */
export const onto = (x, size) =>
  size === 3 ? x : flat(placesOf(x, 2).map(([a, b]) => (Math.hypot(a, b) > 1e-6 ? [a, b] : [1, 0])));

/** Charges thrown at random, every direction equally likely. */
export function scattered(n, size, random = Math.random) {
  const bell = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(TAU * random());
  return flat(Array.from({ length: n }, () => Array.from({ length: size }, bell)));
}

/** Every charge thrown off by up to a third of a radian or so. */
export const shaken = (x, size, random = Math.random) =>
  moved(
    x,
    along(
      x,
      x.map((_, i) => (i % 3 < size ? 2 * random() - 1 : 0)),
    ),
    0.35,
  );
