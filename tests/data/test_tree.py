"""Which folder is a class and which a part, by their names alone."""

import pytest

from lessons_lib.data.tree import PARTS, walked


def planted(root, *paths):
    """Empty files that are called pictures."""
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(b"")
    return walked(root)


def parts(tree):
    return {name: [(file.name, PARTS[part]) for file, part in files] for name, files in tree.classes.items()}


@pytest.mark.parametrize(
    ("train", "other", "called"),
    [("train", "val", "validation"), ("Training", "TEST", "test"), ("train", "dev", "validation")],
)
def test_train_and_its_like_are_parts_of_one_set_of_classes(tmp_path, train, other, called):
    tree = planted(tmp_path, *(f"{part}/{name}/{i}.png" for part in (train, other) for name in "ab" for i in "01"))
    each = [("0.png", "train"), ("1.png", "train"), ("0.png", called), ("1.png", called)]
    assert {name: sorted(files) for name, files in parts(tree).items()} == {"a": sorted(each), "b": sorted(each)}


def test_parts_may_stand_deeper_or_within_each_class(tmp_path):
    deep = planted(tmp_path / "deep", *(f"images/{part}/{name}/1.png" for part in ("train", "val") for name in "ab"))
    within = planted(tmp_path / "within", *(f"{name}/{part}/1.png" for part in ("train", "test") for name in "ab"))
    assert {name: len(files) for name, files in deep.classes.items()} == {"images/a": 2, "images/b": 2}
    assert parts(within)["a"] == [("1.png", "test"), ("1.png", "train")]


def test_a_class_called_train_is_a_class(tmp_path):
    names = ("bus", "train", "test")
    assert list(planted(tmp_path / "one", "bus/1.png", "train/1.png").classes) == ["bus", "train"]
    assert list(planted(tmp_path / "no train", "val/1.png", "test/1.png", "bus/1.png").classes) == [
        "bus",
        "test",
        "val",
    ]
    with pytest.raises(ValueError, match="test, train, which are parts: put a folder for each class into each part"):
        planted(tmp_path / "three", *(f"{name}/1.png" for name in names))


def test_what_stands_beside_parts_stays_in_its_own_group(tmp_path):
    tree = planted(tmp_path, "train/a/1.png", "val/a/1.png", "extra/b/1.png")
    assert parts(tree) == {"a": [("1.png", "train"), ("1.png", "validation")], "extra/b": [("1.png", "")]}
