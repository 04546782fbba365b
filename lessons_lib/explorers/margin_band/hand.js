// What a reader's hand does on MarginBand's circle: it turns class weights, pulls edges of the band, and reads angles.
import { MARGINS } from '../kit/losses.js';
import { angleBetween, cells, readAngle, wrap } from './band.js';

const RAD = Math.PI / 180;
const REACH = { mouse: 8, pen: 8 }; // pixels beside an edge; a finger is wider
const REACH_OF_FINGER = 12;

/**
 * The hand on `canvas`. `v` has margin() and banded() of what is shown, box() with { cx, cy, R }, put(name, value),
 * ask() for a paint and save().
 */
export function handOn(canvas, model, v) {
  let hover = null,
    grabbed = null;
  const dirs = () => model.get('directions'),
    loss = () => model.get('loss');
  /** An edge of the band stands where a point just bears m. */
  function pull(phi) {
    const { range, bears } = MARGINS[loss()],
      { own, other } = readAngle(phi, dirs(), loss(), 0);
    const m = Math.min(range.max, Math.max(range.min, Math.round(bears(own, other) / range.step) * range.step));
    v.put('margins', { ...model.get('margins'), [loss()]: Number(m.toFixed(4)) });
  }
  const turn = (k, angle) =>
    v.put(
      'directions',
      dirs().map((d, i) => (i === k ? wrap(angle) : d)),
    );
  /** The pointer in polar coordinates, and the handle under it. */
  function at(event) {
    const frame = canvas.getBoundingClientRect(),
      { cx, cy, R } = v.box(),
      x = event.clientX - frame.left - cx,
      y = cy - (event.clientY - frame.top);
    const phi = Math.atan2(y, x),
      r = Math.hypot(x, y),
      away = dirs().map(d => angleBetween(d, phi)),
      k = away.indexOf(Math.min(...away)),
      near = REACH[event.pointerType] ?? REACH_OF_FINGER;
    const edge =
      v.banded() && cells(dirs(), loss(), v.margin()).some(c => c.clear?.some(a => r * angleBetween(a, phi) < near));
    return { phi, r, k: r > R - 14 && away[k] < 20 / R ? k : -1, edge: edge && r > 0.2 * R && r < R };
  }
  const listeners = {
    pointerdown: event => {
      const { k, phi, edge } = at(event);
      if (k < 0 && !edge) return listeners.pointermove(event);
      grabbed = k < 0 ? { edge } : { k, offset: dirs()[k] - phi };
      hover = null;
      canvas.setPointerCapture(event.pointerId);
      if (k >= 0) v.put('selected', k);
    },
    pointermove: event => {
      const { phi, r, k, edge } = at(event);
      if (grabbed) return grabbed.edge ? pull(phi) : turn(grabbed.k, phi + grabbed.offset);
      canvas.style.cursor = k >= 0 ? 'grab' : edge ? 'ew-resize' : '';
      hover = k < 0 && r < v.box().R && r > 8 ? phi : null;
      v.ask();
    },
    pointerup: () => {
      if (grabbed) v.save();
      grabbed = null;
    },
    pointercancel: () => listeners.pointerup(),
    pointerleave: () => {
      hover = null;
      v.ask();
    },
    focus: v.ask,
    blur: v.ask,
    keydown: event => {
      const act = event.ctrlKey || event.metaKey || event.altKey ? null : key(event);
      if (!act) return;
      event.preventDefault();
      act();
      v.save();
    },
    touchstart: event => {
      const { k, edge } = at(event.touches[0]);
      if (k >= 0 || edge) event.preventDefault();
    }, // else the page scrolls
  };
  function key({ key: name, shiftKey }) {
    const k = model.get('selected'),
      C = dirs().length,
      step = (shiftKey ? 5 : 1) * RAD;
    const own = {
      ArrowLeft: () => turn(k, dirs()[k] + step),
      ArrowRight: () => turn(k, dirs()[k] - step),
      ArrowUp: () => v.put('selected', (k + 1) % C),
      ArrowDown: () => v.put('selected', (k + C - 1) % C),
    };
    if (/^\d$/.test(name) && Number(name) < C) return () => v.put('selected', Number(name));
    return own[name];
  }
  for (const [type, f] of Object.entries(listeners)) canvas.addEventListener(type, f, { passive: false });
  return { hover: () => hover, held: () => (grabbed && !grabbed.edge ? grabbed.k : -1) };
}
