"""``convkit generate``: let a run make something new, a text or samples."""

from __future__ import annotations

import dataclasses
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from convkit.cli.command import command
from convkit.cli.console import Console
from convkit.cli.runs_options import CheckpointOption, RunName, checkpoint_name, chosen_run
from convkit.errors import ConvkitError

if TYPE_CHECKING:
    from numpy.random import Generator

    from convkit.families import Family
    from convkit.families.abilities import Writes

TEXT, SAMPLES = "Texts", "Samples"
LENGTH = 400


@dataclasses.dataclass
class TextOptions:
    """What a text is made by; what is None was left out."""

    prompt: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="What to go on with.", rich_help_panel=TEXT),
    ] = None
    length: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help=f"Symbols behind the prompt, {LENGTH} if left out.",
            rich_help_panel=TEXT,
        ),
    ] = None
    temperature: Annotated[
        float | None,
        typer.Option(
            metavar="T",
            help="From 1 down to 0 likely symbols get likelier; 0 takes the likeliest.",
            rich_help_panel=TEXT,
        ),
    ] = None
    top_k: Annotated[
        int | None,
        typer.Option(metavar="K", help="Only of the K likeliest symbols.", rich_help_panel=TEXT),
    ] = None


@dataclasses.dataclass
class SampleOptions:
    """How many samples are made, and where they go."""

    count: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Samples, 64 if left out; of --interpolate rows, 8.",
            rich_help_panel=SAMPLES,
        ),
    ] = None
    output: Annotated[
        str | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help="A picture of all; .npy, .npz, .csv or .tsv for the numbers.",
            rich_help_panel=SAMPLES,
        ),
    ] = None
    interpolate: Annotated[
        bool,
        typer.Option(
            "--interpolate",
            help="Rows that lead from one sample to another.",
            rich_help_panel=SAMPLES,
        ),
    ] = False
    force: Annotated[
        bool, typer.Option("--force", "-f", help="Overwrite the file.", rich_help_panel=SAMPLES)
    ] = False


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    command(app, "generate")(generate)


def generate(
    console: Console,
    run: RunName,
    *,
    text: TextOptions,
    samples: SampleOptions,
    seed: Annotated[int, typer.Option(metavar="N", help="Decides what is drawn.")] = 0,
    checkpoint: CheckpointOption = None,
) -> None:
    """Let a run make something new: texts, pictures, points.

    A text is printed as it is written, behind its prompt. Samples like those learnt from go to a
    file: pictures in a grid, or numbers; without one, points of a plane are printed as a table, and
    pictures shown on a terminal. The name of the file is printed.

    \b
    Examples:
      convkit generate $(convkit train configs/markov-rnn.yaml -q) --prompt abc
      convkit generate $(convkit train configs/vae-digits.yaml -q) --interpolate -o digits.png
    """
    if seed < 0:
        raise ConvkitError(f"--seed must be at least 0, got {seed}")
    family = _family(console, run, checkpoint)
    from convkit.families.abilities import Draws, Writes
    from convkit.families.randomness import generator

    rng = generator(seed, "generation")
    if isinstance(family, Writes):
        _refuse(samples, family, "writes a text")
        _write(console, family, text, rng)
    elif isinstance(family, Draws):
        from convkit.cli.generate_samples import draw

        _refuse(text, family, "draws samples")
        draw(console, family, samples, rng)
    else:
        raise _unable(run, family)


def _family(console: Console, run: str, checkpoint: str | None) -> Family:
    """Return what a run has trained."""
    name = checkpoint_name(checkpoint)
    from convkit.experiment.assembly import experiment_of, restore
    from convkit.experiment.summary import counting_checkpoint

    chosen = chosen_run(console, run)
    return restore(chosen, name or counting_checkpoint(experiment_of(chosen).trainer, chosen))


def _refuse(options: TextOptions | SampleOptions, family: Family, does: str) -> None:
    """Refuse options that mean nothing to a family."""
    for field in dataclasses.fields(options):
        if getattr(options, field.name) != field.default:
            raise ConvkitError(
                f"--{field.name.replace('_', '-')} means nothing here: family '{family.name}' "
                f"{does}",
                "leave it out",
            )


def _unable(run: str, family: Family) -> ConvkitError:
    from convkit.families import FAMILIES
    from convkit.families.abilities import Draws, Writes

    able = [name for name, each in FAMILIES.items() if issubclass(each, Writes | Draws)]
    return ConvkitError(
        f"run '{run}' answers and makes nothing new: its family is '{family.name}'",
        f"families that do: {', '.join(able)}",
    )


def _write(console: Console, family: Writes, options: TextOptions, rng: Generator) -> None:
    """Print a text symbol by symbol."""
    from convkit.families.abilities import Sampling

    length = LENGTH if options.length is None else options.length
    if length < 1:
        raise ConvkitError(f"--length must be at least 1, got {length}")
    prompt = options.prompt or ""
    temperature = 1.0 if options.temperature is None else options.temperature
    symbols = family.write(prompt, Sampling(temperature, options.top_k), rng)
    if console.as_json:
        console.json({"prompt": prompt, "text": "".join(islice(symbols, length))})
        return
    console.stdout.write(prompt)
    for symbol in islice(symbols, length):
        console.stdout.write(symbol)
        console.stdout.flush()
    console.text("")
