"""The kinds of values that name what is measured, and bounds on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from convkit.errors import ConvkitError, unknown
from convkit.experiment.spec.expectations import (
    COMPARISONS,
    SPLITS,
    Expectation,
    check_metric,
    parse_bounds,
)
from convkit.experiment.spec.kinds import FAILED, Failed, Kind, Leaf, Reading, Schema
from convkit.experiment.spec.signature import under
from convkit.experiment.spec.tree import Node


@dataclass(frozen=True)
class Name(Kind):
    """A name that must be known.

    Attributes
    ----------
    what : str
        What has the name.
    names : iterable of str
    """

    what: str
    names: Iterable[str]

    @property
    def expected(self) -> str:
        return f"the name of a {self.what}"

    def read(self, node: Node, path: str, reading: Reading) -> str | Failed:
        reading.origins[path] = node.origin
        if not isinstance(node.value, str):
            return self.mismatch(node, path, reading)
        try:
            return self.known(node.value)
        except ConvkitError as error:
            return reading.wrong(node, path, error)

    def known(self, text: str) -> str:
        """Return a name that is known.

        Raises
        ------
        ConvkitError
            If it isn't.
        """
        if text not in self.names:
            raise unknown(self.what, text, self.names)
        return text

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        return {"enum": list(self.names)}


class Metric(Name):
    """A metric of a split: ``validation/loss``."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__("metric", names)

    @property
    def expected(self) -> str:
        return "a metric, such as validation/loss"

    def known(self, text: str) -> str:
        return check_metric(text, self.names)

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        return {"enum": [f"{split}/{name}" for split in SPLITS for name in self.names]}


@dataclass(frozen=True)
class Expectations(Kind):
    """Bounds on metrics: a mapping of metrics to comparisons, or to lists of them.

    Attributes
    ----------
    names : sequence of str
        The known metrics.
    """

    names: Sequence[str]

    @property
    def expected(self) -> str:
        return 'a mapping of metrics to comparisons, such as {test/accuracy: ">=0.9"}'

    def read(self, node: Node, path: str, reading: Reading) -> tuple[Expectation, ...] | Failed:
        if not isinstance(node.value, dict):
            return self.mismatch(node, path, reading)
        if not node.value:
            reading.origins[path] = node.origin
        bounds = [
            self._bounds(metric, bound, under(path, metric), reading)
            for metric, bound in node.value.items()
        ]
        found = [each for each in bounds if not isinstance(each, Failed)]
        return tuple(chain.from_iterable(found)) if len(found) == len(bounds) else FAILED

    def _bounds(
        self, metric: str, node: Node, path: str, reading: Reading
    ) -> list[Expectation] | Failed:
        reading.origins[path] = node.origin
        parts = node.value if isinstance(node.value, list) else [node]
        try:
            known = check_metric(metric, self.names)
            return [each for part in parts for each in parse_bounds(known, _comparison_text(part))]
        except ConvkitError as error:
            return reading.wrong(node, path, error)

    def plain(self, value: Sequence[Expectation]) -> dict[str, Any]:
        bounds: dict[str, list[str]] = {}
        for each in value:
            bounds.setdefault(each.metric, []).append(f"{each.comparison}{each.bound!r}")
        return {metric: ", ".join(parts) for metric, parts in bounds.items()}

    def child(self, node: Node, key: str) -> tuple[Kind, Node]:
        return Leaf(str), Node(None, node.origin)

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        comparison = rf"\s*({'|'.join(COMPARISONS)})\s*[-+.\d]"
        bound = {"type": "string", "pattern": f"^{comparison}"}
        keys = Metric(self.names).schema(definitions)
        return {
            "type": "object",
            "propertyNames": keys,
            "additionalProperties": {"anyOf": [bound, {"type": "array", "items": bound}]},
        }


def _comparison_text(node: Node) -> str:
    return node.value if isinstance(node.value, str) else str(node.plain)
