"""What a search may say, and what it may not."""

import pytest

from convkit.errors import ConvkitError
from convkit.tuning.dimension import Dimension
from convkit.tuning.search import Tuning


@pytest.mark.parametrize(
    ("arguments", "values"),
    [
        ({"choice": (1, "a", None)}, [1, "a", None]),
        ({"int": (1, 4)}, [1, 2, 3, 4]),
        ({"int": (1, 8), "step": 3.0}, [1, 4, 7]),
        ({"float": (0.0, 0.3), "step": 0.1}, [0.0, 0.1, 0.2, 0.3]),
        ({"float": (0.1, 1.0), "step": 0.4}, [0.1, 0.5, 0.9]),
        ({"float": (0.0, 1.0)}, None),
        ({"int": (1, 100), "log": True}, None),
    ],
)
def test_the_points_of_a_grid(arguments, values):
    grid = Dimension(**arguments).grid()
    assert (None if grid is None else list(grid)) == values


@pytest.mark.parametrize(
    ("arguments", "ends"),
    [
        ({"choice": ("a", 2)}, ("a", 2)),
        ({"int": (1, 8)}, (1, 8)),
        ({"int": (1, 8), "step": 3.0}, (1, 7)),
        ({"float": (0.0, 1.0)}, (0.0, 1.0)),
        ({"float": (0.1, 1.0), "step": 0.4}, (0.1, 0.9)),
    ],
)
def test_what_is_never_drawn_is_no_end(arguments, ends):
    assert tuple(Dimension(**arguments).ends()) == ends


@pytest.mark.parametrize(
    ("arguments", "drawn", "never"),
    [
        ({"choice": ("a", 2)}, "a", "b"),
        ({"int": (1, 10**12)}, 7, 0),
        ({"int": (1, 100), "log": True}, 99, 101),
        ({"float": (0.0, 1.0)}, 0.25, "x"),
        ({"float": (0.0, 1.0), "step": 0.1}, 0.3, 0.25),
    ],
)
def test_what_can_be_drawn(arguments, drawn, never):
    dimension = Dimension(**arguments)
    assert dimension.takes(drawn)
    assert not dimension.takes(never)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "one of choice, float and int, got none of them"),
        ({"int": (1, 2), "float": (1.0, 2.0)}, "got float and int"),
        ({"choice": ()}, "choice must have at least one value"),
        ({"choice": (8, 16, 8)}, "choice has 8 twice"),
        ({"choice": (1,), "log": True}, "log and step are for ranges"),
        ({"float": (2.0, 1.0)}, r"float must be \[least, most\], got \[2.0, 1.0\]"),
        ({"int": (1, 1)}, r"int must be \[least, most\]"),
        ({"float": (0.0, 1.0), "log": True}, "log needs a range above 0"),
        ({"float": (0.1, 1.0), "log": True, "step": 0.1}, "log and step exclude each other"),
        ({"float": (0.0, 1.0), "step": 2.0}, "step must be above 0 and within the range, got 2.0"),
        ({"int": (0, 9), "step": 1.5}, "step of whole numbers must be one, got 1.5"),
    ],
)
def test_what_no_key_can_have(arguments, message):
    with pytest.raises(ConvkitError, match=message):
        Dimension(**arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"trials": 0}, "trials must be at least 1, got 0"),
        ({"seeds_per_trial": 0}, "seeds_per_trial must be at least 1"),
        ({"seed": -1}, "seed must be at least 0"),
        ({"timeout": 0.0}, "timeout must be above 0"),
        ({"metric": ()}, "metric must name at least one"),
        ({"metric": ("parameters", "parameters")}, "metric names one twice"),
        (
            {"metric": ("parameters", "seconds"), "pruner": "median"},
            "pruner median needs a single metric, got 2",
        ),
        (
            {"metric": "test/accuracy", "pruner": "median"},
            "pruner median needs a metric of each epoch, got test/accuracy",
        ),
        (
            {"metric": ("parameters", "seconds"), "method": "cma"},
            "method cma needs a single metric, got 2",
        ),
        ({"set": {"seed": 3}}, "set can't have seed"),
        ({"search": {"seed": Dimension(choice=(1, 2))}}, "search can't have seed"),
        (
            {"metric": ("parameters", "seconds"), "direction": ("minimize",)},
            "direction must be one for each metric: 2, got 1",
        ),
    ],
)
def test_what_no_search_can_say(arguments, message):
    with pytest.raises(ConvkitError, match=message):
        Tuning(**{"base": "x.yaml", "search": {"data.seed": Dimension(int=(0, 1))}} | arguments)
