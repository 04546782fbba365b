"""PairMatrix: a batch of images and captions as a matrix of cosines, and which of its pairs still push."""

import base64
import math
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
import traitlets
from torch import Tensor, nn

from lessons_lib.angles import unit_vectors
from lessons_lib.data import gram_counts
from lessons_lib.explorers.kit.explorer import Choice, Explorer, Number, of_a_widget
from lessons_lib.explorers.kit.link import link
from lessons_lib.explorers.kit.packing import folded, pack, packed_text
from lessons_lib.figures.style import ACCENT, FAINT, INK, SOFT, Picture

WAYS = {"row": "softmax by row", "column": "softmax by column", "both": "CLIP", "sigmoid": "SigLIP"}
_FEWEST, _MOST, _LARGEST, _LONGEST = 3, 16, 64, 40  # pairs, pixels of an image's side, characters of a caption
_CLIP_START = 1 / 0.07
_FINENESS = 800  # of the text network's weights, see `pack`: a degree in where a caption lands, for 10 kB less
_FINE = 32_767  # steps of a unit vector's numbers


class Texts(traitlets.Dict):
    """Captions by the number of their column, as text; '' or none where the batch's own caption stands."""

    def validate(self, obj: Any, value: Any) -> dict[str, str]:
        """The captions that are there; TraitError for one that is too long or has no column."""
        texts = dict(super().validate(obj, value))
        columns = obj.columns_to_write
        for column, text in texts.items():
            if column not in columns:
                raise traitlets.TraitError(
                    f"written needs a text_net and columns '0'..'{len(obj.facts.get('captions', [])) - 1}', "
                    f"got {column!r}."
                )
            if not isinstance(text, str) or len(text) > _LONGEST:
                raise traitlets.TraitError(f"a written caption has at most {_LONGEST} characters, got {text!r}.")
        return texts

    def limits(self, obj: Any) -> dict[str, Any]:
        return {"each": {column: {"text": _LONGEST} for column in obj.columns_to_write}}


def _pairs(figure: "PairMatrix") -> int:
    return max(len(figure.facts.get("captions", [])) - 1, 0)


class PairMatrix(Explorer):
    """A batch of B pairs (3..16) as a matrix: images in rows, captions in columns, a disc as large as each gradient.

    `images` (B, 1, side, side) in [0, 1], `captions` B texts, `labels` (B,) the digit 0..9 that each pair means;
    `image_embeddings` and `caption_embeddings` (B, d), raw: pair i is image i and caption i. `directions` (10, d) are
    those of the digits, to which the angles of a caption are told: without them the mean of the batch's images of each.
    `text_net` with its `vocabulary` (what `gram_counts` counts) lets a reader write captions: linear layers and PReLU.
    `tries` are captions to offer; `learnt` is the scale that training reached, with which the figure then begins.
    `way` is "row", "column", "both" (CLIP) or "sigmoid" (SigLIP); `scale` 1..100,
    `margin` 0..0.5 is taken off the cosines of right pairs, `bias` (−15..5) is the sigmoid's, at first −ln(B − 1).
    `row` and `column` say which cell is read, `written` which captions were: {"2": "drei"}. `before` is where the
    reader's last gesture began. ValueError for shapes and settings that do not fit.
    """

    _esm = link(Path(__file__).with_name("view.js"))
    setting_names = ("way", "scale", "margin", "bias", "row", "column", "written")

    way = Choice(tuple(WAYS), default_value="both").tag(sync=True)
    scale = Number(round(_CLIP_START, 2), 1, 100).tag(sync=True)
    margin = Number(0.0, 0, 0.5).tag(sync=True)
    bias = Number(-2.4, -15, 5).tag(sync=True)
    row = Number(0, 0, _pairs, counts="the images").tag(sync=True)
    column = Number(0, 0, _pairs, counts="the captions").tag(sync=True)
    written = Texts().tag(sync=True)
    before = traitlets.Dict().tag(sync=True)
    facts = traitlets.Dict().tag(sync=True)
    vectors = traitlets.Bytes().tag(sync=True)
    thumbs = traitlets.Bytes().tag(sync=True)
    network = traitlets.Dict().tag(sync=True)

    def __init__(
        self, images: Tensor, captions: Sequence[str], image_embeddings: Tensor, caption_embeddings: Tensor, *,
        labels: Tensor | Sequence[int], text_net: nn.Module | None = None, vocabulary: Sequence[str] = (),
        directions: Tensor | None = None, learnt: float | None = None, tries: Sequence[str] = ("3 + 4", "drei", "なな"),
        **settings: Any,
    ):  # fmt: skip
        labels = torch.as_tensor(labels)
        _check(images, captions, labels, image_embeddings, caption_embeddings)
        sides = [unit_vectors(side.detach().cpu().double()) for side in (image_embeddings, caption_embeddings)]
        rays = _digits(sides[0], labels) if directions is None else _checked(directions, sides[0].shape[1])
        self._images, self._labels = images.detach().cpu(), labels.cpu()
        self._sides, self._text = sides, (text_net, tuple(vocabulary))
        size = len(captions)
        super().__init__(
            facts={
                "captions": list(captions),
                "labels": labels.tolist(),
                "digits": torch.nonzero(rays.isfinite().all(1)).flatten().tolist(),
                "wide": int(sides[0].shape[1]),
                "side": int(images.shape[-1]),
                "learnt": learnt and float(f"{learnt:.4g}"),
                "tries": list(tries) if text_net is not None else [],
            },
            vectors=(_FINE * torch.cat([*sides, rays[rays.isfinite().all(1)]])).round().numpy().astype("<i2").tobytes(),
            thumbs=zlib.compress((self._images * 255).round().numpy().astype("u1").tobytes(), 9),
            network=_packed(text_net, vocabulary, sides[0].shape[1]),
            bias=round(-math.log(size - 1), 4),
            **of_a_widget(settings),
        )
        self.use(({"scale": self.facts["learnt"]} if learnt else {}) | settings)
        if not {"row", "column"} & set(settings):
            self.row, self.column = self._hardest()

    @property
    def columns_to_write(self) -> list[str]:
        """The columns whose caption a reader may write: all, or none without a text network."""
        return [str(i) for i in range(len(self.facts.get("captions", [])))] if self.network else []

    @property
    def captions(self) -> list[str]:
        """What stands over the columns: the batch's captions, or what was written in their place."""
        own = enumerate(self.facts["captions"])
        return [self.written.get(str(column), "").strip() or text for column, text in own]

    @property
    def cosines(self) -> Tensor:
        """Of images (rows) and captions as they are now (columns), (B, B) float64."""
        images, captions = self._sides
        net, vocabulary = self._text
        own = [
            j for j, (now, given) in enumerate(zip(self.captions, self.facts["captions"], strict=True)) if now != given
        ]
        if net is not None and own:
            with torch.no_grad():
                counts = gram_counts([self.captions[j] for j in own], vocabulary).to(next(net.parameters()))
                captions = captions.index_copy(0, torch.tensor(own), unit_vectors(net(counts).cpu().double()))
        return (images @ captions.T).clamp(-1, 1)

    def pushes(self) -> Tensor:
        """B/s times the gradient of the loss on each cosine, (B, B) float64."""
        cosines = self.cosines.requires_grad_()
        (gradient,) = torch.autograd.grad(self._loss(cosines), cosines)
        return gradient * len(cosines) / self.scale

    def _loss(self, cosines: Tensor) -> Tensor:
        size = len(cosines)
        logits = self.scale * (cosines - self.margin * torch.eye(size, dtype=cosines.dtype))
        if self.way == "sigmoid":
            sign = 2 * torch.eye(size, dtype=cosines.dtype) - 1
            return -F.logsigmoid(sign * (logits + self.bias)).sum() / size
        pair = torch.arange(size)
        row, column = F.cross_entropy(logits, pair), F.cross_entropy(logits.T, pair)
        return {"row": row, "column": column, "both": (row + column) / 2}[self.way]

    def _hardest(self) -> tuple[int, int]:
        """The wrong pair that pushes most."""
        push = self.pushes().fill_diagonal_(-1)
        return divmod(int(push.argmax()), len(push))

    @property
    def alt(self) -> str:
        """What the first frame shows, in two sentences."""
        cosine = float(self.cosines[self.row, self.column])
        kind = "right" if self.row == self.column else "wrong"
        return (
            f"{len(self._labels)} images against {len(self._labels)} captions, a disc in each cell as large as the "
            f"gradient on its cosine: {WAYS[self.way]}, scale {self.scale:.3g}. The {kind} pair of a "
            f"{int(self._labels[self.row])} and “{self.captions[self.column]}” has the cosine {cosine:.2f}."
        )

    def picture(self) -> Picture:
        """The first frame, still: cosines as shades, gradients as discs."""
        picture = Picture(self.alt, 4.2, 3.9)
        plot, size = picture.subplots(), len(self._labels)
        plot.imshow((self.cosines.numpy() + 1) / 2, cmap="Greys", vmin=0, vmax=3.2)
        push = self.pushes().numpy()
        i, j = np.indices((size, size)).reshape(2, -1)
        area = np.abs(push).flatten() * (195 / size) ** 2
        plot.scatter(j, i, area, np.where(i == j, ACCENT, INK), linewidths=0)
        plot.plot(self.column, self.row, "s", markersize=195 / size, markerfacecolor="none", markeredgecolor=INK)
        plot.set_xticks(
            range(size), self.facts["captions"], rotation=60, rotation_mode="anchor", ha="left", color=INK, fontsize=9
        )
        plot.set_yticks(range(size), [str(int(k)) for k in self._labels], color=INK, fontsize=8)
        plot.tick_params(top=True, bottom=False, labeltop=True, labelbottom=False, length=0)
        plot.spines[:].set_color(FAINT)
        plot.set_ylabel("the digit in the image", color=SOFT, fontsize=8)
        return picture


def _check(images: Tensor, captions: Sequence[str], labels: Tensor, one: Tensor, other: Tensor) -> None:
    size = len(captions)
    if isinstance(captions, str) or not all(isinstance(text, str) and text.strip() for text in captions):
        raise ValueError("captions must be a list of texts, none of them empty.")
    if not _FEWEST <= size <= _MOST:
        raise ValueError(f"captions must be {_FEWEST} to {_MOST} texts, one for each image, got {size}.")
    if images.ndim != 4 or images.shape[:2] != (size, 1) or images.shape[2] != images.shape[3] or (
        not 1 <= images.shape[2] <= _LARGEST
    ):  # fmt: skip
        raise ValueError(
            f"images must have shape ({size}, 1, side, side), one for each caption and a side of at most {_LARGEST}, "
            f"got {tuple(images.shape)}."
        )
    if not images.is_floating_point() or not bool(((images >= 0) & (images <= 1)).all()):
        raise ValueError("images must be floating point numbers between 0 and 1, without NaN.")
    if labels.shape != (size,) or labels.is_floating_point() or not bool(((labels >= 0) & (labels < 10)).all()):
        raise ValueError(f"labels must be {size} digits in 0..9, one for each pair, got {labels.tolist()!r:.60}.")
    if len(labels.unique()) < 2:
        raise ValueError(f"labels must hold at least two different digits, got {labels.tolist()}.")
    for name, side in (("image_embeddings", one), ("caption_embeddings", other)):
        if side.ndim != 2 or len(side) != size or side.shape[1] != one.shape[-1] or side.shape[1] < 2:
            raise ValueError(
                f"{name} must have shape ({size}, d), d of at least 2 and the same for images and captions, "
                f"got {tuple(side.shape)}."
            )
        if not bool(side.isfinite().all()):
            raise ValueError(f"{name} must be finite, without NaN.")


def _digits(images: Tensor, labels: Tensor) -> Tensor:
    """Of each digit the mean direction of its images (10, d), NaN where there is none."""
    rays = torch.full((10, images.shape[1]), math.nan, dtype=torch.float64)
    for k in labels.unique().tolist():
        rays[k] = unit_vectors(images[labels == k].mean(0, keepdim=True))[0]
    return rays


def _checked(directions: Tensor, wide: int) -> Tensor:
    if directions.shape != (10, wide) or not bool(directions.isfinite().all()):
        raise ValueError(
            f"directions must be one finite direction a digit, (10, {wide}), got {tuple(directions.shape)}."
        )
    return unit_vectors(directions.detach().cpu().double())


def _packed(net: nn.Module | None, vocabulary: Sequence[str], wide: int) -> dict[str, Any]:
    """The text network for the page, {} without one."""
    if net is None:
        return {}
    layers = folded(net)
    linear = [layer for layer in layers if isinstance(layer, nn.Linear)]
    if not linear or len(linear) + sum(isinstance(layer, nn.PReLU) for layer in layers) != len(layers):
        raise ValueError(f"text_net must be linear layers and PReLU, as character_net makes them, got {net}.")
    if linear[0].in_features != len(vocabulary) or linear[-1].out_features != wide:
        raise ValueError(
            f"text_net must take {len(vocabulary)} counts, one for each gram of vocabulary, and give {wide} numbers, "
            f"got {linear[0].in_features} and {linear[-1].out_features}."
        )
    described, parameters = pack(layers, _FINENESS)
    text = zlib.compress("\0".join(vocabulary).encode(), 9)
    return {
        "layers": described,
        "parameters": packed_text(parameters),
        "vocabulary": base64.b64encode(text).decode(),
    }
