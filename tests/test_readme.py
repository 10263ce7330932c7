"""The documents run: commands print what stands below them, Python and YAML in them are true.

After a change of what commands print, ``python -m tests.test_readme`` writes anew what doesn't hold
any longer, with all its lines, also where some were left out.
"""

import doctest
import re
import runpy
import shutil
import tempfile
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path

import pytest
import yaml

from convkit.experiment.spec import read_experiment
from convkit.families import FAMILIES
from tests.cli.process import ROOT, drawn, workplace
from tests.transcript import holds

README = ROOT / "README.md"
CONFIGS = ROOT / "configs"
REFERENCE = ROOT / "docs" / "reference.md"
SYSTEMS = ROOT / "docs" / "systems.md"
DOCUMENTS = [README, *sorted((ROOT / "docs").glob("*.md"))]

# A heading, or a fenced block with its kind: comments in a block are no headings.
PIECE = re.compile(r"^#+ ([^\n]*)$|^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
COMMAND = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
FIGURE = re.compile(r"^# Mean of (?:three|five) seeds: (.*(?:\n# .*)*)$", re.MULTILINE)

INSTALL = "pip install . && "
TEST = 'pip install ".[test]" && python -m pytest'

ELSE = {
    "data": "digits",
    "model": "[flatten, dense: 10]",
    "loss": "cross_entropy",
    "optimizer": "adam",
}
"""What an experiment says where a block is a part of one."""

pytestmark = pytest.mark.skipif(shutil.which("sh") is None, reason="commands are for a shell")


def blocks(kind):
    """Return the fenced blocks of a kind, in lists by document and heading."""
    found = defaultdict(list)
    for path in DOCUMENTS:
        heading = ""
        for title, kind_of_block, block in PIECE.findall(path.read_text("utf-8")):
            heading = title or heading
            if kind_of_block == kind:
                found[path.name, heading].append(block)
    return [pytest.param(each, id=" ".join(key)) for key, each in found.items()]


def run_again(block, folder, path):
    """Yield the commands of a block, each with what is shown below it and what it prints now."""
    for command, shown in COMMAND.findall(block):
        printed = "" if command == TEST else output(command.removeprefix(INSTALL), folder, path)
        yield command, shown.strip("\n"), printed


def output(command, folder, path):
    """Return what a person sees, without blanks at the ends of lines and lines at the ends."""
    code, printed = drawn(["sh", "-c", command], cwd=folder, PATH=path)
    assert code == 0 or "error: " in printed, (command, printed)
    assert not re.search("Traceback|a bug in convkit", printed), printed
    return "\n".join(line.rstrip() for line in printed.splitlines()).strip("\n")


@pytest.mark.parametrize("section", blocks("console"))
def test_commands_print_what_stands_below_them(section, tmp_path):
    path = workplace(tmp_path)
    for block in section:
        for command, shown, printed in run_again(block, tmp_path, path):
            if not holds(command, shown, printed):
                pytest.fail(f"$ {command}\nprints\n{printed}\nand not\n{shown}", pytrace=False)


@pytest.mark.parametrize("section", blocks("python"))
def test_python_is_true(section, tmp_path, monkeypatch):
    workplace(tmp_path)
    monkeypatch.chdir(tmp_path)
    test = doctest.DocTestParser().get_doctest("\n".join(section), {}, "document", None, 0)
    assert test.examples
    complaints = []
    doctest.DocTestRunner().run(test, out=complaints.append)
    assert not complaints, "".join(complaints)


@pytest.mark.parametrize("section", blocks("yaml"))
def test_yaml_is_what_an_experiment_can_say(section, tmp_path):
    for block in section:
        assert shipped(block) == block
        path = tmp_path / "experiment.yaml"
        path.write_text(completed(block), "utf-8")
        read_experiment(path)


def completed(block):
    """Return an experiment that a block is a part of, with what its family wants besides."""
    said = yaml.safe_load(block)
    family = said.get("family", "supervised")
    wanted = FAMILIES[family if isinstance(family, str) else family["name"]].parts | {"data"}
    rest = [f"{key}: {ELSE[key]}\n" for key in ELSE if key in wanted - said.keys()]
    return "".join([*rest, block])


def test_one_command_each_installs_and_runs_and_tests():
    commands = re.findall(r"^\$ (pip install .*)", README.read_text("utf-8"), re.MULTILINE)
    main_job = "convkit convolve sample_images/landscape.png --kernel sobel-h --pad 1"
    assert commands == [f"{INSTALL}{main_job}", TEST]
    assert TEST in (ROOT / ".ci" / "run").read_text().splitlines()


def test_the_tables_of_experiments_have_them_all_with_their_figures():
    assert with_figures(SYSTEMS.read_text("utf-8")) == SYSTEMS.read_text("utf-8")


def test_the_reference_says_what_the_docstrings_say():
    assert runpy.run_path(str(REFERENCE.with_suffix(".py")))["page"]() == REFERENCE.read_text()


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_fence_is_of_a_kind_that_is_tested(path):
    kinds = re.findall(r"^```(\w*)$", path.read_text("utf-8"), re.MULTILINE)
    assert set(kinds[::2]) <= {"console", "python", "yaml"}
    assert set(kinds[1::2]) <= {""}


@pytest.mark.parametrize("path", [*DOCUMENTS, ROOT / "CONTRIBUTING.md"], ids=lambda path: path.name)
def test_files_that_are_linked_are_there(path):
    prose = re.sub(r"^```.*?^```$", "", path.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    links = re.findall(r"\]\(([^)#]+)[^)]*\)|src=\"([^\"]+)\"", prose)
    targets = [target for pair in links for target in pair if target and "://" not in target]
    assert [target for target in targets if not (path.parent / target).exists()] == []


# --- the comparison itself ---

SHOWN = "epoch 1/2  train/loss 1.02  55 samples/s\nepoch 2/2  train/loss 0.51\n0.1 s"


@pytest.mark.parametrize(
    ("printed", "held"),
    [
        (SHOWN, True),
        (SHOWN.replace("55", "9,055").replace("0.1 s", "120 ms"), True),
        (SHOWN.replace("1.02", "1.03"), True),
        (SHOWN.replace("1.02", "1.12"), False),
        (SHOWN.replace("loss", "cost"), False),
        (SHOWN + "\nmore", False),
        (SHOWN.replace("epoch 1", "more\nepoch 1"), False),
        (SHOWN.partition("\n")[2], False),
    ],
)
def test_only_durations_and_last_digits_of_a_training_may_differ(printed, held):
    assert holds("convkit train x.yaml", SHOWN, printed) == held
    assert holds("convkit mse x.csv", SHOWN, printed) == (printed == SHOWN)


@pytest.mark.parametrize(
    ("shown", "held"),
    [("a\n…\nd", True), ("…\nd", True), ("a\n…", True), ("…\nc\n…", True), ("a\n…\nc", False)],
)
def test_lines_may_be_left_out_where_that_is_said(shown, held):
    assert holds("convkit kernels", shown, "a\nb\nc\nd") == held


# --- writing it anew ---


def shipped(block):
    """Return what the config of that name says below its header, or the block if there is none."""
    name = re.match(r"name: (.*)", block)
    path = CONFIGS / f"{name[1]}.yaml" if name else CONFIGS
    return path.read_text("utf-8").partition("\n\n")[2] if path.is_file() else block


def with_figures(text):
    """Return a document with the figures that the header of each config tells in its tables."""
    for path in CONFIGS.glob("*.yaml"):
        for told in FIGURE.findall(path.read_text("utf-8")):
            figures = told.replace("\n# ", " ")
            name = rf"\[{path.stem}\]\(\.\./configs/{path.name}\)"
            row = re.compile(rf"(^\| {name} \|.*\|)[^|]*\|$", re.MULTILINE)
            text, count = row.subn(rf"\1 {figures} |", text)
            assert count == 1, path
    return text


def mended(path):
    """Return a document in which everything holds."""
    with ExitStack() as stack:

        def new_place():
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            return folder, workplace(folder)

        place = new_place()

        def mend(match):
            nonlocal place
            if match[1]:
                place = new_place()
            if match[2] == "yaml":
                return f"```yaml\n{shipped(match[3])}```"
            if match[2] != "console":
                return match[0]
            parts = []
            for command, shown, printed in run_again(match[3], *place):
                kept = shown if holds(command, shown, printed) else printed
                parts.append(f"$ {command}\n{kept}\n" if kept else f"$ {command}")
            return "```console\n" + "\n".join(parts).rstrip("\n") + "\n```"

        return PIECE.sub(mend, path.read_text("utf-8"))


def main():
    """Write all documents anew."""
    runpy.run_path(str(REFERENCE.with_suffix(".py")))["main"]()
    for path in DOCUMENTS:
        path.write_text(mended(path), "utf-8")
    SYSTEMS.write_text(with_figures(SYSTEMS.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
