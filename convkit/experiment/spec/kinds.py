"""The kinds of values in an experiment: how each is read, written out in full, and described."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from convkit.errors import ConvkitError, did_you_mean
from convkit.experiment.spec.annotations import choices, expected, remedy, strictly
from convkit.experiment.spec.problems import LocatedError, in_short
from convkit.experiment.spec.tree import Node

DEFAULT = "default"
Schema = dict[str, Any]


class Failed:
    """Stands for a value that couldn't be read; what is wrong with it has been noted."""


FAILED: Final = Failed()


@dataclass
class Reading:
    """One reading of one experiment.

    Attributes
    ----------
    problems : list of ConvkitError
        What is wrong, as far as it has been read.
    origins : dict of str to str
        Where the value of each key path comes from.
    """

    problems: list[ConvkitError] = field(default_factory=list)
    origins: dict[str, str] = field(default_factory=dict)

    def problem(self, node: Node, path: str, message: str, hint: str | None = None) -> Failed:
        """Note that something is wrong with a node."""
        self.problems.append(LocatedError(node.origin, path, message, hint))
        return FAILED

    def wrong(self, node: Node, path: str, error: ConvkitError) -> Failed:
        """Note what an error says of a node."""
        return self.problem(node, path, error.message, error.hint)


class Kind(ABC):
    """What the value of a key can be."""

    @property
    @abstractmethod
    def expected(self) -> str:
        """What it has to be, in words."""

    @abstractmethod
    def read(self, node: Node, path: str, reading: Reading) -> Any:
        """Return the value of a node, or FAILED once what is wrong has been noted."""

    @abstractmethod
    def schema(self, definitions: dict[str, Schema]) -> Schema:
        """Return the JSON Schema, and add the definitions that it refers to."""

    def plain(self, value: Any) -> Any:
        """Return a read value as plain data in long form, which reads as the same value."""
        return value

    def make(self, value: Any) -> Any:
        """Return what a constructor gets for a read value."""
        return value

    def long(self, node: Node) -> Node:
        """Return a node in long form, as far as itself goes."""
        return node

    def opened(self, node: Node, key: str) -> Node:
        """Return a node in the form in which a value can be put under a key of it."""
        return self.long(node)

    def child(self, node: Node, key: str) -> tuple[Kind, Node]:
        """Return what stands under a key of a node in long form, and of what kind it is.

        Raises
        ------
        ConvkitError
            If there can't be such a key.
        """
        raise ConvkitError(f"there is nothing inside {in_short(node.plain)}, so no '{key}'")

    def mismatch(self, node: Node, path: str, reading: Reading, hint: str | None = None) -> Failed:
        """Note that a node is something else than what is expected."""
        got = in_short(node.plain)
        return reading.problem(node, path, f"expected {self.expected}, got {got}", hint)


@dataclass(frozen=True)
class Leaf(Kind):
    """A plain value: a number, a word, a list of numbers."""

    annotation: Any

    @property
    def expected(self) -> str:
        return expected(self.annotation)

    @cached_property
    def _adapter(self) -> TypeAdapter[Any]:
        return TypeAdapter(strictly(self.annotation))

    def read(self, node: Node, path: str, reading: Reading) -> Any:
        reading.origins[path] = node.origin
        value = node.plain
        try:
            return self._adapter.validate_python(value)
        except ValidationError as error:
            said = error.errors(include_url=False, include_input=False)[0].get("ctx", {})
            if isinstance(said.get("error"), ConvkitError):  # of a validator in the annotation
                return reading.wrong(node, path, said["error"])
            near = did_you_mean(value, choices(self.annotation)) if isinstance(value, str) else None
            return self.mismatch(node, path, reading, near or remedy(self.annotation, value))

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        return self._adapter.json_schema()

    def plain(self, value: Any) -> Any:
        return self._adapter.dump_python(value, mode="json")


@dataclass(frozen=True)
class Maybe(Kind):
    """Something, or null."""

    kind: Kind

    @property
    def expected(self) -> str:
        return f"{self.kind.expected}, or null"

    def read(self, node: Node, path: str, reading: Reading) -> Any:
        if node.value is None:
            reading.origins[path] = node.origin
            return None
        return self.kind.read(node, path, reading)

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        return {"anyOf": [self.kind.schema(definitions), {"type": "null"}]}

    def plain(self, value: Any) -> Any:
        return None if value is None else self.kind.plain(value)

    def make(self, value: Any) -> Any:
        return None if value is None else self.kind.make(value)

    def long(self, node: Node) -> Node:
        return self.kind.long(replace(node, value={}) if node.value is None else node)

    def opened(self, node: Node, key: str) -> Node:
        return self.kind.opened(replace(node, value={}) if node.value is None else node, key)

    def child(self, node: Node, key: str) -> tuple[Kind, Node]:
        return self.kind.child(node, key)


@dataclass(frozen=True)
class Several(Kind):
    """A list."""

    kind: Kind

    @property
    def expected(self) -> str:
        return "a list, each item begun with '- '"

    def read(self, node: Node, path: str, reading: Reading) -> Any:
        if not isinstance(node.value, list):
            return self.mismatch(node, path, reading)
        if not node.value:
            reading.origins[path] = node.origin
        items = [
            self.kind.read(item, f"{path}.{index}", reading)
            for index, item in enumerate(node.value)
        ]
        return FAILED if FAILED in items else tuple(items)

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        return {"type": "array", "items": self.kind.schema(definitions)}

    def plain(self, value: Sequence[Any]) -> Any:
        return [self.kind.plain(item) for item in value]

    def make(self, value: Sequence[Any]) -> Any:
        return [self.kind.make(item) for item in value]

    def child(self, node: Node, key: str) -> tuple[Kind, Node]:
        items = node.value
        if not isinstance(items, list):
            raise ConvkitError(f"expected {self.expected}, got {in_short(node.plain)}")
        if not (key.isdecimal() and int(key) < len(items)):
            raise ConvkitError(
                f"there is no item '{key}' among {len(items)}",
                f"they are numbered from 0 to {len(items) - 1}" if items else "the list is empty",
            )
        return self.kind, items[int(key)]


@dataclass(frozen=True)
class Named(Kind):
    """A mapping of names of the user's own to values of one kind."""

    kind: Kind

    @property
    def expected(self) -> str:
        return "a mapping of names, each to a value"

    def read(self, node: Node, path: str, reading: Reading) -> Any:
        if not isinstance(node.value, dict):
            return self.mismatch(node, path, reading)
        reading.origins[path] = node.origin
        values = {}
        for name, value in node.value.items():
            reading.origins[f"{path}.{name}"] = value.origin
            values[name] = self.kind.read(value, f"{path}.{name}", reading)
        return FAILED if FAILED in values.values() else values

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        return {"type": "object", "additionalProperties": self.kind.schema(definitions)}

    def plain(self, value: Mapping[str, Any]) -> Any:
        return {name: self.kind.plain(part) for name, part in value.items()}

    def child(self, node: Node, key: str) -> tuple[Kind, Node]:
        fields = node.value if isinstance(node.value, dict) else {}
        return self.kind, fields.get(key, Node(None, node.origin))
