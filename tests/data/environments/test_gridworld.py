"""The world of squares: its moves, its shortest ways, its slips, and its errors."""

import json

import numpy as np
import pytest

from convkit.data import DATASETS
from convkit.data.environments.gridworld import EXAMPLE, Grid, GridWorld
from convkit.errors import ConvkitError

MAP = """
S.#G
.X..
....
"""
UP, RIGHT, DOWN, LEFT = range(4)


def world(text=MAP, slip=0.0, limit=50):
    return GridWorld(Grid(text), slip, -0.01, limit)


def walked(world, actions, seed=0):
    world.reset(seed)
    return [world.step(action) for action in actions]


def place(step, width=4):
    return divmod(int(step.observation.argmax()), width)


def test_moves_walls_and_rewards():
    steps = walked(world(), [UP, RIGHT, RIGHT, LEFT, DOWN, DOWN, RIGHT, RIGHT, UP, RIGHT, UP])
    assert [place(step) for step in steps] == [
        *[(0, 0), (0, 1), (0, 1), (0, 0), (1, 0), (2, 0)],
        *[(2, 1), (2, 2), (1, 2), (1, 3), (0, 3)],
    ]
    assert all(step.observation.sum() == 1 for step in steps)
    assert [step.reward for step in steps] == [-0.01] * 10 + [1.0]
    assert [step.terminated for step in steps] == [False] * 10 + [True]


def test_a_pit_ends_the_episode():
    steps = walked(world(), [RIGHT, DOWN])
    assert steps[-1][1:] == (-1.0, True, False)


def test_it_is_broken_off():
    steps = walked(world(limit=3), [UP] * 3)
    assert [step.truncated for step in steps] == [False, False, True]
    assert not any(step.terminated for step in steps)


def distance(rows, start):
    """Relax all squares until nothing changes (Bellman and Ford)."""
    height, width = len(rows), len(rows[0])
    away = np.full((height, width), np.inf)
    for _ in range(height * width):
        for row in range(height):
            for column in range(width):
                if rows[row][column] == "G":
                    away[row, column] = 0
                elif rows[row][column] not in "#X":
                    near = [(row + 1, column), (row - 1, column), (row, column + 1)]
                    near += [(row, column - 1)]
                    around = [away[y, x] for y, x in near if 0 <= y < height and 0 <= x < width]
                    away[row, column] = 1 + min(around)
    return away[start]


@pytest.mark.parametrize("seed", range(20))
def test_the_shortest_way(seed):
    rng = np.random.default_rng(seed)
    letters = rng.choice(list("..#X"), (6, 7))
    letters[0, 0], letters[tuple(rng.integers(1, 6, 2))] = "S", "G"
    rows = ["".join(row) for row in letters]
    expected = distance(rows, (0, 0))
    if np.isinf(expected):
        with pytest.raises(ConvkitError, match="no way leads to a goal from row 1, column 1"):
            Grid("\n".join(rows))
    else:
        assert Grid("\n".join(rows)).shortest((0, 0)) == expected


def test_the_example_is_worth_the_trouble():
    grid = Grid(EXAMPLE)
    assert grid.shortest(grid.starts[0]) == 12


def test_slipping_goes_to_either_side():
    slippery = world("S..\n...\n..G", slip=0.4)
    arrived = []
    for seed in range(2000):
        slippery.reset(seed)
        slippery.step(DOWN)
        arrived.append(place(slippery.step(RIGHT), 3))
    # Down (0.6) or to the left, where the border is (0.2), or to the right (0.2); then the same
    # with right (0.6), up (0.2) and down (0.2).
    share = {spot: arrived.count(spot) / 2000 for spot in set(arrived)}
    assert share[1, 1] == pytest.approx(0.6 * 0.6 + 0.2 * 0.2, abs=0.035)
    assert share[0, 2] == pytest.approx(0.2 * 0.6, abs=0.03)
    assert share[2, 0] == pytest.approx(0.6 * 0.2, abs=0.03)


def test_a_seed_decides_where_it_begins():
    free = world("....\n...G")
    begun = {free.reset(seed).tobytes() for seed in range(60)}
    assert len(begun) == 7
    assert free.reset(5).tobytes() == free.reset(5).tobytes()


def test_it_goes_on_from_its_state():
    ours, theirs = world(slip=0.5), world(slip=0.5)
    walked(ours, [DOWN, UP, DOWN])
    theirs.load_state(json.loads(json.dumps(ours.state())))
    assert theirs.text() == ours.text()
    for action in [DOWN, RIGHT, UP, LEFT] * 3:
        mine, its = ours.step(action), theirs.step(action)
        assert place(mine) == place(its)
        assert mine[1:] == its[1:]


def test_it_can_be_seen():
    seen = world()
    walked(seen, [DOWN, DOWN, RIGHT])
    assert seen.text() == "v.#G\nvX..\n>@.."
    picture = seen.picture()
    assert picture.shape == (96, 128, 3)
    assert picture[80, 48].tolist() == picture[48, 16].tolist()  # where it is, and where it was
    assert picture[5, 70].tolist() != picture[5, 40].tolist()  # a wall, and none


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"map": "S.\n.G."}, "row 2 of the map has 3 squares, the first one 2"),
        ({"map": "S.\n.g"}, "row 2, column 2 of the map is 'g'"),
        ({"map": "S."}, "the map has no goal"),
        ({"map": "#G"}, "the map has no square to start from"),
        ({"map": "S#G"}, "no way leads to a goal from row 1, column 1"),
        ({"map": " \n"}, "the map is empty"),
        ({"slip": 1.5}, "slip must be from 0 to 1, got 1.5"),
        ({"limit": 0}, "limit must be at least 1, got 0"),
        ({"test": -1}, "test must be at least 0, got -1"),
        ({"seed": -1}, "seed must be at least 0, got -1"),
    ],
)
def test_what_is_refused(settings, words):
    with pytest.raises(ConvkitError, match=words):
        DATASETS["gridworld"](**settings)
