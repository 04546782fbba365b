"""Many classes without a download: characters of many scripts, drawn from the fonts that matplotlib ships.

The drawings are kept in the cache; every loading jitters them anew.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from lessons_lib.data.drawings import (
    SCRIPTS,
    SEEN,
    SIDE,
    UNSEEN,
    UNSEEN_VALIDATION,
    Drawings,
    draw_glyphs,
    load_drawings,
)
from lessons_lib.data.images import LabelledImages, random_maps
from lessons_lib.data.open_set import OpenSetData, images_digest
from lessons_lib.losses.checks import check_count, check_seed

HELD_BACK = 5  # validation images of each seen class, and as many test images
UNSEEN_IMAGES = 20  # of each unseen class, as Omniglot has
# What jitter does at most, each way: rotation in radians, shear, shift in half sides, stretch by a factor.
ROTATION, SHEAR, SHIFT, STRETCH = 0.2, 0.15, 0.1, 1.15
_BATCH = 2_000


class Glyphs(OpenSetData):
    """Drawn characters, white on black as MNIST's digits. `class_names` are the characters themselves, `groups` their
    scripts; no script is in two of the seen classes, `unseen` and `unseen_validation`.
    """

    @property
    def scripts(self) -> tuple[str, ...]:
        """The names of all scripts."""
        return self.groups

    @property
    def script_of_class(self) -> Tensor:
        """(K,) int64: by class number, the number of its script."""
        return self.group_of_class


def load_glyphs(images_per_class: int = 20, seed: int = 0) -> Glyphs:
    """About 2,200 classes of 28×28 images in [0, 1]; `images_per_class` of each seen class to train on.

    The same `seed` gives the same images, byte for byte. The first call draws the characters, which takes seconds, and
    keeps them in the cache. Raises ValueError for images_per_class below 1, FileNotFoundError for a matplotlib that
    lacks its fonts.
    """
    check_count("images_per_class", images_per_class, 1, "load_glyphs")
    check_seed(seed)
    drawings, chance = load_drawings(), torch.Generator().manual_seed(seed)
    bold, scripts = _thickened(drawings.images), tuple(SCRIPTS.values())
    amounts = (images_per_class, HELD_BACK, HELD_BACK, UNSEEN_IMAGES, UNSEEN_IMAGES)
    parts = []
    for amount, kind in zip(amounts, (SEEN, SEEN, SEEN, UNSEEN, UNSEEN_VALIDATION), strict=True):
        classes = torch.tensor([i for i, script in enumerate(drawings.scripts) if script in kind.values()])
        labels = classes.repeat(amount)[torch.randperm(amount * len(classes), generator=chance)]
        parts.append(LabelledImages(jittered(drawings, bold, labels, chance), labels))
    return Glyphs(
        *parts[:3],
        num_classes=sum(script in SEEN.values() for script in drawings.scripts),
        digest=images_digest(*parts),
        unseen=parts[3],
        unseen_validation=parts[4],
        class_names=drawings.characters,
        groups=scripts,
        group_of_class=torch.tensor([scripts.index(script) for script in drawings.scripts]),
    )


def contact_sheet(data: Glyphs, per_script: int = 10) -> tuple[Tensor, list[str]]:
    """One image each of `per_script` classes of every script, a script a row, with a caption each.

    Images (S·per_script, 1, 28, 28); a script with fewer classes leaves blanks, captioned with nothing. For
    `figures.digits(images, captions, columns=per_script, alt="...")`.
    """
    check_count("per_script", per_script, 1, "contact_sheet")
    parts = (data.test, data.unseen, data.unseen_validation)
    images, labels = torch.cat([part.images for part in parts]), torch.cat([part.labels for part in parts])
    first = {label: place for place, label in reversed(list(enumerate(labels.tolist())))}
    sheet = torch.zeros(len(data.scripts), per_script, 1, SIDE, SIDE)
    captions: list[str] = []
    for number, script in enumerate(data.scripts):
        classes = (data.script_of_class == number).nonzero().squeeze(1)
        shown = classes[torch.linspace(0, len(classes) - 1, min(per_script, len(classes))).long()].tolist()
        sheet[number, : len(shown)] = images[[first[label] for label in shown]]
        names = [script, *(f"U+{ord(data.class_names[label]):04X}" for label in shown[1:])]
        captions += names + [""] * (per_script - len(names))
    return sheet.flatten(0, 1), captions


def write_glyph_folder(
    path: str | Path, *, scripts: Sequence[str], classes: int, images: int = 10, seed: int = 0
) -> Path:
    """A folder for who has none at hand: `classes` characters of these scripts, a folder of `images` PNGs each.

    Black on white, squares of 40 to 80 pixels a side; folders are named by code point, such as U+05D0. The characters
    are taken evenly from those of the scripts that do not look alike; `seed` decides how each is drawn. Returns the
    path. Raises ValueError for a script there is none of, and for more classes than these scripts have.
    """
    check_count("images", images, 1, "write_glyph_folder")
    strange = sorted(set(scripts) - set(SCRIPTS.values()))
    if strange:
        raise ValueError(f"There is no script {strange[0]!r}; there are {', '.join(SCRIPTS.values())}.")
    check_seed(seed)
    drawings, chance = draw_glyphs(scripts), torch.Generator().manual_seed(seed)
    known = len(drawings.characters)
    if not 1 <= classes <= known:
        raise ValueError(f"classes must lie in 1..{known}, as many as these scripts have, got {classes}.")
    taken = torch.linspace(0, known - 1, classes).long()
    mine = torch.isin(drawings.labels, taken)  # the others need not be thickened
    few = replace(drawings, images=drawings.images[mine], labels=torch.searchsorted(taken, drawings.labels[mine]))
    labels = torch.arange(classes).repeat_interleave(images)
    pictures = 255 * (1 - jittered(few, _thickened(few.images), labels, chance))
    sides = torch.randint(40, 81, (len(labels),), generator=chance).tolist()
    for place, (label, side) in enumerate(zip(taken[labels].tolist(), sides, strict=True)):
        folder = Path(path) / f"U+{ord(drawings.characters[label]):04X}"
        folder.mkdir(parents=True, exist_ok=True)
        picture = Image.fromarray(pictures[place, 0].byte().numpy()).resize((side, side), Image.Resampling.BILINEAR)
        picture.save(folder / f"{place % images + 1}.png")
    return Path(path)


def jittered(drawings: Drawings, bold: Tensor, labels: Tensor, chance: torch.Generator) -> Tensor:
    """One image for each label (N,): the class in a random font, thickened towards `bold`, turned, sheared, stretched
    and shifted a little. (N, 1, 28, 28) float32, whole multiples of 1/255."""
    fonts = torch.bincount(drawings.labels)
    which = (fonts.cumsum(0) - fonts)[labels] + (torch.rand(len(labels), generator=chance) * fonts[labels]).long()
    images = torch.empty(len(labels), 1, SIDE, SIDE)
    for batch, into in zip(which.split(_BATCH), images.split(_BATCH), strict=True):
        thickness = (2 * torch.rand(len(batch), 1, 1, generator=chance) - 1).clamp(min=0)  # half of all stay thin
        thick = torch.lerp(drawings.images[batch].float(), bold[batch].float(), thickness)
        where = F.affine_grid(_placement(len(batch), chance), list(into.shape), align_corners=False)
        into.copy_(F.grid_sample(thick[:, None], where, align_corners=False).round_().div_(255))
    return images


def _placement(count: int, chance: torch.Generator) -> Tensor:
    """What puts each drawing a little elsewhere, (count, 2, 3)."""
    return random_maps(count, ROTATION, SHEAR, SHIFT, STRETCH, chance)


def _thickened(images: Tensor) -> Tensor:
    """Every pixel as bright as the brightest of the 3×3 around it; the rim of a drawing is blank."""
    for side in (1, 2):
        images = torch.maximum(images, torch.maximum(images.roll(1, side), images.roll(-1, side)))
    return images
