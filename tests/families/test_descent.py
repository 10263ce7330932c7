"""A point that goes down a surface, beside SciPy's gradient and a plain loop."""

import numpy as np
import pytest
from scipy.optimize import rosen_der

from convkit.errors import ConvkitError
from convkit.experiment import spec
from convkit.experiment.assembly import assemble, restore
from convkit.experiment.checkpoint import read_checkpoint
from convkit.experiment.evaluation import evaluate
from convkit.experiment.session import resume, train
from convkit.families import Descent
from tests.experiment.small import signalled_at, trained
from tests.experiment.test_resume import assert_same

CONFIG = """
data: rosenbrock
family: {name: descent, steps: 5}
optimizer: {name: sgd, lr: 0.001}
trainer: {epochs: 3}
"""


def read(tmp_path, *overrides, text=CONFIG):
    path = tmp_path / "down.yaml"
    path.write_text(text, "utf-8")
    return spec.read_experiment(path, overrides)


def test_it_goes_the_way_of_a_plain_loop(tmp_path):
    outcome = train(read(tmp_path), runs=tmp_path / "runs")
    checkpoint = read_checkpoint(outcome.run.checkpoint("last"), to_go_on=True)
    place, way = np.array([-1.5, 2.0]), [np.array([-1.5, 2.0])]
    for _ in range(15):
        place = place - 0.001 * rosen_der(place)
        way.append(place)
    np.testing.assert_allclose(checkpoint.within("learning")["path"], way, rtol=1e-10)
    assert outcome.summary["remarks"]["place"] == pytest.approx(place.tolist())
    assert outcome.metrics["train/distance"] == pytest.approx(np.hypot(*(place - 1)))


def test_it_goes_on_as_if_it_had_never_stopped(tmp_path, monkeypatch):
    momentum = CONFIG.replace("sgd", "momentum")
    whole = trained(momentum, tmp_path)
    with monkeypatch.context() as patch:
        signalled_at(patch, 7, family=Descent)
        outcome = trained(momentum, tmp_path)
    assert outcome.status == "interrupted"
    resume(outcome.run)
    assert_same(outcome.run, whole.run)


def test_it_begins_where_it_is_told(tmp_path):
    resolved = read(tmp_path, "family.start=[0.5, 0.25]")
    family = assemble(resolved.experiment, tmp_path).family
    assert family.path[0].tolist() == [0.5, 0.25]


def test_it_is_restored_but_has_no_answers(tmp_path):
    outcome = train(read(tmp_path), runs=tmp_path / "runs")
    family = restore(outcome.run, "last")
    assert family.point.place.data.tolist() == outcome.summary["remarks"]["place"]
    with pytest.raises(ConvkitError, match="no answers"):
        family.answer(np.zeros((1, 2), np.float32))


def test_it_is_measured_again(tmp_path):
    outcome = train(read(tmp_path), runs=tmp_path / "runs")
    measured = evaluate(outcome.run).metrics["train"]
    assert {f"train/{name}": value for name, value in measured.items()} == outcome.metrics


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("family.steps=0", "steps must be at least 1, got 0"),
        ("data=iris", "data 'iris' are no surface"),
        ("metrics=[mae]", "measures of its own"),
        ("family.start=[1]", "a list of two numbers"),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path, override, message):
    with pytest.raises(ConvkitError, match=message):
        assemble(read(tmp_path, override).experiment, tmp_path)
