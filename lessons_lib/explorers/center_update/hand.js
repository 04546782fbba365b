// How a reader takes hold of CenterUpdate's plane, by pointer and by key.
import { reached, update } from './maths.js';
import { centerFrame } from './paint.js';

const NEAR = { mouse: 16, pen: 18, touch: 24 },
  CLICK = 4; // pixels
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** What lies under a pointer: the nearest of the points and the centre, or null; a finger elsewhere scrolls. */
export function graspedAt([px, py], pointer, side, now) {
  const F = centerFrame(side),
    spots = [...now.points, F.seen(now.center, update(now).mean)].map(F.at);
  const far = spots.map(([x, y]) => Math.hypot(x - px, y - py)),
    least = Math.min(...far),
    k = far.lastIndexOf(least);
  return least < (NEAR[pointer] ?? NEAR.mouse)
    ? { held: k < 3 ? k : 'c', off: [spots[k][0] - px, spots[k][1] - py], from: [px, py] }
    : null;
}

const placed = (points, i, to) => points.map((p, k) => (k === i ? to : p));
export const switched = (batch, i) => batch.map((inside, k) => (k === i ? !inside : inside));

/**
 * What a key does: something else to hold, a trait to set, a step; null if nothing. Nothing held, arrow right is a
 * step.
 */
export function pressedKey(held, { key, shiftKey }, { points, center, batch }) {
  const way = WAYS[key],
    by = shiftKey ? 0.1 : 0.02,
    low = key.toLowerCase();
  if (['1', '2', '3'].includes(key)) return { held: Number(key) - 1 };
  if (low === 'c') return { held: 'c' };
  if (key === 'Escape') return { held: null };
  if (key === 'Enter' || (held === null && key === 'ArrowRight')) return { held, step: 1 };
  if (key === ' ' && typeof held === 'number') return { held, set: ['batch', switched(batch, held)] };
  if (!way || held === null) return null;
  const from = held === 'c' ? center : points[held],
    to = reached(from.map((v, k) => v + by * way[k]));
  return { held, set: held === 'c' ? ['center', to] : ['points', placed(points, held, to)] };
}

/** Listens on the plane; returns the way to stop. `hand.held` is what the keys move. */
export function listenTo(field, { state, put, step, draw, hand, save }) {
  let drag = null;
  const where = event => {
    const box = field.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const under = event => graspedAt(where(event), event.pointerType, field.clientWidth, state());
  function drive(event) {
    const [px, py] = where(event);
    drag.moved ||= Math.hypot(px - drag.from[0], py - drag.from[1]) > CLICK;
    if (!drag.moved) return;
    const to = reached(centerFrame(field.clientWidth).place(px + drag.off[0], py + drag.off[1]));
    if (drag.held === 'c') put('center', to);
    else put('points', placed(state().points, drag.held, to));
  }
  const listeners = {
    pointerdown: event => {
      const found = under(event);
      if (event.button || !found || drag) return;
      drag = found;
      hand.held = found.held;
      field.setPointerCapture(event.pointerId);
      field.style.cursor = 'grabbing';
      draw();
    },
    pointermove: event => {
      if (drag) drive(event);
      else field.style.cursor = under(event) ? 'grab' : '';
    },
    pointerup: () => {
      if (drag && !drag.moved && drag.held !== 'c') put('batch', switched(state().batch, drag.held));
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
      const done = event.ctrlKey || event.metaKey || event.altKey ? null : pressedKey(hand.held, event, state());
      if (!done) return;
      event.preventDefault();
      hand.held = done.held;
      if (done.step) step(done.step);
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
