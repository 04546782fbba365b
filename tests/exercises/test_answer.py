"""How a reader's function is called: on copies, in the dress it was written for, with its errors in words."""

import math

import numpy as np
import pytest
import torch

from lessons_lib.exercises.answer import Slip, call, number, untouched
from lessons_lib.exercises.exercise import NOT_YET, Exercise


def test_what_is_handed_in_stays_as_it_was():
    given = torch.arange(3.0)
    call(lambda x: x.mul_(2), given)
    call(lambda x: np.multiply(x.astype(float), 2, out=x), given)
    assert given.tolist() == [0, 1, 2]


@pytest.mark.parametrize("function", [math.sin, np.sin, torch.sin, lambda x: x.sin()])
def test_a_plain_number_comes_as_a_tensor_to_whoever_needs_one(function):
    assert float(call(function, 0.5)) == pytest.approx(math.sin(0.5))


def test_of_several_errors_the_first_is_told():
    with pytest.raises(Slip, match=r"^Your function raised AttributeError: 'float' object has no \S+ 'nothing'\.$"):
        call(lambda x: x.nothing, 0.5)


def test_an_error_without_words_and_one_with_too_many():
    def silent():
        raise KeyError

    def talkative():
        raise RuntimeError("no\n" * 1000)

    with pytest.raises(Slip, match=r"^Your function raised KeyError\.$"):
        call(silent)
    with pytest.raises(Slip) as told:
        call(talkative)
    assert len(str(told.value)) < 300 and "\n" not in str(told.value)


@pytest.mark.parametrize("function", [np.sin, np.linalg.norm, lambda x: np.dot(x, x), lambda x: x.astype(float) * 2])
def test_an_answer_in_numpy_is_called_without_a_warning(function, recwarn):
    number(call(function, torch.arange(3.0)))
    assert not recwarn.list


@pytest.mark.parametrize("given", [torch.tensor([True, False]), torch.tensor([1, 0])])
def test_the_mean_of_what_has_no_point_is_met_with_what_to_do(given):
    with pytest.raises(Slip, match=r"Got: (Bool|Long)\. torch takes the mean of numbers with a point alone: \.double"):
        call(lambda values: values.mean(), given)


@pytest.mark.parametrize(
    "value", [1, 1.0, True, np.float32(1), np.ones(()), torch.ones(()), torch.ones((), dtype=torch.half)]
)
def test_every_kind_of_number_is_one(value):
    assert number(value).tolist() == 1 and number(value).dtype == torch.float64


def test_many_rows_of_numpy_are_a_table_without_a_warning(recwarn):
    assert number([np.zeros(3), np.ones(3)]).shape == (2, 3)
    assert not recwarn.list


@pytest.mark.parametrize(
    "value",
    [np.arange(3)[::-1], [2, 1, 0], (torch.tensor(2), 1, np.float64(0)), [torch.tensor([2.0]), [1], np.zeros(1)]],
)
def test_every_kind_of_row_is_one(value):
    assert number(value).flatten().tolist() == [2, 1, 0]


def test_a_sparse_tensor_is_one_too_and_one_without_numbers_is_none():
    assert number(torch.tensor([2, 0, 1]).to_sparse()).tolist() == [2, 0, 1]
    with pytest.raises(Slip, match=r"^A number or a tensor is wanted; yours is Tensor\.$"):
        number(torch.ones(3, device="meta"))


def test_what_can_have_a_gradient_is_a_number_without_one(recwarn):
    for value in (torch.ones(3, requires_grad=True), [torch.ones((), requires_grad=True)] * 3):
        assert number(value).tolist() == [1, 1, 1] and not number(value).requires_grad
    assert not recwarn.list


@pytest.mark.parametrize("value", ["1", None, 1j, torch.ones(1) * 1j, np.ones(1) * 1j, 10**400, {1: 2}, print])
def test_what_is_no_number_is_named(value):
    with pytest.raises(Slip, match=r"^A number or a tensor is wanted; yours is \w+\.$"):
        number(value)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ([1, 2, "14"], "list: part 3 is '14', a text."),
        ((1, ...), "tuple: part 2 still has its dots."),
        ([torch.ones(2), None], "list: part 2 is NoneType."),
        ([[1, 2], ["a", 2]], "list: part 2 is list: part 1 is 'a', a text."),
        ([1, 1j], "list: part 2 is complex."),
    ],
)
def test_the_part_of_a_list_that_is_no_number_is_named(value, told):
    with pytest.raises(Slip) as slip:
        number(value)
    assert str(slip.value) == f"A number or a tensor is wanted; yours is {told}"


def two_of_them(x, y):
    return x + y


class Taking:
    def __call__(self, x):
        return x


@pytest.mark.parametrize(
    ("function", "inputs", "kept"),
    [
        (two_of_them, (1,), False),
        (two_of_them, (1, 2, 3), False),
        (Taking(), (1, 2), False),
        (lambda *batch: two_of_them(*batch, 9), (1, 2), True),
        (lambda x, y: two_of_them(x), (1, 2), True),
        (lambda x: math.pow(x), (1,), True),
        (torch.sin, (torch.ones(1), "a", "b"), True),  # nothing is known of its arguments
    ],
)
def test_the_arguments_of_the_stub_are_spoken_of_only_where_it_is_they_that_do_not_fit(function, inputs, kept):
    with pytest.raises(Slip) as slip:
        call(function, *inputs)
    assert ("Keep the arguments of the stub" in str(slip.value)) != kept


@pytest.mark.parametrize(
    ("function", "advice"),
    [
        (lambda x: x - x[:, 0], r"Is a dimension lost\? \[:, :1\], \[:, None\] or keepdim=True keeps it\.$"),
        (lambda x: x @ x, r"Is \.T missing\?$"),
    ],
)
def test_two_shapes_that_do_not_fit_are_met_with_what_may_be_missing(function, advice):
    with pytest.raises(Slip, match=advice):
        call(function, torch.arange(12.0).reshape(3, 4))


def asking_for(target: float | list[float], **more) -> Exercise:
    """An exercise whose answer is this."""
    plain = {"stub": "x = ...", "hints": (), "solution": "x = 0", "slips": {}, "draw": lambda yours: None, "done": ""}
    target = torch.tensor(target).double()
    return Exercise(**{"number": "9.9", "evaluate": number, "target": target, **plain, **more})


def test_the_nearest_of_two_typical_slips_is_told():
    slips = {"one": torch.ones(1).double(), "a little more": torch.ones(1).double() + 1e-3}
    exercise = asking_for([0.0], slips=slips)
    verdicts = [exercise.check(torch.tensor([answer])) for answer in (1.0002, 1.0008)]
    assert [(verdict.state, verdict.words) for verdict in verdicts] == [(NOT_YET, "one"), (NOT_YET, "a little more")]


@pytest.mark.parametrize(
    ("answer", "is_stub"), [(..., True), ({"A": ..., "B": ...}, True), ({"A": ..., "B": 1}, False)]
)
def test_a_dict_is_a_stub_while_nothing_in_it_was_replaced(answer, is_stub):
    assert untouched(answer) == is_stub and not untouched({})


def test_where_many_answers_are_right_the_judge_has_the_word():
    exercise = asking_for(3.0, done="well done", judge=lambda yours: "" if yours > 0 else "Above 0, please.")
    assert [exercise.check(answer).words for answer in (7, -3)] == ["well done", "Above 0, please."]


@pytest.mark.parametrize(
    ("target", "answer", "words"),
    [
        ([8500.0], [9000.0], "it should be 8,500; yours is 9,000."),
        ([8500.5, 1.0], [9000.0, 1.0], "at the worst place it should be 8,500.500; yours is 9,000."),
        ([0.0], [0.0004], "it should be 0; yours is 0.0004."),
        ([0.12321], [0.12342], "it should be 0.1232; yours is 0.1234."),
        ([-0.0, 2.0], [1.0, 2.0], "at the worst place it should be 0; yours is 1."),
        ([27900.3], [83700.6], "it should be 27,900; yours is 83,701."),
    ],
)
def test_what_it_should_be_and_what_it_is_can_be_told_apart(target, answer, words):
    exercise = asking_for(target, tolerance=1e-5)
    assert exercise.check(torch.tensor(answer).double()).words == f"Not the same yet: {words}"
