// A canvas under mouse, fingers and keys.
import { worked } from './controls.js';

const STEPS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 },
  PAGES = { PageUp: 1, PageDown: -1 },
  ENDS = { Home: 0, End: 1 };
const REACH = { mouse: 12, pen: 14, touch: 22 },
  TAP = 4, // pixels: what moves less is tapped
  ASIDE = 8; // pixels to the side, after which a finger moves the figure and does not scroll the page

/** A canvas that keys move like a slider. */
export const held = (label, most = 100, more = {}) =>
  worked(label, { role: 'slider', 'aria-valuemin': 0, 'aria-valuemax': most, ...more });

/** What such a canvas says of itself. */
export function announce(canvas, value, text) {
  canvas.setAttribute('aria-valuenow', value.toFixed(1));
  canvas.setAttribute('aria-valuetext', text);
}

/** How near a pointer of this kind has to come, in pixels. */
export const reachOf = ({ pointerType }) => REACH[pointerType] ?? REACH.mouse;

export const inBox = ([x, y], [x0, y0, x1, y1]) => x >= x0 && x <= x1 && y >= y0 && y <= y1;

/** What a key asks for: { by } so many steps, more with Shift, or { end }; null for another key. */
function asked({ key, shiftKey }, fast, page) {
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
 * @property {() => void} [take] done when it is pressed
 * @property {() => void} [tap] done when it is let go where it was pressed; it moves only by more than that
 * @property {() => void} [end] done when it is let go
 * @property {boolean} [still] whether it stays where it is until the pointer moves
 * @property {boolean} [scrolls] whether a finger that moves up or down scrolls the page instead
 */

/**
 * Listens. `find(spot, event)` says what lies there, a Grip or null; `hover(grip)` hears of it before it is taken;
 * `miss()` is told of a press on nothing; `done()` is called when it is let go and after a key; `keys(asked, event)`
 * does what a key asks for, `fast` steps with Shift, `page` with PageUp, or returns false; `press(event)` has any other
 * key first, and returns whether it meant something; `draw()` follows the focus. `kept()` returns what puts all back as
 * it is now: it is called where the browser takes the pointer away after it has moved something.
 */
export function hold(canvas, hand) {
  const all = { ...LAZY, ...hand },
    { keys, press, done, draw, fast, page } = all;
  const settled = () => {
    done();
    draw();
  };
  const listeners = {
    ...pointersOn(canvas, { ...all, settled }),
    focus: () => draw(),
    blur: () => draw(),
    keydown(event) {
      const { ctrlKey, metaKey, altKey } = event,
        wanted = asked(event, fast, page);
      if (ctrlKey || metaKey || altKey || !(press(event) || (wanted && keys(wanted, event) !== false))) return;
      event.preventDefault();
      settled();
    },
  };
  for (const [type, listener] of Object.entries(listeners)) canvas.addEventListener(type, listener, { passive: false });
}

/**
 * The same where keys act on one of several things: `hand.held`; `hand.over` is under the mouse, a Grip's `over`.
 * `act(event)` is what a key does, { held, … }, or null; `does(act)` does it.
 */
export function holdOne(canvas, hand, { act, does, draw, ...more }) {
  hold(canvas, {
    ...more,
    draw,
    hover: grip => {
      if (hand.over !== grip?.over) draw();
      hand.over = grip?.over;
    },
    press: event => {
      const found = act(event);
      if (!found) return false;
      hand.held = found.held;
      does(found);
      return true;
    },
  });
}

/** One press `from` here until it ends: a tap, a drag, or a finger that `waits`, since it may yet scroll the page. */
function pressOf(grip, from, waits, kept) {
  let taps = grip.tap,
    putBack;
  const far = at => at.map((v, i) => Math.abs(v - from[i]));
  const drag = at => {
    putBack ??= kept();
    grip.move?.(at);
  };
  if (!waits && !grip.still && !taps) drag(from);
  return {
    move(at) {
      const [x, y] = far(at);
      taps &&= Math.hypot(x, y) <= TAP;
      waits &&= x <= ASIDE || x <= y;
      if (!taps && !waits) drag(at);
    },
    up(at) {
      if (taps) grip.tap();
      else if (waits && Math.hypot(...far(at)) <= ASIDE) drag(at);
    },
    cancel: () => putBack?.(),
  };
}

function pointersOn(canvas, { find, miss, settled, draw, hover, kept }) {
  let taken = null,
    press;
  const spot = event => spotOn(canvas, event);
  return {
    pointerdown(event) {
      if (event.button || taken) return;
      const at = spot(event),
        grip = find(at, event);
      if (!grip) return miss();
      if (grip.click) return grip.click();
      taken = grip;
      grip.take?.();
      canvas.setPointerCapture(event.pointerId);
      canvas.style.cursor = grip.cursor === 'grab' ? 'grabbing' : (grip.cursor ?? '');
      press = pressOf(grip, at, event.pointerType === 'touch' && grip.scrolls, kept);
      draw();
    },
    pointermove(event) {
      if (taken) press.move(spot(event));
      else over(canvas, event.pointerType === 'mouse' ? find(spot(event), event) : null, hover);
    },
    pointerup: event => taken && press.up(spot(event)),
    pointercancel: () => taken && press.cancel(),
    lostpointercapture() {
      if (!taken) return;
      taken.end?.();
      taken = null;
      hover(null);
      canvas.style.cursor = '';
      settled();
    },
    pointerleave: () => taken || hover(null),
    touchstart: event => taken && !taken.scrolls && event.preventDefault(), // else it scrolls
  };
}

/** What the mouse looks like over a Grip, or over nothing. */
function over(canvas, grip, hover) {
  canvas.style.cursor = grip?.cursor ?? (grip ? '' : 'default');
  hover(grip);
}

const idle = () => {},
  no = () => false,
  REST = { keys: no, press: no, done: idle, miss: idle, hover: idle, kept: () => idle },
  LAZY = { find: () => null, ...REST, fast: 10, page: 10 };

/** Where a pointer is, in pixels of a canvas. */
function spotOn(canvas, event) {
  const box = canvas.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
}
