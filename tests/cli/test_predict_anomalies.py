"""``convkit predict --anomaly``, and the pictures that a training leaves."""

import json

import numpy as np
import pytest
from PIL import Image

from convkit.data import DATASETS
from tests.cli.process import convkit, on_terminal
from tests.cli.training import TINY

ZEROS = """\
name: zeros
data: digits
family:
  name: autoencoder
  normal: 0
  encoder: [flatten, dense: 16]
  decoder: [dense: 64]
loss: mse
optimizer: {name: adam, lr: 0.01}
trainer: {epochs: 30}
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("anomalies")
    for name, text in (("zeros", ZEROS), ("tiny", TINY)):
        (folder / f"{name}.yaml").write_text(text)
        done = convkit("train", f"{name}.yaml", "--plots", cwd=folder)
        assert done.code == 0, done.stderr
    test = DATASETS["digits"]().test
    for name, chosen in (("zeros", test.targets == 0), ("sevens", test.targets == 7)):
        np.save(folder / f"{name}.npy", test.inputs[chosen][:20])
    return folder


def test_a_row_for_each_sample(place):
    header, *rows = convkit("predict", "zeros/1", "zeros.npy", "--anomaly", cwd=place).rows
    assert header == ["input", "score", "threshold", "verdict"]
    assert rows[0][0] == "zeros.npy:1"
    for _, score, threshold, verdict in rows:
        assert verdict == ("anomaly" if float(score) > float(threshold) else "normal")
    assert sum(row[3] == "normal" for row in rows) >= 18
    _, *rows = convkit("predict", "zeros/1", "sevens.npy", "--anomaly", cwd=place).rows
    assert [row[3] for row in rows] == ["anomaly"] * 20


def test_as_json_and_as_csv(place):
    _, *rows = convkit("predict", "zeros/1", "sevens.npy", "--anomaly", cwd=place).rows
    said = convkit("predict", "zeros/1", "sevens.npy", "--anomaly", "--json", cwd=place)
    documents = json.loads(said.stdout)
    assert documents[0].keys() == {"input", "score", "threshold", "verdict"}
    assert [each["score"] for each in documents] == [float(row[1]) for row in rows]
    table = convkit("predict", "zeros/1", "sevens.npy", "--anomaly", "--csv", cwd=place)
    assert table.text.splitlines()[1].split(",") == rows[0]


def test_on_a_terminal_the_threshold_is_said_once(place):
    text = on_terminal("predict", "zeros/1", "sevens.npy", "--anomaly", cwd=place)
    assert text.count("threshold") == 1
    assert text.count("anomaly") == 20


def test_what_cannot_be_asked(place):
    ask = ["predict", "tiny/1", "zeros.npy", "--anomaly"]
    convkit(*ask, cwd=place).assert_refused("family 'supervised' can't tell", "anomaly-digits")
    ask = ["predict", "zeros/1", "zeros.npy", "--anomaly", "--top", 2]
    convkit(*ask, cwd=place).assert_refused("--top and --anomaly contradict each other")


def test_a_training_leaves_pictures_of_what_was_learnt(place):
    with Image.open(place / "runs/zeros/1/plots/reconstructions.png") as image:
        assert image.mode == "L"
        assert image.size == (502, 102)
    convkit("train", "zeros.yaml", "--no-plots", "--set", "trainer.epochs=1", cwd=place)
    assert not any((place / "runs/zeros/2/plots").iterdir())
