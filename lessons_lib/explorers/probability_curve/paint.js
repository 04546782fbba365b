// What ProbabilityCurve paints in its plot: the curve among those of other scales, what it is measured by, and the
// cursor.
import { penOn, tints } from '../kit/pen.js';
import { meets } from '../kit/seats.js';
import { footOf, paintAngles, paintCursor, paintTitle, paintTrained } from '../kit/theta_plot.js';
import { upTo } from '../kit/trained.js';
import { degrees } from '../kit/words.js';
import { fanOf, probabilityFrame, probabilityLine, probabilitySeats } from './axes.js';
import { FULL, angleOfOthers, angleWith, fixedScale, gripAngle, probability, slopeAt, steepestOf } from './maths.js';
import { changed, scaleText } from './words.js';

/**
 * All that is shown at a moment.
 *
 * @typedef {object} ProbabilityState
 * @property {object} look the page's colours
 * @property {import('./maths.js').Params} p what is set
 * @property {import('./maths.js').Params} before where the last gesture began, or {}
 * @property {number} [drawn] the scale of the curve on its way to that of p
 * @property {'hand' | 'fixed' | 'followed'} choice who chose the scale
 * @property {number} angle the cursor
 * @property {number} step which of the `moments` of a run is shown
 * @property {object} moment that one, the first, the last, and where the run was lost
 * @property {object} [net] the trained angles
 * @property {number[]} [grasp] the point of the curve that is under the pointer
 * @property {boolean} playing whether the run plays
 * @property {boolean} focus whether keys move the cursor
 */

const TICKS = [
    [0, '0'],
    [0.25, '0.25'],
    [0.5, '½'],
    [0.75, '0.75'],
    [1, '1'],
  ],
  QUARTER = Math.PI / 4;

/** Everything. Returns the frame, the curve's line, where its grip is, and the seats of the names. */
export function paintProbability(g, width, state) {
  const frame = probabilityFrame(width, Boolean(state.net)),
    pen = penOn(g, tints(state.look)),
    { p, choice } = state,
    hue = choice === 'hand' ? pen.c.ink : pen.c.adacos,
    below = choice === 'hand' ? pen.c.soft : hue;
  const drawn = { ...p, scale: state.drawn ?? p.scale },
    line = probabilityLine(frame, drawn),
    full = angleWith(FULL, p),
    held = gripAngle(drawn),
    grip = [frame.X(held), frame.Y(probability(held, drawn))];
  paintGround(pen, frame, state);
  const walls = [paintPivot(pen, frame, state)];
  paintCurves(pen, frame, state, line, hue);
  paintStrip(pen, frame, full, below);
  if (state.net) paintTrained(pen, frame, [frame.strip + 20, frame.foot], state, upTo(full), below);
  walls.push(paintSteepest(pen, frame, drawn, hue, [walls[0], line]));
  paintHere(pen, frame, state, drawn, hue);
  if (choice === 'followed') walls.push(paintMean(pen, frame, state, drawn));
  pen.grip(...(state.grasp ?? grip), hue, Boolean(state.grasp));
  const [x, y] = grip,
    dotted = [
      [frame.Y(0.5), QUARTER],
      [frame.Y(probability(state.angle, drawn)), state.angle],
    ];
  for (const [height, angle] of dotted) walls.push([frame.left, height - 1, frame.X(angle), height + 1]);
  walls.push([x - 10, y - 10, x + 10, y + 10]);
  const seats = paintNames(pen, frame, state, walls);
  return { frame, line, grip, seats };
}

/** Grid, ticks and what is said above the plot; ticks make way for the cursor's numbers. */
function paintGround(pen, frame, { p, before, angle }) {
  const { c, line, write, fitting } = pen,
    { left, right, floor, width, X, Y } = frame,
    x = X(QUARTER),
    dotted = { dash: [2, 3] };
  for (const [P, label] of TICKS) {
    line(left, Y(P), right, Y(P), P ? c.faint : c.pale);
    if (Math.abs(Y(P) - Y(probability(angle, p))) > 13)
      write(label, left - 8, Y(P), { align: 'right', ...(P === 0.5 && { style: c.ink, font: '600 13' }) });
  }
  const foot = footOf(frame, angle),
    own = Math.abs(x - foot) > 50;
  paintAngles(pen, frame, own ? [foot, x] : [foot]);
  if (own) write('45°', x, floor + 20, { align: 'center', style: c.ink, font: '600 12' });
  line(left, Y(0.5), x, Y(0.5), c.adacosWord, 1, dotted);
  line(x, floor, x, Y(0.5), c.adacosWord, 1, dotted);
  const title = fitting(['P(θ): how sure the softmax is of the true class', 'P(θ) of the true class'], width - 6, '13');
  paintTitle(pen, width, title, changed(before, p).was, 12);
}

/** A bar up to where P is 99 %: there next to nothing is left to learn. */
function paintStrip({ c, block, write, fitting }, { left, right, strip, X }, full, hue) {
  const upto = full === null ? 'nowhere 99 % right' : `already 99 % right up to ${degrees(full)}`,
    rest = full === null ? 'something is left to learn at every angle' : 'next to nothing left to learn there';
  block(left, strip - 4, right - left, 8, c.band);
  if (full !== null) block(left, strip - 4, Math.max(2, X(full) - left), 8, hue);
  write(fitting([`${upto}: ${rest}`, upto], right - left, '12.5'), left, strip - 17, { style: c.ink, font: '12.5' });
}

/** Where the others stand every curve has P = 1/C; the box of the words. */
function paintPivot({ c, line, ring, write, wide }, { X, Y, right, floor }, { p }) {
  const x = X(angleOfOthers(p)),
    y = Y(1 / p.num_classes),
    words = ['the others: every s gives P = 1/C here', 'the others: P = 1/C', 'P = 1/C'].find(
      text => wide(text, '11') < right - x - 14,
    );
  line(x, y, x, floor, c.pale);
  ring(x, y, c.soft);
  const at = Math.min(y, floor - 16) - 21;
  write(words, x + 10, at + 8, { font: '11', halo: 4 });
  return [x + 10, at, x + 12 + wide(words, '11'), at + 16];
}

function paintCurves({ c, trace, ring }, frame, { p, choice, before }, line, hue) {
  const fixed = { ...p, scale: fixedScale(p.num_classes) };
  for (const scale of fanOf(p)) trace(probabilityLine(frame, { ...p, scale }, 2), c.fan, 1);
  if (changed(before, p).was) trace(probabilityLine(frame, before), c.ink, 1, { alpha: 0.8 });
  trace(line, c.paper, 6, { alpha: 0.85 });
  if (choice !== 'fixed') trace(probabilityLine(frame, fixed), c.adacos, 1.8, { dash: [9, 4] });
  trace(line, hue, 2.8);
  ring(frame.X(QUARTER), frame.Y(probability(QUARTER, fixed)), c.adacos);
}

/** A piece of the tangent where P falls fastest, its angle clear of the curve and the others' words; the box. */
function paintSteepest({ c, line, wide, write }, { X, Y, left, right, top }, drawn, hue, [pivot, curve]) {
  const at = steepestOf(drawn),
    x = X(at),
    y = Y(probability(at, drawn)),
    run = X(1) - X(0),
    rise = (Y(0) - Y(1)) * -slopeAt(at, drawn),
    long = Math.hypot(run, rise) / 24;
  if (rise < 9) return pivot; // nowhere steep
  const [dx, dy] = [run / long, rise / long],
    words = `steepest: ${degrees(at)}`,
    across = wide(words, '11.5');
  const boxes = [-18, -32, -46, 14, 28].flatMap(up =>
    [x + 16, x - across - 16].map(x0 => [x0, y + up, x0 + across + 4, y + up + 18]),
  );
  const clear = box =>
    box[0] >= left &&
    box[2] <= right &&
    box[1] > top &&
    !meets(box, pivot) &&
    !curve.some(spot => meets(box, [...spot, ...spot]));
  const box = boxes.find(clear) ?? boxes[0];
  line(x - dx, y - dy, x + dx, y + dy, hue, 6, { alpha: 0.35 });
  write(words, box[0] + 2, box[1] + 9, { font: '11.5', halo: 4, style: c.ink });
  return box;
}

const spelled = (key, p) =>
  key === 'fixed' ? 'Fixed AdaCos' : key === 'own' ? `s = ${scaleText(p.scale)}` : `s = ${key}`;
const weight = key => (key === 'own' ? '600 13.5' : key === 'fixed' ? '12.5' : '11');

let seated = { key: '', seats: {} };

/** Names at their curves; found anew only where something has moved. */
function paintNames({ c, wide, write }, frame, { p, choice }, walls) {
  const fixed = { ...p, scale: fixedScale(p.num_classes) },
    apart = choice !== 'fixed' && Math.abs(Math.log(p.scale / fixed.scale)) > 0.02;
  const names = [
      ['own', p],
      ...(apart ? [['fixed', fixed]] : []),
      ...fanOf(p).map(scale => [String(scale), { ...p, scale }, true]),
    ],
    key = JSON.stringify([names, walls, frame.width, frame.floor]);
  if (seated.key !== key)
    seated = {
      key,
      seats: probabilitySeats(
        frame,
        names.map(([name, q, spare]) => ({ key: name, p: q, spare, width: wide(spelled(name, p), weight(name)) })),
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
function paintHere(pen, frame, state, drawn, hue) {
  const { c, line, bead, write } = pen,
    { X, Y, left } = frame,
    { angle, p } = state,
    y = Y(probability(angle, drawn));
  line(left, y, X(angle), y, c.ink, 1, { dash: [3, 3], alpha: 0.8 });
  paintCursor(pen, frame, state, y);
  bead(X(angle), y, 5, hue);
  write(probability(angle, p).toFixed(3), left - 6, y, { align: 'right', style: c.ink, font: '600 12', halo: 5 });
}

/** The mean angle of the present moment of a run, named on the side where the curves are not; its box. */
function paintMean({ c, line, bead, write }, { X, Y, floor }, { moment }, drawn) {
  const { theta } = moment.now,
    x = X(theta),
    y = Y(probability(theta, drawn));
  line(x, floor, x, y, c.adacosWord, 1.4, { dash: [5, 3] });
  bead(x, y, 4, c.adacosWord);
  const [from, align] = theta < 1 ? [x + 6] : [x - 6, 'right'];
  write('mean θ', from, floor - 16, { align, style: c.adacosWord, font: '11.5', halo: 4 });
  return [x - 8, y - 8, x + 8, floor];
}
