"""Trained layers, and examples to train them on, made small enough to travel inside a figure: see unpack.js.

The figure goes on training from these very numbers (trainer.js), and `steps_of` does in PyTorch what it does there.
"""

import base64
import copy
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.utils import fuse_conv_bn_eval, fuse_linear_bn_eval

from lessons_lib.losses import Head

BATCH, RATE = 256, 2e-3
_LARGEST = 127  # steps of a weight, in int8
_FINENESS = 1280  # steps in a layer's root mean square, times √(its number of weights)
_INPUTS, _STEPS = 16, 32  # of 64 numbers of a trunk so many are kept, the largest in so many steps: 0.3° in the plane
_COMPARED = 20

_FOLDS = (nn.BatchNorm1d, nn.BatchNorm2d)
_LEFT_OUT = (nn.Sequential, nn.Flatten, nn.Dropout, nn.Identity)


def folded(*parts: nn.Module) -> list[nn.Module]:
    """The layers of `parts` one after the other in float64, each batch normalisation folded into the one before."""
    made: list[nn.Module] = []
    for module in (m for part in parts for m in part.modules() if not isinstance(m, _LEFT_OUT)):
        layer = copy.deepcopy(module).cpu().double().eval()
        before = made[-1] if made else None
        if isinstance(module, _FOLDS) and module.running_mean is not None and isinstance(before, nn.Linear | nn.Conv2d):
            made[-1] = (fuse_linear_bn_eval if isinstance(before, nn.Linear) else fuse_conv_bn_eval)(before, layer)
        else:
            made.append(layer)
    return made


def pack(modules: list[nn.Module], fineness: float = _FINENESS) -> tuple[list[dict], bytes]:
    """Folded layers as plain JSON, and their parameters as bytes.

    Weights become whole numbers times one step per output channel. The more weights a layer has, the coarser its steps
    (five to the root mean square in one of 65,536), which keeps the bytes compressible and costs the embedding about
    0.1 degrees; with less `fineness` they are coarser still. The bytes hold the float32 numbers of all layers (steps,
    biases, slopes), then the int8 weights.
    ValueError for a layer that the browser does not know.
    """
    layers: list[dict] = []
    floats: list[NDArray] = []
    weights: list[NDArray] = []
    channels = 1
    for module in modules:
        if isinstance(module, nn.Conv2d | nn.Linear):
            layers.append(_described(module))
            channels = len(module.weight)
            step, codes = _in_steps(module.weight.detach().reshape(channels, -1).float(), fineness)
            bias = torch.zeros(channels) if module.bias is None else module.bias.detach()
            floats += [step.numpy(), bias.numpy()]
            weights.append(codes.numpy())
        elif isinstance(module, nn.PReLU):
            floats.append(module.weight.detach().expand(channels).numpy())
            layers.append({"op": "prelu", "channels": channels})
        elif isinstance(module, nn.AvgPool2d | nn.MaxPool2d):
            layers.append(_pool(module, channels))
        elif isinstance(module, nn.ReLU | nn.SiLU):
            layers.append({"op": type(module).__name__.lower()})
        else:
            raise ValueError(
                f"net holds a {type(module).__name__}, which the drawing figure does not know; it knows Conv2d, "
                "Linear, BatchNorm after either, PReLU, ReLU, SiLU, AvgPool2d, MaxPool2d and Flatten."
            )
    return layers, b"".join(part.astype("<f4").tobytes() for part in floats) + b"".join(w.tobytes() for w in weights)


def _in_steps(rows: Tensor, fineness: float) -> tuple[Tensor, Tensor]:
    """A step for each row (to,), and the rows as int8 in these steps."""
    coarse = rows.square().mean(1).sqrt() * rows.numel() ** 0.5 / fineness
    step = torch.maximum(rows.abs().amax(1) / _LARGEST, coarse)
    step = torch.where(step > 0, step, 1.0)
    return step, (rows / step[:, None]).round().to(torch.int8)


def _described(module: nn.Conv2d | nn.Linear) -> dict:
    layer = {"op": "linear", "from": module.weight.shape[1], "to": module.weight.shape[0]}
    if isinstance(module, nn.Conv2d):
        kernel, stride, padding = _square(module, "kernel_size"), _square(module, "stride"), _square(module, "padding")
        if module.groups != 1 or module.dilation != (1, 1) or module.padding_mode != "zeros":
            raise ValueError("net holds a Conv2d with groups, dilation or padding other than zeros; leave those out.")
        layer |= {"op": "conv", "kernel": kernel, "stride": stride, "padding": padding}
    return layer


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


def deflate(raw: bytes) -> bytes:
    """zlib with Huffman codes alone: trained weights and features repeat no patterns, and this is smaller for them."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 15, 6, zlib.Z_HUFFMAN_ONLY)  # 6: often enough a new table of codes
    return packer.compress(raw) + packer.flush()


@torch.no_grad()
def trunk_features(trunk: nn.Module, images: Tensor, batch: int = 1_000) -> Tensor:
    """What a trained trunk makes of images, (N, 64)."""
    parts = images.split(batch)
    return torch.cat([trunk.eval()(part.contiguous(memory_format=torch.channels_last)) for part in parts]).double()


@dataclass(frozen=True)
class Squeezed:
    """Features in few numbers: along the axes in which they differ most, as whole numbers of `step`.

    `basis` (k, 64) and `mean` (64,) take them there; `codes` (N, k) int8 is what is left of them.
    """

    basis: Tensor
    mean: Tensor
    step: float
    codes: Tensor

    @classmethod
    def of(cls, features: Tensor, inputs: int = _INPUTS) -> "Squeezed":
        """From features (N, D), float64: `inputs` numbers of each are kept, or all there are."""
        mean = features.mean(0)
        _, _, axes = torch.linalg.svd(features - mean, full_matrices=False)
        basis = axes[:inputs]
        step = float(((features - mean) @ basis.T).abs().max()) / _STEPS or 1.0
        return cls(basis, mean, step, torch.empty(0)).with_codes_of(features)

    def with_codes_of(self, features: Tensor) -> "Squeezed":
        """Other features, squeezed alike."""
        codes = ((features - self.mean) @ self.basis.T / self.step).round().clamp(-_LARGEST, _LARGEST).to(torch.int8)
        return Squeezed(self.basis, self.mean, self.step, codes)

    def before(self, first: nn.Linear) -> nn.Linear:
        """The layer that makes of the few numbers what `first` makes of the features."""
        layer = nn.Linear(len(self.basis), first.out_features, dtype=torch.float64)
        with torch.no_grad():
            layer.weight.copy_(first.weight @ self.basis.T)
            layer.bias.copy_(first(self.mean))
        return layer

    @property
    def inputs(self) -> Tensor:
        """What the page trains on, (N, k) float64."""
        return self.codes.double() * self.step


@dataclass(frozen=True)
class Start:
    """What a training in the page begins with: packed layers, class weights (C, d), examples and their labels (N,)."""

    layers: list[dict]
    parameters: bytes
    weight: Tensor
    examples: Squeezed
    labels: Tensor

    @classmethod
    def of(cls, embed: nn.Module, weight: Tensor, features: Tensor, labels: Tensor) -> "Start":
        """From the layers after a trunk and what the trunk says of the examples, (N, D).

        ValueError for layers that are not linear ones and PReLU, normalised or not.
        """
        first, *others = folded(embed)
        if not all(isinstance(layer, nn.Linear | nn.PReLU) for layer in (first, *others)):
            raise ValueError(f"the page trains linear layers and PReLU only, got {embed}.")
        examples = Squeezed.of(features)
        layers, parameters = pack([examples.before(first), *others])
        return cls(layers, parameters, weight.detach().cpu().float(), examples, labels)

    def net(self) -> nn.Sequential:
        """The layers as the page unpacks them, in float64."""
        return unpacked(self.layers, self.parameters)

    @torch.no_grad()
    def embeddings(self) -> Tensor:
        """Where the examples stand at the start, (N, d) float32."""
        return self.net()(self.examples.inputs).float()

    def state(self) -> dict[str, Any]:
        """All of it as one trait, but the examples' labels."""
        return {
            "layers": self.layers,
            "parameters": packed_text(self.parameters),
            "inputs": packed_text(self.examples.codes.numpy().tobytes()),
            "step": self.examples.step,
            "weight": self.weight.flatten().tolist(),
            "batch": BATCH,
        }


def packed_text(raw: bytes) -> str:
    """Bytes as a trait that is JSON: deflated, in base64."""
    return base64.b64encode(deflate(raw)).decode()


def unpacked(layers: list[dict], parameters: bytes) -> nn.Sequential:
    """Linear layers and PReLU from what `pack` made of them, in float64."""
    sizes = {"linear": lambda layer: 2 * layer["to"], "prelu": lambda layer: layer["channels"]}
    count = sum(sizes[layer["op"]](layer) for layer in layers)
    numbers = torch.from_numpy(np.frombuffer(parameters, "<f4", count).astype(float))
    codes = torch.from_numpy(np.frombuffer(parameters, np.int8, offset=4 * count).astype(float))
    made: list[nn.Module] = []
    for layer in layers:
        here, numbers = numbers.tensor_split([sizes[layer["op"]](layer)])
        if layer["op"] == "prelu":
            module = nn.PReLU(len(here), dtype=torch.float64)
            module.weight.data = here
        else:
            step, bias = here.chunk(2)
            rows, codes = codes.tensor_split([layer["from"] * layer["to"]])
            module = nn.Linear(layer["from"], layer["to"], dtype=torch.float64)
            module.weight.data, module.bias.data = rows.reshape(layer["to"], -1) * step[:, None], bias
        made.append(module)
    return nn.Sequential(*made)


def steps_of(net: nn.Module, head: Head, inputs: Tensor, labels: Tensor, rate: float = RATE) -> Iterator[float]:
    """Train as trainer.js does, and give each step's loss: Adam, batch after batch in the order of the examples."""
    optimizer = torch.optim.Adam([*net.parameters(), *head.parameters()], rate, betas=(0.9, 0.99))
    size, step = min(BATCH, len(labels)), 0
    while True:
        which = (step * size + torch.arange(size)) % len(labels)
        loss = head(net(inputs[which]), labels[which])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        step += 1
        yield float(loss.detach())


def reference(start: Start, head: Head) -> list[float]:
    """The losses of the first steps in PyTorch, in float64, for the figure to compare its own with."""
    net, head = start.net(), copy.deepcopy(head).double()
    with torch.no_grad():
        head.weight.copy_(start.weight)
    losses = steps_of(net, head, start.examples.inputs, start.labels)
    return [float(f"{next(losses):.8g}") for _ in range(_COMPARED)]
