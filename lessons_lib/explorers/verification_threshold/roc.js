// The ROC curve of VerificationThreshold: what is gained, TAR, against what it costs, FAR, for every threshold at once.
import { inBox } from '../kit/hold.js';
import { equalErrorsLine, rocFrame, rocLine, thinned } from './axes.js';
import { equalErrorRate } from './maths.js';
import { shareText } from './words.js';

const NET_HUES = [4, 6, 5, 8, 2, 0];
const NET_DASHES = [[], [7, 3], [2, 3], [9, 3, 2, 3], [4, 4], [1, 4]];
const hueOf = (c, k) => c.classes[NET_HUES[k % NET_HUES.length]],
  dashOf = k => NET_DASHES[k % NET_DASHES.length];
let traced = { key: '', lines: [], drawn: [], nets: null }; // found anew for other axes or sizes

/** Everything; returns the frame and the chosen network's line, to take hold of. */
export function paintRoc(pen, width, state) {
  const { nets, axis, now } = state,
    frame = rocFrame(width, nets, axis),
    key = `${width} ${axis}`;
  if (traced.key !== key || traced.nets !== nets) {
    const lines = nets.map(net => rocLine(frame, net));
    traced = { key, nets, lines, drawn: lines.map(thinned) };
  }
  paintRocGround(pen, frame);
  pen.trace(equalErrorsLine(frame), pen.c.soft, 1, { dash: [3, 4] });
  for (const k of nets.keys())
    if (k !== now.chosen) pen.trace(traced.drawn[k], hueOf(pen.c, k), 1.6, { dash: dashOf(k) });
  pen.trace(traced.drawn[now.chosen], pen.c.paper, 6, { alpha: 0.85 });
  pen.trace(traced.drawn[now.chosen], hueOf(pen.c, now.chosen), 3);
  if (nets.length > 1) paintLegend(pen, frame, state);
  paintEqualErrors(pen, frame, now.net, traced.lines[now.chosen]);
  paintPoint(pen, frame, state);
  return { frame, line: traced.lines[now.chosen] };
}

function paintRocGround({ c, line, write }, frame) {
  const { X, Y, left, right, top, bottom, axis, decades } = frame;
  for (const tar of [0, 0.25, 0.5, 0.75, 1]) {
    line(left, Y(tar), right, Y(tar), tar ? c.faint : c.pale, 1);
    write(`${100 * tar} %`, left - 6, Y(tar), { align: 'right', font: '11.5' });
  }
  const powers = Array.from({ length: decades + 1 }, (_, i) => 10 ** (i - decades)),
    ticks = axis === 'linear' ? [0, 0.25, 0.5, 0.75, 1] : [0, ...powers];
  const apart = X(1) - X(0.1) < 50 ? 2 : 1,
    named = (_, i) => axis === 'linear' || i === 0 || (i > 1 && (ticks.length - 1 - i) % apart === 0);
  ticks.forEach((far, i) => {
    line(X(far), top, X(far), bottom, i ? c.faint : c.pale, 1);
    if (named(far, i))
      write(far ? `${Number((100 * far).toPrecision(2))} %` : '0', Math.min(right - 14, X(far)), bottom + 13, {
        align: 'center',
        font: '11.5',
      });
  });
  write('TAR, genuine accepted', 2, 10, { style: c.ink, font: '12.5' });
  write('FAR, impostors accepted →', right + 10, bottom + 31, { style: c.ink, font: '12.5', align: 'right' });
}

/** Where the curve crosses the line on which as large a share of impostors is accepted as of genuine pairs refused. */
function paintEqualErrors({ c, ring, write, wide }, { X, Y, left, right }, net, curve) {
  const eer = equalErrorRate(net),
    x = X(eer),
    y = Y(1 - eer),
    words = `EER ${shareText(eer)}`,
    long = wide(words, '12');
  const boxes = [y + 7, y - 25].flatMap(top => [x + 12, x - 12 - long].map(from => [from, top, from + long, top + 17])),
    clear = ([from, , to]) => from >= left + 3 && to <= right,
    box = boxes.find(one => clear(one) && !curve.some(spot => inBox(spot, one))) ?? boxes.find(clear);
  ring(x, y, c.ink);
  write(words, box[0], box[1] + 8, { style: c.ink, font: '12', halo: 4 });
}

/** Each network's line, name and EER, below the axis. */
function paintLegend({ c, line, write, wide, fitting }, { left, right, legend, row }, { nets, now }) {
  nets.forEach((net, k) => {
    const y = legend + row * k,
      own = k === now.chosen,
      style = { style: own ? c.ink : c.soft, font: own ? '600 12.5' : '12.5' },
      eer = `EER ${shareText(equalErrorRate(net))}`;
    line(left, y, left + 24, y, hueOf(c, k), own ? 3 : 1.6, { dash: own ? [] : dashOf(k) });
    const name = fitting(
      [net.name, net.name.replaceAll(' = ', '=')],
      right - left - 44 - wide(eer, style.font),
      style.font,
    );
    write(name, left + 32, y, style);
    write(eer, right, y, { ...style, align: 'right' });
  });
}

/** The threshold as a point of the curve, its lines to both axes, and where the last gesture began. */
function paintPoint({ c, line, ring, grip }, { X, Y, left, bottom }, { now, was, rocFocus }) {
  if (was) ring(X(was.far), Y(was.tar), c.ink);
  const x = X(now.far),
    y = Y(now.tar);
  line(left, y, x, y, c.ink, 1, { dash: [3, 3], alpha: 0.8 });
  line(x, y, x, bottom, c.accent, 1.2, { dash: [3, 3] });
  grip(x, y, c.ink, rocFocus);
}
