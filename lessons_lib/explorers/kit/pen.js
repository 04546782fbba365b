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
 * Strokes and words on `g`, in the colours `c`.
 *
 * @typedef {ReturnType<typeof penOn>} Pen
 */
export function penOn(g, c) {
  const dot = (x, y, r, style) => {
    g.beginPath();
    g.arc(x, y, r, 0, 7);
    g.fillStyle = style;
    g.fill();
  };
  const block = (x, y, w, h, style, alpha = 1) => {
    g.globalAlpha = alpha;
    g.fillStyle = style;
    g.fillRect(x, y, w, h);
    g.globalAlpha = 1;
  };
  const area = (points, style, alpha = 1) => {
    g.beginPath();
    for (const [x, y] of points) g.lineTo(x, y);
    g.closePath();
    g.globalAlpha = alpha;
    g.fillStyle = style;
    g.fill();
    g.globalAlpha = 1;
  };
  /** Everything that `paint` does, inside a box only. */
  const within = (x, y, w, h, paint) => {
    g.save();
    g.beginPath();
    g.rect(x, y, w, h);
    g.clip();
    paint();
    g.restore();
  };
  return { g, c, ...linesOn(g), dot, block, area, within, ...gripsOn(g, dot, c), ...wordsOn(g, c) };
}

function linesOn(g) {
  const trace = (points, style, width, { dash = [], alpha = 1 } = {}) => {
    g.beginPath();
    points.forEach(([x, y], i) => (i ? g.lineTo(x, y) : g.moveTo(x, y)));
    g.lineJoin = 'round';
    g.strokeStyle = style;
    g.lineWidth = width;
    g.globalAlpha = alpha;
    g.setLineDash(dash);
    g.stroke();
    g.setLineDash([]);
    g.globalAlpha = 1;
  };
  const line = (x0, y0, x1, y1, style, width = 1, more = {}) => {
    const end = [x1, y1];
    trace([[x0, y0], end], style, width, more);
  };
  return { trace, line };
}

/** What can be taken hold of looks so: a disc with a ring round it, strong while a pointer or the keys are on it. */
function gripsOn(g, dot, c) {
  const ring = (x, y, style) => {
    dot(x, y, 4.8, style);
    dot(x, y, 2.6, c.paper);
  };
  const grip = (x, y, style, strong = false) => {
    dot(x, y, 11, c.paper);
    dot(x, y, 6, style);
    g.beginPath();
    g.arc(x, y, 9.5, 0, 7);
    g.strokeStyle = c.ink;
    g.lineWidth = strong ? 2.4 : 1.2;
    g.globalAlpha = strong ? 1 : 0.55;
    g.stroke();
    g.globalAlpha = 1;
  };
  return { ring, grip };
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
