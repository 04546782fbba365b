import json

import pytest
from py_mini_racer import JSEvalException, MiniRacer

from lessons_lib import explorers
from lessons_lib.explorers import Explorer
from lessons_lib.explorers.kit.link import link, scopes, statements
from lessons_lib.explorers.kit.needed import understood
from tests.explorers.modules import EXPLORERS

# What V8 has only in a browser, and a figure asks for as it is read.
BROWSER = "class EventTarget {}\n"
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
    assert run(linked(entry)) == '.a b,.c{content:"“";margin:0 1px}'


SUMS = """
const a = 5, b = [ 2, 3 ], c = {
  d: (
    7
  ),
};
let i = 0;
i++ + i;
const kept = "a + b, [ c ] ( d )", form = /a + [ b ]/, sum = a + -b[0] - -1 + +a - (a < 6 ? 1 : 0);
const more = a * b[1] - a % 3 <= 9 && c.d !== a || a === 5, next = i++ + ++i - i-- - --i;
export default JSON.stringify([kept, String(form), sum, more, next, `x
  + [ y ]`]);
"""


def test_spaces_and_line_ends_go_where_they_mean_nothing(folder):
    made = linked(folder(view=SUMS))
    assert run(made) == '["a + b, [ c ] ( d )","/a + [ b ]/",8,true,0,"x\\n  + [ y ]"]'
    assert "c={d:(7" in made and "a*b[1]-a % 3<=9&&c.d!==a||a===5" in made


def test_a_table_is_data(folder, tmp_path):
    (tmp_path / "looks.json").write_text('{"a b": [1, 2.5],\n "c": "ü"}\n', "utf-8")
    entry = folder(
        view="import LOOKS from './looks.json' with { type: 'json' };\nexport default JSON.stringify(LOOKS);\n"
    )
    assert run(linked(entry)) == '{"a b":[1,2.5],"c":"ü"}'


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.__name__)
def test_every_explorer_needs_no_other_module(figure):
    *lines, end = str(figure._esm).splitlines()
    assert not any(line.startswith(("import", "export")) for line in lines) and end.startswith("export default { ...m")
    with MiniRacer() as context:
        context.eval(BROWSER + "\n".join([*lines, "0"]))


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


@pytest.mark.parametrize(
    ("used", "spare"),
    [
        ("function used() { return 1; }", "function spare() { return 2; }"),
        ("async function used() {}", "async function* spare() {}"),
        ("class used {\n  a = 1;\n}", "class spare extends Array {\n  b() {}\n}"),
        ("const used = 1,", "  spare = (3 + Math.sin(2)) * 2;"),
        ("const used = { a: 1 },", "  spare = [1, '),('];"),
        ("const used = /[,;(]/;", "let spare = new Map();"),
        ("const { a: used } = { a: 1 };", "const { b: spare, c } = { b: 1 };"),
        ("const [other, used] = [1, 2];", "const [spare] = ['b'];"),
        ("const used = n => `${n ? `${n}, even` : ''} (`;", "const spare = n => `${n ? `${n}, odd` : ''})`;"),
        ("const used = (a, b = {}) => {\n  return { a, b };\n};", "const spare = async a =>\n  used(a);"),
    ],
)
def test_what_nothing_uses_is_left_out(folder, used, spare):
    entry = folder(view=f"{used}\n{spare}\nexport default typeof used;\n")
    parts, _ = scopes(entry)
    assert "spare" not in parts
    assert run(linked(entry)) in ("function", "number", "object")


def test_what_a_module_two_away_uses_stays_and_what_only_unused_things_use_goes(folder):
    entry = folder(
        view="import { near, spare } from './near.js';\nfunction unused() {\n  return spare();\n}\n"
        "export default near(1);\n",
        near="import { far as away, lost } from './far.js';\nexport const near = x => away(x);\n"
        "export const spare = () => lost;\n",
        far="import { never } from './never.js';\nconst most = 9;\nexport const far = x => x + most;\n"
        "const least = never;\nexport const lost = [least];\n",
        never="export const never = 'a module of which nothing is needed';\n",
    )
    parts, _ = scopes(entry)
    assert run(linked(entry)) == 10
    assert [word for word in ("unused", "spare", "lost", "least", "never", "nothing") if word in parts] == []
    assert parts.count("return {") == 3


def test_a_name_that_stands_in_a_string_is_used(folder):
    entry = folder(view="const one = 1;\nconst two = 2;\nexport default eval('one + 1');\n")
    assert run(linked(entry)) == 2 and "two" not in scopes(entry)[0]


@pytest.mark.parametrize(
    "acts",
    [
        "globalThis.told = 7;",
        "const spare = tell(7);",
        "const spare = (globalThis.told = 7);",
        "const spare = tell?.(7);",
        "const spare = tell`7`;",
        "const spare = new Told;",
        "const spare = 1,\n  { a = tell(7) } = {};",
        "class Spare {\n  static a = tell(7);\n}",
        "class Spare {\n  [tell(7)]() {}\n}",
        "for (const spare of [7]) {\n  globalThis.told = spare;\n}",
    ],
)
def test_what_acts_while_it_is_read_stays_with_all_that_it_uses(folder, acts):
    """In a module too of which nothing else is used."""
    entry = folder(
        view="import { unused } from './acts.js';\nexport default globalThis.told;\n",
        acts="export const unused = 1;\nfunction tell(it) {\n  globalThis.told = Number(it);\n}\n"
        f"function Told() {{\n  tell(7);\n}}\n{acts}\n",
    )
    assert run(linked(entry)) == 7 and "unused" not in scopes(entry)[0]


@pytest.mark.parametrize(
    "unformatted",
    [
        "const used = [\n1,\n2\n].length;\nconst spare = 3;",
        "const used =\n2;\nconst spare = 3;",
        "  const used = 2;\n  const spare = 3;",
        "const spare = 3; const used = 2;",
        "function spare() { return `(`; } const used = 2;",
        "const spare=3,used=2;",
        "const a=4,used=a/2; const spare=a/2;",
    ],
)
def test_a_module_that_no_formatter_has_seen_works_as_it_did(folder, unformatted):
    assert run(linked(folder(view=f"{unformatted}\nexport default used;\n"))) == 2


def test_of_a_worker_the_modules_that_it_needs_are_there_and_no_more(folder):
    entry = folder(
        view="import { half } from './maths.js';\nimport work from './work.js' with { type: 'worker' };\n"
        "export default `${half(4)} ${work}`;\n",
        work="import { double } from './maths.js';\nconst never = 1;\nexport const twice = double;\n"
        "export function also() {\n  return double(9);\n}\n",
        maths="export const double = x => 2 * x;\nexport const half = x => x / 2;\n",
    )
    answer, text = run(linked(entry)).split(" ", 1)
    assert answer == "2" and "half" not in text and "never" not in text
    with MiniRacer() as context:
        assert context.eval(f"({text})().twice(7) + ({text})().also()") == 32


def test_a_worker_that_nothing_begins_is_left_out(folder):
    entry = folder(
        view="import work from './work.js' with { type: 'worker' };\nexport default 1;\n",
        work="export const a = 1;\n",
    )
    assert "work" not in scopes(entry)[0]


def test_all_that_a_view_and_the_tie_give_is_there(folder):
    text = str(link(folder(view="const spare = 1;\nfunction render() {}\nexport default { render };\n")))
    assert "spare" not in text
    kept = run(BROWSER + text.replace("export default", "const all =") + "Object.keys(all).sort().join()")
    assert kept == "initialize,render,stand"


def test_what_is_wanted_whole_is_whole(folder):
    parts, _ = scopes(folder(view="export const one = 1;\nconst spare = 2;\nexport default 1;\n"), whole=True)
    assert "spare" in parts


@pytest.mark.parametrize("path", sorted(EXPLORERS.rglob("*.js")), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_of_every_explorers_modules_what_is_not_needed_could_be_left_out(path):
    assert [text for text in statements(path) if not understood(text)] == []


CODE = """const used = (a, b) => ({ sum: a + b, text: 'a, b { c }', more: `a, ${[a, b].map(n => `(${n}, n)`)} { c }` });
const search = / = (\\(|.), /, half = 1 / 2;
const twice = n => { return / = /.test('1 = 2') ? ' = , ' : n - -n; };
export default JSON.stringify([used(1, 2), ' = a, '.match(search)[1], half, twice(2)]);
"""


def test_spaces_go_where_they_mean_nothing_and_stay_in_what_is_quoted(folder):
    parts, _ = scopes(folder(view=CODE))
    assert "const used=(a,b)=>({sum:a+b,text:'a, b { c }'" in parts
    made = {"sum": 3, "text": "a, b { c }", "more": "a, (1, n),(2, n) { c }"}
    assert json.loads(run(linked(folder(view=CODE)))) == [made, "a", 0.5, " = , "]
