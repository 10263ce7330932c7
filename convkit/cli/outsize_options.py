"""The options of ``convkit outsize``, in the groups in which they are used."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Annotated

import typer

from convkit.errors import ConvkitError
from convkit.geometry import SameRule, parse_pad, parse_pair
from convkit.window import CeilWindow, TransposedWindow, Window, windows

LAYER, SOLVE, PRINT = "One layer", "Solve", "Print"


@dataclass
class LayerOptions:
    """One layer. Every option is None, or False, where it wasn't given."""

    kernel: Annotated[
        str | None,
        typer.Option("--kernel", "-k", metavar="N|HxW", help="Its size.", rich_help_panel=LAYER),
    ] = None
    pad: Annotated[
        str | None,
        typer.Option(
            metavar="N|T,B,L,R|WORD",
            help="Pixels around the input, or valid, same, full. Default 0.",
            rich_help_panel=LAYER,
        ),
    ] = None
    stride: Annotated[
        str | None,
        typer.Option(metavar="N|Y,X", help="Step of the window.", rich_help_panel=LAYER),
    ] = None
    dilation: Annotated[
        str | None,
        typer.Option(metavar="N|Y,X", help="Spacing of the taps.", rich_help_panel=LAYER),
    ] = None
    ceil: Annotated[
        bool,
        typer.Option(
            "--ceil", help="A pooling that rounds up, as PyTorch does.", rich_help_panel=LAYER
        ),
    ] = False
    transposed: Annotated[
        bool,
        typer.Option("--transposed", help="A transposed convolution.", rich_help_panel=LAYER),
    ] = False
    output_padding: Annotated[
        str | None,
        typer.Option(metavar="N|Y,X", help="Of a transposed one.", rich_help_panel=LAYER),
    ] = None

    def given(self) -> list[str]:
        """Return the options that were given."""
        names = (field.name for field in fields(self))
        return [f"--{name.replace('_', '-')}" for name in names if getattr(self, name)]

    def check_leaves_open(self, what: str) -> None:
        """Refuse to solve for what was given, or without the kernel."""
        if f"--{what}" in self.given():
            raise ConvkitError(f"--solve {what} finds the {what}", f"leave --{what} out")
        if what != "kernel" and self.kernel is None:
            raise ConvkitError(f"--solve {what} needs the kernel", "add --kernel 3")

    def windows(self, same_rule: SameRule) -> tuple[Window, Window]:
        """Return the windows that are asked for, along the height and the width."""
        kind = self._kind()
        pairs = {
            "kernel": parse_pair(self.kernel or "1", "kernel"),
            "stride": parse_pair(self.stride or "1", "stride"),
            "dilation": parse_pair(self.dilation or "1", "dilation"),
        }
        if self.output_padding is not None:
            pairs["output_padding"] = parse_pair(self.output_padding, "output padding", least=0)
        return windows(kind, pairs, parse_pad(self.pad or "0"), same_rule)

    def _kind(self) -> type[Window]:
        if self.ceil and self.transposed:
            raise ConvkitError("--ceil is for poolings, --transposed for convolutions")
        if self.output_padding is not None and not self.transposed:
            raise ConvkitError("--output-padding is for --transposed", "add --transposed")
        if self.transposed:
            return TransposedWindow
        return CeilWindow if self.ceil else Window
