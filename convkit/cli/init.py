"""``convkit init``: write a commented experiment to begin with."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Annotated

import typer

from convkit.cli.command import command
from convkit.cli.console import Console
from convkit.errors import ConvkitError


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    command(app, "init")(init)


def init(
    console: Console,
    *,
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="What the experiment, its file and runs are called."),
    ],
    template: Annotated[
        str, typer.Option(metavar="TEMPLATE", help="What to begin with; see above.")
    ] = "mlp",
    output: Annotated[
        str | None,
        typer.Option("-o", "--output", metavar="FILE", help="By default NAME.yaml; - is stdout."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", "-f", help="Overwrite the file.")] = False,
) -> None:
    """Write a commented experiment, and print its file's name.

    \b
    Templates:
      mlp          classes from tables: dense layers on UCI digits
      cnn          classes of pictures: convolutions on UCI digits
      csv          classes from your own table of numbers
      images       classes of your own pictures, a folder for each class
      regression   values instead of classes: diabetes
      perceptron   one unit that learns from its mistakes: and
      series       forecasts from your own table, a row for each point in time
      text         a language model of your own text
      pairs        texts that become other texts, from two columns of your own table
      autoencoder  pictures through eight numbers: compression, anomalies
      agent        reinforcement learning: a pole on a cart

    \b
    Examples:
      convkit init my-digits && convkit train my-digits.yaml --set trainer.epochs=3 --set expect={}
      convkit init pictures --template cnn -o - | convkit train - --dry-run
    """
    from convkit.experiment.spec import template as text_of
    from convkit.experiment.spec.schema import check_name

    name = check_name(re.sub(r"\.ya?ml$", "", name))
    text = _filled(text_of(template), name, output or f"{name}.yaml")
    if console.as_json and output == "-":
        raise ConvkitError("-o - prints YAML, --json the file's name", "leave one of them out")
    if output == "-":
        console.text(text.rstrip("\n"))
    else:
        _write(console, text, Path(output or f"{name}.yaml"), force=force)


def _filled(text: str, name: str, file: str) -> str:
    """Return a template's text with the names that the user gives, in place of its own."""
    own = re.search(r"^name: (\S+)( *)", text, re.MULTILINE)
    assert own is not None  # every template has a name
    # A comment behind the name stays below the others, if there is room.
    line = f"name: {name}".ljust(len(own[0]) - 1) + " " if own[2] else f"name: {name}"
    return text.replace(own[0], line).replace(own[1], name).replace("FILE", shlex.quote(file))


def _write(console: Console, text: str, path: Path, *, force: bool) -> None:
    from convkit.files import atomic_write

    with atomic_write(path, force=force) as stream:
        stream.write(text.encode())
    if console.as_json:
        console.json({"config": str(path)})
    else:
        console.text(str(path))
    if console.stderr.isatty():
        console.note(f"next: convkit train {shlex.quote(str(path))}")
