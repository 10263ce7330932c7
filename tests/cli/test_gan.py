"""A GAN at the command line: trained, its film and new samples drawn, mistakes told."""

import numpy as np
import pytest
from PIL import Image

from tests.cli.process import convkit

CONFIG = """\
data: {name: digits, test: 0.9}
family:
  name: gan
  generator:
    - dense: 16
    - relu
    - dense: 64
    - reshape: [8, 8, 1]
  discriminator:
    - flatten
    - dense: 8
    - leaky_relu
    - dense: 1
  r1: 0.1
optimizer: adam
trainer: {epochs: 2, batch_size: 32}
"""


def written(folder, text=CONFIG):
    (folder / "forger.yaml").write_text(text)
    return folder / "forger.yaml"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gan")
    done = convkit("train", written(folder), "--plots", "--runs", folder / "runs")
    assert done.code == 0, done.stderr
    return folder / "runs" / "forger" / "1"


def test_training_leaves_a_film(run):
    with Image.open(run / "plots" / "film.png") as strip:
        # Two rows of ten digits of 48 pixels, with gaps of 2.
        assert strip.size == (10 * 50 + 2, 2 * 50 + 2)
        assert np.unique(np.asarray(strip)).size > 10


def test_new_samples_are_drawn(run, tmp_path):
    for seed in (1, 2):
        output = tmp_path / f"{seed}.npy"
        done = convkit("generate", run, "--count", 6, "--seed", seed, "-o", output)
        assert done.code == 0, done.stderr
    one, other = (np.load(tmp_path / f"{seed}.npy") for seed in (1, 2))
    assert one.shape == other.shape == (6, 8, 8, 1)
    assert not np.array_equal(one, other)


def test_the_dry_run_shows_both_networks(tmp_path):
    done = convkit("train", written(tmp_path), "--dry-run")
    paths = [row[0] for row in done.rows if row]
    assert {"generator", "generator.4", "discriminator", "discriminator.4"} <= set(paths)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("reshape: [8, 8, 1]", "reshape: [8, 4, 2]"), ("yaml:8", "8x4x2, but a sample is 8x8x1")),
        (("- leaky_relu", "- gelu"), ("yaml:12", "can't take part", "take silu")),
        (("r1: 0.1", "loss: wasserstein"), ("gradient_penalty: 10",)),
        (("r1: 0.1", "latant: 8"), ("yaml:14", "unknown key 'latant'", "did you mean 'latent'?")),
        (("r1: 0.1", "pack: 5"), ("a batch of 32 doesn't make whole packs", "batch_size: 30")),
    ],
)
def test_mistakes_are_told(tmp_path, change, words):
    done = convkit("train", written(tmp_path, CONFIG.replace(*change)), "--runs", tmp_path / "runs")
    assert done.code == 2, done.stderr
    assert done.stdout == b""
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr
    assert not (tmp_path / "runs").exists()
