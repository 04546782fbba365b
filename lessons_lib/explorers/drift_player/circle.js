// What DriftPlayer paints on its circle: the digits at a moment of the film, and how class weights turned until then.
import { classCircle } from '../kit/class_circle.js';
import { paintCenters } from './centers.js';
import { anglesAt, boundaries } from './film.js';
import { shortLength } from './words.js';

/**
 * Sizes of the circle on a square of `side` pixels; `seat` is where the numbers sit, `tail` how far their past reaches,
 * `start` where the first moment is shown small.
 */
export function plan(side) {
  const disc = side < 480 ? 11 : 13,
    tail = 0.08 * side,
    seat = side / 2 - tail - 3,
    r = 0.08 * side;
  return { disc, tail, seat, c: side / 2, R: seat - disc - 3, start: { at: [r + 4, side - r - 20], r } };
}

/**
 * @typedef {object} Scene what is painted
 * @property {import('./film.js').Film} film
 * @property {number} time of the moment, and its `pose`
 * @property {object} [first] the pose of the first frame
 * @property {Uint8Array} wrong 1 for a digit on the wrong side
 * @property {number[]} seats of the numbers, as angles
 * @property {number | null} only the class that stands out
 * @property {number} gap the angle at which lengths are named
 */

/** Everything on the circle, back to front. */
export function paintStage(g, side, look, scene) {
  const { c, R, seat, disc } = plan(side),
    { film, pose, only = null } = scene,
    ring = classCircle(g, { look, c, R, only });
  if (!(pose?.rim > 0)) return ring.rim();
  const place = (x, y) => [c + R * x, c - R * y];
  for (const [x1, y1, x2, y2] of boundaries(pose))
    ring.trace([place(x1, y1), place(x2, y2)], look.ink, 1, { alpha: 0.28 });
  pose.angles.forEach((angle, k) => ring.ray(k, angle));
  paintLengths(ring, [c, c], R, look, scene);
  ring.digits(
    film.labels,
    i => place(pose.xy[2 * i], pose.xy[2 * i + 1]),
    i => scene.wrong[i],
  );
  ring.rim();
  if (pose.centers) paintCenters(g, ring, { ...scene, look, c, R });
  ring.say(`rim: ‖x‖ = ${shortLength(scene.rim)}`, [side - 4, side - 10], {
    align: 'right',
    style: look.soft,
    font: '12',
  });
  paintTails(g, ring, side, scene);
  if (scene.first) paintFirst(g, side, look, scene);
  return ring.numbers(scene.seats, seat, disc);
}

/** Rings at round lengths ‖x‖, named where no class weight points. */
function paintLengths({ disc, say, spot }, middle, R, look, { pose, gap }) {
  const top = Math.log10(pose.rim);
  for (let power = Math.floor(top) - 1; power <= top; power++)
    for (const first of [1, 2, 5]) {
      const length = first * 10 ** power,
        r = length / pose.rim,
        alpha = Math.min(1, (r - 0.2) / 0.15, (0.92 - r) / 0.1);
      if (!(alpha > 0)) continue;
      disc(middle, r * R, { edge: look.ink, width: 1, alpha: 0.1 * alpha });
      say(String(Number(length.toPrecision(1))), spot(gap, r * R), { font: '12', style: look.soft, halo: 6, alpha });
    }
}

/** How class weights turned: older is farther out and fainter; straight out is: stood still. */
function paintTails(g, ring, side, { film, time, pose, only }) {
  const { seat, tail, c } = plan(side),
    steps = Math.ceil(90 * time),
    past = Array.from({ length: steps + 1 }, (_, i) => time * (1 - i / (steps || 1)));
  const trail = past.map(t => [seat + tail * (time - t), anglesAt(film, t)]);
  g.lineCap = 'round';
  for (const k of ring.order(pose.angles.length)) {
    const fading = g.createRadialGradient(c, c, seat, c, c, seat + tail),
      way = trail.map(([r, angles]) => ring.spot(angles[k], r));
    fading.addColorStop(0, ring.colour(k));
    fading.addColorStop(1, `${ring.colour(k)}30`);
    ring.trace(way, fading, k === only ? 3.4 : 2.4, { alpha: ring.strength(k) });
  }
}

/** The first moment, small, to compare with: a click leads there. */
function paintFirst(g, side, look, { film, first, only }) {
  const { at, r } = plan(side).start,
    [x, y] = at,
    small = classCircle(g, { look, c: 0, R: r, only });
  small.disc(at, r, { fill: look.paper, edge: look.ink, width: 1, alpha: 0.4 });
  small.digits(
    film.labels,
    i => [x + r * first.xy[2 * i], y - r * first.xy[2 * i + 1]],
    () => false,
    1,
  );
  small.say(`step ${film.frames[0].step}`, [x, y + r + 9], { font: '12', style: look.soft });
}
