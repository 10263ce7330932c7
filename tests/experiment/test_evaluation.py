"""Measuring a run again: on its own splits, on tables, archives and folders of pictures."""

import numpy as np
import pytest
from PIL import Image

from convkit.data import DATASETS
from convkit.errors import ConvkitError
from convkit.experiment.evaluation import evaluate, read_data
from convkit.experiment.plain import dumps
from tests.experiment.small import trained
from tests.experiment.test_prediction import DIGITS, HOUSES, IRIS


@pytest.fixture(scope="module")
def iris(tmp_path_factory):
    return trained(IRIS, tmp_path_factory.mktemp("iris")).run


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    return trained(DIGITS, tmp_path_factory.mktemp("digits")).run


def test_its_own_splits_are_measured_as_they_were(iris):
    evaluation = evaluate(iris)
    assert evaluation.checkpoint == "last"
    assert evaluation.epoch == 10
    assert evaluation.samples == {"train": 120, "test": 30}
    summary = iris.summary()
    assert evaluation.metrics["test"]["loss"] == summary["metrics"]["test/loss"]
    assert evaluation.metrics["test"]["accuracy"] == summary["metrics"]["test/accuracy"]
    matrix = summary["confusion"]["matrix"]
    assert evaluation.confusion["test"]["matrix"] == matrix
    assert dumps(evaluation.state())


def test_an_archive_of_pictures(digits, tmp_path):
    test = DATASETS["digits"]().test
    np.savez(tmp_path / "test.npz", inputs=test.inputs, targets=test.targets)
    data = read_data(digits, str(tmp_path / "test.npz"))
    own = evaluate(digits)
    assert evaluate(digits, data={"other": data}).metrics["other"] == own.metrics["test"]


def test_a_folder_of_pictures_with_some_of_the_classes(digits, tmp_path):
    test = DATASETS["digits"]().test
    chosen = [index for index, label in enumerate(test.targets) if label in (3, 7)]
    for index in chosen:
        folder = tmp_path / str(test.targets[index])
        folder.mkdir(exist_ok=True)
        pixels = np.rint(test.inputs[index, ..., 0] * 255).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"{index}.png")
    measured = evaluate(digits, data={"a": read_data(digits, str(tmp_path))})
    expected = evaluate(digits, data={"a": test.take(np.array(chosen))})
    assert measured.samples == expected.samples
    assert measured.metrics["a"]["accuracy"] == expected.metrics["a"]["accuracy"]
    assert np.array(measured.confusion["a"]["matrix"])[[0, 1, 2, 4]].sum() == 0


def test_a_table_with_more_columns_in_another_order(iris, tmp_path):
    test = DATASETS["iris"]().test
    header = [*test.target_names, *reversed(test.features), "more"]
    rows = [
        [test.classes[label], *map(str, sample[::-1]), "1"]
        for sample, label in zip(test.inputs.tolist(), test.targets, strict=True)
    ]
    path = tmp_path / "flowers.csv"
    path.write_text("\n".join(",".join(row) for row in [header, *rows]) + "\n")
    measured = evaluate(iris, data={"table": read_data(iris, str(path))})
    assert measured.metrics["table"] == pytest.approx(evaluate(iris).metrics["test"])


def test_values(tmp_path):
    run = trained(HOUSES, tmp_path).run
    houses = DATASETS["houses"]().train
    header = [*houses.features, *houses.target_names]
    rows = np.column_stack([houses.inputs, houses.targets]).tolist()
    lines = [",".join(header), *(",".join(map(str, row)) for row in rows)]
    (tmp_path / "houses.csv").write_text("\n".join(lines) + "\n")
    evaluation = evaluate(run, data={"again": read_data(run, str(tmp_path / "houses.csv"))})
    assert evaluation.metrics["again"] == pytest.approx(evaluate(run).metrics["train"])
    assert evaluation.confusion == {}


def test_unknown_classes_are_told(iris, tmp_path):
    features = DATASETS["iris"]().train.features
    target = DATASETS["iris"]().train.target_names[0]
    path = tmp_path / "flowers.csv"
    path.write_text(",".join([*features, target]) + "\n1,2,3,4,setos\n1,2,3,5,setosa\n")
    with pytest.raises(ConvkitError, match="unknown class 'setos'"):
        evaluate(iris, data={"table": read_data(iris, str(path))})


def test_samples_of_another_shape(digits, iris, tmp_path):
    np.savez(tmp_path / "a.npz", inputs=np.zeros((4, 5, 5, 1), np.float32), targets=[0, 1, 2, 3])
    with pytest.raises(ConvkitError, match="are 5x5x1, but the model takes 8x8x1"):
        evaluate(digits, data={"a": read_data(digits, str(tmp_path / "a.npz"))})


def test_a_source_that_is_not_there(iris, tmp_path):
    with pytest.raises(ConvkitError, match="no such file"):
        read_data(iris, str(tmp_path / "nothing.csv"))
