// A small trained network in the browser: its forward pass, and a drawing made ready for it. Pure arithmetic, no page
// in here. network.py prepares drawings too; tests hold the two together.

export const SIDE = 28; // the network's images are 28 x 28
export const PEN = 2.4; // width of a pen stroke as the network sees it, in those pixels, as in MNIST
const INK_SIDE = 20; // MNIST scales the ink until its longer side has 20 pixels ...
const SMALLEST = 0.12; // ... but a dot (below this share of the pad) is not blown up into a blot
const MIDDLE = 14.5; // where MNIST puts the centre of mass: the middle of pixel 14

/** Copy (channels, side, side) into a frame of zeros, so that a kernel never looks outside. */
function padded(values, channels, side, padding, fill = 0) {
  if (!padding) return values;
  const wide = side + 2 * padding,
    out = new Float32Array(channels * wide * wide).fill(fill);
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < side; y++)
      out.set(
        values.subarray((c * side + y) * side, (c * side + y + 1) * side),
        (c * wide + y + padding) * wide + padding,
      );
  return out;
}

/** Of a square image: its side, the same with padding, and how many windows stand along it. */
function sizes(pixels, kernel, stride, padding) {
  const side = Math.sqrt(pixels),
    wide = side + 2 * padding;
  return { side, wide, left: Math.floor((wide - kernel) / stride) + 1 };
}

function convolve({ from, to, kernel, stride, padding, weight, step, bias }, values) {
  const { side, wide, left } = sizes(values.length / from, kernel, stride, padding);
  const input = padded(values, from, side, padding),
    out = new Float32Array(to * left * left),
    sum = new Float64Array(left * left);
  for (let o = 0, w = 0; o < to; o++) {
    sum.fill(0);
    for (let i = 0; i < from; i++)
      for (let ky = 0; ky < kernel; ky++)
        for (let kx = 0; kx < kernel; kx++, w++) {
          const q = weight[w];
          if (!q) continue;
          for (let y = 0, s = 0; y < left; y++)
            for (let x = 0, p = (i * wide + y * stride + ky) * wide + kx; x < left; x++, s++, p += stride)
              sum[s] += q * input[p];
        }
    for (let s = 0; s < sum.length; s++) out[o * sum.length + s] = sum[s] * step[o] + bias[o];
  }
  return out;
}

function pool({ kind, channels, kernel, stride, padding }, values) {
  const { side, wide, left } = sizes(values.length / channels, kernel, stride, padding);
  const most = kind === 'max',
    input = padded(values, channels, side, padding, most ? -Infinity : 0),
    out = new Float32Array(channels * left * left);
  for (let c = 0, n = 0; c < channels; c++)
    for (let y = 0; y < left; y++)
      for (let x = 0; x < left; x++, n++) {
        let kept = most ? -Infinity : 0;
        for (let ky = 0; ky < kernel; ky++)
          for (let kx = 0; kx < kernel; kx++) {
            const value = input[(c * wide + y * stride + ky) * wide + x * stride + kx];
            kept = most ? Math.max(kept, value) : kept + value;
          }
        out[n] = most ? kept : kept / (kernel * kernel);
      }
  return out;
}

function multiply({ from, to, weight, step, bias }, values) {
  return Float32Array.from({ length: to }, (_, o) => {
    let sum = 0;
    for (let i = 0; i < from; i++) sum += weight[o * from + i] * values[i];
    return sum * step[o] + bias[o];
  });
}

const OPERATIONS = {
  conv: convolve,
  pool,
  linear: multiply,
  prelu: ({ slopes, channels }, values) =>
    values.map((v, i) => (v > 0 ? v : v * slopes[Math.floor((i * channels) / values.length)])),
  relu: (_, values) => values.map(v => Math.max(0, v)),
  silu: (_, values) => values.map(v => v / (1 + Math.exp(-v))),
};

/** The embedding of one image of 28 x 28 numbers in [0, 1]. */
export const forward = (network, image) =>
  network.reduce((values, layer) => OPERATIONS[layer.op](layer, values), image);

/** Smallest box around the middle of all strokes, pad units; a digit underneath counts with its ink. */
function extent(strokes, digit) {
  let box = [Infinity, Infinity, -Infinity, -Infinity];
  const take = (x, y) => {
    box = [Math.min(box[0], x), Math.min(box[1], y), Math.max(box[2], x), Math.max(box[3], y)];
  };
  for (const stroke of strokes) for (const [x, y] of stroke) take(x, y);
  digit?.forEach((value, i) => {
    if (value < 0.2) return;
    const x = i % SIDE,
      y = Math.floor(i / SIDE);
    take((x + PEN / 2) / SIDE, (y + PEN / 2) / SIDE);
    take((x + 1 - PEN / 2) / SIDE, (y + 1 - PEN / 2) / SIDE);
  });
  return box;
}

/** Ink of 0..1 in every pixel: pixel = scale * pad + shift. The pen is as wide however large one drew. */
function rasterise(strokes, digit, scale, shiftX, shiftY) {
  const far = PEN / 2 + 0.5,
    distance = new Float64Array(SIDE * SIDE).fill(far);
  for (const stroke of strokes)
    stroke.forEach((end, n) => {
      const start = stroke[Math.max(0, n - 1)],
        x0 = start[0] * scale + shiftX,
        y0 = start[1] * scale + shiftY;
      const dx = end[0] * scale + shiftX - x0,
        dy = end[1] * scale + shiftY - y0,
        length = dx * dx + dy * dy;
      const within = (a, b) => [
        Math.max(0, Math.floor(Math.min(a, a + b) - far)),
        Math.min(SIDE - 1, Math.ceil(Math.max(a, a + b) + far)),
      ];
      const [top, bottom] = within(y0, dy),
        [left, right] = within(x0, dx);
      for (let y = top; y <= bottom; y++)
        for (let x = left; x <= right; x++) {
          const px = x + 0.5 - x0,
            py = y + 0.5 - y0,
            t = length ? Math.max(0, Math.min(1, (px * dx + py * dy) / length)) : 0;
          distance[y * SIDE + x] = Math.min(distance[y * SIDE + x], Math.hypot(px - t * dx, py - t * dy));
        }
    });
  const ink = Float32Array.from(distance, d => Math.min(1, far - d));
  if (digit) {
    const value = (x, y) => (x < 0 || y < 0 || x >= SIDE || y >= SIDE ? 0 : digit[y * SIDE + x]);
    ink.forEach((drawn, i) => {
      // bilinear: the digit moves by parts of a pixel
      const x = (((i % SIDE) + 0.5 - shiftX) * SIDE) / scale - 0.5,
        y = ((Math.floor(i / SIDE) + 0.5 - shiftY) * SIDE) / scale - 0.5;
      const x0 = Math.floor(x),
        y0 = Math.floor(y),
        u = x - x0,
        v = y - y0;
      const upper = value(x0, y0) * (1 - u) + value(x0 + 1, y0) * u,
        lower = value(x0, y0 + 1) * (1 - u) + value(x0 + 1, y0 + 1) * u;
      ink[i] = Math.max(drawn, upper * (1 - v) + lower * v);
    });
  }
  return ink;
}

/**
 * A drawing as MNIST would hold it: the ink's longer side scaled to 20 pixels, its centre of mass put in the middle of
 * 28 x 28. Strokes are lists of [x, y] on a pad of side 1, y downwards; `digit` is a 28 x 28 image filling the pad
 * below
 * them. null when there is no ink.
 */
export function prepare(strokes, digit = null) {
  if (!strokes.some(stroke => stroke.length)) return digit; // a test digit alone has been through this already
  const [x0, y0, x1, y1] = extent(strokes, digit),
    scale = (INK_SIDE - PEN) / Math.max(x1 - x0, y1 - y0, SMALLEST);
  const shiftX = (SIDE - scale * (x0 + x1)) / 2,
    shiftY = (SIDE - scale * (y0 + y1)) / 2;
  let mass = 0,
    massX = 0,
    massY = 0;
  rasterise(strokes, digit, scale, shiftX, shiftY).forEach((value, i) => {
    mass += value;
    massX += value * ((i % SIDE) + 0.5);
    massY += value * (Math.floor(i / SIDE) + 0.5);
  });
  return rasterise(strokes, digit, scale, shiftX + MIDDLE - massX / mass, shiftY + MIDDLE - massY / mass);
}

/**
 * What the head makes of a point: length, angle to every class direction (radians), the class read, the classes by
 * angle.
 */
export function reading([x, y], weight) {
  const length = Math.hypot(x, y),
    logits = weight.map(([a, b, bias]) => a * x + b * y + bias);
  const theta = weight.map(([a, b]) => Math.abs(Math.atan2(a * y - b * x, a * x + b * y)));
  return {
    length,
    theta,
    read: logits.indexOf(Math.max(...logits)),
    byAngle: [...theta.keys()].sort((i, j) => theta[i] - theta[j]),
  };
}

/** The part of a disc in which class k has the largest logit, as corners [x, y]: a polygon cut by one line a class. */
export function region(k, weight, radius) {
  let corners = Array.from({ length: 180 }, (_, i) => [
    radius * Math.cos((i * Math.PI) / 90),
    radius * Math.sin((i * Math.PI) / 90),
  ]);
  weight.forEach((other, j) => {
    if (j === k) return;
    const [a, b, bias] = weight[k].map((w, i) => w - other[i]),
      lead = ([x, y]) => a * x + b * y + bias;
    corners = corners.flatMap((corner, i) => {
      const next = corners[(i + 1) % corners.length],
        here = lead(corner),
        there = lead(next),
        t = here / (here - there);
      const crossing = [corner[0] + t * (next[0] - corner[0]), corner[1] + t * (next[1] - corner[1])];
      return [...(here >= 0 ? [corner] : []), ...(here >= 0 !== there >= 0 ? [crossing] : [])];
    });
  });
  return corners;
}
