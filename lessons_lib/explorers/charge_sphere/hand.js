// How a reader takes hold of ChargeSphere, by pointer and by key.
import { WAYS } from '../kit/controls.js';
import { hold as holdOf, reachOf } from '../kit/hold.js';
import { DEGREE, clamp, wrapped } from '../kit/numbers.js';
import { place, placeMoved, placeUnder, chargeFrame, eye } from './camera.js';

/**
 * The charge under a pointer that may miss it by `near` pixels, one in front before one behind; null where there is
 * none.
 */
function chargeAt([px, py], near, side, now) {
  const n = now.x.length / 3,
    F = chargeFrame(side, n),
    { see } = eye(now.turn, now.size);
  let best = null,
    least = Infinity;
  for (let j = 0; j < n; j++) {
    const seen = see(place(now.x, j)),
      [x, y] = F.at(seen),
      away = Math.hypot(px - x, py - y),
      behind = seen[2] < -1e-6,
      cost = away + (behind ? 50 : 0);
    if (away > F.disc(seen[2]) + near || cost >= least) continue;
    least = cost;
    best = { charge: j, behind, off: [x - px, y - py] };
  }
  return best;
}

const turned = ([azimuth, height], right, up) =>
  [wrapped(azimuth - right), clamp(height - up, -Math.PI / 2, Math.PI / 2)].map(v => Number(v.toFixed(4)));

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
        way.map(v => v * (shiftKey ? 10 : 2) * DEGREE),
        now,
      ),
    };
  return now.size === 3 ? { turn: turned(now.turn, ...way.map(v => v * (shiftKey ? 15 : 5) * DEGREE)) } : null;
}

/** A tap holds a charge until the next; what was dragged is let go. */
function gripOf({ charge, behind, off }, frame, { state, hold, drag }) {
  const before = state().held;
  let moved = false;
  return {
    cursor: 'grab',
    take: () => hold(charge),
    tap: () => before === charge && hold(null),
    move([x, y]) {
      moved = true;
      const to = charge < state().n && placeUnder(frame().place(x + off[0], y + off[1]), state(), behind);
      if (to) drag(charge, to);
    },
    end: () => moved && before !== charge && hold(null),
  };
}

/** The sphere itself, which a finger turns to the sides only. */
function globe([x, y], { c, R }, { state, hold, turn }) {
  if (state().size === 2 || Math.hypot(x - c, y - c) > R) return null;
  let last = [x, y];
  const move = to => {
    turn(turned(state().turn, (to[0] - last[0]) / R, (last[1] - to[1]) / R));
    last = to;
  };
  return { cursor: 'grab', scrolls: true, take: () => hold(null), move };
}

/** Listens on the canvas. */
export function listenTo(field, acts) {
  const { state, hold, drag, turn, toggle, rest, draw } = acts,
    frame = () => chargeFrame(field.clientWidth, state().n);
  field.addEventListener('blur', () => hold(null));
  holdOf(field, {
    find(spot, event) {
      const found = chargeAt(spot, reachOf(event) - 4, field.clientWidth, state());
      return found ? gripOf(found, frame, acts) : globe(spot, frame(), acts);
    },
    draw,
    miss: () => hold(null),
    kept: () => turn.bind(null, state().turn),
    done: rest,
    press: event => {
      const done = chargeKey(event, state());
      if (!done) return false;
      if (done.toggle) toggle();
      if (done.hold !== undefined) hold(done.hold);
      if (done.place) drag(state().held, done.place);
      if (done.turn) turn(done.turn);
      return true;
    },
  });
}
