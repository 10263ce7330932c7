"""Surfaces: their heights, where they are lowest, and the grid that stands for them."""

import numpy as np
import pytest
from scipy.optimize import rosen, rosen_der

from convkit.autograd import Tensor
from convkit.data import DATASETS
from convkit.data.surfaces import SURFACES, surface
from convkit.errors import ConvkitError


def test_rosenbrocks_valley_is_scipys():
    points = np.random.default_rng(0).uniform(-2, 2, (50, 2))
    heights = [SURFACES["rosenbrock"].height(*point) for point in points]
    np.testing.assert_allclose(heights, rosen(points.T), rtol=1e-12)


def test_its_gradient_is_scipys():
    place = Tensor(np.array([-1.5, 2.0]), requires_grad=True)
    SURFACES["rosenbrock"].height(place[0], place[1]).backward()
    np.testing.assert_allclose(place.grad, rosen_der(np.array([-1.5, 2.0])), rtol=1e-12)


def test_beales_function_by_hand():
    """At (1, 1) y and its powers are 1, so that c is left: 1.5² + 2.25² + 2.625²."""
    assert SURFACES["beale"].height(1.0, 1.0) == pytest.approx(2.25 + 5.0625 + 6.890625)
    assert SURFACES["beale"].height(2.0, 0.5) == pytest.approx(0.5**2 + 0.75**2 + 0.875**2)


@pytest.mark.parametrize("name", SURFACES)
def test_the_lowest_point_is_lowest(name):
    each = SURFACES[name]
    assert each.height(*each.lowest) == 0
    splits = DATASETS[name]()
    data = splits.train
    assert data.targets.min() >= 0
    assert splits.test is None
    lowest = data.inputs[data.targets[:, 0].argmin()]
    assert np.abs(lowest - each.lowest).max() < 0.15
    assert each.x[0] <= each.start[0] <= each.x[1]
    assert each.y[0] <= each.start[1] <= each.y[1]


def test_other_data_are_no_surface():
    with pytest.raises(ConvkitError, match="data 'iris' are no surface to go down"):
        surface("iris")
