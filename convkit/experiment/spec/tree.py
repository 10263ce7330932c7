"""A YAML file, or what was read from one before, as a tree of plain values that know their line.

Scalars mean what YAML 1.2 says: ``1e-3`` is a number, ``no`` and ``12:30:00`` are text, ``010``
is ten.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from convkit.errors import ConvkitError
from convkit.experiment.spec.problems import LocatedError
from convkit.yaml_nodes import compose

if TYPE_CHECKING:
    from convkit.yaml_nodes import YamlNode

Scalar: TypeAlias = str | int | float | bool | None
Value: TypeAlias = "Scalar | list[Node] | dict[str, Node]"

# A small file can stand for endless values: each alias repeats what it refers to.
MOST_VALUES = 20_000
DEEPEST = 40


@dataclass(frozen=True)
class Node:
    """A value and where it comes from.

    Attributes
    ----------
    value : scalar, list of Node, or dict of str to Node
    origin : str
        ``file:line`` of its key or, where it has none, of itself; ``--set``; or ``default``.
    """

    value: Value
    origin: str

    @property
    def plain(self) -> object:
        """The value without the origins, all the way down."""
        match self.value:
            case list():
                return [node.plain for node in self.value]
            case dict():
                return {key: node.plain for key, node in self.value.items()}
            case _:
                return self.value


def from_plain(value: object, origin: str) -> Node:
    """Return the tree of plain data, all of which comes from `origin`."""
    match value:
        case Mapping():
            return Node({str(key): from_plain(part, origin) for key, part in value.items()}, origin)
        case list() | tuple():
            return Node([from_plain(part, origin) for part in value], origin)
        case _:
            return Node(value, origin)  # type: ignore[arg-type]


def read_tree(data: bytes, name: str, problems: list[ConvkitError]) -> Node | None:
    """Return the tree of a YAML file, or None if it is empty.

    Parameters
    ----------
    data : bytes
    name : str
        What messages and origins call the file.
    problems : list of ConvkitError
        Is added to where the rest can still be read: keys given twice, tags.

    Raises
    ------
    ConvkitError
        If it is no YAML, or aliases make it endless.
    """
    root = compose(data, name)
    if root is None:
        return None
    return _Reader(lambda node: f"{name}:{node.start_mark.line + 1}", problems).node(root)


def read_value(text: str, origin: str, problems: list[ConvkitError]) -> Node:
    """Return the tree of a YAML value that stands in a command.

    Raises
    ------
    ConvkitError
        As :func:`read_tree`.
    """
    # YAML would take these for a folded block or a tag.
    if text.startswith((">", "<", "=", "!")):
        return Node(text, origin)
    try:
        root = compose(text.encode("utf-8", "replace"), "")
    except ConvkitError as error:  # has no line worth telling
        raise ConvkitError(error.message.lstrip(":0123456789 "), error.hint) from error
    return Node(None, origin) if root is None else _Reader(lambda _: origin, problems).node(root)


_INTEGER = re.compile(r"[-+]?[0-9]{1,99}|0o[0-7]{1,99}|0x[0-9a-fA-F]{1,99}")
_FLOAT = re.compile(
    r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*)([eE][-+]?[0-9]+)?|[-+]?[0-9]+[eE][-+]?[0-9]+|[-+]?\.(inf|Inf|INF)"
)
_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}


def scalar(text: str) -> Scalar:
    """Return what an unquoted scalar means in YAML 1.2's core schema.

    >>> [scalar(text) for text in ("1e-3", "no", "010", "1:30", "~", "0x1F")]
    [0.001, 'no', 10, '1:30', None, 31]
    """
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
    if _FLOAT.fullmatch(text):
        return float(re.sub(r"\.(?=[iI])", "", text))
    return text


@dataclass
class _Reader:
    """Turns the nodes of one file into a tree."""

    origin: Callable[[YamlNode], str]
    problems: list[ConvkitError]
    count: int = field(default=0)

    def node(self, node: YamlNode, depth: int = 0, origin: str | None = None) -> Node:
        origin = origin or self.origin(node)
        self._check_bounds(origin, depth)
        if node.tag not in _PLAIN_TAGS:
            self._problem(node, f"the tag '{node.tag}' means nothing here", "leave it out")
        if node.id == "sequence":
            return Node([self.node(part, depth + 1) for part in node.value], origin)
        if node.id == "mapping":
            return Node(self._mapping(node, depth + 1), origin)
        quoted = getattr(node, "style", None) is not None
        return Node(node.value if quoted else scalar(node.value), origin)

    def _check_bounds(self, origin: str, depth: int) -> None:
        self.count += 1
        if depth > DEEPEST or self.count > MOST_VALUES:
            limit = f"{DEEPEST} deep" if depth > DEEPEST else f"{MOST_VALUES:,} values in all"
            raise LocatedError(
                origin, "", f"nested more than {limit}", "does an alias refer to what it stands in?"
            )

    def _mapping(self, node: YamlNode, depth: int) -> dict[str, Node]:
        own: dict[str, Node] = {}
        lines: dict[str, str] = {}
        merged: dict[str, Node] = {}
        for key, value in node.value:
            line = self.origin(key)
            if key.id != "scalar":
                self._problem(key, "a key is a word", "is a '{' or '[' too many?")
            elif key.value == "<<" and key.style is None:
                merged = self._merged(value, depth) | merged
            elif key.value in own:
                self._problem(
                    key,
                    f"'{key.value}' is given twice, first in {lines[key.value]}",
                    "leave out one",
                )
            else:
                lines[key.value] = line
                own[key.value] = self.node(value, depth, line)
        return merged | own

    def _merged(self, node: YamlNode, depth: int) -> dict[str, Node]:
        """Return what the merge key ``<<`` brings in; of several mappings the first counts."""
        parts = node.value if node.id == "sequence" else [node]
        merged: dict[str, Node] = {}
        for part in parts:
            if part.id == "mapping":
                self._check_bounds(self.origin(part), depth)
                merged = self._mapping(part, depth + 1) | merged
            else:
                self._problem(part, "'<<' takes an alias to a mapping, such as '<<: *shared'")
        return merged

    def _problem(self, node: YamlNode, message: str, hint: str | None = None) -> None:
        self.problems.append(LocatedError(self.origin(node), "", message, hint))


_PLAIN_TAGS = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map"))
