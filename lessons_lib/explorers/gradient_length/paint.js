// What GradientLength paints in its plot: the curves, their ghosts, their names, and the cursor.
import { inBox } from '../kit/hold.js';
import { kept } from '../kit/numbers.js';
import { DASHES, lossTints, penOn } from '../kit/pen.js';
import { PUSHES } from '../kit/push.js';
import { seatNames } from '../kit/seats.js';
import { curveLine, footOf, paintAngles, paintCursor, paintTrained, writeNames } from '../kit/theta_plot.js';
import { AXES, BEND, lengthFrame } from './axes.js';
import { LOSSES, STEPS, anotherAt, factorsAt, study } from './maths.js';
import { changed } from './words.js';

/**
 * All that is shown at a moment.
 *
 * @typedef {object} LengthState
 * @property {object} look the page's colours
 * @property {string} loss the chosen one
 * @property {import('./maths.js').Params} p what is set
 * @property {import('./maths.js').Params} before where the last gesture began, or {}
 * @property {'length' | 'coefficient'} quantity
 * @property {boolean} divided whether by each loss's own s
 * @property {boolean} another whether the push on a class that is not the true one is drawn too
 * @property {number} angle the cursor
 * @property {object} [net] the trained angles
 * @property {Record<string, Float64Array>} heights of the curves as drawn, 0 to 1
 * @property {boolean} gliding whether they are on their way from one axis to another
 * @property {boolean} focus whether keys move the cursor
 * @property {Map} names where the names stood
 * @property {number} now a time, Infinity where nothing fades
 */

const IN_PLOT = { ...Object.fromEntries(LOSSES.map(loss => [loss, PUSHES[loss].name])), softmax: 'softmax' };
const risen = new Map(),
  seated = new WeakMap();

/** SphereFace's curve goes up and down m times: it is drawn where it is chosen. */
const shownOf = chosen => LOSSES.filter(loss => loss !== 'sphereface' || chosen === loss);
/** The losses that are shown, what is painted last at the end. */
const orderOf = chosen => [
  ...shownOf(chosen).filter(loss => loss !== chosen && loss !== 'p2sgrad'),
  ...(chosen === 'p2sgrad' ? [] : [chosen]),
  'p2sgrad',
];

/** Heights of all curves on their axis, 0 to 1. The same object for the same curves. */
export const heightsOf = (p, quantity, divided) =>
  kept(risen, JSON.stringify([p, quantity, divided]), 6, () => {
    const { height } = AXES[divided][quantity];
    return Object.fromEntries(
      LOSSES.map(loss => {
        const found = study(loss, p),
          unit = divided ? found.scale : 1;
        return [loss, Float64Array.from(found[quantity], value => height(value / unit))];
      }),
    );
  });

/** Everything. Returns the names' seats, the loss under a spot, whether a name is still coming up, and the frame. */
export function paintLength(g, width, state) {
  const frame = lengthFrame(width, Boolean(state.net)),
    pen = penOn(g, lossTints(state.look));
  paintGround(pen, frame, state);
  pen.within(frame.left, frame.top, frame.right - frame.left, frame.floor - frame.top + 3, () =>
    paintCurves(pen, frame, state),
  );
  paintNote(pen, frame, state);
  if (state.net)
    paintTrained(
      pen,
      frame,
      [frame.floor + 38, frame.foot],
      state,
      study(state.loss, state.p).ranges,
      pen.c.hue(state.loss),
    );
  paintCursor(pen, frame, state);
  paintDots(pen, frame, state);
  const seats = seatsFor(pen, frame, state),
    { loss: chosen } = state;
  const busy = writeNames(pen, state.names, width, state.now, seats, loss => ({
    words: IN_PLOT[loss],
    style: pen.c.word(loss),
    font: nameFont(loss, chosen),
  }));
  const named = spot => Object.keys(seats).find(loss => inBox(spot, seats[loss]));
  return { seats, named, busy, frame };
}

/** What the axis is above its knee: over the curves, as SphereFace's passes there. */
function paintNote({ c, write }, frame, { quantity, divided, angle }) {
  const [x, y] = noteBox(frame, angle),
    { knee } = AXES[divided][quantity];
  write(`above ${knee} pressed together`, x + 4, y + 10, { font: '11', halo: 4, under: c.band });
}

/** Grid, ticks and what is said above the plot. */
function paintGround(pen, frame, state) {
  const { c, line, block, write, wide, fitting } = pen,
    { quantity, divided, before, p, angle } = state,
    axis = AXES[divided][quantity],
    { left, right, top, small, width, Y } = frame;
  block(left, top, right - left, Y(BEND) - top, c.band);
  paintAngles(pen, frame, [footOf(frame, angle)]);
  for (const tick of axis.ticks) {
    const y = Y(axis.height(tick));
    line(left, y, right, y, tick ? c.faint : c.pale);
    write(String(tick).replace(/^(\d)(\d{3})$/, '$1,$2'), left - 8, y, { align: 'right' });
  }
  const what = quantity === 'length' ? 'gradient length' : 'coefficient |∂L/∂cos θ|',
    unit = divided ? ' ÷ s' : '',
    title = fitting([`${what} on the own class weight${unit}`, `${what}${unit}`], width - 6, '13');
  write(title, 2, 11, { style: c.ink, font: '13' });
  const { was } = changed(before, p);
  if (!was) return;
  const room = small ? width - 4 : width - wide(title, '13') - 30,
    words = fitting(
      [`thin: before, ${was} · P2SGrad has not moved`, `thin: before, ${was}`, 'thin: before'],
      room,
      '12',
    );
  if (small) write(words, 2, 30);
  else write(words, width - 2, 11, { align: 'right' });
}

/** Where the words on the pressed part of the axis stand: left, or right of the cursor. */
function noteBox({ left, top, X }, angle) {
  const x = X(angle) < left + 164 ? Math.max(left + 2, X(angle) + 6) : left + 4;
  return [x, top + 1, x + 158, top + 20];
}

function paintCurves({ c, trace }, { X, Y }, state) {
  const { loss: chosen, quantity, divided, before, p, gliding, another, heights } = state;
  if (!gliding && changed(before, p).was) {
    const old = heightsOf(before, quantity, divided);
    for (const loss of shownOf(chosen))
      if (loss !== 'p2sgrad')
        trace(curveLine(old[loss], X, Y, 2), c.hue(loss), 1, { alpha: loss === chosen ? 0.85 : 0.5 });
  }
  for (const loss of orderOf(chosen)) {
    const curve = curveLine(heights[loss], X, Y, 2);
    if (loss === 'p2sgrad') {
      trace(curve, c.paper, 7, { alpha: 0.85 });
      trace(curve, c.hue(loss), 13, { alpha: 0.14 });
    }
    trace(curve, c.hue(loss), loss === 'p2sgrad' ? 4 : loss === chosen ? 2.8 : 1.5, { dash: DASHES[loss] });
    if (another && !gliding && (loss === chosen || loss === 'p2sgrad'))
      trace(curveLine(anotherHeights(loss, state), X, Y), c.word(loss), 1.4, { dash: [3, 3] });
  }
}

const anotherHeights = (loss, { p, quantity, divided }) =>
  Array.from({ length: STEPS / 4 + 1 }, (_, i) => {
    const found = anotherAt(loss, (4 * Math.PI * i) / STEPS, p);
    return AXES[divided][quantity].height(found[quantity] / (divided ? found.scale : 1));
  });

/** A dot on each curve, where the cursor cuts it. */
function paintDots({ c, bead }, { X, Y }, { loss: chosen, quantity, divided, p, angle, gliding }) {
  if (gliding) return;
  for (const loss of orderOf(chosen)) {
    const factors = factorsAt(loss, angle, p),
      share = AXES[divided][quantity].height(factors[quantity] / (divided ? factors.scale : 1)),
      size = loss === chosen || loss === 'p2sgrad' ? 4.5 : 2.5;
    if (share > 1) continue;
    bead(X(angle), Y(share), size, c.hue(loss));
  }
}

const nameFont = (loss, chosen) => (loss === 'p2sgrad' || loss === chosen ? '600 13' : '12.5');

/** The seats of the names; found anew only where a curve has moved. */
function seatsFor({ wide }, frame, { loss: chosen, heights, angle }) {
  if (!seated.has(heights)) seated.set(heights, new Map());
  const note = noteBox(frame, angle);
  return kept(seated.get(heights), `${chosen}${frame.width}`, 3, () => seatsOf(frame, chosen, heights, wide, note));
}

/**
 * A place for each name, on its curve. P2SGrad's stands first, over its own peak, so that it stays as still as the
 * curve.
 */
function seatsOf(frame, chosen, heights, wide, note) {
  const items = [...orderOf(chosen)].reverse().map(loss => {
    const shares = heights[loss],
      line = curveLine(shares, frame.X, frame.Y, 4).map(([x, y]) => [x, Math.max(frame.top - 12, y)]);
    const still =
      loss === 'p2sgrad' ? shares.indexOf(Math.max(...shares.slice(0, (2 * STEPS) / 3 + 1))) / 4 : undefined;
    const rising = loss === 'p2sgrad' && shares[STEPS] > shares[4 * still];
    return { key: loss, width: wide(IN_PLOT[loss], nameFont(loss, chosen)), line, at: still, rising };
  });
  const { left, right, top, floor } = frame,
    room = { x0: left + 3, x1: right, y0: top + 2, y1: floor - 4 };
  return seatNames(items, room, [note, [left, top, left + 330, top + 22]]);
}
