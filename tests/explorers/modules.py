"""The explorers' own modules in V8, as they are: a test calls what they export by its name."""

import json
import re
from contextlib import contextmanager
from pathlib import Path

from py_mini_racer import MiniRacer

from lessons_lib import explorers
from lessons_lib.explorers.kit.link import scopes

EXPLORERS = Path(explorers.__file__).parent
# Every export becomes a name; the view itself is called so. Two modules that mean different things by a name are told.
NAMED = """
for (const module of [NUMBERS]) for (const [name, thing] of Object.entries(module)) {
  const own = name === 'default' ? 'view' : name;
  if (Object.hasOwn(globalThis, own) && globalThis[own] !== thing) throw new Error(`Two modules export ${own}.`);
  globalThis[own] = thing;
}
var asJson = (_, v) => (ArrayBuffer.isView(v) ? [...v] : v);
0
"""


@contextmanager
def modules(*names, setup="0"):
    """value(expression, **given): plain JSON, in which typed arrays are lists; `given` sets variables.

    `names` are files such as "margin_band/band.js"; what these import comes along. `setup` is run before.
    """
    text, numbers = scopes(*(EXPLORERS / name for name in names), whole=True)
    with MiniRacer() as context:
        context.eval(text + NAMED.replace("NUMBERS", ", ".join(numbers.values())))
        context.eval(setup)

        def value(expression, **given):
            for name, content in given.items():
                context.eval(f"var {name} = {json.dumps(content)}; 0")
            return json.loads(context.eval(f"JSON.stringify({expression}, asJson)"))

        yield value


def loose(html):
    """The same text where lines may break anywhere."""
    return re.sub('<span class="tight">(.*?)</span>', r"\1", html)
