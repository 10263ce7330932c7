"""Going on with a text, one symbol after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convkit.autograd import Tensor
from convkit.families.coder import evaluating
from convkit.families.network import EVALUATING
from convkit.families.text_network import TextNetwork

Array = NDArray[Any]
Choose = Callable[[Array], int]
"""From the scores of all symbols, (symbols,), to the one that comes next."""


def written(
    network: TextNetwork, beginning: list[int], choose: Choose, window: int
) -> Iterator[int]:
    """Yield the symbols that go on with a beginning, without an end.

    Parameters
    ----------
    network : TextNetwork
    beginning : list of int
        At least one symbol.
    choose : callable
    window : int
        How many symbols it has learnt to look at. One that can't go on for ever begins anew when
        they are full, with the last half of them.
    """
    memory, seen, unread = network.begin(1), list[int](), beginning
    while True:
        if not network.endless and len(seen) + len(unread) > window:
            unread = (seen + unread)[-max(window // 2, 1) :]
            memory, seen = network.begin(1), []
        with evaluating():
            x = Tensor(np.array([unread], np.float32))
            scores, memory = network.advance(x, memory, EVALUATING)
        seen = [*seen, *unread][-window:]
        unread = [choose(scores.data[0, -1])]
        yield unread[0]
