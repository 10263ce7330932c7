"""The check itself: it finds what is wrong."""

import numpy as np
import pytest

from convkit.autograd import Tensor, check_grads, multiply, primitive
from convkit.errors import ConvkitError

X = np.linspace(0.3, 2, 12).reshape(3, 4)


@primitive
def cube(x):
    return x**3, lambda grad: grad * 3 * x**2


@primitive
def slightly_wrong(x):
    return x**3, lambda grad: grad * (3 + 1e-4) * x**2


@primitive
def undefined(x):
    return x**3, lambda grad: grad * np.nan


def test_a_right_gradient_passes_with_its_error():
    assert 0 < check_grads(cube, X) < 1e-9


@pytest.mark.parametrize("wrong", [slightly_wrong, undefined])
def test_a_wrong_gradient_is_found(wrong):
    with pytest.raises(ConvkitError, match=r"argument 0 of shape \(3, 4\) is wrong"):
        check_grads(wrong, X)


def test_the_wrong_argument_is_named():
    with pytest.raises(ConvkitError, match="argument 1"):
        check_grads(lambda x, y: x * slightly_wrong(y), X, X)


def test_an_argument_without_a_gradient_is_named():
    with pytest.raises(ConvkitError, match="argument 1 got no gradient"):
        check_grads(lambda x, y: x * y.detach(), X, X)


def test_a_gradient_of_zero_is_right_where_nothing_changes():
    assert check_grads(lambda x: multiply(x, 0.0), X) == 0


def test_a_result_that_changes_its_shape_cannot_be_checked():
    with pytest.raises(ConvkitError, match=r"changes its shape, \(11,\) to"):
        check_grads(lambda x: x[x > X.min()], X)


def test_narrow_numbers_are_checked_in_float64_and_whole_ones_not_at_all():
    indices = np.array([0, 2])
    assert check_grads(lambda x, i: cube(x)[i], X.astype(np.float32), indices) < 1e-9
    assert check_grads(cube, Tensor(X)) < 1e-9


def test_the_same_generator_gives_the_same_error():
    errors = [check_grads(cube, X, rng=np.random.default_rng(3)) for _ in range(2)]
    assert errors[0] == errors[1]
