import pytest
from py_mini_racer import JSEvalException, MiniRacer

from lessons_lib import explorers
from lessons_lib.explorers import Explorer
from lessons_lib.explorers.kit.link import scopes
from tests.explorers.modules import EXPLORERS

FIGURES = [figure for figure in map(vars(explorers).get, explorers.__all__) if figure is not Explorer]


@pytest.fixture
def folder(tmp_path):
    """write(name=source, …): modules side by side; the entry is view.js."""

    def write(**sources):
        for name, source in sources.items():
            (tmp_path / f"{name}.js").write_text(source, encoding="utf-8")
        return tmp_path / "view.js"

    return write


def linked(entry):
    """A module and all that it imports, and its default export."""
    parts, number = scopes(entry)
    return f"{parts}{number[entry.resolve()]}.default"


def run(module):
    with MiniRacer() as context:
        return context.eval(module)


def test_modules_keep_their_own_names(folder):
    entry = folder(
        view="import { half } from './one.js';\nimport { half as other } from './two.js';\nconst PART = 'none';\n"
        "export default half(8) + other(9) + PART;\n",
        one="const PART = 2;\nexport const half = x => x / PART;\n",
        two="const PART = 3;\nexport function half(x) { return x / PART; }\n",
    )
    assert run(linked(entry)) == "7none"


def test_a_name_that_is_not_imported_is_not_there(folder):
    entry = folder(
        view="import { one } from './one.js';\nexport default one + two;\n",
        one="export const one = 1;\nexport const two = 2;\n",
    )
    with pytest.raises(JSEvalException, match="two is not defined"):
        run(linked(entry))


def test_what_two_modules_import_is_there_once(folder):
    entry = folder(
        view="import { a } from './a.js';\nimport { b } from './b.js';\nexport default `${a === b}`;\n",
        a="import { made } from './made.js';\nexport const a = made;\n",
        b="import {\n  made,\n} from './made.js';\nexport const b = made;\n",
        made="export const made = {};\n",
    )
    assert run(linked(entry)) == "true"


@pytest.mark.parametrize(
    "form",
    [
        "import * as all from './one.js';",
        "import one from './one.js';",
        "import './one.js';",
        'import { one } from "./one.js";',
        "import { one } from 'one';",
        "const late = import('./one.js');",
        "export { one };",
        "export * from './one.js';",
        "export let one = 1;",
        "  import { one } from './one.js';x;",
    ],
)
def test_a_form_that_is_not_known_is_refused(folder, form):
    entry = folder(view=f"{form}\nexport default 1;\n", one="export const one = 1;\n")
    with pytest.raises(ValueError, match=r"view\.js: the linker does not know"):
        linked(entry)


@pytest.mark.parametrize("names", ["two", "one, two", "one as", "second"])
def test_what_is_not_exported_cannot_be_imported(folder, names):
    entry = folder(
        view=f"import {{ {names} }} from './one.js';\nexport default 1;\n",
        one="const two = 2;\nexport const one = 1, second = 2;\n",
    )
    with pytest.raises(ValueError, match=r"view\.js imports .* not exported there"):
        linked(entry)


def test_a_circle_of_imports_is_named(folder):
    entry = folder(
        view="import { a } from './a.js';\nexport default a;\n",
        a="import { b } from './b.js';\nexport const a = b;\n",
        b="import { a } from './a.js';\nexport const b = a;\n",
    )
    with pytest.raises(ValueError, match=r"a\.js imports itself by way of view.js > a.js > b.js"):
        linked(entry)


def test_indents_and_comments_go_but_not_those_of_a_template(folder):
    entry = folder(
        view="// of no use\n/**\n * neither\n */\nconst words = `\n  // kept\n  * too`;\n"
        "export default   words; // stays\n"
    )
    assert "of no use" not in linked(entry) and "neither" not in linked(entry)
    assert run(linked(entry)) == "\n  // kept\n  * too"


def test_a_quote_that_opens_nothing_is_refused(folder):
    with pytest.raises(ValueError, match="a template is not closed"):
        linked(folder(view="export default '`';\n"))


def test_a_style_sheet_is_a_text(folder, tmp_path):
    (tmp_path / "style.css").write_text('/* of no use */\n.a b,\n.c {\n  content: "“";\n  margin: 0 1px;\n}\n', "utf-8")
    entry = folder(view="import STYLE from './style.css' with { type: 'text' };\nexport default STYLE;\n")
    assert run(linked(entry)) == '.a b,.c{content: "“";margin: 0 1px}'


def test_a_table_is_data(folder, tmp_path):
    (tmp_path / "looks.json").write_text('{"a b": [1, 2.5],\n "c": "ü"}\n', "utf-8")
    entry = folder(
        view="import LOOKS from './looks.json' with { type: 'json' };\nexport default JSON.stringify(LOOKS);\n"
    )
    assert run(linked(entry)) == '{"a b":[1,2.5],"c":"ü"}'


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.__name__)
def test_every_explorer_needs_no_other_module(figure):
    names = [line for line in str(figure._esm).splitlines() if line.startswith(("import", "export"))]
    assert len(names) == 1 and names[0].startswith("export default { ...m")
    text, _ = scopes(EXPLORERS / figure.__module__.split(".")[2] / "view.js")
    with MiniRacer() as context:
        context.eval(text + "0")


def test_a_worker_is_a_function_whose_text_is_enough(folder):
    """It has its own copies of what it imports; the same modules may stand beside it."""
    entry = folder(
        view="import { double } from './maths.js';\nimport work from './work.js' with { type: 'worker' };\n"
        "export default `${work().triple(double(1))} ${work}`;\n",
        work="import { double } from './maths.js';\nexport const triple = x => double(x) + x;\n",
        maths="export const double = x => 2 * x;\n",
    )
    answer, text = run(linked(entry)).split(" ", 1)
    assert answer == "6"
    with MiniRacer() as context:
        assert context.eval(f"({text})().triple(7)") == 21


def test_a_remark_behind_code_is_left_out_and_a_string_kept(folder):
    entry = folder(
        view="const one = '(a) // b', // a remark\n  two = `{} // c`;\nexport default [one, two].join(); // the end\n"
    )
    parts, _ = scopes(entry)
    assert "remark" not in parts and "the end" not in parts
    assert run(linked(entry)) == "(a) // b,{} // c"
