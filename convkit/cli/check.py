"""``convkit check``: does this installation compute what it should?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from convkit.cli.command import ANSWER_IS_NO, DONE, command
from convkit.cli.console import Console, Table, printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from convkit.checking.checks import Result

SIGNS = {"ok": ("✓", "bold green"), "failed": ("✗", "bold red"), "missing": ("–", "dim")}


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    command(app, "check")(check)


def check(console: Console) -> int:
    """Check that this installation computes what it should.

    It takes a few seconds: versions and the speed of linear algebra; image files written and read
    back; convolutions beside the loop of the definition; gradients beside finite differences; a
    small training that has to reach a figure; another one that is interrupted and must go on to the
    same bits; and which extras are installed, with the command for those that aren't.

    Exit code 1 if something fails.

    \b
    Examples:
      convkit check
      convkit check --json
    """
    from convkit.checking.checks import run_checks

    with _telling(console) as tell:
        results = list(run_checks(tell))
    if console.as_json:
        console.json([vars(result) for result in results])
    elif console.stdout.isatty():
        _draw(console, results)
    else:
        rows: list[Sequence[Any]] = [[*vars(result).values()] for result in results]
        console.table(Table(["check", "status", "message", "seconds"], rows))
    failed = [result.check for result in results if result.status == "failed"]
    if failed:
        console.error(f"{len(failed)} of {len(results)} checks failed: {', '.join(failed)}")
    else:
        seconds = sum(result.seconds for result in results)
        console.note(f"all is well, after {seconds:.1f} s")
    return ANSWER_IS_NO if failed else DONE


@contextmanager
def _telling(console: Console) -> Iterator[Callable[[str], None]]:
    """Say on a terminal which check is running."""
    if console.quiet or not console.stderr.isatty():
        yield lambda _: None
        return
    with console.rich_stderr().status("checking") as status:
        yield lambda name: status.update(f"checking {name}")


def _draw(console: Console, results: Sequence[Result]) -> None:
    import rich.box
    import rich.table
    from rich.text import Text

    rich_console = console.rich()
    drawn = rich.table.Table(box=rich.box.SIMPLE_HEAD)
    for name in ("", "check", "what was found"):
        drawn.add_column(name, overflow="fold")
    drawn.add_column("seconds", justify="right")
    for result in results:
        sign, style = SIGNS[result.status]
        if rich_console.options.ascii_only:
            sign = result.status
        seconds = f"{result.seconds:.2f}" if result.seconds else ""
        message = Text(printable(result.message), "bold red" if result.status == "failed" else "")
        drawn.add_row(Text(sign, style), result.check, message, Text(seconds, "dim"))
    rich_console.print(drawn)
