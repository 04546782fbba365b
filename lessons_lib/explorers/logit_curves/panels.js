// LogitCurves's panels under the plot: today's trained angles, and the way from one class weight to the other.
import { thousands } from '../kit/words.js';
import { MARGINS } from '../kit/losses.js';
import { STRIP } from './axes.js';
import { LOGITS, TENTHS, countOf } from './maths.js';
import { angleText, edgeText } from './words.js';

/** The net's angles in whole degrees, those below the chosen loss's edge in its colour; the root of each count. */
export function paintTrained({ c, trace, block, write, wide }, frame, { net, loss, angle }, edge) {
  const { left, right, axis, foot, X } = frame,
    bars = new Array(180).fill(0),
    per = TENTHS / 180;
  net.counts.forEach((count, i) => {
    bars[Math.min(179, Math.floor((net.first + i) / per))] += count;
  });
  const most = Math.max(1, ...bars),
    tall = foot - axis - 28,
    step = X(Math.PI / 180) - X(0);
  bars.forEach((count, i) => {
    if (!count) return;
    const high = Math.max(1, tall * Math.sqrt(count / most)),
      inside = edge !== null && ((i + 0.5) * Math.PI) / 180 <= edge;
    block(X((i * Math.PI) / 180), foot - high, Math.max(1, step - 0.5), high, inside ? c.hue(loss) : c.pale);
  });
  trace(
    [
      [left, foot],
      [right, foot],
    ],
    c.pale,
    1,
  );
  trace(
    [
      [X(angle), axis + 26],
      [X(angle), foot + 4],
    ],
    c.ink,
    1.2,
    { alpha: 0.75 },
  );
  const size = `${thousands(countOf(net))}${frame.small ? ', √ count' : ' angles, height: √ count'}`;
  const title = shortened(`trained θ: ${net.name}`, right - 20 - wide(size, '11'), text => wide(text, '12.5'));
  write(title, 2, axis + 12, { style: c.ink, font: '12.5' });
  write(size, right, axis + 12, { align: 'right', font: '11' });
}

function shortened(text, room, wide) {
  if (wide(text) <= room) return text;
  let most = text.length;
  while (most > 1 && wide(`${text.slice(0, most)}…`) > room) most--;
  return `${text.slice(0, most)}…`;
}

/**
 * From W₁ to W₂, however far apart: up to where each loss finds x right enough for one and for the other. Returns the
 * boxes of names and angles, to choose by.
 */
export function paintStrip({ c, trace, block, write, wide, dot }, frame, { loss: chosen, p, angle }, edges) {
  const { from, to, strip, bottom, width } = frame,
    part = theta => from + ((to - from) * theta) / p.between;
  const room = width - wide('up to', '11') - 16;
  const title = ['right enough on the way from W₁ to W₂', 'right enough from W₁ to W₂']
    .flatMap(text => [`${text}, θ₁₂ = ${angleText(p.between)}`, text])
    .find(text => wide(text, '12.5') < room);
  write(title, 2, strip - 16, { style: c.ink, font: '12.5' });
  write('up to', width - 2, strip - 16, { align: 'right', font: '11' });
  const rows = LOGITS.flatMap((loss, i) => {
    const y = strip + STRIP * i + STRIP / 2,
      edge = edges[loss],
      bold = loss === chosen;
    const style = { style: bold ? c.word(loss) : c.soft, font: bold ? '600 12' : '12' };
    trace(
      [
        [from, y],
        [to, y],
      ],
      c.faint,
      1,
    );
    if (edge !== null) {
      const long = part(edge) - from;
      block(from, y - 5, long, 10, c.hue(loss), bold ? 1 : 0.5);
      block(to - long, y - 5, long, 10, c.hue(loss), bold ? 0.34 : 0.17);
      trace(
        [
          [from + long, y - 8],
          [from + long, y + 8],
        ],
        c.hue(loss),
        bold ? 2.5 : 1.5,
      );
    }
    write(MARGINS[loss].name, 2, y, style);
    write(edgeText(edge), width - 2, y, { ...style, align: 'right' });
    return [
      [0, from - 6],
      [to + 6, width],
    ].map(([x0, x1]) => [loss, [x0, y - STRIP / 2, x1, y + STRIP / 2]]);
  });
  for (const [x, words, align] of [
    [from, 'W₁', 'center'],
    [(from + to) / 2, 'half-way', 'center'],
    [to, 'W₂', 'center'],
  ]) {
    trace(
      [
        [x, strip],
        [x, bottom + 3],
      ],
      c.pale,
      1,
    );
    write(words, x, bottom + 13, { align, font: '11' });
  }
  if (angle <= p.between) {
    trace(
      [
        [part(angle), strip - 3],
        [part(angle), bottom + 3],
      ],
      c.ink,
      1.2,
      { alpha: 0.75 },
    );
    dot(part(angle), bottom + 3, 3, c.ink);
  }
  return rows;
}
