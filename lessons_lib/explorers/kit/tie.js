// A figure stands in a notebook as HTML. Where a kernel holds its model, widgets tell of it here, and the figure is
// tied to it; once the kernel is gone the figure goes on alone. Every figure of a page has its own copy of this module.

/** @typedef {EventTarget & { models: Map<string, Model> }} Ties the models of living kernels by their `_link` */

/** @type {Ties} */
const ties = (globalThis.lessonTies ??= Object.assign(new EventTarget(), { models: new Map() }));
const tell = link => ties.dispatchEvent(new Event(link));

/** What anywidget calls as soon as a model is there, shown or not; returns what it calls when the model goes. */
export function initialize({ model }) {
  const link = model.get('_link');
  const go = () => tell(link, ties.models.delete(link));
  async function look() {
    const { comm_live } = await model.widget_manager.get_model(link); // one that a notebook has saved has no kernel
    if (comm_live) tell(link, ties.models.set(link, model));
    else go();
  }
  model.on('comm_live_update', look);
  look();
  return go;
}

/**
 * Shows a figure in `home`: with the kernel's model while there is one, else with a model of its own that begins with
 * what was shown last, at first with `state`.
 */
export function stand(view, home, state, link) {
  let shown = null,
    end = null;
  function show() {
    const model = ties.models.get(link),
      before = end;
    if (shown && (model ? model === shown : shown.alone)) return;
    for (const name of shown ? Object.keys(state) : []) state[name] = shown.get(name);
    shown = model ?? own(state);
    home.replaceChildren();
    end = Promise.resolve(view.render({ model: shown, el: home }));
    before?.then(stop => stop());
  }
  if (link) ties.addEventListener(link, show);
  show();
}

/** What views use of a widget's model, without a kernel. */
function own(state) {
  const heard = {};
  return {
    get: name => state[name],
    set(name, value) {
      if (state[name] === value) return;
      state[name] = value;
      (heard[`change:${name}`] ?? []).forEach(f => f());
    },
    save_changes() {},
    send() {},
    alone: true,
    on(event, f) {
      (heard[event] ??= []).push(f);
    },
    off(event, f) {
      heard[event] = (heard[event] ?? []).filter(g => g !== f);
    },
  };
}
