"""What a page without a kernel gets of an explorer: its figure, or two views on one model, as a kernel holds it."""

import json
from base64 import b64decode
from types import SimpleNamespace
from typing import Any

import pytest

from lessons_lib.explorers import Explorer

# A picture of one pixel.
DOT = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==")
_made: dict[str, str] = {}


def figure_of(explorer: Explorer) -> str:
    """The explorer's HTML, made once for each state, with a dot for the still picture: to draw that takes longer."""
    if not isinstance(explorer, Explorer):  # a test's stand-in
        return explorer.html()
    kind = type(explorer)
    state = json.dumps([kind.__name__, explorer.state()], sort_keys=True)
    if state not in _made:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(kind, "picture", lambda figure: SimpleNamespace(png=lambda dpi: DOT))
            _made[state] = explorer.html()
    return _made[state]


# A kernel's side of the widget, as far as views know it.
HARNESS = """<div id="a"></div><div id="b"></div><script type="module">
const state = STATE, heard = new Map(), tell = name => heard.get(`change:${name}`)?.forEach(f => f());
window.saved = 0;
window.model = {
  get: name => state[name],
  set(name, value) { if (state[name] !== value) { state[name] = value; tell(name); } },
  update(changed) {
    const names = Object.keys(changed).filter(name => state[name] !== changed[name]);
    Object.assign(state, changed);
    names.forEach(tell);
  },
  save_changes() { window.saved++; },
  on(event, f) { heard.set(event, (heard.get(event) ?? new Set()).add(f)); },
  off(event, f) { heard.get(event).delete(f); },
  listening: () => [...heard.values()].reduce((sum, all) => sum + all.size, 0),
};
window.paints = 0;
const clear = CanvasRenderingContext2D.prototype.clearRect;
CanvasRenderingContext2D.prototype.clearRect = function (...box) { window.paints++; clear.apply(this, box); };
const { default: view } = await import(URL.createObjectURL(new Blob([MODULE], { type: 'text/javascript' })));
window.stop = ['a', 'b'].map(id => view.render({ model, el: document.getElementById(id) }));
</script>"""


def twice(explorer: Explorer, state: dict[str, Any]) -> SimpleNamespace:
    """What stands for an explorer on a test's page: its view twice, with one model in this state."""
    module = json.dumps(explorer._esm).replace("</", "<\\/")
    html = HARNESS.replace("MODULE", module).replace("STATE", json.dumps(state))
    return SimpleNamespace(html=lambda: html)
