// How a reader takes hold of ChargeSphere, by pointer and by key.
import { place, placeMoved, placeUnder, chargeFrame, eye } from './camera.js';

const NEAR = { mouse: 5, pen: 8, touch: 14 },
  CLICK = 4; // pixels
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] },
  DEGREES = Math.PI / 180;

/** The charge under a pointer, one in front before one behind; null where there is none. */
export function chargeAt([px, py], pointer, side, now) {
  const n = now.x.length / 3,
    F = chargeFrame(side, n),
    { see } = eye(now.turn, now.size);
  let best = null,
    least = Infinity;
  for (let j = 0; j < n; j++) {
    const seen = see(place(now.x, j)),
      [x, y] = F.at(seen),
      away = Math.hypot(px - x, py - y),
      behind = seen[2] < -1e-6;
    if (away > F.disc(seen[2]) + (NEAR[pointer] ?? NEAR.mouse) || away + (behind ? 50 : 0) >= least) continue;
    least = away + (behind ? 50 : 0);
    best = { charge: j, behind, off: [x - px, y - py], from: [px, py] };
  }
  return best;
}

const turned = ([azimuth, height], right, up) =>
  [
    Math.atan2(Math.sin(azimuth - right), Math.cos(azimuth - right)),
    Math.min(Math.PI / 2, Math.max(-Math.PI / 2, height - up)),
  ].map(v => Number(v.toFixed(4)));

/** What a key does: a charge to hold, a place for it, a turn, or to run or stop; null if nothing. */
export function chargeKey({ key, shiftKey }, now) {
  const n = now.x.length / 3,
    { held } = now,
    way = WAYS[key];
  if (key === ' ') return { toggle: true };
  if (key === 'Escape') return { hold: null };
  if (/^\d$/.test(key) && Number(key) < n) return { hold: Number(key) };
  if (key === ']' || key === 'PageDown') return { hold: held === null ? 0 : (held + 1) % n };
  if (key === '[' || key === 'PageUp') return { hold: held === null ? n - 1 : (held + n - 1) % n };
  if (!way) return null;
  if (held !== null)
    return {
      place: placeMoved(
        place(now.x, held),
        way.map(v => v * (shiftKey ? 10 : 2) * DEGREES),
        now,
      ),
    };
  return now.size === 3 ? { turn: turned(now.turn, ...way.map(v => v * (shiftKey ? 15 : 5) * DEGREES)) } : null;
}

/** Listens on the canvas; returns the way to stop. */
export function listenTo(field, { state, hold, drag, turn, toggle, rest, draw }) {
  let grip = null;
  const where = event => {
    const box = field.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const under = event => chargeAt(where(event), event.pointerType, field.clientWidth, state());
  function drive(event) {
    const now = state(),
      [px, py] = where(event),
      F = chargeFrame(field.clientWidth, now.x.length / 3);
    grip.moved ||= Math.hypot(px - grip.from[0], py - grip.from[1]) > CLICK;
    if (!grip.moved) return;
    if (grip.charge === undefined) {
      turn(turned(now.turn, (px - grip.last[0]) / F.R, (grip.last[1] - py) / F.R));
      grip.last = [px, py];
      return;
    }
    const to =
      grip.charge < now.x.length / 3 && placeUnder(F.unit(px + grip.off[0], py + grip.off[1]), now, grip.behind);
    if (to) drag(grip.charge, to);
  }
  function begin(event) {
    if (event.button || grip) return;
    const found = under(event),
      now = state(),
      from = where(event);
    if (!found && now.held !== null) hold(null);
    if (!found && now.size === 2) return;
    grip = found ? { ...found, before: now.held } : { from, last: from };
    if (found) hold(found.charge);
    field.setPointerCapture(event.pointerId);
    field.style.cursor = 'grabbing';
    draw();
  }
  /** A click holds a charge until the next click; what was dragged is let go. */
  function end() {
    if (!grip) return;
    if (grip.charge !== undefined && (grip.moved ? grip.before !== grip.charge : grip.before === grip.charge))
      hold(null);
    grip = null;
    field.style.cursor = '';
    rest();
  }
  const listeners = {
    pointerdown: begin,
    pointermove: event => {
      if (grip) drive(event);
      else field.style.cursor = under(event) || state().size === 3 ? 'grab' : '';
    },
    lostpointercapture: end,
    touchstart: event => {
      if (grip && grip.charge !== undefined) event.preventDefault();
    }, // else it scrolls
    focus: draw,
    blur: () => {
      hold(null);
      draw();
    },
    keydown: event => {
      const now = state(),
        done = event.ctrlKey || event.metaKey || event.altKey ? null : chargeKey(event, now);
      if (!done) return;
      event.preventDefault();
      if (done.toggle) toggle();
      if (done.hold !== undefined) hold(done.hold);
      if (done.place) drag(now.held, done.place);
      if (done.turn) turn(done.turn);
      rest();
    },
  };
  for (const [type, f] of Object.entries(listeners)) field.addEventListener(type, f, { passive: false });
  return () => {
    for (const [type, f] of Object.entries(listeners)) field.removeEventListener(type, f);
  };
}
