"""Work on a Dask cluster of two processes, one of which is killed while it works."""

import json
import signal
import subprocess
import sys
import time

import pytest

from tests.cli.process import ROOT, convkit, environment
from tests.dask_cluster import cluster

pytest.importorskip("distributed")

CONFIG = """
data: {name: moons, samples: 60, validation: 0.2}
model: [{dense: 4}, tanh, {dense: 2}]
loss: cross_entropy
optimizer: {name: adam, lr: 0.01}
trainer: {epochs: 400, batch_size: 16}
"""

SEARCH = """
base: moons.yaml
search: {optimizer.lr: {float: [1e-3, 1e-1], log: true}}
method: random
metric: validation/loss
trials: 4
"""


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "moons.yaml"
    path.write_text(CONFIG, "utf-8")
    return path


def begin(folder, *arguments):
    """Begin a command in a folder, which is no worker's."""
    return subprocess.Popen(
        [sys.executable, "-m", "convkit", *map(str, arguments), "--json"],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def unfinished(folder, pattern):
    """Return how many runs learn, or never came to their end."""
    runs = [path.parent for path in folder.glob(f"{pattern}/metrics.jsonl")]
    return sum(not (run / "summary.json").exists() for run in runs)


def kill_one_at_work(workers, folder, pattern):
    """Kill a worker while both train."""
    until = time.monotonic() + 60
    while unfinished(folder, pattern) < 2:
        assert time.monotonic() < until
        time.sleep(0.01)
    workers[0].send_signal(signal.SIGKILL)


def document(process):
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 0, stderr
    return json.loads(stdout)


def test_trials_of_a_killed_worker_are_repeated_by_the_other(config):
    pytest.importorskip("optuna")
    folder = config.parent
    (folder / "search.yaml").write_text(SEARCH, "utf-8")
    alone = begin(folder, "tune", "search.yaml", "--jobs", "1", "--runs", "alone")
    (folder / "workers").mkdir()
    with cluster(folder / "workers") as two:
        options = ("--cluster", two.address, "--jobs", "2")
        process = begin(folder, "tune", "search.yaml", *options)
        kill_one_at_work(two.workers, folder, "runs/search/trials/*/*")
        found = document(process)
    assert unfinished(folder, "runs/search/trials/*/*") == 1
    assert found["counts"]["complete"] == 4
    told, same = (
        [(trial["number"], trial["values"], trial["metrics"]) for trial in each["trials"]]
        for each in (found, document(alone))
    )
    assert told == same


def test_a_comparison_and_a_batch_of_images(config):
    folder = config.parent
    (folder / "workers").mkdir()
    with cluster(folder / "workers") as two:
        process = begin(
            folder, *("compare", config.name, "--over", "seed=1,2,3,4", "--cluster", two.address)
        )
        kill_one_at_work(two.workers, folder, "runs/moons/*")
        results = document(process)
        assert unfinished(folder, "runs/moons/*") == 1
        assert [each["status"] for each in results] == ["finished"] * 4
        assert all(run.startswith(str(folder)) for each in results for run in each["runs"])
        images = sorted((ROOT / "sample_images").glob("*.png"))[:3]
        batch = ("convolve", *images, "--kernel", "box", "--pad", "same", "--out-dir")
        here, there = folder / "here", folder / "there"
        here.mkdir()
        there.mkdir()
        said = document(begin(folder, *batch, "there", "--cluster", two.address))
        assert convkit(*batch, here).code == 0
        assert len(said["results"]) == 3
        assert [path.read_bytes() for path in sorted(there.iterdir())] == [
            path.read_bytes() for path in sorted(here.iterdir())
        ]
        again = convkit(*batch, there, "--cluster", two.address)
        again.assert_refused("exists")


@pytest.mark.parametrize(
    "command",
    [
        ("compare", "moons.yaml", "--over", "seed=1,2"),
        ("convolve", "sample_images/shapes.png", "-k", "box", "-o", "x.png"),
    ],
)
def test_an_address_that_is_none_is_told(command, config):
    words = [config if word == "moons.yaml" else word for word in command]
    convkit(*words, "--cluster", "nonsense").assert_refused(
        "no Dask scheduler answers at 'nonsense'", "dask scheduler"
    )


def test_standard_output_is_not_a_clusters(config):
    done = convkit(
        *("convolve", "sample_images/matrix-5x5.csv", "-k", "box"), "--cluster", "tcp://x:1"
    )
    done.assert_refused("a cluster has no part in standard input and output")
