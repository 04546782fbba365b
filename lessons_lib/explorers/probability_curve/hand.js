// ProbabilityCurve under the hand: the curve itself is pulled to another s, elsewhere a press moves θ; so do the keys.

const REACH = { mouse: 11, pen: 14, touch: 22 },
  // pixels, degrees
  STEPS_BY_KEY = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 };

/**
 * The point of the curve under a pointer, [x, y], or null. Past the others all curves are alike: nothing to take hold
 * of.
 */
export function graspOn(line, [px, py], reach, last) {
  let best = null,
    least = reach;
  line.forEach(([x, y], i) => {
    if (!i || line[i - 1][0] > last) return;
    const [x0, y0] = line[i - 1],
      dx = x - x0,
      dy = y - y0,
      t = Math.min(1, Math.max(0, ((px - x0) * dx + (py - y0) * dy) / (dx * dx + dy * dy)));
    const at = [x0 + t * dx, y0 + t * dy],
      far = Math.hypot(at[0] - px, at[1] - py);
    if (far < least) {
      least = far;
      best = at;
    }
  });
  return best && best[0] <= last ? best : null;
}

/** Listens on the plot; `hand.grasp` is the point of the curve that is held or could be. Returns the way to stop. */
export function listenTo(canvas, hand, { scene, last, angle, turn, pull, save, draw }) {
  const spot = event => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const under = event =>
    scene().line && graspOn(scene().line, spot(event), REACH[event.pointerType] ?? REACH.mouse, last());
  const inside = ([x, y]) => {
    const { frame } = scene();
    return frame && x > frame.left - 12 && x < frame.right + 10 && y > frame.top - 8 && y < frame.height;
  };
  let drag = null;
  function follow(event) {
    const [x, y] = spot(event),
      { frame } = scene();
    // tenths of a degree
    if (drag === 'angle') return turn((Math.round((frame.angle(x) * 1800) / Math.PI) * Math.PI) / 1800);
    hand.grasp = null;
    return pull(frame.angle(x + drag.off[0]), frame.share(y + drag.off[1]));
  }
  const show = grasp => {
    if (Boolean(grasp) !== Boolean(hand.grasp) || grasp) {
      hand.grasp = grasp;
      draw();
    }
  };
  const listeners = {
    pointerdown: event => {
      const at = spot(event),
        grasp = under(event);
      if (event.button || drag || !(grasp || inside(at))) return;
      drag = grasp ? { off: [grasp[0] - at[0], grasp[1] - at[1]] } : 'angle';
      canvas.setPointerCapture(event.pointerId);
      canvas.style.cursor = grasp ? 'grabbing' : '';
      if (!grasp) follow(event);
    },
    pointermove: event => {
      if (drag) return follow(event);
      const grasp = event.pointerType === 'mouse' ? under(event) : null;
      canvas.style.cursor = grasp ? 'grab' : inside(spot(event)) ? '' : 'default';
      show(grasp);
    },
    pointerleave: () => {
      if (!drag) show(null);
    },
    lostpointercapture: () => {
      if (drag) {
        drag = null;
        canvas.style.cursor = '';
        hand.grasp = null;
        save();
        draw();
      }
    },
    touchstart: event => {
      if (drag && drag !== 'angle') event.preventDefault();
    }, // else it scrolls
    focus: draw,
    blur: draw,
    keydown: event => {
      const by = STEPS_BY_KEY[event.key] * (event.shiftKey && event.key.startsWith('Arrow') ? 10 : 1),
        to = { Home: 0, End: Math.PI }[event.key] ?? angle() + (by * Math.PI) / 180;
      if (Number.isNaN(to) || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      turn(to);
      save();
    },
  };
  for (const [type, f] of Object.entries(listeners)) canvas.addEventListener(type, f, { passive: false });
  return () => {
    for (const [type, f] of Object.entries(listeners)) canvas.removeEventListener(type, f);
  };
}

/** A press on the gauges goes to the nearest moment. */
export function scrubOn(canvas, frame, go) {
  let held = false;
  const follow = event => go(frame().nearest(event.clientX - canvas.getBoundingClientRect().left));
  const listeners = {
    pointerdown: event => {
      if (!event.button && frame()) {
        held = true;
        canvas.setPointerCapture(event.pointerId);
        follow(event);
      }
    },
    pointermove: event => {
      if (held) follow(event);
    },
    lostpointercapture: () => {
      held = false;
    },
  };
  for (const [type, f] of Object.entries(listeners)) canvas.addEventListener(type, f);
}
