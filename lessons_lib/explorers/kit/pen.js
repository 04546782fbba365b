// Strokes, words and colours of the figures that draw curves: GradientLength, LogitCurves, ProbabilityCurve and others.

import { LOOK_OF } from './looks.js';

/** A size in the page's letters; what names its own letters stays as it is. */
const css = font => (font.includes('px') ? font : `${font}px system-ui, sans-serif`);

/** How the line of each loss is broken, so that no reader needs its colour. */
export const DASHES = Object.fromEntries(Object.entries(LOOK_OF).map(([loss, { dash }]) => [loss, dash]));

/** Two colours mixed, #rrggbb or rgb(r,g,b); `part` of the second. */
function mixed(one, two, part) {
  const parse = c =>
    c[0] === '#'
      ? [1, 3, 5].map(i => parseInt(c.slice(i, i + 2), 16))
      : c
          .match(/[\d.]+/g)
          .slice(0, 3)
          .map(Number);
  const [a, b] = [parse(one), parse(two)];
  return `rgb(${a.map((v, i) => Math.round(v + (b[i] - v) * part)).join(',')})`;
}

/** Greys between this page's ink and its paper. */
export function greys({ ink, paper }) {
  const grey = part => mixed(ink, paper, part);
  return { soft: grey(0.36), faint: grey(0.88), pale: grey(0.68), fan: grey(0.76), band: grey(0.94) };
}

/** The page's colours: a scale by hand is drawn in ink, AdaCos in its orange; deeper for words. */
export function tints(look) {
  const hue = look.classes[1];
  return { ...look, ...greys(look), adacos: hue, adacosWord: mixed(hue, look.ink, look.dark ? 0.1 : 0.42) };
}

/** The colours of the losses on this page: for lines, and deeper for words. */
export function lossTints(look) {
  const hue = loss => look.classes[LOOK_OF[loss].hue];
  return { ...look, ...greys(look), hue, word: loss => mixed(hue(loss), look.ink, look.dark ? 0.25 : 0.38) };
}

/**
 * Strokes and words on `g`, in the colours `c`. What a shape is like is { fill, edge, width, dash, alpha }.
 *
 * @typedef {ReturnType<typeof penOn>} Pen
 */
export function penOn(g, c) {
  /** What `path` draws, filled or with its edge or both. */
  const shape = (path, { fill, edge, width = 1.5, dash = [], alpha = 1 }) => {
    g.beginPath();
    path();
    g.globalAlpha = alpha;
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
  };
  const closed = points => {
    for (const [x, y] of points) g.lineTo(x, y);
    g.closePath();
  };
  /** Everything that `paint` does, inside these corners only. */
  const inside = (points, paint) => {
    g.save();
    g.beginPath();
    closed(points);
    g.clip();
    paint();
    g.restore();
  };
  const area = (points, fill, alpha = 1) => shape(() => closed(points), { fill, alpha });
  return {
    g,
    c,
    shape,
    area,
    inside,
    ...boxesOn(g, inside),
    ...linesOn(g, shape),
    ...gripsOn(g, shape, c),
    ...wordsOn(g, c),
  };
}

function boxesOn(g, inside) {
  const block = (x, y, w, h, style, alpha = 1) => {
    g.globalAlpha = alpha;
    g.fillStyle = style;
    g.fillRect(x, y, w, h);
    g.globalAlpha = 1;
  };
  const corners = (x, y, w, h) => [
    [x, y],
    [x + w, y],
    [x + w, y + h],
    [x, y + h],
  ];
  const within = (x, y, w, h, paint) => inside(corners(x, y, w, h), paint);
  return { block, within };
}

function linesOn(g, shape) {
  const trace = (points, edge, width, how = {}) => {
    g.lineJoin = 'round';
    shape(() => points.forEach(([x, y], i) => (i ? g.lineTo(x, y) : g.moveTo(x, y))), { edge, width, ...how });
  };
  const line = (x0, y0, x1, y1, style, width = 1, how = {}) => {
    const end = [x1, y1];
    trace([[x0, y0], end], style, width, how);
  };
  /** From one canvas angle to another, clockwise or `back`. */
  const arc = (x, y, r, [from, to, back], how) => shape(() => g.arc(x, y, r, from, to, back), how);
  const rounded = (x, y, w, h, r, how) => shape(() => g.roundRect(x, y, w, h, r), how);
  return { trace, line, arc, rounded };
}

/** Dots, and what can be taken hold of: a disc with a ring round it, strong while a pointer or the keys are on it. */
function gripsOn(g, shape, c) {
  const disc = (x, y, r, how) => shape(() => g.arc(x, y, r, 0, 7), how),
    dot = (x, y, r, fill) => disc(x, y, r, { fill });
  /** A dot with a rim of paper. */
  const bead = (x, y, r, style, rim = 1.5) => {
    dot(x, y, r + rim, c.paper);
    dot(x, y, r, style);
  };
  const ring = (x, y, style) => {
    dot(x, y, 4.8, style);
    dot(x, y, 2.6, c.paper);
  };
  const grip = (x, y, style, strong = false) => {
    bead(x, y, 6, style, 5);
    disc(x, y, 9.5, { edge: c.ink, width: strong ? 2.4 : 1.2, alpha: strong ? 1 : 0.55 });
  };
  return { dot, bead, ring, grip };
}

function wordsOn(g, c) {
  const wide = (words, font) => {
    g.font = css(font);
    return g.measureText(words).width;
  };
  const write = (
    words,
    x,
    y,
    { align = 'left', style = c.soft, font = '12', halo = 0, under = c.paper, alpha = 1 } = {},
  ) => {
    g.font = css(font);
    g.textAlign = align;
    g.textBaseline = 'middle';
    g.globalAlpha = alpha;
    if (halo) {
      g.lineJoin = 'round';
      g.lineWidth = halo;
      g.strokeStyle = under;
      g.strokeText(words, x, y);
    }
    g.fillStyle = style;
    g.fillText(words, x, y);
    g.globalAlpha = 1;
  };
  /** The first of some texts that has room, or the last, shortened. */
  const fitting = (texts, room, font) => {
    let text = texts.find(one => wide(one, font) <= room) ?? texts.at(-1);
    while (text.length > 2 && wide(text, font) > room) text = `${text.slice(0, -2)}…`;
    return text;
  };
  return { wide, write, fitting };
}
