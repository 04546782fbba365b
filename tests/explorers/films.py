"""Made-up trainings as films for DriftPlayer, and its modules in V8."""

import json
import math
from contextlib import contextmanager

import numpy as np
import torch

from tests.explorers.modules import modules

CLASSES, STEPS = 5, 400
STEP = 1 / 2047  # the finest place a packed coordinate knows, in units of the rim


def recorded(points=120, classes=CLASSES, moments=12, bias=True, seed=0):
    """A made-up training: points grow outwards to their class weight, which turns by up to two radians meanwhile."""
    chance = np.random.default_rng(seed)
    labels = np.arange(points) % classes
    start, turned = chance.uniform(-math.pi, math.pi, classes), chance.uniform(-2, 2, classes)
    noise, offset = chance.normal(size=(points, 2)), chance.normal(size=classes)
    film = []
    for share in np.linspace(0, 1, moments) ** 2:
        angle = start + turned * math.sqrt(share)
        directions = np.stack([np.cos(angle), np.sin(angle)], axis=1) * (0.5 + share)
        embeddings = 30 * share * directions[labels] + (0.1 + 2 * share) * noise
        deciding = (directions, offset if bias else None)
        logits = embeddings @ directions.T + (offset if bias else 0)
        lengths = np.linalg.norm(embeddings, axis=1) * np.linalg.norm(directions, axis=1)[labels]
        theta = np.arccos(np.clip((embeddings * directions[labels]).sum(1) / lengths, -1, 1)).mean()
        metrics = {"epoch": 2 * share, "epochs": 2, "loss": math.nan, "scale": 1.0, "theta": float(theta)}
        metrics["accuracy"] = float((logits.argmax(1) == labels).mean())
        frame = {"embeddings": embeddings.astype(np.float32), "labels": labels, "directions": directions}
        frame["boundary"] = dict(zip(("weight", "bias"), deciding, strict=True))
        film.append((round(STEPS * share), metrics, frame))
    return film


def centred(run, seed=5):
    """The same training with class centres, which run after the class means from where chance put them."""
    centers, film = np.random.default_rng(seed).normal(size=(CLASSES, 2)), []
    for step, metrics, frame in run:
        if step:
            means = [frame["embeddings"][frame["labels"] == k].mean(0) for k in range(CLASSES)]
            centers = centers + 0.3 * (means - centers)
        film.append((step, metrics, {**frame, "centers": torch.tensor(centers, dtype=torch.float32)}))
    return film


def centers_of(run):
    return np.stack([np.asarray(frame["centers"], float) for _, _, frame in run])


def blank(frame, rows):
    """The same frame, some of its embeddings not numbers."""
    embeddings = frame["embeddings"].copy()
    embeddings[rows] = math.nan
    return {**frame, "embeddings": embeddings}


@contextmanager
def film_modules():
    """Film and centres in V8: value of an expression in which F is the given player's film; typed arrays are lists."""
    with modules("drift_player/film.js", "drift_player/centers.js", "drift_player/words.js", setup="var F; 0") as run:

        def value(expression, player=None):
            if player is not None:
                film, labels = list(player.film), list(player.labels)
                given = (
                    f"Uint8Array.from({film}), {json.dumps(player.notes)}, Uint8Array.from({labels}), {player.classes}"
                )
                run(f"(F = unpack({given}), 0)")
            return run(expression)

        yield value


def smooth(of, times, moment):
    """A curve (Catmull-Rom) through what was recorded at these times."""
    i = min(np.searchsorted(times, moment, side="right") - 1, len(times) - 2)
    t = (moment - times[i]) / (times[i + 1] - times[i])
    before, start, end, after = (of[np.clip(i + k, 0, len(times) - 1)] for k in (-1, 0, 1, 2))
    into = (2 * t**3 - 3 * t**2 + 1) * start + (3 * t**2 - 2 * t**3) * end
    return into + (t**3 - 2 * t**2 + t) * (end - before) / 2 + (t**3 - t**2) * (after - start) / 2


def same(one, other):
    """Whether two players hold the same film; not their difference, which nobody could read."""
    return one.state() == other.state()


def points(flat):
    return np.array([math.nan if v is None else v for v in flat]).reshape(-1, 2)
