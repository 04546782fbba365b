"""One file holds the path from a picture to a verdict, and agrees with the notebook on every odd file."""

import importlib
import json
import subprocess
import sys
import zipfile

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from lessons_lib.backbones import Backbone, FeatureNet, features_of
from lessons_lib.data import load_folder
from lessons_lib.evaluation.doors import Door
from lessons_lib.evaluation.resampled import Interval
from lessons_lib.nets import embed
from lessons_lib.own import keep_door
from lessons_lib.picture_nets import PictureJitter, PictureNet
from tests.data.pictures import FORMATS

NO_DOOR = Door(0.001, None, 600, 5, 40)
DOOR = Door(0.5, 0.25, 600, 5, 40, *[Interval(0.4, 0.3, 0.5)] * 3)


def photograph(seed, size=(60, 40)):
    pixels = np.random.default_rng(seed).integers(0, 256, (5, 7, 3), np.uint8)
    return Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC)


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    """Every kind of file that a folder may hold, with something in it to see."""
    root = tmp_path_factory.mktemp("odd") / "folder"
    for name in ("a", "b"):
        (root / name).mkdir(parents=True)
    for name, (write, _) in FORMATS.items():
        write(root / "a" / name)
    exif = Image.Exif()
    exif[0x0112] = 6
    photograph(1).save(root / "b" / "turned.jpg", exif=exif)
    photograph(2).save(root / "b" / "turned.png", exif=exif)
    clear = photograph(3).convert("RGBA")
    clear.putalpha(Image.fromarray(np.random.default_rng(3).integers(0, 256, (40, 60), np.uint8)))
    clear.save(root / "b" / "clear.png")
    deep = np.random.default_rng(4).integers(0, 65_536, (30, 50), np.uint16)
    Image.fromarray(deep).save(root / "b" / "deep.png")
    Image.fromarray(deep).save(root / "b" / "deep.tif")
    photograph(5).convert("CMYK").save(root / "b" / "cmyk.jpg")
    photograph(6).convert("P").save(root / "b" / "palette.gif")
    photograph(7, (900, 700)).save(root / "b" / "large.JPG", quality=90)
    photograph(8).save(root / "b" / "写真 ü.webp")
    return root


@pytest.fixture
def shipped(monkeypatch):
    """The module `door` out of a kept file."""

    def of(path):
        for name in ("door", "decoding"):
            monkeypatch.delitem(sys.modules, name, raising=False)
        monkeypatch.syspath_prepend(path)
        return importlib.import_module("door")

    yield of
    for name in ("door", "decoding"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize(("colour", "invert"), [(False, True), (True, False)])
def test_the_file_and_the_notebook_agree_on_every_odd_file(odd, tmp_path, shipped, colour, invert):
    folder = load_folder(odd, size=32, colour=colour, invert=invert, find_copies=False)
    assert len(folder) == len(FORMATS) + 9 and folder.inverted is invert
    net = nn.Sequential(PictureJitter(), PictureNet(16, 32, 3 if colour else 1))
    for _ in range(3):
        net(torch.rand(16, *folder.images.shape[1:]))  # some averages
    path = keep_door(tmp_path / "door.pyz", net, folder, DOOR)
    here = nn.functional.normalize(embed(net, folder.images).double())
    there = shipped(path).Door(path).vectors([folder.root / file for file in folder.files])
    torch.testing.assert_close(there, here, atol=1e-5, rtol=0)
    assert (here @ here.T).fill_diagonal_(0).abs().mean() < 0.999  # not all one vector


def test_a_frozen_backbone_goes_into_the_file(odd, tmp_path, cache_folder, shipped):
    torch.manual_seed(1)
    body = nn.Sequential(nn.Conv2d(3, 8, 5, stride=4), nn.ReLU(), nn.AdaptiveAvgPool2d(2), nn.Flatten())
    backbone = Backbone(body, 48)
    pictures = load_folder(odd, find_copies=False)
    folder = features_of(backbone, pictures)
    net = FeatureNet(32, 8).eval()
    here = nn.functional.normalize(embed(net, folder.images).double())
    for given in (folder, pictures):  # with either the door reads as the backbone wants it
        path = keep_door(tmp_path / "door.pyz", net, given, DOOR, backbone=backbone)
        there = shipped(path).Door(path).vectors([folder.root / file for file in folder.files])
        torch.testing.assert_close(there, here, atol=1e-5, rtol=0)


@pytest.fixture(scope="module")
def kept(odd, tmp_path_factory):
    folder = load_folder(odd, size=32, find_copies=False)
    return keep_door(tmp_path_factory.mktemp("kept") / "door.pyz", PictureNet(8, 32).eval(), folder, DOOR)


def test_python_runs_the_file_where_nobody_knows_the_course(kept, odd):
    picture = odd / "b" / "turned.jpg"
    program = f"import runpy, sys; sys.argv = {[str(kept), str(picture), str(picture)]}\n"
    program += "try:\n    runpy.run_path(sys.argv[0], run_name='__main__')\n"
    program += "finally:\n    print([name for name in sys.modules if 'lessons_lib' in name])"
    ran = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True)
    answer, course = ran.stdout.splitlines()
    assert json.loads(answer)["opens"] is True and json.loads(answer)["score"] == pytest.approx(1)
    assert course == "[]"


def test_what_is_no_picture_is_a_sentence_and_no_traceback(kept, odd, tmp_path, shipped, capsys):
    main, picture = shipped(kept).main, str(odd / "b" / "turned.jpg")
    (tmp_path / ".DS_Store").write_bytes(b"\0\0\0\1Bud1")
    for name, said in ((".DS_Store", "no image"), ("lost.png", "not a file")):
        assert main([str(kept), picture, str(tmp_path / name)]) == 1
        heard = capsys.readouterr()
        assert heard.err.strip() == f"{tmp_path / name}: {said}" and not heard.out
    assert main([str(kept), picture]) == 2 and "ONE OTHER" in capsys.readouterr().err


def test_one_file_is_a_row_of_one_and_what_is_no_door_is_named(kept, odd, tmp_path, shipped):
    Door, picture = shipped(kept).Door, odd / "b" / "turned.jpg"
    for one in (picture, str(picture)):
        torch.testing.assert_close(Door(kept).vectors(one), Door(kept).vectors([picture]))
    (tmp_path / "half.pyz").write_bytes(kept.read_bytes()[:1000])
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as other:
        other.writestr("letter.txt", "mine")
    for name in ("half.pyz", "other.zip"):
        with pytest.raises(ValueError, match=rf"{name} is no kept door, or a damaged one: copy or keep it again\.$"):
            Door(tmp_path / name)


def test_a_door_gives_way_to_a_door_and_nothing_else_does(odd, kept, tmp_path, monkeypatch):
    folder, net = load_folder(odd, size=32, find_copies=False), PictureNet(8, 32).train()
    own = tmp_path / "own"
    own.mkdir()
    (own / "letter.txt").write_text("mine")
    with zipfile.ZipFile(own / "photos.zip", "w") as photos:
        photos.writestr("letter.txt", "mine")
    before = {file.name: file.read_bytes() for file in own.iterdir()}
    for name in before:
        with pytest.raises(FileExistsError, match=rf"{name} is there already and is no door: give another path"):
            keep_door(own / name, net, folder, DOOR)
    with pytest.raises(FileExistsError, match=r"own is a folder: give the path of a file for the door, such as .*pyz"):
        keep_door(own, net, folder, DOOR)
    with pytest.raises(OSError, match=r"^The door cannot be written to .* \(.+\): make room, or give another path"):
        keep_door(own / "letter.txt" / "door.pyz", net, folder, DOOR)
    assert {file.name: file.read_bytes() for file in own.iterdir()} == before
    monkeypatch.setenv("HOME", str(own))
    monkeypatch.setenv("USERPROFILE", str(own))
    for _ in range(2):
        assert keep_door("~/door.pyz", net, folder, DOOR) == own / "door.pyz"
    assert net.training and zipfile.is_zipfile(own / "door.pyz")


def test_without_a_threshold_the_file_says_why(odd, tmp_path, shipped, capsys):
    folder = load_folder(odd, size=32, find_copies=False)
    path = keep_door(tmp_path / "door.pyz", PictureNet(8, 32).eval(), folder, NO_DOOR)
    picture = str(odd / "b" / "turned.jpg")
    module = shipped(path)
    assert module.main([str(path), picture, picture]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["opens"] is None and answer["promise"].startswith("No door for a false-accept rate of 0.001: 600 imp")
    with pytest.raises(ValueError, match="No door for a false-accept rate"):
        module.Door(path).opens(picture, picture)


def test_the_decoding_in_the_file_is_the_library_s_own(kept):
    from lessons_lib.data import decoding

    with zipfile.ZipFile(kept) as inside, open(decoding.__file__, encoding="utf-8") as own:
        assert inside.read("decoding.py").decode() == own.read()
        assert sorted(inside.namelist()) == ["__main__.py", "decoding.py", "door.py", "network.pt2", "note.json"]
