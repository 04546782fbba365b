"""Every loss under torch.func and differentiated twice; what has no second derivative says so in a sentence."""

import pytest
import torch
from torch import nn
from torch.func import functional_call, grad, hessian, jacrev, jvp, vmap

from lessons_lib.losses import (
    LOSSES,
    AdaCosLoss,
    AdaFaceLoss,
    CenterInvariantRegularizer,
    CenterLoss,
    ContrastiveLoss,
    CurricularFaceLoss,
    NPairsLoss,
    P2SGradLoss,
    RegularFaceRegularizer,
    SiameseVerifier,
    SoftTripleLoss,
    TripletLoss,
    UniformLoss,
    uniform_energy,
)
from tests.losses.fixed_length import of_fixed_length

pytestmark = pytest.mark.filterwarnings("ignore:P2SGradLoss wants all class weights at right angles")
CLASSES, SIZE = 4, 3
LABELS = torch.tensor([0, 2, 1])
SAME = torch.tensor([True, False, False])


def some(*shape, seed=9):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


ONE, OTHER = some(3, SIZE, seed=1), some(3, SIZE, seed=2)


def on_labels(make):
    return make, lambda module, x: module(x, LABELS)


def on_points(make):
    return make, lambda module, x: module(x)


class Energy(nn.Module):
    def forward(self, points):
        return uniform_energy(points)


WAYS = {name: on_labels(lambda made=made: made(CLASSES, SIZE)) for name, made in LOSSES.items()} | {
    "ArcFaceLoss, linear": on_labels(
        lambda: LOSSES["ArcFaceLoss"](CLASSES, SIZE, beyond="linear", scale=3.0, margin=0.1)
    ),
    "MagFaceLoss, in range": on_labels(lambda: LOSSES["MagFaceLoss"](CLASSES, SIZE, length_from=0.1, length_to=9.0)),
    "SoftTripleLoss, two": on_labels(lambda: SoftTripleLoss(CLASSES, SIZE, centers_per_class=2)),
    "CenterLoss": on_labels(lambda: CenterLoss(CLASSES, SIZE)),
    "UniformLoss": on_labels(lambda: UniformLoss(CLASSES, SIZE)),
    "uniform_energy": on_points(Energy),
    "RegularFaceRegularizer": on_points(RegularFaceRegularizer),
    "CenterInvariantRegularizer": on_points(CenterInvariantRegularizer),
    "ContrastiveLoss": (lambda: ContrastiveLoss(5.0), lambda loss, x: loss(x, ONE, SAME)),
    "TripletLoss": (lambda: TripletLoss(4.0), lambda loss, x: loss(x, ONE, OTHER)),
    "NPairsLoss": (NPairsLoss, lambda loss, x: loss(x, ONE)),
    "SiameseVerifier": (
        lambda: SiameseVerifier(SIZE),
        lambda verifier, x: verifier(x, ONE).square().sum(),
    ),
}
every_loss = pytest.mark.parametrize("name", WAYS)


def made(name):
    make, call = WAYS[name]
    torch.manual_seed(0)
    module = make().double().eval()
    return module, lambda x, module=module: call(module, x)


def by_backward(loss, x, *others):
    x = x.clone().requires_grad_()
    return torch.autograd.grad(loss(x), (x, *others))


@every_loss
def test_a_second_derivative_agrees_with_finite_differences(name):
    module, loss = made(name)
    inputs = (some(3, SIZE).requires_grad_(), *module.parameters())
    assert torch.autograd.gradgradcheck(lambda x, *_: loss(of_fixed_length(name, x)), inputs, fast_mode=True)


@every_loss
def test_grad_jacrev_and_jvp_are_what_backward_gives(name):
    _, loss = made(name)
    x, along = some(3, SIZE), some(3, SIZE, seed=5)
    (wanted,) = by_backward(loss, x)
    torch.testing.assert_close(grad(loss)(x), wanted)
    torch.testing.assert_close(jacrev(loss)(x), wanted)
    value, forward = jvp(loss, (x,), (along,))
    torch.testing.assert_close(value, loss(x))
    torch.testing.assert_close(forward, (wanted * along).sum())


@every_loss
def test_the_hessian_is_that_of_two_backward_passes(name):
    _, loss = made(name)
    x = some(3, SIZE)
    torch.testing.assert_close(hessian(loss)(x), torch.autograd.functional.hessian(loss, x))
    torch.testing.assert_close(torch.autograd.functional.jacobian(loss, x, vectorize=True), by_backward(loss, x)[0])


@every_loss
def test_second_derivatives_are_finite_where_a_feature_is_nothing_and_where_two_meet(name):
    _, loss = made(name)
    for x in (some(3, SIZE).index_fill(0, torch.tensor(0), 0.0), some(1, SIZE).repeat(3, 1)):
        x.requires_grad_()
        (first,) = torch.autograd.grad(loss(x), x, create_graph=True)
        (second,) = torch.autograd.grad(first.square().sum(), x)
        assert first.isfinite().all() and second.isfinite().all()


@every_loss
def test_vmap_goes_over_batches_as_a_loop_does(name):
    _, loss = made(name)
    batches = torch.stack([some(3, SIZE, seed=seed) for seed in range(4)])
    torch.testing.assert_close(vmap(loss)(batches), torch.stack([loss(x) for x in batches]))
    torch.testing.assert_close(vmap(grad(loss))(batches), torch.stack([by_backward(loss, x)[0] for x in batches]))
    torch.testing.assert_close(vmap(loss, in_dims=2)(batches.movedim(0, 2)), vmap(loss)(batches))


@pytest.mark.parametrize("name", LOSSES)
def test_functional_call_and_vmap_over_labels_alone(name):
    module, loss = made(name)
    x = some(3, SIZE)
    _, *wanted = by_backward(loss, x, *module.parameters())
    found = grad(lambda parameters: functional_call(module, parameters, (x, LABELS)))(dict(module.named_parameters()))
    torch.testing.assert_close(list(found.values()), wanted)
    labels = torch.stack([LABELS, LABELS.flip(0)])
    torch.testing.assert_close(vmap(lambda y: module(x, y))(labels), torch.stack([module(x, y) for y in labels]))
    torch.testing.assert_close(grad(lambda t: t * module(x, LABELS))(torch.tensor(2.0).double()), module(x, LABELS))


@pytest.mark.parametrize("name", LOSSES)
def test_bad_numbers_are_refused_under_a_transform_too(name):
    module, loss = made(name)
    x = some(2, 3, SIZE)
    with pytest.raises(ValueError, match=r"^embeddings must be finite, got NaN or infinity in 1 of 3 rows\.$"):
        grad(loss)(x[0].index_fill(0, torch.tensor(1), torch.nan))
    with pytest.raises(ValueError, match=r"^embeddings must be finite, got NaN or infinity\.$"):
        vmap(loss)(x.index_fill(0, torch.tensor(1), torch.nan))
    with pytest.raises(ValueError, match=r"^labels must lie in 0\.\.3, got 0\.\.4\.$"):
        vmap(lambda y: module(x[0], y))(torch.tensor([[0, 1, 2], [0, 1, 4]]))


@pytest.mark.parametrize("kind", [AdaCosLoss, AdaFaceLoss, CurricularFaceLoss, CenterLoss, UniformLoss])
def test_what_moves_with_each_batch_asks_for_eval_under_a_transform(kind):
    loss = kind(CLASSES, SIZE)
    before = {key: value.clone() for key, value in loss.state_dict().items()}
    said = f"^{kind.__name__} moves with each batch in training mode, .* call eval\\(\\) on it first\\.$"
    with pytest.raises(RuntimeError, match=said):
        grad(lambda x: loss(x, LABELS))(some(3, SIZE).float())
    assert all(torch.equal(before[key], value) for key, value in loss.state_dict().items())


def test_an_injected_gradient_is_right_once_and_refused_twice():
    torch.manual_seed(0)
    head = P2SGradLoss(CLASSES, SIZE, injected=True).double()
    x = some(3, SIZE).requires_grad_()
    (wanted,) = torch.autograd.grad(head(x, LABELS), x)
    ask = {
        "grad": lambda: grad(lambda x: head(x, LABELS))(x),
        "vmap": lambda: vmap(grad(lambda x: head(x, LABELS)))(x[None])[0],
        "create_graph": lambda: torch.autograd.grad(head(x, LABELS), x, create_graph=True)[0],
    }
    for way in ask.values():
        torch.testing.assert_close(way(), wanted)
    once = ask["create_graph"]()
    for twice in (lambda: once.sum().backward(), lambda: hessian(lambda x: head(x, LABELS))(x.detach())):
        with pytest.raises(RuntimeError, match=r"^P2SGradLoss with injected=True sets a gradient .*injected=False\.$"):
            twice()
