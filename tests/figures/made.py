"""Points, heads and a look at a picture, for the tests of figures."""

import base64
import io

import torch
from PIL import Image

from lessons_lib.figures.style import Picture
from lessons_lib.losses import SoftTripleLoss


def points(count: int = 400):
    generator = torch.Generator().manual_seed(0)
    return torch.randn(count, 2, generator=generator), torch.randint(10, (count,), generator=generator)


def shown(picture: Picture) -> Image.Image:
    data, metadata = picture._repr_mimebundle_()
    assert data["text/plain"] == metadata["image/png"]["alt"] == picture.alt and len(picture.alt) > 30
    return Image.open(io.BytesIO(base64.b64decode(data["image/png"])))


def on_circle(*degrees):
    turns = torch.tensor(degrees, dtype=torch.float32).deg2rad()
    return torch.stack([turns.cos(), turns.sin()], dim=-1)


def with_centers(*classes):
    """A SoftTriple head whose classes have centres at these degrees."""
    head = SoftTripleLoss(len(classes), 2, len(classes[0]))
    head.weight.data = torch.stack([on_circle(*own) for own in classes])
    return head
