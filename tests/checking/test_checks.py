"""The checks of an installation: they pass here, and fail where something is wrong."""

import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

from convkit.checking import calculation, installation, training
from convkit.checking.checks import CHECKS, run_checks
from convkit.checking.failure import CheckFailedError
from convkit.families import Supervised

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]


def test_all_is_well_here():
    told = []
    results = list(run_checks(told.append))
    assert told == list(CHECKS)
    assert [result.check for result in results if result.status == "failed"] == []
    assert all(result.message for result in results)
    assert sum(result.seconds for result in results) < 5


def test_every_required_library_is_looked_at():
    required = {re.split(r"[<>=;\[ ]", each)[0] for each in PROJECT["dependencies"]}
    required -= {"isal"}  # on some machines only
    assert set(installation.LIBRARIES) == required


def test_every_extra_for_users_is_listed():
    offered = set(PROJECT["optional-dependencies"]) - {"test", "bench", "all"}
    assert {extra.name for extra in installation.EXTRAS} == offered
    for extra in installation.EXTRAS:
        assert any(extra.library in line for line in PROJECT["optional-dependencies"][extra.name])


def result_of(monkeypatch, check):
    monkeypatch.setattr("convkit.checking.checks.CHECKS", {"the check": check})
    return next(iter(run_checks()))


def test_a_wrong_convolution_is_found(monkeypatch):
    real = calculation.convolve
    monkeypatch.setattr(
        calculation, "convolve", lambda *args, **kwargs: real(*args, **kwargs) + 1e-3
    )
    with pytest.raises(CheckFailedError, match="whole numbers, border zero, stride 1"):
        calculation.convolutions()


def test_a_wrong_gradient_is_found(monkeypatch):
    from convkit.autograd.samples import Sample
    from convkit.autograd.tensor import Tensor

    def wrong(x):
        return x * Tensor(np.sum(x.data))  # as if the sum were a constant

    monkeypatch.setattr(
        calculation, "samples", lambda _: {"wrong": Sample(wrong, (np.array([1.0, 2.0]),))}
    )
    result = result_of(monkeypatch, calculation.primitives)
    assert result.status == "failed"
    assert "wrong: the gradient" in result.message


def test_a_layer_with_a_wrong_gradient_is_found(monkeypatch):
    class Deaf(calculation.Sequential):
        def __call__(self, x, context):
            outputs = super().__call__(x, context)
            return outputs + outputs.detach()  # whose gradient is lost

    real = calculation._network
    monkeypatch.setattr(calculation, "_network", lambda: Deaf(real().layers))
    with pytest.raises(CheckFailedError, match="gradient of a network"):
        calculation.layers()


def test_a_training_that_does_not_learn_is_found(monkeypatch):
    monkeypatch.setattr(training, "LEARNING", training.LEARNING.replace("lr: 3e-3", "lr: 1e-9"))
    with pytest.raises(CheckFailedError, match=r"expected >= 0\.93"):
        training.learning()


def test_a_resumed_run_that_differs_is_found(monkeypatch):
    real = Supervised.load_memory

    def forgetful(self, arrays, state):
        real(self, arrays, state)
        self.optimizer.start(self.flat.values)

    monkeypatch.setattr(Supervised, "load_memory", forgetful)
    with pytest.raises(CheckFailedError, match="weights of 'last"):
        training.resuming()


def test_a_library_that_is_missing_is_found(monkeypatch):
    monkeypatch.setattr(installation, "LIBRARIES", ("numpy", "no-such-library"))
    with pytest.raises(CheckFailedError, match="not installed: no-such-library"):
        installation.libraries()


def test_what_breaks_in_any_way_has_failed(monkeypatch):
    def broken():
        raise ImportError("libfoo.so.1: cannot open shared object file")

    result = result_of(monkeypatch, broken)
    assert (result.check, result.status) == ("the check", "failed")
    assert result.message == "ImportError: libfoo.so.1: cannot open shared object file"


def test_a_missing_extra_says_what_installs_it(monkeypatch):
    monkeypatch.setattr(installation, "find_spec", lambda _: None)
    monkeypatch.setattr("convkit.checking.checks.CHECKS", {})
    assert [(result.status, result.message) for result in run_checks()] == [
        ("missing", "compiled filters: pip install 'convkit[fast]'"),
        ("missing", "plots of runs: pip install 'convkit[plot]'"),
        ("missing", "environments of Gymnasium: pip install 'convkit[rl]'"),
        ("missing", "searching for settings: pip install 'convkit[tune]'"),
        ("missing", "work on a Dask cluster: pip install 'convkit[cluster]'"),
    ]
