"""``convkit play``: watch what an agent has learnt, in its environment."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from convkit.cli.command import command
from convkit.cli.console import Console, Table
from convkit.cli.runs_options import CheckpointOption, RunName, checkpoint_name, chosen_run
from convkit.errors import ConvkitError

if TYPE_CHECKING:
    from convkit.experiment.playing import Episode


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    command(app, "play")(play)


def play(
    console: Console,
    run: RunName,
    *,
    episodes: Annotated[int, typer.Option(metavar="N", help="How many.")] = 1,
    seed: Annotated[
        int, typer.Option(metavar="N", help="How the first begins; the next have those after it.")
    ] = 0,
    output: Annotated[
        str | None,
        typer.Option("-o", "--output", metavar="FILE", help="An animated picture of it: .gif."),
    ] = None,
    delay: Annotated[
        float | None,
        typer.Option(
            metavar="SECONDS", help="Between two steps; by default as fast as in the environment."
        ),
    ] = None,
    checkpoint: CheckpointOption = None,
    force: Annotated[bool, typer.Option("--force", "-f", help="Overwrite the file.")] = False,
) -> None:
    """Watch an agent play what it has learnt to play.

    It always does what it takes for best. On a terminal the episodes are drawn as they go, in a
    pipe as they end. Then comes a row for each: its return, how many steps it had, and whether the
    world ended it (terminated) or it was broken off, since it lasted long enough (truncated).
    --json has the actions, too.

    \b
    Examples:
      convkit play $(convkit train configs/gridworld-dqn.yaml --set trainer.epochs=5 -q) --delay 0
      convkit play $(convkit train configs/cartpole-ppo.yaml -q) -o cartpole.gif
    """
    _check(episodes, seed, delay)
    name = checkpoint_name(checkpoint)
    from convkit.cli.play_views import Animation, Film
    from convkit.experiment.playing import Player

    film = None if output is None else Film(Path(output), force=force)
    chosen = chosen_run(console, run)
    player = Player(chosen, name)
    seconds = player.environment.seconds if delay is None else delay
    played = []
    with Animation(console, player.environment, seconds) as animation:
        for number in range(seed, seed + episodes):
            for episode in player.play(number):
                animation.show(episode)
                if film is not None:
                    film.take(player.environment, episode, seconds)
            played.append(episode)
    if film is not None:
        film.write(console)
    title = f"{chosen.folder}, {player.checkpoint} checkpoint"
    _tell(console, played, {"run": str(chosen.folder), "checkpoint": player.checkpoint}, title)


def _check(episodes: int, seed: int, delay: float | None) -> None:
    if episodes < 1:
        raise ConvkitError(f"--episodes must be at least 1, got {episodes}")
    if seed < 0:
        raise ConvkitError(f"--seed must be at least 0, got {seed}")
    if delay is not None and not 0 <= delay <= 60:
        raise ConvkitError(f"--delay must be from 0 to 60 seconds, got {delay}")


def _tell(console: Console, episodes: list[Episode], document: dict[str, Any], title: str) -> None:
    """Print how the episodes went."""
    from convkit.experiment.playing import returns_of

    returns = returns_of(episodes)
    if console.as_json:
        console.json(
            document | {"episodes": [each.state() for each in episodes], "return": returns}
        )
        return
    rows: list[Sequence[Any]] = [
        [each.seed, round(each.total, 9), len(each.actions), each.ending] for each in episodes
    ]
    deviation = returns["deviation"]
    spread = "" if deviation is None else f" ± {deviation:.6g}"
    mean = f"mean return {returns['mean']:.6g}{spread}" if len(episodes) > 1 else ""
    console.table(Table(["seed", "return", "length", "ending"], rows, title=title, footer=mean))
