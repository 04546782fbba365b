// The matrix: each cell is shaded by its cosine, its disc is as large as the gradient on that cosine.
import { marksOn } from '../kit/marks.js';
import { thumbnail } from './data.js';

/**
 * What is painted.
 * @typedef {object} State
 * @property {import('./data.js').Data} data
 * @property {import('./maths.js').Params} p
 * @property {import('./maths.js').Batch} batch
 * @property {import('./maths.js').Batch | null} was before the last gesture
 * @property {number[]} cosines row after row
 * @property {string[]} captions as they are shown
 * @property {boolean[]} own whether the reader wrote them
 * @property {number[]} cell the one that is read, [row, column]
 * @property {number[] | null} over the one under the mouse
 * @property {boolean} focus
 * @property {object} look colours of the page
 */

/** What one softmax takes together stands together: pixels left free at a cell's sides, and above and below. */
const GAPS = { row: [0.5, 3], column: [3, 0.5], both: [1, 1], sigmoid: [3, 3] };
const SHADE = 0.3, // of the ink, at a cosine of 1
  SEEN = 0.5; // pixels: smaller discs are none

const shadeOf = cosine => 0.02 + SHADE * Math.max(0, (cosine + 1) / 2) ** 1.5;
const radiusOf = (push, cell) => Math.sqrt(Math.min(1, Math.abs(push))) * (cell / 2 - 3);

/** @param {State} state */
export function paintMatrix(g, frame, state) {
  const pen = marksOn(g, state.look);
  paintCells(pen, frame, state);
  paintImages(pen, frame, state);
  paintCaptions(pen, frame, state);
  paintLegend(pen, frame, state);
}

function paintCells(pen, frame, { data, p, batch, was, cosines, cell: chosen, over, focus, look }) {
  const { B, box, cell } = frame,
    { c, disc, block } = pen,
    [gx, gy] = GAPS[p.way];
  for (let n = 0; n < B * B; n++) {
    const i = Math.floor(n / B),
      j = n % B,
      [x, y] = box(i, j),
      middle = [x + cell / 2, y + cell / 2],
      r = radiusOf(batch.push[n], cell),
      before = was && radiusOf(was.push[n], cell);
    block(x + gx, y + gy, cell - 2 * gx, cell - 2 * gy, c.ink, shadeOf(cosines[n]));
    if (r > SEEN) disc(middle, r, { fill: i === j ? look.accent : c.ink, alpha: i === j ? 1 : 0.86 });
    if (before > SEEN && Math.abs(before - r) > 0.8)
      disc(middle, before, { edge: i === j ? look.accent : c.ink, width: 1, alpha: 0.55 });
    if (i !== j && data.labels[i] === data.labels[j])
      frameCell(pen, frame, [i, j], { inset: 2.5, edge: look.accent, width: 1.2, dash: [2.5, 2.5] });
  }
  if (over && over.join() !== chosen.join()) frameCell(pen, frame, over, { edge: c.soft, width: 1.5 });
  frameCell(pen, frame, chosen, { edge: c.paper, width: focus ? 6 : 4.5 });
  frameCell(pen, frame, chosen, { edge: c.ink, width: focus ? 3 : 2 });
}

function frameCell({ rounded }, { box, cell }, [i, j], { inset = 0.5, ...how }) {
  const [x, y] = box(i, j);
  rounded(x + inset, y + inset, cell - 2 * inset, cell - 2 * inset, 3, how);
}

const drawn = { colour: '', data: null, thumbs: [] };

/** The digits, in ink; that of the chosen row is underlined. */
function paintImages({ g, c, line }, { box, cell, left, B }, { data, cell: [row], look }) {
  if (drawn.colour !== look.ink || drawn.data !== data)
    Object.assign(drawn, {
      colour: look.ink,
      data,
      thumbs: data.thumbs.map(pixels => thumbnail(pixels, data.side, look.ink)),
    });
  const size = Math.min(cell, left - 6);
  for (let i = 0; i < B; i++) {
    const y = box(i, 0)[1] + (cell - size) / 2;
    g.globalAlpha = i === row ? 1 : 0.72;
    g.drawImage(drawn.thumbs[i], left - 5 - size, y, size, size);
    g.globalAlpha = 1;
    if (i === row) line(left - 3, y + 2, left - 3, y + size - 2, c.ink, 2.5);
  }
}

/** The captions, slanted over their columns. */
function paintCaptions({ g, c, write, fitting }, { box, cell, top, room, slant, B }, state) {
  const { captions, own, cell: chosen, look } = state;
  for (let j = 0; j < B; j++) {
    const here = j === chosen[1],
      font = here ? '600 13' : '12.5',
      [x] = box(0, j);
    g.save();
    g.translate(x + cell / 2 + 1, top - 7);
    g.rotate(-slant);
    write(fitting([captions[j]], room, font), 0, 0, {
      font,
      style: own[j] ? look.accent : here ? c.ink : c.soft,
    });
    g.restore();
  }
}

/** What sizes and shades mean, below. */
function paintLegend({ c, disc, block, write, wide }, { left, foot, small, cell }, { look }) {
  const font = '11.5',
    rows = [foot + 17, foot + (small ? 37 : 17)];
  let x = small ? 2 : left;
  const say = (text, y, after = 14) => {
    write(text, x, y, { font });
    x += wide(text, font) + after;
  };
  const r = Math.min(7, cell / 3);
  for (const [style, text] of [
    [look.accent, 'right pair, pulled'],
    [c.ink, 'wrong pair, pushed'],
  ]) {
    disc([x + r, rows[0]], r, { fill: style });
    x += 2 * r + 5;
    say(text, rows[0]);
  }
  if (small) x = 2;
  say('cosine −1', rows[1], 5);
  for (let k = 0; k < 7; k++) block(x + 9 * k, rows[1] - 6, 9, 12, c.ink, shadeOf(k / 3 - 1));
  x += 68;
  say('1', rows[1]);
}
