"""What is kept is the whole path: one file with the way of reading, the network and the threshold inside."""

import copy
import io
import json
import zipfile
from dataclasses import asdict, replace
from pathlib import Path

import torch
from torch import Tensor, nn

from lessons_lib.backbones import Backbone
from lessons_lib.data import ImageFolder, decoding
from lessons_lib.data.cache import written_whole
from lessons_lib.evaluation.doors import Door

SHIPPED = Path(__file__).parent / "shipped" / "door.py"
_MAIN = "import sys\n\nfrom door import main\n\nsys.exit(main(sys.argv))\n"


class _Inverted(nn.Module):
    """Black and white exchanged."""

    def forward(self, images: Tensor) -> Tensor:
        return 1 - images


def keep_door(
    path: str | Path, net: nn.Module, folder: ImageFolder, door: Door, *, backbone: Backbone | None = None
) -> Path:
    """Write one file that goes from pictures to a verdict without this course, and return its path.

    It is a zip that Python runs: `python door.pyz ONE OTHER`, or put it on `sys.path` and `from door import Door`. In
    it are the network as torch.export writes it (with what was done to the pictures: black and white exchanged, or the
    frozen `backbone` whose features `net` was trained on), this library's own decoding, and the threshold of `door`
    with what it promises. `folder` is the one that `net` was trained on; with a backbone, its pictures or its features.
    `net` stays as it is. A door that stands at `path` gives way; whatever else does is left, with FileExistsError.
    Raises OSError where it cannot be written.
    """
    path = Path(path).expanduser()
    _refuse_what_is_no_door(path)
    before = [backbone] if backbone is not None else [_Inverted()] if folder.inverted else []
    whole = copy.deepcopy(nn.Sequential(*before, net)).eval().cpu().to(memory_format=torch.contiguous_format)
    read = folder.decoding if backbone is None else replace(folder.decoding, size=backbone.size, channels=3)
    some = torch.rand(2, read.channels, read.size, read.size)
    with torch.no_grad():
        graph = torch.export.export(whole, (some,), dynamic_shapes=({0: torch.export.Dim("images")},))
    network = io.BytesIO()
    torch.export.save(graph, network)
    note = {"decoding": asdict(read), "threshold": door.threshold, "far": door.far, "promise": str(door)}
    parts = {
        "__main__.py": _MAIN,
        "door.py": SHIPPED.read_text(encoding="utf-8"),
        "decoding.py": Path(decoding.__file__).read_text(encoding="utf-8"),
        "note.json": json.dumps(note, ensure_ascii=False, indent=1),
        "network.pt2": network.getvalue(),
    }
    try:
        with written_whole(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as kept:
            for name, content in parts.items():
                kept.writestr(name, content)
    except OSError as error:
        why = getattr(error.__cause__, "strerror", None) or error
        raise OSError(f"The door cannot be written to {path} ({why}): make room, or give another path.") from error
    return path


def _refuse_what_is_no_door(path: Path) -> None:
    """FileExistsError where something else than a kept door stands at this path."""
    if path.is_dir():
        raise FileExistsError(f"{path} is a folder: give the path of a file for the door, such as {path / 'door.pyz'}.")
    if not path.exists():
        return
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as there:
            if {"door.py", "network.pt2"} <= set(there.namelist()):
                return
    raise FileExistsError(f"{path} is there already and is no door: give another path, or move that file away first.")
