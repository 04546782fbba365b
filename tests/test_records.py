"""What a record says of a run, what it refuses, and that the shipped records are those of the lessons as they stand."""

import datetime
import json
import math
import re
from pathlib import Path

import pytest
import torch

from benchmarks import made_from, make_records, record_files, starts
from lessons_lib import records
from lessons_lib.records import Record, recording

ROOT = Path(__file__).parents[1]
RECORDED = sorted(path.stem for path in records.FOLDER.glob("*.json"))


@pytest.fixture
def record(tmp_path, monkeypatch):
    """Three starts of one number and of a table, as a reader without CI meets them."""
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    monkeypatch.delenv("CI")
    values = {"loss": [0.5, 0.7, 0.6], "share": {"λ = 0": [0.9, 0.91, 0.92], "λ = 1": [0.5, 0.5, 0.5]}}
    starts = [{"seed": seed, "kind": "native"} for seed in range(3)]
    (tmp_path / "some.json").write_text(json.dumps({"starts": starts, "values": values}), encoding="utf-8")
    return Record("some")


def test_a_run_among_the_starts_is_shown_beside_them(record, capsys):
    assert record("loss", 0.65).tolist() == [0.5, 0.7, 0.6]
    table, said = capsys.readouterr().out.strip().split("\n")[1:]
    assert re.fullmatch(r" +0\.65 +0\.50 ·           ·     ●     · 0\.70", table)
    assert said == "This run stands among the recorded starts."


def test_a_table_keeps_its_keys_and_its_starts_stay_side_by_side(record, capsys):
    shares = record("share", {"λ = 0": 0.915, "λ = 1": 0.5}, "{:.1%}")
    assert list(shares) == ["λ = 0", "λ = 1"] and (shares["λ = 1"] < shares["λ = 0"]).all()
    said = capsys.readouterr().out
    assert "3 recorded starts" in said and "91.5%" in said and "90.0%" in said and "92.0%" in said


@pytest.mark.parametrize(
    ("here", "told"),
    [
        (0.4, "loss 0.40, recorded 0.50 to 0.70.\nBy chance alone that happens to about one number in 2."),
        (0.2, "loss 0.20, recorded 0.50 to 0.70.\nThat is farther outside than the record is wide"),
        (5.0, "loss 5.00, rec"),
        (math.nan, "loss nan"),
        (math.inf, "loss inf"),
    ],
)
def test_a_reader_is_told_of_a_run_outside_in_words(record, capsys, here, told):
    assert record("loss", here).tolist() == [0.5, 0.7, 0.6]
    said = capsys.readouterr().out
    assert (
        "Outside the record" in said and told in said and said.count("●") == 2
    )  # in the heading, and beside the strip


def test_what_is_shown_as_the_end_of_the_record_is_not_outside(record, capsys):
    record("loss", 0.7049)
    assert "stands among" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("here", "held"), [(0.31, True), (0.29, False), (0.89, True), (0.91, False), (math.nan, False)]
)
def test_ci_fails_only_farther_outside_than_the_record_is_wide(record, monkeypatch, here, held):
    monkeypatch.setenv("CI", "true")
    if held:
        record("loss", here)
    else:
        with pytest.raises(AssertionError, match=r"^some, loss: .*recorded 0.50 to 0.70: farther outside"):
            record("loss", here)


@pytest.mark.parametrize(
    ("here", "form", "held"), [(0.51, "{:.0%}", True), (0.52, "{:.0%}", False), (0.51, "{:.1%}", False)]
)
def test_starts_that_all_agree_leave_room_for_one_step_of_what_is_shown(record, monkeypatch, here, form, held):
    monkeypatch.setenv("CI", "true")
    if held:
        record("share", {"λ = 1": here}, form)
    else:
        with pytest.raises(AssertionError, match="λ = 1"):
            record("share", {"λ = 1": here}, form)


def test_a_record_that_a_merge_has_broken_is_one_sentence(record):
    (records.FOLDER / "some.json").write_text("<<<<<<< HEAD\n{}", encoding="utf-8")
    with pytest.raises(ValueError, match=r"^benchmarks/records/some.json is not whole, as a merge may leave it: take"):
        Record("some")


def test_what_is_not_recorded_is_a_sentence_and_fails_in_ci(record, monkeypatch, capsys):
    assert record("share", {"λ = 7": 0.3})["λ = 7"].tolist() == pytest.approx([0.3])
    assert record("accuracy", 0.3).tolist() == pytest.approx([0.3])
    assert capsys.readouterr().out.count("Not recorded: ") == 2
    with pytest.raises(KeyError, match="'accuracy' is not in the record of some; there are loss, share"):
        record["accuracy"]
    with pytest.raises(KeyError, match="there are no numbers: records stand in the repository"):
        Record("none of the course's")["accuracy"]
    monkeypatch.setenv("CI", "true")
    with pytest.raises(AssertionError, match="λ = 7 is not recorded"):
        record("share", {"λ = 7": 0.3})


def test_a_reader_without_the_record_still_gets_numbers(record, capsys):
    assert Record("another")("loss", 0.3).tolist() == pytest.approx([0.3])
    assert "Not recorded: loss." in capsys.readouterr().out


def test_another_thing_is_shown_beside_the_record_and_not_held_against_it(record, monkeypatch, capsys):
    monkeypatch.setenv("CI", "true")
    Record("some", compare=False)("loss", 9.0)
    said = capsys.readouterr().out
    assert "9.00" in said and "Outside" not in said and "among" not in said


def test_starts_that_died_are_recorded_as_such(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    (tmp_path / "nan.json").write_text(json.dumps({"starts": [{}, {}], "values": {"scale": [math.nan, 3.0]}}))
    record = Record("nan")
    record("scale", math.nan)
    record("scale", 3.0)
    assert "Outside" not in capsys.readouterr().out


def test_a_recording_run_takes_down_what_it_is_told_and_claims_hold_of_that_start_alone(record, capsys):
    with recording() as taken:
        assert record("loss", torch.tensor(0.25)).tolist() == [0.25]
        assert record("share", {"λ = 0": 0.5})["λ = 0"].tolist() == [0.5]
        with pytest.raises(ValueError, match="'loss' is measured twice in some"):
            record("loss", 0.3)
    assert taken == {"some": {"loss": 0.25, "share": {"λ = 0": 0.5}}} and not capsys.readouterr().out
    assert len(record("loss", 0.6)) == 3  # and outside it compares again


LESSON = """
```{code-cell} ipython3
import torch
from torch import nn
from lessons_lib.data import ImageData, LabelledImages
from lessons_lib.losses import SoftmaxLoss
from lessons_lib.records import Record
from lessons_lib.training import fit
record = Record("01_tiny")
```

Words.

```{code-cell} ipython3
torch.manual_seed(0)
images, labels = torch.randn(64, 1, 4, 4), torch.arange(64) % 2
images[labels == 1] += 1
part = LabelledImages(images, labels)
data, net = ImageData(part, part, part, 2, "tiny"), nn.Sequential(nn.Flatten(), nn.Linear(16, 2))
run = fit(net, SoftmaxLoss(2, 2), data, epochs=8)
length = record("length of the class weights", run.head.weight.norm())
```

```{code-cell} ipython3
assert (length > 0).all()
print("shown")
```
"""


@pytest.fixture
def tiny(tmp_path, monkeypatch, cache_folder):
    """A course of one tiny lesson, and a function that runs it from some seeds."""
    texts = tmp_path / "notebooks" / "text"
    texts.mkdir(parents=True)
    (texts / "01_tiny.md").write_text(LESSON, encoding="utf-8")
    for module in (make_records, made_from, starts):
        monkeypatch.setattr(module, "TEXTS", texts)
    monkeypatch.setattr(make_records, "NOTEBOOKS", texts.parent)
    monkeypatch.setattr(record_files, "RECORDS", tmp_path / "records")
    monkeypatch.setattr(records, "FOLDER", tmp_path / "records")
    monkeypatch.chdir(tmp_path)

    def start(seed, record=True, rate=1.0):
        taken, fell = make_records.run("01_tiny", seed, record, rate)
        return {"name": "01_tiny", "seed": seed, "kind": "native", "capability": "X", "taken": taken, "fell": fell}

    return start


def test_a_lesson_records_itself_and_another_start_stands_among_them(tiny):
    assert starts.names()[0] == "01_tiny" and record_files.stale("01_tiny")
    record_files.write("01_tiny", [tiny(seed) for seed in (1, 0, 2, 3)], made_from.made_from("01_tiny"))
    kept = json.loads((record_files.RECORDS / "01_tiny.json").read_text(encoding="utf-8"))
    lengths = kept["values"]["length of the class weights"]
    assert [start["seed"] for start in kept["starts"]] == [0, 1, 2, 3] and len(set(lengths)) == 4
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", kept["date"]) and kept["torch"] and kept["processor"]
    assert not record_files.stale("01_tiny") and not tiny(5, record=False)["fell"]


def test_a_broken_training_is_words_for_a_reader_and_fails_in_ci(tiny, monkeypatch, capsys):
    record_files.write("01_tiny", [tiny(seed) for seed in range(4)], "")
    (fell,) = tiny(0, record=False, rate=100.0)["fell"]
    assert fell.startswith("length = record(") and "farther outside than the record is wide" in fell
    monkeypatch.delenv("CI")
    capsys.readouterr()
    assert tiny(0, record=False, rate=100.0)["fell"] == []
    said = capsys.readouterr().out
    assert "Outside the record, length of the class weights" in said and "shown" in said


def test_a_claim_that_does_not_hold_of_a_start_is_told_with_its_line(tiny):
    path = make_records.TEXTS / "01_tiny.md"
    path.write_text(LESSON.replace("length > 0", "length < 0"), encoding="utf-8")
    start = tiny(0)
    assert start["taken"] and start["fell"][0].startswith("assert (length < 0).all()")


def test_a_record_is_confirmed_by_the_same_numbers_alone(tiny):
    ran = [tiny(0) | {"seed": 0}, tiny(1) | {"seed": 1}]
    record_files.write("01_tiny", ran, "as it was")
    assert record_files.confirm("01_tiny", ran[1:], "as it is") == []
    kept = json.loads((record_files.RECORDS / "01_tiny.json").read_text(encoding="utf-8"))
    assert kept["made_from"] == "as it is" and kept["confirmed"] == str(datetime.date.today())
    moved = ran[0] | {"taken": ran[1]["taken"]}
    assert "01_tiny, seed 0, native: length of the class weights is not as recorded" in record_files.confirm(
        "01_tiny", [moved], "as it will be"
    )
    assert json.loads((record_files.RECORDS / "01_tiny.json").read_text(encoding="utf-8")) == kept


def test_on_another_processor_a_record_is_confirmed_by_the_code_that_it_is_of(tiny):
    ran, other = [tiny(0) | {"seed": 0}, tiny(1) | {"seed": 1}], tiny(2) | {"seed": 0}  # as another processor's seed 0
    record_files.write("01_tiny", ran, "as it was")
    assert record_files.confirm("01_tiny", [other], "as it is") != []
    assert record_files.confirm("01_tiny", [other], "as it is", like=[other]) == []
    assert record_files.of_what("01_tiny") == "as it is"
    assert record_files.kept_starts("01_tiny")[0]["taken"] == pytest.approx(ran[0]["taken"], rel=1e-4)
    assert record_files.confirm("01_tiny", [other], "as it will be", like=ran) != []


def test_what_cannot_be_recorded_or_confirmed_is_one_sentence_before_anything_runs(tiny, monkeypatch):
    monkeypatch.setattr(make_records, "played", None)
    with pytest.raises(SystemExit, match=r"^Nothing that is recorded is called 77; there are 01_tiny, "):
        make_records.main(["01", "77"])
    for left in (None, "<<<<<<< HEAD\n{}", "[]", "{}"):
        if left is not None:
            record_files.RECORDS.mkdir(exist_ok=True)
            (record_files.RECORDS / "01_tiny.json").write_text(left, encoding="utf-8")
        assert record_files.stale("01_tiny")
        for way in ("--confirm", "--more"):
            with pytest.raises(
                SystemExit, match=r'^There is no record yet of 01_tiny: make records ARGS="01_tiny" makes'
            ):
                make_records.main([way, "01"])


def test_starts_that_measured_different_things_are_not_recorded(tiny):
    ran = [tiny(0), tiny(1) | {"taken": {}}]
    with pytest.raises(SystemExit, match="01_tiny: its starts did not all measure the same things"):
        record_files.write("01_tiny", ran, "")


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ("Words.", "Other words.", False),
        ("```\n\nWords.\n\n```{code-cell} ipython3\n", "", False),
        ("ipython3\nassert", "ipython3\n:tags: [hide-input]\n\nassert", False),
        ("length > 0", "length > 1", False),
        ('print("shown")', 'print("said")', False),
        ("run.head.weight.norm())", 'run.head.weight.norm(), "{:.1f}")', False),
        ("epochs=8", "epochs=9", True),
        ("torch.manual_seed(0)", "torch.manual_seed(1)", True),
        ("run.head.weight.norm()", "run.head.bias.norm()", True),
        ("import SoftmaxLoss", "import ArcFaceLoss, SoftmaxLoss", True),
    ],
)
def test_a_record_is_out_of_date_when_what_decides_its_numbers_has_changed(tiny, before, after, changes):
    old = made_from.made_from("01_tiny")
    (made_from.TEXTS / "01_tiny.md").write_text(LESSON.replace(before, after), encoding="utf-8")
    assert (made_from.made_from("01_tiny") != old) == changes


def test_a_record_depends_on_the_parts_of_the_library_that_its_code_reaches(tiny):
    tree = made_from.ast.parse("\n".join(made_from.cells("01_tiny")))
    files = {path.relative_to(ROOT / "lessons_lib").as_posix() for path in made_from.reached(tree)}
    assert {"training.py", "runs.py", "nets.py", "angles.py", "losses/softmax.py", "losses/base.py"} <= files
    assert not {"losses/center.py", "losses/p2sgrad.py", "records.py", "data/glyphs.py"} & files
    assert not any(file.startswith(("figures", "explorers", "exercises")) for file in files)


def test_every_record_is_shipped_and_none_is_left_over():
    recorded = set(starts.names())
    lost = " ".join(sorted(recorded - set(RECORDED)))
    assert not lost, f'make records ARGS="{lost}" records what has no record yet'
    assert not set(RECORDED) - recorded, "remove from benchmarks/records what no lesson and no benchmark records"


@pytest.mark.parametrize("name", RECORDED)
def test_a_shipped_record_is_of_what_stands_here_from_many_starts(name):
    kept = json.loads((records.FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    assert kept["made_from"] == made_from.made_from(name), (
        f'the code changed that this record was made from: make records ARGS="--confirm {name}" where no number should '
        f"have moved, else make records ARGS={name}"
    )
    assert f"torch=={kept['torch']}\n" in (ROOT / "requirements.txt").read_text()
    seeds = {kind: {start["seed"] for start in kept["starts"] if start["kind"] == kind} for kind in starts.KINDS}
    assert all(some >= set(starts.seeds_of(name, kind)) for kind, some in seeds.items()), "seeds of its own"
    assert all(len(some) >= 4 for some in seeds.values()), "four seeds on each of three kinds"
    for what, values in kept["values"].items():
        for numbers in values.values() if isinstance(values, dict) else [values]:
            assert len(numbers) == len(kept["starts"]), what
