"""CIFAR-10 in its binary version: https://www.cs.toronto.edu/~kriz/cifar.html."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from convkit.data.arrays import pixels_to_unit
from convkit.data.dataset import Dataset
from convkit.data.limits import check_memory
from convkit.data.paths import folder
from convkit.data.source import source
from convkit.errors import ConvkitError
from convkit.files import is_file, read_bytes, refusals

SIDE, CHANNELS = 32, 3
RECORD = 1 + CHANNELS * SIDE * SIDE
"""Bytes of a sample: its label, then the planes of red, green and blue."""

CLASSES = (
    *("airplane", "automobile", "bird", "cat", "deer"),
    *("dog", "frog", "horse", "ship", "truck"),
)


@source(test=None)
def cifar10(path: str, *, root: Path) -> tuple[Dataset, Dataset]:
    """Read CIFAR-10's binary version: RGB pictures of 32x32 in 0…1, ten classes.

    Parameters
    ----------
    path : str
        The folder with ``data_batch_1.bin`` to ``data_batch_5.bin`` (all of them that are there are
        read) and ``test_batch.bin``.
    """
    place = folder(root, path)
    training = [place / f"data_batch_{number}.bin" for number in range(1, 6)]
    present = [each for each in training if is_file(each)]
    if not present:
        pickled = is_file(place / "data_batch_1")
        raise ConvkitError(
            f"no '{training[0].name}' in '{place}'"
            + (": that is CIFAR-10's Python version" if pickled else ""),
            "get the binary version; a pickled file can run code when it is read"
            if pickled
            else "is it the folder that CIFAR-10's binary version unpacks to?",
        )
    return _part(place, present), _part(place, [place / "test_batch.bin"])


def _part(place: Path, paths: Sequence[Path]) -> Dataset:
    records = np.concatenate([_records(path) for path in paths])
    check_memory(4 * records.size, place.name)
    planes = records[:, 1:].reshape(-1, CHANNELS, SIDE, SIDE)
    pictures = np.ascontiguousarray(planes.transpose(0, 2, 3, 1))
    return Dataset(
        name="cifar10",
        inputs=pixels_to_unit(pictures),
        targets=records[:, 0].astype(np.int64),
        classes=CLASSES,
        target_names=("class",),
        source="https://www.cs.toronto.edu/~kriz/cifar.html",
        citation="A. Krizhevsky (2009). Learning multiple layers of features from tiny images.",
    )


def _records(path: Path) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    if is_file(path):
        with refusals("read", path):
            check_memory(path.stat().st_size, path.name)
    data = read_bytes(path)
    if not data or len(data) % RECORD:
        raise ConvkitError(
            f"'{path}' has {len(data)} bytes, which are no whole samples of {RECORD}",
            "it is cut short, or no file of CIFAR-10's binary version",
        )
    records = np.frombuffer(data, np.uint8).reshape(-1, RECORD)
    if records[:, 0].max() >= len(CLASSES):
        wrong = int(np.argmax(records[:, 0] >= len(CLASSES)))
        raise ConvkitError(
            f"'{path}': sample {wrong} is of class {records[wrong, 0]}, of {len(CLASSES)}",
            "it is damaged, or no file of CIFAR-10's binary version",
        )
    return records
