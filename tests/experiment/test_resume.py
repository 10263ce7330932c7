"""A run that was stopped and resumed is the run that never stopped, to the last bit."""

import signal

import numpy as np
import pytest

from convkit.errors import ConvkitError
from convkit.experiment import saving
from convkit.experiment import trainer as trainer_module
from convkit.experiment.assembly import restore
from convkit.experiment.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from convkit.experiment.comparison import RunInfo
from convkit.experiment.lock import is_locked, locked
from convkit.experiment.metrics_log import MetricsLog, read_records
from convkit.experiment.run import Run, find_run
from convkit.experiment.session import resume
from convkit.families import Supervised
from tests.experiment.small import DROPOUT, signalled_at, trained, without_times


class Killed(BaseException):
    """Ends a process here and now, as far as the code under test can see."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return trained(DROPOUT, tmp_path_factory.mktemp("whole"))


def everything(run):
    """Return all that two runs of the same experiment must have in common."""
    last, best = (read_checkpoint(run.checkpoint(name)) for name in ("last", "best"))
    arrays = {f"last/{name}": array for name, array in last.arrays.items()}
    arrays |= {f"best/{name}": array for name, array in best.arrays.items()}
    records = [without_times(record) for record in read_records(run.metrics)]
    state = {name: value for name, value in last.state.items() if name != "position"}
    summary = run.summary()
    return arrays, records, state, without_times(summary)


def assert_same(run, other):
    arrays, *rest = everything(run)
    other_arrays, *other_rest = everything(other)
    assert rest == other_rest
    assert arrays.keys() == other_arrays.keys()
    for name, array in arrays.items():
        assert array.dtype == other_arrays[name].dtype
        assert array.tobytes() == other_arrays[name].tobytes(), name


def test_the_experiment_stops_early_and_its_plateau_falls(whole):
    """Otherwise the tests below wouldn't see whether these are remembered."""
    assert whole.status == "stopped early"
    rates = {record["lr"] for record in read_records(whole.run.metrics)}
    assert len(rates) > 1


# 90 samples in batches of 16 are 6 steps: within an epoch, at its last step, at its first one.
@pytest.mark.parametrize("step", [1, 4, 6, 7, 21, 30])
def test_after_an_interruption(whole, tmp_path, step):
    with pytest.MonkeyPatch.context() as patch:
        signalled_at(patch, step)
        outcome = trained(DROPOUT, tmp_path)
    assert outcome.status == "interrupted"
    assert outcome.summary["steps"] == step
    again = resume(outcome.run)
    assert again.status == whole.status
    assert_same(outcome.run, whole.run)


def test_after_many_interruptions(whole, tmp_path):
    with pytest.MonkeyPatch.context() as patch:
        signalled_at(patch, 5)
        outcome = trained(DROPOUT, tmp_path)
    while outcome.status == "interrupted":
        with pytest.MonkeyPatch.context() as patch:
            signalled_at(patch, 7, signal.SIGTERM)
            outcome = resume(outcome.run)
    assert_same(outcome.run, whole.run)


def test_a_second_signal_does_not_wait(tmp_path, monkeypatch):
    signalled_at(monkeypatch, 3)
    signalled_at(monkeypatch, 3)
    with pytest.raises(KeyboardInterrupt):
        trained(DROPOUT, tmp_path)


@pytest.mark.parametrize("step", [1, 6, 13, 29])
def test_after_a_kill_in_a_step(whole, tmp_path, monkeypatch, step):
    """Saved every epoch: what was done since the last time is done again."""
    monkeypatch.setattr("convkit.experiment.saving.LEAST_SECONDS", 0)
    run = killed_after(tmp_path, Supervised, "learn", step)
    resume(run)
    assert_same(run, whole.run)


@pytest.mark.parametrize("line", [1, 2, 5])
def test_after_a_kill_between_the_log_and_the_checkpoint(whole, tmp_path, monkeypatch, line):
    monkeypatch.setattr("convkit.experiment.saving.LEAST_SECONDS", 0)
    run = killed_after(tmp_path, trainer_module.Trainer, "save", line)
    assert len(read_records(run.metrics)) == line
    resume(run)
    assert_same(run, whole.run)


@pytest.mark.parametrize("write", range(1, 8))
def test_after_a_kill_while_a_checkpoint_is_written(whole, tmp_path, monkeypatch, write):
    """Best and last take turns."""
    monkeypatch.setattr("convkit.experiment.saving.LEAST_SECONDS", 0)
    run = killed_after(tmp_path, saving, "write_checkpoint", write)
    resume(run)
    assert_same(run, whole.run)


def test_after_a_kill_in_the_middle_of_a_line(whole, tmp_path, monkeypatch):
    monkeypatch.setattr("convkit.experiment.saving.LEAST_SECONDS", 0)
    run = killed_after(tmp_path, MetricsLog, "append", 4)
    with run.metrics.open("ab") as stream:
        stream.write(b'{"epoch": 4, "st')
    assert len(read_records(run.metrics)) == 3
    resume(run)
    assert_same(run, whole.run)


def test_after_a_kill_before_the_summary(whole, tmp_path):
    run = killed_after(tmp_path, type(whole.run), "write_summary", 1)
    assert resume(run).status == whole.status
    assert_same(run, whole.run)


def killed_after(folder, owner, name, call, *overrides):
    """Train until a function is called that often, and return the run."""
    real = getattr(owner, name)
    calls = 0

    def deadly(*args, **kwargs):
        nonlocal calls
        calls += 1
        if calls == call:
            raise Killed
        return real(*args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(owner, name, deadly)
        with pytest.raises(Killed):
            trained(DROPOUT, folder, *overrides)
    return find_run("experiment", folder / "runs")


def test_after_a_kill_with_a_checkpoint_between_an_epochs_last_step_and_its_end(
    whole, tmp_path, monkeypatch
):
    """Its line is in the log already, and would be there twice."""
    monkeypatch.setattr(trainer_module, "LOOKS_PER_SECOND", np.inf)
    always = "trainer.checkpoint.every_minutes=1e-9"
    run = killed_after(tmp_path, Supervised, "learn", 13, always)
    position = read_checkpoint(run.checkpoint("last")).state["position"]
    assert (position["epoch"], position["batch"]) == (1, 6)
    assert len(read_records(run.metrics)) == 2
    resume(run)
    assert_same(run, whole.run)


def test_a_run_that_is_over_cannot_be_resumed(whole):
    with pytest.raises(ConvkitError, match="has stopped early"):
        resume(whole.run)


def test_a_run_that_is_being_trained_cannot_be_resumed(tmp_path, monkeypatch):
    signalled_at(monkeypatch, 2)
    run = trained(DROPOUT, tmp_path).run
    assert not is_locked(run)
    with locked(run):
        assert is_locked(run)
        with pytest.raises(ConvkitError, match="is being trained by another process"):
            resume(run)
    assert not is_locked(run)


def test_changed_data_are_refused(tmp_path, monkeypatch):
    signalled_at(monkeypatch, 2)
    run = trained(DROPOUT, tmp_path).run
    text = run.config.read_text()
    run.config.write_text(text.replace("validation: 0.2", "validation: 0.3"))
    with pytest.raises(ConvkitError, match=r"data of run .* have changed"):
        resume(run)


def test_weights_do_not_depend_on_when_is_saved(whole, tmp_path, monkeypatch):
    monkeypatch.setattr(trainer_module, "LOOKS_PER_SECOND", np.inf)
    outcome = trained(DROPOUT, tmp_path, "trainer.checkpoint.every_minutes=1e-9")
    assert_same(outcome.run, whole.run)


# --- when something else breaks it off ---


def failing_at(monkeypatch, step, error):
    """Let a step raise an error, once."""
    learn = Supervised.learn
    taken = 0

    def failing(self, batch, progress):
        nonlocal taken
        taken += 1
        if taken == step:
            raise error
        return learn(self, batch, progress)

    monkeypatch.setattr(Supervised, "learn", failing)


@pytest.mark.parametrize("error", [MemoryError("8 TB"), ConvkitError("can't write: disk full")])
def test_after_a_failure_that_was_put_right(whole, tmp_path, monkeypatch, error):
    monkeypatch.setattr("convkit.experiment.saving.LEAST_SECONDS", 0)
    failing_at(monkeypatch, 20, error)
    with pytest.raises(type(error), match=str(error)):
        trained(DROPOUT, tmp_path)
    run = find_run("experiment", tmp_path / "runs")
    info = RunInfo(run)
    assert info.status == "failed"
    assert str(error) in info.summary["reason"]
    assert (info.epochs, info.summary["steps"]) == (3, 19)
    resume(run)
    assert_same(run, whole.run)


def test_a_failure_is_told_even_if_it_cannot_be_noted(tmp_path, monkeypatch):
    failing_at(monkeypatch, 3, ConvkitError("disk full"))

    def refuse(*args):
        raise ConvkitError("no summary either")

    monkeypatch.setattr(Run, "write_summary", refuse)
    with pytest.raises(ConvkitError, match="disk full"):
        trained(DROPOUT, tmp_path)


def test_a_kill_after_resuming_leaves_it_unfinished(tmp_path, monkeypatch):
    """And not interrupted, as it was before it went on."""
    with pytest.MonkeyPatch.context() as patch:
        signalled_at(patch, 4)
        run = trained(DROPOUT, tmp_path).run
    assert RunInfo(run).status == "interrupted"
    failing_at(monkeypatch, 9, Killed())
    with pytest.raises(Killed):
        resume(run)
    assert RunInfo(run).status == "unfinished"
    assert run.summary() is None


# --- checkpoints that were damaged ---


def without(owner, name):
    return {key: value for key, value in owner.items() if key != name}


@pytest.mark.parametrize(
    ("arrays", "learning"),
    [
        (lambda arrays: arrays, lambda state: without(state, "noise")),
        (lambda arrays: arrays, lambda state: state | {"noise": {"bit_generator": "PCG64"}}),
        (lambda arrays: arrays, lambda state: state | {"noise": 5}),
        (lambda arrays: arrays, lambda state: state | {"epoch": {}}),
        (lambda arrays: without(arrays, "learning/epoch/targets"), dict),
        (lambda arrays: without(arrays, "learning/optimizer/step"), dict),
        (lambda arrays: without(arrays, "model/layers.0.weight"), dict),
        (lambda arrays: arrays | {"model/layers.0.weight": np.zeros((2, 2), np.float32)}, dict),
        (lambda arrays: arrays | {"learning/epoch/outputs": np.zeros((999, 3))}, dict),
    ],
)
def test_a_damaged_checkpoint_is_told(tmp_path, arrays, learning):
    with pytest.MonkeyPatch.context() as patch:
        signalled_at(patch, 8)
        run = trained(DROPOUT, tmp_path).run
    path = run.checkpoint("last")
    last = read_checkpoint(path)
    state = last.state | {"learning": learning(last.state["learning"])}
    write_checkpoint(path, Checkpoint(arrays(last.arrays), state))
    log = run.metrics.read_bytes()
    with pytest.raises(ConvkitError, match=r"last\.safetensors' is damaged") as caught:
        resume(run)
    assert "--checkpoint best" in caught.value.hint
    assert run.metrics.read_bytes() == log
    assert RunInfo(run).status == "interrupted"
    assert restore(run, "best").parameters > 0


# --- times ---


@pytest.mark.parametrize("step", [None, 9])
def test_the_seconds_of_epochs_are_part_of_those_of_the_run(tmp_path, step):
    with pytest.MonkeyPatch.context() as patch:
        if step is not None:
            signalled_at(patch, step)
        outcome = trained(DROPOUT, tmp_path)
    if step is not None:
        outcome = resume(outcome.run)
    seconds = [record["seconds"] for record in read_records(outcome.run.metrics)]
    assert min(seconds) > 0
    assert sum(seconds) <= outcome.summary["seconds"]
