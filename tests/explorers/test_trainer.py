import warnings

import pytest
import torch
from torch import nn

from lessons_lib.explorers.kit.packing import BATCH, RATE, Start, reference, steps_of
from lessons_lib.losses import (
    AdaCosLoss,
    ArcFaceLoss,
    CombinedMarginLoss,
    CosFaceLoss,
    FixedAdaCosLoss,
    ModifiedSoftmaxLoss,
    NormalizedSoftmaxLoss,
    P2SGradLoss,
    SoftmaxLoss,
    SphereFaceLoss,
)
from lessons_lib.nets import EmbeddingNet
from tests.explorers.modules import modules

CLASSES = 7
HEADS = {  # what the page is told, and the head it stands for
    "plain softmax": ({"loss": "plain_softmax"}, lambda C, d: SoftmaxLoss(C, d, bias=False)),
    "modified softmax": ({"loss": "softmax", "scale": None}, ModifiedSoftmaxLoss),
    "cosine softmax": ({"loss": "softmax", "scale": 16}, lambda C, d: NormalizedSoftmaxLoss(C, d, scale=16)),
    "SphereFace": ({"loss": "sphereface", "margin": 4, "scale": None}, lambda C, d: SphereFaceLoss(C, d, margin=4)),
    "SphereFace, scaled": (
        {"loss": "sphereface", "margin": 2.3, "scale": 8},
        lambda C, d: CombinedMarginLoss(C, d, m1=2.3, m2=0, m3=0, scale=8),
    ),
    "CosFace": (
        {"loss": "cosface", "margin": 0.2, "scale": 16},
        lambda C, d: CosFaceLoss(C, d, margin=0.2, scale=16),
    ),
    "ArcFace": (
        {"loss": "arcface", "margin": 0.5, "scale": 16},
        lambda C, d: ArcFaceLoss(C, d, margin=0.5, scale=16),
    ),
    "ArcFace, raw": (
        {"loss": "arcface_raw", "margin": 0.8, "scale": 16},
        lambda C, d: ArcFaceLoss(C, d, margin=0.8, scale=16, beyond="raw"),
    ),
    "combined": (
        {"loss": "combined", "margin": [1.2, 0.3, 0.1], "scale": 10},
        lambda C, d: CombinedMarginLoss(C, d, m1=1.2, m2=0.3, m3=0.1, scale=10),
    ),
    "Fixed AdaCos": ({"loss": "adacos"}, FixedAdaCosLoss),
    "AdaCos": ({"loss": "adacos_dynamic"}, AdaCosLoss),
    "P2SGrad": ({"loss": "p2sgrad"}, P2SGradLoss),
}
SETUP = """
const startOf = given => ({
  ...given, inputs: Float32Array.from(given.inputs), labels: Uint8Array.from(given.labels),
  weight: Float32Array.from(given.weight),
  layers: given.layers.map(layer => ({ ...layer,
    ...(layer.weight ? { weight: Float32Array.from(layer.weight), bias: Float32Array.from(layer.bias) }
                     : { slopes: Float32Array.from(layer.slopes) }) })),
});
const headOf = given => ({ ...given, scale: startScale(given.loss, given.scale ?? null, CLASSES) });
const first = (start, head) => {
  const labels = Uint8Array.from(start.labels), x = Float32Array.from(start.inputs);
  const onX = new Float32Array(x.length), onWeight = new Float32Array(start.weight.length);
  const loss = lossOf(head, { x, labels, weight: Float32Array.from(start.weight), onX, onWeight });
  return { loss, onX, onWeight, scale: head.scale ?? null };
};
const run = (start, head, rate, steps) => {
  const trainer = trainerOf(startOf(start));
  const losses = Array.from({ length: steps }, () => trainer.step(head, rate));
  return { losses, weight: trainer.weight, known: trainer.known, free: trainer.free ?? null, layers: trainer.layers,
           embedded: trainer.embed() };
};
0""".replace("CLASSES", str(CLASSES))


@pytest.fixture(scope="module")
def v8():
    with modules("kit/trainer.js", "kit/unpack.js", "kit/heads.js", setup=SETUP) as value:
        yield value


def numbers(tensor):
    return tensor.detach().flatten().tolist()


def made(name, d):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # P2SGrad in the plane
        return HEADS[name][1](CLASSES, d).double()


def sample(count=24, d=2, seed=0):
    """Features, labels and class weights that float32 holds exactly; some features lie far from their class weight."""
    torch.manual_seed(seed)
    x = (3 * torch.randn(count, d)).double()
    return x, torch.arange(count) % CLASSES, torch.randn(CLASSES, d).double()


@pytest.mark.parametrize("d", [2, 5])
@pytest.mark.parametrize("name", HEADS)
def test_value_and_gradients_are_those_of_the_head(v8, name, d):
    head, (x, labels, weight) = made(name, d), sample(d=d)
    head.weight.data = weight.clone()
    x.requires_grad_()
    loss = head(x, labels)
    loss.backward()
    start = {"inputs": numbers(x), "labels": labels.tolist(), "weight": numbers(weight)}
    seen = v8("first(start, headOf(given))", start=start, given=HEADS[name][0])
    assert seen["loss"] == pytest.approx(loss.item(), rel=1e-6)
    torch.testing.assert_close(torch.tensor(seen["onX"]).double(), x.grad.flatten(), rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(
        torch.tensor(seen["onWeight"]).double(), head.weight.grad.flatten(), rtol=1e-5, atol=1e-5
    )
    if name in ("AdaCos", "Fixed AdaCos"):
        assert seen["scale"] == pytest.approx(float(head.scale), rel=1e-6)


def test_a_feature_without_length_and_one_on_its_weight(v8):
    """No number is infinite there, and what PyTorch says is said."""
    weight = torch.eye(CLASSES, 2).double() + 0.1
    x, labels = torch.stack([torch.zeros(2), 2 * weight[1], -3 * weight[2]]).float().double(), torch.tensor([0, 1, 2])
    for name in ("ArcFace", "CosFace", "SphereFace"):
        head = made(name, 2)
        head.weight.data = weight.float().double()
        own = x.clone().requires_grad_()
        head(own, labels).backward()
        start = {"inputs": numbers(x), "labels": labels.tolist(), "weight": numbers(weight)}
        seen = v8("first(start, headOf(given))", start=start, given=HEADS[name][0])
        assert torch.tensor(seen["onX"]).isfinite().all()
        torch.testing.assert_close(torch.tensor(seen["onX"][:2]).double(), own.grad[0], rtol=1e-5, atol=1e-5)


def small_net(seed=0):
    torch.manual_seed(seed)
    net = nn.Sequential(nn.Linear(6, 10), nn.PReLU(10), nn.Linear(10, 9), nn.PReLU(9), nn.Linear(9, 2))
    inputs = torch.randn(600, 6)
    labels = torch.arange(600) % CLASSES
    return net.double(), (inputs + torch.randn(CLASSES, 6)[labels]).float().double(), labels


def as_layers(net):
    return [
        {"op": "linear", "from": layer.in_features, "to": layer.out_features}
        | {"weight": numbers(layer.weight), "bias": numbers(layer.bias)}
        if isinstance(layer, nn.Linear)
        else {"op": "prelu", "slopes": numbers(layer.weight)}
        for layer in net
    ]


def as_start(net, inputs, labels, weight):
    start = {"layers": as_layers(net), "inputs": numbers(inputs), "labels": labels.tolist()}
    return start | {"weight": numbers(weight), "batch": BATCH}


@pytest.mark.parametrize("name", HEADS)
def test_twenty_steps_go_where_pytorch_goes(v8, name):
    """Batches of 256 from 600 examples: they begin again at the first, in the middle of a batch."""
    net, inputs, labels = small_net()
    head = made(name, 2)
    for layer in net:
        for value in layer.parameters():
            value.data = value.data.float().double()
    head.weight.data = torch.randn(CLASSES, 2).double()
    start = as_start(net, inputs, labels, head.weight)
    seen = v8(f"run(start, headOf(given), {RATE}, 20)", start=start, given=HEADS[name][0])
    steps = steps_of(net, head, inputs, labels)
    assert seen["losses"] == pytest.approx([next(steps) for _ in range(20)], rel=1e-4, abs=1e-4)
    torch.testing.assert_close(torch.tensor(seen["weight"]).double(), head.weight.detach().flatten(), rtol=0, atol=1e-3)
    for mine, layer in zip(seen["layers"], net, strict=True):
        for value in ("weight", "bias") if isinstance(layer, nn.Linear) else ("slopes",):
            theirs = getattr(layer, value.replace("slopes", "weight")).detach().flatten()
            torch.testing.assert_close(torch.tensor(mine[value]).double(), theirs, rtol=0, atol=1e-3)
    torch.testing.assert_close(
        torch.tensor(seen["embedded"]).double(), net(inputs).detach().flatten(), rtol=1e-2, atol=1e-2
    )


def test_points_without_a_network_learn_themselves(v8):
    """As Adam on features and class weights in PyTorch."""
    x, labels, weight = sample()
    head = made("CosFace", 2)
    head.weight.data = weight.clone()
    start = {"layers": [], "inputs": numbers(x), "labels": labels.tolist(), "weight": numbers(weight), "batch": BATCH}
    seen = v8("run(start, headOf(given), 0.02, 15)", start=start, given=HEADS["CosFace"][0])
    x.requires_grad_()
    adam = torch.optim.Adam([x, head.weight], 0.02, betas=(0.9, 0.99))
    for _ in range(15):
        adam.zero_grad()
        head(x, labels).backward()
        adam.step()
    torch.testing.assert_close(torch.tensor(seen["free"]).double(), x.detach().flatten(), rtol=0, atol=1e-4)
    torch.testing.assert_close(torch.tensor(seen["embedded"]).double(), x.detach().flatten(), rtol=0, atol=1e-4)


def test_a_step_from_no_number_goes_nowhere(v8):
    net, inputs, labels = small_net()
    start = as_start(net, inputs, labels, torch.full((CLASSES, 2), 1e30))
    start["layers"][0]["bias"][0] = 1e300  # infinite in float32
    seen = v8("run(start, headOf(given), 0.01, 2)", start=start, given=HEADS["plain softmax"][0])
    assert seen["losses"] == [None, None] and seen["weight"][0] == pytest.approx(1e30)


@pytest.fixture(scope="module")
def start():
    """Layers of an EmbeddingNet with running statistics of their own, and made-up answers of a trunk."""
    torch.manual_seed(0)
    embed, labels = EmbeddingNet(2, width=2).embed, torch.arange(700) % CLASSES
    features = 3 * torch.randn(CLASSES, 64)[labels] + torch.randn(700, 64)
    with torch.no_grad():
        for _ in range(5):
            embed.train()(features + 1)
    embed.eval()
    return embed, features.double(), Start.of(embed, torch.randn(CLASSES, 2), features.double(), labels)


def test_the_packed_layers_are_the_networks(start):
    """Batch normalisation folded in: nearly the same embedding of what the few numbers keep of the features."""
    embed, _, packed = start
    kept = packed.examples.inputs @ packed.examples.basis + packed.examples.mean
    with torch.no_grad():
        expected, seen = embed(kept.float()).double(), packed.net()(packed.examples.inputs)
    assert (seen - expected).norm(dim=1).mean() < 0.03 * expected.norm(dim=1).mean()


def test_the_page_unpacks_what_python_unpacks(v8, start):
    state, net = start[2].state(), start[2].net()
    assert state["inputs"] and state["batch"] == BATCH
    seen = v8(
        "learnable(unpack(layers, Uint8Array.from(packed)))", layers=state["layers"], packed=list(start[2].parameters)
    )
    for mine, layer in zip(seen, net, strict=True):
        own = mine["weight"] if isinstance(layer, nn.Linear) else mine["slopes"]
        torch.testing.assert_close(torch.tensor(own).double(), layer.weight.detach().flatten(), rtol=1e-6, atol=1e-7)


def test_the_figure_can_say_how_well_it_agrees(v8, start):
    packed = start[2]
    given = {"loss": "cosface", "margin": 0.1, "scale": 8}
    losses = reference(packed, CosFaceLoss(CLASSES, 2, margin=0.1, scale=8))
    assert len(losses) == 20
    code = """agreement({ ...state, layers: learnable(unpack(state.layers, Uint8Array.from(packed))),
      inputs: Int8Array.from(codes), labels: Uint8Array.from(labels), weight: Float32Array.from(state.weight) },
      { head: headOf(given), rate: RATE, losses })""".replace("RATE", str(RATE))
    wanted = {
        "state": packed.state(),
        "packed": list(packed.parameters),
        "codes": packed.examples.codes.flatten().tolist(),
        "labels": packed.labels.tolist(),
    }
    assert v8(code, **wanted, given=given, losses=losses) >= 4
    off = [losses[0] * 1.01, *losses[1:]]
    assert v8(code, given=given, losses=off) in (1, 2)


def test_layers_that_the_page_cannot_train_are_refused():
    features, labels = torch.randn(20, 64).double(), torch.arange(20) % 7
    with pytest.raises(ValueError, match="the page trains linear layers and PReLU only"):
        Start.of(nn.Sequential(nn.Linear(64, 8), nn.ReLU(), nn.Linear(8, 2)), torch.randn(7, 2), features, labels)
