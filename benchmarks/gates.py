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
    against : str, optional
        The name of another config: what has to reach the bound is this experiment's figure minus
        that one's with the same seed.
    """

    experiment: str
    figure: str
    bound: str
    known: str = ""
    every: bool = False
    against: str | None = None

    @property
    def title(self) -> str:
        """What has to reach the bound, in words."""
        return f"{self.figure} minus {self.against}'s" if self.against else self.figure

    @property
    def expectation(self) -> Expectation:
        """The bound, as an experiment's own."""
        return parse_bounds(MetricName(self.figure), self.bound)[0]


SEEDS = 5
LONG = (
    *("digits-vgg", "digits-resnet", "digits-writers"),
    *("degradation-plain-20", "degradation-plain-56", "degradation-residual-56"),
    *("adding-lstm", "adding-gru", "adding-rnn", "copying"),
    *("markov-rnn", "markov-lstm", "char-lstm", "char-transformer"),
    *("reverse", "reverse-plain", "sort", "sort-plain", "addition"),
    *("dates", "dates-transformer", "summaries", "vae-conv"),
)
FEWER_SEEDS = dict.fromkeys(LONG, 3)
"""Experiments that take long, where theory asks nothing of every seed, are trained with three."""


def seeds_of(experiment: str, most: int = SEEDS) -> range:
    """Return the seeds with which an experiment is trained, from 1."""
    return range(1, min(most, FEWER_SEEDS.get(experiment, SEEDS)) + 1)


BOUND, RATIO = "updates / (R/γ)²", "first / last gradient"
AUC = "mean test/auc of all classes"
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
    Gate("rosenbrock", "train/distance", "<=0.001", every=True),
    Gate("beale", "train/distance", "<=0.001", every=True),
    Gate("digits-vgg", "test/accuracy", ">=0.985", "a plain script: 0.988, augmented 0.990"),
    Gate("digits-resnet", "test/accuracy", ">=0.985"),
    Gate("digits-writers", "test/accuracy", ">=0.96", "a plain script: 0.966, SVC 0.969"),
    Gate("few-digits", "test/accuracy", ">=0.89", "a plain script: 0.899"),
    Gate("few-digits-augmented", "test/accuracy", ">=0.93", "a plain script: 0.936"),
    Gate(
        "few-digits-augmented",
        "test/accuracy",
        ">=0.02",
        "a plain script: 0.037",
        against="few-digits",
    ),
    Gate("degradation-plain-20", "test/accuracy", ">=0.9"),
    Gate("degradation-plain-56", "test/accuracy", "<=-0.02", against="degradation-plain-20"),
    Gate("degradation-residual-56", "test/accuracy", ">=0.94"),
    Gate("degradation-residual-56", "test/accuracy", ">=0.02", against="degradation-plain-56"),
    Gate("transfer-source", "test/accuracy", ">=0.97"),
    Gate("transfer-scratch", "test/accuracy", "<=0.87", "PyTorch, 25 labels: 0.765"),
    Gate("transfer-digits", "test/accuracy", ">=0.86", "PyTorch, 25 labels: 0.826"),
    Gate(
        "transfer-digits",
        "test/accuracy",
        ">=0.03",
        "PyTorch, 25 labels: 0.061",
        against="transfer-scratch",
    ),
    Gate("regularization-none", "test/accuracy", "<=0.84", "PyTorch 0.796"),
    *(
        Gate(
            f"regularization-{name}",
            "test/accuracy",
            ">=0.04",
            f"PyTorch {known}",
            against="regularization-none",
        )
        for name, known in (("l2", 0.056), ("l1", 0.051), ("dropout", 0.068))
    ),
    Gate("regularization-l1", "train/sparsity", ">=0.5", "PyTorch 0.53"),
    Gate("autoencoder-digits", "test/psnr", ">=19"),
    Gate("autoencoder-conv", "test/psnr", ">=18.2"),
    Gate("denoising-digits", "test/psnr_gain", ">=4.5", "a plain script: 4.6"),
    Gate("anomaly-digits", AUC, ">=0.99", "LOF 0.988, one-class SVM 0.978, isolation forest 0.975"),
    Gate("vae-digits", "test/loss", "<=18.4", "a plain script: 18.2"),
    Gate("vae-digits", "test/iwae", "<=17.8", "a plain script, 500 samples: 17.4"),
    Gate("vae-plane", "test/loss", "<=20.8"),
    Gate("vae-conv", "test/loss", "<=18.8"),
    Gate("markov-rnn", "test/perplexity", "<=3.7", "the source: 3.524; 1.05 of it: 3.7"),
    Gate("markov-lstm", "test/perplexity", "<=3.7", "the source: 3.524; 1.05 of it: 3.7"),
    Gate("adding-lstm", "test/mse", "<1e-3", "PyTorch, 50 steps: 2e-4 to 3e-4"),
    Gate("adding-gru", "test/mse", "<1e-3", "PyTorch, 50 steps: 1.4e-4"),
    Gate("adding-rnn", "test/mse", ">0.1", "PyTorch, 50 steps: 0.16"),
    Gate("copying", "test/loss", "<0.0297", "without a memory: 10 ln 8 / 70 = 0.297; a tenth"),
    Gate("reber", "test/accuracy", "==1", every=True),
    Gate("mackey-glass", "test/nrmse", "<0.04", "PyTorch 0.025, latest value 0.821"),
    Gate("tides", "test/nrmse", "<0.1", "latest value 1.37"),
    Gate("char-lstm", "test/bits", "<=0.4", "gzip 0.65, xz 0.54, bzip2 0.32"),
    Gate("char-transformer", "test/bits", "<=0.55", "gzip 0.65, xz 0.54, bzip2 0.32"),
    Gate("reverse", "test/exact", ">=0.98", "a plain script: 0.98"),
    Gate("reverse-plain", "test/exact", "<=0.05", "a plain script: 0.00"),
    Gate("sort", "test/exact", ">=0.98", "a plain script: 0.996"),
    Gate("sort-plain", "test/exact", ">=0.98", "a plain script: 0.06 to 0.19"),
    Gate("addition", "test/exact", ">=0.97", "Keras: 0.99 of the digits"),
    Gate("dates", "test/exact", ">=0.99", "a plain script: 1.000"),
    Gate("dates-transformer", "test/exact", ">=0.99", "a plain script: 1.000"),
    Gate("summaries", "test/exact", ">=0.95"),
    Gate("summaries", "test/rouge_l", ">=0.98"),
    Gate("gan-ring", "test/modes", "==8", "published, R1: 8 in each", every=True),
    Gate("gan-ring", "test/quality", ">=0.9", "published: R1 0.88 to 0.95, packs 0.96", every=True),
    Gate("gan-ring", "test/quality", ">=0.05", against="gan-ring-plain"),
    Gate("gan-ring-plain", "test/modes", "<8", "published: one of four collapsed"),
    Gate("gan-ring-plain", "test/quality", "<=0.9", "published: 0.64 to 0.75"),
    Gate("gan-digits", "test/modes", "==10", "never collapses", every=True),
    Gate("gan-digits", "test/precision", ">=0.7", "real digits: 0.90"),
    Gate("gan-digits", "test/recall", ">=0.7", "real digits: 0.88"),
    Gate("cartpole-ppo", "test/return", ">=475", "NumPy: 476.5 to 500", every=True),
    Gate("cartpole-a2c", "test/return", ">=475", "solved at 475, 500 at most", every=True),
    Gate("cartpole-dqn", "test/return", ">=475", "published: 488.7 ± 16.1", every=True),
    Gate("cartpole-reinforce", "test/return", ">=475", "solved at 475, 500 at most", every=True),
    Gate("gridworld-dqn", "test/return", ">=0.8299", "the shortest way: 0.83", every=True),
    Gate("acrobot-ppo", "test/return", ">=-100", "solved at -100", every=True),
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
    "LSTM, GRU and RNN beside PyTorch's: values 1e-12, gradients and ten steps 1e-10": (
        "tests/autograd/test_recurrent.py",
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
