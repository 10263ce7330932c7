"""A GAN that was stopped and resumed is the one that never stopped, to the last bit."""

import pytest

from convkit.experiment.assembly import restore
from convkit.experiment.evaluation import evaluate
from convkit.experiment.session import resume
from convkit.families import GAN
from tests.experiment.small import signalled_at, trained
from tests.experiment.test_resume import assert_same

# Packs, a penalty, noise, an average, two optimizers and a plateau: all that has to be remembered.
POINTS = """
data: {name: ring, samples: 200, validation: 0.1}
family:
  name: gan
  generator: [dense: 16, batch_norm, relu, dense: 2]
  discriminator: [dense: 16, leaky_relu, dropout: 0.2, dense: 1]
  latent: 3
  pack: 2
  r1: 0.1
  ema: 0.9
  discriminator_optimizer: {name: momentum, lr: 0.01}
optimizer: {name: adam, lr: 0.01, schedule: {name: plateau, patience: 0, gamma: 0.5}}
trainer: {epochs: 5, batch_size: 32}
"""

PICTURES = """
data: {name: digits, test: 0.9}
family:
  name: gan
  generator: [dense: 64, reshape: [8, 8, 1]]
  discriminator:
    - conv2d: {filters: 4, stride: 2}
    - elu
    - flatten
    - dense: 1
  loss: wasserstein
  gradient_penalty: 10
  discriminator_steps: 2
optimizer: {name: adam, lr: 0.001, schedule: cosine}
trainer: {epochs: 4, batch_size: 16}
"""

CASES = {"points": POINTS, "pictures": PICTURES}


@pytest.fixture(scope="module", params=CASES)
def whole(request, tmp_path_factory):
    return CASES[request.param], trained(CASES[request.param], tmp_path_factory.mktemp("whole"))


@pytest.mark.parametrize("step", [1, 4, 9])
def test_after_an_interruption(whole, step, tmp_path):
    text, whole = whole
    with pytest.MonkeyPatch.context() as patch:
        signalled_at(patch, step, family=GAN)
        outcome = trained(text, tmp_path)
    assert outcome.status == "interrupted"
    again = resume(outcome.run)
    assert again.status == whole.status == "finished"
    assert_same(outcome.run, whole.run)
    assert list(again.pictures) == ["film"]
    assert again.pictures["film"].tobytes() == whole.pictures["film"].tobytes()


def test_a_restored_one_measures_as_the_trained_one(whole):
    _, outcome = whole
    assert restore(outcome.run, "last").measured[:2] == ("loss", "generator_loss")
    measured = evaluate(outcome.run, split="test").metrics["test"]
    assert {f"test/{name}": value for name, value in measured.items()} == {
        name: value for name, value in outcome.metrics.items() if name.startswith("test/")
    }
