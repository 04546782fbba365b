// What ProbabilityCurve paints in its plot: the curve among those of other scales, what it is measured by, and the
// cursor.
import { fanOf, probabilityFrame, probabilityLine, probabilitySeats } from './axes.js';
import { angleOfOthers, fixedScale, movedFrom, probability, slopeAt, steepestOf } from './maths.js';
import { paintStrip, paintTrained } from './panels.js';
import { penOn, tints } from '../kit/pen.js';
import { angleText, movedText, scaleText } from './words.js';

const TICKS = [
    [0, '0'],
    [0.25, '0.25'],
    [0.5, '½'],
    [0.75, '0.75'],
    [1, '1'],
  ],
  QUARTER = Math.PI / 4;

/**
 * Everything. `p` is what is set, `state.drawn` the scale that the curve has on its way there. Returns the frame and
 * the curve's line.
 */
export function paintProbability(g, width, state) {
  const frame = probabilityFrame(width, Boolean(state.net), state.moments.length > 0),
    pen = penOn(g, tints(state.look)),
    hue = state.choice === 'hand' ? pen.c.ink : pen.c.adacos;
  const drawn = { ...state.p, scale: state.drawn ?? state.p.scale },
    line = probabilityLine(frame, drawn);
  paintGround(pen, frame, state);
  const walls = paintPivot(pen, frame, state);
  paintCurves(pen, frame, state, line, hue);
  const below = state.choice === 'hand' ? pen.c.soft : hue;
  paintStrip(pen, frame, state, below);
  if (state.net) paintTrained(pen, frame, state, below);
  walls.push(...paintSteepest(pen, frame, state, drawn, hue, walls));
  paintHere(pen, frame, state, drawn, hue);
  if (state.choice === 'followed') walls.push(paintMean(pen, frame, state, drawn));
  const seats = paintNames(pen, frame, state, walls);
  return { frame, line, seats };
}

/** Grid, ticks and what is said above the plot; ticks make way for the cursor's numbers. */
function paintGround({ c, trace, write, wide }, { left, right, top, floor, width, X, Y, small }, { p, before, angle }) {
  for (const [P, label] of TICKS) {
    trace(
      [
        [left, Y(P)],
        [right, Y(P)],
      ],
      P ? c.faint : c.pale,
      1,
    );
    if (Math.abs(Y(P) - Y(probability(angle, p))) > 13)
      write(label, left - 8, Y(P), { align: 'right', ...(P === 0.5 && { style: c.ink, font: '600 13' }) });
  }
  for (let tick = 0; tick <= 180; tick += small ? 45 : 15) {
    const x = X((tick * Math.PI) / 180),
      own = tick === 45,
      named = own || tick % (small ? 45 : 30) === 0;
    if (!own)
      trace(
        [
          [x, top],
          [x, floor],
        ],
        c.faint,
        1,
        { alpha: named ? 0.7 : 0 },
      );
    if (named && Math.abs(x - X(angle)) > 50)
      write(`${tick}°`, Math.min(x, right - 8), floor + 16, {
        align: 'center',
        ...(own && { style: c.ink, font: '600 12' }),
      });
  }
  trace(
    [
      [left, Y(0.5)],
      [X(QUARTER), Y(0.5)],
    ],
    c.adacosWord,
    1,
    { dash: [2, 3] },
  );
  trace(
    [
      [X(QUARTER), floor],
      [X(QUARTER), Y(0.5)],
    ],
    c.adacosWord,
    1,
    { dash: [2, 3] },
  );
  const title = ['P(θ): how sure the softmax is of the true class', 'P(θ), the probability of the true class'].find(
    text => wide(text, '13') < width - 6,
  );
  write(title, 2, 12, { style: c.ink, font: '13' });
  if (!movedFrom(before, p).length) return;
  const words = [
    `thin: before, ${movedText(before, p)
      .map(({ name, was }) => `${name} ${was}`)
      .join(', ')}`,
    'thin: before',
  ].find(text => wide(text, '12') < width - wide(title, '13') - 26);
  if (words) write(words, width - 2, 12, { align: 'right' });
}

/** Where the others stand every curve has P = 1/C. */
function paintPivot({ c, trace, dot, write, wide }, { X, Y, right, floor }, { p }) {
  const at = angleOfOthers(p),
    x = X(at),
    y = Y(1 / p.num_classes),
    words = ['the others: every s gives P = 1/C here', 'the others: P = 1/C', 'P = 1/C'].find(
      text => wide(text, '11') < right - x - 14,
    );
  trace(
    [
      [x, y],
      [x, floor],
    ],
    c.pale,
    1,
  );
  dot(x, y, 4, c.soft);
  dot(x, y, 2.2, c.paper);
  const box = [x + 10, Math.min(y, floor - 16) - 21, x + 12 + wide(words, '11'), Math.min(y, floor - 16) - 5];
  write(words, box[0], box[1] + 8, { font: '11', halo: 4 });
  return [box];
}

function paintCurves({ c, trace, dot }, frame, { p, choice, before }, line, hue) {
  const fixed = { ...p, scale: fixedScale(p.num_classes) };
  for (const scale of fanOf(p)) trace(probabilityLine(frame, { ...p, scale }, 2), c.fan, 1);
  if (movedFrom(before, p).length) trace(probabilityLine(frame, before), c.ink, 1, { alpha: 0.8 });
  trace(line, c.paper, 6, { alpha: 0.85 });
  if (choice !== 'fixed') trace(probabilityLine(frame, fixed), c.adacos, 1.8, { dash: [9, 4] });
  trace(line, hue, 2.8);
  const half = [frame.X(QUARTER), frame.Y(probability(QUARTER, fixed))];
  dot(...half, 4, c.adacos);
  dot(...half, 2, c.paper);
}

/**
 * A piece of the tangent where P falls fastest, with its angle beside it, clear of the others' words; returns the
 * boxes it takes.
 */
function paintSteepest({ c, trace, wide, write }, { X, Y, left, right, top }, { p }, drawn, hue, [pivot]) {
  const at = steepestOf(drawn),
    x = X(at),
    y = Y(probability(at, drawn)),
    run = X(1) - X(0),
    rise = (Y(0) - Y(1)) * -slopeAt(at, drawn),
    long = Math.hypot(run, rise) / 24;
  const [dx, dy] = [run / long, rise / long],
    words = `steepest: ${angleText(steepestOf(p))}`,
    across = wide(words, '11.5');
  const boxes = [
    [x + 14, y - 18],
    [x - across - 8, y - 18],
    [x + 14, y - 46],
    [x - across - 8, y - 46],
  ].map(([x0, y0]) => [x0 - 2, y0, x0 + across + 2, y0 + 18]);
  const clear = ([x0, y0, x1, y1]) =>
    x0 >= left &&
    x1 <= right &&
    y0 >= top - 8 &&
    (x0 >= pivot[2] || x1 <= pivot[0] || y0 >= pivot[3] || y1 <= pivot[1]);
  const box = boxes.find(clear) ?? boxes[0];
  trace(
    [
      [x - dx, y - dy],
      [x + dx, y + dy],
    ],
    hue,
    6,
    { alpha: 0.35 },
  );
  write(words, box[0] + 2, box[1] + 9, { font: '11.5', halo: 4, style: c.ink });
  return [box];
}

const spelled = (key, p) =>
  key === 'fixed'
    ? `Fixed AdaCos, s = ${scaleText(fixedScale(p.num_classes))}`
    : key === 'own'
      ? `s = ${scaleText(p.scale)}`
      : `s = ${key}`;
const weight = key => (key === 'own' ? '600 13.5' : key === 'fixed' ? '12.5' : '11');

let seated = { key: '', seats: {} };

/** Names at their curves; found anew only where something has moved. */
function paintNames({ c, wide, write }, frame, { p, choice }, walls) {
  const fixed = { ...p, scale: fixedScale(p.num_classes) },
    apart = choice !== 'fixed' && Math.abs(Math.log(p.scale / fixed.scale)) > 0.02;
  const names = [
      ['own', p],
      ...(apart ? [['fixed', fixed]] : []),
      ...fanOf(p).map(scale => [String(scale), { ...p, scale }]),
    ],
    key = JSON.stringify([names, walls, frame.width, frame.floor]);
  if (seated.key !== key)
    seated = {
      key,
      seats: probabilitySeats(
        frame,
        names.map(([name, q]) => ({ key: name, p: q, width: wide(spelled(name, p), weight(name)) })),
        walls,
      ),
    };
  const { seats } = seated;
  for (const [key, [x, y]] of Object.entries(seats)) {
    const style =
      key === 'fixed' || (key === 'own' && choice !== 'hand') ? c.adacosWord : key === 'own' ? c.ink : c.soft;
    write(spelled(key, p), x, y + 9, { style, font: weight(key), halo: 4 });
  }
  return seats;
}

/** The cursor: up from the axis to the curve, and across to its P. */
function paintHere({ c, trace, dot, write }, { X, Y, left, right, floor }, { p, angle, focus, grasp }, drawn, hue) {
  const x = X(angle),
    P = probability(angle, drawn),
    y = Y(P),
    inside = Math.min(right - 22, Math.max(left + 20, x));
  trace(
    [
      [left, y],
      [x, y],
    ],
    c.ink,
    1,
    { dash: [3, 3], alpha: 0.8 },
  );
  trace(
    [
      [x, y],
      [x, floor],
    ],
    c.ink,
    1.2,
    { alpha: 0.75 },
  );
  if (focus) dot(x, floor, 10, c.pale);
  dot(x, floor, 6, c.ink);
  dot(x, y, 6.5, c.paper);
  dot(x, y, 5, hue);
  write(probability(angle, p).toFixed(3), left - 6, y, { align: 'right', style: c.ink, font: '600 12', halo: 5 });
  write(`θ = ${angleText(angle)}`, inside, floor + 16, { align: 'center', style: c.ink, font: '600 12', halo: 5 });
  if (grasp) {
    dot(...grasp, 9, c.pale);
    dot(...grasp, 6, hue);
  }
}

/** The mean angle of the present moment of a run; returns the box it takes. */
function paintMean({ c, trace, dot, write }, { X, Y, floor }, { moment }, drawn) {
  const { theta } = moment.now,
    x = X(theta),
    y = Y(probability(theta, drawn)),
    words = 'mean θ';
  trace(
    [
      [x, floor],
      [x, y],
    ],
    c.adacosWord,
    1.4,
    { dash: [5, 3] },
  );
  dot(x, y, 5.5, c.paper);
  dot(x, y, 4, c.adacosWord);
  write(words, x + 6, floor - 10, { style: c.adacosWord, font: '11.5', halo: 4 });
  return [x - 8, y - 8, x + 8, y + 8];
}
