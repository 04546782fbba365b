// What the figures on a plane, a circle or a sphere draw with: discs, arrows, and words at the middle of a spot.
import { penOn } from './pen.js';

export const TAU = 2 * Math.PI;

/**
 * Strokes and words on `g` in the page's colours; a spot is [x, y] in pixels.
 *
 * - line(spots, style, width, { dash, alpha })
 * - disc(spot, r, { fill, edge, width, dash, alpha })
 * - grip(spot, r, { fill, held }): a disc that can be taken hold of, with a ring round it; strong while it is held
 * - shape(spots, style, alpha): filled
 * - arrow(spot, way, { style, width, head, open, dash, halo, alpha }): returns its tip, null for one too short to see
 * - say(words, spot, { font, style, halo, alpha, align }): `font` is a size, or with letters of its own a CSS font
 */
export function marksOn(g, look) {
  const pen = penOn(g, look);
  const line = (spots, style, width, how) => pen.trace(spots, style, width, how);
  function disc([x, y], r, { fill, edge, width = 1.5, dash = [], alpha = 1 }) {
    g.globalAlpha = alpha;
    g.beginPath();
    g.arc(x, y, Math.max(0, r), 0, TAU);
    if (fill) {
      g.fillStyle = fill;
      g.fill();
    }
    if (edge) {
      g.setLineDash(dash);
      g.strokeStyle = edge;
      g.lineWidth = width;
      g.stroke();
      g.setLineDash([]);
    }
    g.globalAlpha = 1;
  }
  function grip(spot, r, { fill, held = false, dash, edge }) {
    disc(spot, r + 5, { fill: look.paper, alpha: 0.85 });
    disc(spot, r + 4, { edge: look.ink, width: held ? 2 : 1.2, alpha: held ? 1 : 0.45 });
    disc(spot, r, { fill, edge, dash, width: 2 });
  }
  function shape(spots, style, alpha = 1) {
    g.beginPath();
    spots.forEach(([x, y], i) => (i ? g.lineTo(x, y) : g.moveTo(x, y)));
    g.closePath();
    g.globalAlpha = alpha;
    g.fillStyle = style;
    g.fill();
    g.globalAlpha = 1;
  }
  function arrow([x, y], [dx, dy], { style, width, head = 3.4 * width, open = false, dash = [], halo = 0, alpha = 1 }) {
    const far = Math.hypot(dx, dy);
    if (!(far > 1.5)) return null;
    const long = Math.min(head, 0.65 * far),
      half = 0.53 * long,
      w = Math.min(width / 2, half || width),
      at = ([along, side]) => [x + (along * dx - side * dy) / far, y + (along * dy + side * dx) / far];
    const neck = far - long,
      barbs = [
        [neck, half],
        [far, 0],
        [neck, -half],
      ].map(at),
      shaft = [
        [0, 0],
        [open ? far : neck, 0],
      ].map(at);
    const strokes = [shaft, open ? barbs : [...barbs, barbs[0]]];
    if (halo) for (const part of strokes) line(part, look.paper, width + halo);
    if (open) strokes.forEach((part, i) => line(part, style, width, { dash: i || far < 16 ? [] : dash, alpha }));
    // one shape, so that a pale arrow is equally pale all over
    else shape([at([0, w]), at([neck, w]), ...barbs, at([neck, -w]), at([0, -w])], style, alpha);
    return [x + dx, y + dy];
  }
  function say(words, [x, y], { align = 'center', halo = 0, ...how }) {
    pen.write(words, x, y, { align, halo, ...how });
  }
  return { ...pen, line, disc, grip, shape, arrow, say };
}
