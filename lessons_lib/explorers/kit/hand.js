// How a reader takes hold of what a canvas shows: by mouse, pen and finger, and by key.

const NEAR = { mouse: 16, pen: 18, touch: 24 }, // pixels round the middle of a grip that are its own
  CLICK = 4; // pixels: whatever moves less is a click
export const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/**
 * @typedef {object} Grip What is under a pointer, with whatever else its figure wants to know of it.
 * @property {number[]} [off] from the pointer to the middle of the grip: it stays under the pointer where it was taken
 * @property {boolean} [fresh] moves as soon as it is pressed
 * @property {boolean} [scrolls] leaves a finger's way up and down to the page
 * @property {string} [cursor] while it could be taken, else a hand
 * @property {number[]} [from] where it was pressed
 * @property {boolean} [moved] whether it was dragged, or only clicked
 */

/**
 * Listens on a canvas; returns the way to stop. Spots are [x, y] in pixels of the canvas.
 *
 * - find(spot, near, finger): the grip under a pointer within `near` pixels, or null
 * - take(grip): it is pressed, or with null the bare canvas is
 * - drag(grip, spot): its middle is to be at a spot
 * - click(grip): it was pressed and not dragged
 * - done(grip): it is let go, whatever happened
 * - hover(grip): what could be taken now, or null
 * - key(event): whether a key means something; done is called after one that does
 * - draw(): after each of them
 */
export function hold(canvas, hand) {
  const { find, drag, click, take, done, hover, key, draw } = { ...LAZY, ...hand };
  let grip = null;
  const spot = event => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const under = event => find(spot(event), NEAR[event.pointerType] ?? NEAR.mouse, event.pointerType === 'touch');
  function move(event) {
    const [x, y] = spot(event),
      [dx, dy] = grip.off ?? [0, 0];
    grip.moved ||= grip.fresh || Math.hypot(x - grip.from[0], y - grip.from[1]) > CLICK;
    if (grip.moved) drag(grip, [x + dx, y + dy]);
  }
  function press(event) {
    if (event.button || grip) return;
    grip = under(event);
    take(grip);
    if (grip) {
      grip.from = spot(event);
      canvas.setPointerCapture(event.pointerId);
      canvas.style.cursor = 'grabbing';
      if (grip.fresh) move(event);
    }
    draw();
  }
  function point(event) {
    if (grip) return move(event);
    const found = under(event);
    canvas.style.cursor = found ? (found.cursor ?? 'grab') : '';
    return hover(found);
  }
  function leave() {
    if (!grip) return;
    const last = grip;
    grip = null;
    canvas.style.cursor = '';
    done(last);
    draw();
  }
  const listeners = {
    pointerdown: press,
    pointermove: point,
    pointerup: () => grip && !grip.moved && click(grip),
    pointerleave: () => grip || hover(null),
    lostpointercapture: leave,
    touchstart: event => grip && !grip.scrolls && event.preventDefault(), // else the page scrolls
    focus: draw,
    blur: draw,
    keydown: event => {
      if (event.ctrlKey || event.metaKey || event.altKey || !key(event)) return;
      event.preventDefault();
      done(null);
      draw();
    },
  };
  for (const [type, f] of Object.entries(listeners)) canvas.addEventListener(type, f, { passive: false });
  return () => {
    for (const [type, f] of Object.entries(listeners)) canvas.removeEventListener(type, f);
  };
}
const LAZY = Object.fromEntries(
  ['take', 'drag', 'click', 'done', 'hover', 'key', 'draw'].map(name => [name, () => {}]),
);
