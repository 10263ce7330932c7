"""convkit check: an installation that is well, and one that isn't."""

import json
import subprocess
import sys

from tests.cli.process import ROOT, convkit, environment, on_terminal

BROKEN = """
import convkit.checking.calculation as calculation
real = calculation.convolve
calculation.convolve = lambda *args, **kwargs: real(*args, **kwargs) + 1
from convkit.cli import main
main()
"""


def test_all_is_well():
    result = convkit("check")
    header, *rows = result.rows
    assert header == ["check", "status", "message", "seconds"]
    assert {row[1] for row in rows} <= {"ok", "missing"}
    assert [row[0] for row in rows if row[1] == "missing" and not row[0].startswith("extra")] == []
    assert result.stderr.startswith("all is well")


def test_json():
    results = json.loads(convkit("check", "--json").text)
    assert {"check", "status", "message", "seconds"} == set(results[0])
    assert "gradients" in [result["check"] for result in results]


def test_a_terminal_gets_ticks():
    text = on_terminal("check", columns=80)
    assert max(map(len, text.splitlines())) <= 80
    assert text.count("✓") >= 9
    assert "✗" not in text
    assert on_terminal("check", PYTHONIOENCODING="ascii").count(" ok ") >= 9


def test_nothing_is_left_behind(tmp_path):
    (tmp_path / "temporary").mkdir()
    assert convkit("check", "-q", cwd=tmp_path, TMPDIR=tmp_path / "temporary").stderr == ""
    assert [path.name for path in tmp_path.rglob("*")] == ["temporary"]


def test_what_fails_is_named():
    arguments = [sys.executable, "-c", BROKEN, "check"]
    result = subprocess.run(
        arguments, capture_output=True, text=True, env=environment(), cwd=ROOT, check=False
    )
    assert result.returncode == 1
    assert "convolution\tfailed\twhole numbers, border zero" in result.stdout
    assert result.stderr == "error: 1 of 14 checks failed: convolution\n"
