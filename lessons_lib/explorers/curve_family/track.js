// CurveFamily's handle: an arrow as long as the feature, over the lengths of its batch, or the age of the training.
import { clamp } from '../kit/numbers.js';
import { hardness, meanCosine, placeOf, stops } from './maths.js';
import { placeText, stopText, trackTitle } from './words.js';

const TILE = 34;

/** The console under the plots. */
export function paintTrack(pen, frame, state) {
  const { c, rounded, write, wide, fitting } = pen,
    { p } = state,
    { track, width, height } = frame;
  rounded(0.5, track + 0.5, width - 1, height - track - 1, 10, { fill: c.band });
  const value = placeText(p),
    title = fitting(trackTitle(p.loss), width - wide(value, '600 13') - 34, '13');
  write(title, 12, track + 15, { style: c.ink, font: '13' });
  write(value, width - 12, track + 15, { align: 'right', style: c.accent, font: '600 13' });
  if (p.loss === 'adaface') paintCrowd(pen, frame, state);
  if (p.loss === 'curricularface') paintWeight(pen, frame, state);
  paintStops(pen, frame, state);
  paintHandle(pen, frame, state);
}

/** The lengths of a batch: counted ones, or a bell with its mean and spread. */
function paintCrowd({ c, area }, { T, line, end, ends }, { p, crowd }) {
  const steps = crowd.counts ? crowd.counts.length : 120,
    most = crowd.counts ? Math.max(...crowd.counts) : 1,
    high = 40;
  const share = i =>
    crowd.counts ? crowd.counts[i] / most : Math.exp(-0.5 * ((((i + 0.5) * end) / steps - p.mean) / p.spread) ** 2);
  const at = i => Math.min(ends[1], T(((i + 0.5) * (crowd.counts ? crowd.end : end)) / steps));
  const bell = Array.from({ length: steps }, (_, i) => [at(i), line - high * share(i)]);
  area([[at(0), line], ...bell, [at(steps - 1), line]], c.pale, 0.45);
}

/** What a hard class at θj is multiplied by, t + cos θj, over all ages: below 1 it counts less than in ArcFace. */
function paintWeight({ c, line: stroke, area, write, fitting, wide }, { T, line, ends }, { p, angle }) {
  const cosine = Math.cos(angle),
    up = factor => line - 6 - 24 * factor,
    room = ends[1] - ends[0];
  if (angle >= hardness(p).edge) {
    const words = fitting(['θⱼ is not hard: there t changes nothing', 'not hard: t changes nothing'], room, '12');
    write(words, ends[0] + room / 2, line - 28, { align: 'center' });
    return;
  }
  const even = clamp(1 - cosine, 0, 1);
  for (const [from, to, style] of [
    [0, even, c.hue('cosface')],
    [even, 1, c.accent],
  ]) {
    const corners = [
      [from, from + cosine],
      [to, to + cosine],
      [to, 1],
      [from, 1],
    ];
    area(
      corners.map(([t, factor]) => [T(t), up(factor)]),
      style,
      0.24,
    );
  }
  stroke(T(0), up(1), T(1), up(1), c.hue('arcface'), 1.2, { dash: [2, 3] });
  for (const [words, at, style] of [
    ['counts less', even / 2, c.word('cosface')],
    ['counts more', (1 + even) / 2, c.accent],
  ])
    if (wide(words, '600 11') < 2 * Math.abs(T(at) - T(even)) - 6)
      write(words, T(at), up(1) + (at < even ? 9 : -9), { align: 'center', style, font: '600 11' });
}

/** Places where a drag rests, and what the curve is there. */
function paintStops({ c, line: stroke, write, wide }, frame, { p, angle, net }) {
  const { T, line, ends, width } = frame;
  stroke(ends[0], line, ends[1], line, c.pale, 2);
  let last = -Infinity;
  for (const { at, key } of stops(p, angle, net ? meanCosine(net) : null)) {
    const x = T(at),
      [name, note] = stopText(key, p),
      hue =
        name.startsWith('ArcFace') || name.startsWith('as Arc')
          ? c.word('arcface')
          : name.startsWith('CosFace')
            ? c.word('cosface')
            : c.ink;
    stroke(x, line - 7, x, line + 8, hue, 2);
    const half = Math.max(wide(name, '600 12'), wide(note, '11')) / 2,
      middle = clamp(x, 8 + half, width - 8 - half);
    if (middle - half < last + 8) continue;
    last = middle + half;
    write(name, middle, line + 18, { align: 'center', style: hue, font: '600 12' });
    write(note, middle, line + 32, { align: 'center', font: '11' });
  }
}

/** What has been dragged so far, and the ring to drag it by. */
function paintHandle({ g, c, line: stroke, trace, dot, bead, arc }, frame, { p, before, focus, pulse, hover, look }) {
  const { T, line, ends, track } = frame,
    age = p.loss === 'curricularface',
    x = T(age ? p.age : p.length);
  if (before) dot(T(age ? before.age : before.length), line, 4, c.pale);
  stroke(ends[0], line, x, line, c.accent, 4);
  dot(ends[0], line, 4, c.accent);
  if (pulse > 0) arc(x, line, 11 + 14 * pulse, [0, 7], { edge: c.accent, width: 2, alpha: 1 - pulse });
  if (focus || hover) dot(x, line, 15, focus ? c.pale : c.faint);
  paintGrip({ c, trace, dot, bead }, x, line);
  const inside = clamp(x, ends[0] + TILE / 2 - 8, ends[1] - TILE / 2 + 8);
  if (!age) paintPicture(g, inside, track + 48, goodness(p), look);
}

/** A ring with two small arrows in it. */
function paintGrip({ c, trace, dot, bead }, x, y) {
  bead(x, y, 10, c.accent, 1);
  dot(x, y, 6, c.paper);
  for (const side of [-1, 1])
    trace(
      [
        [x + side * 1.2, y - 2.6],
        [x + side * 3.8, y],
        [x + side * 1.2, y + 2.6],
      ],
      c.accent,
      1.4,
    );
}

/** From 0 to 1, how good a picture a loss takes the feature's length for. */
const goodness = p =>
  p.loss === 'adaface'
    ? (placeOf(p) + 1) / 2
    : (placeOf(p) - p.magface_margins[0]) / (p.magface_margins[1] - p.magface_margins[0] || 1);

/** A handwritten 3, as blurred as the loss takes it to be. */
function paintPicture(g, x, y, good, look) {
  const half = TILE / 2,
    blur = 1 - good,
    layers = 7;
  g.save();
  g.beginPath();
  g.roundRect(x - half, y - half, TILE, TILE, 5);
  g.fillStyle = look.dark ? '#000' : '#16191e';
  g.fill();
  g.clip();
  g.lineCap = 'round';
  g.strokeStyle = '#fff';
  for (let k = layers; k >= 0; k--) {
    g.beginPath();
    g.moveTo(x - 6, y - 8);
    g.bezierCurveTo(x + 1, y - 14, x + 10, y - 7, x + 4, y - 2);
    g.bezierCurveTo(x + 2, y, x, y, x - 1, y);
    g.bezierCurveTo(x + 10, y - 1, x + 9, y + 12, x - 1, y + 10.5);
    g.quadraticCurveTo(x - 5, y + 10, x - 7, y + 7);
    g.lineWidth = 3 + (k / layers) * 15 * blur;
    g.globalAlpha = k ? 0.11 * blur : 1 - 0.9 * Math.sqrt(blur);
    g.stroke();
  }
  g.restore();
}
