"""Where the inputs of ``convkit convolve`` come from, where results go, and what is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from convkit.cli.numbers import number
from convkit.errors import ConvkitError

if TYPE_CHECKING:
    from convkit.filtering import Destination, Settings

OUTPUT, SHOW = "Output", "Show"


@dataclass
class OutputOptions:
    """Where inputs come from and results go."""

    output: Annotated[
        str | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help="Where to write; the suffix is the format; - is standard output.",
            rich_help_panel=OUTPUT,
        ),
    ] = None
    out_dir: Annotated[
        str | None,
        typer.Option(metavar="FOLDER", help="Where results go.", rich_help_panel=OUTPUT),
    ] = None
    format: Annotated[
        str | None,
        typer.Option(
            metavar="SUFFIX",
            help="Format where no file name tells it: png, npy, csv, tif ...",
            rich_help_panel=OUTPUT,
        ),
    ] = None
    compress: Annotated[
        str,
        typer.Option(
            metavar="fast|small",
            help="Of PNG, spare time or bytes; other formats have one way.",
            rich_help_panel=OUTPUT,
        ),
    ] = "fast"
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite existing files.", rich_help_panel=OUTPUT)
    ] = False
    recursive: Annotated[
        bool,
        typer.Option(
            "--recursive", "-r", help="Folders with all below them.", rich_help_panel=OUTPUT
        ),
    ] = False
    max_pixels: Annotated[
        str | None,
        typer.Option(
            metavar="N", help="Refuse larger inputs (decompression bombs).", rich_help_panel=OUTPUT
        ),
    ] = None

    def destination(self) -> Destination:
        """Return where results go."""
        from pathlib import Path

        from convkit.filtering import Destination

        folder = None if self.out_dir is None else Path(self.out_dir)
        return Destination(self.output, folder, self._suffix(), self.force)

    def settings(self) -> Settings:
        """Return what a batch needs beside the filter."""
        from convkit.filtering import Settings
        from convkit.images import DEFAULT_MAX_PIXELS, check_compression

        limit = DEFAULT_MAX_PIXELS
        if self.max_pixels is not None:
            limit = int(number(self.max_pixels.replace("_", ""), "--max-pixels"))
            if limit < 1:
                raise ConvkitError(f"--max-pixels must be at least 1, got {limit}")
        compress = check_compression(self.compress)
        return Settings(force=self.force, max_pixels=limit, compress=compress)

    def _suffix(self) -> str | None:
        from convkit.images import check_format

        if self.format is None:
            return None
        suffix = f".{self.format.lstrip('.').lower()}"
        check_format(suffix)
        return suffix


@dataclass
class ShowOptions:
    """What is shown beside the results."""

    trace: Annotated[
        str | None,
        typer.Option(
            metavar="Y,X", help="Show one output pixel, step by step.", rich_help_panel=SHOW
        ),
    ] = None
    preview: Annotated[
        bool,
        typer.Option(
            "--preview", help="Draw input and output in the terminal.", rich_help_panel=SHOW
        ),
    ] = False
    time: Annotated[
        bool, typer.Option("--time", help="Say where the time went.", rich_help_panel=SHOW)
    ] = False
