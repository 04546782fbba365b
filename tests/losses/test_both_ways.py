"""Class weights that come with the batch: InfoNCE both ways, SigLIP's sigmoid, a learnt scale, two processes."""

import copy
import gc
import math
import warnings

import pytest
import torch
import torch.distributed as dist
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.multiprocessing import start_processes
from torch.nn.parallel import DistributedDataParallel

from lessons_lib.losses import (
    LOSSES,
    ArcFaceLoss,
    CosFaceLoss,
    FixedAdaCosLoss,
    NormalizedSoftmaxLoss,
    P2SGradLoss,
)
from lessons_lib.losses.both_ways import BothWays, SigmoidLoss, even_bias, learn_scale
from tests.losses.alike import assert_alike
from tests.losses.fixed_length import of_fixed_length

PAIRS, SIZE = 7, 5
NEEDS_MORE = ("SoftmaxLoss", "SoftTripleLoss", "SubCenterArcFaceLoss")  # than one weight a class
pytestmark = pytest.mark.filterwarnings("ignore:P2SGradLoss wants all class weights at right angles")


def pairs(count=PAIRS, dtype=torch.float64):
    chance = torch.Generator().manual_seed(3)
    made = torch.randn(2, count, SIZE, generator=chance, dtype=torch.float64).to(dtype)
    return [one.clone().requires_grad_() for one in made]


def head_of(name, count=PAIRS):
    torch.manual_seed(0)
    return LOSSES[name](count, SIZE).double().eval()


def angle(x, w):
    return math.acos(float(x @ w / x.norm() / w.norm()))


def test_it_is_the_sum_over_rows_and_columns_worked_out_pair_by_pair():
    images, texts = pairs()
    z = [[math.cos(angle(x.detach(), w.detach())) / 0.07 for w in texts] for x in images]
    total = 0.0
    for i in range(PAIRS):
        row, column = z[i], [z[j][i] for j in range(PAIRS)]
        total += sum(math.log(sum(map(math.exp, line))) - z[i][i] for line in (row, column))
    loss = BothWays(learn_scale(NormalizedSoftmaxLoss(PAIRS, SIZE).double()))
    assert loss(images, texts).item() == pytest.approx(total / (2 * PAIRS), rel=1e-9)


def test_it_is_clips_loss_with_its_gradients_on_images_texts_and_the_logarithm_of_the_scale():
    images, texts = pairs()
    loss = BothWays(learn_scale(NormalizedSoftmaxLoss(PAIRS, SIZE).double(), 20.0))
    log = torch.tensor(math.log(20.0), dtype=torch.float64, requires_grad=True)
    logits = log.exp() * F.normalize(images, dim=1) @ F.normalize(texts, dim=1).mT
    pair = torch.arange(PAIRS)
    wanted = F.cross_entropy(logits, pair) / 2 + F.cross_entropy(logits.mT, pair) / 2
    (on_log,) = torch.autograd.grad(wanted, log, retain_graph=True)
    assert_alike(loss(images, texts), wanted, (images, texts))
    (found,) = torch.autograd.grad(loss(images, texts), loss.head.parametrizations.scale.original)
    torch.testing.assert_close(found, on_log, rtol=1e-9, atol=1e-12)


def test_the_gradient_on_the_scale_is_expected_cosine_minus_own_cosine():
    images, texts = pairs()
    head = NormalizedSoftmaxLoss(PAIRS, SIZE, scale=nn.Parameter(torch.tensor(4.0))).double()
    (found,) = torch.autograd.grad(BothWays(head)(images, texts), head.scale)
    cosines = (F.normalize(images) @ F.normalize(texts).T).detach()
    expected = sum(((4 * c).softmax(1) * c).sum(1) - c.diagonal() for c in (cosines, cosines.T)).mean() / 2
    torch.testing.assert_close(found, expected, rtol=1e-9, atol=0)


@pytest.mark.parametrize("name", [name for name in LOSSES if name not in NEEDS_MORE])
def test_any_head_will_do_with_the_curve_and_scale_it_has(name):
    images, texts = pairs()
    loss, pair = BothWays(head_of(name)), torch.arange(PAIRS)
    one_way, other_way = head_of(name), head_of(name)
    one_way.weight.data, other_way.weight.data = texts.detach(), images.detach()
    wanted = (one_way(images, pair) + other_way(texts, pair)) / 2
    assert loss(images, texts).item() == pytest.approx(wanted.item(), rel=1e-9)
    of_length = lambda *both: loss(*(of_fixed_length(name, one) for one in both))  # noqa: E731
    assert torch.autograd.gradcheck(of_length, (images, texts))
    assert loss.head.weight.grad is None


def test_a_head_with_more_than_one_weight_a_class_says_so():
    for name in NEEDS_MORE:
        with pytest.raises(ValueError, match=r"for each class of its own|several centres a class"):
            BothWays(head_of(name))(*pairs())


def test_a_fixed_adacos_of_the_batch_takes_its_scale_from_the_number_of_pairs():
    assert BothWays(FixedAdaCosLoss(512, SIZE)).head.scale == pytest.approx(math.sqrt(2) * math.log(511))


def test_p2sgrad_of_pairs_is_half_the_squares_of_cosines_and_pulls_by_them():
    images, texts = pairs()
    cosines = F.normalize(images) @ F.normalize(texts).T
    wanted = ((cosines - torch.eye(PAIRS, dtype=torch.float64)) ** 2).sum() / (2 * PAIRS)
    assert_alike(BothWays(P2SGradLoss(PAIRS, SIZE))(images, texts), wanted, (images, texts))


@given(st.integers(2, 9), st.floats(1, 30), st.floats(-12, 3))
@settings(deadline=None, max_examples=30)
def test_the_sigmoid_loss_is_siglips_cell_by_cell(count, scale, bias):
    images, texts = pairs(count)
    total = 0.0
    for i in range(count):
        for j in range(count):
            z = scale * math.cos(angle(images[i].detach(), texts[j].detach())) + bias
            total += math.log1p(math.exp(-z if i == j else z))
    head = SigmoidLoss(count, SIZE, scale=scale, bias=bias).double()
    head.bias.data.fill_(bias)  # in float64
    assert BothWays(head)(images, texts).item() == pytest.approx(total / count, rel=1e-9)


def test_the_sigmoid_loss_is_the_same_both_ways_and_has_siglips_gradients():
    images, texts = pairs()
    head = learn_scale(SigmoidLoss(PAIRS, SIZE, bias=-10.0).double(), 10.0)
    pair = torch.arange(PAIRS)
    signs = 2 * torch.eye(PAIRS, dtype=torch.float64) - 1
    log = torch.tensor(math.log(10.0), dtype=torch.float64, requires_grad=True)
    bias = torch.tensor(-10.0, dtype=torch.float64, requires_grad=True)
    cosines = lambda: F.normalize(images) @ F.normalize(texts).T  # noqa: E731
    wanted = lambda: -F.logsigmoid(signs * (log.exp() * cosines() + bias)).sum() / PAIRS  # noqa: E731
    assert_alike(head(images, pair, weight=texts), wanted(), (images, texts))
    assert_alike(head(texts, pair, weight=images), wanted(), (images, texts))
    found = torch.autograd.grad(BothWays(head)(images, texts), (head.parametrizations.scale.original, head.bias))
    torch.testing.assert_close(found, torch.autograd.grad(wanted(), (log, bias)), rtol=1e-9, atol=1e-12)


@given(st.integers(2, 100_000))
def test_the_even_bias_says_same_as_often_as_it_is_true(count):
    assert 1 / (1 + math.exp(-even_bias(count))) == pytest.approx(1 / count, rel=1e-9)
    p = 1 / count
    assert even_bias(count) == pytest.approx(math.log(p / (1 - p)), rel=1e-9, abs=1e-9)


def test_at_the_even_bias_a_head_that_knows_nothing_is_not_pushed_either_way():
    at_right_angles = torch.eye(2 * PAIRS, dtype=torch.float64)
    wide = SigmoidLoss(PAIRS, 2 * PAIRS).double()
    wide.bias.data.fill_(even_bias(PAIRS))
    (found,) = torch.autograd.grad(BothWays(wide)(at_right_angles[:PAIRS], at_right_angles[PAIRS:]), wide.bias)
    assert found.item() == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("made", [NormalizedSoftmaxLoss, CosFaceLoss, ArcFaceLoss, SigmoidLoss])
def test_the_learnt_scale_never_passes_its_cap_and_can_come_down_again(made):
    head = learn_scale(made(PAIRS, SIZE), 90.0)
    log = head.parametrizations.scale.original
    optimizer = torch.optim.SGD([log], lr=0.5)
    for sign in (1, 1, 1, -1):
        optimizer.zero_grad()
        (-sign * head.scale.log()).backward()
        optimizer.step()
        assert head.scale.item() <= 100.001
    assert head.scale.item() == pytest.approx(100 * math.exp(-0.5), rel=1e-5)
    assert log.item() == pytest.approx(math.log(head.scale.item()), rel=1e-6)


@pytest.mark.parametrize(("start", "most"), [(0, 100), (-1, 100), (101, 100), (20, 10)])
def test_a_start_that_is_none_is_refused(start, most):
    with pytest.raises(ValueError, match=r"^start must lie above 0 and at most at"):
        learn_scale(NormalizedSoftmaxLoss(3, 3), start, most)


def test_a_scale_that_is_learnt_already_is_not_made_so_again():
    head = learn_scale(NormalizedSoftmaxLoss(3, 3), 5.0)
    with pytest.raises(
        ValueError, match=r"^The scale of this NormalizedSoftmaxLoss is learnt already: make a new head"
    ):
        learn_scale(head, 5.0)
    assert head.scale.item() == pytest.approx(5.0)


def test_what_are_no_pairs_is_refused():
    loss = BothWays(NormalizedSoftmaxLoss(PAIRS, SIZE).double())
    images, texts = pairs()
    with pytest.raises(ValueError, match=r"^texts must have the shape of images, \(7, 5\), got \(6, 5\)\."):
        loss(images, texts[:6])
    with pytest.raises(ValueError, match=r"must have shape \(N, 5\)|must have shape \(M, 5\)"):
        loss(images[:, :4], texts[:, :4])


@pytest.mark.parametrize("made", [NormalizedSoftmaxLoss, SigmoidLoss])
def test_half_precision_compiled_saved_and_copied_it_is_the_same(made):
    images, texts = pairs(dtype=torch.float32)
    loss = BothWays(learn_scale(made(PAIRS, SIZE), 10.0))
    wanted = loss(images, texts)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        torch.testing.assert_close(loss(images, texts), wanted)
    half = [one.detach().to(torch.bfloat16) for one in (images, texts)]
    torch.testing.assert_close(loss(*half), loss(*(one.float() for one in half)))
    torch._dynamo.reset()
    compiled = torch.compile(copy.deepcopy(loss), backend="aot_eager")
    fresh = BothWays(learn_scale(made(PAIRS, SIZE), 3.0))
    fresh.load_state_dict(loss.state_dict())
    for twin in (compiled, fresh, copy.deepcopy(loss)):
        torch.testing.assert_close(twin(images, texts), wanted)
    (found,) = torch.autograd.grad(compiled(images, texts), compiled.head.parametrizations.scale.original)
    (on_log,) = torch.autograd.grad(wanted, loss.head.parametrizations.scale.original)
    torch.testing.assert_close(found, on_log)


class TwoTowers(nn.Module):
    """Two linear maps and a loss between them, as one module for DistributedDataParallel."""

    def __init__(self, made):
        super().__init__()
        torch.manual_seed(0)
        self.images, self.texts = nn.Linear(4, SIZE), nn.Linear(6, SIZE)
        self.loss = BothWays(learn_scale(made(8, SIZE), 10.0))

    def forward(self, images, texts):
        return self.loss(self.images(images), self.texts(texts))


def inputs():
    chance = torch.Generator().manual_seed(1)
    return torch.randn(8, 4, generator=chance), torch.randn(8, 6, generator=chance)


def gradients(towers):
    return {name: one.grad for name, one in towers.named_parameters() if one.requires_grad}


def shared_gradients(made, half):
    """A function of its own, so that nothing of DistributedDataParallel outlives the group."""
    towers, (images, texts) = TwoTowers(made), inputs()
    shared = DistributedDataParallel(towers)
    loss = shared(images[half], texts[half])
    loss.backward()
    return gradients(towers) | {"loss": loss.detach()}


MADE = {"softmax": NormalizedSoftmaxLoss, "sigmoid": SigmoidLoss, "ArcFace": ArcFaceLoss}


def work(rank, folder):
    dist.init_process_group("gloo", init_method=f"file://{folder}/meeting", rank=rank, world_size=2)
    warnings.simplefilter("ignore")
    found = {name: shared_gradients(made, slice(rank * 4, rank * 4 + 4)) for name, made in MADE.items()}
    torch.save(found, f"{folder}/found{rank}")
    gc.collect()
    dist.destroy_process_group()


@pytest.mark.skipif(not dist.is_available() or not dist.is_gloo_available(), reason="this PyTorch has no gloo")
def test_two_processes_with_half_of_the_pairs_each_have_the_loss_and_gradients_of_one(processes, tmp_path):
    start_processes(work, (str(tmp_path),), nprocs=2, start_method=processes.get_start_method())
    for rank in range(2):
        found = torch.load(tmp_path / f"found{rank}", weights_only=True)
        for name, made in MADE.items():
            towers, (images, texts) = TwoTowers(made), inputs()
            loss = towers(images, texts)
            loss.backward()
            wanted = gradients(towers) | {"loss": loss.detach()}
            torch.testing.assert_close(found[name], wanted, msg=lambda m, n=name: f"{n}: {m}")
            half = TwoTowers(made)
            assert abs(half(images[:4], texts[:4]).item() - loss.item()) > 0.01  # so that this can fail


@pytest.mark.parametrize("name", ["SoftTripleLoss", "SubCenterArcFaceLoss"])
def test_a_loss_with_several_centres_a_class_takes_no_weights_from_elsewhere(name):
    x, y = torch.randn(6, 2), torch.arange(6)
    head = LOSSES[name](10, 2)
    for loss in (lambda: head(x, y, weight=x), lambda: BothWays(head)(x, x)):
        with pytest.raises(ValueError) as refused:
            loss()
        assert str(refused.value) == (
            f"{name} has several centres a class and takes no weights from elsewhere, which are one a class: "
            "use a loss without centers_per_class."
        )
