// ProbabilityCurve's panels under the plot: what the scale already takes for right, and today's trained angles.
import { thousands } from '../kit/words.js';
import { FULL, TENTHS, angleWith, sizeOf } from './maths.js';
import { angleText } from './words.js';

/** A bar up to where P is 99 %: there next to nothing is left to learn. */
export function paintStrip({ c, block, write, wide }, { left, right, strip, X }, { p }, hue) {
  const full = angleWith(FULL, p),
    edge = full === null ? left : X(full),
    room = right - left;
  const words =
    full === null
      ? ['nowhere 99 % right: something is left to learn at every angle', 'nowhere 99 % right']
      : [
          `already 99 % right up to ${angleText(full)}: next to nothing left to learn there`,
          `already 99 % right up to ${angleText(full)}`,
        ];
  block(left, strip - 4, room, 8, c.band);
  if (full !== null) block(left, strip - 4, Math.max(2, edge - left), 8, hue);
  write(
    words.find(text => wide(text, '12.5') < room),
    left,
    strip - 17,
    { style: c.ink, font: '12.5' },
  );
}

/** The net's angles in whole degrees; those that count as 99 % right in the curve's colour. The root of each count. */
export function paintTrained(
  { c, trace, block, write, wide },
  { left, right, strip, foot, small, X },
  { net, p, angle },
  hue,
) {
  const bars = new Array(180).fill(0),
    full = angleWith(FULL, p),
    step = X(Math.PI / 180) - X(0),
    tall = foot - strip - 40;
  net.counts.forEach((count, i) => {
    bars[Math.min(179, Math.floor(((net.first + i) * 180) / TENTHS))] += count;
  });
  const most = Math.max(1, ...bars);
  bars.forEach((count, i) => {
    const high = Math.max(1, tall * Math.sqrt(count / most)),
      done = full !== null && ((i + 0.5) * Math.PI) / 180 <= full;
    if (count) block(X((i * Math.PI) / 180), foot - high, Math.max(1, step - 0.5), high, done ? hue : c.pale);
  });
  trace(
    [
      [left, foot],
      [right, foot],
    ],
    c.pale,
    1,
  );
  trace(
    [
      [X(angle), strip + 36],
      [X(angle), foot + 4],
    ],
    c.ink,
    1.2,
    { alpha: 0.75 },
  );
  const size = `${thousands(sizeOf(net))}${small ? ', √ count' : ' angles, height: √ count'}`,
    room = right - left - wide(size, '11') - 16;
  let title = `trained θ: ${net.name}`;
  while (title.length > 4 && wide(title, '12.5') > room) title = `${title.slice(0, -2)}…`;
  write(title, left, strip + 24, { style: c.ink, font: '12.5' });
  write(size, right, strip + 24, { align: 'right', font: '11' });
}
