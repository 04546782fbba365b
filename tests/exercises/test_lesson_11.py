"""Answers to the exercises of lesson 11: typical mistakes, other ways to be right, and what its words say."""

import math
import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from lessons_lib.exercises import EXERCISES, check, lesson_11
from lessons_lib.exercises.lesson_11 import false_optimum, perfect_loss, smallest_angle
from lessons_lib.losses import ArcFaceLoss
from tests.exercises.every_lesson import TEXTS, EveryLesson


def opposite(own, others, scale, count):
    """11.1 with these cosines of the true class and of the `count` others, by the logits."""
    logits = torch.tensor([float(scale * own)] + [float(scale * others)] * int(count)).double()
    return F.cross_entropy(logits[None], torch.tensor([0]))


def on_the_unguarded_curve(scale, margin, num_classes, dtype=torch.float64):
    """11.1 by the library: all class weights in one place, the feature opposite."""
    head = ArcFaceLoss(num_classes, 2, float(margin), float(scale), beyond="raw").to(dtype)
    head.weight.data[:] = torch.tensor([1.0, 2.0])
    return head(torch.tensor([[-1.0, -2.0]], dtype=dtype), torch.tensor([3]))


def on_the_circle(margin, scale, num_classes, dtype=torch.float64):
    """11.2 by the library: class weights evenly around a circle, the feature on one of them."""
    turns = 2 * math.pi * torch.arange(num_classes).double() / num_classes
    head = ArcFaceLoss(num_classes, 2, float(margin), scale).to(dtype)
    head.weight.data[:] = torch.stack([turns.cos(), turns.sin()], dim=1)
    return head(2 * head.weight[3:4], torch.tensor([3]))


def around(places, others=math.cos, own=math.cos):
    """11.2 with weights at these multiples of 36°, and these cosines of them and of the margin."""
    return lambda m, s, classes: math.log(
        1 + sum(math.exp(s * (others(2 * math.pi * k / 10) - own(m))) for k in places)
    )


def shaped(value):
    """11.2 with this made of what the others add to the 1."""
    return lambda m, s, classes: value(math.exp(perfect_loss(m, s, classes)) - 1)


# What speaks against an entry of 11.4, by patient.
MISTAKES = {
    "11.1": [
        (lambda s, m, classes: opposite(m.cos(), -1, s, classes - 1), "In yours the true class is at θ = 0"),
        (lambda s, m, classes: 2 * s, "2s lies between"),
        (lambda s, m, classes: opposite(m.cos() - 2, -1, s, classes - 1), "That is the mirrored −2 + cos m"),
        (
            lambda s, m, classes: math.log(1 + (classes - 1) * math.exp(s * (1 - math.cos(m)))),
            "the exponent's sign is turned",
        ),
        (lambda s, m, classes: opposite(-m.cos(), -1, s, classes), "The others are C − 1"),
        (lambda s, m, classes: opposite(-m.cos(), -1, s, 1), "The factor C − 1 is missing"),
        (lambda s, m, classes: opposite(-1, -1, s, classes - 1), "The margin has no effect"),
        (lambda s, m, classes: opposite(-m.cos(), -m.cos(), s, classes - 1), "The margin has no effect"),
        (lambda s, m, classes: opposite(-m.cos(), -1, 1, classes - 1), "The scale is missing"),
        (lambda s, m, classes: opposite(-1 - m, -1, s, classes - 1), "That is CosFace"),
        (lambda s, m, classes: opposite(-1 + m, -1, s, classes - 1), "not off the cosine"),
        (lambda s, m, classes: opposite(-m.cos(), 0, s, classes - 1), "their cosine is −1, not 0"),
        (lambda s, m, classes: opposite(-m.cos(), 1, s, classes - 1), "their cosine is −1, not 1"),
        (
            lambda s, m, classes: math.log(1 + (classes - 1) * math.exp(-s * math.cos(m))),
            "stands alone in the exponent",
        ),
        (lambda s, m, classes: opposite(-m.sin(), -1, s, classes - 1), "That is the sine"),
        (lambda s, m, classes: false_optimum(s, math.radians(m), classes), "in radians already"),
        (lambda s, m, classes: math.exp(-false_optimum(s, m, classes)), "That is the probability"),
        (lambda s, m, classes: -false_optimum(s, m, classes), "That is ln P"),
        (lambda s, m, classes: math.exp(false_optimum(s, m, classes)), "That is 1/P"),
        (lambda s, m, classes: math.expm1(false_optimum(s, m, classes)), "what the others add to the 1"),
        (lambda s, m, classes: math.log(math.expm1(false_optimum(s, m, classes))), "The 1 is missing"),
        (lambda s, m, classes: false_optimum(s, m, classes) / math.log(10), "to base 10"),
        (lambda s, m, classes: false_optimum(s, m, classes) / math.log(2), "to base 2"),
        (lambda s, m, classes: false_optimum(s, 0.5, classes), "Not the same yet"),
        (lambda s, m, classes: (s, m), "One number is wanted each time"),
        (lambda s, m, classes: false_optimum(s, m, classes) + 0.02, "Not the same yet"),
        (lambda s, m, classes: print(end=""), "returned nothing"),
        (lambda s, m, classes: false_optimum(s, m, classes) / torch.zeros(()), "not finite"),
        (lambda s, m: s, "Your function raised TypeError"),
        (0.21, "wants the function itself"),
    ],
    "11.2": [
        (around((1, 9)), "the two nearest alone"),
        (around((1,)), "That is one neighbour"),
        (around(range(1, 9)), "One of the two nearest is missing"),
        (around(range(2, 10)), "One of the two nearest is missing"),
        (around(range(10)), "The own class counts twice"),
        (around(range(1, 11)), "The own class counts twice"),
        (
            lambda m, s, classes: math.log(math.exp(around(range(10))(m, s, classes)) - 1),
            "In the sum the own class stands without its margin",
        ),
        (
            lambda m, s, classes: around(range(1, 10), lambda turn: math.cos(turn + m))(m, s, classes),
            "The margin is added to every angle",
        ),
        (lambda m, s, classes: perfect_loss(0, s, classes), "The margin has no effect"),
        (lambda m, s, classes: perfect_loss(math.radians(m), s, classes), "The margin has no effect"),
        (lambda m, s, classes: perfect_loss(m, 1, classes), "The scale is missing"),
        (
            lambda m, s, classes: around(range(1, 10), lambda turn: math.cos(turn) / s)(m, s, classes),
            "The scale multiplies the true cosine alone",
        ),
        (
            lambda m, s, classes: around(range(1, 10), own=lambda margin: math.cos(margin) / s)(m, s, classes),
            "The scale multiplies the others alone",
        ),
        (around(range(1, 10), lambda turn: 0), "all others at 90°"),
        (around([1] * 9), "all others at one place"),
        (around(range(1, 10), lambda turn: -1 / 9), "a simplex"),
        (around(range(1, 10), lambda turn: math.cos(turn / 2)), "half the circle"),
        (around(range(1, 10), lambda turn: math.cos(math.degrees(turn))), "math.cos takes radians"),
        (around(range(1, 10), own=lambda margin: 1 - margin), "That is CosFace"),
        (lambda m, s, classes: perfect_loss(m, -s, classes), "The exponent's sign is turned"),
        (shaped(lambda added: math.log(1 + added / 9)), "The others are averaged"),
        (shaped(lambda added: 1 / (1 + added)), "That is the probability"),
        (shaped(lambda added: -math.log(1 + added)), "That is ln P"),
        (shaped(lambda added: 1 + added), "That is 1/P"),
        (shaped(lambda added: added), "what the others add to the 1"),
        (shaped(math.log), "The 1 is missing"),
        (shaped(lambda added: math.log10(1 + added)), "to base 10"),
        (shaped(lambda added: math.log2(1 + added)), "to base 2"),
        (lambda m, s, classes: perfect_loss(m, 16, classes), "Not the same yet"),
        (lambda m, s, classes: perfect_loss(m, s, classes) + 0.02, "Not the same yet"),
        (lambda m, s, classes: print(end=""), "returned nothing"),
        (lambda m, s, classes: [math.cos(m)] * classes, "One number is wanted each time"),
        (lambda m, s, classes: m / 0, "Your function raised ZeroDivisionError"),
        (lambda m, s, classes: m * math.inf, "not finite"),
        (lambda m, s, classes: perfect_loss(m, s, m), "Your function raised TypeError"),
    ],
    "11.3": [
        (lambda bits: math.degrees(smallest_angle(bits)), "in degrees"),
        (lambda bits: math.acos(1 - 2 ** -(bits - 1)), "the step above 1"),
        (lambda bits: smallest_angle(bits + 1), "half a step"),
        (lambda bits: 2**-bits, "how far the cosine is below 1"),
        (lambda bits: 1 - 2**-bits, "one arccos is missing"),
        (lambda bits: math.acos(2**-bits), "takes 2^−bits for the cosine"),
        (lambda bits: math.asin(1 - 2**-bits), "That is the arcsin"),
        (lambda bits: math.cos(1 - 2**-bits), "the cosine of what is a cosine already"),
        (lambda bits: math.sqrt(2**-bits), "A 2 is missing under the root"),
        (lambda bits: math.sqrt(2 * 2**-bits), "Very nearly"),
        (lambda bits: math.asin(math.sqrt(2**-bits / 2)), "half of the angle"),
        (lambda bits: math.acos(1 - 10**-bits), "decimal digits"),
        (lambda bits: smallest_angle(min(bits, 23)), "Not the same yet"),
        (lambda bits: smallest_angle(bits)[0], "Your function raised TypeError"),
        (lambda bits: f"{bits}", "yours is str"),
        (lambda bits: torch.acos(1 + torch.tensor(2.0**-bits)), "not finite"),
        (lambda bits: math.acos(1 + 2**-bits), "Your function raised ValueError"),
        (lambda bits: [bits, bits], "One number is wanted each time"),
        (lambda bits: print(end=""), "returned nothing"),
    ],
}
ALSO_RIGHT = {
    "11.1": [
        on_the_unguarded_curve,
        lambda s, m, classes: on_the_unguarded_curve(s, m, classes, torch.float32),
        lambda s, m, classes: np.log(1 + (classes - 1) * np.exp(-s * (1 - np.cos(m)))),
        lambda s, m, classes: opposite(math.cos(math.pi + m), math.cos(math.pi), s, classes - 1),
        lambda s, m, classes: torch.log(1 + (classes - 1) * torch.exp(-s * (1 - torch.cos(m)))),
        lambda s, m, classes: math.log1p((classes - 1) * math.exp(float(s) * (math.cos(float(m)) - 1))),
        lambda s, m, classes: F.softplus(math.log(classes - 1) - s.float() * (1 - m.float().cos())),
    ],
    "11.2": [
        on_the_circle,
        lambda m, s, classes: on_the_circle(m, s, classes, torch.float32),
        lambda m, s, classes: np.log(
            1 + np.sum(np.exp(s * (np.cos(2 * np.pi * np.arange(1, classes) / classes) - math.cos(m))))
        ),
        lambda m, s, classes: torch.log(
            1 + (s * ((2 * math.pi * torch.arange(1, classes) / classes).cos() - m.cos())).exp().sum()
        ),
        lambda m, s, classes: (
            -F.log_softmax(
                torch.tensor(
                    [s * m.cos()] + [s * math.cos(math.radians(360 / classes * k)) for k in range(1, classes)]
                ),
                dim=0,
            )[0]
        ),
    ],
    "11.3": [
        lambda bits: 2 * math.asin(math.sqrt(2**-bits / 2)),
        lambda bits: torch.acos(torch.tensor(1 - 2.0**-bits)),
        lambda bits: np.arccos(1 - np.exp2(-bits)),
        lambda bits: np.arccos(np.nextafter(np.float32(1), np.float32(0))) if bits == 24 else smallest_angle(bits),
        lambda bits: math.atan2(math.sqrt(1 - (1 - 2**-bits) ** 2), 1 - 2**-bits),
    ],
}


class TestExercises(EveryLesson):
    exercises, mistakes, also_right = lesson_11.EXERCISES, MISTAKES, ALSO_RIGHT


def test_what_lesson_11_says_of_its_finished_pictures():
    drawn, said = EXERCISES["11.1"].target, EXERCISES["11.1"].done  # at s = 1, 2 … 64
    wrong, perfect = float(drawn[29, 1]), perfect_loss(0.5, 30, 10)
    assert wrong == pytest.approx(false_optimum(30, 0.5, 10)) and wrong < perfect
    assert f"With s = 30 and m = 0.5 it is {wrong:.2f}." in said and f"have {perfect:.2f}:" in said
    at_the_ceiling, said = perfect_loss(2 * math.pi / 10, 16, 10), EXERCISES["11.2"].done
    assert 0 < at_the_ceiling - math.log(3) < 5e-4 and f"the loss is {at_the_ceiling:.2f}, a trace above ln 3" in said
    assert f"At m = 1 it is {float(EXERCISES['11.2'].target[-1, 1]):.2f}." in said
    in_degrees = [math.degrees(smallest_angle(bits)) for bits in (8, 11, 24)]
    assert re.findall(r"[\d.]+(?=°)", EXERCISES["11.3"].done) == [
        "0",
        *(f"{angle:.1f}" for angle in in_degrees[:2]),
        f"{in_degrees[2]:.2f}",
    ]


@pytest.mark.parametrize(
    ("number", "answer"),
    [
        ("11.1", lambda s, m, classes: np.log(1 + (classes - 1) * np.exp(-s * (1 - np.cos(m))))),
        ("11.1", lambda s, m, classes: torch.log1p((classes - 1) * (torch.tensor(s) * (math.cos(m) - 1)).exp())),
        ("11.1", lambda s, m, classes: opposite(torch.cos(torch.tensor(math.pi + m)), -1, s, classes - 1)),
        (
            "11.2",
            lambda m, s, classes: np.log(
                1 + np.sum(np.exp(s * (np.cos(2 * np.pi * np.arange(1, classes) / classes) - np.cos(m))))
            ),
        ),
        ("11.2", lambda m, s, classes: float(perfect_loss(torch.tensor(m), torch.tensor(s), classes))),
    ],
)
def test_plain_numbers_are_handed_in_which_numpy_and_torch_take_without_a_warning(number, answer, recwarn):
    assert check(number, answer).state == "done"
    assert not recwarn.list


def test_the_false_optimum_of_lesson_11_is_one():
    head = ArcFaceLoss(10, 2, 0.5, 30.0, beyond="raw").double()
    head.weight.data[:] = torch.tensor([1.0, 0.0])
    turned = torch.tensor([0.0, 1e-3, 0.1, 1.0, -1e-3, -0.1]).double()
    opposite_to_all = -torch.stack([turned.cos(), turned.sin()], dim=1)
    found = torch.stack([head(feature[None], torch.tensor([0])) for feature in opposite_to_all])
    assert (found[1:] > found[0]).all()


@pytest.mark.parametrize(
    ("dtype", "bits"), [(torch.bfloat16, 8), (torch.float16, 11), (torch.float32, 24), (torch.float64, 53)]
)
def test_the_bits_of_lesson_11_are_those_of_the_formats(dtype, bits):
    below = torch.nextafter(torch.ones((), dtype=dtype), torch.zeros((), dtype=dtype))
    assert float(below) == 1 - 2.0**-bits
    assert smallest_angle(bits) == pytest.approx(2 * math.asin(math.sqrt(2.0**-bits / 2)), rel=1e-9)


def test_the_answer_to_11_1_does_not_stand_unfolded_above_it():
    above = (TEXTS / "11_failure_gallery.md").read_text(encoding="utf-8").partition("**Exercise 11.1**")[0]
    with_it = [
        cell
        for cell in re.findall(r"```\{code-cell\} ipython3\n(.*?)```", above, re.DOTALL)
        if "9 * math.exp(-" in cell
    ]
    assert with_it and all(cell.startswith(":tags: [hide-input]\n") for cell in with_it)


def test_the_bits_of_each_format_stand_in_11_3():
    text = (TEXTS / "11_failure_gallery.md").read_text(encoding="utf-8").partition("**Exercise 11.3**")[2]
    said = dict(re.findall(r"`(\w+)` (\d+)", text.partition("\n")[0]))
    assert said == {name: str(bits) for name, bits in lesson_11._FORMATS.items()}
