"""``convkit explain``: training made visible, with every number."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from convkit.cli.command import ANSWER_IS_NO, command
from convkit.cli.console import Console
from convkit.cli.explain_options import (
    FLOW,
    Augmenting,
    Drawing,
    Flow,
    Group,
    Looking,
    Output,
    Step,
)
from convkit.cli.train_options import Changes, read
from convkit.errors import ConvkitError

if TYPE_CHECKING:
    from convkit.experiment.spec import Experiment


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    command(app, "explain")(explain)


def explain(
    console: Console,
    *,
    config: Annotated[
        str | None,
        typer.Argument(
            metavar="CONFIG",
            help="A YAML file, or - for standard input; with --attention, a run.",
        ),
    ] = None,
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Another value; repeatable."),
    ] = None,
    step: Step,
    gradients: Annotated[
        bool,
        typer.Option(
            "--gradients",
            help="Each layer's gradient while CONFIG trains; without CONFIG, of four deep networks "
            "side by side.",
            rich_help_panel=FLOW,
        ),
    ] = False,
    flow: Flow,
    drawing: Drawing,
    looking: Looking,
    augmenting: Augmenting,
    output: Output,
) -> int | None:
    """Show how training works, with every number.

    Of a small network of dense layers: forward propagation neuron by neuron, the loss,
    backpropagation of one weight's gradient by the chain rule along every path from it to the loss,
    and the update; all in float64, on one sample, with the weights that training begins with. A
    neuron is named by its layer and its number: o21 is the first of the second layer.

    Of a perceptron: its mistakes, weights and decision line after every epoch.

    With --gradients: the norm of each layer's weight gradient over the first training steps. They
    vanish if the first layer's is below 1/1000 of the last one's (or all are below 0.0001), and
    explode if it is above 1000 times that (or all are above 10000). Without CONFIG, four networks
    of 20 layers learn the digits: sigmoid and tanh with Xavier's start, ReLU with He's, and
    residual blocks.

    With --attention: a map of how much each symbol that a run writes for a text owes to each symbol
    of the text; rows are what is written.

    With --augment: a row for each of some training pictures, first as it is, then as training sees
    it in one epoch after the other.

    \b
    Examples:
      convkit explain configs/explain-tiny.yaml --weight 'layers.0.weight[0,1]'
      convkit explain --gradients
      convkit explain --gradients configs/vanishing-relu.yaml --steps 50 --json
      convkit explain configs/perceptron-and.yaml
      convkit explain $(convkit train configs/sort.yaml --set data.samples=300 -q) --attention dcba
      convkit explain --augment configs/few-digits-augmented.yaml -o augmented.png
    """
    changes = Changes(overrides or [])
    if looking.attention is not None:
        _refuse("--attention", step, flow, augmenting, gradients=gradients, set=changes.overrides)
        _attention(console, config, looking, output, drawing)
        return None
    looking.refuse("is for --attention", "add --attention TEXT, or leave it out")
    if augmenting.augment:
        _refuse("--augment", step, flow, gradients=gradients)
        _augmented(console, config, changes, augmenting, output, drawing)
        return None
    augmenting.refuse("is for --augment", "add --augment, or leave it out")
    output.refuse("is for --augment and --attention", "--plot draws a perceptron's line")
    if gradients:
        _refuse("--gradients", step, drawing)
        _gradients(console, config, changes, flow)
        return None
    flow.refuse("is for --gradients", "add --gradients, or leave it out")
    if config is None:
        raise ConvkitError(
            "there is nothing to explain",
            "name a config, such as configs/explain-tiny.yaml, or say --gradients",
        )
    resolved, root = read(config, changes)
    if resolved.experiment.family.name == "perceptron":
        step.refuse("is for networks; a perceptron has no loss and no paths")
        _perceptron(console, resolved.experiment, root, drawing)
        return None
    drawing.refuse("is for a perceptron's line", "such as configs/perceptron-and.yaml")
    if (family := resolved.experiment.family.name) != "supervised":
        raise ConvkitError(
            f"explain writes out small networks of dense layers, not a {family}",
            "such as configs/explain-tiny.yaml; where a run looks: --attention TEXT",
        )
    return _step(console, resolved.experiment, root, step)


def _refuse(view: str, *groups: Group, **others: object) -> None:
    """Refuse the options that mean nothing to what is asked for."""
    for group in groups:
        group.refuse(f"has nothing to do with {view}")
    for name, given in others.items():
        if given:
            raise ConvkitError(f"--{name} has nothing to do with {view}", "leave it out")


def _step(console: Console, experiment: Experiment, root: Path, step: Step) -> int | None:
    from convkit.cli.explain_step import show_step
    from convkit.explaining.explanation import explain

    explanation = explain(experiment, root, sample=step.sample, weight=step.weight)
    show_step(console, explanation)
    chain = explanation.chain
    if chain.agrees:
        return None
    console.error(
        f"the paths add up to {chain.sum!r}, but autograd says {chain.gradient!r}",
        "a bug in convkit: please report it with the config",
    )
    return ANSWER_IS_NO


def _attention(
    console: Console, run: str | None, looking: Looking, output: Output, drawing: Drawing
) -> None:
    from convkit.cli.explain_attention import show_attention

    if run is None:
        raise ConvkitError("there is no run whose attention to show", "name it: runs/dates")
    if drawing.plot is not None:
        raise ConvkitError("--plot is for a perceptron's line", "-o draws the map")
    show_attention(console, run, looking, output, force=drawing.force)


def _augmented(
    console: Console,
    config: str | None,
    changes: Changes,
    augmenting: Augmenting,
    output: Output,
    drawing: Drawing,
) -> None:
    from convkit.cli.explain_augment import show_variants

    if config is None:
        raise ConvkitError(
            "there is no augmentation to show", "name a config, such as configs/digits-resnet.yaml"
        )
    if drawing.plot is not None:
        raise ConvkitError("--plot is for a perceptron's line", "-o draws the pictures")
    resolved, root = read(config, changes)
    show_variants(console, resolved.experiment, root, augmenting, output, force=drawing.force)


def _gradients(console: Console, config: str | None, changes: Changes, flow: Flow) -> None:
    from convkit.cli.explain_gradients import show_comparison, show_flow
    from convkit.explaining.comparison import DEPTH, STEPS, compare
    from convkit.explaining.gradients import watch

    steps = STEPS if flow.steps is None else flow.steps
    if config is None:
        if changes.overrides:
            raise ConvkitError("--set changes a config, and none is given", "name one")
        show_comparison(console, compare(DEPTH if flow.depth is None else flow.depth, steps))
        return
    if flow.depth is not None:
        raise ConvkitError(f"--depth is for four networks; '{config}' has its own", "leave it out")
    resolved, root = read(config, changes)
    show_flow(console, watch(resolved.experiment, root, steps))


def _perceptron(console: Console, experiment: Experiment, root: Path, drawing: Drawing) -> None:
    from convkit.cli.explain_perceptron import show_lines
    from convkit.explaining.perceptron import follow
    from convkit.explaining.plotting import check_plot, plot_lines

    if drawing.plot is None:
        show_lines(console, follow(experiment, root))
        return
    path = Path(drawing.plot)
    check_plot(path, force=drawing.force)
    lines = follow(experiment, root)
    plot_lines(lines, path, force=drawing.force)
    show_lines(console, lines)
    console.note(f"drawn: {path}")
