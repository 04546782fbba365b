"""A kept door: it knows torch, Pillow and numpy, and nothing of the course that made it.

import sys
sys.path.insert(0, "door.pyz")
from door import Door

door = Door("door.pyz")
print(door.score("one.jpg", "other.jpg"), door.opens("one.jpg", "other.jpg"))
gallery = door.vectors(["ann.jpg", "bob.jpg"])         # unit vectors (N, d): a cosine is their product
print(door.vectors(["who.jpg"]) @ gallery.T)
"""

import io
import json
import os
import sys
import zipfile
from collections.abc import Sequence

import torch
from decoding import Decoding, UnreadableImage

BATCH = 64


class Door:
    """The whole path from files to a verdict: how they are read, the network, the threshold and what it promises.

    Raises ValueError for a file that is no kept door.
    """

    def __init__(self, path: str | os.PathLike):
        try:
            with zipfile.ZipFile(path) as kept:
                note, network = kept.read("note.json"), kept.read("network.pt2")
        except (zipfile.BadZipFile, KeyError):
            raise ValueError(f"{os.fspath(path)} is no kept door, or a damaged one: copy or keep it again.") from None
        self.note = json.loads(note)
        self._network = torch.export.load(io.BytesIO(network)).module()
        self.decoding = Decoding(**self.note["decoding"])
        self.threshold: float | None = self.note["threshold"]
        self.promise: str = self.note["promise"]

    @torch.no_grad()
    def vectors(self, files: str | os.PathLike | Sequence[str | os.PathLike]) -> torch.Tensor:
        """Unit vectors (N, d) of the pictures in these files, or (1, d) of that in one.

        Raises UnreadableImage for a file that gives none.
        """
        if isinstance(files, str | os.PathLike):
            files = [files]  # a text would be taken for a row of files, a letter each
        found = []
        for start in range(0, len(files), BATCH):
            pictures = []
            for file in files[start : start + BATCH]:
                try:
                    pictures.append(torch.from_numpy(self.decoding(file)))
                except UnreadableImage as error:
                    raise UnreadableImage(f"{os.fspath(file)}: {error}") from None
            found.append(self._network(torch.stack(pictures)))
        return torch.nn.functional.normalize(torch.cat(found).double())

    def score(self, one: str | os.PathLike, other: str | os.PathLike) -> float:
        """The cosine of two pictures."""
        first, second = self.vectors([one, other])
        return float(first @ second)

    def opens(self, one: str | os.PathLike, other: str | os.PathLike) -> bool:
        """Whether they show the same; ValueError where the data gave no threshold, with the reason."""
        if self.threshold is None:
            raise ValueError(self.promise)
        return self.score(one, other) >= self.threshold


def main(words: Sequence[str]) -> int:
    """python door.pyz ONE OTHER: the score of two pictures and, where there is a threshold, whether the door opens."""
    if len(words) != 3:
        print(main.__doc__, file=sys.stderr)
        return 2
    door = Door(words[0])
    try:
        score = door.score(*words[1:])
    except UnreadableImage as error:
        print(error, file=sys.stderr)
        return 1
    opens = None if door.threshold is None else score >= door.threshold
    print(json.dumps({"score": score, "opens": opens, "promise": door.promise}))
    return 0
