// GradientLength's panels under the plot: where each loss still pushes, today's trained angles, and the factors apart.
import { thousands } from '../kit/words.js';
import { PUSHES } from '../kit/push.js';
import { MINI, ROW } from '../kit/theta_plot.js';
import { BINS, LOSSES, STEPS, factorsAt, pushedOf, sizeOf, study } from './maths.js';
import { figures } from './words.js';

const SHORT = { softmax: 'softmax', adacos: 'AdaCos' },
  endless = half => v => (v === Infinity ? 1 : v / (v + half));

/**
 * A bar for each loss where its length is at least 1 % of its own peak. Returns the boxes of the rows, to choose by.
 */
export function paintRanges({ c, trace, block, write }, frame, { loss: chosen, p, net }) {
  const { left, right, width, X } = frame;
  write('where it still pushes: ≥ 1 % of its own peak', left, frame.rows - 14, { style: c.ink, font: '12.5' });
  if (net) write('pushed', width - 2, frame.rows - 14, { align: 'right', font: '11' });
  const boxes = LOSSES.map((loss, i) => {
    const y = frame.rows + ROW * i + 5,
      { ranges } = study(loss, p),
      bold = loss === chosen || loss === 'p2sgrad';
    const style = { style: bold ? c.word(loss) : c.soft, font: bold ? '600 11' : '11' };
    trace(
      [
        [left, y],
        [right, y],
      ],
      c.faint,
      1,
    );
    for (const [a, b] of ranges) block(X(a), y - 3.5, Math.max(1, X(b) - X(a)), 7, c.hue(loss), bold ? 1 : 0.55);
    write(SHORT[loss] ?? PUSHES[loss].name, right + 8, y, style);
    if (net) write(thousands(pushedOf(net, ranges)), width - 2, y, { ...style, align: 'right' });
    return [loss, [right + 4, y - ROW / 2, width, y + ROW / 2]];
  });
  if (net) paintHistogram({ c, trace, block, write }, frame, net, study(chosen, p).ranges, c.hue(chosen));
  return boxes;
}

/** The net's angles in whole degrees, those that the chosen loss still pushes in its colour; the root of each count. */
function paintHistogram({ c, trace, block, write }, frame, net, ranges, hue) {
  const { left, right, foot, X } = frame,
    bars = new Array(180).fill(0),
    tenth = BINS / 180;
  net.counts.forEach((count, i) => {
    bars[Math.min(179, Math.floor((net.first + i) / tenth))] += count;
  });
  const most = Math.max(1, ...bars),
    tall = foot - frame.after - 34,
    step = X(Math.PI / 180) - X(0);
  bars.forEach((count, i) => {
    if (!count) return;
    const theta = ((i + 0.5) * Math.PI) / 180,
      high = Math.max(1, tall * Math.sqrt(count / most));
    const pushed = ranges.some(([a, b]) => theta >= a && theta <= b);
    block(X((i * Math.PI) / 180), foot - high, Math.max(1, step - 0.5), high, pushed ? hue : c.pale);
  });
  trace(
    [
      [left, foot],
      [right, foot],
    ],
    c.pale,
    1,
  );
  write(`trained θ: ${net.name}`, left, frame.after + 20, { style: c.ink, font: '12.5' });
  write(`${thousands(sizeOf(net))} angles`, right + 8, foot - 22, { font: '11' });
  write('height: √ count', right + 8, foot - 8, { font: '11' });
}

/**
 * The chosen loss taken apart: each factor on an axis that no slider moves; f′ and the length on one without an end.
 */
export function paintFactors({ g, c, trace, dot, write }, frame, { loss, p, angle }) {
  const found = study(loss, p),
    at = factorsAt(loss, angle, p),
    own = loss === 'p2sgrad',
    { left, right, X } = frame;
  const list = [
    [own ? '1 − cos θ' : '1 − P', 'missing', v => (own ? v / 2 : v), 1],
    [own ? '· 1: no s, no f′' : '· s · f′', 'slope', endless(1), at.scale],
    ['· sin θ', 'sine', v => v, 1],
    ['= length', 'length', v => endless(0.6)(v / at.scale), 1],
  ];
  write(`${PUSHES[loss].name}, factor by factor`, left, frame.parts - 14, { style: c.ink, font: '12.5' });
  list.forEach(([name, key, share, times], k) => {
    const base = frame.parts + (MINI + 9) * k + MINI,
      Y = value => base - MINI * Math.min(1, share(value)),
      last = k === 3;
    const line = Array.from({ length: STEPS / 4 + 1 }, (_, i) => [X((4 * Math.PI * i) / STEPS), Y(found[key][4 * i])]);
    g.beginPath();
    g.moveTo(left, base);
    line.forEach(([x, y]) => g.lineTo(x, y));
    g.lineTo(right, base);
    g.globalAlpha = last ? 0.42 : 0.16;
    g.fillStyle = c.hue(loss);
    g.fill();
    g.globalAlpha = 1;
    trace(line, c.hue(loss), last ? 2 : 1.2);
    trace(
      [
        [left, base],
        [right, base],
      ],
      c.pale,
      1,
    );
    dot(X(angle), Y(at[key]), 3, c.ink);
    write(name, right + 8, base - 19, { font: '11' });
    write(figures(at[key] * times), right + 8, base - 4, { style: c.word(loss), font: '600 12' });
  });
}
