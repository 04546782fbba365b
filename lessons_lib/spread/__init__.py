"""One head over many processes of torch.distributed, and a training that goes on when one of them has died."""

from lessons_lib.spread.checkpoints import go_on, keep
from lessons_lib.spread.head import Spread, own_rows

__all__ = ["Spread", "go_on", "keep", "own_rows"]
