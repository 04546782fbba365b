"""What is checked of every page before a site is shown: links, pictures, headings, size."""

import pytest
from pages import LIMIT, Page, check, troubles
from prose import SiteError

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
        ('<base href="https://example.org/">', "its link to #a leads to another page"),
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


@pytest.mark.parametrize("link", ["three.html", "two.html#c", "no.txt"])
def test_a_link_of_llms_txt_that_leads_nowhere_is_said(folder, link):
    listing = folder / "llms.txt"
    listing.write_text("- [A](one.html): first\n- [B](two.html#b): second\n- [C](s.js): a file\n")
    check(folder)
    listing.write_text(f"- [A]({link}): first\n")
    with pytest.raises(SiteError, match=rf"^llms.txt: its link to {link} leads nowhere"):
        check(folder)
