"""100 runs of the real program, killed at random moments and resumed: the same bits in all.

``tests/experiment/test_kill.py`` kills a driver that writes at every step; here it is the command
that people type.
"""

import random
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from convkit.experiment.comparison import list_runs
from convkit.experiment.run import Run
from tests.cli.process import COMMAND, environment
from tests.experiment.test_resume import assert_same

# Saved several times a second, in the middle of epochs; dropout, running statistics, a plateau and
# patience have to be remembered.
CONFIG = """
name: killed
data: {name: digits, validation: 0.2, standardize: true}
model:
  - conv2d: {filters: 4, kernel_size: 3, padding: same}
  - batch_norm
  - relu
  - max_pool2d: 2
  - flatten
  - dropout: 0.3
  - dense: 10
loss: cross_entropy
optimizer: {name: adam, lr: 0.01, schedule: {name: plateau, mode: max, patience: 1, gamma: 0.5}}
trainer:
  epochs: 120
  batch_size: 32
  early_stopping: {patience: 80, metric: validation/accuracy}
  checkpoint: {every_minutes: 1e-4}
seed: 2
"""
RUNS = 100
MOST_KILLS = 3

pytestmark = pytest.mark.slow


def started(folder, *arguments):
    return subprocess.Popen(
        [*COMMAND, "train", *arguments],
        cwd=folder,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def run_in(folder):
    return Run(folder / "runs" / "killed" / "1")


def begun(folder, *arguments):
    """Start a process, and wait until it trains: before, there is nothing that could be lost."""
    log = run_in(folder).folder / "log.txt"
    before = log.stat().st_size if log.exists() else 0
    process = started(folder, *arguments)
    while process.poll() is None and (not log.exists() or log.stat().st_size == before):
        time.sleep(0.001)
    return process


def killed(process, seconds):
    """Kill a process after so many seconds; return whether it was still there."""
    try:
        assert process.wait(seconds) == 0
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return True
    return False


def killed_and_resumed(folder, moments):
    """Kill a training at each of the moments, then let it end.

    Returns
    -------
    (int, int)
        How often it was killed, and how many of these left a checkpoint.
    """
    folder.mkdir()
    (folder / "killed.yaml").write_text(CONFIG)
    kills = checkpoints = 0
    arguments = ["killed.yaml"]
    for moment in moments:
        if not killed(begun(folder, *arguments), moment):
            return kills, checkpoints
        (info,) = list_runs(folder / "runs")
        if info.status != "unfinished":  # all that was left to do was to exit
            return kills, checkpoints
        kills += 1
        checkpoints += "last" in run_in(folder).checkpoints
        arguments = ["--resume", "killed"]
    assert started(folder, *arguments).wait() == 0
    return kills, checkpoints


def surely_killed(folder, moments):
    """Do so again, at earlier moments, where a training was over before the first of them."""
    kills, checkpoints = killed_and_resumed(folder, moments)
    if kills:
        return kills, checkpoints
    shutil.rmtree(folder)
    return surely_killed(folder, [moment / 2 for moment in moments])


def test_a_hundred_runs(tmp_path):
    folder = tmp_path / "whole"
    folder.mkdir()
    (folder / "killed.yaml").write_text(CONFIG)
    process = begun(folder, "killed.yaml")
    began = time.monotonic()
    assert process.wait() == 0
    seconds = time.monotonic() - began
    # A resumed run has less left to do, so that the first moment is drawn from the whole.
    rng = random.Random(100)
    moments = [
        [
            rng.uniform(0, 0.8 * seconds) / share
            for share in range(1, rng.randint(1, MOST_KILLS) + 1)
        ]
        for _ in range(RUNS)
    ]
    folders = [tmp_path / str(number) for number in range(RUNS)]
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(surely_killed, folders, moments))
    for each in folders:
        assert_same(run_in(each), run_in(folder))
    kills, checkpoints = (sum(each) for each in zip(*done, strict=True))
    runs = sum(kills > 0 for kills, _ in done)
    print(
        f"{runs} of {RUNS} runs were killed, {kills} times, {checkpoints} of them with a checkpoint"
    )
    assert runs == RUNS
    assert checkpoints >= RUNS / 2
