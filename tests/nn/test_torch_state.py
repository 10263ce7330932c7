"""A network of PyTorch's, saved and read into ours, gives the same answers."""

import numpy as np
import pytest

from convkit.autograd import Tensor
from convkit.experiment import spec
from convkit.experiment.transfer import take_over
from convkit.nn import Context, Sequential
from convkit.nn.torch_state import modules_of

torch = pytest.importorskip("torch")
nn = torch.nn


def maps_to_row():
    """Convolutions, groups, a transposed one, maps that are flattened, normalization behind.

    Behind the first dense layer there are as many numbers, but no maps.
    """
    theirs = nn.Sequential(
        nn.Conv2d(2, 4, (3, 2), padding=1),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.Conv2d(4, 4, 3, groups=2, bias=False),
        nn.GroupNorm(2, 4),
        nn.ConvTranspose2d(4, 3, 2, stride=2),
        nn.Flatten(),
        nn.BatchNorm1d(3 * 8 * 10),
        nn.Linear(3 * 8 * 10, 3 * 8 * 10),
        nn.LayerNorm(3 * 8 * 10),
        nn.Linear(3 * 8 * 10, 2),
    )
    ours = [
        {"conv2d": {"filters": 4, "kernel_size": [3, 2], "padding": 1}},
        "batch_norm",
        "relu",
        {"conv2d": {"filters": 4, "groups": 2, "use_bias": False}},
        {"group_norm": 2},
        {"conv2d_transpose": {"filters": 3, "kernel_size": 2, "stride": 2}},
        "flatten",
        "batch_norm",
        {"dense": 3 * 8 * 10},
        "layer_norm",
        {"dense": 2},
    ]
    return theirs, ours, (6, 6, 2), None


def named_block():
    """A residual block with a projection, whose modules have names in another order."""

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.stem = nn.Conv2d(1, 3, 1)
            self.body = nn.Conv2d(3, 4, 3, padding=1)
            self.around = nn.Conv2d(3, 4, 1)
            self.depth = nn.Conv2d(4, 8, 3, groups=4)
            self.out = nn.Linear(8, 2)

        def forward(self, x):
            x = self.stem(x)
            x = self.depth(self.body(x) + self.around(x))
            return self.out(x.mean((2, 3)))

    ours = [
        {"conv2d": {"filters": 3, "kernel_size": 1}},
        {"residual": [{"conv2d": {"filters": 4, "padding": "same"}}]},
        {"depthwise_conv2d": {"multiplier": 2}},
        "global_avg_pool2d",
        {"dense": 2},
    ]
    names = {"1": "stem", "2.1": "body", "2.shortcut.1": "around", "3": "depth", "5": "out"}
    return Net(), ours, (5, 5, 1), names


@pytest.mark.parametrize("make", [maps_to_row, named_block])
def test_the_answers_are_pytorchs(make, tmp_path):
    from safetensors.torch import save_file

    torch.manual_seed(0)
    theirs, layers, shape, names = make()
    for buffer in theirs.buffers():
        if buffer.dtype.is_floating_point:
            buffer.uniform_(0.5, 2)
    save_file(theirs.state_dict(), tmp_path / "net.safetensors")
    model = {"layers": layers, "from": "net.safetensors", "map": names}
    document = {"data": "digits", "model": model, "loss": "mse", "optimizer": "sgd"}
    experiment = spec.experiment_from_document(document)
    ours = Sequential(spec.build_layers(experiment))
    ours.build(shape, np.random.default_rng(0))
    take_over(experiment.model, ours, shape, root=tmp_path)
    x = np.random.default_rng(1).standard_normal((3, *shape)).astype(np.float32)
    with torch.no_grad():
        expected = theirs.eval()(torch.from_numpy(x).movedim(-1, 1))
    np.testing.assert_allclose(ours(Tensor(x), Context()).data, expected, rtol=1e-4, atol=1e-5)


def test_modules_are_in_the_order_of_their_numbers():
    names = ["b.10.weight", "b.9.weight", "a.1.running_mean", "b.9.num_batches_tracked", "weight"]
    assert modules_of(names) == ["", "a.1", "b.9", "b.10"]
