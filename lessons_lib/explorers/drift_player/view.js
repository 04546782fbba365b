import { calm, element, mount, surface } from '../kit/view.js';
import { bytes } from '../kit/bytes.js';
import { button, ownKeys } from '../kit/controls.js';
import { nearestCenter } from './centers.js';
import { paintStage, paintTimes, plan } from './circle.js';
import {
  PLAY_MS,
  apart,
  classSentence,
  moment,
  nearest,
  percent,
  sentence,
  shortEpoch,
  turnedBy,
  unpack,
  widestGap,
  wrongSides,
} from './film.js';
import STYLE from './style.css' with { type: 'text' };

const ICONS = { play: 'M1 0v14l11-7z', pause: 'M1 0h3.6v14H1zM7.4 0H11v14H7.4z', live: 'M6 3a4 4 0 1 0 .01 0z' };
const HINT =
  'Hollow points stand on the wrong side of a thin line, where ' +
  'the prediction changes. A tail outside the rim shows where ' +
  'a class weight pointed before. Point at a digit on the rim to see its class alone.';
const CENTRED =
  'A diamond is a class centre, its path the way it came, at the present scale. ' +
  HINT.replace('on the rim', 'on the rim or at a diamond');

function render({ model, el }) {
  const life = mount({ model, el }, STYLE),
    { root, draw } = life,
    stage = element('canvas', { role: 'img' }),
    strip = element('canvas', { 'aria-hidden': 'true' });
  const range = ownKeys(
    element('input', {
      type: 'range',
      min: 0,
      max: 1,
      step: 'any',
      'aria-label': 'Time in the training run; a digit key singles out a class',
    }),
  );
  const play = button('', toggle),
    step = element('b'),
    epoch = element('span', { class: 'soft' });
  const caption = element('figcaption'),
    aside = element('p', { class: 'soft' });
  root.append(
    element(
      'div',
      { class: 'drift' },
      stage,
      element(
        'div',
        {},
        element('div', { class: 'head' }, play, element('div', {}, step, epoch)),
        element('div', { class: 'time' }, strip, range),
      ),
    ),
    caption,
    aside,
  );
  const read = () =>
    unpack(bytes(model.get('film')), model.get('notes'), bytes(model.get('labels')), model.get('classes'));
  let film = read(),
    time = Math.min(model.get('position'), film.end),
    goal = null,
    run = null,
    follow = model.get('live');
  let gap = null,
    before = 0,
    pinned = null,
    pointed = null,
    wrong = [],
    seats = [],
    centers = [];

  function advance(now) {
    // where in the film this paint is; true while it moves
    const passed = Math.min(64, now - before);
    before = now;
    if (run) {
      run.start ??= now;
      const t = Math.min(film.end, run.from + (now - run.start) / PLAY_MS);
      go(calm() ? film.frames[nearest(film, t)].time : t);
      if (t === film.end) stop();
    } else if (goal !== null) {
      const left = calm() || Math.abs(goal - time) < 5e-4 ? 0 : (time - goal) * Math.exp(-passed / 110),
        to = goal + left;
      if (!left) goal = null;
      follow ? (time = to) : go(to);
    }
    return run !== null || goal !== null;
  }
  function paint(now, side, width) {
    const look = life.look(),
      moving = advance(now),
      index = nearest(film, time),
      frame = film.frames[index],
      only = pointed ?? pinned;
    if (frame) {
      const pose = moment(film, time),
        aim = widestGap(film.frames.findLast(f => !f.broken)?.angles ?? [0]);
      gap = gap === null || calm() ? aim : gap + turnedBy(aim - gap) * 0.12;
      centers = pose.centers ?? [];
      wrong = wrongSides(pose, film.labels);
      seats = apart(pose.angles, (2 * plan(side).disc + 3) / plan(side).seat);
      paintStage(surface(stage, side, side), { side, look, film, time, pose, rim: frame.rim, wrong, seats, only, gap });
    } else paintStage(surface(stage, side, side), { side, look, film, time, pose: {} });
    const tall = root.clientWidth < 700 ? 58 : 112,
      height = 2 * (tall + 42) + 48;
    paintTimes(surface(strip, width, height), {
      width,
      tall,
      look,
      film,
      time,
      index,
      focus: range.matches(':focus-visible'),
    });
    words(index, frame, only);
    return (
      moving ||
      (gap !== null && Math.abs(turnedBy(gap - widestGap(film.frames.findLast(f => !f.broken)?.angles ?? [0]))) > 0.01)
    );
  }
  function words(index, frame, only) {
    root.classList.toggle('centred', film.centred);
    const live = model.get('live'),
      text = sentence(film, index, live),
      plain = text.replaceAll('*', '');
    if (caption.textContent !== plain) {
      caption.replaceChildren(...text.split('*').map((part, i) => (i % 2 ? element('b', {}, part) : part)));
      stage.setAttribute('aria-label', `The 2-D embedding. ${plain}`);
      if (!run) life.say(plain);
    }
    aside.textContent = !frame
      ? ''
      : only !== null && only < film.classes && !frame.broken
        ? classSentence(film, index, only, wrong)
        : film.centred
          ? CENTRED
          : HINT;
    step.textContent = frame
      ? `step ${frame.step}${film.steps ? ` of ${film.steps}` : ''}`
      : live
        ? 'about to train'
        : 'no frame';
    epoch.textContent = Number.isFinite(frame?.epoch) ? `epoch ${shortEpoch(frame.epoch)}` : '';
    const playing = model.get('playing'),
      ended = time > film.end - 1e-3;
    const [icon, name] = playing
      ? ['pause', 'pause']
      : live
        ? ['live', follow ? 'training' : 'go live']
        : ['play', ended ? 'replay' : 'play'];
    if (play.textContent !== name) {
      play.innerHTML = `<svg viewBox="0 0 13 14" aria-hidden="true"><path d="${ICONS[icon]}"/></svg>`;
      play.append(name);
    }
    play.disabled = live ? follow : film.frames.length < 2;
    range.disabled = film.frames.length < 2;
    range.value = time;
    range.setAttribute(
      'aria-valuetext',
      frame ? `step ${frame.step}, ${percent(frame.accuracy ?? 0)} on the right side` : 'nothing recorded',
    );
  }

  function go(to) {
    time = to;
    model.set('position', to);
  }
  function glide(to) {
    run = null;
    follow = false;
    goal = to;
    model.set('playing', false);
    draw();
  }
  function settle() {
    if (film.frames.length) glide(film.frames[nearest(film, time)].time);
  } // numbers belong to recorded frames
  function stop() {
    run = null;
    model.set('playing', false);
    settle();
  }
  function toggle() {
    if (model.get('playing')) return stop();
    if (model.get('live')) {
      follow = true;
      goal = film.end;
      return draw();
    }
    goal = null;
    run = { from: time > film.end - 1e-3 ? 0 : time };
    model.set('playing', true);
    draw();
  }
  function key(event) {
    const ahead = {
      ArrowRight: 1,
      ArrowUp: 1,
      PageUp: 5,
      ArrowLeft: -1,
      ArrowDown: -1,
      PageDown: -5,
      Home: -1e9,
      End: 1e9,
    }[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (ahead)
      glide(film.frames[Math.min(film.frames.length - 1, Math.max(0, nearest(film, goal ?? time) + ahead))].time);
    else if (event.key === ' ') toggle();
    else if (/^\d$/.test(event.key)) pinned = pinned === Number(event.key) ? null : Number(event.key);
    else if (event.key === 'Escape') pinned = null;
    else return;
    event.preventDefault();
    draw();
  }
  const handleAt = event => {
    // the digit on the rim, or the centre, under the pointer
    const box = stage.getBoundingClientRect(),
      { c, seat, disc, R } = plan(box.width);
    const x = event.clientX - box.left - c,
      y = c - (event.clientY - box.top);
    const away = [...seats].map(a => Math.hypot(x - seat * Math.cos(a), y - seat * Math.sin(a))),
      k = away.indexOf(Math.min(...away));
    if (away[k] < disc + 7) return k;
    const [near, far] = nearestCenter(centers, x / R, y / R);
    return far * R < 12 ? near : null;
  };
  const point = to => {
    if (to !== pointed) {
      pointed = to;
      stage.style.cursor = to === null ? '' : 'pointer';
      draw();
    }
  };
  stage.addEventListener('pointermove', event => point(event.pointerType === 'mouse' ? handleAt(event) : null));
  stage.addEventListener('pointerleave', () => point(null));
  stage.addEventListener('click', event => {
    const k = handleAt(event);
    pinned = k === pinned ? null : k;
    draw();
  });
  range.addEventListener('input', () => {
    run = goal = null;
    follow = false;
    model.set('playing', false);
    go(Math.min(Number(range.value), film.end));
    draw();
  });
  range.addEventListener('change', settle);
  range.addEventListener('keydown', key);
  for (const event of ['focus', 'blur']) range.addEventListener(event, draw);

  const heard = {
    'change:film': () => {
      const first = film.frames.length === 0;
      film = read();
      if (first || time > film.end) time = film.end;
      if (follow) goal = film.end;
      draw();
    },
    'change:live': () => {
      if (model.get('live')) follow = true;
      else if (follow) {
        film = read();
        follow = false;
        goal = null;
        go(film.end);
      } // at once: Lab replaces this view now
      draw();
    },
    'change:position': () => {
      const to = Math.min(model.get('position'), film.end);
      if (to !== time) {
        goal = null;
        time = to;
        draw();
      }
    },
    'change:playing': () => {
      if (run && !model.get('playing')) {
        run = null;
        settle();
      }
      draw();
    },
  };
  return life.live({
    canvases: [stage, strip],
    paint,
    heard,
    stop: () => {
      if (!run) return;
      run = null;
      model.set('playing', false);
    },
  });
}

export default { render };
