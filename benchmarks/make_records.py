"""Record what lessons and benchmarks measure, from many starts and on several kinds of processor; or check it.

    make records ARGS="03 class_spread"    record these anew
    make records                           record what is older than what it was made from
    make records ARGS="--more 11"          keep the starts that this record has, and run those that it lacks
    make records ARGS="--confirm 03"       the code changed and the numbers should not have: run one start of each kind
    make records ARGS="--confirm --against HEAD 03"    on another make of processor than the record's: the code of that
                                           commit, of which the record is, gives the numbers to compare with
    make check-lessons ARGS="03 04"        run these from seeds that were not recorded, against their records

A lesson is recorded by running its cells, a benchmark by calling its `measure`: whatever they say to their `Record` is
taken down. A start is a seed on a kind of processor. The seed shifts every `torch.manual_seed` of the run by thousands,
so that seed 0 is the run that a reader sees. A kind is played by telling torch, oneDNN and MKL which instructions they
may use, so that sums are rounded in another order. A claim (an assert) that does not hold for a start is printed.
"""

import argparse
import importlib
import json
import os
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

from benchmarks.made_from import ROOT, TEXTS, cells, made_from
from benchmarks.of_commit import found_in, tree_of
from benchmarks.record_files import confirm, kept_starts, of_what, stale, write
from benchmarks.starts import KINDS, OTHER_SEEDS, names, seeds_of

NOTEBOOKS = TEXTS.parent


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


def played(kinds: list[str], *asked: str, tree: Path = ROOT) -> list[dict]:
    """All starts, one kind after the other, each kind in a process and a cache of its own, by the code of a folder."""
    starts = []
    for kind in kinds:
        with tempfile.TemporaryDirectory() as cache:
            own = {"LESSONS_LIB_CACHE": cache, "CI": "true", "OMP_NUM_THREADS": "1"}
            env = found_in(tree) | KINDS[kind] | own
            command = [sys.executable, "-m", "benchmarks.make_records", *asked, "--play", kind]
            with subprocess.Popen(command, cwd=tree, env=env, stdout=subprocess.PIPE, text=True) as process:
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


def main(arguments: list[str]) -> int:
    """Record or check what is asked for; 1 if a claim fell."""
    options = _options(arguments)
    if options.play:
        play(options.play, options)
        return 0
    asked = _called_for(options)
    before = {name: made_from(name) for name in asked}
    seeds = options.seeds or (OTHER_SEEDS if options.check else ())
    passed = [*asked, "--rate", str(options.rate)]
    passed += [f"--{way}" for way in ("check", "confirm", "more") if getattr(options, way)]
    passed += ["--seeds", ",".join(map(str, seeds))] if seeds else []
    starts = played(options.kinds, *passed) if asked else []
    like = _by_commit(options, asked, passed)
    differ = []
    for name in [] if options.check else asked:
        of_name = [start for start in starts if start["name"] == name]
        if options.confirm:
            differ += confirm(name, of_name, before[name], like[name])
        else:
            write(name, (kept_starts(name) if options.more else []) + of_name, before[name])
    held = sum(not start["fell"] for start in starts)
    print(*differ, f"{held}/{len(starts)} held", sep="\n")
    return int(held < len(starts) or bool(differ))


def _by_commit(options: argparse.Namespace, asked: list[str], passed: list[str]) -> dict[str, list[dict] | None]:
    """The starts of each record to compare with, by the code of the commit that is asked for; None without one."""
    if not options.against:
        return dict.fromkeys(asked)
    with tree_of(options.against, asked) as tree:
        starts = played(options.kinds, *passed, tree=tree)
    return {name: [start for start in starts if start["name"] == name] for name in asked}


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("name", nargs="*", help="lessons or benchmarks, by the start of their names")
    parser.add_argument("--check", action="store_true", help="hold the runs against the records, and write nothing")
    parser.add_argument(
        "--confirm", action="store_true", help="run one start of each kind; the same numbers renew a record"
    )
    parser.add_argument("--against", metavar="COMMIT", help="confirm by the numbers of this commit's code")
    parser.add_argument("--more", action="store_true", help="run the starts that a record lacks, and keep its others")
    parser.add_argument("--seeds", type=lambda text: [int(seed) for seed in text.split(",")])
    parser.add_argument("--kinds", type=lambda text: text.split(","), default=list(KINDS))
    parser.add_argument("--rate", type=float, default=1.0, help="train with this many times the learning rate")
    parser.add_argument("--play", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def _called_for(options: argparse.Namespace) -> list[str]:
    """The lessons and benchmarks to run; SystemExit with a sentence where that cannot be done."""
    known = names()
    for prefix in options.name:
        if not any(name.startswith(prefix) for name in known):
            raise SystemExit(f"Nothing that is recorded is called {prefix}; there are {', '.join(known)}.")
    asked = [name for name in known if name.startswith(tuple(options.name))] if options.name else known
    if not options.name and not options.check:
        asked = [name for name in asked if stale(name)]
    if (options.confirm or options.more) and (lost := [name for name in asked if of_what(name) is None]):
        raise SystemExit(f'There is no record yet of {", ".join(lost)}: make records ARGS="{" ".join(lost)}" makes it.')
    if options.more and (old := [name for name in asked if stale(name)]):
        raise SystemExit(
            f"The code of {', '.join(old)} has changed: the starts that are recorded are not of this code."
        )
    return asked


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
