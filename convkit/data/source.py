"""What all data sets have in common: what is taken of them, how they are split and scaled."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from inspect import Parameter
from pathlib import Path
from typing import Any, get_type_hints

import numpy as np

from convkit.data.dataset import Dataset
from convkit.data.preprocessing import Preprocessing
from convkit.data.selection import Selection
from convkit.data.splitting import DRAWING, Shares, Splits, seeded, split

Loader = Callable[..., Dataset | tuple[Dataset, Dataset]]
Source = Callable[..., Splits]

# The options that every data set has, as its docstring tells them.
_DOCS = {
    "test": """
    test : float
        The share of samples that is kept for the test, from 0 to below 1.
    """,
    "validation": """
    validation : float
        The share of samples that tells when to stop, from 0 to below 1.
    """,
    "seed": """
    seed : int
        Decides which samples go where, and what is drawn at random.
    """,
    "stratify": """
    stratify : bool, optional
        Whether every part has the classes in the proportions of the whole; by default if there are
        classes and samples are shuffled.
    """,
    "shuffle": """
    shuffle : bool
        Whether chance decides which samples go where; without, the first ones train, then come
        validation and test.
    """,
    "only_classes": """
    only_classes : list of str or int, optional
        The names of the classes that are kept, in the order in which they are numbered; all by
        default.
    """,
    "limit": """
    limit : int, optional
        How many samples are left to train on, of every class its share and at least one; all by
        default. Validation and test stay as they are.
    """,
    "wrong_labels": """
    wrong_labels : float
        The share of the training samples that get the label of another class on purpose, from 0 to
        1, to see what withstands that.
    """,
    "standardize": """
    standardize : bool
        Whether each column (of pictures: each channel) gets mean 0 and standard deviation 1 over
        the training part, and the targets of a regression, too.
    """,
}


def source(
    *, test: float | None = 0.2, standardize: bool = False, shuffle: bool = True
) -> Callable[[Loader], Source]:
    """Make a data set of a function that loads or draws samples.

    The result takes the function's own settings and those that all data sets share (`test`,
    `validation`, `seed`, `stratify`, `shuffle`, `only_classes`, `limit`, `wrong_labels`,
    `standardize`), and returns :class:`Splits`. Its signature and its docstring, whose last section
    is *Parameters*, tell both kinds.

    What the function takes by keyword only is no setting: ``root``, the folder that relative paths
    start from, and ``rng``, a Generator of its own. All data sets take ``root``.

    Parameters
    ----------
    test : float, optional
        The default share of the test part; None for data that come as two, training and test.
    standardize, shuffle : bool
        The defaults; what comes one after another in time isn't shuffled.
    """
    shares: dict[str, Any] = {} if test is None else {"test": test}
    shares |= {"validation": 0.0, "seed": 0, "stratify": None, "shuffle": shuffle}
    selection: dict[str, Any] = vars(Selection())
    common = shares | selection | {"standardize": standardize}

    def decorate(load: Loader) -> Source:
        signature = _signature(load, common)
        given = inspect.signature(load).parameters

        @wraps(load)
        def load_and_split(*args: Any, **kwargs: Any) -> Splits:
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            settings: dict[str, Any] = bound.arguments
            parting = Shares(**{"test": 0.0} | {name: settings[name] for name in shares})
            chosen = Selection(**{name: settings[name] for name in selection})
            if "rng" in given:
                settings["rng"] = np.random.Generator(seeded(parting.seed, DRAWING))
            parts = _parted(load(**{name: settings[name] for name in given}), parting, chosen)
            return _scaled(parts, standardize=settings["standardize"])

        load_and_split.__signature__ = signature  # type: ignore[attr-defined]
        load_and_split.__annotations__ = {
            **{name: each.annotation for name, each in signature.parameters.items()},
            "return": Splits,
        }
        load_and_split.__doc__ = _documented(inspect.getdoc(load) or "", common)
        return load_and_split

    return decorate


def _signature(load: Loader, common: dict[str, Any]) -> inspect.Signature:
    types = get_type_hints(load)
    shared = get_type_hints(Shares) | get_type_hints(Selection) | {"standardize": bool}
    own = [
        each.replace(annotation=types[name])
        for name, each in inspect.signature(load).parameters.items()
        if each.kind is not Parameter.KEYWORD_ONLY
    ]
    options = [
        Parameter(name, Parameter.POSITIONAL_OR_KEYWORD, default=value, annotation=shared[name])
        for name, value in common.items()
    ]
    root = Parameter("root", Parameter.KEYWORD_ONLY, default=Path(), annotation=Path)
    return inspect.Signature([*own, *options, root], return_annotation=Splits)


def _documented(text: str, common: dict[str, Any]) -> str:
    heading = "" if "\nParameters\n---" in text else "\n\nParameters\n----------"
    return "\n".join([text + heading, *(inspect.cleandoc(_DOCS[name]) for name in common)])


def _parted(
    loaded: Dataset | tuple[Dataset, Dataset], shares: Shares, selection: Selection
) -> Splits:
    """Split what is taken of what was loaded."""
    if isinstance(loaded, tuple):
        whole, test = map(selection.of, loaded)
        parts = replace(split(whole, shares), test=test)
    else:
        parts = split(selection.of(loaded), shares)
    return replace(parts, train=selection.to_train_on(parts.train, shares))


def _scaled(parts: Splits, *, standardize: bool) -> Splits:
    """Fit to the training part what is to be done to the inputs."""
    gaps = any(map(_has_gaps, parts.parts.values()))
    fitted = Preprocessing.fitted(parts.train, standardize=standardize, fill_missing=gaps)
    return replace(parts, preprocessing=fitted)


def _has_gaps(dataset: Dataset) -> bool:
    # Only tables have values missing; pictures, which are large, needn't be searched.
    return dataset.inputs.ndim == 2 and bool(np.isnan(dataset.inputs).any())
