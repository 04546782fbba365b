"""What .make/setup.sh does and says, with a Python that only pretends, so that nothing is downloaded."""

import os
import shutil
import signal
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.skipif(not shutil.which("make"), reason="make is not here; README says how to do without it")

PRETENDER = """#!/bin/sh
case "$*" in
*version_info*) echo VERSION ;;
*with_uv.py*) exit 1 ;;
*ensurepip*) exit NO_VENV ;;
"-m venv --clear .venv")
    rm -rf .venv; mkdir -p .venv/bin; cp "$0" .venv/bin/python
    echo "VIRTUAL_ENV='$(pwd -P)/.venv'" >.venv/bin/activate; echo venv >>calls ;;
"-m pip install"*) echo "$*" >>calls ;;
esac
"""


def pretender(path: Path, version: str = "3.11", has_venv: bool = True) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(PRETENDER.replace("VERSION", version).replace("NO_VENV", "0" if has_venv else "1"))
    path.chmod(0o755)
    return path


@pytest.fixture
def tree(tmp_path):
    """A copy of what the set-up reads, in a folder with a space in its name."""
    tree = tmp_path / "a clone"
    shutil.copytree(ROOT / ".make", tree / ".make")
    for name in ("Makefile", "requirements.txt", "requirements-dev.txt"):
        shutil.copy(ROOT / name, tree)
    return tree


def surroundings(**variables: object) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "MAKE", "PYTHON"))}
    return kept | {key: str(value) for key, value in variables.items()}


def make(tree: Path, target: str = "setup", **variables: object) -> subprocess.CompletedProcess:
    environment = surroundings(**variables)
    return subprocess.run(["make", target], cwd=tree, env=environment, capture_output=True, text=True)


def sentence(run: subprocess.CompletedProcess) -> str:
    """The one line that a failed set-up says, make's own line left out."""
    assert run.returncode != 0
    said = [line for line in run.stderr.splitlines() if not line.startswith("make")]
    assert len(said) == 1, said
    return said[0]


def calls(tree: Path) -> list[str]:
    """What the set-up did since the last look: environments made and files given to pip."""
    path = tree / "calls"
    made = path.read_text().splitlines() if path.exists() else []
    path.unlink(missing_ok=True)
    return ["venv" if call == "venv" else call.split()[-1] for call in made]


def test_first_call_installs_and_the_second_does_nothing(tree, tmp_path):
    python = pretender(tmp_path / "bin" / "python 3")
    assert make(tree, PYTHON=python).returncode == 0
    assert calls(tree) == ["venv", "requirements.txt", "."]
    again = make(tree, PYTHON=python)
    assert (again.returncode, again.stdout, again.stderr, calls(tree)) == (0, "", "", [])


def test_new_pins_are_installed_into_the_same_environment(tree, tmp_path):
    python = pretender(tmp_path / "bin" / "python3")
    make(tree, PYTHON=python)
    calls(tree)
    with (tree / "requirements.txt").open("a") as file:
        file.write("more==1.0\n")
    make(tree, PYTHON=python)
    assert calls(tree) == ["requirements.txt", "."]


def test_contributors_need_more_and_readers_then_need_nothing(tree, tmp_path):
    python = pretender(tmp_path / "bin" / "python3")
    make(tree, PYTHON=python)
    calls(tree)
    make(tree, "lint", PYTHON=python)
    assert calls(tree)[0] == "requirements-dev.txt"
    make(tree, PYTHON=python)
    assert calls(tree) == []


def test_moved_environment_is_made_anew(tree, tmp_path):
    python = pretender(tmp_path / "bin" / "python3")
    make(tree, PYTHON=python)
    moved = tree.rename(tmp_path / "moved clone")
    calls(moved)
    make(moved, PYTHON=python)
    assert calls(moved) == ["venv", "requirements.txt", "."]


@pytest.mark.parametrize("leads_to", ["a folder", "nothing"])
def test_what_a_link_leads_to_is_not_emptied(tree, tmp_path, leads_to):
    theirs = tmp_path / "their environment"
    if leads_to == "a folder":
        (theirs / "bin").mkdir(parents=True)
        (theirs / "bin" / "python").write_text("#!/bin/sh\n")
    (tree / ".venv").symlink_to(theirs)
    said = sentence(make(tree, PYTHON=pretender(tmp_path / "bin" / "python3")))
    assert said == (
        f".venv is a link to {theirs}, which was not set up from here: remove the link, then run make again."
    )
    assert calls(tree) == [] and (theirs / "bin" / "python").exists() == (leads_to == "a folder")
    (tree / ".venv").unlink()
    assert make(tree, PYTHON=tmp_path / "bin" / "python3").returncode == 0


@pytest.mark.parametrize("made_by", ["uv", "nobody knows"])
def test_what_something_else_made_is_kept(tree, tmp_path, made_by):
    """uv's environments have no pip, so that the course cannot use them."""
    theirs = tree / ".venv" / "bin" / "activate" if made_by == "uv" else tree / ".venv" / "notes.txt"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("theirs")
    if made_by == "uv":
        (tree / ".venv" / "pyvenv.cfg").touch()
    kept = tree / ".venv.before" / theirs.relative_to(tree / ".venv")
    python = pretender(tmp_path / "bin" / "python3")
    run = make(tree, PYTHON=python)
    assert (run.returncode, kept.read_text()) == (0, "theirs")
    assert "it is kept as .venv.before." in run.stdout and calls(tree) == ["venv", "requirements.txt", "."]
    shutil.rmtree(tree / ".venv")
    theirs.parent.mkdir(parents=True)
    theirs.write_text("theirs too")
    assert ".venv.before, where it would be kept, is there already" in sentence(make(tree, PYTHON=python))
    assert (kept.read_text(), theirs.read_text()) == ("theirs", "theirs too")


def test_a_file_in_its_place_is_left_there(tree, tmp_path):
    (tree / ".venv").write_text("theirs")
    said = sentence(make(tree, PYTHON=pretender(tmp_path / "bin" / "python3")))
    assert said == ".venv is a file where a folder is to be made: move it away, then run make again."
    assert (tree / ".venv").read_text() == "theirs"


def test_an_environment_whose_making_was_interrupted_is_made_anew_without_a_word_of_that(tree, tmp_path):
    python = pretender(tmp_path / "bin" / "python3")
    pretender(tree / ".venv" / "bin" / "python")
    (tree / ".venv" / "pyvenv.cfg").touch()
    run = make(tree, PYTHON=python)
    assert (run.returncode, run.stderr, calls(tree)[0]) == (0, "", "venv")


def test_a_colon_in_the_folder_s_name_is_named(tree, tmp_path):
    tree = tree.rename(tmp_path / "12:30")
    said = sentence(make(tree, PYTHON=pretender(tmp_path / "python3")))
    assert "a colon in its name" in said and str(tree) in said


@pytest.mark.skipif(os.access("/", os.W_OK), reason="whoever may write everywhere is not stopped")
def test_an_old_environment_that_only_its_owner_may_change_is_one_sentence(tree, tmp_path):
    """A teacher's folder, and new pins in it."""
    python = pretender(tmp_path / "bin" / "python3")
    make(tree, PYTHON=python)
    with (tree / "requirements.txt").open("a") as file:
        file.write("more==1.0\n")
    (tree / ".venv").chmod(0o555)
    said = sentence(make(tree, PYTHON=python))
    (tree / ".venv").chmod(0o755)
    assert "ask its owner to run make setup" in said


def test_half_installed_environment_is_made_anew(tree, tmp_path):
    python = pretender(tmp_path / "bin" / "python3")
    make(tree, PYTHON=python)
    calls(tree)
    (tree / ".venv" / "setup.log").write_text("Installing collected packages: torch\n")
    make(tree, PYTHON=python)
    assert calls(tree) == ["venv", "requirements.txt", "."]


def test_another_python_that_is_asked_for_is_taken(tree, tmp_path):
    make(tree, PYTHON=pretender(tmp_path / "bin" / "python3.11"))
    calls(tree)
    make(tree, PYTHON=pretender(tmp_path / "bin" / "python3.13", version="3.13"))
    assert calls(tree)[0] == "venv"


@pytest.mark.parametrize("version", ["2.7", "3.10", "3.99"])
def test_python_out_of_range_is_refused(tree, tmp_path, version):
    said = sentence(make(tree, PYTHON=pretender(tmp_path / "python3", version=version)))
    assert f"python3 is {version}" in said
    assert "3.11" in said
    assert "make lab PYTHON=" in said
    assert not (tree / ".venv").exists()


def test_python_that_is_not_there_is_named(tree):
    assert "python9 does not run" in sentence(make(tree, PYTHON="python9"))


def test_missing_venv_module_names_the_package(tree, tmp_path):
    said = sentence(make(tree, PYTHON=pretender(tmp_path / "python3", version="3.12", has_venv=False)))
    assert "sudo apt install python3.12-venv" in said


def test_another_python_is_found_where_python3_is_too_old(tree, tmp_path):
    path = tmp_path / "bin"
    pretender(path / "python3", version="3.9")
    pretender(path / "python3.12", version="3.12", has_venv=False)
    pretender(path / "python3.11", version="3.11")
    for tool in ("make", "sh", "dirname", "id", "cat", "cmp", "grep", "tail", "rm", "mkdir", "cp", "ln", "ls"):
        (path / tool).symlink_to(shutil.which(tool))
    assert "Python 3.11" in make(tree, PATH=path).stdout


def test_unreachable_index_is_one_sentence(tree, tmp_path):
    """pip's own words, without the seconds that a real .venv takes."""
    python = pretender(tmp_path / "python3")
    as_pip = f'"-m pip install"*) exec "{sys.executable}" "$@" ;;\n'
    python.write_text(python.read_text().replace('"-m pip install"*) echo "$*" >>calls ;;\n', as_pip))
    run = make(
        tree,
        PYTHON=python,
        PIP_IGNORE_INSTALLED=1,
        PIP_CONFIG_FILE=os.devnull,
        PIP_INDEX_URL="http://127.0.0.1:9/simple",
        PIP_RETRIES=0,
    )
    said = sentence(run)
    assert "package index could not be reached" in said
    assert ".venv/setup.log" in said
    assert "127.0.0.1" in (tree / ".venv" / "setup.log").read_text()


def test_packages_that_cannot_be_loaded_are_one_sentence_and_no_environment_to_rely_on(tree, tmp_path):
    python = pretender(tmp_path / "bin" / "python3")
    loads = python.read_text()
    python.write_text(
        loads.replace("esac", '*imports.py) echo "Traceback:"; echo "libgomp.so.1 is missing"; exit 1 ;;\nesac')
    )
    said = sentence(make(tree, PYTHON=python))
    assert "libgomp.so.1 is missing" in said
    assert "Traceback" not in said
    assert ".venv/bin/python .make/imports.py" in said
    python.write_text(loads)
    calls(tree)
    shutil.copy(python, tree / ".venv" / "bin" / "python")
    assert make(tree, PYTHON=python).returncode == 0
    assert calls(tree) == ["requirements.txt", "."]


def test_what_lessons_import_is_compiled_once_even_where_bytecode_is_unwanted(tree, tmp_path):
    """pip itself compiles nothing: all of it would take a minute."""
    python = pretender(tmp_path / "bin" / "python3")
    noting = '*imports.py) echo "[$PYTHONDONTWRITEBYTECODE]" >>compiled ;;\n"-m pip install"*'
    python.write_text(python.read_text().replace('"-m pip install"*', noting))
    for _ in range(2):
        assert make(tree, PYTHON=python, PYTHONDONTWRITEBYTECODE=1).returncode == 0
    assert (tree / "compiled").read_text() == "[]\n"
    assert all("--no-compile" in call for call in (tree / "calls").read_text().splitlines() if "pip" in call)


def test_a_processor_that_is_asked_for_is_played(tree, tmp_path):
    python = pretender(tmp_path / "bin" / "python3")
    noting = '*jupyterlab*) echo "$ONEDNN_MAX_CPU_ISA $MALLOC_TRIM_THRESHOLD_" >>../played ;;\nesac'
    python.write_text(python.read_text().replace("esac", noting))
    (tree / "notebooks").mkdir()
    make(tree, "lab", PYTHON=python, ONEDNN_MAX_CPU_ISA="", MALLOC_TRIM_THRESHOLD_="")  # as unset
    make(tree, "lab", PYTHON=python, ONEDNN_MAX_CPU_ISA="SSE41", MALLOC_TRIM_THRESHOLD_=1)
    assert (tree / "played").read_text() == "AVX2 268435456\nSSE41 1\n"


def test_folders_of_the_same_name_elsewhere_are_left_alone(tree, tmp_path):
    """CDPATH, where somebody exports it, is where `cd notebooks` looks first."""
    python = pretender(tmp_path / "bin" / "python3")
    python.write_text(python.read_text().replace("esac", "*jupyterlab*) pwd -P >>../../opened ;;\nesac"))
    (tree / "notebooks").mkdir()
    theirs = tmp_path / "theirs"
    for name in (".make", ".venv", "notebooks"):
        (theirs / name).mkdir(parents=True)
    (theirs / ".venv" / "theirs").touch()
    run = make(tree, "lab", PYTHON=python, CDPATH=theirs)
    assert (run.returncode, run.stderr) == (0, "")
    assert (theirs / ".venv" / "theirs").exists() and not (theirs / ".venv" / "bin").exists()
    assert (tmp_path / "opened").read_text().strip() == str(tree / "notebooks")


SET_FOR_OTHER_WORK = {
    "PIP_TARGET": "elsewhere",
    "PIP_PREFIX": "elsewhere",
    "PIP_USER": "1",
    "PYTHONPATH": "there already",
    "PIP_CONFIG_FILE": "pip.conf",
}


def test_packages_go_into_the_environment_whatever_else_pip_is_told_by_its_user(tree, tmp_path):
    """A real environment and pip, and a wheel instead of the packages."""
    venv.create(tmp_path / "real")
    packages = next((tmp_path / "real").glob("lib/python*/site-packages"))
    (packages / "pip").symlink_to(Path(pytest.importorskip("pip").__file__).parent)  # to install it takes seconds
    info = "small-1.dist-info"
    with zipfile.ZipFile(tmp_path / "small-1-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: small\nVersion: 1\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    (tree / "requirements.txt").write_text("small==1\n")
    (tmp_path / "pip.conf").write_text(f"[install]\ntarget = {tmp_path / 'elsewhere'}\n")
    there = tmp_path / "there already" / info
    there.mkdir(parents=True)
    (there / "METADATA").write_text("Metadata-Version: 2.1\nName: small\nVersion: 1\n")
    python = pretender(tmp_path / "bin" / "python3")
    as_pip = f'*"-r requirements.txt") exec "{tmp_path}/real/bin/python" "$@" ;;\n"-m pip install"*'
    python.write_text(python.read_text().replace('"-m pip install"*', as_pip))
    for name, value in SET_FOR_OTHER_WORK.items():
        shutil.rmtree(tree / ".venv", ignore_errors=True)
        given = value if name == "PIP_USER" else tmp_path / value
        offline = {"PIP_NO_INDEX": 1, "PIP_FIND_LINKS": tmp_path, "PIP_CONFIG_FILE": os.devnull}
        run = make(tree, PYTHON=python, **offline | {name: given})
        installed = list(packages.rglob(info))
        assert (run.returncode, len(installed), (tmp_path / "elsewhere").exists()) == (0, 1, False), (name, run.stderr)
        shutil.rmtree(installed[0])


def test_lab_opens_the_lessons_and_their_python_whatever_jupyter_is_told_by_its_user(tree, tmp_path):
    """Jupyter's own reading of the options that make gives it, against a file that sets each of them."""
    pytest.importorskip("jupyter_server")
    python = pretender(tmp_path / "bin" / "python3")
    noting = '*jupyterlab*) echo "$JUPYTER_PREFER_ENV_PATH"; for word; do echo "$word"; done ;;\nesac'
    python.write_text(python.read_text().replace("esac", noting))
    lessons = tree / "notebooks"
    lessons.mkdir()
    preferred, *options = make(tree, "lab", PYTHON=python, LAB_ARGS="--no-browser").stdout.splitlines()[1:]
    assert (preferred, options[-1]) == ("1", "--no-browser")
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    told = ("ServerApp.root_dir", "ServerApp.preferred_dir", "FileContentsManager.root_dir")
    (tmp_path / "jupyter_server_config.py").write_text("".join(f"c.{name} = {str(theirs)!r}\n" for name in told))
    asked = (
        "import sys; from jupyter_server.serverapp import ServerApp; app = ServerApp(); "
        "app.initialize(sys.argv[1:], find_extensions=False, new_httpserver=False); files = app.contents_manager; "
        "print(app.root_dir, files.root_dir, repr(files.preferred_dir), sep='\\n')"
    )
    words = [sys.executable, "-c", asked, *options[options.index("jupyterlab") + 1 :]]
    places = {f"JUPYTER_{kind}_DIR": str(tmp_path) for kind in ("CONFIG", "DATA", "RUNTIME")}
    said = subprocess.run(words, cwd=lessons, env=os.environ | places, capture_output=True, text=True)
    assert said.stdout.splitlines() == [str(lessons), str(lessons), "''"], said.stderr


def held_up(tree: Path, python: Path) -> Path:
    """Let it wait in its first installation, once it has written to `busy`, for what is written to `go on`."""
    for name in ("busy", "go on"):
        os.mkfifo(tree / name)
    waiting = '"-m pip install"*"-r requirements"*) echo busy >busy; read -r _ <"go on"; echo "$*" >>calls ;;'
    python.write_text(python.read_text().replace('"-m pip install"*)', f'{waiting}\n"-m pip install"*)'))
    return python


def test_of_two_at_once_one_sets_up_and_the_other_waits(tree, tmp_path):
    python = held_up(tree, pretender(tmp_path / "bin" / "python3"))
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    first = subprocess.Popen(["make", "setup"], cwd=tree, env=surroundings(PYTHON=python), **pipes)
    assert "Setting up" in first.stdout.readline()
    assert (tree / "busy").read_text() == "busy\n"  # waits for somebody to write there
    second = subprocess.Popen(["make", "setup"], cwd=tree, env=surroundings(PYTHON=python), **pipes)
    assert "waiting for it" in second.stdout.readline()
    (tree / "go on").write_text("\n")
    assert (first.communicate()[0], second.communicate()[0]) == ("", "")
    assert (first.returncode, second.returncode, calls(tree)) == (0, 0, ["venv", "requirements.txt", "."])
    assert not (tree / ".venv.turn").is_symlink()


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGKILL])
def test_after_one_that_was_stopped_the_next_goes_on(tree, tmp_path, by):
    python = pretender(tmp_path / "bin" / "python3")
    done = python.read_text()
    held_up(tree, python)
    stopped = subprocess.Popen(
        ["make", "setup"], cwd=tree, env=surroundings(PYTHON=python), start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert (tree / "busy").read_text() == "busy\n"
    os.killpg(stopped.pid, by)
    said = stopped.communicate()[1]
    assert [line for line in said.splitlines() if not line.startswith("make")] == []
    assert (tree / ".venv.turn").is_symlink() == (by == signal.SIGKILL)
    python.write_text(done)
    shutil.copy(python, tree / ".venv" / "bin" / "python")
    calls(tree)
    assert make(tree, PYTHON=python).returncode == 0
    assert calls(tree) == ["requirements.txt", "."]


def test_clean_removes_the_web_site_and_no_folder_of_that_name(tree):
    for name in ("lessons_lib", "tests", "notebooks", "site"):
        (tree / name).mkdir()
    (tree / "site" / "notes.txt").touch()
    assert make(tree, "clean").returncode == 0
    assert (tree / "site" / "notes.txt").exists()
    (tree / "site" / "llms.txt").touch()
    assert make(tree, "clean").returncode == 0
    assert not (tree / "site").exists()
