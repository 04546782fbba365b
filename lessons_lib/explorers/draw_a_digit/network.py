"""A trained network made small enough to travel inside a figure, and drawings made ready for it: see network.js."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

SIDE, PEN = 28, 2.4  # pixels: an image's side, and a pen stroke's width in it
_INK_SIDE, _SMALLEST, _MIDDLE = 20, 0.12, 14.5
_LARGEST = 127  # steps of a weight, in int8
_FINENESS = 1280  # steps in a layer's root mean square, times √(its number of weights)

Strokes = list[list[list[float]]]


def pack(net: nn.Module) -> tuple[list[dict], bytes]:
    """`net.trunk` and `net.embed` as a list of layers (plain JSON) and their parameters as bytes.

    Batch normalisation is folded into the layer before it. Weights become whole numbers times one step per output
    channel. The more weights a layer has, the coarser its steps (five to the root mean square in one of 65,536), which
    keeps the bytes compressible and costs the embedding about 0.1 degrees. The bytes hold the float32 numbers of all
    layers (steps, biases, slopes), then the int8 weights. ValueError for a layer that the browser does not know.
    """
    if not all(isinstance(getattr(net, part, None), nn.Sequential) for part in ("trunk", "embed")):
        raise ValueError(f"net must have a trunk and an embed of layers in sequence, as EmbeddingNet has, got {net}.")
    modules = [m for part in (net.trunk, net.embed) for m in part.modules() if not isinstance(m, nn.Sequential)]
    layers: list[dict] = []
    floats: list[NDArray] = []
    weights: list[NDArray] = []
    channels, folded = 1, None
    for module, following in zip(modules, [*modules[1:], None], strict=True):
        if isinstance(module, nn.Conv2d | nn.Linear):
            folded = following if _folds(following) else None
            layer, weight, bias = _weighted(module, folded)
            channels = layer["to"]
            rows = weight.reshape(channels, -1)
            coarse = rows.square().mean(1).sqrt() * rows.numel() ** 0.5 / _FINENESS
            step = torch.maximum(rows.abs().amax(1) / _LARGEST, coarse)
            step = torch.where(step > 0, step, 1.0)
            floats += [step.numpy(), bias.numpy()]
            weights.append((rows / step[:, None]).round().to(torch.int8).numpy())
            layers.append(layer)
        elif isinstance(module, nn.PReLU):
            floats.append(module.weight.detach().cpu().expand(channels).numpy())
            layers.append({"op": "prelu", "channels": channels})
        elif isinstance(module, nn.AvgPool2d | nn.MaxPool2d):
            layers.append(_pool(module, channels))
        elif isinstance(module, nn.ReLU | nn.SiLU):
            layers.append({"op": type(module).__name__.lower()})
        elif module is not folded and not isinstance(module, nn.Flatten | nn.Dropout | nn.Identity):
            raise ValueError(
                f"net holds a {type(module).__name__}, which the drawing figure does not know; it knows Conv2d, "
                "Linear, BatchNorm after either, PReLU, ReLU, SiLU, AvgPool2d, MaxPool2d and Flatten."
            )
    return layers, b"".join(part.astype("<f4").tobytes() for part in floats) + b"".join(w.tobytes() for w in weights)


def _folds(module: nn.Module | None) -> bool:
    return isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d) and module.running_mean is not None


def _weighted(module: nn.Conv2d | nn.Linear, norm: nn.Module | None) -> tuple[dict, Tensor, Tensor]:
    """The layer's description, its weight and its bias, the normalisation after it folded in (float32, CPU)."""
    weight = module.weight.detach().cpu().double()
    bias = torch.zeros(len(weight)).double() if module.bias is None else module.bias.detach().cpu().double()
    if norm is not None:
        gain = 1 / (norm.running_var.cpu().double() + norm.eps).sqrt()
        shift = torch.zeros_like(gain)
        if norm.affine:
            gain, shift = gain * norm.weight.detach().cpu(), norm.bias.detach().cpu()
        bias = (bias - norm.running_mean.cpu()) * gain + shift
        weight = weight * gain.reshape(-1, *[1] * (weight.ndim - 1))
    layer = {"op": "linear", "from": weight.shape[1], "to": weight.shape[0]}
    if isinstance(module, nn.Conv2d):
        kernel, stride, padding = _square(module, "kernel_size"), _square(module, "stride"), _square(module, "padding")
        if module.groups != 1 or module.dilation != (1, 1) or module.padding_mode != "zeros":
            raise ValueError("net holds a Conv2d with groups, dilation or padding other than zeros; leave those out.")
        layer |= {"op": "conv", "kernel": kernel, "stride": stride, "padding": padding}
    return layer, weight.float(), bias.float()


def _pool(module: nn.AvgPool2d | nn.MaxPool2d, channels: int) -> dict:
    kernel, stride, padding = _square(module, "kernel_size"), _square(module, "stride"), _square(module, "padding")
    if module.ceil_mode or getattr(module, "dilation", 1) != 1 or not getattr(module, "count_include_pad", True):
        raise ValueError("net holds a pooling with ceil_mode, dilation or count_include_pad=False; leave those out.")
    kind = "max" if isinstance(module, nn.MaxPool2d) else "mean"
    return {"op": "pool", "kind": kind, "channels": channels, "kernel": kernel, "stride": stride, "padding": padding}


def _square(module: nn.Module, name: str) -> int:
    value = getattr(module, name)
    sides = {value} if isinstance(value, int) else set(value)
    if len(sides) != 1 or not isinstance(side := sides.pop(), int):
        raise ValueError(
            f"net holds a {type(module).__name__} with {name}={value}; the drawing figure needs one number."
        )
    return side


def as_mnist(strokes: Strokes, digit: NDArray | None = None) -> NDArray | None:
    """A drawing as MNIST would hold it, (28, 28) float64 in [0, 1]; None when there is no ink.

    The ink's longer side is scaled to 20 pixels, its centre of mass put in the middle; the pen is 2.4 pixels wide
    however large one drew. Strokes are lists of [x, y] on a pad of side 1, y downwards; `digit` (28, 28) fills the pad
    below them.
    """
    drawn = [np.asarray(stroke, dtype=float) for stroke in strokes if len(stroke)]
    if not drawn:
        return digit
    spread = [np.concatenate(drawn)]
    if digit is not None:
        row, column = np.nonzero(digit >= 0.2)
        corner = np.stack([column, row], axis=1)
        spread += [(corner + PEN / 2) / SIDE, (corner + 1 - PEN / 2) / SIDE]
    low, high = np.concatenate(spread).min(0), np.concatenate(spread).max(0)
    scale = (_INK_SIDE - PEN) / max(*(high - low), _SMALLEST)
    shift = (SIDE - scale * (low + high)) / 2
    ink = _rasterise(drawn, digit, scale, shift)
    middle = np.arange(SIDE) + 0.5
    centre = np.array([(ink.sum(0) * middle).sum(), (ink.sum(1) * middle).sum()]) / ink.sum()
    return _rasterise(drawn, digit, scale, shift + _MIDDLE - centre)


def _rasterise(strokes: list[NDArray], digit: NDArray | None, scale: float, shift: NDArray) -> NDArray:
    """Ink in each pixel: how far its middle lies inside the pen's path, blurred over one pixel."""
    row, column = np.mgrid[:SIDE, :SIDE] + 0.5
    pixels = np.stack([column, row], axis=-1)
    starts = np.concatenate([stroke[[0, *range(len(stroke) - 1)]] for stroke in strokes]) * scale + shift
    along = np.concatenate(strokes) * scale + shift - starts
    to_pixel = pixels[:, :, None] - starts
    squared = (along**2).sum(1)
    share = ((to_pixel * along).sum(-1) / np.where(squared > 0, squared, 1)).clip(0, 1)
    distance = np.linalg.norm(to_pixel - share[..., None] * along, axis=-1).min(-1)
    ink = (PEN / 2 + 0.5 - distance).clip(0, 1)
    if digit is None:
        return ink
    at = ((pixels - shift) * SIDE / scale - 0.5).clip(-1, SIDE)
    x, y = at[..., 0], at[..., 1]
    x0, y0 = np.floor(x).astype(int).clip(-1, SIDE - 1), np.floor(y).astype(int).clip(-1, SIDE - 1)
    frame = np.pad(digit, 1)
    upper = frame[y0 + 1, x0 + 1] * (1 - x + x0) + frame[y0 + 1, x0 + 2] * (x - x0)
    lower = frame[y0 + 2, x0 + 1] * (1 - x + x0) + frame[y0 + 2, x0 + 2] * (x - x0)
    return np.maximum(ink, upper * (1 - y + y0) + lower * (y - y0))
