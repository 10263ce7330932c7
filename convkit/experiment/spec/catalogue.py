"""Everything an experiment can choose from, and which kind of value each annotation asks for."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import is_dataclass, replace
from functools import cache
from types import NoneType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from convkit.experiment.spec.annotations import members
from convkit.experiment.spec.choice import Choice, From
from convkit.experiment.spec.docs import parameter_docs, summary
from convkit.experiment.spec.expectations import Expectation, MetricName
from convkit.experiment.spec.kinds import DEFAULT, Kind, Leaf, Maybe, Named, Several
from convkit.experiment.spec.measured import Expectations, Metric, Name
from convkit.experiment.spec.records import Listed, Record
from convkit.experiment.spec.schema import Experiment
from convkit.experiment.spec.signature import Parameter, Signature
from convkit.experiment.spec.tables import Keyed, Pick, Table
from convkit.experiment.spec.tree import from_plain

VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


class Catalogue:
    """Tables by what is in them, and the kinds and signatures that follow from them.

    Each is worked out when it is first asked for: an experiment pays only for what it uses.

    Parameters
    ----------
    *tables : Table
    figures : iterable of str
        What else is measured, and can be expected or watched.
    """

    def __init__(self, *tables: Table, figures: Iterable[str] = ()) -> None:
        self.tables = {table.what: table for table in tables}
        self._figures = tuple(figures)
        self._signatures: dict[tuple[str, str], Signature] = {}
        self._kinds: dict[Any, Kind] = {}

    @property
    def experiment(self) -> Record:
        """The kind of a whole experiment."""
        kind = self.kind(Experiment)
        assert isinstance(kind, Record)
        return kind

    def signature(self, what: str, name: str) -> Signature:
        """Return the arguments of an entry of a table."""
        if (what, name) not in self._signatures:
            table = self.tables[what]
            self._signatures[what, name] = self._signature(table.entries[name], name, table.given)
        return self._signatures[what, name]

    def kind(self, annotation: Any) -> Kind:
        """Return what kind of value an annotation asks for."""
        if annotation not in self._kinds:
            self._kinds[annotation] = self._kind(annotation)
        return self._kinds[annotation]

    def pick(self, what: str) -> Pick:
        """Return the kind of a choice from a table."""
        table = self.tables[what]
        signature = lambda name: self.signature(what, name)  # noqa: E731
        return Keyed(table, signature) if table.keyed else Pick(table, signature)

    def _kind(self, annotation: Any) -> Kind:
        for table in self.tables.values():
            if table.annotation is not None and annotation == table.annotation:
                return self.pick(table.what)
        if annotation is MetricName:
            return Metric(self.metric_names)
        if annotation == tuple[Expectation, ...]:
            return Expectations(self.metric_names)
        origin, arguments = get_origin(annotation), get_args(annotation)
        if origin is Annotated and isinstance(arguments[1], From):
            return self._from(arguments[0], arguments[1].table)
        if is_dataclass(annotation) and isinstance(annotation, type):
            name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", annotation.__name__).lower()
            signature = replace(self._signature(annotation, name), takes_made=False)
            record = Record(signature)
            return Listed(signature) if isinstance(record.first, Several) else record
        return self._composed(annotation) or Leaf(annotation)

    def _from(self, annotation: Any, what: str) -> Kind:
        return self.pick(what) if annotation is Choice else Name(what, self.tables[what].entries)

    def _composed(self, annotation: Any) -> Kind | None:
        """Return the kind of a list or an optional of what isn't plain, or None."""
        origin, arguments = get_origin(annotation), get_args(annotation)
        others = [part for part in members(annotation) if part is not NoneType]
        if NoneType in members(annotation) and others:
            kind = self.kind(Union[tuple(others)])  # noqa: UP007
            return None if isinstance(kind, Leaf) else Maybe(kind)
        if isinstance(origin, type) and issubclass(origin, Mapping):
            kind = self.kind(arguments[1])
            return None if isinstance(kind, Leaf) else Named(kind)
        if (
            isinstance(origin, type)
            and issubclass(origin, Sequence)
            and arguments[1:] in ((), (...,))
        ):
            kind = self.kind(arguments[0])
            return None if isinstance(kind, Leaf) else Several(kind)
        return None

    def _signature(
        self, constructor: Callable[..., Any], name: str, given: Any = None
    ) -> Signature:
        hints = _hints(constructor)
        docs = parameter_docs(constructor)
        parameters = {
            # `from` can't be a name in Python: there it is `from_`.
            each.name.rstrip("_"): self._parameter(each, hints[each.name], docs.get(each.name, ""))
            for each in inspect.signature(constructor).parameters.values()
            if each.kind not in (given, *VARIADIC)
        }
        return Signature(constructor, name, parameters, summary(constructor))

    def _parameter(self, parameter: inspect.Parameter, annotation: Any, doc: str) -> Parameter:
        kind = self.kind(annotation)
        if parameter.default is parameter.empty:
            return Parameter(kind, None, doc)
        default = parameter.default
        plain = default if isinstance(default, str | NoneType) else kind.plain(default)
        return Parameter(kind, from_plain(plain, DEFAULT), doc)

    @property
    def metric_names(self) -> tuple[str, ...]:
        """What can be measured of a split."""
        return ("loss", *self.tables["metric"].entries, *self._figures)


def _hints(constructor: Callable[..., Any]) -> dict[str, Any]:
    """Return the annotations of a constructor's parameters, each as meant where it stands."""
    if not isinstance(constructor, type):
        return get_type_hints(constructor, include_extras=True)
    own = constructor if is_dataclass(constructor) else getattr(constructor, "__init__")  # noqa: B009
    return get_type_hints(own, include_extras=True)


@cache
def catalogue() -> Catalogue:
    """Return what convkit has to choose from."""
    from convkit import data, families, nn, optim

    return Catalogue(
        Table("layer", nn.LAYERS, nn.Layer, keyed=True),
        Table("loss", nn.LOSSES, nn.Loss),
        Table(
            "initializer",
            nn.INITIALIZERS,
            nn.InitializerChoice,
            given=inspect.Parameter.POSITIONAL_OR_KEYWORD,
            tried=False,
            made=False,
        ),
        Table("optimizer", optim.OPTIMIZERS, optim.Optimizer),
        Table("schedule", optim.SCHEDULES, optim.Schedule),
        Table("dataset", data.DATASETS, given=inspect.Parameter.KEYWORD_ONLY, tried=False),
        Table("augmentation", data.AUGMENTATIONS, keyed=True),
        Table("family", families.FAMILIES),
        Table("metric", dict.fromkeys((*families.METRICS, *families.WEIGHT_METRICS), float)),
        figures=families.FIGURES,
    )
