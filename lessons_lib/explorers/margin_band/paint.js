// What MarginBand paints on its circle, back to front.
import { degrees } from '../kit/words.js';
import { BAND, WRONG } from './band.js';
import { dab, packed, stamp } from '../kit/dots.js';
import { TAU, wrapped } from '../kit/numbers.js';
import { fillBand } from '../kit/looks.js';
import { meets } from '../kit/seats.js';

const LEVELS = 6; // steps of size and strength for "still pushed"
const OUT = 15; // pixels from the rim to the middle of a handle
const GRIP = 0.7; // how far out the grips on the edges of the band are

/** Everything on the circle. `v` is what is shown: see `paint` in view.js. */
export function paintBand(g, v) {
  const { cx, cy, R, look, dirs } = v,
    { ink } = look,
    colour = k => look.classes[k % look.classes.length];
  const X = (a, r) => cx + R * r * Math.cos(a),
    Y = (a, r) => cy - R * r * Math.sin(a);
  const pen = {
    ray: (a, from = 0, to = 1) => {
      g.moveTo(X(a, from), Y(a, from));
      g.lineTo(X(a, to), Y(a, to));
    },
    arc: (a, b, r) => {
      g.beginPath();
      g.arc(cx, cy, R * r, -a, -b, b > a);
    },
    stroke: (style, width, alpha = 1) => {
      g.strokeStyle = style;
      g.lineWidth = width;
      g.globalAlpha = alpha;
      g.stroke();
    },
    X,
    Y,
    colour,
  };
  g.lineJoin = 'round';
  g.textAlign = 'center';
  g.textBaseline = 'middle';
  g.setLineDash([]);
  paintWedges(g, v, pen);
  pen.arc(0, TAU, 1);
  pen.stroke(ink, 1, 0.3);
  if (v.petals) {
    pen.arc(0, TAU, 0.5);
    pen.stroke(ink, 1, 0.3 * v.petals);
  }
  dirs.forEach((a, k) => {
    g.beginPath();
    pen.ray(a);
    pen.stroke(colour(k), k === v.selected ? 2.2 : 1.3, 0.9);
  });
  paintPoints(g, v, pen);
  if (v.banded) paintGrips(g, v, pen);
  if (v.reading) paintReading(g, v, pen);
  paintHandles(g, v, pen);
}

/** A numbered disc at the end of each class weight: the label is the control. */
function paintHandles(g, { dirs, look, selected, focus }, { X, Y, colour, stroke }) {
  g.globalAlpha = 1;
  for (const k of [...dirs.keys()].sort((p, q) => (p === selected) - (q === selected))) {
    const x = X(dirs[k], 1) + OUT * Math.cos(dirs[k]),
      y = Y(dirs[k], 1) - OUT * Math.sin(dirs[k]);
    g.beginPath();
    g.arc(x, y, 12, 0, TAU);
    g.fillStyle = colour(k);
    g.fill();
    if (k === selected) {
      g.beginPath();
      g.arc(x, y, focus ? 15 : 14, 0, TAU);
      stroke(look.ink, focus ? 2.2 : 1.2);
    }
    g.font = '600 14px system-ui, sans-serif';
    g.fillStyle = look.onClass(k % 10);
    g.fillText(k, x, y + 0.5);
  }
}

/** The band on both sides of every boundary, and the boundaries. */
function paintWedges(g, { cx, cy, R, cells, banded, look }, { ray, stroke }) {
  const wedge = (lo, hi) => {
    if (hi > lo) {
      g.moveTo(cx, cy);
      g.arc(cx, cy, R, -lo, -hi, true);
      g.closePath();
    }
  };
  g.beginPath();
  for (const { lo, hi, clear } of cells)
    if (clear) {
      wedge(lo, clear[0]);
      wedge(clear[1], hi);
    } else wedge(lo, hi);
  fillBand(g, look);
  g.beginPath();
  if (banded) for (const { clear } of cells) if (clear) clear.forEach(a => ray(a));
  stroke(look.accent, 1, 0.45);
  g.beginPath();
  for (const cell of cells) ray(cell.hi);
  stroke(look.ink, 1, 0.4);
}

/** Empty pixels for the dots of a canvas, always the same while it keeps its size. */
function sheetOf(canvas) {
  const { width, height } = canvas;
  let sheet = sheets.get(canvas);
  if (sheet?.dots.width !== width || sheet.dots.height !== height) {
    const pen = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true }),
      image = pen.createImageData(width, height);
    sheet = { pen, image, dots: { pixels: new Uint32Array(image.data.buffer), width, height } };
    sheets.set(canvas, sheet);
  }
  sheet.dots.pixels.fill(0);
  return sheet;
}
const sheets = new WeakMap();

/**
 * Points in layers: the bolder, the harder they are pushed; in the band with a halo; wrong with a ring of ink, on top.
 */
function paintPoints(g, { cx, cy, R, points, seen, radius, look }, { colour, stroke }) {
  const { n, ux, uy, y } = points,
    size = Math.max(0.8, R / 270),
    ratio = g.getTransform().a,
    wrong = [];
  const layers = Array.from({ length: 2 * LEVELS }, () => []),
    colours = look.classes.map(packed);
  for (let i = 0; i < n; i++)
    if (seen.state[i] === WRONG) wrong.push(i);
    else layers[LEVELS * seen.state[i] + Math.min(LEVELS - 1, Math.floor(Math.sqrt(seen.push[i]) * LEVELS))].push(i);
  const { pen, image, dots } = sheetOf(g.canvas);
  layers.forEach((layer, k) => {
    const e = (k % LEVELS) / (LEVELS - 1),
      halo = k < LEVELS * BAND ? 0 : size * (3 + 3 * e);
    const shape = stamp(ratio * size * (1.25 + 1.1 * e), 0.3 + 0.7 * e, ratio * halo, halo ? 0.22 : 0);
    for (const i of layer) {
      const r = R * radius(i);
      dab(dots, ratio * (cx + r * ux[i]), ratio * (cy - r * uy[i]), shape, colours[y[i] % colours.length]);
    }
  });
  pen.putImageData(image, 0, 0);
  g.globalAlpha = 1;
  g.drawImage(pen.canvas, 0, 0, dots.width / ratio, dots.height / ratio);
  for (const i of wrong) {
    const r = R * radius(i);
    g.beginPath();
    g.arc(cx + r * ux[i], cy - r * uy[i], size * 2.2, 0, TAU);
    g.fillStyle = colour(y[i]);
    g.globalAlpha = 1;
    g.fill();
    stroke(look.ink, 1, 0.8);
  }
}

/** Three arcs where one points: θ to the nearest class, what the loss adds to it, θ to the runner-up. */
function paintReading(
  g,
  { hover, reading: { y, j, own, other, target }, dirs, look, banded },
  { X, Y, ray, arc, stroke, colour },
) {
  const side = Math.sign(wrapped(hover - dirs[y])) || 1,
    near = dirs[y],
    here = near + side * own,
    far = hover + wrapped(dirs[j] - hover);
  const as = near + side * Math.acos(Math.max(-1, Math.min(1, target))); // the angle that training sees
  const spans = [
    { from: near, to: here, r: 0.94, style: colour(y), words: degrees(own) },
    ...(banded
      ? [{ from: here, to: as, r: 0.94, style: look.accent, words: `+ ${degrees(Math.abs(as - here))}` }]
      : []),
    { from: hover, to: far, r: 0.82, style: colour(j), words: degrees(other) },
  ];
  g.beginPath();
  ray(hover);
  stroke(look.ink, 1.2, 0.9);
  g.globalAlpha = 1;
  for (const { from, to, r, style } of spans) {
    arc(Math.min(from, to), Math.max(from, to), r);
    stroke(look.paper, 6);
    stroke(style, 3.5);
  }
  g.font = '600 12px system-ui, sans-serif';
  g.strokeStyle = look.paper;
  g.lineWidth = 4;
  g.fillStyle = look.ink;
  for (const [words, x, y1] of spanSeats(spans, { X, Y, wide: text => g.measureText(text).width })) {
    g.strokeText(words, x, y1);
    g.fillText(words, x, y1);
  }
}

/** [words, x, y] under the middle of each span that is long enough, farther in where others stand already. */
function spanSeats(spans, { X, Y, wide }) {
  const taken = [];
  return spans.flatMap(({ from, to, r, words }) => {
    if (Math.abs(from - to) < 0.12) return [];
    const middle = (from + to) / 2,
      half = wide(words) / 2 + 2,
      boxAt = at => [X(middle, at) - half, Y(middle, at) - 8, X(middle, at) + half, Y(middle, at) + 8];
    let at = r - 0.055;
    while (at > 0.3 && taken.some(box => meets(box, boxAt(at)))) at -= 0.02;
    taken.push(boxAt(at));
    return [[words, X(middle, at), Y(middle, at)]];
  });
}

/** A grip on each edge of the band beside the selected class: the edges are what one pulls. */
function paintGrips(g, { cells, selected, look }, { X, Y, stroke }) {
  const { clear } = cells.find(({ k }) => k === selected);
  for (const a of clear ?? []) {
    const disc = r => {
      g.beginPath();
      g.arc(X(a, GRIP), Y(a, GRIP), r, 0, TAU);
    };
    g.globalAlpha = 1;
    g.fillStyle = look.paper;
    disc(9);
    g.fill();
    stroke(look.accent, 1.2);
    g.fillStyle = look.accent;
    disc(5);
    g.fill();
  }
}
