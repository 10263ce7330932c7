"""Every data set in the table keeps the contract that the YAML relies on."""

import inspect
import re
import subprocess
import sys
from pathlib import Path
from typing import get_type_hints

import numpy as np
import pytest
from PIL import Image

from convkit.data import DATASETS, Splits
from convkit.errors import ConvkitError
from tests.cli.process import ROOT
from tests.data.making import mnist_files
from tests.data.test_cifar import records

SHARED = {
    *("validation", "seed", "stratify", "shuffle"),
    *("only_classes", "limit", "wrong_labels", "standardize"),
}
NEEDS_PATH = {"csv", "npz", "image_folder", "mnist", "cifar10", "time_series", "text", "pairs"}
REGRESSIONS = {"rosenbrock", "beale", "diabetes", "houses", "adding", "mackey_glass", "time_series"}
STEPWISE = {
    *("copying", "text", "markov"),
    *("reverse", "sort", "addition", "dates", "summaries", "pairs"),
}
"""Data whose every step has a class."""
ENVIRONMENTS = {"cartpole", "gridworld", "gymnasium"}
"""Data that are made by acting."""
PARTED_OTHERWISE = {"text", "markov"} | ENVIRONMENTS
"""Data that have settings of their own for how they are parted."""


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Return a folder with data for every reader, under the reader's name."""
    place = tmp_path_factory.mktemp("data")
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (12, 8, 8), np.uint8)
    labels = np.arange(12, dtype=np.uint8) % 2
    (place / "csv").write_text("a,b\n" + "".join(f"{n},k{n % 2}\n" for n in range(12)))
    (place / "time_series").write_text("t,x\n" + "".join(f"{n},{n % 7}\n" for n in range(90)))
    with (place / "npz").open("wb") as stream:
        np.savez(stream, inputs=pixels, targets=labels)
    (place / "pairs").write_text("in\tout\n" + "ab\tba\nba\tab\n" * 6)
    (place / "text").write_text("so it goes on and on\n" * 60)
    for number, (picture, label) in enumerate(zip(pixels, labels, strict=True)):
        path = place / "image_folder" / f"k{label}" / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(path)
    (place / "mnist").mkdir()
    mnist_files(place / "mnist", (pixels, labels), (pixels, labels))
    (place / "cifar10").mkdir()
    for name in ("data_batch_1", "test_batch"):
        (place / "cifar10" / f"{name}.bin").write_bytes(records(labels)[1])
    return place


@pytest.fixture(params=DATASETS)
def name(request):
    return request.param


def loaded(name, root, **settings):
    first = [name] if name in NEEDS_PATH else ["Acrobot-v1"] if name == "gymnasium" else []
    return DATASETS[name](*first, root=root, **settings)


def takes(name, setting):
    return setting in inspect.signature(DATASETS[name]).parameters


def test_defaults_serve(name, root):
    splits = loaded(name, root)
    assert isinstance(splits, Splits)
    for part in splits.parts.values():
        assert part.inputs.dtype == np.float32
        assert part.inputs.flags.c_contiguous
        assert part.inputs.ndim >= 2
        assert part.targets.dtype == (np.float32 if name in REGRESSIONS else np.int64)
        assert part.targets.ndim == (2 if name in REGRESSIONS | STEPWISE else 1)
        assert (part.classes is None) == (name in REGRESSIONS)


def test_every_class_is_in_every_part(name, root):
    if name in ENVIRONMENTS:
        pytest.skip("its parts are numbers of episodes")
    share = {"and": 0.0, "or": 0.0, "xor": 0.0}.get(name, 0.2)
    splits = loaded(name, root, validation=share)
    assert ("validation" in splits.parts) == (share > 0)
    for part in splits.parts.values():
        assert set(part.targets.ravel()) >= set(splits.train.targets.ravel()) or not part.classes


def test_a_seed_gives_the_same_again(name, root):
    seed = {"seed": 3} if takes(name, "seed") else {}
    assert loaded(name, root, **seed).digest() == loaded(name, root, **seed).digest()


def test_standardizing_is_fitted_to_training(name, root):
    if not takes(name, "standardize"):
        pytest.skip("it isn't")
    prepared = loaded(name, root, standardize=True).prepared().train.inputs
    columns = prepared.reshape(-1, prepared.shape[-1]).astype(np.float64)
    assert np.abs(columns.mean(axis=0)).max() < 1e-4
    assert np.abs(columns.std(axis=0) - 1).max() < 1e-3
    assert loaded(name, root, standardize=False).preprocessing.inputs is None


def test_the_signature_is_a_schema(name):
    parameters = inspect.signature(DATASETS[name], eval_str=True).parameters
    settings = {key: each for key, each in parameters.items() if each.kind is not each.KEYWORD_ONLY}
    assert set(parameters) - set(settings) == {"root"}
    assert set(settings) >= SHARED or name in PARTED_OTHERWISE
    assert ("test" in settings) == (name not in {"mnist", "cifar10"})
    types = get_type_hints(DATASETS[name])
    for key, each in settings.items():
        assert each.annotation == types[key]
        assert not isinstance(each.annotation, str)
    required = [key for key, each in settings.items() if each.default is each.empty]
    wanted = ["id"] if name == "gymnasium" else ["path"] if name in NEEDS_PATH else []
    assert required == wanted


def test_every_setting_is_documented(name):
    first, _, text = inspect.getdoc(DATASETS[name]).partition("\n")
    assert first.endswith(".")
    told = re.findall(r"^(\w+) : .+\n    \S", text.split("----------\n")[1], re.MULTILINE)
    settings = [key for key in inspect.signature(DATASETS[name]).parameters if key != "root"]
    assert told == settings


def test_only_pictures_in_files_need_pillow():
    code = (
        "import sys; from convkit.data import DATASETS; DATASETS['digits'](); print(*sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert not {"PIL", "yaml", "rich", "pydantic", "scipy", "sklearn"} & set(run.stdout.split())


def test_a_typo_is_no_setting(name):
    with pytest.raises(TypeError, match="sede"):
        loaded(name, Path(), sede=1)


def test_a_bad_share_is_refused(name, root):
    if name in ENVIRONMENTS:
        pytest.skip("its parts are numbers of episodes")
    with pytest.raises(ConvkitError, match="validation must be a share"):
        loaded(name, root, validation=1.5)
