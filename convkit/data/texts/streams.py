"""Long texts to go on with, cut into windows that follow each other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from convkit.data.dataset import Dataset, Indices
from convkit.data.limits import check_memory
from convkit.data.paths import resolved
from convkit.data.splitting import Shares, Splits, split
from convkit.errors import ConvkitError
from convkit.files import display_name, read_bytes

SYMBOL_BYTES = 12
"""A symbol is a float32 input and an int64 target."""


def text(
    path: str | list[str],
    length: int = 64,
    validation: float = 0.1,
    test: float = 0.1,
    *,
    root: Path = Path(),
) -> Splits:
    """Read a text, to learn to go on with it character by character.

    It is cut into windows that follow each other; each character's target is the next one. The
    first windows train, then come validation and test: what is tested was never seen.

    Parameters
    ----------
    path : str or list of str
        The file, in UTF-8, or several, which are read one after the other.
    length : int
        How many characters a window has.
    validation : float
        The share of windows that tells when to stop, from 0 to below 1.
    test : float
        The share of windows that is kept for the test, from 0 to below 1.
    """
    places = [resolved(root, each) for each in ([path] if isinstance(path, str) else path)]
    if not places:
        raise ConvkitError("path names no file", "path: my_text.txt")
    whole = "".join(map(_read, places))
    check_memory(len(whole) * SYMBOL_BYTES, "text", "take a part of the text")
    symbols = sorted(set(whole))
    numbers = {symbol: number for number, symbol in enumerate(symbols)}
    codes = np.fromiter(map(numbers.__getitem__, whole), np.int64, len(whole))
    dataset = windows(places[0].stem, codes, symbols, length)
    return in_order(dataset, validation, test)


def windows(name: str, codes: Indices, symbols: Sequence[str], length: int) -> Dataset:
    """Return a stream of symbols as windows that follow each other without a gap.

    Parameters
    ----------
    name : str
    codes : (steps,) int64 array
        The numbers of the symbols.
    symbols : sequence of str
        What they stand for.
    length : int
        How many steps a window has; what doesn't fill the last one is left out.

    Returns
    -------
    Dataset
        Inputs and targets are (n, length); a target is what follows the input, and the last
        target of a window is the first input of the next.

    Raises
    ------
    ConvkitError
        If the stream doesn't fill a window.
    """
    if length < 1:
        raise ConvkitError(f"length must be at least 1, got {length}")
    count = (len(codes) - 1) // length
    if count < 1:
        raise ConvkitError(
            f"data '{name}' has {len(codes)} symbols, but a window and what follows it take "
            f"{length + 1}",
            "choose a smaller length, or a longer text",
        )
    end = count * length
    return Dataset(
        name=name,
        inputs=codes[:end].reshape(count, length).astype(np.float32),
        targets=codes[1 : end + 1].reshape(count, length),
        classes=tuple(symbols),
        target_names=("next",),
        symbols=tuple(symbols),
    )


def in_order(dataset: Dataset, validation: float, test: float) -> Splits:
    """Part windows as they follow each other: first those that train, then validation and test."""
    return split(dataset, Shares(validation=validation, test=test, shuffle=False))


def _read(place: Path) -> str:
    data = read_bytes(place)
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise ConvkitError(
            f"'{display_name(place)}' is not UTF-8 text (byte {error.start})", "save it in UTF-8"
        ) from None
