"""The tool that makes the web site: what it links, what it refuses, what it checks. Small inputs, no browser."""

import base64
import hashlib
import json
import math
import re

import api
import build
import make_site
import nbformat
import pytest
from answers import asked
from exercise_forms import Answers
from family import family
from folding import CHECKED, SET_UP, folded
from lesson import PART, Lesson, in_parts, refuse_if_unfit, render, times
from listing import Listing
from nbconvert.filters import markdown2html
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from pages import LIMIT, Page, check, troubles
from prose import Prose, SiteError, formula, nested_level, slug
from py_mini_racer import MiniRacer
from shelf import Shelf
from stills import SIZE, opening, png_size
from terms import Links, read_tables

from lessons_lib.exercises import EXERCISES

TABLES = """## Notation

| symbol | in code | meaning |
|---|---|---|
| $s$ | `scale` | what cosines are multiplied by |
| $\\rho = \\lVert x\\rVert$ | | its length |

## Glossary

| term | 日本語 | meaning |
|---|---|---|
| embedding, feature | 埋め込み | a short vector |
| logit | ロジット | the number per class |
| target logit | 正解 | the logit of the true class |
| FAR, TAR | 他人受入率 | share of impostors |
| scale, temperature | スケール | what cosines are multiplied by |
| support, query | サポート | images given, and one to tell |
| genuine, impostor | 本人 | pairs alike, pairs not |
| normalise | 正規化 | to divide by the length |
| hypersphere | 超球面 | unit vectors |
"""
# The beginning of a PNG that is 3 pixels wide and 1 high.
THREE_BY_ONE = "iVBORw0KGgoAAAANSUhEUgAAAAMAAAABCAIAAACUgoPjAAAAEklEQVR4nGP8//8/AwMDAwMDABf8Av9OpkkzAAAAAElFTkSuQmCC"
GLOSSARY = "00_start_here.html"


@pytest.fixture
def links():
    words, symbols = read_tables(markdown2html(TABLES))
    return Links({"00": GLOSSARY, "05": "05_arcface.html"}, GLOSSARY, words, symbols)


def notebook(*cells):
    made = new_notebook(cells=list(cells))
    for cell, identity in zip(made.cells, build.cell_ids(made), strict=True):
        cell.id = identity
    made_from = {"text": hashlib.sha256(b"text").hexdigest(), "library": build.library_digest()}
    made.metadata["lessons_lib"] = {"source": made_from}
    return made


def ran(source, *outputs):
    return new_code_cell(source, execution_count=1, outputs=list(outputs))


def term(row, words):
    return f'<a class="term" href="{GLOSSARY}#{row}">{words}</a>'


def plainly(html):
    return html.replace("\N{NO-BREAK SPACE}", " ")


# Links


def test_a_term_is_linked_where_a_page_first_uses_it(links):
    assert links.put("<p>Logits, a feature and features.</p>", "x.html") == (
        f"<p>{term('term-logit', 'Logits')}, a {term('term-embedding-feature', 'feature')} and features.</p>"
    )
    assert links.put("<p>An embedding is a feature.</p>", "x.html") == "<p>An embedding is a feature.</p>"


def test_the_longest_term_wins_and_parts_of_words_do_not_count(links):
    assert links.put("<p>The target logit.</p>", "x") == f"<p>The {term('term-target-logit', 'target logit')}.</p>"
    assert links.put("<p>multi-feature and featureless, far</p>", "x") == "<p>multi-feature and featureless, far</p>"
    assert links.put("<p>FAR</p>", "x") == f"<p>{term('term-far-tar', 'FAR')}</p>"


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("Who chooses the scale?", "scale"),
        ("With $s$ and scales, and every <em>scale</em> of them.", "scale"),
        ("They normalise the length away.", "normalise"),
        ("Hypersphere by hypersphere.", "Hypersphere"),
        ("One shot: the support.", "support"),
        ("Pairs, half of them <em>genuine</em> (one digit).", "genuine"),
        ("which scale? one that finds itself", "scale"),
        ("Features of length one.", "Features"),
        ("So we scale it, they feature a scale.", "scale"),
    ],
)
def test_a_term_is_linked_in_its_sense(links, sentence, words):
    assert f">{words}</a>" in Prose(links, "x")(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "We want to scale it, they scale it, it scales with C, and you should scale more.",
        "Scale it by 16. Feature it.",
        "Sun, <em>Deep Hypersphere Embedding</em>, a Hypersphere of Liu.",
        "There is no support for that in the library.",
        "A genuine improvement.",
        "We <em>scale</em> it, and <b>they</b> scale it.",
    ],
)
def test_nothing_is_linked_in_another_sense(links, sentence):
    assert 'class="term"' not in Prose(links, "x")(sentence)


@pytest.mark.parametrize("tag", ["code", "pre", "h2", "a", "math", "th"])
def test_nothing_is_linked_inside(links, tag):
    assert plainly(links.put(f"<{tag}>logit, lesson 5</{tag}>", "x")) == f"<{tag}>logit, lesson 5</{tag}>"


def test_lessons_are_linked_where_the_site_has_them(links):
    said = plainly(links.put("<p>Lesson 5, lesson 12, lessons 5 and 12 and lesson 0.</p>", GLOSSARY))
    there = '<a href="05_arcface.html">'
    assert said == f"<p>{there}Lesson 5</a>, lesson 12, lessons {there}5</a> and 12 and lesson 0.</p>"


def test_papers_are_linked(links):
    assert 'href="https://arxiv.org/abs/1801.07698">arXiv:1801.07698</a>' in links.put("<p>arXiv:1801.07698.</p>", "x")


def test_text_stays_text(links):
    assert links.put("<p>a &lt;b&gt; &amp; logit</p>", "x").startswith("<p>a &lt;b&gt; &amp; <a class")


def test_a_symbol_is_linked_around_its_formula(links):
    prose = Prose(links, "x.html")
    once = prose("A number $s$, again $s$, and $2s$; $\\lVert x\\rVert$.")
    assert once.count("<a ") == 2
    assert f'{GLOSSARY}#symbol-1"><math><mi>s</mi></math></a>' in once
    assert f'{GLOSSARY}#symbol-2"><math>' in once
    assert "data-row" not in once


def test_rows_are_named_on_the_glossary_page_alone(links):
    page = Prose(links, GLOSSARY)(TABLES)
    for row in [*links.words.values(), *links.symbols.values()]:
        assert page.count(f'id="{row}"') == 1
    assert 'class="term"' not in page.partition("Glossary")[2]
    assert 'id="term' not in Prose(links, "05_arcface.html")(TABLES)


# Prose


def test_headings_nest_and_keep_their_names():
    prose = Prose(Links(), "x.html")
    html = prose("# One *title*\n\n### Deep\n\n# Another\n\n## Deep\n\n## `s` & θ")
    assert [(heading.level, heading.id) for heading in prose.headings] == [
        (1, "one-title"), (2, "deep"), (2, "another"), (2, "deep-2"), (2, "s-θ"),
    ]  # fmt: skip
    assert '<h2 id="deep-2">Deep</h2>' in html


@pytest.mark.parametrize(
    ("wanted", "before", "level"), [(2, [], 1), (1, [1], 2), (4, [1], 2), (3, [1, 2], 3), (2, [1, 2, 3], 2)]
)
def test_no_level_is_left_out(wanted, before, level):
    assert nested_level(wanted, before) == level


def test_links_to_notebooks_become_links_to_pages(links):
    prose = Prose(links, "x.html")
    assert 'href="05_arcface.html"' in prose("[five](05_arcface.ipynb)")
    assert 'href="00_start_here.html#the-glossary"' in prose("[words](00_start_here.ipynb#The-Glossary)")
    assert prose("[twelve](12_your_own_images.ipynb)") == "<p>twelve</p>\n"
    assert 'href="https://example.org"' in prose("[there](https://example.org)")


def test_formulas_are_set_without_a_script():
    html = Prose(Links(), "x.html")("Here $\\hat x$ and $$L=\\frac{a}{b}\\\\[2pt]$$")
    assert "<math><mover" in html and '<math display="block">' in html and "<mfrac>" in html
    assert "$" not in html and "2pt" not in html


def test_a_formula_that_cannot_be_set_is_named():
    with pytest.raises(SiteError, match=r"the formula \$\\nosuch\$ cannot be set"):
        formula(r"\nosuch")
    lesson = Lesson("01_dummy", notebook(new_markdown_cell("# 1 · A\n\n$\\nosuch$")))
    with pytest.raises(SiteError, match=r"^01_dummy: the formula"):
        render(lesson, Links(), Shelf())


def test_slugs():
    assert [slug(words) for words in ("What was found", "Past π − m", "R@1", "  ", "a_b")] == [
        "what-was-found", "past-π-m", "r1", "section", "a-b",
    ]  # fmt: skip


# Refusals


def test_a_sound_notebook_is_not_refused():
    refuse_if_unfit("01_dummy", notebook(ran("1"), new_markdown_cell("a")), "text")


@pytest.mark.parametrize(
    ("made", "text", "reason"),
    [
        (notebook(ran("1", new_output("error", ename="ValueError", evalue="x"))), "text", "ended with ValueError"),
        (notebook(new_code_cell("1")), "text", "was not run"),
        (notebook(ran("1")), "other", "is older than its text"),
    ],
)
def test_an_unfit_notebook_is_refused_by_name(made, text, reason):
    with pytest.raises(SiteError, match=f"^01_dummy: .*{reason}.*make notebooks ARGS=01, then make site again.$"):
        refuse_if_unfit("01_dummy", made, text)


def test_an_edited_notebook_is_refused():
    edited = notebook(ran("1"))
    edited.cells[0].source = "2"
    with pytest.raises(SiteError, match=r"^01_dummy: its notebook was edited by hand"):
        refuse_if_unfit("01_dummy", edited, "text")


def make_course(tmp_path, monkeypatch):
    """A course of two lessons in a folder of its own."""
    (tmp_path / "notebooks" / "text").mkdir(parents=True)
    for name, path in {"ROOT": "", "NOTEBOOKS": "notebooks", "TEXTS": "notebooks/text"}.items():
        monkeypatch.setattr(build, name, tmp_path / path)
    monkeypatch.setattr(make_site, "SITE", tmp_path / "site")
    (tmp_path / "LICENSE").write_text("MIT")
    monkeypatch.setattr(make_site, "write_font", lambda path: path.write_bytes(b"a font"))
    said = new_output("stream", name="stdout", text="<said>")
    picture = new_output(
        "display_data", data={"image/png": THREE_BY_ONE}, metadata={"image/png": {"alt": 'a "p"', "width": 9}}
    )
    lessons = {
        "00_start_here": [new_markdown_cell("# 0 · Start here\n\n**The question.** Is $s$ there?\n\n" + TABLES)],
        "01_dummy": [
            new_markdown_cell("# 1 · Dummy\n\n*About 5 minutes.*\n\nA logit."),
            ran("x = '<b>'", said, picture),
        ],
    }
    for name, cells in lessons.items():
        (tmp_path / "notebooks" / "text" / f"{name}.md").write_text("text")
        nbformat.write(notebook(*cells), tmp_path / "notebooks" / f"{name}.ipynb")
    return tmp_path


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course whose site is still to be made, without the page of the library, which takes a second."""
    monkeypatch.setattr(make_site, "listed", list)
    return make_course(tmp_path, monkeypatch)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A course with its site, made once for all tests that only read it."""
    with pytest.MonkeyPatch.context() as patch:
        folder = make_course(tmp_path_factory.mktemp("course"), patch)
        assert make_site.main() == 0
        yield folder


def test_a_site_is_made_of_what_lessons_there_are(course, capsys):
    assert make_site.main() == 0
    assert sorted(path.name for path in (course / "site").glob("*.html")) == [
        "00_start_here.html", "01_dummy.html", "404.html", "index.html", "library.html",
    ]  # fmt: skip
    page = (course / "site" / "01_dummy.html").read_text()
    assert term("term-logit", "logit") in page
    for look in ("light", "dark"):
        assert re.search(
            rf'<img class="for-{look}" alt="a &quot;p&quot;" width="9" height="3" src="assets/\w+.png" loading="lazy"',
            page,
        )
    assert "&lt;said&gt;" in page
    assert 'rel="prev" href="00_start_here.html"' in page and 'rel="next"' not in page
    start = (course / "site" / "index.html").read_text()
    assert "Is <math><mi>s</mi></math> there?" in start and "About 5 minutes" in start
    assert "01_dummy.html" in capsys.readouterr().out


def test_a_figure_that_asks_python_says_that_it_needs_a_kernel():
    first = new_output("stream", name="stdout", text="what it showed at first")
    lesson = Lesson("01_dummy", notebook(ran("interact(picture)", first), ran("1 + 1")))
    render(lesson, Links(), Shelf())
    before, _ = lesson.body.split("it needs a kernel")
    assert "what it showed at first" in before


def test_a_folded_cell_is_its_first_line_which_opens_and_what_it_says_stays_in_sight():
    folded = ran("# Checked: 1 < 2.\nassert 1 < 2\nprint('said')", new_output("stream", name="stdout", text="said"))
    folded.metadata["tags"] = ["hide-input"]
    lesson = Lesson("01_dummy", notebook(folded, ran("1 + 1")))
    render(lesson, Links(), Shelf())
    assert lesson.body.count("<details") == 1
    assert '<details class="folded"><summary>Checked: 1 &lt; 2.</summary><div class="input">' in lesson.body
    inside, after = lesson.body.split("</details>")
    assert "assert" in inside and "said</pre>" in after and "said</pre>" not in inside


def page_of(course, name="01_dummy"):
    return (course / "site" / f"{name}.html").read_text()


def test_a_lesson_begins_with_its_picture_which_stands_for_it_in_the_list_too(made):
    page = page_of(made)
    before, opening = page.split('<figure class="opening">')
    assert before.count("<p>") == 1 and "<h1" in before
    assert opening.startswith('<a href="#the-figure"><img src="assets/01.png" width="3" height="1" style=')
    assert 'alt="a &quot;p&quot;"' in opening.partition("</figure>")[0]
    assert page.count('id="the-figure"') == 1
    assert (made / "site" / "assets" / "01.png").read_bytes() == base64.b64decode(THREE_BY_ONE)
    assert page_of(made, "index").count('<span class="thumb"><img src="assets/01.png"') == 1


def test_a_figure_s_script_waits_in_a_file_of_its_own(tmp_path):
    shelf, plain = Shelf(), '<script type="module">1</script>'
    figure = f'<div data-explorer="a"><img alt="x" src="data:image/png;base64,{THREE_BY_ONE}"></div>\n{plain}'
    shown = shelf.figures(figure * 2 + plain)
    place = re.search(r'data-script="assets/([^"]*)"', shown)[1]
    still = re.search(r'src="assets/([^"]*png)"', shown)[1]
    sized = f'<img alt="x" src="assets/{still}" width="3" height="1" loading="lazy" decoding="async">'
    assert shown == f'<div data-explorer="a" data-script="assets/{place}">{sized}</div>' * 2 + plain
    sphere = shelf.sphere({"data": ["</script>"]})
    shelf.write(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([place, still, sphere.removeprefix("assets/")])
    assert (tmp_path / still).read_bytes() == base64.b64decode(THREE_BY_ONE)
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
    assert folded(f"# Said.\n{source}", ["hide-input"]) == "Said."
    lesson = Lesson("01_dummy", notebook(ran(source)))
    render(lesson, Links(), Shelf())
    assert lesson.body.count('<details class="folded">') == (line is not None)


def test_each_line_of_code_wraps_under_itself():
    page = Listing()('def f(x):\n    return """a\n  b"""')
    assert re.findall(r'<span class="line" style="--in:(\d+)ch">', page) == ["0", "4", "2"]
    assert re.sub("<[^>]*>", "", page).rstrip("\n") == 'def f(x):\n    return """a\n  b"""'


@pytest.mark.parametrize(
    ("typed", "set_"),
    [
        ('<p>He says "a" and "b".</p>', "<p>He says “a” and “b”.</p>"),
        ("<p>\"<em>a</em>\" ('b'), its' class's</p>", "<p>“<em>a</em>” (‘b’), its’ class’s</p>"),
        ('<p><code>"a" 5 %</code> 150 % of 5 s, 3 dB</p>', '<p><code>"a" 5 %</code> 150\xa0% of 5\xa0s, 3 dB</p>'),
        ("<p>λ = 5 and lesson 5, 5 so</p>", "<p>λ\xa0=\xa05 and lesson\xa05, 5 so</p>"),
        ('<p>a</p><p>"b"</p>', "<p>a</p><p>“b”</p>"),
    ],
)
def test_quotes_open_and_close_and_units_stay_with_their_numbers(typed, set_):
    assert Links().put(typed, "x") == set_


def test_nothing_asks_to_run_a_cell():
    said = Prose(Links(), "x")("Which falls? Then run, and look at the left edge. Run the next cell and see.")
    assert said == "<p>Which falls? Look at the left edge. See.</p>\n"
    status = (
        '<p role="status"><b><span>○</span> Exercise {}: not attempted.</b> Replace the … and run the cell again.</p>'
    )
    forms = Answers()
    assert "run" not in forms(status.format("5.1")) and "<form" in forms(status.format("5.1"))
    first, later = forms(status.format("1.3")), forms(status.format("2.1"))
    assert "JupyterLab checks it" in first and "<form" not in first
    assert "checks" not in later and "Python" in later


def test_what_a_page_says_of_itself_to_others(made):
    head = page_of(made, "00_start_here").partition("</head>")[0]
    assert '<meta name="description" content="Is s there?">' in head
    assert '<meta property="og:image" content="assets/social.png">' in head and "canonical" not in head
    png = (made / "site" / "assets" / "social.png").read_bytes()
    assert png_size(png) == SIZE
    assert '<meta name="robots" content="noindex">' in page_of(made, "404")
    assert "01_dummy.html" in (made / "site" / "404.html").read_text()


def test_addresses_are_whole_where_the_course_has_one(course, monkeypatch):
    monkeypatch.setattr(make_site.links, "address", lambda: "https://github.com/Some/course")
    assert make_site.main() == 0
    assert '<link rel="canonical" href="https://some.github.io/course/01_dummy.html">' in page_of(course)
    assert 'content="https://some.github.io/course/assets/social.png"' in page_of(course)
    assert '<link rel="canonical" href="https://some.github.io/course/">' in page_of(course, "index")
    assert '<base href="https://some.github.io/course/">' in page_of(course, "404")


def test_the_library_s_page_has_every_public_name(made):
    page = page_of(made, "library")
    for module in api.listed():
        for entry in module.entries:
            assert f'id="{module.name.removeprefix("lessons_lib.")}.{entry.name}"' in page
    assert "<mfrac>" in page and "``" not in page


# Search and answers, in V8


@pytest.fixture(scope="module")
def scripts():
    """value(expression): what the page's own search and arithmetic say."""
    with MiniRacer() as context:
        for name in ("search.js", "answers.js"):
            context.eval((make_site.HERE / name).read_text(encoding="utf-8") + ";0")
        yield lambda expression: json.loads(context.eval(f"JSON.stringify({expression})"))


def test_search_finds_sections_with_all_words_those_with_it_in_the_heading_first(made, scripts):
    written = (made / "site" / "assets" / "sections.js").read_text(encoding="utf-8")
    sections = json.loads(written.removeprefix("var SECTIONS = ").rstrip(";\n"))
    lessons = [section for section in sections if section[0].startswith("0")]
    assert ["01_dummy.html#1-dummy", "1 · Dummy", "1 · Dummy", "About 5 minutes. A logit."] in [
        [*section[:3], section[3].replace("\xa0", " ")] for section in lessons
    ]

    def found(typed):
        return [one["place"] for one in scripts(f"find({json.dumps(sections)}, {json.dumps(typed)})")]

    assert found("ArcFace loss")[0] == "library.html#losses.ArcFaceLoss"
    assert found("LOGIT minutes") == ["01_dummy.html#1-dummy"]
    assert found("nowhere to be seen") == [] and found("  ") == []
    assert found("(")  # a sign that regular expressions know
    assert scripts('around("some words about a Margin here", ["margin"])') == [
        ["some words about a ", False], ["Margin", True], [" here", False],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("2 + 3 * 4", 14), ("-2 ** 2", -4), ("2 ** -1", 0.5), ("2 ^ 3 ^ 2", 512), ("(1 - 2) - 3", -4), ("8 / 2 / 2", 2),
        ("cos(pi) · 2", -2), ("math.acos(−1) / π", 1), ("return torch.sqrt(16)", 4), ("comb(6, 3)", 20), ("2x²", None),
        ("1.5e2", 150), ("x² + 1", 10), ("atan2(0, -1)", math.pi), ("log(e)", 1), ("rad2deg(pi)", 180), (".5", 0.5),
    ],
)  # fmt: skip
def test_arithmetic_is_read_as_python_reads_it(scripts, typed, value):
    reading = f"(() => {{ try {{ return readFormula({json.dumps(typed)}, ['x'])([3]); }} catch {{ return null; }} }})()"
    assert scripts(reading) == (value if value is None else pytest.approx(value))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Nothing is typed"), ("2 +", "missing at the end"), ("cos 2", "wants brackets"),
        ("2 x", "a sign is missing"),
        ("alert(1)", "alert is not known"), ("constructor", "is not known"), ("toString(1)", "is not known"),
        ("x[0]", "cannot be read"), ("x(2)", "a sign is missing"), ("(2", "is missing"), ("cos(1, 2)", "one number"),
        ("atan2(1)", "two numbers"), ("x; x", "cannot be read"), ("(" * 400, "At most 300"),
    ],
)  # fmt: skip
def test_what_is_no_arithmetic_is_told(scripts, typed, words):
    asked = json.dumps({"arguments": ["x"], "inputs": [[1]]})
    judged = scripts(f"judge({asked}, {json.dumps(typed)})")
    assert judged["state"] == "not yet" and words in judged["words"]


IN_THE_PAGE = {number: given for number, one in EXERCISES.items() if (given := asked(one))}


def test_these_exercises_are_answered_in_the_page():
    first = "0.1 1.1 2.3 3.2 4.1 4.2 5.1 5.2 5.4 6.1 6.3 7.2 7.3 8.2 10.3 10.4 11.1 11.3"
    assert set(IN_THE_PAGE) >= {*first.split()}


@pytest.mark.parametrize("number", IN_THE_PAGE)
def test_the_page_judges_as_python_does(scripts, number):
    given, exercise = IN_THE_PAGE[number], EXERCISES[number]

    def judge(typed):
        return scripts(f"judge({json.dumps(given.for_page())}, {json.dumps(typed)})")

    assert judge(given.solution) == {"state": "done", "words": exercise.done}
    twice = judge(f"2 * ({given.solution})")
    by_python = exercise.check(
        (lambda *a: 2 * exercise.solution(*a)) if given.arguments else 2 * exercise.target.item()
    )
    assert twice["state"] == by_python.state == "not yet"
    if by_python.words in exercise.slips:
        assert twice["words"] == by_python.words
    assert "solution" not in given.for_page()
    for (words, wrong), tensor in zip(given.slips, exercise.slips.values(), strict=True):
        assert (words in exercise.slips and None in wrong) or len(wrong) <= tensor.numel()
        assert scripts(f"alike({json.dumps(wrong)}, {json.dumps(given.target)}, {given.tolerance})") is False


def test_titles_are_text(course):
    titled = notebook(new_markdown_cell("# 1 · a < b & c\n\n## x < y"))
    nbformat.write(titled, course / "notebooks" / "01_dummy.ipynb")
    assert make_site.main() == 0
    page = (course / "site" / "01_dummy.html").read_text()
    assert "<title>1 · a &lt; b &amp; c" in page and '<a href="#x-y">x &lt; y</a>' in page


def test_the_old_site_stays_until_the_new_one_is_whole(course, capsys):
    make_site.main()
    before = (course / "site" / "index.html").read_bytes()
    (course / "notebooks" / "text" / "01_dummy.md").write_text("newer")
    assert make_site.main() == 1
    assert capsys.readouterr().err.startswith("01_dummy: its notebook is older than its text; make notebooks ARGS=01")
    assert (course / "site" / "index.html").read_bytes() == before
    assert not list(course.glob(".site-*"))


def test_lessons_run_with_another_library_are_named_and_shown(course, capsys):
    assert make_site.main() == 0
    assert capsys.readouterr().err == ""
    path = course / "notebooks" / "01_dummy.ipynb"
    path.write_text(path.read_text().replace(build.library_digest(), "that of before"))
    assert make_site.main() == 0
    assert capsys.readouterr().err.endswith("shown as they are: 01; make notebooks runs them again.\n")


def test_a_lesson_without_a_notebook_is_named(course, capsys):
    (course / "notebooks" / "01_dummy.ipynb").unlink()
    assert make_site.main() == 1
    assert capsys.readouterr().err.startswith("01_dummy: it has no notebook yet")


# Checks

LINKS = '<a href="#a">a</a><a href="two.html#b">b</a>'
SOUND = f'<h1 id="a">A</h1>{LINKS}<img alt="x" src="data:,"><script src="s.js"></script>'


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "one.html").write_text(SOUND)
    (tmp_path / "two.html").write_text('<h1 id="b">B</h1><a href="https://arxiv.org/abs/1801.07698">p</a>')
    (tmp_path / "s.js").write_text("")
    return tmp_path


def test_a_sound_site_passes(folder):
    assert check(folder) == {"one.html": len(SOUND), "two.html": (folder / "two.html").stat().st_size}


@pytest.mark.parametrize(
    ("html", "trouble"),
    [
        ('<a href="three.html">', "its link to three.html leads nowhere"),
        ('<a href="two.html#c">', "its link to two.html#c leads nowhere"),
        ('<a href="#c">', "its link to #c leads nowhere"),
        ('<a href="https://arxiv.org/abs/18017698">', "its link to https://arxiv.org/abs/18017698 leads nowhere"),
        ('<a href="http://example.org">', "its link to http://example.org leads nowhere"),
        ('<img alt="x" src="https://example.org/x.png">', "https://example.org/x.png, which is not part of the site"),
        ('<link href="no.css">', "it loads no.css, which is not part of the site"),
        ('<img src="data:,">', "a picture has no alt text"),
        ('<p id="a">', "the id a stands on it 2 times"),
        ("<h3>C</h3>", "an h3 follows an h1"),
        ("<h1>C</h1>", "it needs one h1"),
        ("x" * LIMIT, f"bytes, {LIMIT:,} are allowed"),
    ],
)
def test_what_is_wrong_is_said(folder, html, trouble):
    (folder / "one.html").write_text(SOUND + html)
    pages = {path.name: Page(path) for path in folder.glob("*.html")}
    assert [said for said in troubles(pages["one.html"], pages) if trouble in said]
    with pytest.raises(SiteError, match=r"^one.html: "):
        check(folder)


# The start page


def test_times_are_read_from_readme():
    table = (
        "| lesson | seconds |\n|---|---|\n| 00 | 7 | 1 |\n| 01 | – | – |\n| all | 7 | 1 |\n\nTaken on 2 cores, x. And"
    )
    assert times(f"a\n<!-- times -->\n\n{table}\n<!-- /times -->\n| 02 | 9 |") == ({"00": 7}, "2 cores, x")
    assert times("no table") == ({}, "")


def test_the_family_links_to_lessons_that_there_are():
    tree = family({"05": "05_arcface.html"})
    assert '<a href="05_arcface.html">ArcFace</a>' in tree
    assert "<b>SphereFace</b>" in tree
    assert tree.count("<ul") == tree.count("</ul>") and tree.count("<li") == tree.count("</li>")
