"""The model in long form: where its weights come from, and which layers are trained how."""

import pytest

from convkit.experiment.spec import SpecError, experiment_from_document, read_experiment
from tests.experiment.small import trained

REST = """
data: iris
loss: cross_entropy
optimizer: sgd
"""
LAYERS = "[dense: 4, relu, dense: 3]"
SOURCE = f"model: {LAYERS}{REST}trainer: {{epochs: 1}}\n"
FILE = f"layers: {LAYERS}, from: a.safetensors"


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Return a folder of runs, in which there is one of an experiment called experiment."""
    folder = tmp_path_factory.mktemp("source")
    trained(SOURCE, folder)
    return folder / "runs"


def read(folder, model, *overrides, runs=None):
    path = folder / "a.yaml"
    path.write_text(f"model: {model}{REST}")
    return read_experiment(path, overrides, runs=runs or folder)


def names(layers):
    return [layer.name for layer in layers]


def test_layers_alone_are_a_list(tmp_path):
    short, long = read(tmp_path, LAYERS), read(tmp_path, f"{{layers: {LAYERS}}}")
    assert short.experiment == long.experiment
    assert short.document == long.document
    assert isinstance(short.document["model"], list)
    assert "model.0.dense.units" in short.origins


def test_a_run_brings_its_layers(tmp_path, runs):
    resolved = read(tmp_path, "{from: experiment, replace: [dense: 2], freeze: 1}", runs=runs)
    model = resolved.experiment.model
    assert names(model.layers) == ["dense", "relu", "dense"]
    assert names(model.kept) == ["dense", "relu"]
    assert [layer.arguments.get("units") for layer in model.network] == [4, None, 2]
    assert model.from_ == str(runs / "experiment" / "1")
    assert resolved.origins["model.layers.0.dense.units"].endswith("1/config.yaml")
    assert resolved.origins["model.freeze"].endswith("a.yaml:1")
    # Read again without the run it is the same.
    assert experiment_from_document(resolved.document) == resolved.experiment
    assert read_experiment(written(tmp_path, resolved.yaml)).document == resolved.document


def written(folder, text):
    path = folder / "again.yaml"
    path.write_text(text)
    return path


def test_more_layers_can_replace_fewer(tmp_path):
    model = f"{{{FILE}, replace: {{layers: [relu, dense: 8, dense: 2], last: 1}}}}"
    network = read(tmp_path, model).experiment.model.network
    assert names(network) == ["dense", "relu", "relu", "dense", "dense"]


@pytest.mark.parametrize(
    ("change", "path", "value"),
    [
        ("model.freeze=1-2", "freeze", "1-2"),
        ("model.layers.0.dense.units=7", "layers", None),
        ("model.lr_factors={1: 0.5}", "lr_factors", {"1": 0.5}),
    ],
)
def test_the_short_form_takes_what_only_the_long_one_has(tmp_path, change, path, value):
    model = read(tmp_path, LAYERS, change).document["model"]
    if value is None:
        assert model[0]["dense"]["units"] == 7
    else:
        assert model[path] == value


def test_what_replaces_can_be_set(tmp_path):
    model = f"{{{FILE}, replace: [dense: 2]}}"
    resolved = read(tmp_path, model, "model.replace.0.dense.units=5", "model.layers.0.dense=6")
    assert resolved.experiment.model.network[-1].arguments["units"] == 5
    assert resolved.experiment.model.network[0].arguments["units"] == 6


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("{form: x, layers: [relu]}", "model.form: unknown key 'form' of model (did you mean 'fro"),
        ("{freze: 1}", "model.freze: unknown key 'freze' of model (did you mean 'freeze'?)"),
        ("{dense: 3}", "model: expected a list, each item begun with '- ', got a mapping of dense"),
        ("{from: 3}", "model.from: expected text or null, got 3"),
        ("{from: a.safetensors}", "layers are missing: which layers the file has weights for"),
        ("{freeze: 1}", "layers are missing: the layers of the model"),
        (f"{{{FILE}, replace: [dens: 2]}}", "model.replace.0.dens: unknown layer 'dens' (did"),
        (f"{{{FILE}, replace: {{last: 2}}}}", "replacement needs 'layers'"),
        (f"{{{FILE}, replace: []}}", "model.replace.layers: layers must be at least one, got none"),
        (
            f"{{{FILE}, replace: {{layers: [relu], last: 0}}}}",
            "model.replace.last: last must be at",
        ),
        (
            f"{{{FILE}, replace: {{layers: [relu], last: 4}}}}",
            "model.replace: replace takes the place of 4 layers, but there are 3",
        ),
        (f"{{layers: {LAYERS}, replace: [relu]}}", "model.replace: replace needs weights to keep"),
        (f"{{layers: {LAYERS}, unfreeze_at: 3}}", "unfreeze_at needs frozen layers"),
        (f"{{layers: {LAYERS}, freeze: 1, unfreeze_at: 1}}", "unfreeze_at must be at least 2"),
        (f"{{layers: {LAYERS}, lr_factors: {{1: -1}}}}", "lr_factors must be 0 or more, got -1"),
        (f"{{layers: {LAYERS}, lr_factors: {{1: x}}}}", "model.lr_factors: expected a mapping"),
        (f"{{layers: {LAYERS}, map: {{1: a}}}}", "model.map: map is about a file of weights"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path, model, said):
    with pytest.raises(SpecError) as info:
        read(tmp_path, model)
    assert "a.yaml:1: model" in str(info.value)
    assert said in str(info.value)
