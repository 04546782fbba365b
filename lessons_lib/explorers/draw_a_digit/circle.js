// The plane of the trained 2-D features, painted: class directions, regions, points, and where the drawing stands.
import { TAU, wrapped } from '../kit/numbers.js';
import { degrees } from '../kit/words.js';
import { seatsApart } from '../kit/class_circle.js';
import { SUB } from './words.js';

/**
 * What is painted.
 *
 * @typedef {object} Scene
 * @property {object} look the page's colours
 * @property {number[][]} weight [w_x, w_y, b] for each class, `regions` where it is read, `points` the dots
 * @property {number} rim how far out the circle's edge is
 * @property {object | null} seen reading of the drawing, which stands at `x` and has walked along `trail`
 * @property {{ x: number[], label: number }[]} taught digits
 */

/** The plane as a circle of `size` pixels, with strokes and fills. */
function planeOn(g, size, rim) {
  const middle = size / 2,
    R = middle - 32;
  const polar = (angle, r) => [middle + r * Math.cos(angle), middle - r * Math.sin(angle)];
  /** A point of the plane in pixels; one past the rim stands on it. */
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
  const begun =
    draw =>
    (...given) => {
      g.beginPath();
      draw(...given);
    };
  g.lineJoin = g.lineCap = 'round';
  g.textAlign = 'center';
  g.textBaseline = 'middle';
  return { g, size, middle, R, polar, to, stroke, fill, dots: dot, dot: begun(dot), line: begun(line) };
}

/** The circle, back to front. @param {Scene} scene */
export function paintCircle(g, size, scene) {
  const plane = planeOn(g, size, scene.rim),
    { weight, look, points, seen } = scene,
    dirs = weight.map(([u, v]) => Math.atan2(v, u));
  paintRegions(plane, scene);
  dirs.forEach((angle, k) => {
    plane.line([plane.middle, plane.middle], plane.polar(angle, plane.R));
    plane.stroke(look.classes[k], seen?.read === k ? 2.4 : 1.4, 0.9);
  });
  look.classes.forEach((color, k) => {
    g.beginPath();
    for (const p of points) if (p.label === k) plane.dots(plane.to(p.x), 2);
    plane.fill(color, 0.6);
  });
  paintNames(plane, dirs, scene);
  g.textAlign = 'right';
  const rim = `rim: ‖x‖ = ${scene.rim.toFixed(0)}`;
  write(plane, look, rim, [size - 4, size - 10], '12px system-ui, sans-serif', 0.66);
  g.textAlign = 'center';
  paintTaught(plane, scene);
  if (!seen) return;
  paintAngles(plane, dirs, scene);
  paintTrail(plane, scene);
  paintX(plane, scene);
}

/** Where the drawing is read, and where the reading changes. */
function paintRegions({ g, R, middle, to, fill, stroke, dot }, { regions, seen, look: { ink, classes } }) {
  const outline = k => {
    regions[k].map(to).forEach((p, i) => (i ? g.lineTo(...p) : g.moveTo(...p)));
    g.closePath();
  };
  if (seen) {
    g.beginPath();
    outline(seen.read);
    fill(classes[seen.read], 0.13);
  }
  g.beginPath();
  regions.forEach((_, k) => outline(k));
  stroke(ink, 1, 0.22);
  dot([middle, middle], R);
  stroke(ink, 1, 0.3);
}

/** The names of the classes around the rim. */
function paintNames({ g, R, polar, dot, fill }, dirs, { seen, look }) {
  seatsApart(dirs, 27 / (R + 16)).forEach((angle, k) => {
    const at = polar(angle, R + 16);
    dot(at, seen?.read === k ? 14 : 11.5);
    fill(look.classes[k]);
    g.font = `600 ${seen?.read === k ? 16 : 14}px system-ui, sans-serif`;
    g.fillStyle = look.onClass(k);
    g.fillText(k, at[0], at[1] + 0.5);
  });
}

function write({ g }, { paper, ink }, words, at, font, soft = 1) {
  g.font = font;
  g.strokeStyle = paper;
  g.lineWidth = 4;
  g.strokeText(words, ...at);
  g.globalAlpha = soft;
  g.fillStyle = ink;
  g.fillText(words, ...at);
  g.globalAlpha = 1;
}

/** A square with its label for each digit that was taught: no dot is square. */
function paintTaught({ g, to, fill, stroke }, { taught, look }) {
  for (const { x, label } of taught) {
    const [px, py] = to(x);
    g.beginPath();
    g.rect(px - 7.5, py - 7.5, 15, 15);
    stroke(look.paper, 4.5);
    fill(look.classes[label]);
    stroke(look.ink, 1.2);
    g.font = '600 11.5px system-ui, sans-serif';
    g.fillStyle = look.onClass(label);
    g.fillText(label, px, py + 0.5);
  }
}

/** θ to the runner-up, then to the nearest. */
function paintAngles(plane, dirs, { x, seen, look }) {
  const { g, middle, R, polar, to, line, stroke } = plane,
    { paper, accent, classes } = look,
    here = Math.atan2(x[1], x[0]);
  const turns = seen.byAngle.slice(0, 2).map(k => wrapped(dirs[k] - here));
  line(to(x), polar(here, R));
  stroke(accent, 1, 0.5);
  [
    [1, 0.8, 1.8],
    [0, 0.93, 4],
  ].forEach(([place, r, width]) => {
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
    write(plane, look, words, polar(at, edge - across(at + Math.PI / 2)), font);
  });
}

/** Footprints, the older the fainter. */
function paintTrail({ to, line, dot, stroke, fill }, { trail, look: { accent, paper } }) {
  trail.forEach((past, i) => {
    const fresh = (i + 1) / trail.length;
    if (i) {
      line(to(trail[i - 1].x), to(past.x));
      stroke(accent, 1.3, 0.25 + 0.35 * fresh);
    }
    dot(to(past.x), 2.4);
    fill(accent, 0.35 + 0.55 * fresh);
  });
  if (trail.length < 2) return;
  dot(to(trail[0].x), 4.5);
  fill(paper);
  stroke(accent, 1.8);
}

function paintX({ g, middle, to, line, dot, stroke, fill }, { x, look: { accent, paper } }) {
  const end = to(x);
  line([middle, middle], end);
  stroke(paper, 4.5);
  stroke(accent, 2);
  dot(end, 9);
  stroke(paper, 4);
  fill(accent);
  g.font = 'italic 600 14px Georgia, serif';
  g.fillStyle = paper;
  g.fillText('x', end[0], end[1] - 0.5);
}
