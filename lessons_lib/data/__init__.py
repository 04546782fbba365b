"""Images to learn from."""

from lessons_lib.data.captions import CaptionData, Captions, gram_counts, grams, load_captions, vocabulary_of
from lessons_lib.data.decoding import Decoding
from lessons_lib.data.folders import ImageFolder, load_folder
from lessons_lib.data.glyphs import Glyphs, contact_sheet, load_glyphs, write_glyph_folder
from lessons_lib.data.images import ImageData, LabelledImages
from lessons_lib.data.mnist import load_mnist
from lessons_lib.data.omniglot import OneShotRun, load_omniglot, load_one_shot_runs
from lessons_lib.data.open_set import NamedImages, OpenSetData, by_classes, by_group, by_images
from lessons_lib.data.pairs import (
    Episodes,
    Pairs,
    check_classes_apart,
    most_pairs,
    sample_episodes,
    sample_pairs,
    split_classes,
)
from lessons_lib.data.parts import LeakedSplit, part_as_given, part_classes
from lessons_lib.data.worse import blotted, blurred, dimmed, noised, shrunk

__all__ = [
    "CaptionData",
    "Captions",
    "Decoding",
    "Episodes",
    "Glyphs",
    "ImageData",
    "ImageFolder",
    "LabelledImages",
    "LeakedSplit",
    "NamedImages",
    "OneShotRun",
    "OpenSetData",
    "Pairs",
    "blotted",
    "blurred",
    "by_classes",
    "by_group",
    "by_images",
    "check_classes_apart",
    "contact_sheet",
    "dimmed",
    "gram_counts",
    "grams",
    "load_captions",
    "load_folder",
    "load_glyphs",
    "load_mnist",
    "load_omniglot",
    "load_one_shot_runs",
    "most_pairs",
    "noised",
    "part_as_given",
    "part_classes",
    "sample_episodes",
    "sample_pairs",
    "shrunk",
    "split_classes",
    "vocabulary_of",
    "write_glyph_folder",
]
