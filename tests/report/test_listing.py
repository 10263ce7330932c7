"""Lines of runs: what each says of one, and in which order they come."""

import pytest

from convkit.errors import ConvkitError
from convkit.report.listing import list_lines, metric_names_of, sort_lines
from tests.report.making import FINISHED, RECORDS, made_run, reached


def names(lines):
    return [line.run.rpartition("/")[2] for line in lines]


def test_a_finished_run(tmp_path):
    folder = made_run(tmp_path)
    (line,) = list_lines(tmp_path)
    assert line.run == str(folder)
    assert (line.name, line.status, line.epochs, line.seconds) == ("digits", "finished", 2, 1.5)
    assert line.started == "2026-01-02T03:04:05+00:00"
    assert line.metrics == FINISHED["metrics"]
    assert line.problem is None


def test_a_run_that_was_killed_says_what_its_epochs_say(tmp_path):
    made_run(tmp_path, summary=None)
    (line,) = list_lines(tmp_path)
    assert (line.status, line.epochs, line.seconds) == ("unfinished", 2, 1.0)
    assert line.metrics == {"train/loss": 0.5}


def test_a_run_that_has_only_begun(tmp_path):
    made_run(tmp_path, summary=None, records=[])
    (line,) = list_lines(tmp_path)
    assert (line.status, line.epochs, line.seconds, line.metrics) == ("unfinished", 0, None, {})


def test_a_last_line_that_a_kill_tore_is_no_epoch(tmp_path):
    folder = made_run(tmp_path, summary=None)
    with (folder / "metrics.jsonl").open("a") as stream:
        stream.write('{"epoch": 3, "st')
    assert list_lines(tmp_path)[0].epochs == len(RECORDS)


@pytest.mark.parametrize(
    ("file", "text", "says"),
    [
        ("summary.json", "{", "summary.json' is no JSON"),
        ("summary.json", "[1]", "summary.json' holds no names"),
        ("summary.json", "\x00", "summary.json' is no JSON"),
        ("environment.json", "no", "environment.json' is no JSON"),
    ],
)
def test_a_damaged_run_hides_no_other(tmp_path, file, text, says):
    damaged = made_run(tmp_path, "digits/1")
    (damaged / file).write_text(text)
    made_run(tmp_path, "digits/2")
    lines = list_lines(tmp_path)
    assert [line.status for line in lines] == ["unreadable", "finished"]
    assert says in lines[0].problem
    assert lines[0].metrics == {}


def test_a_line_in_the_middle_that_is_no_record(tmp_path):
    folder = made_run(tmp_path, summary=None)
    (folder / "metrics.jsonl").write_text('{"epoch": 1, "step": 1}\nnonsense\n{"step": 2}\n')
    (line,) = list_lines(tmp_path)
    assert line.status == "unreadable"
    assert "metrics.jsonl:2" in line.problem


def test_metrics_that_are_no_numbers_are_left_out(tmp_path):
    metrics = {"test/accuracy": 0.5, "test/loss": None, "test/note": "good", "test/is": True}
    made_run(tmp_path, summary=FINISHED | {"metrics": metrics})
    assert list_lines(tmp_path)[0].metrics == {"test/accuracy": 0.5, "test/loss": None}


def test_folders_that_are_no_runs_are_left_out(tmp_path):
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "digits" / "7").mkdir(parents=True)
    (tmp_path / "digits" / "notes").mkdir()
    (tmp_path / "a-file").write_text("")
    made_run(tmp_path, "digits/12")
    made_run(tmp_path, "digits/3")
    assert names(list_lines(tmp_path)) == ["3", "12"]


def test_the_folder_of_an_experiment(tmp_path):
    made_run(tmp_path, "digits/1")
    made_run(tmp_path, "moons/1")
    assert [line.name for line in list_lines(tmp_path / "moons")] == ["moons"]
    assert [line.name for line in list_lines(tmp_path, "digits")] == ["digits"]


def test_a_name_that_no_experiment_has(tmp_path):
    made_run(tmp_path)
    with pytest.raises(ConvkitError, match=r"unknown experiment 'digist'.*did you mean 'digits'"):
        list_lines(tmp_path, "digist")


@pytest.fixture
def several(tmp_path):
    made_run(tmp_path, "digits/1", summary=reached(0.7, seconds=3.0))
    made_run(tmp_path, "digits/2", summary=FINISHED | {"metrics": {"test/loss": 0.1}})
    made_run(tmp_path, "digits/3", summary=reached(0.9, seconds=2.0, epochs=9))
    made_run(tmp_path, "digits/4", summary=reached(0.8, seconds=1.0))
    return list_lines(tmp_path)


@pytest.mark.parametrize(
    ("key", "order"),
    [
        ("run", "1234"),
        ("test/accuracy", "3412"),  # the highest is best; what has none is last
        ("test/loss", "2134"),
        ("seconds", "4231"),
        ("epochs", "3124"),
    ],
)
def test_sorting(several, key, order):
    assert "".join(names(sort_lines(several, key))) == order


def test_the_lowest_loss_is_best(tmp_path):
    for number, loss in enumerate([0.3, 0.1, 0.2], start=1):
        made_run(tmp_path, f"a/{number}", summary=FINISHED | {"metrics": {"test/loss": loss}})
    assert names(sort_lines(list_lines(tmp_path), "test/loss")) == ["2", "3", "1"]


def test_an_unknown_column(several):
    with pytest.raises(ConvkitError, match="did you mean 'test/accuracy'"):
        sort_lines(several, "test/acuracy")


def test_what_tells_most_comes_first():
    given = ["train/loss", "train/accuracy", "test/loss", "test/r2", "validation/loss", "test/r2"]
    assert metric_names_of([*given, "test/mae"]) == [
        "test/r2",
        "test/mae",
        "test/loss",
        "validation/loss",
        "train/accuracy",
        "train/loss",
    ]
