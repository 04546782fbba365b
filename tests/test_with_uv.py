"""What .make/with_uv.py tells uv, and when it leaves the set-up to pip; nothing is downloaded."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from tests.test_setup import ROOT, calls, make, pretender, tree  # noqa: F401

PATH = ROOT / ".make" / "with_uv.py"
# A shell's script, as no first line that names Python can have a space in it.
FAKE = f"""#!/bin/sh
"exec" "{sys.executable}" "$0" "$@"
import json, os, pathlib, sys
words = sys.argv[1:]
here = pathlib.Path(__file__).parent
if "config" in words:
    print((here / "settings").read_text())
elif words[:2] == ["-m", "pip"]:
    (here / "fetched").write_text(" ".join(words))
    sys.exit(int((here / "no uv").exists()))
else:
    (here / "said").write_text(json.dumps([words, dict(os.environ)]))
    for name in (here / "leaves").read_text().split():
        (here.parent / "lib/python3/site-packages" / name).mkdir(parents=True)
    sys.exit(int((here / "fails").exists()))
"""


@pytest.fixture
def with_uv():
    spec = importlib.util.spec_from_file_location("with_uv", PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def environment(with_uv, tmp_path, monkeypatch):
    """An environment whose pip and uv write down what they are told."""
    programs = tmp_path / "a clone" / "bin"
    programs.mkdir(parents=True)
    for name, text in {"python": FAKE, "uv": FAKE, "settings": "", "leaves": ""}.items():
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    monkeypatch.setattr(with_uv, "PIP", [str(programs / "python"), "-m", "pip"])
    monkeypatch.setattr(sys, "executable", str(programs / "python"))
    monkeypatch.setattr(sys, "prefix", str(programs.parent))
    return programs


def half_installed(log: Path) -> bool:
    """As setup.sh asks it."""
    asked = (ROOT / ".make" / "setup.sh").read_text().partition("half_installed() {")[2].partition("\n}")[0]
    return subprocess.run(["sh", "-c", f"log='{log}'; {asked}"]).returncode == 0


def test_uv_installs_into_this_environment_what_is_asked_for(with_uv, environment, monkeypatch, tmp_path):
    (environment / "settings").write_text("global.cert='/certificates'\nglobal.find-links='/wheels'\n")
    for name, value in {"UV_OVERRIDE": "theirs", "UV_CACHE_DIR": "/kept"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SSL_CERT_FILE", "another")
    log = tmp_path / "log"
    assert with_uv.main(str(log), "all of it.txt", "--extra-index-url", "https://wheels.example")
    words, variables = json.loads((environment / "said").read_text())
    assert words[:2] == ["pip", "install"] and words[words.index("--python") + 1] == str(environment / "python")
    assert words[-8:-4] == ["--find-links", "/wheels", "--extra-index-url", "https://wheels.example"]
    assert words[-4:] == ["-r", "all of it.txt", "-e", "."]
    assert variables.items() >= ({"UV_CACHE_DIR": "/kept", "SSL_CERT_FILE": "/certificates"} | with_uv.OURS).items()
    assert "UV_OVERRIDE" not in variables
    assert not half_installed(log)
    assert (environment / "fetched").read_text().endswith(f"--extra-index-url https://wheels.example {with_uv.UV}")


def test_where_uv_is_not_to_be_had_nothing_is_begun(with_uv, environment, tmp_path):
    (environment / "no uv").touch()
    assert not with_uv.main(str(tmp_path / "log"), "requirements.txt")
    assert not (environment / "said").exists() and not (tmp_path / "log").exists()


@pytest.mark.parametrize(("leaves", "half"), [("", False), ("torch-2.dist-info", True)])
def test_an_environment_is_half_installed_where_uv_stopped_after_its_first_package(
    with_uv, environment, tmp_path, leaves, half
):
    (environment / "fails").touch()
    (environment / "leaves").write_text(leaves)
    (tmp_path / "log").write_text("Installing collected packages: of before\nSuccessfully installed: that\n")
    assert not with_uv.main(str(tmp_path / "log"), "requirements.txt")
    assert half_installed(tmp_path / "log") == half


def test_a_variable_counts_before_a_file_and_install_before_all(with_uv):
    listed = ":env:.index-url='3'\nglobal.cert='a b'\nglobal.index-url='1'\ninstall.index-url='2'\nwheel.proxy='4'\n"
    assert with_uv.settings_of(listed) == {"cert": "a b", "index-url": "3"}


@pytest.mark.parametrize(
    ("settings", "words", "options", "variables"),
    [
        ({"extra-index-url": "a b"}, [], ["--extra-index-url", "a", "--extra-index-url", "b"], {}),
        ({"index-url": "theirs"}, ["-i", "mine"], ["--index-url", "mine"], {}),
        ({"index-url": "theirs"}, ["--index-url=mine"], ["--index-url=mine"], {}),
        ({"no-index": "1", "trusted-host": "h"}, [], ["--no-index", "--allow-insecure-host", "h"], {}),
        ({"no-index": "false", "no-cache-dir": "y"}, [], ["--no-cache"], {}),
        ({"find-links": "~/here there"}, [], ["--find-links", str(Path.home() / "here"), "--find-links", "there"], {}),
        ({"cache-dir": "/large"}, [], [], {"UV_CACHE_DIR": "/large"}),
        ({"constraint": "c.txt"}, ["--constraint", "d.txt"], ["--constraints", "c.txt", "--constraints", "d.txt"], {}),
        ({"user": "1", "target": "x", "args": ""}, [], [], {}),
        ({"timeout": "9", "retries": "0"}, [], [], {"UV_HTTP_TIMEOUT": "9", "UV_HTTP_RETRIES": "0"}),
    ],
)
def test_what_pip_is_told_is_told_to_uv(with_uv, settings, words, options, variables):
    assert with_uv.told(settings, words) == (options, variables)


@pytest.mark.parametrize(
    ("settings", "words"), [({"no-binary": "torch"}, []), ({"pre": "1"}, []), ({}, ["--pre"]), ({}, ["-fhere"])]
)
def test_what_is_not_known_to_be_the_same_is_left_to_pip(with_uv, settings, words):
    assert with_uv.told(settings, words) is None


def test_no_proxy_of_the_surroundings_counts_before_the_one_for_pip(with_uv, environment, monkeypatch, tmp_path):
    (environment / "settings").write_text("global.proxy='http://for.pip'\n")
    monkeypatch.setenv("HTTPS_PROXY", "http://for.all")
    assert with_uv.main(str(tmp_path / "log"), "requirements.txt")
    variables = json.loads((environment / "said").read_text())[1]
    proxies = {variables[name] for name in with_uv.VARIABLES["proxy"]}
    assert proxies == {"http://for.pip"}


def test_settings_are_heard_although_pip_is_told_to_be_quiet(with_uv, environment, monkeypatch, tmp_path):
    """The real pip's list of them, as make's own variables are among them."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(with_uv, "PIP", [sys.orig_argv[0], "-m", "pip"])
    given, told, listed = {"PIP_QUIET": "2", "PIP_ISOLATED": "1", "PIP_ARGS": "", "PIP_NO_INDEX": "1"}, with_uv.told, []
    monkeypatch.setattr(with_uv, "told", lambda *said: listed.append(told(*said)))
    for name, value in (given | {"PIP_CONFIG_FILE": os.devnull}).items():
        monkeypatch.setenv(name, value)
    assert not with_uv.main(str(tmp_path / "log"), "requirements.txt")
    assert listed == [(["--no-index"], {})]


def test_uv_itself_takes_these_options(with_uv, monkeypatch, tmp_path):
    """A real environment and uv, and a wheel instead of the packages."""
    uv = Path(sys.executable).with_name("uv")
    if not uv.exists():
        pytest.skip("uv is not here: pip installed the packages")
    venv.create(tmp_path / "real")
    python = tmp_path / "real" / "bin" / "python"
    (tmp_path / "real" / "bin" / "uv").symlink_to(uv)
    with zipfile.ZipFile(tmp_path / "small-1-py3-none-any.whl", "w") as wheel:
        wheel.writestr("small-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: small\nVersion: 1\n")
        wheel.writestr("small-1.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr("small-1.dist-info/RECORD", "")
    (tmp_path / "wanted.txt").write_text("small==1\n")
    (tmp_path / "no more.txt").write_text("small<2\n")
    settings = {"find-links": str(tmp_path), "no-index": "1", "no-cache-dir": "1", "trusted-host": "h"}
    settings |= {"cert": os.devnull, "proxy": "http://127.0.0.1:9", "timeout": "9", "retries": "0"}
    options, variables = with_uv.told(settings, ["-c", str(tmp_path / "no more.txt")])
    monkeypatch.setattr(sys, "executable", str(python))
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "real"))
    log = tmp_path / "log"
    wanted = ["-r", str(tmp_path / "wanted.txt")]
    assert with_uv.install(log, [*options, *wanted], {**os.environ, **variables}), log.read_text()
    assert with_uv.installed() == {"small-1.dist-info"}
    options, variables = with_uv.told({"index-url": "file:///nowhere", "extra-index-url": "file:///here"}, [])
    assert with_uv.install(log, [*options, *wanted], {**os.environ, **variables}), log.read_text()  # it is there


@pytest.mark.skipif(not shutil.which("make"), reason="make is not here; README says how to do without it")
@pytest.mark.parametrize("held", [True, False])
def test_pip_does_what_uv_has_not_done(tree, tmp_path, held):  # noqa: F811
    python = pretender(tmp_path / "bin" / "python3")
    noting = f'*with_uv.py*) echo "$*" >>asked; exit {int(not held)} ;;\n*with_uv.py*'
    python.write_text(python.read_text().replace("*with_uv.py*", noting))
    assert make(tree, PYTHON=python, PIP_ARGS="--pre --find-links=w").returncode == 0
    asked = (tree / "asked").read_text()
    assert asked == "-P .make/with_uv.py .venv/setup.log requirements.txt --pre --find-links=w\n"
    assert calls(tree) == (["venv"] if held else ["venv", "requirements.txt", "."])


@pytest.mark.skipif(not shutil.which("make"), reason="make is not here; README says how to do without it")
def test_where_uv_stopped_halfway_pip_begins_anew(tree, tmp_path):  # noqa: F811
    python = pretender(tmp_path / "bin" / "python3")
    half = "*with_uv.py*) echo Installing collected packages >>.venv/setup.log; exit 1 ;;\n*with_uv.py*"
    python.write_text(python.read_text().replace("*with_uv.py*", half))
    assert make(tree, PYTHON=python).returncode == 0
    assert calls(tree) == ["venv", "venv", "requirements.txt", "."]
