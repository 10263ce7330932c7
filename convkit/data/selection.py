"""Which samples are learnt from: those of some classes, only a few, some under a wrong label."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from convkit.data.dataset import Dataset, Indices
from convkit.data.splitting import LIMITING, MISLABELLING, RELABELLING, Shares, seeded, shuffled
from convkit.errors import ConvkitError, unknown


@dataclass(frozen=True)
class Selection:
    """What is taken of a data set, and what is made worse on purpose.

    Attributes
    ----------
    only_classes : list of str or int, optional
        The names of the classes that are kept, in the order in which they are numbered; a whole
        number stands for its digits. All classes by default.
    limit : int, optional
        How many samples are left to train on; all by default.
    wrong_labels : float
        The share of the training samples that get the label of another class, from 0 to 1.
    """

    only_classes: list[str | int] | None = None
    limit: int | None = None
    wrong_labels: float = 0.0

    def __post_init__(self) -> None:
        """Raise a ConvkitError for what no data set could give."""
        if self.only_classes is not None:
            _check_names(list(map(str, self.only_classes)))
        if self.limit is not None and self.limit < 1:
            raise ConvkitError(f"limit must be at least 1, got {self.limit}")
        if not 0 <= self.wrong_labels <= 1:
            raise ConvkitError(
                f"wrong_labels must be a share from 0 to 1, got {self.wrong_labels}",
                "wrong_labels: 0.2 spoils every fifth label",
            )

    def of(self, dataset: Dataset) -> Dataset:
        """Return the samples of the classes that are kept.

        Raises
        ------
        ConvkitError
            If there are no classes, or one is unknown.
        """
        if self.only_classes is None:
            return dataset
        labels, classes = _labels(dataset, "only_classes")
        places = {name: place for place, name in enumerate(classes)}
        kept = tuple(map(str, self.only_classes))
        for name in kept:
            if name not in places:
                raise unknown("class", name, classes, f"in data '{dataset.name}'")
        number = np.full(len(classes), -1, np.int64)
        number[[places[name] for name in kept]] = np.arange(len(kept))
        those = np.flatnonzero(number[labels] >= 0)
        targets = number[labels[those]]
        return replace(dataset, inputs=dataset.inputs[those], targets=targets, classes=kept)

    def to_train_on(self, dataset: Dataset, shares: Shares) -> Dataset:
        """Return what is left of the training part, with its wrong labels.

        Raises
        ------
        ConvkitError
            If it has fewer samples than `limit`, or no labels that could be wrong.
        """
        if self.limit is not None:
            dataset = dataset.take(_representative(dataset, self.limit, shares))
        if self.wrong_labels:
            dataset = _mislabelled(dataset, self.wrong_labels, shares.seed)
        return dataset


def _check_names(names: list[str]) -> None:
    if not names:
        raise ConvkitError("only_classes must name a class", "leave it out to keep all")
    name, count = Counter(names).most_common(1)[0]
    if count > 1:
        raise ConvkitError(f"only_classes names '{name}' {count} times", "name it once")


def _labels(dataset: Dataset, option: str) -> tuple[Indices, tuple[str, ...]]:
    """Return the label of each sample, and what the classes are called."""
    if dataset.classes is None or not dataset.labelled:
        raise ConvkitError(
            f"{option} is about classes, but the samples of data '{dataset.name}' have none",
            f"leave out {option}",
        )
    return dataset.targets, dataset.classes


def _representative(dataset: Dataset, limit: int, shares: Shares) -> Indices:
    """Return some of the samples: if stratified, of each class its share, and at least one.

    Those of a smaller limit are among those of a larger one.
    """
    count = len(dataset)
    stratified = shares.stratifies(dataset)
    groups = dataset.targets if stratified else np.zeros(count, np.int64)
    sizes = np.bincount(groups)
    if not np.count_nonzero(sizes) <= limit <= count:
        few = f"{np.count_nonzero(sizes)}, one for each class," if stratified else "1"
        raise ConvkitError(
            f"limit must be from {few} to {count}, which data '{dataset.name}' has to train on, "
            f"got {limit}"
        )
    order = shuffled(count, shares.seed, LIMITING) if shares.shuffle else np.arange(count)
    taken_before = np.empty(count)
    for group in np.flatnonzero(sizes):
        members = order[groups[order] == group]
        taken_before[members] = np.arange(len(members)) / len(members)
    return np.sort(order[np.argsort(taken_before[order], kind="stable")[:limit]])


def _mislabelled(dataset: Dataset, share: float, seed: int) -> Dataset:
    """Return the samples, the nearest whole number of a share of them under a wrong label."""
    labels, classes = _labels(dataset, "wrong_labels")
    if len(classes) < 2:
        raise ConvkitError("wrong_labels needs a second class", "leave out wrong_labels")
    count = int(share * len(labels) + 0.5)
    spoilt = shuffled(len(labels), seed, MISLABELLING)[:count]
    bits = np.asarray(seeded(seed, RELABELLING).random_raw(count))
    ahead = 1 + (bits % np.uint64(len(classes) - 1)).astype(np.int64)
    targets = labels.copy()
    targets[spoilt] = (targets[spoilt] + ahead) % len(classes)
    return replace(dataset, targets=targets)
