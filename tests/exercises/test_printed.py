"""A printed solution has no annotations, and is else as it was written."""

from lessons_lib.exercises.printed import printed, without_annotations

WRITTEN = """\
def energy(
    points: Tensor,  # ä row each
    charges: "dict[str, Tensor]",
    *many: int,
    by: float | None,
) -> tuple[Tensor, float]:
    # W·x → a comment: with a colon
    Δ: Tensor = points[1:2]
    return {"a": Δ}, lambda x: x  # -> here it stays
"""
READ = """\
def energy(
    points,  # ä row each
    charges,
    *many,
    by,
):
    # W·x → a comment: with a colon
    Δ = points[1:2]
    return {"a": Δ}, lambda x: x  # -> here it stays
"""


def test_annotations_alone_are_cut_out():
    assert without_annotations(WRITTEN) == READ
    assert without_annotations(READ) == READ


def test_a_function_is_printed_from_its_margin():
    def halved(x: float) -> float:
        return x / 2

    assert printed(halved) == "def halved(x):\n    return x / 2\n"
