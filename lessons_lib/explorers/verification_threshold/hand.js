// VerificationThreshold under the hand: the threshold is dragged along its axis or along the ROC curve; so do the keys.

const EDGES_BY_KEY = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 50, PageDown: -50 };

/**
 * `edge(spot, grip)` is the edge under a pointer that holds the handle `grip` pixels off its middle, `grip(spot)` is
 * that
 * distance or null outside, `step(by)` the edge so many from the present one, `go(edge)` sets it, `save()` keeps it.
 */
export function dragThreshold(canvas, { grip, edge, step, ends, go, save, draw }) {
  const spot = event => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  let held = null;
  const listeners = {
    pointerdown: event => {
      const off = grip(spot(event));
      if (event.button || off === null) return;
      held = off;
      canvas.setPointerCapture(event.pointerId);
      go(edge(spot(event), held));
    },
    pointermove: event => {
      if (held !== null) return go(edge(spot(event), held));
      canvas.style.cursor = grip(spot(event)) === null ? 'default' : '';
    },
    lostpointercapture: () => {
      if (held !== null) {
        held = null;
        save();
      }
    },
    focus: draw,
    blur: draw,
    keydown: event => {
      const by = EDGES_BY_KEY[event.key] * (event.shiftKey && event.key.startsWith('Arrow') ? 10 : 1),
        to = { Home: ends()[0], End: ends()[1] }[event.key] ?? step(by);
      if (!Number.isFinite(to) || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      go(to);
      save();
    },
  };
  for (const [type, f] of Object.entries(listeners)) canvas.addEventListener(type, f);
}
