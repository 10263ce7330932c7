"""Every primitive: its gradients against finite differences, and what all of them promise."""

import importlib
import pkgutil

import numpy as np
import pytest

from convkit import autograd
from convkit.autograd import Tensor, check_grads, no_grad
from convkit.autograd.samples import samples

SAMPLES = samples(np.random.default_rng(5))
every = pytest.mark.parametrize("name", SAMPLES)


def tensors(name, dtype, *, requires_grad=True):
    """Return a sample's arguments, numbers as tensors; their arrays can't be written to."""
    arguments = []
    for array in SAMPLES[name].arguments:
        typed = np.array(array, dtype if array.dtype.kind == "f" else None)
        typed.flags.writeable = False
        is_number = typed.dtype.kind == "f"
        arguments.append(Tensor(typed, requires_grad=requires_grad) if is_number else typed)
    return arguments


@every
def test_what_was_given_can_still_be_written_to(name):
    """Results become read-only, and so would an operand that is handed on as one."""
    arguments = [Tensor(np.array(array)) for array in SAMPLES[name].arguments]
    for each in arguments:
        each.requires_grad = each.dtype.kind == "f"
    SAMPLES[name].function(*(each if each.requires_grad else each.data for each in arguments))
    assert all(each.data.flags.writeable for each in arguments)


@every
def test_gradients_agree_with_finite_differences(name):
    sample = SAMPLES[name]
    assert check_grads(sample.function, *sample.arguments, rng=np.random.default_rng(1)) < 1e-8


@every
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_types_are_kept_and_what_was_given_is_not_changed(name, dtype):
    arguments = tensors(name, dtype)
    result = SAMPLES[name].function(*arguments)
    assert type(result.data) is np.ndarray
    assert result.dtype == (np.float64 if name == "astype" else dtype)
    seed = np.ones(result.shape, dtype)
    seed.flags.writeable = False
    result.backward(seed)
    for argument in arguments:
        if isinstance(argument, Tensor):
            assert type(argument.grad) is np.ndarray
            assert argument.grad.shape == argument.shape
            assert argument.grad.dtype == dtype
            assert argument.grad.flags.writeable


@every
def test_float32_agrees_with_float64(name):
    results = [SAMPLES[name].function(*tensors(name, dtype)) for dtype in (np.float32, np.float64)]
    np.testing.assert_allclose(results[0].data, results[1].data, rtol=2e-5, atol=2e-5)


@every
def test_nothing_is_recorded_unless_it_is_wanted(name):
    function = SAMPLES[name].function
    assert not function(*tensors(name, np.float64, requires_grad=False)).requires_grad
    with no_grad():
        assert not function(*tensors(name, np.float64)).requires_grad
    assert function(*tensors(name, np.float64)).requires_grad


@every
def test_plain_arrays_are_taken_too(name):
    sample = SAMPLES[name]
    plain = sample.function(*sample.arguments)
    assert isinstance(plain, Tensor)
    assert not plain.requires_grad
    np.testing.assert_array_equal(plain.data, sample.function(*tensors(name, np.float64)).data)


def test_every_primitive_has_a_sample():
    themes = pkgutil.walk_packages(autograd.__path__, "convkit.autograd.")
    primitives = {
        name.strip("_")
        for theme in themes
        for name, thing in vars(importlib.import_module(theme.name)).items()
        if getattr(thing, "__qualname__", "") == name and is_primitive(thing)
    }
    assert primitives == {name.split(",")[0] for name in SAMPLES}


def is_primitive(thing):
    """Say whether something is a primitive: the function that `primitive` has made of another."""
    made_by = getattr(getattr(thing, "__code__", None), "co_qualname", "")
    return made_by.startswith("primitive.")
