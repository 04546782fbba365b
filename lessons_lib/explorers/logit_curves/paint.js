// What LogitCurves paints in its plot: four curves, what stands beside them, their names, and the cursor.
import { inBox } from '../kit/hold.js';
import { MARGINS } from '../kit/losses.js';
import { DASHES, lossTints, penOn } from '../kit/pen.js';
import { paintAngles, paintCursor, paintTitle, paintTrained, footOf, writeNames } from '../kit/theta_plot.js';
import { upTo } from '../kit/trained.js';
import { degrees, minus } from '../kit/words.js';
import { EVEN, LEVELS, logitFrame, logitLine, namesOf, pressedWords, towardsOther, unsteppedLine } from './axes.js';
import { LOGITS, edgeOf, logitAt, logitsOf, piecesOf, sameCosine } from './maths.js';
import { changed } from './words.js';

/**
 * All that is shown at a moment.
 *
 * @typedef {object} LogitState
 * @property {object} look the page's colours
 * @property {string} loss the chosen one
 * @property {number} angle the cursor
 * @property {import('./maths.js').Params} p what is set
 * @property {import('./maths.js').Params} before what bore on the chosen loss where the last gesture began, or {}
 * @property {object} [net] the trained angles
 * @property {boolean} focus whether keys move the cursor
 * @property {Map} names where the names stood
 * @property {number} now a time, Infinity where nothing fades
 */

/** Everything. Returns the seats of the names, the loss under a spot, whether a name still comes up, and the frame. */
export function paintLogits(g, width, state) {
  const frame = logitFrame(width, Boolean(state.net)),
    pen = penOn(g, lossTints(state.look)),
    { left, right, top, floor, foot } = frame,
    { loss, p } = state;
  paintField(pen, frame, state);
  paintPieces(pen, frame, state);
  pen.within(left - 2, top - 4, right - left + 4, floor - top + 5, () => paintCurves(pen, frame, state));
  paintEdges(pen, frame, state);
  if (state.net) paintTrained(pen, frame, [floor + 40, foot], state, upTo(edgeOf(loss, p)), pen.c.hue(loss));
  paintHere(pen, frame, state);
  const seats = seatsFor(pen, frame, state),
    busy = writeNames(pen, state.names, width, state.now, seats, key => ({
      words: spelled(key, p.margins.sphereface),
      style: key === 'other' ? pen.c.ink : pen.c.word(LOGITS.includes(key) ? key : 'sphereface'),
      font: fontOf(key, loss),
    }));
  return { seats, busy, frame, named: spot => LOGITS.find(key => seats[key] && inBox(spot, seats[key])) };
}

/** Where the angle that is asked for stands at the foot of the plot, if it stands clear of θ. */
function askedOf(frame, { loss, angle, p }) {
  const alike = sameCosine(logitAt(loss, angle, p)),
    x = alike === null ? null : footOf(frame, alike);
  return x !== null && Math.abs(x - footOf(frame, angle)) > 62 ? [[x, degrees(alike)]] : [];
}

/** Grid, ticks and what is said above the plot. */
function paintField(pen, frame, state) {
  const { c, line, block, write, fitting } = pen,
    { left, right, top, floor, width, Y } = frame,
    knee = top + (floor - top) * EVEN,
    asked = askedOf(frame, state);
  block(left, knee, right - left, floor - knee, c.band);
  paintAngles(pen, frame, [footOf(frame, state.angle), ...asked.map(([x]) => x)]);
  for (const [x, words] of asked) write(words, x, floor + 20, { align: 'center', style: c.ink });
  for (const level of LEVELS) {
    line(left, Y(level), right, Y(level), level ? c.faint : c.pale);
    if (level !== -7 || floor - Y(level) > 13) write(minus(String(level)), left - 7, Y(level), { align: 'right' });
  }
  const titles = ['f(θ): what stands in place of cos θ for the true class', 'f(θ), in place of cos θ'],
    title = fitting(titles, width - 6, '13');
  paintTitle(pen, width, title, changed(state.before, state.p).was);
}

/** Where ψ starts anew: at every 180°/m, and there it is flat. */
function paintPieces({ c, line, write, wide }, { top, floor, X }, { loss, p }) {
  if (loss !== 'sphereface') return;
  for (const { k, from, to } of piecesOf(p.margins.sphereface)) {
    const x = X(to),
      label = [`k = ${k}`, String(k)].find(words => wide(words, '11') < X(to) - X(from) - 8);
    line(X(from) + 3, top - 14, x - 3, top - 14, c.hue(loss), 2, { alpha: 0.6 });
    if (to < Math.PI - 1e-9) line(x, top - 18, x, floor, c.hue(loss), 1, { dash: [1, 4], alpha: 0.8 });
    if (label) write(label, (X(from) + x) / 2, top - 25, { align: 'center', style: c.word(loss), font: '11' });
  }
}

const inOrder = chosen => [...LOGITS.filter(loss => loss !== chosen), chosen];

function paintCurves({ c, trace }, frame, { loss: chosen, p, before }) {
  const m = p.margins.sphereface,
    draw = (q, ...style) => trace(logitLine(frame, logitsOf(chosen, q)), c.hue(chosen), 1, ...style);
  trace(towardsOther(frame, p.between), c.ink, 1.2, { alpha: 0.7 });
  if (before?.margins) draw(before, { alpha: 0.85 });
  if (chosen === 'sphereface' && p.annealing > 0) draw({ ...p, annealing: 0 }, { alpha: 0.6 });
  if (chosen === 'sphereface' && m > 1) trace(unsteppedLine(frame, m), c.word(chosen), 1.1, { dash: [4, 4] });
  for (const loss of inOrder(chosen)) {
    const line = logitLine(frame, logitsOf(loss, p)),
      own = loss === chosen;
    if (own) trace(line, c.paper, 6, { alpha: 0.85 });
    trace(line, c.hue(loss), own ? 2.8 : 1.6, { dash: own ? [] : DASHES[loss] });
  }
}

/** Where the chosen curve meets cos(θ12 − θ), and for every loss a tick on the axis below that. */
function paintEdges({ c, line, ring }, { X, Y, floor }, { loss: chosen, p }) {
  for (const loss of inOrder(chosen)) {
    const edge = edgeOf(loss, p),
      own = loss === chosen,
      x = X(edge ?? 0),
      y = Y(Math.cos(p.between - edge));
    if (edge === null) continue;
    if (own) line(x, y + 4, x, floor - 9, c.hue(loss), 1, { dash: [2, 3], alpha: 0.9 });
    line(x, floor - (own ? 12 : 7), x, floor + 2, c.hue(loss), own ? 3 : 2);
    if (own) ring(x, y, c.hue(loss));
  }
}

/** The cursor: a dot on each curve, and from the chosen one across to where softmax has the same logit. */
function paintHere(pen, frame, state) {
  const { c, line, bead, write, wide } = pen,
    { X, Y, floor } = frame,
    { loss: chosen, p, angle } = state,
    f = logitAt(chosen, angle, p),
    alike = sameCosine(f);
  if (alike !== null && alike - angle > 1e-4) {
    const [x, y] = [X(alike), Y(f)];
    line(X(angle), y, x, y, c.ink, 1, { dash: [3, 3] });
    line(x, y, x, floor, c.ink, 1, { dash: [3, 3] });
    bead(x, y, 3, c.ink);
  }
  const curves = LOGITS.map(loss => logitLine(frame, logitsOf(loss, p), 2)),
    said = pressedWords(frame, angle, curves, words => wide(words, '11'));
  if (said) write(said.words, said.box[0], floor - 27, { font: '11', halo: 4, under: c.band });
  paintCursor(pen, frame, state);
  for (const loss of inOrder(chosen)) {
    const [size, rim] = loss === chosen ? [4.5, 1.5] : [2.2, 0.8];
    bead(X(angle), Y(logitAt(loss, angle, p)), size, c.hue(loss), rim);
  }
}

const fontOf = (key, chosen) => (key === chosen ? '600 13' : LOGITS.includes(key) ? '12.5' : '12');
const spelled = (key, m) =>
  ({ other: 'cos(θ₁₂ − θ)', plain: `cos ${Number(m.toFixed(2))}θ`, psi: 'ψ(θ)' })[key] ?? MARGINS[key].name;
let seated = { key: '', seats: {} };

/** The seats of the names; found anew only where something has moved. */
function seatsFor({ wide }, frame, state) {
  const { loss, p, before } = state,
    key = JSON.stringify([loss, p, before, frame.width]),
    long = name => wide(spelled(name, p.margins.sphereface), fontOf(name, loss));
  if (seated.key !== key) seated = { key, seats: namesOf(frame, state, long) };
  return seated.seats;
}
