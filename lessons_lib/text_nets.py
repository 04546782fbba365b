"""A text network small enough to run in a page: counts of short runs of characters in, an embedding out."""

from torch import nn

from lessons_lib.losses.checks import check_count


def character_net(vocabulary_size: int, embedding_size: int, width: int = 64) -> nn.Sequential:
    """Two hidden layers on the counts of `lessons_lib.data.gram_counts`: (N, vocabulary_size) -> (N, embedding_size).

    It knows which characters stand beside each other and no longer order; it has no attention.
    """
    check_count("vocabulary_size", vocabulary_size, 1, "character_net")
    check_count("embedding_size", embedding_size, 1, "character_net")
    check_count("width", width, 1, "character_net")
    return nn.Sequential(
        nn.Linear(vocabulary_size, width),
        nn.PReLU(width),
        nn.Linear(width, width),
        nn.PReLU(width),
        nn.Linear(width, embedding_size),
    )
