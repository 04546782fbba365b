// A training run as a film: frames from bytes, any moment between them, where its boundaries run, what it says. No DOM.

export const PLAY_MS = 6000;
export const TURN = 2 * Math.PI;
const NO_PLACE = 4095,
  MIDDLE = 2047;
export const turnedBy = a => a - TURN * Math.round(a / TURN);
const clamp = (v, low, high) => Math.min(high, Math.max(low, v));

/**
 * Frames as drift_player.py packs them: rim, class weights (directions), deciding weights and biases, and class centres
 * where the notes say `centers`, as float32, then two 12-bit places a point. `notes` holds step, epoch, epochs,
 * accuracy
 * and theta of each frame, null where not a number.
 */
export function unpack(film, notes, labels, classes) {
  const points = labels.length,
    centred = Boolean(notes[0]?.centers),
    size = 4 * (1 + (centred ? 7 : 5) * classes) + 3 * points;
  const count = size > 4 ? Math.min(notes.length, Math.floor(film.length / size)) : 0;
  const view = new DataView(film.buffer, film.byteOffset, film.byteLength),
    frames = [];
  const lastStep = count ? notes[count - 1].step : 0;
  for (let i = 0; i < count; i++) {
    let at = i * size;
    const float = () => view.getFloat32((at += 4) - 4, true),
      floats = n => Float64Array.from({ length: n }, float);
    const rim = float(),
      directions = floats(2 * classes),
      weight = floats(2 * classes),
      bias = floats(classes);
    const centers = centred ? { centers: floats(2 * classes) } : {};
    const xy = new Float32Array(2 * points),
      place = code => (code === NO_PLACE ? NaN : code / MIDDLE - 1);
    let missing = 0;
    for (let p = 0; p < points; p++, at += 3) {
      xy[2 * p] = place((film[at] << 4) | (film[at + 1] >> 4));
      xy[2 * p + 1] = place(((film[at + 1] & 15) << 8) | film[at + 2]);
      missing += Number.isNaN(xy[2 * p]);
    }
    const before = frames[i - 1],
      angles = Float64Array.from({ length: classes }, (_, k) => {
        // no jump from 180° to −180°
        const last = before?.angles[k] ?? 0,
          angle = Math.atan2(directions[2 * k + 1], directions[2 * k]);
        return Number.isFinite(angle) ? last + turnedBy(angle - last) : last;
      });
    const { step, epoch, epochs } = notes[i],
      share = epochs > 0 ? epoch / epochs : step / (lastStep || 1);
    const time = Math.max(clamp(Math.sqrt(share), 0, 1), before ? before.time + 1e-6 : 0);
    frames.push({
      ...notes[i],
      ...centers,
      time,
      xy,
      rim,
      angles,
      weight,
      bias,
      missing,
      broken: !(rim > 0) || missing === points,
    });
  }
  const told = frames.findLast(f => f.epoch > 0);
  return {
    frames,
    labels,
    classes,
    centred: centred && count > 0,
    end: frames.at(-1)?.time ?? 0,
    epochs: frames[0]?.epochs ?? 0,
    steps: told ? Math.round((told.step / told.epoch) * told.epochs) : null,
  };
}

/** The frame nearest to a time; times run as the square root of the share trained, as the early steps change most. */
export function nearest({ frames }, time) {
  let best = 0;
  frames.forEach((f, i) => {
    if (Math.abs(f.time - time) < Math.abs(frames[best].time - time)) best = i;
  });
  return best;
}

/** Which frames make up a moment, and with what weight: a smooth curve (Catmull-Rom) through the recorded ones. */
export function mixture({ frames }, time) {
  const last = frames.length - 1;
  let i = 0;
  while (i < last - 1 && frames[i + 1].time <= time) i++;
  const j = Math.min(i + 1, last),
    t = i === j ? 0 : clamp((time - frames[i].time) / (frames[j].time - frames[i].time), 0, 1);
  if (frames[i].broken || frames[j].broken) return [[t < 0.5 ? i : j, 1]];
  const sound = (k, instead) => (frames[k] && !frames[k].broken ? k : instead);
  return [
    [sound(i - 1, i), -t / 2 + t * t - t ** 3 / 2],
    [i, 1 - 2.5 * t * t + 1.5 * t ** 3],
    [j, t / 2 + 2 * t * t - 1.5 * t ** 3],
    [sound(j + 1, j), (-t * t) / 2 + t ** 3 / 2],
  ].filter(([, share]) => share !== 0);
}

export const mixed = (frames, parts, name) =>
  frames[parts[0][0]][name].map((_, n) => parts.reduce((sum, [i, share]) => sum + share * frames[i][name][n], 0));

/**
 * The picture at a time: points `xy` in units of the rim (x, y by turns), the rim's ‖x‖, angles, deciding weights;
 * `centers` like xy.
 */
export function moment(film, time) {
  const parts = mixture(film, time),
    { frames } = film,
    pose = { broken: frames[parts[0][0]].broken };
  for (const name of ['xy', 'angles', 'weight', 'bias']) pose[name] = mixed(frames, parts, name);
  pose.rim = Math.exp(parts.reduce((sum, [i, share]) => sum + share * Math.log(frames[i].rim), 0));
  if (film.centred) pose.centers = within(mixed(frames, parts, 'centers'), pose.rim);
  return pose;
}

/** The class weights' angles alone. */
export const anglesAt = (film, time) => mixed(film.frames, mixture(film, time), 'angles');

/**
 * Places (x, y by turns) in units of a rim, what lies beyond it put on it, as the points are; NaN for what is no
 * place.
 */
export const within = (places, rim) =>
  places.map((v, n) => v / Math.max(rim, Math.hypot(places[n & ~1], places[n | 1])));

/**
 * How tight the classes stand, in units of the data: mean distance `own` of the points to their centre; the two
 * nearest centres.
 */
export function spread({ xy, rim, centers }, labels) {
  let sum = 0,
    count = 0,
    near = Infinity;
  labels.forEach((k, p) => {
    const away = Math.hypot(rim * xy[2 * p] - centers[2 * k], rim * xy[2 * p + 1] - centers[2 * k + 1]);
    if (Number.isFinite(away)) {
      sum += away;
      count++;
    }
  });
  for (let j = 0; j < centers.length; j += 2)
    for (let k = 0; k < j; k += 2) {
      const away = Math.hypot(centers[j] - centers[k], centers[j + 1] - centers[k + 1]);
      if (away < near) near = away;
    }
  return { own: sum / count, near };
}

/** 1 for each point that the deciding weights give to another class, or that has no place. */
export function wrongSides({ xy, rim, weight, bias }, labels) {
  return Uint8Array.from(labels, (label, p) => {
    if (Number.isNaN(xy[2 * p])) return 1;
    let winner = label,
      best = -Infinity;
    for (let k = 0; k < bias.length; k++) {
      const logit = rim * (weight[2 * k] * xy[2 * p] + weight[2 * k + 1] * xy[2 * p + 1]) + bias[k];
      if (logit > best) {
        best = logit;
        winner = k;
      }
    }
    return winner === label ? 0 : 1;
  });
}

/** Where the prediction changes: [x1, y1, x2, y2, class, class] in units of the rim, inside the rim. */
export function boundaries({ rim, weight, bias }) {
  const edges = [],
    classes = bias.length,
    W = weight.map(w => w * rim);
  for (let i = 0; i < classes; i++)
    for (let j = i + 1; j < classes; j++) {
      const a = W[2 * i] - W[2 * j],
        b = W[2 * i + 1] - W[2 * j + 1],
        c = bias[i] - bias[j],
        length = Math.hypot(a, b);
      const far = -c / length; // the line a·x + b·y + c = 0 in signed distance
      if (!(length > 1e-9) || Math.abs(far) >= 1) continue;
      const x = (far * a) / length,
        y = (far * b) / length,
        dx = -b / length,
        dy = a / length,
        half = Math.sqrt(1 - far * far);
      let low = -half,
        high = half;
      for (let k = 0; k < classes && low < high; k++)
        if (k !== i && k !== j) {
          // cut off where a third class wins
          const p = W[2 * i] - W[2 * k],
            q = W[2 * i + 1] - W[2 * k + 1];
          const lead = p * x + q * y + bias[i] - bias[k],
            slope = p * dx + q * dy;
          if (slope > 0) low = Math.max(low, -lead / slope);
          else if (slope < 0) high = Math.min(high, -lead / slope);
          else if (lead < 0) low = Infinity;
        }
      if (low < high) edges.push([x + low * dx, y + low * dy, x + high * dx, y + high * dy, i, j]);
    }
  return edges;
}

/** The middle of the widest gap between class weights: where a label stands in nobody's way. */
export function widestGap(angles) {
  const round = [...angles].map(a => a - TURN * Math.floor(a / TURN)).sort((a, b) => a - b);
  let best = [0, 0];
  round.forEach((a, i) => {
    const gap = (i + 1 < round.length ? round[i + 1] : round[0] + TURN) - a;
    if (gap > best[0]) best = [gap, a + gap / 2];
  });
  return best[1];
}

/** Seats for labels at these angles, pushed apart to `room` radians; two that pass each other glide through. */
export function apart(angles, room) {
  return [...angles].map(
    (a, i) =>
      a +
      angles.reduce((push, b, j) => {
        const d = turnedBy(a - b),
          near = room - Math.abs(d);
        return i === j || near <= 0 ? push : push + (near / 2) * Math.tanh((6 * d) / room);
      }, 0),
  );
}

/**
 * Marks for the time axis as [epoch, time], at least `gap` apart in time: start, end, whole epochs, then finer ones.
 */
export function epochTicks(epochs, gap) {
  if (!(epochs > 0)) return [];
  const whole = Array.from({ length: Math.floor(epochs) }, (_, i) => i + 1),
    kept = [];
  for (const epoch of [0, epochs, ...whole.reverse(), 0.5, 0.2, 0.1, 0.05, 0.02]) {
    const time = Math.sqrt(epoch / epochs);
    if (time <= 1 && kept.every(tick => Math.abs(tick[1] - time) >= gap)) kept.push([epoch, time]);
  }
  return kept.sort((a, b) => a[0] - b[0]);
}

const known = value => value !== null && value !== undefined;
export const percent = share => `${(100 * share).toFixed(1)} %`;
const inDegrees = angle => `${((angle * 180) / Math.PI).toFixed(1)}°`;
export const shortEpoch = e => (e < 0.1 ? String(Number(e.toPrecision(1))) : e.toFixed(1));
export const shortLength = r => (r >= 10 ? r.toFixed(0) : r >= 1 ? r.toFixed(1) : Number(r.toPrecision(2)).toString());

/** What a frame says, the numbers between asterisks. */
export function sentence(film, i, live) {
  const f = film.frames[i];
  if (!f) return live ? 'The first frame is on its way.' : 'No frame was recorded: there is nothing to see yet.';
  const epoch = f.step === 0 ? ', before training' : known(f.epoch) ? ` (epoch ${shortEpoch(f.epoch)})` : '';
  const when = `Step *${f.step}*${film.steps ? ` of ${film.steps}` : ''}${epoch}`;
  if (f.broken) return `${when}: the run has diverged; its features are no longer numbers.`;
  const said = [];
  if (known(f.accuracy)) said.push(`*${percent(f.accuracy)}* of these ${film.labels.length} digits on the right side`);
  const { own, near } = f.centers ? spread(f, film.labels) : {},
    from = [];
  if (known(f.theta)) from.push(`*${inDegrees(f.theta)}* from its class weight`);
  if (Number.isFinite(own)) from.push(`*${shortLength(own)}* from its centre`);
  if (from.length) said.push(`a digit stands ${from.join(' and ')} on average`);
  if (Number.isFinite(near)) said.push(`the nearest two centres are *${shortLength(near)}* apart`);
  said.push(`the rim is at *‖x‖ = ${shortLength(f.rim)}*`);
  const lost = f.missing ? ` ${f.missing} of the digits have no place: their features are not numbers.` : '';
  const over = !live && i === film.frames.length - 1,
    short = over && film.epochs > 0 && film.end < 0.999;
  const last = over && i === 0 ? ' This is the only frame.' : short ? ' Here the run stopped.' : '';
  return `${when}: ${said.join('; ')}.${lost}${last}`;
}

/** What a frame says of one class. */
export function classSentence(film, i, k, wrong) {
  const own = [...film.labels.keys()].filter(p => film.labels[p] === k),
    right = own.filter(p => !wrong[p]).length;
  const turned = Math.abs(film.frames[i].angles[k] - film.frames[0].angles[k]);
  const digits = own.length
    ? `${right} of its ${own.length} digits on the right side`
    : 'none of these digits belongs to it';
  return (
    `Class ${k}: ${digits}; its weight has turned ${inDegrees(turned)} since step ${film.frames[0].step}` +
    `${film.centred ? centreWords(film, i, k, own) : ''}.`
  );
}

function centreWords({ frames }, i, k, own) {
  const { xy, rim, centers } = frames[i],
    [x, y] = centers.slice(2 * k),
    start = frames[0].centers;
  const placed = own.filter(p => !Number.isNaN(xy[2 * p]));
  if (!Number.isFinite(x + y)) return '; its centre has no place: it is not a number';
  const mean = n => (rim * placed.reduce((sum, p) => sum + xy[2 * p + n], 0)) / placed.length;
  const came = Math.hypot(x - start[2 * k], y - start[2 * k + 1]),
    away = Math.hypot(x - mean(0), y - mean(1));
  const said = [];
  if (Number.isFinite(came)) said.push(`has moved ${shortLength(came)} since then`);
  if (placed.length) said.push(`stands ${shortLength(away)} from the mean of its digits`);
  return said.length ? `; its centre ${said.join(' and ')}` : '';
}
