"""The table of data sets. To add one, write its function in a theme file, and a line here."""

from __future__ import annotations

from convkit.data.cifar import cifar10
from convkit.data.embedded import breast_cancer, diabetes, digits, houses, iris
from convkit.data.environments.cartpole import cartpole
from convkit.data.environments.gridworld import gridworld
from convkit.data.environments.gymnasium import gymnasium
from convkit.data.folders import image_folder
from convkit.data.idx import mnist
from convkit.data.npz import npz
from convkit.data.points import and_, circles, moons, or_, spirals, xor
from convkit.data.ring import ring
from convkit.data.sequences.reber import reber
from convkit.data.sequences.series import mackey_glass, time_series
from convkit.data.sequences.tasks import adding, copying
from convkit.data.shapes import shapes
from convkit.data.source import Source
from convkit.data.surfaces import beale, rosenbrock
from convkit.data.tabular import csv
from convkit.data.texts.dates import dates
from convkit.data.texts.markov import markov
from convkit.data.texts.pairing import pairs
from convkit.data.texts.puzzles import addition, reverse, sort
from convkit.data.texts.streams import text
from convkit.data.texts.summaries import summaries

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
    "ring": ring,
    "shapes": shapes,
    "rosenbrock": rosenbrock,
    "beale": beale,
    "cartpole": cartpole,
    "gridworld": gridworld,
    "gymnasium": gymnasium,
    "adding": adding,
    "copying": copying,
    "reber": reber,
    "mackey_glass": mackey_glass,
    "time_series": time_series,
    "csv": csv,
    "npz": npz,
    "text": text,
    "markov": markov,
    "reverse": reverse,
    "sort": sort,
    "addition": addition,
    "dates": dates,
    "summaries": summaries,
    "pairs": pairs,
    "image_folder": image_folder,
    "mnist": mnist,
    "cifar10": cifar10,
}
"""Name -> what returns its :class:`~convkit.data.splitting.Splits`; its signature is its schema."""
