// The charges of one view at full precision, and how they move while the figure is `running`.
import { balances, flat, meeting, nudged, placesOf } from './maths.js';
import { glide, relaxation, settle } from './relax.js';

const QUIET = 300,
  SLOWEST = 50; // milliseconds: another view moves them; the longest frame

const samePlaces = (a, b) =>
  a.length === b.length && a.every((p, j) => p.length === b[j].length && p.every((v, i) => v === b[j][i]));

/** `still` says whether a reader wants no motion: then they rest at once. */
export function motion(model, still) {
  let known = model.get('points'),
    x = flat(known),
    relaxing = null,
    held = null,
    heard = -Infinity,
    before = 0;

  /** Takes over what Python or another view has set. */
  function adopt(now) {
    const points = model.get('points');
    if (points !== known && !samePlaces(points, known)) {
      x = flat(points);
      relaxing = null;
      heard = now;
    }
    known = points;
  }
  function put(to, size, steps) {
    x = to;
    known = placesOf(to, size);
    model.set('points', known);
    model.set('steps', steps);
  }
  /**
   * New places, or the same under another law: whatever ran, runs anew, and is nudged off what balances by symmetry
   * alone.
   */
  function begin(to = x, size = known[0].length) {
    const on = model.get('running');
    put(to, size, on ? 0 : model.get('steps'));
    relaxing = on ? relaxation(nudged(x, size), model.get('law'), held) : null;
  }
  /** One charge somewhere else, by hand. */
  function drag(j, place) {
    const to = x.slice();
    to.set(place, 3 * j);
    relaxing = null;
    put(to, known[0].length, model.get('running') ? 0 : model.get('steps'));
  }
  function hold(j) {
    if (j !== held) {
      held = j;
      relaxing = null;
    }
  }

  /** What a frame moves: true while more is to come, and 'rest' with the frame that ends it. */
  function tick(now) {
    const passed = Math.min(SLOWEST, now - before);
    before = now;
    adopt(now);
    if (!model.get('running')) {
      relaxing = null;
      return false;
    }
    if (now - heard < QUIET) return true; // somebody else moves them: look on
    if (!relaxing && balances(x, model.get('law'), held)) return false;
    relaxing ??= relaxation(meeting(x) ? nudged(x, known[0].length) : x, model.get('law'), held);
    if (relaxing.settled) return false;
    const steps = still() ? settle(relaxing) : glide(relaxing, passed / 1000);
    put(relaxing.x, known[0].length, model.get('steps') + steps);
    if (still()) relaxing.settled = true;
    return relaxing.settled ? 'rest' : true;
  }
  return {
    adopt,
    begin,
    drag,
    hold,
    tick,
    places: () => x,
    size: () => known[0].length,
    held: () => held,
    moving: () => Boolean(relaxing && !relaxing.settled),
  };
}
