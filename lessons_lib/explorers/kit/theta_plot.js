// What plots over θ have alike: the axis, one that is pressed together, trained angles below it, the cursor, the names.
import { clamp, lastThat, ticksOf } from './numbers.js';
import { degrees } from './words.js';
import { barsOf, liesIn, sizeText } from './trained.js';

/** Pixels of an angle between two edges, and the angle of a pixel. */
export const thetaAxis = (left, right) => ({
  left,
  right,
  X: theta => left + ((right - left) * theta) / Math.PI,
  angle: x => Math.PI * clamp((x - left) / (right - left), 0, 1),
});

/** Sizes of a plot over θ from `top`: `share` of the width high, within [low, high]; below it a place for angles. */
export function thetaFrame(width, top, [share, low, high], below) {
  const floor = top + Math.round(clamp(share * width, low, high)),
    foot = floor + below;
  return { width, small: width < 520, top, floor, foot, height: foot + 8 };
}

/** Round tenths of a degree, in radians. */
export const inTenths = angle => (Math.round((angle * 1800) / Math.PI) * Math.PI) / 1800;
/** What the trait `angle` may be, to five digits. */
export const asAngle = angle => (angle > Math.PI - 1e-5 ? Math.PI : Number(Math.max(0, angle).toFixed(5)));

/**
 * An axis that is even from 0 to `knee`, at the share `bend` of its length, and pressed together from there to `top` by
 * a logarithm that begins as steep as the even part ends: value => share.
 */
export function bentAxis(knee, top, bend) {
  const gentle = c => c * Math.log1p((top - knee) / c) * bend <= (1 - bend) * knee,
    low = lastThat(gentle, 1e-6, 50 * top, 70);
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
  for (const [tick, x] of ticksOf(X)) {
    line(x, top, x, floor, c.faint, 1, { alpha: 0.7 });
    if (taken.every(at => Math.abs(x - at) > 50) && !(small && tick % 60))
      write(`${tick}°`, Math.min(x, right - 8), floor + 20, { align: 'center' });
  }
}

/** The title of a plot; on its right what was before, where there is room for it. */
export function paintTitle({ c, write, wide, fitting }, width, title, was, y = 11) {
  const room = width - wide(title, '13') - 26;
  write(title, 2, y, { style: c.ink, font: '13' });
  if (was && room > 80)
    write(fitting([`thin: before, ${was}`, 'thin: before'], room, '12'), width - 2, y, { align: 'right' });
}

/** Where the words at the cursor's foot stand: under it, but inside. */
export const footOf = ({ X, left, right }, angle) => clamp(X(angle), left + 24, right - 24);

/** The cursor: a line up to `top`, its grip, and its angle in words. */
export function paintCursor({ c, line, grip, write }, frame, { angle, focus }, top = frame.top) {
  const x = frame.X(angle),
    { floor } = frame;
  line(x, top, x, floor, c.ink, 1.2, { alpha: 0.75 });
  grip(x, floor, c.ink, focus);
  const style = { align: 'center', style: c.ink, font: '600 12', halo: 5 };
  write(`θ = ${degrees(angle)}`, footOf(frame, angle), floor + 20, style);
}

/** A net's angles, a bar for each whole degree i in the colour `hueOf(i)`: the root of each count, up to `tall`. */
export function paintBars({ c, line, block }, { left, right, X }, foot, tall, net, hueOf) {
  const bars = barsOf(net),
    most = Math.sqrt(Math.max(1, ...bars)),
    step = Math.max(1, X(Math.PI / 180) - X(0) - 0.5);
  bars.forEach((count, i) => {
    const high = Math.max(1, (tall * Math.sqrt(count)) / most);
    if (count) block(X((i * Math.PI) / 180), foot - high, step, high, hueOf(i));
  });
  line(left, foot, right, foot, c.pale);
}

/** The same between two y, those in `ranges` in another colour, with its title. */
export function paintTrained(pen, frame, [y, foot], { net, angle }, ranges, hue) {
  const { c, line, write, wide, fitting } = pen,
    { left, right, X, small } = frame,
    size = sizeText(net, small);
  paintBars(pen, frame, foot, foot - y - 20, net, i => (liesIn(((i + 0.5) * Math.PI) / 180, ranges) ? hue : c.pale));
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
    write(words, box[0], box[1] + 9, { halo: 4, alpha: clamp((now - since) / 180, 0, 1), ...style });
  }
  return busy;
}
