// LiveLab's circle: where the digits lie, which class wins in which direction, and where it does not win by the margin.
import { classCircle, seatsApart } from '../kit/class_circle.js';
import { fillBand } from '../kit/looks.js';
import { anglesOf } from './maths.js';

const GOLDEN = 0.618034,
  NEAREST = 0.3,
  FARTHEST = 0.93,
  OWN = 6; // pixels: the size of a reader's own point

/** Where things stand on a square of `side` pixels: discs sit outside the rim's band. */
export function circlePlan(side) {
  const disc = side < 400 ? 11 : 13,
    seat = side / 2 - disc - 2,
    band = side < 400 ? 6 : 8;
  return { c: side / 2, disc, seat, band, R: seat - disc - band - 5 };
}

/** How far out the i-th digit is drawn: its own for good, so that what moves is its direction. It means nothing. */
const distanceOf = i => NEAREST + (FARTHEST - NEAREST) * Math.sqrt(((i + 1) * GOLDEN) % 1);

/** Everything on the circle, back to front; `own` points stand where they are, not only in their direction. */
export function paintLiveCircle(g, { side, look, moment, labels, arcs, only, own }) {
  const plan = circlePlan(side),
    { c, R, disc, seat } = plan,
    ring = classCircle(g, { look, c, R, only }),
    turns = anglesOf(moment.weight),
    seats = seatsApart(turns, (2 * disc + 3) / seat),
    away = i => R * (own ? Math.min(1, moment.lengths[i]) : distanceOf(i));
  paintArcs(g, ring, arcs, look, plan);
  ring.digits(
    labels,
    i => ring.spot(moment.angles[i], away(i)),
    i => moment.read[i] !== labels[i],
    own ? OWN : undefined,
  );
  for (const k of ring.order(turns.length)) ring.ray(k, turns[k], 0.1 * R);
  paintLeads(ring, turns, seats, plan);
  ring.rim();
  ring.numbers(seats, seat, disc);
}

/** Inside: tinted where the winner does not win by the margin. On the rim: the colour of the winner. */
function paintArcs(g, { spot, trace, colour, strength }, arcs, look, { c, R, band }) {
  g.beginPath();
  for (const { from, to, enough } of arcs)
    if (!enough) {
      g.moveTo(c, c);
      g.arc(c, c, R, -from, -to, true);
      g.closePath();
    }
  fillBand(g, look);
  arcs.forEach(({ from, to, k, enough }, i) => {
    g.beginPath();
    g.arc(c, c, R + 2 + band / 2, -from, -to, true);
    g.strokeStyle = colour(k);
    g.lineWidth = enough ? band : 2.5;
    g.globalAlpha = strength(k);
    g.stroke();
    g.globalAlpha = 1;
    if (arcs[(i + 1) % arcs.length].k !== k) trace([[c, c], spot(to, R)], look.ink, 1, { alpha: 0.28 });
  });
}

/** Lines from numbers that were moved apart, to where they belong. */
function paintLeads({ spot, trace, colour, strength, order }, turns, seats, { R, band, seat }) {
  for (const k of order(turns.length))
    if (Math.abs(seats[k] - turns[k]) > 0.02)
      trace([spot(turns[k], R + band + 3), spot(seats[k], seat)], colour(k), 1.4, { alpha: strength(k) });
}
