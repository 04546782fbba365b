// The circle of a 2-D embedding, as DriftPlayer, LiveLab and PairMatrix draw it: digits, class weights, their numbers.
import { marksOn } from './marks.js';
import { TAU } from './numbers.js';

/**
 * Marks for a circle of radius R round [c, c]; `only` is the class that stands out, or null. Angles are radians, and
 * `spot(angle, r)` is a place on the canvas; `order(classes)` has the class that stands out last.
 */
export function classCircle(g, { look, c, R, only }) {
  const marks = marksOn(g, look),
    spot = (angle, r) => [c + r * Math.cos(angle), c - r * Math.sin(angle)],
    colour = k => look.classes[k % look.classes.length],
    strength = k => (only === null || only === k ? 1 : 0.12);
  const order = classes => [...Array(classes).keys()].sort((p, q) => (p === only) - (q === only));
  return {
    ...marks,
    spot,
    colour,
    strength,
    order,
    rim: () => marks.disc([c, c], R, { edge: look.ink, width: 1, alpha: 0.3 }),
    ray: (k, angle, from = 0) =>
      marks.trace([spot(angle, from), spot(angle, R)], colour(k), k === only ? 2.4 : 1.4, {
        alpha: 0.85 * strength(k),
      }),
    digits: (labels, at, wrong, size = Math.max(1.6, R / 92)) =>
      paintDigits(g, look, { colour, strength }, grouped(labels, at, wrong), size),
    numbers(seats, seat, disc) {
      for (const k of order(seats.length)) {
        const [x, y] = spot(seats[k], seat);
        marks.disc([x, y], disc + 1.5, { fill: look.paper });
        marks.disc([x, y], disc, { fill: colour(k), alpha: Math.max(0.35, strength(k)) });
        marks.say(String(k), [x, y + 0.5], { font: `600 ${disc + 1}`, style: look.onClass(k % 10) });
      }
    },
  };
}

/** Places of the digits by class and side: [[class, whether on the wrong side, places], …], wrong ones last. */
function grouped(labels, at, wrong) {
  const groups = new Map();
  labels.forEach((k, i) => {
    const place = at(i),
      key = 2 * k + Number(wrong(i));
    if (Number.isNaN(place[0])) return;
    groups.get(key)?.push(place) ?? groups.set(key, [place]);
  });
  return [...groups].map(([key, places]) => [key >> 1, key & 1, places]).sort((a, b) => a[1] - b[1]);
}

/** One path for each group, as thousands of digits are drawn at once; hollow on the wrong side. */
function paintDigits(g, look, { colour, strength }, groups, size) {
  for (const [k, wrong, places] of groups) {
    g.beginPath();
    for (const [x, y] of places) {
      g.moveTo(x + size, y);
      g.arc(x, y, size, 0, 7);
    }
    g.fillStyle = wrong ? look.paper : colour(k);
    g.globalAlpha = (wrong ? 0.6 : 0.78) * strength(k);
    g.fill();
    g.globalAlpha = strength(k);
    g.strokeStyle = colour(k);
    g.lineWidth = 1.3;
    if (wrong) g.stroke();
  }
  g.globalAlpha = 1;
}

/** Seats for labels at these angles, moved apart until neighbours have `room` between them. */
export function seatsApart(angles, room) {
  const seats = [...angles],
    order = [...angles.keys()].sort((i, j) => angles[i] - angles[j] || i - j);
  const gap = Math.min(room, TAU / angles.length);
  for (let round = 0; round < 60; round++)
    order.forEach((i, n) => {
      const j = order[(n + 1) % order.length],
        ahead = seats[j] - seats[i] + (n + 1 === order.length ? TAU : 0),
        lack = gap - ahead;
      if (lack > 0 && i !== j) {
        seats[i] -= lack / 2;
        seats[j] += lack / 2;
      }
    });
  return seats;
}
