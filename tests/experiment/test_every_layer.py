"""Every layer of the catalogue, trained through a config as people write it, and asked again."""

import json

import numpy as np
import pytest

from convkit.data import DATASETS
from convkit.errors import ConvkitError
from convkit.experiment.assembly import assemble, restore
from convkit.experiment.evaluation import evaluate
from convkit.experiment.prediction import Predictor
from convkit.experiment.session import train
from convkit.nn import LAYERS
from tests.experiment.small import resolved, trained
from tests.nn.cases import CASES

SAMPLES = 12
CONFIG = """
data: {{name: npz, path: {path}, test: 0.333}}
model: [{layer}, flatten, dense: 2]
loss: cross_entropy
optimizer: {{name: sgd, lr: 0.1}}
trainer: {{epochs: 1, batch_size: 4}}
"""


def written(name, settings):
    """Return a layer as YAML has it; JSON is YAML."""
    return {name: {key: _plain(value) for key, value in settings.items()}}


def _plain(value):
    if isinstance(value, list) and value and isinstance(value[0], tuple):
        return [written(*pair) for pair in value]
    return list(value) if isinstance(value, tuple) else value


@pytest.fixture
def experiment(tmp_path):
    """Return a function that writes data and the config for a case."""

    def experiment(case):
        rng = np.random.default_rng(1)
        shape = (SAMPLES, *case.shape)
        if case.name == "embedding":
            inputs = rng.integers(0, case.settings["tokens"], shape).astype(np.float32)
        else:
            inputs = rng.standard_normal(shape).astype(np.float32)
        path = tmp_path / "samples.npz"
        np.savez(path, inputs=inputs, targets=np.arange(SAMPLES) % 2)
        layer = json.dumps(written(case.name, case.settings))
        return resolved(CONFIG.format(path=path, layer=layer), tmp_path)

    return experiment


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_is_trained_measured_and_asked(experiment, case, tmp_path):
    chosen = experiment(case)
    before = {
        path: array.copy()
        for path, array in assemble(chosen.experiment, tmp_path).family.model().items()
    }
    outcome = train(chosen, runs=tmp_path / "runs")
    assert (outcome.status, outcome.summary["steps"]) == ("finished", 2)
    after = restore(outcome.run, "last").model()
    assert before.keys() == after.keys()
    for path, array in after.items():
        assert np.isfinite(array).all(), path
        assert (array != before[path]).any(), f"{path} has not learnt"
    assert evaluate(outcome.run).metrics["test"]["loss"] == outcome.metrics["test/loss"]
    test = DATASETS["npz"](str(tmp_path / "samples.npz"), test=0.333).test
    assert np.isfinite(Predictor.from_run(outcome.run).predict(test.inputs).outputs).all()


def test_the_whole_catalogue_is_there():
    assert {case.name for case in CASES} == set(LAYERS)


def test_tokens_that_are_none_are_told_before_it_begins(tmp_path):
    (tmp_path / "words.csv").write_text("a,b,y\n0,1,no\n2,3,yes\n4,5,no\n6,0,yes\n")
    text = f"""
    data: {{name: csv, path: {tmp_path}/words.csv, test: 0}}
    model: [embedding: {{tokens: 7, dim: 2}}, flatten, dense: 2]
    loss: cross_entropy
    optimizer: adam
    trainer: {{epochs: 1}}
    """
    with pytest.raises(ConvkitError, match=r"layer 1 \(embedding\): .*0 to 6, got .*standardize"):
        trained(text, tmp_path)
    assert not (tmp_path / "runs").exists()
    run = trained(text, tmp_path, "data.standardize=false").run
    with pytest.raises(ConvkitError, match="has the tokens 0 to 6, got 7"):
        Predictor.from_run(run).predict(np.array([[0, 7]], np.float32))
