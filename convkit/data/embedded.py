"""Data sets that come with the package; files/README.md tells how each file was made."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convkit.data.dataset import Dataset
from convkit.data.source import source

CC_BY = "CC BY 4.0"

_MEASURED = (
    "radius",
    "texture",
    "perimeter",
    "area",
    "smoothness",
    "compactness",
    "concavity",
    "concave points",
    "symmetry",
    "fractal dimension",
)

_HOUSES = np.array(
    [
        [1500, 3, 2, 200_000],
        [1800, 4, 2, 220_000],
        [2000, 3, 3, 250_000],
        [1600, 2, 2, 190_000],
        [1900, 3, 3, 230_000],
    ],
    np.float32,
)


@source()
def digits(scale: bool = True, binarize: float | None = None) -> Dataset:
    """Handwritten digits of 8x8 grey pixels, 1797 of them: the test set of UCI's *optdigits*.

    Written by 13 people; each pixel counts the dark ones of 4x4 in a bitmap of 32x32.

    Parameters
    ----------
    scale : bool
        Whether pixels are from 0 to 1; without, from 0 to 16 as counted.
    binarize : float, optional
        The value from which on a pixel becomes 1, and below which 0.
    """
    inputs, targets = _arrays("digits")
    pixels = inputs[..., np.newaxis].astype(np.float32)
    if scale:
        pixels /= 16
    if binarize is not None:
        pixels = (pixels >= binarize).astype(np.float32)
    return Dataset(
        name="digits",
        inputs=pixels,
        targets=targets.astype(np.int64),
        classes=tuple("0123456789"),
        target_names=("digit",),
        source="https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits",
        citation="E. Alpaydin, C. Kaynak (1998). Optical Recognition of Handwritten Digits. "
        "UCI Machine Learning Repository. https://doi.org/10.24432/C50P49",
        licence=CC_BY,
    )


@source(standardize=True)
def iris() -> Dataset:
    """Measures of 150 iris flowers of three species, as printed in Fisher's paper of 1936.

    UCI's copy differs from the paper in samples 35 and 38; these are the paper's numbers. Setosa
    can be told from the others by a straight line, the others not quite from each other.
    """
    inputs, targets = _arrays("iris")
    return Dataset(
        name="iris",
        inputs=inputs,
        targets=targets.astype(np.int64),
        classes=("setosa", "versicolor", "virginica"),
        features=(
            "sepal length (cm)",
            "sepal width (cm)",
            "petal length (cm)",
            "petal width (cm)",
        ),
        target_names=("species",),
        source="https://archive.ics.uci.edu/dataset/53/iris, corrected after Fisher (1936)",
        citation="R. A. Fisher (1936). The use of multiple measurements in taxonomic problems. "
        "Annals of Eugenics 7(2), 179-188. https://doi.org/10.24432/C56C76",
        licence=CC_BY,
    )


@source(standardize=True)
def breast_cancer() -> Dataset:
    """Breast cancer Wisconsin (diagnostic): 30 measures of cell nuclei in 569 samples of tissue.

    Mean, standard error and worst value (the mean of the three largest) of ten measures of the
    nuclei in a picture. 212 samples are malignant, class 0, and 357 benign, class 1.
    """
    inputs, targets = _arrays("breast_cancer")
    features = [
        *(f"mean {measure}" for measure in _MEASURED),
        *(f"{measure} error" for measure in _MEASURED),
        *(f"worst {measure}" for measure in _MEASURED),
    ]
    return Dataset(
        name="breast_cancer",
        inputs=inputs,
        targets=targets.astype(np.int64),
        classes=("malignant", "benign"),
        features=tuple(features),
        target_names=("diagnosis",),
        source="https://archive.ics.uci.edu/dataset/17/breast+cancer+wisconsin+diagnostic",
        citation="W. Wolberg, O. Mangasarian, N. Street, W. Street (1993). Breast Cancer Wisconsin "
        "(Diagnostic). UCI Machine Learning Repository. https://doi.org/10.24432/C5DW2B",
        licence=CC_BY,
    )


@source(standardize=True)
def diabetes() -> Dataset:
    """How diabetes went on in 442 patients within a year, and ten measures from its beginning.

    The numbers are unscaled: age in years, sex as 1 or 2, body mass index, mean blood pressure, and
    six measures of blood serum: cholesterol in all, LDL, HDL, their ratio, the logarithm (it seems)
    of triglycerides, and glucose.
    """
    inputs, targets = _arrays("diabetes")
    return Dataset(
        name="diabetes",
        inputs=inputs,
        targets=targets[:, np.newaxis],
        features=("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"),
        target_names=("progression",),
        source="https://www4.stat.ncsu.edu/~boos/var.select/diabetes.html",
        citation="B. Efron, T. Hastie, I. Johnstone, R. Tibshirani (2004). Least angle regression. "
        "Annals of Statistics 32(2), 407-499.",
        licence="none stated by its authors, who published it with the paper",
    )


@source(test=0.0, standardize=True)
def houses() -> Dataset:
    """Five houses: their area in square feet, bedrooms and bathrooms, and what they sold for."""
    return Dataset(
        name="houses",
        inputs=_HOUSES[:, :3].copy(),
        targets=_HOUSES[:, 3:].copy(),
        features=("area", "bedrooms", "bathrooms"),
        target_names=("price",),
        source="made up for teaching",
        licence="MIT",
    )


def _arrays(name: str) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the inputs and targets that an embedded file holds."""
    with (files("convkit.data") / "files" / f"{name}.npz").open("rb") as stream:
        stored = np.load(stream, allow_pickle=False)
        return stored["inputs"], stored["targets"]
