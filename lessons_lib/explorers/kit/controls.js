// Buttons, sliders, choices, and the line of settings.
import { element } from './view.js';

/** JupyterLab's command mode would otherwise eat the keys. */
export function ownKeys(node) {
  node.dataset.lmSuppressShortcuts = 'true';
  node.addEventListener('keydown', event => event.stopPropagation());
  return node;
}

export const button = (text, click, attributes = {}) =>
  ownKeys(element('button', { type: 'button', click, ...attributes }, text));

/** What is looked at more rarely, under a word that unfolds it. */
export const fold = (title, ...parts) =>
  element('details', {}, ownKeys(element('summary', {}, title)), element('div', { class: 'fold' }, ...parts));

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
 * whether a value may be set. `changed` is called after others were pasted in.
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
      if (!line.matches(':focus') || said.textContent === 'Set.') line.value = text();
    },
  };
}
