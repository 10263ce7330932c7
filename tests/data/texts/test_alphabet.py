"""Texts as numbers, and back."""

import numpy as np
import pytest

from convkit.data.texts.alphabet import END, PADDING, Alphabet
from convkit.errors import ConvkitError

LETTERS = Alphabet.of(["cab", "abba"], "characters", ends=True)
WORDS = Alphabet.of(["The 3-1 win, at last!", "At last."], "words", ends=True)


def test_symbols_are_in_order_behind_those_that_no_text_holds():
    assert LETTERS.symbols == ("no character", "end of text", "a", "b", "c")
    assert WORDS.symbols[:2] == (PADDING["words"], END)
    assert WORDS.symbols[2:] == ("!", ",", ".", "3-1", "At", "The", "at", "last", "win")
    assert (LETTERS.tokens, WORDS.tokens) == ("characters", "words")


def test_texts_become_rows_and_texts_again():
    rows = LETTERS.rows(["cab", "abba"], close=True)
    assert rows.tolist() == [[4, 2, 3, 1, 0], [2, 3, 3, 2, 1]]
    assert [LETTERS.decode(row) for row in rows] == ["cab", "abba"]
    assert WORDS.decode(WORDS.encode("The 3-1  win , at last!")) == "The 3-1 win, at last!"


def test_what_follows_the_end_is_no_text():
    assert LETTERS.decode(np.array([2, 1, 3, 3])) == "a"
    assert LETTERS.names([2, 1, 0]) == ["a", END]


@pytest.mark.parametrize(
    ("alphabet", "text", "message", "hint"),
    [
        (LETTERS, "bad", "'d' in 'bad' is no character that was learnt", "learnt is abc"),
        (WORDS, "At dawn", "'dawn' in 'At dawn' is no word that was learnt", "10 words"),
        (LETTERS, "", "a text is empty", None),
        (WORDS, "  ", "a text is empty", None),
    ],
)
def test_what_was_never_learnt_is_refused(alphabet, text, message, hint):
    with pytest.raises(ConvkitError, match=message) as caught:
        alphabet.encode(text)
    assert (caught.value.hint is None) == (hint is None)
    assert hint is None or hint in caught.value.hint
