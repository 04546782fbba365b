// Strokes, words and colours of ProbabilityCurve on its two canvases.

export const LETTERS = 'px system-ui, sans-serif';

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

/** The page's colours: a scale by hand is drawn in ink, AdaCos in its orange; deeper for words. */
export function tints(look) {
  const { ink, paper, dark } = look,
    hue = look.classes[1];
  return {
    ...look,
    adacos: hue,
    adacosWord: mixed(hue, ink, dark ? 0.1 : 0.42),
    soft: mixed(ink, paper, 0.36),
    faint: mixed(ink, paper, 0.88),
    pale: mixed(ink, paper, 0.68),
    fan: mixed(ink, paper, 0.76),
    band: mixed(ink, paper, 0.94),
  };
}

export function penOn(g, c) {
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
  const wide = (words, font) => {
    g.font = font + LETTERS;
    return g.measureText(words).width;
  };
  const write = (words, x, y, { align = 'left', style = c.soft, font = '12', halo = 0, alpha = 1 } = {}) => {
    g.font = font + LETTERS;
    g.textAlign = align;
    g.textBaseline = 'middle';
    g.globalAlpha = alpha;
    if (halo) {
      g.lineJoin = 'round';
      g.lineWidth = halo;
      g.strokeStyle = c.paper;
      g.strokeText(words, x, y);
    }
    g.fillStyle = style;
    g.fillText(words, x, y);
    g.globalAlpha = 1;
  };
  return { g, c, trace, dot, block, wide, write };
}
