"""A course of two small lessons, whose site a test makes."""

import hashlib

import build
import make_site
import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

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
| let go | 引くのをやめる | to pull no more |
"""

# The beginning of a PNG that is 3 pixels wide and 1 high.
THREE_BY_ONE = "iVBORw0KGgoAAAANSUhEUgAAAAMAAAABCAIAAACUgoPjAAAAEklEQVR4nGP8//8/AwMDAwMDABf8Av9OpkkzAAAAAElFTkSuQmCC"

GLOSSARY = "00_start_here.html"


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


def page_of(course, name="01_dummy"):
    return (course / "site" / f"{name}.html").read_text()
