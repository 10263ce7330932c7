"""What a trained run can be asked, and by which command."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from convkit.errors import ConvkitError

if TYPE_CHECKING:
    from convkit.experiment.run import Run
    from convkit.families import Family


def way_to_ask(run: Run, family: type[Family]) -> str | None:
    """Return the command that asks a run of a family what it can tell; None if it is no question.

    What it can do beside answering comes first.
    """
    from convkit.families import Descent
    from convkit.families.abilities import Acts, Draws, Translates, Writes

    folder = shlex.quote(str(run.folder))
    ways: dict[type, str | None] = {
        Writes: f"convkit generate {folder} --prompt TEXT",
        Draws: f"convkit generate {folder} -o samples.png",
        Acts: f"convkit play {folder}",
        Translates: f"convkit predict {folder} TEXT",
        Descent: None,
    }
    found = [way for ability, way in ways.items() if issubclass(family, ability)]
    return found[0] if found else f"convkit predict {folder} INPUT"


def check_answers(run: Run, family: Family) -> None:
    """Refuse to ask a system for predictions that makes none.

    Raises
    ------
    ConvkitError
        With what it can be asked instead.
    """
    from convkit.families import Descent
    from convkit.families.abilities import Writes

    if isinstance(family, Writes):
        raise ConvkitError(
            f"a {family.name} goes on with a text, and says nothing of inputs",
            way_to_ask(run, type(family)),
        )
    if isinstance(family, Descent):
        raise ConvkitError(
            "a descent has no answers: it is a point, and its path",
            "convkit compare draws the paths of several: --over optimizer=… --plot paths.png",
        )
