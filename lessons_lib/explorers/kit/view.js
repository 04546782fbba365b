// What every figure lives in: a place of its own on the page, the page's colours, one paint a frame, a spoken word.
import { PALETTE, inkOn } from './looks.js';
import STYLE from './style.css' with { type: 'text' };

// element('p', { class: 'soft' }, 'text', child): functions among the attributes become listeners.
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    typeof value === 'function' ? node.addEventListener(name, value) : node.setAttribute(name, value);
  node.append(...children);
  return node;
}

export const part = (name, ...inside) => element('div', { class: name }, ...inside);

const AS_SAID = 'At θ = 57.3° this loss still pushes 1,234 of its 2,000 angles (it was 38 %). ';
/**
 * Texts with the room for as much as they ever say, in letters: a list for each case, with a number for each text. How
 * many lines that is, the browser finds out by itself, whatever its letters.
 */
export function roomy(texts, ...cases) {
  const kind = ({ localName, classList }) =>
      localName === 'figcaption' ? localName : classList.contains('soft') && 'soft',
    words = letters => AS_SAID.repeat(letters / AS_SAID.length + 2).slice(0, 1.06 * letters), // not all of it breaks
    room = (letters, i) => element('div', { class: kind(texts[i]) || '', 'data-words': words(letters) });
  return part(
    'roomy',
    texts.length > 1 ? part('said', ...texts) : texts[0],
    ...cases.map(letters => element('div', { class: 'room', 'aria-hidden': 'true' }, ...letters.map(room))),
  );
}

/** The values of these traits. */
export const picked = (model, names) => Object.fromEntries(names.map(name => [name, model.get(name)]));

/**
 * A figure of its own: no style of the page reaches into it, none of its own reaches the page. JupyterLab sees only the
 * home when a key is pressed inside, and its command mode would otherwise take that key.
 */
function figure(el, css) {
  const home = element('div', { class: 'explorer', 'data-lm-suppress-shortcuts': 'true' });
  home.style.cssText = 'all:initial;display:block;min-width:0';
  const root = element('figure', { class: 'lesson' });
  home.attachShadow({ mode: 'open' }).append(element('style', {}, STYLE + css), root);
  el.append(home);
  return root;
}

/**
 * The life of a view, from `render` to its end. `css` is the explorer's own style sheet.
 *
 * - root: where the figure's parts go
 * - draw(): asks for a paint; any number of calls are one paint in the next frame
 * - look(): the page's colours as they are now, see `theme`; kept until they change
 * - say(text): for a screen reader, once the text has rested; the same text is said once
 * - live({ canvases, paint, traits, heard, stop }): begins, and returns what ends it. `paint(now, ...widths)` gets the
 *   widths of the canvases, is left out while one of them is hidden, and returns true while it wants another frame;
 *   a change of a trait draws, `heard` says what else other events do; `stop` is called at the end, and when the figure
 *   is taken off the page, which may put it back.
 */
export function mount({ model, el }, css) {
  const root = figure(el, css),
    spoken = element('div', { class: 'spoken', 'aria-live': 'polite' }),
    say = speaker(spoken);
  let look = null,
    paints = () => false;
  const draw = painter(now => paints(now));
  function live({ canvases, paint, traits = [], heard = {}, stop = () => {} }) {
    paints = now => {
      const widths = canvases.map(canvas => canvas.clientWidth);
      return widths.every(width => width > 0) && paint(now, ...widths); // else hidden or taken off the page
    };
    const events = { ...Object.fromEntries(traits.map(name => [`change:${name}`, () => draw()])), ...heard };
    for (const [event, f] of Object.entries(events)) model.on(event, f);
    root.append(spoken);
    const unwatch = watchLooks(root, () => {
      el.style.minWidth = '0'; // or two figures side by side would not grow narrower; ipywidgets takes it off again
      look = null;
      if (root.isConnected) draw();
      else stop(); // nobody calls the end where no widget manager is
    });
    draw();
    return () => {
      for (const [event, f] of Object.entries(events)) model.off(event, f);
      unwatch();
      stop();
      draw.stop();
      say.stop();
      root.getRootNode().host.remove();
    };
  }
  return { root, draw, say, live, look: () => (look ??= theme(root)) };
}

/** Puts HTML into a node, if it is not what was put there last. */
export function write(node, html) {
  if (written.get(node) === html) return;
  written.set(node, html);
  node.innerHTML = html;
}
const written = new WeakMap();

const REST = 900; // milliseconds without a change, after which the next one is a gesture of its own

/**
 * One drag, or keys on one control without a pause, is one gesture. `begin(what)` before each change of `what` calls
 * `started` where a gesture begins; after `end()` the next change begins one, whatever it is.
 */
export function gestures(root, started) {
  let pressed = false,
    begun = false,
    touched = -Infinity,
    moving = '';
  const press = on => () => {
    pressed = on;
    begun &&= !on;
  };
  root.addEventListener('pointerdown', press(true), true);
  for (const type of ['pointerup', 'pointercancel', 'keydown']) root.addEventListener(type, press(false), true);
  return {
    begin(what) {
      const now = performance.now();
      if (what !== moving || (pressed ? !begun : now - touched > REST)) started();
      begun = true;
      touched = now;
      moving = what;
    },
    end: () => {
      moving = '';
    },
  };
}

/** What was shown before the gesture that is going on: `before(shown, changed)` is called with each paint. */
export function gestureBefore() {
  let last = null,
    first = null,
    moved = -Infinity;
  return (shown, changed) => {
    const now = performance.now();
    if (last && changed(last)) {
      if (now - moved > REST) first = last;
      moved = now;
    }
    last = shown;
    return first;
  };
}

/** Ink, paper, accent and class colours of the page as it is now: Lab's theme, or the system's on a static page. */
function theme(root) {
  const css = getComputedStyle(root),
    probe = element('canvas').getContext('2d', { willReadFrequently: true });
  const resolve = name => {
    // color-mix() and named colours, as plain rgb()
    probe.fillStyle = css.getPropertyValue(name).trim() || '#888';
    probe.fillRect(0, 0, 1, 1);
    return probe.getImageData(0, 0, 1, 1).data.slice(0, 3);
  };
  const rgb = ([r, g, b]) => `rgb(${r},${g},${b})`,
    ink = resolve('--ink'),
    paper = resolve('--paper');
  const dark = ink[0] + ink[1] + ink[2] > paper[0] + paper[1] + paper[2];
  root.classList.toggle('dark', dark);
  return {
    ink: rgb(ink),
    paper: rgb(paper),
    soft: rgb(resolve('--soft')),
    accent: rgb(resolve('--accent')),
    dark,
    classes: dark ? PALETTE.dark : PALETTE.light,
    onClass: k => inkOn(k, dark),
  };
}

/** Calls `changed` when Lab's theme, the system's colours or the size of `node` change; returns the way to stop. */
function watchLooks(node, changed) {
  // Lab hides and shows a panel within a frame
  const again = () => requestAnimationFrame(() => requestAnimationFrame(changed));
  const size = new ResizeObserver(changed),
    lab = new MutationObserver(() => {
      changed();
      again();
    }),
    gone = new AbortController(),
    system = ['(prefers-color-scheme: dark)', '(forced-colors: active)'].map(query => matchMedia(query));
  size.observe(node);
  lab.observe(document.body, { attributeFilter: ['data-jp-theme-light', 'class'] });
  for (const query of system) query.addEventListener('change', changed, gone);
  watchPixels(changed, gone);
  return () => {
    size.disconnect();
    lab.disconnect();
    gone.abort();
  };
}

/** Calls `changed` when a pixel of the page takes more or fewer of the screen: by zoom, or on another screen. */
function watchPixels(changed, { signal }) {
  const again = () => {
    changed();
    watchPixels(changed, { signal });
  };
  matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener('change', again, { once: true, signal });
}

/** One paint a frame, the latest state wins; paint(now) returns true while it wants another frame. */
function painter(paint) {
  let frame = 0;
  const run = now => {
    frame = 0;
    if (paint(now)) ask();
  };
  const ask = () => {
    frame ||= requestAnimationFrame(run);
  };
  return Object.assign(ask, { stop: () => cancelAnimationFrame(frame) });
}

/** A screen reader hears the newest text, once it has rested for some milliseconds. */
function speaker(node) {
  let timer = 0,
    told = '';
  const say = (text, rest = 800) => {
    if (text === told) return;
    told = text;
    clearTimeout(timer);
    timer = setTimeout(() => {
      node.textContent = text;
    }, rest);
  };
  return Object.assign(say, { stop: () => clearTimeout(timer) });
}

/** A crisp drawing surface of width x height CSS pixels, cleared. */
export function surface(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1,
    w = Math.round(width * ratio),
    h = Math.round(height * ratio);
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
    canvas.style.height = `${height}px`;
  }
  const g = canvas.getContext('2d');
  g.setTransform(ratio, 0, 0, ratio, 0, 0);
  g.clearRect(0, 0, width, height);
  return g;
}

export const calm = () => matchMedia('(prefers-reduced-motion: reduce)').matches;
