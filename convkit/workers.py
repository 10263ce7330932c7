"""Who does the work: threads for the strips of an image, and one BLAS thread in each of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import copy_context
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from convkit.errors import ConvkitError

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

VARIABLE = "CONVKIT_THREADS"
"""The environment variable that says how many threads to use."""

BLAS_VARIABLES = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")

T = TypeVar("T")


def default_threads() -> int:
    """Return how many threads to use: what ``CONVKIT_THREADS`` says, else one for each core.

    Raises
    ------
    ConvkitError
        If the variable isn't a whole number of at least 1.
    """
    said = os.environ.get(VARIABLE)
    return parse_threads(said, VARIABLE) if said else available_cores()


def parse_threads(text: str, where: str) -> int:
    """Read a number of threads.

    Raises
    ------
    ConvkitError
        If it isn't a whole number of at least 1.
    """
    if not text.strip().isdecimal() or int(text) < 1:
        raise ConvkitError(f"{where} must be a whole number of at least 1, got '{text}'")
    return int(text)


def available_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_parallel(work: Callable[[T], None], items: Sequence[T], threads: int) -> None:
    """Call `work` for each item, on that many threads; the first error is raised."""
    with one_blas_thread():
        if threads == 1 or len(items) == 1:
            for item in items:
                work(item)
        else:
            _share(work, items, threads)


def _share(work: Callable[[T], None], items: Sequence[T], threads: int) -> None:
    """Wake each other thread once, and let all take items until none is left.

    Waking one costs as much as some items do.
    """
    left = iter(items)

    def take() -> None:
        with _emptied(left):
            for item in left:
                work(item)

    from concurrent.futures import wait

    # Each with a copy of what this thread has set, such as what NumPy does about overflow.
    count = min(threads, len(items)) - 1
    helpers = [_pool(threads).submit(copy_context().run, take) for _ in range(count)]
    try:
        take()
    finally:
        wait(helpers)
    for helper in helpers:
        helper.result()


@contextmanager
def _emptied(left: Iterator[T]) -> Iterator[None]:
    """Leave nothing to begin after an error or Ctrl-C."""
    try:
        yield
    finally:
        for _ in left:
            pass


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(threads, thread_name_prefix="convkit")


class _Blas:
    """BLAS, kept to one thread while anybody convolves: its own threads would fight with ours."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._users = 0
        self._limit: Any = None

    def take(self) -> None:
        """Begin to convolve."""
        with self._lock:
            self._users += 1
            if self._users == 1:
                self._limit = _controller().limit(limits=1, user_api="blas")

    def leave(self) -> None:
        """End; the last to leave gives BLAS its threads back."""
        with self._lock:
            self._users -= 1
            if self._users == 0:
                self._limit.restore_original_limits()


_blas = _Blas()


@cache
def _controller() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Keep BLAS to one thread within this context, which may be entered again inside.

    Its own threads would fight with ours, and its sums, and so their bits, depend on their number.
    """
    if any(os.environ.get(variable) == "1" for variable in BLAS_VARIABLES):
        yield
        return
    _blas.take()
    try:
        yield
    finally:
        _blas.leave()
