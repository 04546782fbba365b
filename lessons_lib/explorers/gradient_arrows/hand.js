// How a reader takes hold of GradientArrows' plane, by pointer and by key.
import { holdOne, reachOf } from '../kit/hold.js';
import { wrapped } from '../kit/numbers.js';
import { REACH, short, within } from './steps.js';
import { planeFrame } from './plane.js';

/** What lies under a pointer: x, a weight, or for a mouse a place for x; a finger elsewhere scrolls. */
function grasp([px, py], near, finger, side, { point, directions }) {
  const F = planeFrame(side),
    at = F.place(px, py),
    names = F.names(directions);
  const off = [F.X(point[0]) - px, F.Y(point[1]) - py];
  if (Math.hypot(...off) < near) return { held: 'x', off };
  const far = directions.map((d, j) =>
    Math.min(
      Math.hypot(names[j][0] - px, names[j][1] - py),
      Math.hypot(F.X(Math.cos(d)) - px, F.Y(Math.sin(d)) - py) + 4,
    ),
  );
  const j = far.indexOf(Math.min(...far));
  if (far[j] < near) return { held: j, ahead: directions[j] - Math.atan2(at[1], at[0]) };
  return Math.hypot(...at) < REACH && !finger ? { held: 'x', off: [0, 0], fresh: true } : null;
}

const turnedTo = (directions, j, angle) => directions.map((d, i) => (i === j ? short(wrapped(angle)) : d));

/** x further round and further out; at the origin it first needs a length. */
function moved([x, y], turn, out) {
  const r = Math.hypot(x, y),
    angle = Math.atan2(y, x) + turn,
    to = r > 0.01 || out > 0 ? Math.max(0.02, r + out) : 0;
  return within([to * Math.cos(angle), to * Math.sin(angle)]);
}

/** What a key does while x or a class weight is `held`: another thing to hold, a trait to set, or null if nothing. */
export function pressed(held, { key, shiftKey }, { point, directions }) {
  const C = directions.length,
    own = held !== 'x' && held < C,
    step = ((shiftKey ? 10 : 1) * Math.PI) / 180;
  const way = { ArrowLeft: 1, ArrowRight: -1 }[key] ?? 0,
    out = { ArrowUp: 1, ArrowDown: -1 }[key] ?? 0;
  if (/^\d$/.test(key) && Number(key) < C) return { held: Number(key) };
  if (['x', 'X', 'Escape'].includes(key)) return { held: 'x' };
  if (own && key === 'Enter') return { held, set: ['label', held] };
  if (own && way) return { held, set: ['directions', turnedTo(directions, held, directions[held] + way * step)] };
  if (own && out) return { held: (held + C + out) % C };
  return way || out ? { held: 'x', set: ['point', moved(point, way * step, out * (shiftKey ? 0.1 : 0.02))] } : null;
}

/** Listens on the plane. `hand.held` is what the keys move, `hand.over` what a mouse is on. */
export function listen(field, { state, put, draw, hand, save }) {
  const place = spot => planeFrame(field.clientWidth).place(...spot);
  function find(spot, event) {
    const found = grasp(spot, 4 + reachOf(event), event.pointerType === 'touch', field.clientWidth, state());
    if (!found) return null;
    const { held, off, ahead, fresh } = found,
      take = () => {
        hand.held = held;
      };
    if (held === 'x') {
      const move = ([x, y]) => put('point', within(place([x + off[0], y + off[1]])));
      return { over: fresh ? null : held, cursor: fresh ? 'crosshair' : 'grab', take, move, still: !fresh };
    }
    const move = to => {
      const [x, y] = place(to);
      put('directions', turnedTo(state().directions, held, Math.atan2(y, x) + ahead));
    };
    return { over: held, cursor: 'grab', take, move, tap: () => put('label', held) };
  }
  holdOne(field, hand, {
    ...{ find, draw, done: save },
    act: event => pressed(hand.held, event, state()),
    does: ({ set }) => set && put(...set),
  });
}
