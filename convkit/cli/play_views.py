"""Episodes on the screen, and in a film."""

from __future__ import annotations

from pathlib import Path
from time import sleep
from types import TracebackType
from typing import TYPE_CHECKING, Any

from convkit.cli.console import Console
from convkit.errors import ConvkitError
from convkit.files import check_writable

if TYPE_CHECKING:
    from rich.live import Live
    from rich.text import Text

    from convkit.data.environments import VectorEnvironment
    from convkit.experiment.playing import Episode

FRAME = 0.04
"""The least seconds from one picture of a film to the next."""
LAST = 1.0
"""How long the end of an episode is seen."""
MOST_FRAMES = 3000


class Animation:
    """Draws episodes in letters: on a terminal in place, step by step; in a pipe how they end.

    Parameters
    ----------
    console : Console
        Told to be quiet, or to print one document, it gets nothing drawn.
    environment : VectorEnvironment
    seconds : float
        Between two steps, on a terminal.
    """

    def __init__(self, console: Console, environment: VectorEnvironment, seconds: float) -> None:
        self._console = console
        self._environment = environment
        self._seconds = seconds
        self._wanted = not (console.quiet or console.as_json)
        self._live: Live | None = None

    def __enter__(self) -> Animation:
        if self._wanted and self._console.stderr.isatty():
            from rich.live import Live

            self._live = Live(
                console=self._console.rich_stderr(), auto_refresh=False, redirect_stdout=False
            )
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def show(self, episode: Episode) -> None:
        """Draw the moment."""
        drawing = self._environment.text()
        if self._live is not None:
            self._live.update(_framed(episode, drawing), refresh=True)
            sleep(self._seconds)
        elif self._wanted and episode.ending and drawing is not None:
            for line in drawing.splitlines():
                self._console.note(line)


def _framed(episode: Episode, drawing: str | None) -> Text:
    """Return a drawing with what has to be said above it."""
    from rich.text import Text

    done = episode.actions[-1] if episode.actions else "begins"
    words = f"seed {episode.seed}  step {len(episode.actions)}  return {episode.total:.6g}  {done}"
    ended = f"  {episode.ending}" if episode.ending else ""
    return Text(f"{words}{ended}" + ("" if drawing is None else f"\n\n{drawing}\n"))


class Film:
    """Gathers pictures of episodes.

    Parameters
    ----------
    path : Path
        A GIF.
    force : bool
        Whether an existing file may be overwritten.

    Raises
    ------
    ConvkitError
        If it can't be written there.
    """

    def __init__(self, path: Path, *, force: bool) -> None:
        if path.suffix.lower() != ".gif":
            raise ConvkitError(f"'{path}' is no .gif, the format of what moves", "-o play.gif")
        check_writable(path, force=force)
        self._path = path
        self._force = force
        self._frames: list[Any] = []
        self._durations: list[int] = []

    def take(self, environment: VectorEnvironment, episode: Episode, seconds: float) -> None:
        """Take a picture of the moment, unless one was taken just before.

        Raises
        ------
        ConvkitError
            If the environment can't be drawn, or there would be too many pictures.
        """
        every = max(1, round(FRAME / seconds)) if seconds else 1
        if len(episode.actions) % every and not episode.ending:
            return
        picture = environment.picture()
        if picture is None:
            raise ConvkitError(f"there are no pictures of '{environment.name}'", "leave out -o")
        if len(self._frames) == MOST_FRAMES:
            raise ConvkitError(
                f"a film of more than {MOST_FRAMES:,} pictures is too long", "play fewer --episodes"
            )
        self._frames.append(picture)
        self._durations.append(
            round(1000 * (LAST if episode.ending else max(every * seconds, 0.02)))
        )

    def write(self, console: Console) -> None:
        """Write the film.

        Raises
        ------
        ConvkitError
            If the disk refuses.
        """
        from convkit.images import Picture, write

        film = Picture(self._frames, "rgb", 255.0, durations=self._durations, loop=0)
        write(film, self._path, force=self._force)
        console.note(f"{len(self._frames):,} pictures written to {self._path}")
