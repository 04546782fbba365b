"""Glyphs written as a folder of pictures, as if it were one's own."""

import re

import pytest
import torch
from PIL import Image

from lessons_lib.data import drawings, load_folder, write_glyph_folder
from lessons_lib.data.drawings import script_of


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
