"""The records as files: written from starts, read back, confirmed, and told when they are older than their code."""

import datetime
import json
import platform
from pathlib import Path

from benchmarks.made_from import BENCHMARKS, made_from
from benchmarks.starts import KINDS

RECORDS = BENCHMARKS / "records"


def _kept(name: str) -> dict:
    return json.loads((RECORDS / f"{name}.json").read_text(encoding="utf-8"))


def kept_starts(name: str) -> list[dict]:
    """The starts of a record with what each of them measured, as `played` gives them."""
    record = _kept(name)
    return [start | {"taken": _of(record["values"], place)} for place, start in enumerate(record["starts"])]


def _of(values: dict | list, place: int) -> dict | float:
    """What the start at this place measured."""
    if isinstance(values, dict):
        return {row: _of(numbers, place) for row, numbers in values.items()}
    return values[place]


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


def confirm(name: str, starts: list[dict], origin: str, like: list[dict] | None = None) -> list[str]:
    """Stamp a record as made from what stands now, if these starts measure again just what it holds; else say what not.

    Code that was only moved or extended need not be recorded anew. Any number that differs shows that it was changed.
    With `like`, the same starts by the code that the record is of, these are compared: another processor rounds in its
    own way.
    """
    record = _kept(name)
    recorded = {(start["seed"], start["kind"]): start["taken"] for start in like or kept_starts(name)}
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


def of_what(name: str) -> str | None:
    """What a record was made from; None where there is none, or none that can be read, as a merge may leave one."""
    try:
        return _kept(name)["made_from"]
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return None


def stale(name: str) -> bool:
    """Whether a record is missing, or older than what it was made from."""
    return of_what(name) != made_from(name)
