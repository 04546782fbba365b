// The cursor of a plot over θ, under the hand and the keys.
import { DEGREE } from './numbers.js';
import { held, hold, reachOf } from './hold.js';
import { asAngle, inTenths } from './theta_plot.js';

export const thetaCanvas = () => held('angle θ between a feature and its class weight', 180);

/**
 * A press on a name chooses its loss, elsewhere the cursor follows. `scene()` is what was painted last: its `frame` and
 * what `named(spot)` there is; `find(spot, near)` may give another Grip first, within `near` pixels.
 * `angle(frame, x)` reads an angle.
 */
export function cursorOn(canvas, { set, put, pick, save, kept, draw }, how) {
  const { scene, angle = (frame, x) => frame.angle(x), find = () => null, hover } = how;
  const turn = to => {
    set({ angle: asAngle(to) });
    draw();
  };
  const follow = { cursor: 'ew-resize', scrolls: true, move: ([x]) => turn(inTenths(angle(scene().frame, x))) };
  hold(canvas, {
    find(spot, event) {
      const { frame, named = () => null } = scene(),
        loss = named(spot);
      if (loss) return { cursor: 'pointer', click: () => put({ loss }) };
      return frame && (find(spot, reachOf(event)) ?? follow);
    },
    keys: ({ by, end }) => turn(end === undefined ? pick(['angle']).angle + by * DEGREE : end * Math.PI),
    done: save,
    kept,
    draw,
    ...(hover && { hover }),
  });
}
