"""convkit predict: pictures, tables and arrays in, a row for each sample out."""

import csv
import io
import json
import os
import shutil
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from PIL import Image

from convkit.data import DATASETS
from tests.cli.process import convkit, on_terminal

CONFIGS = {
    "digits": """\
        {data: digits, model: [flatten, {dense: 10}], loss: cross_entropy,
         optimizer: {name: adam, lr: 0.01}, trainer: {epochs: 6}}""",
    "houses": """\
        {data: {name: houses, standardize: true}, model: [{dense: 1}], loss: mse,
         optimizer: {name: adam, lr: 0.1}, trainer: {epochs: 60}}""",
    "moons": """\
        {data: moons, model: [{dense: 1}], loss: binary_cross_entropy_with_logits,
         optimizer: {name: adam, lr: 0.05}, trainer: {epochs: 3}}""",
    "and": "{data: and, family: perceptron}",
}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("predict")
    for name, text in CONFIGS.items():
        (folder / f"{name}.yaml").write_text(text)
        result = convkit("train", f"{name}.yaml", "-q", "--no-plots", cwd=folder)
        assert result.code == 0, result.stderr
    test = DATASETS["digits"]().test
    pixels = np.rint(test.inputs[:12, ..., 0] * 255).astype(np.uint8)
    for number, picture in enumerate(pixels):
        Image.fromarray(picture).save(folder / f"digit-{number:02}.png")
    np.save(folder / "digits.npy", test.inputs[:12])
    np.savez(folder / "digits.npz", inputs=test.inputs[:12], targets=test.targets[:12])
    np.save(folder / "wrong.npy", np.zeros((4, 5, 5, 1), np.float32))
    (folder / "houses.csv").write_text("bedrooms,area,garden,bathrooms\n3,1500,x,2\n4,1800,y,2\n")
    (folder / "switches.csv").write_text("x1,x2\n0,0\n0,1\n1,0\n1,1\n")
    return folder


def right(rows):
    """Return the share of the first digits whose class is right."""
    targets = DATASETS["digits"]().test.targets[: len(rows)]
    return np.mean([row[1] == str(target) for row, target in zip(rows, targets, strict=True)])


def test_pictures(place):
    pictures = sorted(path.name for path in place.glob("digit-*.png"))
    header, *rows = convkit("predict", "runs/digits/1", *pictures, cwd=place).rows
    assert header == ["input", "prediction", "probability"]
    assert [row[0] for row in rows] == pictures
    assert right(rows) >= 0.75
    assert all(0.1 <= float(row[2]) <= 1 for row in rows)


def test_tables_among_pictures_are_passed_over_unless_they_are_named(place, tmp_path):
    shutil.copy(place / "digit-00.png", tmp_path)
    shutil.copy(place / "houses.csv", tmp_path)
    _, *rows = convkit("predict", "runs/digits/1", tmp_path, cwd=place).rows
    assert [Path(row[0]).name for row in rows] == ["digit-00.png"]
    named = f"{tmp_path}/./houses.csv"
    convkit("predict", "runs/digits/1", tmp_path, named, cwd=place).assert_refused("is a table")


@pytest.mark.parametrize("name", ["digits.npy", "digits.npz"])
def test_arrays(place, name):
    _, *rows = convkit("predict", "digits", name, cwd=place).rows
    assert [row[0] for row in rows] == [f"{name}:{number}" for number in range(1, 13)]
    assert right(rows) >= 0.75


def test_standard_input(place):
    data = (place / "digit-00.png").read_bytes()
    _, row = convkit("predict", "digits/1", "-", stdin=data, cwd=place).rows
    _, same = convkit("predict", "digits/1", "digit-00.png", cwd=place).rows
    assert row == ["standard input", *same[1:]]


def test_a_table_in_standard_input(place):
    for name, text in (("houses", (place / "houses.csv").read_bytes()), ("and", b"x1,x2\n1,1\n")):
        (place / "same.csv").write_bytes(text)
        header, *rows = convkit("predict", f"{name}/1", "-", stdin=text, cwd=place).rows
        _, *same = convkit("predict", f"{name}/1", "same.csv", cwd=place).rows
        assert header == ["input", "prediction"]
        assert [row[1:] for row in rows] == [row[1:] for row in same]
        assert rows[0][0].startswith("standard input")


def test_an_archive_in_standard_input(place):
    data = (place / "digits.npz").read_bytes()
    _, *rows = convkit("predict", "digits/1", "-", stdin=data, cwd=place).rows
    _, *same = convkit("predict", "digits/1", "digits.npz", cwd=place).rows
    assert [row[1:] for row in rows] == [row[1:] for row in same]


@pytest.mark.parametrize(
    ("run", "stdin", "words"),
    [
        ("houses/1", b"area,garden\n1,2\n", ["unknown column 'bedrooms' in 'standard input'"]),
        ("houses/1", b"\xff\xfe", ["'standard input' is not UTF-8 text"]),
        ("houses/1", b"PK\x03\x04x", ["'standard input' is no .npz file"]),
        ("houses/1", b"", ["'standard input' is empty"]),
        ("digits/1", b"a,b\n1,2\n", ["'standard input'"]),
    ],
)
def test_what_standard_input_cannot_be(place, run, stdin, words):
    convkit("predict", run, "-", stdin=stdin, cwd=place).assert_refused(*words)


def test_values_that_are_too_large(place):
    text = b"bedrooms,area,bathrooms\n3,1500,2\n3,3e38,2\n"
    result = convkit("predict", "houses/1", "-", stdin=text, cwd=place)
    assert result.code == 0
    assert len(result.rows) == 3
    (line,) = result.stderr.splitlines()
    assert line.startswith("warning: the answer of 'standard input:2' is no finite number")


def test_a_named_pipe_is_a_table_for_a_model_of_columns(place):
    pipe = place / "pipe"
    os.mkfifo(pipe)
    writer = Thread(target=pipe.write_bytes, args=((place / "houses.csv").read_bytes(),))
    writer.start()
    _, *rows = convkit("predict", "houses/1", "pipe", cwd=place).rows
    writer.join()
    _, *same = convkit("predict", "houses/1", "houses.csv", cwd=place).rows
    assert [row[1:] for row in rows] == [row[1:] for row in same]


def test_a_device_may_never_end(place):
    (place / "zero.csv").unlink(missing_ok=True)
    (place / "zero.csv").symlink_to("/dev/zero")
    convkit("predict", "houses/1", "zero.csv", cwd=place).assert_refused(
        "'zero.csv' is a device, not a file"
    )


def test_the_likeliest_classes(place):
    header, row = convkit("predict", "digits/1", "digit-00.png", "--top", 3, cwd=place).rows
    assert header == [
        *("input", "prediction", "probability"),
        *("prediction_2", "probability_2", "prediction_3", "probability_3"),
    ]
    shares = [float(cell) for cell in row[2::2]]
    assert shares == sorted(shares, reverse=True)
    assert len(set(row[1::2])) == 3


def test_more_classes_than_there_are(place):
    result = convkit("predict", "digits", "digit-00.png", "--top", 99, "--json", cwd=place)
    (sample,) = json.loads(result.text)
    assert len(sample["top"]) == 10
    assert sum(each["probability"] for each in sample["top"]) == pytest.approx(1, abs=1e-5)
    assert sample["prediction"] == sample["top"][0]["class"]
    assert sample["probability"] == sample["top"][0]["probability"]


def test_values_of_a_table_in_the_target_s_unit(place):
    header, *rows = convkit("predict", "houses", "houses.csv", cwd=place).rows
    assert header == ["input", "prediction"]
    assert [row[0] for row in rows] == ["houses.csv:1", "houses.csv:2"]
    prices = [float(row[1]) for row in rows]
    assert 1e5 < prices[0] < prices[1] < 3e5
    document = json.loads(convkit("predict", "houses", "houses.csv", "--json", cwd=place).text)
    assert document == [
        {"input": row[0], "prediction": price} for row, price in zip(rows, prices, strict=True)
    ]


def test_two_classes_that_share_an_output(place):
    (place / "points.npy").write_bytes(_saved(np.array([[0, 1], [1, -0.5]], np.float32)))
    document = json.loads(
        convkit("predict", "moons", "points.npy", "--top", 2, "--json", cwd=place).text
    )
    for sample in document:
        first, second = (each["probability"] for each in sample["top"])
        assert first >= 0.5
        assert first + second == pytest.approx(1, abs=1e-6)
    assert document[0]["prediction"] != document[1]["prediction"]


def test_a_perceptron_is_sure_of_nothing(place):
    header, *rows = convkit("predict", "and", "switches.csv", cwd=place).rows
    assert header == ["input", "prediction"]
    assert [row[1] for row in rows] == ["false", "false", "false", "true"]
    (first, *_) = json.loads(convkit("predict", "and", "switches.csv", "--json", cwd=place).text)
    assert first == {"input": "switches.csv:1", "prediction": "false"}
    convkit("predict", "and/1", "switches.csv", "--top", "2", cwd=place).assert_refused(
        "--top orders classes, but classes without probabilities", "leave out --top"
    )


def test_csv(place):
    result = convkit("predict", "houses", "houses.csv", "--csv", cwd=place)
    rows = list(csv.reader(io.StringIO(result.text)))
    assert rows[0] == ["input", "prediction"]
    assert len(rows) == 3


def test_a_terminal_gets_a_table(place):
    text = on_terminal("predict", "digits/1", "digits.npy", "--top", 2, cwd=place, columns=80)
    assert max(map(len, text.splitlines())) <= 80
    assert "then" in text
    _, row, *_ = convkit("predict", "digits/1", "digits.npy", "--top", 2, cwd=place).rows
    (drawn,) = (line.split() for line in text.splitlines() if "digits.npy:1 " in line)
    assert drawn == [row[0], row[1], f"{float(row[2]):.6g}", row[3], f"{float(row[4]):.3g}"]


def test_a_picture_of_another_size(place):
    Image.fromarray(np.zeros((5, 9), np.uint8)).save(place / "small.png")
    command = ["predict", "digits/1", "small.png"]
    convkit(*command, cwd=place).assert_refused(
        "'small.png' is 5x9x1, but the model takes 8x8x1", "--resize makes it 8x8"
    )
    assert len(convkit(*command, "--resize", cwd=place).rows) == 2


def test_a_picture_in_other_colours(place):
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(place / "rgb.png")
    command = ["predict", "digits/1", "rgb.png"]
    convkit(*command, cwd=place).assert_refused("8x8x3", "8x8x1", "--resize converts it to grey")
    assert len(convkit(*command, "--resize", cwd=place).rows) == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["digits/1", "wrong.npy"], ["'wrong.npy' is 4x5x5x1, but the model takes 8x8x1"]),
        (["digits/1", "houses.csv"], ["'houses.csv' is a table, but the model takes 8x8x1"]),
        (["digits/1", "nothing.png"], ["no such file: 'nothing.png'"]),
        (["digits/1", "digit-0.png"], ["did you mean 'digit-0"]),
        (["houses/1", "switches.csv"], ["unknown column 'area'", "x1, x2"]),
        (["houses/1", "digit-00.png"], ["is no table", "area, bedrooms, bathrooms"]),
        (["houses/1", "houses.csv", "--top", "2"], ["--top orders classes, but values are"]),
        (["digits/1", "digit-00.png", "--top", "0"], ["--top must be at least 1, got 0"]),
        (["digits/1", "digit-00.png", "--csv", "--json"], ["contradict each other"]),
        (["digits/1", "digit-00.png", "--checkpoint", "bets"], ["did you mean 'best'?"]),
        (["digits/1"], ["there is nothing to predict", "name a file"]),
    ],
)
def test_what_cannot_be_predicted(place, arguments, words):
    convkit("predict", *arguments, cwd=place).assert_refused(*words)


def test_an_archive_with_several_arrays(place):
    np.savez(place / "two.npz", first=np.zeros((1, 8, 8, 1)), second=np.zeros((1, 8, 8, 1)))
    convkit("predict", "digits/1", "two.npz", cwd=place).assert_refused(
        "unknown array 'inputs' in 'two.npz'", "first, second"
    )
    np.savez(place / "one.npz", pictures=np.zeros((3, 8, 8)))
    assert len(convkit("predict", "digits/1", "one.npz", cwd=place).rows) == 4


def test_a_checkpoint_that_is_none(place):
    broken = place / "runs" / "broken" / "1"
    (broken / "checkpoints").mkdir(parents=True)
    whole = place / "runs/digits/1"
    for name in ("config.yaml", "environment.json"):
        (broken / name).write_bytes((whole / name).read_bytes())
    convkit("predict", "broken/1", "digit-00.png", cwd=place).assert_refused(
        "has no checkpoint 'last'"
    )
    stored = (whole / "checkpoints/last.safetensors").read_bytes()
    (broken / "checkpoints/last.safetensors").write_bytes(stored[: len(stored) // 2])
    convkit("predict", "broken/1", "digit-00.png", cwd=place).assert_refused("is no checkpoint")


def _saved(array):
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()
