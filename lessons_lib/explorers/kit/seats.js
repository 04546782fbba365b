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

/**
 * What it costs to write a name into `box` beside point [x, y] of its own line; the first line is hardly ever covered.
 */
function costOf(box, [x, y], own, lines, frame) {
  let cost = y > frame.y1 - 40 ? 30 : 0,
    near = Infinity;
  lines.forEach((line, rank) => {
    const pad = rank < 2 && line !== own ? 9 : 3,
      [low, high] = reachOf(line, box[0] - pad, box[2] + pad);
    if (low < box[3] + pad - 5 && high > box[1] - pad + 5) cost += line === own ? 80 : ([250, 50][rank] ?? 24);
    // it would seem to be that one's
    else if (line !== own && low < box[3] + 7 && high > box[1] - 7) cost += rank < 2 ? 30 : 12;
    if (line !== own) {
      const [a, b] = reachOf(line, x - 2, x + 2);
      near = Math.min(near, Math.max(a - y, y - b, 0));
    }
  });
  return cost + 2.5 * Math.max(0, 14 - near);
}

/**
 * A box [left, top, right, bottom] for each name, beside its own line, never on another name: items are
 * [{ key, width, line: [[x, y], …], at }] by rank, `at` a line's only place, over that point, or left of it where
 * the line is `rising`; `walls` are taken already.
 * It depends on the lines alone, so the same state has the same picture.
 */
export function seatNames(items, frame, walls = []) {
  const taken = [...walls],
    seats = {},
    lines = items.map(item => item.line);
  const inside = box => box[0] >= frame.x0 && box[2] <= frame.x1 && box[1] >= frame.y0 && box[3] <= frame.y1;
  const free = box => inside(box) && !taken.some(other => meets(box, other, 3));
  for (const { key, width, line, at, rising } of items) {
    let best = null;
    const propose = (i, left, top, extra) => {
      const box = [left, top, left + width, top + TALL];
      if (!free(box)) return;
      const cost = extra + costOf(box, line[i], line, lines, frame);
      if (!best || cost < best.cost) best = { cost, box };
    };
    const beside = i => {
      const [x, y] = line[i];
      propose(i, x + 11, y - TALL / 2, 0);
      propose(i, x - 12 - width, y - TALL / 2, 0);
      propose(i, x - width / 2, y - TALL - 6, 2);
      propose(i, x - width / 2, y + 6, 4);
    };
    if (at !== undefined)
      propose(at, line[at][0] - (rising ? width + 2 : width / 2), line[at][1] - TALL - (rising ? 6 : 9), 0);
    else for (let i = 2; i < line.length; i += 2) beside(i);
    for (
      let y = frame.y0;
      !best && y + TALL <= frame.y1;
      y += 6 // a line that has left the plot
    )
      for (let x = frame.x1 - width; !best && x >= frame.x0; x -= 12) propose(line.length - 1, x, y, 0);
    if (best) {
      seats[key] = best.box;
      taken.push(best.box);
    }
  }
  return seats;
}
