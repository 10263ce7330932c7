"""The words for layers: ``conv5``, ``conv3s2p1c64bn``, ``pool2``, ``fc10``.

A word is a layer, its kernel (for ``fc`` its units) and its options, written together::

    [TIMESx] LAYER [NUMBER] [OPTION ...]        3xconv3p1c64

:data:`LAYERS` lists the layers, :data:`EXAMPLES` the options. The options of a word and the keys
of a YAML item go through the same readers, so that both accept the same and complain alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from convkit.chain.base import Layer
from convkit.chain.layers import (
    BatchNorm,
    Convolution,
    Dense,
    Flatten,
    GlobalPooling,
    Pointwise,
    Sliding,
    TransposedConvolution,
)
from convkit.errors import ConvkitError, unknown
from convkit.geometry import Pads, SameRule, parse_numbers, parse_pad, parse_pair
from convkit.window import CeilWindow, TransposedWindow, Window, windows

# Repetitions counted: far more than networks have, few enough to answer at once.
MOST_LAYERS = 10_000


def parse_count(text: str, what: str) -> int:
    """Read a whole number from 1.

    Raises
    ------
    ConvkitError
        If it is something else.
    """
    numbers = parse_numbers(text, what)
    if numbers is None or len(numbers) != 1 or numbers[0] < 1:
        raise ConvkitError(f"{what} must be a whole number from 1, got '{text}'")
    return numbers[0]


def parse_flag(text: str, what: str) -> bool:
    """Read ``true`` or ``false``.

    Raises
    ------
    ConvkitError
        If it is something else.
    """
    if text.lower() not in ("true", "false"):
        raise ConvkitError(f"{what} must be true or false, got '{text}'")
    return text.lower() == "true"


READERS: dict[str, Callable[[str], Any]] = {
    "kernel": partial(parse_pair, what="kernel"),
    "units": partial(parse_count, what="units"),
    "stride": partial(parse_pair, what="stride"),
    "pad": parse_pad,
    "dilation": partial(parse_pair, what="dilation"),
    "groups": partial(parse_count, what="groups"),
    "channels": partial(parse_count, what="channels"),
    "output_padding": partial(parse_pair, what="output padding", least=0),
    "ceil": partial(parse_flag, what="ceil"),
    "batch_norm": partial(parse_flag, what="batch_norm"),
    "bias": partial(parse_flag, what="bias"),
}

# How an option is written in a word; a flag stands for the value after it.
_PAIR = "[0-9]+(?:x[0-9]+)?"
_OPTION = re.compile(
    f"(?:s|/)(?P<stride>{_PAIR})"
    "|p(?P<pad>same|valid|full|[0-9]+(?:,[0-9]+)*)"
    f"|d(?P<dilation>{_PAIR})"
    "|g(?P<groups>[0-9]+)"
    "|c(?P<channels>[0-9]+)"
    f"|o(?P<output_padding>{_PAIR})"
    "|(?P<ceil>ceil)|(?P<batch_norm>bn)|(?P<bias>nobias)"
)
_FLAGS = {"ceil": "true", "bn": "true", "nobias": "false"}
EXAMPLES = {
    "stride": "s2",
    "pad": "p1, p0,1,0,1 or psame",
    "dilation": "d2",
    "groups": "g4",
    "channels": "c64",
    "output_padding": "o1",
    "ceil": "ceil",
    "batch_norm": "bn",
    "bias": "nobias",
}


@dataclass(frozen=True)
class Kind:
    """A kind of layer.

    Attributes
    ----------
    build : callable
        Makes the layer of its name, its options' values, and what ``same`` means.
    number : str or None
        The option that the number after its name stands for; it must be given.
    options : tuple of str
        The others that it takes.
    """

    build: Callable[[str, Mapping[str, Any], SameRule], Layer]
    number: str | None = None
    options: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """All options by name."""
        return (self.number, *self.options) if self.number else self.options


def _sliding(
    kind: type[Window], values: Mapping[str, Any], same_rule: SameRule, **pairs: tuple[int, int]
) -> tuple[Window, Window]:
    pairs = {"stride": (1, 1), "dilation": (1, 1), "kernel": values["kernel"], **pairs}
    pairs |= {name: values[name] for name in pairs if name in values}
    return windows(kind, pairs, values.get("pad", Pads(0, 0, 0, 0)), same_rule)


def _weights(values: Mapping[str, Any]) -> dict[str, Any]:
    # A normalisation subtracts the mean, and any bias with it.
    bias = {"bias": not values.get("batch_norm", False)}
    names = ("channels", "groups", "bias", "batch_norm")
    return bias | {name: values[name] for name in names if name in values}


def _convolution(name: str, values: Mapping[str, Any], same_rule: SameRule) -> Layer:
    return Convolution(name, _sliding(Window, values, same_rule), **_weights(values))


def _depthwise(name: str, values: Mapping[str, Any], same_rule: SameRule) -> Layer:
    return _convolution(name, {**values, "groups": None}, same_rule)


def _transposed(name: str, values: Mapping[str, Any], same_rule: SameRule) -> Layer:
    sliding = _sliding(TransposedWindow, values, same_rule, output_padding=(0, 0))
    return TransposedConvolution(name, sliding, **_weights(values))


def _pooling(name: str, values: Mapping[str, Any], same_rule: SameRule) -> Layer:
    kind = CeilWindow if values.get("ceil") else Window
    return Sliding(name, _sliding(kind, values, same_rule, stride=values["kernel"]))


def _dense(name: str, values: Mapping[str, Any], same_rule: SameRule) -> Layer:  # noqa: ARG001
    return Dense(name, **values)


def _plain(layer: Callable[[str], Layer]) -> Kind:
    return Kind(lambda name, values, same_rule: layer(name))  # noqa: ARG005


_SLIDING = ("stride", "pad", "dilation")
_WEIGHTED = ("channels", "bias", "batch_norm")
_POOL = Kind(_pooling, "kernel", (*_SLIDING, "ceil"))
_FC = Kind(_dense, "units", ("bias",))

LAYERS = {
    "conv": Kind(_convolution, "kernel", (*_SLIDING, "groups", *_WEIGHTED)),
    "dwconv": Kind(_depthwise, "kernel", (*_SLIDING, *_WEIGHTED)),
    "tconv": Kind(_transposed, "kernel", (*_SLIDING, "output_padding", "groups", *_WEIGHTED)),
    "pool": _POOL,
    "maxpool": _POOL,
    "avgpool": _POOL,
    "gap": _plain(GlobalPooling),
    "flatten": _plain(Flatten),
    "fc": _FC,
    "dense": _FC,
    "bn": _plain(BatchNorm),
    **{
        name: _plain(Pointwise)
        for name in ("relu", "gelu", "silu", "sigmoid", "tanh", "softmax", "dropout")
    },
}
_NAMES = "|".join(sorted(LAYERS, key=len, reverse=True))
_WORD = re.compile(f"(?:(?P<times>[0-9]+)[x*])?(?P<layer>{_NAMES})(?P<number>{_PAIR})?(?P<rest>.*)")


def parse_words(text: str, same_rule: SameRule = "torch") -> list[Layer]:
    """Read layers, separated by blanks.

    Parameters
    ----------
    text : str
        Such as ``conv5c6 pool2 3xconv3p1 flatten fc10``.
    same_rule : {"torch", "tf"}
        What ``psame`` means.

    Raises
    ------
    ConvkitError
        If a word is no layer, or there are too many.
    """
    layers: list[Layer] = []
    for word in text.split():
        times, layer = _parse_word(word, same_rule)
        check_count(len(layers) + times)
        layers += [layer] * times
    return layers


def build_layer(kind: str, name: str, texts: Mapping[str, str], same_rule: SameRule) -> Layer:
    """Make a layer of a kind from its options as they were written.

    Parameters
    ----------
    kind : str
        One of :data:`LAYERS`.
    name : str
        What it is called in tables and messages.
    texts : mapping of str to str
    same_rule : {"torch", "tf"}

    Raises
    ------
    ConvkitError
        If there is no such kind or option, one is missing, or a value is wrong.
    """
    if kind not in LAYERS:
        raise unknown("layer", kind, LAYERS)
    layer = LAYERS[kind]
    for key in texts:
        if not layer.keys:
            raise ConvkitError(f"it takes no options, got '{key}'")
        if key not in layer.keys:
            raise unknown("option", key, layer.keys)
    if layer.number and layer.number not in texts:
        raise ConvkitError(f"it needs its {layer.number}", f"such as {kind}3")
    return layer.build(name, {key: READERS[key](text) for key, text in texts.items()}, same_rule)


def check_count(count: int) -> None:
    """Refuse more layers than :data:`MOST_LAYERS`.

    Raises
    ------
    ConvkitError
        If there are more.
    """
    if count > MOST_LAYERS:
        raise ConvkitError(f"a chain may have {MOST_LAYERS:,} layers, this one has more")


def _parse_word(word: str, same_rule: SameRule) -> tuple[int, Layer]:
    match = _WORD.fullmatch(word.lower())
    if match is None:
        raise _no_layer(word)
    times, kind, number, rest = match.groups()
    texts: dict[str, str] = {}
    if number is not None:
        meaning = LAYERS[kind].number
        if meaning is None:
            raise ConvkitError(f"'{kind}' takes no number, got '{word}'")
        texts[meaning] = number
    for option, text in _options(rest, word, kind):
        if option in texts:
            raise ConvkitError(f"'{word}' gives its {option} twice")
        texts[option] = text
    name = word.lower().removeprefix(f"{times}x").removeprefix(f"{times}*")
    try:
        layer = build_layer(kind, name, texts, same_rule)
    except ConvkitError as error:
        raise ConvkitError(f"'{word}': {error.message}", error.hint) from error
    return 1 if times is None else parse_count(times, f"'{word}': the repetitions"), layer


def _options(rest: str, word: str, kind: str) -> Iterable[tuple[str, str]]:
    """Yield the name and the text of each option of a word."""
    place = 0
    while place < len(rest):
        match = _OPTION.match(rest, place)
        if match is None or match.lastgroup is None:
            raise ConvkitError(f"can't read '{rest[place:]}' in '{word}'", _what_may_follow(kind))
        yield match.lastgroup, _FLAGS.get(match[match.lastgroup], match[match.lastgroup])
        place = match.end()


def _what_may_follow(kind: str) -> str:
    examples = [EXAMPLES[option] for option in LAYERS[kind].options]
    return f"'{kind}' can be followed by {', '.join(examples)}" if examples else f"write {kind}"


def _no_layer(word: str) -> ConvkitError:
    letters = re.search("[a-z_]+", word.lower().lstrip("0123456789x*"))
    if letters is None:
        return ConvkitError(f"'{word}' is no layer", "write a layer and its number: conv5, fc10")
    return unknown("layer", letters[0], LAYERS, "" if letters[0] == word else f"in '{word}'")
