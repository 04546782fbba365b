// DriftPlayer: a 2-D embedding while it is trained, as a film.
import { calm, element, mount, part, surface } from '../kit/view.js';
import { button, offer, ownKeys } from '../kit/controls.js';
import { hold } from '../kit/hold.js';
import { wrapped } from '../kit/numbers.js';
import { nearestCenter } from './centers.js';
import { paintStage, plan } from './circle.js';
import { apart, moment, nearest, widestGap, wrongSides } from './film.js';
import { player } from './player.js';
import { paintTimes, timesHeight } from './times.js';
import { aside, percent, sentence, shortEpoch } from './words.js';
import STYLE from './style.css' with { type: 'text' };

const ICONS = {
  pause: 'M1 0h3.6v14H1zM7.4 0H11v14H7.4z',
  training: 'M6 3a4 4 0 1 0 .01 0z',
  play: 'M1 0v14l11-7z',
};

/** @typedef {ReturnType<typeof build>} Parts what stands in the figure */
function build(root, toggle) {
  const stage = element('canvas', { role: 'img' }),
    strip = element('canvas', { 'aria-hidden': 'true' }),
    play = button('', toggle),
    [step, epoch] = [element('b'), element('span', { class: 'soft' })],
    [caption, below] = [element('figcaption'), element('p', { class: 'soft' })];
  const range = ownKeys(
    element('input', {
      type: 'range',
      min: 0,
      max: 1,
      step: 'any',
      'aria-label': 'Time in the training run; a digit key singles out a class',
    }),
  );
  const head = part('head', play, element('div', {}, step, epoch));
  root.append(part('drift', stage, element('div', {}, head, part('time', strip, range))), caption, below);
  return { root, stage, strip, play, step, epoch, caption, below, range };
}

/** The words around the picture; they are spoken while it does not play. */
function writer(parts, model, say) {
  return (p, index, only, wrong) => {
    const { film } = p,
      frame = film.frames[index],
      live = model.get('live'),
      text = sentence(film, index, live),
      plain = text.replaceAll('*', '');
    parts.root.classList.toggle('centred', film.centred);
    if (parts.caption.textContent !== plain) {
      parts.caption.replaceChildren(...text.split('*').map((part, i) => (i % 2 ? element('b', {}, part) : part)));
      parts.stage.setAttribute('aria-label', `The 2-D embedding. ${plain}`);
      if (!p.run) say(plain);
    }
    parts.below.textContent = aside(film, index, only, wrong);
    const none = live ? 'about to train' : 'no frame';
    parts.step.textContent = frame ? `step ${frame.step}${film.steps ? ` of ${film.steps}` : ''}` : none;
    parts.epoch.textContent = Number.isFinite(frame?.epoch) ? `epoch ${shortEpoch(frame.epoch)}` : '';
    writePlay(parts.play, p, model);
    parts.range.disabled = film.frames.length < 2;
    parts.range.value = p.time;
    const told = frame ? `step ${frame.step}, ${percent(frame.accuracy ?? 0)} on the right side` : 'nothing recorded';
    parts.range.setAttribute('aria-valuetext', told);
  };
}

function writePlay(play, { film, time, follow }, model) {
  const live = model.get('live'),
    rest = live ? (follow ? 'training' : 'go live') : time > film.end - 1e-3 ? 'replay' : 'play',
    name = model.get('playing') ? 'pause' : rest;
  offer(play, live ? !follow : film.frames.length > 1);
  if (play.textContent === name) return;
  const icon = ICONS[live && name !== 'pause' ? 'training' : name] ?? ICONS.play;
  play.innerHTML = `<svg viewBox="0 0 13 14" aria-hidden="true"><path d="${icon}"/></svg>`;
  play.append(name);
}

/**
 * @typedef {object} Shown what was painted last, for the pointer and the next paint
 * @property {number[]} seats of the numbers on the rim, angles
 * @property {number[]} centers of the classes, x and y by turns, in units of the rim
 * @property {number | null} gap the angle at which lengths are named
 * @property {number | null} pinned the class that stands out, and the one that is `pointed` at
 * @property {Uint8Array} wrong
 */

/** What is under a pointer: a number on the rim, a centre, the first moment; null where nothing is. */
function under([px, py], side, { seats, centers }) {
  const { c, seat, disc, R, start } = plan(side),
    [x, y] = [px - c, c - py];
  if (Math.hypot(px - start.at[0], py - start.at[1]) < start.r) return { start: true };
  const away = [...seats].map(a => Math.hypot(x - seat * Math.cos(a), y - seat * Math.sin(a))),
    k = away.indexOf(Math.min(...away));
  if (away[k] < disc + 7) return { k };
  const [near, far] = nearestCenter(centers, x / R, y / R);
  return far * R < 12 ? { k: near } : null;
}

function listen(parts, p, shown, draw) {
  const { stage, range } = parts;
  const pin = k => {
    shown.pinned = k === shown.pinned ? null : k;
    draw();
  };
  range.addEventListener('input', () => p.scrub(Number(range.value)));
  range.addEventListener('change', p.settle);
  for (const event of ['focus', 'blur']) range.addEventListener(event, draw);
  range.addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^\d$/.test(event.key)) pin(Number(event.key));
    else if (event.key === 'Escape') pin(shown.pinned);
    else if (!p.key(event.key)) return;
    event.preventDefault();
  });
  hold(stage, {
    draw,
    find(spot) {
      const found = under(spot, stage.clientWidth, shown);
      return found && { ...found, cursor: 'pointer', click: () => (found.start ? p.glide(0) : pin(found.k)) };
    },
    miss: () => pin(shown.pinned),
    hover: grip => {
      const k = grip?.k ?? null;
      if (k !== shown.pointed) draw();
      shown.pointed = k;
    },
  });
}

/** A moment of the film on the circle; true while the names of lengths move to where there is room. */
function show(g, side, look, { film, time }, shown, frame) {
  if (!frame) return paintStage(g, side, look, { film });
  const pose = moment(film, time),
    off = wrapped(widestGap(film.frames.findLast(f => !f.broken)?.angles ?? [0]) - (shown.gap ?? 0)),
    { disc, seat } = plan(side);
  shown.gap = (shown.gap ?? 0) + off * (shown.gap === null || calm() ? 1 : 0.12);
  shown.centers = pose.centers ?? [];
  shown.wrong = wrongSides(pose, film.labels);
  shown.seats = apart(pose.angles, (2 * disc + 3) / seat);
  const first = time > 0.1 && !film.frames[0].broken && film.frames[0],
    only = shown.pointed ?? shown.pinned;
  paintStage(g, side, look, { ...shown, film, time, pose, first, rim: frame.rim, only });
  return Math.abs(off) > 0.01 && !calm();
}

function render({ model, el }) {
  const life = mount({ model, el }, STYLE),
    { root, draw } = life,
    p = player(model, draw),
    parts = build(root, p.toggle),
    tell = writer(parts, model, life.say);
  /** @type {Shown} */
  const shown = { seats: [], centers: [], gap: null, pinned: null, pointed: null, wrong: [] };

  function paint(now, side, width) {
    const moving = p.advance(now),
      index = nearest(p.film, p.time),
      slipping = show(surface(parts.stage, side, side), side, life.look(), p, shown, p.film.frames[index]),
      tall = root.clientWidth < 700 ? 58 : 112;
    paintTimes(surface(parts.strip, width, timesHeight(tall)), width, life.look(), {
      film: p.film,
      time: p.time,
      index,
      tall,
      focus: parts.range.matches(':focus-visible'),
    });
    tell(p, index, shown.pointed ?? shown.pinned, shown.wrong);
    return moving || slipping;
  }

  listen(parts, p, shown, draw);
  return life.live({
    canvases: [parts.stage, parts.strip],
    paint,
    heard: p.heard,
    stop: () => p.run && p.halt(),
  });
}

export default { render };
