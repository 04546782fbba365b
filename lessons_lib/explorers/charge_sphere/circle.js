// What ChargeSphere paints on the circle: charges on the rim, and the arcs between neighbours with their angles.
import { pushesOn } from './maths.js';
import { TAU } from '../kit/numbers.js';
import { degrees } from '../kit/words.js';
import { chargesOn, classColour, paintGhosts } from './sphere.js';
import { place } from './camera.js';

const INSIDE = 0.93; // of the radius: where the ways from trained places run

/** Neighbours in order around the circle: [from, to, where the arc begins, how long it is]. */
function arcsBetween(x) {
  const turns = Array.from({ length: x.length / 3 }, (_, j) => Math.atan2(x[3 * j + 1], x[3 * j])),
    order = [...turns.keys()].sort((a, b) => turns[a] - turns[b]);
  return order.map((j, i) => {
    const k = order[(i + 1) % order.length];
    return [j, k, turns[j], i + 1 < order.length ? turns[k] - turns[j] : turns[k] - turns[j] + TAU];
  });
}

const bow = (F, from, long, r) =>
  Array.from({ length: 33 }, (_, i) => {
    const a = from + (long * i) / 32;
    return F.at([r * Math.cos(a), r * Math.sin(a)]);
  });

/** Each arc's angle inside the rim, where there is room; the smallest always, and once. */
function paintArcs({ trace, say }, F, { x, look, near }) {
  const least = near.angle + (0.05 * Math.PI) / 180;
  let told = false;
  for (const [, , from, long] of arcsBetween(x).sort((a, b) => a[3] - b[3])) {
    const close = long < least,
      middle = from + long / 2,
      r = 0.86 - 8 / F.R;
    trace(bow(F, from, long, 1), close ? look.accent : look.ink, close ? 5 : 2, { alpha: close ? 1 : 0.25 });
    if (long * F.R * r < 42 && (!close || told)) continue;
    told ||= close;
    say(degrees(long), F.at([r * Math.cos(middle), r * Math.sin(middle)]), {
      font: close ? '600 14' : '13',
      style: close ? look.accent : look.soft,
    });
  }
}

/** What pushes the held charge one way and what the other, head to tail: equally long where it rests. */
function paintBothWays({ arrow }, F, { x, held, law, look }) {
  if (held === null) return;
  const [px, py] = place(x, held),
    ahead = [-py, px],
    pushes = pushesOn(x, held, law).map(({ along }, k) => [k, along[0] * ahead[0] + along[1] * ahead[1]]);
  const total = way => pushes.reduce((sum, [, push]) => sum + Math.max(0, way * push), 0),
    scale = (0.55 * F.R) / Math.max(total(1), total(-1), 1e-12);
  for (const way of [1, -1]) {
    let from = F.at([px, py]);
    for (const [k, push] of pushes.filter(([, p]) => way * p > 0).sort((a, b) => way * (b[1] - a[1]))) {
      const step = [ahead[0] * push * scale, -ahead[1] * push * scale];
      arrow(from, step, { style: classColour(look, k), width: 2.6, head: 8 });
      from = [from[0] + step[0], from[1] + step[1]];
    }
  }
}

/** The circle; `v` as for the sphere. */
export function paintCircle(g, side, v) {
  const { F, m, seen, charge } = chargesOn(g, side, v, p => p),
    middle = [F.c, F.c];
  g.lineCap = 'butt';
  m.disc(middle, F.R, { edge: v.look.ink, width: 1, alpha: 0.3 });
  m.disc(middle, 2, { fill: v.look.ink, alpha: 0.4 });
  seen.forEach((p, j) => m.trace([middle, F.at(p)], classColour(v.look, j), 1.4, { alpha: 0.7 }));
  paintArcs(m, F, v);
  paintGhosts(m, F, v, p => p.map(c => c * INSIDE));
  seen.forEach((_, j) => charge(j));
  paintBothWays(m, F, v);
  if (v.held !== null) charge(v.held);
}
