"""Interactive figures: a Python class and an ES module each, alive with a kernel and without one."""

from lessons_lib.explorers.base import Explorer
from lessons_lib.explorers.boundary_plane import BoundaryPlane
from lessons_lib.explorers.center_update import CenterUpdate
from lessons_lib.explorers.charge_sphere import ChargeSphere
from lessons_lib.explorers.draw_a_digit import DrawADigit
from lessons_lib.explorers.drift_player import DriftPlayer
from lessons_lib.explorers.gradient_arrows import GradientArrows
from lessons_lib.explorers.gradient_length import GradientLength
from lessons_lib.explorers.live_lab import LiveLab
from lessons_lib.explorers.logit_curves import LogitCurves
from lessons_lib.explorers.margin_band import MarginBand
from lessons_lib.explorers.probability_curve import ProbabilityCurve
from lessons_lib.explorers.verification_threshold import VerificationThreshold

__all__ = [
    "BoundaryPlane",
    "CenterUpdate",
    "ChargeSphere",
    "DrawADigit",
    "DriftPlayer",
    "Explorer",
    "GradientArrows",
    "GradientLength",
    "LiveLab",
    "LogitCurves",
    "MarginBand",
    "ProbabilityCurve",
    "VerificationThreshold",
]
