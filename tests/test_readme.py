"""The README runs: its commands print what stands below them, its Python is true.

After a change of what commands print, ``python -m tests.test_readme`` writes the README anew.
"""

import doctest
import re
import shutil
import tempfile
from pathlib import Path

import pytest

from tests.cli.process import ROOT, drawn, workplace

README = ROOT / "README.md"
CONSOLE = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.DOTALL | re.MULTILINE)
PYTHON = re.compile(r"(?<=^```python\n).*?(?=^```$)", re.DOTALL | re.MULTILINE)

INSTALL = "pip install . && "
TEST = 'pip install ".[test]" && python -m pytest'

pytestmark = pytest.mark.skipif(shutil.which("sh") is None, reason="commands are for a shell")


def text():
    return README.read_text("utf-8")


def first_words(block):
    return " ".join(block.split()[1:4])


def run_again(block, folder):
    """Return a block with what its commands print now, in a copy of the repository's root."""
    path = workplace(folder)
    parts = []
    for command in re.findall(r"^\$ (.*)", block, re.MULTILINE):
        output = "" if command == TEST else printed(command.removeprefix(INSTALL), folder, path)
        parts.append(f"$ {command}\n{output}\n" if output else f"$ {command}")
    return "\n".join(parts).rstrip("\n") + "\n"


def printed(command, folder, path):
    """Return what a person sees, without blanks at the ends of lines and lines at the ends."""
    code, output = drawn(["sh", "-c", command], cwd=folder, PATH=path)
    assert code == 0 or "error: " in output, (command, output)
    assert "Traceback" not in output, output
    return "\n".join(line.rstrip() for line in output.splitlines()).strip("\n")


@pytest.mark.parametrize("block", CONSOLE.findall(text()), ids=first_words)
def test_commands_print_what_stands_below_them(block, tmp_path):
    assert run_again(block, tmp_path) == block


@pytest.mark.parametrize("block", PYTHON.findall(text()), ids=first_words)
def test_python_is_true(block, tmp_path, monkeypatch):
    workplace(tmp_path)
    monkeypatch.chdir(tmp_path)
    test = doctest.DocTestParser().get_doctest(block, {}, "README.md", None, 0)
    assert test.examples
    complaints = []
    doctest.DocTestRunner().run(test, out=complaints.append)
    assert not complaints, "".join(complaints)


def test_one_command_each_installs_and_runs_and_tests():
    commands = re.findall(r"^\$ (pip install .*)", text(), re.MULTILINE)
    main_job = "convkit convolve sample_images/landscape.png --kernel sobel-h --pad 1"
    assert commands == [f"{INSTALL}{main_job}", TEST]
    assert TEST in (ROOT / ".ci" / "run").read_text().splitlines()


def test_every_fence_is_of_a_kind_that_is_tested():
    kinds = re.findall(r"^```(\w*)$", text(), re.MULTILINE)
    assert set(kinds[::2]) == {"console", "python"}
    assert set(kinds[1::2]) == {""}


def test_files_that_are_linked_are_there():
    links = re.findall(r"\]\(([^)#]+)\)|src=\"([^\"]+)\"", text())
    targets = [target for pair in links for target in pair if target and "://" not in target]
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


def write_anew():
    """Write the README with what its commands print now."""

    def again(match):
        with tempfile.TemporaryDirectory() as folder:
            return run_again(match[0], Path(folder))

    README.write_text(CONSOLE.sub(again, text()), "utf-8")


if __name__ == "__main__":
    write_anew()
