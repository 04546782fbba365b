import pytest

pytest.register_assert_rewrite("tests.exercises.every_lesson")


def pytest_generate_tests(metafunc):
    """Of a lesson's class: each number, each mistake (number, answer, words) or each right answer (number, answer)."""
    lesson, wanted = metafunc.cls, [name for name in ("number", "answer", "words") if name in metafunc.fixturenames]
    if lesson is None or not wanted:
        return
    cases = {
        "number": [exercise.number for exercise in lesson.exercises],
        "answer": [(number, answer) for number, known in lesson.also_right.items() for answer in known],
        "words": [(number, *mistake) for number, known in lesson.mistakes.items() for mistake in known],
    }
    metafunc.parametrize(wanted if len(wanted) > 1 else wanted[0], cases[wanted[-1]])
