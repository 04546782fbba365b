"""One head over many processes of torch.distributed, and a training that goes on when one of them has died."""

from lessons_lib.spread.checkpoints import go_on, keep
from lessons_lib.spread.head import Spread, own_rows
from lessons_lib.spread.join import AGAIN, join
from lessons_lib.spread.sent import Message, Sent

__all__ = ["AGAIN", "Message", "Sent", "Spread", "go_on", "join", "keep", "own_rows"]
