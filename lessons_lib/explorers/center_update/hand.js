// How a reader takes hold of CenterUpdate's plane, by pointer and by key.
import { WAYS } from '../kit/controls.js';
import { holdOne, reachOf } from '../kit/hold.js';
import { reached, update } from './maths.js';
import { centerFrame } from './paint.js';

/** What lies under a pointer: the nearest of the points and the centre, or null; a finger elsewhere scrolls. */
function graspedAt([px, py], near, side, now) {
  const F = centerFrame(side),
    spots = [...now.points, F.seen(now.center, update(now).mean)].map(F.at);
  const far = spots.map(([x, y]) => Math.hypot(x - px, y - py)),
    least = Math.min(...far),
    k = far.lastIndexOf(least);
  return least < near ? { held: k < 3 ? k : 'c', off: [spots[k][0] - px, spots[k][1] - py] } : null;
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

/** Listens on the plane. `hand.held` is what the keys move, `hand.over` what a mouse is on. */
export function listenTo(field, { state, put, step, draw, hand, save }) {
  const move = (held, to) => (held === 'c' ? put('center', to) : put('points', placed(state().points, held, to)));
  function find(spot, event) {
    const found = graspedAt(spot, 4 + reachOf(event), field.clientWidth, state());
    if (!found) return null;
    const { held, off } = found;
    return {
      over: held,
      cursor: 'grab',
      take: () => {
        hand.held = held;
      },
      tap: () => held === 'c' || put('batch', switched(state().batch, held)),
      move: ([x, y]) => move(held, reached(centerFrame(field.clientWidth).place(x + off[0], y + off[1]))),
    };
  }
  holdOne(field, hand, {
    ...{ find, draw, done: save },
    act: event => pressedKey(hand.held, event, state()),
    does(act) {
      if (act.step) step(act.step);
      if (act.set) put(...act.set);
    },
  });
}
