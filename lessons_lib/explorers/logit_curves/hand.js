// LogitCurves under the hand: a press on a name chooses its loss, elsewhere it moves θ; so do the keys.

const BY_KEY = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 }; // degrees

/** Where a press lands: 'plot' moves θ along the axis, 'strip' along the way from W₁ to W₂. */
function pressedOn({ frame }, [x, y]) {
  if (!frame || y > frame.bottom + 14) return null;
  const strip = y > frame.strip - 4,
    [from, to] = strip ? [frame.from, frame.to] : [frame.left, frame.right];
  return x < from - 10 || x > to + 10 ? null : strip ? 'strip' : 'plot';
}

/** Mouse and fingers; `scene()` is what was painted last. */
function dragOn(canvas, { scene, between, choose, turn, save }) {
  const spot = event => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const chooses = ([x, y]) =>
    scene().chosen?.find(([, [x0, y0, x1, y1]]) => x >= x0 && x <= x1 && y >= y0 && y <= y1)?.[0];
  let drag = null;
  function follow(event) {
    const [x] = spot(event),
      { frame } = scene(),
      angle = drag === 'strip' ? between() * frame.share(x) : frame.angle(x);
    turn((Math.round((angle * 1800) / Math.PI) * Math.PI) / 1800); // tenths of a degree
  }
  return {
    pointerdown: event => {
      const at = spot(event),
        loss = chooses(at);
      if (event.button) return;
      if (loss) return choose(loss);
      drag = pressedOn(scene(), at);
      if (drag) {
        canvas.setPointerCapture(event.pointerId);
        follow(event);
      }
    },
    pointermove: event => {
      if (drag) return follow(event);
      const at = spot(event);
      canvas.style.cursor = chooses(at) ? 'pointer' : pressedOn(scene(), at) ? '' : 'default';
    },
    lostpointercapture: () => {
      if (drag) {
        drag = null;
        save();
      }
    },
  };
}

export function listenTo(canvas, hand) {
  const listeners = {
    ...dragOn(canvas, hand),
    focus: () => hand.draw(),
    blur: () => hand.draw(),
    keydown: event => {
      const step = BY_KEY[event.key] * (event.shiftKey && event.key.startsWith('Arrow') ? 10 : 1),
        to = { Home: 0, End: Math.PI }[event.key] ?? hand.angle() + (step * Math.PI) / 180;
      if (Number.isNaN(to) || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      hand.turn(to);
      hand.save();
    },
  };
  for (const [type, f] of Object.entries(listeners)) canvas.addEventListener(type, f);
}
