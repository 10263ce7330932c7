"""``convkit schema``: all that an experiment's YAML can say, as a JSON Schema."""

from __future__ import annotations

import typer

from convkit.cli.command import command
from convkit.cli.console import Console


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    command(app, "schema")(schema)


def schema(console: Console) -> None:
    """Print the JSON Schema of experiments.

    It has every key, name and default, with its description. An editor that knows it completes and
    checks a config. In VS Code, with its YAML extension, the config's first line names the file: #
    yaml-language-server: $schema=convkit.schema.json

    \b
    Examples:
      convkit schema > convkit.schema.json && cat convkit.schema.json
      convkit schema | python3 -c "import json, sys; print(*json.load(sys.stdin)['properties'])"
    """
    from convkit.experiment.spec import json_schema

    console.json(json_schema())
