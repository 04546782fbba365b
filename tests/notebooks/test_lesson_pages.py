"""A lesson as a page: its picture, its figures, what is folded, its parts."""

import base64
import re

import pytest
from folding import CHECKED, SET_UP, folded
from lesson import PART, Lesson, in_parts, render
from nbformat.v4 import new_markdown_cell, new_output
from plates import dark
from shelf import Shelf
from stills import opening
from terms import Links

from tests.notebooks.course import THREE_BY_ONE, notebook, page_of, ran


def test_a_figure_that_asks_python_says_that_it_needs_a_kernel():
    first = new_output("stream", name="stdout", text="what it showed at first")
    lesson = Lesson("01_dummy", notebook(ran("interact(picture)", first), ran("1 + 1")))
    render(lesson, Links(), Shelf())
    before, _ = lesson.body.split("it needs a kernel")
    assert "what it showed at first" in before


def test_a_folded_cell_is_its_first_line_which_opens_and_what_it_says_stays_in_sight():
    folded = ran(
        "# Checked: `1` < 2, \"it's\" `'1'`.\nassert 1 < 2\nprint('said')",
        new_output("stream", name="stdout", text="said"),
    )
    folded.metadata["tags"] = ["hide-input"]
    lesson = Lesson("01_dummy", notebook(folded, ran("1 + 1")))
    render(lesson, Links(), Shelf())
    assert lesson.body.count("<details") == 1
    line = "Checked: <code>1</code>\N{NO-BREAK SPACE}&lt;\N{NO-BREAK SPACE}2, “it’s” <code>&#x27;1&#x27;</code>."
    assert f'<details class="folded"><summary>{line}</summary><div class="input">' in lesson.body
    inside, after = lesson.body.split("</details>")
    assert "assert" in inside and "said</pre>" in after and "said</pre>" not in inside


def test_a_sentence_that_a_table_s_cell_says_is_wrapped_and_the_table_is_not():
    table, sentence = "one  0.1   0.0 ·  ·●  1.0", f"Outside, {'one 0.1, recorded 0.2 to 0.3; ' * 4}& so on."
    said = new_output("stream", name="stdout", text=f"{table}\n{sentence}\nraw pixels  {sentence}\n")
    lesson = Lesson("01_dummy", notebook(ran("record()", said), ran("1 + 1")))
    render(lesson, Links(), Shelf())
    wrapped = sentence.replace("&", "&amp;")
    lines = [table, f'<span class="words">{wrapped}</span>', f'<span class="words">raw pixels  {wrapped}</span>']
    assert f'<pre class="said">{chr(10).join(lines)}</pre>' in lesson.body


def test_a_line_without_a_gap_that_is_longer_than_a_phone_is_a_sentence_too():
    row, sentence = "one  0.1   0.0", "This run stands among the recorded starts."
    said = new_output("stream", name="stdout", text=f"{row}\n{sentence}\n{sentence[:40]}\n")
    lesson = Lesson("01_dummy", notebook(ran("record()", said)))
    render(lesson, Links(), Shelf())
    assert f'{row}\n<span class="words">{sentence}</span>\n{sentence[:40]}</pre>' in lesson.body


def test_a_lesson_begins_with_its_picture_which_stands_for_it_in_the_list_too(made):
    page = page_of(made)
    before, opening = page.split('<figure class="opening">')
    assert before.count("<p>") == 1 and "<h1" in before
    assert opening.startswith('<a href="#the-figure"><img class="for-light" src="assets/01.png" width="3" height="1"')
    assert '<img class="for-dark" src="assets/01.dark.png" width="3" height="1"' in opening
    assert 'alt="a &quot;p&quot;"' in opening.partition("</figure>")[0]
    assert page.count('id="the-figure"') == 1
    assert (made / "site" / "assets" / "01.png").read_bytes() == base64.b64decode(THREE_BY_ONE)
    assert (made / "site" / "assets" / "01.dark.png").read_bytes() == dark(base64.b64decode(THREE_BY_ONE))
    thumb = page_of(made, "index").split('<span class="thumb">')[1].partition("</span>")[0]
    assert re.findall(r'class="([\w-]+)" src="assets/([\w.]+)"', thumb) == [
        ("for-light", "01.png"),
        ("for-dark", "01.dark.png"),
    ]


def test_a_figure_s_script_waits_in_a_file_of_its_own(tmp_path):
    shelf, plain = Shelf(), '<script type="module">1</script>'
    figure = f'<div data-explorer="a"><img alt="x" src="data:image/png;base64,{THREE_BY_ONE}"></div>\n{plain}'
    shown = shelf.figures(figure * 2 + plain)
    place = re.search(r'data-script="assets/([^"]*)"', shown)[1]
    still, dusky = re.findall(r'src="assets/([^"]*png)"', shown)[:2]
    sized = "".join(
        f'<img class="for-{look}" alt="x" src="assets/{name}" width="3" height="1" loading="lazy" decoding="async">'
        for look, name in (("light", still), ("dark", dusky))
    )
    assert shown == f'<div data-explorer="a" data-script="assets/{place}">{sized}</div>' * 2 + plain
    sphere = shelf.sphere({"data": ["</script>"]})
    shelf.write(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [place, still, dusky, sphere.removeprefix("assets/")]
    )
    assert (tmp_path / still).read_bytes() == base64.b64decode(THREE_BY_ONE)
    assert (tmp_path / dusky).read_bytes() == dark(base64.b64decode(THREE_BY_ONE))
    quoted = Shelf().figures(figure.replace('alt="x"', 'alt="the net&#x27;s s = 5 &amp; &quot;m&quot;"'))
    assert quoted.count(' alt="the net’s s\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}5 &amp; “m”"') == 2  # paper prints it
    assert (tmp_path / place).read_text() == "(async () => {1})();\n"


def test_a_lesson_comes_in_parts_that_begin_with_a_heading():
    long = f"<p>{'x' * PART}</p>"
    cells = f'<div class="prose">\n<h1>a</h1>{long}<h2>b</h2></div><div class="cell">c</div>'
    more = f'<div class="prose">\n<h3>d</h3>{long}</div><div class="prose">\n<h3>e</h3></div>'
    parts = re.findall(r'<section class="part">(.*?)</section>', in_parts(cells + more), flags=re.DOTALL)
    assert [re.findall(r"<h\d>(.)|>(c)<", part) for part in parts] == [
        [("a", "")], [("b", ""), ("", "c"), ("d", "")], [("e", "")],
    ]  # fmt: skip
    assert all(part.count("<div") == part.count("</div>") for part in parts)


def explorer(source, png):
    html = f'<div data-explorer="1"><img alt="{source}" src="data:image/png;base64,{png}"></div>'
    return ran(source, new_output("display_data", data={"text/html": html}))


def test_the_picture_is_the_first_explorer_that_no_lesson_before_has_shown():
    first, second = explorer("DriftPlayer()", THREE_BY_ONE), explorer("CenterUpdate()", THREE_BY_ONE)
    picture = ran("figure", new_output("display_data", data={"image/png": THREE_BY_ONE}))
    shown = set()
    assert opening(notebook(new_markdown_cell("a"), first, second), shown).cell == 1
    assert opening(notebook(first, ran("1"), explorer("MarginBand()", THREE_BY_ONE)), shown).alt == "MarginBand()"
    assert opening(notebook(first, second, picture), shown).cell == 2
    assert opening(notebook(ran("1"), second), shown).alt == "CenterUpdate()"
    assert opening(notebook(ran("1")), shown) is None


IMPORTS = "\n".join(f"import part{i}" for i in range(6))


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (IMPORTS, SET_UP),
        (f"{IMPORTS}\nx = 1\ny = 2", SET_UP),
        (IMPORTS + "\nx = 1" * 7, None),
        ("import math\nprint(1)", None),
        ("assert a\nassert b", CHECKED),
        ("assert a\nprint(b)", None),
        ("# nothing", None),
        ("%matplotlib inline", None),
    ],
)
def test_set_up_and_checks_are_folded_and_nothing_else(source, line):
    assert folded(source) == line
    assert folded(f"# Said\n# at length.\n\n{source}", ["hide-input"]) == "Said at length."
    lesson = Lesson("01_dummy", notebook(ran(source)))
    render(lesson, Links(), Shelf())
    assert lesson.body.count('<details class="folded">') == (line is not None)
