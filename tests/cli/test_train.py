"""convkit train, left alone: what it prints, writes and expects, and what it refuses."""

import json
import re
import shlex
import statistics
import subprocess

import pytest

from tests.cli.process import COMMAND, ROOT, convkit, environment
from tests.cli.training import TINY


def expecting(folder, metric, bound):
    path = folder / "expecting.yaml"
    path.write_text(f'{TINY}expect: {{{metric}: "{bound}"}}\n')
    return path.name


# --- in a pipe ---


def test_data_goes_to_stdout_and_a_line_for_each_epoch_to_stderr(tiny):
    result = convkit("train", "tiny.yaml", cwd=tiny)
    header, *rows = result.rows
    assert header == ["metric", "train", "validation", "test"]
    assert [row[0] for row in rows] == ["loss", "accuracy"]
    assert all(0 <= float(cell) < 2 for row in rows for cell in row[1:])
    begin, *epochs, end = result.stderr.splitlines()
    assert begin.startswith(
        "runs/tiny/1: 72 train, 24 validation, 24 test, 33 parameters, 4 epochs"
    )
    assert [line.split()[1] for line in epochs] == ["1/4", "2/4", "3/4", "4/4"]
    assert all("validation/loss" in line and "samples/s" in line for line in epochs)
    assert re.fullmatch(r"runs/tiny/1: finished after .* m?s: all 4 epochs are done", end)
    assert "\x1b" not in result.stderr


def test_the_run_directory_holds_what_was_asked_for(tiny):
    convkit("train", "tiny.yaml", "--set", "optimizer.lr=0.01", "--seed", "7", cwd=tiny)
    config = (tiny / "runs/tiny/1/config.yaml").read_text()
    assert "lr: 0.01" in config
    assert "seed: 7" in config
    assert len((tiny / "runs/tiny/1/metrics.jsonl").read_text().splitlines()) == 4


def test_numbers_count_up_and_names_and_folders_can_be_chosen(tiny):
    for number in ("1", "2"):
        arguments = ("train", "tiny.yaml", "--name", "other", "--runs", "kept here", "--quiet")
        result = convkit(*arguments, cwd=tiny)
        assert result.rows == [[f"kept here/other/{number}"]]
        assert (tiny / "kept here/other" / number / "summary.json").is_file()


def test_quiet_prints_the_run_directory_alone(tiny):
    line = f'RUN=$({shlex.join(COMMAND)} train tiny.yaml --quiet) && ls "$RUN/checkpoints"'
    result = subprocess.run(
        ["sh", "-c", line], capture_output=True, text=True, cwd=tiny, env=environment(), check=False
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert "last.safetensors" in result.stdout


def test_json_is_one_document_with_every_digit(tiny):
    config = expecting(tiny, "test/accuracy", ">=0.1")
    result = convkit("train", config, "--json", cwd=tiny)
    document = json.loads(result.stdout)
    summary = json.loads((tiny / document["run"] / "summary.json").read_text())
    assert result.code == 0
    assert summary.items() <= document.items()
    assert document["status"] == "finished"
    assert document["expectations"] == [
        {"metric": "test/accuracy", "expected": ">=0.1", "met": True}
    ]


def test_a_config_comes_from_standard_input(tiny):
    nameless = TINY.replace("name: tiny\n", "")
    result = convkit("train", "-", "-q", stdin=nameless.encode(), cwd=tiny)
    assert result.rows == [["runs/experiment/1"]]


def test_paths_in_a_config_start_from_its_folder(tiny):
    (tiny / "deep").mkdir()
    rows = "".join(f"{x},{x * x},{'ab'[x % 2]}\n" for x in range(40))
    (tiny / "deep/table.csv").write_text(f"x,square,class\n{rows}")
    (tiny / "deep/own.yaml").write_text(
        "data: {name: csv, path: table.csv, target: class, standardize: true}\n"
        "model: [{dense: 2}]\nloss: cross_entropy\noptimizer: adam\ntrainer: {epochs: 1}\n"
    )
    assert convkit("train", "deep/own.yaml", "-q", cwd=tiny).rows == [["runs/own/1"]]


def test_one_thread_or_two_are_the_same_to_the_last_bit(tiny):
    one, two = (
        convkit("train", "tiny.yaml", "--threads", threads, cwd=tiny) for threads in ("1", "2")
    )
    assert one.rows == two.rows


def test_a_log_of_many_epochs_is_thinned_out(tiny):
    arguments = ("train", "tiny.yaml", "--set", "trainer.epochs=1001", "--set", "data.samples=20")
    lines = [convkit(*arguments, *more, cwd=tiny).stderr.count("\nepoch ") for more in ([], ["-v"])]
    assert lines == [334, 1001]  # every third and the last


# --- expectations ---


def test_what_holds_is_said(tiny):
    result = convkit("train", expecting(tiny, "test/accuracy", ">=0.1"), cwd=tiny)
    assert result.code == 0
    assert result.stderr.endswith("as expected: test/accuracy >= 0.1\n")


def test_what_does_not_hold_is_said_and_the_exit_code_is_1(tiny):
    result = convkit("train", expecting(tiny, "test/accuracy", ">1"), cwd=tiny)
    assert result.code == 1
    assert result.text.startswith("metric\t")
    last = result.stderr.splitlines()[-1]
    assert last.startswith("error: expected test/accuracy > 1, but it is 0.")


def test_quiet_says_what_does_not_hold(tiny):
    result = convkit("train", expecting(tiny, "test/accuracy", ">1"), "--quiet", cwd=tiny)
    assert (result.code, result.text) == (1, "runs/tiny/1\n")
    assert result.stderr.count("\n") == 1


# --- slips ---


def test_everything_that_is_wrong_is_said_at_once(tiny):
    (tiny / "bad.yaml").write_text(
        TINY.replace("dense: 8", "dnese: 8")
        .replace("lr: 0.05", "lr: fast")
        .replace("epochs:", "epoch:")
    )
    result = convkit("train", "bad.yaml", "--set", "sede=3", cwd=tiny)
    assert (result.code, result.text) == (2, "")
    lines = result.stderr.splitlines()
    for line, start, says in zip(
        lines,
        ["bad.yaml:4: ", "bad.yaml:8: optimizer.lr: ", "bad.yaml:9: trainer.epoch: ", "--set: "],
        ["'dense'", "'fast'", "'epochs'", "'seed'"],
        strict=True,
    ):
        assert line.startswith(f"error: {start}")
        assert says in line
    assert not (tiny / "runs").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["train"], ["name a config"]),
        (["train", "tinny.yaml"], ["no such file: 'tinny.yaml'", "'tiny.yaml'"]),
        (["train", "."], ["is a folder"]),
        (["train", ""], ["empty"]),
        (["train", "tiny.yaml", "--seeds", "0"], ["--seeds must be at least 1, got 0"]),
        (["train", "tiny.yaml", "--seed", "x"], ["error: --seed: ", "'x'"]),
        (["train", "tiny.yaml", "--seed", ""], ["error: --seed: ", "nothing"]),
        (["train", "tiny.yaml", "--threads", "0"], ["--threads", "'0'"]),
        (["train", "tiny.yaml", "--name", "a/b"], ["error: --name: ", "'a/b'"]),
        (["train", "tiny.yaml", "--set", "seed"], ["KEY=VALUE", "'seed'"]),
        (["train", "tiny.yaml", "--dry-run", "--seeds", "2"], ["--dry-run", "--seeds"]),
        (["train", "--resume", "tiny"], ["no such run: 'tiny'"]),
        (["train", "--resume", "a/1", "--seed", "3"], ["--seed", "convkit train --resume a/1"]),
        (["train", "tiny.yaml", "--resume", "a/1"], ["CONFIG", "convkit train --resume a/1"]),
        (["train", "tiny.yaml", "--sed", "3"], ["--sed"]),
    ],
    ids=" ".join,
)
def test_a_slip_is_one_line_with_the_way_out(arguments, says, tiny):
    convkit(*arguments, cwd=tiny).assert_refused(*says)


def test_what_is_no_option_but_a_setting_is_told():
    convkit("train", "--epochs", "3").assert_refused("--epochs", "--set trainer.epochs=")
    elsewhere = convkit("predict", "--epochs", "3")
    elsewhere.assert_refused("--epochs")
    assert "--set" not in elsewhere.stderr


def test_a_search_is_told_from_an_experiment():
    search, experiment = "configs/tune-digits.yaml", "configs/digits-mlp.yaml"
    convkit("train", search).assert_refused("this is a search", f"convkit tune {search}")
    convkit("tune", experiment, "--dry-run").assert_refused(
        "this is an experiment", f"convkit train {experiment}"
    )


def test_the_bare_name_of_a_config_leads_to_it():
    convkit("train", "digits-cnn").assert_refused("did you mean 'configs/digits-cnn.yaml'?")


def test_a_run_that_is_over_is_not_resumed(tiny):
    convkit("train", "tiny.yaml", cwd=tiny)
    convkit("train", "--resume", "tiny", cwd=tiny).assert_refused("runs/tiny/1", "finished")


def test_a_layer_that_does_not_fit_names_its_line(tiny):
    (tiny / "misfit.yaml").write_text(TINY.replace("tanh", "conv2d: 4"))
    convkit("train", "misfit.yaml", cwd=tiny).assert_refused("misfit.yaml:5", "conv2d")


def test_a_layer_that_is_too_large_names_its_line(tiny):
    (tiny / "huge.yaml").write_text(TINY.replace("dense: 8", "dense: 1000000000000"))
    for more in ([], ["--dry-run"]):
        result = convkit("train", "huge.yaml", *more, cwd=tiny)
        result.assert_refused("huge.yaml:4: layer 1 (dense)", "12,000.0 GB of memory", "(hint: ")
    assert not (tiny / "runs").exists()


def test_a_folder_for_runs_that_cannot_be_made_is_refused(tiny):
    convkit("train", "tiny.yaml", "--runs", "tiny.yaml", cwd=tiny).assert_refused("tiny.yaml")


# --- seeds ---


def test_seeds_are_averaged(tiny):
    result = convkit("train", "tiny.yaml", "--seeds", "3", "--json", cwd=tiny)
    document = json.loads(result.stdout)
    assert [run["seed"] for run in document["runs"]] == [1, 2, 3]
    assert [run["run"] for run in document["runs"]] == [f"runs/tiny/{n}" for n in (1, 2, 3)]
    for name, said in document["statistics"].items():
        values = [run["metrics"][name] for run in document["runs"]]
        assert said["values"] == values
        assert said["mean"] == pytest.approx(statistics.fmean(values))
        assert said["deviation"] == pytest.approx(statistics.stdev(values))
    table = convkit("train", "tiny.yaml", "--seeds", "3", cwd=tiny).rows
    assert table[0] == ["metric", "mean", "deviation", "least", "most"]
    for name, mean, deviation, *_ in table[1:]:
        assert float(mean) == document["statistics"][name]["mean"]
        assert float(deviation) == document["statistics"][name]["deviation"]


def test_with_seeds_each_run_is_held_to_what_is_expected(tiny):
    config = expecting(tiny, "train/loss", "<0")
    result = convkit("train", config, "--seeds", "2", "--quiet", cwd=tiny)
    assert (result.code, result.text) == (1, "runs/tiny/1\nruns/tiny/2\n")
    assert [line[:14] for line in result.stderr.splitlines()] == [
        "error: seed 1:",
        "error: seed 2:",
    ]


# --- what there is no number for ---


def test_what_is_no_number_is_an_empty_cell_in_every_split(tiny):
    """Constant targets have no variance that r2 could be the part of."""
    (tiny / "constant.csv").write_text("x,y\n" + "".join(f"{x},5\n" for x in range(20)))
    (tiny / "constant.yaml").write_text(
        "data: {name: csv, path: constant.csv, target: y, task: regression, test: 0.2}\n"
        "model: [{dense: 1}]\nloss: mse\noptimizer: adam\ntrainer: {epochs: 1}\n"
    )
    rows = convkit("train", "constant.yaml", cwd=tiny).rows
    assert ["r2", "", ""] in rows
    assert ["r2", "", ""] in convkit("evaluate", "constant", cwd=tiny).rows


# --- plots ---


@pytest.mark.parametrize(
    ("options", "said", "drawn"),
    [
        ([], "", True),
        ([], "yes", True),
        ([], "no", False),
        (["--plots"], "no", True),
        (["--no-plots"], "yes", False),
    ],
)
def test_plots_are_drawn_unless_an_option_or_the_environment_says_no(tiny, options, said, drawn):
    pytest.importorskip("matplotlib")
    (run,) = convkit("train", "tiny.yaml", "-q", *options, cwd=tiny, CONVKIT_PLOTS=said).rows[0]
    assert (tiny / run / "plots" / "curves.png").exists() == drawn


def test_the_environment_says_yes_or_no(tiny):
    result = convkit("train", "tiny.yaml", cwd=tiny, CONVKIT_PLOTS="1")
    result.assert_refused("CONVKIT_PLOTS must be yes or no, got '1'")
    assert not (tiny / "runs").exists()


# --- the shipped experiments ---


@pytest.mark.parametrize("name", ["digits-mlp", "digits-cnn", "mlp-xor"])
def test_a_shipped_experiment_keeps_its_promise(name, tmp_path):
    config = ROOT / f"configs/{name}.yaml"
    assert config.read_text().startswith(f"# convkit train configs/{name}.yaml\n")
    assert "expect:" in config.read_text()
    result = convkit("train", config, cwd=tmp_path)
    assert result.code == 0, result.stderr
