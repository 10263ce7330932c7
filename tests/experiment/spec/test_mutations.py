"""Typos in every key and name of every experiment we ship, and random damage to all of them."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from convkit.errors import ConvkitError
from convkit.experiment.spec import (
    TEMPLATES,
    Experiment,
    SpecError,
    experiment_from_document,
    read_experiment,
    template,
)

CONFIGS = sorted(
    path
    for path in Path(__file__).parents[3].glob("configs/*.yaml")
    if not path.name.startswith("tune-")  # a search is no experiment
)
SHIPPED = {file.stem: file.read_text() for file in CONFIGS} | {
    f"template {name}": template(name) for name in TEMPLATES
}


def read(folder, text):
    file = folder / "shipped.yaml"
    file.write_text(text)
    return read_experiment(file)


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_experiments_are_read_and_come_back_from_their_documents(tmp_path, name):
    resolved = read(tmp_path, SHIPPED[name])
    assert experiment_from_document(resolved.document) == resolved.experiment
    again = read(tmp_path, resolved.yaml)
    assert again.document == resolved.document
    assert yaml.safe_load(resolved.yaml) == resolved.document


WORDS_TOO = ("test/rmse",)
"""Typos that are right words by chance."""


def words_of(text):
    """The places of all keys, and of all words that stand for a layer, loss, optimizer or data."""
    uncommented = re.sub(r"#.*", lambda comment: " " * len(comment[0]), text)
    keys = re.finditer(r"[A-Za-z_0-9/]+(?=:(\s|$))", uncommented)
    bare = re.finditer(r"(?<=- )[a-z_0-9]+(?=\s*$)", uncommented, re.M)
    names = re.finditer(
        r"(?<=loss: |data: )[a-z_]+(?=\s*$)|(?<=name: )[a-z0-9_]+(?=[ ,}])", uncommented
    )
    return [match.span() for found in (keys, bare, names) for match in found]


def typos_of(word):
    middle = len(word) // 2
    yield word[:middle] + word[middle + 1 :] if len(word) > 3 else word + word[-1]
    yield word[: middle + 1] + word[middle:]
    if len(set(word)) > 1 and len(word) > 3:
        yield word[0] + word[2] + word[1] + word[3:]


@pytest.mark.parametrize("name", SHIPPED)
def test_a_typo_is_told_with_its_line_and_the_right_word(tmp_path, name):
    text = SHIPPED[name]
    own_name = re.search(r"^name: (\S+)", text, re.M)
    for start, end in words_of(text):
        if own_name and own_name.start(1) <= start < own_name.end(1):
            continue
        word = text[start:end]
        for typo in typos_of(word):
            if typo in (word, *WORDS_TOO):
                continue
            with pytest.raises(SpecError) as caught:
                read(tmp_path, text[:start] + typo + text[end:])
            line = text.count("\n", 0, start) + 1
            told = [str(problem) for problem in caught.value.problems]
            assert any(
                f"shipped.yaml:{line}: " in problem and re.search(rf"\b{word}\b", problem)
                for problem in told
            ), (typo, told)


DAMAGE = [*":{}[],'\"#>|x\n\t\x00é\u2028", "", "\n  ", "- ", "- - ", ": ", "? ", "&a ", "*a"]
DAMAGE += ["<<: ", "!!int ", "---\n", "null", "true", "-1", "0", "1e999", ".nan", "9" * 30, "relu"]
PIECES = st.sampled_from(DAMAGE)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_no_damage_gives_anything_but_our_own_errors(tmp_path_factory, data):
    text = SHIPPED[data.draw(st.sampled_from(sorted(SHIPPED)))]
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        length = data.draw(st.integers(0, 12))
        text = text[:start] + data.draw(PIECES) + text[start + length :]
    folder = tmp_path_factory.getbasetemp()
    try:
        resolved = read(folder, text)
    except ConvkitError as error:
        lines = [str(problem) for problem in error.problems]
    else:
        lines = ["read"]
        assert experiment_from_document(resolved.document) == resolved.experiment
    assert lines
    assert all(line.isprintable() for line in lines), lines


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["adam", "relu", "digits", "dense", "name", "mse", "perceptron"])
)
KEYS = st.sampled_from(["name", "lr", "dense", "conv2d", "units", "body", "residual", "relu", "x"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
FIELDS = [field.name for field in fields(Experiment)]


@settings(max_examples=150, deadline=None)
@given(document=st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, VALUES)))
def test_no_document_gives_anything_but_our_own_errors(document):
    document = {"data": "digits", "model": ["relu"], "loss": "mse", "optimizer": "sgd"} | document
    try:
        problems = experiment_from_document(document).name
    except SpecError as error:
        problems = error.problems
    assert problems
