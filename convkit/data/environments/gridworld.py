"""A world of squares: walls, a goal, pits; a shortest way through it is known."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import PCG64, Generator

from convkit.data.environments.base import (
    Environment,
    Floats,
    Pixels,
    Step,
    SyncVectorEnvironment,
    VectorEnvironment,
)
from convkit.data.environments.drawing import grid_picture, grid_text
from convkit.data.environments.observations import Parts, observed
from convkit.data.splitting import Splits
from convkit.errors import ConvkitError

WALL, FREE, START, GOAL, PIT = "#.SGX"
ACTIONS = ("up", "right", "down", "left")
MOVES = ((-1, 0), (0, 1), (1, 0), (0, -1))
ARROWS = "^>v<"
REWARDS = {GOAL: 1.0, PIT: -1.0}

EXAMPLE = """\
S.......
.####X..
.#......
.#.X.##.
...X.#G.
"""

Place = tuple[int, int]


class Grid:
    """A map: where walls are, where one begins, and where it ends.

    Parameters
    ----------
    text : str
        A line for each row: ``#`` wall, ``.`` free, ``S`` start, ``G`` goal, ``X`` pit.

    Attributes
    ----------
    rows : list of str
    height, width : int
    starts : list of (int, int)
        All free squares if no start is marked.

    Raises
    ------
    ConvkitError
        If the rows aren't of one length, hold another letter, or no way leads to a goal.
    """

    def __init__(self, text: str) -> None:
        self.rows = [row.strip() for row in text.strip().splitlines()]
        _check_letters(self.rows)
        self.height, self.width = len(self.rows), len(self.rows[0])
        self.starts = self._places(START) or self._places(FREE)
        if not self._places(GOAL) or not self.starts:
            lacking = "goal (G)" if self.starts else "square to start from (S)"
            raise ConvkitError(f"the map has no {lacking}", "draw one into it")
        for start in self.starts:
            self.shortest(start)

    def __getitem__(self, place: Place) -> str:
        return self.rows[place[0]][place[1]]

    def _places(self, letter: str) -> list[Place]:
        return [
            (row, column)
            for row, letters in enumerate(self.rows)
            for column, each in enumerate(letters)
            if each == letter
        ]

    def move(self, place: Place, action: int) -> Place:
        """Return where an action leads: no farther than to a wall, or to the border."""
        down, right = MOVES[action]
        row, column = place[0] + down, place[1] + right
        inside = 0 <= row < self.height and 0 <= column < self.width
        return (row, column) if inside and self[row, column] != WALL else place

    def shortest(self, start: Place) -> int:
        """Return how many steps the shortest way to a goal has that meets no pit.

        Raises
        ------
        ConvkitError
            If there is none.
        """
        steps = {start: 0}
        pending = deque([start])
        while pending:
            place = pending.popleft()
            if self[place] == GOAL:
                return steps[place]
            for action in range(len(MOVES)):
                after = self.move(place, action)
                if after not in steps and self[after] != PIT:
                    steps[after] = steps[place] + 1
                    pending.append(after)
        row, column = start
        raise ConvkitError(
            f"no way leads to a goal from row {row + 1}, column {column + 1} of the map",
            "open a wall, or mark with S where to start",
        )


class GridWorld(Environment):
    """An agent on a map. It sees the number of its square: 1 there, and else 0.

    Parameters
    ----------
    grid : Grid
    slip : float
        How likely an action leads to the side instead, from 0 to 1; to either side alike.
    step_reward : float
        What a step earns that reaches neither goal (1) nor pit (-1).
    limit : int
        Steps after which an episode is broken off.
    """

    name = "gridworld"
    actions = ACTIONS
    seconds = 0.15

    def __init__(self, grid: Grid, slip: float, step_reward: float, limit: int) -> None:
        self.grid = grid
        self.slip = slip
        self.step_reward = step_reward
        self.limit = limit
        self.shape = (grid.height * grid.width,)
        self.reset(0)

    def reset(self, seed: int) -> Floats:
        self._rng = np.random.default_rng(seed)
        starts = self.grid.starts
        self._place = starts[self._rng.integers(len(starts))]
        self._steps = 0
        self._trail: dict[Place, str] = {}
        return self._observation()

    def step(self, action: int) -> Step:
        if self.slip and self._rng.random() < self.slip:
            action = (action + self._rng.choice((-1, 1))) % len(ACTIONS)
        self._trail[self._place] = ARROWS[action]
        self._place = self.grid.move(self._place, action)
        self._steps += 1
        reward = REWARDS.get(self.grid[self._place])
        truncated = self._steps >= self.limit
        if reward is None:
            return Step(self._observation(), self.step_reward, False, truncated)
        return Step(self._observation(), reward, True, truncated)

    def _observation(self) -> Floats:
        seen = np.zeros(self.shape, np.float32)
        row, column = self._place
        seen[row * self.grid.width + column] = 1
        return seen

    def state(self) -> dict[str, Any]:
        trail = [[*place, arrow] for place, arrow in self._trail.items()]
        return {
            "place": list(self._place),
            "steps": self._steps,
            "trail": trail,
            "chance": self._rng.bit_generator.state,
        }

    def load_state(self, state: dict[str, Any]) -> None:
        row, column = state["place"]
        self._place = row, column
        self._steps = state["steps"]
        self._trail = {(row, column): arrow for row, column, arrow in state["trail"]}
        self._rng = Generator(PCG64())
        self._rng.bit_generator.state = state["chance"]

    def text(self) -> str:
        return grid_text(self.grid.rows, self._place, self._trail)

    def picture(self) -> Pixels:
        return grid_picture(self.grid.rows, self._place, self._trail)


def gridworld(
    map: str = EXAMPLE,
    slip: float = 0.0,
    step_reward: float = -0.01,
    limit: int = 100,
    test: int = 100,
    validation: int = 20,
    seed: int = 0,
    *,
    root: Path = Path(),  # noqa: ARG001
) -> Splits:
    """Find the way through a world of squares to a goal, around walls and pits.

    The actions are up, right, down and left; who walks into a wall stays. The goal is rewarded with
    1, a pit with -1, and either ends the episode. The shortest way of n steps returns
    1 + (n - 1) * step_reward. The agent sees which square it is on, and nothing else.

    Parameters
    ----------
    map : str
        A line for each row: # wall, . free, S start (one of them by chance), G goal, X pit.
        Without an S an episode may begin on any free square.
    slip : float
        How likely a step goes to the left or to the right of where it should, from 0 to 1.
    step_reward : float
        What each other step is rewarded with.
    limit : int
        Steps after which an episode is broken off.
    test : int
        How many episodes are played for the test.
    validation : int
        How many are played after every epoch, to tell which was the best.
    seed : int
        Decides how these episodes begin.
    """
    if not 0 <= slip <= 1:
        raise ConvkitError(f"slip must be from 0 to 1, got {slip}")
    if limit < 1:
        raise ConvkitError(f"limit must be at least 1, got {limit}")
    grid = Grid(map)

    def make(count: int) -> VectorEnvironment:
        return SyncVectorEnvironment(
            [GridWorld(grid, slip, step_reward, limit) for _ in range(count)]
        )

    return observed(make, Parts(test, validation, seed))


def _check_letters(rows: list[str]) -> None:
    if not rows:
        raise ConvkitError("the map is empty", "map: |, and a line of squares for each row")
    for number, row in enumerate(rows, start=1):
        if len(row) != len(rows[0]):
            raise ConvkitError(
                f"row {number} of the map has {len(row)} squares, the first one {len(rows[0])}"
            )
        for column, letter in enumerate(row, start=1):
            if letter not in WALL + FREE + START + GOAL + PIT:
                raise ConvkitError(
                    f"row {number}, column {column} of the map is '{letter}'",
                    "# is a wall, . is free, S the start, G the goal, X a pit",
                )
