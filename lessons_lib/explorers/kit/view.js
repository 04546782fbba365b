// Shared by all explorers: theme, palette, controls, canvas, pointer and keys. No loss and no network in here.
import STYLE from './style.css' with { type: 'text' };

// petroff10 (the ten colours that colour-blind readers tell apart best), and the same hues lifted for a dark page.
export const PALETTE = {
  light: ['#3f90da', '#ffa90e', '#bd1f01', '#94a4a2', '#832db6', '#a96b59', '#e76300', '#b9ac70', '#717581', '#92dadd'],
  dark: ['#5aa2e6', '#ffa90e', '#ee5a41', '#a3b3b1', '#b779e6', '#c48a78', '#ff8126', '#c9bd83', '#8d91a0', '#92dadd'],
};
const WHITE_ON = new Set([2, 4, 8]);

/** What stands out from the colour of a class, by a contrast of at least 4.5. */
export const inkOn = (k, dark) => (dark || !WHITE_ON.has(k) ? '#0b0d10' : '#fff');

// element('p', { class: 'soft' }, 'text', child): functions among the attributes become listeners.
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    typeof value === 'function' ? node.addEventListener(name, value) : node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** The figure every explorer lives in: themed, with its own style sheet. */
export function figure(el, css = '') {
  const root = element('figure', { class: 'lesson' }, element('style', {}, STYLE + css));
  el.append(root);
  return root;
}

/** JupyterLab's command mode would otherwise eat the keys. */
export function ownKeys(node) {
  node.dataset.lmSuppressShortcuts = 'true';
  node.addEventListener('keydown', event => event.stopPropagation());
  return node;
}

export const button = (text, click, attributes = {}) =>
  ownKeys(element('button', { type: 'button', click, ...attributes }, text));

let numbered = Math.floor(Math.random() * 1e12); // every figure of a page has its own copy of this module

/** A labelled slider: `show(value)` is its value in words, for the eye and for a screen reader; `label` may be HTML. */
export function slider({ label, show, set, ...range }) {
  const id = `lesson-slider-${++numbered}`,
    name = element('label', { for: id }),
    words = element('output', { for: id, 'aria-hidden': 'true' });
  const input = ownKeys(element('input', { id, type: 'range', ...range, input: () => set(Number(input.value)) }));
  name.innerHTML = `<span>${label}</span>`;
  name.append(words);
  const update = (value, limits = range) => {
    Object.assign(input, limits);
    input.value = value;
    words.textContent = show(value);
    input.setAttribute('aria-valuetext', show(value));
  };
  return { root: element('div', { class: 'slider' }, name, input), input, update };
}

/** One of a few, as words with the chosen one underlined; options is [[value, text], …]. Arrow keys move the choice. */
export function choice({ label, options, set }) {
  const name = `lesson-choice-${++numbered}`,
    inputs = new Map();
  const root = element(
    'fieldset',
    { 'aria-label': label },
    ...options.map(([value, text]) => {
      const input = ownKeys(element('input', { type: 'radio', name, value, change: () => set(value) }));
      inputs.set(value, input);
      return element('label', {}, input, text);
    }),
  );
  return {
    root,
    update: value => {
      inputs.get(value).checked = true;
    },
  };
}

/**
 * The settings of a figure as a line of JSON, to copy and to paste: `names` are traits, `fits(name, value)` says
 * whether
 * a value may be set. `changed` is called after others were pasted in.
 */
export function settingsLine(model, names, fits, changed) {
  const line = ownKeys(
    element('input', {
      type: 'text',
      spellcheck: 'false',
      'aria-label': 'settings of this figure, to copy or to replace',
      change: take,
      input: () => {
        said.textContent = '';
      },
    }),
  ); // what is being typed is not overwritten
  const said = element('span', { role: 'status' }),
    text = () => JSON.stringify(Object.fromEntries(names.map(name => [name, model.get(name)])));
  const copy = button('copy', async () => {
    line.select();
    try {
      await navigator.clipboard.writeText(line.value);
      said.textContent = 'Copied.';
    } catch {
      said.textContent = 'Selected: copy it with Ctrl+C.';
    }
  });
  function take() {
    let given;
    try {
      given = JSON.parse(line.value);
    } catch {
      given = null;
    }
    const problem =
      given === null || typeof given !== 'object' || Array.isArray(given)
        ? 'These are no settings: they look like {"scale": 16}.'
        : Object.entries(given)
            .map(([name, value]) =>
              !names.includes(name)
                ? `This figure has no ${name}; it has ${names.join(', ')}.`
                : fits(name, value)
                  ? ''
                  : `${name} cannot be ${JSON.stringify(value)} here.`,
            )
            .find(words => words);
    said.textContent = problem || 'Set.';
    if (problem) return;
    const table = value => value !== null && typeof value === 'object' && !Array.isArray(value); // what it lacks stays
    for (const [name, value] of Object.entries(given))
      model.set(name, table(value) ? { ...model.get(name), ...value } : value);
    model.save_changes();
    changed();
  }
  const root = element(
    'details',
    { class: 'soft' },
    element('summary', {}, 'settings'),
    element('div', {}, line, copy),
    said,
  );
  ownKeys(root.firstChild);
  return {
    root,
    update: () => {
      if (document.activeElement !== line || said.textContent === 'Set.') line.value = text();
    },
  };
}

/** Ink, paper, accent and class colours of the page as it is now: Lab's theme, or the system's on a static page. */
export function theme(root) {
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
  return {
    ink: rgb(ink),
    paper: rgb(paper),
    accent: rgb(resolve('--accent')),
    dark,
    classes: dark ? PALETTE.dark : PALETTE.light,
    onClass: k => inkOn(k, dark),
  };
}

/** Calls `changed` when Lab's theme, the system's colours or the size of `node` change; returns the way to stop. */
export function watchLooks(node, changed) {
  // Lab hides and shows a panel within a frame
  const again = () => requestAnimationFrame(() => requestAnimationFrame(changed));
  const size = new ResizeObserver(changed),
    lab = new MutationObserver(() => {
      changed();
      again();
    }),
    system = matchMedia('(prefers-color-scheme: dark)');
  size.observe(node);
  lab.observe(document.body, { attributeFilter: ['data-jp-theme-light', 'class'] });
  system.addEventListener('change', changed);
  return () => {
    size.disconnect();
    lab.disconnect();
    system.removeEventListener('change', changed);
  };
}

/** One paint a frame, the latest state wins; paint(now) returns true while it wants another frame. */
export function painter(paint) {
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

/** A screen reader hears the newest text, once it has rested. */
export function speaker(node, rest = 800) {
  let timer = 0;
  return Object.assign(
    text => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        node.textContent = text;
      }, rest);
    },
    { stop: () => clearTimeout(timer) },
  );
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
export const degrees = radians => `${((radians * 180) / Math.PI).toFixed(1)}°`;
export const thousands = n => n.toLocaleString('en-US');

/** Bytes of a binary trait: a DataView from the kernel, base64 on a page without one. */
export function bytes(value) {
  if (typeof value === 'string') return Uint8Array.from(atob(value), c => c.charCodeAt(0));
  return new Uint8Array(value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength));
}

/** What Python's zlib packed, unpacked. */
export const inflate = async packed =>
  new Uint8Array(
    await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate'))).arrayBuffer(),
  );
