// CurveFamily: one curve that depends on more than θ. Drag a feature's length, or the age of the training.
import { calm, element, gestures, mount, surface, write } from '../kit/view.js';
import { ownKeys, settingsLine } from '../kit/controls.js';
import { familyFrame } from './axes.js';
import { familyControls, fits } from './controls.js';
import { listenTo } from './hand.js';
import { meanCosine, rested, stepped, stops, trackEnd } from './maths.js';
import { paintFamily } from './paint.js';
import { curveSentence, familyFormula, hereSentence, netSentence } from './sentences.js';
import { handLabel, hintText, movedText, spokenPlace } from './words.js';
import STYLE from './style.css' with { type: 'text' };

const DRAWN = ['loss', 'length', 'age', 'margins', 'reach', 'mean', 'spread', 'h', 'own', 'scale', 'classes'],
  SETTINGS = [...DRAWN, 'angle', 'net'];
const EASE = 70, // milliseconds
  NUDGE = 750;

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

/** The place of the hand as drawn: on its way after a jump. */
function glider() {
  let drawn = null,
    going = false,
    seen = 0;
  return {
    go: () => {
      going = !calm();
    },
    rest: () => {
      going = false;
    },
    at: (goal, now, end) => {
      const share = Math.exp(-Math.min(64, now - seen) / EASE);
      seen = now;
      if (drawn === null || !going || Math.abs(goal - drawn) < 1e-3 * end) {
        going = false;
        drawn = goal;
      } else drawn = goal + (drawn - goal) * share;
      return drawn;
    },
    busy: () => going,
  };
}

/** The parts of the figure and where they go. */
function parts(root, model, controls, line) {
  const canvas = ownKeys(element('canvas', { tabindex: 0, role: 'slider', 'aria-valuemin': 0 }));
  const text = {
    formula: element('p', { class: 'formula' }),
    caption: element('figcaption'),
    here: element('p', { class: 'read' }),
    net: element('p', { class: 'read' }),
    hint: element('p', { class: 'soft hint' }),
  };
  line.root.firstChild.textContent = 'settings: margin, scale, classes and more';
  line.root.firstChild.after(controls.fold);
  root.append(
    element(
      'div',
      { class: model.get('nets').length ? 'family' : 'family alone' },
      element('div', { class: 'top' }, controls.losses),
      element('div', { class: 'field' }, canvas),
      element('div', { class: 'words' }, text.caption, text.here, text.net),
      element('div', { class: 'side' }, text.formula, text.hint, ...controls.sides),
      element('div', { class: 'foot' }, line.root),
    ),
  );
  return { canvas, text };
}

/** What the hand does to the settings. */
function handOn(model, { params, angle, trained, begin, save, draw, glide }) {
  const key = () => (model.get('loss') === 'curricularface' ? 'age' : 'length');
  function slide(value, reach = 0, jump = false) {
    begin(key());
    if (jump) glide.go();
    else glide.rest();
    const p = params();
    model.set(key(), rested(value, p, stops(p, angle(), trained()), reach));
    draw();
  }
  return {
    place: () => model.get(key()),
    slide,
    step: by => {
      slide(stepped(params(), by));
      save();
    },
    jump: to => {
      const p = params(),
        all = stops(p, angle(), trained())
          .map(({ at }) => at)
          .sort((a, b) => a - b),
        now = model.get(key()),
        goal = {
          first: all[0],
          end: all.at(-1),
          next: all.find(at => at > now + 1e-4),
          last: all.findLast(at => at < now - 1e-4),
        }[to];
      if (goal === undefined) return;
      slide(goal, 0, true);
      save();
    },
  };
}

/** The settings and ways to change them. `moved` is called before each change of what decides the curves. */
function settingsOf(model, draw) {
  const params = () => Object.fromEntries(DRAWN.map(name => [name, model.get(name)])),
    save = () => model.save_changes(),
    net = () => model.get('nets')[model.get('net')];
  const put = (name, value) => {
    model.set(name, value);
    save();
    draw();
  };
  return {
    params,
    save,
    put,
    net,
    angle: () => model.get('angle'),
    trained: () => (net() ? meanCosine(net()) : null),
    turn: value => {
      model.set('angle', value > Math.PI - 1e-5 ? Math.PI : Number(Math.max(0, value).toFixed(5)));
      draw();
    },
  };
}

/** What a paint needs, with the hand where it is drawn. @returns {import('./paint.js').State} */
function stateOf(model, { params, angle, net }, drawn) {
  const p = params(),
    before = model.get('before');
  return {
    p: p.loss === 'curricularface' ? { ...p, age: drawn } : { ...p, length: drawn },
    before: movedText(before, p) ? before : undefined,
    angle: angle(),
    net: net(),
    crowd: model.get('crowd'),
  };
}

/** All that is said, written and spoken. */
function tell({ canvas, text, say }, state) {
  const { p } = state,
    sayings = { formula: familyFormula, caption: curveSentence, here: hereSentence, net: netSentence, hint: hintText };
  for (const [part, words] of Object.entries(sayings)) write(text[part], words(state));
  for (const [name, value] of [
    ['label', handLabel(p.loss)],
    ['valuemax', trackEnd(p).toFixed(2)],
    ['valuenow', (p.loss === 'curricularface' ? p.age : p.length).toFixed(2)],
    ['valuetext', spokenPlace(p)],
  ])
    canvas.setAttribute(`aria-${name}`, value);
  say(['caption', 'here', 'net'].map(part => text[part].textContent).join(' '));
}

/** The controls and the line of settings, and what begins a gesture. `settled()` is what was painted last. */
function controlsOf(model, root, set, settled) {
  const { begin, end } = gestures(root, () => model.set('before', set.params()));
  const anew = before => {
    model.set('before', before);
    end();
  };
  const line = settingsLine(model, SETTINGS, fits(model), () => {
    anew(settled());
    set.put('net', model.get('net'));
  });
  const controls = familyControls(model, {
    put: set.put,
    choose: loss => {
      anew({});
      set.put('loss', loss);
    },
    move: (name, value) => {
      if (name !== 'angle') begin(name);
      set.put(name, value);
    },
  });
  return { begin, line, controls };
}

function render({ model, el }) {
  const stage = mount({ model, el }, STYLE),
    { root, draw } = stage,
    glide = glider(),
    set = settingsOf(model, draw);
  let scene = {},
    hovered = false,
    settled = set.params();
  const { begin, line, controls } = controlsOf(model, root, set, () => settled),
    { canvas, text } = parts(root, model, controls, line),
    inviting = nudge(canvas, draw);

  function paint(now, width) {
    settled = set.params();
    const goal = settled.loss === 'curricularface' ? settled.age : settled.length,
      state = stateOf(model, set, glide.at(goal, now, trackEnd(settled))),
      shown = {
        look: stage.look(),
        focus: canvas.matches(':focus-visible'),
        pulse: inviting.part(now),
        hover: hovered,
      };
    const g = surface(canvas, width, familyFrame(width, Boolean(state.net), state.p).height);
    scene = paintFamily(g, width, { ...state, ...shown });
    controls.update(settled.loss);
    if (!glide.busy()) tell({ canvas, text, say: stage.say }, { ...state, runs: scene.runs });
    line.update();
    return glide.busy() || shown.pulse > 0;
  }
  const hover = on => {
    if (on !== hovered) draw();
    hovered = on;
  };
  listenTo(canvas, { ...set, ...handOn(model, { ...set, begin, draw, glide }), scene: () => scene, draw, hover });
  return stage.live({ canvases: [canvas], paint, traits: [...SETTINGS, 'before'], stop: inviting.end });
}

export default { render };
