"""The benchmark of searches searches what it says, at equal budget. No figure is asserted."""

import json

import pytest

from benchmarks.searching.functions import BRANIN_LEAST, HARTMANN_LEAST, branin, hartmann6
from benchmarks.searching.problems import PROBLEMS
from benchmarks.searching.searches import TRIALS, Search, best_value
from benchmarks.tuning import Found, methods_table, workers_table
from convkit.tuning.dimension import Dimension

pytest.importorskip("optuna")


@pytest.mark.parametrize("minimum", [(-3.14159, 12.275), (3.14159, 2.275), (9.42478, 2.475)])
def test_branin_has_three_minima(minimum):
    assert branin(*minimum) == pytest.approx(BRANIN_LEAST, abs=1e-5)
    assert branin(minimum[0] + 0.1, minimum[1]) > BRANIN_LEAST


def test_hartmanns_least_value():
    minimum = (0.20169, 0.150011, 0.476874, 0.275332, 0.311652, 0.6573)
    assert hartmann6(*minimum) == pytest.approx(HARTMANN_LEAST, abs=1e-5)


@pytest.mark.parametrize("name", PROBLEMS)
def test_a_grid_is_as_large_as_the_trials_allow(name):
    problem = PROBLEMS[name]
    plan = problem.plan("grid", 0, TRIALS)
    assert TRIALS * 3 / 4 < plan.trials <= TRIALS
    for key, dimension in problem.search.items():
        values = [point[key] for point in plan.grid]
        if problem.levels.get(key, 2) > 1 and dimension.choice is None:
            assert (min(values), max(values)) == pytest.approx(dimension.bounds)


def test_a_level_in_the_middle_of_orders_of_magnitude():
    plan = PROBLEMS["digits"].plan("grid", 0, TRIALS)
    rates = sorted({point["optimizer.lr"] for point in plan.grid})
    assert rates == pytest.approx([1e-4, 10**-2.5, 1e-1])
    assert all(isinstance(point["model.1.dense.units"], int) for point in plan.grid)


def test_a_search_of_a_function_finds_what_it_tried():
    searches = [Search("Branin", "random", seed) for seed in (0, 0, 1)]
    first, again, other = map(best_value, searches)
    assert first == again != other
    assert BRANIN_LEAST <= first < 20


def test_tables_say_who_is_better():
    found = [
        Found("Branin", "grid", (3.0, 3.0)),
        Found("Branin", "random", (2.0, 4.0)),
        Found("Branin", "bayesian", (1.0, 2.0)),
        Found("digits", "gaussian_process", (1.0,)),
    ]
    table = methods_table(found)
    assert [row[-1] for row in table.rows] == [None, False, True, None]
    assert table.marked == {1}
    assert table.rows[2][-2] == pytest.approx(1.5 - BRANIN_LEAST, rel=1e-3)
    assert json.dumps(table.rows)


@pytest.mark.parametrize(("two", "told"), [(0.5, "reached"), (0.9, "missed")])
def test_two_workers_are_held_against_one(two, told):
    assert told in workers_table({1: [1.0, 2.0], 2: [two, 2 * two]}).footer


def test_a_dimension_that_has_values_stays_as_it_is():
    assert PROBLEMS["digits"].plan("grid", 0, TRIALS).tuning.search[
        "trainer.batch_size"
    ] == Dimension(choice=(16, 64, 256))
