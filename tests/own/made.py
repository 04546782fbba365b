"""Folders built to need one thing: colour, more pictures, or other labels."""

import colorsys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw


def _shape(chance: np.random.Generator, corners: int, colour: tuple[int, ...], side: int = 48) -> Image.Image:
    """A polygon of so many corners and this colour, turned and placed by lot, on a noisy ground."""
    ground = chance.integers(60, 110, (side, side, 1), np.uint8).repeat(3, axis=2)
    picture = Image.fromarray(ground)
    middle, size, turn = side / 2 + chance.uniform(-5, 5, 2), chance.uniform(13, 18), chance.uniform(0, 2 * np.pi)
    angles = turn + 2 * np.pi * np.arange(corners) / corners
    places = [tuple(middle + size * np.array([np.cos(a), np.sin(a)])) for a in angles]
    ImageDraw.Draw(picture).polygon(places, fill=colour)
    return picture


def hue(root: Path, classes: int = 30, images: int = 12) -> Path:
    """Classes that differ in hue alone: at one brightness, of any shape."""
    chance = np.random.default_rng(0)
    for label in range(classes):
        (root / f"class {label:02}").mkdir(parents=True)
        for i in range(images):
            colour = np.array(colorsys.hsv_to_rgb(label / classes, 0.8, 1.0))
            grey = colour @ [0.299, 0.587, 0.114]
            colour = tuple(int(255 * value) for value in np.clip(colour * 0.5 / grey, 0, 1))
            _shape(chance, int(chance.integers(3, 7)), colour).save(root / f"class {label:02}" / f"{i:02}.png")
    return root


def few(root: Path, classes: int = 16, images: int = 4, noise: float = 45) -> Path:
    """Few classes of few pictures each, that nobody could learn from: each class one picture, a little changed."""
    chance = np.random.default_rng(1)
    for label in range(classes):
        (root / f"class {label:02}").mkdir(parents=True)
        scene = chance.integers(0, 256, (7, 7), np.uint8)
        for i in range(images):
            changed = np.clip(scene + chance.normal(0, noise, scene.shape), 0, 255).astype(np.uint8)
            Image.fromarray(changed).resize((42, 42), Image.Resampling.BICUBIC).save(
                root / f"class {label:02}" / f"{i:02}.png"
            )
    return root


def wrong(root: Path, classes: int = 30, images: int = 12, share: float = 0.2) -> set[str]:
    """Characters of which a share stands in the wrong class; returns the files of those."""
    from lessons_lib.data import write_glyph_folder

    write_glyph_folder(root, scripts=["Hebrew", "N'Ko", "Tifinagh"], classes=classes, images=images)
    chance = np.random.default_rng(2)
    files = sorted(path for path in root.rglob("*.png"))
    folders = sorted({path.parent for path in files})
    moved = set()
    for number in chance.permutation(len(files))[: round(share * len(files))]:
        path = files[number]
        other = folders[(folders.index(path.parent) + int(chance.integers(1, classes))) % classes]
        moved.add((other / f"moved {path.parent.name} {path.name}").relative_to(root).as_posix())
        path.rename(other / f"moved {path.parent.name} {path.name}")
    return moved
