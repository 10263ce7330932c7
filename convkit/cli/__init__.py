"""The command line. Each command has its own file; this one lists them and runs the program."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import Annotated, NoReturn

import typer

from convkit import __version__
from convkit.cli.command import BAD_INPUT, CONTEXT, INTERRUPTED, close_quietly, failed
from convkit.cli.console import Console
from convkit.cli.quick import QuickGroup

COMMANDS = (
    *("convolve", "kernels", "outsize", "mse"),
    *("train", "compare", "tune", "evaluate", "predict", "generate", "runs", "explain"),
    *("play", "init", "schema", "check"),
)
"""Each stands in the file of its name."""

SETTINGS = {
    "--epochs": "trainer.epochs=30",
    "--batch-size": "trainer.batch_size=32",
    "--lr": "optimizer.lr=0.01",
    "--optimizer": "optimizer=adam",
    "--loss": "loss=mse",
    "--model": "'model=[flatten, dense: 10]'",
    "--data": "data=digits",
}
"""What stands in the experiment, but is often looked for among a command's options."""


def program(commands: Sequence[str] = COMMANDS) -> typer.Typer:
    """Return the program with some of its commands."""
    # Plain help: drawing it with rich would double the time until it appears.
    app = typer.Typer(
        name="convkit",
        cls=QuickGroup,
        rich_markup_mode=None,
        context_settings=CONTEXT,
    )
    app.callback()(_root)
    for name in commands:
        import_module(f"convkit.cli.{name}").register(app)
    return app


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"convkit {__version__}")
        raise typer.Exit


def _root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Convolve images, train networks, and see every number, from the command line."""


def main() -> NoReturn:
    """Run the program and exit with its code."""
    # The engine has threads of its own; BLAS would only spend start-up time on making more.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Modules leave no garbage while they load: look for it more rarely.
    gc.set_threshold(50_000)
    _mend_streams()
    code = run(sys.argv[1:])
    if "multiprocessing.synchronize" in sys.modules:
        gc.collect()  # its semaphores have to be given back
    # What couldn't be written has been said. Taking the interpreter apart, object by object, would
    # take as long as filtering a small image.
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # full, closed, or never there
            stream.flush()
    os._exit(code)


def _mend_streams() -> None:
    """Let all that is written be accepted: where a stream is closed, or has a narrow encoding."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            # It takes the closed stream's number, too, which a result's file would be given else.
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115
        elif stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")


def run(arguments: list[str]) -> int:
    """Run the program with `arguments`, by default ``--help``, and return its exit code."""
    # One command needs nothing of the others.
    app = program(arguments[:1] if arguments and arguments[0] in COMMANDS else COMMANDS)
    try:
        return app(arguments or ["--help"], prog_name="convkit", standalone_mode=False) or 0
    except typer.TyperException as error:
        Console().error(_one_line(error), _way_out(error))
        return BAD_INPUT
    except (typer.Abort, KeyboardInterrupt):
        Console().error("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        close_quietly()
        return 0
    except OSError as error:
        return failed(Console(), error)


def _way_out(error: Exception) -> str:
    """Return what to do about a command line that can't be understood."""
    context = getattr(error, "ctx", None)
    if context is None:
        return "see convkit --help"
    help_of_it = f"see {context.command_path} --help"
    key = SETTINGS.get(getattr(error, "option_name", ""))
    takes_settings = any("--set" in option.opts for option in context.command.params)
    return f"--set {key}, {help_of_it}" if key and takes_settings else help_of_it


def _one_line(error: Exception) -> str:
    message = error.format_message() if hasattr(error, "format_message") else str(error)
    return " ".join(message.split())
