"""convkit play: an agent's episodes drawn, counted, and filmed."""

import json
from pathlib import Path

import pytest
from PIL import Image

from convkit.data.environments.gridworld import Grid
from tests.cli.process import convkit, on_terminal

MAP = "S.G\n..X"

CONFIGS = {
    # So small a world that acting at random for a while tells all there is to know.
    "grid": f"""\
data: {{name: gridworld, map: {json.dumps(MAP)}, validation: 5, test: 5}}
family: {{name: dqn, rollout_steps: 8, rollouts: 4, warm_up: 300, target_every: 16}}
model: [dense: 16, relu]
optimizer: {{name: adam, lr: 0.01}}
trainer: {{epochs: 3, batch_size: 32}}
""",
    "cart": """\
data: {name: cartpole, validation: 2, test: 2}
family: {name: a2c, rollouts: 2}
model: [dense: 4, tanh]
optimizer: {name: adam, lr: 0.01}
trainer: {epochs: 1}
""",
    "moons": """\
data: moons
model: [dense: 2]
loss: cross_entropy
optimizer: {name: adam, lr: 0.05}
trainer: {epochs: 1}
""",
}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("play")
    for name, text in CONFIGS.items():
        (folder / f"{name}.yaml").write_text(text)
        result = convkit("train", f"{name}.yaml", "-q", "--no-plots", cwd=folder)
        assert result.code == 0, result.stderr
    return folder


def test_a_pipe_gets_a_table_and_how_each_episode_ends(place):
    result = convkit("play", "runs/grid/1", "--episodes", 2, "--seed", 7, cwd=place)
    assert result.rows[0] == ["seed", "return", "length", "ending"]
    best = Grid(MAP).shortest((0, 0))
    for number, row in enumerate(result.rows[1:], start=7):
        assert row == [str(number), repr(1 - 0.01 * (best - 1)), str(best), "terminated"]
    assert result.stderr == ">>@\n..X\n" * 2


def test_json_tells_the_actions(place):
    said = json.loads(convkit("play", "runs/grid/1", "--json", cwd=place).stdout)
    assert (said["run"], said["checkpoint"]) == (str(Path("runs", "grid", "1")), "last")
    (episode,) = said["episodes"]
    assert episode["actions"] == ["right", "right"]
    assert (episode["seed"], episode["length"], episode["ending"]) == (0, 2, "terminated")
    assert said["return"] == {"mean": episode["return"], "deviation": None}


def test_a_seed_decides_how_an_episode_goes(place):
    said = json.loads(convkit("play", "cart", "--json", "--episodes", 3, cwd=place).stdout)
    returns = [each["return"] for each in said["episodes"]]
    assert [each["length"] for each in said["episodes"]] == returns
    again = json.loads(convkit("play", "cart", "--json", "--seed", 2, cwd=place).stdout)
    assert again["episodes"][0] == said["episodes"][2]


def test_a_terminal_draws_every_step(place):
    shown = on_terminal("play", "runs/grid/1", "--delay", 0, cwd=place, colour=True)
    for moment in ("@.G", ">@G", ">>@", "step 1", "step 2", "terminated"):
        assert moment in shown
    assert "return" in shown.rpartition("terminated")[0]


def test_quiet_draws_nothing(place):
    result = convkit("play", "runs/grid/1", "-q", cwd=place)
    assert len(result.rows) == 2
    assert result.stderr == ""


def test_a_film(place):
    result = convkit("play", "runs/grid/1", "-o", "grid.gif", cwd=place)
    assert result.code == 0, result.stderr
    assert "3 pictures written to grid.gif" in result.stderr
    with Image.open(place / "grid.gif") as film:
        assert (film.n_frames, film.size) == (3, (96, 64))
        durations, reds = [], []
        for number in range(3):
            film.seek(number)
            durations.append(film.info["duration"])
            reds.append(film.convert("RGB").getpixel((80, 48))[0])
        assert durations == [150, 150, 1000]
        assert min(reds) > 150  # the pit stays
    convkit("play", "runs/grid/1", "-o", "grid.gif", cwd=place).assert_refused("'grid.gif' exists")
    again = convkit("play", "cart", "-o", "grid.gif", "-f", "-q", cwd=place)
    assert again.code == 0, again.stderr
    with Image.open(place / "grid.gif") as film:
        assert film.size == (300, 140)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["moons"], ["family 'supervised'", "doesn't act", "convkit predict"]),
        (["grid", "--episodes", "0"], ["--episodes must be at least 1, got 0"]),
        (["grid", "--seed", "-1"], ["--seed must be at least 0, got -1"]),
        (["grid", "--delay", "-1"], ["--delay must be from 0 to 60 seconds"]),
        (["grid", "-o", "film.png"], ["'film.png' is no .gif"]),
        (["grid", "-o", "nowhere/film.gif"], ["no such folder: 'nowhere'"]),
        (["grid", "--checkpoint", "bset"], ["did you mean 'best'?"]),
    ],
)
def test_what_is_refused(place, arguments, words):
    folder = f"runs/{arguments[0]}/1"
    convkit("play", folder, *arguments[1:], cwd=place).assert_refused(*words)


def test_episodes_are_counted_where_samples_would_be(place):
    said = convkit("train", "grid.yaml", "--no-plots", "--set", "trainer.epochs=1", cwd=place)
    assert "/2: 5 validation episodes, 5 test episodes, " in said.stderr.splitlines()[0]
    document = json.loads(convkit("train", "grid.yaml", "--dry-run", "--json", cwd=place).stdout)
    assert (document["samples"], document["unit"]) == ({"validation": 5, "test": 5}, "episodes")
    rows = convkit("evaluate", "runs/grid/1", cwd=place).rows
    assert rows[1] == ["episodes", "5", "5", "5"]


def test_evaluating_plays_the_episodes_again(place):
    evaluated = convkit("evaluate", "runs/grid/1", "--split", "test", "--json", cwd=place)
    summary = json.loads((place / "runs/grid/1/summary.json").read_text())
    measured = json.loads(evaluated.stdout)["metrics"]["test"]
    assert measured == {name: summary["metrics"][f"test/{name}"] for name in ("return", "length")}
    (place / "seen.csv").write_text("a,b,label\n1,2,x\n")
    other = convkit("evaluate", "runs/grid/1", "--data", "seen.csv", cwd=place)
    other.assert_refused("'runs/grid/1' has learnt in an environment", "leave out --data")


def test_predicting_tells_what_it_would_do(place):
    table = b"position,velocity,angle,angular_velocity\n0,0,0.1,0.5\n"
    header, row = convkit("predict", "runs/cart/1", "-", stdin=table, cwd=place).rows
    assert header == ["input", "prediction", "probability"]
    assert row[1] in ("left", "right")
    assert 0.5 <= float(row[2]) <= 1
