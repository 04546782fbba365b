// What a reader's hand does on MarginBand's circle: it turns class weights, pulls edges of the band, and reads angles.
import { hold, reachOf } from '../kit/hold.js';
import { MARGINS } from '../kit/losses.js';
import { DEGREE, angleBetween, wrapped } from '../kit/numbers.js';
import { cells, readAngle } from './band.js';

const PAGE = 10 * DEGREE;
const HANDLE = { inside: 14, across: 20 }; // pixels from the rim inwards, and along it

/** A place of the canvas in polar coordinates, and the rim. */
function inPolar([px, py], { cx, cy, R }) {
  const [x, y] = [px - cx, cy - py];
  return { phi: Math.atan2(y, x), r: Math.hypot(x, y), R };
}

/** What lies under a pointer: a handle, or a direction to read, in which an edge of the band may stand. */
function under({ phi, r, R }, dirs, edges, near) {
  const away = dirs.map(d => angleBetween(d, phi)),
    k = away.indexOf(Math.min(...away));
  if (r > R - HANDLE.inside && away[k] < HANDLE.across / R) return { k };
  if (r >= R || r <= 8) return null;
  return { reads: phi, edge: r > 0.2 * R && edges.some(a => r * angleBetween(a, phi) < near) };
}

/** The margin at which an edge of the band stands in this direction: where a point just bears it. */
function marginAt(phi, dirs, loss) {
  const { range, bears } = MARGINS[loss],
    { own, other } = readAngle(phi, dirs, loss, 0);
  const m = Math.min(range.max, Math.max(range.min, Math.round(bears(own, other) / range.step) * range.step));
  return Number(m.toFixed(4));
}

/**
 * What a key asks for while class k is selected: an angle for it to stand at, or another class; null if nothing. On a
 * circle there is no far end for the key End.
 */
function byKey({ key, shiftKey }, k, dirs, home) {
  const step = (shiftKey ? 5 : 1) * DEGREE,
    C = dirs.length,
    turned = by => ({ to: wrapped(dirs[k] + by) });
  if (/^\d$/.test(key)) return Number(key) < C ? { choose: Number(key) } : null;
  const ways = {
    ...{ ArrowLeft: turned(step), ArrowRight: turned(-step) },
    ...{ PageUp: turned(PAGE), PageDown: turned(-PAGE), Home: { to: home[k] } },
    ...{ ArrowUp: { choose: (k + 1) % C }, ArrowDown: { choose: (k + C - 1) % C } },
  };
  return ways[key] ?? null;
}

/**
 * The hand on `canvas`. `v` has margin() and banded() of what is shown, box() with { cx, cy, R }, put(name, value),
 * ask() for a paint and save().
 */
export function handOn(canvas, model, v) {
  let hover = null,
    held = -1;
  const dirs = () => model.get('directions'),
    loss = () => model.get('loss');
  const pull = phi => v.put('margins', { ...model.get('margins'), [loss()]: marginAt(phi, dirs(), loss()) }),
    choose = k => v.put('selected', k);
  const place = (k, angle) =>
    v.put(
      'directions',
      dirs().map((d, i) => (i === k ? angle : d)),
    );
  const read = phi => {
    if (phi !== null || hover !== null) v.ask();
    hover = phi;
  };
  const polar = spot => inPolar(spot, v.box());
  const edges = () => (v.banded() ? cells(dirs(), loss(), v.margin()).flatMap(({ clear }) => clear ?? []) : []);
  function find(spot, event) {
    const at = polar(spot),
      found = under(at, dirs(), edges(), (2 / 3) * reachOf(event));
    if (found && !('reads' in found)) return handle(found.k, dirs()[found.k] - at.phi);
    const edge = { cursor: 'ew-resize', still: true, take: () => read(null), move: to => pull(polar(to).phi) },
      ray = { scrolls: true, move: to => read(polar(to).phi) };
    return found && { reads: found.reads, ...(found.edge ? edge : ray) };
  }
  const handle = (k, offset) => ({
    ...{ cursor: 'grab', still: true, move: to => place(k, wrapped(polar(to).phi + offset)) },
    take: () => {
      held = k;
      read(null);
      choose(k);
    },
    end: () => {
      held = -1;
    },
  });
  function press(event) {
    const k = model.get('selected'),
      asked = byKey(event, k, dirs(), model.get('home'));
    if (asked) 'to' in asked ? place(k, asked.to) : choose(asked.choose);
    return asked !== null;
  }
  hold(canvas, { find, press, done: v.save, draw: v.ask, hover: grip => read(grip?.reads ?? null) });
  return { hover: () => hover, held: () => held };
}
