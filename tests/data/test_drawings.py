"""Drawn characters, checked with the fonts themselves, and how they are kept."""

import unicodedata
from pathlib import Path

import matplotlib
import numpy as np
import pytest
import torch
from matplotlib.ft2font import FT2Font

from lessons_lib.data import drawings
from lessons_lib.data.drawings import distinct_classes, draw, draw_glyphs, load_drawings, script_of
from tests.data.glyph_pixels import pixels


def font(name):
    return FT2Font(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{name}.ttf")


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
