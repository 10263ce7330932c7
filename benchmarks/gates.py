"""What each experiment in ``configs/`` has to reach, as data; and which tests hold other gates."""

from __future__ import annotations

from dataclasses import dataclass

from convkit.experiment.spec.expectations import Expectation, MetricName, parse_bounds

SECONDS = 120.0
"""What the whole process of an experiment may take, cold, on one machine of two cores."""

QUICKER = {"digits-cnn": 10.0}
"""Those that have to be quicker."""


@dataclass(frozen=True)
class Gate:
    """A figure to reach on the mean over the seeds.

    Attributes
    ----------
    experiment : str
        The name of its config.
    figure : str
        A metric, such as ``test/accuracy``, or a key of :data:`benchmarks.trials.FIGURES`.
    bound : str
        As an experiment expects it: ``>=0.985``.
    known : str
        What is known from theory, or was published or measured elsewhere.
    every : bool
        Whether each seed has to reach it.
    """

    experiment: str
    figure: str
    bound: str
    known: str = ""
    every: bool = False

    @property
    def expectation(self) -> Expectation:
        """The bound, as an experiment's own."""
        return parse_bounds(MetricName(self.figure), self.bound)[0]


BOUND, RATIO = "updates / (R/γ)²", "first / last gradient"
"""Figures that are no metrics."""

GATES = (
    Gate("perceptron-and", "train/accuracy", "==1", "separable: 1", every=True),
    Gate("perceptron-and", BOUND, "<=1", "at most 1 (Novikoff 1962)", every=True),
    Gate("perceptron-xor", "train/accuracy", "<=0.75", "at most 0.75: no line", every=True),
    Gate("perceptron-iris", "train/accuracy", "==1", "separable: 1", every=True),
    Gate("perceptron-iris", BOUND, "<=1", "at most 1 (Novikoff 1962)", every=True),
    Gate("logistic-cancer", "test/accuracy", ">=0.965"),
    Gate("mlp-xor", "train/accuracy", "==1", "a perceptron: at most 0.75", every=True),
    Gate("mlp-spirals", "test/accuracy", ">=0.99"),
    Gate("mlp-houses", "train/mse", "<=1e6", "the table's own predictions: 25,000,000"),
    Gate("mlp-diabetes", "test/r2", ">=0.45"),
    Gate("digits-mlp", "test/accuracy", ">=0.97", "a plain script: 0.975"),
    Gate("digits-cnn", "test/accuracy", ">=0.985", "PyTorch 0.986, NumPy 0.991, SVC 0.991"),
    Gate("shapes-cnn", "test/accuracy", ">=0.995"),
    Gate("vanishing-sigmoid", RATIO, "<1e-8", "a plain script: 1e-12", every=True),
    Gate("vanishing-sigmoid", "test/accuracy", "<=0.12", "a plain script: 0.10"),
    Gate("vanishing-relu", RATIO, ">0.05", "a plain script: 0.67", every=True),
    Gate("vanishing-relu", "test/accuracy", ">=0.86", "a plain script: 0.86"),
    Gate("vanishing-residual", RATIO, ">0.05", "a plain script: 0.18", every=True),
    Gate("vanishing-residual", "test/accuracy", ">=0.9", "a plain script: 0.90"),
)

HELD_BY_TESTS = {
    "layers, losses, activations in float64 against SciPy and PyTorch: 1e-12": (
        "tests/autograd/test_values.py",
        "tests/autograd/test_torch.py",
        "tests/nn/test_torch.py",
    ),
    "gradients of every primitive, layer and loss against finite differences: 1e-6": (
        "tests/autograd/test_samples.py",
        "tests/nn/test_layers.py",
        "tests/nn/test_losses.py",
    ),
    "50 steps of every optimizer beside PyTorch's: 1e-10; Rosenbrock's valley": (
        "tests/optim/test_against_torch.py",
        "tests/optim/test_table.py",
    ),
    "the gates above, and cold starts": ("tests/gates/test_gates.py",),
    "100 runs killed at random moments and resumed: the same bits": (
        "tests/gates/test_kills.py",
        "tests/experiment/test_kill.py",
    ),
}
"""Gates that no experiment shows, and the files of tests that hold them."""
