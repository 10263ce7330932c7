"""From what an experiment says to what it is made of: data, layers, loss, optimizer, family."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convkit.errors import ConvkitError
from convkit.experiment.run import find_run
from convkit.experiment.spec.catalogue import catalogue
from convkit.experiment.spec.choice import Choice
from convkit.experiment.spec.kinds import DEFAULT
from convkit.experiment.spec.problems import LocatedError
from convkit.experiment.spec.schema import Experiment

if TYPE_CHECKING:
    from numpy.random import Generator

    from convkit.data import Augmentation, Splits
    from convkit.families import Family, FineTuning
    from convkit.nn import Layer, Loss, Sequential
    from convkit.optim import Optimizer


def load_data(experiment: Experiment, root: Path) -> Splits:
    """Load or draw an experiment's data.

    Parameters
    ----------
    experiment : Experiment
    root : Path
        The folder that relative paths start from.

    Raises
    ------
    LocatedError
        If that fails; it names the line of the data.
    """
    data = experiment.data
    signature = catalogue().signature("dataset", data.name)
    try:
        splits: Splits = signature.constructor(**signature.make(data.arguments), root=root)
    except ConvkitError as error:
        raise LocatedError(data.where, "data", error.message, error.hint) from error
    return splits


def build_family(experiment: Experiment) -> Family:
    """Return the family, which nothing has been built of yet."""
    family: Family = _made("family", experiment.family)
    return family


def build_augmentations(experiment: Experiment) -> list[Augmentation]:
    """Return how training samples are changed, in order."""
    return [_made("augmentation", choice) for choice in experiment.augment]


def check_layers(experiment: Experiment, origins: Mapping[str, str] | None = None) -> None:
    """Refuse a model that comes from a run which wasn't there when the experiment was read.

    Raises
    ------
    LocatedError
    """
    model = experiment.model
    if model.from_ is None or model.layers:
        return
    try:
        find_run(model.from_)
        hint = None
    except ConvkitError as error:
        hint = error.hint
    where = (origins or {}).get("model.from", "")
    guess = hint if hint and hint.startswith("did you mean") else _training(model.from_, where)
    raise LocatedError(where, "model.from", f"no such run: '{model.from_}'", guess)


def _training(run: str, where: str) -> str:
    """Return how to come by a run that is asked for in some file, whose neighbour may train it."""
    config = Path(where).with_name(f"{Path(run).name}.yaml") if where else Path(run)
    return f"train it first: convkit train {config}" if config.is_file() else "train it first"


def build_layers(experiment: Experiment) -> list[Layer]:
    """Return the layers; they don't know their shapes yet."""
    return [_made("layer", choice) for choice in experiment.model.network]


def build_tuning(experiment: Experiment) -> FineTuning:
    """Return which layers are trained less than others."""
    from convkit.families import FineTuning

    model = experiment.model
    freeze = None if model.freeze is None else str(model.freeze)
    return FineTuning(freeze, model.unfreeze_at, model.lr_factors or {})


def build_loss(experiment: Experiment) -> Loss | None:
    """Return the loss, if the experiment has one."""
    return None if experiment.loss is None else _made("loss", experiment.loss)


def build_optimizer(experiment: Experiment) -> Optimizer | None:
    """Return the optimizer with its schedule, not started, if the experiment has one."""
    return None if experiment.optimizer is None else _made("optimizer", experiment.optimizer)


def build_model(
    experiment: Experiment, shape: tuple[int, ...], rng: Generator | None = None
) -> Sequential:
    """Return the layers, built for samples of a shape.

    Parameters
    ----------
    experiment : Experiment
    shape : tuple of int
        Of a sample, without the batch axis.
    rng : numpy.random.Generator, optional
        Draws the initial weights; the experiment's own by default, as its family draws them.

    Raises
    ------
    LocatedError
        If a shape can't go into a layer; it names the layer and its line.
    """
    from convkit.families.randomness import generator
    from convkit.nn import Sequential

    model = Sequential(build_layers(experiment))
    with locating(experiment):
        model.build(shape, rng or generator(experiment.seed, "weights"))
    return model


@contextmanager
def locating(
    experiment: Experiment, otherwise: str | None = None, origins: Mapping[str, str] | None = None
) -> Iterator[None]:
    """Add the line of what is wrong to errors in the block that tell which part of it that is.

    Parameters
    ----------
    experiment : Experiment
    otherwise : str, optional
        The part, such as ``family``, that errors which don't tell are about.
    origins : dict of str to str, optional
        Where values stand that are no choices, see :class:`Resolved`.

    Raises
    ------
    LocatedError
        For a :class:`convkit.nn.LayerError`, with the line of the layer, a
        :class:`convkit.families.MisfitError` and, if there is an `otherwise`, any ConvkitError.
    """
    from convkit.families import MisfitError
    from convkit.nn import LayerError

    try:
        yield
    except LayerError as error:
        layer = _located(experiment.model.network, error.path) or _of_family(experiment, error.path)
        if layer is None or not layer.where:
            raise
        raise LocatedError(layer.where, "", error.message, error.hint) from error
    except MisfitError as error:
        raise _about(experiment, error.part, error, origins or {}) from error
    except ConvkitError as error:
        if otherwise is None:
            raise
        raise _about(experiment, otherwise, error, origins or {}) from error


def _about(
    experiment: Experiment, part: str, error: ConvkitError, origins: Mapping[str, str]
) -> LocatedError:
    """Return an error with the line of the part that it is about: of a model, where it ends."""
    value = experiment.model.network if part == "model" else getattr(experiment, part, None)
    choice = value[-1] if isinstance(value, tuple) and value else value
    if isinstance(choice, Choice):
        where = choice.where
    else:
        where = origins.get(part) or origins.get(f"{part}.0", "")
    path = "" if part == "model" else part
    return LocatedError("" if where == DEFAULT else where, path, error.message, error.hint)


def _located(layers: Sequence[Choice], path: str) -> Choice | None:
    """Return the layer at a path such as ``3`` or ``3.shortcut.1``, or the last one on the way."""
    found: Choice | None = None
    inside: Sequence[Choice] = layers
    for part in path.split("."):
        if part.isdecimal() and inside:
            found = inside[(int(part) - 1) % len(inside)]  # layers may be repeated
            inside = next((value for value in found.arguments.values() if _are_layers(value)), ())
        elif found is not None and _are_layers(found.arguments.get(part)):
            inside = found.arguments[part]
        else:
            break
    return found


def _of_family(experiment: Experiment, path: str) -> Choice | None:
    """Return the layer at a path such as ``generator.3``, which begins with a family's argument."""
    name, _, rest = path.partition(".")
    layers: Any = experiment.family.arguments.get(name)
    return _located(layers, rest) if _are_layers(layers) else None


def _are_layers(value: object) -> bool:
    return isinstance(value, tuple) and any(isinstance(item, Choice) for item in value)


def _made(what: str, choice: Choice) -> Any:
    return catalogue().pick(what).make(choice)
