"""What a run can be asked: by its family's abilities."""

from pathlib import Path

import pytest

from convkit.cli.asking import check_answers, way_to_ask
from convkit.errors import ConvkitError
from convkit.experiment.run import Run
from convkit.families import FAMILIES

RUN = Run(Path("runs/a name/1"))
WAYS = {
    "supervised": "convkit predict 'runs/a name/1' INPUT",
    "perceptron": "convkit predict 'runs/a name/1' INPUT",
    "autoencoder": "convkit predict 'runs/a name/1' INPUT",
    "language_model": "convkit generate 'runs/a name/1' --prompt TEXT",
    "seq2seq": "convkit predict 'runs/a name/1' TEXT",
    "transformer": "convkit predict 'runs/a name/1' TEXT",
    "vae": "convkit generate 'runs/a name/1' -o samples.png",
    "gan": "convkit generate 'runs/a name/1' -o samples.png",
    "descent": None,
    **dict.fromkeys(("dqn", "reinforce", "a2c", "ppo"), "convkit play 'runs/a name/1'"),
}


def test_every_family_is_here():
    assert WAYS.keys() == FAMILIES.keys()


@pytest.mark.parametrize("name", WAYS)
def test_the_command_that_asks(name):
    assert way_to_ask(RUN, FAMILIES[name]) == WAYS[name]


@pytest.mark.parametrize("name", ["language_model", "descent"])
def test_who_has_no_answers_says_what_can_be_asked(name):
    with pytest.raises(ConvkitError) as caught:
        check_answers(RUN, FAMILIES[name]())
    assert "convkit" in caught.value.hint


def test_who_has_answers_is_asked():
    check_answers(RUN, FAMILIES["perceptron"]())
