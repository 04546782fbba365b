"""One training loop for every loss. It knows no notebook: whoever watches is a callback."""

import os
import sys
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from tqdm import tqdm

from lessons_lib.angles import safe_angle, spread_points
from lessons_lib.chance import chance_now, drawn_from, paths_from, set_chance
from lessons_lib.data import ImageData, LabelledImages
from lessons_lib.fitting import check_choices, check_classes, check_parts, check_sizes, check_warm_start
from lessons_lib.losses import Head, ModifiedSoftmaxLoss
from lessons_lib.nets import EmbeddingNet, TrunkClassifier, embed
from lessons_lib.runs import Callback, Frame, Metrics, Run, run_path

BATCH = 512
MOMENTS = 30  # recorded along a run, denser at its start
FRAME_POINTS = 500

Auxiliary = Sequence[tuple[float, nn.Module]]


def fit(
    net: nn.Module,
    head: Head,
    data: ImageData,
    *,
    epochs: int,
    lr: float = 0.01,
    auxiliary: Auxiliary = (),
    warm_start: Run | None = None,
    seed: int = 0,
    together: int = 1,
    callback: Callback | None = None,
    cache: bool = True,
    device: str = "auto",
) -> Run:
    """Train `net` and `head` together on `data.train`, and keep the state that was best on `data.validation`.

    AdamW under a one-cycle schedule with peak `lr`; `auxiliary` holds (weight, loss) pairs added to the head's loss;
    `warm_start` is a run whose network, and class weights where they fit, are the start; `seed` decides the order of
    the batches, in which images of one class come `together` so many at a time: losses on pairs want at least two.
    `callback(step, metrics, frame)` is called about thirty times, the start included. Of equally good states the
    latest is kept; an interrupt keeps what was reached. With `cache`, the same training, of the same code, is done once
    and afterwards read back, callback and all; what cannot be described for certain is trained anew each time, and a
    warning says so. Random numbers that the training draws, as a jitter does, come from where they stood before, and
    stand afterwards where the training left them, also when it was read back.

    Raises ValueError for epochs below 1, an lr that is not positive, a `together` below 1, a device that is not there,
    a part of `data` without images or with images that the network does not take, labels or classes that the head or an
    auxiliary loss has not, embeddings of another size than theirs, a head or an auxiliary loss that is none, and a warm
    start of another network.
    """
    epochs, lr, seed, together = check_choices(epochs, lr, seed, together)
    check_parts(net, head, auxiliary, data, device)
    run = Run(net, head, nn.ModuleList(loss for _, loss in auxiliary))
    for loss in (head, *run.extras):
        check_classes(data, loss)
    if warm_start is not None:
        check_warm_start(warm_start, net)
        start_from(warm_start, net, head)
    device = best_device() if device == "auto" else device
    choices = {"epochs": epochs, "lr": lr, "seed": seed, "together": together, "device": device}
    choices["weights"] = [weight for weight, _ in auxiliary]
    before = chance_now(device)
    path = run_path(choices | {"loop": _Training}, run, data, callback) if cache else None
    paths = paths_from(path, before) if path else {}
    if (kept := read_back(paths, run)) is not None:
        kept.replay(callback)
        set_chance(kept.chance, device)
        return kept
    _Training(run, data, choices, callback).go()
    after = chance_now(device)
    run.chance = {name: after[name] for name in drawn_from(before, after)}
    if paths and not run.interrupted:
        try:
            run.save(paths[tuple(run.chance)])
        except OSError as error:
            warnings.warn(f"The run is not kept for next time. {error}", stacklevel=2)
    return run


def read_back(paths: dict[tuple[str, ...], Path], run: Run) -> Run | None:
    """The run that is kept under one of these names, in the modules of `run`; None if there is none."""
    found = (Run.load(path, *run.modules) for path in paths.values())
    return next((kept for kept in found if kept is not None), None)


def start_from(run: Run, net: nn.Module, head: Head) -> None:
    """Copy a run's network, and its class weights where the head's have the same shape."""
    net.load_state_dict(run.net.state_dict())
    if head.weight.shape == run.head.weight.shape:
        with torch.no_grad():
            head.weight.copy_(run.head.weight)


def best_device() -> str:
    """CUDA, else Apple's GPU, else the CPU."""
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


class _Training:
    """The state of one `fit` while it runs."""

    def __init__(self, run: Run, data: ImageData, choices: dict[str, Any], callback: Callback | None):
        self.run, self.data, self.callback = run, data, callback
        self.auxiliary = list(zip(choices["weights"], run.extras, strict=True))
        self.epochs, self.device = choices["epochs"], torch.device(choices["device"])
        self.together, self.order = choices["together"], torch.Generator().manual_seed(choices["seed"])
        for module in run.modules:
            module.to(self.device, memory_format=torch.channels_last).train()  # type: ignore[call-overload]
        weights = [weight for module in run.modules for weight in module.parameters()]
        self.steps_per_epoch = max(1, len(data.train) // BATCH)
        total = self.epochs * self.steps_per_epoch
        self.optimizer = torch.optim.AdamW(weights, lr=choices["lr"], betas=(0.9, 0.99), weight_decay=0.0, fused=True)
        shape = {"total_steps": max(total, 8), "pct_start": 0.25, "div_factor": 10}  # fewer than 8 it cannot divide
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(self.optimizer, choices["lr"], **shape)
        self.moments = {round(total * (i / (MOMENTS - 1)) ** 2) for i in range(MOMENTS)}
        self.losses: list[Tensor] = []
        self.best: tuple[float, list[dict[str, Tensor]]] = (-1.0, [])

    def go(self) -> None:
        silent = "CI" in os.environ or self.callback is not None  # whoever watches shows progress better
        bar = tqdm(total=self.epochs * self.steps_per_epoch, unit="step", leave=False, file=sys.stdout, disable=silent)
        started = time.perf_counter()
        try:
            for loss in (self.run.head, *self.run.extras):
                check_sizes(self.data, self.run.net, loss)
            self.record()
            for _ in range(self.epochs):
                self.epoch(bar)
                self.validate()
        except KeyboardInterrupt:
            self.run.interrupted = True
            self.validate()
            print(f"Interrupted after step {self.run.steps} of {bar.total}: what was reached is kept.")
        finally:
            bar.close()
        self.run.seconds = time.perf_counter() - started
        for module, state in zip(self.run.modules, self.best[1], strict=True):
            module.load_state_dict(state)
        self.run.rest()

    def epoch(self, bar: tqdm) -> None:
        train, size = self.data.train, min(BATCH, len(self.data.train))
        order = self.shuffled(train.labels)
        for which in order[: self.steps_per_epoch * size].split(size):
            self.step(train.pick(which))
            self.run.steps += 1
            bar.update()
            if self.run.steps in self.moments:
                self.record()

    def shuffled(self, labels: Tensor) -> Tensor:
        """The numbers of all images in a new order, those of one class `together` so many at a time."""
        order = torch.randperm(len(labels), generator=self.order)
        if self.together == 1:
            return order
        by_class = order[labels[order].argsort(stable=True)]
        _, count = labels[by_class].unique_consecutive(return_counts=True)
        place = torch.arange(len(order)) - (count.cumsum(0) - count).repeat_interleave(count)  # within its class
        groups = torch.stack([labels[by_class], place // self.together])
        _, group = groups.unique(dim=1, return_inverse=True)
        rank = torch.rand(int(group.max()) + 1, generator=self.order)
        return by_class[rank[group].argsort(stable=True)]

    def step(self, batch: LabelledImages) -> None:
        images, labels = batch.images.to(self.device), batch.labels.to(self.device)
        embeddings = self.run.net(images)
        loss = self.run.head(embeddings, labels)
        for weight, auxiliary in self.auxiliary:
            loss = loss + weight * auxiliary(embeddings, labels)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.schedule.step()
        self.losses.append(loss.detach())

    def record(self) -> None:
        """Measure a fixed sample of validation images, and show it to whoever watches."""
        shown = self.data.validation[:FRAME_POINTS]
        metrics, embeddings = self.measure(shown)
        loss = float(torch.stack(self.losses).mean()) if self.losses else float("nan")
        self.losses.clear()
        epoch = self.run.steps / self.steps_per_epoch
        metrics |= {"step": self.run.steps, "epoch": epoch, "epochs": self.epochs, "loss": loss}
        weight, bias = self.run.head.deciding_weights()
        boundary = {
            "weight": weight.detach().cpu().clone(),
            "bias": None if bias is None else bias.detach().cpu().clone(),
        }
        frame: Frame = {"embeddings": embeddings, "labels": shown.labels, "boundary": boundary}
        frame["directions"] = self.run.head.weight.detach().cpu().clone()
        for extra in self.run.extras:
            if isinstance(centers := getattr(extra, "centers", None), Tensor):
                frame["centers"] = centers.detach().cpu().clone()
        self.run.history.append(metrics)
        self.run.frames.append(frame)
        if self.callback is not None:
            self.callback(self.run.steps, metrics, frame)

    def validate(self) -> None:
        """Measure the whole validation split, and keep this state if none before was better."""
        metrics, _ = self.measure(self.data.validation)
        self.run.validation.append(metrics | {"step": self.run.steps})
        if metrics["accuracy"] >= self.best[0]:  # few images tie often, and the later state has learnt more
            modules = self.run.modules
            states = [{name: value.clone() for name, value in module.state_dict().items()} for module in modules]
            self.best = (metrics["accuracy"], states)

    @torch.no_grad()
    def measure(self, part: LabelledImages) -> tuple[Metrics, Tensor]:
        """Accuracy, mean angle to the own class and scale, as the network stands; and the embeddings."""
        embeddings, head = embed(self.run.net, part.images), self.run.head
        head.eval()
        here = embeddings.to(self.device)
        right = head.logits(here).argmax(1).cpu() == part.labels
        theta = safe_angle(head.cosines(here).cpu().gather(1, part.labels[:, None]))
        head.train()
        metrics = {
            "accuracy": float(right.float().mean()),
            "theta": float(theta.mean()),
            "scale": float(torch.as_tensor(head.scale).detach()),
        }
        return metrics, embeddings


def warm_up(data: ImageData, embedding_size: int) -> Run:
    """The shared start of the 2-D and 3-D lessons: modified softmax from evenly spread class weights, cached.

    In two or three dimensions a loss that normalises the feature gets classes trapped behind each other when it starts
    from random weights; from here it does not. A classifier on the trunk trains along: without it the accuracy in two
    dimensions is about 0.1 % lower, and differs more from seed to seed.
    """
    torch.manual_seed(0)
    net, head = EmbeddingNet(embedding_size), ModifiedSoftmaxLoss(data.num_classes, embedding_size)
    along = TrunkClassifier(net, data.num_classes)
    with torch.no_grad():
        head.weight.copy_(spread_points(data.num_classes, embedding_size))
    run = fit(net, head, data, epochs=5 if embedding_size == 2 else 4, auxiliary=[(1.0, along)])
    along.leave()
    return run
