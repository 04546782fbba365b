"""Exercise 12.3: the margin of an image, wrong and right ways to it."""

import torch

from lessons_lib.exercises import EXERCISES, lesson_12_margin
from lessons_lib.exercises.lesson_12_margin import margin
from lessons_lib.own import margins
from tests.exercises.every_lesson import EveryLesson


def looped_margin(x, labels):
    """12.3 image by image."""
    x, found = torch.nn.functional.normalize(x), []
    for i, label in enumerate(labels.tolist()):
        cosines = {}
        for other in labels.unique().tolist():
            which = [j for j in range(len(x)) if labels[j] == other and j != i]
            cosines[other] = torch.cosine_similarity(x[i], x[which].mean(0), dim=0).item()
        found.append(cosines.pop(label) - max(cosines.values()))
    return found


def margin_with(own=None, others=None):
    """12.3 with another way to the cosine with the own class, or to those with all."""

    def answer(x, labels):
        mine, all_of_them = lesson_12_margin._parts(x, labels)
        return (own(mine, x, labels) if own else mine) - (others(all_of_them) if others else all_of_them.amax(dim=1))

    return answer


def by_masks(x, labels, names, hidden=lambda cosines, own: cosines.masked_fill(own, -2), made_unit=None):
    """12.3 with a matrix of who is in which class, its columns by name, and another way to leave the own class out."""
    x = torch.nn.functional.normalize(x)
    own = labels[:, None] == names
    sums = own.double().T @ x
    mine = torch.cosine_similarity(x, sums[labels] - x)
    sums = made_unit(sums) if made_unit else sums / sums.norm(dim=1, keepdim=True)
    return mine - hidden(x @ sums.T, own).amax(1)


def masked(hidden):
    return lambda x, labels: by_masks(x, labels, torch.arange(int(labels.max()) + 1), hidden)


def dotted(together):
    """12.3 image by image with dot products: of the unit vectors of a class this is taken."""

    def answer(x, labels):
        x, found = torch.nn.functional.normalize(x), []
        for i, label in enumerate(labels):
            products = [x[i] @ together(x[[j for j in range(len(x)) if labels[j] == k and j != i]]) for k in range(6)]
            own = products.pop(int(label))
            found.append(own - max(products))
        return found

    return answer


MISTAKES = {
    "12.3": [
        (
            lambda x, y: (lambda m, o: m - o.amax(1))(*lesson_12_margin._parts(x, y, leave_out=False)),
            "speaks for itself",
        ),
        (lambda x, y: (lambda m, o: m - o.amax(1))(*lesson_12_margin._parts(x, y, unit=False)), "Long embeddings"),
        (lambda x, y: -margin(x, y), "The sign is turned"),
        (lambda x, y: lesson_12_margin._parts(x, y)[0], "what the nearest other class says is missing"),
        (lambda x, y: lesson_12_margin._parts(x, y)[1].amax(1), "the own class is missing"),
        (margin_with(others=lambda c: c.masked_fill(c == -1, 0).sum(1) / 5), "That is the mean of the other classes"),
        (margin_with(others=lambda c: c.masked_fill(c == -1, 2).amin(1)), "the farthest of the other classes"),
        (lesson_12_margin._nearest_image, "one wrong neighbour decides"),
        (
            lambda x, y: (
                lesson_12_margin._parts(x, y)[0]
                - torch.maximum(
                    lesson_12_margin._parts(x, y)[1].amax(1), lesson_12_margin._parts(x, y, leave_out=False)[0]
                )
            ),
            "The own class is still among the others",
        ),
        (dotted(lambda vectors: vectors.mean(0)), "The mean of unit vectors is shorter than 1"),
        (dotted(lambda vectors: vectors.sum(0)), "A sum of unit vectors is longer than 1"),
        (masked(lambda cosines, own: cosines.masked_fill(own, 0)), "put −1 or less there"),
        (masked(lambda cosines, own: cosines * (1 - own.double())), "put −1 or less there"),
        (lambda x, y: by_masks(x, y, torch.arange(6)), "not for two: take"),
        (lambda x, y: by_masks(x, y, torch.arange(6), made_unit=torch.nn.functional.normalize), "not for two: take"),
        (
            lambda x, y: margin(x, y) if len(x) == 36 else margin(x, y)[:1],
            "One number is wanted for each of the 12 images",
        ),
        (lambda x, y: margin(x, y) < 0, "Not the same yet"),
        (lambda x, y: margin(x, y).argsort(), "Not the same yet"),
        (lambda x, y: margin(x, y)[:9], "One number is wanted for each of the 36 images"),
        (lambda x, y: margin(x, y).mean(), "One number is wanted for each of the 36 images"),
        (lambda x, y: x / 0 @ x[0], "not finite"),
        (lambda x, y: x @ y, "Your function raised RuntimeError"),
        (lambda x, y: print(end=""), "returned nothing"),
        (lambda x: x, "Keep the arguments of the stub"),
    ],
}
ALSO_RIGHT = {
    "12.3": [
        looped_margin,
        lambda x, y: margin(x, y)[:, None],
        lambda x, y: margin(3 * x, y),
        masked(lambda cosines, own: cosines.masked_fill(own, -1)),
        masked(lambda cosines, own: cosines - 9 * own),
        lambda x, y: by_masks(x, y, y.unique()),
    ],
}


class TestExercises(EveryLesson):
    exercises, mistakes, also_right = lesson_12_margin.EXERCISES, MISTAKES, ALSO_RIGHT


def test_the_planted_pictures_are_those_below_0():
    assert (EXERCISES["12.3"].target < 0).nonzero().squeeze(1).tolist() == list(lesson_12_margin._PLANTED)


def test_it_is_the_library_s_first_round():
    x, labels, planted = lesson_12_margin._X, lesson_12_margin._LABELS, list(lesson_12_margin._PLANTED)
    torch.testing.assert_close(margin(x, labels), torch.tensor(looped_margin(x, labels)).double())
    found, like = margins(x, labels)  # which leaves those below 0 out of the means in a second round
    assert (found < 0).nonzero().squeeze(1).tolist() == planted
    assert like[planted].ne(labels[planted]).all()


def test_the_hint_knows_no_number_of_classes():
    assert "torch.arange(int(labels.max()) + 1)" in EXERCISES["12.3"].hints[0]
