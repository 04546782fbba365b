"""Functions, classes and modules: what they do, or, if they come with an installed package, their name and version."""

import builtins
import sys
import types
from typing import Any

from lessons_lib.described.bytecode import code_words, lookups, namesake, version_of
from lessons_lib.described.walk import NotDescribed, Walk

# What a class carries that does not decide what it does, or that its other attributes hold already.
_BESIDE = {"__dict__", "__weakref__", "__module__", "__doc__", "__firstlineno__", "__static_attributes__"}
_BESIDE |= {"__annotations__", "__annotate__", "__annotate_func__", "__annotations_cache__", "__parameters__"}
_BESIDE |= {"__dataclass_fields__", "__dataclass_params__", "__orig_bases__", "__abstractmethods__", "_abc_impl"}
_BESIDE |= {"_backward_cls"}  # torch numbers these as they are made
# What asks outside of the program, where the next run may find something else.
_OUTSIDE = {
    "builtins": {"open", "input", "eval", "exec", "globals"},
    "numpy": {"load", "loadtxt", "genfromtxt", "fromfile", "memmap"},
    "os": {"environ", "getenv", "urandom"},
    "time": {"time", "time_ns", "monotonic", "perf_counter"},
    "torch": {"load"},
}
_HEAP_TYPE = 1 << 9
_ABSENT = object()


class CodeWalk(Walk):
    """The part of the walk that leads through code."""

    def function(self, value: types.FunctionType) -> None:
        version = namesake(value)
        captured = [_content(cell) for cell in value.__closure__ or ()]
        if version is not None:
            self.say("installed", version, value.__globals__["__name__"], value.__code__.co_qualname)
            if "<locals>" in value.__code__.co_qualname:  # made for somebody: a decorator's, say
                self.each("captured", captured)
                self.each("defaults", [value.__defaults__, value.__kwdefaults__])
            return
        self.code(value.__code__)
        self.each("defaults", [value.__defaults__, value.__kwdefaults__])
        with self.inside(value.__name__):
            self.named(dict(zip(value.__code__.co_freevars, captured, strict=True)))
            self.named(vars(value))
            for names in lookups(value.__code__):
                self.looked_up(names, value.__globals__)

    def code(self, value: types.CodeType) -> None:
        self.say(*code_words(value))
        self.say(str(len(value.co_consts)))
        for constant in value.co_consts:
            self.add(constant, "constant")

    def looked_up(self, names: tuple[str, ...], space: dict[str, Any]) -> None:
        """A global, or what is taken from a module by its name; first is the module, if the code imports it itself."""
        first, *rest = names
        self.say(*names)
        if first == "import":
            first, *rest = rest
            value = sys.modules.get(first, _ABSENT)
            if value is _ABSENT and version_of(first) is None:
                raise NotDescribed(f"{self.place()} (it imports {first}, which is not imported yet)")
        else:
            value = space.get(first, vars(builtins).get(first, _ABSENT))
            if value is vars(builtins).get(first):
                self.certain(builtins, first, space)
        installed = None
        while rest and isinstance(value, types.ModuleType):
            installed = version_of(value.__name__)
            self.certain(value, rest[0], space)
            value = getattr(value, rest.pop(0), _ABSENT)
        if installed is not None and not isinstance(value, types.FunctionType | type):
            self.say("installed", installed)  # its name has been said
        elif value is not _ABSENT:
            self.add(value, names[-1 - len(rest)])

    def certain(self, module: types.ModuleType, name: str, space: dict[str, Any]) -> None:
        """Refuse what may give the user's code another answer next time; this library's knows what it asks."""
        ours = str(space.get("__name__")).partition(".")[0] == "lessons_lib"
        if name in _OUTSIDE.get(module.__name__, ()) and not ours:
            asked = name if module is builtins else f"{module.__name__}.{name}"
            raise NotDescribed(f"{self.place()} (it asks {asked}, which may answer otherwise next time)")

    def space(self, value: types.ModuleType) -> None:
        version = version_of(value.__name__)
        if version is not None:
            self.say("installed", version, value.__name__)
        else:
            self.named({name: part for name, part in vars(value).items() if not name.startswith("__")})

    def type(self, value: type) -> None:
        found = sys.modules.get(value.__module__)
        for name in value.__qualname__.split("."):
            found = getattr(found, name, None)
        version = version_of(value.__module__) if found is value or not value.__flags__ & _HEAP_TYPE else None
        if version is not None:
            self.say("installed", version, value.__module__, value.__qualname__)
        else:
            self.say("class", value.__name__)
            self.add(type(value), "type")
        self.each("bases", value.__bases__)
        for name, part in sorted(vars(value).items()):
            if version is None and name not in _BESIDE:
                self.add(part, name)
            elif isinstance(part, types.FunctionType) and namesake(part) is None:
                self.add(part, name)  # put there

    def built_in(self, value: Any) -> None:
        owner = getattr(value, "__self__", None) or getattr(value, "__objclass__", None)
        module = getattr(value, "__module__", None)
        if module is not None and version_of(module) is None:
            self.refuse(value)
        self.say("built in", module or "", value.__qualname__)
        if not isinstance(owner, type | types.ModuleType | None):
            self.add(owner, "of")


def _content(cell: types.CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # not filled yet
        return None
