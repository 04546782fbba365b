"""A verdict on any folder of images whose folders are classes, and three articles' experiments over it.

    .venv/bin/python -m benchmarks.own_folder FOLDER [--size 28] [--colour] [--backbone resnet18 [--weights FILE]]
    .venv/bin/python -m benchmarks.own_folder FOLDER --protocol pairs [--epochs 40] [--seeds 1] [--save RESULT.json]

verdict, unless another protocol is asked for: lesson 12's. The network against raw pixels, and a frozen backbone where
one is named, on strangers; a door for --far; which lever next; the pictures that look wrongly labelled.
pairs, as with the AT&T faces: the contrastive loss on genuine and impostor pairs. A fifth of the classes are strangers
to report on, and a fifth strangers to choose the threshold by. Beside it the article's own protocol, which parts the
pairs at random: there the people it reports on, and nearly all of their pictures, have been trained on.
classes, as with sixteen people: ArcFace with and without RegularFace, Fixed AdaCos and cross-entropy at equal budget.
Every class is trained on; of its images 15 % are held back to choose the best state by and 15 % to report.
retrieval, as with the birds of CUB-200: SoftTriple, the half of the classes that was not trained on retrieved. This is
benchmarks.soft_triple, and needs what it needs.

For the articles' experiments all images are read grey and at 28 pixels a side, and jittered while training; a seed
decides the split, the start and the order. The network is the course's small one, from random weights: its figures are
not to be compared with the articles'.
"""

import argparse
import datetime
import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import torch
from torch import Tensor, nn

from lessons_lib.angles import cosines_between, safe_angle, unit_vectors
from lessons_lib.backbones import features_of, load_backbone
from lessons_lib.data import (
    ImageData,
    ImageFolder,
    NamedImages,
    OpenSetData,
    by_images,
    load_folder,
    most_pairs,
    part_classes,
    sample_pairs,
)
from lessons_lib.evaluation import (
    accuracy,
    best_threshold,
    equal_error_rate,
    recall_at_k,
    roc,
    similarity,
    tar_at_far,
    target_angles,
    verification_accuracy,
    verify,
)
from lessons_lib.evaluation.doors import set_door
from lessons_lib.losses import (
    ArcFaceLoss,
    ContrastiveLoss,
    FixedAdaCosLoss,
    Head,
    InBatch,
    OnClassWeights,
    RegularFaceRegularizer,
    SoftmaxLoss,
    nearest_pairs,
    random_pairs,
)
from lessons_lib.nets import EmbeddingNet, RandomJitter, embed
from lessons_lib.own import Setting, advise, judge, levers, likely, pixels, suspects, try_levers
from lessons_lib.own import train as train_as_set
from lessons_lib.runs import Run
from lessons_lib.training import Auxiliary, fit

SIZE, WIDTH, TOGETHER = 64, 16, 2
PAIRS, BATCH = 4_000, 256  # pairs to train on and to report on in the article's protocol, and at a time
SHOWN = 10  # pictures that look wrongly labelled
Figures = dict[str, float]
Found = dict[str, list[Figures]]


def train(
    make: Callable[[], Head], data: ImageData, epochs: int, seed: int, regularizer: nn.Module | None = None
) -> Run:
    """One training from this seed."""
    torch.manual_seed(seed)
    net, head = nn.Sequential(RandomJitter(), EmbeddingNet(SIZE, width=WIDTH)), make()
    auxiliary: Auxiliary = [(1.0, OnClassWeights(regularizer, head))] if regularizer else []
    return fit(net, head, data, epochs=epochs, auxiliary=auxiliary, seed=seed, together=TOGETHER)


def strangers(embedded: Callable[[Tensor], Tensor], data: OpenSetData) -> Figures:
    """Verification of the unseen classes with the threshold from the others, and R@1; shares 0..1."""
    known, unseen = data.unseen_validation, data.unseen
    x = embedded(unseen.images)
    found = verify(x, unseen.labels, threshold_from=(embedded(known.images), known.labels))
    return {
        "verification": found.accuracy,
        "equal errors": found.eer,
        "TAR at 1 %": found.tar[0.01],
        "R@1": recall_at_k(x, unseen.labels)[1],
    }


def pairs(folder: ImageFolder, epochs: int, seeds: int) -> Found:
    """Pixels, and the contrastive loss on pairs by chance and on the nearest ones, on strangers; an entry a seed.

    Last the article's protocol, in which nobody is a stranger.
    """
    found: Found = {"raw pixels": [], "contrastive, random pairs": [], "contrastive, nearest pairs": []}
    found["pairs parted at random"] = []
    for seed in range(seeds):
        data = part_classes(folder, seed=seed)
        found["pairs parted at random"].append(known_pairs(folder, epochs, seed))
        found["raw pixels"].append(strangers(partial(torch.flatten, start_dim=1), data))
        for choose, rows in zip((random_pairs, nearest_pairs), list(found.values())[1:3], strict=True):
            head = partial(InBatch, ContrastiveLoss(), choose, data.num_classes, SIZE, normalize=True)
            rows.append(strangers(partial(embed, train(head, data, epochs, seed).net), data))
    return found


def known_pairs(folder: NamedImages, epochs: int, seed: int) -> Figures:
    """The article's protocol: pairs of all images are drawn and parted, one half to train on and one to report on."""
    drawn = sample_pairs(folder.labels, min(2 * PAIRS, most_pairs(folder.labels)), seed=seed)
    learnt, asked = (slice(0, len(drawn.same) // 2), slice(len(drawn.same) // 2, None))
    torch.manual_seed(seed)
    net, loss = nn.Sequential(RandomJitter(), EmbeddingNet(SIZE, width=WIDTH)), ContrastiveLoss()
    optimizer = torch.optim.AdamW(net.parameters(), lr=0.01, betas=(0.9, 0.99), weight_decay=0.0)
    chance = torch.Generator().manual_seed(seed)
    for _ in range(max(1, epochs // 4)):  # a pass over the pairs shows every picture some ten times
        for which in torch.randperm(learnt.stop, generator=chance).split(BATCH):
            if len(which) > 1:
                both = folder.images[torch.cat([drawn.first[which], drawn.second[which]])]
                x, y = unit_vectors(net(both)).chunk(2)
                optimizer.zero_grad()
                loss(x, y, drawn.same[which]).backward()
                optimizer.step()
    scores = similarity(embed(net, folder.images), drawn.first, drawn.second)
    curve = roc(scores[asked], drawn.same[asked])
    threshold = best_threshold(scores[learnt], drawn.same[learnt])
    return {
        "verification": verification_accuracy(scores[asked], drawn.same[asked], threshold),
        "equal errors": equal_error_rate(curve),
        "TAR at 1 %": tar_at_far(curve, 0.01),
    }


def verdict(folder: ImageFolder, asked: argparse.Namespace) -> None:
    """Say lesson 12's verdict on a folder."""
    setting = Setting(size=asked.size, colour=asked.colour, epochs=asked.epochs)
    chosen, data = train_as_set(folder, setting)
    backbone, others = None, {"raw_pixels": pixels(data.unseen)}
    if asked.backbone:
        backbone = load_backbone(asked.backbone, asked.weights or "download")
        others["frozen_backbone"] = pixels(part_classes(features_of(backbone, folder)).unseen)
    print(judge(chosen.embedded(data.unseen), learnt_from=data.train, **others))
    both = [
        torch.cat(parts)
        for parts in zip(chosen.embedded(data.unseen), chosen.embedded(data.unseen_validation), strict=True)
    ]
    print(set_door(*both, far=asked.far))
    wrong = likely(suspects(folder, setting))
    print(f"{len(wrong)} pictures look more like another class than like their own" + (", first:" if wrong else "."))
    for each in wrong[:SHOWN]:
        line = f"  {each.file}: looks like {each.looks_like}"
        print(line.encode(errors="replace").decode())  # names may have bytes that are no Unicode
    tried = try_levers(folder, setting, levers(setting, folder, backbone), suspected=[each.file for each in wrong])
    print(*tried, advise(tried), sep="\n")


def classes(folder: NamedImages, epochs: int, seeds: int) -> Found:
    """Four ways to train a classifier of all classes, on images of them that were held back; an entry a seed.

    "angle" is the mean angle of a feature to its own class weight, "apart" that of a class weight to the nearest other,
    in degrees.
    """
    size = len(folder.class_names), SIZE
    arcface = partial(ArcFaceLoss, *size, **ArcFaceLoss.sensible(*size))
    entrants: dict[str, tuple[Callable[[], Head], nn.Module | None]] = {
        "ArcFace": (arcface, None),
        "ArcFace + RegularFace": (arcface, RegularFaceRegularizer()),
        "Fixed AdaCos": (partial(FixedAdaCosLoss, *size), None),
        "cross-entropy": (partial(SoftmaxLoss, *size), None),
    }
    found: Found = {name: [] for name in entrants}
    for seed in range(seeds):
        data = by_images(folder, seed=seed)
        for name, (head, regularizer) in entrants.items():
            run = train(head, data, epochs, seed, regularizer)
            angle = target_angles(run, data.test).mean().rad2deg().item()
            found[name].append({"accuracy": accuracy(run, data.test), "angle": angle, "apart": apart(run.head.weight)})
    return found


@torch.no_grad()
def apart(weight: Tensor) -> float:
    """The mean angle from each class weight (C, d) to the nearest other, in degrees."""
    cosines = cosines_between(weight, weight).fill_diagonal_(-1)
    return safe_angle(cosines.amax(dim=1)).mean().rad2deg().item()


def retrieval(folder: NamedImages, epochs: int, seeds: int) -> Found:
    """SoftTriple and one centre a class, trained on the first half of the classes and asked for the second."""
    from benchmarks import soft_triple  # it needs scikit-learn, which a reader's environment lacks

    return soft_triple.compare(*soft_triple.halves(folder), epochs, seeds)


PROTOCOLS: dict[str, Callable[[ImageFolder, int, int], Found]] = {
    "pairs": pairs,
    "classes": classes,
    "retrieval": retrieval,
}


def report(found: Found) -> None:
    """A line for each entrant: the mean over the seeds, and from where to where they go."""
    for name, runs in found.items():
        print(f"{name:26}", *(f"  {what} {said(what, [run[what] for run in runs])}" for what in runs[0]))
    if "pairs parted at random" in found:
        print("In the last line the pairs are new and the people are not: it says nothing of strangers.")


def said(what: str, values: Sequence[float]) -> str:
    """Shares in per cent, angles in degrees."""
    one = "{:.0f}°".format if what in ("angle", "apart") else "{:.1%}".format
    spread = f" ({one(min(values))} to {one(max(values))})" if len(values) > 1 else ""
    return f"{one(sum(values) / len(values)):>6}{spread}"


def arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.own_folder", description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, help="any tree of folders whose folders of images are classes")
    protocols = ("verdict", *PROTOCOLS)
    parser.add_argument("--protocol", choices=protocols, default="verdict", help="which experiment (default: verdict)")
    parser.add_argument("--size", type=int, default=28, help="verdict: pixels a side, 28 to 224 (default: 28)")
    parser.add_argument("--colour", action="store_true", help="verdict: read the images in colour")
    parser.add_argument("--far", type=float, default=0.01, help="verdict: impostors that may get in (default: 0.01)")
    parser.add_argument("--backbone", help="verdict: a model of torchvision to hold against, such as resnet18")
    parser.add_argument("--weights", type=Path, help="verdict: the file of its weights (default: download them)")
    parser.add_argument("--epochs", type=int, default=40, help="passes over what is trained on (default: 40)")
    parser.add_argument("--seeds", type=int, default=1, help="how often to do it all, from 0 on (default: 1)")
    parser.add_argument("--save", type=Path, help="write the figures to this JSON file as well")
    asked = parser.parse_args(words)
    if asked.save and asked.protocol == "verdict":
        parser.error(f"--save goes with --protocol {', '.join(PROTOCOLS)}: a verdict is said, not saved")
    if asked.save and (asked.save.exists() or not asked.save.parent.is_dir()):
        there = "is there already" if asked.save.exists() else "would stand in a folder that is not there"
        parser.error(f"{asked.save} {there}: give another file to --save")
    return asked


def main(words: Sequence[str] | None = None) -> None:
    asked = arguments(words)
    alone = asked.protocol == "verdict"
    folder = load_folder(asked.folder, size=asked.size, colour=asked.colour) if alone else load_folder(asked.folder)
    print(f"{len(folder):,} images of {len(folder.class_names)} classes, protocol {asked.protocol}")
    if alone:
        verdict(folder, asked)
        return
    found = PROTOCOLS[asked.protocol](folder, asked.epochs, asked.seeds)
    report(found)
    if asked.save:
        made = {"date": str(datetime.date.today()), "torch": torch.__version__.split("+")[0]}
        made |= {"folder": asked.folder.name, "classes": len(folder.class_names), "images": len(folder)}
        made |= {"protocol": asked.protocol, "epochs": asked.epochs}
        rounded = {
            name: [{what: round(v, 4) for what, v in run.items()} for run in runs] for name, runs in found.items()
        }
        asked.save.write_text(json.dumps(made | {"found": rounded}, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
