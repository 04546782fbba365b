"""The verdict in words: right on folders that were built to need it."""

import pytest
import torch

from lessons_lib.backbones import features_of
from lessons_lib.data import LeakedSplit, part_classes
from lessons_lib.evaluation.resampled import Interval, difference, ranked_rightly, scored_pairs
from lessons_lib.own import Setting, Verdict, advise, judge, levers, pixels, suspects, train, try_levers
from lessons_lib.own.levers import LABELS, Lever
from lessons_lib.own.suspects import Suspect, likely, margins
from tests.lite0 import lite0
from tests.own.made import few, hue, wrong

SHORT = Setting(epochs=20, width=8)


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory):
    """What one test trains the next may read."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LESSONS_LIB_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def hues(tmp_path_factory):
    return hue(tmp_path_factory.mktemp("hue") / "folder")


def test_where_hue_decides_colour_is_the_lever(hues):
    folder = SHORT.read(hues)
    assert len(folder) == 360 and len(folder.class_names) == 30
    chosen, data = train(folder, SHORT)
    verdict = judge(chosen.embedded(data.unseen), raw_pixels=pixels(data.unseen), learnt_from=data.train)
    assert verdict.winner == "raw pixels"  # grey tells nothing, and it is said
    assert "cannot be told apart" in str(verdict) and "use raw pixels, which takes no training" in str(verdict)
    found = try_levers(folder, SHORT, levers(SHORT, folder))
    assert found[0].name == "colour" and found[0].gain.low > 0.1
    assert all(lever.gain.low < 0.05 for lever in found[1:])
    assert advise(found).startswith("Next: colour, +")


def test_where_hue_decides_the_network_that_sees_it_is_worth_its_training(hues):
    setting = Setting(epochs=40, width=8, colour=True)
    chosen, data = train(setting.read(hues), setting)
    verdict = judge(chosen.embedded(data.unseen), raw_pixels=pixels(data.unseen))
    assert verdict.winner == "this network" and verdict.ahead["raw pixels"].low > 0
    assert "The training was worth it: use the network." in str(verdict)


def test_with_too_few_pictures_the_pixels_or_the_backbone_win_and_it_is_said(tmp_path):
    folder = SHORT.read(few(tmp_path / "few"))
    chosen, data = train(folder, SHORT)
    frozen = part_classes(features_of(lite0(64), folder))
    assert frozen.unseen.labels.equal(data.unseen.labels)  # the same strangers
    contestants = {"raw_pixels": pixels(data.unseen), "frozen_backbone": pixels(frozen.unseen)}
    verdict = judge(chosen.embedded(data.unseen), **contestants, learnt_from=data.train)
    said = str(verdict)
    assert verdict.winner in ("raw pixels", "frozen backbone") and f"use {verdict.winner}" in said
    assert "It learnt from 20 pictures of 10 classes, 2 of each: too few pictures to begin with." in said
    assert "Only 3 classes were asked about" in said


def test_four_of_five_wrong_labels_stand_among_the_first_three_tenths_and_are_a_lever(tmp_path):
    planted = wrong(tmp_path / "wrong")
    setting = Setting(epochs=20)
    folder = setting.read(tmp_path / "wrong")
    assert len(planted) == 72 and len(folder) == 360
    found = suspects(folder, setting)
    first = found[: int(0.3 * len(folder))]
    assert sum(each.file in planted for each in first) >= 0.8 * len(planted)
    assert [each.margin for each in found] == sorted(each.margin for each in found)
    right = [each for each in first if each.file in planted and each.looks_like in each.file]
    assert len(right) > len(planted) / 5  # by lot it would be one in 29 that looks like where it was taken from
    (lever,) = try_levers(folder, setting, {}, budget=1, suspected=[each.file for each in likely(found)])
    assert lever.name == LABELS and lever.gain.low < lever.gain.value < lever.gain.high  # six strangers: seldom sure


def test_a_backbone_s_features_find_wrong_labels_without_any_training(hues, monkeypatch):
    colours = Setting(colour=True).read(hues)
    labels = colours.labels.clone()
    moved = torch.arange(0, len(labels), 20)
    labels[moved] = (labels[moved] + 15) % 30
    margin, like = margins(colours.images.mean(dim=(2, 3)) - colours.images.mean(), labels)
    assert torch.isin(margin.argsort()[: 2 * len(moved)], moved).sum() >= 0.8 * len(moved)
    assert (margin[moved] < 0).double().mean() > 0.8 and like.shape == labels.shape


def test_a_leaked_split_is_refused(hues, tmp_path):
    few(tmp_path / "few")
    source = next((tmp_path / "few" / "class 03").iterdir())
    (tmp_path / "few" / "class 09" / "again.png").write_bytes(source.read_bytes())
    with pytest.warns(UserWarning, match="The same picture stands in two classes"):
        folder = SHORT.read(tmp_path / "few")
    with pytest.raises(LeakedSplit, match="1 pictures stand in two classes"):
        train(folder, SHORT)
    with pytest.raises(LeakedSplit):
        try_levers(folder, SHORT, {})
    train(folder.without_repeated(), Setting(epochs=1, width=8))


def test_what_is_left_out_changes_nobody_s_place(hues):
    folder = SHORT.read(hues)
    gone = [file for file in folder.files if file.endswith(("03.png", "07.png"))]
    once = Setting(epochs=1, width=8)
    _, whole = train(folder, once, seed=2)
    _, thinned = train(folder, once, without=gone, seed=2)
    assert thinned.class_names == whole.class_names and thinned.unseen.images.equal(whole.unseen.images)
    left = {
        image.numpy().tobytes() for image, file in zip(folder.images, folder.files, strict=True) if file not in gone
    }
    for part in (thinned.train, thinned.unseen_validation):
        assert {image.numpy().tobytes() for image in part.images} <= left
    assert len(thinned.unseen_validation) == 60 and len(whole.unseen_validation) == 72
    assert thinned.digest != whole.digest


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ("class 00/00.png", r"^Files must be a list, got the text 'class 00/00\.png'; use \['class 00/00\.png'\]\.$"),
        ("", r"^Files must be a list, got the text ''; use \[''\]\.$"),
        (["class 00/99.png"], r"^There is no file class 00/99\.png among the images of "),
        ([Suspect(0, "class 00/00.png", "class 00", "class 01", -0.1)], r"^There is no file Suspect\(number=0, "),
    ],
)
def test_files_that_a_folder_has_not_are_refused_wherever_they_may_be_left_out(hues, files, said):
    folder, once = SHORT.read(hues), Setting(epochs=1, width=8)
    for leave_out in (
        lambda: folder.without(files),
        lambda: train(folder, once, without=files),
        lambda: try_levers(folder, once, {}, suspected=files),
    ):
        with pytest.raises(ValueError, match=said):
            leave_out()


def of(ranked, ahead, **more):
    alike = {name: Interval(share, share, share) for name, share in ranked.items()}
    return Verdict(alike, alike, {name: Interval(*three) for name, three in ahead.items()}, **{"strangers": 20} | more)


def test_the_words_follow_from_the_figures():
    ranked = {"this network": 0.9, "raw pixels": 0.8, "the backbone": 0.85}
    both = of(ranked, {"raw pixels": (0.1, 0.05, 0.15), "the backbone": (0.05, 0.01, 0.09)})
    assert both.winner == "this network"
    assert "The network is ahead of raw pixels by 10.0 points (+5.0 to +15.0)." in str(both)
    one = of(ranked, {"raw pixels": (0.1, 0.05, 0.15), "the backbone": (0.05, -0.01, 0.09)})
    assert one.winner == "the backbone" and "The network and the backbone cannot be told apart" in str(one)
    assert "may be the better one, but these strangers cannot tell: ask more of them, or use the backbone" in str(one)
    behind = of(
        ranked | {"this network": 0.7}, {"raw pixels": (-0.1, -0.15, -0.05), "the backbone": (-0.15, -0.2, -0.1)}
    )
    assert "The network is behind raw pixels by 10.0 points (-15.0 to -5.0)." in str(behind)
    assert "Nothing here speaks for the trained network: use the backbone, which takes no training of yours." in str(
        behind
    )
    enough = of(ranked, one.ahead, learnt_from=(300, 30))
    assert "It learnt from 300 pictures of 30 classes, 10 of each." in str(enough)
    assert "Only" not in str(enough) and "Only 5 classes" in str(of(ranked, one.ahead, strangers=5))


def test_two_strangers_are_no_ground_for_a_verdict_or_a_lever():
    chance = torch.Generator().manual_seed(0)
    labels, blind = torch.arange(8) // 4, torch.randn(8, 5, generator=chance)
    sharp = torch.nn.functional.one_hot(labels, 5) + 0.01 * blind
    verdict = judge((sharp, labels), raw_pixels=(blind, labels))
    assert verdict.ranked["this network"] == (1, 0, 1) and verdict.ahead["raw pixels"][1:] == (-1, 1)
    assert verdict.winner == "raw pixels" and "these strangers cannot tell" in str(verdict)
    assert str(verdict).endswith("Only 2 classes were asked about, which tells nothing of others.")
    lever = Lever("colour", difference(scored_pairs(sharp, labels), scored_pairs(blind, labels), ranked_rightly))
    assert lever.gain.value > 0 and "not told apart from nothing" in str(lever)


PART = (torch.randn(8, 5, generator=torch.Generator().manual_seed(0)), torch.arange(8) // 2)
TURNED = (PART[0], PART[1].flip(0))
ALONE = (
    "judge must have somebody to compare the network with, got the network alone: "
    "add raw_pixels=pixels(data.unseen), say."
)
TWICE = "must be a name that nobody else has, and 'this network' is the network's own: give another name."
OTHERS = "must be of the same images as the network's embeddings"
SAME_PART = "give both the same part, such as data.unseen."
PAIR = "must be a pair, embeddings (N, d) and labels (N,)"


@pytest.mark.parametrize(
    ("network", "others", "sentence"),
    [
        (PART, {}, ALONE),
        (PART, {"this_network": PART}, f"this_network {TWICE}"),
        (PART, {"raw_pixels": PART, "raw pixels": PART}, f"raw_pixels {TWICE}"),
        (PART, {"raw_pixels": TURNED}, f"raw_pixels {OTHERS}, got 8 labels that are not its 8: {SAME_PART}"),
        (PART, {"raw_pixels": (PART[0][:6], PART[1][:6])},
         f"raw_pixels {OTHERS}, got 6 labels that are not its 8: {SAME_PART}"),
        (PART[0], {"raw_pixels": PART}, f"network {PAIR}, got Tensor."),
        (PART, {"raw_pixels": PART[:1]}, f"raw_pixels {PAIR}, got 1 of them."),
    ],
)  # fmt: skip
def test_what_is_no_contest_is_refused_in_one_sentence(network, others, sentence):
    with pytest.raises(ValueError) as refused:
        judge(network, **others)
    assert str(refused.value) == sentence


def test_the_advice_follows_from_the_levers():
    colour, size = Lever("colour", Interval(0.1, 0.05, 0.15)), Lever("twice the size", Interval(0.02, -0.01, 0.04))
    assert advise([colour, size]) == "Next: colour, +10.0 points (+5.0 to +15.0) of pairs ranked rightly."
    assert advise([colour, Lever("labels", Interval(0.03, 0.01, 0.04))]).endswith("Then: labels.")
    assert advise([size]).startswith("None of the 1 levers helped more than chance would.")
    assert str(size) == "twice the size      +2.0 points (-1.0 to +4.0): not told apart from nothing"


def test_a_lever_changes_one_thing(hues, tmp_path):
    coloured, grey = SHORT.read(hues), SHORT.read(few(tmp_path / "few"))
    assert list(levers(Setting(), coloured)) == ["three times as long", "colour", "twice the size"]
    assert list(levers(Setting(), grey)) == ["three times as long", "twice the size"]
    large = Setting(size=160, colour=True)
    assert list(levers(large, coloured, lite0(64))) == ["three times as long", "the backbone"]
    assert levers(large, coloured)["three times as long"] == Setting(size=160, colour=True, epochs=120)
