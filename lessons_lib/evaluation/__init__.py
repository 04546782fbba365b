"""How good an embedding is: on the classes it was trained on, and on classes it has never seen."""

from lessons_lib.evaluation.nearest import one_shot_accuracy, recall_at_k
from lessons_lib.evaluation.trained import accuracy, target_angles
from lessons_lib.evaluation.verification import (
    Roc,
    Verification,
    auc,
    best_threshold,
    equal_error_rate,
    roc,
    similarity,
    tar_at_far,
    verification_accuracy,
    verify,
)

__all__ = [
    "Roc",
    "Verification",
    "accuracy",
    "auc",
    "best_threshold",
    "equal_error_rate",
    "one_shot_accuracy",
    "recall_at_k",
    "roc",
    "similarity",
    "tar_at_far",
    "target_angles",
    "verification_accuracy",
    "verify",
]
