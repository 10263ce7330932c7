"""What an experiment would be: its layers, and how much memory it takes in fact."""

import re
import subprocess
import sys
import tracemalloc
from itertools import islice
from pathlib import Path

import pytest

from convkit.autograd.convolution import blocks
from convkit.experiment.assembly import assemble
from convkit.experiment.preview import preview
from convkit.experiment.spec import read_experiment
from convkit.nn import Dense
from tests.cli.process import ROOT, environment


def resolved(name, *overrides):
    return read_experiment(ROOT / f"configs/{name}.yaml", overrides)


def test_the_layers_and_the_numbers_of_a_convolutional_network():
    found = preview(resolved("digits-cnn"))
    assert [row.name for row in found.layers[:4]] == ["input", "conv2d", "relu", "max_pool2d"]
    assert sum(row.parameters for row in found.layers) == found.parameters == 6090
    assert found.samples == {"train": 1438, "test": 359}
    assert found.steps_per_epoch == 45  # 1438 / 32, rounded up
    assert found.memory["parameters"] == 4 * 6090
    assert found.memory["gradients"] == 4 * (6090 + 4640)  # the second convolution's once more
    assert found.memory["optimizer"] == (4 * 3 + 1) * 6090  # two moments, and where it works
    assert found.memory["checkpoint"] == pytest.approx(2 * 4 * 3 * 6090, rel=0.01)


def test_a_family_without_layers_has_none():
    found = preview(resolved("perceptron-and"))
    assert (found.layers, found.parameters) == ([], 3)
    assert found.memory["activations"] == 0


def test_an_agent_plays_episodes_and_remembers_steps():
    found = preview(resolved("cartpole-dqn", "family.replay_capacity=8000"))
    assert (found.samples, found.unit) == ({"validation": 50, "test": 100}, "episodes")
    replay = 8000 * (2 * 4 * 4 + 8 + 4 + 1 + 1)  # twice what was seen, action, reward, two ends
    assert found.memory["replay"] == replay
    assert found.memory["target"] == found.memory["parameters"]
    assert found.memory["checkpoint"] > 2 * replay


@pytest.mark.parametrize("batch_size", [64, 512])
def test_the_memory_is_what_training_takes(batch_size, monkeypatch):
    """Within half and double of what Python and NumPy report, for whom all arrays are counted."""
    # What earlier tests have left in the threads' own memory would be taken without being counted.
    monkeypatch.setenv("CONVKIT_THREADS", "1")
    blocks._shelf.buffers.clear()
    setting = resolved("digits-cnn", f"trainer.batch_size={batch_size}")
    estimate = sum(preview(setting).memory.values())
    tracemalloc.start()
    family = assemble(setting.experiment, Path()).family
    for batch in islice(family.batches(0), 4):
        family.learn(batch, 0.0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak / 2 < estimate < 2 * peak


WIDE = """
data: {name: moons, samples: 64}
model: [dense: 1500, relu, dense: 1500, relu, dense: 1]
loss: binary_cross_entropy_with_logits
optimizer: OPTIMIZER
trainer: {epochs: 1, batch_size: 32}
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the peak")
@pytest.mark.parametrize("optimizer", ["sgd", "adam", "{name: adam, amsgrad: true}"])
def test_the_memory_of_many_parameters_is_what_training_and_saving_take(optimizer, tmp_path):
    """In a process of its own, whose memory the system knows, and not NumPy alone."""
    (tmp_path / "wide.yaml").write_text(WIDE.replace("OPTIMIZER", optimizer))
    estimate = sum(preview(read_experiment(tmp_path / "wide.yaml")).memory.values())
    small, wide = (peak_memory(tmp_path, *more) for more in (["--set", "model=[dense: 1]"], []))
    assert estimate == pytest.approx(wide - small, rel=0.3)


def peak_memory(folder, *arguments):
    """Return the most bytes that training had in memory."""
    command = [sys.executable, "-c", MEASURED, "train", "wide.yaml", "-q", "--no-plots", *arguments]
    result = subprocess.run(
        command, cwd=folder, env=environment(), capture_output=True, text=True, check=True
    )
    return 1024 * int(re.search(r"VmHWM:\s*(\d+) kB", result.stderr)[1])


MEASURED = """
import sys
from convkit.cli import run
run(sys.argv[1:])
print(open("/proc/self/status").read(), file=sys.stderr)
"""


def test_a_dry_run_makes_no_second_model(monkeypatch):
    built = []
    make = Dense.make
    monkeypatch.setattr(Dense, "make", lambda self, *a: (built.append(self), make(self, *a))[1])
    preview(resolved("digits-mlp"))
    assert len(built) == 2
