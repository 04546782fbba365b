// What plays without a kernel: the recorded run, frame after frame, under the same buttons.
import { settingsAt } from './frames.js';

const FRAME_MS = 150;

/** `film` are its moments. `draw` asks for another paint; `advance(now)` says whether it goes on playing. */
export function replayOf(film, recorded, draw) {
  let at = Math.max(0, film.length - 1),
    playing = false,
    shown = 0;
  const last = () => film.length - 1;
  const go = to => {
    at = Math.min(Math.max(0, to), Math.max(0, last()));
    draw();
  };
  const api = {
    at: () => at,
    playing: () => playing,
    length: film.length,
    moment: () => film[at] ?? null,
    settings: () => settingsAt(recorded, film[at]?.step ?? 0),
    changes: () => recorded.changes ?? [],
    problem: () => (at === last() ? (recorded.problem ?? '') : ''),
    play() {
      playing = !playing;
      shown = 0;
      if (playing && at === last()) at = 0;
      draw();
    },
    step() {
      playing = false;
      go(at === last() ? 0 : at + 1);
    },
    back() {
      playing = false;
      go(at - 1);
    },
    reset() {
      playing = false;
      go(0);
    },
    to(step) {
      playing = false;
      go(
        film.reduce(
          (best, moment, i) => (Math.abs(moment.step - step) < Math.abs(film[best].step - step) ? i : best),
          0,
        ),
      );
    },
    advance(now) {
      if (!playing) return false;
      shown ||= now;
      if (now - shown >= FRAME_MS) {
        shown = now;
        at = Math.min(last(), at + 1);
      }
      playing = at < last();
      return playing;
    },
  };
  return api;
}
