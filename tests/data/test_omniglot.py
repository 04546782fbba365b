"""Omniglot without a network: as torchvision leaves it, as it fails and, where they are, from its own archives."""

import os
import zipfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image

from lessons_lib.data import by_classes, by_group, load_folder, load_omniglot, load_one_shot_runs, omniglot

# The two small training sets of github.com/brendenlake/omniglot, beside this repository or where the variable says.
ARCHIVES = Path(os.environ.get("OMNIGLOT_ARCHIVES", Path(__file__).parents[3] / "shared" / "data" / "omniglot"))
SMALL = [ARCHIVES / f"images_background_small{i}.zip" for i in (1, 2)]


def character(path, number):
    """A black stroke on white, 105×105 as all of Omniglot; no two numbers give the same image."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.ones((105, 105), bool)
    pixels[20 : 30 + number // 60, 12 + number % 60 : 40 + number % 60] = False
    Image.fromarray(pixels).save(path)


class Downloaded:
    """torchvision's data set, which leaves the alphabets below its folder."""

    folder = "omniglot-py"
    parts = (("images_background", [f"Alphabet {i}" for i in range(8)]), ("images_evaluation", ["Angelic", "Tibetan"]))

    def __init__(self, root, background=True, download=False):
        assert download
        part, alphabets = self.parts[not background]
        (Path(root) / self.folder).mkdir(parents=True, exist_ok=True)
        (Path(root) / self.folder / f"{part}.zip").write_bytes(b"what was unpacked stays beside it")
        for a, alphabet in enumerate(alphabets):
            for i in range(2):
                for j in range(6):
                    place = Path(root) / self.folder / part / alphabet / f"character{i + 1:02}" / f"{j + 1:02}.png"
                    character(place, 200 * (not background) + 12 * a + 6 * i + j)


def instead_of_torchvision(monkeypatch, data_set):
    stub = SimpleNamespace(datasets=SimpleNamespace(Omniglot=data_set))
    monkeypatch.setattr(omniglot, "import_torchvision", lambda: stub)


@pytest.mark.parametrize("where", ["cache", "root"])
def test_alphabets_are_trained_on_chosen_by_and_reported_as_their_authors_parted_them(
    tmp_path, cache_folder, monkeypatch, recwarn, where
):
    instead_of_torchvision(monkeypatch, Downloaded)
    root = tmp_path / "mine" if where == "root" else None
    data = load_omniglot(root, size=20)
    assert ((root or cache_folder) / "omniglot-py").is_dir() and not recwarn.list
    alphabets = [
        {data.groups[i] for i in data.group_of(part)} for part in (data.train, data.unseen, data.unseen_validation)
    ]
    assert alphabets[0] == {f"images_background/Alphabet {i}" for i in range(3)}
    assert alphabets[1] == {"images_evaluation/Angelic", "images_evaluation/Tibetan"}
    assert alphabets[2] == {f"images_background/Alphabet {i}" for i in range(3, 8)}
    assert data.num_classes == 6 and len(data.class_names) == 20
    assert [len(part) for part in (data.train, data.validation, data.test)] == [24, 6, 6]
    assert [len(part) for part in (data.unseen, data.unseen_validation)] == [24, 60]
    assert data.unseen.images.shape[1:] == (1, 20, 20)
    assert (data.unseen.images[:, 0, 0] == 0).all() and (data.unseen.images.amax((1, 2, 3)) > 0.9).all()


@pytest.mark.parametrize("error", [OSError("no route to host"), RuntimeError("Dataset not found or corrupted.")])
def test_without_a_network_one_sentence_says_what_to_do(tmp_path, monkeypatch, error):
    def fails(*_, **__):
        raise error

    instead_of_torchvision(monkeypatch, fails)
    with pytest.raises(OSError) as refusal:
        load_omniglot(tmp_path)
    assert str(refusal.value) == (
        f"Omniglot could not be downloaded to {tmp_path} ({error}): connect to a network and call again, or unpack "
        "images_background.zip of github.com/brendenlake/omniglot anywhere and give its folder to load_folder."
    )


def test_a_wrong_size_is_refused_before_anything_is_downloaded(monkeypatch):
    instead_of_torchvision(monkeypatch, lambda *_, **__: pytest.fail("downloaded"))
    with pytest.raises(ValueError, match=r"^size must be a whole number of at least 1 for images, got 2\.5\.$"):
        load_omniglot(size=2.5)


@pytest.fixture
def small(tmp_path):
    """Both archives, of the alphabets that are in both and of two others."""
    if not all(path.exists() for path in SMALL):
        pytest.skip("the small training sets of Omniglot are not here; OMNIGLOT_ARCHIVES names their folder")
    for path in SMALL:
        with zipfile.ZipFile(path) as archive:
            chosen = [name for name in archive.namelist() if name.split("/")[1] in ("Greek", "Balinese", "Tagalog")]
            archive.extractall(tmp_path, chosen)
    return tmp_path


def test_real_omniglot_is_read_white_on_black_and_an_alphabet_that_comes_twice_once(small):
    with pytest.warns(UserWarning) as said:
        data = load_folder(small)
    twice = [f"images_background_small2/Greek/character{i:02}" for i in range(1, 6)]
    named = "; ".join(f"{name} (the same images as {name.replace('small2', 'small1')})" for name in twice)
    assert [str(warning.message) for warning in said] == [
        f"Skipped in {small}: {named}; and 19 more. The list is `skipped`."
    ]
    assert [group.rpartition("/")[2] for group in data.groups] == ["Balinese", "Greek", "Tagalog"]
    assert torch.bincount(data.group_of_class).tolist() == [24, 24, 17]
    assert torch.bincount(data.labels).tolist() == [20] * 65
    assert data.inverted and data.images.shape == (1300, 1, 28, 28)
    assert data.images.median() == 0 and 0.02 < data.images.mean() < 0.2
    parted = by_group(data, validation=[data.groups[2]], test=[data.groups[1]])
    assert (parted.num_classes, len(parted.unseen), len(parted.unseen_validation)) == (24, 480, 340)
    open_set = by_classes(data)
    seen, unseen = ({image.numpy().tobytes() for image in part.images} for part in (open_set.train, open_set.unseen))
    assert len(unseen) > 200 and not seen & unseen


TRAINING, TESTS = 4, [3, 1, 4]  # the test images in order show these training images


@pytest.fixture
def runs(tmp_path):
    for run in ("run01", "run02"):
        lines = []
        for i in range(TRAINING):
            character(tmp_path / run / "training" / f"class{i + 1:02}.png", 10 * i)
        for i, answer in enumerate(TESTS):
            character(tmp_path / run / "test" / f"item{i + 1:02}.png", 10 * (answer - 1) + 1)
            lines.append(f"{run}/test/item{i + 1:02}.png {run}/training/class{answer:02}.png\n")
        (tmp_path / run / "class_labels.txt").write_text("".join(lines))
    return tmp_path


def test_one_shot_runs_are_read_with_their_answers(runs):
    (runs / "run02").rename(runs / "run07")
    (runs / "run07" / "training" / ".DS_Store").write_bytes(b"x")
    (runs / "demo.py").write_text("")
    read = load_one_shot_runs(str(runs), size=35)
    assert [run.name for run in read] == ["run01", "run07"]
    for run in read:
        assert run.training.shape == (TRAINING, 1, 35, 35) and run.test.shape == (len(TESTS), 1, 35, 35)
        assert run.answers.tolist() == [answer - 1 for answer in TESTS] and run.answers.dtype == torch.int64
        assert (run.training[:, 0, 0] == 0).all()
        nearest = torch.cdist(run.test.flatten(1), run.training.flatten(1)).argmin(dim=1)
        assert torch.equal(nearest, run.answers)


def test_one_shot_runs_stay_as_they_are_when_asked(runs):
    plain, inverted = (load_one_shot_runs(runs, size=8, invert=invert)[0] for invert in (False, True))
    torch.testing.assert_close(plain.test, 1 - inverted.test)
    assert (plain.training[:, 0, 0] == 1).all()


def broken(runs, damage):
    run = runs / "run01"
    labels = run / "class_labels.txt"
    if damage == "line":
        labels.write_text("\n" + labels.read_text().replace("run01/test/item02.png", "run01/item02.png"))
        line = "run01/item02.png run01/training/class01.png"
        return f"Line 3 of {labels} must name a test and a training image, got {line!r}."
    if damage == "no lines":
        labels.write_text("\n")
        return f"{labels} names no images: unpack the runs again."
    if damage == "image":
        (run / "training" / "class02.png").write_bytes(b"\x89PNG")
        return f"{run / 'training' / 'class02.png'} gives no picture (no image): unpack the runs again."
    missing = run / {"test": "test/item02.png", "training": "training/class04.png"}[damage]
    missing.unlink()
    return f"{labels} names {missing}, which is not there: unpack the runs again."


@pytest.mark.parametrize("damage", ["line", "no lines", "image", "test", "training"])
def test_a_run_that_cannot_be_used_is_refused_in_one_sentence(runs, damage):
    sentence = broken(runs, damage)
    with pytest.raises(ValueError) as refusal:
        load_one_shot_runs(runs)
    assert str(refusal.value) == sentence


def test_a_folder_without_runs_is_refused_in_one_sentence(tmp_path):
    with pytest.raises(FileNotFoundError) as refusal:
        load_one_shot_runs(tmp_path)
    assert str(refusal.value) == (
        f"{tmp_path} has no one-shot runs: give the folder that run01/class_labels.txt and its like stand in."
    )
