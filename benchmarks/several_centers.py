"""What several centres a class buy, by network and by task, three seeds each; lesson 9 reads the result.

    .venv/bin/python -m benchmarks.several_centers

MNIST in 16 dimensions, two epochs of SoftTriple. The linear network is one layer on the pixels, the CNN that of the
lessons. Accuracy is of the task, on the test images; R@1 always asks for the *digit* of the nearest test image, which
two of the three tasks do not teach: of all digits for "odd and even" and "ten digits", of the five strangers for
"digits 0 to 4". Writes benchmarks/results/several_centers.json. Takes about six minutes on two cores.
"""

import datetime
import itertools
import json
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn

from lessons_lib.data import ImageData, LabelledImages, load_mnist
from lessons_lib.evaluation import accuracy, recall_at_k
from lessons_lib.losses import SoftTripleLoss
from lessons_lib.nets import EmbeddingNet, embed
from lessons_lib.training import fit

RESULT = Path(__file__).parent / "results" / "several_centers.json"
SIZE, EPOCHS, SEEDS, CENTERS = 16, 2, (0, 1, 2), (1, 2, 5, 10)
NETS: dict[str, Callable[[], nn.Module]] = {
    "linear": lambda: nn.Sequential(nn.Flatten(), nn.Linear(28 * 28, SIZE)),
    "CNN": lambda: EmbeddingNet(SIZE),
}
TASKS: dict[str, tuple[int, Callable[[LabelledImages], LabelledImages]]] = {
    "odd and even": (2, lambda part: LabelledImages(part.images, part.labels % 2)),
    "ten digits": (10, lambda part: part),
    "digits 0 to 4": (5, lambda part: chosen(part, part.labels < 5)),
}


def chosen(part: LabelledImages, which: Tensor) -> LabelledImages:
    """The images where `which` (N,) is true."""
    return part.pick(which.nonzero().squeeze(1))


def task_of(name: str, mnist: ImageData) -> ImageData:
    """MNIST with the labels, or the classes, of this task."""
    classes, made = TASKS[name]
    parts = (made(part) for part in (mnist.train, mnist.validation, mnist.test))
    return ImageData(*parts, num_classes=classes, digest=f"{mnist.digest}, {name}")


def asked(name: str, mnist: ImageData) -> LabelledImages:
    """The test images whose digit R@1 asks for."""
    return chosen(mnist.test, mnist.test.labels >= 5) if name == "digits 0 to 4" else mnist.test


def recall(embeddings: Tensor, part: LabelledImages) -> float:
    return round(recall_at_k(embeddings, part.labels)[1], 4)


def main() -> None:
    mnist, found = load_mnist(), []
    pixels = {name: recall(asked(name, mnist).images.flatten(1), asked(name, mnist)) for name in TASKS}
    for task, net_name, centers, seed in itertools.product(TASKS, NETS, CENTERS, SEEDS):
        data, part = task_of(task, mnist), asked(task, mnist)
        torch.manual_seed(seed)
        net, head = NETS[net_name](), SoftTripleLoss(data.num_classes, SIZE, centers)
        run = fit(net, head, data, epochs=EPOCHS, seed=seed, cache=False)
        entry = {"task": task, "net": net_name, "centers": centers, "seed": seed}
        entry |= {"accuracy": round(accuracy(run, data.test), 4), "recall": recall(embed(run.net, part.images), part)}
        found.append(entry)
        print(*entry.values(), f"{run.seconds:.1f} s", sep=" | ", flush=True)
    made = {"date": str(datetime.date.today()), "torch": torch.__version__.split("+")[0]}
    made |= {"threads": torch.get_num_threads(), "epochs": EPOCHS, "size": SIZE, "pixels": pixels}
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(made | {"runs": found}, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
