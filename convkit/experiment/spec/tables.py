"""What is picked from a table by its name.

=====  =============================================  ===========================================
kind   short                                          long
=====  =============================================  ===========================================
Pick   its name: ``optimizer: adam``                  ``optimizer: {name: adam, lr: 1e-3}``
Keyed  its name, or its name and its first argument:  its name and its arguments:
       ``- relu``, ``- max_pool2d: 2``                ``- max_pool2d: {pool_size: 2, stride: 1}``
=====  =============================================  ===========================================
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from convkit.errors import ConvkitError, did_you_mean, unknown
from convkit.experiment.spec.annotations import article
from convkit.experiment.spec.choice import Choice
from convkit.experiment.spec.kinds import FAILED, Failed, Kind, Leaf, Reading, Schema
from convkit.experiment.spec.problems import in_short, listed
from convkit.experiment.spec.signature import Signature, under
from convkit.experiment.spec.tree import Node

NAME = "name"


@dataclass(frozen=True, eq=False)
class Table:
    """Constructors by name.

    Attributes
    ----------
    what : str
        What one of them is: ``layer``, ``optimizer``.
    entries : dict of str to callable
    annotation : type
        How constructors that take one of them annotate that.
    given : inspect.Parameter.kind or None
        The kind of parameters that are no arguments, since the program itself fills them in.
    keyed : bool
        Whether the name is written as a key, ``conv2d: {…}``, instead of ``name: conv2d``.
    tried : bool
        Whether one is made while reading, so that all that its constructor refuses is known.
    made : bool
        Whether constructors take one made; else they get it as plain data.
    """

    what: str
    entries: Mapping[str, Callable[..., Any]]
    annotation: Any = None
    given: Any = None
    keyed: bool = False
    tried: bool = True
    made: bool = True


@dataclass(frozen=True, eq=False)
class Pick(Kind):
    """One of a table, with its name among its arguments.

    Attributes
    ----------
    table : Table
    signature : callable
        The arguments of an entry, by its name.
    """

    table: Table
    signature: Callable[[str], Signature]

    @property
    def expected(self) -> str:
        what = article(self.table.what)
        return f"{what}: its name, or a mapping of its name and arguments"

    def long(self, node: Node) -> Node:
        return replace(node, value={NAME: node}) if isinstance(node.value, str) else node

    def child(self, node: Node, key: str) -> tuple[Kind, Node]:
        fields = node.value if isinstance(node.value, dict) else {}
        name = fields.get(NAME, Node(None, node.origin))
        if key == NAME:
            return Leaf(str), name
        return self.signature(self.known(name)).child(node, key)

    def read(self, node: Node, path: str, reading: Reading) -> Choice | Failed:
        fields = self.long(node).value
        if not isinstance(fields, dict):
            return self.mismatch(node, path, reading)
        if NAME not in fields:
            return self._nameless(node, fields, path, reading)
        try:
            name = self.known(fields[NAME])
        except ConvkitError as error:
            return reading.wrong(fields[NAME], path, error)
        reading.origins[under(path, NAME)] = fields[NAME].origin
        rest = {key: value for key, value in fields.items() if key != NAME}
        return self.choice(name, replace(node, value=rest), path, reading)

    def known(self, name: Node) -> str:
        """Return a name that is in the table.

        Raises
        ------
        ConvkitError
            If it isn't.
        """
        if isinstance(name.value, str) and name.value in self.table.entries:
            return name.value
        if isinstance(name.value, str):
            raise unknown(self.table.what, name.value, self.table.entries)
        names = listed(self.table.entries, "or")
        raise ConvkitError(f"expected the name of {article(self.table.what)}", f"one of: {names}")

    def choice(self, name: str, node: Node, path: str, reading: Reading) -> Choice | Failed:
        """Return the choice of a name with the arguments that a node holds."""
        signature = self.signature(name)
        arguments = signature.read(node, path, reading)
        if self.table.tried:
            made = signature.construct(arguments, node, path, reading)
            if isinstance(made, Failed):
                return made
        if isinstance(arguments, Failed) or FAILED in arguments.values():
            return FAILED
        return Choice(name, tuple(arguments.items()), _where(node))

    def _nameless(self, node: Node, fields: dict[str, Node], path: str, reading: Reading) -> Failed:
        key = next((key for key in fields if key in self.table.entries), None)
        if key:
            message, hint = f"'{key}' is no key here", f"write {{name: {key}, …}}"
            return reading.problem(fields[key], under(path, key), message, hint)
        for key, value in fields.items():
            if near := did_you_mean(key, [NAME]):
                return reading.problem(value, under(path, key), f"unknown key '{key}'", near)
        names = ", ".join(self.table.entries)
        message = f"the {self.table.what} needs a 'name'"
        return reading.problem(node, path, message, f"choose one of: {names}")

    def plain(self, value: Choice) -> Any:
        return {NAME: value.name, **self.signature(value.name).plain(value.arguments)}

    def make(self, value: Choice) -> Any:
        if not self.table.made:
            return self.plain(value)
        signature = self.signature(value.name)
        return signature.constructor(**signature.make(value.arguments))

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        if self.table.what not in definitions:
            definitions[self.table.what] = {}  # before its entries, which may hold one themselves
            definitions[self.table.what] = {"anyOf": self._alternatives(definitions)}
        return {"$ref": f"#/$defs/{self.table.what}"}

    def _alternatives(self, definitions: dict[str, Schema]) -> list[Schema]:
        names, forms = [], []
        for name in self.table.entries:
            signature = self.signature(name)
            if not signature.required:
                names.append(name)
            form = signature.schema(definitions)
            form["properties"] = {NAME: {"const": name}, **form["properties"]}
            form["required"] = [NAME, *signature.required]
            forms.append(form)
        return [*([{"enum": names}] if names else []), *forms]


class Keyed(Pick):
    """One of a table, with its name as the key of its arguments."""

    @property
    def expected(self) -> str:
        return f"{article(self.table.what)}: its name, or its name with its arguments"

    def long(self, node: Node) -> Node:
        fields = {node.value: Node({}, node.origin)} if isinstance(node.value, str) else node.value
        if not isinstance(fields, dict) or len(fields) != 1:
            return node
        ((name, arguments),) = fields.items()
        if name not in self.table.entries:
            return node
        if arguments.value is None:
            arguments = replace(arguments, value={})
        return replace(node, value={name: self.signature(name).long(arguments)})

    def child(self, node: Node, key: str) -> tuple[Kind, Node]:
        fields = node.value if isinstance(node.value, dict) else {}
        if key in fields and key in self.table.entries:
            return self.signature(key), fields[key]
        if key in self.table.entries:
            here = listed(fields) if fields else in_short(node.plain)
            hint = "to replace it, set the whole item"
            raise ConvkitError(f"there is no {key} here, but {here}", hint)
        raise unknown(self.table.what, key, [*fields, *self.table.entries])

    def read(self, node: Node, path: str, reading: Reading) -> Choice | Failed:
        node = self.long(node)
        if isinstance(node.value, str):
            return reading.wrong(
                node, path, unknown(self.table.what, node.value, self.table.entries)
            )
        if not isinstance(node.value, dict) or not node.value:
            return self.mismatch(node, path, reading)
        if len(node.value) > 1:
            return self._crowded(node, node.value, path, reading)
        ((name, arguments),) = node.value.items()
        if name not in self.table.entries:
            error = unknown(self.table.what, name, self.table.entries)
            return reading.wrong(arguments, under(path, name), error)
        if not arguments.value:
            reading.origins[under(path, name)] = arguments.origin
        return self.choice(name, arguments, under(path, name), reading)

    def _crowded(self, node: Node, fields: dict[str, Node], path: str, reading: Reading) -> Failed:
        what = self.table.what
        name = fields[NAME].value if NAME in fields else None
        if isinstance(name, str) and name in self.table.entries:
            hint = f"write - {name}: {{…}}"
        else:
            hint = f"indent its arguments below it, or begin each {what} with '- '"
        message = f"an item is one {what}, got {len(fields)} keys: {', '.join(fields)}"
        return reading.problem(node, path, message, hint)

    def plain(self, value: Choice) -> Any:
        return {value.name: self.signature(value.name).plain(value.arguments)}

    def _alternatives(self, definitions: dict[str, Schema]) -> list[Schema]:
        names = [name for name in self.table.entries if not self.signature(name).required]
        return [
            {"enum": names},
            {
                "type": "object",
                "properties": {name: self._form(name, definitions) for name in self.table.entries},
                "minProperties": 1,
                "maxProperties": 1,
                "additionalProperties": False,
            },
        ]

    def _form(self, name: str, definitions: dict[str, Schema]) -> Schema:
        signature = self.signature(name)
        first = next(iter(signature.parameters.values()), None)
        short = [first.kind.schema(definitions)] if first else []
        empty = [] if signature.required else [{"type": "null"}]
        return {
            "description": signature.doc,
            "anyOf": [*short, *empty, signature.schema(definitions)],
        }


def _where(node: Node) -> str:
    """Return where a choice stands, and by which options it has got other arguments."""
    fields = node.value if isinstance(node.value, dict) else {}
    options = [each.origin for each in fields.values() if each.origin.startswith("--")]
    return " and ".join(dict.fromkeys([node.origin, *options]))
