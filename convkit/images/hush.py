"""Keep Pillow's warnings away from the user, from any number of threads at once."""

from __future__ import annotations

import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

# What a library logs without a handler would be printed on stderr.
logging.getLogger("PIL").addHandler(logging.NullHandler())

_lock = threading.Lock()
_entered: list[warnings.catch_warnings[None]] = []
_inside = 0


@contextmanager
def hushed() -> Iterator[None]:
    """Ignore warnings inside the block.

    The filters of :mod:`warnings` belong to the whole process: the first thread in changes them,
    and the last one out puts them back.
    """
    global _inside  # noqa: PLW0603
    with _lock:
        if _inside == 0:
            silence = warnings.catch_warnings()
            silence.__enter__()
            warnings.simplefilter("ignore")
            _entered.append(silence)
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                _entered.pop().__exit__(None, None, None)
