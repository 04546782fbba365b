"""What tests of BoundaryPlane share: where things are on its page."""

import numpy as np

from lessons_lib.explorers import BoundaryPlane
from tests.browser.pictures import settings

WIDE, NARROW = 1000, 420


def opened(show, plane=None, **choices):
    return show(plane or BoundaryPlane(), **choices)


def field(page):
    return page.locator(".field canvas")


def circle(page):
    return page.locator(".beside canvas")


def caption(page):
    return page.locator("figcaption")


def point(page):
    return np.degrees(settings(page)["point"])


def apart(a, b):
    """Whether two convex shapes do not meet: some side of one has the whole other one outside."""
    for shape in (a, b):
        for edge in np.roll(shape, -1, axis=0) - shape:
            normal = np.array([-edge[1], edge[0]])
            if (a @ normal).max() <= (b @ normal).min() or (b @ normal).max() <= (a @ normal).min():
                return True
    return False
