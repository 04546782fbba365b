"""What every classification head must satisfy, now and when more of them come: all of LOSSES run through here."""

import copy
import inspect
import itertools
import math
import pickle

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons_lib.losses import LOSSES, Head
from tests.losses.fixed_length import of_fixed_length

every_head = pytest.mark.parametrize("name", LOSSES)


pytestmark = pytest.mark.filterwarnings("ignore:P2SGradLoss wants all class weights at right angles")


def make(name: str, num_classes: int = 5, embedding_size: int = 4, seed: int = 0) -> Head:
    torch.manual_seed(seed)
    return LOSSES[name](num_classes, embedding_size)


def batch(rows: int = 7, num_classes: int = 5, embedding_size: int = 4, dtype: torch.dtype = torch.float32):
    generator = torch.Generator().manual_seed(1)
    embeddings = torch.randn(rows, embedding_size, generator=generator, dtype=torch.float64).to(dtype)
    return embeddings, torch.randint(num_classes, (rows,), generator=generator)


def centers(head: Head) -> torch.Tensor:
    """All class weights as (C, K, d): one a class, of SoftTriple several."""
    return head.weight.detach().reshape(head.num_classes, -1, head.embedding_size)


def similarity(head: Head, x: torch.Tensor, own: torch.Tensor) -> float:
    """cos θ with a class's weight; of several (K, d) the largest, or SoftTriple's mean, the near ones first."""
    cosines = [float(F.cosine_similarity(x, w, dim=0)) for w in own]
    if not hasattr(head, "gamma"):
        return max(cosines)
    shares = [math.exp(c / head.gamma) if len(own) > 1 else 1.0 for c in cosines]
    return sum(share * c for share, c in zip(shares, cosines, strict=True)) / sum(shares)


@every_head
def test_cosines_are_those_of_the_angles_one_by_one(name):
    head, (embeddings, _) = make(name), batch()
    by_hand = [[similarity(head, x, own) for own in centers(head)] for x in embeddings]
    torch.testing.assert_close(head.cosines(embeddings).detach(), torch.tensor(by_hand))


@every_head
def test_loss_is_the_mean_over_the_batch(name):
    head, (embeddings, labels) = make(name).eval(), batch()
    one_by_one = torch.stack([head(embeddings[i : i + 1], labels[i : i + 1]) for i in range(len(labels))])
    torch.testing.assert_close(head(embeddings, labels), one_by_one.mean())


@every_head
@settings(max_examples=20, deadline=None)
@given(rows=st.integers(1, 3), num_classes=st.integers(3, 5), size=st.integers(1, 3))
def test_gradients_agree_with_finite_differences(name, rows, num_classes, size):
    several = "centers_per_class" in inspect.signature(LOSSES[name]).parameters
    few = {"centers_per_class": 2} if several else {}  # finite differences ask every weight in turn
    torch.manual_seed(0)
    head = LOSSES[name](num_classes, size, **few).double().eval()
    embeddings, labels = batch(rows, num_classes, size, torch.float64)
    inputs = (embeddings.requires_grad_(), *head.parameters())  # gradcheck moves each number of these in its place
    assert torch.autograd.gradcheck(lambda x, *_: head(of_fixed_length(name, x), labels), inputs, fast_mode=False)


@every_head
def test_the_decision_is_linear_as_deciding_weights_says(name):
    head, (embeddings, _) = make(name), batch(200)
    if head.weight.ndim == 3:  # with several centres it is where those of a class have merged
        head.weight.data = head.weight.data[:, :1] * torch.rand(5, head.centers_per_class, 1)
    weight, bias = head.deciding_weights()
    assert weight.shape == (5, 4) and (bias is None or bias.shape == (5,))
    scores = embeddings @ weight.T + (0 if bias is None else bias)
    assert torch.equal(scores.argmax(1), head.logits(embeddings).argmax(1))


@every_head
def test_target_logit_falls_with_the_angle_where_the_head_has_one(name):
    head = make(name)
    if not hasattr(head, "target_logit"):
        pytest.skip(f"{name}'s target logit is no function of θ alone")
    curve = head.target_logit(torch.linspace(0, math.pi, 500, dtype=torch.float64))
    assert (curve.diff() <= 1e-9).all()


@every_head
@pytest.mark.parametrize("turn", ["aligned", "opposite", "orthogonal"])
def test_finite_in_the_worst_places(name, turn):
    for half, length in itertools.product([None, torch.bfloat16, torch.float16], [0.0, 1e-6, 1.0, 1e6]):
        head = make(name, 5, 4)
        w = F.normalize(centers(head)[2, :1])
        side = F.normalize(torch.linalg.svd(w).Vh[3:4])
        x = (length * {"aligned": w, "opposite": -w, "orthogonal": side}[turn]).requires_grad_()
        with torch.autocast("cpu", dtype=half, enabled=half is not None):
            cosines = head.cosines(x)
            loss = head(x, torch.tensor([2]))
        loss.backward()
        assert cosines.dtype == torch.float32, (half, length)
        finite = loss.isfinite() and x.grad.isfinite().all() and head.weight.grad.isfinite().all()
        assert finite, (half, length)


@every_head
def test_cosines_under_autocast_keep_full_precision(name):
    head, (embeddings, _) = make(name), batch()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        inside = head.cosines(embeddings)
    torch.testing.assert_close(inside, head.cosines(embeddings), rtol=0, atol=0)


@every_head
def test_state_survives_saving_copying_and_pickling(name):
    head, (embeddings, labels) = make(name, seed=3), batch()
    head(embeddings, labels)  # moves AdaCos' scale, AdaFace's mean length, CurricularFace's t
    head, fresh = head.eval(), make(name, seed=4).eval()
    fresh.load_state_dict(head.state_dict())
    for twin in (fresh, copy.deepcopy(head), pickle.loads(pickle.dumps(head))):
        torch.testing.assert_close(twin(embeddings, labels), head(embeddings, labels))


@every_head
def test_an_optimiser_reaches_the_class_weights(name):
    head, (embeddings, labels) = make(name), batch()
    before = head.weight.detach().clone()
    optimizer = torch.optim.SGD(head.parameters(), lr=0.1)
    head(embeddings, labels).backward()
    optimizer.step()
    assert not torch.equal(before, head.weight)


# What a loss moves in its place, and each backward that is written by hand, is traced ahead as well.
TRACED = {"SoftmaxLoss", "AdaCosLoss", "P2SGradLoss", "AdaFaceLoss", "CurricularFaceLoss"}


@every_head
def test_compiles_without_a_graph_break(name):
    head, (embeddings, labels) = make(name), batch()
    assert name in TRACED or not list(head.buffers())
    torch._dynamo.reset()
    twin = copy.deepcopy(head)
    compiled = torch.compile(twin, fullgraph=True, backend="aot_eager" if name in TRACED else "eager")
    found, wanted = compiled(embeddings, labels), head(embeddings, labels)
    found.backward(), wanted.backward()
    torch.testing.assert_close(found, wanted)
    torch.testing.assert_close(twin.weight.grad, head.weight.grad)


@every_head
def test_evaluation_moves_nothing(name):
    head, (embeddings, labels) = make(name).eval(), batch()
    before = {key: value.clone() for key, value in head.state_dict().items()}
    head(embeddings, labels), head.logits(embeddings), head.cosines(embeddings)
    assert all(torch.equal(before[key], value) for key, value in head.state_dict().items())


@every_head
@pytest.mark.parametrize("num_classes", [3, 100_000])
def test_finite_with_few_and_with_many_classes_and_a_batch_of_one(name, num_classes):
    head = make(name, num_classes, 3)
    embeddings = torch.randn(1, 3, requires_grad=True)
    loss = head(embeddings, torch.tensor([num_classes - 1]))
    loss.backward()
    assert loss.isfinite() and embeddings.grad.isfinite().all() and head.weight.grad.isfinite().all()


@every_head
def test_says_how_it_was_made(name):
    said = repr(make(name))
    assert "num_classes=5, embedding_size=4, scale=" in said
    assert ("margin=" in said) == hasattr(make(name), "margin")


@every_head
def test_carries_what_the_registry_promises(name):
    head = LOSSES[name]
    assert head.__name__ == name
    assert "\\theta" in head.formula or name == "SoftmaxLoss"
    assert head.paper and head.needs
    assert list(inspect.signature(head).parameters)[:2] == ["num_classes", "embedding_size"]
    suggested = head.sensible(10, 2)
    torch.manual_seed(0)
    head(10, 2, **suggested)(*batch(4, 10, 2))


REFUSED = {
    "embeddings must have shape (N, 4), got (7, 3).": lambda x, y: (x[:, :3], y),
    "embeddings must have shape (N, 4), got (4,).": lambda x, y: (x[0], y),
    "embeddings must be floating point numbers, got torch.int64.": lambda x, y: (x.long(), y),
    "embeddings must be finite, got NaN or infinity in 1 of 7 rows.": lambda x, y: (
        x.index_fill(0, torch.tensor([2]), math.nan),
        y,
    ),
    "embeddings must be shorter than 1.8e+19, or squares overflow in torch.float32, got longer ones in 2 of 7 rows.": (
        lambda x, y: (torch.cat([x[:5], 1e20 * x[5:]]), y)
    ),
    "embeddings must hold at least one row, got an empty batch.": lambda x, y: (x[:0], y[:0]),
    "labels must have shape (7,), one for each embedding, got (6,).": lambda x, y: (x, y[:6]),
    "labels must have shape (7,), one for each embedding, got (7, 1).": lambda x, y: (x, y[:, None]),
    "labels must be int64 class numbers, got torch.float32; use labels.long().": lambda x, y: (x, y.float()),
    "labels must lie in 0..4, got 0..5.": lambda x, y: (x, torch.tensor([0, 1, 2, 3, 4, 5, 0])),
    "labels must lie in 0..4, got -1..3.": lambda x, y: (x, torch.tensor([0, 1, 2, 3, -1, 1, 0])),
}


ARRAYS = {
    "labels must be a tensor, got a NumPy array of int64; use torch.from_numpy(labels).": lambda x, y: (x, y.numpy()),
    "labels must be a tensor, got a NumPy array of int32; use torch.from_numpy(labels).long().": lambda x, y: (
        x,
        y.int().numpy(),
    ),
    "labels must be a tensor, got a NumPy array of float64; use torch.from_numpy(labels).long().": lambda x, y: (
        x,
        y.double().numpy(),
    ),
    "labels must be a tensor, got list; use torch.tensor(labels).": lambda x, y: (x, y.tolist()),
    "labels must be a tensor, got int.": lambda x, y: (x, 3),
    "labels must be a tensor, got NoneType.": lambda x, y: (x, None),
    "labels must be int64 class numbers, got torch.int32; use labels.long().": lambda x, y: (x, y.int()),
    "labels must be int64 class numbers, got torch.uint8; use labels.long().": lambda x, y: (x, y.byte()),
    "embeddings must be a tensor, got a NumPy array of float32; use torch.from_numpy(embeddings).": lambda x, y: (
        x.numpy(),
        y,
    ),
    "embeddings must be a tensor, got a NumPy array of int64; use torch.from_numpy(embeddings).float().": lambda x, y: (
        x.long().numpy(),
        y,
    ),
    "embeddings must be a tensor, got list; use torch.tensor(embeddings).": lambda x, y: (x.tolist(), y),
}


@every_head
@pytest.mark.parametrize("sentence", ARRAYS)
def test_what_is_no_tensor_or_of_another_kind_is_told_what_to_do(name, sentence):
    head, given = make(name), ARRAYS[sentence](*batch())
    with pytest.raises(ValueError) as refused:
        head(*given)
    assert str(refused.value) == sentence
    use = sentence.rstrip(".").partition("; use ")[2]
    if use:  # what it says to do must do
        told = dict(zip(("embeddings", "labels"), given, strict=True))
        told[sentence.split()[0]] = eval(use, {"torch": torch} | told)
        assert head(*told.values()).isfinite()


@every_head
def test_numpys_numbers_are_numbers(name):
    plain = LOSSES[name].sensible(5, 4)
    torch.manual_seed(0)
    twin = LOSSES[name](5, 4, **plain)
    torch.manual_seed(0)
    head = LOSSES[name](np.int64(5), torch.tensor(4), **{key: np.float64(value) for key, value in plain.items()})
    assert repr(head) == repr(twin) and type(head.num_classes) is type(head.embedding_size) is int
    assert not any(isinstance(value, np.generic) for value in vars(head).values())
    torch.testing.assert_close(head(*batch()), twin(*batch()))


@every_head
@pytest.mark.parametrize("scale", ["16", True, None, [16.0]])
def test_a_scale_that_is_no_number_is_refused(name, scale):
    if "scale" not in inspect.signature(LOSSES[name]).parameters:
        pytest.skip(f"{name} takes no scale")
    with pytest.raises(ValueError, match=r"^scale must be a number, got "):
        LOSSES[name](5, 4, scale=scale)


@every_head
def test_what_lies_on_another_device_is_named(name):
    head, (x, y) = make(name), batch()
    for both, sentence in (
        ((x.to("meta"), y), f"embeddings must be on the device of {name}, cpu, got meta: move one of them."),
        ((x, y.to("meta")), "labels must be on the device of embeddings, cpu, got meta: move one of them."),
    ):
        with pytest.raises(ValueError) as refused:
            head(*both)
        assert str(refused.value) == sentence
    with pytest.raises(ValueError, match=rf"^embeddings must be on the device of {name}, meta, got cpu: "):
        head.to("meta").logits(x)


@every_head
def test_long_embeddings_that_a_wider_type_holds_or_that_are_just_short_enough_are_none_too_long(name):
    x, y = batch()
    assert make(name).double()(1e20 * x.double(), y).isfinite()
    long, head = 1e19 * F.normalize(x), make(name)
    assert not torch.linalg.vector_norm(long.repeat(4, 1)).isfinite()  # all together they are too long
    torch.testing.assert_close(head.cosines(long.repeat(4, 1))[:7], head.cosines(x))


@every_head
@pytest.mark.parametrize("sentence", REFUSED)
def test_bad_batches_are_refused_in_one_sentence(name, sentence):
    with pytest.raises(ValueError) as refused:
        make(name)(*REFUSED[sentence](*batch()))
    assert str(refused.value) == sentence


@every_head
@pytest.mark.parametrize(
    ("num_classes", "size", "words"),
    [
        (1, 4, "num_classes"),
        (0, 4, "num_classes"),
        (5, 0, "embedding_size"),
        (5, 2.0, "embedding_size"),
        (True, 4, "num_classes"),
        (np.True_, 4, "num_classes"),
        (torch.tensor(True), 4, "num_classes"),
        (np.float64(5), 4, "num_classes"),
        (torch.tensor([5, 5]), 4, "num_classes"),
        ("5", 4, "num_classes"),
        (None, 4, "num_classes"),
    ],
)
def test_bad_sizes_are_refused_in_one_sentence(name, num_classes, size, words):
    with pytest.raises(ValueError, match=f"^{words} must be a whole number of at least"):
        LOSSES[name](num_classes, size)


@every_head
def test_sizes_without_room_are_named_as_the_loss_names_them(name):
    if not LOSSES[name].sensible(10, 2).keys() - {"scale"} or name == "SphereFaceLoss":
        pytest.skip(f"{name} has no margin that needs room")
    for sizes, argument in (((10, 1), "embedding_size"), ((1, 2), "num_classes")):
        with pytest.raises(ValueError, match=f"{argument} must be a whole number of at least 2 for a margin with room"):
            LOSSES[name].sensible(*sizes)
