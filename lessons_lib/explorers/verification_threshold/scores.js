// What VerificationThreshold paints of the scores: filled bars up for genuine pairs, hatched ones down for impostors.
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
  paintQuadrants(pen, frame, state);
  return frame;
}

/** One kind of pairs: judged rightly in its colour, paler where refused; judged wrongly in the accent. */
function paintHalf(pen, frame, { now }, kind) {
  const { g, c } = pen,
    { up, hue } = KINDS[kind],
    x = frame.X(now.threshold),
    colour = c.classes[hue];
  const sides = [
    [frame.left, x, up ? c.accent : colour, up ? 1 : 0.7],
    [x, frame.right, up ? colour : c.accent, 1],
  ];
  for (const [from, to, style, alpha] of sides) {
    if (to <= from) continue;
    g.save();
    g.beginPath();
    g.rect(from, up ? 0 : frame.axis + BAND + 1, to - from, frame.height);
    g.clip();
    outlineOf(g, frame, barred.bars[kind], up);
    g.globalAlpha = up ? alpha : 0.2 * alpha;
    g.fillStyle = style;
    g.fill();
    g.globalAlpha = alpha;
    if (!up) {
      hatch(g, frame, style);
      outlineOf(g, frame, barred.bars[kind], up);
      g.strokeStyle = style;
      g.lineWidth = 1.4;
      g.stroke();
    }
    g.restore();
  }
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

function hatch(g, { left, right, axis, floor, tall }, style) {
  g.save();
  g.clip();
  g.beginPath();
  for (let x = left - tall; x < right; x += 7) {
    g.moveTo(x, floor);
    g.lineTo(x + floor - axis, axis);
  }
  g.strokeStyle = style;
  g.lineWidth = 1.6;
  g.stroke();
  g.restore();
}

/** The axis of the scores, its ticks, and the threshold, whose number is its handle. */
function paintAxis({ g, c, trace, write, wide }, frame, { now, ghost, focus }) {
  const { X, left, right, top, axis, floor } = frame,
    x = X(now.threshold),
    middle = axis + BAND / 2,
    y0 = top - 6,
    y1 = floor + 6;
  const words = scoreText(now.net, now.threshold),
    half = wide(words, '600 14') / 2 + 13,
    pill = Math.min(right - half + 8, Math.max(left + half - 8, x));
  for (const y of [axis, axis + BAND])
    trace(
      [
        [left, y],
        [right, y],
      ],
      c.pale,
      1,
    );
  for (const [score, label] of scoreTicks(frame)) {
    const room = wide(label, '12') / 2,
      at = Math.min(right - room, Math.max(left + room, X(score)));
    if (Math.abs(at - pill) > half + room + 4) write(label, at, middle, { align: 'center' });
  }
  if (ghost !== null)
    trace(
      [
        [X(ghost), y0],
        [X(ghost), y1],
      ],
      c.ink,
      1,
      { dash: [4, 3], alpha: 0.7 },
    );
  trace(
    [
      [x, y0],
      [x, y1],
    ],
    c.paper,
    4,
    { alpha: 0.8 },
  );
  trace(
    [
      [x, y0],
      [x, y1],
    ],
    c.ink,
    1.6,
  );
  const capsule = (more, style) => {
    g.beginPath();
    g.roundRect(pill - half - more, middle - 12 - more, 2 * (half + more), 24 + 2 * more, 12 + more);
    g.fillStyle = style;
    g.fill();
  };
  if (focus) capsule(3, c.pale);
  capsule(0, c.ink);
  write(words, pill, middle + 0.5, { align: 'center', style: c.paper, font: '600 14' });
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
