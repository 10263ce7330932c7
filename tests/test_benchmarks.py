"""The benchmarks run, and compare only what agrees in value. No time is asserted."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest
from PIL import Image

from benchmarks.comparison import compare
from benchmarks.goals import GOALS, PROCESS_GOALS, measured_by_grey, with_goals
from benchmarks.jobs import Job, Way, all_jobs, integer_kernels
from benchmarks.peers import PEERS
from benchmarks.photo import photo
from benchmarks.results import Result, summary
from benchmarks.turns import Ratio, in_turns, paired_ratio
from tests.cli.process import ROOT, environment


def run(program, *arguments, code=0):
    """Run a benchmark as a process; return what it said on stdout and stderr."""
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{program}", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment(),
        check=False,
        timeout=120,
    )
    assert done.returncode == code, done.stderr
    return done.stdout, done.stderr


# --- the loop ---


def test_everybody_takes_a_turn_in_every_round():
    calls = []
    runners = {name: lambda name=name: calls.append(name) for name in "ABC"}
    times = in_turns(runners, rounds=4, warmup=1)
    assert "".join(calls) == "ABC" * 5
    assert [len(times[name]) for name in "ABC"] == [4, 4, 4]


def test_three_rounds_are_taken_when_the_time_is_up():
    assert len(in_turns({"A": int}, rounds=9, seconds=0)["A"]) == 3


def test_the_ratio_is_the_median_of_paired_ratios():
    # The second round fell into a slow while: single medians would say 3/4, or 4/4.
    assert paired_ratio([1, 30, 3, 4, 5], [2, 60, 3, 4, 10]) == Ratio(0.5, 0.5, 1.0)
    assert paired_ratio([1], [4]) == Ratio(0.25, 0.25, 0.25)


# --- who agrees, and who doesn't ---

JOB = Job("clipped", "identity", np.arange(30, dtype=np.uint8).reshape(5, 6), np.eye(3))


def way(name, change=lambda image: image, **options):
    def prepare(job):
        return lambda: change(job.image.copy())

    return Way(name, prepare, **options)


def spoil(row, column):
    def change(image):
        image[row, column] += 9
        return image

    return change


@pytest.mark.parametrize(
    ("peer", "note"),
    [
        (way("same"), ""),
        (way("other", spoil(2, 3)), "void: differs by 9, 0 allowed"),
        (way("own border", spoil(0, 3), inner=True), ""),
        (way("other inside", spoil(1, 1), inner=True), "void: differs by 9, 0 allowed"),
        (way("smaller", lambda image: image[1:]), "void: uint8 (4, 6) where"),
        (way("wider", np.float32), "void: float32 (5, 6) where"),
    ],
)
def test_only_results_that_agree_get_a_ratio(peer, note):
    (result,) = compare(JOB, [way("convkit")], [peer], rounds=1, seconds=1)
    assert result.note.startswith(note)
    assert (result.ratio is None) == bool(note)


def test_nan_does_not_agree():
    job = replace(JOB, operation="dense", image=JOB.image.astype(np.float32))

    def spoiled(image):
        image[0, 0] = np.nan
        return image

    (result,) = compare(job, [way("convkit")], [way("NaN", spoiled)], rounds=1, seconds=1)
    assert result.note.startswith("void: differs by nan")


def test_a_way_that_does_not_offer_the_job_is_left_out():
    nothing = Way("nothing", lambda job: None)
    results = list(
        compare(JOB, [way("convkit"), nothing], [way("peer"), nothing], rounds=1, seconds=1)
    )
    assert [(result.ours, result.peer) for result in results] == [("convkit", "peer")]
    (result,) = compare(JOB, [nothing], [way("peer")], rounds=1, seconds=1)
    assert (result.note, result.ratio) == ("convkit doesn't offer it", None)


# --- goals ---


def result(operation, peer, ratio=0.5, **fields):
    defaults = {"kernel": "k", "side": 3, "size": "2160x3840", "picture": "grey float32"}
    return Result(
        operation=operation,
        ours=fields.pop("ours", "convkit"),
        peer=peer,
        ratio=Ratio(ratio, ratio, ratio),
        **(defaults | fields),
    )


@pytest.mark.parametrize(
    ("one", "goal"),
    [
        (result("edge map", "OpenCV filter2D"), 0.8),
        (result("edge map", "OpenCV Sobel"), 1.0),
        (result("gradient magnitude", "OpenCV Sobel"), 0.4),
        (result("dense", "OpenCV filter2D", side=7), 2.0),
        (result("dense", "OpenCV filter2D", side=7, ours="convkit[fast]"), 0.9),
        (result("dense", "OpenCV filter2D", side=11), 1.2),
        (result("dense", "OpenCV filter2D", side=63), 0.6),
        (result("separable", "OpenCV sepFilter2D", side=9), 0.7),
        (result("separable", "OpenCV sepFilter2D", side=7), None),
        (result("separable", "SciPy ndimage.correlate1d", side=7), 0.3),
        (result("dense", "OpenCV filter2D", size="512x512"), None),
    ],
)
def test_goals(one, goal):
    (aimed,) = with_goals([one], GOALS)
    assert aimed.goal == goal
    assert aimed.reached == (None if goal is None else goal >= 0.5)


def test_process_goals():
    one = result("edge map", "OpenCV script", 0.9, picture="RGB PNG")
    large, small = with_goals([one, replace(one, size="512x512")], PROCESS_GOALS)
    assert (large.goal, large.reached) == (0.85, False)
    assert (small.goal, small.reached) == (1.0, True)


def test_rgb_is_measured_by_grey():
    grey = result("edge map", "OpenCV filter2D", 0.3)
    rgb = replace(grey, picture="RGB uint8", ratio=Ratio(0.7, 0.7, 0.7))
    _, aimed = measured_by_grey(with_goals([grey, rgb], GOALS))
    assert (aimed.goal, aimed.reached) == (0.6, False)
    (alone,) = measured_by_grey(with_goals([rgb], GOALS))
    assert alone.goal is None


def test_summary_counts_losses_too():
    results = with_goals(
        [result("edge map", "OpenCV filter2D", 0.5), result("edge map", "OpenCV filter2D", 1.5)],
        GOALS,
    )
    results.append(replace(results[0], ratio=None, note="void"))
    assert summary(results) == (
        "1 of 2 goals reached; the peer was faster in 1 of 2 comparisons; 1 without a figure"
    )


# --- images and jobs ---


@pytest.mark.parametrize("channels", [1, 3])
def test_photos_compress_as_photographs_do(channels):
    picture = photo(300, 400, channels)
    assert picture.shape == ((300, 400) if channels == 1 else (300, 400, 3))
    assert picture.dtype == np.uint8
    assert (picture == photo(300, 400, channels)).all()
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    assert 4 < file.tell() * 8 / picture.size < 5.5


def test_every_named_integer_kernel_is_there_once():
    kernels = integer_kernels()
    assert {"sobel-h", "scharr-v", "laplacian-8", "kirsch-nw", "emboss"} <= set(kernels)
    assert "horizontal-edge" not in kernels  # prewitt-h's weights
    matrices = {weights.tobytes() for weights in kernels.values()}
    assert len(matrices) == len(kernels)


def test_jobs_have_names_of_their_own():
    names = [job.name for job in all_jobs([(8, 9), (10, 9)], [3, 5])]
    assert len(set(names)) == len(names)
    assert "dense random 5 10x9 RGB uint8" in names


# --- the programs ---


def test_convolve_agrees_with_all_peers(tmp_path):
    # 80 rows: more than a strip of some strategies.
    stdout, stderr = run(
        "convolve", "--sizes", "80x56", "--kernels", 3, 9, "--rounds", 1, "--out", tmp_path
    )
    assert "operation\tkernel" in stdout
    assert {path.name for path in tmp_path.iterdir()} >= {"convolve.json", "convolve.md"}
    document = json.loads((tmp_path / "convolve.json").read_text())
    assert document["threads on each side"] == 2
    assert {r["note"] for r in document["results"]} == {""}
    compared = {r["peer"].split()[0] for r in document["results"]}
    for peer in PEERS:
        assert (peer.name in compared) == peer.is_installed
        assert (f"{peer.name} is not installed" in stderr) != peer.is_installed
    assert len(list(tmp_path.glob("*.png"))) == (find_spec("matplotlib") is not None)


def test_only_runs_what_it_names(tmp_path):
    options = ("--sizes", 20, "--rounds", 1, "--peers", "SciPy", "--out", tmp_path)
    run("convolve", *options, "--kernels", 3, 5, "--only", "rank-1 5*grey float32")
    results = json.loads((tmp_path / "convolve.json").read_text())["results"]
    assert {r["ours"] for r in results} >= {"convkit"}
    assert {(r["kernel"], r["peer"]) for r in results} == {
        ("rank-1 5", "SciPy ndimage.correlate1d")
    }
    _, stderr = run("convolve", *options, "--only", "nonesuch", code=1)
    assert stderr == "no case matches 'nonesuch'\n"


def test_files(tmp_path):
    run(
        *("process", "--parts", "files", "--only", "sharpen*grey", "--sizes", "32x40"),
        *("--rounds", 1, "--out", tmp_path),
    )
    results = json.loads((tmp_path / "process.json").read_text())["results"]
    assert "Pillow script" in {r["peer"] for r in results}
    for r in results:
        assert r["note"].endswith(" MB"), r


def test_batch_and_memory(tmp_path):
    run(
        *("process", "--parts", "batch", "memory", "--images", 2, "--side", 1500),
        *("--rounds", 1, "--out", tmp_path),
    )
    document = json.loads((tmp_path / "process.json").read_text())
    (batch,) = document["results"]
    assert batch["ours_seconds"] > 0
    for peak in document["peaks"]:
        assert peak["note"] == ""
        # A process holds its start, and of a larger image at least what it wrote.
        assert peak["peak"] > peak["start"] > 10
    assert "## Peak memory" in (tmp_path / "process.md").read_text()


@pytest.mark.parametrize("bad", [("--kernels", "4"), ("--sizes", "0x5"), ("--rounds", "none")])
def test_bad_options_are_refused(bad):
    _, stderr = run("convolve", *bad, code=2)
    assert f"argument {bad[0]}" in stderr
    assert "Traceback" not in stderr
