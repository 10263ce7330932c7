"""Numbers that aren't finite: training stops before they do harm, and says where they began."""

import math

import numpy as np
import pytest

from convkit.errors import ConvkitError
from convkit.experiment.checkpoint import first_not_finite, read_checkpoint
from convkit.experiment.session import resume
from convkit.nn import Dropout
from tests.experiment.small import DEEP, family_of, poisoned_at, trained


def test_a_step_that_is_far_too_long(tmp_path):
    outcome = trained(DEEP, tmp_path, "optimizer.lr=1e30")
    divergence = outcome.summary["divergence"]
    assert outcome.status == "diverged"
    assert divergence["step"] == 2
    assert "lr" in divergence["hint"]
    assert divergence["checkpoints"] == {}


@pytest.mark.parametrize(("units", "where"), [(16, "layer 1 (dense)"), (8, "layer 3 (dense)")])
@pytest.mark.parametrize("what", ["output", "gradient"])
def test_the_layer_where_it_began_is_named(tmp_path, monkeypatch, units, where, what):
    monkeypatch.setattr("convkit.experiment.saving.LEAST_SECONDS", 0)
    poisoned_at(monkeypatch, units, 25, what)
    outcome = trained(DEEP, tmp_path)
    divergence = outcome.summary["divergence"]
    assert (divergence["what"], divergence["where"]) == (what, where)
    assert (divergence["step"], divergence["epoch"]) == (25, 3)
    assert divergence["value"] == "nan"
    last = divergence["checkpoints"]["last"]
    assert (last["epoch"], last["step"]) == (2, 24)


def test_it_stops_before_the_update(tmp_path, monkeypatch):
    poisoned_at(monkeypatch, 8, 2, "gradient")
    family = family_of(DEEP, tmp_path)
    first, second, *_ = ((x.copy(), y.copy()) for x, y in family.batches(0))
    family.learn(first, 0.0)
    before = family.flat.values.copy()
    with pytest.raises(ConvkitError, match=r"nan in the gradient of layer 3 \(dense\)"):
        family.learn(second, 0.1)
    assert before.tobytes() == family.flat.values.tobytes()


def test_inputs_that_are_no_numbers_are_told_by_sample(tmp_path):
    family = family_of(DEEP, tmp_path)
    inputs, targets = next(family.batches(0))
    inputs[5, 2] = math.nan
    with pytest.raises(ConvkitError, match="nan in the input of sample 5 of the batch"):
        family.learn((inputs, targets), 0.0)


def test_weights_that_became_infinite_are_told(tmp_path):
    family = family_of(DEEP, tmp_path)
    family.network.layers.parameters()["layers.2.weight"].data[0, 0] = math.inf
    batch = next(family.batches(0))
    wanted = pytest.raises(ConvkitError, match=r"infinity in the weights of layer 3 \(dense\)")
    with wanted, np.errstate(all="ignore"):
        family.learn(batch, 0.0)


def test_large_gradients_that_are_finite_are_none(tmp_path):
    """The square of one overflows: that alone is no reason to stop."""
    family = family_of(DEEP, tmp_path, "optimizer.clip_norm=1")
    inputs, targets = next(family.batches(0))
    with np.errstate(all="ignore"):
        family.learn((inputs * np.float32(1e10), targets), 0.0)
    assert np.isfinite(family.flat.values).all()


def test_the_best_model_is_kept_however_soon_it_diverges(tmp_path, monkeypatch):
    poisoned_at(monkeypatch, 8, 40, "output")
    outcome = trained(DEEP, tmp_path)
    best = read_checkpoint(outcome.run.checkpoint("best"))
    assert best.state["position"]["epoch"] == 3
    assert outcome.summary["divergence"]["checkpoints"]["best"]["epoch"] == 3


def test_an_update_that_overflows_is_told_by_its_step(tmp_path):
    """Its gradient was finite: the weights that it made are found when they shall be saved."""
    text = DEEP.replace("sgd, lr: 0.01", "sgd, lr: 1e39")
    outcome = trained(text, tmp_path, "trainer={epochs: 3, batch_size: 400}")
    divergence = outcome.summary["divergence"]
    assert (divergence["what"], divergence["step"], divergence["epoch"]) == ("weights", 1, 1)
    assert outcome.run.checkpoints == {}


def test_no_checkpoint_ever_holds_what_is_not_finite(tmp_path, monkeypatch):
    monkeypatch.setattr("convkit.experiment.saving.LEAST_SECONDS", 0)
    outcome = trained(DEEP, tmp_path, "optimizer.lr=30", "trainer.batch_size=400")
    assert outcome.status == "diverged"
    for path in outcome.run.checkpoints.values():
        assert first_not_finite(read_checkpoint(path).arrays) is None


def test_a_run_that_diverged_is_not_resumed(tmp_path):
    outcome = trained(DEEP, tmp_path, "optimizer.lr=1e30")
    with pytest.raises(ConvkitError, match="has diverged") as caught:
        resume(outcome.run)
    assert "again" in caught.value.hint


def test_the_step_is_taken_again_in_its_portions_with_its_noise(tmp_path, monkeypatch):
    """The third of three portions fails: all of them are taken again as they were."""
    model = "model=[{dense: 16}, {dropout: 0.5}, {dense: 1}]"
    portions = "trainer={batch_size: 4, accumulate: 3}"
    family = family_of(DEEP, tmp_path, model, portions)
    inputs, targets = (array.copy() for array in next(family.batches(0)))
    targets[9] = 1e38  # a number, whose square is none
    seen = []
    call = Dropout.__call__

    def noted(self, x, context):
        after = call(self, x, context)
        seen.append((len(x.data), (after.data == 0).tobytes()))
        return after

    monkeypatch.setattr(Dropout, "__call__", noted)
    with np.errstate(all="ignore"), pytest.raises(ConvkitError, match="infinity in the loss"):
        family.learn((inputs, targets), 0.0)
    assert [size for size, _ in seen] == [4] * 6
    assert seen[:3] == seen[3:]
    assert len({zeros for _, zeros in seen}) == 3


def test_the_layer_is_that_of_the_portion_that_failed(tmp_path):
    """And samples are counted in the whole batch."""
    family = family_of(DEEP, tmp_path, "trainer={batch_size: 4, accumulate: 3}")
    inputs, targets = (array.copy() for array in next(family.batches(0)))
    weights = family.network.layers.parameters()["layers.0.weight"].data
    inputs[9] = 3e38 * np.sign(weights[:, 0])
    wanted = pytest.raises(ConvkitError, match=r"in the output of layer 1 \(dense\)")
    with np.errstate(all="ignore"), wanted:
        family.learn((inputs, targets), 0.0)
    inputs[9, 1] = math.nan
    wanted = pytest.raises(ConvkitError, match="nan in the input of sample 9 of the batch")
    with np.errstate(all="ignore"), wanted:
        family.learn((inputs, targets), 0.0)


def test_a_perceptron_that_overflows_is_told_what_it_can_do(tmp_path):
    text = "data: and\nfamily: {name: perceptron, lr: 1e308}"
    outcome = trained(text, tmp_path)
    assert outcome.status == "diverged"
    divergence = outcome.summary["divergence"]
    assert outcome.summary["reason"].startswith("a number that isn't finite in the weights, step")
    assert "optimizer" not in divergence["hint"]
    assert "lr" in divergence["hint"]
