// What LogitCurves paints in its plot: four curves, what stands beside them, their names, and the cursor.
import { MARGINS } from '../kit/losses.js';
import { DASHES, lossTints, penOn } from '../kit/pen.js';
import { EVEN, LEVELS, logitFrame, logitLine, namesOf, pressedBox, towardsOther, unsteppedLine } from './axes.js';
import { LOGITS, edgeOf, logitAt, logitsOf, movedFrom, piecesOf, sameCosine } from './maths.js';
import { paintStrip, paintTrained } from './panels.js';
import { angleText, movedText } from './words.js';

/** Everything. Returns the boxes that choose a loss, [[loss, box], …], the seats of the names, and the frame. */
export function paintLogits(g, width, state) {
  const frame = logitFrame(width, Boolean(state.net)),
    pen = penOn(g, lossTints(state.look)),
    edges = Object.fromEntries(LOGITS.map(loss => [loss, edgeOf(loss, state.p)]));
  paintField(pen, frame, state);
  paintPieces(pen, frame, state);
  paintCurves(pen, frame, state);
  paintEdges(pen, frame, state, edges);
  if (state.net) paintTrained(pen, frame, state, edges[state.loss]);
  const rows = paintStrip(pen, frame, state, edges);
  paintHere(pen, frame, state);
  const seats = paintSeats(pen, frame, state);
  return { seats, chosen: [...Object.entries(seats).filter(([key]) => LOGITS.includes(key)), ...rows], frame };
}

/** The words at the foot of the plot, [x, text]: θ, and the angle that is asked for if it stands clear of it. */
function footOf({ X, left, right }, { loss, angle, p }) {
  const inside = x => Math.min(right - 22, Math.max(left + 20, x)),
    here = [inside(X(angle)), `θ = ${angleText(angle)}`];
  const alike = sameCosine(logitAt(loss, angle, p)),
    there = alike === null ? null : [inside(X(alike)), angleText(alike)];
  return there && Math.abs(there[0] - here[0]) > 62 ? [here, there] : [here];
}

/** Grid, ticks and what is said above the plot. */
function paintField({ c, trace, block, write, wide }, frame, state) {
  const { left, right, top, floor, X, Y } = frame,
    knee = top + (floor - top) * EVEN,
    foot = footOf(frame, state);
  block(left, knee, right - left, floor - knee, c.band);
  for (let tick = 0; tick <= 180; tick += 30) {
    const x = X((tick * Math.PI) / 180);
    trace(
      [
        [x, top],
        [x, floor],
      ],
      c.faint,
      1,
      { alpha: 0.7 },
    );
    if (foot.every(([at], i) => Math.abs(x - at) > (i ? 36 : 48)))
      write(`${tick}°`, Math.min(x, right - 8), floor + 16, { align: 'center' });
  }
  for (const level of LEVELS) {
    trace(
      [
        [left, Y(level)],
        [right, Y(level)],
      ],
      level ? c.faint : c.pale,
      1,
    );
    if (level !== -7 || floor - Y(level) > 13)
      write(String(level).replace('-', '−'), left - 7, Y(level), { align: 'right' });
  }
  const what = 'f(θ): what stands in place of cos θ for the true class';
  write(what, 2, 11, { style: c.ink, font: '13' });
  const moved = movedFrom(state.before, state.p);
  if (!moved.length) return;
  const words = `thin: before, ${movedText(moved, state.before, state.p)
    .map(({ words: name, was }) => `${name} ${was}`)
    .join(', ')}`;
  const fitting = [words, 'thin: before'].find(text => wide(text, '12') < frame.width - wide(what, '13') - 26);
  if (fitting) write(fitting, frame.width - 2, 11, { align: 'right' });
}

/** Where ψ starts anew: at every 180°/m, and there it is flat. */
function paintPieces({ c, trace, write, wide }, { top, floor, X }, { loss, p }) {
  if (loss !== 'sphereface') return;
  for (const { k, from, to } of piecesOf(p.margins.sphereface)) {
    const x = X(to),
      label = [`k = ${k}`, String(k)].find(words => wide(words, '11') < X(to) - X(from) - 8);
    trace(
      [
        [X(from) + 3, top - 14],
        [x - 3, top - 14],
      ],
      c.hue(loss),
      2,
      { alpha: 0.6 },
    );
    if (to < Math.PI - 1e-9)
      trace(
        [
          [x, top - 18],
          [x, floor],
        ],
        c.hue(loss),
        1,
        { dash: [1, 4], alpha: 0.8 },
      );
    if (label) write(label, (X(from) + x) / 2, top - 25, { align: 'center', style: c.word(loss), font: '11' });
  }
}

const inOrder = chosen => [...LOGITS.filter(loss => loss !== chosen), chosen];

function paintCurves({ g, c, trace }, frame, { loss: chosen, p, before }) {
  const { left, right, top, floor } = frame,
    m = p.margins.sphereface;
  g.save();
  g.beginPath();
  g.rect(left - 2, top - 4, right - left + 4, floor - top + 5);
  g.clip();
  trace(towardsOther(frame, p.between), c.ink, 1.2, { alpha: 0.7 });
  if (movedFrom(before, p).length) trace(logitLine(frame, logitsOf(chosen, before)), c.hue(chosen), 1, { alpha: 0.85 });
  if (chosen === 'sphereface' && p.annealing > 0)
    trace(logitLine(frame, logitsOf(chosen, { ...p, annealing: 0 })), c.hue(chosen), 1, { alpha: 0.6 });
  if (chosen === 'sphereface' && m > 1) trace(unsteppedLine(frame, m), c.word(chosen), 1.1, { dash: [4, 4] });
  for (const loss of inOrder(chosen)) {
    const line = logitLine(frame, logitsOf(loss, p)),
      bold = loss === chosen;
    if (bold) trace(line, c.paper, 6, { alpha: 0.85 });
    trace(line, c.hue(loss), bold ? 2.8 : 1.6, { dash: bold ? [] : DASHES[loss] });
  }
  g.restore();
}

/** Where each curve meets cos(θ12 − θ), and below that a tick on the axis. */
function paintEdges({ c, trace, dot }, { X, Y, floor }, { loss: chosen, p }, edges) {
  for (const loss of inOrder(chosen)) {
    const edge = edges[loss],
      bold = loss === chosen;
    if (edge === null) continue;
    const x = X(edge),
      y = Y(Math.cos(p.between - edge));
    if (bold)
      trace(
        [
          [x, y + 4],
          [x, floor - 9],
        ],
        c.hue(loss),
        1,
        { dash: [2, 3], alpha: 0.9 },
      );
    trace(
      [
        [x, floor - (bold ? 10 : 7)],
        [x, floor + 2],
      ],
      c.hue(loss),
      bold ? 3 : 2,
    );
    dot(x, y, bold ? 5 : 3.5, c.hue(loss));
    dot(x, y, bold ? 2.6 : 1.6, c.paper);
  }
}

/** The cursor: a dot on each curve, and from the chosen one across to where softmax has the same logit. */
function paintHere({ c, trace, dot, write }, frame, state) {
  const { X, Y, top, floor } = frame,
    { loss: chosen, p, angle, focus } = state,
    x = X(angle),
    f = logitAt(chosen, angle, p),
    alike = sameCosine(f);
  if (alike !== null && alike - angle > 1e-4) {
    const to = [X(alike), Y(f)];
    trace([[x, Y(f)], to], c.ink, 1, { dash: [3, 3] });
    trace([to, [to[0], floor]], c.ink, 1, { dash: [3, 3] });
    dot(...to, 4.5, c.paper);
    dot(...to, 3, c.ink);
  }
  trace(
    [
      [x, top],
      [x, floor],
    ],
    c.ink,
    1.2,
    { alpha: 0.75 },
  );
  if (focus) dot(x, floor, 10, c.pale);
  dot(x, floor, 6, c.ink);
  for (const loss of inOrder(chosen)) {
    const size = loss === chosen ? 4.5 : 3,
      y = Y(logitAt(loss, angle, p));
    dot(x, y, size + 1.5, c.paper);
    dot(x, y, size, c.hue(loss));
  }
  const [x0, , , y1] = pressedBox(frame);
  write('below −1.2 pressed together', x0, y1 - 9, { font: '11', halo: 4, under: c.band });
  footOf(frame, state).forEach(([at, words], i) =>
    write(words, at, floor + 16, { align: 'center', style: c.ink, font: i ? '12' : '600 12', halo: 5 }),
  );
}

const FONTS = { other: '12', plain: '12', psi: '12' },
  fontOf = (key, chosen) => FONTS[key] ?? (key === chosen ? '600 13' : '12.5');
const spelled = (key, m) =>
  ({ other: 'cos(θ₁₂ − θ)', plain: `cos ${Number(m.toFixed(2))}θ`, psi: 'ψ(θ)' })[key] ?? MARGINS[key].name;
let seated = { key: '', seats: {} };

/** Names at their curves; one that had to leave its place comes up at the new one. */
function paintSeats({ c, wide, write }, frame, state) {
  const { loss: chosen, p, before, names = {}, now = Infinity } = state,
    m = p.margins.sphereface,
    key = JSON.stringify([chosen, p, before, frame.width]);
  if (seated.key !== key)
    seated = { key, seats: namesOf(frame, state, name => wide(spelled(name, m), fontOf(name, chosen))) };
  for (const [name, box] of Object.entries(seated.seats)) {
    const last = names[name],
      moved = last && Math.hypot(last.box[0] - box[0], last.box[1] - box[1]) > 26 && now < Infinity;
    names[name] = { box, since: moved ? now : (last?.since ?? -Infinity) };
    const alpha = Math.min(1, Math.max(0, (now - names[name].since) / 180));
    write(spelled(name, m), box[0], box[1] + 9, {
      style: name === 'other' ? c.ink : c.word(LOGITS.includes(name) ? name : 'sphereface'),
      font: fontOf(name, chosen),
      halo: 4,
      alpha,
    });
  }
  return seated.seats;
}
