"""Meeting the other processes that torchrun has started, the first time and again."""

import os

import torch.distributed as dist

AGAIN = "TORCHELASTIC_RESTART_COUNT"  # how often torchrun has started this machine's processes again


def join() -> int:
    """Join the processes that torchrun has started on this machine: gloo for tensors on a CPU, NCCL for those on GPUs.

    Gives how often they were started again, as one had died: each time they meet under another name, as what the dead
    one left in torchrun's store would have them look for it.
    """
    again = os.environ.get(AGAIN, "0")
    store, rank, count = next(iter(dist.rendezvous("env://")))
    dist.init_process_group(store=dist.PrefixStore(f"start {again}", store), rank=rank, world_size=count)
    return int(again)
