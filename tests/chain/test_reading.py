"""Chains from YAML: what can be written, and what is said of what can't."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convkit.chain import parse_words, read_layers
from convkit.errors import ConvkitError


@pytest.fixture
def read(tmp_path):
    def reader(text, same_rule="torch"):
        file = tmp_path / "chain.yaml"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_layers(file, same_rule)

    return reader


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ("conv5c6 pool2", "conv5c6 pool2"),
        ("conv: 5", "conv5"),
        ("conv: {kernel: 3, stride: 2, pad: 1, channels: 64}", "conv3s2p1c64"),
        ("conv: {kernel: 3x5, stride: [2, 1], pad: [0, 1, 2, 3]}", "conv3x5s2x1p0,1,2,3"),
        ("conv: {kernel: [3, 5], pad: same, bias: false}", "conv3x5psamenobias"),
        ("conv: {kernel: 3, dilation: 2, groups: 2, batch_norm: True}", "conv3d2g2bn"),
        ("tconv: {kernel: 4, stride: 2, output_padding: 1}", "tconv4s2o1"),
        ("pool: {kernel: 3, stride: 2, ceil: true}", "pool3s2ceil"),
        ("fc: 10", "fc10"),
        ("fc: {units: 10, bias: false}", "fc10nobias"),
        ("flatten:", "flatten"),
        ("gap: {}", "gap"),
        ("repeat: {times: 2, layers: [conv3p1, relu]}", "conv3p1 relu conv3p1 relu"),
        ("repeat: {times: 2, layers: [{repeat: {times: 3, layers: [relu]}}]}", "6xrelu"),
    ],
)
def test_items_mean_what_words_mean(read, item, words):
    def without_names(layers):
        return [{**vars(layer), "name": type(layer)} for layer in layers]

    assert without_names(read(f"- {item}\n")) == without_names(parse_words(words))


def test_items_are_named_after_their_number(read):
    layers = read("- conv: {kernel: [3, 5], pad: 1}\n- relu:\n- conv3s2\n")
    assert [layer.name for layer in layers] == ["conv3x5", "relu", "conv3s2"]


def test_same_means_what_was_asked_for(read):
    assert read("- conv: {kernel: 3, pad: same}\n", "tf")[0].sliding[0].same_rule == "tf"


def test_aliases_repeat_a_block(read):
    layers = read("- &block residual: {body: [conv3p1]}\n")
    assert layers[0].shortcut == ()
    layers = read("- repeat: &two {times: 2, layers: [relu]}\n- repeat: *two\n")
    assert len(layers) == 4


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "holds no layers"),
        ("# nothing\n", "holds no layers"),
        ("conv: 3\n", ":1: expected a list of layers (begin each with '- ')"),
        ("- conv3\n- cov: 3\n", ":2: unknown layer 'cov' (did you mean 'conv'?)"),
        ("- conv3\n- cov3\n", ":2: unknown layer 'cov' in 'cov3' (did you mean 'conv'?)"),
        ("- residul: {body: []}\n", "did you mean 'residual'?"),
        ("- conv: {kernel: 3, padd: 1}\n", ":1: conv: unknown option 'padd' (did you mean 'pad'?)"),
        ("- conv:\n    kernel: 3\n    pad: -1\n", ": conv: pad must be at least 0, got -1"),
        ("- conv: {kernel: 0}\n", "kernel must be at least 1, got 0"),
        ("- conv: {pad: 1}\n", ":1: conv: it needs its kernel"),
        ("- conv:\n", ":1: conv: it needs its kernel"),
        ("- conv: {kernel: 3, bias: no}\n", "bias must be true or false, got 'no'"),
        ("- conv: {kernel: {a: 1}}\n", "expected a value"),
        ("- conv: {kernel: 3, kernel: 5}\n", "'kernel' is given twice"),
        ("- conv:\n  kernel: 3\n", "got 2 keys: conv, kernel (indent its options below it"),
        ("- relu: 3\n", ":1: relu: it takes no number, got '3'"),
        ("- relu: {a: 1}\n", ":1: relu: it takes no options, got 'a'"),
        ("- [conv3]\n", ":1: expected a layer"),
        ("- repeat: {times: 0, layers: [relu]}\n", "times must be a whole number from 1, got '0'"),
        ("- repeat: {layers: [relu]}\n", "'repeat' needs 'times'"),
        ("- repeat: 3\n", "expected times and layers of 'repeat', got a value '3'"),
        ("- residual: {bod: [relu]}\n", "unknown key 'bod' of 'residual' (did you mean 'body'?)"),
        ("- residual: {body: relu}\n", "expected a list of layers"),
        ("- conv: {kernel: 3\n", "no valid YAML"),
        ("- conv3\n---\n- conv3\n", "no valid YAML"),
        ("- \x07\n", "no valid YAML"),
        (b"\xff\xfe\xfa", "isn't UTF-8"),
        ("[" * 3000, "nested too deeply"),
        ("- &a\n  residual: {body: [conv3p1, *a]}\n", "nested more than 10 deep"),
        ("- repeat: {times: 101, layers: [{repeat: {times: 100, layers: [relu]}}]}\n", "10,000"),
        ("- !!python/object/apply:os.system ['true']\n", ":1: expected a layer"),
    ],
)
def test_what_is_no_chain(read, text, words):
    with pytest.raises(ConvkitError) as caught:
        read(text)
    assert words in str(caught.value)
    assert "chain.yaml" in caught.value.message
    assert "\n" not in str(caught.value)


def test_blocks_of_blocks_of_aliases_end_soon(read):
    body = "- &b0 {residual: {body: [relu]}}\n"
    for depth in range(1, 9):
        inside = ", ".join([f"*b{depth - 1}"] * 10)
        body += f"- &b{depth} {{residual: {{body: [{inside}]}}}}\n"
    with pytest.raises(ConvkitError, match="10,000 layers"):
        read(body)


@pytest.mark.parametrize("name", ["missing.yaml", "."])
def test_files_that_cannot_be_read(tmp_path, name):
    with pytest.raises(ConvkitError):
        read_layers(tmp_path / name)


@given(st.text(alphabet="-:{}[] \n&*abconvpl3#'\"!|>", max_size=40))
def test_no_text_is_more_than_an_error(tmp_path_factory, text):
    file = tmp_path_factory.getbasetemp() / "any.yaml"
    file.write_text(text, encoding="utf-8")
    said = ""
    try:
        read_layers(file)
    except ConvkitError as error:
        said = error.message
    assert not said or "any.yaml" in said
