"""Work in processes of its own: its share of the cores, and no one left behind."""

import logging
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import wait
from pathlib import Path

import pytest

from convkit.errors import ConvkitError
from convkit.processes import (
    KilledError,
    Workers,
    check_jobs,
    default_jobs,
    each_as_done,
    executor_for,
    processes,
    submit,
    workers_for,
)
from convkit.workers import VARIABLE, available_cores
from tests.cli.process import ROOT, environment


def share(_):
    return os.environ[VARIABLE], os.getpid()


def double(number):
    return 2 * number


def fail(number):
    raise ConvkitError(f"no {number}", "take another")


def test_work_is_done_elsewhere_with_a_share_of_the_threads(monkeypatch):
    monkeypatch.setenv(VARIABLE, "6")
    with processes(2) as executor:
        results = dict(each_as_done(executor, share, range(4)))
    assert sorted(results) == [0, 1, 2, 3]
    assert {threads for threads, _ in results.values()} == {"3"}
    assert os.getpid() not in {pid for _, pid in results.values()}


def test_results_come_with_their_places():
    with processes(1) as executor:
        assert sorted(each_as_done(executor, double, [5, 7])) == [(0, 10), (1, 14)]


def test_an_error_comes_back_whole():
    with (
        pytest.raises(ConvkitError, match="no 3") as caught,
        processes(1) as executor,
    ):
        list(each_as_done(executor, fail, [3]))
    assert caught.value.hint == "take another"


def die(_):
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_process_that_is_killed_is_told_in_one_line():
    with pytest.raises(KilledError, match="killed while it worked") as caught, processes(1) as one:
        list(each_as_done(one, die, [0]))
    assert "--jobs 1" in caught.value.hint


def fail_beside_others(number):
    if number == 0:
        time.sleep(0.3)
        raise ConvkitError("no 0")
    time.sleep(60)


def test_an_error_ends_what_the_others_do():
    began = time.monotonic()
    with pytest.raises(ConvkitError, match="no 0"), processes(2) as two:
        list(each_as_done(two, fail_beside_others, [0, 1]))
    assert time.monotonic() - began < 30


def test_nobody_takes_more_work_where_a_process_was_killed():
    with processes(1) as executor:
        wait([submit(executor, die, 0)])
        with pytest.raises(KilledError):
            submit(executor, double, 1)


def test_without_dask_it_is_said_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(ConvkitError, match="--cluster needs dask") as caught,
        executor_for(Workers(1, "tcp://127.0.0.1:8786")),
    ):
        pass
    assert caught.value.hint == "pip install 'convkit[cluster]'"


def test_dask_says_nothing_by_itself():
    pytest.importorskip("distributed")
    with pytest.raises(ConvkitError, match="no Dask scheduler answers"):
        workers_for(None, "nonsense", 1)
    for name in ("distributed.client", "distributed.scheduler"):
        assert not logging.getLogger(name).isEnabledFor(logging.ERROR)


def test_who_works(monkeypatch):
    monkeypatch.setattr("convkit.processes.cluster_threads", {"tcp://a": 6, "tcp://none": 0}.get)
    assert workers_for(3, None, 10) == Workers(3)
    assert workers_for(30, "tcp://a", 10) == Workers(10, "tcp://a")
    assert workers_for(None, "tcp://a", 10) == Workers(6, "tcp://a")
    assert workers_for(None, "tcp://none", 10) == Workers(1, "tcp://none")
    assert workers_for(None, None, 10**6) == Workers(available_cores())


def test_another_machine_is_told_whole_paths():
    assert Workers(1).reach(Path("runs")) == Path("runs")
    assert Workers(1, "tcp://a").reach(Path("runs")) == Path.cwd() / "runs"


@pytest.mark.parametrize(("work", "jobs"), [(0, 1), (1, 1), (10**6, available_cores())])
def test_no_more_processes_than_work_or_cores(work, jobs):
    assert default_jobs(work) == jobs


def test_jobs_below_one_are_refused():
    assert check_jobs(3) == 3
    with pytest.raises(ConvkitError, match="at least 1, got 0"):
        check_jobs(0)


WORKING = """
import os, sys, time
from convkit.processes import each_as_done, processes

def work(_):
    print(os.getpid(), flush=True)
    time.sleep(60)

if __name__ == "__main__":
    with processes(1) as executor:
        list(each_as_done(executor, work, [0]))
"""


def lives(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_nobody_goes_on_working_for_a_process_that_was_killed(tmp_path):
    script = tmp_path / "working.py"
    script.write_text(WORKING, "utf-8")
    parent = subprocess.Popen(
        [sys.executable, script],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment() | {"PYTHONPATH": str(ROOT)},
    )
    child = int(parent.stdout.readline())
    assert lives(child)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    until = time.monotonic() + 20
    while lives(child) and time.monotonic() < until:
        time.sleep(0.05)
    assert not lives(child)
