// LogitCurves's panel under the plot: the way from one class weight to the other.
import { inBox } from '../kit/hold.js';
import { MARGINS } from '../kit/losses.js';
import { lossTints, penOn } from '../kit/pen.js';
import { degrees } from '../kit/words.js';
import { STRIP, stripFrame } from './axes.js';
import { LOGITS, edgeOf } from './maths.js';
import { edgeText } from './words.js';

/**
 * From W₁ to W₂, however far apart: up to where each loss finds x right enough for one and for the other. Returns the
 * loss whose row is named under a spot, and the frame.
 */
export function paintStrip(g, width, state) {
  const frame = stripFrame(width),
    pen = penOn(g, lossTints(state.look)),
    { from, to, strip, bottom } = frame,
    { c, line, write } = pen,
    { p, angle } = state;
  paintHeading(pen, frame, p);
  LOGITS.forEach((loss, i) => paintRow(pen, frame, state, loss, strip + STRIP * (i + 0.5)));
  for (const [x, words] of [
    [from, 'W₁'],
    [(from + to) / 2, 'half-way'],
    [to, 'W₂'],
  ]) {
    line(x, strip, x, bottom + 3, c.pale);
    write(words, x, bottom + 15, { align: 'center', font: '11' });
  }
  if (angle <= p.between) {
    const x = from + ((to - from) * angle) / p.between;
    line(x, strip - 3, x, bottom + 3, c.ink, 1.2, { alpha: 0.75 });
    pen.dot(x, bottom + 3, 4, c.ink);
  }
  const beside = (i, x0, x1) => [x0, strip + STRIP * i, x1, strip + STRIP * (i + 1)];
  const named = spot =>
    LOGITS.find((_, i) => inBox(spot, beside(i, 0, from - 8)) || inBox(spot, beside(i, to + 8, width)));
  return { frame, named };
}

function paintHeading({ c, write, wide, fitting }, { width, strip }, p) {
  const whole = 'right enough on the way from W₁ to W₂',
    titles = [`${whole}, θ₁₂ = ${degrees(p.between)}`, whole, 'right enough from W₁ to W₂'];
  write(fitting(titles, width - wide('up to', '11') - 16, '12.5'), 2, strip - 16, { style: c.ink, font: '12.5' });
  write('up to', width - 2, strip - 16, { align: 'right', font: '11' });
}

function paintRow({ c, line, block, write }, { from, to, width }, { loss: chosen, p }, loss, y) {
  const edge = edgeOf(loss, p),
    own = loss === chosen,
    style = { style: own ? c.word(loss) : c.soft, font: own ? '600 12' : '12' };
  line(from, y, to, y, c.faint);
  if (edge !== null) {
    const long = ((to - from) * edge) / p.between;
    block(from, y - 5, long, 10, c.hue(loss), own ? 1 : 0.5);
    block(to - long, y - 5, long, 10, c.hue(loss), own ? 0.34 : 0.17);
    line(from + long, y - 8, from + long, y + 8, c.hue(loss), own ? 2.5 : 1.5);
  }
  write(MARGINS[loss].name, 2, y, style);
  write(edgeText(edge), width - 2, y, { ...style, align: 'right' });
}
