"""The options of ``convkit convolve``, in the groups in which they are passed on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated

import typer

from convkit.errors import ConvkitError
from convkit.geometry import parse_pad, parse_pair, parse_same_rule

if TYPE_CHECKING:
    from convkit.conv import Border
    from convkit.filtering import Destination, Filter, Geometry, Operator, Settings

OPERATOR, GEOMETRY, LOOK, OUTPUT, SHOW = "Kernel", "Geometry", "Look", "Output", "Show"
ENGINE = "Engine"


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
            help="Compute with this strategy: integer, separable, gemm, compiled, dft, bank, "
            "direct.",
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


def number(text: str, option: str) -> float:
    """Return a finite number; fractions such as 1/9 are numbers."""
    from convkit.kernels import parse_number

    return parse_number(text.strip(), option)
