// Where in the film a reader is: played, scrubbed, stepped through, or following a training that goes on.
import { bytes } from '../kit/bytes.js';
import { clamp } from '../kit/numbers.js';
import { calm } from '../kit/view.js';
import { nearest, PLAY_MS, unpack } from './film.js';

const AHEAD = {
  ArrowRight: 1,
  ArrowUp: 1,
  PageUp: 5,
  ArrowLeft: -1,
  ArrowDown: -1,
  PageDown: -5,
  Home: -1e9,
  End: 1e9,
};

/**
 * @typedef {object} Player
 * @property {import('./film.js').Film} film
 * @property {number} time the place in it, 0 to 1
 * @property {number | null} goal the time it glides to
 * @property {{ from: number, start?: number } | null} run while it plays
 * @property {boolean} follow whether it shows the newest frame of a training
 */

/** A player of the model's film with all that moves it; `draw` asks for a paint. */
export function player(model, draw) {
  const read = () =>
    unpack(bytes(model.get('film')), model.get('notes'), bytes(model.get('labels')), model.get('classes'));
  const film = read();
  /** @type {Player} */
  const p = { film, time: Math.min(model.get('position'), film.end), goal: null, run: null, follow: model.get('live') };
  const go = to => {
    p.time = to;
    model.set('position', to);
  };
  const halt = () => {
    p.run = null;
    model.set('playing', false);
  };
  function glide(to) {
    halt();
    p.follow = false;
    p.goal = to;
    draw();
  }
  const settle = () => p.film.frames.length && glide(p.film.frames[nearest(p.film, p.time)].time); // a recorded frame
  const moves = { go, glide, halt, settle };
  return Object.assign(p, {
    ...moves,
    ...handles(p, model, moves, draw),
    advance: advancing(p, moves),
    heard: heardBy(p, model, { read, ...moves, draw }),
  });
}

/** What buttons, slider and keys do. */
function handles(p, model, { go, glide, halt, settle }, draw) {
  function toggle() {
    if (model.get('playing')) return settle();
    p.follow = model.get('live');
    p.goal = p.follow ? p.film.end : null;
    if (!p.follow) {
      p.run = { from: p.time > p.film.end - 1e-3 ? 0 : p.time };
      model.set('playing', true);
    }
    return draw();
  }
  function scrub(to) {
    halt();
    p.goal = null;
    p.follow = false;
    go(Math.min(to, p.film.end));
    draw();
  }
  /** Whether a key moves it. */
  function key(name) {
    const { frames } = p.film,
      to = nearest(p.film, p.goal ?? p.time) + AHEAD[name];
    if (name === ' ') toggle();
    else if (name in AHEAD) glide(frames[clamp(to, 0, frames.length - 1)].time);
    return name === ' ' || name in AHEAD;
  }
  return { toggle, scrub, key };
}

/** What each paint moves; true while it moves. */
function advancing(p, { go, settle }) {
  let before = 0;
  return now => {
    const passed = Math.min(64, now - before);
    before = now;
    if (p.run) {
      p.run.start ??= now;
      const t = Math.min(p.film.end, p.run.from + (now - p.run.start) / PLAY_MS);
      go(calm() ? p.film.frames[nearest(p.film, t)].time : t);
      if (t === p.film.end) settle();
    } else if (p.goal !== null) {
      const left = calm() || Math.abs(p.goal - p.time) < 5e-4 ? 0 : (p.time - p.goal) * Math.exp(-passed / 110),
        to = p.goal + left;
      if (!left) p.goal = null;
      if (p.follow) p.time = to;
      else go(to);
    }
    return p.run !== null || p.goal !== null;
  };
}

/** What a kernel or another view changes. */
function heardBy(p, model, { read, go, settle, draw }) {
  const changes = {
    film() {
      const first = p.film.frames.length === 0;
      p.film = read();
      if (first || p.time > p.film.end) p.time = p.film.end;
      if (p.follow) p.goal = p.film.end;
    },
    live() {
      if (model.get('live')) p.follow = true;
      else if (p.follow) {
        p.film = read();
        p.follow = false;
        p.goal = null;
        go(p.film.end); // at once: Lab replaces this view now
      }
    },
    position() {
      const to = Math.min(model.get('position'), p.film.end);
      if (to === p.time) return;
      p.goal = null;
      p.time = to;
    },
    playing() {
      if (!p.run || model.get('playing')) return;
      p.run = null;
      settle();
    },
  };
  const heard = ([name, change]) => [`change:${name}`, () => draw(change())];
  return Object.fromEntries(Object.entries(changes).map(heard));
}
