"""MNIST, embedded in the package: unpacked once into the cache, checked by digest, read by torchvision.

70,000 handwritten digits by Y. LeCun, C. Cortes and C. J. C. Burges, CC BY-SA 3.0.
"""

import hashlib
import lzma
import shutil
import warnings
from importlib.resources import files
from pathlib import Path

from lessons_lib.data.cache import cache_folder, remove_unfinished, written_whole
from lessons_lib.data.images import ImageData, LabelledImages
from lessons_lib.data.vision import import_torchvision

# SHA-256 of the four unpacked files, as distributed since 1998.
DIGESTS = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
VALIDATION = 5_000


def load_mnist() -> ImageData:
    """MNIST as 55,000 training, 5,000 validation (the last of the official training set) and 10,000 test images.

    Raises OSError with one sentence if the cache folder cannot be written, where it must be.
    """
    root = unpack_mnist()
    torchvision = import_torchvision()
    learn, test = (_read(torchvision.datasets.MNIST(root, train=train)) for train in (True, False))
    digest = hashlib.sha256("".join(DIGESTS.values()).encode()).hexdigest()
    return ImageData(learn[:-VALIDATION], learn[-VALIDATION:], test, num_classes=10, digest=digest)


def unpack_mnist() -> Path:
    """Put the four files where torchvision looks for them, and return its root folder.

    A file that is missing is unpacked; one that cannot be read, or is not, byte for byte, what it should be is named
    and unpacked again. What a killed process has left half unpacked is removed.
    """
    root = cache_folder()
    remove_unfinished(root / "MNIST" / "raw")
    for name, digest in DIGESTS.items():
        path = root / "MNIST" / "raw" / name
        wrong = _fault(path, digest)
        if wrong is None:
            continue
        packed = files("lessons_lib.data") / "mnist" / f"{name}.xz"
        with written_whole(path) as file, packed.open("rb") as source, lzma.open(source) as unpacked:
            shutil.copyfileobj(unpacked, file, length=1 << 20)
        if wrong:
            warnings.warn(f"{path} {wrong}; it has been unpacked again.", stacklevel=2)
    return root


def _fault(path: Path, digest: str) -> str | None:
    """What is wrong with a file: None for nothing, no words where it is missing."""
    try:
        return None if _digest(path) == digest else "was damaged"
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as error:
        return f"could not be read ({error.strerror or error})"


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read(dataset) -> LabelledImages:
    return LabelledImages(dataset.data[:, None].float() / 255, dataset.targets)
