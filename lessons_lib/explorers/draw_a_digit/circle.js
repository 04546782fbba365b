// The plane of the trained 2-D features, painted: class directions, regions, points, and where the drawing stands.
import { degrees } from '../kit/words.js';

const SUB = '₀₁₂₃₄₅₆₇₈₉',
  TAU = 2 * Math.PI;

/** Angles moved apart until neighbours have `gap` between them: two labels never cover each other. */
function apart(angles, gap) {
  const placed = [...angles],
    order = [...angles.keys()].sort((i, j) => angles[i] - angles[j]);
  for (let round = 0; round < 30; round++)
    order.forEach((i, n) => {
      const j = order[(n + 1) % order.length],
        lack = gap - ((placed[j] - placed[i] + 2 * TAU) % TAU);
      if (lack > 0) {
        placed[i] -= lack / 2;
        placed[j] += lack / 2;
      }
    });
  return placed;
}

/** The circle, back to front. `to` turns a point of the plane into pixels, points past the rim stand on it. */
export function paintCircle(g, size, { look, weight, regions, points, rim, seen, x, trail }) {
  const middle = size / 2,
    R = middle - 32,
    dirs = weight.map(([u, v]) => Math.atan2(v, u)),
    { ink, paper, accent, classes } = look;
  const polar = (angle, r) => [middle + r * Math.cos(angle), middle - r * Math.sin(angle)];
  const to = ([u, v]) => polar(Math.atan2(v, u), R * Math.min(1, Math.hypot(u, v) / rim));
  const stroke = (style, width, alpha = 1) => {
    g.strokeStyle = style;
    g.lineWidth = width;
    g.globalAlpha = alpha;
    g.stroke();
    g.globalAlpha = 1;
  };
  const fill = (style, alpha = 1) => {
    g.fillStyle = style;
    g.globalAlpha = alpha;
    g.fill();
    g.globalAlpha = 1;
  };
  const dot = ([px, py], r) => {
    g.moveTo(px + r, py);
    g.arc(px, py, r, 0, TAU);
  };
  const line = (from, end) => {
    g.moveTo(...from);
    g.lineTo(...end);
  };
  const outline = k => {
    regions[k].map(to).forEach((p, i) => (i ? g.lineTo(...p) : g.moveTo(...p)));
    g.closePath();
  };
  g.lineJoin = g.lineCap = 'round';
  g.textAlign = 'center';
  g.textBaseline = 'middle';

  if (seen) {
    g.beginPath();
    outline(seen.read);
    fill(classes[seen.read], 0.13);
  }
  g.beginPath();
  weight.forEach((_, k) => outline(k));
  stroke(ink, 1, 0.22); // where the reading changes
  g.beginPath();
  dot([middle, middle], R);
  stroke(ink, 1, 0.3);
  dirs.forEach((angle, k) => {
    g.beginPath();
    line([middle, middle], polar(angle, R));
    stroke(classes[k], seen?.read === k ? 2.4 : 1.4, 0.9);
  });
  classes.forEach((color, k) => {
    g.beginPath();
    for (const p of points) if (p.label === k) dot(to(p.x), 2);
    fill(color, 0.6);
  });
  apart(dirs, 27 / (R + 16)).forEach((angle, k) => {
    const at = polar(angle, R + 16);
    g.beginPath();
    dot(at, seen?.read === k ? 14 : 11.5);
    fill(classes[k]);
    g.font = `600 ${seen?.read === k ? 16 : 14}px system-ui, sans-serif`;
    g.fillStyle = look.onClass(k);
    g.fillText(k, at[0], at[1] + 0.5);
  });
  const text = (words, at, font, soft = 1) => {
    g.font = font;
    g.strokeStyle = paper;
    g.lineWidth = 4;
    g.strokeText(words, ...at);
    g.globalAlpha = soft;
    g.fillStyle = ink;
    g.fillText(words, ...at);
    g.globalAlpha = 1;
  };
  g.textAlign = 'right';
  text(`rim: ‖x‖ = ${rim.toFixed(0)}`, [size - 4, size - 10], '12px system-ui, sans-serif', 0.66);
  g.textAlign = 'center';
  if (!seen) return;

  const here = Math.atan2(x[1], x[0]),
    end = to(x);
  const turns = seen.byAngle.slice(0, 2).map(k => Math.atan2(Math.sin(dirs[k] - here), Math.cos(dirs[k] - here)));
  g.beginPath();
  line(end, polar(here, R));
  stroke(accent, 1, 0.5);
  [
    [1, 0.8, 1.8],
    [0, 0.93, 4],
  ].forEach(([place, r, width]) => {
    // θ to the runner-up, then to the nearest
    const k = seen.byAngle[place],
      turn = turns[place],
      words = `θ${SUB[k]} = ${degrees(Math.abs(turn))}`;
    const font = `${place ? '' : '600 '}12.5px system-ui, sans-serif`;
    const arc = () => {
      g.beginPath();
      g.arc(middle, middle, R * r, -here, -here - turn, turn > 0);
    };
    arc();
    stroke(paper, width + 3);
    arc();
    stroke(classes[k], width);
    g.font = font;
    const half = g.measureText(words).width / 2,
      across = angle => half * Math.abs(Math.sin(angle)) + 7 * Math.abs(Math.cos(angle));
    const least = (across(here) + 16) / (R * r),
      fits = Math.abs(turn) > 2 * least; // else beside its arc, clear of the line to x
    const at = here + (fits ? turn / 2 : least * Math.sign(turns[1]) * (place ? 1 : -1)),
      edge = fits || place ? R * r - 7 : R - 5;
    text(words, polar(at, edge - across(at + Math.PI / 2)), font);
  });
  trail.forEach((past, i) => {
    // footprints, the older the fainter
    const fresh = (i + 1) / trail.length;
    if (i) {
      g.beginPath();
      line(to(trail[i - 1].x), to(past.x));
      stroke(accent, 1.3, 0.25 + 0.35 * fresh);
    }
    g.beginPath();
    dot(to(past.x), 2.4);
    fill(accent, 0.35 + 0.55 * fresh);
  });
  if (trail.length > 1) {
    g.beginPath();
    dot(to(trail[0].x), 4.5);
    fill(paper);
    stroke(accent, 1.8);
  }
  g.beginPath();
  line([middle, middle], end);
  stroke(paper, 4.5);
  stroke(accent, 2);
  g.beginPath();
  dot(end, 9);
  stroke(paper, 4);
  fill(accent);
  g.font = 'italic 600 14px Georgia, serif';
  g.fillStyle = paper;
  g.fillText('x', end[0], end[1] - 0.5);
}
