// A reader's hand on LiveLab's circle, where the points are the reader's own: it adds, moves and takes them away.
import { reachOf } from '../kit/hold.js';
import { circlePlan } from './circle.js';

/** Points as [x, y, label] as they stand now: training has moved them. */
export const pointsNow = ({ features }, labels) =>
  Array.from(labels, (k, i) => [features[2 * i], features[2 * i + 1], k]);

/** The place in the plane under the pointer, of length 1 at the rim. */
function placeAt(canvas, event) {
  const box = canvas.getBoundingClientRect(),
    { c, R } = circlePlan(box.width);
  return { x: (event.clientX - box.left - c) / R, y: (c - (event.clientY - box.top)) / R, R };
}

/** Which point lies nearest a place, within reach; -1 for none. What is drawn past the rim stands on it. */
export function pointAt(points, { x, y }, reach) {
  let best = -1,
    nearest = reach;
  points.forEach(([u, v], i) => {
    const out = Math.max(1, Math.hypot(u, v)),
      away = Math.hypot(u / out - x, v / out - y);
    if (away <= nearest) {
      nearest = away;
      best = i;
    }
  });
  return best;
}

/**
 * `v` has own(), whether points are the reader's, points() as they are now, put(points), and label(x, y) of a new one.
 * A point is dragged; one that is let go outside the circle, or deleted by key, is gone.
 */
export function handOn(canvas, v) {
  let grabbed = -1,
    last = -1;
  const moved = ({ x, y }) => v.put(v.points().map((p, i) => (i === grabbed ? [x, y, p[2]] : p)));
  const near = (event, place) => pointAt(v.points(), place, reachOf(event) / place.R);
  const without = k => {
    last = -1;
    v.put(v.points().filter((_, i) => i !== k));
  };
  const listeners = {
    pointerdown(event) {
      const place = placeAt(canvas, event);
      if (!v.own() || event.button || Math.hypot(place.x, place.y) > 1) return;
      canvas.setPointerCapture(event.pointerId);
      grabbed = near(event, place);
      if (grabbed < 0) {
        grabbed = v.points().length;
        v.put([...v.points(), [place.x, place.y, v.label(place.x, place.y)]]);
      }
      last = grabbed;
    },
    pointermove(event) {
      if (!v.own()) return;
      const place = placeAt(canvas, event),
        inside = Math.max(1, Math.hypot(place.x, place.y) / 1.5);
      if (grabbed >= 0) moved({ x: place.x / inside, y: place.y / inside });
      canvas.style.cursor = near(event, place) >= 0 ? 'grab' : '';
    },
    pointerup(event) {
      const place = placeAt(canvas, event);
      if (grabbed >= 0 && Math.hypot(place.x, place.y) > 1.05) without(grabbed);
      grabbed = -1;
    },
    pointercancel: () => {
      grabbed = -1;
    },
    touchstart: event => v.own() && event.preventDefault(), // else the page scrolls
  };
  for (const [type, f] of Object.entries(listeners)) canvas.addEventListener(type, f, { passive: false });
  return { remove: () => last >= 0 && last < v.points().length && without(last), held: () => grabbed >= 0 };
}
