"""How one step of a network is shown: in four sections on a terminal, as rows in a pipe."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from convkit.cli.console import Console, Table

if TYPE_CHECKING:
    from convkit.explaining.explanation import Explanation


def show_step(console: Console, explanation: Explanation) -> None:
    """Print an explanation as JSON, for a terminal, or as tab-separated text."""
    if console.as_json:
        console.json(_document(explanation))
    elif console.stdout.isatty():
        from convkit.cli.explain_drawing import draw_step

        draw_step(console, explanation)
    else:
        console.table(Table(("part", "name", "formula", "value"), list(_rows(explanation))))


# --- for a pipe ---


def _rows(it: Explanation) -> Iterator[Sequence[Any]]:
    for place, value in enumerate(it.inputs.tolist()):
        yield "input", it.names.node(0, place + 1), _feature(it, place), value
    yield "target", "y", it.label, it.loss.target
    for layer in it.layers:
        for neuron in layer.neurons(it.names):
            yield "sum", neuron.sum_name, neuron.written, neuron.sum
            yield "output", neuron.name, layer.stage.formula.text, neuron.output
            yield "slope", f"f'({neuron.sum_name})", layer.stage.formula.slope, neuron.slope
    yield "loss", "L", f"{it.loss.name}: {it.loss.written}", it.loss.value
    yield from _chain_rows(it)
    for update in it.updates:
        name = str(update.weight)
        yield "weight", name, None, update.value
        yield "gradient", name, None, update.gradient
        yield "descended", name, "w − η·gradient", update.descended
        yield "optimized", name, it.optimizer, update.optimized


def _chain_rows(it: Explanation) -> Iterator[Sequence[Any]]:
    from convkit.explaining.chain import distinct_factors

    chain = it.chain
    for factor in distinct_factors(chain.paths):
        yield "factor", factor.name, factor.formula, factor.value
    for path in chain.paths:
        yield "path", " → ".join(path.nodes), path.formula, path.product
    yield "by paths", str(chain.weight), "the sum over the paths", chain.sum
    yield "by autograd", str(chain.weight), None, chain.gradient
    yield "by nudging", str(chain.weight), "[L(w + h) − L(w − h)] / 2h", chain.nudged
    yield "update", str(chain.weight), f"w − {it.lr:g}·gradient", it.update.descended


def _feature(it: Explanation, place: int) -> str | None:
    return it.features[place] if it.features else None


# --- JSON ---


def _document(it: Explanation) -> dict[str, Any]:
    return {
        "name": it.experiment.name,
        "sample": it.sample,
        "samples": it.samples,
        "inputs": it.inputs,
        "features": it.features,
        "standardized": it.scaled,
        "target": it.loss.target,
        "class": it.label,
        "layers": [
            {
                "number": layer.number,
                "path": layer.stage.path,
                "activation": layer.stage.activation,
                "formula": layer.stage.formula.text,
                "slope_formula": layer.stage.formula.slope,
                "neurons": [
                    {
                        "name": neuron.name,
                        "sources": neuron.sources,
                        "inputs": neuron.inputs,
                        "weights": neuron.weights,
                        "bias": neuron.bias,
                        "sum": neuron.sum,
                        "output": neuron.output,
                        "slope": neuron.slope,
                    }
                    for neuron in layer.neurons(it.names)
                ],
            }
            for layer in it.layers
        ],
        "loss": {
            "name": it.loss.name,
            "formula": it.loss.formula,
            "written": it.loss.written,
            "value": it.loss.value,
            "slopes": it.loss.slopes,
        },
        "backpropagation": _chain_document(it),
        "update": _update_document(it),
    }


def _chain_document(it: Explanation) -> dict[str, Any]:
    chain = it.chain
    return {
        "weight": str(chain.weight),
        "from": chain.source,
        "to": chain.target,
        "paths": [
            {
                "nodes": path.nodes,
                "factors": [
                    {
                        "name": factor.name,
                        "formula": factor.formula,
                        "numbers": factor.numbers,
                        "value": factor.value,
                    }
                    for factor in path.factors
                ],
                "product": path.product,
            }
            for path in chain.paths
        ],
        "sum": chain.sum,
        "autograd": chain.gradient,
        "nudged": chain.nudged,
        "agrees": chain.agrees,
    }


def _update_document(it: Explanation) -> dict[str, Any]:
    return {
        "lr": it.lr,
        "old": it.update.value,
        "gradient": it.update.gradient,
        "new": it.update.descended,
        "optimizer": it.optimizer,
        "weights": [
            {
                "weight": str(update.weight),
                "value": update.value,
                "gradient": update.gradient,
                "descended": update.descended,
                "optimized": update.optimized,
            }
            for update in it.updates
        ],
    }
