"""What ``--kernel`` takes: a name, a matrix or a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from convkit.errors import ConvkitError
from convkit.files import exists
from convkit.kernels.loading import LOADERS, load, load_standard_input
from convkit.kernels.model import Kernel
from convkit.kernels.naming import is_name, named
from convkit.kernels.text import looks_like_matrix, parse_matrix


def parse(text: str) -> Kernel:
    """Return the kernel that `text` means.

    A known name wins (``sobel-h``, ``gaussian:size=7``); then what exists as a file, or ends like
    one, is a file; then what starts like a number or holds ``;`` is a matrix
    (``-1 0 1; -1 0 1; -1 0 1``). ``-`` reads a matrix from standard input.
    Write ``./box`` for a file called like a kernel.

    Raises
    ------
    ConvkitError
        If it is none of them, or no kernel comes of it.
    """
    if not text.strip():
        raise ConvkitError("the kernel is empty", "name one, as sobel-h, or write '-1 0 1; -1 0 1'")
    if text == "-":
        return load_standard_input()
    if is_name(text):
        return named(text)
    path = Path(text)
    if path.suffix.lower() in LOADERS or exists(path):
        return load(path)
    if looks_like_matrix(text):
        weights = np.array(parse_matrix(text, "kernel"))
        return Kernel("matrix-{}x{}".format(*weights.shape), weights)
    return named(text)
