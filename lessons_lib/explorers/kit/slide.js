// A canvas that is a slider: keys move it like one, and what a hand finds on it moves by itself.
import { ownKeys } from './controls.js';
import { hold } from './hand.js';
import { element } from './view.js';

const STEPS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 },
  PAGES = { PageUp: 1, PageDown: -1 },
  ENDS = { Home: 0, End: 1 };
export const DEGREE = Math.PI / 180;

/** The canvas. */
export const slidable = (label, most = 100, more = {}) => {
  const range = { 'aria-valuemin': 0, 'aria-valuemax': most };
  return ownKeys(element('canvas', { tabindex: 0, role: 'slider', 'aria-label': label, ...range, ...more }));
};

/** What it says of itself. */
export function announce(canvas, value, text) {
  canvas.setAttribute('aria-valuenow', value.toFixed(1));
  canvas.setAttribute('aria-valuetext', text);
}

export const inBox = ([x, y], [x0, y0, x1, y1]) => x >= x0 && x <= x1 && y >= y0 && y <= y1;

/** What a key asks for: { by } so many steps, or { end }; null for another key. */
function asked({ key, shiftKey }, fast, page) {
  if (key in ENDS) return { end: ENDS[key] };
  if (key in STEPS) return { by: STEPS[key] * (shiftKey ? fast : 1) };
  return key in PAGES ? { by: PAGES[key] * page } : null;
}

/**
 * What a hand finds on the canvas, besides what a Grip of hand.js is.
 *
 * @typedef {object} Slide
 * @property {() => void} [click] what a click does; such a thing is not moved
 * @property {(spot: number[]) => void} [move] follows the pointer
 * @property {boolean} [still] whether it stays where it is until the pointer moves, else it goes to where it is pressed
 */

/**
 * Listens, as `hold` of hand.js does. `find(spot, near, finger)` gives a Slide or null; `keys(asked, event)` does what a
 * key asks for, `fast` steps with Shift, `page` with PageUp, or returns false.
 */
export function slideOn(canvas, { find, keys, fast = 10, page = 10, ...hand }) {
  hold(canvas, {
    ...hand,
    find: (spot, near, finger) => {
      const found = find(spot, near, finger);
      return found ? { ...found, fresh: found.move && !found.still && !(finger && found.scrolls) } : null;
    },
    drag: (grip, spot) => grip.move?.(spot),
    click: grip => (grip.click ? grip.click() : grip.still || grip.move(grip.from)),
    key: event => {
      const wanted = asked(event, fast, page);
      return wanted !== null && keys(wanted, event) !== false;
    },
  });
}
