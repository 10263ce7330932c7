"""What every command shares: ``--json``, ``--quiet``, ``-v``, ``--debug``, and its exit codes.

A command is a function whose first parameter is the :class:`Console`; it returns None when it is
done, or 1 when it ran and the answer is no. A parameter whose type is a dataclass stands for all
its fields, so that options that belong together are written, and passed on, together.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
import os
import sys
from collections.abc import Callable, Iterator
from typing import Annotated, Any, get_type_hints

import typer

from convkit.cli.console import Console
from convkit.cli.quick import QuickCommand
from convkit.errors import ConvkitError

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}

DONE, ANSWER_IS_NO, BAD_INPUT, BUG, INTERRUPTED = 0, 1, 2, 70, 130


@dataclasses.dataclass
class Common:
    """The options of every command."""

    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only errors on stderr.")] = False
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Say how things were decided.")
    ] = False
    debug: Annotated[bool, typer.Option("--debug", help="Show an error's traceback.")] = False


def command(
    app: typer.Typer, name: str, **context: Any
) -> Callable[[Callable[..., int | None]], None]:
    """Register a function as the command `name` of `app`, with the options that all share.

    `context` are settings of Typer's context, such as ``ignore_unknown_options=True``.
    """

    def register(function: Callable[..., int | None]) -> None:
        hints = get_type_hints(function, include_extras=True)
        own = [
            parameter.replace(annotation=hints[parameter.name])
            for parameter in list(inspect.signature(function).parameters.values())[1:]
        ]
        shared = inspect.Parameter("common", inspect.Parameter.KEYWORD_ONLY, annotation=Common)

        @functools.wraps(function)
        def run(**options: Any) -> None:
            common = _collected(shared, options)
            console = Console(as_json=common.json, quiet=common.quiet, verbose=common.verbose)
            arguments = {parameter.name: _collected(parameter, options) for parameter in own}
            code = guarded(console, common.debug, lambda: function(console, **arguments))
            raise typer.Exit(code)

        parameters = [option for parameter in [*own, shared] for option in _options(parameter)]
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {option.name: option.annotation for option in parameters}
        app.command(name, cls=QuickCommand, context_settings=CONTEXT | context)(run)

    return register


def _options(parameter: inspect.Parameter) -> Iterator[inspect.Parameter]:
    """Yield the options that a parameter stands for: itself, or its dataclass's fields."""
    if not dataclasses.is_dataclass(parameter.annotation):
        yield parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        return
    hints = get_type_hints(parameter.annotation, include_extras=True)
    for field in dataclasses.fields(parameter.annotation):
        default = field.default
        if field.default_factory is not dataclasses.MISSING:
            default = field.default_factory()
        yield inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=default,
            annotation=hints[field.name],
        )


def _collected(parameter: inspect.Parameter, options: dict[str, Any]) -> Any:
    """Return the argument for a parameter out of the parsed options."""
    kind = parameter.annotation
    if not dataclasses.is_dataclass(kind):
        return options[parameter.name]
    return kind(**{field.name: options[field.name] for field in dataclasses.fields(kind)})  # type: ignore[operator]


def guarded(console: Console, debug: bool, body: Callable[[], int | None]) -> int:
    """Run `body`; turn what goes wrong into one line on stderr and the right exit code."""
    try:
        code = body() or DONE
        console.stdout.flush()
        return code
    except KeyboardInterrupt:
        console.error("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        close_quietly()
        return DONE
    except Exception as error:
        if debug:
            raise
        return failed(console, error)


def failed(console: Console, error: Exception) -> int:
    """Say what went wrong, each thing in one line, and return the exit code for it."""
    match error:
        case ConvkitError():
            for problem in error.problems:
                console.error(problem.message, problem.hint)
            return BAD_INPUT
        case MemoryError():
            hint = "take a smaller image or batch, or fewer at once"
            console.error(f"out of memory: {error}", hint)
            return BAD_INPUT
        case OSError():  # of a stream, as a rule: a full disk behind standard output
            where = f"'{error.filename}': " if error.filename else "can't go on: "
            console.error(f"{where}{error.strerror or error}")
            return BAD_INPUT
        case _:
            console.error(
                f"a bug in convkit: {type(error).__name__}: {error}",
                "run it again with --debug and report what it prints",
            )
            return BUG


def close_quietly() -> None:
    """Let the interpreter's last flush of stdout go nowhere: its reader has left."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
