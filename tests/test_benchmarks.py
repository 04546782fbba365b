"""What a benchmark says of any folder; those that measure time or train for minutes are not run here."""

import json
import shutil
import warnings
from functools import partial
from itertools import product

import numpy as np
import pytest
import torch
from PIL import Image

from benchmarks import few_images, omniglot, open_set, own_folder, soft_triple
from lessons_lib.data import LabelledImages, load_folder, sample_episodes, write_glyph_folder
from lessons_lib.evaluation import one_shot_accuracy
from lessons_lib.losses import LOSSES, InBatch


@pytest.fixture
def folder(tmp_path):
    """Six classes of eight images: a bright bar at a height of their own, and noise."""
    chance = np.random.default_rng(0)
    for label in range(6):
        (tmp_path / "bars" / f"class {label}").mkdir(parents=True)
        for image in range(8):
            pixels = chance.integers(0, 90, (20, 20), dtype=np.uint8)
            pixels[3 * label : 3 * label + 3] = 255
            Image.fromarray(pixels).save(tmp_path / "bars" / f"class {label}" / f"{image}.png")
    return tmp_path / "bars"


def test_soft_triple_compares_three_embeddings_of_unseen_classes(folder, tmp_path, capsys):
    kept = tmp_path / "kept.json"
    soft_triple.main([str(folder), "--epochs", "1", "--size", "20", "--save", str(kept)])
    said, made = capsys.readouterr().out, json.loads(kept.read_text(encoding="utf-8"))
    assert "3 classes trained (24 images), 3 retrieved (24)" in said
    assert list(made["found"]) == ["raw pixels", "one centre", "SoftTriple, K = 5"]
    for name, (shares,) in made["found"].items():
        assert list(shares) == ["R@1", "R@2", "R@4", "R@8", "NMI"] and name in said
        assert 0 <= shares["R@1"] <= shares["R@2"] <= shares["R@4"] <= shares["R@8"] <= 1
    assert made["found"]["raw pixels"][0]["R@1"] == 1  # bars at three heights
    assert made["folder"] == "bars" and (made["trained"], made["retrieved"], made["images"]) == (3, 3, 24)


def test_soft_triple_says_how_far_seeds_differ():
    assert soft_triple.said([0.5]) == " 50.0%" and soft_triple.said([0.5, 0.75]) == " 62.5% (50.0% to 75.0%)"


def test_the_first_half_of_the_classes_is_trained_and_the_second_retrieved(folder):
    seen, unseen = soft_triple.halves(load_folder(folder))
    assert torch.equal(seen.labels.unique(), torch.arange(3)) and torch.equal(unseen.labels.unique(), torch.arange(3))
    five = LabelledImages(torch.zeros(5, 1, 28, 28), torch.arange(5))
    seen, unseen = soft_triple.halves(five)
    assert seen.labels.tolist() == [0, 1] and unseen.labels.tolist() == [0, 1, 2]


def test_every_loss_of_the_course_is_compared_on_strangers_and_can_be_trained():
    torch.manual_seed(0)
    x, labels, kinds = torch.randn(24, open_set.SIZE, requires_grad=True), torch.arange(12).repeat(2), set()
    for name, make in open_set.HEADS.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # P2SGrad: more classes than it has room for
            head = open_set.shortened(make(100))
        loss = head(x, labels) + sum(weight * extra(x, labels) for weight, extra in open_set.auxiliary(name, 100))
        (gradient,) = torch.autograd.grad(loss, x)
        assert loss.isfinite() and gradient.isfinite().all() and gradient.any(), name
        if not isinstance(head, InBatch):
            length = torch.linalg.vector_norm(head.weight, dim=-1)
            torch.testing.assert_close(length, torch.full_like(length, open_set.LENGTH))
        kinds.add(type(head))
    assert kinds == {*LOSSES.values(), InBatch}


def test_the_recorded_comparison_is_of_these_losses_over_five_seeds():
    kept = json.loads(open_set.RESULT.read_text(encoding="utf-8"))
    assert [run["loss"] for run in kept["runs"][1:]] == [name for name in open_set.HEADS for _ in range(5)]
    assert [run["seed"] for run in kept["runs"][1:]] == list(range(5)) * len(open_set.HEADS)
    assert (kept["epochs"], kept["width"], kept["together"]) == (open_set.EPOCHS, open_set.WIDTH, open_set.TOGETHER)


def test_a_score_of_its_own_judges_one_shot_tasks():
    torch.manual_seed(0)
    x, labels = torch.randn(60, 5), torch.arange(20).repeat(3)
    tasks = sample_episodes(labels, ways=4, shots=1, count=250)
    by_cosine = open_set.one_shot_by(lambda a, b: torch.cosine_similarity(a, b, dim=-1), x, tasks)
    assert by_cosine == pytest.approx(one_shot_accuracy(x, tasks), abs=1e-6)


@pytest.fixture(scope="module")
def twelve(tmp_path_factory):
    """Twelve letters, six images each."""
    return write_glyph_folder(tmp_path_factory.mktemp("glyphs") / "twelve", scripts=["Hebrew"], classes=12, images=6)


@pytest.mark.parametrize("name", ["Fixed AdaCos", "Fixed AdaCos, no jitter", "P2SGrad", "contrastive, nearest pairs"])
def test_few_images_are_trained_on_as_the_seed_says(twelve, monkeypatch, name):
    monkeypatch.setattr(few_images, "EPOCHS", 2)
    ranked = few_images.attempt(twelve, name, seed=3)
    assert ranked == few_images.attempt(twelve, name, seed=3) and 0 <= ranked <= 1


def test_the_recorded_draws_are_of_these_losses():
    kept = json.loads(few_images.RESULT.read_text(encoding="utf-8"))
    assert list(kept["tried"]) == list(few_images.HEADS) and kept["epochs"] == few_images.EPOCHS
    for ranked in kept["tried"].values():
        assert len(ranked) == kept["seeds"] and all(0 < share <= 1 for share in ranked)


@pytest.fixture
def alphabets(tmp_path):
    """Four alphabets of twenty characters, four drawings each: a square with a pattern of its own."""
    chance = np.random.default_rng(0)
    for alphabet, character in product(("Aa", "Bb", "Cc", "Dd"), range(20)):
        place = tmp_path / "set" / alphabet / f"character{character:02}"
        place.mkdir(parents=True)
        pattern = chance.integers(0, 2, (4, 4), dtype=np.uint8).repeat(4, 0).repeat(4, 1) * 255
        for drawing in range(4):
            noisy = pattern ^ chance.choice(np.array([0, 255], np.uint8), (16, 16), p=(0.95, 0.05))
            Image.fromarray(255 - np.pad(noisy, 4)).save(place / f"{drawing}.png")
    return tmp_path / "set"


def test_omniglot_reports_on_strangers_and_on_official_runs(alphabets, tmp_path, capsys, monkeypatch):
    run = tmp_path / "runs" / "run01"
    for part, drawing in (("training", 0), ("test", 1)):
        (run / part).mkdir(parents=True)
        for number in range(20):
            drawn = alphabets / "Aa" / f"character{number:02}" / f"{drawing}.png"
            shutil.copy(drawn, run / part / f"{number:02}.png")
    lines = [f"run01/test/{number:02}.png run01/training/{number:02}.png" for number in range(20)]
    (run / "class_labels.txt").write_text("\n".join(lines))
    asked = [str(alphabets), "--test", "Aa", "--validation", "Bb", "--runs", str(tmp_path / "runs"), "--epochs", "1"]
    monkeypatch.setattr("sys.argv", ["omniglot", *asked])
    monkeypatch.setattr(omniglot, "HandwritingNet", partial(omniglot.HandwritingNet, width=2))
    monkeypatch.setattr(omniglot, "TASKS", 50)
    omniglot.main()
    said = capsys.readouterr().out
    assert "trained on: 40 characters of Cc, Dd" in said and "threshold from: 20 characters of Bb" in said
    assert "report: 20 characters of Aa" in said and said.count("1 official one-shot runs") == 2
    assert "raw pixels: 1 official one-shot runs 100.0%" in said


def test_an_alphabet_that_is_not_there_is_named(alphabets):
    with pytest.raises(SystemExit, match=r"^There is no alphabet 'Zz'; there are Aa, Bb, Cc, Dd\.$"):
        omniglot.parted(load_folder(alphabets), ["Zz"], None, 0)


def test_alphabets_are_drawn_where_none_is_named(alphabets):
    data = omniglot.parted(load_folder(alphabets), None, None, seed=0)
    again = omniglot.parted(load_folder(alphabets), None, None, seed=0)
    assert (len(data.unseen), len(data.unseen_validation), data.num_classes) == (80, 80, 40)
    assert torch.equal(data.unseen.labels, again.unseen.labels) and data.digest == again.digest


def test_quarter_turns_are_new_classes(alphabets):
    data = omniglot.parted(load_folder(alphabets), None, None, seed=0)
    turned = omniglot.with_quarter_turns(data)
    images, labels = data.train.images, data.train.labels
    assert turned.num_classes == 160 and len(turned.train) == 4 * len(data.train)
    assert torch.equal(turned.train.images[len(labels) : 2 * len(labels)], images.rot90(1, (2, 3)))
    assert torch.equal(turned.train.labels[-len(labels) :], labels + 120)


@pytest.fixture
def faces(tmp_path):
    """As AT&T's: s1, s2, ... with 1.pgm, 2.pgm, ..., upright; one of each in colour, another size or another format."""
    chance = np.random.default_rng(0)
    for person in range(10):
        place = tmp_path / "faces" / f"s{person + 1}"
        place.mkdir(parents=True)
        face = chance.integers(0, 255, (7, 6), dtype=np.uint8).repeat(16, 0).repeat(16, 1)
        for number in range(1, 11):
            taken = Image.fromarray((0.8 * face + 0.2 * chance.integers(0, 255, face.shape)).astype(np.uint8))
            if number == 1:
                taken.convert("RGB").resize((50, 60)).save(place / "1.jpg")
            else:
                taken.save(place / f"{number}.pgm")
    return tmp_path / "faces"


@pytest.mark.parametrize(
    ("protocol", "entrants", "columns"),
    [
        (
            "pairs",
            ["raw pixels", "contrastive, random pairs", "contrastive, nearest pairs"],
            ["verification", "equal errors", "TAR at 1 %", "R@1"],
        ),
        (
            "classes",
            ["ArcFace", "ArcFace + RegularFace", "Fixed AdaCos", "cross-entropy"],
            ["accuracy", "angle", "apart"],
        ),
        ("retrieval", ["raw pixels", "one centre", "SoftTriple, K = 5"], ["R@1", "R@2", "R@4", "R@8", "NMI"]),
    ],
)
def test_an_article_s_experiment_is_one_command_over_any_folder(
    protocol, entrants, columns, faces, tmp_path, capsys, monkeypatch
):
    monkeypatch.setenv("LESSONS_LIB_CACHE", str(tmp_path / "cache"))
    kept = tmp_path / "kept.json"
    own_folder.main([str(faces), "--protocol", protocol, "--epochs", "2", "--save", str(kept)])
    said, made = capsys.readouterr().out, json.loads(kept.read_text(encoding="utf-8"))
    assert f"100 images of 10 classes, protocol {protocol}" in said
    assert (made["folder"], made["classes"], made["images"], made["epochs"]) == ("faces", 10, 100, 2)
    assert list(made["found"]) == entrants
    for name, (shares,) in made["found"].items():
        assert list(shares) == columns and name in said and all(f"  {what} " in said for what in columns)
        assert all(0 <= shares[what] <= 1 for what in columns if what not in ("angle", "apart"))


def test_the_mean_angle_to_the_nearest_class_weight():
    weight = torch.tensor([[1.0, 0], [0, 3], [-2, 0]])
    assert own_folder.apart(weight) == pytest.approx(90, abs=0.05)
    assert own_folder.said("apart", [80.4, 81.4]) == "   81° (80° to 81°)"
    assert own_folder.said("accuracy", [0.5]) == " 50.0%"
