// Buttons, sliders, choices, and the line of settings.
import { element, part, picked } from './view.js';

/** JupyterLab's command mode would otherwise eat the keys. */
export function ownKeys(node) {
  node.dataset.lmSuppressShortcuts = 'true';
  node.addEventListener('keydown', event => event.stopPropagation());
  return node;
}

/** A canvas that keys act on. */
export const worked = (label, more = {}) =>
  ownKeys(element('canvas', { tabindex: 0, role: 'application', 'aria-label': label, ...more }));
/** Right and up, for what keys move in a plane. */
export const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/**
 * Says whether a press on a button does something now. One that does nothing keeps the focus: a button that is disabled
 * or hidden while keys are on it would lose them to the page.
 */
export const offer = (node, on) => node.setAttribute('aria-disabled', !on);
export const offered = node => node.getAttribute('aria-disabled') !== 'true';

export function button(text, click, attributes = {}) {
  const press = event => offered(node) && click(event),
    node = ownKeys(element('button', { type: 'button', click: press, ...attributes }, text));
  return node;
}
/** One whose name changes: it is as wide as the widest of its `names`. */
export const renamed = (names, click) => button(names[0], click, { 'data-room': names.join('\n') });

/** What is looked at more rarely, under a word that unfolds it. */
export const fold = (title, ...parts) =>
  element('details', {}, ownKeys(element('summary', {}, title)), part('fold', ...parts));

let numbered = Math.floor(Math.random() * 1e12); // every figure of a page has its own copy of this module

/**
 * A labelled slider: `show(value)` is its value in words, for the eye and for a screen reader; `label` may be HTML.
 * With `most`, the longest of these words, they keep the room for it: the label breaks at every value or at none.
 */
export function slider({ label, show, set, most, ...range }) {
  const id = `lesson-slider-${++numbered}`,
    name = element('label', { for: id }),
    words = element('output', { for: id, 'aria-hidden': 'true', ...(most && { 'data-room': most }) });
  const input = ownKeys(element('input', { id, type: 'range', ...range, input: () => set(Number(input.value)) }));
  name.innerHTML = `<span>${label}</span>`;
  name.append(words);
  const update = (value, limits = range) => {
    Object.assign(input, limits);
    input.value = value;
    words.textContent = show(value);
    input.setAttribute('aria-valuetext', show(value));
  };
  return { root: part('slider', name, input), input, update };
}

/** A table: its `heads`, and so many rows of cells to be filled, the first of each a head. */
export function table(rows, heads, attributes) {
  const over = heads.map(text => element('th', { scope: 'col' }, text)),
    cells = Array.from({ length: rows }, () =>
      heads.map((_, k) => (k ? element('td') : element('th', { scope: 'row' }))),
    ),
    body = cells.map(row => element('tr', {}, ...row)),
    root = element(
      'table',
      attributes,
      element('thead', {}, element('tr', {}, ...over)),
      element('tbody', {}, ...body),
    );
  return { root, heads: over, cells };
}

/** Options of a `choice` from a table of things that have a name. */
export const named = things => Object.entries(things).map(([key, { name }]) => [key, name]);

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
 * One of some things as rows of a table, each [value, name, dash, width of its mark]. `update({ chosen, hue, head,
 * cells: value => texts })` fills the `columns` more that it has, and their heads.
 */
export function radioTable({ label, rows, columns, set }) {
  const group = `lesson-rows-${++numbered}`,
    cells = () => Array.from({ length: columns }, () => element('span')),
    heads = cells(),
    made = new Map();
  const labelled = ([value, name, dash, wide]) => {
    const input = ownKeys(element('input', { type: 'radio', name: group, value, change: () => set(value) })),
      mark = element('span'),
      texts = cells();
    mark.innerHTML =
      `<svg width="30" height="10" aria-hidden="true"><path d="M1 5H29" ` +
      `stroke-width="${wide}" stroke-dasharray="${dash}"/></svg>`;
    made.set(value, { input, texts, line: mark.querySelector('path') });
    return element('label', { class: 'row' }, mark, element('span', {}, input, name), ...texts);
  };
  const root = element(
    'div',
    { class: 'radios', role: 'radiogroup', 'aria-label': label },
    part('row soft', element('span'), element('span'), ...heads),
    ...rows.map(labelled),
  );
  function update({ chosen, hue, head, cells: filled }) {
    head.forEach((text, i) => {
      heads[i].textContent = text;
    });
    for (const [value, { input, texts, line }] of made) {
      input.checked = value === chosen;
      line.setAttribute('stroke', hue(value));
      filled(value).forEach((text, i) => {
        texts[i].textContent = text;
      });
    }
  }
  return { root, update };
}

/**
 * Whether a value lies within the limits of a setting, as Python sent them: words, a `text` of at most so many
 * characters, numbers in low..high (`whole`, or so `many` of them, perhaps `rising`), or one of these for `each` of
 * some names.
 */
export function fitsLimits({ words = [], text, each, low, high, whole, many, rising }, value) {
  if (words.includes(value)) return true;
  if (text) return typeof value === 'string' && [...value].length <= text;
  if (each)
    return (
      value !== null &&
      typeof value === 'object' &&
      !Array.isArray(value) &&
      Object.entries(value).every(([name, v]) => Object.hasOwn(each, name) && fitsLimits(each[name], v))
    );
  if (many)
    return (
      Array.isArray(value) &&
      value.length === many &&
      value.every((v, i) => fitsLimits({ low, high }, v) && !(rising && v < value[i - 1]))
    );
  return (whole ? Number.isInteger(value) : Number.isFinite(value)) && value >= low && value <= high;
}
/** The same for what a model says of its settings, or for some of them functions in `own`. */
export const fitsIn = (model, own) => (name, value) =>
  own?.[name] ? own[name](value) : fitsLimits(model.get('limits')[name], value);

/** What is wrong with pasted settings, in a sentence, or ''. */
function troubleWith(given, names, fits) {
  if (given === null || typeof given !== 'object' || Array.isArray(given))
    return 'These are no settings: they look like {"scale": 16}.';
  for (const [name, value] of Object.entries(given)) {
    if (!names.includes(name)) return `This figure has no ${name}; it has ${names.join(', ')}.`;
    if (!fits(name, value)) return `${name} cannot be ${JSON.stringify(value)} here.`;
  }
  return '';
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * The settings of a figure as a line of JSON, to copy and to paste: `names` are traits, `fits(name, value)` says
 * whether a value may be set. `changed` is called after others were pasted in.
 */
export function settingsLine(model, names, fits, changed) {
  const said = element('span', { role: 'status' });
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
    const given = parsed(line.value),
      trouble = troubleWith(given, names, fits);
    said.textContent = trouble || 'Set.';
    if (trouble) return;
    const table = value => value !== null && typeof value === 'object' && !Array.isArray(value); // what it lacks stays
    for (const [name, value] of Object.entries(given))
      model.set(name, table(value) ? { ...model.get(name), ...value } : value);
    model.save_changes();
    changed();
  }
  const summary = ownKeys(element('summary', {}, 'settings')),
    root = element('details', { class: 'soft' }, summary, element('div', {}, line, copy), said);
  const update = () => {
    if (!line.matches(':focus') || said.textContent === 'Set.') line.value = JSON.stringify(picked(model, names));
  };
  return { root, update };
}
