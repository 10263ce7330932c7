"""A Dask cluster: the one place that knows of it (extra ``cluster``)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from convkit.errors import ConvkitError, missing

if TYPE_CHECKING:
    from concurrent.futures import Executor

OPTION = "--cluster"
CONNECTING = "10s"
"""How long a scheduler may take to answer."""


@contextmanager
def cluster_executor(address: str) -> Iterator[Executor]:
    """Yield the executor of a cluster's workers.

    What a worker was doing when it died is done again by another one. What was submitted and
    hasn't begun when this ends is called off; what a worker is doing then, it does to its end.

    Parameters
    ----------
    address : str
        The scheduler's, such as ``tcp://host:8786``.

    Raises
    ------
    ConvkitError
        If nobody answers there, or Dask isn't installed.
    """
    with _client(address) as client:
        executor: Executor = client.get_executor(pure=False)  # the same work twice is done twice
        yield executor


def cluster_threads(address: str) -> int:
    """Return how many pieces of work a cluster does at once.

    Raises
    ------
    ConvkitError
        If nobody answers there, or Dask isn't installed.
    """
    with _client(address) as client:
        return sum(client.nthreads().values())


def is_killed_worker(error: Exception) -> bool:
    """Return whether an error says that several workers in turn died of the same work."""
    return type(error).__name__ == "KilledWorker"


@contextmanager
def _client(address: str) -> Iterator[Any]:
    try:
        from distributed import Client
    except ModuleNotFoundError:
        raise missing(OPTION, "dask[distributed]", "cluster") from None
    # It logs what it also raises, and every worker that dies; its client has a level of its own.
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        client = Client(address, timeout=CONNECTING, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ConvkitError(
            f"no Dask scheduler answers at '{address}': {error}",
            "start one with: dask scheduler, and workers with: dask worker ADDRESS --nthreads 1",
        ) from None
    with client:
        yield client
