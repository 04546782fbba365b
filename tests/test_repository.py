"""What a visitor and a host read besides the lessons: that it agrees with the code, and leads where it says."""

import ast
import json
import re
import shutil
import subprocess
import sys
from datetime import datetime
from urllib.parse import unquote

import api
import links
import llms
import nbformat
import on_colab
import pytest
import yaml
from IPython.core.inputtransformer2 import TransformerManager

from tests import test_project
from tests.browser.lab import BROWSERS

ROOT, PROJECT = test_project.ROOT, test_project.PROJECT["project"]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
TEMPLATES = sorted(path for path in (ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml") if path.stem != "config")
TEXTS = sorted((ROOT / "notebooks" / "text").glob("[0-9]*.md"))
LESSONS = sorted(path.stem for path in (ROOT / "notebooks").glob("[0-9]*.ipynb"))
README = (ROOT / "README.md").read_text(encoding="utf-8")
SOMEWHERE = "https://github.com/someone/Some.name"


def read(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def test_one_version_and_its_date():
    citation = read(ROOT / "CITATION.cff")
    newest = re.search(r"^## (\S+), (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert citation["version"] == newest[1] == PROJECT["version"]
    assert citation["date-released"] == datetime.strptime(newest[2], "%d %B %Y").date()


def test_the_citation_has_what_its_format_asks_for():
    citation = read(ROOT / "CITATION.cff")
    assert {"cff-version", "message", "title", "authors"} <= set(citation)
    assert citation["license"] == PROJECT["license"].split(" AND ")
    assert [author["name"] for author in citation["authors"]] == [author["name"] for author in PROJECT["authors"]]


@pytest.mark.parametrize("browser", [*BROWSERS, None])
def test_ci_installs_chromium_only_where_no_browser_is_that_the_tests_find(tmp_path, browser):
    """On Ubuntu what is installed by that name could not open the tests' pages; its hosts bring another browser."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci")
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    for name in ("bash", "dirname", "id", "env"):
        (bin_ / name).symlink_to(shutil.which(name))
    for name in ("make", "python3", "apt-get", "sudo", *filter(None, [browser])):
        (bin_ / name).write_text(f'#!/bin/sh\necho {name} "$@" >>calls\n')
        (bin_ / name).chmod(0o755)
    environment = {"PATH": str(bin_), "LANG": "C"}
    subprocess.run([bin_ / "bash", ".ci/run"], cwd=tmp_path, env=environment, check=True, capture_output=True)
    calls = (tmp_path / "calls").read_text()
    assert ("chromium" in calls) == (browser is None)
    assert calls.endswith("make test\n")


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_names_what_is_there(path):
    workflow = read(path)
    assert workflow["permissions"] == {"contents": "read"}  # what a job needs besides it says itself
    text = path.read_text(encoding="utf-8")
    targets = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)[1].split()
    for job in workflow["jobs"].values():
        assert job["timeout-minutes"] <= 60
        assert all(("run" in step) != ("uses" in step) for step in job["steps"])
        pushes = any("git push" in step.get("run", "") for step in job["steps"])
        fetched = [step for step in job["steps"] if step.get("uses", "").startswith("actions/checkout@")]
        assert all(step.get("with", {}).get("persist-credentials", True) == pushes for step in fetched)
    named = re.findall(r"(?:\s|^)((?:\.ci|tests|notebooks|lessons_lib)/[\w./-]+)", text)
    made = re.findall(r"\bmake (\S+)", text)
    assert named or made
    assert [name for name in named if not (ROOT / name).exists()] == []
    assert set(made) <= set(targets)


def test_a_hook_that_looks_at_everything_runs_where_its_settings_changed_too():
    (repository,) = read(ROOT / ".pre-commit-config.yaml")["repos"]
    whole = [hook for hook in repository["hooks"] if not hook.get("pass_filenames", True)]
    assert len(whole) == 4
    for hook in whole:
        assert ("json" if "biome" in hook["entry"] else "toml") in hook["types_or"], hook["id"]


def test_the_set_up_without_make_is_the_one_that_readme_tells():
    workflow = (ROOT / ".github" / "workflows" / "test.yml").read_text(encoding="utf-8")
    for command in ("-r requirements.txt", "--no-deps -e ."):
        assert f"pip install {command}" in README and f"pip install {command}" in workflow
    for version in ("3.11", "3.14"):
        assert f'"{version}"' in workflow
    assert "Python 3.11 to 3.14" in README


def test_the_container_sets_up_with_make():
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    assert container["postCreateCommand"] == "make setup"
    image, version = container["image"].split(":")
    assert image == "python" and any(line.endswith(f":: {version}") for line in PROJECT["classifiers"])


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_an_issue_template_has_the_form_that_a_host_reads(path):
    template = read(path)
    assert {"name", "description", "body"} <= set(template)
    ids = [field["id"] for field in template["body"]]
    assert len(ids) == len(set(ids))
    for field in template["body"]:
        assert field["type"] in ("input", "textarea", "dropdown", "checkboxes")
        assert field["attributes"]["label"]
    assert any(field.get("validations", {}).get("required") for field in template["body"])


def test_readme_has_the_links_and_badges_that_the_project_gives():
    between = links.BETWEEN.search(README)
    assert between, "README needs <!-- links --> with <!-- /links --> after it"
    assert between[0].split("\n", 2)[2] == f"{links.lines(links.address(), LESSONS)}\n<!-- /links -->", (
        "out of date: python notebooks/web/links.py"
    )
    for name, (label, words, file) in links.badges().items():
        assert (links.BADGES / f"{name}.svg").read_text(encoding="utf-8") == links.drawn(label, words)
        assert (ROOT / file).exists()


def test_readme_says_so_while_nobody_has_given_an_address():
    assert ("wait for a public address: `.venv/bin/python " in README) == (links.address() == links.NOT_GIVEN)


def test_links_open_each_lesson_where_it_can_be_run():
    told = links.lines(SOMEWHERE, LESSONS)
    colab, binder = (
        re.findall(rf"\({re.escape(place)}([^)]+)\)", told)
        for place in (
            "https://colab.research.google.com/github/someone/Some.name/blob/colab/",
            "https://mybinder.org/v2/gh/someone/Some.name/HEAD?urlpath=",
        )
    )
    assert colab == [f"{name}.ipynb" for name in LESSONS]
    assert [unquote(place) for place in binder] == [f"lab/tree/notebooks/{name}.ipynb" for name in LESSONS]
    assert all((ROOT / unquote(place).removeprefix("lab/tree/")).exists() for place in binder)
    assert "https://someone.github.io/Some.name" in told


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A copy of what an address is written into."""
    for name in ("README.md", "pyproject.toml", "CITATION.cff"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / ".github", tmp_path / ".github")
    (tmp_path / "notebooks").mkdir()
    for name in LESSONS:
        (tmp_path / "notebooks" / f"{name}.ipynb").touch()
    monkeypatch.setattr(links, "ROOT", tmp_path)
    monkeypatch.setattr(links, "BADGES", tmp_path / ".github" / "badges")
    return tmp_path


def test_an_address_is_put_in_with_one_command_and_changed_with_the_same(tree):
    for address in (SOMEWHERE, "https://github.com/another/course"):
        links.main([address])
        project = links.project()["urls"]
        owner, name = address.rsplit("/", 2)[1:]
        assert project == {"Repository": address, "Documentation": f"https://{owner}.github.io/{name}"}
        assert read(tree / "CITATION.cff")["repository-code"] == address
        readme = (tree / "README.md").read_text(encoding="utf-8")
        assert f"{owner}/{name}/blob/colab/" in readme and "OWNER" not in readme
    assert "someone" not in "".join(path.read_text(encoding="utf-8") for path in tree.iterdir() if path.is_file())


@pytest.mark.parametrize("end", ["/", ".git"])
def test_an_address_as_git_or_a_browser_has_it_is_the_same(tree, end):
    links.main([SOMEWHERE + end])
    assert links.address() == SOMEWHERE == read(tree / "CITATION.cff")["repository-code"]


def test_an_address_of_another_kind_is_one_sentence_where_it_is_typed():
    run = subprocess.run([sys.executable, links.__file__, "example"], capture_output=True, text=True)
    assert run.returncode == 1
    assert run.stderr == "The address must be of the form https://github.com/owner/name, got example.\n"


@pytest.mark.parametrize(
    "address", ["github.com/someone/name", "https://example.org/a/b", "https://github.com/someone"]
)
def test_an_address_of_another_kind_is_refused(tree, address):
    with pytest.raises(ValueError, match="must be of the form https"):
        links.main([address])


def test_a_lesson_for_colab_has_one_cell_more(tmp_path):
    on_colab.main(str(tmp_path), SOMEWHERE)
    assert sorted(path.stem for path in tmp_path.iterdir()) == [path.stem for path in _notebooks()]
    for path in _notebooks():
        here, there = (nbformat.read(place, as_version=4) for place in (path, tmp_path / path.name))
        nbformat.validate(there)
        more = next(place for place, cell in enumerate(there.cells) if cell.cell_type == "code")
        assert "git clone" in there.cells[more].source and SOMEWHERE in there.cells[more].source
        assert there.cells[:more] + there.cells[more + 1 :] == here.cells


def test_the_cell_for_colab_is_python_once_its_commands_are_taken_out():
    code = TransformerManager().transform_cell(on_colab.SET_UP.format(address=SOMEWHERE))
    called = [ast.unparse(node.func) for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    assert called.count("get_ipython().system") == 1 and called.count("get_ipython().run_line_magic") == 2
    assert called.count("output.enable_custom_widget_manager") == 1


def test_llms_txt_lists_every_lesson_and_every_public_module():
    told = llms.written({path.stem: path.read_text(encoding="utf-8") for path in TEXTS}, api.listed())
    assert re.findall(r"^- \[.+\]\((\S+)\.html\): \S", told, flags=re.MULTILINE) == [path.stem for path in TEXTS]
    for module in api.MODULES:
        assert f"- [{module}](library.html#{module.removeprefix('lessons_lib.')}): " in told
    assert "ArcFaceLoss" in told and told.startswith("# ")


def _notebooks():
    return sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
