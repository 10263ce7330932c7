"""Tables: columns by name, text as classes, and what is missing."""

import csv as writer
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convkit.data import DATASETS, table_inputs
from convkit.errors import ConvkitError
from tests.cli.process import ROOT

FLOWERS = "length,width,kind\n1,2,rose\n3,4,lily\n5,6,rose\n7,8,aster\n"


@pytest.fixture
def read(tmp_path):
    """Return a function that reads text as a data set of one part."""

    def read(text, **settings):
        (tmp_path / "t.csv").write_text(text)
        return DATASETS["csv"]("t.csv", root=tmp_path, test=0.0, **settings).train

    return read


def test_text_is_classes(read):
    data = read(FLOWERS)
    assert data.inputs.tolist() == [[1, 2], [3, 4], [5, 6], [7, 8]]
    assert data.classes == ("aster", "lily", "rose")
    assert data.targets.tolist() == [2, 1, 2, 0]
    assert (data.features, data.target_names, data.name) == (("length", "width"), ("kind",), "t")


def test_numbers_are_values(read):
    data = read(FLOWERS, target="width", features=["length"])
    assert data.classes is None
    assert data.targets.tolist() == [[2], [4], [6], [8]]
    assert data.features == ("length",)


def test_numbers_may_be_classes_in_their_order(read):
    data = read("x,y\n1,10\n2,9\n3,10.0\n4,-1\n", task="classification")
    assert data.classes == ("-1", "9", "10")
    assert data.targets.tolist() == [2, 1, 2, 0]


def test_several_targets(read):
    data = read("a,b,c\n1,2,3\n4,5,6\n", target=["c", "a"])
    assert data.targets.tolist() == [[3, 1], [6, 4]]
    assert data.features == ("b",)


def test_columns_by_number_and_no_header(read):
    data = read("1\t2\tyes\n3\t4\tno\n", target="3", features=["2"])
    assert data.inputs.tolist() == [[2], [4]]
    assert data.classes == ("no", "yes")


def test_the_sample_table():
    splits = DATASETS["csv"]("sample_data/house_prices.csv", root=ROOT, target="actual", test=0.2)
    assert len(splits.train) == 4
    assert splits.preprocessing.targets is not None


@given(
    st.lists(
        st.tuples(
            st.floats(-(2**90), 2**90, width=32), st.text("abc ,\"'", min_size=1, max_size=4)
        ),
        min_size=2,
        max_size=12,
    )
)
def test_what_is_written_is_read(tmp_path_factory, rows):
    rows = [(number, f"k{text.strip()}k") for number, text in rows]
    text = io.StringIO()
    writer.writer(text).writerows([("number", "text"), *rows])
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    path.write_text(text.getvalue())
    data = DATASETS["csv"](str(path), test=0.0, delimiter=",").train
    assert data.inputs[:, 0].tolist() == [number for number, _ in rows]
    assert [data.classes[label] for label in data.targets] == [text for _, text in rows]


GAPS = "a,b,kind\n1,,x\n2,5,y\n?,7,x\n4,9,\n6,1,y\n"


def test_a_missing_value_is_reported_with_its_row(read):
    with pytest.raises(ConvkitError, match=r"t\.csv:2: column 'b': missing value, the first of 3"):
        read(GAPS)


def test_rows_that_lack_something_may_be_dropped(read):
    data = read(GAPS, missing="drop")
    assert data.inputs.tolist() == [[2, 5], [6, 1]]
    assert data.classes == ("y",)
    # Columns that aren't used don't count.
    assert len(read(GAPS, missing="drop", features=["a"])) == 3


def test_the_mean_of_training_may_stand_in(tmp_path):
    (tmp_path / "t.csv").write_text("a,b\n" + "".join(f"{n},{n}\n" for n in range(9)) + ",9\n")
    splits = DATASETS["csv"]("t.csv", missing="mean", root=tmp_path, test=0.3, standardize=False)
    held = [part for part in splits.parts.values() if np.isnan(part.inputs).any()]
    assert len(held) == 1
    numbers = splits.train.inputs[~np.isnan(splits.train.inputs)]
    for name, part in splits.prepared().parts.items():
        raw = splits.parts[name].inputs
        assert np.array_equal(part.inputs, np.where(np.isnan(raw), numbers.mean(), raw))


@pytest.mark.parametrize(
    ("text", "settings", "words"),
    [
        (FLOWERS, {"target": "knd"}, r"unknown column 'knd'.*did you mean 'kind'"),
        (FLOWERS, {"target": "4"}, "no column 4"),
        (FLOWERS, {"features": ["kind"]}, "both a feature and the target"),
        (FLOWERS, {"target": "length"}, r"t\.csv:2: column 'kind': 'rose' is not a number"),
        (FLOWERS, {"task": "regression"}, r"t\.csv:2: column 'kind': 'rose' is not a number"),
        (FLOWERS, {"target": ["length", "width"], "features": ["kind"]}, "'rose' is not a number"),
        (
            "a,b\n1,2\n",
            {"target": ["a", "b"], "features": ["a"]},
            "both a feature and the target",
        ),
        ("a,b,c\n1,2,3\n", {"target": ["a", "b"], "task": "classification"}, "one target column"),
        ("a\n1\n2\n", {}, "no column to learn from beside 'a'"),
        (
            "a,b,c\n1,2,3\n\n4,1e39,5\n",
            {"features": ["b"]},
            r"t\.csv:4: column 'b': '1e39' is beyond what float32 holds",
        ),
        ("a,b\n1,2\n3,-1e300\n", {}, r"t\.csv:3: column 'b': '-1e300' is beyond"),
        ("a,b\ninf,2\n", {}, "not a finite number"),
        ("a,b\n1,2\n3\n", {}, r"t\.csv:3: 1 cell"),
        ("", {}, "is empty"),
        ("a,b\n,1\n,2\n", {"missing": "drop"}, "no row without a missing value"),
        ("a,b\n1,\n2,3\n", {"missing": "mean"}, r":2: .*a target isn't made up"),
        ("a,b,c\n,1,1\n,2,2\n", {"missing": "mean"}, "column 'a' of data 't' has no value"),
    ],
)
def test_bad_tables(read, text, settings, words):
    with pytest.raises(ConvkitError, match=words):
        read(text, **settings)


def test_a_table_that_is_not_there(tmp_path):
    (tmp_path / "flowers.csv").write_text(FLOWERS)
    with pytest.raises(ConvkitError, match=r"no such file.*did you mean 'flowers\.csv'"):
        DATASETS["csv"]("flower.csv", root=tmp_path)
    with pytest.raises(ConvkitError, match="name of an input is empty"):
        DATASETS["csv"]("", root=tmp_path)


def test_too_large_a_table_is_not_read(read, monkeypatch):
    monkeypatch.setattr("convkit.data.limits.physical_memory", lambda: 4000)
    with pytest.raises(ConvkitError, match=r"more than 0\.0 GB, a quarter of this machine's"):
        read(FLOWERS)


def test_a_device_may_never_end():
    for read in (table_inputs, lambda path, _: DATASETS["csv"](str(path))):
        with pytest.raises(ConvkitError, match="'/dev/zero' is a device, not a file"):
            read(Path("/dev/zero"), ("a",))


def test_inputs_for_a_model(tmp_path):
    path = tmp_path / "new.csv"
    path.write_text("width,other,length\n2,x,1\n,y,3\n")
    inputs = table_inputs(path, ("length", "width"), gaps=True)
    assert inputs.dtype == np.float32
    assert np.array_equal(inputs, [[1, 2], [3, np.nan]], equal_nan=True)
    with pytest.raises(ConvkitError, match=r"new\.csv:3: column 'width': missing value"):
        table_inputs(path, ("length", "width"))
    with pytest.raises(ConvkitError, match="unknown column 'lenght'"):
        table_inputs(path, ("lenght",))
    path.write_text("1,2\n3,4\n")
    assert table_inputs(path, ("length", "width")).tolist() == [[1, 2], [3, 4]]
