// CurveFamily under the hand: the track moves the length or the age and rests on its stops, the plots move θ.

/** Mouse and fingers. `scene()` is what was painted last; `slide(place, jump)` and `turn(θ)` set. */
function dragOn(canvas, { scene, place, slide, turn, save, hover }) {
  let drag = null;
  const spot = event => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const onTrack = ([, y]) => scene().frame && y >= scene().frame.track - 6;
  function follow(event, jump = false) {
    const [x] = spot(event),
      { frame } = scene();
    if (drag.what === 'track')
      slide(frame.place(x + drag.off), (7 * frame.end) / (frame.ends[1] - frame.ends[0]), jump);
    else turn((Math.round((frame.angle(x) * 1800) / Math.PI) * Math.PI) / 1800); // tenths of a degree
  }
  return {
    pointerdown: event => {
      const at = spot(event);
      if (event.button || drag || !scene().frame) return;
      const off = scene().frame.T(place()) - at[0],
        held = Math.abs(off) < 22;
      drag = { what: onTrack(at) ? 'track' : 'plot', off: held ? off : 0 };
      canvas.setPointerCapture(event.pointerId);
      if (drag.what === 'track') canvas.style.cursor = 'grabbing';
      drag.tap = (drag.what === 'plot' || !held) && event.pointerType === 'touch'; // else a swipe that scrolls moves it
      if ((drag.what === 'plot' || !held) && !drag.tap) follow(event, true);
    },
    pointermove: event => {
      if (drag) {
        drag.tap = false;
        return follow(event);
      }
      const track = onTrack(spot(event));
      canvas.style.cursor = track ? 'grab' : '';
      hover(track && event.pointerType === 'mouse');
    },
    pointerup: event => {
      if (drag?.tap) follow(event, true);
    },
    pointerleave: () => hover(false),
    lostpointercapture: () => {
      if (!drag) return;
      drag = null;
      canvas.style.cursor = '';
      save();
    },
  };
}

const BY = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 },
  TO = { PageUp: 'next', PageDown: 'last', Home: 'first', End: 'end' };

export function listenTo(canvas, hand) {
  const listeners = {
    ...dragOn(canvas, hand),
    focus: () => hand.draw(),
    blur: () => hand.draw(),
    keydown: event => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key in BY) hand.step(BY[event.key] * (event.shiftKey ? 5 : 1));
      else if (event.key in TO) hand.jump(TO[event.key]);
      else return;
      event.preventDefault();
    },
  };
  for (const [type, f] of Object.entries(listeners)) canvas.addEventListener(type, f);
}
