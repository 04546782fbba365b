"""Which code a function runs, and where that comes from: an installed package, Python itself, or the user."""

import dis
import inspect
import os
import sys
import sysconfig
import types
from functools import cache, partial
from importlib import metadata
from pathlib import Path
from typing import Any

from torch import nn


def code_words(code: types.CodeType) -> list[str]:
    """All that decides what code does but its constants, and nothing of where it stands."""
    counts = (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags)
    names = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
    return [str(counts), str(names), code.co_code.hex(), code.co_exceptiontable.hex()]


@cache
def lookups(code: types.CodeType) -> tuple[tuple[str, ...], ...]:
    """Each global that code looks up, with the attributes it takes from it at once: ("torch", "cos").

    ("import", "math", "cos") for what it imports itself. In a fixed order, those of inner functions too.
    """
    found = set()
    steps = list(dis.get_instructions(code))
    for i, step in enumerate(steps):
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS"):
            taken = []
            for following in steps[i + 1 :]:
                if following.opname not in ("LOAD_ATTR", "LOAD_METHOD"):
                    break
                taken.append(following.argval)
            found.add((step.argval, *taken))
        elif step.opname == "IMPORT_NAME":
            wanted = steps[i - 1].argval or ()
            found |= {("import", step.argval, *name) for name in ([(name,) for name in wanted] or [()])}
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            found |= set(lookups(constant))
    return tuple(sorted(found))


def reaches(start: Any, wanted: set[int]) -> bool:
    """Whether code, or what it has captured, holds or looks up, comes to an object with one of these ids.

    Objects of installed packages are not searched, modules of a network are.
    """
    met, ahead = {}, [start]
    while ahead:
        value = ahead.pop()
        if id(value) in wanted:
            return True
        if id(value) not in met:
            met[id(value)] = value  # held, so that no other takes its id meanwhile
            ahead += _held(value)
    return False


def _held(value: Any) -> list[Any]:
    if isinstance(value, types.FunctionType):
        cells = inspect.getclosurevars(value) if namesake(value) is None else None
        defaults = [*(value.__defaults__ or ()), *(value.__kwdefaults__ or {}).values()]
        return defaults if cells is None else [*defaults, *cells.nonlocals.values(), *cells.globals.values()]
    if isinstance(value, types.MethodType):
        return [value.__func__, value.__self__]
    if isinstance(value, partial):
        return [value.func, *value.args, *value.keywords.values()]
    if isinstance(value, dict):
        return list(value.values())
    if isinstance(value, list | tuple | set | frozenset):
        return list(value)
    if isinstance(value, type | types.ModuleType):
        own = isinstance(value, type) and version_of(value.__module__) is None
        return [part for part in vars(value).values() if isinstance(part, types.FunctionType)] if own else []
    own = isinstance(value, nn.Module) or version_of(type(value).__module__) is None
    return [type(value), *vars(value).values()] if own and hasattr(value, "__dict__") else []


def namesake(function: types.FunctionType) -> str | None:
    """The version of the package that a function was written in; None for the user's own.

    Its globals tell: `__module__` a decorator may have copied from what it wraps.
    """
    name = function.__globals__.get("__name__")
    module = sys.modules.get(name) if isinstance(name, str) else None
    return version_of(name) if module is not None and vars(module) is function.__globals__ else None


@cache
def version_of(module: str) -> str | None:
    """The version of what an installed module belongs to, by its name; None for the user's own, and for this library.

    This library is looked into like the user's code: a lesson may put something else into it.
    """
    top = module.partition(".")[0]
    if top in ("lessons_lib", "__main__"):
        return None
    files = [getattr(sys.modules.get(name), "__file__", None) for name in (module, top)]  # a part of C may have none
    file = files[0] or files[1]
    if file is not None and {"site-packages", "dist-packages"} & set(Path(file).parts):
        return _package_version(top)
    standard = os.path.realpath(sysconfig.get_path("stdlib"))
    if top in sys.stdlib_module_names and (file is None or Path(os.path.realpath(file)).is_relative_to(standard)):
        return sys.version
    return None


def _package_version(top: str) -> str | None:
    said = getattr(sys.modules.get(top), "__version__", None)
    if said is not None:
        return str(said)
    owners = metadata.packages_distributions().get(top, [])
    return ", ".join(metadata.version(owner) for owner in owners) or None
