"""What lessons and JupyterLab import: .make/setup.sh has it compiled, once."""
# ruff: noqa: F401

import ipykernel.kernelapp
import jupyterlab.labapp

from lessons_lib import exercises, explorers, figures, training
from lessons_lib.data.vision import import_torchvision

import_torchvision()
