// BoundaryPlane under the hand: x, the edge of the band and the names in the plane; x and the weights on the circle.
import { WAYS } from '../kit/controls.js';
import { hold, inBox, reachOf } from '../kit/hold.js';
import { MARGINS } from '../kit/losses.js';
import { DEGREE, clamp } from '../kit/numbers.js';
import { circleFrame } from './circle.js';
import { BETWEEN, angledAt, bandEdge, marginThrough, reach, shadow } from './maths.js';
import { planeFrame } from './plane.js';

/** The way from a spot to the nearest point of the band's edge or of its mirror image, if it is near; in pixels. */
function wayToEdge([x, y], near, frame, { loss, m }) {
  let best = null,
    least = near;
  const edge = bandEdge(loss, m);
  for (const line of [edge, edge.map(([a, b]) => [b, a])]) {
    const points = frame.on(line).map(([a, b]) => [a - x, b - y]);
    for (let i = 1; i < points.length; i++) {
      const [p, q] = [points[i - 1], points[i]],
        d = [q[0] - p[0], q[1] - p[1]],
        t = clamp(-(p[0] * d[0] + p[1] * d[1]) / (d[0] ** 2 + d[1] ** 2 || 1), 0, 1),
        way = [p[0] + t * d[0], p[1] + t * d[1]];
      if (Math.hypot(...way) < least) [best, least] = [way, Math.hypot(...way)];
    }
  }
  return best;
}

/** The plane; `seen.names` are what can be clicked, `seen.hot` becomes whether the edge is under the pointer. */
export function planeHand(canvas, acts, seen, { done, draw }) {
  const frame = () => planeFrame(canvas.clientWidth),
    moved =
      (off, then) =>
      ([x, y]) =>
        then(frame().angles(x + off[0], y + off[1]), acts.state());
  const toPoint = (at, { between }) => acts.point(reach(at, between, 1.2 * DEGREE)),
    toEdge = (at, { loss }) => acts.margin(marginThrough(loss, ...at.map(a => clamp(a, 0, Math.PI))) ?? 0);
  function find(spot, event) {
    const state = acts.state(),
      near = reachOf(event),
      [[x, y]] = frame().on([state.point]),
      off = [x - spot[0], y - spot[1]],
      name = seen.names.find(({ box }) => inBox(spot, box));
    if (name) return { cursor: 'pointer', click: () => acts.loss(name.key) };
    if (Math.hypot(...off) < near + 2) return { cursor: 'grab', move: moved(off, toPoint) };
    const way = MARGINS[state.loss].range && wayToEdge(spot, near, frame(), state);
    if (way) return { cursor: 'nwse-resize', edge: true, move: moved(way, toEdge) };
    const inside = frame()
      .angles(...spot)
      .every(a => a >= 0 && a <= Math.PI);
    // A finger there scrolls.
    return inside && event.pointerType !== 'touch' ? { cursor: 'crosshair', move: moved([0, 0], toPoint) } : null;
  }
  const hover = grip => {
    const hot = Boolean(grip?.edge);
    if (hot !== seen.hot) draw();
    seen.hot = hot;
  };
  function keys(_, event) {
    const way = WAYS[event.key],
      { point, between } = acts.state();
    if (!way) return false;
    const step = (event.shiftKey ? 5 : 1) * DEGREE,
      wanted = point.map((a, i) => a + way[i] * step);
    return acts.point(reach(wanted, between));
  }
  hold(canvas, { find, hover, keys, done, draw });
}

/** The circle. */
export function circleHand(canvas, acts, { done, draw }) {
  const frame = () => circleFrame(canvas.clientWidth, acts.state().between),
    upOf = ([x, y]) => Math.atan2(frame().down - y, x - frame().c); // 0 is to the right
  const turn = angle => acts.point(angledAt(angle, acts.state().between));
  const apart = side => spot => {
    const up = upOf(spot),
      away = Math.atan2(side * Math.cos(up), Math.sin(up)); // from straight up, towards this weight
    acts.between(away < -Math.PI / 2 ? BETWEEN.max : 2 * Math.max(0, away));
  };
  function find([x, y], event) {
    const { seats, c, down, R } = frame(),
      far = seats.map(([a, b]) => Math.hypot(a - x, b - y)),
      k = far[1] < far[0] ? 1 : 0,
      away = Math.hypot(x - c, y - down);
    if (far[k] < 8 + reachOf(event)) return { cursor: 'grab', move: apart(k ? 1 : -1) };
    const round = spot => turn(Math.PI / 2 + acts.state().between / 2 - upOf(spot));
    return away < R + 14 && away > 6 ? { cursor: 'grab', move: round } : null;
  }
  function keys({ by, end }) {
    const { point, between } = acts.state();
    turn(end === undefined ? shadow(point, between).turn + by * DEGREE : end * between);
  }
  hold(canvas, { find, keys, done, draw, fast: 5, page: 5 });
}
