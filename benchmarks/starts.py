"""Which starts are recorded: seeds, on kinds of processor."""

import importlib
from collections.abc import Iterable

from benchmarks.made_from import BENCHMARKS, TEXTS

# A seed on another processor begins as the same picture, and often ends as one: other seeds tell more than other kinds.
# A benchmark may have SEEDS of its own.
SEEDS = {"native": (0, 1, 2, 3), "avx2": (0, 8, 9, 10), "plain": (0, 11, 12, 13)}
# Where now and then a start ends far from all others, four of a kind are too few to know how far that is: of three
# lessons seven of eighteen further starts ended far outside 24. So many of MORE_SEEDS are recorded besides, of a kind.
FURTHER = {"13_after_2019": 4, "14_proxies_from_anywhere": 4}
FURTHER |= {"03_center_loss": 12, "07_uniform_loss": 12, "11_failure_gallery": 12}
MORE_SEEDS = {
    "native": (14, 15, 16, 17, *range(26, 34)),
    "avx2": (18, 19, 20, 21, *range(34, 42)),
    "plain": (22, 23, 24, 25, *range(42, 50)),
}
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
        return (*SEEDS[kind], *MORE_SEEDS[kind][: FURTHER.get(name, 0)])
    return getattr(importlib.import_module(f"benchmarks.{name}"), "SEEDS", SEEDS)[kind]
