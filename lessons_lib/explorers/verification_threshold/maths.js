// The maths of VerificationThreshold: what each threshold lets through, from the counts of scores between two edges.
// A pair is accepted whose score is at the threshold or above. Thresholds are edges k = 0 … n, where counts are exact.

/** The score of edge k; unit and digits are whole, so that Python has the same number to the last bit. */
export const edgeAt = ({ first, unit, digits }, k) => ((first + k) * unit) / 10 ** digits;
export const lastEdge = net => net.genuine.length;
export const nearestEdge = (net, score) =>
  Math.min(lastEdge(net), Math.max(0, Math.round((score * 10 ** net.digits) / net.unit) - net.first));

const fromAbove = counts => {
  const sums = new Float64Array(counts.length + 1);
  for (let k = counts.length - 1; k >= 0; k--) sums[k] = sums[k + 1] + counts[k];
  return sums;
};
/** A network's counts do not change: what follows from them is found once. */
const oncePerNet = find => {
  const known = new WeakMap();
  return net => {
    if (!known.has(net)) known.set(net, find(net));
    return known.get(net);
  };
};

/** How many genuine and impostor pairs are accepted at every edge; they fall from all to none. */
export const acceptedOf = oncePerNet(net => ({ genuine: fromAbove(net.genuine), impostors: fromAbove(net.impostors) }));

/** Counts and shares at edge k: TAR of the genuine pairs, FAR of the impostors. */
export function ratesAt(net, k) {
  const { genuine, impostors } = acceptedOf(net),
    all = genuine[0],
    others = impostors[0];
  return {
    genuine: genuine[k],
    impostors: impostors[k],
    all,
    others,
    tar: genuine[k] / all,
    far: impostors[k] / others,
  };
}

/** FAR, TAR at every edge from the highest on: the ROC curve. */
export const rocOf = oncePerNet(net =>
  Array.from({ length: lastEdge(net) + 1 }, (_, i) => {
    const { far, tar } = ratesAt(net, lastEdge(net) - i);
    return [far, tar];
  }),
);

/** FAR = 1 − TAR, on the straight line between the two edges where they cross. */
export const equalErrorRate = oncePerNet(net => {
  const curve = rocOf(net),
    after = curve.findIndex(([far, tar]) => far + tar >= 1),
    [f1, t1] = curve[after],
    [f0, t0] = curve[after - 1];
  return f0 + ((f1 - f0) * (1 - f0 - t0)) / (f1 + t1 - f0 - t0);
});

/** The area under the curve; where genuine and impostor fall between the same two edges they count half. */
export const areaUnder = oncePerNet(net =>
  rocOf(net).reduce(
    (sum, [far, tar], i, curve) => (i ? sum + ((far - curve[i - 1][0]) * (tar + curve[i - 1][1])) / 2 : 0),
    0,
  ),
);

/** The edge where `gain` is largest; of several as good the middle one. */
function bestOf(net, gain) {
  const gains = Array.from({ length: lastEdge(net) + 1 }, (_, k) => gain(ratesAt(net, k))),
    most = Math.max(...gains);
  const best = gains.flatMap((value, k) => (value > most - 1e-12 ? [k] : []));
  return best[best.length >> 1];
}
export const edgeOfEqualErrors = net => bestOf(net, ({ tar, far }) => -Math.abs(1 - tar - far));
export const rightShare = ({ tar, far }, prior) => prior * tar + (1 - prior) * (1 - far);
export const edgeOfBest = (net, prior) => bestOf(net, rates => rightShare(rates, prior));

/** The lowest edge at which the FAR is no more than that: there the TAR is largest. */
export function edgeAtFar(net, far) {
  const { impostors } = acceptedOf(net);
  return impostors.findIndex(count => count <= far * impostors[0] * (1 + 1e-9));
}

/** Of the accepted pairs the share that is genuine, where `prior` of all pairs are; null if none is accepted. */
function precisionOf({ tar, far }, prior) {
  const genuine = prior * tar,
    accepted = genuine + (1 - prior) * far;
  return accepted > 0 ? genuine / accepted : null;
}

/**
 * What is set, as rates.
 *
 * @typedef {ReturnType<typeof standingAt>} Standing
 */
/** What is set, as rates: the chosen net, its edge, and what follows from them. */
export function standingAt(nets, { net: chosen, threshold, prior }) {
  const net = nets[chosen],
    k = nearestEdge(net, threshold),
    rates = ratesAt(net, k);
  return {
    net,
    chosen,
    k,
    prior,
    threshold: edgeAt(net, k),
    ...rates,
    right: rightShare(rates, prior),
    precision: precisionOf(rates, prior),
  };
}
