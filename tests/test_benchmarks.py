"""What a benchmark says of any folder; those that measure time or train for minutes are not run here."""

import json
import math
import shutil
import warnings
from functools import partial
from itertools import product

import numpy as np
import pytest
import torch
from PIL import Image

from benchmarks import few_images, omniglot, open_set, own_folder, soft_triple, starts
from lessons_lib.backbones import Backbone
from lessons_lib.data import LabelledImages, load_folder, write_glyph_folder
from lessons_lib.own import Suspect, suspects, try_levers
from lessons_lib.records import Record


@pytest.fixture
def folder(tmp_path):
    """Six classes of eight images: a bright bar at a height of their own, and noise."""
    chance = np.random.default_rng(0)
    for label in range(6):
        (tmp_path / "bars" / f"class {label}").mkdir(parents=True)
        for image in range(8):
            pixels = chance.integers(0, 90, (20, 20), dtype=np.uint8)
            pixels[3 * label : 3 * label + 3] = 255
            Image.fromarray(pixels).save(tmp_path / "bars" / f"class {label}" / f"{image}.png")
    return tmp_path / "bars"


def test_soft_triple_compares_four_embeddings_of_unseen_classes(folder, tmp_path, capsys):
    kept = tmp_path / "kept.json"
    soft_triple.main([str(folder), "--epochs", "1", "--size", "20", "--save", str(kept)])
    said, made = capsys.readouterr().out, json.loads(kept.read_text(encoding="utf-8"))
    assert "3 classes trained (24 images), 3 retrieved (24)" in said
    assert list(made["found"]) == ["raw pixels", "one centre", "SoftTriple, K = 5", "N-pairs"]
    for name, (shares,) in made["found"].items():
        assert list(shares) == ["R@1", "R@2", "R@4", "R@8", "NMI"] and name in said
        assert 0 <= shares["R@1"] <= shares["R@2"] <= shares["R@4"] <= shares["R@8"] <= 1
    assert made["found"]["raw pixels"][0]["R@1"] == 1  # bars at three heights
    assert made["folder"] == "bars" and (made["trained"], made["retrieved"], made["images"]) == (3, 3, 24)


def test_soft_triple_gives_every_image_once_or_two_of_a_class():
    labels = torch.arange(60) % 6
    once = list(soft_triple.in_batches(labels, 20, torch.Generator().manual_seed(0), in_pairs=False))
    assert torch.cat(once).sort().values.tolist() == list(range(60))
    pairs = list(soft_triple.in_batches(labels, 8, torch.Generator().manual_seed(0), in_pairs=True))
    assert len(pairs) == 7 and all(len(which.unique()) == 8 for which in pairs)
    assert all(sorted(torch.bincount(labels[which], minlength=6).tolist()) == [0, 0, 2, 2, 2, 2] for which in pairs)
    assert len({tuple(labels[which].tolist()) for which in pairs}) > 1  # other classes each time


def test_soft_triple_says_how_far_seeds_differ():
    assert soft_triple.said([0.5]) == " 50.0%" and soft_triple.said([0.5, 0.75]) == " 62.5% (50.0% to 75.0%)"


def test_the_first_half_of_the_classes_is_trained_and_the_second_retrieved(folder):
    seen, unseen = soft_triple.halves(load_folder(folder))
    assert torch.equal(seen.labels.unique(), torch.arange(3)) and torch.equal(unseen.labels.unique(), torch.arange(3))
    five = LabelledImages(torch.zeros(5, 1, 28, 28), torch.arange(5))
    seen, unseen = soft_triple.halves(five)
    assert seen.labels.tolist() == [0, 1] and unseen.labels.tolist() == [0, 1, 2]


@pytest.fixture(scope="module")
def draws():
    """The strangers of two seeds."""
    return open_set.drawn(0), open_set.drawn(1)


def test_a_seed_draws_whole_scripts_to_train_on_to_choose_by_and_to_report_on(draws):
    reported = []
    for data in draws:
        parts = data.train, data.unseen_validation, data.unseen
        scripts = [set(data.group_of(part).tolist()) for part in parts]
        assert [len(script) for script in scripts] == [8, open_set.TO_CHOOSE_BY, open_set.TO_REPORT_ON]
        assert len(set.union(*scripts)) == len(data.groups) == 14
        assert max(torch.bincount(data.group_of_class)) == open_set.CHARACTERS
        assert data.num_classes == len(data.train.labels.unique()) > open_set.SIZE
        reported.append(scripts[2])
    assert reported[0] != reported[1]


def test_a_seed_draws_characters_of_a_script_as_well(draws):
    latin = []
    for data in draws:
        script = data.group_of_class == data.groups.index("Latin")
        latin.append({character for character, own in zip(data.class_names, script, strict=True) if own})
    assert len(latin[0] & latin[1]) < open_set.CHARACTERS == len(latin[0])


def test_the_same_seed_draws_the_same_strangers(draws):
    again = open_set.drawn(1)
    assert again.digest == draws[1].digest != draws[0].digest


def test_a_picture_keeps_its_character_when_strangers_are_drawn(draws):
    every = open_set.all_glyphs()
    labelled = zip(every.images, every.labels, strict=True)
    names = {image.numpy().tobytes(): every.class_names[label] for image, label in labelled}
    for part in (draws[1].train, draws[1].unseen, draws[1].unseen_validation):
        for image, label in zip(part.images[:200], part.labels[:200], strict=True):
            assert names[image.numpy().tobytes()] == draws[1].class_names[label]


def test_a_margin_is_switched_on_at_an_equal_scale():
    heads, theta = {name: open_set.HEADS[name](300) for name in open_set.HEADS if "P2SGrad" not in name}, torch.rand(9)
    for off, on, scale in (
        ("Fixed AdaCos", "ArcFace, Fixed AdaCos' s, m = 0.3", math.sqrt(2) * math.log(299)),
        ("cosine softmax, s = 16", "ArcFace, s = 16, m = 0.3", 16),
        ("cosine softmax, s = 32", "ArcFace, s = 32, m = 0.3", 32),
    ):
        assert float(heads[off].scale) == pytest.approx(scale) == float(heads[on].scale)
        torch.testing.assert_close(heads[off].target_logit(theta), theta.cos())
        torch.testing.assert_close(heads[on].target_logit(theta), (theta + 0.3).cos())


def test_every_loss_on_strangers_can_be_trained_with_a_hundred_classes():
    torch.manual_seed(0)
    x, labels = torch.randn(24, open_set.SIZE, requires_grad=True), torch.arange(12).repeat(2)
    for name, make in open_set.HEADS.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            head = make(100)
        (gradient,) = torch.autograd.grad(head(x, labels), x)
        assert gradient.isfinite().all() and gradient.any(), name


def test_strangers_are_judged_by_cosine_with_the_tasks_of_the_seed(draws, monkeypatch):
    monkeypatch.setattr(open_set, "TASKS", 200)

    def pixels(images):
        return images.flatten(1)

    first, again, other = (open_set.judge(pixels, draws[0], seed) for seed in (0, 0, 1))
    assert first == again != other and all(0.4 < share < 1 for share in first)
    assert open_set.judge(lambda images: 3 * pixels(images), draws[0], 0) == pytest.approx(first, abs=1e-3)


@pytest.fixture(scope="module")
def twelve(tmp_path_factory):
    """Twelve letters, six images each."""
    return write_glyph_folder(tmp_path_factory.mktemp("glyphs") / "twelve", scripts=["Hebrew"], classes=12, images=6)


@pytest.mark.parametrize("name", ["Fixed AdaCos", "Fixed AdaCos, no jitter", "P2SGrad", "contrastive, nearest pairs"])
def test_few_images_are_trained_on_as_the_seed_says(twelve, monkeypatch, name):
    monkeypatch.setattr(few_images, "EPOCHS", 2)
    ranked = few_images.attempt(twelve, name, seed=3)
    assert ranked == few_images.attempt(twelve, name, seed=3) and 0 <= ranked <= 1


@pytest.mark.parametrize("benchmark", [open_set, few_images])
def test_each_recorded_start_has_strangers_of_its_own(benchmark):
    seeds = [seed for kind in starts.KINDS for seed in benchmark.SEEDS[kind]]
    assert len(seeds) == len(set(seeds)) >= 12
    assert [*starts.seeds_of(benchmark.__name__.split(".")[1], "avx2")] == [*benchmark.SEEDS["avx2"]]
    assert starts.seeds_of("02_softmax_hides_an_angle", "avx2") == starts.SEEDS["avx2"]
    assert not set(seeds) & set(starts.OTHER_SEEDS)


@pytest.mark.parametrize("benchmark", [open_set, few_images])
def test_the_record_is_of_these_losses(benchmark):
    record = Record(benchmark.__name__.split(".")[1])
    for what in ("verification", "ranked rightly"):
        if what in record.values:
            assert [name for name in record[what] if name != "raw pixels"] == list(benchmark.HEADS)
            assert all(len(shares) == len(record.starts) for shares in record[what].values())
    assert record.starts


@pytest.fixture
def alphabets(tmp_path):
    """Four alphabets of twenty characters, four drawings each: a square with a pattern of its own."""
    chance = np.random.default_rng(0)
    for alphabet, character in product(("Aa", "Bb", "Cc", "Dd"), range(20)):
        place = tmp_path / "set" / alphabet / f"character{character:02}"
        place.mkdir(parents=True)
        pattern = chance.integers(0, 2, (4, 4), dtype=np.uint8).repeat(4, 0).repeat(4, 1) * 255
        for drawing in range(4):
            noisy = pattern ^ chance.choice(np.array([0, 255], np.uint8), (16, 16), p=(0.95, 0.05))
            Image.fromarray(255 - np.pad(noisy, 4)).save(place / f"{drawing}.png")
    return tmp_path / "set"


def test_omniglot_reports_on_strangers_and_on_official_runs(alphabets, tmp_path, capsys, monkeypatch):
    run = tmp_path / "runs" / "run01"
    for part, drawing in (("training", 0), ("test", 1)):
        (run / part).mkdir(parents=True)
        for number in range(20):
            drawn = alphabets / "Aa" / f"character{number:02}" / f"{drawing}.png"
            shutil.copy(drawn, run / part / f"{number:02}.png")
    lines = [f"run01/test/{number:02}.png run01/training/{number:02}.png" for number in range(20)]
    (run / "class_labels.txt").write_text("\n".join(lines))
    asked = [str(alphabets), "--test", "Aa", "--validation", "Bb", "--runs", str(tmp_path / "runs"), "--epochs", "1"]
    monkeypatch.setattr("sys.argv", ["omniglot", *asked])
    monkeypatch.setattr(omniglot, "HandwritingNet", partial(omniglot.HandwritingNet, width=2))
    monkeypatch.setattr(omniglot, "TASKS", 50)
    omniglot.main()
    said = capsys.readouterr().out
    assert "trained on: 40 characters of Cc, Dd" in said and "threshold from: 20 characters of Bb" in said
    assert "report: 20 characters of Aa" in said and said.count("1 official one-shot runs") == 2
    assert "raw pixels: 1 official one-shot runs 100.0%" in said


def test_an_alphabet_that_is_not_there_is_named(alphabets):
    with pytest.raises(SystemExit, match=r"^There is no alphabet 'Zz'; there are Aa, Bb, Cc, Dd\.$"):
        omniglot.parted(load_folder(alphabets), ["Zz"], None, 0)


def test_alphabets_are_drawn_where_none_is_named(alphabets):
    data = omniglot.parted(load_folder(alphabets), None, None, seed=0)
    again = omniglot.parted(load_folder(alphabets), None, None, seed=0)
    assert (len(data.unseen), len(data.unseen_validation), data.num_classes) == (80, 80, 40)
    assert torch.equal(data.unseen.labels, again.unseen.labels) and data.digest == again.digest


def test_quarter_turns_are_new_classes(alphabets):
    data = omniglot.parted(load_folder(alphabets), None, None, seed=0)
    turned = omniglot.with_quarter_turns(data)
    images, labels = data.train.images, data.train.labels
    assert turned.num_classes == 160 and len(turned.train) == 4 * len(data.train)
    assert torch.equal(turned.train.images[len(labels) : 2 * len(labels)], images.rot90(1, (2, 3)))
    assert torch.equal(turned.train.labels[-len(labels) :], labels + 120)


@pytest.fixture
def faces(tmp_path):
    """As AT&T's: s1, s2, ... with 1.pgm, 2.pgm, ..., upright; one of each in colour, another size or another format."""
    chance = np.random.default_rng(0)
    for person in range(10):
        place = tmp_path / "faces" / f"s{person + 1}"
        place.mkdir(parents=True)
        face = chance.integers(0, 255, (7, 6), dtype=np.uint8).repeat(16, 0).repeat(16, 1)
        for number in range(1, 11):
            taken = Image.fromarray((0.8 * face + 0.2 * chance.integers(0, 255, face.shape)).astype(np.uint8))
            if number == 1:
                taken.convert("RGB").resize((50, 60)).save(place / "1.jpg")
            else:
                taken.save(place / f"{number}.pgm")
    return tmp_path / "faces"


@pytest.mark.parametrize(
    ("protocol", "entrants", "columns"),
    [
        (
            "pairs",
            ["raw pixels", "contrastive, random pairs", "contrastive, nearest pairs", "pairs parted at random"],
            ["verification", "equal errors", "TAR at 1 %", "R@1"],
        ),
        (
            "classes",
            ["ArcFace", "ArcFace + RegularFace", "Fixed AdaCos", "cross-entropy"],
            ["accuracy", "angle", "apart"],
        ),
        (
            "retrieval",
            ["raw pixels", "one centre", "SoftTriple, K = 5", "N-pairs"],
            ["R@1", "R@2", "R@4", "R@8", "NMI"],
        ),
    ],
)
def test_an_article_s_experiment_is_one_command_over_any_folder(
    protocol, entrants, columns, faces, tmp_path, capsys, monkeypatch
):
    monkeypatch.setenv("LESSONS_LIB_CACHE", str(tmp_path / "cache"))
    kept = tmp_path / "kept.json"
    own_folder.main([str(faces), "--protocol", protocol, "--epochs", "2", "--save", str(kept)])
    said, made = capsys.readouterr().out, json.loads(kept.read_text(encoding="utf-8"))
    assert f"100 images of 10 classes, protocol {protocol}" in said
    assert (made["folder"], made["classes"], made["images"], made["epochs"]) == ("faces", 10, 100, 2)
    assert list(made["found"]) == entrants
    for name, (shares,) in made["found"].items():
        own = [what for what in columns if not (name == "pairs parted at random" and what == "R@1")]
        assert list(shares) == own and name in said and all(f"  {what} " in said for what in columns)
        assert all(0 <= shares[what] <= 1 for what in own if what not in ("angle", "apart"))


def test_a_verdict_is_one_command_over_any_folder(faces, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("LESSONS_LIB_CACHE", str(tmp_path / "cache"))
    small = Backbone(torch.nn.AdaptiveAvgPool2d(4), 32)
    monkeypatch.setattr(own_folder, "load_backbone", lambda *named: {("small", "download"): small}[named])
    odd = Suspect(0, "caf\udce9/1.png", "caf\udce9", "03", -0.5)  # a name from a system that wrote no Unicode
    monkeypatch.setattr(own_folder, "suspects", lambda *asked: [odd, *suspects(*asked)])

    def tried(*asked, suspected):  # which only files of the folder may be
        return try_levers(*asked, suspected=[file for file in suspected if file != odd.file])

    monkeypatch.setattr(own_folder, "try_levers", tried)
    own_folder.main([str(faces), "--epochs", "2", "--far", "0.001", "--backbone", "small"])
    said = capsys.readouterr().out
    assert "100 images of 10 classes, protocol verdict" in said
    assert "  caf?/1.png: looks like 03" in said
    for name in ("this network", "raw pixels", "frozen backbone"):
        assert f"{name} " in said
    assert "No door for a false-accept rate of 0.001: 600 impostor pairs" in said  # of four strangers with ten each
    assert "pictures look more like another class" in said
    assert "three times as long" in said and "the backbone" in said and "twice the size" in said
    assert said.strip().splitlines()[-1].startswith(("Next: ", "None of the "))


@pytest.mark.parametrize(
    ("protocol", "place", "said"),
    [
        ("verdict", "new.json", "--save goes with --protocol pairs, classes, retrieval"),
        ("pairs", "mine.json", "mine.json is there already: give another file to --save"),
        ("pairs", "lost/new.json", "new.json would stand in a folder that is not there: give another file to --save"),
    ],
)
def test_where_figures_cannot_be_saved_is_said_before_the_training(protocol, place, said, tmp_path, capsys):
    (tmp_path / "mine.json").write_text("mine")
    with pytest.raises(SystemExit):
        own_folder.main([str(tmp_path), "--protocol", protocol, "--save", str(tmp_path / place)])
    assert said in capsys.readouterr().err and (tmp_path / "mine.json").read_text() == "mine"


def test_pairs_parted_at_random_flatter(tmp_path, monkeypatch):
    """Of people without anything in common strangers can hardly be told apart; known ones are known by heart."""
    for person in range(10):
        for i in range(10):
            chance = np.random.default_rng(100 * person + i)
            path = tmp_path / f"{person}" / f"{i}.png"
            path.parent.mkdir(exist_ok=True)
            Image.fromarray(chance.integers(0, 255, (28, 28), dtype=np.uint8)).save(path)
    monkeypatch.setattr(own_folder, "RandomJitter", torch.nn.Identity)
    folder = load_folder(tmp_path)
    flattered = own_folder.known_pairs(folder, 80, seed=0)
    assert flattered["verification"] > 0.85  # noise, known by heart: every picture was trained on, in other pairs


def test_the_mean_angle_to_the_nearest_class_weight():
    weight = torch.tensor([[1.0, 0], [0, 3], [-2, 0]])
    assert own_folder.apart(weight) == pytest.approx(90, abs=0.05)
    assert own_folder.said("apart", [80.4, 81.4]) == "   81° (80° to 81°)"
    assert own_folder.said("accuracy", [0.5]) == " 50.0%"
