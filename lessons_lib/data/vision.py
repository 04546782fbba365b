"""The one place that imports torchvision, also where its compiled part does not fit the torch beside it."""

import sys
from types import ModuleType

import torch

_declared: list[torch.library.Library] = []  # a declaration lives as long as its Library object


def import_torchvision() -> ModuleType:
    """torchvision, with data sets and transforms working.

    The package index's torchvision is built for CUDA. Beside a CPU torch its C++ operators do not load and the import
    stops at the missing schema of `nms`. We need none of those operators, so we declare the schemas and import again.
    """
    try:
        import torchvision
    except RuntimeError as error:
        if "torchvision::nms does not exist" not in str(error):
            raise
        for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
            del sys.modules[name]
        library = torch.library.Library("torchvision", "DEF")
        library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        _declared.append(library)
        import torchvision
    return torchvision
