"""A process that is killed: torchrun starts all again, and the training ends where an undisturbed one ends."""

import os

import pytest
import torch
import torch.distributed as dist
from torch.distributed.launcher.api import LaunchConfig, elastic_launch

from benchmarks import class_parallel
from lessons_lib.losses import ArcFaceLoss
from lessons_lib.nets import EmbeddingNet
from lessons_lib.spread import go_on

CLASSES, SIZE, STEPS = 45, 8, 6


def work(folder, fall):
    """What `torchrun -m benchmarks.class_parallel` does in each process, and a line for each start."""
    torch.set_num_threads(1)
    with open(f"{folder}/starts", "a") as starts:
        print(os.environ["RANK"], os.environ["TORCHELASTIC_RESTART_COUNT"], file=starts)
    sizes = ["--classes", CLASSES, "--size", SIZE, "--batch", 8, "--steps", STEPS, "--every", 2]
    class_parallel.main([str(part) for part in [*sizes, "--keep", f"{folder}/kept", "--fall", fall, "--device", "cpu"]])


@pytest.fixture(scope="module")
def folders(processes, tmp_path_factory):
    """What is left of an undisturbed training, and of one whose process 1 kills itself before step 3."""
    found = {}
    for fall in (-1, 3):
        found[fall] = tmp_path_factory.mktemp("training")
        config = LaunchConfig(
            min_nodes=1, max_nodes=1, nproc_per_node=2, run_id=f"fall{fall}", rdzv_backend="c10d",
            rdzv_endpoint="localhost:0", max_restarts=1, monitor_interval=0.1,
            start_method=processes.get_start_method(),
        )  # fmt: skip
        elastic_launch(config, work)(str(found[fall]), fall)
    return found


def read(folder):
    """Network, head and Adam's moments as one process reads them."""
    torch.manual_seed(9)
    net, head = EmbeddingNet(SIZE), ArcFaceLoss(CLASSES, SIZE)
    groups = [{"params": list(part.parameters())} for part in (net, head)]
    optimizer = torch.optim.Adam(groups)
    done = go_on(folder / "kept", net, head, optimizer)
    return done, net.eval(), head, optimizer.state[head.weight]["exp_avg"]


@pytest.mark.skipif(not dist.is_available() or not dist.is_gloo_available(), reason="this PyTorch has no gloo")
def test_a_training_whose_process_was_killed_ends_as_if_nothing_had_happened(folders):
    assert sorted((folders[-1] / "starts").read_text().split("\n")) == ["", "0 0", "1 0"]
    assert sorted((folders[3] / "starts").read_text().split("\n")) == ["", "0 0", "0 1", "1 0", "1 1"]
    (done, net, head, moment), (other_done, other_net, other_head, other_moment) = map(read, folders.values())
    assert done == other_done == STEPS
    images, labels = torch.rand(20, 1, 28, 28), torch.arange(20)
    with torch.no_grad():
        assert head(net(images), labels).item() == pytest.approx(other_head(other_net(images), labels).item(), rel=1e-6)
    torch.testing.assert_close(moment, other_moment)
    assert moment.shape == (CLASSES, SIZE) and moment.abs().max() > 0


def test_only_the_last_whole_checkpoint_stays(folders):
    for folder in folders.values():
        assert sorted(path.name for path in (folder / "kept").iterdir()) == ["last", f"step {STEPS}"]
