"""Chains from YAML files: a list whose items are words, or a layer with its options.

::

    - conv7s2p3c64bn relu                                  # words, as on the command line
    - conv: {kernel: 3, stride: 2, pad: 1, channels: 64}   # a layer and its options
    - fc: 10                                               # its number alone
    - repeat: {times: 2, layers: [conv3p1, relu]}
    - residual: {body: [conv3p1 conv3p1], shortcut: []}    # the shortcut may be left out

Only the text of the file's scalars is looked at: nothing in it can make an object or run code.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from convkit.chain.base import Layer
from convkit.chain.grammar import LAYERS, build_layer, check_count, parse_count, parse_words
from convkit.chain.layers import Residual
from convkit.errors import ConvkitError, unknown
from convkit.files import display_name, read_bytes
from convkit.geometry import SameRule
from convkit.yaml_nodes import compose

if TYPE_CHECKING:
    from convkit.yaml_nodes import YamlNode as Node

# Blocks in blocks. An alias to the block that it stands in would nest for ever.
DEEPEST = 10


def read_layers(source: str | Path, same_rule: SameRule = "torch") -> list[Layer]:
    """Read a chain of layers from a YAML file, or from standard input for ``-``.

    Parameters
    ----------
    source : str or Path
    same_rule : {"torch", "tf"}
        What ``same`` means.

    Raises
    ------
    ConvkitError
        If the file can't be read or an item is wrong; it names the file and the line.
    """
    name = display_name(source)
    root = compose(read_bytes(source), name)
    if root is None:
        raise ConvkitError(f"{name} holds no layers", "write a list of them: - conv5c6")
    return _Reader(name, same_rule).layers(root)


class _Reader:
    """Turns the nodes of one file into layers, and knows the line of what is wrong."""

    def __init__(self, file: str, same_rule: SameRule) -> None:
        self.file = file
        self.same_rule = same_rule
        self.count = 0

    def layers(self, node: Node, times: int = 1, depth: int = 0) -> list[Layer]:
        """Return the layers of a list that is run `times` times."""
        if depth > DEEPEST:
            raise self._error(node, f"blocks are nested more than {DEEPEST} deep")
        if node.id != "sequence":
            raise self._error(node, "expected a list of layers", "begin each with '- '")
        return [layer for item in node.value for layer in self._item(item, times, depth)]

    def _item(self, node: Node, times: int, depth: int) -> list[Layer]:
        if node.id == "scalar":
            return self._counted(node, times, self._words(node))
        fields = self._mapping(node, "a layer: a word such as conv5, or 'conv: {kernel: 5}'")
        if len(fields) != 1:
            raise self._error(
                node,
                f"an item is one layer, got {len(fields)} keys: {', '.join(fields)}",
                "indent its options below it, or begin each layer with '- '",
            )
        ((kind, value),) = fields.items()
        if kind == "repeat":
            return self._repeat(value, times, depth)
        if kind == "residual":
            return self._counted(node, times, [self._residual(value, times, depth)])
        return self._counted(node, times, [self._layer(kind, node, value)])

    def _words(self, node: Node) -> list[Layer]:
        try:
            return parse_words(node.value, self.same_rule)
        except ConvkitError as error:
            raise self._error(node, error.message, error.hint) from error

    def _layer(self, kind: str, node: Node, value: Node) -> Layer:
        if kind not in LAYERS:
            error = unknown("layer", kind, [*LAYERS, "repeat", "residual"])
            raise self._error(node, error.message, error.hint)
        texts = self._options(kind, value)
        number = texts.get(LAYERS[kind].number or "", "").replace(",", "x")
        try:
            return build_layer(kind, f"{kind}{number}", texts, self.same_rule)
        except ConvkitError as error:
            raise self._error(value, f"{kind}: {error.message}", error.hint) from error

    def _options(self, kind: str, node: Node) -> dict[str, str]:
        number = LAYERS[kind].number
        if node.id == "scalar" and not node.value:
            return {}
        if node.id != "mapping":
            if number is None:
                raise self._error(node, f"{kind}: it takes no number, got '{self._text(node)}'")
            return {number: self._text(node)}
        fields = self._mapping(node, f"the options of '{kind}'")
        return {key: self._text(value) for key, value in fields.items()}

    def _repeat(self, node: Node, times: int, depth: int) -> list[Layer]:
        fields = self._block(node, "repeat", required=("times", "layers"))
        try:
            again = parse_count(self._text(fields["times"]), "times")
        except ConvkitError as error:
            raise self._error(fields["times"], error.message, error.hint) from error
        return self.layers(fields["layers"], times * again, depth + 1) * again

    def _residual(self, node: Node, times: int, depth: int) -> Layer:
        fields = self._block(node, "residual", required=("body",), optional=("shortcut",))
        parts = {key: self.layers(part, times, depth + 1) for key, part in fields.items()}
        return Residual("residual", **parts)

    def _block(
        self, node: Node, name: str, required: tuple[str, ...], optional: tuple[str, ...] = ()
    ) -> Mapping[str, Node]:
        fields = self._mapping(node, f"{' and '.join(required)} of '{name}'")
        for key in fields:
            if key not in (*required, *optional):
                error = unknown("key", key, (*required, *optional), f"of '{name}'")
                raise self._error(node, error.message, error.hint)
        for key in required:
            if key not in fields:
                raise self._error(node, f"'{name}' needs '{key}'")
        return fields

    def _mapping(self, node: Node, what: str) -> dict[str, Node]:
        if node.id != "mapping":
            raise self._error(node, f"expected {what}, got a {_kind_of(node)}")
        fields: dict[str, Node] = {}
        for key, value in node.value:
            name = self._text(key)
            if name in fields:
                raise self._error(key, f"'{name}' is given twice")
            fields[name] = value
        return fields

    def _text(self, node: Node) -> str:
        """Return what is written: of a list of scalars, their texts with commas between."""
        if node.id == "scalar":
            return str(node.value)
        if node.id == "sequence" and all(part.id == "scalar" for part in node.value):
            return ",".join(part.value for part in node.value)
        raise self._error(node, "expected a value", "write a number, a word or a list of numbers")

    def _counted(self, node: Node, times: int, layers: list[Layer]) -> list[Layer]:
        self.count += times * len(layers)
        try:
            check_count(self.count)
        except ConvkitError as error:
            raise self._error(node, error.message, error.hint) from error
        return layers

    def _error(self, node: Node, message: str, hint: str | None = None) -> ConvkitError:
        return ConvkitError(f"{self.file}:{node.start_mark.line + 1}: {message}", hint)


def _kind_of(node: Node) -> str:
    return {"sequence": "list", "scalar": f"value '{node.value}'"}.get(node.id, node.id)
