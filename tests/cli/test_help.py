"""What the program says of itself: its help, its examples, its version, its completion."""

import re
import shutil
import subprocess
import sys

import pytest
import typer

import convkit
from convkit.cli import program
from convkit.conv import MODES
from convkit.filtering import MAPS
from convkit.filtering.gradients import NORMS
from convkit.geometry import PAD_WORDS, SAME_RULES
from convkit.kernels import PAIRS
from convkit.kernels.gradients import COMPASS_SETS
from convkit.metrics import MEASURES, PICTURE_MEASURES
from convkit.sizing import UNKNOWNS
from tests.cli import process
from tests.cli.process import environment, workplace


def tree(command, path=()):
    """Yield every command, groups too, with the words that name it."""
    yield path, command
    for name, below in getattr(command, "commands", {}).items():
        yield from tree(below, (*path, name))


COMMANDS = dict(tree(typer.main.get_command(program())))

NEEDS = {("runs", "plot"): "matplotlib", ("tune",): "optuna"}
"""What commands do nothing without."""


def help_of(*path):
    """Return a command's help."""
    result = process.convkit(*path, "--help")
    assert (result.code, result.stderr) == (0, "")
    return result.text


def examples_of(path):
    """Return the command lines below the word Examples."""
    _, _, after = help_of(*path).partition("Examples:\n")
    return [line.strip() for line in after.partition("\n\n")[0].splitlines()]


# --- every command ---


@pytest.mark.skipif(shutil.which("sh") is None, reason="examples are lines for a shell")
@pytest.mark.parametrize("path", [path for path in COMMANDS if path], ids=" ".join)
def test_examples_run_as_written(path, tmp_path):
    if path in NEEDS:
        pytest.importorskip(NEEDS[path])
    examples = examples_of(path)
    assert 2 <= len(examples) <= 6
    variables = environment(PATH=workplace(tmp_path))
    for example in examples:
        assert f"convkit {path[0]}" in example
        result = subprocess.run(
            ["sh", "-c", example],
            cwd=tmp_path,
            env=variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        assert result.returncode == 0, (example, result.stderr)
        assert result.stdout, example


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: " ".join(path) or "convkit")
def test_everything_has_a_name_and_a_meaning(path):
    text = help_of(*path)
    command = COMMANDS[path]
    assert command.help
    for parameter in command.params:
        assert parameter.help, parameter.name
        names = parameter.opts if parameter.param_type_name == "option" else [parameter.metavar]
        for name in names:
            assert name in text
    for name, below in getattr(command, "commands", {}).items():
        assert re.search(rf"^  {name} +{re.escape(below.help[:20])}", text, re.MULTILINE)
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize(
    ("command", "table"),
    [
        ("convolve", MODES),
        ("convolve", MAPS),
        ("convolve", NORMS),
        ("convolve", PAIRS),
        ("convolve", COMPASS_SETS),
        ("convolve", PAD_WORDS),
        ("convolve", SAME_RULES),
        ("outsize", PAD_WORDS),
        ("outsize", SAME_RULES),
        ("outsize", UNKNOWNS),
        ("mse", MEASURES | PICTURE_MEASURES),
    ],
)
def test_help_lists_every_entry_of_a_table(command, table):
    words = re.findall(r"[\w-]+", help_of(command))
    assert [entry for entry in table if entry not in words] == []


# --- the program ---


@pytest.mark.parametrize(
    "path", [path for path, each in COMMANDS.items() if hasattr(each, "commands")]
)
def test_in_a_list_of_commands_none_is_cut_off(path):
    _, _, listed = help_of(*path).partition("\nCommands:\n")
    assert len(listed.splitlines()) == len(COMMANDS[path].commands)
    assert "..." not in listed


def test_nothing_said_is_a_question_for_help():
    result = process.convkit()
    assert (result.code, result.text, result.stderr) == (0, help_of(), "")


def test_short_and_long_help_are_one():
    assert process.convkit("convolve", "-h").text == help_of("convolve")


def test_version():
    result = process.convkit("--version")
    assert (result.code, result.text) == (0, f"convkit {convkit.__version__}\n")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["convole"], "Did you mean 'convolve'?"),
        (["outsise"], "Did you mean 'outsize'?"),
        (["xyzzy"], "(hint: see convkit --help)"),
        (["--versoin"], "--version"),
        (["convolve", "a.png", "--kernle", "box"], "--kernel"),
        (["mse", "--actul", "y"], "(hint: see convkit mse --help)"),
        (["convolve", "a.png", "-k"], "(hint: see convkit convolve --help)"),
        (["kernels", "show", "box", "--matrix=3"], "(hint: see convkit kernels show --help)"),
        (["kernels", "shw"], "(hint: see convkit kernels --help)"),
        (["outsize"], "Missing argument 'SIZE'"),
    ],
)
def test_a_slip_is_one_line_with_the_way_out(arguments, says):
    process.convkit(*arguments).assert_refused(says)


# --- completion ---


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("convkit con", ["convolve"]),
        ("convkit kernels s", ["show"]),
        ("convkit convolve --pad-", ["--pad-mode", "--pad-value"]),
    ],
)
def test_bash_is_told_how_a_line_may_go_on(line, offered):
    result = process.convkit(
        _CONVKIT_COMPLETE="complete_bash", COMP_WORDS=line, COMP_CWORD=str(line.count(" "))
    )
    assert result.text.split() == offered


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_are_printed(shell):
    result = process.convkit(_CONVKIT_COMPLETE=f"source_{shell}")
    assert result.code == 0
    assert f"complete_{shell}" in result.text


@pytest.mark.skipif(shutil.which("bash") is None, reason="the shell is found by looking for it")
def test_the_shell_that_asks_gets_its_script():
    # The second command keeps bash from stepping aside for the first.
    line = f'"{sys.executable}" -m convkit --show-completion; exit $?'
    result = subprocess.run(
        ["bash", "-c", line], capture_output=True, env=environment(), text=True, check=False
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("_convkit_completion()")
    subprocess.run(["bash", "-n"], input=result.stdout, text=True, check=True)
