// CurveFamily: one curve that depends on more than θ. Drag a feature's length, or the age of the training.
import { calm, element, roomy, surface, write } from '../kit/view.js';
import { fold } from '../kit/controls.js';
import { curves } from '../kit/curves.js';
import { glider } from '../kit/glide.js';
import { held, hold } from '../kit/hold.js';
import { asAngle, inTenths } from '../kit/theta_plot.js';
import { familyFrame } from './axes.js';
import { familyControls } from './controls.js';
import { meanCosine, rested, stepped, stops, trackEnd } from './maths.js';
import { paintFamily } from './paint.js';
import { curveSentence, familyFormula, hereSentence, netSentence } from './sentences.js';
import { handLabel, hintText, movedText, spokenPlace } from './words.js';
import STYLE from './style.css' with { type: 'text' };

const PARAMS = [
    ...['loss', 'length', 'age', 'margins', 'magface_margins', 'magface_lengths', 'mean', 'spread', 'h', 'own'],
    ...['scale', 'classes'],
  ],
  SETTINGS = [...PARAMS, 'angle', 'net'];
const EASE = 70, // milliseconds
  NUDGE = 750,
  JUMP = 1000, // what PageUp counts as
  HELD = 22, // pixels round the grip that do not move it
  REST = 7; // pixels round a stop that are its own
const HINT =
  'Drag the ring along its track; a drag in the plots moves <i>θ</i>. Thin grey: the rest of the family. ' +
  'The histogram is coloured by what the curves say of each angle, not by each point’s own <i>P</i>.';

/** Two rings round the grip when the figure is first seen, until it is touched: part(now) is 0…1, 0 when over. */
function nudge(canvas, draw) {
  let since = null,
    over = calm();
  const watch = new IntersectionObserver(
    ([{ isIntersecting }]) => {
      if (!isIntersecting || over) return;
      watch.disconnect();
      since = performance.now();
      draw();
    },
    { threshold: 0.9 },
  );
  watch.observe(canvas);
  const end = () => {
    over = true;
    watch.disconnect();
  };
  for (const type of ['pointerdown', 'keydown']) canvas.addEventListener(type, end);
  return {
    part: now => {
      if (since === null || over) return 0;
      over = now - since > 2 * NUDGE;
      return over ? 0 : Math.max(0, ((now - since) % NUDGE) / NUDGE);
    },
    end,
  };
}

/** What the hand can set: `place` is ‖x‖ or t, its name `key`. */
function handOn(figure, trained, glide) {
  const { pick, move, draw } = figure,
    key = () => (pick(['loss']).loss === 'curricularface' ? 'age' : 'length'),
    place = () => pick([key()])[key()];
  const places = () => {
    const { angle, ...p } = pick([...PARAMS, 'angle']);
    return stops(p, angle, trained()).sort((a, b) => a.at - b.at);
  };
  const slide = (value, { reach = 0, jumps = false, keep = figure.save } = {}) => {
    glide.go(jumps);
    move(key(), { [key()]: rested(value, pick(PARAMS), places(), reach) }, keep);
  };
  const turn = angle => {
    figure.set({ angle: asAngle(angle) });
    draw();
  };
  /** What a key asks for: a step, the next stop, or the last of them. */
  function keys({ by, end }) {
    const at = places().map(stop => stop.at),
      now = place();
    if (end !== undefined) slide(end ? at.at(-1) : at[0], { jumps: true });
    else if (Math.abs(by) < JUMP) slide(stepped(pick(PARAMS), by));
    else
      slide(by > 0 ? (at.find(v => v > now + 1e-4) ?? now) : (at.findLast(v => v < now - 1e-4) ?? now), {
        jumps: true,
      });
  }
  return { place, slide, turn, keys };
}

/** What a pointer finds: below the plots the track, in them θ. */
function findIn(frame, { place, slide, turn }, [x, y]) {
  if (!frame) return null;
  if (y < frame.track - 6)
    return { cursor: 'ew-resize', scrolls: true, move: ([at]) => turn(inTenths(frame.angle(at))) };
  const off = frame.T(place()) - x,
    still = Math.abs(off) < HELD,
    reach = (REST * frame.end) / (frame.ends[1] - frame.ends[0]);
  let jumps = !still;
  const move = ([at]) => {
    slide(frame.place(still ? at + off : at), { reach, jumps, keep: () => {} });
    jumps = false;
  };
  return { cursor: 'grab', scrolls: true, still, move, track: true };
}

/** All that is said, written and spoken. */
function speak({ tell }, canvas, hint, state) {
  const { p } = state,
    read = `${hereSentence(state)} ${netSentence(state)}`.trim();
  tell({ formula: familyFormula(state), caption: curveSentence(state), read });
  write(hint, hintText(state));
  for (const [name, value] of [
    ['label', handLabel(p.loss)],
    ['valuemax', trackEnd(p).toFixed(2)],
    ['valuenow', (p.loss === 'curricularface' ? p.age : p.length).toFixed(2)],
    ['valuetext', spokenPlace(p)],
  ])
    canvas.setAttribute(`aria-${name}`, value);
}

/** The parts, put on the page. */
function partsOf(model, figure, nets) {
  const canvas = held('length', 1),
    hint = element('p', { class: 'soft hint' }),
    controls = familyControls(model, {
      put: figure.put,
      move: (name, value) => (name === 'angle' ? figure.put : values => figure.move(name, values))({ [name]: value }),
    });
  figure.lay({
    knobs: [controls.losses],
    field: [canvas],
    words: [],
    side: [
      roomy(
        [figure.caption, figure.read],
        ...(nets
          ? [
              [374, 222],
              [232, 258],
            ]
          : [
              [374, 100],
              [228, 120],
            ]),
      ),
      figure.formula,
      roomy([hint], [126]),
      ...controls.nets,
    ],
    more: [fold('more: margin, scale, classes', controls.sliders)],
  });
  return { canvas, hint, controls };
}

function render({ model, el }) {
  const figure = curves({ model, el }, { css: STYLE, settings: SETTINGS, drawn: PARAMS, hint: HINT }),
    { draw, seen } = figure,
    net = () => model.get('nets')[model.get('net')],
    { canvas, hint, controls } = partsOf(model, figure, net()),
    glide = glider(EASE),
    inviting = nudge(canvas, draw),
    hand = handOn(figure, () => (net() ? meanCosine(net()) : null), glide);
  let scene = {},
    hover = false;

  function paint(now, width) {
    const { p: settings, before, ...shown } = seen(canvas, ['angle', 'crowd']),
      key = settings.loss === 'curricularface' ? 'age' : 'length',
      end = trackEnd(settings),
      p = { ...settings, [key]: glide.at(settings[key], now, 1e-3 * end) },
      pulse = inviting.part(now),
      state = { ...shown, p, before: movedText(before, settings) ? before : undefined, pulse, hover };
    scene = paintFamily(surface(canvas, width, familyFrame(width, Boolean(state.net), p).height), width, state);
    controls.update(p.loss);
    if (!glide.busy()) speak(figure, canvas, hint, { ...state, runs: scene.runs });
    return glide.busy() || pulse > 0;
  }
  hold(canvas, {
    find: spot => findIn(scene.frame, hand, spot),
    hover: grip => {
      if (hover !== Boolean(grip?.track)) draw();
      hover = Boolean(grip?.track);
    },
    ...{ keys: hand.keys, fast: 5, page: JUMP, done: figure.save, draw, kept: figure.kept },
  });
  return figure.live({ canvases: [canvas], paint, stop: inviting.end });
}

export default { render };
