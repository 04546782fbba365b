"""Two and three processes that hold some classes each do what one process does that holds them all."""

import warnings
from contextlib import nullcontext

import pytest
import torch
import torch.distributed as dist
from torch import nn
from torch.distributed.tensor import DTensor, Shard
from torch.distributed.tensor.debug import CommDebugMode
from torch.multiprocessing import start_processes

from lessons_lib.losses import LOSSES, ArcFaceLoss, CosFaceLoss, NormalizedSoftmaxLoss, P2SGradLoss
from lessons_lib.losses.both_ways import SigmoidLoss, learn_scale
from lessons_lib.spread import Message, Sent, Spread, go_on, keep, own_rows
from lessons_lib.spread.engine import shard

SIZE, EACH = 8, 4  # dimensions, and images of each process
CLASSES = {2: (30, 31), 3: (30, 32)}
SPREAD = [name for name in LOSSES if name != "SoftTripleLoss"]
OTHERS = ("learnt", "capped", "sigmoid", "by class")
# A sum over all classes is one over all processes: forwards cos θ_y, the largest logit, the sum and log P_y; backwards
# log P_y again. The gradient on the embeddings comes beside these, as it does for every loss.
SUMS = dict.fromkeys(SPREAD, (4, 1)) | {
    "SoftmaxLoss": (3, 0),  # no curve for the true class
    "ModifiedSoftmaxLoss": (4, 2),  # how much the loss falls with ‖x‖ is a sum over classes
    "SphereFaceLoss": (4, 2),
    "AdaCosLoss": (6, 0),  # the scale it moves is one too
    "P2SGradLoss": (1, 0),  # the loss itself, which nobody needs
    "P2SGradLoss, injected": (0, 0),
    "sigmoid": (2, 1),  # the loss's two parts, and the gradient on its bias
}
gloo = pytest.mark.skipif(not dist.is_available() or not dist.is_gloo_available(), reason="this PyTorch has no gloo")


def made(name, classes):
    """The same in every process, in training mode."""
    torch.manual_seed(0)
    name, *more = name.split(", ")
    head = {
        "learnt": lambda: NormalizedSoftmaxLoss(classes, SIZE, scale=nn.Parameter(torch.tensor(9.0))),
        "capped": lambda: learn_scale(NormalizedSoftmaxLoss(classes, SIZE), start=9.0),
        "sigmoid": lambda: SigmoidLoss(classes, SIZE),
        "by class": lambda: CosFaceLoss(classes, SIZE, margin=torch.linspace(0.1, 0.4, classes), scale=9),
    }.get(name, lambda: LOSSES[name](classes, SIZE, **dict.fromkeys(more, True)))()
    head.weight.data *= 3
    return head.double()


def batch(classes, count):
    chance = torch.Generator().manual_seed(1)
    x = torch.randn(count, SIZE, generator=chance, dtype=torch.float64)
    return x, torch.randint(classes, (count,), generator=chance)


def whole(values):
    return {key: value.full_tensor() if isinstance(value, DTensor) else value for key, value in values.items()}


def state_after(head):
    """What a step along the gradient leaves: the optimiser's momentum and the weights."""
    optimizer = torch.optim.Adam(head.parameters(), lr=0.1)
    optimizer.step()
    moment = optimizer.state[getattr(head, "head", head).weight]["exp_avg"]
    return whole({"moment": moment.detach()} | {key: v.detach() for key, v in head.state_dict().items()}), moment


def compared(name, classes, rank, count):
    x, y = batch(classes, EACH * count)
    mine = slice(EACH * rank, EACH * (rank + 1))
    x = x[mine].requires_grad_()
    head = Spread(made(name, classes))
    # CommDebugMode hooks every module's backward pass, which one that changes its parameter in place does not bear.
    # It counts for the first process: a test asks whether the others have sent the same.
    with nullcontext() if name == "capped" or rank > 0 else CommDebugMode() as counted, Sent() as sent:
        loss = head(x, y[mine])
        forwards = len(sent.messages)
        loss.backward()
    assert counted is None or counted.get_total_counts() == len(sent.messages)
    after, moment = state_after(head)
    assert moment.placements == (Shard(0),) and moment.to_local().shape[0] == len(range(classes)[head.rows])
    after = {key.removeprefix("head."): value for key, value in after.items()}
    return {
        "loss": loss.detach(),
        "x": x.grad / count,
        "sent": [*map(tuple, sent.messages)],
        "forwards": forwards,
        "after": after,
    }


def sampled(classes, rank, count):
    """Which weights a sampled step pulls, and how."""
    x, y = batch(classes, EACH * count)
    mine = slice(EACH * rank, EACH * (rank + 1))
    head = Spread(made("by class", classes))
    head.head.sample_rate = 0.5
    loss = head(x[mine], y[mine])
    loss.backward()
    return {"loss": loss.detach(), "weight": head.head.weight.grad.full_tensor()}


def training(head, folder, steps, rank=0, count=1):
    """Go on from what is kept for so many steps; the losses."""
    torch.manual_seed(5)
    net = nn.Linear(SIZE, SIZE).double()
    optimizer = torch.optim.Adam([{"params": net.parameters()}, {"params": head.parameters()}], lr=0.01)
    done, losses = go_on(folder, net, head, optimizer), []
    for step in range(done, done + steps):
        x, y = batch(31, 6)
        mine = slice(rank * 6 // count, (rank + 1) * 6 // count)
        loss = head(net(x[mine] + step), y[mine])
        optimizer.zero_grad()
        loss.backward()
        for value in net.parameters() if count > 1 else ():
            dist.all_reduce(value.grad.div_(count))
        optimizer.step()
        losses.append(loss.item())
    return done, losses, (net, head, optimizer)


def work(rank, folder, count):
    dist.init_process_group("gloo", init_method=f"file://{folder}/meeting{count}", rank=rank, world_size=count)
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    heads = [*SPREAD, "P2SGradLoss, injected", *OTHERS]
    found = {(name, classes): compared(name, classes, rank, count) for name in heads for classes in CLASSES[count]}
    found |= {("sampled", classes): sampled(classes, rank, count) for classes in CLASSES[count]}
    head = Spread(made("ArcFaceLoss", 31))
    if count == 2:
        done, losses, parts = training(head, f"{folder}/kept", 2, rank, count)
        keep(f"{folder}/kept", 2, *parts)
    else:
        done, losses, _ = training(head, f"{folder}/kept", 2, rank, count)
    found |= {"done": done, "losses": losses}
    with own_rows(31):
        few = ArcFaceLoss(31, SIZE)
    found |= {"own rows": few.weight.detach(), "all": Spread(few).head.weight.full_tensor().detach()}
    found["chance after"] = torch.rand(3)
    torch.save(found, f"{folder}/found{count}.{rank}")
    dist.destroy_process_group()


@pytest.fixture(scope="module")
def found(processes, tmp_path_factory):
    """What two processes found, and then three, which go on from what the two have kept."""
    folder = tmp_path_factory.mktemp("spread")
    for count in CLASSES:
        start_processes(work, (str(folder), count), nprocs=count, start_method=processes.get_start_method())
    return {count: [torch.load(folder / f"found{count}.{rank}") for rank in range(count)] for count in CLASSES} | {
        "kept": folder / "kept"
    }


@gloo
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("count", CLASSES)
@pytest.mark.parametrize("name", [*SPREAD, *OTHERS])
def test_many_processes_have_the_loss_gradients_and_next_weights_of_one(found, name, count):
    for classes in CLASSES[count]:
        x, y = batch(classes, EACH * count)
        head = made(name, classes)
        loss = head(x.requires_grad_(), y)
        loss.backward()
        after, _ = state_after(head)
        for rank in range(count):
            of_rank = found[count][rank][name, classes]
            torch.testing.assert_close(of_rank["loss"], loss.detach(), rtol=1e-12, atol=0)
            torch.testing.assert_close(of_rank["x"], x.grad[EACH * rank : EACH * (rank + 1)], rtol=1e-9, atol=1e-12)
            torch.testing.assert_close(of_rank["after"], after, rtol=1e-9, atol=1e-12)


@gloo
@pytest.mark.parametrize("name", SUMS)
def test_what_is_sent_is_the_batch_its_gradient_and_a_sum_for_each_sum_over_classes(found, name):
    for count, classes in ((2, 30), (2, 31), (3, 32)):
        batch = EACH * count
        sent, forwards = (found[count][0][name, classes][what] for what in ("sent", "forwards"))
        gathered = [("all-gather", (batch, SIZE), batch * SIZE * 8), ("all-gather", (batch,), batch * 8)]
        scattered = ("reduce-scatter", (batch, SIZE), batch * SIZE * 8)
        assert sent[:2] == gathered and sent[forwards:].count(scattered) == 1, name
        sums = sent[2:forwards], [message for message in sent[forwards:] if message != scattered]
        assert (len(sums[0]), len(sums[1])) == SUMS[name], name
        assert all(kind == "all-reduce" and size <= batch * 8 for kind, _, size in sums[0] + sums[1]), name


@gloo
@pytest.mark.parametrize("count", CLASSES)
def test_every_process_sends_the_same(found, count):
    for key, of_first in found[count][0].items():
        if isinstance(of_first, dict) and "sent" in of_first:
            assert of_first["sent"] and all(other[key]["sent"] == of_first["sent"] for other in found[count]), key


def test_a_ring_sends_all_but_its_own_part_and_a_sum_twice():
    assert [Message(kind, (6, 2), 96).sent(3) for kind in ("all-gather", "reduce-scatter", "all-reduce")] == [
        64,
        64,
        128,
    ]


@gloo
def test_p2sgrads_gradient_is_the_same_without_its_loss(found):
    for classes in CLASSES[2]:
        one, other = (found[2][0][name, classes] for name in ("P2SGradLoss", "P2SGradLoss, injected"))
        torch.testing.assert_close(one["x"], other["x"])
        torch.testing.assert_close(one["after"], other["after"])
        assert other["loss"] == 0 < one["loss"]


@gloo
@pytest.mark.parametrize("count", CLASSES)
def test_a_sampled_step_is_that_of_a_head_with_the_drawn_classes_alone(found, count):
    for classes in CLASSES[count]:
        x, y = batch(classes, EACH * count)
        of_rank = found[count][0]["sampled", classes]
        drawn = of_rank["weight"].abs().amax(dim=1).nonzero().squeeze(1)
        each = [((drawn >= part.start) & (drawn < part.stop)).sum().item()
                for part in (shard(classes, count, rank) for rank in range(count))]  # fmt: skip
        assert len(set(each)) == 1 and each[0] >= classes // 2 // count and torch.isin(y, drawn).all()
        whole = made("by class", classes)
        few = CosFaceLoss(len(drawn), SIZE, margin=whole.margin[drawn].float(), scale=9).double()
        few.weight.data, few.margin = whole.weight.detach()[drawn].clone(), whole.margin[drawn]
        loss = few(x, torch.searchsorted(drawn, y))
        loss.backward()
        torch.testing.assert_close(of_rank["loss"], loss.detach(), rtol=1e-12, atol=0)
        torch.testing.assert_close(of_rank["weight"][drawn], few.weight.grad, rtol=1e-9, atol=1e-12)
        assert all(torch.equal(other["sampled", classes]["loss"], of_rank["loss"]) for other in found[count])


@gloo
def test_three_processes_and_one_go_on_from_what_two_have_kept(found, tmp_path):
    done, undisturbed, _ = training(made("ArcFaceLoss", 31), tmp_path, 4)
    assert done == 0 and found[2][0]["done"] == 0 and all(rank["done"] == 2 for rank in found[3])
    for rank in found[3]:
        assert found[2][0]["losses"] + rank["losses"] == pytest.approx(undisturbed, rel=1e-9)
    done, losses, _ = training(made("ArcFaceLoss", 31), found["kept"], 2)
    assert done == 2 and losses == pytest.approx(undisturbed[2:], rel=1e-9)


@gloo
def test_a_process_makes_its_own_rows_alone_and_other_ones_than_the_others(found):
    rows = [rank["own rows"] for rank in found[3]]
    assert [len(one) for one in rows] == [11, 11, 9]
    assert all(torch.equal(rank["all"], torch.cat(rows)) for rank in found[3])
    assert len(torch.cat(rows).unique(dim=0)) == 31 and abs(torch.cat(rows).std() / (10 / 31) ** 2 - 1) < 0.2
    assert all(torch.equal(rank["chance after"], found[3][0]["chance after"]) for rank in found[3])


@pytest.mark.parametrize(("classes", "count", "sizes"), [(30, 3, [10, 10, 10]), (31, 2, [16, 15]), (5, 3, [2, 2, 1])])
def test_a_shard_is_what_torch_makes_of_it(classes, count, sizes):
    shards = [shard(classes, count, rank) for rank in range(count)]
    assert [part.stop - part.start for part in shards] == sizes == [len(c) for c in torch.arange(classes).chunk(count)]
    assert torch.equal(torch.cat([torch.arange(classes)[part] for part in shards]), torch.arange(classes))


def test_a_process_without_classes_is_refused():
    with pytest.raises(ValueError, match="5 classes leave one of 4 processes without any"):
        shard(5, 4, 0)


def test_without_other_processes_nothing_is_spread():
    with pytest.raises(ValueError, match="init_process_group comes first"):
        Spread(P2SGradLoss(3, 3))


@gloo
def test_soft_triple_says_why_it_cannot_be_spread(tmp_path):
    dist.init_process_group("gloo", init_method=f"file://{tmp_path}/alone", rank=0, world_size=1)
    try:
        with pytest.raises(ValueError, match="SoftTripleLoss cannot be spread: torch has no rule for its regulariser"):
            Spread(LOSSES["SoftTripleLoss"](5, 4))
    finally:
        dist.destroy_process_group()
