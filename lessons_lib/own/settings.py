"""What one sets for a folder, in one place: how pictures are read, which network looks at them, how long it learns."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import nn

from lessons_lib.backbones import Backbone, FeatureNet, features_of
from lessons_lib.data import Decoding, ImageFolder, OpenSetData, load_folder, part_classes
from lessons_lib.data.folders import check_files, pictures_of
from lessons_lib.data.open_set import images_digest
from lessons_lib.losses import FixedAdaCosLoss, Head, NormalizedSoftmaxLoss
from lessons_lib.losses.checks import check_seed
from lessons_lib.own.choosing import Chosen, fit_for_strangers
from lessons_lib.picture_nets import PictureJitter, PictureNet

FEATURE_EPOCHS = 30


@dataclass(frozen=True)
class Setting:
    """How a folder is learnt from; with a `backbone` its features are the pictures, and size and colour are its own."""

    size: int = 28
    colour: bool = False
    epochs: int = 40
    width: int = 16
    embedding_size: int = 64
    mirror: bool = False
    backbone: Backbone | None = None

    def read(self, path: str | Path) -> ImageFolder:
        """The folder as this setting wants it."""
        return load_folder(path, size=self.size, colour=self.colour)

    def again(self, folder: ImageFolder) -> ImageFolder:
        """The same files of a folder, those that were left out still left out, read as this setting wants it."""
        if self.backbone is not None:
            return features_of(self.backbone, folder)
        if (self.size, 3 if self.colour else 1) == (folder.decoding.size, folder.decoding.channels):
            return folder
        return read_again(folder, replace(folder.decoding, size=self.size, channels=3 if self.colour else 1))

    def net(self, folder: ImageFolder) -> nn.Module:
        """A network for what `again` gave, with random weights."""
        if self.backbone is not None:
            return FeatureNet(folder.images.shape[1], self.embedding_size)
        channels = folder.decoding.channels
        return nn.Sequential(
            PictureJitter(mirror=self.mirror), PictureNet(self.embedding_size, self.size, channels, self.width)
        )

    def head(self, num_classes: int) -> Head:
        """Fixed AdaCos, which has nothing to choose."""
        kind = FixedAdaCosLoss if num_classes > 2 else NormalizedSoftmaxLoss
        return kind(num_classes, self.embedding_size)


def train(
    folder: ImageFolder, setting: Setting, *, without: Sequence[str] = (), seed: int = 0
) -> tuple[Chosen, OpenSetData]:
    """One training as the setting says, with the strangers that `seed` draws, and the data it was trained on.

    The files in `without` are neither trained on nor chosen by; who the strangers are does not change by it.
    Raises ValueError for a file that the folder has not.
    """
    check_files(folder, without)
    seen = setting.again(folder)
    data = part_classes(seen, seed=seed)
    if without:
        data = _thinned(data, seen, set(without), seed)
    check_seed(seed)
    torch.manual_seed(seed)
    net, head = setting.net(seen), setting.head(data.num_classes)
    epochs = FEATURE_EPOCHS if setting.backbone is not None else setting.epochs
    return fit_for_strangers(net, head, data, epochs=epochs, seed=seed), data


def _thinned(data: OpenSetData, seen: ImageFolder, without: set[str], seed: int) -> OpenSetData:
    """The data without these files in what is trained on and chosen by."""
    numbers = part_classes(replace(seen, images=torch.arange(len(seen))), seed=seed)  # parted alike: which is where
    left = {}
    for name in ("train", "validation", "unseen_validation"):
        files = [seen.files[i] for i in getattr(numbers, name).images.tolist()]
        which = torch.tensor([i for i, file in enumerate(files) if file not in without], dtype=torch.int64)
        left[name] = getattr(data, name).pick(which) if len(which) else getattr(data, name)
    thinned = replace(data, **left)
    digest = images_digest(thinned.train, thinned.validation, thinned.test, thinned.unseen, thinned.unseen_validation)
    return replace(thinned, digest=digest)


def read_again(folder: ImageFolder, decoding: Decoding) -> ImageFolder:
    """The same files read in another way; black and white exchanged as they were, but never in colour."""
    images = torch.empty(len(folder), decoding.channels, decoding.size, decoding.size)
    for into, picture in zip(images, pictures_of(folder, decoding), strict=True):
        into.copy_(picture)
    inverted = folder.inverted and decoding.channels == 1
    return replace(folder, images=1 - images if inverted else images, decoding=decoding, inverted=inverted)
