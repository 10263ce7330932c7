"""The table of data sets. To add one, write its function in a theme file, and a line here."""

from __future__ import annotations

from convkit.data.cifar import cifar10
from convkit.data.embedded import breast_cancer, diabetes, digits, houses, iris
from convkit.data.folders import image_folder
from convkit.data.idx import mnist
from convkit.data.npz import npz
from convkit.data.points import and_, circles, moons, or_, spirals, xor
from convkit.data.shapes import shapes
from convkit.data.source import Source
from convkit.data.tabular import csv

DATASETS: dict[str, Source] = {
    "digits": digits,
    "iris": iris,
    "breast_cancer": breast_cancer,
    "diabetes": diabetes,
    "houses": houses,
    "and": and_,
    "or": or_,
    "xor": xor,
    "moons": moons,
    "circles": circles,
    "spirals": spirals,
    "shapes": shapes,
    "csv": csv,
    "npz": npz,
    "image_folder": image_folder,
    "mnist": mnist,
    "cifar10": cifar10,
}
"""Name -> what returns its :class:`~convkit.data.splitting.Splits`; its signature is its schema."""
