"""Chains: published figures, and costs counted multiplication by multiplication."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convkit.chain import account, parse_words, read_layers, smallest_input
from convkit.errors import ConvkitError
from convkit.window import Size, parse_size

CHAINS = Path(__file__).parents[2] / "configs" / "chains"


def account_of(size, words, same_rule="torch"):
    return account(parse_words(words, same_rule), parse_size(size))


def fields(result):
    return [step.state.fields[0] for step in result.steps]


# --- published figures ---


def test_the_chain_of_two_convolutions_and_poolings():
    result = account_of("28x28x1", "conv5 pool2 conv5 pool2")
    assert [step.state.shape.height for step in result.steps] == [28, 24, 12, 8, 4]
    assert [field.size for field in fields(result)] == [1, 5, 6, 14, 16]
    assert [field.jump for field in fields(result)] == [1, 1, 2, 2, 4]
    assert [float(field.start) for field in fields(result)] == [0, 2, 2.5, 6.5, 7.5]
    assert not any(result.exceeding())


def test_lenet():
    result = account(read_layers(CHAINS / "lenet.yaml"), Size(32, 32, 1))
    assert result.parameters == 61_706
    assert result.steps[-1].state.shape.sizes == (10,)


def test_vgg16():
    result = account(read_layers(CHAINS / "vgg16.yaml"), Size(224, 224, 3))
    last_pool = [step for step in result.steps if step.name == "pool2"][-1]
    convolutions = [step.macs for step in result.steps if step.name.startswith("conv")]
    assert last_pool.state.fields[0].size == 212
    assert len(convolutions) == 13
    assert sum(convolutions) == 15_346_630_656
    assert result.macs == 15_470_264_320
    assert result.flops == 2 * result.macs
    assert result.parameters == 138_357_544
    beyond = [step.name for step, out in zip(result.steps, result.exceeding(), strict=True) if out]
    assert beyond == ["fc4096", "fc4096", "fc1000"]


@pytest.mark.parametrize(
    ("file", "field", "gigamacs"), [("resnet50", 427, 4.09), ("resnet50-original", 483, 3.86)]
)
def test_resnet50(file, field, gigamacs):
    result = account(read_layers(CHAINS / f"{file}.yaml"), Size(224, 224, 3))
    last_sum = [step for step in result.steps if step.name == "add"][-1]
    assert last_sum.state.shape.sizes == (7, 7, 2048)
    assert last_sum.state.fields[0].size == field
    assert result.parameters == 25_557_032
    assert round(result.macs / 1e9, 2) == gigamacs


def test_mobilenet_block_by_its_formula():
    result = account_of("14x14x512", "dwconv3p1nobias conv1c512nobias")
    assert [step.parameters for step in result.steps[1:]] == [9 * 512, 512 * 512]
    assert [step.macs for step in result.steps[1:]] == [14 * 14 * 9 * 512, 14 * 14 * 512 * 512]


# --- costs, counted ---


@given(
    size=st.tuples(st.integers(3, 5), st.integers(3, 5)),
    kernel=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    groups=st.integers(1, 2),
    shares=st.tuples(st.integers(1, 2), st.integers(1, 2)),
    stride=st.integers(1, 2),
    transposed=st.booleans(),
)
def test_parameters_and_macs_are_those_of_the_loops(
    size, kernel, groups, shares, stride, transposed
):
    incoming, outgoing = groups * shares[0], groups * shares[1]
    weights = {
        (y, x, c, o)
        for y, x, c, o in product(
            range(kernel[0]), range(kernel[1]), range(incoming), range(outgoing)
        )
        if c // shares[0] == o // shares[1]
    }
    if transposed:
        positions = list(product(range(size[0]), range(size[1])))
    else:
        starts = [range(0, n - k + 1, stride) for n, k in zip(size, kernel, strict=True)]
        positions = list(product(*starts))
    kind = "tconv" if transposed else "conv"
    word = f"{kind}{kernel[0]}x{kernel[1]}s{stride}g{groups}c{outgoing}"
    step = account_of(f"{size[0]}x{size[1]}x{incoming}", word).steps[1]
    assert step.parameters == len(weights) + outgoing
    assert step.macs == sum(1 for _ in product(positions, weights))


def test_what_costs_what():
    result = account_of("8x8x4", "conv3p1c8 bn relu avgpool2 dropout flatten bn fc10 softmax")
    costs = {step.name: (step.parameters, step.macs) for step in result.steps}
    assert costs["conv3p1c8"] == (9 * 4 * 8 + 8, 64 * 9 * 4 * 8)
    assert costs["relu"] == costs["avgpool2"] == costs["dropout"] == costs["flatten"] == (0, 0)
    assert costs["fc10"] == (128 * 10 + 10, 128 * 10)
    assert [step.parameters for step in result.steps if step.name == "bn"] == [16, 256]
    assert result.parameters == sum(parameters for parameters, _ in costs.values()) + 16


def test_memory_is_that_of_every_output_in_float32():
    result = account_of("8x8x4", "conv3p1c8 pool2 fc10")
    assert [step.memory for step in result.steps] == [1024, 2048, 512, 40]
    assert result.memory == 2048 + 512 + 40


def test_a_batch_norm_takes_the_place_of_the_bias():
    assert account_of("8x8x4", "conv3c6bn").parameters == 9 * 4 * 6 + 2 * 6
    assert account_of("8x8x4", "conv3c6nobias").parameters == 9 * 4 * 6


# --- shapes and fields of the other layers ---


def test_same_by_either_rule():
    assert account_of("7x7", "conv3s2psame").steps[1].state.shape[:2] == (4, 4)
    start = [fields(account_of("6x6", "conv3s2psame", rule))[1].start for rule in ("torch", "tf")]
    assert start == [0, 1]


def test_pools_and_transposed_convolutions():
    assert account_of("28x30", "pool3s2ceil").steps[1].state.shape[:2] == (14, 15)
    assert account_of("7x7", "tconv3s2p1o1").steps[1].state.shape[:2] == (14, 14)
    assert account_of("28x28", "conv3x5p0,1,2,3").steps[1].state.shape[:2] == (27, 29)


def test_dense_and_global_layers_see_everything_before_them():
    global_field = fields(account_of("9x9x2", "conv3 gap"))[-1].size
    dense_field = fields(account_of("9x9x2", "conv3 fc10 fc2"))[-1].size
    assert global_field == dense_field == 9


def test_a_field_beyond_the_input_is_told():
    result = account_of("8x20", "conv3p1 conv7p3 conv3p1")
    assert result.exceeding() == [False, False, True, True]
    assert account_of("20x8", "conv9p4").exceeding() == [False, True]
    assert account_of("9x9", "conv9p4").exceeding() == [False, False]


def test_a_convolution_keeps_channels_unless_told():
    result = account_of("8x8x3", "conv3 dwconv3 conv3c5")
    assert [step.state.shape.channels for step in result.steps] == [3, 3, 3, 5]
    assert [step.keeps_channels for step in result.steps] == [False, True, False, False]


def test_unknown_channels_stay_unknown_until_they_are_named():
    result = account_of("8x8", "conv3 conv3c4 conv3c5 flatten fc10")
    assert [step.parameters for step in result.steps[1:]] == [None, None, 9 * 4 * 5 + 5, 0, 210]
    assert [step.memory for step in result.steps[1:3]] == [None, 4 * 16 * 4]
    assert (result.parameters, result.macs, result.flops, result.memory) == (None,) * 4
    assert str(account_of("8x8", "conv3 flatten").steps[-1].state.shape) == "?"


def test_a_residual_block_adds_its_branches(tmp_path):
    file = tmp_path / "block.yaml"
    file.write_text(
        "- residual: {body: [conv3p1s2c8, conv3p1c8], shortcut: [conv1s2c8]}\n"
        "- residual: {body: [conv3p1c8]}\n"
    )
    result = account(read_layers(file), Size(16, 16, 4))
    paths = [step.path for step in result.steps]
    assert paths == ["", "1.1", "1.2", "1.shortcut.1", "1", "2.1", "2"]
    assert [field.size for field in fields(result)] == [1, 3, 7, 1, 7, 11, 11]
    assert result.parameters == (9 * 4 * 8 + 8) + 2 * (9 * 8 * 8 + 8) + (4 * 8 + 8)
    assert account(read_layers(file), Size(16, 16)).steps[-1].state.shape == (8, 8, 8, False)


# --- what can't be ---


def test_the_layer_that_fails_is_named_with_the_smallest_input():
    with pytest.raises(ConvkitError) as caught:
        account_of("28x28x1", "conv5 pool2 conv5 pool2 conv5")
    assert caught.value.message.startswith("layer 5 (conv5): a kernel spanning 5")
    assert caught.value.hint == "the smallest input that works is 32x32x1"


WORDS = st.sampled_from(
    [
        "conv3",
        "conv5s2",
        "conv2x4",
        "conv3d3",
        "pool2",
        "pool3s2ceil",
        "conv3p1",
        "tconv3p2",
        "conv4psame",
    ]
)


@given(st.lists(WORDS, min_size=1, max_size=5))
def test_the_smallest_input_is_the_smallest(words):
    layers = parse_words(" ".join(words))

    def works(height, width):
        try:
            account(layers, Size(height, width))
        except ConvkitError:
            return False
        return True

    height, width = smallest_input(layers)
    assert works(height, width)
    assert height == 1 or not works(height - 1, width)
    assert width == 1 or not works(height, width - 1)


def test_the_smallest_input_lets_branches_meet(tmp_path):
    file = tmp_path / "block.yaml"
    # The body gives floor(n/2) - 1 and the shortcut ceil((n - 3)/2): alike for odd n only.
    file.write_text("- conv3\n- residual: {body: [conv2s2, conv2], shortcut: [conv3s2]}\n- conv2\n")
    layers = read_layers(file)

    def works(side):
        try:
            account(layers, Size(side, side))
        except ConvkitError:
            return False
        return True

    side = next(side for side in range(1, 50) if works(side))
    assert smallest_input(layers) == (side, side)


@pytest.mark.parametrize(
    ("size", "words", "message"),
    [
        ("8x8x3", "conv3c4g3", "layer 1 (conv3c4g3): the channels that go out (=4) must be divis"),
        ("8x8x4", "conv3c6g3", "the channels that come in (=4) must be divisible by the groups"),
        ("8x8x4", "dwconv3c6", "the channels that go out (=6) must be divisible by the groups (=4"),
        ("8x8x4", "flatten conv3", "layer 2 (conv3): it slides over feature maps"),
        ("8x8x4", "fc4 pool2", "layer 2 (pool2): it slides over feature maps"),
        ("8x8x4", "tconv3psame", "layer 1 (tconv3psame): a transposed convolution takes its pad"),
    ],
)
def test_what_cannot_go_through_a_layer(size, words, message):
    with pytest.raises(ConvkitError) as caught:
        account_of(size, words)
    assert message in caught.value.message


def test_branches_that_cannot_be_added(tmp_path):
    file = tmp_path / "block.yaml"
    file.write_text("- residual: {body: [conv3p1c4], shortcut: [conv1c4s2]}\n")
    with pytest.raises(ConvkitError, match="8x8x4 and its shortcut 4x4x4"):
        account(read_layers(file), Size(8, 8, 4))
    file.write_text("- conv3\n- residual: {body: [conv3p1, conv9], shortcut: []}\n")
    with pytest.raises(ConvkitError, match=r"^layer 2.2 \(conv9\): a kernel spanning 9"):
        account(read_layers(file), Size(8, 8, 4))
