"""Interactive figures: a Python class and an ES module each, alive with a kernel and without one."""

from lessons_lib.explorers.boundary_plane.explorer import BoundaryPlane
from lessons_lib.explorers.center_update.explorer import CenterUpdate
from lessons_lib.explorers.charge_sphere.explorer import ChargeSphere
from lessons_lib.explorers.class_cost.explorer import ClassCost
from lessons_lib.explorers.curve_family.explorer import CurveFamily
from lessons_lib.explorers.draw_a_digit.explorer import DrawADigit
from lessons_lib.explorers.drift_player.explorer import DriftPlayer
from lessons_lib.explorers.gradient_arrows.explorer import GradientArrows
from lessons_lib.explorers.gradient_length.explorer import GradientLength
from lessons_lib.explorers.kit import boxes
from lessons_lib.explorers.kit.explorer import Explorer
from lessons_lib.explorers.live_lab.explorer import LiveLab
from lessons_lib.explorers.logit_curves.explorer import LogitCurves
from lessons_lib.explorers.margin_band.explorer import MarginBand
from lessons_lib.explorers.pair_matrix.explorer import PairMatrix
from lessons_lib.explorers.probability_curve.explorer import ProbabilityCurve
from lessons_lib.explorers.verification_threshold.explorer import VerificationThreshold

__all__ = [
    "BoundaryPlane",
    "CenterUpdate",
    "ChargeSphere",
    "ClassCost",
    "CurveFamily",
    "DrawADigit",
    "DriftPlayer",
    "Explorer",
    "GradientArrows",
    "GradientLength",
    "LiveLab",
    "LogitCurves",
    "MarginBand",
    "PairMatrix",
    "ProbabilityCurve",
    "VerificationThreshold",
]

boxes.register()
