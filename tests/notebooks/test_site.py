"""The tool that makes the web site: what it makes, what it refuses. Small inputs, no browser."""

import re
from pathlib import Path

import api
import build
import make_site
import nbformat
import pytest
from family import family
from lesson import refuse_if_unfit, times
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from prose import SiteError
from stills import SIZE, png_size

from tests.notebooks.course import notebook, page_of, ran, term

ROOT = Path(__file__).parents[2]


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
    assert "Is <math" in start and "<mi>s</mi></math> there?" in start and "About 5 minutes" in start
    assert "01_dummy.html" in capsys.readouterr().out


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


def test_no_browser_translates_code(made):
    marked = make_site.untranslated(
        "<code>a</code><pre class=\"said words\">b</pre><pre>c</pre><script>'<code>'</script>"
    )
    code, prose, plain, script = re.findall(r"<(?:code|pre|script)\b.*?</(?:code|pre|script)>", marked)
    assert code == '<code translate="no">a</code>' and plain == '<pre translate="no">c</pre>'
    assert prose == '<pre class="said words">b</pre>' and script == "<script>'<code>'</script>"
    assert '<code translate="no">' in page_of(made, "library")


def test_titles_are_text(course):
    titled = notebook(new_markdown_cell("# 1 · a < b & c\n\n## x < y"))
    nbformat.write(titled, course / "notebooks" / "01_dummy.ipynb")
    assert make_site.main() == 0
    page = (course / "site" / "01_dummy.html").read_text()
    assert "<title>1 · a\xa0&lt;\xa0b &amp; c" in page and '<a href="#x-y">x\xa0&lt;\xa0y</a>' in page


def test_the_old_site_stays_until_the_new_one_is_whole(course, capsys):
    make_site.main()
    before = (course / "site" / "index.html").read_bytes()
    (course / "notebooks" / "text" / "01_dummy.md").write_text("newer")
    assert make_site.main() == 1
    assert capsys.readouterr().err.startswith("01_dummy: its notebook is older than its text; make notebooks ARGS=01")
    assert (course / "site" / "index.html").read_bytes() == before
    assert not list(course.glob(".site-*"))


def test_what_is_no_site_is_not_removed(course, tmp_path, capsys):
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "notes.txt").touch()
    site = course / "site"
    for put in (lambda: site.symlink_to(theirs), lambda: site.write_text("theirs"), lambda: theirs.rename(site)):
        put()
        assert make_site.main() == 1
        assert capsys.readouterr().err.endswith("then make site again.\n")
        if not site.is_dir() or site.is_symlink():
            site.unlink()
    assert (site / "notes.txt").exists()


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


def test_no_line_under_words_is_lost_in_webkit():
    """The WebKit that was tried knows `text-decoration` with one word only, and passes over it with more."""
    sheets = [*(ROOT / "notebooks" / "web").rglob("*.css"), *(ROOT / "lessons_lib" / "explorers").rglob("*.css")]
    said = [value for sheet in sheets for value in re.findall(r"text-decoration:\s*([^;}]+)", sheet.read_text("utf-8"))]
    assert said and {value.strip() for value in said} <= {"none", "underline"}
