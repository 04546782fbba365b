// Places for names beside their curves.

/** The lowest and the highest pixel of a line between two x: [[x, y], …] from left to right. */
function reachOf(line, x0, x1) {
  const gap = (line.at(-1)[0] - line[0][0]) / (line.length - 1),
    at = x => Math.round((x - line[0][0]) / gap);
  const from = Math.max(0, at(x0 - gap / 2)),
    to = Math.min(line.length - 1, at(x1 + gap / 2));
  let low = Infinity,
    high = -Infinity;
  for (let i = from; i <= to; i++) {
    low = Math.min(low, line[i][1]);
    high = Math.max(high, line[i][1]);
  }
  return [low, high];
}

const TALL = 17;
/** Whether a box [left, top, right, bottom] comes nearer than `gap` to another. */
export const meets = (a, b, gap = 0) =>
  a[0] < b[2] + gap && a[2] > b[0] - gap && a[1] < b[3] + gap && a[3] > b[1] - gap;

/** The same where one that only touches it counts. */
export const touches = (a, b) => meets(a, b, 1e-6);

/** What some values become if each is to be at least the one before: those in the wrong order share their mean. */
export function rising(wants) {
  const pools = [];
  for (const want of wants) {
    pools.push({ mean: want, size: 1 });
    while (pools.length > 1 && pools.at(-2).mean > pools.at(-1).mean) {
      const b = pools.pop(),
        a = pools.pop(),
        size = a.size + b.size;
      pools.push({ mean: (a.mean * a.size + b.mean * b.size) / size, size });
    }
  }
  return pools.flatMap(({ mean, size }) => Array(size).fill(mean));
}

/** How far a point is from a piece [a, b] of a line. */
function farFrom([x, y], [a, b]) {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]],
    t = Math.min(1, Math.max(0, ((x - a[0]) * dx + (y - a[1]) * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(a[0] + t * dx - x, a[1] + t * dy - y);
}

/** Whether a piece [a, b] of a line goes through a box. */
function cuts([left, top, right, bottom], [a, b]) {
  let [from, to] = [0, 1];
  for (const [start, step, low, high] of [
    [a[0], b[0] - a[0], left, right],
    [a[1], b[1] - a[1], top, bottom],
  ]) {
    if (!step && (start < low || start > high)) return false;
    if (!step) continue;
    const ends = [(low - start) / step, (high - start) / step];
    from = Math.max(from, Math.min(...ends));
    to = Math.min(to, Math.max(...ends));
  }
  return from <= to;
}

const FAR = 24;
/** Pixels from a name's letters in `box` to a line, 0 where it goes through them; from FAR on they do not count. */
export function distanceTo(line, [left, top, right, bottom]) {
  const letters = [left, top + 3, right, bottom - 3],
    corners = [0, 2].flatMap(i => [1, 3].map(j => [letters[i], letters[j]])),
    gap = (line.at(-1)[0] - line[0][0]) / (line.length - 1),
    at = x => Math.round((x - line[0][0]) / gap);
  let least = FAR;
  for (let i = Math.max(1, at(left - FAR)); i <= Math.min(line.length - 1, at(right + FAR) + 1); i++) {
    const piece = [line[i - 1], line[i]];
    if (Math.min(piece[0][1], piece[1][1]) > bottom + least || Math.max(piece[0][1], piece[1][1]) < top - least)
      continue;
    if (cuts(letters, piece)) return 0;
    for (const corner of corners) least = Math.min(least, farFrom(corner, piece));
    for (const [x, y] of piece) {
      const [across, along] = [
        Math.max(letters[0] - x, x - letters[2], 0),
        Math.max(letters[1] - y, y - letters[3], 0),
      ];
      least = Math.min(least, Math.hypot(across, along));
    }
  }
  return least;
}

/** Whether a name in `box` seems to be that of another line than its own: that one is as near. */
function misleads(box, own, lines) {
  const near = distanceTo(own, box) + 1;
  return lines.some(line => line !== own && distanceTo(line, box) <= near);
}

/** What it costs to write a name beside point [x, y] of its own line: others are near there. */
function crowdAt([x, y], own, lines) {
  let near = Infinity;
  for (const line of lines) {
    if (line === own) continue;
    const [a, b] = reachOf(line, x - 2, x + 2);
    near = Math.min(near, Math.max(a - y, y - b, 0));
  }
  return 2.5 * Math.max(0, 14 - near);
}

/** What it costs to write it into `box` beside a point at the height y; the first line is hardly ever covered. */
function costOf(box, y, own, lines, frame) {
  let cost = y > frame.y1 - 40 ? 30 : 0;
  lines.forEach((line, rank) => {
    const pad = rank < 2 && line !== own ? 9 : 3,
      [low, high] = reachOf(line, box[0] - pad, box[2] + pad);
    if (low < box[3] + pad - 5 && high > box[1] - pad + 5) cost += line === own ? 80 : ([250, 50][rank] ?? 24);
    // it would seem to be that one's
    else if (line !== own && low < box[3] + 7 && high > box[1] - 7) cost += rank < 2 ? 30 : 12;
  });
  return cost;
}

/** Points along a line, each two of its steps from the next, also where it falls steeply; its beginning is left out. */
function spotsOf(line) {
  const apart = (2 * (line.at(-1)[0] - line[0][0])) / (line.length - 1),
    spots = [];
  let left = 0; // until the next point
  for (let i = 2; i < line.length; i++) {
    const [[x0, y0], [x1, y1]] = [line[i - 1], line[i]],
      long = Math.hypot(x1 - x0, y1 - y0);
    for (; left <= long; left += apart) spots.push([x0 + ((x1 - x0) * left) / long, y0 + ((y1 - y0) * left) / long]);
    left -= long;
  }
  return spots;
}

const placeAt = (spot, left, top, width, extra = 0) => ({ spot, box: [left, top, left + width, top + TALL], extra });

/** The places beside a line, and in it as on a map. */
function besideOf({ line, width }) {
  return spotsOf(line).flatMap(spot => {
    const [x, y] = spot,
      middle = y - TALL / 2;
    return [
      placeAt(spot, x + 11, middle, width),
      placeAt(spot, x - 12 - width, middle, width),
      placeAt(spot, x - width / 2, y - TALL - 6, width, 2),
      placeAt(spot, x - width / 2, y + 6, width, 4),
      placeAt(spot, x - width / 2, middle, width),
    ];
  });
}

/** The one place of a name that stands over a point of its line, or left of it. */
function overOf({ line, at, width, rising }) {
  const [x, y] = line[at];
  return placeAt(line[at], x - (rising ? width + 2 : width / 2), y - TALL - (rising ? 6 : 9), width);
}

/** All places of a plot, for the name of a line that has left it. */
function anywhere(width, { x0, x1, y0, y1 }) {
  const places = [];
  for (let y = y0; y + TALL <= y1; y += 6)
    for (let x = x1 - width; x >= x0; x -= 12) places.push(placeAt(null, x, y, width));
  return places;
}

/**
 * A box [left, top, right, bottom] for each name, beside its own line, never on another name: items are
 * [{ key, width, line: [[x, y], …], at }] by rank, `at` a line's only place, over that point, or left of it where
 * the line is `rising`; one that is `spare` is left out rather than written where it would seem another line's; `walls`
 * are taken already.
 * It depends on the lines alone, so the same state has the same picture.
 */
export function seatNames(items, frame, walls = []) {
  const taken = [...walls],
    seats = {},
    lines = items.map(item => item.line);
  const inside = box => box[0] >= frame.x0 && box[2] <= frame.x1 && box[1] >= frame.y0 && box[3] <= frame.y1;
  const free = ({ box }) => inside(box) && !taken.some(other => meets(box, other, 3));
  for (const item of items) {
    const { key, line, spare } = item,
      places = (item.at === undefined ? besideOf(item) : [overOf(item)]).filter(free);
    const crowds = new Map(places.map(({ spot }) => [spot, 0]));
    for (const spot of crowds.keys()) crowds.set(spot, crowdAt(spot, line, lines));
    for (const place of places)
      place.cost = place.extra + crowds.get(place.spot) + costOf(place.box, place.spot[1], line, lines, frame);
    places.sort((one, other) => one.cost - other.cost);
    const clear = places.find(({ box }) => !misleads(box, line, lines)), // of few: to look at all would take long
      best = clear ?? (spare ? undefined : (places[0] ?? anywhere(item.width, frame).find(free)));
    if (best) {
      seats[key] = best.box;
      taken.push(best.box);
    }
  }
  return seats;
}
