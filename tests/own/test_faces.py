"""Real portraits, where they are: forty people with ten grey pictures each (AT&T Laboratories Cambridge)."""

import os
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from lessons_lib.evaluation.doors import set_door
from lessons_lib.own import Setting, judge, pixels, train

ARCHIVE = Path(os.environ.get("ATT_FACES", "att_faces.zip"))


@pytest.fixture(scope="module")
def faces(tmp_path_factory):
    """The portraits at the size of the original ones, 92 × 112 pixels."""
    if not ARCHIVE.is_file():
        pytest.skip("the portraits are not here; ATT_FACES names their archive")
    root = tmp_path_factory.mktemp("faces")
    with zipfile.ZipFile(ARCHIVE) as archive:
        archive.extractall(root)
    for path in root.rglob("*.pgm"):
        Image.open(path).resize((92, 112), Image.Resampling.BICUBIC).save(path)
    return root


def test_strangers_faces_are_reported_with_an_interval(faces, cache_folder):
    setting = Setting(epochs=20)
    folder = setting.read(faces)
    assert len(folder) == 400 and len(folder.class_names) == 40 and not folder.skipped and not folder.repeated
    chosen, data = train(folder, setting)
    verdict = judge(chosen.embedded(data.unseen), raw_pixels=pixels(data.unseen), learnt_from=data.train)
    ranked = verdict.ranked["this network"]
    assert 0.8 < ranked.low < ranked.value < ranked.high <= 1
    assert 0.02 < ranked.high - ranked.low < 0.3
    door = set_door(*chosen.embedded(data.unseen), far=0.01)
    assert door.impostors == 2_800 and door.let_in.value <= 0.01 < door.let_in.high
