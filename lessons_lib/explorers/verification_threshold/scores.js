// What VerificationThreshold paints of the scores: filled bars up for genuine pairs, hatched ones down for impostors.
import { clamp } from '../kit/numbers.js';
import { thousands } from '../kit/words.js';
import { BAND, scoreBars, scoreFrame, scoreTicks } from './axes.js';
import { shareText, scoreText } from './words.js';

const KINDS = { genuine: { hue: 0, up: true }, impostors: { hue: 1, up: false } };
let barred = { net: null, width: 0, bars: {} }; // found anew for another network or size

/** Both halves, the axis between them, the threshold, and what lies on either side of it. Returns the frame. */
export function paintScores(pen, width, state) {
  const frame = scoreFrame(width, state.now.net);
  if (barred.net !== state.now.net || barred.width !== width)
    barred = { net: state.now.net, width, bars: scoreBars(state.now.net, frame) };
  for (const kind of Object.keys(KINDS)) paintHalf(pen, frame, state, kind);
  paintAxis(pen, frame, state);
  paintThreshold(pen, frame, state);
  paintQuadrants(pen, frame, state);
  return frame;
}

/** One kind of pairs: judged rightly in its colour, paler where refused; judged wrongly in the accent. */
function paintHalf({ g, c, within }, frame, { now }, kind) {
  const { up, hue } = KINDS[kind],
    x = frame.X(now.threshold),
    own = c.classes[hue];
  const sides = [
    [frame.left, x, up ? c.accent : own, up ? 1 : 0.8],
    [x, frame.right, up ? own : c.accent, 1],
  ];
  for (const [from, to, style, alpha] of sides)
    if (to > from)
      within(from, up ? 0 : frame.axis + BAND + 1, to - from, frame.height, () => {
        outlineOf(g, frame, barred.bars[kind], up);
        g.globalAlpha = up ? alpha : 0.3 * alpha;
        g.fillStyle = style;
        g.fill();
        g.globalAlpha = 1;
        if (!up) hatch(g, frame, style, alpha);
      });
}

function outlineOf(g, { X, axis, tall, left, right }, bars, up) {
  const base = up ? axis : axis + BAND,
    to = height => base + (up ? -height : height) * tall;
  g.beginPath();
  g.moveTo(left, base);
  for (const [from, until, height] of bars) {
    g.lineTo(X(from), to(height));
    g.lineTo(X(until), to(height));
  }
  g.lineTo(right, base);
  g.closePath();
}

/** Light lines across the bars, and their outline. */
function hatch(g, { left, right, axis, floor, tall }, style, alpha) {
  g.strokeStyle = style;
  g.lineWidth = 1;
  g.globalAlpha = alpha;
  g.stroke();
  g.save();
  g.clip();
  g.beginPath();
  for (let x = left - tall; x < right; x += 11) {
    g.moveTo(x, floor);
    g.lineTo(x + floor - axis, axis);
  }
  g.globalAlpha = 0.45 * alpha;
  g.stroke();
  g.restore();
  g.globalAlpha = 1;
}

/** Where the number of the threshold stands: its pill is the handle. */
const pillOf = ({ X, left, right }, { wide }, { now }) => {
  const words = scoreText(now.net, now.threshold),
    half = wide(words, '600 14') / 2 + 16,
    at = clamp(X(now.threshold), left + half - 8, right - half + 8);
  return { words, half, at };
};

/** The axis of the scores and its ticks. */
function paintAxis(pen, frame, state) {
  const { c, line, write, wide } = pen,
    { X, left, right, axis } = frame,
    { half, at: taken } = pillOf(frame, pen, state);
  for (const y of [axis, axis + BAND]) line(left, y, right, y, c.pale);
  for (const [score, label] of scoreTicks(frame)) {
    const room = wide(label, '12') / 2,
      at = clamp(X(score), left + room, right - room);
    if (Math.abs(at - taken) > half + room + 4) write(label, at, axis + BAND / 2, { align: 'center' });
  }
}

/** The threshold: a line, where it was, and a pill with its number and two small arrows. */
function paintThreshold(pen, frame, state) {
  const { c, line, rounded, write } = pen,
    { X, top, axis, floor } = frame,
    { now, ghost, focus } = state,
    x = X(now.threshold),
    middle = axis + BAND / 2,
    ends = [top - 6, floor + 6],
    { words, half, at } = pillOf(frame, pen, state);
  const upright = (x0, ...style) => line(x0, ends[0], x0, ends[1], ...style);
  if (ghost !== null) upright(X(ghost), c.ink, 1, { dash: [4, 3], alpha: 0.7 });
  upright(x, c.paper, 4, { alpha: 0.8 });
  upright(x, c.ink, 1.6);
  const capsule = (more, fill) =>
    rounded(at - half - more, middle - 13 - more, 2 * (half + more), 26 + 2 * more, 13 + more, { fill });
  capsule(focus ? 5 : 2, focus ? c.pale : c.paper);
  capsule(0, c.ink);
  write(words, at, middle + 0.5, { align: 'center', style: c.paper, font: '600 14' });
  for (const side of [-1, 1])
    pen.trace(
      [-4, 0, 4].map(y => [at + side * (half - (y ? 10 : 6.5)), middle + y]),
      c.paper,
      1.6,
    );
}

/** Four fields: genuine and impostor, refused and accepted, each with its share. */
function paintQuadrants({ c, write, wide }, { left, right, top, floor, width }, { now, score }) {
  const { tar, far, all, others } = now,
    high = top - 20,
    low = floor + 20,
    accent = c.accent,
    bold = '600 13';
  const refused = [
    [`refused ${shareText(1 - tar)}`, high, accent],
    [`refused ${shareText(1 - far)}`, low, c.ink],
  ];
  const accepted = [
    [`accepted ${shareText(tar)}`, high, c.ink],
    [`accepted ${shareText(far)}`, low, accent],
  ];
  for (const [words, y, style] of refused) write(words, left, y, { style, font: bold });
  for (const [words, y, style] of accepted) write(words, right, y, { style, font: bold, align: 'right' });
  const fitting = (texts, room) => texts.find(text => wide(text, '12.5') < room) ?? '';
  write(
    fitting(
      [`genuine pairs, two images of one class: ${thousands(all)}`, `genuine pairs: ${thousands(all)}`],
      width - 20,
    ),
    left,
    high - 19,
    { style: c.ink, font: '12.5' },
  );
  const impostors = fitting(
    [`impostor pairs, of two classes: ${thousands(others)}`, `impostor pairs: ${thousands(others)}`],
    width / 2,
  );
  write(impostors, left, low + 19, { style: c.ink, font: '12.5' });
  const room = right - left - wide(impostors, '12.5') - 18,
    told = [`${score} →, heights: √ of the share`, `${score} →`].find(text => wide(text, '11') < room);
  if (told) write(told, right, low + 19, { align: 'right', font: '11' });
}
