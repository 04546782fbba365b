"""Exercise 13.3, and that what it tells is what was recorded."""

import pytest

from lessons_lib.exercises import EXERCISES, lesson_13_choice
from lessons_lib.exercises.lesson_13_choice import _RECORDED, TRIED
from lessons_lib.losses import ArcFaceLoss, SubCenterArcFaceLoss
from lessons_lib.records import Record
from tests.exercises.every_lesson import EveryLesson

RIGHT = {"A": "Sub-center ArcFace", "B": "ArcFace, larger for the rare", "C": "Sub-center ArcFace"}
MISTAKES = {
    "13.3": [
        (RIGHT | {"A": "cosine softmax"}, "In A yours came to"),
        (RIGHT | {"B": "ArcFace, one margin"}, "In B yours came to"),
        (RIGHT | {"B": "ArcFace, larger for the frequent", "C": "ArcFace"}, "In B yours came to"),
        (RIGHT | {"C": "ArcFace"}, "In C yours came to"),
        (RIGHT | {"C": "ArcFace, 3 classes in 10"}, "In C yours came to"),
        (RIGHT | {"B": "ArcFace"}, "In B yours came to"),
        (RIGHT | {"C": "Partial FC"}, "In C yours came to"),
        (
            RIGHT | {"B": "Sub-center ArcFace"},
            'For B these were tried: "cosine softmax", "ArcFace, one margin", "ArcFace, ',
        ),
        (RIGHT | {"C": "ArcFace, right labels"}, "For C these were tried"),
        (RIGHT | {"C": ...}, "C still has its dots."),
        (RIGHT | {"C": "Chosen by me"}, 'Yours is "Chosen by me".'),
        (RIGHT | {"B": "SubCenterArcFaceLoss"}, 'Yours is "SubCenterArcFaceLoss".'),
        (RIGHT | {"B": SubCenterArcFaceLoss}, 'Yours is "SubCenterArcFaceLoss".'),
        (RIGHT | {"A": "NormalizedSoftmaxLoss"}, "In A yours came to 94.1%"),
        (RIGHT | {"B": "ArcFaceLoss"}, "In B yours came to 78.7%"),
        (RIGHT | {"A": 3}, "Yours is 3."),
        ({"A": "ArcFace"}, "A dict is wanted"),
        (tuple(RIGHT.values()), "A dict is wanted"),
        ("Sub-center ArcFace", "A dict is wanted"),
    ]
}
IN_THE_LESSONS_WORDS = {"A": "sub-center", "B": "a margin a class", "C": "Sub-Center  ArcFace"}
ALSO_RIGHT = {
    "13.3": [
        RIGHT,
        RIGHT | {"A": "ArcFace"},
        RIGHT | {"A": "CurricularFace"},
        RIGHT | {"A": "CurricularFaceLoss", "C": "SubCenterArcFaceLoss"},
        RIGHT | {"A": ArcFaceLoss, "C": SubCenterArcFaceLoss},
        dict(reversed(RIGHT.items())),
        IN_THE_LESSONS_WORDS,
        IN_THE_LESSONS_WORDS | {"B": "one margin for each class"},
        {f" {name.lower()}": f"{loss.lower()} " for name, loss in RIGHT.items()},
    ]
}


class TestExercises(EveryLesson):
    exercises, mistakes, also_right = lesson_13_choice.EXERCISES, MISTAKES, ALSO_RIGHT


@pytest.mark.parametrize("name", TRIED)
def test_what_is_told_is_what_was_recorded(name):
    benchmark, what = _RECORDED[name]
    recorded = Record(benchmark)[what]
    assert set(TRIED[name]) == {row for row in recorded if "right labels" not in row}
    for row, told in TRIED[name].items():
        assert told == pytest.approx(recorded[row].mean().item(), abs=5.1e-4)


def test_the_row_on_top_is_meant_without_those_of_right_labels_as_the_hint_says():
    benchmark, what = _RECORDED["C"]
    recorded = Record(benchmark)[what]
    assert "right labels" in max(recorded, key=lambda row: recorded[row].mean().item())
    assert "not of right labels" in EXERCISES["13.3"].hints[1]
