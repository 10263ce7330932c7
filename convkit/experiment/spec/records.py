"""What dataclasses hold: their fields as a mapping or, in short, the first one's value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from convkit.errors import did_you_mean
from convkit.experiment.spec.kinds import Kind, Reading, Schema
from convkit.experiment.spec.signature import Signature, python_name
from convkit.experiment.spec.tree import Node


@dataclass(frozen=True, eq=False)
class Record(Kind):
    """What a dataclass holds: its arguments, or in short the first one's value."""

    signature: Signature

    @property
    def expected(self) -> str:
        return self.signature.expected

    def long(self, node: Node) -> Node:
        return self.signature.long(node)

    def child(self, node: Node, key: str) -> tuple[Kind, Node]:
        return self.signature.child(node, key)

    def read(self, node: Node, path: str, reading: Reading) -> Any:
        arguments = self.signature.read(node, path, reading)
        return self.signature.construct(arguments, node, path, reading)

    def plain(self, value: Any) -> dict[str, Any]:
        fields = {name: getattr(value, python_name(name)) for name in self.signature.parameters}
        return self.signature.plain(fields)

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        return {"anyOf": [self.first.schema(definitions), self.signature.schema(definitions)]}

    @property
    def first(self) -> Kind:
        """The kind of the first argument, which alone is the short form."""
        return next(iter(self.signature.parameters.values())).kind


class Listed(Record):
    """A record whose first argument is a list, and which stays that list where it says no more."""

    def long(self, node: Node) -> Node:
        return node if self._is_short(node) else super().long(node)

    def opened(self, node: Node, key: str) -> Node:
        return super().long(node) if key in self.signature.parameters else self.long(node)

    def child(self, node: Node, key: str) -> tuple[Kind, Node]:
        return self.first.child(node, key) if self._is_short(node) else super().child(node, key)

    def read(self, node: Node, path: str, reading: Reading) -> Any:
        if not self._is_short(node):
            return super().read(node, path, reading)
        arguments = {next(iter(self.signature.parameters)): self.first.read(node, path, reading)}
        return self.signature.construct(arguments, node, path, reading)

    def plain(self, value: Any) -> Any:
        (_, items), *others = super().plain(value).items()
        defaults = {name: each.default for name, each in self.signature.parameters.items()}
        alone = all((default := defaults[name]) and part == default.plain for name, part in others)
        return items if alone else super().plain(value)

    def _is_short(self, node: Node) -> bool:
        """Return whether a node isn't even meant as a mapping of the arguments."""
        names = self.signature.parameters
        keys = node.value if isinstance(node.value, dict) else ()
        return not any(key in names or did_you_mean(key, names) for key in keys)
