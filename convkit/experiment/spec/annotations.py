"""Type annotations of plain values: how strictly they are checked, and in which words.

A YAML value is what it is: true is no 1, "3" is no 3, and 3.0 is no 3, though 3 is a number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import Field, Strict

from convkit.experiment.spec.problems import listed
from convkit.experiment.spec.tree import scalar

# What fits into 64 bits: larger numbers would fail in NumPy, with less to say.
_WHOLE = Annotated[int, Strict(), Field(ge=-(2**63), lt=2**63)]
_FINITE = Annotated[float, Strict(), Field(allow_inf_nan=False)]
_STRICT: dict[Any, Any] = {
    int: _WHOLE,
    float: _FINITE,
    bool: Annotated[bool, Strict()],
    str: Annotated[str, Strict()],
}


def members(annotation: Any) -> tuple[Any, ...]:
    """Return the types of a union, or the one type that it is."""
    return get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)


def strictly(annotation: Any) -> Any:
    """Return the annotation with which pydantic takes nothing for what it isn't."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        return Union[tuple(strictly(part) for part in arguments)]  # noqa: UP007
    if origin is Annotated:
        return Annotated[(strictly(arguments[0]), *arguments[1:])]
    if origin is None or origin is Literal:
        return _STRICT.get(annotation, annotation)
    return origin[tuple(part if part is ... else strictly(part) for part in arguments)]


_ONE = {
    int: "a whole number",
    float: "a number",
    str: "text",
    NoneType: "null",
    Any: "any value",
}
_MANY = {int: "whole numbers", float: "numbers", str: "texts"}
_COUNTS = {1: "one", 2: "two", 3: "three", 4: "four"}


def expected(annotation: Any) -> str:
    """Return what a value has to be, in words.

    >>> expected(int | tuple[int, int] | Literal["valid", "same"])
    "a whole number, a list of two whole numbers, 'valid' or 'same'"
    """
    return listed(dict.fromkeys(words(annotation)), "or")


def words(annotation: Any) -> list[str]:
    """Return the alternatives of :func:`expected`, one by one."""
    return [word for part in members(annotation) for word in _words_of_one(part)]


def _words_of_one(annotation: Any) -> list[str]:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return [repr(choice) for choice in arguments]
    if annotation is bool:
        return ["true", "false"]
    if origin is Annotated:
        return words(arguments[0])
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return ["a mapping"]
    if isinstance(origin, type) and issubclass(origin, Sequence):
        return [_list_of(origin, arguments)]
    return [_ONE.get(annotation, getattr(annotation, "__name__", str(annotation)))]


def _list_of(origin: type, arguments: tuple[Any, ...]) -> str:
    many = " or ".join(_MANY.get(part, "values") for part in members(arguments[0]))
    if origin is tuple and arguments[-1] is not ...:
        return f"a list of {_COUNTS.get(len(arguments), len(arguments))} {many}"
    return f"a list of {many}"


def choices(annotation: Any) -> list[str]:
    """Return the words that a value may be, of all the literals in an annotation."""
    return [
        choice
        for part in members(annotation)
        if get_origin(part) is Literal
        for choice in get_args(part)
        if isinstance(choice, str)
    ]


def remedy(annotation: Any, value: object) -> str | None:
    """Return the hint for a value of the wrong type, where the usual slip can be told."""
    types = [
        get_args(part)[0] if get_origin(part) is Annotated else part for part in members(annotation)
    ]
    if isinstance(value, str) and not isinstance(scalar(value), str) and str not in types:
        return "leave out the quotes"
    if bool in types and value in ("yes", "no", "on", "off"):
        return f"write {'true' if value in ('yes', 'on') else 'false'}"
    if str in types and isinstance(value, bool | int | float):
        return "put it in quotes"
    return None


def article(noun: str) -> str:
    """Return a noun with its article: ``a layer``, ``an optimizer``."""
    return f"{'an' if noun[0] in 'aeio' else 'a'} {noun}"
