// A batch in the plane: images and captions on one circle, each pair tied together, the digits' directions around it.
import { classCircle, seatsApart } from '../kit/class_circle.js';

const DISC = 10,
  IMAGES = 0.78; // of the radius: where images stand, inside the captions
const turnOf = ([x, y]) => Math.atan2(y, x);

/** Of each pair a dot for the image, a bar on the rim for the caption; the chosen caption's ray, the chosen image. */
export function paintCircle(g, width, { data, places, cell, over, own, digits, rays = data.rays, captions, look }) {
  const [row, column] = over ?? cell,
    side = Math.min(width, g.canvas.clientHeight),
    c = side / 2,
    seat = c - DISC - 2,
    R = seat - DISC - 10;
  g.translate((width - side) / 2, 0);
  const ring = classCircle(g, { look, c, R, only: null }),
    { spot, trace, disc, say } = ring,
    turns = rays.map(turnOf),
    images = data.images.map(turnOf),
    texts = places.map(({ at }) => turnOf(at)),
    seats = seatsApart(turns, (2 * DISC + 3) / seat);
  ring.rim();
  turns.forEach((turn, k) => trace([spot(turn, R + 8), spot(seats[k], seat)], ring.colour(digits[k]), 1.4));
  images.forEach((turn, i) => {
    const colour = ring.colour(data.labels[i]);
    trace([spot(turn, IMAGES * R), spot(texts[i], R)], colour, 1.2, { alpha: 0.55 });
    trace([spot(texts[i], R - 5), spot(texts[i], R + 6)], own[i] ? look.accent : colour, 3);
    disc(spot(turn, IMAGES * R), 4, { fill: colour });
  });
  trace([[c, c], spot(texts[column], R + 6)], own[column] ? look.accent : look.ink, 2);
  disc(spot(images[row], IMAGES * R), 7, { edge: look.ink, width: 2 });
  const far = spot(texts[column] + Math.PI, 0.3 * R);
  say(captions[column], far, { font: '600 13', style: own[column] ? look.accent : look.ink, halo: 4 });
  paintNumbers(ring, seats, digits, seat, look);
}

function paintNumbers({ spot, disc, say, colour }, seats, digits, seat, look) {
  seats.forEach((turn, k) => {
    const [x, y] = spot(turn, seat);
    disc([x, y], DISC, { fill: colour(digits[k]) });
    say(String(digits[k]), [x, y + 0.5], { font: `600 ${DISC + 1}`, style: look.onClass(digits[k]) });
  });
}
