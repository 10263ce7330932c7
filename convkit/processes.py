"""Where work goes that gets a process of its own: the one place that knows executors."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from convkit.cluster import cluster_executor, cluster_threads, is_killed_worker
from convkit.errors import ConvkitError
from convkit.workers import VARIABLE, available_cores, default_threads

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future
    from multiprocessing.synchronize import Event

T = TypeVar("T")
R = TypeVar("R")


def default_jobs(work: int) -> int:
    """Return how many processes to use for so many pieces of work: at most one for each core."""
    return max(1, min(work, available_cores()))


def check_jobs(jobs: int) -> int:
    """Return a number of processes that may be used.

    Raises
    ------
    ConvkitError
        If it is below 1.
    """
    if jobs < 1:
        raise ConvkitError(f"--jobs must be at least 1, got {jobs}")
    return jobs


class KilledError(ConvkitError):
    """The process that was doing some work has been killed."""


@dataclass(frozen=True)
class Workers:
    """Who does the work.

    Attributes
    ----------
    count : int
        How many pieces of work are done at once.
    cluster : str or None
        The address of a Dask scheduler; processes of this machine if None.
    """

    count: int
    cluster: str | None = None

    def reach(self, path: Path) -> Path:
        """Return a path as these workers have to be told it: another machine has another folder."""
        return path if self.cluster is None else path.resolve()


def workers_for(jobs: int | None, cluster: str | None, work: int) -> Workers:
    """Return who does so many pieces of work.

    Parameters
    ----------
    jobs : int or None
        How many at once; by default one on each core, or on each thread of the cluster.
    cluster : str or None
        The address of a Dask scheduler.
    work : int
        How many pieces there are; no more are done at once.

    Raises
    ------
    ConvkitError
        If the number is below 1, or the cluster can't be reached.
    """
    if jobs is not None:
        return Workers(min(check_jobs(jobs), max(1, work)), cluster)
    if cluster is None:
        return Workers(default_jobs(work))
    # Where workers come as they are needed there may be none yet.
    return Workers(max(1, cluster_threads(cluster)), cluster)


@contextmanager
def executor_for(workers: Workers) -> Iterator[Executor]:
    """Yield the executor of some workers.

    Raises
    ------
    ConvkitError
        If a cluster is named, and can't be reached.
    KeyboardInterrupt
        After Ctrl-C and SIGTERM, see :func:`processes`.
    """
    if workers.cluster is None:
        with processes(workers.count) as executor:
            yield executor
    else:
        with _termination_as_interrupt(), cluster_executor(workers.cluster) as executor:
            yield executor


@contextmanager
def threads(count: int) -> Iterator[Executor]:
    """Yield an executor whose work runs in threads of this process.

    It is for work that lets go of the interpreter. On an error nothing new is begun.
    """
    from concurrent.futures import ThreadPoolExecutor

    executor = ThreadPoolExecutor(count)
    try:
        yield executor
    finally:
        executor.shutdown(cancel_futures=True)


@contextmanager
def processes(jobs: int) -> Iterator[Executor]:
    """Yield an executor whose work runs in processes, which share the cores evenly.

    On Ctrl-C and SIGTERM, and on an error, nothing new is begun, and each process is asked to end
    what it does.

    Parameters
    ----------
    jobs : int
        How many processes there are.

    Raises
    ------
    KeyboardInterrupt
        After either signal.
    """
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    threads = max(1, default_threads() // jobs)
    # Not forked: a copy of a process with threads may hang, and has memory that nobody needs.
    context = get_context("spawn")
    stop = context.Event()
    executor = ProcessPoolExecutor(jobs, context, initializer=_begin, initargs=(threads, stop))
    try:
        with _termination_as_interrupt():
            yield executor
    except BaseException:
        stop.set()
        _interrupt_children()
        raise
    finally:
        executor.shutdown(cancel_futures=True)


@contextmanager
def _termination_as_interrupt() -> Iterator[None]:
    """Take SIGTERM for Ctrl-C within this context, so that no process is left behind."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt_children() -> None:
    from multiprocessing import active_children

    for child in active_children():
        if child.pid is not None:
            with suppress(ProcessLookupError):
                os.kill(child.pid, signal.SIGINT)


class _Worker:
    """What a process knows of itself."""

    stop: Event | None = None
    working = False


def _begin(threads: int, stop: Event) -> None:
    """Make a process ready: with its share of threads, and deaf to Ctrl-C while it has no work.

    A terminal sends Ctrl-C to all processes of a group: in its own, it hears of it from us alone.
    """
    os.environ[VARIABLE] = str(threads)
    _Worker.stop = stop
    if hasattr(os, "setpgid"):
        os.setpgid(0, 0)
    signal.signal(signal.SIGINT, _interrupt_work)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _interrupt_work(*_: object) -> None:
    if _Worker.working:
        raise KeyboardInterrupt


def _work(work: Callable[[T], R], item: T) -> R:
    """Do some work, unless all of it was called off before it began."""
    # A cluster's worker has as many threads as it does work at once; `_begin` has said it before.
    os.environ.setdefault(VARIABLE, "1")
    if _Worker.stop is not None and _Worker.stop.is_set():
        raise KeyboardInterrupt
    _Worker.working = True
    try:
        return work(item)
    finally:
        _Worker.working = False


def _end_with_parent() -> None:
    """Leave nobody working for a process that was killed."""
    from multiprocessing import parent_process

    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def submit(executor: Executor, work: Callable[[T], R], item: T) -> Future[R]:
    """Let processes or a cluster do some work, with one item.

    Raises
    ------
    KilledError
        If one of the processes was killed: the others of its executor have ended, too.
    """
    from concurrent.futures import BrokenExecutor

    try:
        return executor.submit(_work, work, item)
    except BrokenExecutor:
        raise _killed() from None


def result_of(future: Future[R]) -> R:
    """Return what came of submitted work.

    Raises
    ------
    KilledError
        If its process was killed; of a cluster's workers, several in turn.
    ConvkitError
        If a cluster's scheduler is gone.
    Exception
        Whatever the work raised.
    """
    from concurrent.futures import BrokenExecutor, CancelledError

    try:
        return future.result()
    except CancelledError:
        raise ConvkitError(
            "the cluster's scheduler is gone", "start it, and run the same command again"
        ) from None
    except Exception as error:
        if isinstance(error, BrokenExecutor) or is_killed_worker(error):
            raise _killed() from None
        raise


def _killed() -> KilledError:
    return KilledError(
        "a process was killed while it worked, as happens where memory runs out",
        "take fewer at once: --jobs 1",
    )


def each_as_done(
    executor: Executor, work: Callable[[T], R], items: Iterable[T]
) -> Iterator[tuple[int, R]]:
    """Yield what `work` makes of each item with the item's place, in the order of being done."""
    from concurrent.futures import as_completed

    places = {submit(executor, work, item): place for place, item in enumerate(items)}
    for future in as_completed(places):
        yield places[future], result_of(future)
