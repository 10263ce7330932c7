"""Pictures of runs: which are drawn, and that they show what they should."""

import json

import numpy as np
import pytest
from PIL import Image

from convkit.errors import ConvkitError
from convkit.experiment.comparison import RunInfo, compare
from convkit.experiment.run import Run
from tests.experiment.small import trained
from tests.report.making import made_run, reached, record

pytest.importorskip("matplotlib")

from convkit.report.confusion import Confusion, draw_confusion
from convkit.report.curves import draw_comparison, draw_curves
from convkit.report.plots import draw_plots
from convkit.report.style import look
from convkit.report.weights import Tiles, draw_weights

EXPERIMENTS = {
    "pictures": (
        "data: digits\n"
        "model: [conv2d: 4, relu, flatten, dense: 10]\n"
        "loss: cross_entropy\n"
        "optimizer: adam\n"
        "trainer: {epochs: 1}\n",
        ["curves", "confusion", "weights", "samples"],
    ),
    "plane": (
        "data: {name: moons, samples: 60, validation: 0.2}\n"
        "model: [dense: 1]\n"
        "loss: hinge\n"
        "optimizer: adam\n"
        "trainer: {epochs: 2}\n",
        ["curves", "confusion", "samples"],
    ),
    "values": (
        "data: diabetes\nmodel: [dense: 1]\nloss: mse\noptimizer: adam\ntrainer: {epochs: 2}\n",
        ["curves", "samples"],
    ),
    "one class and the rest": (
        "data: iris\nfamily: {name: perceptron, positive: versicolor}\ntrainer: {epochs: 1}\n",
        ["curves", "confusion"],
    ),
    "a surface": (
        "data: beale\nfamily: descent\noptimizer: adam\ntrainer: {epochs: 1}\n",
        ["curves", "path"],
    ),
    "series": (
        "data: {name: mackey_glass, samples: 40, window: 3}\n"
        "model: [rnn: 2, dense: 1]\n"
        "loss: mse\noptimizer: adam\ntrainer: {epochs: 1}\n",
        ["curves", "samples", "forecast"],
    ),
    "shuffled series": (
        "data: {name: mackey_glass, samples: 40, window: 3, shuffle: true}\n"
        "model: [rnn: 2, dense: 1]\n"
        "loss: mse\noptimizer: adam\ntrainer: {epochs: 1}\n",
        ["curves", "samples"],
    ),
    "steps": (
        "data: {name: copying, samples: 40, delay: 3, length: 2}\n"
        "model: [gru: {units: 3, return_sequences: true}, dense: 9]\n"
        "loss: cross_entropy\noptimizer: adam\ntrainer: {epochs: 1}\n",
        ["curves"],
    ),
    "table": (
        "data: iris\n"
        "model: [dense: 3]\n"
        "loss: cross_entropy\n"
        "optimizer: adam\n"
        "trainer: {epochs: 1}\n",
        ["curves", "confusion"],
    ),
    "perceptron": (
        "data: xor\nfamily: perceptron\ntrainer: {epochs: 3}\n",
        ["curves", "confusion", "samples"],
    ),
}


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_what_is_drawn(name, tmp_path):
    text, expected = EXPERIMENTS[name]
    run = trained(text, tmp_path).run
    paths = draw_plots(run, pytest.fail)
    assert paths == [run.plots / f"{each}.png" for each in expected]
    for path in paths:
        with Image.open(path) as image:
            assert min(image.size) > 200
            assert len(set(image.convert("L").resize((200, 200)).get_flattened_data())) > 2
    assert draw_plots(run) == paths  # once more, over what is there


def test_data_that_are_gone_leave_the_other_pictures(tmp_path):
    (tmp_path / "t.csv").write_text(
        "a,b,c\n" + "".join(f"{i},{i % 3},{i % 2}\n" for i in range(40))
    )
    text = (
        "data: {name: csv, path: t.csv, task: classification, test: 0.25}\n"
        "model: [dense: 2]\nloss: cross_entropy\noptimizer: adam\ntrainer: {epochs: 1}\n"
    )
    run = trained(text, tmp_path, root=tmp_path).run
    (tmp_path / "t.csv").unlink()
    warned = []
    assert [path.stem for path in draw_plots(run, warned.append)] == ["curves", "confusion"]
    assert len(warned) == 1
    assert "no such file" in warned[0]


def test_a_run_without_an_epoch_has_nothing_to_show(tmp_path):
    run = Run(made_run(tmp_path, summary=None, records=[]))
    assert draw_plots(run) == []


def lines_of(axes):
    return {line.get_label(): line.get_xydata().tolist() for line in axes.lines}


def test_curves_hold_the_numbers(tmp_path):
    records = [
        record(1, train_loss=2.0, train_accuracy=0.1),
        record(2, train_loss=None, train_accuracy=0.5, validation_accuracy=0.4),
        record(3, train_loss=0.5, train_accuracy=0.9),
    ]
    summary = reached(0.8, checkpoint={"name": "best", "epoch": 2})
    folder = made_run(tmp_path, records=records, summary=summary)
    with look():
        figure = draw_curves(RunInfo(Run(folder)))
    loss, accuracy = figure.axes
    assert lines_of(loss) == {"train": [[1, 2.0], [3, 0.5]]}
    assert lines_of(accuracy) == {
        "train": [[1, 0.1], [2, 0.5], [3, 0.9]],
        "validation": [[2, 0.4]],
        "test (best checkpoint)": [[2, 0.8]],
    }
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["loss", "accuracy"]


@pytest.mark.parametrize(("last", "scale"), [(0.001, "log"), (0.9, "linear")])
def test_a_loss_that_falls_far_is_drawn_by_its_logarithm(tmp_path, last, scale):
    records = [record(1, train_loss=1.0), record(2, train_loss=last)]
    folder = made_run(tmp_path, records=records)
    with look():
        assert draw_curves(RunInfo(Run(folder))).axes[0].get_yscale() == scale


def test_counts_of_a_confusion_are_written_where_they_belong():
    matrix = np.array([[5, 1], [0, 7]])
    with look():
        figure = draw_confusion(Confusion("test", ("no $x$", "yes"), matrix), "a/1")
    axes = figure.axes[0]
    written = {text.get_position(): text.get_text() for text in axes.texts}
    assert written == {(0, 0): "5", (1, 0): "1", (1, 1): "7"}
    assert "12 of 13 right" in figure.get_suptitle()


def test_weights_are_on_one_scale_with_gaps_between():
    pictures = np.stack([np.full((2, 2), 1.0), np.full((2, 2), -0.5)])
    with look():
        figure = draw_weights(Tiles(pictures, "two"), "a/1")
    image = figure.axes[0].images[0]
    values = image.get_array()
    assert image.get_clim() == (-1, 1)
    assert (values == 1.0).sum() == (values == -0.5).sum() > 0
    assert np.isnan(np.ma.filled(values, np.nan)).any()


def test_a_comparison_has_a_line_for_each_run(tmp_path):
    folders = [
        made_run(tmp_path, f"a/{number}", records=[record(1, train_loss=number)])
        for number in (1, 2)
    ]
    path = tmp_path / "both.svg"
    draw_comparison(compare([Run(folder) for folder in folders]), path)
    drawn = path.read_text()
    assert drawn.startswith("<?xml")
    assert {f"<!-- a/{number} -->" in drawn for number in (1, 2)} == {True}
    with pytest.raises(ConvkitError, match="exists"):
        draw_comparison(compare([Run(folder) for folder in folders]), path)


@pytest.mark.parametrize(
    ("name", "says"), [("a.pgn", "did you mean 'png'"), ("no/a.png", "no such folder")]
)
def test_a_file_that_cannot_be_drawn_to(tmp_path, name, says):
    folders = [made_run(tmp_path, f"a/{number}") for number in (1, 2)]
    with pytest.raises(ConvkitError, match=says):
        draw_comparison(compare([Run(folder) for folder in folders]), tmp_path / name)


def test_runs_that_share_no_metric(tmp_path):
    first = made_run(tmp_path, "a/1", records=[record(1, train_loss=1)])
    second = made_run(tmp_path, "a/2", records=[record(1, train_mse=1)])
    with pytest.raises(ConvkitError, match="no metric that the runs share"):
        draw_comparison(compare([Run(first), Run(second)]), tmp_path / "a.png")


def test_summaries_of_old_or_edited_runs_are_no_reason_to_fail(tmp_path):
    folder = made_run(tmp_path)
    summary = json.loads((folder / "summary.json").read_text())
    del summary["checkpoint"]
    (folder / "summary.json").write_text(json.dumps(summary))
    assert [path.stem for path in draw_plots(Run(folder))] == ["curves"]
