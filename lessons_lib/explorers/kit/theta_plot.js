// What plots over θ have alike: the axis, one that is pressed together, trained angles below it, the cursor, the names.
import { degrees } from './words.js';
import { barsOf, liesIn, sizeText } from './trained.js';

/** Pixels of an angle between two edges, and the angle of a pixel. */
export const thetaAxis = (left, right) => ({
  left,
  right,
  X: theta => left + ((right - left) * theta) / Math.PI,
  angle: x => Math.PI * Math.min(1, Math.max(0, (x - left) / (right - left))),
});

/** Round tenths of a degree, in radians. */
export const inTenths = angle => (Math.round((angle * 1800) / Math.PI) * Math.PI) / 1800;
/** What the trait `angle` may be, to five digits. */
export const asAngle = angle => (angle > Math.PI - 1e-5 ? Math.PI : Number(Math.max(0, angle).toFixed(5)));

/**
 * An axis that is even from 0 to `knee`, at the share `bend` of its length, and pressed together from there to `top` by
 * a logarithm that begins as steep as the even part ends: value => share.
 */
export function bentAxis(knee, top, bend) {
  let low = 1e-6,
    high = 50 * top;
  for (let i = 0; i < 70; i++) {
    const c = (low + high) / 2;
    if (c * Math.log1p((top - knee) / c) * bend > (1 - bend) * knee) high = c;
    else low = c;
  }
  return value =>
    value <= knee
      ? (bend * value) / knee
      : bend + ((1 - bend) * Math.log1p((value - knee) / low)) / Math.log1p((top - knee) / low);
}

/** A curve in pixels, from its values at even angles 0…π, every few of them. */
export const curveLine = (values, X, Y, every = 1) =>
  Array.from({ length: Math.floor((values.length - 1) / every) + 1 }, (_, i) => [
    X((Math.PI * i * every) / (values.length - 1)),
    Y(values[i * every]),
  ]);

/** Lines up from round angles, and their words below where no x of `taken` is near. */
export function paintAngles({ c, line, write }, { X, right, top, floor, small }, taken) {
  for (let tick = 0; tick <= 180; tick += 30) {
    const x = X((tick * Math.PI) / 180);
    line(x, top, x, floor, c.faint, 1, { alpha: 0.7 });
    if (taken.every(at => Math.abs(x - at) > 50) && !(small && tick % 60))
      write(`${tick}°`, Math.min(x, right - 8), floor + 20, { align: 'center' });
  }
}

/** Where the words at the cursor's foot stand: under it, but inside. */
export const footOf = ({ X, left, right }, angle) => Math.min(right - 24, Math.max(left + 24, X(angle)));

/** The cursor: a line up to `top`, its grip, and its angle in words. */
export function paintCursor({ c, line, grip, write }, frame, { angle, focus }, top = frame.top) {
  const x = frame.X(angle),
    { floor } = frame;
  line(x, top, x, floor, c.ink, 1.2, { alpha: 0.75 });
  grip(x, floor, c.ink, focus);
  const style = { align: 'center', style: c.ink, font: '600 12', halo: 5 };
  write(`θ = ${degrees(angle)}`, footOf(frame, angle), floor + 20, style);
}

/** A net's angles in whole degrees, between two y; those in `ranges` in another colour. The root of each count. */
export function paintTrained({ c, line, block, write, wide, fitting }, frame, [y, foot], { net, angle }, ranges, hue) {
  const { left, right, X, small } = frame,
    bars = barsOf(net),
    most = Math.sqrt(Math.max(1, ...bars)),
    step = Math.max(1, X(Math.PI / 180) - X(0) - 0.5),
    size = sizeText(net, small);
  bars.forEach((count, i) => {
    const high = Math.max(1, ((foot - y - 20) * Math.sqrt(count)) / most),
      inside = liesIn(((i + 0.5) * Math.PI) / 180, ranges);
    if (count) block(X((i * Math.PI) / 180), foot - high, step, high, inside ? hue : c.pale);
  });
  line(left, foot, right, foot, c.pale);
  line(X(angle), y + 18, X(angle), foot + 4, c.ink, 1.2, { alpha: 0.75 });
  const title = fitting([`trained θ: ${net.name}`], right - left - wide(size, '11') - 16, '12.5');
  write(title, left, y + 6, { style: c.ink, font: '12.5' });
  write(size, right, y + 6, { align: 'right', font: '11' });
}

/**
 * Names at their seats, { key: box }; one that had to leave its place comes up at the new one. `memory` is a Map that
 * is the same for each paint. Returns whether one is still coming up.
 */
export function writeNames({ write }, memory, width, now, seats, look) {
  if (memory.width !== width) memory.clear();
  memory.width = width;
  let busy = false;
  for (const [key, box] of Object.entries(seats)) {
    const last = memory.get(key),
      moved = last && Math.hypot(last.box[0] - box[0], last.box[1] - box[1]) > 26 && now < Infinity,
      since = moved ? now : (last?.since ?? -Infinity),
      { words, ...style } = look(key);
    memory.set(key, { box, since });
    busy ||= now - since < 180;
    write(words, box[0], box[1] + 9, { halo: 4, alpha: Math.min(1, Math.max(0, (now - since) / 180)), ...style });
  }
  return busy;
}
