// The charges of one view at full precision, and how they move while the figure is `running`.
import { balances, flat, meeting, nudged, placesOf } from './maths.js';
import { glide, relaxation, settle } from './relax.js';

const QUIET = 300,
  SLOWEST = 50; // milliseconds: another view moves them; the longest frame

const samePlaces = (a, b) =>
  a.length === b.length && a.every((p, j) => p.length === b[j].length && p.every((v, i) => v === b[j][i]));

/**
 * @typedef {object} Charges
 * @property {Float64Array} x at full precision
 * @property {number[][]} known as the model has them
 * @property {import('./relax.js').Relaxation | null} relaxing while they move
 * @property {number | null} held the charge that stays where the reader holds it
 * @property {number} heard when somebody else moved them last
 */

/** `still` says whether a reader wants no motion: then they rest at once. */
export function motion(model, still) {
  const known = model.get('points');
  /** @type {Charges} */
  const c = { x: flat(known), known, relaxing: null, held: null, heard: -Infinity };
  const size = () => c.known[0].length,
    running = () => model.get('running');
  function put(to, many, steps) {
    c.x = to;
    c.known = placesOf(to, many);
    model.set('points', c.known);
    model.set('steps', steps);
  }
  return {
    tick: ticking(model, still, c, put),
    places: () => c.x,
    size,
    held: () => c.held,
    moving: () => Boolean(c.relaxing && !c.relaxing.settled),
    /**
     * New places, or the same under another law: whatever ran, runs anew, and is nudged off what balances by symmetry
     * alone.
     */
    begin(to = c.x, many = size()) {
      put(to, many, running() ? 0 : model.get('steps'));
      c.relaxing = running() ? relaxation(nudged(c.x, many), model.get('law'), c.held) : null;
    },
    /** One charge somewhere else, by hand. */
    drag(j, place) {
      const to = c.x.slice();
      to.set(place, 3 * j);
      c.relaxing = null;
      put(to, size(), running() ? 0 : model.get('steps'));
    },
    hold(j) {
      if (j === c.held) return;
      c.held = j;
      c.relaxing = null;
    },
  };
}

/** What a frame moves: true while more is to come, and 'rest' with the frame that ends it. */
function ticking(model, still, c, put) {
  let before = 0;
  return now => {
    const passed = Math.min(SLOWEST, now - before),
      points = model.get('points'),
      law = model.get('law');
    before = now;
    if (points !== c.known && !samePlaces(points, c.known))
      Object.assign(c, { x: flat(points), relaxing: null, heard: now }); // what Python or another view has set
    c.known = points;
    if (!model.get('running')) {
      c.relaxing = null;
      return false;
    }
    if (now - c.heard < QUIET) return true; // somebody else moves them: look on
    if (!c.relaxing && balances(c.x, law, c.held)) return false;
    c.relaxing ??= relaxation(meeting(c.x) ? nudged(c.x, points[0].length) : c.x, law, c.held);
    if (c.relaxing.settled) return false;
    const steps = still() ? settle(c.relaxing) : glide(c.relaxing, passed / 1000);
    put(c.relaxing.x, points[0].length, model.get('steps') + steps);
    if (still()) c.relaxing.settled = true;
    return c.relaxing.settled ? 'rest' : true;
  };
}
