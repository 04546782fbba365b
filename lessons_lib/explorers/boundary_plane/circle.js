// The circle beside BoundaryPlane's plane.
import { MARGINS } from '../kit/losses.js';
import { wrapped } from '../kit/numbers.js';
import { brush } from './brush.js';
import { clearArc, shadow } from './maths.js';

/** Sizes of the circle on a square canvas; `at` is a direction by its turn from W1 (left) towards W2 (right). */
export function circleFrame(size, between) {
  const c = size / 2,
    R = c - 36,
    down = R + 36,
    up = turn => Math.PI / 2 + between / 2 - turn,
    half = Math.max(between / 2, Math.asin(14.5 / (R + 20)));
  return {
    c,
    down,
    R,
    up,
    height: 2 * R + 50,
    at: (turn, r) => [c + r * Math.cos(up(turn)), down - r * Math.sin(up(turn))],
    seats: [-1, 1].map(side => [c + side * (R + 20) * Math.sin(half), down - (R + 20) * Math.cos(half)]),
  };
}

/** The circle: the same regions as directions, and x, or its shadow where it stands off the plane of the weights. */
export function paintCircle(g, size, state) {
  const F = circleFrame(size, state.between),
    pen = brush(g, state.look),
    { turn, length, inPlane } = shadow(state.point, state.between),
    ray = (angle, from, to, ...style) => pen.line(...F.at(angle, from), ...F.at(angle, to), ...style),
    end = F.at(turn, F.R * length);
  paintSectors(pen, F, state, ray);
  if (inPlane) paintAngles(pen, F, state, turn);
  ray(turn, 0, F.R * length, pen.c.paper, 4);
  ray(turn, 0, F.R * length, pen.c.ink, 2, inPlane ? {} : { dash: [4, 4], alpha: 0.75 });
  F.seats.forEach(([x, y], k) => pen.weight(x, y, k, 13));
  pen.feature(...end, inPlane, state.focus);
}

/** Where x is right enough for either class, the band between, and the weights. */
function paintSectors({ g, c, shape }, F, { loss, m, between }, ray) {
  const { c: middle, down, R } = F,
    banded = m > MARGINS[loss].neutral,
    clear = clearArc(loss, m, between);
  const arc = (from, to) => g.arc(middle, down, R, -F.up(from), -F.up(to));
  const sector = (from, to, fill, alpha) =>
    shape(
      () => {
        g.moveTo(middle, down);
        arc(from, to);
      },
      { fill, alpha },
    );
  const outline = (from, to, width, alpha) => shape(() => arc(from, to), { edge: c.ink, width, alpha });
  sector(0, 7, banded ? c.accent : c.paper, banded ? (c.dark ? 0.36 : 0.24) : 1);
  if (clear)
    [clear, clear.map(a => between - a).reverse()].forEach(([from, to], k) => {
      sector(from, to, c.paper, 1);
      sector(from, to, c.classes[k], c.dark ? 0.24 : 0.18);
      if (banded) for (const end of [from, to]) ray(end, 0, R, c.accent, 1.8);
    });
  for (const half of [between / 2, between / 2 + Math.PI]) ray(half, 0, R, c.ink, 1.3, { alpha: 0.75 });
  outline(0, 7, 1.2, 0.55);
  outline(0, between, 2.4, 0.8);
  [0, between].forEach((angle, k) => ray(angle, 0, R + 8, c.classes[k], 2.2));
}

/** θ1 and θ2, each the short way round. */
function paintAngles({ c, arc }, F, { between }, turn) {
  [0, between].forEach((angle, k) => {
    const gone = wrapped(turn - angle),
      ends = [-F.up(angle), -F.up(angle + gone), gone < 0];
    for (const [edge, width] of [
      [c.paper, 5.5],
      [c.classes[k], 3],
    ])
      arc(F.c, F.down, F.R * (k ? 0.42 : 0.6), ends, { edge, width });
  });
}
