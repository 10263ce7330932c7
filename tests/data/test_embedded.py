"""The embedded data against published figures, and scikit-learn's copies where it is installed."""

from pathlib import Path

import numpy as np
import pytest

from convkit.data import DATASETS
from convkit.tables import read_table
from tests.cli.process import ROOT

FILES = Path(DATASETS["digits"].__code__.co_filename).parent / "files"


def whole(name, **settings):
    return DATASETS[name](test=0.0, **settings).train


def test_digits_are_uci_test_set():
    digits = whole("digits", scale=False)
    assert digits.inputs.shape == (1797, 8, 8, 1)
    # "Class: No of examples in testing set", optdigits.names
    counts = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert list(digits.class_counts().values()) == counts
    assert digits.inputs.min() == 0
    assert digits.inputs.max() == 16
    assert np.array_equal(digits.inputs, np.rint(digits.inputs))
    # The first line of optdigits.tes begins so.
    assert digits.inputs[0, 0, :, 0].tolist() == [0, 0, 5, 13, 9, 1, 0, 0]
    assert digits.targets[0] == 0


def test_digits_are_scaled_to_1():
    assert np.array_equal(whole("digits").inputs * 16, whole("digits", scale=False).inputs)


def test_iris_is_fishers():
    iris = whole("iris")
    assert iris.inputs.shape == (150, 4)
    assert iris.class_counts() == {"setosa": 50, "versicolor": 50, "virginica": 50}
    # UCI's copy has 4.9,3.1,1.5,0.1 for both.
    assert iris.inputs[34].tolist() == pytest.approx([4.9, 3.1, 1.5, 0.2])
    assert iris.inputs[37].tolist() == pytest.approx([4.9, 3.6, 1.4, 0.1])
    # The means of Fisher's table I, in cm
    setosa, versicolor, virginica = (iris.inputs[iris.targets == k].mean(axis=0) for k in range(3))
    assert setosa.tolist() == pytest.approx([5.006, 3.428, 1.462, 0.246], abs=1e-5)
    assert versicolor.tolist() == pytest.approx([5.936, 2.770, 4.260, 1.326], abs=1e-5)
    assert virginica.tolist() == pytest.approx([6.588, 2.974, 5.552, 2.026], abs=1e-5)


def test_breast_cancer_is_wdbc():
    cancer = whole("breast_cancer")
    assert cancer.inputs.shape == (569, 30)
    assert cancer.class_counts() == {"malignant": 212, "benign": 357}
    published = {
        "mean radius": (6.981, 28.11),
        "mean area": (143.5, 2501.0),
        "texture error": (0.3602, 4.885),
        "area error": (6.802, 542.2),
        "worst concavity": (0.0, 1.252),
        "worst fractal dimension": (0.05504, 0.2075),
    }
    for name, (least, most) in published.items():
        column = cancer.inputs[:, cancer.features.index(name)]
        assert (column.min(), column.max()) == pytest.approx((least, most), rel=1e-6)


def test_diabetes_is_unscaled():
    diabetes = whole("diabetes")
    assert diabetes.inputs.shape == (442, 10)
    assert diabetes.targets.shape == (442, 1)
    # R's summary() of the published table
    means = [48.52, 1.468, 26.38, 94.65, 189.1, 115.44, 49.79, 4.07, 4.641, 91.26]
    assert diabetes.inputs.mean(axis=0).tolist() == pytest.approx(means, rel=5e-4)
    assert (diabetes.targets.min(), diabetes.targets.max()) == (25, 346)
    assert diabetes.targets.mean() == pytest.approx(152.13, abs=0.01)


def test_houses_are_those_of_the_sample_table():
    houses = whole("houses")
    table = read_table(ROOT / "sample_data/house_prices.csv")
    for column, name in enumerate(("area", "bedrooms", "bathrooms")):
        assert houses.inputs[:, column].tolist() == table.numbers(name).tolist()
    assert houses.targets[:, 0].tolist() == table.numbers("actual").tolist()


@pytest.mark.parametrize("name", ["digits", "iris", "breast_cancer", "diabetes"])
def test_scikit_learn_has_the_same(name):
    datasets = pytest.importorskip("sklearn.datasets")
    raw = {"scaled": False} if name == "diabetes" else {}
    theirs = getattr(datasets, f"load_{name}")(**raw)
    ours = whole(name, **({"scale": False} if name == "digits" else {}))
    assert np.array_equal(ours.inputs.reshape(len(ours), -1), theirs.data.astype(np.float32))
    assert np.array_equal(ours.targets.reshape(-1), theirs.target)
    if ours.classes:
        assert list(ours.classes) == [str(each) for each in theirs.target_names]
    if ours.features:
        assert list(ours.features) == [str(each) for each in theirs.feature_names]


@pytest.mark.parametrize("name", ["digits", "iris", "breast_cancer", "diabetes", "houses"])
def test_each_says_where_it_comes_from(name):
    data = whole(name)
    assert data.source
    assert data.licence
    assert data.target_names


def test_files_are_small_and_told_of():
    readme = (FILES / "README.md").read_text()
    sizes = {path.name: path.stat().st_size for path in FILES.glob("*.npz")}
    assert len(sizes) == 4
    assert sum(sizes.values()) < 400_000
    assert all(f"`{name}`" in readme for name in sizes)


def test_pixels_of_digits_can_be_made_black_or_white():
    grey, binary = (DATASETS["digits"](binarize=value).train.inputs for value in (None, 0.5))
    assert binary.dtype == np.float32
    np.testing.assert_array_equal(binary, grey >= 0.5)
    counted = DATASETS["digits"](scale=False, binarize=8).train.inputs
    np.testing.assert_array_equal(counted, binary)
