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
