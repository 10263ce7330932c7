"""What an experiment would be: its layers, and how much memory it takes in fact."""

import tracemalloc
from itertools import islice
from pathlib import Path

import pytest

from convkit.experiment.assembly import assemble
from convkit.experiment.preview import preview
from convkit.experiment.spec import read_experiment
from tests.cli.process import ROOT


def resolved(name, *overrides):
    return read_experiment(ROOT / f"configs/{name}.yaml", overrides)


def test_the_layers_and_the_numbers_of_a_convolutional_network():
    found = preview(resolved("digits-cnn"))
    assert [row.name for row in found.layers[:4]] == ["input", "conv2d", "relu", "max_pool2d"]
    assert sum(row.parameters for row in found.layers) == found.parameters == 6090
    assert found.samples == {"train": 1438, "test": 359}
    assert found.steps_per_epoch == 45  # 1438 / 32, rounded up
    assert found.memory["parameters"] == found.memory["gradients"] == 4 * 6090


def test_a_family_without_layers_has_none():
    found = preview(resolved("perceptron-and"))
    assert (found.layers, found.parameters) == ([], 3)
    assert found.memory["activations"] == 0


@pytest.mark.parametrize("batch_size", [64, 512])
def test_the_memory_is_what_training_takes(batch_size):
    """Within half and double of what Python and NumPy report, for whom all arrays are counted."""
    setting = resolved("digits-cnn", f"trainer.batch_size={batch_size}")
    estimate = sum(preview(setting).memory.values())
    tracemalloc.start()
    family = assemble(setting.experiment, Path()).family
    for batch in islice(family.batches(0), 4):
        family.learn(batch, 0.0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak / 2 < estimate < 2 * peak
