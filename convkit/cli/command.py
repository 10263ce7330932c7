"""What every command shares: ``--json``, ``--quiet``, ``-v``, ``--debug``, and its exit codes.

A command is a function whose first parameter is the :class:`Console`. It prints through that and
returns None when it is done, or 1 when it ran and the answer is no.
"""

from __future__ import annotations

import functools
import inspect
import os
import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer

from convkit.cli.console import Console
from convkit.errors import ConvkitError

DONE, ANSWER_IS_NO, BAD_INPUT, BUG, INTERRUPTED = 0, 1, 2, 70, 130

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document, full precision.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors on stderr.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Say how things were decided.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]
COMMON = {"json": Json, "quiet": Quiet, "verbose": Verbose, "debug": Debug}


def command(app: typer.Typer, name: str) -> Callable[[Callable[..., int | None]], None]:
    """Register a function as the command `name` of `app`, with the options that all share."""

    def register(function: Callable[..., int | None]) -> None:
        @functools.wraps(function)
        def run(*, json: bool, quiet: bool, verbose: bool, debug: bool, **options: Any) -> None:
            console = Console(as_json=json, quiet=quiet, verbose=verbose)
            raise typer.Exit(guarded(console, debug, lambda: function(console, **options)))

        own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
        shared = [
            inspect.Parameter(key, inspect.Parameter.KEYWORD_ONLY, default=False, annotation=kind)
            for key, kind in COMMON.items()
        ]
        parameters = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own] + shared
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {p.name: p.annotation for p in parameters}
        app.command(name)(run)

    return register


def guarded(console: Console, debug: bool, body: Callable[[], int | None]) -> int:
    """Run `body`; turn what goes wrong into one line on stderr and the right exit code."""
    try:
        code = body() or DONE
        console.stdout.flush()
        return code
    except ConvkitError as error:
        if debug:
            raise
        console.error(error.message, error.hint)
        return BAD_INPUT
    except KeyboardInterrupt:
        console.error("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        close_quietly()
        return DONE
    except MemoryError as error:
        if debug:
            raise
        console.error(f"out of memory: {error}", "take a smaller image or fewer at once")
        return BAD_INPUT
    except Exception as error:
        if debug:
            raise
        console.error(
            f"a bug in convkit: {type(error).__name__}: {error}",
            "run it again with --debug and report what it prints",
        )
        return BUG


def close_quietly() -> None:
    """Let the interpreter's last flush of stdout go nowhere: its reader has left."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
