"""One step of a network on a terminal: forward propagation, loss, backpropagation, update."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from convkit.cli.console import Console, Table

if TYPE_CHECKING:
    from rich.console import Console as RichConsole
    from rich.console import RenderableType

    from convkit.explaining.chain import Path
    from convkit.explaining.explanation import Explanation
    from convkit.explaining.forward import LayerPass

# Of more than these, the first ones are shown (of the paths, the largest), and how many there are.
MOST_INPUTS = 12
MOST_NEURONS = 16
MOST_PATHS = 12
MOST_FACTORS = 24
MOST_WEIGHTS = 40

NAME, QUIET, RESULT = "cyan", "dim", "bold"
EXACT = 7
"""Digits where a small difference shall be seen."""

ALL = "--json has them all"


def draw_step(console: Console, it: Explanation) -> None:
    """Draw an explanation."""
    out = console.rich()
    _draw_sample(out, it)
    _draw_forward(out, it)
    _draw_loss(out, it)
    _draw_chain(out, it)
    _draw_update(console, out, it)


def _section(out: RichConsole, title: str) -> None:
    from rich.rule import Rule
    from rich.text import Text

    out.print()
    out.print(Rule(Text(title, RESULT), align="left", style=QUIET))


def _grid(rows: Sequence[Sequence[Any]], styles: Sequence[str]) -> RenderableType:
    """Return rows in columns, of which the first keeps its width and the others are folded."""
    from rich.padding import Padding
    from rich.table import Table as RichTable
    from rich.text import Text

    grid = RichTable.grid(padding=(0, 2, 0, 0))
    for place, style in enumerate(styles):
        grid.add_column(style=style, no_wrap=place == 0)
    for row in rows:
        grid.add_row(*(Text(str(cell)) for cell in row))
    return Padding(grid, (0, 0, 0, 2))


def _more(count: int, shown: int, what: str) -> list[str]:
    return [f"… {count - shown:,} more {what}; {ALL}"] if count > shown else []


def _quietly(out: RichConsole, lines: Sequence[str]) -> None:
    from rich.padding import Padding
    from rich.text import Text

    for line in lines:
        out.print(Padding(Text(line, QUIET), (0, 0, 0, 2)))


# --- the sample ---


def _draw_sample(out: RichConsole, it: Explanation) -> None:
    from convkit.explaining.writing import short

    _section(out, f"{it.experiment.name} · sample {it.sample} of {it.samples}")
    values = it.inputs.tolist()[:MOST_INPUTS]
    names = it.features or ("",) * len(it.inputs)
    rows = [
        (it.names.node(0, place + 1), f"= {short(value)}", _unless_same(name, place))
        for place, (value, name) in enumerate(zip(values, names, strict=False))
    ]
    target = it.loss.target
    written = ", ".join(map(short, target)) if isinstance(target, list) else short(target)
    rows.append(("y", f"= {written}", it.label or "the target"))
    out.print(_grid(rows, (NAME, "", QUIET)))
    notes = _more(len(it.inputs), len(values), "inputs")
    if it.scaled:
        notes.append("inputs are standardized: as the network sees them")
    _quietly(out, notes)


def _unless_same(feature: str, place: int) -> str:
    return "" if feature == f"x{place + 1}" else feature


# --- forward ---


def _draw_forward(out: RichConsole, it: Explanation) -> None:
    _section(out, "1  Forward propagation: weighted sum, activation, next layer")
    for layer in it.layers:
        _draw_layer(out, it, layer)


def _draw_layer(out: RichConsole, it: Explanation, layer: LayerPass) -> None:
    from rich.text import Text

    from convkit.explaining.writing import short

    stage = layer.stage
    activation = stage.activation or "no activation"
    formulas = f"o = {stage.formula.text}, f'(z) = {stage.formula.slope}"
    heading = Text(f"layer {layer.number}  ")
    out.print(heading.append(f"{stage.path}, {activation}: {formulas}", QUIET))
    neurons = list(layer.neurons(it.names))
    rows = []
    for neuron in neurons[:MOST_NEURONS]:
        rows.append((neuron.sum_name, f"= {neuron.written} = {short(neuron.sum)}"))
        argument = f"f({short(neuron.sum)})" if stage.activations else neuron.sum_name
        rows.append((neuron.name, f"= {argument} = {short(neuron.output)}"))
    out.print(_grid(rows, (NAME, "")))
    _quietly(out, _more(len(neurons), MOST_NEURONS, "neurons"))


# --- loss ---


def _draw_loss(out: RichConsole, it: Explanation) -> None:
    from convkit.explaining.writing import short

    loss = it.loss
    _section(out, f"2  Loss: {loss.name}")
    rows = [
        ("L", f"= {loss.formula}"),
        ("", f"= {loss.written} = {short(loss.value)}"),
    ]
    out.print(_grid(rows, (NAME, "")))


# --- backpropagation ---


def _draw_chain(out: RichConsole, it: Explanation) -> None:
    from convkit.explaining.writing import short, summed

    chain, paths = it.chain, it.chain.paths
    _section(out, f"3  Backpropagation: ∂L/∂w of w = {chain.weight}")
    start = chain.source or "the bias"
    count = "1 path leads" if len(paths) == 1 else f"{len(paths):,} paths lead"
    _quietly(
        out,
        [
            f"w = {short(it.update.value)}, from {start} to {chain.target}; {count} from it to L, "
            "and the gradient is their sum"
        ],
    )
    shown = paths
    if len(paths) > MOST_PATHS:
        shown = tuple(sorted(paths, key=lambda path: -abs(path.product))[:MOST_PATHS])
    out.print()
    _draw_factors(out, shown)
    out.print()
    rows = [row for number, path in enumerate(shown, start=1) for row in _path_rows(number, path)]
    out.print(_grid(rows, (QUIET, "")))
    _quietly(out, _more(len(paths), MOST_PATHS, "paths, all smaller"))
    out.print()
    total = summed([path.product for path in paths])
    out.print(_grid([("∂L/∂w", f"= {total} = {short(chain.sum)}")], (NAME, RESULT)))
    _draw_check(out, it)


def _draw_factors(out: RichConsole, paths: Sequence[Path]) -> None:
    from convkit.explaining.chain import distinct_factors
    from convkit.explaining.writing import product, short

    factors = list(distinct_factors(paths))
    rows = [
        (
            factor.name,
            f"= {factor.formula}",
            f"= {product(factor.numbers)}" if len(factor.numbers) > 1 else "",
            f"= {short(factor.value)}",
        )
        for factor in factors[:MOST_FACTORS]
    ]
    out.print(_grid(rows, (NAME, QUIET, "", "")))
    _quietly(out, _more(len(factors), MOST_FACTORS, "factors"))


def _path_rows(number: int, path: Path) -> list[tuple[str, str]]:
    from convkit.explaining.writing import product, short

    numbers = product(factor.value for factor in path.factors)
    return [
        (f"path {number}", " → ".join(path.nodes)),
        ("", path.formula),
        ("", f"= {numbers} = {short(path.product)}"),
    ]


def _draw_check(out: RichConsole, it: Explanation) -> None:
    from rich.padding import Padding
    from rich.text import Text

    chain = it.chain
    verdict = (
        ("  the same, but for rounding", "green")
        if chain.agrees
        else (f"  NOT the same: {chain.sum!r} by the paths", "bold red")
    )
    autograd = Text.assemble(("autograd      ", QUIET), repr(chain.gradient), verdict)
    nudged = Text.assemble(("by trying out ", QUIET), f"{chain.nudged:.10g}")
    nudged.append("  [L(w + h) − L(w − h)] / 2h", QUIET)
    out.print(Padding(autograd, (0, 0, 0, 2)))
    out.print(Padding(nudged, (0, 0, 0, 2)))


# --- update ---


def _draw_update(console: Console, out: RichConsole, it: Explanation) -> None:
    from convkit.explaining.writing import factor, short

    _section(out, f"4  Update: w − η·∂L/∂w with η = {it.lr:g}")
    update = it.update
    old, new = (short(value, EXACT) for value in (update.value, update.descended))
    rows = [("w_new", f"= {old} − {it.lr:g}·{factor(update.gradient, EXACT)} = {new}")]
    out.print(_grid(rows, (NAME, RESULT)))
    out.print()
    console.table(_updates(it))


def _updates(it: Explanation) -> Table:
    """Return what one step makes of every weight; the one that was followed is marked."""
    same = all(each.descended == each.optimized for each in it.updates)
    columns = ["weight", "value", "gradient", "descended", *([] if same else [it.optimizer])]
    shown = it.updates[:MOST_WEIGHTS]
    rows: list[Sequence[Any]] = [
        [str(each.weight), each.value, each.gradient, each.descended]
        + ([] if same else [each.optimized])
        for each in shown
    ]
    notes = _more(len(it.updates), MOST_WEIGHTS, "weights")
    if not same:
        notes.append(f"{it.optimizer}: the first step of the configured optimizer")
    return Table(
        columns,
        rows,
        title="every weight after one step of plain gradient descent",
        footer="\n".join(notes),
        marked={place for place, each in enumerate(shown) if each.weight == it.chain.weight},
    )
