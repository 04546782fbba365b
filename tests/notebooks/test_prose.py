"""Text as HTML: headings, formulas, quotes, code, and what a page does not say."""

import re
from html import unescape

import pytest
from exercise_forms import Answers
from lesson import Lesson, render
from listing import Listing
from nbformat.v4 import new_markdown_cell
from prose import Prose, SiteError, formula, nested_level, slug
from shelf import Shelf
from terms import Links

from tests.notebooks.course import notebook


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


def test_formulas_are_set_without_a_script():
    html = Prose(Links(), "x.html")("Here $\\hat x$ and $$L=\\frac{a}{b}\\\\[2pt]$$")
    inline, block = re.findall("<math([^>]*)><m", html)
    assert inline == ' class="notranslate" data-tex="\\hat x"' and 'display="block"' in block
    assert "<mfrac>" in html and "$" not in html and "2pt" not in re.sub("<[^>]*>", "", html)
    assert formula('a < b"').startswith('<math class="notranslate" data-tex="a &lt; b&quot;"><mi>')


def test_a_prime_is_not_raised_twice():
    assert "<msup>" not in formula("f'") and "<mi>f</mi><mo" in formula("s f'(x)")
    assert "<msup>" in formula("f^2")


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


def test_each_line_of_code_wraps_under_itself():
    page = Listing()('def f(x):\n    return """a\n  b"""')
    assert re.findall(r'<span class="line" style="--in:(\d+)ch">', page) == ["0", "4", "2"]
    assert re.sub("<[^>]*>", "", page).rstrip("\n") == 'def f(x):\n    return """a\n  b"""'


@pytest.mark.parametrize(
    ("code", "parts"),
    [
        ("plain = short(word)", []),
        ("numpy.linalg.norm(a[0],axis=1)", ["numpy", ".linalg", ".norm", "(", "a", "[", "0],", "axis=", "1)"]),
        ("x = a_name_of_many_long_words", ["x = a_", "name_", "of_", "many_", "long_", "words"]),
        ("f('<a>&amp;long_enough')", ["f", "('<a>&amp;long_enough')"]),
    ],
)
def test_a_long_word_of_code_breaks_between_its_parts(code, parts):
    page = Listing()(code)
    assert unescape(re.sub("<[^>]*>", "", page)).strip() == code
    assert [unescape(re.sub("<[^>]*>", "", part)).strip("\n") for part in page.split("<wbr>")] == (parts or [code])


@pytest.mark.parametrize(
    ("typed", "set_"),
    [
        ('<p>He says "a" and "b".</p>', "<p>He says “a” and “b”.</p>"),
        ("<p>\"<em>a</em>\" ('b'), its' class's</p>", "<p>“<em>a</em>” (‘b’), its’ class’s</p>"),
        ('<p><code>"a" 5 %</code> 150 % of 5 s, 3 dB</p>', '<p><code>"a" 5 %</code> 150\xa0% of 5\xa0s, 3 dB</p>'),
        ("<p>a = b, see Eq. 4: 3 × 4 on 5 May</p>", "<p>a\xa0=\xa0b, see Eq.\xa04: 3\xa0×\xa04 on 5\xa0May</p>"),
        (
            "<p>at m = <code>8 - 6</code> = <code>f(x) - 6</code></p>",
            '<p>at m\xa0=\xa0<code class="sum">8 - 6</code>\xa0=\xa0<code>f(x) - 6</code></p>',
        ),
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


def test_the_first_cells_of_a_table_name_its_rows_where_their_column_has_no_name():
    prose = Prose(Links(), "x.html")
    html = prose("| | a |\n|---|--:|\n| **r** | 1 |\n| q | 3 |\n")
    assert html.count("<td></td>") == 1 and "<th></th>" not in html
    assert '<th scope="row"><strong>r</strong></th>' in html and '<th scope="row">q</th>' in html
    assert '<table class="short">' in html and "<table>" in prose("| a | b |\n|---|---|\n| 1 | more than a number |\n")
    assert 'scope="row"' not in prose("| c | a |\n|---|---|\n| r | 1 |\n")
