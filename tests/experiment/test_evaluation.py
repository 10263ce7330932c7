"""Measuring a run again: on its own splits, on tables, archives and folders of pictures."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from convkit.data import DATASETS
from convkit.errors import ConvkitError
from convkit.experiment.assembly import experiment_of
from convkit.experiment.evaluation import evaluate, read_data
from convkit.experiment.plain import dumps
from convkit.experiment.prediction import Predictor
from convkit.experiment.run import Run
from tests.data.making import mnist_files
from tests.experiment.small import DEEP, poisoned_at, trained
from tests.experiment.test_prediction import DIGITS, HOUSES, IRIS

LINE = "model: [dense: 1]\nloss: mse\noptimizer: {name: sgd, lr: 0.1}\ntrainer: {epochs: 2}"


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


@pytest.fixture(scope="module")
def mnist(tmp_path_factory):
    """Return a run on a small data set in MNIST's files, and those of another one."""
    places = [tmp_path_factory.mktemp(name) for name in ("own", "other")]
    rng = np.random.default_rng(3)
    for place in places:
        parts = [(pixels(rng, count), np.arange(count, dtype=np.uint8) % 3) for count in (12, 6)]
        mnist_files(place, *parts)
    text = f"""
    data: {{name: mnist, path: {places[0]}, standardize: true, validation: 0.25}}
    model: [flatten, dense: 3]
    loss: cross_entropy
    optimizer: {{name: adam, lr: 0.01}}
    trainer: {{epochs: 2}}
    """
    return trained(text, tmp_path_factory.mktemp("runs")).run, places[1]


def pixels(rng, count):
    return rng.integers(0, 256, (count, 4, 5), dtype=np.uint8)


def test_a_text_is_cut_as_the_runs_own_was(tmp_path):
    run = trained(
        """
        data: {name: markov, steps: 300, length: 7}
        family: {name: language_model, embedding: 4}
        model: [positional_encoding: learned]
        optimizer: adam
        trainer: {epochs: 1}
        """,
        tmp_path,
    ).run
    other = tmp_path / "other.txt"
    other.write_text("badcafe" * 5)
    data = read_data(run, str(other))
    assert data.inputs.shape == (4, 7)
    assert evaluate(run, data={"other": data}).metrics["other"]["loss"] > 0


def test_a_folder_is_read_as_the_runs_own_was(mnist):
    run, other = mnist
    data = read_data(run, str(other))
    test = DATASETS["mnist"](str(other)).test
    assert data.digest() == test.digest()
    own = evaluate(run)
    again = read_data(run, str(run_path(run)))
    assert evaluate(run, data={"a": again}).metrics["a"] == own.metrics["test"]
    assert evaluate(run, data={"a": data}).samples == {"a": 6}


def run_path(run):
    return experiment_of(run).data.arguments["path"]


def test_a_folder_of_pictures_is_one_for_every_run(mnist, tmp_path):
    run, other = mnist
    test = DATASETS["mnist"](str(other)).test
    for index, label in enumerate(test.targets):
        (tmp_path / str(label)).mkdir(exist_ok=True)
        frame = np.rint(test.inputs[index, ..., 0] * 255).astype(np.uint8)
        Image.fromarray(frame).save(tmp_path / str(label) / f"{index}.png")
    data = read_data(run, str(tmp_path))
    measured = evaluate(run, data={"a": data}).metrics["a"]
    assert measured == pytest.approx(evaluate(run, data={"a": test}).metrics["a"])


def test_a_perceptron_on_data_that_lack_a_class(tmp_path):
    run = trained("{data: and, family: perceptron}", tmp_path).run
    (tmp_path / "yes.csv").write_text("x1,x2,y\n1,1,true\n2,2,true\n")
    names = DATASETS["and"]().train.target_names
    text = (tmp_path / "yes.csv").read_text().replace("y\n", f"{names[0]}\n", 1)
    (tmp_path / "yes.csv").write_text(text)
    evaluation = evaluate(run, data={"a": read_data(run, str(tmp_path / "yes.csv"))})
    assert evaluation.metrics["a"] == {"loss": 0.0, "accuracy": 1.0}
    assert evaluation.confusion["a"]["matrix"] == [[0, 0], [0, 2]]


def test_values_that_overflow_have_no_measure(tmp_path):
    run = trained(HOUSES, tmp_path).run
    data = DATASETS["houses"]().train
    huge = replace(data, inputs=np.full_like(data.inputs, 3e38))
    measured = evaluate(run, data={"a": huge}).metrics["a"]
    assert not np.isfinite(list(measured.values())).any()


def test_a_run_that_diverged_before_it_was_saved_has_its_best(tmp_path):
    with pytest.MonkeyPatch.context() as patch:
        poisoned_at(patch, 8, 40, "output")
        run = trained(DEEP, tmp_path).run
    assert list(run.checkpoints) == ["best"]
    evaluation = evaluate(run)
    assert (evaluation.checkpoint, evaluation.epoch) == ("best", 3)
    inputs = DATASETS["diabetes"]().test.inputs
    assert np.isfinite(Predictor.from_run(run).predict(inputs).outputs).all()


def test_a_run_that_diverged_at_once_has_nothing(tmp_path):
    run = trained(DEEP, tmp_path, "optimizer.lr=1e30").run
    with pytest.raises(ConvkitError, match="has no checkpoint 'last'") as caught:
        evaluate(run)
    assert "start a new run" in caught.value.hint


def test_a_run_is_moved_with_its_data(tmp_path):
    project = tmp_path / "project"
    (project / "data").mkdir(parents=True)
    rows = [f"{x},{2 * x + 1}" for x in range(40)]
    (project / "data" / "line.csv").write_text("x,y\n" + "\n".join(rows) + "\n")
    text = "data: {name: csv, path: line.csv, target: y}\n" + LINE
    run = trained(text, project, root=project / "data").run
    before = evaluate(run).metrics
    moved = project.rename(tmp_path / "elsewhere")
    again = Run(moved / run.folder.relative_to(project))
    assert evaluate(again).metrics == before
    (moved / "data" / "line.csv").unlink()
    with pytest.raises(ConvkitError, match=r"can't be loaded again: .*no such file") as caught:
        evaluate(again)
    assert "--data" in caught.value.hint
