"""The command line. Each command has its own file; this one lists them and runs the program."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from convkit import __version__
from convkit.cli import convolve, kernels, mse, outsize
from convkit.cli.command import BAD_INPUT, CONTEXT, INTERRUPTED, close_quietly
from convkit.cli.console import Console
from convkit.cli.quick import QuickGroup

# Plain help: drawing it with rich would double the time until it appears.
app = typer.Typer(
    name="convkit",
    cls=QuickGroup,
    help="Convolve images and see every number, from the command line.",
    rich_markup_mode=None,
    context_settings=CONTEXT,
)
for module in (convolve, kernels, outsize, mse):
    module.register(app)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"convkit {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Convolve images and see every number, from the command line."""


def main() -> None:
    """Run the program and exit with its code."""
    # The engine has threads of its own; BLAS would only spend start-up time on making more.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run the program with `arguments`, by default ``--help``, and return its exit code."""
    try:
        return app(arguments or ["--help"], prog_name="convkit", standalone_mode=False) or 0
    except typer.TyperException as error:
        context = getattr(error, "ctx", None)
        Console().error(
            _one_line(error), f"see {context.command_path if context else 'convkit'} --help"
        )
        return BAD_INPUT
    except (typer.Abort, KeyboardInterrupt):
        Console().error("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        close_quietly()
        return 0


def _one_line(error: Exception) -> str:
    message = error.format_message() if hasattr(error, "format_message") else str(error)
    return " ".join(message.split())
