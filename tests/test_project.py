"""What holds for the project as a whole: pins, imports, style, and that no file speaks of the machine it came from."""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from fnmatch import fnmatch
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
BINARY = {".xz", ".webp", ".gif", ".png"}
# Put together here, so that this file does not find itself.
OF_A_MACHINE = [
    "/wo" + "rk/",
    "/tmp/" + "bash_jobs",
    "/opt/" + "wheels",
    "/opt/" + "pypi",
    "/ro" + "ot/",
    "/etc/" + "xdg",
]
REGISTRIES = [
    "pypi" + ".org",
    "files.python" + "hosted",
    "registry." + "npmjs",
    "deb." + "debian",
    "download.py" + "torch",
]


def files(root: Path = ROOT) -> list[Path]:
    """All files of the project, those that git ignores left out."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    if (root / ".git").exists() and shutil.which("git"):
        listed = subprocess.run(command, cwd=root, capture_output=True, text=True)
        if listed.returncode == 0:
            return [path for name in listed.stdout.split("\0") if (path := root / name).is_file()]
    # A download without .git: each line of .gitignore is a folder's name, or the whole way to it.
    ignored = [line.strip("/").split("/")[-1] for line in (root / ".gitignore").read_text(encoding="utf-8").split()]
    found = []
    for folder, names, here in os.walk(root):
        names[:] = [name for name in names if not any(fnmatch(name, line) for line in (".git", *ignored))]
        found += [path for name in here if (path := Path(folder, name)).is_file()]
    return found


def requirements(name: str) -> dict[str, Requirement]:
    """A requirements file's lines by package, the one that reads another file left out."""
    lines = (line.split("#")[0].strip() for line in (ROOT / name).read_text(encoding="utf-8").splitlines())
    return {(pin := Requirement(line)).name: pin for line in lines if line and not line.startswith("-")}


@pytest.mark.parametrize("with_git", [True, False])
def test_what_git_ignores_is_no_file_of_the_project_with_git_or_without(tmp_path, with_git):
    """Also where the course lies in a folder that has such a name itself."""
    root = tmp_path / "dist" / "course"
    shutil.copytree(ROOT / ".make", root / ".make")
    shutil.copy(ROOT / ".gitignore", root)
    own = [path.relative_to(root) for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    for line in (ROOT / ".gitignore").read_text(encoding="utf-8").split():
        if line.endswith("/"):
            made = root / line.strip("/").replace("*", "a") / "made.py"
            made.parent.mkdir(parents=True, exist_ok=True)
            made.write_bytes(b"\xff")
    if with_git:
        subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    assert sorted(path.relative_to(root) for path in files(root)) == sorted(own)


def test_no_file_speaks_of_a_machine():
    found = []
    for path in files():
        if path.suffix in BINARY:
            continue
        text = path.read_text(encoding="utf-8")
        words = OF_A_MACHINE + ([] if path == ROOT / "README.md" else REGISTRIES)
        found += [f"{path.relative_to(ROOT)}: {word}" for word in words if word in text]
    assert not found


def test_top_level_is_small():
    names = {path.relative_to(ROOT).parts[0] for path in files()}
    shown = sorted(name for name in names if not name.startswith("."))
    assert len(shown) <= 15, shown


def test_no_catch_all_modules():
    assert not [path for path in files() if path.stem in {"utils", "util", "helpers", "misc", "common"}]


def test_conda_and_binder_take_the_pins_from_requirements():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    *packages, from_pip = environment["dependencies"]
    assert from_pip == {"pip": ["-r requirements.txt", "-e ."]}
    assert packages == ["python=3.11", "pip"]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned(name):
    loose = [str(pin) for pin in requirements(name).values() if not re.fullmatch(r"==[\d.]+", str(pin.specifier))]
    assert not loose


def test_contributors_get_the_readers_pins():
    assert "-r requirements.txt" in (ROOT / "requirements-dev.txt").read_text(encoding="utf-8").splitlines()
    assert not set(requirements("requirements.txt")) & set(requirements("requirements-dev.txt"))


def test_pins_and_ranges_speak_of_the_same_packages():
    pins = requirements("requirements.txt")
    del pins["jsonschema"]  # which JupyterLab needs; held back, as its comment there says
    ranges = {(needed := Requirement(line)).name: needed.specifier for line in PROJECT["project"]["dependencies"]}
    assert set(pins) == set(ranges)
    outside = [name for name, pin in pins.items() if next(iter(pin.specifier)).version not in ranges[name]]
    assert not outside


def test_every_package_the_library_imports_is_declared():
    pattern = re.compile(r"^ *(?:import|from) (\w+)", flags=re.MULTILINE)
    modules = {
        name for path in (ROOT / "lessons_lib").rglob("*.py") for name in pattern.findall(path.read_text("utf-8"))
    }
    packages = metadata.packages_distributions()
    declared = {canonicalize_name(name) for name in requirements("requirements.txt")}
    third_party = {name: packages[name] for name in modules if name in packages and name != "lessons_lib"}
    assert {"torch", "numpy"} <= set(third_party)
    assert not {name for name, owners in third_party.items() if not declared & set(map(canonicalize_name, owners))}


def test_library_is_installed_with_its_settings_for_jupyterlab():
    try:
        metadata.distribution("lessons-lib")
    except metadata.PackageNotFoundError:
        pytest.skip("lessons_lib is not installed here; make setup does it")
    placed = Path(sys.prefix) / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
    assert json.loads(placed.read_text()) == json.loads((ROOT / ".make" / "overrides.json").read_text())


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]], ids=lambda words: words[0])
def test_ruff(command):
    words = [sys.executable, "-m", "ruff", *command, "--output-format=concise", "."]
    run = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


def test_biome():
    """JavaScript and style sheets: their form, names that are not declared and names of no use."""
    scripts = sysconfig.get_path("scripts")
    program = shutil.which("biome", path=os.pathsep.join([scripts, os.environ["PATH"]]))
    assert program, "biome is not here; requirements-dev.txt has it"
    command = [program, "ci", "--colors=off", "--diagnostic-level=warn", "."]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


def test_no_line_of_a_script_is_long():
    scripts = [path for path in files() if path.suffix in (".js", ".css")]
    assert {path.parts[-3] for path in scripts} >= {"explorers", "notebooks"}
    long = [path.name for path in scripts for line in path.read_text("utf-8").splitlines() if len(line) > 120]
    assert long == []


def test_imports_run_downwards():
    program = Path(sysconfig.get_path("scripts")) / "lint-imports"
    run = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


def test_types():
    run = subprocess.run([sys.executable, "-m", "mypy"], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.skipif(not shutil.which("make"), reason="make is not here")
def test_make_help_lists_every_target():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.search(r"^\.PHONY: (.+)$", makefile, flags=re.MULTILINE)[1].split()
    told = subprocess.run(["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.findall(r"^make (\S+)", told, flags=re.MULTILINE) == targets


def test_readme_points_to_what_is_there():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:|#)([^)\s]+)\)", readme)
    assert links
    assert not [link for link in links if not (ROOT / link).exists()]


def test_readme_lists_every_lesson():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    lessons = [path.stem for path in (ROOT / "notebooks" / "text").glob("[0-9]*.md")]
    lost = [name for name in lessons if f"(notebooks/{name}.ipynb)" not in readme]
    assert not lost, f"give {', '.join(lost)} a row in README's table of lessons, with a link to its notebook"


@pytest.mark.parametrize("name", ["README.md", "lessons_lib/data/mnist/README.md"])
def test_mnist_is_credited(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "Yann LeCun, Corinna Cortes and Christopher J. C. Burges" in text
    assert "CC BY-SA 3.0" in text
