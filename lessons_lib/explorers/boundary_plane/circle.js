// The circle beside BoundaryPlane's plane, and the pen that both are painted with.
import { MARGINS } from '../kit/losses.js';
import { clearArc, shadow } from './maths.js';

export const FONT = 'px system-ui, sans-serif';

/** Sizes of the circle on a square canvas; `at` is a direction by its turn from W1 (left) towards W2 (right). */
export function circleFrame(size, between) {
  const c = size / 2,
    R = c - 34,
    down = R + 34,
    up = turn => Math.PI / 2 + between / 2 - turn,
    half = Math.max(between / 2, Math.asin(13 / (R + 20)));
  return {
    c,
    down,
    R,
    up,
    height: 2 * R + 48,
    at: (turn, r) => [c + r * Math.cos(up(turn)), down - r * Math.sin(up(turn))],
    seats: [-1, 1].map(side => [c + side * (R + 20) * Math.sin(half), down - (R + 20) * Math.cos(half)]),
  };
}

/** Strokes, fills and words on `g`, in the colours of `look`; what is written keeps its place. */
export function tools(g, look) {
  const taken = []; // boxes of what is written, [left, top, right, bottom]
  const path = (points, X, Y) => {
    g.beginPath();
    points.forEach(([a, b]) => g.lineTo(X(a), Y(b)));
  };
  const stroke = (style, width, alpha = 1) => {
    g.strokeStyle = style;
    g.lineWidth = width;
    g.globalAlpha = alpha;
    g.stroke();
    g.globalAlpha = 1;
  };
  const fill = (style, alpha = 1) => {
    g.fillStyle = style;
    g.globalAlpha = alpha;
    g.fill();
    g.globalAlpha = 1;
  };
  const write = (words, x, y, { align = 'left', style = look.soft, font = '12', halo = look.paper } = {}) => {
    g.font = font + FONT;
    g.textAlign = align;
    g.textBaseline = 'middle';
    g.lineJoin = 'round';
    const w = g.measureText(words).width,
      left = align === 'left' ? x : align === 'right' ? x - w : x - w / 2;
    if (halo) {
      g.strokeStyle = halo;
      g.lineWidth = 4;
      g.strokeText(words, x, y);
    }
    g.fillStyle = style;
    g.fillText(words, x, y);
    taken.push([left, y - 7, left + w, y + 7]);
    return left;
  };
  const free = boxes => boxes.every(a => taken.every(b => a[2] < b[0] || a[0] > b[2] || a[3] < b[1] || a[1] > b[3]));
  /** Words along a slope of 45° through (x, y), `down` the page or up, if nothing is written there yet. */
  const slanted = (words, x, y, down, style, font = '12') => {
    g.font = font + FONT;
    g.textAlign = 'center';
    g.textBaseline = 'middle';
    const half = g.measureText(words).width / 2,
      boxes = [];
    for (let t = -half; t <= half; t += 6) {
      const at = [x + t * Math.SQRT1_2, y + (down ? t : -t) * Math.SQRT1_2];
      boxes.push([...at.map(v => v - 8), ...at.map(v => v + 8)]);
    }
    if (!free(boxes)) return false;
    g.save();
    g.translate(x, y);
    g.rotate(down ? Math.PI / 4 : -Math.PI / 4);
    g.fillStyle = style;
    g.fillText(words, 0, 0);
    g.restore();
    taken.push(...boxes);
    return true;
  };
  const disc = (x, y, r, style, words, ink, font) => {
    g.beginPath();
    g.arc(x, y, r + 2, 0, 2 * Math.PI);
    fill(look.paper);
    g.beginPath();
    g.arc(x, y, r, 0, 2 * Math.PI);
    fill(style);
    g.font = font;
    g.textAlign = 'center';
    g.textBaseline = 'middle';
    g.fillStyle = ink;
    g.fillText(words, x, y + 0.5);
  };
  const feature = (x, y, inPlane, focus) => {
    // x, the handle; hollow where it stands off the plane
    if (focus) {
      g.beginPath();
      g.arc(x, y, 14, 0, 2 * Math.PI);
      stroke(look.soft, 2);
    }
    disc(x, y, 9, look.ink, '', look.ink, `1${FONT}`);
    if (!inPlane) {
      g.beginPath();
      g.arc(x, y, 7, 0, 2 * Math.PI);
      fill(look.paper, 0.86);
    }
    g.font = 'italic 600 13px Georgia, serif';
    g.fillStyle = inPlane ? look.paper : look.ink;
    g.fillText('x', x, y - 0.5);
  };
  return { taken, path, stroke, fill, write, free, slanted, disc, feature };
}

/** The circle: the same regions as directions, and x, or its shadow where it stands off the plane of the weights. */
export function paintCircle(g, size, { look, loss, m, between, point, focus }) {
  const F = circleFrame(size, between),
    { c, down, R } = F,
    { stroke, fill, disc, feature } = tools(g, look),
    banded = m > MARGINS[loss].neutral;
  const clear = clearArc(loss, m, between),
    { turn, length, inPlane } = shadow(point, between);
  const sector = (from, to, r = R) => {
    g.beginPath();
    g.moveTo(c, down);
    g.arc(c, down, r, -F.up(from), -F.up(to));
    g.closePath();
  };
  const ray = (angle, from, to) => {
    g.beginPath();
    g.moveTo(...F.at(angle, from));
    g.lineTo(...F.at(angle, to));
  };
  g.beginPath();
  g.arc(c, down, R, 0, 2 * Math.PI);
  fill(banded ? look.accent : look.paper, banded ? (look.dark ? 0.36 : 0.24) : 1);
  if (clear)
    [clear, clear.map(a => between - a).reverse()].forEach(([from, to], k) => {
      sector(from, to);
      fill(look.paper);
      sector(from, to);
      fill(look.classes[k], look.dark ? 0.24 : 0.18);
      if (banded)
        for (const end of [from, to]) {
          ray(end, 0, R);
          stroke(look.accent, 1.8);
        }
    });
  ray(between / 2, 0, R);
  stroke(look.ink, 1.3, 0.75);
  ray(between / 2 + Math.PI, 0, R);
  stroke(look.ink, 1.3, 0.75);
  g.beginPath();
  g.arc(c, down, R, 0, 2 * Math.PI);
  stroke(look.ink, 1.2, 0.55);
  g.beginPath();
  g.arc(c, down, R, -F.up(0), -F.up(between));
  stroke(look.ink, 2.4, 0.8);
  [0, between].forEach((angle, k) => {
    ray(angle, 0, R + 8);
    stroke(look.classes[k], 2.2);
  });
  const end = F.at(turn, R * length);
  if (inPlane)
    [0, between].forEach((angle, k) => {
      // θ1 and θ2, each the short way round
      const gone = Math.atan2(Math.sin(turn - angle), Math.cos(turn - angle)),
        r = R * (k ? 0.42 : 0.6);
      g.beginPath();
      g.arc(c, down, r, -F.up(angle), -F.up(angle + gone), gone < 0);
      stroke(look.paper, 5.5);
      stroke(look.classes[k], 3);
    });
  g.beginPath();
  g.moveTo(c, down);
  g.lineTo(...end);
  g.setLineDash(inPlane ? [] : [4, 4]);
  stroke(look.paper, 4);
  stroke(look.ink, 2, inPlane ? 1 : 0.75);
  g.setLineDash([]);
  F.seats.forEach(([x, y], k) => disc(x, y, 12, look.classes[k], `W${'₁₂'[k]}`, look.onClass(k), `600 12${FONT}`));
  feature(...end, inPlane, focus);
}
