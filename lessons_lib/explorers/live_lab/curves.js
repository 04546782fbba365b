// LiveLab's curves: share read right, angles, loss and scale against the steps; where the reader changed something, a
// mark.
import { degrees } from '../kit/words.js';
import { ROWS_OF_CURVES, changeSeats, curveFrame } from './axes.js';
import { changeText, plainly, sized } from './words.js';

const NARROW = 420, // on less, the names beside the title are short
  TIGHT = 310; // and on still less, the title
const SAY = {
  accuracy: v => `${(100 * v).toFixed(1)} %`,
  theta: degrees,
  other: degrees,
  loss: v => plainly(sized(v)),
  scale: v => plainly(sized(v)),
};

/** What draws on `g`: a stroke, the path of a line, and words, of which it returns the width. */
function brush(g, look) {
  g.textBaseline = 'middle';
  g.lineJoin = 'round';
  return {
    look,
    stroke(style, w, alpha = 1) {
      g.strokeStyle = style;
      g.lineWidth = w;
      g.globalAlpha = alpha;
      g.stroke();
    },
    line(x1, y1, x2, y2) {
      g.beginPath();
      g.moveTo(x1, y1);
      g.lineTo(x2, y2);
    },
    text(words, x, y, { align = 'left', style = look.soft, font = '12px' } = {}) {
      g.font = `${font} system-ui, sans-serif`;
      g.textAlign = align;
      g.fillStyle = style;
      g.globalAlpha = 1;
      g.fillText(words, x, y);
      return g.measureText(words).width;
    },
  };
}

/** `rows` are all moments so far, `moment` the last of them. */
export function paintLiveCurves(g, { width, look, rows, moment, changes }) {
  const frame = curveFrame(width, rows.at(-1)?.step ?? 0),
    { left, right, tall, X } = frame,
    pen = brush(g, look),
    { stroke, line, text } = pen;
  paintChanges(g, { changes, frame, ...pen });
  ROWS_OF_CURVES.forEach(({ title, brief = title, curves, marks }, i) => {
    const top = frame.rows[i],
      Y = v => top + tall * (1 - Math.min(1, Math.max(0, v)));
    for (const [v, words] of marks) {
      line(left, Y(v), right, Y(v));
      stroke(look.ink, 1, 0.13);
      text(words, right + 5, Y(v), { font: '11px' });
    }
    text(width < TIGHT ? brief : title, left, top - 13, { font: '13px' });
    for (const { of, height, dashed } of curves) {
      const known = rows.filter(row => Number.isFinite(row[of]));
      paintCurve(g, { known, of, X, Y: v => Y(height(v)), dashed, look, stroke });
    }
    sayNow({ curves, moment, right, y: top - 13, look, text, narrow: width < NARROW });
  });
  if (moment)
    for (const top of frame.rows) {
      line(X(moment.step), top - 2, X(moment.step), top + tall);
      stroke(look.ink, 1, 0.6);
    }
  paintSteps(frame, text);
  return frame;
}

/** The axis of all curves. */
function paintSteps({ left, right, foot, most }, text) {
  for (const part of [0, 0.5, 1]) {
    const align = part ? (part < 1 ? 'center' : 'right') : 'left';
    text(String(most * part), left + (right - left) * part, foot + 14, { align, font: '11px' });
  }
  text('steps', left + (right - left) * 0.75, foot + 14, { align: 'center', font: '11px' });
}

function paintCurve(g, { known, of, X, Y, dashed, look, stroke }) {
  g.beginPath();
  for (const row of known) g.lineTo(X(row.step), Y(row[of]));
  g.setLineDash(dashed ? [4, 3] : []);
  stroke(look.ink, dashed ? 1.4 : 1.8);
  g.setLineDash([]);
}

/** The values of now, at the right end of the title; two curves are told apart by name and dash. */
function sayNow({ curves, moment, right, y, look, text, narrow }) {
  let x = right;
  for (const { of, name, short } of [...curves].reverse()) {
    const known = moment && Number.isFinite(moment[of]);
    x -= text(known ? SAY[of](moment[of]) : '–', x, y, { align: 'right', style: look.ink, font: '600 13px' }) + 5;
    if (name) x -= text(narrow ? short : name, x, y, { align: 'right', font: '12px' }) + 12;
  }
}

function paintChanges(g, { changes, frame, look, text, line, stroke }) {
  g.font = '12px system-ui, sans-serif';
  for (const { step } of changes)
    for (const top of frame.rows) {
      line(frame.X(step), top, frame.X(step), top + frame.tall);
      g.setLineDash([2, 3]);
      stroke(look.accent, 1.2, 0.8);
      g.setLineDash([]);
    }
  for (const { change, from, lane } of changeSeats(changes, frame, change => g.measureText(changeText(change)).width))
    text(changeText(change), from, 26 - 16 * lane, { style: look.accent });
}
