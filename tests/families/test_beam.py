"""Beam search, beside trying out all texts that there are."""

from itertools import product

import numpy as np
import pytest

from convkit.families.beam import Search, write
from convkit.families.memories import chosen

SYMBOLS, END, LONGEST = 4, 1, 4


def chances(seed):
    """Return the probabilities of the next symbol by the last two; padding is never next."""
    drawn = np.random.default_rng(seed).dirichlet(np.full(SYMBOLS, 0.4), (SYMBOLS, SYMBOLS))
    drawn[..., 0] = 1e-9
    return drawn / drawn.sum(axis=-1, keepdims=True)


def decoder(tables):
    """Return a step that remembers the symbol before the last, and to which text a row belongs."""

    def step(last, memory):
        before, text = memory
        scores = np.log(
            np.stack([tables[t][b, s] for t, b, s in zip(text, before, last, strict=True)])
        )
        return scores, (last, text)

    return step, (np.zeros(len(tables), int), np.arange(len(tables)))


def all_texts():
    """Yield every text: an end somewhere, or none up to the longest."""
    letters = [symbol for symbol in range(SYMBOLS) if symbol not in (0, END)]
    for length in range(LONGEST):
        for text in product(letters, repeat=length):
            yield (*text, END)
    yield from product(letters, repeat=LONGEST)


def likelihood(table, text):
    steps = zip((0, 0, *text), (0, *text), text, strict=False)
    return sum(np.log(table[before, last, symbol]) for before, last, symbol in steps)


def without_padding(row):
    return tuple(symbol for symbol in row.tolist() if symbol)


@pytest.mark.parametrize("seed", range(5))
def test_a_beam_that_holds_everything_finds_the_best(seed):
    tables = [chances(seed), chances(100 + seed)]
    step, memory = decoder(tables)
    found = write(step, memory, 2, Search(END, LONGEST, beam=200))
    for table, symbols, scores in zip(tables, found.symbols, found.scores, strict=True):
        ranked = sorted(all_texts(), key=lambda text: -likelihood(table, text) / len(text))
        best = [without_padding(row) for row in symbols[:6]]
        assert best == ranked[:6]
        assert scores[:6] == pytest.approx([likelihood(table, text) for text in best], rel=1e-5)
        # There are no more texts than these; what is left of the beam is marked.
        assert np.isfinite(scores).sum() == len(ranked)


@pytest.mark.parametrize("seed", range(5))
def test_a_beam_of_one_takes_the_likeliest_symbol(seed):
    table = chances(seed)
    step, memory = decoder([table])
    (symbols,) = write(step, memory, 1, Search(END, LONGEST)).symbols[0]
    text = [0, 0]
    while text[-1] != END and len(text) < LONGEST + 2:
        text.append(int(table[text[-2], text[-1]].argmax()))
    assert without_padding(symbols) == tuple(text[2:])


def test_texts_do_not_see_each_other():
    tables = [chances(seed) for seed in range(6)]
    search = Search(END, LONGEST, beam=3)
    together = write(*decoder(tables), 6, search)
    for place, table in enumerate(tables):
        alone = write(*decoder([table]), 1, search)
        steps = alone.symbols.shape[2]
        assert (together.symbols[place, :, :steps] == alone.symbols[0]).all()
        assert not together.symbols[place, :, steps:].any()
        assert together.scores[place] == pytest.approx(alone.scores[0])


def test_rows_of_memories_within_memories():
    memory = (np.arange(3), (np.arange(6).reshape(3, 2), None))
    first, (second, third) = chosen(memory, np.array([2, 2, 0]))
    assert first.tolist() == [2, 2, 0]
    assert second.tolist() == [[4, 5], [4, 5], [0, 1]]
    assert third is None
