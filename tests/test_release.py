"""The wheel: what is in it, and that it teaches without the repository, without a network and beside nothing else."""

import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

from tests.test_project import PROJECT, ROOT, files

pytest.importorskip("hatchling", reason="hatchling is not here; requirements-dev.txt has it")

# A first training, and one of all that the wheel promises. Whoever asks for a network or reads the repository fails.
FIRST_TRAINING = """
import sys

def offline(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo") or (event == "open" and FORBIDDEN in str(arguments[0])):
        raise AssertionError(f"{event} {arguments}")

FORBIDDEN = sys.argv[1]
sys.addaudithook(offline)

import torch
import lessons_lib
from lessons_lib import evaluation, explorers
from lessons_lib.data import ImageData, load_mnist
from lessons_lib.losses import LOSSES, ArcFaceLoss
from lessons_lib.nets import EmbeddingNet
from lessons_lib.training import fit

assert lessons_lib.__file__.startswith(sys.prefix), lessons_lib.__file__
for loss in LOSSES.values():
    loss(10, 16)(torch.randn(4, 16), torch.arange(4)).backward()

mnist = load_mnist()
assert len(mnist.train) + len(mnist.validation) + len(mnist.test) == 70_000
small = ImageData(mnist.train[:10_240], mnist.validation[:1000], mnist.test[:1000], 10, "the first few")
torch.manual_seed(0)
run = fit(EmbeddingNet(16), ArcFaceLoss(10, 16, margin=0.2, scale=16.0), small, epochs=2)
print(evaluation.accuracy(run, small.test))

assert "<script" in explorers.LogitCurves().html()
"""


def ran(*command: object, cwd: Path, **variables: str) -> str:
    """What a command says; the assertion shows what it complained of."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "PIP_"))}
    done = subprocess.run(list(map(str, command)), cwd=cwd, env=kept | variables, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """A folder with the sdist, and the wheel that was made from it alone."""
    folder = tmp_path_factory.mktemp("built")
    ran(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", folder, cwd=ROOT)
    with tarfile.open(next(folder.glob("*.tar.gz"))) as archive:
        archive.extractall(folder, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))  # 3.11.4 has it
    source = next(path for path in folder.iterdir() if path.is_dir())
    ran(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=source)
    return folder


@pytest.fixture(scope="module")
def empty(built, tmp_path_factory) -> Path:
    """An environment with the wheel in it; the packages it needs are lent, but not the repository's own library."""
    place = tmp_path_factory.mktemp("empty") / "environment"
    venv.create(place, with_pip=False)
    scheme = {"base": str(place), "platbase": str(place)}
    site_packages = Path(sysconfig.get_path("purelib", "venv", scheme))
    # A folder named in a .pth file is searched, but its own .pth files, as of an editable install, are not read.
    lent = [folder for folder in sys.path if Path(folder).name in ("site-packages", "dist-packages")]
    (site_packages / "lent.pth").write_text("\n".join(lent) + "\n", encoding="utf-8")
    wheel = next(built.glob("*.whl"))
    python = Path(sysconfig.get_path("scripts", "venv", scheme)) / "python"
    options = ["--quiet", "--no-deps", "--no-index", "--disable-pip-version-check"]
    ran(sys.executable, "-m", "pip", "--python", python, "install", *options, wheel, cwd=place)
    return python


def test_the_wheel_holds_the_library_and_nothing_else(built):
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        held = set(wheel.namelist())
    inside = {path.relative_to(ROOT).as_posix() for path in files() if path.is_relative_to(ROOT / "lessons_lib")}
    beside = {re.sub(r"^lessons_lib-[\d.]+\.", "", name) for name in held - inside}
    assert inside <= held
    assert beside == {
        "data/data/share/jupyter/lab/settings/overrides.json",
        *(f"dist-info/{name}" for name in ("METADATA", "WHEEL", "RECORD")),
        *(f"dist-info/licenses/{name}" for name in PROJECT["project"]["license-files"]),
    }


def test_the_sdist_holds_what_a_wheel_is_made_from(built):
    source = next(path for path in built.iterdir() if path.is_dir())
    assert {path.name for path in source.iterdir()} == {
        *(".gitignore", ".make", "lessons_lib", "pyproject.toml", "PKG-INFO"),
        *("README.md", "LICENSE", "CHANGELOG.md", "CITATION.cff"),
    }


def test_a_first_training_in_an_empty_environment(empty, tmp_path):
    settings = empty.parents[1] / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
    assert settings.read_bytes() == (ROOT / ".make" / "overrides.json").read_bytes()
    said = ran(
        *(empty, "-c", FIRST_TRAINING, ROOT / "lessons_lib"),
        cwd=tmp_path,
        CI="true",
        OMP_NUM_THREADS="1",
        LESSONS_LIB_CACHE=str(tmp_path / "cache"),
    )
    assert float(said.split()[-1]) > 0.9
