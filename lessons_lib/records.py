"""What a training gave from many starts, and where the training on this machine stands among them.

Two machines round differently, and a training in the plane makes another picture of it. So a lesson does not claim
anything of the one run that a reader sees: it claims it of all recorded starts, and says where this run stands.
"""

import json
import os
import re
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, overload

import torch
from torch import Tensor

FOLDER = Path(__file__).parents[1] / "benchmarks" / "records"
STRIP = 25  # characters from the lowest recorded start to the highest

_taken: dict[str, Any] | None = None  # what a recording run has measured so far; None where nothing is recorded


class Record:
    """The recorded starts of one lesson or benchmark: called with what was measured here, it shows both.

    >>> record = Record("03_center_loss")
    >>> accuracy = record("accuracy", {"λ = 0": 0.977, "λ = 1": 0.924}, "{:.1%}")
    >>> assert (accuracy["λ = 1"] < accuracy["λ = 0"]).all()    # claimed of all recorded starts

    `starts` says which seeds and processors they are. With `compare=False` nothing here is held against them: the
    measured thing is another one, as on a reader's own images.
    """

    def __init__(self, name: str, compare: bool = True):
        self.name, self.compare = name, compare
        path = FOLDER / f"{name}.json"
        try:
            kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        except ValueError:
            raise ValueError(
                f"benchmarks/records/{path.name} is not whole, as a merge may leave it: take it from git again."
            ) from None
        self.starts: list[dict[str, Any]] = kept.get("starts", [])
        self.values: dict[str, Any] = kept.get("values", {})

    def __getitem__(self, what: str) -> Any:
        """What all starts gave for `what`: a tensor (starts, …), or a dict of them by row.

        Raises KeyError for what was not recorded.
        """
        if what not in self.values:
            there = ", ".join(self.values) or "no numbers: records stand in the repository, under benchmarks/records"
            raise KeyError(f"{what!r} is not in the record of {self.name}; there are {there}.")
        return _tensors(self.values[what])

    @overload
    def __call__(self, what: str, here: Mapping[Hashable, Any], form: str = ...) -> dict[Hashable, Tensor]: ...
    @overload
    def __call__(self, what: str, here: float | Tensor, form: str = ...) -> Tensor: ...

    def __call__(self, what, here, form="{:.2f}"):
        """Print what was measured `here` beside the recorded starts, and return those: a tensor (starts,) for a number,
        a dict of such tensors for a mapping of numbers, under the same keys. `form` writes one number.

        In a recording run the numbers are taken down, and what comes back is this start alone. Where CI is set, raises
        AssertionError for a number that is not recorded, or lies farther outside than the record is wide.
        """
        rows = here if isinstance(here, Mapping) else {what: here}
        rows = {row: float(value) for row, value in rows.items()}
        if _taken is not None:
            if self.name in _taken and what in _taken[self.name]:
                raise ValueError(f"{what!r} is measured twice in {self.name}: give the second one a name of its own.")
            kept = {str(row): value for row, value in rows.items()} if isinstance(here, Mapping) else rows[what]
            _taken.setdefault(self.name, {})[what] = kept
            recorded = {row: torch.tensor([value], dtype=torch.float64) for row, value in rows.items()}
        else:
            recorded = self._recorded(what, rows, isinstance(here, Mapping))
            print(_table(what, rows, recorded, form))
            self._judge(what, rows, recorded, form)
            print()  # a cell may show several
        known = {row: recorded.get(row, torch.tensor([value])) for row, value in rows.items()}
        return known if isinstance(here, Mapping) else known[what]

    def _recorded(self, what: str, rows: dict[Hashable, float], many: bool) -> dict[Hashable, Tensor]:
        kept = self.values.get(what)
        if not many:
            return {what: _tensors(kept)} if isinstance(kept, list) else {}
        kept = kept if isinstance(kept, dict) else {}
        return {row: _tensors(kept[str(row)]) for row in rows if str(row) in kept}

    def _judge(self, what: str, rows: dict[Hashable, float], recorded: dict[Hashable, Tensor], form: str) -> None:
        """Say in a sentence where this run stands; where CI is set, stop if it is far away."""
        if not self.compare:
            return
        missing = [row for row in rows if row not in recorded]
        apart = {row: _outside(rows[row], starts, form) for row, starts in recorded.items()}
        told = {row: f"{row} {form.format(rows[row])}, recorded {_span(recorded[row], form)}" for row in apart}
        outside = [told[row] for row in apart if apart[row]]
        far = [row for row in apart if apart[row] > 1 + 1e-9]
        if missing:
            print(f"Not recorded: {', '.join(map(str, missing))}.")
        if outside:
            print(f"Outside the record, {'; '.join(outside)}.")
            print(_how_usual(max(map(len, recorded.values())), bool(far)), "The text speaks of the recorded starts.")
        elif not missing:
            print("This run stands among the recorded starts.")
        if "CI" in os.environ and (far or missing):
            why = [f"{told[row]}: farther outside than the record is wide" for row in far]
            why += [f"{row} is not recorded" for row in missing]
            raise AssertionError(f"{self.name}, {what}: {'; '.join(why)}. make records records anew.")


@contextmanager
def recording() -> Iterator[dict[str, dict[str, Any]]]:
    """Inside, every Record takes down what it is told instead of comparing it; yields what was taken, by name."""
    global _taken
    _taken = {}
    try:
        yield _taken
    finally:
        _taken = None


def _tensors(kept: Any) -> Any:
    if isinstance(kept, dict):
        return {row: _tensors(values) for row, values in kept.items()}
    return torch.tensor(kept, dtype=torch.float64)


def _unit(form: str) -> float:
    """The smallest step that a format shows: 0.001 for '{:.1%}'."""
    digits, kind = re.search(r"\{:[^}]*?(?:\.(\d+))?([f%d])\}", form).groups()
    return 10.0 ** -(int(digits or 0) + (2 if kind == "%" else 0))


def _outside(value: float, starts: Tensor, form: str) -> float:
    """How far outside the recorded starts a value lies, in widths of the record; 0 among them, or shown as its end.

    A record in which all starts agree is as wide as the smallest step that is shown.
    """
    if value != value:
        return 0.0 if starts.isnan().any() else float("inf")
    finite = starts[~starts.isnan()]
    if not len(finite):
        return float("inf")
    low, high, unit = finite.min().item(), finite.max().item(), _unit(form)
    beyond = max(low - value, value - high)
    return 0.0 if beyond <= unit / 2 else beyond / max(high - low, unit)


def _how_usual(count: int, far: bool) -> str:
    """Among `count` + 1 like starts each may be the lowest or the highest: a new one is with 2 / (count + 1)."""
    if far:
        return "That is farther outside than the record is wide: another setting does that, chance hardly."
    return f"By chance alone that happens to about one number in {(count + 1) / 2:.0f}."


def _span(starts: Tensor, form: str) -> str:
    """The lowest and the highest start, or the one number that all of them show."""
    low, high = form.format(starts.min().item()), form.format(starts.max().item())
    return low if low == high else f"{low} to {high}"


def _table(what: str, rows: dict[Hashable, float], recorded: dict[Hashable, Tensor], form: str) -> str:
    """A line for each number: its name, this run, and a strip with a dot for each recorded start."""
    count = max((len(starts) for starts in recorded.values()), default=0)
    names = {row: "" if row == what else str(row) for row in rows}
    name, number = max(map(len, names.values())), max(len(form.format(value)) for value in rows.values())
    ends = {row: (form.format(kept.min().item()), form.format(kept.max().item())) for row, kept in recorded.items()}
    end = max((len(low) for low, _ in ends.values()), default=0)
    lines = [f"{what}: this run ●, {count} recorded starts ·"]
    for row, value in rows.items():
        line = f"{names[row]:{name}}  {form.format(value):>{number}}"
        if row in recorded:
            low, high = ends[row]
            before, strip, after = _strip(value, recorded[row], form)
            line += f"   {before} {low:>{end}} {strip} {high}{after}"
        lines.append(line.rstrip())
    return "\n".join(lines)


def _strip(value: float, starts: Tensor, form: str) -> tuple[str, str, str]:
    """The recorded starts as dots between the lowest and the highest, and this run among them or beside them."""
    low, high = starts.min().item(), starts.max().item()

    def place(x: float) -> int:
        return round((x - low) / (high - low) * (STRIP - 1)) if high > low else STRIP // 2

    cells = [" "] * STRIP
    for start in starts.tolist():
        cells[place(start)] = "·"
    if value != value or _outside(value, starts, form):
        return ("●", "".join(cells), "") if value < low else (" ", "".join(cells), " ●")
    cells[min(max(place(value), 0), STRIP - 1)] = "●"
    return " ", "".join(cells), ""
