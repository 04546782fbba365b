"""Images of drawn characters, with a few of each script."""

import hashlib

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from lessons_lib.data import check_classes_apart, contact_sheet, drawings, glyphs, load_glyphs, sample_episodes
from tests.data.glyph_pixels import pixels


@pytest.fixture
def data(few, monkeypatch):
    monkeypatch.setattr(glyphs, "load_drawings", lambda: few)
    return load_glyphs(3)


def test_all_glyphs_are_parted_by_script(drawn, monkeypatch):
    monkeypatch.setattr(glyphs, "load_drawings", lambda: drawn)
    monkeypatch.setattr(glyphs, "jittered", lambda _, __, labels, ___: torch.zeros(len(labels), 1, 1, 1))
    data = load_glyphs()
    assert data.class_names == drawn.characters and data.num_classes >= 800
    kinds = [set(kind.values()) for kind in (drawings.SEEN, drawings.UNSEEN, drawings.UNSEEN_VALIDATION)]
    labels = [data.train.labels.unique(), data.unseen.labels.unique(), data.unseen_validation.labels.unique()]
    assert torch.equal(torch.cat(labels), torch.arange(len(drawn.characters)))
    for part, scripts in zip((data.train, data.unseen, data.unseen_validation), kinds, strict=True):
        assert {data.scripts[i] for i in data.group_of(part).unique()} == scripts
        assert (torch.bincount(part.labels)[part.labels] == 20).all()
    assert not kinds[0] & kinds[1] and not kinds[0] & kinds[2] and not kinds[1] & kinds[2]


def test_a_few_glyphs_are_what_was_asked_for(data, few):
    amounts = (3 * 8, 5 * 8, 5 * 8, 20 * 12, 20 * 8)
    parts = (data.train, data.validation, data.test, data.unseen, data.unseen_validation)
    for part, amount in zip(parts, amounts, strict=True):
        assert part.images.shape == (amount, 1, 28, 28) and part.images.dtype == torch.float32
        assert part.images.min() == 0 and part.images.max() <= 1
        assert torch.equal(part.images, (part.images * 255).round() / 255)
        assert (part.images.amax((1, 2, 3)) > 0.5).all() and len(part.labels[:6].unique()) > 2
        assert len(part.images.flatten(1).unique(dim=0)) == amount
    for one, other in ((0, 3), (0, 4), (3, 4)):
        check_classes_apart(parts[one].labels, parts[other].labels)
    assert data.num_classes == 8 and data.class_names == few.characters
    assert [data.scripts[i] for i in data.script_of_class] == list(few.scripts)
    episodes = sample_episodes(data.unseen.labels, ways=2, shots=1, count=9, groups=data.group_of(data.unseen))
    assert len(episodes.support) == 9


def test_a_seed_gives_the_same_glyphs_byte_for_byte_another_seed_others(data):
    state = torch.get_rng_state()
    again, other = load_glyphs(3), load_glyphs(3, seed=1)
    parts = ("train", "validation", "test", "unseen", "unseen_validation")
    for name in parts:
        mine, same_seed, another = (getattr(each, name) for each in (data, again, other))
        assert torch.equal(mine.images, same_seed.images) and torch.equal(mine.labels, same_seed.labels)
        assert not torch.equal(mine.images, another.images) and not torch.equal(mine.labels, another.labels)
    assert data.digest == again.digest != other.digest
    tensors = [tensor for name in parts for tensor in vars(getattr(data, name)).values()]
    assert data.digest == hashlib.sha256(b"".join(tensor.numpy().tobytes() for tensor in tensors)).hexdigest()
    assert torch.equal(torch.get_rng_state(), state)


def test_without_jitter_an_image_is_its_drawing_at_half_the_size(few, monkeypatch):
    for name, nothing in (("ROTATION", 0), ("SHEAR", 0), ("SHIFT", 0), ("STRETCH", 1)):
        monkeypatch.setattr(glyphs, name, nothing)
    labels = torch.arange(len(few.characters)).repeat(3)
    images = glyphs.jittered(few, few.images, labels, torch.Generator().manual_seed(0))
    halves, found = torch.from_numpy(pixels(few.images)).float(), set()
    for image, label in zip(images.flatten(1) * 255, labels, strict=True):
        own = (few.labels == label).nonzero().flatten()
        off = (halves[own] - image).abs().amax(1)
        assert off.min() <= 0.501  # rounded to whole numbers
        found.add(int(own[off.argmin()]))
    assert len(found) > 1.5 * len(few.characters)  # one font and another


def test_jitter_stays_within_its_bounds_and_comes_near_them():
    maps = glyphs._placement(20_000, torch.Generator().manual_seed(0)).double()
    wide = maps[:, :, 0].norm(dim=1)
    turn = torch.atan2(maps[:, 1, 0], maps[:, 0, 0])
    along, across = maps[:, :, 0] / wide[:, None], torch.stack([-turn.sin(), turn.cos()], dim=1)
    shear, high = (maps[:, :, 1] * along).sum(1), (maps[:, :, 1] * across).sum(1)
    bounds = ((turn, 0.2), (shear, 0.15), (maps[:, 0, 2], 0.1), (maps[:, 1, 2], 0.1))
    for amount, bound in (*bounds, (wide.log(), np.log(1.15)), (high.log(), np.log(1.15))):
        assert -1.0001 * bound <= amount.min() < -0.99 * bound and 0.99 * bound < amount.max() <= 1.0001 * bound


def test_thickened_strokes_are_a_pixel_broader_on_all_sides(few):
    expected = F.max_pool2d(few.images[:, None].float(), 3, stride=1, padding=1)[:, 0]
    assert torch.equal(glyphs._thickened(few.images).float(), expected)


@pytest.mark.parametrize("per_script", [1, 2, 4])
def test_the_contact_sheet_shows_every_script_in_a_row_with_a_caption_each(data, per_script):
    images, captions = contact_sheet(data, per_script)
    assert images.shape == (14 * per_script, 1, 28, 28) and len(captions) == 14 * per_script
    for number, script in enumerate(data.scripts):
        row = images[number * per_script : (number + 1) * per_script]
        names = [name for name, of in zip(data.class_names, data.script_of_class, strict=True) if of == number]
        codes = [f"U+{ord(name):04X}" for name in names[1:per_script]]
        said = captions[number * per_script : (number + 1) * per_script]
        assert said == [script, *codes, "", ""][:per_script]
        for image, name in zip(row, names, strict=False):
            assert any(
                shows(part, data.class_names.index(name), image)
                for part in (data.test, data.unseen, data.unseen_validation)
            )
        assert (row[len(names) :] == 0).all()


def shows(part, label, image):
    return bool((part.images[part.labels == label] == image).flatten(1).all(dim=1).any())


@pytest.mark.parametrize("wrong", [0, 2.0, True])
def test_amounts_that_cannot_be_are_refused_in_one_sentence(data, wrong):
    for name, where, refuses in (
        ("images_per_class", "load_glyphs", lambda: load_glyphs(wrong)),
        ("per_script", "contact_sheet", lambda: contact_sheet(data, wrong)),
    ):
        with pytest.raises(ValueError) as refusal:
            refuses()
        assert str(refusal.value) == f"{name} must be a whole number of at least 1 for {where}, got {wrong}."
