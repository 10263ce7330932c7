"""Who proposes: the same values by the same seed, also where a search was broken off between."""

import json
import math
from importlib.util import find_spec

import pytest

from convkit.errors import ConvkitError
from convkit.tuning import samplers
from convkit.tuning.dimension import Dimension
from convkit.tuning.reading import read_tuning
from convkit.tuning.storage import Place
from convkit.tuning.study import Study
from convkit.tuning.trial import Finished
from tests.tuning.small import written

TRIALS = 16

LACKING = {
    "cma": [name for name in ("cmaes",) if find_spec(name) is None],
    "gaussian_process": [name for name in ("torch", "scipy") if find_spec(name) is None],
}


def proposed(plan, folder, pieces):
    """Return what each trial got, where the search is opened anew for each piece of it."""
    found = {}
    for piece in pieces:
        place = Place(str(folder / "study.journal"), "search")
        study = Study(plan, folder, place, epochs=2)
        for _ in range(piece):
            claim = study.claim()
            found[claim.number] = claim.values
            value = (math.log10(claim.values["optimizer.lr"]) + 2) ** 2
            study.finish(claim, Finished("complete", (value,), "", [], 0.1))
        study.close()
    return found


@pytest.mark.parametrize("method", ["random", "bayesian", "gaussian_process", "cma"])
def test_one_worker_tries_the_same_however_often_it_is_broken_off(method, tmp_path):
    if LACKING.get(method):
        pytest.skip(f"needs {LACKING[method]}")
    plan = read_tuning(written(tmp_path), [f"method={method}", f"trials={TRIALS}"])
    at_once = proposed(plan, tmp_path / "at once", [TRIALS])
    assert sorted(at_once) == list(range(TRIALS))
    assert len({json.dumps(values) for values in at_once.values()}) > TRIALS // 2
    assert proposed(plan, tmp_path / "in pieces", [1, 10, 3, 2]) == at_once


@pytest.mark.parametrize(
    ("dimension", "distribution"),
    [
        (Dimension(float=(1e-4, 1.0), log=True), {"low": 1e-4, "high": 1.0, "log": True}),
        (Dimension(float=(0.1, 1.0), step=0.4), {"low": 0.1, "high": 0.9, "step": 0.4}),
        (Dimension(int=(1, 100), log=True), {"low": 1, "high": 100, "log": True}),
        (Dimension(int=(1, 8), step=3), {"low": 1, "high": 7, "step": 3}),
        (Dimension(choice=(1, [2, 3])), {"choices": (1, "[2, 3]")}),
    ],
)
def test_what_is_asked_of_optuna(dimension, distribution):
    optuna = samplers.load_optuna()
    trial = optuna.create_study().ask()
    samplers.suggest(trial, "key", dimension)
    (asked,) = trial.distributions.values()
    assert {name: getattr(asked, name) for name in distribution} == distribution


@pytest.mark.parametrize(
    ("method", "module", "message"),
    [
        ("gaussian_process", "torch", "gaussian_process needs torch"),
        ("cma", "cmaes", "cma needs cmaes"),
    ],
)
def test_what_a_method_lacks_is_told(method, module, message, monkeypatch):
    def find(name):
        return None if name == module else name

    monkeypatch.setattr(samplers, "find_spec", find)
    with pytest.raises(ConvkitError, match=message) as caught:
        samplers.sampler(method, 0)
    assert "or method: bayesian" in caught.value.hint


def test_values_that_no_storage_takes_have_labels():
    dimension = Dimension(choice=(1, "a", None, [1, 2], {"name": "adam"}))
    labels = samplers.label_choices(dimension)
    assert list(labels.values()) == list(dimension.choice)
    assert all(isinstance(each, samplers.PlainChoice) for each in labels)
