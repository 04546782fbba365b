"""The library's public names as data, from what the code itself says: signatures, docstrings, formulas, papers.

The site shows what `listed()` gives. A name is public where its package lists it in `__all__`, or it stands below.
"""

import ast
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass, is_dataclass
from importlib import import_module
from textwrap import dedent
from typing import Any

# In the order of the page; None: what the package lists.
MODULES: dict[str, tuple[str, ...] | None] = {
    "lessons_lib.losses": None,
    "lessons_lib.training": ("fit", "warm_up"),
    "lessons_lib.runs": ("Run",),
    "lessons_lib.evaluation": None,
    "lessons_lib.explorers": None,
    "lessons_lib.data": None,
    "lessons_lib.losses.both_ways": ("BothWays", "SigmoidLoss", "learn_scale"),
    "lessons_lib.losses.text_head": ("TextHead",),
    "lessons_lib.text_nets": ("character_net",),
    "lessons_lib.evaluation.zero_shot": ("centre_gaps", "retrieval", "zero_shot_accuracy", "zero_shot_draws"),
}
_PLACES = re.compile(r"\b(?:lessons_lib|torch|collections|pathlib|typing|matplotlib|numpy)(?:\.\w+)*\.(?=\w)")


@dataclass(frozen=True)
class Entry:
    """One public name: how it is called, its docstring, and for a loss its formula in LaTeX and its paper.

    `kind` is "class", "function", "method", "property" or "value"; `members` are what a class has that its bases, where
    they are listed as well, have not told of.
    """

    name: str
    kind: str
    signature: str
    about: str
    formula: str = ""
    paper: str = ""
    members: tuple["Entry", ...] = ()


@dataclass(frozen=True)
class Module:
    """A module whose names are public, as one imports them from it."""

    name: str
    about: str
    entries: tuple[Entry, ...]


def listed() -> list[Module]:
    """All public modules with their names: classes, then functions, then values, each in alphabetical order."""
    return [_module(name, names) for name, names in MODULES.items()]


def _module(name: str, names: tuple[str, ...] | None) -> Module:
    module = import_module(name)
    entries = [_entry(public, getattr(module, public)) for public in names or module.__all__]
    order = ["class", "function", "value"]
    return Module(
        name, inspect.getdoc(module) or "", tuple(sorted(entries, key=lambda one: (order.index(one.kind), one.name)))
    )


def _entry(name: str, value: Any) -> Entry:
    if inspect.isclass(value):
        formula, paper = (getattr(value, what, "") for what in ("formula", "paper"))
        told = {"formula": formula, "paper": paper} if isinstance(formula, str) else {}
        about = vars(value).get("__doc__") or ""
        return Entry(name, "class", _called(value), inspect.cleandoc(about), **told, members=tuple(_members(value)))
    if callable(value):
        return Entry(name, "function", _signature(value), inspect.getdoc(value) or "")
    return Entry(name, "value", "", f"{type(value).__name__} of {', '.join(map(str, value))}")


def _members(cls: type) -> Iterator[Entry]:
    """The public methods and properties with a docstring that this class is the first to tell of, and `forward`."""
    for name, value in vars(cls).items():
        told = name != "forward" and any(getattr(vars(base).get(name), "__doc__", None) for base in cls.__mro__[1:])
        function = value.fget if isinstance(value, property) else getattr(value, "__func__", value)
        if name.startswith("_") or told or not inspect.isfunction(function) or not function.__doc__:
            continue
        about = inspect.cleandoc(function.__doc__)
        if isinstance(value, property):
            yield Entry(name, "property", "", about)
        else:
            yield Entry(name, "method", _signature(function, bound=True), about)


def _called(cls: type) -> str:
    """How a class is called; an explorer that only takes settings, with these and what they are at first."""
    if issubclass(cls, Exception):
        return ""
    if is_dataclass(cls) or issubclass(cls, tuple):  # their __init__ stands nowhere
        return _PLACES.sub("", str(inspect.signature(cls))).removesuffix(" -> None").replace(" = <factory>", " = …")
    own = next((base for base in cls.__mro__ if "__init__" in vars(base)), cls)
    settings = getattr(cls, "setting_names", ())
    if settings and "__init__" not in vars(cls):
        traits = {name: cls.class_traits()[name].default_value for name in settings}
        return f"({', '.join(f'{name}={_plain(value)}' for name, value in traits.items())})"
    return _signature(own.__init__, bound=True) if own.__module__.startswith("lessons_lib") else "()"


def _plain(default: Any) -> str:
    """A setting's first value; what is found only when the explorer is made stands as dots."""
    return repr(default) if isinstance(default, str | bool | int | float) else "…"


def _signature(function: Any, bound: bool = False) -> str:
    """The parameters as they stand in the code, without self, and what comes back."""
    node = ast.parse(dedent(inspect.getsource(function))).body[0]
    back = ast.unparse(node.returns).strip("'") if node.returns else "None"
    return f"({', '.join(_parameters(node.args)[int(bound) :])})" + ("" if back == "None" else f" -> {back}")


def _parameters(given: ast.arguments) -> list[str]:
    """Each parameter as one writes it."""
    plain = [*given.posonlyargs, *given.args]
    defaults = [None] * (len(plain) - len(given.defaults)) + given.defaults
    written = [_parameter(*pair) for pair in zip(plain, defaults, strict=True)]
    if given.vararg or given.kwonlyargs:
        written.append(f"*{ast.unparse(given.vararg) if given.vararg else ''}")
    written += [_parameter(*pair) for pair in zip(given.kwonlyargs, given.kw_defaults, strict=True)]
    return written + ([f"**{ast.unparse(given.kwarg)}"] if given.kwarg else [])


def _parameter(named: ast.arg, default: ast.expr | None) -> str:
    equals = " = " if named.annotation else "="
    return ast.unparse(named) + (f"{equals}{ast.unparse(default)}" if default is not None else "")
