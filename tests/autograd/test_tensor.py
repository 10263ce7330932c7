"""The tensor's operators and methods against NumPy's, and what a tensor refuses."""

import operator

import numpy as np
import pytest

from convkit.autograd import Tensor, check_grads, no_grad
from convkit.errors import ConvkitError

X = np.arange(1.0, 13.0).reshape(3, 4) / 5
Y = np.linspace(0.5, 2.0, 4)

OPERATORS = [
    operator.add,
    operator.sub,
    operator.mul,
    operator.truediv,
    operator.pow,
]
METHODS = {
    "sum": lambda x: x.sum(),
    "sum over an axis": lambda x: x.sum(0),
    "sum, kept": lambda x: x.sum(axis=-1, keepdims=True),
    "mean": lambda x: x.mean(axis=(0, 1)),
    "var": lambda x: x.var(axis=1, ddof=1),
    "max": lambda x: x.max(axis=1),
    "min": lambda x: x.min(),
    "reshape": lambda x: x.reshape(2, -1),
    "reshape to a tuple": lambda x: x.reshape((4, 3)),
    "transpose": lambda x: x.transpose(),
    "transpose, axes": lambda x: x.transpose(1, 0),
    "T": lambda x: x.T,
    "flatten": lambda x: x.flatten(),
    "clip": lambda x: x.clip(0.5, 1.5),
    "clip above": lambda x: x.clip(None, 1.5),
    "abs": abs,
    "negation": lambda x: -x,
    "item": lambda x: x[1:2, 2:3],
    "row": lambda x: x[-1],
    "new axis": lambda x: x[:, None, ::2],
    "ellipsis": lambda x: x[..., 1],
    "rows": lambda x: x[[0, 2, 2]],
    "mask": lambda x: x[x > 1.1],
    "pairs": lambda x: x[np.array([0, 1]), np.array([3, 3])],
    "matrix product": lambda x: x @ x.T,
    "product with an array": lambda x: np.ones((2, 3)) @ x,
}


@pytest.mark.parametrize("apply", OPERATORS)
@pytest.mark.parametrize("other", [Y, 3, 0.5], ids=["array", "int", "float"])
def test_operators_do_as_numpy_does_on_either_side(apply, other):
    x = Tensor(X)
    np.testing.assert_array_equal(apply(x, other).data, apply(X, other))
    np.testing.assert_array_equal(apply(other, x).data, apply(other, X))
    np.testing.assert_array_equal(apply(x, Tensor(np.asarray(other))).data, apply(X, other))
    check_grads(lambda x: apply(x, other), X)
    check_grads(lambda x: apply(other, x), X)


@pytest.mark.parametrize("name", METHODS)
def test_methods_do_as_numpy_does(name):
    method = METHODS[name]
    np.testing.assert_allclose(method(Tensor(X)).data, method(X), rtol=1e-15)
    check_grads(method, X)


@pytest.mark.parametrize("name", ["exp", "log", "sqrt"])
def test_elementary_methods_do_as_numpy_does(name):
    np.testing.assert_array_equal(getattr(Tensor(X), name)().data, getattr(np, name)(X))


@pytest.mark.parametrize(
    "compare",
    [operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne],
)
def test_comparisons_give_plain_arrays_of_bools(compare):
    result = compare(Tensor(X, requires_grad=True), Tensor(X[1]))
    assert type(result) is np.ndarray
    np.testing.assert_array_equal(result, compare(X, X[1]))


def test_attributes_are_the_array_s():
    x = Tensor(X)
    assert (x.shape, x.ndim, x.size, x.dtype, len(x)) == ((3, 4), 2, 12, np.float64, 3)
    assert x.numpy() is X
    assert [row.shape for row in x] == [(4,)] * 3
    assert (Tensor(2.5).item(), float(Tensor(2.5)), bool(Tensor(0.0))) == (2.5, 2.5, False)


@pytest.mark.parametrize(
    ("data", "dtype"),
    [
        ([1.0, 2.0], np.float32),
        (0.5, np.float32),
        ([1, 2], np.int64),
        ([True], np.bool_),
        (np.ones(2), np.float64),
        (np.float64(1), np.float64),
        (Tensor(np.ones(2)), np.float64),
    ],
)
def test_python_s_numbers_become_float32_and_arrays_keep_their_type(data, dtype):
    assert Tensor(data).dtype == dtype


def test_tensors_are_known_by_identity():
    x = Tensor([1.0])
    assert {x: "found"}[x] == "found"


def test_detach_shares_the_array_and_forgets_the_history():
    y = Tensor(X, requires_grad=True) * 2
    detached = y.detach()
    assert detached.data is y.data
    assert not detached.requires_grad


def test_the_gradient_of_a_cast_comes_back_in_the_first_type():
    x = Tensor([1.0, 2.0], requires_grad=True)
    wide = x.astype(np.float64)
    assert wide.dtype == np.float64
    (wide * wide).sum().backward()
    assert x.grad.dtype == np.float32
    np.testing.assert_array_equal(x.grad, [2, 4])
    assert not x.astype(np.int64).requires_grad


def test_a_tensor_shows_its_numbers():
    assert repr(Tensor([1.0], requires_grad=True)) == (
        "Tensor([1.], dtype=float32, requires_grad=True)"
    )


def assigned(x):
    x[0] = 0.0


def added_to(x):
    x += 1.0


@pytest.mark.parametrize("change", [assigned, added_to])
def test_a_leaf_cannot_be_changed_in_place(change):
    x = Tensor(X, requires_grad=True)
    loss = (x * x).sum()
    with pytest.raises(ConvkitError, match="can't be changed in place"):
        change(x)
    with no_grad(), pytest.raises(ConvkitError, match="change the array"):
        change(x)
    loss.backward()
    np.testing.assert_array_equal(x.grad, 2 * X)


def test_adding_to_a_result_makes_a_new_one_and_leaves_what_was_recorded():
    x = Tensor(X, requires_grad=True)
    hidden = x * 1
    loss = (hidden * hidden).sum()
    before = hidden
    hidden += 1.0
    loss += hidden.sum()
    assert hidden is not before
    loss.backward()
    np.testing.assert_allclose(x.grad, 2 * X + 1, rtol=1e-15)


@pytest.mark.parametrize(
    ("misuse", "message"),
    [
        (lambda: Tensor([1, 2], requires_grad=True), "only floating-point.*int64"),
        (lambda: Tensor(["a"]), "real numbers, got list"),
        (lambda: Tensor(X).item(), r"item\(\) of a tensor of shape \(3, 4\)"),
        (lambda: float(Tensor(X)), r"item\(\)"),
    ],
)
def test_misuse_is_an_error(misuse, message):
    with pytest.raises(ConvkitError, match=message):
        misuse()


# --- writing into arrays ---


def test_the_array_of_a_recorded_result_is_read_only():
    x = Tensor(X.copy(), requires_grad=True)
    hidden = x * 2
    loss = (hidden * hidden).sum()
    with pytest.raises(ValueError, match="read-only"):
        hidden.data[...] = 0
    with pytest.raises(ValueError, match="read-only"):
        hidden.data += 1
    loss.backward()
    np.testing.assert_allclose(x.grad, 8 * X, rtol=1e-15)


@pytest.mark.parametrize("name", METHODS)
def test_operands_can_still_be_written_to(name):
    """An optimizer changes leaves, which no operation may hand on as its result."""
    x = Tensor(X.copy(), requires_grad=True)
    METHODS[name](x)
    x.data[...] = 1
    with no_grad():
        METHODS[name](x)
    x.data[...] = 2


def test_what_is_not_recorded_can_be_written_to():
    x = Tensor(X, requires_grad=True)
    with no_grad():
        result = x * 2
    result.data[...] = 0
    plain = Tensor(X) * 2
    plain.data[...] = 0
