// What MarginBand plays without a kernel: a training again that margin_replay.py recorded. Angles are radians.
import { calm, painter } from '../kit/view.js';
import { bytes } from '../kit/bytes.js';
import { readPoints, wrap } from './band.js';

const REPLAY = 1500; // milliseconds, for 150 steps or for any number

/**
 * The recording laid out: `start` are the points before it, as readPoints gives them; `packed` the bytes of those
 * after.
 */
export function readRecording({ shares, directions, kept }, packed, start) {
  const { n, y } = start,
    view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength),
    each = f => Float64Array.from({ length: n }, (_, i) => f(i));
  const squared = code => Math.sign(code) * Math.PI * (code / 127) ** 2;
  return {
    n,
    y,
    shares,
    directions,
    kept: [0, ...kept, 1],
    angles: [
      each(i => wrap(start.phi[i] - directions[0][y[i]])),
      ...kept.map((_, k) => each(i => squared(view.getInt8((3 + k) * n + i)))),
      each(i => (view.getInt16(2 * i, true) / 32767) * Math.PI),
    ],
    lengths: [each(i => start.r[i] / 0.97), each(i => packed[2 * n + i] / 255)],
  };
}

/** Between which two of the rising `shares` a share lies, and how far on the way from the one to the other. */
function between(shares, share) {
  const i = Math.max(
      0,
      shares.findLastIndex(s => s <= share),
    ),
    j = Math.min(i + 1, shares.length - 1);
  return { i, j, u: i === j ? 0 : Math.max(0, share - shares[i]) / (shares[j] - shares[i]) };
}

/** The class weights' directions, and the points as int16 pairs x, y, when this share of the training is done. */
export function frameAt({ n, y, shares, directions, kept, angles, lengths }, share) {
  const turn = between(shares, share),
    move = between(kept, share),
    xy = new Int16Array(2 * n);
  const along = (a, b, u) => (u ? wrap(a + u * wrap(b - a)) : a),
    dirs = directions[turn.i].map((d, k) => along(d, directions[turn.j][k], turn.u));
  for (let i = 0; i < n; i++) {
    const phi = dirs[y[i]] + along(angles[move.i][i], angles[move.j][i], move.u),
      r = 32767 * (lengths[0][i] + share * (lengths[1][i] - lengths[0][i]));
    xy[2 * i] = Math.round(r * Math.cos(phi));
    xy[2 * i + 1] = Math.round(r * Math.sin(phi));
  }
  return { directions: dirs, xy };
}

/** Plays the model's recording: it moves the traits that a training in the kernel moves. */
export function replayOf(model) {
  let film = null,
    begun = null;
  const ask = painter(now => {
    begun ??= now;
    const share = calm() ? 1 : Math.min(1, (now - begun) / REPLAY),
      { directions, xy } = frameAt(film, share);
    model.set('directions', directions);
    model.set('retrained', new DataView(xy.buffer));
    if (share === 1) {
      tell(model.get('recording'));
      rest();
    } else model.set('training', Math.max(share, 0.001));
    return share < 1;
  });
  const tell = ({ loss, margin, scale, steps, theta }) => model.set('trained', { loss, margin, scale, steps, theta });
  function rest() {
    if (film) {
      film = null;
      model.set('training', 0);
    }
  }
  function play() {
    const recording = model.get('recording'),
      { loss, margin, scale } = recording;
    film = readRecording(
      recording,
      bytes(recording.points),
      readPoints(bytes(model.get('points')), bytes(model.get('labels'))),
    );
    begun = null;
    if (loss !== 'softmax') model.set('margins', { ...model.get('margins'), [loss]: margin });
    model.set('loss', loss);
    model.set('scale', scale);
    model.set('trained', {});
    model.set('training', 0.001);
    ask();
  }
  return {
    play,
    stop: () => {
      ask.stop();
      rest();
    },
  };
}
