"""Typer's commands, made to start quickly and to show their options in groups."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typer
import typer.core


class _Quick:
    """Takes words, flags and numbers without help.

    Typer checks every value with pydantic, whose import takes longer than all else at start-up.
    Words need no check: the core parses them, with better messages. Values of any other type, and
    versions of Typer without this door, go the usual way.
    """

    get_params: Callable[..., list[Any]]

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:
        """Parse the command line; what is wrong in it knows the command whose help tells more."""
        try:
            return self._parse(ctx, args)
        except typer.TyperException as error:
            error.ctx = getattr(error, "ctx", None) or ctx  # type: ignore[attr-defined]
            raise

    def _parse(self, ctx: typer.Context, args: list[str]) -> list[str]:
        for parameter in self.get_params(ctx):
            _check_once(parameter, args)
            kind = getattr(getattr(parameter, "type_descriptor", None), "annotation", None)
            if kind in (str, bool, list[str]):
                parameter._runtime_param = _AsItStands()
            elif kind in (int, float):
                parameter._runtime_param = _Number(kind)
        return super().parse_args(ctx, args)  # type: ignore[misc, no-any-return]


def _check_once(parameter: Any, args: list[str]) -> None:
    """Refuse an option that is given twice: the last would win without a word."""
    if parameter.param_type_name != "option" or parameter.multiple:
        return
    before_dashes = args[: args.index("--")] if "--" in args else args
    given = [word for word in before_dashes if word.split("=")[0] in parameter.opts]
    if len(given) > 1 and not getattr(parameter, "is_flag", False):
        raise typer.BadParameter(f"{parameter.opts[0]} is given twice")


class _AsItStands:
    """Stands where Typer would put pydantic."""

    def coerce(self, value: Any, *, param: Any, **_: Any) -> Any:
        if param.multiple or param.nargs == -1:
            return list(value or ())
        return value


class _Number(_AsItStands):
    """Reads one number."""

    def __init__(self, kind: type[float]) -> None:
        self.kind = kind

    def coerce(self, value: Any, *, param: Any, **_: Any) -> Any:
        try:
            return None if value is None else self.kind(value)
        except ValueError:
            article = "a whole number" if self.kind is int else "a number"
            raise typer.BadParameter(f"'{value}' is not {article}", param=param) from None


class QuickCommand(_Quick, typer.core.TyperCommand):  # type: ignore[misc]
    """A command that starts quickly; its help lists options under the panels they name."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the arguments and the options, group by group, in the order of their groups."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None:
                panel = getattr(parameter, "rich_help_panel", None) or _panel(parameter)
                groups.setdefault(panel, []).append(record)
        for panel, records in groups.items():
            with formatter.section(panel):
                formatter.write_dl(records)


def _panel(parameter: Any) -> str:
    return "Arguments" if parameter.param_type_name == "argument" else "Options"


class QuickGroup(_Quick, typer.core.TyperGroup):  # type: ignore[misc]
    """A group of commands that starts quickly."""


class ListByDefault(QuickGroup):
    """A group that runs its command ``list`` when no other one is named."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the command line, with ``list`` put in where a command is missing."""
        names_none = not args or (args[0].startswith("-") and args[0] not in ctx.help_option_names)
        # While a shell completes a line, the name may be what is being written.
        if names_none and not ctx.resilient_parsing:
            args = ["list", *args]
        return super().parse_args(ctx, args)
