"""The small course with its site, and what words are linked in it."""

import make_site
import pytest
from nbconvert.filters import markdown2html
from terms import Links, read_tables

from tests.notebooks.course import GLOSSARY, TABLES, make_course


@pytest.fixture
def links():
    words, symbols = read_tables(markdown2html(TABLES))
    return Links({"00": GLOSSARY, "05": "05_arcface.html"}, GLOSSARY, words, symbols)


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course whose site is still to be made, without the page of the library, which takes a second."""
    monkeypatch.setattr(make_site, "listed", list)
    return make_course(tmp_path, monkeypatch)


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """A course with its site, made once for all tests that only read it."""
    with pytest.MonkeyPatch.context() as patch:
        folder = make_course(tmp_path_factory.mktemp("course"), patch)
        assert make_site.main() == 0
    return folder
