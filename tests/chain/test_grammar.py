"""The words for layers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convkit.chain import LAYERS, parse_words
from convkit.chain.grammar import EXAMPLES, READERS
from convkit.errors import ConvkitError


def window(word):
    (layer,) = parse_words(word)
    return layer.sliding


def test_every_option_reaches_the_layer():
    (layer,) = parse_words("conv3x5s2x1p0,1,2,3d2g4c64bn")
    height, width = layer.sliding
    assert (height.kernel, height.stride, height.dilation, height.pad) == (3, 2, 2, (0, 1))
    assert (width.kernel, width.stride, width.dilation, width.pad) == (5, 1, 2, (2, 3))
    assert (layer.channels, layer.groups, layer.bias, layer.batch_norm) == (64, 4, False, True)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("conv3/2", "conv3s2"),
        ("CONV3S2", "conv3s2"),
        ("conv3s2p1", "conv3p1s2"),
        ("pool2", "pool2s2"),
        ("maxpool3s2p1", "avgpool3p1s2"),
        ("pool2x3", "pool2x3s2x3"),
        ("fc10", "dense10"),
    ],
)
def test_words_that_mean_the_same(one, other):
    def without_name(word):
        (layer,) = parse_words(word)
        return {key: value for key, value in vars(layer).items() if key != "name"}

    assert without_name(one) == without_name(other)


@pytest.mark.parametrize("text", ["3xconv3p1", "3*conv3p1", "conv3p1 conv3p1\nconv3p1"])
def test_repetitions(text):
    assert [layer.name for layer in parse_words(text)] == ["conv3p1"] * 3


def test_defaults():
    (conv,) = parse_words("conv3")
    assert (conv.groups, conv.channels, conv.bias, conv.batch_norm) == (1, None, True, False)
    assert window("tconv3s2o1")[0].output_padding == 1
    assert window("pool3ceil")[0].size(8) == 3
    assert window("conv3psame")[0].pad == "same"
    assert parse_words("conv3psame", "tf")[0].sliding[0].same_rule == "tf"


@pytest.mark.parametrize("name", LAYERS)
def test_every_layer_can_be_written(name):
    kind = LAYERS[name]
    first = {"kernel": "3", "units": "10", None: ""}[kind.number]
    (layer,) = parse_words(f"{name}{first}")
    assert layer.name == f"{name}{first}"
    assert kind.keys == () or set(kind.keys) <= set(READERS)
    for option in kind.options:
        # The first of the examples, without those in other words.
        example = EXAMPLES[option].split(",")[0].split(" or ")[0]
        assert len(parse_words(f"{name}{first}{example}")) == 1


@pytest.mark.parametrize(
    ("word", "words"),
    [
        ("cnov5", "unknown layer 'cnov' in 'cnov5' (did you mean 'conv'?)"),
        ("flaten", "unknown layer 'flaten' (did you mean 'flatten'?)"),
        ("2xcnov5", "unknown layer 'cnov' in '2xcnov5'"),
        ("17", "'17' is no layer"),
        ("conv", "'conv': it needs its kernel (such as conv3)"),
        ("fc", "'fc': it needs its units"),
        ("conv5q2", "can't read 'q2' in 'conv5q2' ('conv' can be followed by s2"),
        ("gap,", "can't read ',' in 'gap,' (write gap)"),
        ("relu6", "'relu' takes no number, got 'relu6'"),
        ("pool2c8", "unknown option 'channels'"),
        ("reluc8", "it takes no options, got 'channels'"),
        ("conv5s2s3", "'conv5s2s3' gives its stride twice"),
        ("conv5s0", "'conv5s0': stride must be at least 1, got 0"),
        ("conv0", "kernel must be at least 1, got 0"),
        ("conv3c0", "channels must be a whole number from 1, got '0'"),
        ("conv3p1,2", "four for T,B,L,R, got '1,2'"),
        ("fc3x5", "units must be a whole number from 1, got '3x5'"),
        ("0xconv3", "the repetitions must be a whole number from 1, got '0'"),
        ("conv" + "9" * 12, "kernel 999999999999 is too large"),
        ("10001xconv3", "a chain may have 10,000 layers"),
        ("9000xconv3 1001xpool2", "a chain may have 10,000 layers"),
    ],
)
def test_words_that_are_no_layers(word, words):
    with pytest.raises(ConvkitError) as caught:
        parse_words(word)
    assert words in str(caught.value)


PIECES = st.sampled_from([*LAYERS, *"0123456789xspdgco/*,-. ", "same", "ceil", "bn", "nobias", "²"])


@given(st.lists(PIECES, max_size=8).map("".join))
def test_no_text_is_more_than_an_error(text):
    said = ""
    try:
        names = [layer.name for layer in parse_words(text)]
    except ConvkitError as error:
        said = str(error)
    assert said or len(names) >= len(text.split())
