// How a reader takes hold of GradientArrows' plane, by pointer and by key.
import { REACH, short, within, wrapped } from './steps.js';
import { planeFrame } from './plane.js';

const NEAR = { mouse: 15, pen: 18, touch: 24 },
  CLICK = 4; // pixels

/** What lies under a pointer: x, a weight, a place for x, or nothing; a finger elsewhere scrolls. */
export function grasp([px, py], pointer, side, { point, directions }) {
  const F = planeFrame(side),
    near = NEAR[pointer] ?? NEAR.mouse,
    at = F.place(px, py),
    names = F.names(directions);
  const off = [F.X(point[0]) - px, F.Y(point[1]) - py];
  if (Math.hypot(...off) < near) return { kind: 'x', off };
  const far = directions.map((d, j) =>
    Math.min(
      Math.hypot(names[j][0] - px, names[j][1] - py),
      Math.hypot(F.X(Math.cos(d)) - px, F.Y(Math.sin(d)) - py) + 4,
    ),
  );
  const j = far.indexOf(Math.min(...far));
  if (far[j] < near) return { kind: 'weight', j, ahead: directions[j] - Math.atan2(at[1], at[0]), from: [px, py] };
  return Math.hypot(...at) < REACH && pointer !== 'touch' ? { kind: 'x', off: [0, 0], fresh: true } : { kind: null };
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

/** Listens on the plane; returns the way to stop. `hand.held` is what the keys move. */
export function listen(field, { state, put, draw, hand, save }) {
  let drag = null;
  const where = event => {
    const box = field.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const under = event => grasp(where(event), event.pointerType, field.clientWidth, state());
  function drive(event) {
    const [px, py] = where(event),
      F = planeFrame(field.clientWidth);
    if (drag.kind === 'x') return put('point', within(F.place(px + drag.off[0], py + drag.off[1])));
    drag.moved ||= Math.hypot(px - drag.from[0], py - drag.from[1]) > CLICK;
    const [x, y] = F.place(px, py);
    if (drag.moved) put('directions', turnedTo(state().directions, drag.j, Math.atan2(y, x) + drag.ahead));
  }
  const listeners = {
    pointerdown: event => {
      const found = under(event);
      if (event.button || !found.kind) return;
      drag = found;
      hand.held = found.kind === 'x' ? 'x' : found.j;
      field.setPointerCapture(event.pointerId);
      field.style.cursor = 'grabbing';
      drive(event);
    },
    pointermove: event => {
      if (drag) return drive(event);
      const { kind, fresh } = under(event);
      field.style.cursor = fresh ? 'crosshair' : kind ? 'grab' : '';
    },
    pointerup: () => {
      if (drag?.kind === 'weight' && !drag.moved) put('label', drag.j);
    },
    lostpointercapture: () => {
      if (drag) {
        drag = null;
        field.style.cursor = '';
        save();
        draw();
      }
    },
    touchstart: event => {
      if (drag) event.preventDefault();
    }, // else it scrolls
    focus: draw,
    blur: draw,
    keydown: event => {
      const done = event.ctrlKey || event.metaKey || event.altKey ? null : pressed(hand.held, event, state());
      if (!done) return;
      event.preventDefault();
      hand.held = done.held;
      if (done.set) {
        put(...done.set);
        save();
      }
      draw();
    },
  };
  for (const [type, f] of Object.entries(listeners)) field.addEventListener(type, f, { passive: false });
  return () => {
    for (const [type, f] of Object.entries(listeners)) field.removeEventListener(type, f);
  };
}
