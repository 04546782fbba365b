// What is drawn on its way from one value to another.
import { calm } from './view.js';

/**
 * A number that glides: `go(wanted)` before it changes, `at(goal, now, near)` in each paint is where it stands, there
 * once it is that `near`. `ease` is how slowly, in milliseconds.
 */
export function glider(ease) {
  let drawn = null,
    going = false,
    seen = 0;
  return {
    go: wanted => {
      going = wanted && !calm();
    },
    busy: () => going,
    at(goal, now, near) {
      const share = Math.exp(-Math.min(64, now - seen) / ease);
      seen = now;
      going &&= Math.abs(goal - drawn) > near;
      drawn = going ? goal + (drawn - goal) * share : goal;
      return drawn;
    },
  };
}
