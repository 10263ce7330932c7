"""The engine: broadcasting, accumulation, order, memory, threads, and misuse."""

import gc
import threading
import weakref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from convkit.autograd import Tensor, dense, embedding, no_grad, primitive, shared
from convkit.errors import ConvkitError


def leaf(values, dtype=np.float64):
    return Tensor(np.array(values, dtype), requires_grad=True)


@given(hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=4, max_side=4), st.data())
def test_a_gradient_is_summed_over_the_axes_that_were_stretched(shapes, data):
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    arrays = [rng.standard_normal(shape) for shape in shapes.input_shapes]
    seed = rng.standard_normal(shapes.result_shape)
    x, y = map(leaf, arrays)
    (x * y).backward(seed)
    for tensor, other in ((x, arrays[1]), (y, arrays[0])):
        # Each element of the result adds to the one element of the operand that it came from.
        expected = np.zeros(tensor.shape)
        origin = np.broadcast_to(np.arange(tensor.size).reshape(tensor.shape), seed.shape)
        np.add.at(expected.reshape(-1), origin.ravel(), (seed * other).ravel())
        np.testing.assert_allclose(tensor.grad, expected, atol=1e-12)


def test_many_rows_are_summed_too():
    x, b = leaf(np.zeros((5000, 7))), leaf(np.zeros(7))
    (x + b).sum().backward()
    np.testing.assert_array_equal(b.grad, np.full(7, 5000.0))


def test_gradients_of_all_paths_add_up():
    x = leaf([3.0])
    y = x * x
    (y * x + y + x).backward()
    np.testing.assert_allclose(x.grad, 3 * 9 + 2 * 3 + 1)


def test_a_node_waits_for_all_of_its_gradient():
    x = leaf(2.0)
    calls = []

    @primitive
    def counted(a):
        return a * 3, lambda grad: (calls.append(1), grad * 3)[1]

    y = counted(x)
    (y + y * y + y.exp()).backward()
    assert len(calls) == 1
    np.testing.assert_allclose(x.grad, 3 * (1 + 2 * 6 + np.exp(6.0)))


def test_a_leaf_adds_gradients_up_in_place_so_that_they_may_be_views():
    flat = np.zeros(5, np.float32)
    x = Tensor(np.ones(3, np.float32), requires_grad=True)
    x.grad = flat[1:4]
    for _ in range(2):
        (x * 2).sum().backward()
    np.testing.assert_array_equal(flat, [0, 4, 4, 4, 0])


def test_leaves_never_share_a_gradient():
    x, y = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    seed = np.ones(2)
    (x + y).backward(seed)
    x.grad += 10
    np.testing.assert_array_equal(y.grad, [1, 1])
    np.testing.assert_array_equal(seed, [1, 1])


def test_a_leaf_itself_can_be_walked():
    x = leaf([1.0, 2.0])
    x.sum().backward()
    x.backward([1.0, 5.0])
    np.testing.assert_array_equal(x.grad, [2, 6])


@pytest.mark.parametrize("walks", [True, False])
def test_a_chain_of_ten_thousand_operations_needs_no_recursion(walks):
    x = leaf([1.0])
    y = x
    for _ in range(10_000):
        y = y + 0.5
    if walks:
        y.backward()
        np.testing.assert_array_equal(x.grad, [1])
    del y


def test_the_graph_is_freed_while_it_is_walked():
    x = leaf(np.ones(10))
    hidden = x * 2
    kept = weakref.ref(hidden.data)
    loss = (hidden * hidden).sum()
    del hidden
    gc.disable()
    try:
        assert kept() is not None
        loss.backward()
        assert kept() is None
    finally:
        gc.enable()


def test_an_array_that_no_gradient_needs_is_freed_at_once():
    x = leaf(np.ones(10))
    hidden = x + 1
    freed = weakref.ref(hidden.data)
    result = hidden + 1
    del hidden
    assert freed() is None
    assert result.requires_grad


def test_a_graph_without_a_walk_is_freed_with_its_tensors():
    x = leaf(np.ones(10))
    loss = (x * 2).exp().sum()
    node = weakref.ref(loss.node)
    del loss
    assert node() is None


def test_no_grad_holds_for_its_own_thread_only_and_ends_with_an_error():
    x = leaf(1.0)
    recorded = []
    with no_grad():
        thread = threading.Thread(target=lambda: recorded.append((x * 2).requires_grad))
        thread.start()
        thread.join()
        assert not (x * 2).requires_grad
    assert recorded == [True]
    with pytest.raises(KeyError), no_grad():
        raise KeyError
    assert (x * 2).requires_grad


def test_a_wider_partner_does_not_widen_the_gradients():
    x = Tensor(np.ones(3, np.float32), requires_grad=True)
    seen = []

    @primitive
    def watched(a):
        return a * 1, lambda grad: (seen.append(grad.dtype), grad)[1]

    wide = watched(x) * np.full(3, 0.1)
    assert wide.dtype == np.float64
    wide.sum().backward()
    assert x.grad.dtype == np.float32
    assert seen == [np.float32]


@pytest.mark.parametrize("number", [2, 2.5, True, np.float64(2.5), np.float32(2), np.int64(2)])
def test_a_number_does_not_widen_anything(number):
    x = Tensor(np.ones(3, np.float32), requires_grad=True)
    for result in (x * number, number * x, x / number, number - x, x**number, number**x):
        assert result.dtype == np.float32
        result.sum().backward()
        assert x.grad.dtype == np.float32


def test_what_vjps_share_is_computed_once():
    calls = []

    @primitive
    def both(a, b):
        @shared
        def doubled(grad):
            calls.append(1)
            return 2 * grad

        return a + b, doubled, doubled

    x, y = leaf([1.0]), leaf([2.0])
    both(x, y).backward()
    assert calls == [1]
    np.testing.assert_array_equal([x.grad, y.grad], [[2], [2]])


def test_walking_twice_is_an_error():
    x = leaf([1.0, 2.0])
    loss = (x * x).sum()
    loss.backward()
    with pytest.raises(ConvkitError, match="freed as it is walked"):
        loss.backward()


def test_walking_into_a_part_that_was_walked_is_an_error():
    x = leaf([1.0, 2.0])
    trunk = x * x
    first, second = trunk.sum(), trunk.mean()
    first.backward()
    with pytest.raises(ConvkitError, match="add the losses"):
        second.backward()


@pytest.mark.parametrize(
    ("misuse", "message"),
    [
        (lambda x: (x * 2).backward(), r"shape \(2, 3\) needs the gradient"),
        (lambda x: (x * 2).backward(np.ones(3)), r"grad has shape \(3,\).*\(2, 3\)"),
        (lambda x: x.detach().sum().backward(), "without a graph"),
        (lambda x: x + np.ones(4), r"add of shapes \(2, 3\) and \(4,\)"),
        (lambda x: x @ x, r"matmul of shapes \(2, 3\) and \(2, 3\)"),
        (lambda x: dense(x, np.ones((4, 5))), r"dense of shapes \(2, 3\) and \(4, 5\)"),
        (lambda x: x.reshape(4), r"reshape of shape \(2, 3\)"),
        (lambda x: x[2], r"index of shape \(2, 3\): index 2 is out of bounds"),
        (lambda x: embedding(x, np.array([7])), "index 7 is out of bounds"),
        (lambda x: embedding(x, np.array([[1, -1]])), "embedding: index -1 is negative"),
        (lambda x: x.sum(axis=2), r"sum of shape \(2, 3\): axis 2"),
        (lambda x: x.clip(x * 0, 1).sum().backward(), "argument that has none"),
        (lambda x: x + "a", "real numbers"),
    ],
)
def test_misuse_is_said_in_one_line(misuse, message):
    with pytest.raises(ConvkitError, match=message) as error:
        misuse(leaf(np.ones((2, 3))))
    assert "\n" not in str(error.value)
