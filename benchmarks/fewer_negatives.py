"""What drawing fewer other classes costs and buys, with right labels and with wrong ones; lesson 15 reads it.

    make records ARGS="fewer_negatives"

The glyphs' 1,548 classes of ten images, ArcFace in 64 dimensions. A batch has 64 images only, so that it has few of
the classes itself, as it would among a million: with one class in ten, 154 are drawn a step, of which about 63 are the
batch's. Judged by verifying strangers. A seed draws the wrong labels, the start and the order, the same for all shares.
"""

from dataclasses import replace

import torch

from benchmarks.wrong_labels import mislabelled
from lessons_lib.data import load_glyphs
from lessons_lib.data.glyphs import Glyphs
from lessons_lib.evaluation import verify
from lessons_lib.losses import ArcFaceLoss
from lessons_lib.nets import EmbeddingNet, embed
from lessons_lib.records import Record

SEEDS = {"native": range(4), "avx2": range(4, 8), "plain": range(8, 12)}
SIZE, SCALE, MARGIN = 64, 16, 0.3
IMAGES, BATCH, EPOCHS, RATE = 10, 64, 2, 0.01
SHARES, WRONG = (1.0, 0.1), 0.4


def measure(seed: int) -> None:
    """Verify strangers after training with each share of the classes."""
    record, glyphs = Record("fewer_negatives"), load_glyphs(IMAGES)
    spoilt = mislabelled(glyphs.train, WRONG, glyphs.num_classes, torch.Generator().manual_seed(seed))
    for labels, data in {"right labels": glyphs, "40% wrong": replace(glyphs, train=spoilt)}.items():
        found = {f"{share:.0%} of the classes": verified(data, share, seed) for share in SHARES}
        record(f"strangers verified, {labels}", found, "{:.1%}")


def verified(data: Glyphs, share: float, seed: int) -> float:
    """The share of pairs of strangers that are told right, after training with this share of the classes a step."""
    torch.manual_seed(seed)
    net, head = EmbeddingNet(SIZE), ArcFaceLoss(data.num_classes, SIZE, margin=MARGIN, scale=SCALE)
    head.sample_rate = share
    order = torch.Generator().manual_seed(seed)
    batches = [part for _ in range(EPOCHS) for part in torch.randperm(len(data.train), generator=order).split(BATCH)]
    optimizer = torch.optim.AdamW([*net.parameters(), *head.parameters()])
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=len(batches))
    for which in batches:
        loss = head(net(data.train.images[which]), data.train.labels[which])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    chosen = embed(net, data.unseen_validation.images), data.unseen_validation.labels
    return verify(embed(net, data.unseen.images), data.unseen.labels, threshold_from=chosen).accuracy
