"""Data for the tests."""

import gzip
import struct

import numpy as np

from convkit.data import Dataset


def classified(counts, features=3, seed=0):
    """Return a data set with so many samples of each class, in random order."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.repeat(np.arange(len(counts)), counts)).astype(np.int64)
    inputs = rng.standard_normal((len(labels), features)).astype(np.float32)
    return Dataset("made", inputs, labels, tuple(f"c{k}" for k in range(len(counts))))


def measured(count, features=3, outputs=1, seed=0):
    """Return a regression; the first input of each sample is its number."""
    rng = np.random.default_rng(seed)
    inputs = rng.standard_normal((count, features)).astype(np.float32)
    inputs[:, 0] = np.arange(count)
    return Dataset("made", inputs, (inputs[:, :outputs] * 100 + 7).astype(np.float32))


def idx(array):
    """Return an array of bytes as an IDX file."""
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    return header + array.tobytes()


def mnist_files(folder, train, test, packed=False, mark="-"):
    """Write (pictures, labels) of both parts as MNIST has them."""
    for part, (pictures, labels) in (("train", train), ("t10k", test)):
        for name, array in ((f"images{mark}idx3", pictures), (f"labels{mark}idx1", labels)):
            data = idx(array)
            path = folder / f"{part}-{name}-ubyte{'.gz' if packed else ''}"
            path.write_bytes(gzip.compress(data) if packed else data)
