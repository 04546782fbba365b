// The life of a figure that draws curves: where its parts stand, what a gesture changed, and the settings to copy.
import { element, gestures, mount, part, picked, roomy, write } from './view.js';
import { choice, fitsIn, settingsLine } from './controls.js';
import LAYOUT from './curves.css' with { type: 'text' };

/**
 * A figure of this kind. `settings` are the traits that can be copied; what curves depend on are those in `drawn`: the
 * first one to be moved in a gesture leaves all of them in the trait `before`. `pasted(settled)` mends what was pasted
 * in over what was `settled`.
 *
 * Returned beside the stage of `mount`:
 * - pick(names): the values of these traits; set(values), without a paint; save(); kept() returns what sets all as now
 * - put(values, keep): sets, saves or does what `keep` says, paints; move(what, values, keep): the same as part of a
 *   gesture on `what`
 * - lay({ field, words, most, knobs, run, side, more }): puts the parts on the page: the picture and its sentences,
 *   which are at `most` so long (see `roomy`), beside it what moves it, below it the rest; where it is narrow the
 *   controls follow the picture
 * - tell({ formula, caption, read }, silent): writes them; a screen reader hears caption and read
 * - seen(canvas, names): what a picture depends on: these traits, `before`, what is `drawn` as p, the page's colours,
 *   the chosen net, and whether keys are on the canvas
 * - live({ canvases, paint, stop }): as `live` of the stage
 */
export function curves({ model, el }, { css, settings, drawn, hint, pasted = () => {} }) {
  const stage = mount({ model, el }, LAYOUT + css),
    { root, draw } = stage,
    pick = names => picked(model, names),
    save = () => model.save_changes(),
    keeps = model.get('before') !== undefined;
  const set = values => Object.entries(values).forEach(([name, value]) => model.set(name, value));
  const heard = keeps ? [...settings, 'before'] : settings,
    kept = () => set.bind(null, pick(heard));
  let settled = pick(settings);
  const { begin, end } = gestures(root, () => keeps && set({ before: pick(drawn) }));
  const put = (values, keep = save) => {
    set(values);
    keep();
    draw();
  };
  const move = (what, ...change) => {
    begin(what);
    put(...change);
  };
  const line = settingsLine(model, settings, fitsIn(model), () => {
    pasted(settled);
    if (keeps) set({ before: Object.fromEntries(drawn.map(name => [name, settled[name]])) });
    end();
    save();
    draw();
  });
  const seen = (canvas, names) => seenOn(canvas, model, { names, drawn, look: stage.look() });
  const sentences = sentencesOf(stage),
    lay = layout(root, sentences, hint, line.root);
  const live = ({ canvases, paint, stop }) =>
    stage.live({
      canvases,
      stop,
      traits: heard,
      paint(...given) {
        const busy = paint(...given);
        settled = pick(settings);
        line.update();
        return busy;
      },
    });
  return { ...stage, pick, set, save, kept, put, move, lay, seen, live, ...sentences };
}

const seenOn = (canvas, model, { names, drawn, look }) => ({
  ...picked(model, [...names, 'before']),
  ...{ p: picked(model, drawn), look, focus: canvas.matches(':focus-visible') },
  net: model.get('nets')?.[model.get('net')],
});

/** Puts the parts on the page. */
function layout(root, { caption, read }, hint, line) {
  const tip = element('p', { class: 'soft' });
  tip.innerHTML = hint;
  return ({ field, words = [caption, read], most, knobs = [], run = [], side, more = [] }) => {
    const left = part('left', part('field', ...field), part('words', ...(most ? [roomy(words, ...most)] : words))),
      right = part('right', part('knobs', ...knobs), ...run, part('side', ...side));
    root.append(part('curves', left, right, part('foot', ...more, tip, line)));
  };
}

/** No line of a sentence ends between a number and its per cent. */
function sentencesOf({ say }) {
  const formula = element('p', { class: 'formula' }),
    caption = element('figcaption'),
    read = element('p', { class: 'read' });
  const tell = (texts, silent = false) => {
    const nodes = { formula, caption, read };
    for (const [name, text] of Object.entries(texts)) write(nodes[name], text.replace(/(\d) %/g, '$1\u00a0%'));
    if (!silent) say(`${caption.textContent} ${read.textContent}`);
  };
  return { formula, caption, read, tell };
}

/** A line of the controls: its name, then what it is. */
export const row = (name, ...nodes) => part('set', element('span', {}, name), ...nodes);

/** The choice of one of several nets, by its number. */
export const choiceOfNet = (label, nets, set) =>
  choice({ label, options: nets.map(({ name }, i) => [i, name]), set: i => set(Number(i)) });

/** The choice of a trained net, as nodes: none where there is nothing to choose. */
export function netChoice(nets, set) {
  const net = choiceOfNet('trained net', nets, set);
  return { nodes: nets.length > 1 ? [row('trained θ', net.root)] : [], update: i => nets.length && net.update(i) };
}
