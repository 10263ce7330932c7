"""A Dask cluster on this machine: a scheduler and workers, each a process of its own."""

import json
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from convkit.cluster import cluster_threads
from tests.cli.process import environment


@dataclass
class Cluster:
    """A scheduler's address, and its workers' processes."""

    address: str
    workers: list[subprocess.Popen]


@contextmanager
def cluster(folder, count=2):
    """Run a scheduler and workers whose working folder is another one than ours; all are there."""
    with ExitStack() as stack:

        def run(program, *arguments):
            process = subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.dask_{program}", *arguments],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=folder,
                env=environment(),
            )
            stack.callback(process.wait)
            stack.callback(process.kill)
            return process

        told = folder / "scheduler.json"
        at = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show")
        run("scheduler", *at, "--scheduler-file", told)
        address = _address(told)
        # Without a nanny, a worker that is killed stays away.
        alone = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--memory-limit", "0")
        workers = [run("worker", address, *alone) for _ in range(count)]
        until = time.monotonic() + 60
        while cluster_threads(address) < count:
            assert time.monotonic() < until
        yield Cluster(address, workers)


def _address(told):
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            return json.loads(told.read_text())["address"]
        except (FileNotFoundError, ValueError):  # not there yet, or not whole
            time.sleep(0.02)
    raise TimeoutError("the scheduler doesn't start")
