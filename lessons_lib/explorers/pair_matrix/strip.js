// Below the words one types: the angle of a caption to each digit, a row each.
import { penOn, greys } from '../kit/pen.js';
import { ticksOf } from '../kit/numbers.js';

const ROW = 17,
  TOP = 8,
  LEFT = 24;

export const stripHeight = rows => TOP + rows * ROW + 26;

/** Angles (radians) to the digits; the nearest one in the accent. */
export function paintStrip(g, width, { digits, angles, byAngle, look }) {
  const pen = penOn(g, { ...greys(look), ...look }),
    { c, line, dot, write } = pen,
    right = width - 40,
    X = angle => LEFT + ((right - LEFT) * angle) / Math.PI,
    floor = TOP + digits.length * ROW;
  for (const [tick, x] of ticksOf(X, 45)) {
    line(x, TOP, x, floor, c.faint, 1);
    write(`${tick}°`, x, floor + 13, { align: 'center', font: '11.5' });
  }
  digits.forEach((digit, k) => {
    const y = TOP + (k + 0.5) * ROW,
      x = X(angles[k]),
      near = k === byAngle[0],
      style = near ? look.accent : c.soft;
    write(String(digit), 10, y, { align: 'center', font: near ? '600 13' : '12.5', style: near ? c.ink : c.soft });
    line(LEFT, y, x, y, near ? look.accent : c.pale, near ? 2.5 : 1.5);
    dot(x, y, near ? 5.5 : 4, style);
    const text = `${Math.round((angles[k] * 180) / Math.PI)}°`;
    write(text, x + 10, y, { font: near ? '600 12' : '11.5', style: near ? c.ink : c.soft, halo: 3 });
  });
}
