"""Do the lessons' asserts hold elsewhere? Each alone, from an empty cache, three seeds, one thread and two.

    make check-lessons                 every lesson; an hour or so
    make check-lessons ARGS="03 04"    these two

A seed takes the place of each `torch.manual_seed(0)` in the text, so that networks and class weights start otherwise;
notebooks are not written.
"""

import itertools
import os
import sys
import tempfile
import time

from build import TEXTS, LessonError, chosen, execute, parse

SEEDS, THREADS = (0, 1, 2), (1, 2)


def check(name: str, seed: int, threads: int) -> str:
    """Run a lesson and say in a line how it went; LessonError names the cell that failed."""
    text = (TEXTS / f"{name}.md").read_text(encoding="utf-8")
    notebook = parse(text.replace("torch.manual_seed(0)", f"torch.manual_seed({seed})"))
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as cache:
        os.environ |= {"LESSONS_LIB_CACHE": cache, "OMP_NUM_THREADS": str(threads)}
        execute(notebook, name)
    return f"{time.perf_counter() - began:.0f} s"


def main(prefixes: list[str]) -> int:
    """Check the lessons asked for, or all; 1 if any failed."""
    failed = 0
    for name, seed, threads in itertools.product(chosen(prefixes), SEEDS, THREADS):
        try:
            said = check(name, seed, threads)
        except LessonError as error:
            said, failed = f"FAILED\n{error}", failed + 1
        print(f"{name}, seed {seed}, {threads} thread{'s' if threads > 1 else ''}: {said}", flush=True)
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
