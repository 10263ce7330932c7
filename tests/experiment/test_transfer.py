"""What was learnt before is begun with: from a run, or from a file of convkit's or PyTorch's."""

import shutil

import numpy as np
import pytest
from safetensors.numpy import save_file

from convkit.autograd import Tensor
from convkit.errors import ConvkitError
from convkit.experiment import spec
from convkit.experiment.assembly import assemble, restore
from convkit.experiment.checkpoint import read_checkpoint
from convkit.experiment.comparison import compare
from convkit.experiment.evaluation import evaluate
from convkit.experiment.metrics_log import read_records
from convkit.experiment.run import Run
from convkit.experiment.session import resume, train
from convkit.experiment.transfer import start_from
from tests.cli.process import convkit
from tests.experiment.small import signalled_at, without_times
from tests.nn.cases import context

SOURCE = """
name: source
data: {name: iris, only_classes: [setosa, versicolor], validation: 0.2}
model: [dense: 8, batch_norm, relu, dense: 6, relu, dense: 2]
loss: cross_entropy
optimizer: {name: adam, lr: 0.02}
trainer: {epochs: 2, batch_size: 16, monitor: validation/accuracy}
"""
TARGET = """
name: target
data: {name: iris, limit: 30}
model: {from: source, replace: [dense: 3], freeze: 1-3, unfreeze_at: 3, lr_factors: {4: 0.5}}
loss: cross_entropy
optimizer: {name: adam, lr: 0.02}
trainer: {epochs: 4, batch_size: 8}
seed: 3
"""


def read(folder, text, *overrides):
    path = folder / "experiment.yaml"
    path.write_text(text)
    return spec.read_experiment(path, overrides, runs=folder / "runs")


def run(folder, text, *overrides):
    return train(read(folder, text, *overrides), root=folder, runs=folder / "runs")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Return a folder in which the source and the target were trained."""
    folder = tmp_path_factory.mktemp("transfer")
    run(folder, SOURCE)
    run(folder, TARGET)
    return folder


def model_of(run, name="last"):
    return read_checkpoint(run.checkpoint(name)).within("model")


def begun(folder, text, *overrides):
    """Return the weights with which an experiment begins."""
    resolved = read(folder, text, *overrides)
    assembly = assemble(resolved.experiment, folder, resolved.origins)
    start_from(assembly, folder, folder / "runs", resolved.origins)
    return assembly.family.model()


def test_what_is_kept_is_loaded_and_what_replaces_begins_anew(place):
    source, model = model_of(Run(place / "runs/source/1"), "best"), begun(place, TARGET)
    for path in source.keys() - {"layers.5.weight", "layers.5.bias"}:
        np.testing.assert_array_equal(model[path], source[path])
    assert model["layers.5.weight"].shape == (6, 3)


def test_frozen_layers_are_trained_only_from_their_epoch_on(place):
    start = model_of(Run(place / "runs/source/1"), "best")
    frozen = run(place, TARGET, "trainer.epochs=2", "name=frozen").run
    for path, array in model_of(frozen).items():
        same = array.shape == start[path].shape and (array == start[path]).all()
        assert same == (path[:8] in ("layers.0", "layers.1", "layers.2"))
    assert (
        model_of(Run(place / "runs/target/1"))["layers.0.weight"] != start["layers.0.weight"]
    ).any()


@pytest.mark.parametrize("step", [1, 7, 9, 13])
def test_resuming_gives_the_same_bits_without_the_source(place, tmp_path, step):
    """30 samples in batches of 8 are 4 steps: while frozen, at the unfreezing, and after it."""
    shutil.copytree(place / "runs" / "source", tmp_path / "runs" / "source")
    with pytest.MonkeyPatch.context() as patch:
        signalled_at(patch, step)
        outcome = run(tmp_path, TARGET)
    assert outcome.status == "interrupted"
    shutil.rmtree(tmp_path / "runs" / "source")
    assert resume(outcome.run).status == "finished"
    whole = Run(place / "runs/target/1")
    ours, theirs = (read_checkpoint(each.checkpoint("last")) for each in (outcome.run, whole))
    assert ours.arrays.keys() == theirs.arrays.keys()
    for name, array in ours.arrays.items():
        assert array.tobytes() == theirs.arrays[name].tobytes(), name
    assert ours.state["learning"] == theirs.state["learning"]
    records = [
        list(map(without_times, read_records(each.metrics))) for each in (outcome.run, whole)
    ]
    assert records[0] == records[1]


def test_a_run_killed_at_its_first_step_has_the_weights(place, tmp_path):
    shutil.copytree(place / "runs" / "source", tmp_path / "runs" / "source")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("convkit.families.Supervised.learn", broken)
        with pytest.raises(KeyboardInterrupt):
            run(tmp_path, TARGET)
    shutil.rmtree(tmp_path / "runs" / "source")
    target = Run(tmp_path / "runs/target/1")
    assert resume(target).status == "finished"
    assert model_of(target).keys() == model_of(Run(place / "runs/target/1")).keys()
    for path, array in model_of(target).items():
        np.testing.assert_array_equal(array, model_of(Run(place / "runs/target/1"))[path])
    assert target.summary()["seconds"] < 60


def broken(self, batch, progress):
    raise KeyboardInterrupt


def test_a_run_killed_before_it_had_weights_does_not_go_on_with_random_ones(place, tmp_path):
    shutil.copytree(place / "runs/target/1", tmp_path / "1")
    for path in (tmp_path / "1" / "checkpoints").iterdir():
        path.unlink()
    (tmp_path / "1" / "summary.json").unlink()
    with pytest.raises(ConvkitError, match="stopped before it had the weights"):
        resume(Run(tmp_path / "1"))


def test_it_answers_and_is_evaluated_without_the_source(place, tmp_path):
    shutil.copytree(place / "runs/target", tmp_path / "target")
    target = Run(tmp_path / "target" / "1")
    assert restore(target, "last").answer(np.ones((2, 4), np.float32)).outputs.shape == (2, 3)
    assert evaluate(target).metrics


def test_a_chain_of_transfers_takes_the_network_as_it_was_trained(place):
    again = TARGET.replace("name: target", "name: again").replace("from: source", "from: target")
    target = model_of(Run(place / "runs/target/1"))
    model = begun(place, again)
    np.testing.assert_array_equal(model["layers.3.weight"], target["layers.3.weight"])
    assert len(read(place, again).experiment.model.layers) == 6


def test_runs_are_compared_by_their_layers(place):
    run(
        place,
        TARGET,
        "name=scratch",
        "model=[dense: 8, batch_norm, relu, dense: 6, relu, dense: 3]",
    )
    runs = [Run(place / "runs" / name / "1") for name in ("target", "scratch")]
    differences = compare(runs).differences
    assert differences["model.from"][1] is None
    assert differences["model.freeze"] == ["1-3", None]
    assert not [path for path in differences if path.startswith(("model.0", "model.layers"))]


def test_our_own_checkpoint_is_a_file_of_weights(place):
    file = "{layers: [dense: 8, batch_norm, relu, dense: 6, relu, dense: 2], replace: [dense: 3], "
    file += "from: runs/source/1/checkpoints/best.safetensors}"
    model = begun(place, TARGET, f"model={file}")
    best = model_of(Run(place / "runs/source/1"), "best")
    np.testing.assert_array_equal(model["layers.3.weight"], best["layers.3.weight"])


def test_a_bias_is_not_lost_unseen(place):
    layers = "dense: 8, batch_norm, relu, dense: {units: 6, use_bias: false}, relu, dense: 2"
    said = r"layer 4 \(dense\) has no place for 'layers.3.bias' of 'source'"
    with pytest.raises(spec.SpecError, match=said):
        begun(place, TARGET, f"model.layers=[{layers}]")


TORCH = "layers: [dense: 8, batch_norm, relu, dense: 6, relu, dense: 2], from: net.safetensors"


def state_dict(*names, **changes):
    """Return what PyTorch calls the arrays of the source, under its modules' names."""
    first, norm, second, third = names
    rng = np.random.default_rng(0)
    shapes = {
        f"{first}.weight": (8, 4),
        f"{first}.bias": (8,),
        **{f"{norm}.{name}": (8,) for name in ("weight", "bias", "running_mean", "running_var")},
        f"{second}.weight": (6, 8),
        f"{second}.bias": (6,),
        f"{third}.weight": (2, 6),
        f"{third}.bias": (2,),
    }
    arrays = {name: rng.random(shape, np.float32) for name, shape in (shapes | changes).items()}
    return arrays | {f"{norm}.num_batches_tracked": np.array(3)}


@pytest.mark.parametrize(
    ("names", "named"),
    [
        (("0", "1", "3", "10"), ""),
        (("z", "norm", "a", "fc"), ", map: {1: z, 2: norm, 4: a}"),
    ],
)
def test_pytorchs_weights_are_found_by_their_order_or_by_a_map(tmp_path, names, named):
    arrays = state_dict(*names)
    save_file(arrays, tmp_path / "net.safetensors")
    model = begun(tmp_path, TARGET, f"model={{{TORCH}, replace: [dense: 3]{named}}}")
    first, norm, second, _ = names
    np.testing.assert_array_equal(model["layers.0.weight"], arrays[f"{first}.weight"].T)
    np.testing.assert_array_equal(model["layers.1.scale"], arrays[f"{norm}.weight"])
    np.testing.assert_array_equal(model["layers.1.running_variance"], arrays[f"{norm}.running_var"])
    np.testing.assert_array_equal(model["layers.3.weight"], arrays[f"{second}.weight"].T)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, []),
        (
            {"3.weight": (5, 8), "0.bias": (9,)},
            [
                "layer 4 (dense) has a weight of 8x6, but '3.weight' is 8x5",
                "layer 1 (dense) has a bias of 8, but '0.bias' is 9",
            ],
        ),
        (
            {"0.bias_hh": (8,)},
            ["layer 1 (dense) has no place for '0.bias_hh' of 'net.safetensors'"],
        ),
        ({"11.weight": (3,)}, ["the file has weights of 5 layers, the model 4 to fill"]),
    ],
)
def test_every_misfit_is_told(tmp_path, change, said):
    save_file(state_dict("0", "1", "3", "10", **change), tmp_path / "net.safetensors")
    names = "[setosa, versicolor]"
    settings = [f"model={{{TORCH}}}", f"data.only_classes={names}"]
    if not said:
        begun(tmp_path, TARGET, *settings)
        return
    with pytest.raises(spec.SpecError) as info:
        begun(tmp_path, TARGET, *settings)
    assert len(info.value.problems) == len(said)
    for text in said:
        assert f"--set: model.from: {text}" in str(info.value)


ADDING = """
name: adding
data: {name: adding, samples: 40, steps: 6}
model:
  layers:
    - CELL: {units: 5, layers: 2, bidirectional: true}
    - dense: 1
  from: net.safetensors
loss: mse
optimizer: adam
trainer: {epochs: 1}
"""


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_pytorchs_recurrent_weights_make_the_same_of_sequences(tmp_path, cell):
    torch = pytest.importorskip("torch")
    body = getattr(torch.nn, cell.upper())(2, 5, 2, bidirectional=True, batch_first=True)
    net = torch.nn.ModuleDict({"body": body, "head": torch.nn.Linear(10, 1)})
    arrays = {name: array.numpy() for name, array in net.state_dict().items()}
    save_file(arrays, tmp_path / "net.safetensors")
    resolved = read(tmp_path, ADDING.replace("CELL", cell))
    assembly = assemble(resolved.experiment, tmp_path, resolved.origins)
    start_from(assembly, tmp_path)
    x = np.random.default_rng(0).standard_normal((3, 6, 2)).astype(np.float32)
    with torch.no_grad():
        _, state = body(torch.tensor(x))
        h = state[0] if cell == "lstm" else state
        expected = net["head"](torch.cat([h[-2], h[-1]], dim=1)).numpy()
    ours = assembly.family.layers(Tensor(x), context(train=False)).data
    np.testing.assert_allclose(ours, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"body.bias_hh_l0": None}, "layer 1 (lstm) finds no 'body.bias_hh_l0'"),
        (
            {"body.bias_hh_l0": (8,)},
            "layer 1 (lstm) takes body.bias_ih_l0 and body.bias_hh_l0 of one shape",
        ),
        ({"body.weight_ih_l0": (20, 3)}, "but 'body.weight_ih_l0' is 3x20"),
        ({"body.weight_hr_l0": (4, 5)}, "layer 1 (lstm) has no place for 'body.weight_hr_l0'"),
    ],
)
def test_every_misfit_of_a_recurrent_layer_is_told(tmp_path, change, said):
    shapes = {"weight_ih": (20, 2), "weight_hh": (20, 5), "bias_ih": (20,), "bias_hh": (20,)}
    shapes = {f"body.{name}_l0": shape for name, shape in shapes.items()}
    shapes |= {"head.weight": (1, 5), "head.bias": (1,), **change}
    arrays = {name: np.ones(shape, np.float32) for name, shape in shapes.items() if shape}
    save_file(arrays, tmp_path / "net.safetensors")
    one = ADDING.replace("CELL: {units: 5, layers: 2, bidirectional: true}", "lstm: 5")
    with pytest.raises(spec.SpecError) as info:
        begun(tmp_path, one)
    assert len(info.value.problems) == 1
    assert said in str(info.value)


@pytest.mark.parametrize(
    ("map_", "said"),
    [
        ("{1: '0', 2: '1', 3: '3', 4: '3'}", "map names '3', which is no layer whose weights"),
        ("{1: '0', 2: '1'}", r"map doesn't say what layer 4 \(dense\) is"),
        ("{1: '0', 2: '1', 4: '4'}", r"layer 4 \(dense\) finds no '4.weight' in 'net.safeten"),
    ],
)
def test_a_map_has_to_say_it_all(tmp_path, map_, said):
    save_file(state_dict("0", "1", "3", "10"), tmp_path / "net.safetensors")
    with pytest.raises(spec.SpecError, match=said):
        begun(tmp_path, TARGET, f"model={{{TORCH}, replace: [dense: 3], map: {map_}}}")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("model.from=sorce", "model.from: no such run: 'sorce' (hint: did you mean"),
        ("model.freeze=9", "model.freeze: there is no layer '9'"),
        ("model.replace.0.dense.units=4", "the model has 4 outputs, but the data have 3 classes"),
        ("family=perceptron", "model: the family perceptron takes none"),
        (f"model={{{TORCH}, replace: [dense: 3]}}", "no such file: 'net.safetensors'"),
    ],
)
def test_what_is_wrong_is_one_line_of_a_real_process(place, change, said):
    done = convkit("train", "experiment.yaml", "--set", change, cwd=written(place))
    assert done.code == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def written(place):
    (place / "experiment.yaml").write_text(TARGET)
    return place


def test_a_family_that_cannot_says_so(place):
    change = ["family={name: descent}", "data=rosenbrock", "model.from=source"]
    with pytest.raises(ConvkitError, match="family descent"):
        begun(place, TARGET, *change)
