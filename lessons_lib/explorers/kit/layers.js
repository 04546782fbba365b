// Layers that learn, on plain Float32Arrays: forward, and backward with the gradients of their parameters. The inner
// loops take four rows at a time, which is about twice as fast as one.

/** y = W x + b, W of shape (to, from) as torch keeps it. */
export function linear({ from, to, weight, bias }) {
  const onWeight = new Float32Array(weight.length),
    onBias = new Float32Array(to);
  let input = null;
  function forward(x, count) {
    input = x;
    const y = new Float32Array(count * to);
    for (let r = 0; r < count; r++)
      for (let o = 0; o < to; o += 4) dots(weight, from, Math.min(4, to - o), o, x, r * from, y, r * to + o, bias);
    return y;
  }
  function backward(onY, count, further) {
    onWeight.fill(0);
    onBias.fill(0);
    for (let r = 0; r < count; r++) for (let o = 0; o < to; o++) onBias[o] += onY[r * to + o];
    for (let o = 0; o < to; o++) combine(count, from, onWeight, o * from, input, onY, o, to);
    if (!further) return null;
    const onX = new Float32Array(count * from);
    for (let r = 0; r < count; r++) combine(to, from, onX, r * from, weight, onY, r * to, 1);
    return onX;
  }
  return {
    forward,
    backward,
    learns: [
      [weight, onWeight],
      [bias, onBias],
    ],
  };
}

/** Into y: the products of one row of x with up to four rows of the weight, from row o on. */
function dots(weight, from, rows, o, x, xAt, y, yAt, bias) {
  if (rows < 4) {
    for (let k = 0; k < rows; k++) {
      let sum = bias[o + k];
      for (let i = 0; i < from; i++) sum += weight[(o + k) * from + i] * x[xAt + i];
      y[yAt + k] = sum;
    }
    return;
  }
  const a = o * from,
    b = a + from,
    c = b + from,
    d = c + from;
  let [p, q, s, t] = [bias[o], bias[o + 1], bias[o + 2], bias[o + 3]];
  for (let i = 0; i < from; i++) {
    const v = x[xAt + i];
    p += weight[a + i] * v;
    q += weight[b + i] * v;
    s += weight[c + i] * v;
    t += weight[d + i] * v;
  }
  y[yAt] = p;
  y[yAt + 1] = q;
  y[yAt + 2] = s;
  y[yAt + 3] = t;
}

/** Adds to a row of `out` the rows of `table`, each times its factor: every `stride`-th of `factors`, from `f` on. */
function combine(rows, wide, out, at, table, factors, f, stride) {
  let r = 0;
  for (; r + 3 < rows; r += 4) {
    const p = factors[f + r * stride],
      q = factors[f + (r + 1) * stride],
      s = factors[f + (r + 2) * stride],
      t = factors[f + (r + 3) * stride],
      a = r * wide,
      b = a + wide,
      c = b + wide,
      d = c + wide;
    for (let i = 0; i < wide; i++)
      out[at + i] += p * table[a + i] + q * table[b + i] + s * table[c + i] + t * table[d + i];
  }
  for (; r < rows; r++) {
    const p = factors[f + r * stride];
    for (let i = 0; i < wide; i++) out[at + i] += p * table[r * wide + i];
  }
}

/** PReLU: what is below zero is multiplied by the channel's slope. */
export function prelu({ slopes }) {
  const onSlopes = new Float32Array(slopes.length),
    wide = slopes.length;
  let input = null;
  function forward(x) {
    input = x;
    const y = new Float32Array(x.length);
    for (let i = 0; i < x.length; i++) y[i] = x[i] > 0 ? x[i] : slopes[i % wide] * x[i];
    return y;
  }
  function backward(onY) {
    onSlopes.fill(0);
    const onX = new Float32Array(onY.length);
    for (let i = 0; i < onY.length; i++)
      if (input[i] > 0) onX[i] = onY[i];
      else {
        onX[i] = slopes[i % wide] * onY[i];
        onSlopes[i % wide] += onY[i] * input[i];
      }
    return onX;
  }
  return { forward, backward, learns: [[slopes, onSlopes]] };
}
