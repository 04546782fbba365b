// What DriftPlayer paints: the circle at a moment of the film, and the two plots that are its time line.
import { paintCenters } from './centers.js';
import { TURN, anglesAt, boundaries, epochTicks, percent, shortLength } from './film.js';

const LEFT = 10,
  RIGHT = 44;

/**
 * Sizes of the circle on a square of `side` pixels; `seat` is where the digits sit, `tail` how far their past reaches.
 */
export function plan(side) {
  const disc = side < 480 ? 11 : 13,
    tail = 0.08 * side,
    seat = side / 2 - tail - 3;
  return { disc, tail, seat, c: side / 2, R: seat - disc - 3 };
}

/** Everything on the circle, back to front. */
export function paintStage(g, { side, look, film, time, pose, rim, wrong, seats, only, gap }) {
  const { disc, tail, seat, c, R } = plan(side),
    colour = k => look.classes[k % look.classes.length];
  const X = (a, r) => c + r * Math.cos(a),
    Y = (a, r) => c - r * Math.sin(a),
    strength = k => (only === null || only === k ? 1 : 0.12);
  const stroke = (style, width, alpha) => {
    g.strokeStyle = style;
    g.lineWidth = width;
    g.globalAlpha = alpha;
    g.stroke();
  };
  const circle = (x, y, r) => {
    g.moveTo(x + r, y);
    g.arc(x, y, r, 0, TURN);
  };
  const ring = (r, text, alpha) => {
    // a length ‖x‖, named where no class weight points
    g.beginPath();
    circle(c, c, r);
    stroke(look.ink, 1, 0.1 * alpha);
    g.globalAlpha = alpha;
    g.strokeStyle = look.paper;
    g.lineWidth = 6;
    g.strokeText(text, X(gap, r), Y(gap, r));
    g.fillStyle = look.soft;
    g.fillText(text, X(gap, r), Y(gap, r));
  };
  g.textAlign = 'center';
  g.textBaseline = 'middle';
  g.lineJoin = g.lineCap = 'round';
  g.font = '12px system-ui, sans-serif';
  if (!(pose.rim > 0)) {
    g.beginPath();
    circle(c, c, R);
    stroke(look.ink, 1, 0.3);
    return;
  }
  g.beginPath();
  for (const [x1, y1, x2, y2] of boundaries(pose)) {
    g.moveTo(c + R * x1, c - R * y1);
    g.lineTo(c + R * x2, c - R * y2);
  }
  stroke(look.ink, 1, 0.28);
  pose.angles.forEach((a, k) => {
    g.beginPath();
    g.moveTo(c, c);
    g.lineTo(X(a, R), Y(a, R));
    stroke(colour(k), k === only ? 2.4 : 1.4, 0.85 * strength(k));
  });
  for (let power = Math.floor(Math.log10(pose.rim)) - 1; power <= Math.log10(pose.rim); power++)
    for (const first of [1, 2, 5]) {
      const length = first * 10 ** power,
        r = length / pose.rim,
        fade = Math.min(1, (r - 0.2) / 0.15, (0.92 - r) / 0.1);
      if (fade > 0) ring(r * R, String(Number(length.toPrecision(1))), fade);
    }

  const size = Math.max(1.6, R / 92),
    groups = new Map(); // one path for each class and side of the boundary
  film.labels.forEach((k, p) => {
    if (Number.isNaN(pose.xy[2 * p])) return;
    const key = 2 * k + wrong[p];
    groups.get(key)?.push(p) ?? groups.set(key, [p]);
  });
  for (const [key, points] of groups) {
    const k = key >> 1;
    g.beginPath();
    for (const p of points) circle(c + R * pose.xy[2 * p], c - R * pose.xy[2 * p + 1], size);
    if (key & 1) {
      g.fillStyle = look.paper;
      g.globalAlpha = 0.6 * strength(k);
      g.fill();
      stroke(colour(k), 1.3, strength(k));
    } else {
      g.fillStyle = colour(k);
      g.globalAlpha = 0.78 * strength(k);
      g.fill();
    }
  }
  g.beginPath();
  circle(c, c, R);
  stroke(look.ink, 1, 0.3);
  if (pose.centers) paintCenters(g, { look, film, time, pose, only, c, R });
  g.font = '12px system-ui, sans-serif';
  g.lineCap = g.lineJoin = 'round';
  g.globalAlpha = 1;
  g.fillStyle = look.soft;
  g.textAlign = 'right';
  g.fillText(`rim: ‖x‖ = ${shortLength(rim)}`, side - 4, side - 10);

  const steps = Math.ceil(90 * time),
    past = Array.from({ length: steps + 1 }, (_, i) => time * (1 - i / (steps || 1)));
  const trail = past.map(t => [seat + tail * (time - t), anglesAt(film, t)]);
  const order = [...pose.angles.keys()].sort((p, q) => (p === only) - (q === only));
  for (const k of order) {
    // older is farther out and fainter: straight out is: stood still
    const fading = g.createRadialGradient(c, c, seat, c, c, seat + tail);
    fading.addColorStop(0, colour(k));
    fading.addColorStop(1, `${colour(k)}30`);
    g.beginPath();
    for (const [r, angles] of trail) g.lineTo(X(angles[k], r), Y(angles[k], r));
    stroke(fading, k === only ? 3.4 : 2.4, strength(k));
  }
  g.font = `600 ${disc + 1}px system-ui, sans-serif`;
  g.textAlign = 'center';
  for (const k of order) {
    const x = X(seats[k], seat),
      y = Y(seats[k], seat);
    g.globalAlpha = 1;
    g.fillStyle = look.paper;
    g.beginPath();
    circle(x, y, disc + 1.5);
    g.fill();
    g.globalAlpha = Math.max(0.35, strength(k));
    g.fillStyle = colour(k);
    g.beginPath();
    circle(x, y, disc);
    g.fill();
    g.fillStyle = look.onClass(k % 10);
    g.fillText(k, x, y + 0.5);
  }
}

/** Two small plots on one time axis, and the knob that moves through both. */
export function paintTimes(g, { width, tall, look, film, time, index, focus }) {
  const span = width - LEFT - RIGHT,
    X = t => LEFT + span * t,
    shown = film.frames.filter(f => !f.broken),
    now = film.frames[index];
  const most = (shown[0]?.theta ?? 0) > 2 ? 180 : 120,
    knob = 2 * (tall + 42) + 14;
  const stroke = (style, w, alpha = 1) => {
    g.strokeStyle = style;
    g.lineWidth = w;
    g.globalAlpha = alpha;
    g.stroke();
  };
  const line = (x1, y1, x2, y2) => {
    g.beginPath();
    g.moveTo(x1, y1);
    g.lineTo(x2, y2);
  };
  const text = (words, x, y, align = 'left', style = look.soft, font = '13px') => {
    g.font = `${font} system-ui, sans-serif`;
    g.textAlign = align;
    g.fillStyle = style;
    g.globalAlpha = 1;
    g.fillText(words, x, y);
  };
  g.textBaseline = 'middle';
  g.lineJoin = 'round';
  const plots = [
    {
      names: ['digits on the right side'],
      of: f => f.accuracy ?? NaN,
      say: percent,
      marks: [
        [0, '0 %'],
        [1, '100 %'],
      ],
    },
    {
      // the longest that fits
      names: ['mean angle θ to the own class weight', 'mean angle θ to own weight', 'mean angle θ'],
      of: f => ((f.theta ?? NaN) * 180) / Math.PI / most,
      say: v => `${(v * most).toFixed(1)}°`,
      marks: [
        [0, '0°'],
        [90 / most, '90°'],
      ],
    },
  ];
  plots.forEach(({ names, of, say, marks }, row) => {
    const top = row * (tall + 42) + 26,
      Y = v => top + tall * (1 - Math.min(1, v)),
      known = shown.filter(f => Number.isFinite(of(f)));
    for (const [v, words] of marks) {
      line(LEFT, Y(v), LEFT + span, Y(v));
      stroke(look.ink, 1, 0.14);
      text(words, width - RIGHT + 6, Y(v), 'left', look.soft, '11px');
    }
    g.font = '13px system-ui, sans-serif';
    text(names.find(name => g.measureText(name).width < span - 62) ?? names.at(-1), LEFT, top - 15);
    if (now) {
      line(X(time), top - 3, X(time), row ? knob : top + tall);
      stroke(look.ink, 1, 0.7);
    }
    if (now && Number.isFinite(of(now)) && !now.broken)
      text(say(of(now)), LEFT + span, top - 15, 'right', look.ink, '600 14px');
    const curve = () => {
      g.beginPath();
      for (const f of known) g.lineTo(X(f.time), Y(of(f)));
    };
    curve();
    stroke(look.ink, 1.5, 0.3); // what is still to come stays faint
    g.save();
    g.beginPath();
    g.rect(0, top - 4, X(time), tall + 8);
    g.clip();
    curve();
    stroke(look.ink, 2);
    if (known.length) {
      g.lineTo(X(known.at(-1).time), Y(0));
      g.lineTo(X(known[0].time), Y(0));
      g.fillStyle = look.ink;
      g.globalAlpha = 0.07;
      g.fill();
    }
    g.restore();
    g.fillStyle = look.ink;
    for (const f of known) {
      g.globalAlpha = f.time <= time + 1e-6 ? 1 : 0.4;
      g.beginPath();
      g.arc(X(f.time), Y(of(f)), 1.9, 0, TURN);
      g.fill();
    }
  });
  line(LEFT, knob, LEFT + span, knob);
  g.lineCap = 'round';
  stroke(look.ink, 3, 0.16);
  line(LEFT, knob, X(film.end), knob);
  stroke(look.ink, 3, 0.16);
  if (now) {
    line(LEFT, knob, X(time), knob);
    stroke(look.ink, 3);
    if (focus) {
      g.beginPath();
      g.arc(X(time), knob, 13, 0, TURN);
      stroke(look.soft, 2);
    }
    g.beginPath();
    g.arc(X(time), knob, 8.5, 0, TURN);
    g.fillStyle = look.ink;
    g.globalAlpha = 1;
    g.fill();
    stroke(look.paper, 2);
  }
  for (const [epoch, t] of epochTicks(film.epochs, 34 / span))
    text(
      epoch === film.epochs ? `${epoch} epoch${epoch === 1 ? '' : 's'}` : epoch,
      X(t),
      knob + 22,
      'center',
      look.soft,
      '12px',
    );
}
