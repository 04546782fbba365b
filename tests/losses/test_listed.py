"""That a loss which is written is also found: in LOSSES, which tests and readers go through, and by its name."""

from importlib import import_module
from pkgutil import iter_modules

from lessons_lib import losses
from lessons_lib.losses import LOSSES, Head

# Heads that are made from something else than numbers: a loss, another head, a network.
MADE_OTHERWISE = {"Head", "InBatch", "SigmoidLoss", "TextHead"}


def test_every_head_is_in_losses_and_can_be_imported_by_its_name():
    modules = [import_module(f"{losses.__name__}.{module.name}") for module in iter_modules(losses.__path__)]
    heads = {
        name
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, Head) and value.__module__ == module.__name__
    }
    listed = set(LOSSES) & set(losses.__all__)
    lost = sorted(name for name in heads - MADE_OTHERWISE - listed if name[0] != "_")
    assert not lost, f"import {', '.join(lost)} in lessons_lib/losses/__init__.py; list it in LOSSES and in __all__"
