"""What should be tried next? Tried, on a small budget, and not guessed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import torch

from lessons_lib.backbones import Backbone
from lessons_lib.data import ImageFolder, OpenSetData
from lessons_lib.data.folders import check_files, pictures_of
from lessons_lib.evaluation.resampled import Interval, difference, ranked_rightly
from lessons_lib.own.choosing import Chosen, check_whole
from lessons_lib.own.settings import Setting, train

LABELS = "labels"
LOOKED_AT = 50  # pictures, to know whether a folder has colour


@dataclass(frozen=True)
class Lever:
    """What was changed, and by how much more of the strangers' pairs were ranked rightly then, a share."""

    name: str
    gain: Interval

    def __str__(self) -> str:
        sure = "it helps" if self.gain.low > 0 else "it harms" if self.gain.high < 0 else "not told apart from nothing"
        return f"{self.name:19} {_points(self.gain)}: {sure}"


def levers(setting: Setting, folder: ImageFolder, backbone: Backbone | None = None) -> dict[str, Setting]:
    """What may be changed about a setting, one thing at a time; colour only where the folder has any."""
    changed = {"three times as long": replace(setting, epochs=3 * setting.epochs)}
    if not setting.colour and has_colour(folder):
        changed["colour"] = replace(setting, colour=True)
    if 2 * setting.size <= 224:
        changed["twice the size"] = replace(setting, size=2 * setting.size)
    if backbone is not None:
        changed["the backbone"] = replace(setting, backbone=backbone)
    return changed


def has_colour(folder: ImageFolder) -> bool:
    """Whether one in ten of a folder's pictures, or more, is not grey: a few of them are looked at."""
    some = torch.linspace(0, len(folder) - 1, min(LOOKED_AT, len(folder))).long()
    few = replace(folder, images=folder.images[some], files=tuple(folder.files[i] for i in some.tolist()))
    small = replace(folder.decoding, size=16, channels=3)
    spread = torch.stack([picture.amax(0) - picture.amin(0) for picture in pictures_of(few, small)])
    return bool((spread.flatten(1).amax(dim=1) > 0.1).float().mean() >= 0.1)


def try_levers(
    folder: ImageFolder,
    setting: Setting,
    changed: Mapping[str, Setting],
    *,
    suspected: Sequence[str] = (),
    budget: float = 0.5,
    seed: int = 0,
) -> list[Lever]:
    """Train as the setting says and with each change, and compare on the strangers to choose by, best change first.

    Each training, the plain one too, gets a share of its epochs, the `budget`. The strangers to report on are not
    touched, so that the verdict on them stays honest. `suspected` are files that look wrongly labelled: to leave them
    out is a lever as well, the labels. An interrupt ends it: half a training tells nothing of a lever.
    """
    check_files(folder, suspected)
    setting, *others = (replace(one, epochs=max(1, round(budget * one.epochs))) for one in (setting, *changed.values()))
    plain, data = _whole("the plain setting", folder, setting, seed=seed)
    before, gains = plain.pairs(data.unseen_validation), {}
    for name, other in zip(changed, others, strict=True):
        chosen, its = _whole(name, folder, other, seed=seed)
        gains[name] = difference(chosen.pairs(its.unseen_validation), before, ranked_rightly)
    if suspected:
        chosen, its = _whole(LABELS, folder, setting, without=suspected, seed=seed)
        without = its.unseen_validation  # both are asked about labels that can be believed
        gains[LABELS] = difference(chosen.pairs(without), plain.pairs(without), ranked_rightly)
    return sorted((Lever(name, gain) for name, gain in gains.items()), key=lambda lever: -lever.gain.value)


def _whole(
    name: str, folder: ImageFolder, setting: Setting, *, without: Sequence[str] = (), seed: int
) -> tuple[Chosen, OpenSetData]:
    """One training to its end, and the data it was trained on; KeyboardInterrupt where somebody stopped it."""
    chosen, data = train(folder, setting, without=without, seed=seed)
    check_whole(chosen, name)
    return chosen, data


def advise(found: Sequence[Lever]) -> str:
    """Which lever next, in a sentence."""
    helps = [lever for lever in found if lever.gain.low > 0]
    if not helps:
        return (
            f"None of the {len(found)} levers helped more than chance would. What is left is more classes, and more "
            "pictures of each."
        )
    best, *others = helps
    then = f" Then: {', '.join(lever.name for lever in others)}." if others else ""
    return f"Next: {best.name}, {_points(best.gain)} of pairs ranked rightly.{then}"


def _points(gain: Interval) -> str:
    return f"{100 * gain.value:+.1f} points ({100 * gain.low:+.1f} to {100 * gain.high:+.1f})"
