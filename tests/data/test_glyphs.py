"""Drawn characters: the drawings checked with the fonts themselves, what is made of them with a few of each script."""

import hashlib
import re
import unicodedata
from pathlib import Path

import matplotlib
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from matplotlib.ft2font import FT2Font
from PIL import Image

from lessons_lib.data import (
    check_classes_apart,
    contact_sheet,
    drawings,
    glyphs,
    load_folder,
    load_glyphs,
    sample_episodes,
    write_glyph_folder,
)
from lessons_lib.data.drawings import Drawings, distinct_classes, draw, draw_glyphs, load_drawings, script_of


@pytest.fixture(scope="module")
def drawn():
    """All drawings. They are made once for all tests and lessons that have their cache in common."""
    return load_drawings()


@pytest.fixture(scope="module")
def few(drawn):
    """Two characters of every script, the first and the last."""
    scripts = np.array(drawn.scripts)
    kept = torch.tensor(
        [np.flatnonzero(scripts == script)[end] for script in drawings.SCRIPTS.values() for end in (0, -1)]
    )
    stays = torch.isin(drawn.labels, kept)
    return Drawings(
        drawn.images[stays],
        torch.searchsorted(kept, drawn.labels[stays]),
        tuple(drawn.characters[i] for i in kept),
        tuple(drawn.scripts[i] for i in kept),
    )


@pytest.fixture
def data(few, monkeypatch):
    monkeypatch.setattr(glyphs, "load_drawings", lambda: few)
    return load_glyphs(3)


def font(name):
    return FT2Font(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{name}.ttf")


def pixels(images):
    """At 28×28 by numpy, a row a drawing."""
    fine = images.numpy().astype(np.uint16)
    rows = fine[:, ::2] + fine[:, 1::2]
    return ((rows[:, :, ::2] + rows[:, :, 1::2]) / 4).reshape(len(images), -1)


def test_there_are_many_classes_of_every_script_and_each_has_one_name(drawn):
    assert len(drawn.characters) >= 2_000 and len(set(drawn.characters)) == len(drawn.characters)
    assert [script_of(character) for character in drawn.characters] == list(drawn.scripts)
    amount = {script: drawn.scripts.count(script) for script in drawings.SCRIPTS.values()}
    assert min(amount.values()) >= 10  # so that each fills a row of the contact sheet
    parts = [sum(amount[script] for script in kind.values()) for kind in (drawings.SEEN, drawings.UNSEEN)]
    assert parts[0] >= 800 and parts[1] >= 350 and sum(parts) < len(drawn.characters)
    assert drawn.images.shape == (len(drawn.labels), 56, 56) and drawn.images.dtype == torch.uint8
    assert torch.equal(drawn.labels.unique_consecutive(), torch.arange(len(drawn.characters)))


def test_every_class_has_the_drawings_of_the_fonts_that_have_it_and_none_is_blank_or_the_sign_for_missing(drawn):
    fonts = [font(name) for name in drawings._FONTS]
    missing = {draw(each, 0).tobytes() for each in fonts}
    assert any(any(image) for image in missing)
    images = [image.tobytes() for image in drawn.images.numpy()]
    assert not missing & set(images) and drawn.images.flatten(1).any(dim=1).all()
    for label in range(0, len(drawn.characters), 25):
        code = ord(drawn.characters[label])
        expected = [draw(each, index) for each in fonts if (index := each.get_char_index(code))]
        found = [images[i] for i in (drawn.labels == label).nonzero().flatten().tolist()]
        assert found == [image.tobytes() for image in expected if image.any() and image.tobytes() not in missing]


def test_no_two_classes_look_alike(drawn):
    rows = pixels(drawn.images)
    rows -= rows.mean(1, keepdims=True)
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    some = np.random.default_rng(0).permutation(len(rows))[:800]
    labels = drawn.labels.numpy()
    correlation = np.where(labels[some, None] == labels, 0, rows[some] @ rows.T)
    assert 0.85 < correlation.max() <= 0.9301


@pytest.mark.parametrize("seed", range(3))
def test_of_lookalikes_the_first_is_kept_even_if_it_looks_like_one_that_is_dropped(seed):
    chance = np.random.default_rng(seed)
    side = (14, 28, 56)[seed]  # of coarse shapes a quarter of the pixels says it all, of fine ones little
    shapes = chance.integers(0, 256, (6, side, side)) * (chance.random((6, side, side)) < 0.5)
    shapes = shapes.repeat(56 // side, axis=1).repeat(56 // side, axis=2)
    blends = chance.random((60, 6)) ** 4 * (chance.random((60, 6)) < 0.4) + 1e-3
    images = (np.tensordot(blends, shapes, 1) / blends.sum(1)[:, None, None]).astype(np.uint8)
    labels = np.arange(60) // 2
    alike = np.corrcoef(pixels(torch.from_numpy(images))) > drawings.LOOKALIKE
    (pairs,) = drawings._pairs_alike(torch.from_numpy(images))
    assert set(map(tuple, pairs.tolist())) == set(map(tuple, np.argwhere(alike).tolist()))
    kept = []
    for label in range(30):
        if not alike[labels == label][:, np.isin(labels, kept)].any():
            kept.append(label)
    assert 3 < len(kept) < 28
    assert distinct_classes(torch.from_numpy(images), torch.from_numpy(labels)).tolist() == kept


def test_lookalikes_are_found_across_batches(monkeypatch, few):
    whole = distinct_classes(torch.cat([few.images] * 2), torch.cat([few.labels, few.labels + len(few.characters)]))
    monkeypatch.setattr(drawings, "_BATCH", 7)
    parted = distinct_classes(torch.cat([few.images] * 2), torch.cat([few.labels, few.labels + len(few.characters)]))
    assert torch.equal(whole, parted) and whole.tolist() == list(range(len(few.characters)))


def test_a_drawing_fills_its_box_upright_and_in_the_middle(drawn):
    for image in drawn.images[::40].numpy():
        rows, columns = (np.flatnonzero(image.any(axis)) for axis in (1, 0))
        assert 39 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 42
        assert max(abs(rows[0] + rows[-1] - 55), abs(columns[0] + columns[-1] - 55)) <= 3
    letter = draw(font("DejaVuSans"), font("DejaVuSans").get_char_index(ord("L"))).astype(int)
    assert letter[-16:].sum() > 2 * letter[:16].sum() and letter[:, :28].sum() > 2 * letter[:, 28:].sum()


@pytest.mark.parametrize(
    ("character", "script"),
    [
        *((character, "Latin") for character in "Aô𝔄𝔸𝒜"),
        *((character, "Greek") for character in "ΩἂϠ"),
        *((character, "Arabic") for character in "ک\N{ARABIC LIGATURE LAM WITH ALEF FINAL FORM}"),
        ("б", "Cyrillic"),
        ("א", "Hebrew"),
        ("Ֆ", "Armenian"),
        ("ⴰ", "Tifinagh"),
        ("☀", "Pictures"),
        ("\N{NKO DIGIT NINE}", "N'Ko"),
        *((character, None) for character in "𝐀𝘈𝕬²①ﬁſ中ก!« ́\n"),
    ],
)
def test_the_script_of_a_character(character, script):
    assert script_of(character) == script, unicodedata.name(character, "a control character")


def test_one_font_is_drawn_alike_every_time(monkeypatch):
    monkeypatch.setattr(drawings, "_FONTS", ("STIXGeneralBolIta",))
    first, again = draw_glyphs(), draw_glyphs()
    assert first.characters == again.characters and torch.equal(first.images, again.images)
    assert len(first.images) == len(first.characters) and {"A", "ω", "ж"} <= set(first.characters)
    assert "Α" not in first.characters  # the Greek one, which the Latin one stands for


def test_missing_fonts_are_named_in_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(matplotlib, "get_data_path", lambda: str(tmp_path))
    with pytest.raises(FileNotFoundError) as refusal:
        draw_glyphs()
    fonts = tmp_path / "fonts" / "ttf"
    assert str(refusal.value) == f"matplotlib ships the font DejaVuSans.ttf, but {fonts} has none: install it again."


@pytest.fixture
def times_drawn(few, monkeypatch):
    times = []
    monkeypatch.setattr(drawings, "draw_glyphs", lambda: times.append("drawn") or few)
    return times


def same(one, other):
    return all(map(torch.equal, (one.images, one.labels), (other.images, other.labels))) and (
        (one.characters, one.scripts) == (other.characters, other.scripts)
    )


def test_drawings_are_kept_and_a_damaged_file_is_named_and_drawn_again(few, cache_folder, times_drawn, recwarn):
    assert same(load_drawings(), few) and same(load_drawings(), few)
    assert len(times_drawn) == 1 and not recwarn.list
    (path,) = (cache_folder / "glyphs").iterdir()
    whole = path.read_bytes()
    for damaged in (whole[:-100], whole[:5_000] + bytes([whole[5_000] ^ 1]) + whole[5_001:], b"", b"\n"):
        path.write_bytes(damaged)
        with pytest.warns(UserWarning) as said:
            assert same(load_drawings(), few)
        assert [str(warning.message) for warning in said] == [f"{path} was damaged; the glyphs have been drawn again."]
        assert path.read_bytes() == whole
    assert len(times_drawn) == 5


def test_another_matplotlib_draws_anew(cache_folder, times_drawn, monkeypatch):
    load_drawings()
    monkeypatch.setattr(matplotlib, "__version__", "99")
    load_drawings()
    assert len(times_drawn) == 2


def test_without_room_the_drawings_are_made_and_not_kept(few, tmp_path, monkeypatch, times_drawn):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LESSONS_LIB_CACHE", str(tmp_path / "file"))
    with pytest.warns(
        UserWarning, match=r"^The glyphs are not kept for next time\. Cannot write to .* can be written\.$"
    ):
        assert same(load_drawings(), few)


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


def test_a_glyph_folder_is_a_folder_of_one_s_own(tmp_path):
    path = write_glyph_folder(tmp_path / "mine", scripts=["Hebrew", "N'Ko"], classes=5, images=3)
    folder = load_folder(path)
    assert folder.inverted and folder.labels.tolist() == [c for c in range(5) for _ in range(3)]
    assert {script_of(chr(int(name[2:], 16))) for name in folder.class_names} == {"Hebrew", "N'Ko"}
    again = load_folder(write_glyph_folder(tmp_path / "again", scripts=["Hebrew", "N'Ko"], classes=5, images=3))
    other = load_folder(write_glyph_folder(tmp_path / "other", scripts=["Hebrew"], classes=5, images=3, seed=1))
    assert torch.equal(folder.images, again.images) and not torch.equal(folder.images, other.images)
    strokes = folder.images.flatten(1).mean(dim=1)
    assert (strokes > 0.03).all() and (strokes < 0.6).all()


def test_a_glyph_folder_draws_its_own_scripts_alone(tmp_path, monkeypatch):
    drawn = []
    draws = drawings.draw
    monkeypatch.setattr(drawings, "draw", lambda font, glyph: drawn.append(glyph) or draws(font, glyph))
    write_glyph_folder(tmp_path / "few", scripts=["N'Ko"], classes=3, images=1)
    assert 40 < len(drawn) < 400  # some twenty thousand are drawn for all scripts


def test_the_pictures_of_a_glyph_folder_differ_in_size(tmp_path):
    path = write_glyph_folder(tmp_path, scripts=["Hebrew"], classes=4, images=5)
    sizes = [Image.open(file).size for file in path.rglob("*.png")]
    assert len(sizes) == 20 and all(40 <= wide == high <= 80 for wide, high in sizes) and len(set(sizes)) > 5


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"scripts": ["Klingon"], "classes": 2}, "There is no script 'Klingon'; there are Latin, Arabic, Canadian, "),
        ({"scripts": ["N'Ko"], "classes": 900}, "classes must lie in 1..41, as many as these scripts have, got 900."),
        ({"scripts": ["N'Ko"], "classes": 2, "images": 0}, "images"),
    ],
)
def test_a_glyph_folder_that_cannot_be_is_one_sentence(asked, sentence, tmp_path):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        write_glyph_folder(tmp_path / "none", **asked)
    assert not (tmp_path / "none").exists()
