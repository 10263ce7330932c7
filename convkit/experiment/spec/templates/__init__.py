"""Experiments to begin with, each commented: what ``convkit init`` writes."""

from __future__ import annotations

from importlib.resources import files

from convkit.errors import unknown

TEMPLATES: dict[str, str] = {
    "mlp": "classes from tables: dense layers on UCI digits",
    "cnn": "classes of pictures: convolutions on UCI digits",
    "csv": "classes from your own table of numbers",
    "images": "classes of your own pictures, a folder for each class",
    "regression": "values instead of classes: diabetes",
    "perceptron": "one unit that learns from its mistakes: and",
    "series": "forecasts from your own table, a row for each point in time",
    "text": "a language model of your own text",
    "pairs": "texts that become other texts, from two columns of your own table",
    "autoencoder": "pictures through eight numbers: compression, anomalies",
    "agent": "reinforcement learning: a pole on a cart",
}
"""What there is, with what each is for."""


def template(name: str) -> str:
    """Return the YAML of a template.

    Raises
    ------
    ConvkitError
        If there is none of that name.
    """
    if name not in TEMPLATES:
        raise unknown("template", name, TEMPLATES)
    return (files(__package__) / f"{name}.yaml").read_text(encoding="utf-8")
