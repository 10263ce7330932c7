"""Every experiment reaches its gates over its seeds, and its command ends in time."""

import pytest

from benchmarks.gates import seeds_of
from benchmarks.trials import cold_start, experiments, reach

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", experiments())
def test_gates_over_all_seeds(name):
    reached = reach(name, seeds_of(name))
    missed = [each.document() for each in reached if not each.reached]
    assert reached
    assert not missed


@pytest.mark.parametrize("name", experiments())
def test_the_command_ends_in_time_and_keeps_what_the_config_promises(name):
    start = cold_start(name)
    assert start.reached, start
