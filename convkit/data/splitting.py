"""Parting samples into training, validation and test, by seed, with every class in every part."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convkit.data.dataset import Dataset, Indices, combined_digest
from convkit.data.preprocessing import Preprocessing
from convkit.errors import ConvkitError

SPLITTING, DRAWING, LIMITING, MISLABELLING, RELABELLING = range(5)
"""What a seed is used for: each has random numbers of its own. Append only."""


@dataclass(frozen=True, eq=False)
class Splits:
    """The parts of a data set, in the data's own units, and what to do to them before training.

    Attributes
    ----------
    train : Dataset
    validation, test : Dataset, optional
    preprocessing : Preprocessing
        Fitted on `train`; not applied yet.
    """

    train: Dataset
    validation: Dataset | None = None
    test: Dataset | None = None
    preprocessing: Preprocessing = field(default_factory=Preprocessing)

    @property
    def parts(self) -> dict[str, Dataset]:
        """The parts that there are, by name."""
        named = {"train": self.train, "validation": self.validation, "test": self.test}
        return {name: part for name, part in named.items() if part is not None}

    @property
    def counts(self) -> dict[str, int]:
        """How many samples there are to learn from, and to be measured by, or episodes to play.

        Of those to learn from an environment has no end.
        """
        endless = self.train.unit != Dataset.unit
        return {
            name: part.count for name, part in self.parts.items() if name != "train" or not endless
        }

    def prepared(self) -> Splits:
        """Return the parts as the network is to see them: filled and scaled."""
        apply = self.preprocessing.apply
        return replace(
            self,
            train=apply(self.train),
            validation=self.validation and apply(self.validation),
            test=self.test and apply(self.test),
        )

    def digest(self) -> str:
        """Return the SHA-256 of the content of all parts."""
        return combined_digest(self.parts)


@dataclass(frozen=True)
class Shares:
    """How samples are parted.

    Attributes
    ----------
    test, validation : float
        The share of each, from 0 (none) to below 1; what is left trains.
    seed : int
        Decides which samples go where.
    stratify : bool, optional
        Whether every part has the classes in the proportions of the whole; by default if there
        are classes and samples are shuffled.
    shuffle : bool
        Without, the first samples train, then come validation and test.
    """

    test: float = 0.2
    validation: float = 0.0
    seed: int = 0
    stratify: bool | None = None
    shuffle: bool = True

    def __post_init__(self) -> None:
        """Raise a ConvkitError for shares that aren't, and options that exclude each other."""
        for name, share in (("test", self.test), ("validation", self.validation)):
            if not 0 <= share < 1:
                raise ConvkitError(
                    f"{name} must be a share from 0 to below 1, got {share}",
                    f"{name}: 0.2 takes every fifth sample",
                )
        if self.test + self.validation >= 1:
            raise ConvkitError(
                f"test and validation take all samples: {self.test} + {self.validation}",
                "leave some to train on",
            )
        if self.stratify and not self.shuffle:
            raise ConvkitError("stratify needs samples to be shuffled", "leave out shuffle: false")

    def stratifies(self, dataset: Dataset) -> bool:
        """Return whether a data set is split class by class.

        Raises
        ------
        ConvkitError
            If that is asked for, and there are no classes.
        """
        if self.stratify and not dataset.labelled:
            raise ConvkitError(
                f"can't stratify data '{dataset.name}': its targets are values, not classes",
                "leave out stratify",
            )
        if self.stratify is None:
            return dataset.labelled and self.shuffle
        return self.stratify


def split(dataset: Dataset, shares: Shares) -> Splits:
    """Part the samples of a data set.

    A share of n samples is its nearest whole number, a half rounded up, and at least one. If
    stratified, every class has in validation and test the whole number just below or above its own
    share, at least one, and at least one is left to train on; the parts are then larger than asked
    for where many classes are rare. The split is the same on every machine.

    Raises
    ------
    ConvkitError
        If there are too few samples, or too few of a class, to be in every part.
    """
    stratified = shares.stratifies(dataset)
    if not (shares.validation or shares.test):
        return Splits(dataset)
    count = len(dataset)
    order = shuffled(count, shares.seed, SPLITTING) if shares.shuffle else np.arange(count)
    groups = dataset.targets[order] if stratified else np.zeros(count, np.int64)
    names = dataset.classes if stratified else None
    part_of = _assigned(groups, (shares.validation, shares.test), dataset.name, names)
    train, validation, test = (order[part_of == part] for part in range(3))
    return Splits(dataset.take(train), _taken(dataset, validation), _taken(dataset, test))


def seeded(seed: int, purpose: int) -> np.random.PCG64:
    """Return random bits for one purpose; those of others are independent of them.

    Raises
    ------
    ConvkitError
        If the seed is negative.
    """
    if seed < 0:
        raise ConvkitError(f"seed must be 0 or more, got {seed}")
    return np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(purpose,)))


def shuffled(count: int, seed: int, purpose: int) -> Indices:
    """Return the numbers from 0 to below `count` in a random order, the same on every machine."""
    # Raw bits are the one stream that NumPy promises never to change (NEP 19).
    bits = np.asarray(seeded(seed, purpose).random_raw(count))
    return np.argsort(bits, kind="stable").astype(np.int64)


def _taken(dataset: Dataset, indices: Indices) -> Dataset | None:
    return dataset.take(indices) if indices.size else None


def _assigned(
    groups: NDArray[Any], shares: tuple[float, float], name: str, classes: tuple[str, ...] | None
) -> NDArray[np.int8]:
    """Return the part of each sample: 0 trains, 1 validates, 2 tests; groups are split alike."""
    sizes = np.bincount(groups)
    counts = _counts(sizes, shares, name, classes)
    part_of = np.zeros(len(groups), np.int8)
    for group in np.flatnonzero(sizes):
        members = np.flatnonzero(groups == group)
        validation, test = counts[:, group]
        # Behind those that train, in the order of the samples: unshuffled ones stay in theirs.
        part_of[members[len(members) - validation - test :]] = 1
        part_of[members[len(members) - test :]] = 2
    return part_of


def _counts(
    sizes: Indices, shares: tuple[float, float], name: str, classes: tuple[str, ...] | None
) -> NDArray[np.int64]:
    """Return how many of each group go to validation and test, (2, groups)."""
    parts = 1 + sum(share > 0 for share in shares)
    _check_sizes(sizes, parts, name, classes)
    counts = np.zeros((2, len(sizes)), np.int64)
    for place, share in enumerate(shares):
        if share > 0:
            parts -= 1
            counts[place] = _apportioned(sizes, sizes - counts.sum(axis=0) - parts, share)
    return counts


def _apportioned(sizes: Indices, most: Indices, share: float) -> Indices:
    """Return a share of each group in whole numbers, by largest remainders (Hamilton's method).

    Each is just below or above its exact share, from 1 to `most`; all together make the nearest
    whole number of the share of the whole, if these bounds allow it.
    """
    exact = np.round(sizes * share, 9)  # 0.29 * 100 is 28.999999999999996
    counts = np.clip(np.floor(exact).astype(np.int64), np.minimum(sizes, 1), most)
    short = int(np.floor(exact.sum() + 0.5)) - int(counts.sum())
    remainders = exact - counts
    remainders[counts >= most] = 0
    raised = np.argsort(-remainders, kind="stable")[: max(short, 0)]
    counts[raised[remainders[raised] > 0]] += 1
    return counts


def _check_sizes(sizes: Indices, parts: int, name: str, classes: tuple[str, ...] | None) -> None:
    rare = np.flatnonzero((sizes > 0) & (sizes < parts))
    if not rare.size:
        return
    count = int(sizes[rare[0]])
    few = f"{count} sample{'s' * (count > 1)}, too few for {parts} parts"
    if classes is None:
        raise ConvkitError(
            f"data '{name}' has {few}", "test: 0 and validation: 0 train on all of them"
        )
    raise ConvkitError(
        f"class '{classes[rare[0]]}' of data '{name}' has {few}",
        "add some, or leave the classes to chance with stratify: false",
    )
