"""Folders of images as readers have them: what is a class, what is left out, what is refused."""

import tracemalloc
from pathlib import Path

import pytest
import torch
from PIL import Image
from tqdm import tqdm

from lessons_lib.data import by_classes, load_folder, reading
from lessons_lib.losses import NormalizedSoftmaxLoss
from lessons_lib.nets import EmbeddingNet
from lessons_lib.training import fit
from tests.data.pictures import noise, save


def test_leaf_folders_are_classes_and_the_folders_they_stand_in_are_groups(tmp_path, recwarn):
    root = tmp_path / "my images"
    for i, name in enumerate(("top", "Ω mega/ß 2", "Ω mega/ß 1", "deep/er/x")):
        for j in range(3):
            save(root / name / f"{2 - j}.png", 20 * i + j)
    data = load_folder(str(root), size=4, invert=False)
    assert data.class_names == ("deep/er/x", "top", "Ω mega/ß 1", "Ω mega/ß 2")
    assert [data.groups[i] for i in data.group_of_class] == ["deep/er", "my images", "Ω mega", "Ω mega"]
    assert data.labels.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3] and data.labels.dtype == torch.int64
    expected = [20 * i + j for i in (3, 0, 2, 1) for j in (2, 1, 0)]  # files by their names, as folders are
    assert data.images.shape == (12, 1, 4, 4) and data.images.dtype == torch.float32
    torch.testing.assert_close(data.images[:, 0, 2, 2] * 255, torch.tensor(expected, dtype=torch.float32))
    assert not data.inverted and not recwarn.list


@pytest.mark.parametrize(("invert", "on_paper", "inverted"), [("auto", 9, True), ("auto", 8, False), (True, 0, True)])
def test_black_on_white_is_inverted_where_nearly_all_images_are_so(tmp_path, invert, on_paper, inverted):
    for i in range(10):
        path = save(tmp_path / "tree" / "ab"[i % 2] / f"{i}.png", 255 if i < on_paper else 0)
        image = Image.open(path)
        image.paste(i, (3, 3, 5, 5))
        image.save(path)
    data = load_folder(tmp_path / "tree", size=8, invert=invert)
    plain = load_folder(tmp_path / "tree", size=8, invert=False)
    assert data.inverted is inverted and not plain.inverted
    torch.testing.assert_close(data.images, 1 - plain.images if inverted else plain.images)
    assert int((plain.images[:, 0, 0, 0] == 1).sum()) == on_paper


def test_memory_goes_once_to_the_pictures_and_hardly_to_the_reading(tmp_path):
    for i in range(600):
        noise(tmp_path / "tree" / f"{i % 4}" / f"{i}.png", i)
    load_folder(tmp_path / "tree", size=4)  # what is imported on the way
    tracemalloc.start()
    data = load_folder(tmp_path / "tree", size=64, colour=True, invert=True)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    pictures = data.images.numel() * data.images.element_size()
    assert pictures == 600 * 3 * 64 * 64 * 4 and peak < 1.5 * pictures


def test_a_bar_shows_how_far_a_large_folder_is_and_none_where_nobody_sees_it(tree, monkeypatch):
    shown = []

    class Bar(tqdm):
        def __init__(self, *arguments, **options):
            shown.append(options)
            super().__init__(*arguments, **options | {"disable": True})

    monkeypatch.setattr(reading, "tqdm", Bar)
    load_folder(tree)
    monkeypatch.delenv("CI")
    load_folder(tree)
    assert [(bar["total"], bar["disable"]) for bar in shown] == [(2, True), (2, None)]


def test_pictures_beside_a_folder_stay_a_class_and_what_is_below_is_another(tree):
    for i in range(3):
        save(tree / "c" / f"{i}.png", 60 * i + 7)
        save(tree / "d" / f"{i}.png", 60 * i + 27)
    (tree / "c" / "rejected").mkdir()
    save(tree / "d" / "more" / "1.png", 99)
    with pytest.warns(UserWarning) as said:
        data = load_folder(tree, size=4, invert=False)
    assert data.class_names == ("a", "b", "c", "d", "d/more")
    assert data.labels.tolist() == [0, 1, 2, 2, 2, 3, 3, 3, 4]
    assert str(said[0].message) == f"Skipped in {tree}: c/rejected (a class without an image)."
    assert str(said[1].message).startswith(f"In {tree}: d/more: classes of their own beside the pictures of")


def test_files_can_be_left_out_by_name(tree):
    for i in range(3):
        save(tree / "c" / f"{i}.png", 60 * i)
    data = load_folder(tree, size=4, invert=False)
    left = data.without(["a/1.png", "c/1.png"])
    assert left.class_names == ("b", "c") and left.labels.tolist() == [0, 1, 1]
    assert left.files == ("b/1.png", "c/0.png", "c/2.png")
    torch.testing.assert_close(left.images[:, 0, 0, 0] * 255, torch.tensor([102.0, 0.0, 120.0]))
    assert left.group_of_class.tolist() == [0, 0] and left.part.tolist() == [0, 0, 0]
    with pytest.raises(ValueError, match=r"There is no file x\.png among the images of"):
        data.without(["x.png"])


def test_links_to_folders_are_followed_once_and_never_in_circles(tree, tmp_path, recwarn):
    save(tmp_path / "elsewhere" / "1.png", 200)
    for link, target in (
        ("c", "elsewhere"),
        ("a/self", "tree/a"),
        ("a/up", "tree"),
        ("b/out", "."),
        ("twice", "tree/b"),
    ):
        (tree / link).symlink_to(tmp_path / target, target_is_directory=True)
    assert load_folder(tree, size=4, invert=False).images[:, 0, 0, 0].mul(255).round().tolist() == [51, 102, 200]
    assert not recwarn.list


SAID_TO_DO = "put the images of each of two or more classes into a folder of their own."


def refused(error, sentence, *arguments, **options):
    with pytest.raises(error) as refusal:
        load_folder(*arguments, **options)
    assert str(refusal.value) == sentence


def test_trees_without_two_classes_are_refused_in_one_sentence(tree, tmp_path):
    inside = f"{tree / 'a'} is itself a folder of images, so it has only one class: "
    refused(
        ValueError,
        inside + "give the folder that holds a folder of images for each of two or more classes.",
        tree / "a",
    )
    (tree / "b" / "1.png").write_text("")
    skipped = "b (a class without an image); b/1.png (no image)"
    refused(ValueError, f"{tree} has only one class, having skipped {skipped}: {SAID_TO_DO}", tree)
    (tree / "b" / "1.png").unlink()
    (tree / "b").rmdir()
    refused(ValueError, f"{tree} has only one class: {SAID_TO_DO}", tree)
    (tmp_path / "void").mkdir()
    refused(ValueError, f"{tmp_path / 'void'} has no class with an image: {SAID_TO_DO}", tmp_path / "void")


def test_what_is_no_folder_is_refused_in_one_sentence(tree):
    refused(FileNotFoundError, f"There is no folder {tree / 'c'}.", tree / "c")
    file = tree / "a" / "1.png"
    refused(NotADirectoryError, f"{file} is a file, not a folder: if it is an archive, unpack it first.", file)
    refused(ValueError, "invert must be True, False or \"auto\", got 'yes'.", tree, invert="yes")
    refused(ValueError, "size must be a whole number of at least 1 for images, got 0.", tree, size=0)


def test_a_home_of_nobody_and_a_folder_in_a_closed_one_are_refused_in_one_sentence(tree, monkeypatch):
    with pytest.raises(FileNotFoundError, match=r"^There is no folder .*nobody-of-that-name.faces\.$"):
        load_folder("~nobody-of-that-name/faces")

    def refuse(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "exists", refuse)
    refused(OSError, f"{tree} cannot be looked into (Permission denied): give a folder that you may read.", tree)


def test_a_network_is_trained_on_the_seen_classes_of_a_folder(tmp_path, cache_folder):
    for label in range(6):
        for i in range(8):
            noise(tmp_path / "tree" / f"class {label}" / f"{i}.png", 10 * label + i)
    data = by_classes(load_folder(tmp_path / "tree"), validation=1 / 3, test=1 / 3)
    torch.manual_seed(0)
    run = fit(EmbeddingNet(64), NormalizedSoftmaxLoss(data.num_classes, 64), data, epochs=1)
    assert run.steps >= 1 and run.head.weight.shape == (2, 64)
    assert run.net(data.unseen.images).shape == (16, 64)


@pytest.mark.parametrize("name", ["colour", "find_copies"])
@pytest.mark.parametrize("switch", ["no", 0, None])
def test_a_switch_is_true_or_false(tmp_path, name, switch):
    with pytest.raises(ValueError, match=rf"^{name} must be True or False, got {switch!r}\.$"):
        load_folder(tmp_path, **{name: switch})


def test_an_empty_path_is_not_the_folder_that_one_is_in():
    with pytest.raises(ValueError) as refused:
        load_folder("")
    assert str(refused.value) == ('path must name a folder, got an empty text: use "." for the folder that you are in.')
