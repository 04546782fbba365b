// What BoundaryPlane paints in the plane of two angles.
import { degrees } from '../kit/words.js';
import { MARGINS, marginText } from '../kit/losses.js';
import { FONT, tools } from './circle.js';
import { bandEdge, bandWidth, corners, plainDegrees, shadow } from './maths.js';

const DEG = Math.PI / 180,
  ORDER = ['sphereface', 'cosface', 'arcface', 'softmax'];
const DASHES = { softmax: [], sphereface: [9, 4, 2, 4], cosface: [7, 5], arcface: [2, 3.5] };

/** Sizes of the plane on a canvas `width` wide; X and Y turn angles into pixels. */
export function planeFrame(width) {
  const left = 56,
    top = 58,
    side = width - left - 14,
    X = a => left + (side * a) / Math.PI,
    Y = a => top + side * (1 - a / Math.PI);
  return {
    left,
    top,
    side,
    right: left + side,
    floor: top + side,
    height: top + side + 52,
    X,
    Y,
    angles: (x, y) => [((x - left) / side) * Math.PI, (1 - (y - top) / side) * Math.PI],
  };
}

/** Places for labels in a row, in order, as near as can be to where each wants to be; they move smoothly. */
export function rowSeats(wants, widths, low, high) {
  const gap = 12,
    before = widths.map((w, i) => widths.slice(0, i).reduce((sum, v) => sum + v + gap, 0) + w / 2),
    pools = [];
  wants.forEach((want, i) => {
    pools.push({ mean: want - before[i], size: 1 });
    while (pools.length > 1 && pools.at(-2).mean > pools.at(-1).mean) {
      const b = pools.pop(),
        a = pools.pop(),
        size = a.size + b.size;
      pools.push({ mean: (a.mean * a.size + b.mean * b.size) / size, size });
    }
  });
  const all = widths.reduce((sum, w) => sum + w + gap, -gap);
  return pools
    .flatMap(p => Array(p.size).fill(Math.max(low, Math.min(high - all, p.mean))))
    .map((start, i) => start + before[i]);
}

/** The plane. Returns the boxes of the losses' names, which can be clicked. */
export function paintPlane(g, width, { look, loss, m, margins, between, point, hot, focus }) {
  const F = planeFrame(width),
    { X, Y } = F,
    { taken, path, stroke, fill, write, free, slanted, disc, feature } = tools(g, look);
  const unit = F.side / Math.PI,
    edge = bandEdge(loss, m),
    mirror = edge.map(([a, b]) => [b, a]),
    banded = m > MARGINS[loss].neutral;
  const marginOf = key => (key === loss ? m : margins[key]),
    roomy = F.side > 420;
  const region = () => {
    path(corners(between), X, Y);
    g.closePath();
  };
  const inside = paint => {
    g.save();
    region();
    g.clip();
    paint();
    g.restore();
  };
  const above = () => {
    path([...edge, [edge.at(-1)[0], Math.PI], [0, Math.PI]], X, Y);
    g.closePath();
  };
  const below = () => {
    path([...mirror, [Math.PI, mirror.at(-1)[1]], [Math.PI, 0]], X, Y);
    g.closePath();
  };
  const band = () => {
    path([...edge, [Math.PI, Math.PI], ...[...mirror].reverse(), [0, 0]], X, Y);
    g.closePath();
  };

  g.save();
  g.beginPath();
  g.rect(F.left, F.top, F.side, F.side);
  fill(look.ink, 0.04);
  g.clip();
  g.beginPath(); // hatched: angles that no feature has
  for (let at = -F.side; at < F.side; at += 9) {
    g.moveTo(F.left + at, F.top);
    g.lineTo(F.left + at + F.side, F.floor);
  }
  stroke(look.ink, 1, 0.05);
  if (banded) {
    band();
    fill(look.accent, 0.07);
  }
  g.restore();
  region();
  fill(look.paper);
  inside(() => {
    above();
    fill(look.classes[0], look.dark ? 0.26 : 0.17);
    below();
    fill(look.classes[1], look.dark ? 0.22 : 0.19);
    if (banded) {
      band();
      fill(look.accent, look.dark ? 0.36 : 0.24);
    }
  });
  const faint = (draw, style, w, full, pale) => {
    // a line, pale where nothing can stand
    draw();
    stroke(style, w, pale);
    inside(() => {
      draw();
      stroke(style, w, full);
    });
  };
  for (const key of ORDER)
    if (key !== loss) {
      g.setLineDash(DASHES[key]);
      faint(
        () =>
          path(
            key === 'softmax'
              ? [
                  [0, 0],
                  [Math.PI, Math.PI],
                ]
              : bandEdge(key, margins[key]),
            X,
            Y,
          ),
        look.ink,
        1.3,
        0.85,
        0.32,
      );
      g.setLineDash([]);
    }
  if (banded || loss !== 'softmax')
    for (const line of [edge, mirror]) {
      if (hot) {
        path(line, X, Y);
        stroke(look.accent, 9, 0.2);
      }
      faint(() => path(line, X, Y), look.accent, 2.6, 1, 0.5);
    }
  else faint(() => path(edge, X, Y), look.ink, 2.6, 1, 0.5);
  region();
  stroke(look.ink, 1.2, 0.55);
  const [grip] = MARGINS[loss].range ? [bandWidth(loss, m, Math.PI)].filter(w => w !== null) : [];
  path(corners(between).slice(0, 2), X, Y);
  stroke(look.ink, 2.4, 0.8);
  g.beginPath();
  g.rect(F.left, F.top, F.side, F.side);
  stroke(look.ink, 1, 0.2);

  const px = X(point[0]),
    py = Y(point[1]); // x, and where it reads on the axes
  g.setLineDash([1.5, 3]);
  g.beginPath();
  g.moveTo(F.left, py);
  g.lineTo(px, py);
  g.lineTo(px, F.floor);
  stroke(look.ink, 1.2, 0.7);
  g.setLineDash([]);
  const weights = corners(between)
    .slice(0, 2)
    .map(([a, b]) => [X(a), Y(b)]); // x on a weight itself
  taken.push(...weights.map(([x, y]) => [x - 11, y - 11, x + 11, y + 11]));
  const chip = (words, x, y, align) => write(words, x, y, { align, style: look.ink, font: '600 12', halo: null });
  chip(degrees(point[0]), Math.max(F.left + 8, Math.min(F.right - 12, px)), F.floor + 20, 'center');
  chip(degrees(point[1]), F.left - 13, py, 'right');
  for (const tick of roomy ? [0, 30, 60, 90, 120, 150, 180] : [0, 60, 120, 180]) {
    const x = X(tick * DEG),
      y = Y(tick * DEG),
      words = `${tick}°`;
    g.beginPath();
    g.moveTo(x, F.floor);
    g.lineTo(x, F.floor + 4);
    g.moveTo(F.left - 4, y);
    g.lineTo(F.left, y);
    stroke(look.ink, 1, 0.4);
    g.font = `12${FONT}`;
    const half = g.measureText(words).width / 2,
      near = Math.min(x, F.right - half + 6);
    if (free([[near - half - 4, F.floor + 13, near + half + 4, F.floor + 27]]))
      write(words, near, F.floor + 20, { align: 'center', halo: null });
    if (free([[F.left - 13 - 2 * half, y - 9, F.left - 13, y + 9]]))
      write(words, F.left - 13, y, { align: 'right', halo: null });
  }
  write('θ₁, angle to W₁', F.right, F.floor + 42, { align: 'right', style: look.ink, halo: null, font: '13' });
  write('θ₂, angle to W₂', 2, F.top - 18, { style: look.ink, halo: null, font: '13' });

  const strength = key =>
    key === 'softmax'
      ? 'the exam'
      : key !== 'arcface'
        ? marginText(key, margins[key])
        : `${margins[key].toFixed(2)}${roomy ? ' rad' : ''}`;
  const names = ORDER.map(key => [MARGINS[key].name, strength(key)]),
    own = loss === 'softmax' ? look.ink : look.accent;
  const style = key => ({
    font: `${key === loss ? '600 ' : ''}13`,
    style: key === loss ? own : look.soft,
    align: 'center',
    halo: null,
  });
  const widths = names.map((two, i) =>
    Math.max(
      ...two.map(words => {
        g.font = style(ORDER[i]).font + FONT;
        return g.measureText(words).width;
      }),
    ),
  );
  const exits = ORDER.map(key => X(bandEdge(key, marginOf(key) ?? 0, 1)[1][0])),
    seats = rowSeats(exits, widths, 2, F.right + 12);
  const clickable = ORDER.map((key, i) => {
    // names above where their lines leave the plane
    write(names[i][0], seats[i], 9, style(key));
    write(names[i][1], seats[i], 25, { ...style(key), font: '12' });
    g.beginPath();
    g.moveTo(seats[i], 34);
    g.lineTo(exits[i], F.top);
    g.setLineDash(key === loss ? [] : DASHES[key]);
    stroke(key === loss && key !== 'softmax' ? look.accent : look.ink, key === loss ? 2 : 1.2, key === loss ? 1 : 0.6);
    g.setLineDash([]);
    return { key, box: [seats[i] - widths[i] / 2 - 5, 0, seats[i] + widths[i] / 2 + 5, 36] };
  });

  taken.push([px - 11, py - 11, px + 11, py + 11]);
  if (grip !== undefined)
    for (const side of [1, -1]) {
      // where the line asks to be taken
      g.beginPath();
      g.arc(X((Math.PI - side * grip) / 2), Y((Math.PI + side * grip) / 2), hot ? 7 : 5.5, 0, 2 * Math.PI);
      fill(look.accent);
      stroke(look.paper, 1.8);
    }
  const gauges = banded
    ? [between, ...[90, 180, 270].map(a => a * DEG).filter(a => a > between + 0.5 && a < 2 * Math.PI - between + 0.01)]
    : [];
  const crossed = [];
  gauges.forEach((sum, i) => {
    // calipers: how wide the band is, from edge to edge
    const w = bandWidth(loss, m, sum);
    if (w === null || (i === 0 && w > between)) return;
    const a = (sum - w) / 2,
      b = (sum + w) / 2,
      reachable = w <= between;
    path(
      [
        [a, b],
        [b, a],
      ],
      X,
      Y,
    );
    stroke(look.accent, i ? 1.2 : 4, reachable ? 1 : 0.6);
    for (const [p, q] of [
      [a, b],
      [b, a],
    ]) {
      g.beginPath();
      g.arc(X(p), Y(q), i ? 2.4 : 3.4, 0, 2 * Math.PI);
      fill(look.accent, reachable ? 1 : 0.6);
    }
    g.font = `600 12.5${FONT}`;
    const words = degrees(w),
      long = g.measureText(words).width;
    const options = [
      [8, i ? 6 : -4],
      [10, -16],
      [-4, 15],
      [-long - 6, 15],
      [16, -34],
    ].map(([dx, dy]) => [X(b) + dx, Y(a) + dy]);
    const fits = ([x, y]) =>
      x > F.left && x + long < F.right - 2 && y < F.floor - 7 && free([[x - 2, y - 8, x + long + 2, y + 8]]);
    const spot = options.find(fits);
    if (spot) write(words, ...spot, { style: look.accent, font: '600 12.5' });
    crossed.push([a, b, w]);
  });
  for (const [a, b, w] of crossed)
    for (let t = 0; t <= 1; t += 8 / (w * unit + 8)) {
      // no words across them
      const x = X(a + t * w),
        y = Y(b - t * w);
      taken.push([x - 2, y - 2, x + 2, y + 2]);
    }
  const along = (texts, low, high, spots, ink, sides, font) => {
    // words along the diagonal where there is room for them
    for (const words of texts) {
      g.font = font + FONT;
      const room = ((between - low(Math.PI)) * unit) / Math.SQRT2,
        middle = (sides * (between + low(Math.PI))) / 2;
      if (
        between > 1.7 &&
        room > g.measureText(words).width + 20 &&
        (Math.PI - between) * unit * Math.SQRT2 > 26 &&
        slanted(words, X((Math.PI - middle) / 2), Y((Math.PI + middle) / 2), true, ink, font)
      )
        return;
      for (const sum of spots) {
        const span = ((g.measureText(words).width + 12) * Math.SQRT2) / unit,
          from = sum - span / 2,
          to = sum + span / 2;
        if (from < between || to > 2 * Math.PI - between) continue;
        const d0 = Math.max(...[from, sum, to].map(low)),
          d1 = Math.min(...[from, sum, to].map(high)),
          d = (sides * (d0 + d1)) / 2;
        if (
          ((d1 - d0) * unit) / Math.SQRT2 > 21 &&
          slanted(words, X((sum - d) / 2), Y((sum + d) / 2), false, ink, font)
        )
          return;
      }
    }
  };
  const wOf = sum => bandWidth(loss, m, sum) ?? Infinity,
    enough = banded ? 'right enough' : 'right';
  const spots = Array.from({ length: 31 }, (_, i) => (135 + (i % 2 ? 1 : -1) * 6 * Math.ceil(i / 2)) * DEG);
  along([`class 1 ${enough}`, 'class 1'], wOf, () => between, spots, look.ink, 1, '12.5');
  along([`class 2 ${enough}`, 'class 2'], wOf, () => between, spots, look.ink, -1, '12.5');
  const half = sum => Math.min(wOf(sum), between);
  if (banded)
    along(
      ['right, not right enough', 'not enough'],
      () => 0,
      half,
      [...spots].map(sum => 2 * Math.PI - sum),
      look.ink,
      -1,
      '12',
    );
  const part = 0.27 * between,
    beside = [X(between / 2 + part) - 11, Y(between / 2 - part) + 11]; // nearer to W2: no line runs there
  g.font = `12${FONT}`;
  if (g.measureText('between W₁ and W₂').width < 0.36 * between * unit * Math.SQRT2)
    slanted('between W₁ and W₂', ...beside, true, look.soft);
  g.font = `12.5${FONT}`;
  const cannot = ['no feature has these angles', `when W₁ and W₂ are ${plainDegrees(between)} apart`];
  const long = Math.max(...cannot.map(words => g.measureText(words).width)) + 12;
  const box = [F.right - long, F.floor - 46, F.right - 2, F.floor - 4];
  if (Math.PI - (long + 46) / unit > between && free([box]))
    cannot.forEach((words, i) => write(words, F.right - 8, F.floor - 32 + 17 * i, { align: 'right', font: '12.5' }));
  weights.forEach(([x, y], k) => disc(x, y, 10, look.classes[k], `W${'₁₂'[k]}`, look.onClass(k), `600 11${FONT}`));
  feature(px, py, shadow(point, between).inPlane, focus);
  return { clickable, taken };
}
