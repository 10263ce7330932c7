"""What each command loads: nobody pays for what they don't use."""

import subprocess
import sys

import pytest

from convkit.cli import COMMANDS
from tests.cli.process import ROOT, environment

HEAVY = frozenset({"numpy", "PIL", "yaml", "rich", "pydantic", "scipy", "skimage", "numba"})
SEARCHING = frozenset({"optuna", "sqlalchemy", "cmaes", "dask", "distributed"})

LISTING = """
import sys
{code}
print(*sys.modules, sep="\\n", file=sys.stderr)
"""

PRICES = "sample_data/house_prices.csv"
SCENE = "sample_images/landscape.png"
MATRIX = "sample_images/matrix-5x5.csv"

TINY = "set={data.validation: 0.2, trainer.epochs: 1}"
"""Makes a search's trials short."""


def loaded(code, cwd=ROOT, among=HEAVY):
    """Return which modules stand in sys.modules after some Python, run in a pipe."""
    result = subprocess.run(
        [sys.executable, "-c", LISTING.format(code=code)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env=environment(),
        check=False,
    )
    assert result.returncode == 0, result.stderr
    modules = set(result.stderr.splitlines())
    assert "convkit" in modules, result.stderr
    return among & modules


@pytest.mark.parametrize(
    ("arguments", "needs"),
    [
        ([], set()),
        (["--help"], set()),
        (["--version"], set()),
        (["convolve", "--help"], set()),
        (["kernels", "show", "--help"], set()),
        (["mse", "--help"], set()),
        (["outsize", "--help"], set()),
        (["train", "--help"], set()),
        (["init", "--help"], set()),
        (["schema", "--help"], set()),
        (["outsize", "6", "--kernel", "3", "--pad", "1", "--json"], set()),
        (["outsize", "28", "--solve", "kernel", "--want", "12"], set()),
        (["outsize", "28x28x1", "conv5c6", "pool2", "fc10"], set()),
        (["outsize", "28x28x1", "--layers", "configs/chains/lenet.yaml"], {"yaml"}),
        (["mse", PRICES], {"numpy"}),
        (["mse", PRICES, "--fail-above", "3e7", "--json"], {"numpy"}),
        (["mse", SCENE, SCENE], {"numpy", "PIL"}),
        (["kernels"], {"numpy"}),
        (["kernels", "show", "gaussian:size=5", "--json"], {"numpy"}),
        (["convolve", f"{ROOT / SCENE}", "-k", "sobel-h"], {"numpy", "PIL"}),
        (["convolve", f"{ROOT / MATRIX}", "-k", "box", "--trace", "1,1"], {"numpy", "PIL"}),
        (["train", "configs/mlp-xor.yaml", "--dry-run"], {"numpy", "yaml", "pydantic"}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_command_loads_what_it_needs(arguments, needs, tmp_path):
    writes = arguments[:1] == ["convolve"]
    code = f"from convkit.cli import run\nif run({arguments!r}): sys.exit('it failed')"
    assert loaded(code, cwd=tmp_path if writes else ROOT) == needs


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_leaves_the_others_alone(name):
    files = {f"convkit.cli.{each}" for each in COMMANDS}
    code = f"from convkit.cli import run; run(['{name}', '--help'])"
    assert loaded(code, among=files) == {f"convkit.cli.{name}"}


@pytest.mark.parametrize(
    ("arguments", "needs"),
    [
        (["train", "configs/mlp-xor.yaml", "--set", "trainer.epochs=1", "--set", "expect={}"], []),
        (["tune", "--help"], []),
        (["tune", "configs/tune-digits.yaml", "--dry-run"], []),
        (["tune", "configs/tune-digits.yaml", "--trials", "1", "--set", TINY], ["optuna"]),
    ],
    ids=" ".join,
)
def test_only_a_search_loads_what_searches(arguments, needs, tmp_path):
    for library in needs:
        pytest.importorskip(library)
    if "--help" not in arguments and "--dry-run" not in arguments:
        arguments = [*arguments, "--runs", str(tmp_path)]
    code = f"from convkit.cli import run\nif run({arguments!r}): sys.exit('it failed')"
    assert loaded(code, among=SEARCHING) == set(needs)


@pytest.mark.parametrize(
    ("code", "needs"),
    [
        ("import convkit", set()),
        ("import convkit; convkit.output_size(6, 3, pad=1)", set()),
        ("import convkit; convkit.mse([1], [2])", {"numpy"}),
        ("import convkit; convkit.convolve([[1.0]], convkit.kernel('box:size=1'))", {"numpy"}),
    ],
)
def test_python_loads_what_it_uses(code, needs):
    assert loaded(code) == needs


def test_the_list_can_grow():
    assert loaded("import convkit, rich.console, numpy") == {"numpy", "rich"}
