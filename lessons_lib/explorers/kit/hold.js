// A canvas under mouse, fingers and keys.
import { ownKeys } from './controls.js';
import { element } from './view.js';

const STEPS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 },
  PAGES = { PageUp: 1, PageDown: -1 },
  ENDS = { Home: 0, End: 1 };
const REACH = { mouse: 12, pen: 14, touch: 22 };
export const DEGREE = Math.PI / 180;

/** A canvas that keys move like a slider. */
export const held = (label, most = 100, more = {}) => {
  const range = { 'aria-valuemin': 0, 'aria-valuemax': most };
  return ownKeys(element('canvas', { tabindex: 0, role: 'slider', 'aria-label': label, ...range, ...more }));
};

/** How near a pointer of this kind has to come, in pixels. */
export const reachOf = ({ pointerType }) => REACH[pointerType] ?? REACH.mouse;

export const inBox = ([x, y], [x0, y0, x1, y1]) => x >= x0 && x <= x1 && y >= y0 && y <= y1;

/** What a key asks for: { by } so many steps, more with Shift, or { end }; null for another key. */
function asked({ key, shiftKey, ctrlKey, metaKey, altKey }, fast, page) {
  if (ctrlKey || metaKey || altKey) return null;
  if (key in ENDS) return { end: ENDS[key] };
  if (key in STEPS) return { by: STEPS[key] * (shiftKey ? fast : 1) };
  return key in PAGES ? { by: PAGES[key] * page } : null;
}

/**
 * What a pointer finds on the canvas.
 *
 * @typedef {object} Grip
 * @property {string} [cursor] what the mouse looks like over it
 * @property {() => void} [click] done at once; such a thing is not held
 * @property {(spot: number[]) => void} [move] follows the pointer, in pixels of the canvas, from the press on
 * @property {boolean} [still] whether it stays where it is until the pointer moves
 * @property {boolean} [scrolls] whether a finger that moves up or down scrolls the page instead
 */

/**
 * Listens. `find(spot, event)` says what lies there, a Grip or null; `hover(grip)` hears of it before it is taken;
 * `done()` is called when it is let go and after a key; `keys(asked, event)` does what a key asks for, `fast` steps
 * with Shift, `page` with PageUp, or returns false; `draw()` follows the focus.
 */
export function hold(canvas, { find, keys, done, draw, hover = () => {}, fast = 10, page = 10 }) {
  let taken = null,
    waits = false;
  const spot = event => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const look = grip => {
    canvas.style.cursor = grip?.cursor ?? (grip ? '' : 'default');
    hover(grip);
  };
  const listeners = {
    pointerdown(event) {
      const grip = event.button || taken ? null : find(spot(event), event);
      if (!grip) return;
      if (grip.click) return grip.click();
      taken = grip;
      canvas.setPointerCapture(event.pointerId);
      canvas.style.cursor = grip.cursor === 'grab' ? 'grabbing' : (grip.cursor ?? '');
      waits = event.pointerType === 'touch' && grip.scrolls; // a finger that scrolls the page moves nothing
      if (!waits && !grip.still) grip.move(spot(event));
    },
    pointermove(event) {
      if (!taken) return look(event.pointerType === 'mouse' ? find(spot(event), event) : null);
      waits = false;
      taken.move(spot(event));
    },
    pointerup(event) {
      if (taken && waits) taken.move(spot(event));
    },
    lostpointercapture() {
      if (!taken) return;
      taken = null;
      look(null);
      canvas.style.cursor = '';
      done();
      draw();
    },
    pointerleave: () => taken || hover(null),
    touchstart: event => taken && !taken.scrolls && event.preventDefault(), // else it scrolls
    focus: () => draw(),
    blur: () => draw(),
    keydown(event) {
      const wanted = asked(event, fast, page);
      if (!wanted || keys(wanted, event) === false) return;
      event.preventDefault();
      done();
    },
  };
  for (const [type, listener] of Object.entries(listeners)) canvas.addEventListener(type, listener, { passive: false });
}
