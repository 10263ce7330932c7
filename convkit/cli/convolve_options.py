"""What ``convkit convolve`` is to do, in the groups in which options are passed on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated

import typer

from convkit.cli import cluster_option
from convkit.cli.numbers import number
from convkit.errors import ConvkitError
from convkit.geometry import parse_pad, parse_pair, parse_same_rule

if TYPE_CHECKING:
    from convkit.conv import Border
    from convkit.filtering import Filter, Geometry, Operator

OPERATOR, GEOMETRY, ENGINE, LOOK = "Kernel", "Geometry", "Engine", "Look"


@dataclass
class OperatorOptions:
    """What is done to the image."""

    kernel: Annotated[
        list[str],
        typer.Option(
            "--kernel",
            "-k",
            metavar="KERNEL",
            help="A name (convkit kernels lists them), name:size=7,sigma=1.5, a matrix "
            "'-1 0 1; -1 0 1; -1 0 1', or a .txt .csv .npy .yaml file. Several run in turn.",
            rich_help_panel=OPERATOR,
        ),
    ] = field(default_factory=list)
    pair: Annotated[
        str | None,
        typer.Option(
            metavar="KERNEL",
            help="Gradient of a pair: the partner of --kernel, or sobel, prewitt, scharr, farid, "
            "roberts.",
            rich_help_panel=OPERATOR,
        ),
    ] = None
    norm: Annotated[
        str | None,
        typer.Option(
            metavar="l2|l1", help="Magnitude of a pair; by default l2.", rich_help_panel=OPERATOR
        ),
    ] = None
    compass: Annotated[
        str | None,
        typer.Option(
            metavar="SET",
            help="Largest answer of a compass set: kirsch, robinson, prewitt-compass, "
            "sobel-compass.",
            rich_help_panel=OPERATOR,
        ),
    ] = None
    direction: Annotated[
        bool,
        typer.Option(
            "--direction",
            help="Of a pair or compass, show the direction (as hue; .npy holds degrees).",
            rich_help_panel=OPERATOR,
        ),
    ] = False
    bank: Annotated[
        bool,
        typer.Option(
            "--bank", help="Kernels side by side: a feature map for each.", rich_help_panel=OPERATOR
        ),
    ] = False
    flip: Annotated[
        bool,
        typer.Option(
            "--flip",
            help="Turn kernels by 180 degrees: convolution instead of correlation.",
            rich_help_panel=OPERATOR,
        ),
    ] = False
    normalize: Annotated[
        bool,
        typer.Option(
            "--normalize", help="Divide kernels by their sum, if any.", rich_help_panel=OPERATOR
        ),
    ] = False
    scale: Annotated[
        str,
        typer.Option(
            metavar="X", help="Multiply the sum; 1/9 is a number.", rich_help_panel=OPERATOR
        ),
    ] = "1"
    bias: Annotated[
        str, typer.Option(metavar="X", help="Then add this.", rich_help_panel=OPERATOR)
    ] = "0"

    def operator(self) -> Operator:
        """Return the operator that is asked for."""
        from convkit.filtering import Request

        return Request(
            kernels=self.kernel,
            pair=self.pair,
            norm=self.norm,
            compass=self.compass,
            bank=self.bank,
            normalize=self.normalize,
        ).operator()


@dataclass
class GeometryOptions:
    """How windows lie on the image."""

    pad: Annotated[
        str,
        typer.Option(
            metavar="N|T,B,L,R|WORD",
            help="Pixels around the image, or valid, same, full.",
            rich_help_panel=GEOMETRY,
        ),
    ] = "0"
    pad_mode: Annotated[
        str,
        typer.Option(
            metavar="MODE",
            help="zero, constant, edge (aa|abcd|dd), symmetric (ba|abcd|dc), reflect101 "
            "(cb|abcd|cb), wrap (cd|abcd|ab), or a peer's name for one; 'reflect' is reflect101, "
            "as in NumPy and PyTorch.",
            rich_help_panel=GEOMETRY,
        ),
    ] = "zero"
    pad_value: Annotated[
        str,
        typer.Option(
            metavar="X[,X...]",
            help="For constant: one value, or one a channel.",
            rich_help_panel=GEOMETRY,
        ),
    ] = "0"
    stride: Annotated[
        str, typer.Option(metavar="N|Y,X", help="Step of the window.", rich_help_panel=GEOMETRY)
    ] = "1"
    dilation: Annotated[
        str,
        typer.Option(metavar="N|Y,X", help="Spacing of the weights.", rich_help_panel=GEOMETRY),
    ] = "1"
    same_rule: Annotated[
        str | None,
        typer.Option(
            metavar="torch|tf",
            help="Where windows sit for --pad same with a stride; by default torch.",
            rich_help_panel=GEOMETRY,
        ),
    ] = None

    def geometry(self) -> Geometry:
        """Return the geometry that is asked for."""
        from convkit.filtering import Geometry

        pad = parse_pad(self.pad)
        if self.same_rule is not None and pad != "same":
            raise ConvkitError("--same-rule is for --pad same", "leave it out, or pad the same")
        return Geometry(
            pad=pad,
            border=self._border(),
            stride=parse_pair(self.stride, "stride"),
            dilation=parse_pair(self.dilation, "dilation"),
            same_rule=parse_same_rule(self.same_rule or "torch"),
        )

    def _border(self) -> Border:
        from convkit.conv import Border

        return Border.named(
            self.pad_mode, [number(word, "--pad-value") for word in self.pad_value.split(",")]
        )


@dataclass
class EngineOptions:
    """How it is computed."""

    strategy: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Compute with this strategy: integer, separable, gemm, compiled, "
            "compiled-separable, dft, bank, direct.",
            rich_help_panel=ENGINE,
        ),
    ] = None
    threads: Annotated[
        str | None,
        typer.Option(
            metavar="N",
            help="Threads to use; by default CONVKIT_THREADS, else one for each core.",
            rich_help_panel=ENGINE,
        ),
    ] = None
    cluster: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help=cluster_option.HELP, rich_help_panel=ENGINE),
    ] = None
    explain: Annotated[
        bool,
        typer.Option(
            "--explain",
            help="Say which strategies could do it, at what cost, and which was taken.",
            rich_help_panel=ENGINE,
        ),
    ] = False

    def thread_count(self) -> int:
        """Return how many threads to use."""
        from convkit.workers import default_threads, parse_threads

        return (
            default_threads() if self.threads is None else parse_threads(self.threads, "--threads")
        )


@dataclass
class LookOptions:
    """How responses become an image."""

    tone: Annotated[
        str | None,
        typer.Option(
            "--map",
            metavar="MAP",
            help="clip, abs, offset (0 becomes mid-grey), minmax, raw. By default abs for edge "
            "kernels, clip for others, raw for .npy and .csv.",
            rich_help_panel=LOOK,
        ),
    ] = None
    grey: Annotated[
        bool,
        typer.Option(
            "--grey",
            help="Filter the luma (Rec. 601). Default for edge kernels.",
            rich_help_panel=LOOK,
        ),
    ] = False
    per_channel: Annotated[
        bool,
        typer.Option(
            "--per-channel",
            help="Filter each colour channel. Default for others.",
            rich_help_panel=LOOK,
        ),
    ] = False
    linear: Annotated[
        bool,
        typer.Option(
            "--linear",
            help="Filter linear light instead of sRGB values.",
            rich_help_panel=LOOK,
        ),
    ] = False

    def colour(self) -> str | None:
        """Return the colour handling that is asked for, or None for the default."""
        if self.grey and self.per_channel:
            raise ConvkitError("--grey and --per-channel contradict each other", "give one of them")
        return "grey" if self.grey else "per-channel" if self.per_channel else None


def build_filter(
    what: OperatorOptions, where: GeometryOptions, engine: EngineOptions, look: LookOptions
) -> Filter:
    """Return the filter that the options describe."""
    from convkit.filtering import Filter, check_map

    return Filter(
        operator=what.operator(),
        geometry=replace(
            where.geometry(),
            flip=what.flip,
            strategy=engine.strategy,
            threads=engine.thread_count(),
        ),
        scale=number(what.scale, "--scale"),
        bias=number(what.bias, "--bias"),
        tone=None if look.tone is None else check_map(look.tone),
        colour=look.colour(),
        linear=look.linear,
        direction=what.direction,
    )
