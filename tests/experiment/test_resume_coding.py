"""Autoencoders that were stopped and resumed are those that never stopped, to the last bit."""

import pytest

from convkit.experiment.assembly import restore
from convkit.experiment.session import resume
from convkit.families import VAE, Autoencoder
from tests.experiment.small import signalled_at, trained
from tests.experiment.test_resume import assert_same

# Dropout, noise, batch normalisation, a plateau: everything that has to be remembered.
DENOISING = """
data: {name: digits, test: 0.9, validation: 0.05}
family:
  name: autoencoder
  noise: {kind: salt_and_pepper, amount: 0.2}
  encoder: [flatten, dense: 16, batch_norm, relu, dropout: 0.2, dense: 4]
  decoder: [dense: 16, relu, dense: 64]
loss: mse
optimizer: {name: adam, lr: 0.01, schedule: {name: plateau, patience: 0, gamma: 0.5}}
trainer: {epochs: 5, batch_size: 32, early_stopping: 3}
"""

ANOMALY = """
data: {name: digits, test: 0.5}
family:
  name: autoencoder
  normal: 3
  encoder: [flatten, dense: 8]
  decoder: [dense: 64]
loss: binary_cross_entropy_with_logits
optimizer: adam
trainer: {epochs: 4, batch_size: 32, accumulate: 2}
"""

VARIATIONAL = """
data: {name: digits, test: 0.9}
family:
  name: vae
  latent: 2
  warm_up: 2
  likelihood: normal
  importance_samples: 3
  encoder: [flatten, dense: 16, relu, dropout: 0.2]
  decoder: [dense: 16, relu, dense: 64]
optimizer: {name: adam, schedule: cosine}
trainer: {epochs: 4, batch_size: 32}
"""

CASES = {
    "denoising": (DENOISING, Autoencoder),
    "anomaly": (ANOMALY, Autoencoder),
    "variational": (VARIATIONAL, VAE),
}


@pytest.fixture(scope="module", params=CASES)
def whole(request, tmp_path_factory):
    return request.param, trained(CASES[request.param][0], tmp_path_factory.mktemp("whole"))


@pytest.mark.parametrize("step", [1, 4, 7])
def test_after_an_interruption(whole, step, tmp_path):
    case, whole = whole
    text, family = CASES[case]
    with pytest.MonkeyPatch.context() as patch:
        signalled_at(patch, step, family=family)
        outcome = trained(text, tmp_path)
    assert outcome.status == "interrupted"
    again = resume(outcome.run)
    assert again.status == whole.status
    assert_same(outcome.run, whole.run)
    assert again.pictures.keys() == whole.pictures.keys()
    for name, drawn in again.pictures.items():
        assert drawn.tobytes() == whole.pictures[name].tobytes()


def test_a_restored_one_measures_as_the_trained_one(tmp_path):
    outcome = trained(ANOMALY, tmp_path)
    family = restore(outcome.run, "last")
    assert family.threshold > 0
    assert family.measured == ("loss", "psnr", "auc")
