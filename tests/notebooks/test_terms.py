"""Which words and symbols of a page are linked, and to where."""

import pytest
from prose import Prose

from tests.notebooks.course import GLOSSARY, TABLES, term


def plainly(html):
    return html.replace("\N{NO-BREAK SPACE}", " ")


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
        ("Where its pull is small, a loss has let go.", "let go"),
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
        "Drag it out of its place and press let go.",
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
    assert f'{GLOSSARY}#symbol-1"><math class="notranslate" data-tex="s"><mi>s</mi></math></a>' in once
    assert f'{GLOSSARY}#symbol-2"><math ' in once
    assert "data-row" not in once


def test_rows_are_named_on_the_glossary_page_alone(links):
    page = Prose(links, GLOSSARY)(TABLES)
    for row in [*links.words.values(), *links.symbols.values()]:
        assert page.count(f'id="{row}"') == 1
    assert 'class="term"' not in page.partition("Glossary")[2]
    assert 'id="term' not in Prose(links, "05_arcface.html")(TABLES)


def test_on_the_glossary_page_the_second_cell_s_words_stand_below_the_first_one_s_too(links):
    page = Prose(links, GLOSSARY)(TABLES)
    assert (
        '<td>logit <span class="below" lang="ja">ロジット</span></td>' in page and '<td lang="ja">ロジット</td>' in page
    )
    assert '<span class="below"><code>scale</code></span></td>' in page and page.count('<table class="named">') == 2
    assert 'class="below"' not in Prose(links, "05_arcface.html")(TABLES)


def test_links_to_notebooks_become_links_to_pages(links):
    prose = Prose(links, "x.html")
    assert 'href="05_arcface.html"' in prose("[five](05_arcface.ipynb)")
    assert 'href="00_start_here.html#the-glossary"' in prose("[words](00_start_here.ipynb#The-Glossary)")
    assert prose("[twelve](12_your_own_images.ipynb)") == "<p>twelve</p>\n"
    assert 'href="https://example.org"' in prose("[there](https://example.org)")
