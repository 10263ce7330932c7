"""Asking a trained run: arrays, tables, pictures; without its data."""

import io

import numpy as np
import pytest
from PIL import Image

from convkit.data import DATASETS
from convkit.errors import ConvkitError
from convkit.experiment.assembly import restore
from convkit.experiment.prediction import Predictor
from convkit.experiment.session import resume
from tests.experiment.small import signalled_at, trained

IRIS = """
data: iris
model: [dense: 8, relu, dense: 3]
loss: cross_entropy
optimizer: {name: adam, lr: 0.05}
"""
DIGITS = """
data: digits
model: [flatten, dense: 10]
loss: cross_entropy
optimizer: {name: adam, lr: 0.01}
trainer: {epochs: 5}
"""
HOUSES = """
data: houses
model: [dense: 1]
loss: mse
optimizer: {name: adam, lr: 0.1}
trainer: {epochs: 50}
"""


@pytest.fixture(scope="module")
def iris(tmp_path_factory):
    return trained(IRIS, tmp_path_factory.mktemp("iris")).run


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    return trained(DIGITS, tmp_path_factory.mktemp("digits")).run


@pytest.fixture(scope="module")
def houses(tmp_path_factory):
    return trained(HOUSES, tmp_path_factory.mktemp("houses")).run


def softmax(scores):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def test_answers_are_those_of_the_network_computed_by_hand(iris):
    test = DATASETS["iris"]()
    model = restore(iris, "last").model()
    scaled = test.preprocessing.apply_inputs(test.test.inputs).astype(float)
    hidden = np.maximum(scaled @ model["layers.0.weight"] + model["layers.0.bias"], 0)
    scores = hidden @ model["layers.2.weight"] + model["layers.2.bias"]
    prediction = Predictor.from_run(iris).predict(test.test.inputs)
    np.testing.assert_allclose(prediction.outputs, softmax(scores), rtol=1e-4, atol=1e-6)
    names = [test.test.classes[label] for label in scores.argmax(axis=1)]
    assert prediction.classes == names


def test_rows_name_everything(iris):
    row = Predictor.from_run(iris).predict(DATASETS["iris"]().test.inputs[:1]).rows()[0]
    assert list(row) == ["input", "class", "setosa", "versicolor", "virginica"]
    assert row["setosa"] + row["versicolor"] + row["virginica"] == pytest.approx(1)


def test_values_come_in_their_own_unit(houses):
    data = DATASETS["houses"]().train
    prediction = Predictor.from_run(houses).predict(data.inputs)
    assert prediction.classes is None
    assert list(prediction.rows()[0]) == ["input", *data.target_names]
    np.testing.assert_allclose(prediction.outputs, data.targets, rtol=0.1)


def test_a_table_is_read_by_the_names_of_its_columns(iris, tmp_path):
    data = DATASETS["iris"]().test
    header = ["comment", *reversed(data.features)]
    rows = [["7", *map(str, sample[::-1])] for sample in data.inputs[:3].tolist()]
    path = tmp_path / "flowers.csv"
    path.write_text("\n".join(",".join(row) for row in [header, *rows]) + "\n")
    predictor = Predictor.from_run(iris)
    read = predictor.predict_sources([str(path)])
    assert read.names == [f"{path}:{number}" for number in (1, 2, 3)]
    assert read.outputs.tobytes() == predictor.predict(data.inputs[:3]).outputs.tobytes()


def test_a_table_that_lacks_a_column(iris, tmp_path):
    path = tmp_path / "flowers.csv"
    path.write_text("sepal,petal\n1,2\n")
    with pytest.raises(ConvkitError, match="unknown column"):
        Predictor.from_run(iris).predict_sources([str(path)])


def test_arrays_of_one_sample_or_several(digits, tmp_path):
    samples = DATASETS["digits"]().test.inputs[:4]
    predictor = Predictor.from_run(digits)
    expected = predictor.predict(samples).outputs
    shapes = {
        "several": samples,
        "one": samples[0],
        "flat": samples[..., 0],
        "bare": samples[0, ..., 0],
    }
    for name, array in shapes.items():
        np.save(tmp_path / f"{name}.npy", array)
        outputs = predictor.predict_sources([str(tmp_path / f"{name}.npy")]).outputs
        np.testing.assert_allclose(outputs, expected[: len(outputs)], rtol=1e-5)
        assert len(outputs) == (4 if name in ("several", "flat") else 1)


def test_pictures(digits, tmp_path):
    pixels = np.rint(DATASETS["digits"]().test.inputs[:3, ..., 0] * 255).astype(np.uint8)
    paths = [tmp_path / f"{number}.png" for number in range(3)]
    for path, frame in zip(paths, pixels, strict=True):
        Image.fromarray(frame).save(path)
    predictor = Predictor.from_run(digits)
    expected = predictor.predict((pixels[..., np.newaxis] / np.float32(255)).astype(np.float32))
    one_by_one = predictor.predict_sources(map(str, paths))
    folder = predictor.predict_sources([str(tmp_path)])
    np.testing.assert_allclose(one_by_one.outputs, expected.outputs, rtol=1e-5)
    assert folder.outputs.tobytes() == one_by_one.outputs.tobytes()
    assert folder.names == [str(path) for path in paths]


def saved(folder, size, mode):
    path = folder / "picture.png"
    Image.new(mode, size).save(path)
    return str(path)


def test_another_size_is_refused_and_resized_if_asked(digits, tmp_path):
    path = saved(tmp_path, (28, 30), "L")
    with pytest.raises(ConvkitError, match="is 30x28x1, but the model takes 8x8x1") as caught:
        Predictor.from_run(digits).predict_sources([path])
    assert "8x8" in caught.value.hint
    assert len(Predictor.from_run(digits, size=8).predict_sources([path]).names) == 1


def test_colour_is_refused_and_converted_if_asked(digits, tmp_path):
    path = saved(tmp_path, (8, 8), "RGB")
    with pytest.raises(ConvkitError, match="is 8x8x3, but the model takes 8x8x1") as caught:
        Predictor.from_run(digits).predict_sources([path])
    assert "grey" in caught.value.hint
    assert len(Predictor.from_run(digits, color="grey").predict_sources([path]).names) == 1


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((3, 3), np.float32), "is 3x3, but the model takes 8x8x1"),
        (np.zeros((8, 8), complex), "holds complex128, not real numbers"),
        (np.array(["a"], object), "is no .npy file that can be read"),
    ],
)
def test_arrays_that_do_not_fit(digits, tmp_path, array, message):
    np.save(tmp_path / "a.npy", array)
    with pytest.raises(ConvkitError, match=message):
        Predictor.from_run(digits).predict_sources([str(tmp_path / "a.npy")])


def test_kinds_that_do_not_fit(iris, digits, tmp_path):
    (tmp_path / "a.csv").write_text("1,2\n3,4\n")
    with pytest.raises(ConvkitError, match="is a table, but the model takes 8x8x1"):
        Predictor.from_run(digits).predict_sources([str(tmp_path / "a.csv")])
    with pytest.raises(ConvkitError, match="the model takes 4 for a sample"):
        Predictor.from_run(iris).predict_sources([saved(tmp_path, (8, 8), "L")])
    with pytest.raises(ConvkitError, match="nothing to predict"):
        Predictor.from_run(iris).predict_sources([])
    with pytest.raises(ConvkitError, match=r"inputs must be \(samples, 4\)"):
        Predictor.from_run(iris).predict(np.zeros((2, 5), np.float32))


def test_standard_input(iris, monkeypatch):
    inputs = DATASETS["iris"]().test.inputs[:2]
    stream = io.BytesIO()
    np.save(stream, inputs)

    class Stdin:
        closed = False
        buffer = io.BufferedReader(io.BytesIO(stream.getvalue()))

        def isatty(self):
            return False

    monkeypatch.setattr("sys.stdin", Stdin())
    assert Predictor.from_run(iris).predict_sources(["-"]).names == [
        "standard input:1",
        "standard input:2",
    ]


def test_either_checkpoint_can_be_asked(tmp_path):
    text = IRIS.replace("data: iris", "data: {name: iris, validation: 0.2}")
    settings = "trainer={epochs: 12, monitor: validation/loss}"
    run = trained(text, tmp_path, settings, "optimizer.lr=0.5").run
    inputs = DATASETS["iris"]().test.inputs
    answers = {
        name: Predictor.from_run(run, name).predict(inputs).outputs.tobytes()
        for name in ("last", "best", None)
    }
    assert answers["best"] != answers["last"]
    assert answers[None] == answers["best"]


def test_a_run_can_be_asked_while_it_waits_to_go_on(tmp_path, monkeypatch):
    signalled_at(monkeypatch, 3)
    run = trained(IRIS, tmp_path).run
    Predictor.from_run(run).predict(DATASETS["iris"]().test.inputs)
    monkeypatch.undo()
    resume(run)


def test_a_run_without_a_checkpoint(iris, tmp_path):
    from convkit.experiment.run import create_run

    run = create_run("young", iris.config.read_text(), {}, tmp_path)
    with pytest.raises(ConvkitError, match="has no checkpoint 'last' yet"):
        Predictor.from_run(run)
