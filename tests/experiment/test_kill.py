"""Processes that are killed for good, at random moments, and resumed."""

import random
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic

import pytest

from convkit.experiment.comparison import list_runs
from convkit.experiment.run import Run
from tests.experiment.test_resume import assert_same

ROOT = Path(__file__).parents[2]


def started(folder):
    command = [sys.executable, "-m", "tests.experiment.driver", str(folder)]
    return subprocess.Popen(command, cwd=ROOT)


def run_of(folder):
    return Run(folder / "runs" / "experiment" / "1")


def is_over(folder):
    """Return whether there is a run that ended, of all the ones that can be read by now."""
    return any(info.status != "unfinished" for info in list_runs(folder / "runs"))


def killed_and_resumed(folder, moments):
    """Kill a training at each of the moments (seconds after its start), then let it end."""
    folder.mkdir()
    kills = 0
    for moment in moments:
        if is_over(folder):
            break
        process = started(folder)
        try:
            assert process.wait(moment) == 0
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
    if not is_over(folder):
        assert started(folder).wait() == 0
    return kills


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    began = monotonic()
    assert started(folder).wait() == 0
    return run_of(folder), monotonic() - began


def check(whole, folder, count):
    run, seconds = whole
    rng = random.Random(count)
    # The imports at the beginning take some time, in which there is nothing to lose.
    moments = [[rng.uniform(0.3, 1.0) * seconds for _ in range(2)] for _ in range(count)]
    folders = [folder / str(number) for number in range(count)]
    with ThreadPoolExecutor(2) as pool:
        kills = list(pool.map(killed_and_resumed, folders, moments))
    for each in folders:
        assert_same(run_of(each), run)
    return sum(bool(number) for number in kills)


def test_a_few(whole, tmp_path):
    assert check(whole, tmp_path, 4) >= 1
