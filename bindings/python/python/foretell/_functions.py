"""Functions of the host's that a config may call."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Optional, Union

from ._errors import ArgumentError

KINDS = {float: "number", int: "number", bool: "flag", str: "text"}


@dataclass(frozen=True)
class Function:
    """A function that conditions, expressions and messages may call by its name: columns in, a column out.

    It gets a list for each parameter, all of the same length, and gives a list of that length: numbers, flags or texts, `None`
    where there is no value, an exception where it failed for that row alone. Only rows whose arguments are all there come in, and
    what it says of a row must depend on that row alone: how many rows a call has is not promised.
    """

    call: Callable[..., Any]
    """What is called."""
    takes: Sequence[str]
    """What each parameter is: `number`, `flag` or `text`."""
    returns: str
    """What it gives: `number`, `flag` or `text`."""
    arrow: bool = False
    """Whether it gets arrays of pyarrow in place of lists."""


def read(functions: Optional[Mapping[str, Union[Function, Callable[..., Any]]]]) -> tuple[Any, ...]:
    """Each function as its name, what is called, what it takes and returns, and whether it takes arrays."""
    if functions is None:
        return ()
    if not isinstance(functions, Mapping):
        raise ArgumentError(f"expected a dict of functions by name, got `{type(functions).__name__}`")
    return tuple(_read(name, it) for name, it in functions.items())


def _read(name: Any, it: Any) -> tuple[str, Callable[..., Any], tuple[str, ...], str, bool]:
    if not isinstance(name, str):
        raise ArgumentError(f"expected the name of a function as a text, got `{type(name).__name__}`")
    if not isinstance(it, Function):
        if not callable(it):
            raise ArgumentError(f"`{name}`: expected a function, got `{type(it).__name__}`")
        it = Function(it, *_annotated(name, it))
    takes = [it.takes] if isinstance(it.takes, str) else list(it.takes)
    for kind in [*takes, it.returns]:
        if kind not in KINDS.values():
            raise ArgumentError(f"`{name}`: expected `number`, `flag` or `text`, got `{kind}`")
    return (name, it.call, tuple(takes), it.returns, bool(it.arrow))


def _annotated(name: str, it: Callable[..., Any]) -> tuple[list[str], str]:
    try:
        hints = typing.get_type_hints(it)
        parameters = list(inspect.signature(it).parameters)
    except (TypeError, ValueError, NameError):
        hints, parameters = {}, []
    kinds = {key: _kind(hint) for key, hint in hints.items()}
    missing = [key for key in [*parameters, "return"] if kinds.get(key) is None]
    if missing:
        raise ArgumentError(
            f"`{name}`: what it takes and gives is not known of `{'`, `'.join(missing)}`; annotate it with `list[float]`, `list[bool]` "
            'or `list[str]`, or write `foretell.Function(call, takes=["number"], returns="number")`'
        )
    return [kinds[key] or "" for key in parameters], kinds["return"] or ""


def _kind(hint: Any) -> Optional[str]:
    if hint in KINDS:
        return KINDS[hint]
    found = {_kind(it) for it in typing.get_args(hint) if it is not type(None)}
    return found.pop() if len(found) == 1 else None
