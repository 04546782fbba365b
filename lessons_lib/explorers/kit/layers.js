// Layers that learn: forward, and backward with the gradients of their parameters. Parameters and gradients are
// Float32Arrays; what passes through is in Float64Arrays, which JavaScript multiplies without converting them.

/** y = W x + b, W of shape (to, from) as torch keeps it. */
export function linear({ from, to, weight, bias }) {
  const onWeight = new Float32Array(weight.length),
    onBias = new Float32Array(to);
  let input = null;
  function forward(x) {
    input = x;
    const y = product(x, new Float64Array(weight), from);
    for (let at = 0; at < y.length; at += to) for (let o = 0; o < to; o++) y[at + o] += bias[o];
    return y;
  }
  function backward(onY, count, further) {
    const turnedY = turned(onY, to);
    onWeight.set(product(turnedY, turned(input, from), count));
    for (let o = 0; o < to; o++) {
      let sum = 0;
      for (let r = 0; r < count; r++) sum += turnedY[o * count + r];
      onBias[o] = sum;
    }
    return further ? product(onY, turned(weight, from), to) : null;
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

/** The transpose of a matrix with so many columns. */
function turned(matrix, columns) {
  const out = new Float64Array(matrix.length),
    rows = matrix.length / columns;
  for (let c = 0, i = 0; c < columns; c++) for (let r = 0; r < rows; r++) out[i++] = matrix[r * columns + c];
  return out;
}

/** a bᵀ, for rows of `depth` numbers. In tiles of four rows and two, so that each number that is read serves often. */
export function product(a, b, depth) {
  const rows = a.length / depth,
    columns = b.length / depth,
    out = new Float64Array(rows * columns),
    tall = rows - (rows % 4),
    wide = columns - (columns % 2);
  for (let r = 0; r < tall; r += 4)
    for (let c = 0; c < wide; c += 2) tile(a, r * depth, b, c * depth, depth, out, r * columns + c, columns);
  for (let r = 0; r < rows; r++)
    for (let c = r < tall ? wide : 0; c < columns; c++) {
      let sum = 0;
      for (let i = 0; i < depth; i++) sum += a[r * depth + i] * b[c * depth + i];
      out[r * columns + c] = sum;
    }
  return out;
}

/** The eight sums of a tile: a's rows from a0 on, b's from b0 on. */
function tile(a, a0, b, b0, depth, out, at, columns) {
  const a1 = a0 + depth,
    a2 = a1 + depth,
    a3 = a2 + depth,
    b1 = b0 + depth;
  let p = 0,
    q = 0,
    r = 0,
    s = 0,
    t = 0,
    u = 0,
    v = 0,
    w = 0;
  for (let i = 0; i < depth; i++) {
    const x = b[b0 + i],
      y = b[b1 + i];
    p += a[a0 + i] * x;
    q += a[a0 + i] * y;
    r += a[a1 + i] * x;
    s += a[a1 + i] * y;
    t += a[a2 + i] * x;
    u += a[a2 + i] * y;
    v += a[a3 + i] * x;
    w += a[a3 + i] * y;
  }
  out[at] = p;
  out[at + 1] = q;
  out[(at += columns)] = r;
  out[at + 1] = s;
  out[(at += columns)] = t;
  out[at + 1] = u;
  out[(at += columns)] = v;
  out[at + 1] = w;
}

/** PReLU: what is below zero is multiplied by the channel's slope. */
export function prelu({ slopes }) {
  const onSlopes = new Float32Array(slopes.length),
    wide = slopes.length;
  let input = null;
  function forward(x) {
    input = x;
    const y = new Float64Array(x.length);
    for (let at = 0; at < x.length; at += wide)
      for (let c = 0; c < wide; c++) y[at + c] = Math.max(0, x[at + c]) + slopes[c] * Math.min(0, x[at + c]);
    return y;
  }
  function backward(onY) {
    onSlopes.fill(0);
    const onX = new Float64Array(onY.length);
    for (let at = 0; at < onY.length; at += wide)
      for (let c = 0; c < wide; c++) {
        onX[at + c] = input[at + c] > 0 ? onY[at + c] : slopes[c] * onY[at + c];
        onSlopes[c] += onY[at + c] * Math.min(0, input[at + c]);
      }
    return onX;
  }
  return { forward, backward, learns: [[slopes, onSlopes]] };
}
