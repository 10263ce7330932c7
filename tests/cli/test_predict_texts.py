"""convkit predict and explain --attention, asked about texts."""

import json

import pytest

from tests.cli.process import convkit, on_terminal

CONFIGS = {
    "turn": """\
        {data: {name: reverse, samples: 300, length: 3, letters: 3, test: 0.1},
         family: {name: seq2seq, units: 16, embedding: 8}, loss: cross_entropy,
         optimizer: {name: adam, lr: 0.02}, trainer: {epochs: 8, batch_size: 16}}""",
    "blind": """\
        {data: {name: reverse, samples: 20, length: 3, letters: 3},
         family: {name: seq2seq, units: 4, embedding: 4, attention: none}, loss: cross_entropy,
         optimizer: adam, trainer: {epochs: 1}}""",
    "heads": """\
        {data: {name: reverse, samples: 20, length: 3, letters: 3},
         family: {name: transformer, dim: 4, heads: 2, layers: 1, feed_forward: 4},
         loss: cross_entropy, optimizer: adam, trainer: {epochs: 1}}""",
    "iris": """\
        {data: iris, model: [{dense: 3}], loss: cross_entropy, optimizer: adam,
         trainer: {epochs: 1}}""",
}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("texts")
    for name, text in CONFIGS.items():
        (folder / f"{name}.yaml").write_text(text)
        result = convkit("train", f"{name}.yaml", "-q", "--no-plots", cwd=folder)
        assert result.code == 0, result.stderr
    (folder / "lines.txt").write_text("abc\n\nbca\n")
    return folder


def test_texts_of_the_command_line(place):
    header, *rows = convkit("predict", "turn/1", "abc", "cab", cwd=place).rows
    assert header == ["input", "prediction", "score"]
    assert [row[:2] for row in rows] == [["abc", "cba"], ["cab", "bac"]]
    assert all(-1 < float(row[2]) < 0 for row in rows)


def test_lines_of_a_file_and_of_standard_input(place):
    _, *rows = convkit("predict", "turn/1", "--file", "lines.txt", cwd=place).rows
    assert [row[:2] for row in rows] == [["abc", "cba"], ["bca", "acb"]]
    result = convkit("predict", "turn/1", "-", "--csv", stdin=b"abc\nbca\n", cwd=place)
    assert result.text.splitlines()[1:] == [",".join(row) for row in rows]
    _, *rows = convkit("predict", "turn/1", "cab", "-", stdin=b"abc\n", cwd=place).rows
    assert [row[0] for row in rows] == ["cab", "abc"]


def test_a_beam(place):
    header, *rows = convkit("predict", "turn/1", "abc", "--beam", 3, cwd=place).rows
    assert header == ["input", "rank", "prediction", "score"]
    assert [row[1] for row in rows] == ["1", "2", "3"]
    assert rows[0][2] == "cba"
    (document,) = json.loads(
        convkit("predict", "turn", "abc", "--beam", 3, "--json", cwd=place).text
    )
    assert document["prediction"] == "cba"
    assert [each["prediction"] for each in document["beam"]] == [row[2] for row in rows]
    assert document["beam"][0]["score"] == document["score"] == float(rows[0][3])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["turn", "abx"], ["'x' in 'abx' is no character that was learnt"]),
        (["turn", "abc", "--top", "2"], ["--top orders classes", "--beam 2"]),
        (["turn", "abc", "--steps", "2"], ["--steps goes on with a series"]),
        (["turn", "ab" * 100], ["ba…' has 200 characters", "in parts"]),
        (["turn"], ["there is no text"]),
        (["turn", "abc", "--steps", "2", "--anomaly"], ["contradict each other"]),
        (["iris", "--beam", "2"], ["--beam is for what turns texts into others"]),
    ],
)
def test_what_can_not_be_asked(place, arguments, words):
    convkit("predict", *arguments, "-q", cwd=place).assert_refused(*words)


# --- where it looks ---


def test_a_map_in_a_pipe(place):
    header, *rows = convkit("explain", "turn/1", "--attention", "abc", cwd=place).rows
    assert header == ["", "a", "b", "c"]
    assert [row[0] for row in rows] == ["c", "b", "a", "end of text"]
    weights = [[float(cell) for cell in row[1:]] for row in rows]
    assert [sum(row) for row in weights] == pytest.approx([1] * 4, rel=1e-5)
    assert [row.index(max(row)) for row in weights[:3]] == [2, 1, 0]


@pytest.mark.parametrize("colour", [False, True])
def test_a_map_on_a_terminal(place, colour):
    screen = on_terminal("explain", "turn/1", "--attention", "abc", cwd=place, colour=colour)
    assert "a b c" in screen
    assert "end of text" in screen
    assert ("\x1b[48;2;" in screen) is colour
    assert ("█" in screen) is not colour


def test_one_of_several_heads(place):
    ask = ["explain", "heads/1", "--attention", "abc", "--json"]
    maps = json.loads(convkit(*ask, cwd=place).text)["maps"]
    assert [each["name"] for each in maps][:2] == ["encoder 1, head 1", "encoder 1, head 2"]
    assert json.loads(convkit(*ask, "--head", 2, cwd=place).text)["maps"] == maps[1:2]


def test_a_map_as_a_picture(place):
    pytest.importorskip("matplotlib")
    ask = ["explain", "heads/1", "--attention", "abc", "-o", "map.png", "-q"]
    assert convkit(*ask, cwd=place).code == 0
    assert (place / "map.png").read_bytes().startswith(b"\x89PNG")
    convkit(*ask, cwd=place).assert_refused("map.png", "--force")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["blind", "--attention", "abc"], ["has no attention to show"]),
        (["iris", "--attention", "abc"], ["family 'supervised' has none of"]),
        (["heads", "--attention", "abc", "--head", "7"], ["--head must be from 1 to 6, got 7"]),
        (["--attention", "abc"], ["there is no run whose attention to show"]),
        (["heads", "--attention", "abc", "--gradients"], ["--gradients has nothing to do with"]),
    ],
)
def test_what_can_not_be_shown(place, arguments, words):
    convkit("explain", *arguments, "-q", cwd=place).assert_refused(*words)
