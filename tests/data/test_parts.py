"""A folder is parted so that nothing reported on was learnt from, or is refused."""

import numpy as np
import pytest
from PIL import Image

from lessons_lib.data import load_folder
from lessons_lib.data.parts import LeakedSplit, part_as_given, part_classes


def noise(path, seed):
    path.parent.mkdir(parents=True, exist_ok=True)
    small = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), np.uint8)
    Image.fromarray(small).resize((60, 60), Image.Resampling.BICUBIC).save(path)


@pytest.fixture
def people(tmp_path):
    """Twelve people, of each four pictures in train and two in test."""
    for person in range(12):
        for i in range(6):
            part = "train" if i < 4 else "test"
            noise(tmp_path / "people" / part / f"person{person:02}" / f"{i}.png", 10 * person + i)
    return tmp_path / "people"


def test_train_and_test_are_the_same_people_when_strangers_are_drawn(people):
    data = part_classes(load_folder(people))
    assert len(data.class_names) == 12 and len(set(data.class_names)) == 12
    assert data.num_classes == 8 and len(data.unseen) == len(data.unseen_validation) == 12  # two people of six
    seen = {data.class_names[i] for i in data.train.labels.tolist()}
    unseen = {data.class_names[i] for i in data.unseen.labels.tolist()}
    assert seen.isdisjoint(unseen) and all(not name.startswith("t") for name in seen | unseen)


def test_the_owner_s_parts_are_kept(people):
    data = part_as_given(load_folder(people))
    assert data.num_classes == 12 and len(data.train) == 48 and len(data.test) == 24
    assert data.validation is data.test or data.validation.labels.equal(data.test.labels)  # there is no val
    noise(people / "val" / "person03" / "1.png", 999)
    three = part_as_given(load_folder(people))
    assert [len(part) for part in (three.train, three.validation, three.test)] == [48, 1, 24]
    assert three.validation.labels.tolist() == [3] and three.digest != data.digest


def test_a_picture_in_train_and_test_is_a_leak_also_as_a_jpeg(people):
    Image.open(people / "train" / "person05" / "2.png").save(people / "test" / "person05" / "x.jpg", quality=90)
    with pytest.raises(LeakedSplit, match=r"1 pictures stand in two parts, such as .*person05.* must not have been"):
        part_as_given(load_folder(people))
    part_classes(load_folder(people))  # a stranger's two pictures may be one


def test_a_picture_in_two_classes_is_a_leak(people):
    Image.open(people / "train" / "person05" / "2.png").resize((40, 40)).save(people / "train" / "person01" / "x.png")
    with pytest.warns(UserWarning, match="The same picture stands in two classes"):
        folder = load_folder(people)
    for part in (part_classes, part_as_given):
        with pytest.raises(LeakedSplit, match=r"1 pictures stand in two classes, such as .*without_repeated"):
            part(folder)
        part(folder.without_repeated())


def test_too_few_classes_and_no_parts_are_said_in_a_sentence(tmp_path):
    for name in "abcdef":
        noise(tmp_path / name / "1.png", ord(name))
    folder = load_folder(tmp_path)
    with pytest.raises(ValueError, match=r"has 6 classes, .* 8 classes are the fewest with a fifth for each"):
        part_classes(folder)
    for name in "ghijklmnop":
        noise(tmp_path / name / "1.png", ord(name))
    with pytest.raises(ValueError, match="has 4 images, of which one is held back"):
        part_classes(load_folder(tmp_path))
    with pytest.raises(ValueError, match="has no folders val or test beside a train"):
        part_as_given(folder)


def test_strangers_without_a_second_picture_are_refused(tmp_path):
    for name, images in zip("abcdefgh", (4, 4, 4, 4, 1, 1, 1, 1), strict=True):
        for i in range(images):
            noise(tmp_path / name / f"{i}.png", 10 * ord(name) + i)
    folder, said = load_folder(tmp_path), []
    for seed in range(30):
        try:
            data = part_classes(folder, seed=seed)
        except ValueError as error:
            said.append(str(error))
        else:
            assert min(part.labels.bincount().max() for part in (data.unseen, data.unseen_validation)) == 4
    assert len(said) < 30 and all("another seed" in words for words in said)
    assert {words.split(" that was drawn to ")[1].split(" has ")[0] for words in said} == {"choose by", "report on"}


def test_a_test_part_of_other_classes_is_for_strangers(people):
    noise(people / "test" / "person99" / "1.png", 7)
    with pytest.raises(ValueError, match=r"1 classes are not trained on, such as person99: .* part_classes"):
        part_as_given(load_folder(people))
