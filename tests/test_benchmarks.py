"""What a benchmark says of any folder; those that measure time or train for minutes are not run here."""

import json

import numpy as np
import pytest
import torch
from PIL import Image

from benchmarks import soft_triple
from lessons_lib.data import LabelledImages, load_folder


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
