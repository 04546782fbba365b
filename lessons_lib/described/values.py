"""Values: tensors and arrays by content, modules by all they hold, other objects by their class and attributes."""

import copyreg
import functools
import random
import types
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from lessons_lib.described.code import CodeWalk

_BASES = (int, float, complex, str, bytes, bytearray)  # what a class of one's own may be a kind of
_BUILT_IN = (
    types.BuiltinFunctionType,
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
    types.MethodWrapperType,
    types.ClassMethodDescriptorType,
    types.GetSetDescriptorType,
    types.MemberDescriptorType,
)
# Reading a run back would leave these where they were; a training moves them on.
_USED_UP = (torch.Generator, random.Random, np.random.Generator, np.random.RandomState, np.random.BitGenerator)
_GLOBAL_CHANCE = (random._inst, np.random.mtrand._rand)  # whose state a run keeps


class Description(CodeWalk):
    """A walk through values of every kind."""

    def by_kind(self, value: Any) -> None:
        for kinds, describe in _KINDS:
            if isinstance(value, kinds):
                describe(self, value)
                return
        self.instance(value)

    def tensor(self, value: Tensor) -> None:
        self.add(type(value), "type")
        self.say(str(value.dtype), str(tuple(value.shape)), str(value.requires_grad))
        try:
            plain = value.detach().resolve_conj().resolve_neg().cpu().contiguous()
            content = plain.reshape(-1).view(torch.uint8).numpy()
        except (RuntimeError, TypeError, NotImplementedError, ValueError):
            self.refuse(value)
        self.total.update(content)
        self.each("hooks", (getattr(value, "_backward_hooks", None) or {}).values())
        self.each("hooks", (getattr(value, "_post_accumulate_grad_hooks", None) or {}).values())
        self.named(vars(value))

    def array(self, value: np.ndarray | np.generic) -> None:
        self.say(type(value).__name__, str(value.dtype), str(value.shape))
        if value.dtype.hasobject:
            self.each("objects", np.asarray(value).ravel().tolist())
        else:
            self.say(np.asarray(value).tobytes().hex())

    def module(self, value: nn.Module) -> None:
        """All attributes but the mode, which training sets; hooks by their order, as their keys count all ever made"""
        state = {name: part for name, part in vars(value).items() if name != "training"}
        hooks = {name: state.pop(name) for name in list(state) if "_hooks" in name and isinstance(state[name], dict)}
        order = sorted({key for made in hooks.values() for key in made})
        self.add(type(value), "type")
        self.named({name: [(order.index(key), hook) for key, hook in made.items()] for name, made in hooks.items()})
        self.named(state)

    def instance(self, value: Any) -> None:
        """Any other object: its class, its attributes, and what it holds as a kind of list, dict or number."""
        kind = type(value)
        if any(value is one for one in _GLOBAL_CHANCE):
            return self.say("global chance")
        if isinstance(value, _USED_UP) or hasattr(kind, "__next__"):
            self.refuse(value)
        self.add(kind, "type")
        attributes = dict(getattr(value, "__dict__", {}))
        slots = [c.__dict__["__slots__"] for c in kind.__mro__ if "__slots__" in c.__dict__]
        for name in (name for some in slots for name in ([some] if isinstance(some, str) else some)):
            if hasattr(value, name):
                attributes[name] = getattr(value, name)
        base = next((base for base in _BASES if isinstance(value, base)), None)
        if base is not None:
            self.say(base.__repr__(value))
        elif isinstance(value, list | tuple):
            self.each("items", value)
        elif isinstance(value, dict | types.MappingProxyType):
            self.each("items", value.items())
            attributes["default_factory"] = getattr(value, "default_factory", None)
        elif isinstance(value, set | frozenset):
            self.any_order(value)
        elif _made_in_c(kind) or not (slots or hasattr(value, "__dict__") or kind is object):
            self.reduced(value)
        return self.named(attributes)

    def reduced(self, value: Any) -> None:
        """An object of C: what a pickle would keep of it, if it says itself what that is."""
        kind = type(value)
        own = kind.__reduce__ is not object.__reduce__ or kind.__reduce_ex__ is not object.__reduce_ex__
        if not (own or kind in copyreg.dispatch_table or hasattr(kind, "__getnewargs__")):
            self.refuse(value)
        try:
            parts = copyreg.dispatch_table.get(kind, lambda one: one.__reduce_ex__(4))(value)
        except Exception:  # whatever it says, it cannot be kept
            self.refuse(value)
        if isinstance(parts, str):
            self.say(parts)
        else:
            self.each("kept", [list(part) if hasattr(part, "__next__") else part for part in parts])


_KINDS = (
    (type, Description.type),
    (nn.Module, Description.module),
    (Tensor, Description.tensor),
    (np.ndarray | np.generic, Description.array),
    (types.FunctionType, Description.function),
    (types.MethodType, lambda self, value: self.each("method", [value.__func__, value.__self__])),
    (types.CodeType, Description.code),
    (types.ModuleType, Description.space),
    (functools.partial, lambda self, value: self.each("partial", [value.func, value.args, value.keywords])),
    (functools._lru_cache_wrapper, lambda self, value: self.each("cached", [value.__wrapped__])),
    (classmethod | staticmethod, lambda self, value: self.each(type(value).__name__, [value.__func__])),
    (property, lambda self, value: self.each("property", [value.fget, value.fset, value.fdel])),
    (RemovableHandle, lambda self, value: self.say("handle")),  # the hook itself is described where it hangs
    (_BUILT_IN, Description.built_in),
)


def _made_in_c(kind: type) -> bool:
    """Whether instances hold something that no attribute shows: a class of C makes them."""
    return any(isinstance(vars(c).get("__new__"), types.BuiltinFunctionType) for c in kind.__mro__ if c is not object)
