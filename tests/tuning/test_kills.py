"""Studies killed at random moments: the right trials, none lost, none twice."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest

from tests.cli.process import ROOT, environment
from tests.tuning.small import SEARCH, written

TRIALS = 60
KILLS = 20


def large(folder):
    """Write a search with trials enough, and long enough, for every kill to come between."""
    text = SEARCH.replace("trials: 4", f"trials: {TRIALS}")
    return written(folder, f"{text}set: {{trainer.epochs: 500}}\n")


def begin(search, *arguments):
    runs = search.parent / "runs"
    return subprocess.Popen(
        [sys.executable, "-m", "convkit", "tune", search, "--runs", runs, "--json", *arguments],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(search, *arguments):
    process = begin(search, *arguments)
    stdout, stderr = process.communicate(timeout=300)
    assert process.returncode == 0, stderr
    return json.loads(stdout)


def trials_in(folder):
    return list(folder.glob("runs/search/trials/*/*"))


def check(document):
    """Every number once, each complete, with the values that its number stands for."""
    assert [trial["number"] for trial in document["trials"]] == list(range(TRIALS))
    assert document["counts"] == {
        **{"complete": TRIALS, "pruned": 0, "failed": 0, "running": 0, "waiting": 0}
    }


def told(document):
    return [(trial["number"], trial["values"], trial["metrics"]) for trial in document["trials"]]


@pytest.mark.slow
def test_twenty_kills(tmp_path):
    rng = Random(0)
    folder = tmp_path / "killed"
    folder.mkdir()
    search = large(folder)
    for _ in range(KILLS):
        before = len(trials_in(folder))
        process = begin(search, "-j", "2")
        until = time.monotonic() + 60
        # Not before it works, so that it comes on; at any moment after that.
        while len(trials_in(folder)) == before and process.poll() is None:
            assert time.monotonic() < until
            time.sleep(0.01)
        time.sleep(rng.uniform(0, 0.3))
        assert process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.communicate()
    document = finish(search, "-j", "2")
    check(document)
    undisturbed = tmp_path / "undisturbed"
    undisturbed.mkdir()
    assert told(document) == told(finish(large(undisturbed), "-j", "2"))


# --- databases ---


def program(name):
    """Return one of PostgreSQL's programs, which Debian doesn't put on the PATH."""
    found = shutil.which(name)
    elsewhere = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    if not found and not elsewhere:
        pytest.skip("PostgreSQL isn't installed")
    return found or str(elsewhere[-1])


@pytest.fixture
def postgresql():
    """Run a server of our own; give the URL of its database."""
    pytest.importorskip("psycopg2")
    initdb, pg_ctl = program("initdb"), program("pg_ctl")
    # The path of a socket may have 107 letters, which is less than pytest's folders have.
    with TemporaryDirectory(prefix="pg") as folder:
        somebody = []
        if os.geteuid() == 0:  # whom a server refuses
            shutil.chown(folder, "nobody")
            somebody = ["setpriv", "--reuid", "nobody", "--clear-groups"]
        run = partial(subprocess.run, check=True, cwd=folder, stdout=subprocess.DEVNULL)
        run([*somebody, initdb, "-D", "data", "-U", "convkit", "-A", "trust"])
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
        control = [*somebody, pg_ctl, "-D", "data", "-w"]
        run([*control, "-o", options, "-l", "log", "start"])
        yield f"postgresql://convkit@/postgres?host={folder}"
        run([*control, "-m", "immediate", "stop"])


def begin_together(search, storage, count):
    return [begin(search, "-j", "1", "--storage", storage) for _ in range(count)]


def finish_all(processes):
    said = [process.communicate(timeout=300)[1] for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes), said


@pytest.mark.slow
def test_four_processes_share_a_postgresql_study(tmp_path, postgresql):
    search = large(tmp_path)
    finish_all(begin_together(search, postgresql, 4))
    check(finish(search, "-j", "1", "--storage", postgresql))
    assert len(trials_in(tmp_path)) == TRIALS


@pytest.mark.slow
def test_one_of_four_is_killed(tmp_path, postgresql):
    search = large(tmp_path)
    victim, *others = begin_together(search, postgresql, 4)
    until = time.monotonic() + 60
    while len(trials_in(tmp_path)) < 5:
        assert time.monotonic() < until
        time.sleep(0.01)
    victim.send_signal(signal.SIGKILL)
    victim.communicate()
    finish_all(others)
    check(finish(search, "-j", "1", "--storage", postgresql))


def test_a_study_in_sqlite(tmp_path):
    storage = f"sqlite:///{tmp_path / 'study.db'}"
    document = finish(written(tmp_path), "-j", "1", "--storage", storage)
    assert [trial["state"] for trial in document["trials"]] == ["complete"] * 4
