"""Values from the command line: ``--set optimizer.lr=0.01``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from convkit.errors import ConvkitError
from convkit.experiment.spec.kinds import Kind, Reading
from convkit.experiment.spec.problems import LocatedError
from convkit.experiment.spec.tree import Node, Value, read_value

ORIGIN = "--set"


class Override(NamedTuple):
    """A value from the command line.

    Attributes
    ----------
    text : str
        ``path=value``: keys with points between them, then a YAML value, which may hold ``=``.
    option : str
        With which it was given, for messages.
    """

    text: str
    option: str = ORIGIN


def override(root: Node, kind: Kind, overrides: Iterable[str | Override], reading: Reading) -> Node:
    """Return a tree with values put in; what can't be put in is noted.

    Parameters
    ----------
    root : Node
    kind : Kind
        Of the root.
    overrides : iterable of str or Override
        A str is the text of one.
    reading : Reading
    """
    for each in overrides:
        text, origin = each if isinstance(each, Override) else Override(each)
        path, equals, value = text.partition("=")
        if not equals or not path.strip():
            message = f"expected KEY=VALUE, got '{text}'"
            reading.problems.append(
                LocatedError(origin, "", message, "such as --set optimizer.lr=0.01")
            )
            continue
        keys = [key.strip() for key in path.split(".")]
        try:
            new = read_value(value.strip(), origin, reading.problems)
            root = _assign(root, kind, keys, new)
        except LocatedError as problem:
            reading.problems.append(problem)
        except ConvkitError as error:
            reading.problems.append(LocatedError(origin, path.strip(), error.message, error.hint))
    return root


def _assign(node: Node, kind: Kind, keys: Sequence[str], new: Node) -> Node:
    """Return a node in which the value under some keys is another one.

    Short forms on the way are written out, and what is left out is begun with its defaults.
    """
    if not keys:
        return new
    first, *rest = keys
    node = kind.opened(node, first)
    inner, child = kind.child(node, first)
    return replace(node, value=_with(node.value, first, _assign(child, inner, rest, new)))


def _with(value: Value, key: str, child: Node) -> Value:
    match value:
        case list():
            return [child if key == str(index) else item for index, item in enumerate(value)]
        case dict():
            return {**value, key: child}
        case _:
            return {key: child}
