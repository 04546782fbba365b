"""A network that others have trained, frozen: its features are computed once, and a head on them trains in seconds."""

import hashlib
import io
from dataclasses import replace
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor, nn

from lessons_lib.data import Decoding, ImageFolder
from lessons_lib.data.cache import cache_folder, keep, kept
from lessons_lib.data.folders import pictures_of
from lessons_lib.data.vision import import_torchvision
from lessons_lib.losses.checks import check_count

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
_HEADS = ("fc", "heads", "head", "classifier")  # what torchvision's models call the layers that name ImageNet's classes
_BATCH = 64


class Backbone(nn.Module):
    """Any network that makes one vector of a picture, frozen: (N, 1 or 3, size, size) in [0, 1] -> (N, features).

    `body` wants pictures (N, 3, size, size) less `mean`, by `std`. Neither its weights nor its averages move, in
    training neither. Black and white are never exchanged for it: it knows the world as it is.
    """

    def __init__(
        self,
        body: nn.Module,
        size: int = 224,
        mean: tuple[float, ...] = IMAGENET_MEAN,
        std: tuple[float, ...] = IMAGENET_STD,
    ):
        super().__init__()
        self.body, self.size = body.requires_grad_(False), size
        self.register_buffer("mean", torch.tensor(mean).view(3, 1, 1))
        self.register_buffer("std", torch.tensor(std).view(3, 1, 1))
        self.train(False)

    def train(self, mode: bool = True) -> "Backbone":
        """Stays as it is in use."""
        return super().train(False)

    def forward(self, images: Tensor) -> Tensor:
        colour = images.expand(-1, 3, -1, -1)
        return self.body((colour - self.mean) / self.std).flatten(1)


def load_backbone(name: str, weights: str | Path | Literal["download"] = "download") -> Backbone:
    """A model of torchvision by its name there, such as "mobilenet_v3_small", without the layer that names classes.

    `weights` is a file of them; "download" has torchvision fetch its newest into the cache, once. Raises OSError with
    one sentence where that cannot be, ValueError for a name or weights that do not fit.
    """
    models = import_torchvision().models
    try:
        body, published = models.get_model(name, weights=None), models.get_model_weights(name)
    except ValueError:
        raise ValueError(
            f"torchvision has no model {name!r}; torchvision.models.list_models() lists its names."
        ) from None
    newest = list(published)[-1]
    body.load_state_dict(_downloaded(name, newest) if weights == "download" else _read(name, Path(weights), body))
    place = next((each for each in _HEADS if hasattr(body, each)), None)
    if place is None:
        raise ValueError(f"{name} names its classes in a way not known here: make a Backbone of it yourself.")
    setattr(body, place, nn.Identity())
    seen = newest.transforms()
    return Backbone(body, seen.crop_size[0], tuple(seen.mean), tuple(seen.std))


def _downloaded(name: str, published: object) -> dict[str, Tensor]:
    place = cache_folder() / "backbones"
    try:
        return published.get_state_dict(model_dir=str(place), check_hash=True, progress=False)
    except (OSError, RuntimeError) as error:
        raise OSError(
            f"The weights of {name} could not be downloaded ({error}): connect to a network and call again, or fetch "
            f"{published.url} elsewhere and give the file's path as weights."
        ) from error


def _read(name: str, path: Path, body: nn.Module) -> dict[str, Tensor]:
    if not path.is_file():
        raise OSError(f"There is no file {path} with weights of {name}.")
    weights = torch.load(path, weights_only=True, map_location="cpu")
    known, given = body.state_dict(), weights if isinstance(weights, dict) else {}
    if {key: value.shape for key, value in known.items()} != {
        key: getattr(v, "shape", None) for key, v in given.items()
    }:
        strange = sorted(set(known) ^ set(given))
        told = f"{len(strange)} names differ, such as {strange[0]}" if strange else "some have other shapes"
        raise ValueError(f"{path} does not hold the weights of torchvision's {name}: {told}.")
    return weights


def features_of(backbone: Backbone, folder: ImageFolder, *, cache: bool = True) -> ImageFolder:
    """The folder with features (N, F) in place of its images, computed once from the files, in colour, and cached.

    The pictures pass through the memory a few at a time. The name in the cache holds the files' content and the
    backbone's weights, so features are computed anew where either has changed.
    """
    decoding = replace(folder.decoding, size=backbone.size, channels=3)
    place = cache_folder() / "features" / f"{_digest(backbone, folder, decoding)}.pt"
    content = kept(place, f"The features in {place}", "they will be computed again", stacklevel=2) if cache else None
    if content is None:
        features = _computed(backbone, folder, decoding)
        if cache:
            written = io.BytesIO()
            torch.save(features, written)
            keep(place, written.getvalue())
    else:
        features = torch.load(io.BytesIO(content), weights_only=True)
    return replace(folder, images=features, inverted=False, decoding=decoding)


@torch.no_grad()
def _computed(backbone: Backbone, folder: ImageFolder, decoding: Decoding) -> Tensor:
    found, batch = [], []
    device = "cuda" if torch.cuda.is_available() else "cpu"
    backbone = backbone.to(device)
    for picture in pictures_of(folder, decoding):
        batch.append(picture)
        if len(batch) == _BATCH:
            found.append(backbone(torch.stack(batch).to(device)).cpu())
            batch.clear()
    if batch:
        found.append(backbone(torch.stack(batch).to(device)).cpu())
    backbone.cpu()
    return torch.cat(found)


def _digest(backbone: Backbone, folder: ImageFolder, decoding: Decoding) -> str:
    """What decides the features: weights, the way of reading, and the content of every file."""
    digest = hashlib.sha256(f"{type(backbone.body).__qualname__} {decoding} {torch.__version__}".encode())
    for name, value in backbone.state_dict().items():
        digest.update(name.encode() + value.detach().cpu().contiguous().view(-1).view(torch.uint8).numpy().tobytes())
    for file in folder.files:
        digest.update(hashlib.sha256((folder.root / file).read_bytes()).digest())
    return digest.hexdigest()[:32]


class FeatureNet(nn.Sequential):
    """What is trained on frozen features (N, features): each brought to one spread, a share of them hidden in training,
    and one linear layer -> (N, embedding_size)."""

    def __init__(self, features: int, embedding_size: int, hidden: float = 0.2):
        check_count("embedding_size", embedding_size, 1, "FeatureNet")
        super().__init__(nn.BatchNorm1d(features), nn.Dropout(hidden), nn.Linear(features, embedding_size))
        self.embedding_size = embedding_size
