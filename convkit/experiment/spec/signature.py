"""Constructors as schemas: the arguments that can be given, and what becomes of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from keyword import iskeyword
from typing import Any

from convkit.errors import ConvkitError, unknown
from convkit.experiment.spec.kinds import FAILED, Failed, Kind, Reading, Schema
from convkit.experiment.spec.tree import Node

Arguments = dict[str, Any]


@dataclass(frozen=True)
class Parameter:
    """One argument of a constructor.

    Attributes
    ----------
    kind : Kind
    default : Node or None
        None if it must be given.
    doc : str
        What the docstring says of it.
    """

    kind: Kind
    default: Node | None
    doc: str


@dataclass(frozen=True, eq=False)
class Signature(Kind):
    """The arguments of a constructor, as a mapping or, in short, the first one's value.

    Attributes
    ----------
    constructor : callable
    name : str
        What messages call it.
    parameters : dict of str to Parameter
    doc : str
        What it is.
    takes_made : bool
        Whether it wants what is chosen inside its arguments made, and not as choices.
    """

    constructor: Callable[..., Any]
    name: str
    parameters: Mapping[str, Parameter]
    doc: str = ""
    takes_made: bool = True

    @property
    def expected(self) -> str:
        if not self.parameters:
            return "nothing"
        return f"a mapping of {self.name}'s arguments ({', '.join(self.parameters)})"

    @property
    def required(self) -> list[str]:
        """The arguments that have no default."""
        return [name for name, parameter in self.parameters.items() if parameter.default is None]

    def long(self, node: Node) -> Node:
        if isinstance(node.value, dict) or not self.parameters:
            return node
        return replace(node, value={next(iter(self.parameters)): node})

    def child(self, node: Node, key: str) -> tuple[Kind, Node]:
        if key not in self.parameters:
            raise self.unknown_key(key)
        parameter = self.parameters[key]
        given = node.value.get(key) if isinstance(node.value, dict) else None
        return parameter.kind, given or parameter.default or Node({}, node.origin)

    def unknown_key(self, key: str) -> ConvkitError:
        """Return the error for an argument that there isn't."""
        if not self.parameters:
            return ConvkitError(f"unknown key '{key}' of {self.name}", "it takes no arguments")
        return unknown("key", key, self.parameters, f"of {self.name}")

    def read(self, node: Node, path: str, reading: Reading) -> Arguments | Failed:
        """Return the arguments, with FAILED for those that are wrong."""
        node = self.long(node)
        if not isinstance(node.value, dict):
            hint = None if self.parameters else f"{self.name} takes no arguments"
            return self.mismatch(node, path, reading, hint)
        arguments: Arguments = {}
        meant = set()
        for key in (key for key in node.value if key not in self.parameters):
            error = self.unknown_key(key)
            arguments[key] = reading.wrong(node.value[key], under(path, key), error)
            meant.add(error.hint)
        for name, parameter in self.parameters.items():
            given = node.value.get(name) or parameter.default
            if given is not None:
                arguments[name] = parameter.kind.read(given, under(path, name), reading)
            elif f"did you mean '{name}'?" in meant:
                arguments[name] = FAILED
            else:
                arguments[name] = self._missing(name, node, path, reading)
        return arguments

    def _missing(self, name: str, node: Node, path: str, reading: Reading) -> Failed:
        parameter = self.parameters[name]
        hint = (parameter.doc[:1].lower() + parameter.doc[1:]).rstrip(".") or None
        message = f"{self.name} needs '{name}': {parameter.kind.expected}"
        return reading.problem(node, path, message, hint)

    def construct(
        self, arguments: Arguments | Failed, node: Node, path: str, reading: Reading
    ) -> Any:
        """Return what the constructor makes, or FAILED once all that it refuses has been noted.

        A constructor tells one thing at a time. So an argument that it refuses is left at its
        default, and the others get their turn.
        """
        if isinstance(arguments, Failed):
            return FAILED
        usable = {name: value for name, value in arguments.items() if value is not FAILED}
        failed = len(usable) < len(arguments)
        while usable.keys() >= set(self.required):
            try:
                value = self.constructor(**self.make(usable))
            except ConvkitError as error:
                blamed = self._blamed(error.message)
                # What is said of an argument that was left out says nothing of what was written.
                if not set(blamed) <= usable.keys():
                    return FAILED
                place, where = self._place(node, path, blamed)
                reading.wrong(place, where, error)
                failed = True
                if not blamed:
                    return FAILED
                del usable[blamed[0]]
            else:
                return FAILED if failed else value
        return FAILED

    def _blamed(self, message: str) -> list[str]:
        """Return the arguments that a constructor's message names, in its order."""
        return [word for word in re.findall(r"\w+", message) if word in self.parameters]

    def _place(self, node: Node, path: str, blamed: list[str]) -> tuple[Node, str]:
        if not blamed:
            return node, path
        fields = self.long(node).value
        given = fields.get(blamed[0]) if isinstance(fields, dict) else None
        return given or node, under(path, blamed[0])

    def plain(self, value: Arguments) -> dict[str, Any]:
        return {name: self.parameters[name].kind.plain(part) for name, part in value.items()}

    def make(self, value: Arguments) -> Arguments:
        if self.takes_made:
            value = {name: self.parameters[name].kind.make(part) for name, part in value.items()}
        return {python_name(name): part for name, part in value.items()}

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        properties = {
            name: self._property(parameter, definitions)
            for name, parameter in self.parameters.items()
        }
        return {
            "type": "object",
            **({"description": self.doc} if self.doc else {}),
            "properties": properties,
            **({"required": self.required} if self.required else {}),
            "additionalProperties": False,
        }

    def _property(self, parameter: Parameter, definitions: dict[str, Schema]) -> Schema:
        schema = dict(parameter.kind.schema(definitions))
        if parameter.doc:
            schema["description"] = parameter.doc
        if parameter.default is not None:
            schema["default"] = parameter.default.plain
        return schema


def python_name(name: str) -> str:
    """Return what an argument is called in Python, where some names can't be had: ``from_``."""
    return f"{name}_" if iskeyword(name) else name


def under(path: str, key: str) -> str:
    """Return the path of a key inside what stands at `path`."""
    return f"{path}.{key}" if path else key
