"""What lessons and JupyterLab import: .make/setup.sh has it compiled, once, on two cores where there are two."""
# ruff: noqa: F401

import sys
from subprocess import Popen


def load_jupyter() -> None:
    import anywidget
    import ipykernel.kernelapp
    import jupyterlab.labapp
    import matplotlib.pyplot


def load_lessons() -> None:
    """Beginning with torch, so that what both need is mostly compiled when it comes to that."""
    import torch

    from lessons_lib.data.vision import import_torchvision

    import_torchvision()
    from lessons_lib import exercises, explorers, figures, training


if sys.argv[1:]:
    load_jupyter()
else:
    beside = Popen([sys.executable, *sys.orig_argv[1:], "jupyter"])
    load_lessons()
    sys.exit(beside.wait())
