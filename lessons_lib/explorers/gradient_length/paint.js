// What GradientLength paints in its plot: six curves, their ghosts, their names, and the cursor through all panels.
import { DASHES, lossTints, penOn } from '../kit/pen.js';
import { PUSHES } from '../kit/push.js';
import { AXES, BEND, heightOn, lengthFrame, seatNames } from '../kit/theta_plot.js';
import { LOSSES, STEPS, changes, factorsAt, kept, study } from './maths.js';
import { paintFactors, paintRanges } from './panels.js';
import { changeText, figures, plainAngle } from './words.js';

const IN_PLOT = { ...Object.fromEntries(LOSSES.map(loss => [loss, PUSHES[loss].name])), softmax: 'softmax' };
const risen = new Map(),
  seated = new WeakMap();

/** Heights of all curves on their axis, 0 to 1. The same object for the same curves. */
export const heightsOf = (p, quantity, divided) =>
  kept(risen, JSON.stringify([p, quantity, divided]), 6, () => {
    const axis = AXES[divided][quantity];
    return Object.fromEntries(
      LOSSES.map(loss => {
        const found = study(loss, p),
          unit = divided ? found.scale : 1;
        return [loss, Float64Array.from(found[quantity], value => heightOn(axis, value / unit))];
      }),
    );
  });

const lineOf = (frame, heights, every = 2) =>
  Array.from({ length: STEPS / every + 1 }, (_, i) => [
    frame.X((Math.PI * i * every) / STEPS),
    frame.Y(heights[i * every]),
  ]);

/** Everything. Returns the boxes that choose a loss, [[loss, box], …], and the seats of the names in the plot. */
export function paintLength(g, width, state) {
  const frame = lengthFrame(width, Boolean(state.net)),
    pen = penOn(g, lossTints(state.look)),
    moved = changes(state.before, state.p);
  paintGround(pen, frame, state, moved);
  const lines = Object.fromEntries(LOSSES.map(loss => [loss, lineOf(frame, state.heights[loss])]));
  paintCurves(pen, frame, state, lines, moved);
  const rows = paintRanges(pen, frame, state);
  paintFactors(pen, frame, state);
  paintCursor(pen, frame, state);
  const seats = paintNames(pen, frame, state);
  return { seats, chosen: [...Object.entries(seats), ...rows], frame };
}

/** Where a line may run down through the panels: not through their headings. */
const stretches = ({ top, floor, rows, after, foot, parts, bottom }) => [
  [top, floor + 7],
  [rows - 4, after + 3],
  ...(foot > after ? [[after + 30, foot + 4]] : []),
  [parts - 4, bottom],
];

/** Grid, ticks and what is said above the plot. */
function paintGround({ c, trace, block, write, wide }, frame, { quantity, divided, before, p, angle }, moved) {
  const axis = AXES[divided][quantity],
    { left, right, top, floor, X, Y } = frame,
    knee = Y(BEND);
  for (let tick = 0; tick <= 180; tick += 30) {
    const x = X((tick * Math.PI) / 180);
    for (const [from, to] of stretches(frame))
      trace(
        [
          [x, from],
          [x, to],
        ],
        c.faint,
        1,
        { alpha: 0.7 },
      );
    if (Math.abs(x - chipOf(frame, angle)) > 44) write(`${tick}°`, x, floor + 16, { align: 'center' });
  }
  block(left, top, right - left, knee - top, c.faint, 0.5);
  for (const tick of axis.ticks) {
    const y = Y(heightOn(axis, tick));
    trace(
      [
        [left, y],
        [right, y],
      ],
      tick ? c.faint : c.pale,
      1,
    );
    write(String(tick).replace(/^(\d)(\d{3})$/, '$1,$2'), left - 8, y, { align: 'right' });
  }
  write('pressed together', right + 8, top + 8, { font: '11' });
  write(`above ${axis.knee}`, right + 8, top + 22, { font: '11' });
  const what =
    (quantity === 'length' ? 'gradient length on the own class weight' : 'coefficient |∂L/∂cos θ| of the own class') +
    (divided ? ' ÷ s' : '');
  write(what, 2, 11, { style: c.ink, font: '13' });
  if (!moved.length) return;
  const said = changeText(moved, before, p)
      .map(({ name, was }) => `${name} ${was}`)
      .join(', '),
    room = frame.small ? frame.width - 4 : frame.width - wide(what, '13') - 30;
  const words = [`thin: before, ${said} · P2SGrad has not moved`, `thin: before, ${said}`, 'thin: before'].find(
    w => wide(w, '12') < room,
  );
  if (frame.small) write(words, 2, 31);
  else write(words, frame.width - 2, 11, { align: 'right' });
}

/** Where the words at the cursor's foot stand: over it, but inside. */
const chipOf = ({ X, left, right }, angle) => Math.min(right - 18, Math.max(left + 22, X(angle)));

const orderOf = chosen => [
  ...LOSSES.filter(loss => loss !== chosen && loss !== 'p2sgrad'),
  ...(chosen === 'p2sgrad' ? [] : [chosen]),
  'p2sgrad',
];

function paintCurves({ g, c, trace }, frame, { loss: chosen, quantity, divided, before, gliding }, lines, moved) {
  g.save();
  g.beginPath();
  g.rect(frame.left, frame.top, frame.right - frame.left, frame.floor - frame.top + 3);
  g.clip();
  if (moved.length && !gliding) {
    const old = heightsOf(before, quantity, divided);
    for (const loss of LOSSES)
      if (loss !== 'p2sgrad') trace(lineOf(frame, old[loss]), c.hue(loss), 1, { alpha: loss === chosen ? 0.85 : 0.5 });
  }
  for (const loss of orderOf(chosen)) {
    if (loss === 'p2sgrad') {
      trace(lines[loss], c.paper, 7, { alpha: 0.85 });
      trace(lines[loss], c.hue(loss), 13, { alpha: 0.14 });
    }
    trace(lines[loss], c.hue(loss), loss === 'p2sgrad' ? 4 : loss === chosen ? 2.8 : 1.5, { dash: DASHES[loss] });
  }
  g.restore();
}

/** A line through all panels, a dot on each curve. */
function paintCursor({ c, trace, dot, write }, frame, { loss: chosen, quantity, divided, p, angle, gliding, focus }) {
  const x = frame.X(angle),
    axis = AXES[divided][quantity],
    { floor } = frame;
  for (const [from, to] of stretches(frame))
    trace(
      [
        [x, from],
        [x, to],
      ],
      c.ink,
      1.2,
      { alpha: 0.75 },
    );
  if (focus) dot(x, floor, 10, c.pale);
  dot(x, floor, 6, c.ink);
  write(`θ = ${plainAngle(angle)}`, chipOf(frame, angle), floor + 16, {
    align: 'center',
    style: c.ink,
    font: '600 12',
    halo: 5,
  });
  if (!gliding)
    for (const loss of orderOf(chosen)) {
      const factors = factorsAt(loss, angle, p),
        share = heightOn(axis, factors[quantity] / (divided ? factors.scale : 1));
      if (share > 1) continue;
      const size = loss === chosen || loss === 'p2sgrad' ? 4.5 : 3;
      dot(x, frame.Y(share), size + 1.5, c.paper);
      dot(x, frame.Y(share), size, c.hue(loss));
    }
}

const nameFont = (loss, chosen) => (loss === 'p2sgrad' || loss === chosen ? '600 13' : '12.5');

/**
 * A place for each name, on its curve. P2SGrad's stands first, over its own peak, so that it stays as still as the
 * curve.
 */
function seatsOf(frame, chosen, heights, wide) {
  const items = [...orderOf(chosen)].reverse().map(loss => {
    const shares = heights[loss],
      line = lineOf(frame, shares, 4).map(([x, y]) => [x, Math.max(frame.top - 12, y)]);
    const still =
      loss === 'p2sgrad' ? shares.indexOf(Math.max(...shares.slice(0, (2 * STEPS) / 3 + 1))) / 4 : undefined;
    const rising = loss === 'p2sgrad' && shares[STEPS] > shares[4 * still];
    return { key: loss, width: wide(IN_PLOT[loss], nameFont(loss, chosen)), line, at: still, rising };
  });
  const note = [frame.right + 4, frame.top - 4, frame.width, frame.top + 30];
  return seatNames(items, { x0: frame.left + 3, x1: frame.width - 2, y0: frame.top + 2, y1: frame.floor - 4 }, [note]);
}

function paintNames({ c, wide, write }, frame, { loss: chosen, heights, names: fade = {}, now = 0 }) {
  if (!seated.has(heights)) seated.set(heights, new Map());
  const seats = kept(seated.get(heights), `${chosen}${frame.width}`, 3, () => seatsOf(frame, chosen, heights, wide));
  for (const [loss, box] of Object.entries(seats)) {
    const last = fade[loss]; // one that had to leave its place comes up at the new one
    fade[loss] = {
      box,
      since:
        last && Math.hypot(last.box[0] - box[0], last.box[1] - box[1]) > 26 && now < Infinity
          ? now
          : (last?.since ?? -Infinity),
    };
    const alpha = Math.min(1, Math.max(0, (now - fade[loss].since) / 180));
    write(IN_PLOT[loss], box[0], box[1] + 9, { style: c.word(loss), font: nameFont(loss, chosen), halo: 4, alpha });
  }
  return seats;
}

/** The value that the table says: as it is drawn. */
export function shownValue(loss, angle, p, quantity, divided) {
  const factors = factorsAt(loss, angle, p);
  return figures(factors[quantity] / (divided ? factors.scale : 1));
}
