"""Texts as numbers: which symbols there are, and how a text is taken apart and put together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from convkit.errors import ConvkitError

Tokens = Literal["characters", "words"]

PADDING: dict[Tokens, str] = {"characters": "no character", "words": "no word"}
"""What number 0 is called: it fills the end of short texts, and says what a text is made of."""

END = "end of text"
"""What closes a text that is to be written. Like the padding's, its name has a blank: it can be
neither a character nor a word."""

_WORDS = re.compile(r"\w+(?:[-'.]\w+)*|[^\w\s]")
_BLANK_BEFORE_PUNCTUATION = re.compile(r" (?=[.,;:!?%)])")


@dataclass(frozen=True)
class Alphabet:
    """The symbols that texts are made of: characters, or words.

    Attributes
    ----------
    symbols : tuple of str
        By number; number 0 is the padding.
    """

    symbols: tuple[str, ...]

    @classmethod
    def of(cls, texts: Iterable[str], tokens: Tokens, *, ends: bool) -> Alphabet:
        """Return the alphabet of texts, in the order of Unicode.

        Parameters
        ----------
        texts : iterable of str
        tokens : {"characters", "words"}
        ends : bool
            Whether there is a symbol for the end of a text; it is number 1.
        """
        found = {symbol for text in texts for symbol in taken_apart(text, tokens)}
        return cls((PADDING[tokens], *([END] if ends else []), *sorted(found)))

    @property
    def tokens(self) -> Tokens:
        """What a symbol is."""
        return "words" if self.symbols[:1] == (PADDING["words"],) else "characters"

    @cached_property
    def end(self) -> int:
        """The number of the symbol that closes a text."""
        return self._numbers[END]

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {symbol: number for number, symbol in enumerate(self.symbols)}

    def encode(self, text: str) -> list[int]:
        """Return the numbers of a text's symbols.

        Raises
        ------
        ConvkitError
            If the text is empty, or one isn't in the alphabet.
        """
        symbols = taken_apart(text, self.tokens)
        if not symbols:
            raise ConvkitError("a text is empty")
        for symbol in symbols:
            if symbol not in self._numbers:
                raise ConvkitError(
                    f"'{symbol}' in '{shortened(text)}' is no {self.tokens[:-1]} that was learnt",
                    self._known(),
                )
        return [self._numbers[symbol] for symbol in symbols]

    def names(self, numbers: Iterable[int]) -> list[str]:
        """Return the symbols that numbers stand for, without the padding."""
        return [self.symbols[number] for number in numbers if number]

    def decode(self, numbers: Iterable[int]) -> str:
        """Return the text that numbers stand for, up to its end."""
        symbols = self.names(numbers)
        if END in symbols:
            symbols = symbols[: symbols.index(END)]
        if self.tokens == "characters":
            return "".join(symbols)
        return _BLANK_BEFORE_PUNCTUATION.sub("", " ".join(symbols))

    def rows(self, texts: Sequence[str], *, close: bool = False) -> NDArray[np.int64]:
        """Return texts as rows of numbers, (texts, steps of the longest), the others padded with 0.

        Parameters
        ----------
        texts : sequence of str
        close : bool
            Whether each gets the symbol of its end.
        """
        closing = [self.end] if close else []
        encoded = [self.encode(text) + closing for text in texts]
        rows = np.zeros((len(encoded), max(map(len, encoded))), np.int64)
        for row, numbers in zip(rows, encoded, strict=True):
            row[: len(numbers)] = numbers
        return rows

    def _known(self) -> str:
        if self.tokens == "words":
            return f"{len(self.symbols) - 1:,} words were learnt, written just so"
        return f"what was learnt is {''.join(s for s in self.symbols if len(s) == 1)}"


def taken_apart(text: str, tokens: Tokens) -> list[str]:
    """Return the symbols of a text: all its characters, or its words and punctuation marks."""
    return list(text) if tokens == "characters" else _WORDS.findall(text)


def shortened(text: str) -> str:
    """Return a text as a message quotes it."""
    return text if len(text) <= 40 else f"{text[:39]}…"
