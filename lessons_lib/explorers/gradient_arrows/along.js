// The second view of GradientArrows: along x towards the origin, where both steps on x lie in the page.
import { degrees } from '../kit/words.js';
import { FONT, STROKES, TAU, arrow } from './plane.js';

/** Sizes of that view on a canvas `width` wide: a disc, and on its right the angle in words. */
export function alongFrame(width) {
  const R = Math.min(84, (width - 186) / 2);
  return { cx: R + 26, cy: R + 22, R, height: 2 * R + 44, words: 2 * R + 58 };
}

/** Both steps on x as directions, the angle between them, and where the weights lie; returns the boxes of all words. */
export function paintAlong(g, width, v) {
  const F = alongFrame(width),
    { cx, cy, R } = F,
    { look } = v,
    taken = [];
  g.textBaseline = 'middle';
  g.setLineDash([]);
  g.beginPath();
  g.arc(cx, cy, R, 0, TAU);
  g.strokeStyle = look.ink;
  g.lineWidth = 1;
  g.globalAlpha = 0.35;
  g.stroke();
  g.globalAlpha = 1;
  if (!v.at) return taken;
  g.beginPath();
  g.moveTo(cx - R, cy);
  g.lineTo(cx + R, cy);
  g.setLineDash([1.5, 3.5]);
  g.globalAlpha = 0.4;
  g.stroke();
  g.globalAlpha = 1;
  g.setLineDash([]);
  paintSides(g, F, v, taken);
  paintAngle(g, F, v, taken);
  const tips = [v.A.x, v.B.x].map((step, i) => {
    const far = Math.hypot(...step),
      beside = v.lift > 0 ? 0 : i ? 5 : -5; // in the plane they would hide each other
    return (
      far > 1e-14 &&
      arrow(
        g,
        [cx, cy + beside],
        [(step[0] / far) * R * 0.84, (-step[1] / far) * R * 0.84],
        look.pair[i],
        STROKES[i],
        look.paper,
        v.shares[i] < 0.01 ? 0.45 : 1,
      )
    );
  });
  g.beginPath();
  g.arc(cx, cy, 8, 0, TAU);
  g.fillStyle = look.paper;
  g.fill();
  g.beginPath();
  g.arc(cx, cy, 6.5, 0, TAU);
  g.fillStyle = look.ink;
  g.fill();
  g.font = 'italic 600 11px Georgia, serif';
  g.textAlign = 'center';
  g.fillStyle = look.paper;
  g.fillText('x', cx, cy - 0.5);
  return tips && taken;
}

const meets = (a, b) => !(a[2] < b[0] || a[0] > b[2] || a[3] < b[1] || a[1] > b[3]);

/** On the rim, the side on which each weight lies; named as long as there is room, the true class first. */
function paintSides(g, { cx, cy, R }, { A, look, label, directions }, taken) {
  const order = [label, ...directions.keys()].filter((j, k) => k === 0 || j !== label);
  for (const j of order) {
    const { along, up, sine } = A.seen[j];
    if (sine < 1e-6) continue;
    const [ux, uy] = [along / sine, -up / sine],
      x = cx + (R + 11) * ux,
      y = cy + (R + 11) * uy,
      box = [x - 6, y - 8, x + 6, y + 8];
    g.beginPath();
    g.arc(cx + R * ux, cy + R * uy, j === label ? 4 : 2.6, 0, TAU);
    g.fillStyle = look.ink;
    g.fill();
    if (taken.some(other => meets(box, other))) continue;
    g.font = `${j === label ? 700 : 400} 12${FONT}`;
    g.textAlign = 'center';
    g.fillStyle = j === label ? look.ink : look.soft;
    g.fillText(String(j), x, y);
    taken.push(box);
  }
}

/** The arc from one step to the other, and how wide it is. */
function paintAngle(g, { cx, cy, R, words }, { A, B, angle, look, lift }, taken) {
  if (angle !== null && lift > 0) {
    const [from, to] = [A.x, B.x].map(([t, e]) => Math.atan2(-e, t)),
      gone = Math.atan2(Math.sin(to - from), Math.cos(to - from));
    g.beginPath();
    g.arc(cx, cy, 0.46 * R, from, from + gone, gone < 0);
    g.strokeStyle = look.ink;
    g.lineWidth = 1.6;
    g.stroke();
  }
  const write = (text, y, font, style) => {
    g.font = font + FONT;
    g.fillStyle = style;
    g.fillText(text, words, y);
    taken.push([words, y - 8, words + g.measureText(text).width, y + 8]);
  };
  g.textAlign = 'left';
  write(angle === null ? '–' : degrees(angle), cy - 10, '600 24', look.ink);
  write('between the steps', cy + 15, '13', look.soft);
  write('on x, seen along x', cy + 33, '13', look.soft);
}
