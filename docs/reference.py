"""Write docs/reference.md: all that an experiment can say, as its constructors' docstrings have it.

python docs/reference.py [FILE]     by default docs/reference.md
"""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from convkit.data import DATASETS
from convkit.experiment.spec import Checkpoint, EarlyStopping, Experiment, Trainer, catalogue
from convkit.experiment.spec.kinds import Kind, Maybe
from convkit.experiment.spec.model import Model, Replacement
from convkit.experiment.spec.records import Listed, Record
from convkit.experiment.spec.signature import Parameter
from convkit.families import FIGURES, METRICS, WEIGHT_METRICS

Parameters = Mapping[str, Parameter]

PAGE = Path(__file__).with_suffix(".md")

INTRODUCTION = """\
# Reference

All that the YAML of an experiment can say. `python docs/reference.py` writes this page from the
docstrings of what it describes; `convkit schema` prints the same as a JSON Schema. The guide is
[training.md](training.md).

Where a mapping is wanted, the value of its first key will do: `dense: 10` is `dense: {units: 10}`,
and `early_stopping: 5` is `early_stopping: {patience: 5}`. Where nothing more has to be said, a
name will do: `- relu`, `optimizer: adam`.
"""

RECORDS = {
    "The experiment": Experiment,
    "model": Model,
    "model.replace": Replacement,
    "trainer": Trainer,
    "trainer.early_stopping": EarlyStopping,
    "trainer.checkpoint": Checkpoint,
}

SECTIONS = {
    "layer": """\
## Layers

An item of `model` is a layer's name with its arguments: `- conv2d: {filters: 16, padding: same}`.
What comes in is inferred. Shapes are those of one sample, without the batch.
""",
    "loss": """\
## Losses

`loss: cross_entropy`, or with arguments `loss: {name: huber, delta: 2}`. A loss is the mean over a
batch.
""",
    "initializer": """\
## Initialisers

Where weights begin: `kernel_init: he_normal`, or `kernel_init: {name: normal, std: 0.1}`. fan_in is
how many numbers a unit sums up, fan_out how many units take a number.
""",
    "optimizer": """\
## Optimizers

`optimizer: adam`, or `optimizer: {name: adam, lr: 3e-3}`. In the formulas p is a parameter, g its
gradient, t the number of the step from 1; what is remembered begins at 0. Formulas and defaults
are PyTorch's unless something else is said.
""",
    "schedule": """\
## Schedules

An argument of the optimizer: `schedule: cosine`, or `schedule: {name: step, step_size: 5}`. It says
what the learning rate is multiplied by.
""",
    "dataset": """\
## Data sets

`data: digits`, or `data: {name: digits, validation: 0.1}`. Relative paths start from the folder of
the config. Nothing is ever downloaded.
""",
    "augmentation": """\
## Augmentation

An item of `augment` is an augmentation's name with its arguments: `- rotate: 10`. Each batch of the
training part goes through them in their order, drawn anew in every epoch, in the data's own units;
`convkit explain --augment CONFIG -o FILE` shows what comes out.
""",
    "family": """\
## Families

What kind of system is trained: `family: perceptron`, or
`family: {name: perceptron, positive: setosa}`. [systems.md](systems.md) shows each at work.
""",
}
"""The tables that a reader picks from, in the order of the page, and what is to be said first."""

METRICS_SECTION = """\
## Metrics

Each is named with its split: `validation/accuracy`. Splits are `train`, `validation` and `test`;
`loss` is always measured. Where there are several targets, errors are those of all their values
together: the target with the largest numbers weighs most.

| name | of | better is | |
|---|---|---|---|
"""

FIGURES_SECTION = """
### Of families

What a family measures by itself; `expect`, `monitor` and `early_stopping` may name it as well.

| name | better is | |
|---|---|---|
"""

SHARED = 0.75
"""The part of a table's entries that must have an argument for it to be described only once."""

VARYING = ("test", "standardize")
"""Arguments that all data sets share, each with a default of its own."""


def main() -> None:
    """Write the page."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE
    target.write_text(page(), "utf-8")


def page() -> str:
    """Return the whole page."""
    records = [record(title, kind) for title, kind in RECORDS.items()]
    return "\n".join([INTRODUCTION, *records, *map(section, SECTIONS), metrics() + figures()])


def record(title: str, described: type) -> str:
    """Return the part for a mapping of the YAML."""
    kind = catalogue().kind(described)
    assert isinstance(kind, Record)
    level = "##" if described is Experiment else "###"
    return f"{level} {title}\n\n{told(kind)}"


def told(kind: Record) -> str:
    """Return what a mapping is and what its keys are."""
    return f"{kind.signature.doc}\n\n{table(kind.signature.parameters)}"


def section(what: str) -> str:
    """Return the part for a table of constructors."""
    names = catalogue().tables[what].entries
    arguments = {name: catalogue().signature(what, name).parameters for name in names}
    shared = common(list(arguments.values()))
    parts = [SECTIONS[what]]
    if shared:
        parts.append(
            f"These arguments they have in common:\n\n{table(shared)}{lacking(arguments, shared)}"
        )
    return "\n".join([*parts, *(entry(what, name, arguments[name], shared) for name in names)])


def common(signatures: Sequence[Parameters]) -> Parameters:
    """Return the arguments that nearly all have, and describe in the same words."""
    told = Counter((name, each.doc) for each_has in signatures for name, each in each_has.items())
    return {
        name: each
        for each_has in signatures
        for name, each in each_has.items()
        if len(signatures) > 2 and told[name, each.doc] > SHARED * len(signatures)
    }


def entry(what: str, name: str, parameters: Parameters, shared: Parameters) -> str:
    """Return the part for one constructor."""
    constructor = catalogue().tables[what].entries[name]
    own = {key: each for key, each in parameters.items() if not _told(key, each, shared)}
    parts = [f"### {name}", *paragraphs(constructor)]
    if what == "dataset":
        parts += provenance(name, parameters)
    if own:
        parts.append(table(own).rstrip("\n"))
    for key, each in own.items():
        if isinstance(record := required(each.kind), Record):
            parts += [f"`{key}`: {told(record)}".rstrip("\n")]
    return "\n\n".join(parts) + "\n"


def lacking(arguments: Mapping[str, Parameters], shared: Parameters) -> str:
    """Return which constructors don't have an argument that is common."""
    without = {key: [name for name in arguments if key not in arguments[name]] for key in shared}
    return "".join(
        f"\n`{key}` is no argument of {listed(names)}.\n" for key, names in without.items() if names
    )


def listed(names: Sequence[str]) -> str:
    """Return names as a sentence has them."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def _told(name: str, parameter: Parameter, shared: Parameters) -> bool:
    return name in shared and shared[name].doc == parameter.doc


def provenance(name: str, parameters: Parameters) -> Iterator[str]:
    """Yield a data set's own defaults, and where one that needs no file comes from."""
    given = (f"`{key}: {written(parameters[key])}`" for key in VARYING if key in parameters)
    yield f"By default {', '.join(given)}."
    if all(each.default for each in parameters.values()):
        data = DATASETS[name]().train
        yield f"Source: {data.source}. Licence: {data.licence}."


def table(parameters: Parameters) -> str:
    """Return a row for each argument."""
    rows = (
        f"| `{name}` | {kind(each)} | {default(name, each)} | {escaped(each.doc)} |\n"
        for name, each in parameters.items()
    )
    return "| key | what it is | default | |\n|---|---|---|---|\n" + "".join(rows)


def required(kind: Kind) -> Kind:
    """Return what is wanted where null will do as well."""
    return kind.kind if isinstance(kind, Maybe) else kind


def kind(parameter: Parameter) -> str:
    """Return what an argument has to be, in few words: its table or section has the rest."""
    if isinstance(parameter.kind, Listed):
        return "a list, or a mapping"
    return re.split(r": | of \w+[\w ]*'s|, such as|, each| of metrics", parameter.kind.expected)[0]


def default(name: str, parameter: Parameter) -> str:
    """Return a default as it can be written in YAML."""
    if parameter.default is None:
        return "must be given"
    value = parameter.default.plain
    if isinstance(value, dict) and value:
        return f"`{value['name']}`" if "name" in value else "see below"
    if name in VARYING:
        return "its own"
    return "<br>".join(f"`{line}`" for line in written(parameter).splitlines())


def written(parameter: Parameter) -> str:
    """Return the plain value of a default."""
    assert parameter.default is not None
    value = parameter.default.plain
    return value if isinstance(value, str) else json.dumps(value)


def paragraphs(constructor: Callable[..., Any]) -> Iterator[str]:
    """Yield what a docstring says, apart from arguments and errors, as Markdown."""
    parts = re.split(r"^(\w+)\n-+\n", inspect.getdoc(constructor) or "", flags=re.MULTILINE)
    yield from markdown(parts[0])
    for title, text in zip(parts[1::2], parts[2::2], strict=True):
        if title == "Notes":
            yield from markdown(text)
        elif title == "References":
            yield from markdown(f"Source: {text}")


def markdown(text: str) -> Iterator[str]:
    """Yield the paragraphs of a docstring as Markdown."""
    for paragraph in text.strip("\n").split("\n\n"):
        if paragraph.startswith("    "):
            yield paragraph
        elif plain := _inline(" ".join(paragraph.split())):
            yield re.sub(r" ?\b((Disa|A)dvantages:)", r"\n- \1", plain).lstrip("\n")


def _inline(text: str) -> str:
    text = re.sub(r":\w+:`~?(?:\w+\.)*(\w+)`", r"`\1`", text)
    return re.sub(r" ?::$", "", text).replace("``", "`")


def escaped(text: str) -> str:
    """Return text for a cell of a table."""
    return text.replace("|", r"\|")


def metrics() -> str:
    """Return the part for what is measured."""
    rows = (
        f"| `{name}` | {metric.kind} | {'more' if metric.grows else 'less'} "
        f"| {escaped(next(paragraphs(metric.function)).removeprefix('Return '))} |\n"
        for name, metric in METRICS.items()
    )
    others = (
        f"| `{name}` | weights | more | "
        f"{escaped(next(paragraphs(function)).removeprefix('Return '))} |\n"
        for name, function in WEIGHT_METRICS.items()
    )
    return METRICS_SECTION + "".join([*rows, *others])


def figures() -> str:
    """Return the part for what families measure by themselves."""
    rows = (
        f"| `{name}` | {'more' if figure.grows else 'less'} | {escaped(figure.doc)} |\n"
        for name, figure in FIGURES.items()
    )
    return FIGURES_SECTION + "".join(rows)


if __name__ == "__main__":
    main()
