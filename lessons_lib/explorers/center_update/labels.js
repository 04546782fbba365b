// Words on a canvas that never lie on one another: each takes the first free place beside what it names.
import { meets } from '../kit/seats.js';

const TURNS = [0, 0.4, -0.4, 0.8, -0.8, 1.2, -1.2, 1.6, -1.6, 2.1, -2.1, 2.6, -2.6, Math.PI];

/** Words by a pen `marks`, on a square of that side. */
export function labelled({ say, wide }, side) {
  const taken = [],
    blocked = [],
    faint = [];
  const inside = ([l, t, r, b]) => l >= 1 && t >= 1 && r <= side - 1 && b <= side - 1;
  const free = (box, lists) => lists.every(list => list.every(other => !meets(box, other)));
  const sized = (text, font) => [wide(text, font) / 2 + 2, 9];
  const boxed = ([x, y], [w, h]) => [x - w, y - h, x + w, y + h];
  return {
    taken,
    block: ([x, y], r) => blocked.push([x - r, y - r, x + r, y + r]),
    /** A line to keep off; one that is `thin` only where there is room elsewhere. */
    blockLine: (a, b, r, thin = false) => {
      const many = Math.ceil(Math.hypot(b[0] - a[0], b[1] - a[1]) / (2 * r));
      for (let k = 0; k <= many; k++)
        (thin ? faint : blocked).push(
          [0, 1, 0, 1].map((axis, i) => a[axis] + ((b[axis] - a[axis]) * k) / (many || 1) + (i < 2 ? -r : r)),
        );
    },
    room: (spot, r) => {
      const box = boxed(spot, [r, r]);
      return inside(box) && free(box, [taken, blocked]);
    },
    fixed(text, spot, { font, style }) {
      say(text, spot, { font, style });
      taken.push(boxed(spot, sized(text, font)));
    },
    /** Beside a disc of radius r, best in the direction `angle`; an optional word without a free place is left out. */
    beside(text, [x, y], r, angle, { font, style, optional = false }) {
      const size = sized(text, font),
        outs = optional ? [0, 5] : [0, 8, 18, 30, 44, 60];
      for (const lists of [[taken, blocked, faint], [taken, blocked], ...(optional ? [] : [[taken]])])
        for (const out of outs)
          for (const turn of TURNS) {
            const [ux, uy] = [Math.cos(angle + turn), Math.sin(angle + turn)];
            const spot = [x + ux * (r + out + size[0]), y + uy * (r + out + size[1] * 0.8)],
              box = boxed(spot, size);
            if (!inside(box) || !free(box, lists)) continue;
            say(text, spot, { font, style, halo: 4 });
            taken.push(box);
            return;
          }
    },
  };
}
