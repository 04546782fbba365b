"""Record what lessons and benchmarks measure, from many starts and on several kinds of processor; or check it.

    make records ARGS="03 class_spread"    record these anew
    make records                           record what is older than what it was made from
    make records ARGS="--more 11"          keep the starts that this record has, and run those that it lacks
    make records ARGS="--confirm 03"       the code changed and the numbers should not have: run one start of each kind
    make check-lessons ARGS="03 04"        run these from seeds that were not recorded, against their records

A lesson is recorded by running its cells, a benchmark by calling its `measure`: whatever they say to their `Record` is
taken down. A start is a seed on a kind of processor. The seed shifts every `torch.manual_seed` of the run by thousands,
so that seed 0 is the run that a reader sees. A kind is played by telling torch, oneDNN and MKL which instructions they
may use, so that sums are rounded in another order. A claim (an assert) that does not hold for a start is printed.
"""

import argparse
import datetime
import importlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack
from multiprocessing import get_context
from pathlib import Path
from unittest import mock

from benchmarks.made_from import BENCHMARKS, ROOT, TEXTS, cells, made_from

RECORDS = BENCHMARKS / "records"
NOTEBOOKS = TEXTS.parent
# A seed on another processor begins as the same picture, and often ends as one: other seeds tell more than other kinds.
# A benchmark may have SEEDS of its own.
SEEDS = {"native": (0, 1, 2, 3), "avx2": (0, 8, 9, 10), "plain": (0, 11, 12, 13)}
# Where now and then a start ends far from all others, four of a kind are too few to know how far that is.
LONG_TAILED = ("03_center_loss", "07_uniform_loss", "11_failure_gallery", "13_after_2019", "14_proxies_from_anywhere")
MORE_SEEDS = {"native": (14, 15, 16, 17), "avx2": (18, 19, 20, 21), "plain": (22, 23, 24, 25)}
# Three of these still met a new end in one of six further starts.
LONGEST_TAILED = ("03_center_loss", "07_uniform_loss", "11_failure_gallery")
MOST_SEEDS = {"native": range(26, 34), "avx2": range(34, 42), "plain": range(42, 50)}
OTHER_SEEDS = (98, 99)  # no record has these
KINDS: dict[str, dict[str, str]] = {
    "native": {},
    "avx2": {"ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2", "MKL_ENABLE_INSTRUCTIONS": "AVX2"},
    # With convolutions below AVX2 as well, everything takes twice as long and rounds no more differently.
    "plain": {"ATEN_CPU_CAPABILITY": "default", "ONEDNN_MAX_CPU_ISA": "AVX2", "MKL_ENABLE_INSTRUCTIONS": "AVX2"},
}


def names() -> list[str]:
    """All that is recorded: the lessons that name a Record, and the benchmarks that have a `measure`."""
    lessons = [path.stem for path in sorted(TEXTS.glob("[0-9]*.md")) if f'Record("{path.stem}"' in path.read_text()]
    modules = sorted(path for path in BENCHMARKS.glob("*.py") if "\ndef measure(seed: int)" in path.read_text())
    return lessons + [path.stem for path in modules]


def seeds_of(name: str, kind: str) -> Iterable[int]:
    """The seeds that are recorded of a lesson or benchmark on this kind of processor."""
    if (TEXTS / f"{name}.md").exists():
        more = MORE_SEEDS[kind] if name in LONG_TAILED else ()
        return (*SEEDS[kind], *more, *(MOST_SEEDS[kind] if name in LONGEST_TAILED else ()))
    return getattr(importlib.import_module(f"benchmarks.{name}"), "SEEDS", SEEDS)[kind]


def run(name: str, seed: int, record: bool, rate: float) -> tuple[dict, list[str]]:
    """Run a lesson or benchmark once, in this process; what it measured, and the asserts that did not hold."""
    import torch

    from lessons_lib.records import recording

    seeded, schedule = torch.manual_seed, torch.optim.lr_scheduler.OneCycleLR
    torch.set_num_threads(1)
    with ExitStack() as stack:
        taken = stack.enter_context(recording()) if record else {}
        patch = lambda place, change: stack.enter_context(mock.patch(place, change))  # noqa: E731
        patch("torch.manual_seed", lambda number: seeded(number + 1000 * seed))
        patch("torch.optim.lr_scheduler.OneCycleLR", lambda opt, lr, **shape: schedule(opt, rate * lr, **shape))
        if (TEXTS / f"{name}.md").exists():
            fell = _run_cells(name, goes_on=record)
        else:
            importlib.import_module(f"benchmarks.{name}").measure(seed)
            fell = []
    return taken.get(name, {}), fell


def _run_cells(name: str, goes_on: bool) -> list[str]:
    """Run a lesson's cells where a reader runs them; after an assert that fails the next cell follows or none does."""
    from IPython.display import display
    from matplotlib import pyplot

    pyplot.switch_backend("agg")
    os.chdir(NOTEBOOKS)
    place, fell = {"__name__": "__main__", "display": display}, []
    for number, source in enumerate(cells(name)):
        try:
            exec(compile(source, f"{name}, cell {number}", "exec"), place)
        except AssertionError as error:
            line = traceback.extract_tb(error.__traceback__)[1].lineno
            fell.append(f"{source.splitlines()[line - 1].strip()}  {str(error).splitlines()[:1]}")
            if not goes_on:
                break
        pyplot.close("all")
    return fell


def _timed(name: str, seed: int, record: bool, rate: float) -> tuple[dict, list[str], float, str]:
    began, out = time.perf_counter(), sys.stdout
    import torch

    with open(os.devnull, "w") as nowhere:
        sys.stdout = nowhere
        try:
            taken, fell = run(name, seed, record, rate)
        except Exception as error:
            taken, fell = {}, [f"{type(error).__name__}: {error}"]
        finally:
            sys.stdout = out
    return taken, fell, time.perf_counter() - began, torch.backends.cpu.get_cpu_capability()


def play(kind: str, options: argparse.Namespace) -> None:
    """Run all that is asked on one kind of processor, which this process was started as; print a JSON line each."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["torch", "matplotlib.pyplot", "lessons_lib.training", "lessons_lib.explorers"])
    with ProcessPoolExecutor(os.cpu_count(), mp_context=context, max_tasks_per_child=1) as processes:
        starts = [(name, seed) for name in options.name for seed in _asked(name, kind, options)]
        jobs = {processes.submit(_timed, *start, not options.check, options.rate): start for start in starts}
        for job in as_completed(jobs):
            (name, seed), (taken, fell, seconds, capability) = jobs[job], job.result()
            told = {"name": name, "seed": seed, "kind": kind, "capability": capability, "seconds": round(seconds)}
            print(json.dumps(told | {"taken": taken, "fell": fell}), flush=True)


def _asked(name: str, kind: str, options: argparse.Namespace) -> Iterable[int]:
    """The seeds to run on this kind of processor: all of its record, or one, or those that the record lacks."""
    seeds = options.seeds or [*seeds_of(name, kind)][: 1 if options.confirm else None]
    has = [(start["seed"], start["kind"]) for start in kept_starts(name)] if options.more else []
    return [seed for seed in seeds if (seed, kind) not in has]


def kept_starts(name: str) -> list[dict]:
    """The starts of a record with what each of them measured, as `played` gives them."""
    record = json.loads((RECORDS / f"{name}.json").read_text(encoding="utf-8"))
    return [start | {"taken": _of(record["values"], place)} for place, start in enumerate(record["starts"])]


def _of(values: dict | list, place: int) -> dict | float:
    """What the start at this place measured."""
    if isinstance(values, dict):
        return {row: _of(numbers, place) for row, numbers in values.items()}
    return values[place]


def played(kinds: list[str], *asked: str) -> list[dict]:
    """All starts, one kind after the other, each kind in a process and a cache of its own."""
    starts = []
    for kind in kinds:
        with tempfile.TemporaryDirectory() as cache:
            env = os.environ | KINDS[kind] | {"LESSONS_LIB_CACHE": cache, "CI": "true", "OMP_NUM_THREADS": "1"}
            command = [sys.executable, "-m", "benchmarks.make_records", *asked, "--play", kind]
            with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) as process:
                for line in process.stdout:
                    starts.append(json.loads(line))
                    say(starts[-1])
            if process.returncode:
                raise SystemExit(f"The runs on kind {kind} stopped with exit code {process.returncode}.")
    return starts


def say(start: dict) -> None:
    held = "held" if not start["fell"] else "FELL\n    " + "\n    ".join(start["fell"])
    where = f"{start['kind']} ({start['capability']})"
    print(f"{start['name']}, seed {start['seed']}, {where}, {start['seconds']} s: {held}", flush=True)


def write(name: str, starts: list[dict], origin: str) -> None:
    """Write the record of one lesson or benchmark from its starts, and from what it was made when they began."""
    import torch

    starts = sorted(starts, key=lambda start: (list(KINDS).index(start["kind"]), start["seed"]))
    shapes = {json.dumps(_rows(start["taken"])) for start in starts}
    if len(shapes) != 1 or not starts[0]["taken"]:
        raise SystemExit(f"{name}: its starts did not all measure the same things, so nothing is recorded.")
    record = {"name": name, "date": str(datetime.date.today()), "torch": torch.__version__.split("+")[0]}
    record |= {"processor": processor(), "made_from": origin}
    record["starts"] = [{key: start[key] for key in ("seed", "kind", "capability")} for start in starts]
    taken = [_rounded(start["taken"]) for start in starts]
    record["values"] = {what: _together([measured[what] for measured in taken]) for what in taken[0]}
    _keep(record)


def confirm(name: str, starts: list[dict], origin: str) -> list[str]:
    """Stamp a record as made from what stands now, if these starts measure again just what it holds; else say what not.

    Code that was only moved or extended need not be recorded anew. Any number that differs shows that it was changed.
    """
    record = json.loads((RECORDS / f"{name}.json").read_text(encoding="utf-8"))
    recorded = {(start["seed"], start["kind"]): start["taken"] for start in kept_starts(name)}
    differ = []
    for start in starts:
        now, kept = (_rounded(taken) for taken in (start["taken"], recorded[start["seed"], start["kind"]]))
        different = [what for what in {**now, **kept} if repr(now.get(what)) != repr(kept.get(what))]  # NaN is not NaN
        differ += [f"{name}, seed {start['seed']}, {start['kind']}: {what} is not as recorded" for what in different]
    if not differ:
        _keep(record | {"made_from": origin, "confirmed": str(datetime.date.today())})
    return differ


def _keep(record: dict) -> None:
    RECORDS.mkdir(exist_ok=True)
    text = json.dumps(record, ensure_ascii=False, indent=1)
    (RECORDS / f"{record['name']}.json").write_text(_numbers_in_a_line(text) + "\n", encoding="utf-8")


def _rows(taken: dict) -> dict:
    return {what: list(value) if isinstance(value, dict) else None for what, value in taken.items()}


def _together(values: list) -> dict | list:
    if isinstance(values[0], dict):
        return {row: _together([value[row] for value in values]) for row in values[0]}
    return values


def _rounded(taken: dict | float) -> dict | float:
    """With as many digits as a record keeps."""
    if isinstance(taken, dict):
        return {what: _rounded(value) for what, value in taken.items()}
    return float(f"{taken:.5g}")


def _numbers_in_a_line(text: str) -> str:
    """Each list of numbers, and each start, in one line."""
    lines, inner = [], None
    for line in text.split("\n"):
        if inner is None and ((line.endswith("[") and '"starts"' not in line) or (line.strip() == "{" and lines)):
            inner = [line]
        elif inner is not None:
            inner.append(line.strip())
            if line.strip().rstrip(",") in ("]", "}"):
                lines.append(inner[0] + " ".join(inner[1:-1]) + inner[-1])
                inner = None
        else:
            lines.append(line)
    return "\n".join(lines)


def processor() -> str:
    """The name of this machine's processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def stale(name: str) -> bool:
    """Whether a record is missing, or older than what it was made from."""
    path = RECORDS / f"{name}.json"
    return not path.exists() or json.loads(path.read_text(encoding="utf-8"))["made_from"] != made_from(name)


def main(arguments: list[str]) -> int:
    """Record or check what is asked for; 1 if a claim fell."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("name", nargs="*", help="lessons or benchmarks, by the start of their names")
    parser.add_argument("--check", action="store_true", help="hold the runs against the records, and write nothing")
    parser.add_argument(
        "--confirm", action="store_true", help="run one start of each kind; the same numbers renew a record"
    )
    parser.add_argument("--more", action="store_true", help="run the starts that a record lacks, and keep its others")
    parser.add_argument("--seeds", type=lambda text: [int(seed) for seed in text.split(",")])
    parser.add_argument("--kinds", type=lambda text: text.split(","), default=list(KINDS))
    parser.add_argument("--rate", type=float, default=1.0, help="train with this many times the learning rate")
    parser.add_argument("--play", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.play:
        play(options.play, options)
        return 0
    asked = [name for name in names() if name.startswith(tuple(options.name))] if options.name else names()
    if not options.name and not options.check:
        asked = [name for name in asked if stale(name)]
    seeds = options.seeds or (OTHER_SEEDS if options.check else ())
    if options.more and (old := [name for name in asked if stale(name)]):
        raise SystemExit(
            f"The code of {', '.join(old)} has changed: the starts that are recorded are not of this code."
        )
    passed = [*asked, "--rate", str(options.rate)]
    passed += [f"--{way}" for way in ("check", "confirm", "more") if getattr(options, way)]
    before = {name: made_from(name) for name in asked}
    passed += ["--seeds", ",".join(map(str, seeds))] if seeds else []
    starts = played(options.kinds, *passed) if asked else []
    differ = []
    for name in [] if options.check else asked:
        of_name = [start for start in starts if start["name"] == name]
        if options.confirm:
            differ += confirm(name, of_name, before[name])
        else:
            write(name, (kept_starts(name) if options.more else []) + of_name, before[name])
    held = sum(not start["fell"] for start in starts)
    print(*differ, f"{held}/{len(starts)} held", sep="\n")
    return int(held < len(starts) or bool(differ))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
