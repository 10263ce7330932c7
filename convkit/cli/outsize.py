"""``convkit outsize``: how large an output is, and what a chain of layers sees and costs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from convkit.cli.command import ANSWER_IS_NO, command
from convkit.cli.console import Console, comma_separated, markdown
from convkit.cli.outsize_options import PRINT, SOLVE, LayerOptions
from convkit.errors import ConvkitError
from convkit.geometry import Pads, SameRule, parse_pair, parse_same_rule
from convkit.window import Size, Window, parse_size

if TYPE_CHECKING:
    from convkit.chain import Layer
    from convkit.cli.outsize_reports import Report
    from convkit.sizing import Answer, Solution

RULES = {"torch": "PyTorch's rule (P = d(k-1)/2)", "tf": "TensorFlow's rule"}


@dataclass
class Form:
    """How the answer is printed."""

    csv: Annotated[bool, typer.Option("--csv", help="Print CSV.", rich_help_panel=PRINT)] = False
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print a Markdown table.", rich_help_panel=PRINT)
    ] = False

    def check(self, console: Console) -> None:
        """Refuse more than one form."""
        forms = {"--json": console.as_json, "--csv": self.csv, "--markdown": self.markdown}
        chosen = [name for name, wanted in forms.items() if wanted]
        if len(chosen) > 1:
            raise ConvkitError(f"{' and '.join(chosen)} exclude each other", "keep one of them")

    def print(self, console: Console, report: Report) -> None:
        """Print a report: drawn on a terminal, tab-separated in a pipe, or as it was chosen."""
        table = report.table
        if console.as_json:
            console.json(report.document)
        elif self.csv:
            console.text(comma_separated(table.columns, table.rows))
        elif self.markdown:
            console.text(markdown(table.columns, table.rows))
        elif console.stdout.isatty():
            report.draw(console)
        else:
            console.table(table)


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    command(app, "outsize")(outsize)


def outsize(
    console: Console,
    *,
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="SIZE", help="28, 28x30 or 224x224x3 (HxWxC); then layers, for a chain."
        ),
    ],
    one: LayerOptions,
    layers: Annotated[
        str | None, typer.Option(metavar="FILE", help="A chain of layers in YAML; - reads stdin.")
    ] = None,
    same_rule: Annotated[
        str, typer.Option(metavar="torch|tf", help="What same means with a stride.")
    ] = "torch",
    solve: Annotated[
        str | None,
        typer.Option(
            metavar="pad|kernel|stride", help="Find what gives --want.", rich_help_panel=SOLVE
        ),
    ] = None,
    want: Annotated[
        str | None, typer.Option(metavar="N|HxW", help="The wanted size.", rich_help_panel=SOLVE)
    ] = None,
    form: Form,
) -> int | None:
    """Work out the size of a layer's output, with its formula.

    Of a chain of layers it works out all there is to know. A size with --kernel is one layer, and
    each size a row. A filter or a pooling keeps the channels. A size with layers is a chain, and
    each layer a row: output shape, effective kernel, receptive field, jump and first centre in
    input pixels, parameters, MACs (of convolutions and dense layers), FLOPs = 2·MACs, memory of the
    output in float32 bytes, and whether it sees further than the input reaches; then the total. All
    of it for one input.

    \b
    A layer is its name, a number and options, in one word:
      conv5 conv3x5             convolution with a kernel of 5x5, 3x5
      dwconv3 tconv4            depthwise, transposed convolution
      pool2 maxpool2 avgpool2   pooling; its stride is its kernel
      fc10 dense10              fully connected, 10 units; flattens by itself
      gap flatten bn dropout    global pooling, and what takes no number
      relu tanh softmax ...     activations: nothing trained, no MACs counted
      3xconv3p1                 three times conv3p1

    \b
    Its options, in any order:
      s2 or /2         stride             c64      output channels
      p1 psame         pad                g4       groups
      p0,1,0,1         pad as T,B,L,R     bn       batch norm, and no bias
      d2               dilation           nobias   no bias
      ceil             pool rounds up     o1       output padding of tconv

    \b
    In YAML a chain is a list of words, layers with options, and blocks:
      - conv7s2p3c64bn relu
      - conv: {kernel: 3, stride: 2, pad: 1, channels: 64}
      - repeat: {times: 2, layers: [conv3p1, relu]}
      - residual: {body: [conv3p1, conv3p1], shortcut: []}

    \b
    Examples:
      convkit outsize 6 --kernel 3 --pad 1
      convkit outsize 28 --solve kernel --want 12 --stride 2
      convkit outsize 28x28x1 conv5c6 pool2 conv5c16 pool2 fc10
      convkit outsize 224x224x3 --layers configs/chains/vgg16.yaml
    """
    form.check(console)
    rule = parse_same_rule(same_rule)
    sizes, chain = _split(words)
    if chain or layers is not None:
        given = [*one.given(), *_given(solve=solve, want=want)]
        _chain(console, form, sizes, _layers(chain, layers, rule, given))
    elif solve is not None or want is not None:
        return _solve(console, form, sizes, one, rule, solve, want)
    else:
        _answer(console, form, sizes, one, rule)
    return None


def _split(words: Sequence[str]) -> tuple[list[Size], str]:
    """Return the sizes, which come first, and the words for layers after them."""
    first = next((place for place, word in enumerate(words) if _is_layer(word)), len(words))
    sizes, chain = words[:first], words[first:]
    if not sizes:
        raise ConvkitError(f"'{words[0]}' is no size", "the input's size comes first: 28x28x1")
    late = next((word for word in chain if not _is_layer(word)), None)
    if late is not None:
        raise ConvkitError(
            f"'{late}' stands behind a layer",
            "sizes come first, and a number is written with its layer: fc10",
        )
    return [parse_size(word) for word in sizes], " ".join(chain)


def _is_layer(word: str) -> bool:
    if re.fullmatch(r"[0-9.]+e[+-]?[0-9]+", word.lower()):  # 1e3 is a number, if no size
        return False
    return any(letter.isalpha() and letter not in "xX" for letter in word)


def _given(**options: object) -> list[str]:
    return [f"--{name}" for name, value in options.items() if value is not None]


# --- one layer ---


def _answer(
    console: Console, form: Form, sizes: list[Size], one: LayerOptions, rule: SameRule
) -> None:
    from convkit.cli.outsize_reports import report_answers
    from convkit.sizing import answer

    if one.kernel is None:
        raise ConvkitError(
            "nothing slides over the size", "give a --kernel, or layers such as conv5 pool2"
        )
    windows = one.windows(rule)
    answers = [answer(size, windows, with_stride=one.stride is not None) for size in sizes]
    form.print(console, report_answers(answers, windows))
    _note_same_rule(console, answers, windows)
    for found in answers:
        if found.dropped:
            console.note(
                f"{found.size}: rounded up, the last window would start behind the input, in the "
                "padding; it is dropped"
            )


def _note_same_rule(
    console: Console, answers: Sequence[Answer], windows: tuple[Window, Window]
) -> None:
    """Say which rule ran where there are two; ``same`` with a stride has no single meaning."""
    from convkit.sizing import other_same_pads

    rule = windows[0].same_rule
    for answer in answers:
        choice = other_same_pads(answer.size, windows)
        if choice is not None:
            other, pads = choice
            samples = "the same samples" if pads == answer.pads else "other samples"
            console.note(
                f"{answer.size}: same with a stride by {RULES[rule]}: pads {_sides(answer.pads)}; "
                f"by {RULES[other]} (--same-rule {other}): pads {_sides(pads)}, the same size "
                f"from {samples}"
            )


def _sides(pads: Pads) -> str:
    return ",".join(map(str, pads))


# --- solve ---


def _solve(
    console: Console,
    form: Form,
    sizes: list[Size],
    one: LayerOptions,
    rule: SameRule,
    what: str | None,
    want: str | None,
) -> int | None:
    from convkit.cli.outsize_reports import report_solutions
    from convkit.sizing import check_solvable, solve

    if what is None or want is None:
        raise ConvkitError("--solve and --want go together", "such as --solve pad --want 28")
    check_solvable(what)
    one.check_leaves_open(what)
    windows, wanted = one.windows(rule), parse_pair(want, "want")
    solutions = [(size, found) for size in sizes for found in solve(size, windows, what, wanted)]
    form.print(console, report_solutions(what, solutions, with_stride=one.stride is not None))
    for size, solution in solutions:
        if solution.more:
            console.note(f"{size}: more {what}s give {solution.want}; these are the smallest")
        if not solution.windows:
            _say_none(console, what, size, solution)
    return None if all(solution.windows for _, solution in solutions) else ANSWER_IS_NO


def _say_none(console: Console, what: str, size: Size, solution: Solution) -> None:
    from convkit.cli.outsize_reports import value_of

    where = "" if solution.axis == "both" else f" along the {solution.axis}"
    nearest = [
        f"{what} {value_of(window, what)} gives {window.size(solution.n)}"
        for window in solution.nearest
    ]
    hint = f"the nearest: {', '.join(nearest)}" if nearest else None
    console.error(f"no {what} makes {solution.want} of {size}{where}", hint)


# --- a chain ---


def _layers(words: str, file: str | None, rule: SameRule, given: list[str]) -> list[Layer]:
    if given:
        raise ConvkitError(
            f"{given[0]} is for one layer, not for a chain", "write it into the layer: conv3s2p1"
        )
    if words and file is not None:
        raise ConvkitError(
            f"layers come from the command line ('{words}') and from '{file}'", "keep one of them"
        )
    if file is not None:
        from convkit.chain import read_layers

        return read_layers(file, rule)
    from convkit.chain import parse_words

    return parse_words(words, rule)


def _chain(console: Console, form: Form, sizes: list[Size], layers: list[Layer]) -> None:
    from convkit.chain import account
    from convkit.cli.outsize_reports import report_chain

    if len(sizes) > 1:
        raise ConvkitError(
            f"a chain takes one size, got {', '.join(map(str, sizes))}",
            "run it once for each size",
        )
    result = account(layers, sizes[0])
    form.print(console, report_chain(result))
    keeping = {step.name: None for step in result.steps if step.keeps_channels}
    if sizes[0].channels is None and result.parameters is None:
        console.note("what depends on the input's channels is left empty: give them, as 28x28x1")
    if keeping:
        console.note(
            f"{', '.join(keeping)}: no channels given, so they stay as they come in; "
            "write c64 for 64 of them"
        )
