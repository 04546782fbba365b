"""Drawings at the size of an image, by numpy."""

import numpy as np


def pixels(images):
    """At 28×28 by numpy, a row a drawing."""
    fine = images.numpy().astype(np.uint16)
    rows = fine[:, ::2] + fine[:, 1::2]
    return ((rows[:, :, ::2] + rows[:, :, 1::2]) / 4).reshape(len(images), -1)
