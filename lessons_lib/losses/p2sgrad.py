"""P2SGrad: how hard a class weight is pulled depends on its angle alone."""

import warnings
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from lessons_lib.losses.base import Head
from lessons_lib.losses.checks import check_switch
from lessons_lib.transforms import in_function_transform


class P2SGradLoss(Head):
    """½ Σ_j (cos θ_j − [j = y])²: its gradient on cos θ_j is cos θ_j − [j = y], free of scale, margin and C.

    Zhang et al., P2SGrad, CVPR 2019, Eq. 11. The paper sets that gradient and forms no loss; `injected=True` does it
    its way, and the value returned is 0. Otherwise the squared error is formed that has this very gradient (Wang and
    Yamagishi, Interspeech 2021, noted it); summed over the classes, mean over the batch. It asks every other class to
    stand at 90°, so it warns where there is no room for that, with fewer dimensions than classes. The injected gradient
    has no derivative: RuntimeError where a second one is asked for.
    """

    formula = r"\tfrac12\sum_j(\cos\theta_j-[j=y])^2"
    paper = "Zhang et al., P2SGrad, CVPR 2019 (arXiv:1905.02479)"
    needs = "at least as many dimensions as classes"
    scaled = False

    def __init__(self, num_classes: int, embedding_size: int, injected: bool = False):
        super().__init__(num_classes, embedding_size)
        self.injected = injected
        self.check_settings()
        if self.embedding_size < self.num_classes:
            warnings.warn(
                f"P2SGradLoss wants all class weights at right angles, which {num_classes} have no room for in "
                f"{embedding_size} dimensions: use embedding_size of at least {num_classes}, or another loss.",
                stacklevel=2,
            )

    def check_settings(self) -> None:
        check_switch("injected", self.injected)

    def mean_loss(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        """Mean over a batch, or 0 with the same gradient; raw embeddings (N, d), labels (N,) int64."""
        cosines = self.cosines(embeddings)
        wanted = torch.zeros_like(cosines)
        in_place = not in_function_transform()
        wanted = (wanted.scatter_ if in_place else wanted.scatter)(1, labels[:, None], 1.0)
        if self.injected:
            return _WithGradient.apply(cosines, (cosines.detach() - wanted) / len(labels))  # type: ignore[no-untyped-call]
        return F.mse_loss(cosines, wanted, reduction="sum") / (2 * len(labels))


class _WithGradient(torch.autograd.Function):
    """Zero, with a gradient that somebody chose; it is a number that came from nowhere, and has no derivative."""

    generate_vmap_rule = True

    @staticmethod
    def forward(inputs: Tensor, gradient: Tensor) -> Tensor:
        return inputs.new_zeros(())

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Tensor], output: Tensor) -> None:
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> tuple[Tensor, None]:
        inputs, gradient = ctx.saved_tensors
        if torch.compiler.is_compiling() or not torch.is_grad_enabled():
            return upstream * gradient, None
        return upstream * _Chosen.apply(gradient, inputs), None  # type: ignore[no-untyped-call]

    @staticmethod
    def jvp(ctx: Any, *tangents: Tensor) -> Tensor:
        raise RuntimeError(_ONCE)


class _Chosen(torch.autograd.Function):
    """A gradient that somebody chose, at these inputs; asked how it depends on them, it refuses."""

    generate_vmap_rule = True

    @staticmethod
    def forward(gradient: Tensor, inputs: Tensor) -> Tensor:
        return gradient.clone()

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Tensor], output: Tensor) -> None:
        pass

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> tuple[None, None]:
        raise RuntimeError(_ONCE)

    @staticmethod
    def jvp(ctx: Any, *tangents: Tensor) -> Tensor:
        raise RuntimeError(_ONCE)


_ONCE = (
    "P2SGradLoss with injected=True sets a gradient and forms no loss, so it has no second and no forward derivative: "
    "use injected=False."
)
