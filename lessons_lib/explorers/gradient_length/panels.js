// GradientLength's folded panels: where each loss still pushes, and the factors of the chosen one.
import { inBox } from '../kit/hold.js';
import { lossTints, penOn } from '../kit/pen.js';
import { PUSHES } from '../kit/push.js';
import { curveLine } from '../kit/theta_plot.js';
import { countIn } from '../kit/trained.js';
import { amount, thousands } from '../kit/words.js';
import { MINI, ROW, panelFrame } from './axes.js';
import { LOSSES, factorsAt, study } from './maths.js';

const SHORT = { softmax: 'softmax', adacos: 'AdaCos' },
  endless = half => v => (v === Infinity ? 1 : v / (v + half));

/** Everything. Returns the frame, and the loss whose row is named under a spot. */
export function paintPanels(g, width, state) {
  const frame = panelFrame(width),
    pen = penOn(g, lossTints(state.look)),
    boxes = paintRanges(pen, frame, state),
    x = frame.X(state.angle);
  paintFactors(pen, frame, state);
  for (const [from, to] of [
    [frame.rows - 4, frame.rows + 6 * ROW],
    [frame.parts - 4, frame.bottom],
  ])
    pen.line(x, from, x, to, pen.c.ink, 1.2, { alpha: 0.75 });
  return { frame, named: spot => boxes.find(([, box]) => inBox(spot, box))?.[0] };
}

/** A bar for each loss where its length is at least 1 % of its own peak; the boxes of the rows, to choose by. */
function paintRanges(
  { c, line, block, write, wide, fitting },
  { left, right, width, rows, X },
  { loss: chosen, p, net },
) {
  const room = width - left - (net ? wide('pushed', '11') + 12 : 0),
    title = fitting(['where it still pushes: ≥ 1 % of its own peak', 'still pushes: ≥ 1 % of its peak'], room, '12.5');
  write(title, left, rows - 16, { style: c.ink, font: '12.5' });
  if (net) write('pushed', width - 2, rows - 16, { align: 'right', font: '11' });
  return LOSSES.map((loss, i) => {
    const y = rows + ROW * i + 5,
      { ranges } = study(loss, p),
      strong = loss === chosen || loss === 'p2sgrad',
      style = { style: strong ? c.word(loss) : c.soft, font: strong ? '600 11' : '11' };
    line(left, y, right, y, c.faint);
    for (const [a, b] of ranges) block(X(a), y - 3.5, Math.max(1, X(b) - X(a)), 7, c.hue(loss), strong ? 1 : 0.55);
    write(SHORT[loss] ?? PUSHES[loss].name, right + 8, y, style);
    if (net) write(thousands(countIn(net, ranges)), width - 2, y, { ...style, align: 'right' });
    return [loss, [right + 4, y - ROW / 2, width, y + ROW / 2]];
  });
}

/** The chosen loss taken apart: each factor on an axis that no slider moves; f′ and length on one without end. */
function paintFactors({ c, trace, line, area, dot, write }, { left, right, parts, X }, { loss, p, angle }) {
  const found = study(loss, p),
    at = factorsAt(loss, angle, p),
    own = loss === 'p2sgrad';
  const list = [
    [own ? '1 − cos θ' : '1 − P', 'missing', v => (own ? v / 2 : v), 1],
    [own ? '· 1: no s, no f′' : '· s · f′', 'slope', endless(1), at.scale],
    ['· sin θ', 'sine', v => v, 1],
    ['= length', 'length', v => endless(0.6)(v / at.scale), 1],
  ];
  write(`${PUSHES[loss].name}, factor by factor`, left, parts - 16, { style: c.ink, font: '12.5' });
  list.forEach(([name, key, share, times], k) => {
    const base = parts + (MINI + 9) * k + MINI,
      Y = value => base - MINI * Math.min(1, share(value)),
      curve = curveLine(found[key], X, Y, 4),
      last = k === 3;
    area([[left, base], ...curve, [right, base]], c.hue(loss), last ? 0.42 : 0.16);
    trace(curve, c.hue(loss), last ? 2 : 1.2);
    line(left, base, right, base, c.pale);
    dot(X(angle), Y(at[key]), 3, c.ink);
    write(name, right + 8, base - 19, { font: '11' });
    write(amount(at[key] * times), right + 8, base - 4, { style: c.word(loss), font: '600 12' });
  });
}
