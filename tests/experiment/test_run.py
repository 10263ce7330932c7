"""The run directory: numbers that nobody shares, files that are always whole."""

import json
import subprocess
import sys

import pytest

from convkit.errors import ConvkitError
from convkit.experiment.run import Run, create_run, find_run, runs_in


def test_runs_are_numbered_from_one(tmp_path):
    runs = [create_run("digits", "seed: 1\n", {"python": "3"}, tmp_path) for _ in range(3)]
    assert [(run.name, run.number) for run in runs] == [("digits", n) for n in (1, 2, 3)]
    assert runs_in(tmp_path) == runs


def test_a_number_is_not_used_again_after_one_is_deleted_below_it(tmp_path):
    first, _ = (create_run("digits", "", {}, tmp_path) for _ in range(2))
    for path in sorted(first.folder.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    first.folder.rmdir()
    assert create_run("digits", "", {}, tmp_path).number == 3


def test_a_run_is_whole_as_soon_as_it_has_a_number(tmp_path):
    run = create_run("digits", "seed: 1\n", {"seed": 1}, tmp_path)
    assert run.config.read_text() == "seed: 1\n"
    assert run.environment() == {"seed": 1}
    assert run.summary() is None
    assert {path.name for path in run.folder.iterdir()} == {
        "config.yaml",
        "environment.json",
        "checkpoints",
        "plots",
    }
    assert [path.name for path in run.folder.parent.iterdir()] == ["1"]


RACE = """
import sys
from pathlib import Path
from convkit.experiment.run import create_run
for _ in range(25):
    print(create_run("race", sys.argv[2], {}, Path(sys.argv[1])).number)
"""


def test_processes_never_get_the_same_number(tmp_path):
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACE, str(tmp_path), name], stdout=subprocess.PIPE, text=True
        )
        for name in "abcd"
    ]
    numbers = {
        name: racer.communicate()[0].split() for name, racer in zip("abcd", racers, strict=True)
    }
    taken = [int(number) for mine in numbers.values() for number in mine]
    assert sorted(taken) == list(range(1, 101))
    for name, mine in numbers.items():
        assert {(tmp_path / "race" / number / "config.yaml").read_text() for number in mine} == {
            name
        }


def test_a_summary_is_written_and_dropped(tmp_path):
    run = create_run("digits", "", {}, tmp_path)
    run.write_summary({"loss": float("nan"), "best": 0.1 + 0.2})
    assert run.summary() == {"loss": None, "best": 0.1 + 0.2}
    run.drop_summary()
    run.drop_summary()
    assert run.summary() is None


def test_the_log_has_a_time_in_each_line(tmp_path):
    run = create_run("digits", "", {}, tmp_path)
    run.log("begins")
    run.log("ends")
    lines = (run.folder / "log.txt").read_text().splitlines()
    assert [line.split(" ", 1)[1] for line in lines] == ["begins", "ends"]
    assert all(line[:2] == "20" for line in lines)


@pytest.mark.parametrize("text", ["digits/2", "digits", "{root}/digits/2", "{root}/digits"])
def test_a_run_is_found_by_its_folder_or_its_name(tmp_path, text):
    for _ in range(2):
        create_run("digits", "", {}, tmp_path)
    assert find_run(text.format(root=tmp_path), tmp_path) == Run(tmp_path / "digits" / "2")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("digit", "did you mean 'digits'?"),
        ("digits/3", "did you mean 'digits/1'?"),
        ("nothing like it", "convkit runs list shows those there are"),
        ("", "convkit runs list shows those there are"),
    ],
)
def test_a_run_that_is_not_there(tmp_path, text, hint):
    create_run("digits", "", {}, tmp_path)
    with pytest.raises(ConvkitError, match=f"no such run: '{text}'") as caught:
        find_run(text, tmp_path)
    assert caught.value.hint == hint


def test_no_runs_at_all(tmp_path):
    assert runs_in(tmp_path / "runs") == []


def test_other_folders_are_no_runs(tmp_path):
    (tmp_path / "digits" / "notes").mkdir(parents=True)
    (tmp_path / "digits" / "7").mkdir()
    (tmp_path / "file").write_text("")
    assert runs_in(tmp_path) == []


def test_an_edited_file_is_named(tmp_path):
    run = create_run("digits", "", {}, tmp_path)
    (run.folder / "summary.json").write_text(json.dumps({"a": 1})[:-1])
    with pytest.raises(ConvkitError, match=r"summary\.json' is no JSON"):
        run.summary()


def test_a_folder_that_may_not_be_written(tmp_path):
    (tmp_path / "runs").write_text("a file where the folder should be")
    with pytest.raises(ConvkitError, match="can't make"):
        create_run("digits", "", {}, tmp_path / "runs")


def test_a_run_that_was_renamed_or_copied_is_one(tmp_path):
    first, second = (create_run("digits", "", {}, tmp_path) for _ in range(2))
    kept = Run(first.folder.rename(tmp_path / "digits" / "kept"))
    assert kept.number is None
    assert find_run("digits/kept", tmp_path) == find_run(str(kept.folder), tmp_path) == kept
    assert runs_in(tmp_path) == [kept, second]
    assert find_run("digits", tmp_path) == second  # the newest that has a number
    moved = Run(second.folder.rename(tmp_path / "away"))
    assert find_run(str(moved.folder), tmp_path / "runs") == moved


def test_a_folder_with_a_config_alone_is_no_run_unless_it_has_a_number(tmp_path):
    run = create_run("digits", "", {}, tmp_path)
    (run.folder / "environment.json").unlink()
    assert runs_in(tmp_path) == [run]
    run.folder.rename(tmp_path / "digits" / "configs")
    assert runs_in(tmp_path) == []
    with pytest.raises(ConvkitError, match="no such run"):
        find_run("digits/configs", tmp_path)


def test_a_run_is_found_from_inside(tmp_path, monkeypatch):
    run = create_run("digits", "", {}, tmp_path)
    monkeypatch.chdir(run.folder / "plots")
    assert find_run("..").name == "digits"
