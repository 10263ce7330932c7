"""Work shared by threads: all of it done, once; after an error none begun."""

import threading

import numpy as np
import pytest

from convkit.workers import in_parallel


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("count", [0, 1, 3, 1000])
def test_every_item_is_worked_on_once(threads, count):
    done = []
    in_parallel(done.append, range(count), threads)
    assert sorted(done) == list(range(count))


def test_threads_work_at_the_same_time():
    together = threading.Barrier(3, timeout=10)
    in_parallel(lambda _: together.wait(), range(3), 3)
    assert not together.broken


def test_every_thread_says_of_overflow_what_the_caller_wants():
    together = threading.Barrier(3, timeout=10)

    def overflow(_):
        together.wait()
        return np.float32(3e38) * np.float32(10)  # a warning, and so an error, by default

    with np.errstate(all="ignore"):
        in_parallel(overflow, range(3), 3)


@pytest.mark.parametrize("bad", [0, 1, 7])
@pytest.mark.parametrize("threads", [1, 2, 5])
def test_an_error_is_raised_and_nothing_more_begun(bad, threads):
    begun, failed = [], threading.Event()

    def work(item):
        begun.append(item)
        if item == bad:
            failed.set()
            raise ValueError(f"item {item}")
        if item > bad:
            failed.wait(10)

    with pytest.raises(ValueError, match=f"item {bad}"):
        in_parallel(work, range(10_000), threads)
    assert len(begun) < 10_000
    in_parallel(begun.append, range(2), threads)  # the pool still works
