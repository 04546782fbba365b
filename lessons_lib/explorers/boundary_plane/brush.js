// The pen of both of BoundaryPlane's pictures.
import { penOn, tints } from '../kit/pen.js';
import { touches } from '../kit/seats.js';

/** Strokes and words on `g` in the colours of `look`; what is written keeps its place, as a box in `taken`. */
export function brush(g, look) {
  const pen = penOn(g, tints(look)),
    taken = [],
    free = boxes => !boxes.some(box => taken.some(other => touches(box, other)));
  const write = (words, x, y, style) => {
    const { align = 'left', font = '12' } = style,
      wide = pen.wide(words, font),
      left = align === 'left' ? x : align === 'right' ? x - wide : x - wide / 2;
    pen.write(words, x, y, style);
    taken.push([left, y - 7, left + wide, y + 7]);
  };
  /** Words along a slope of 45° through (x, y), `down` the page or up, if nothing is written there yet. */
  const slanted = (words, x, y, down, style, font = '12') => {
    const half = pen.wide(words, font) / 2,
      boxes = [];
    for (let t = -half; t <= half; t += 6) {
      const at = [x + t * Math.SQRT1_2, y + (down ? t : -t) * Math.SQRT1_2];
      boxes.push([...at.map(v => v - 8), ...at.map(v => v + 8)]);
    }
    if (!free(boxes)) return false;
    g.save();
    g.translate(x, y);
    g.rotate(down ? Math.PI / 4 : -Math.PI / 4);
    pen.write(words, 0, 0, { align: 'center', style, font });
    g.restore();
    taken.push(...boxes);
    return true;
  };
  return { ...pen, taken, free, write, slanted, ...discsOn(pen) };
}

/** Weights, and x: both are handles. */
function discsOn({ c, dot, bead, write }) {
  /** Weight k, as a disc with its name. */
  const weight = (x, y, k, r) => {
    bead(x, y, r, c.classes[k], 2);
    write(`W${'₁₂'[k]}`, x, y + 0.5, { align: 'center', style: c.onClass(k), font: '600 12' });
  };
  /** The feature; hollow where it stands off the plane of the weights. */
  const feature = (x, y, inPlane, focus) => {
    if (focus) dot(x, y, 16, c.pale);
    bead(x, y, 10.5, c.ink, 2);
    if (!inPlane) dot(x, y, 8.5, c.paper);
    const style = inPlane ? c.paper : c.ink;
    write('x', x, y - 0.5, { align: 'center', style, font: 'italic 600 14px Georgia, serif' });
  };
  return { weight, feature };
}
