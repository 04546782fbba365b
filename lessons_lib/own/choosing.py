"""A training of which the state is kept that tells strangers apart, not the one that knows the known."""

import copy
import io
import os
import sys
import warnings
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor, nn
from tqdm import tqdm

from lessons_lib.data import LabelledImages, OpenSetData
from lessons_lib.data.cache import cache_folder, keep, kept
from lessons_lib.described import NotDescribed, digest_of
from lessons_lib.evaluation.resampled import ScoredPairs, figure_of, ranked_rightly, scored_pairs
from lessons_lib.losses import Head
from lessons_lib.nets import embed
from lessons_lib.runs import Frame, Metrics
from lessons_lib.training import fit

MOST = 1_000  # images of strangers that are looked at each time


@dataclass
class Chosen:
    """A trained network in the state that ranked the pairs of strangers best, and every state that was looked at.

    `steps`, `strangers` and `known` have, of each of about thirty moments, the step, the share of the strangers' pairs
    ranked rightly, and the accuracy on new images of the known classes; `step` is the one that was kept.
    `interrupted` says whether somebody stopped the training: then the best of what was reached is kept.
    """

    net: nn.Module
    head: Head
    step: int = 0
    steps: list[int] = field(default_factory=list)
    strangers: list[float] = field(default_factory=list)
    known: list[float] = field(default_factory=list)
    interrupted: bool = False

    def embedded(self, part: LabelledImages) -> tuple[Tensor, Tensor]:
        """Embeddings (N, d) of a part, and its labels."""
        return embed(self.net, part.images), part.labels

    def pairs(self, part: LabelledImages) -> ScoredPairs:
        """All pairs of a part, scored."""
        return scored_pairs(*self.embedded(part))


def fit_for_strangers(
    net: nn.Module,
    head: Head,
    data: OpenSetData,
    *,
    epochs: int,
    lr: float = 0.01,
    seed: int = 0,
    together: int = 2,
    cache: bool = True,
) -> Chosen:
    """`fit`, but of the states on the way that one is kept which ranks the pairs of `data.unseen_validation` best.

    The known classes choose badly: they are known ever better while strangers are told apart ever worse. What these
    strangers have chosen by is not to be reported on: that is what `data.unseen` is for. Cached as `fit` is. Raises
    ValueError as `fit` does, and where the strangers give no pairs.
    """
    chosen = Chosen(net, head)
    settings = {"epochs": epochs, "lr": lr, "seed": seed, "together": together}
    path = _path(chosen, data, settings) if cache else None
    if path is not None and _read_back(path, chosen):
        return chosen
    _train(chosen, data, settings)
    if path is not None and not chosen.interrupted:
        _keep(path, chosen)
    return chosen


def _train(chosen: Chosen, data: OpenSetData, settings: dict[str, float]) -> None:
    """Train, and leave the best state in `chosen`, the start where an interrupt lets nothing else be looked at."""
    strangers = data.unseen_validation[:] if len(data.unseen_validation) <= MOST else _some(data.unseen_validation)
    best = _states(chosen)
    hidden = True if "CI" in os.environ else None  # tqdm's None: where nobody sees it
    bar = tqdm(total=settings["epochs"], unit="epoch", leave=False, file=sys.stdout, disable=hidden, delay=1)

    def look(step: int, metrics: Metrics, frame: Frame) -> None:
        bar.update(metrics["epoch"] - bar.n)
        ranked = figure_of(scored_pairs(embed(chosen.net, strangers.images), strangers.labels), ranked_rightly)
        if ranked >= max(chosen.strangers, default=0.0):  # of equally good states the latest
            chosen.step = step
            best.update(_states(chosen))
        chosen.steps.append(step)
        chosen.strangers.append(ranked)
        chosen.known.append(metrics["accuracy"])

    with bar:
        run = fit(chosen.net, chosen.head, data, **settings, callback=look, cache=False)
    chosen.net.load_state_dict(best["net"])
    chosen.head.load_state_dict(best["head"])
    chosen.interrupted = run.interrupted


def check_whole(chosen: Chosen, what: str) -> None:
    """KeyboardInterrupt, once more, for a training that somebody stopped, where only whole ones can be compared."""
    if chosen.interrupted:
        raise KeyboardInterrupt(
            f"Stopped in the training for {what}: only whole trainings can be compared. Call again to go on: those "
            "that came to their end are read back."
        )


def _states(chosen: Chosen) -> dict[str, dict[str, Tensor]]:
    """What network and head are now, copied."""
    return {name: copy.deepcopy(getattr(chosen, name).state_dict()) for name in ("net", "head")}


def _some(part: LabelledImages) -> LabelledImages:
    """So many images, of as many classes as they are: classes by lot, whole."""
    order = torch.randperm(int(part.labels.max()) + 1, generator=torch.Generator().manual_seed(0))
    return part.pick(order[part.labels].argsort(stable=True)[:MOST])


def _path(chosen: Chosen, data: OpenSetData, settings: dict[str, float]) -> Path | None:
    """Where this training is kept: its name holds all that decides it. None, with a word, where that is not certain."""
    parts = {"train": data.train, "validation": data.validation, "strangers": data.unseen_validation}
    try:
        name = digest_of(
            net=chosen.net,
            head=chosen.head,
            settings=settings,
            code=[fit, _train],
            chance=torch.get_rng_state(),
            torch=torch.__version__,
            **parts,
        )
    except NotDescribed as error:
        warnings.warn(
            f"The training is done anew and not kept for next time: {error} cannot be described for certain.",
            stacklevel=3,
        )
        return None
    return cache_folder() / "runs" / f"{name[:32]}.run"


def _keep(path: Path, chosen: Chosen) -> None:
    states = {"net": chosen.net.state_dict(), "head": chosen.head.state_dict()}
    told = {name: getattr(chosen, name) for name in ("step", "steps", "strangers", "known")}
    content = io.BytesIO()
    torch.save(states | told | {"chance": torch.get_rng_state()}, content)
    try:
        keep(path, content.getvalue())
    except OSError as error:
        warnings.warn(f"The training is not kept for next time. {error}", stacklevel=3)


def _read_back(path: Path, chosen: Chosen) -> bool:
    content = kept(path, f"The trained network in {path}", "it will be trained again", stacklevel=3)
    if content is None:
        return False
    state = torch.load(io.BytesIO(content), weights_only=True, map_location="cpu")
    chosen.net.load_state_dict(state.pop("net"))
    chosen.head.load_state_dict(state.pop("head"))
    torch.set_rng_state(state.pop("chance"))
    vars(chosen).update(state)
    chosen.net.eval()
    chosen.head.eval()
    return True
