"""Folders of pictures."""

import numpy as np
import pytest
from PIL import Image

from convkit.data import DATASETS, read_pictures
from convkit.errors import ConvkitError

RNG = np.random.default_rng(0)


def save(path, array, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path, **options)
    return array


def noise(*shape):
    return RNG.integers(0, 256, shape).astype(np.uint8)


@pytest.fixture
def animals(tmp_path):
    """Return a folder with two cats and a dog, and their pixels in the order of their names."""
    pixels = [
        save(tmp_path / f"{name}.png", noise(6, 5, 3)) for name in ("cat/a", "cat/b", "dog/c")
    ]
    (tmp_path / "cat" / "notes.txt").write_text("not a picture")
    (tmp_path / "dog" / ".hidden.png").write_bytes(b"x")
    (tmp_path / ".git").mkdir()
    (tmp_path / "readme.md").write_text("not a folder")
    return tmp_path, np.stack(pixels)


def load(folder, **settings):
    return DATASETS["image_folder"](str(folder), test=0.0, **settings).train


def test_folders_are_classes(animals):
    folder, pixels = animals
    data = load(folder)
    assert data.classes == ("cat", "dog")
    assert data.targets.tolist() == [0, 0, 1]
    assert np.allclose(data.inputs, pixels / 255, atol=1e-6)
    assert data.inputs.dtype == np.float32
    assert data.name == folder.name


def test_the_number_of_threads_changes_nothing(animals, monkeypatch):
    digests = set()
    for threads in ("1", "2", "7"):
        monkeypatch.setenv("CONVKIT_THREADS", threads)
        digests.add(load(animals[0]).digest())
    assert len(digests) == 1


def test_grey_is_luma(animals):
    folder, pixels = animals
    data = load(folder, color="grey")
    assert data.sample_shape == (6, 5, 1)
    by_hand = pixels @ np.array([0.299, 0.587, 0.114]) / 255
    assert np.allclose(data.inputs[..., 0], by_hand, atol=1e-6)


def test_kinds_of_pictures_become_alike(tmp_path):
    grey, rgba = noise(4, 4), noise(4, 4, 4)
    save(tmp_path / "grey.png", grey)
    save(tmp_path / "rgba.png", rgba)
    deep = (grey.astype(np.uint16) * 257).astype(np.uint16)
    save(tmp_path / "deep.png", deep)
    paths = [tmp_path / f"{name}.png" for name in ("grey", "rgba", "deep")]
    first, second, third = read_pictures(paths, color="rgb")
    assert np.allclose(first, grey[..., None] / 255, atol=1e-6)
    assert np.allclose(second, rgba[..., :3] / 255 * (rgba[..., 3:] / 255), atol=1e-6)
    assert np.allclose(third, first, atol=1e-6)


def test_resizing_is_pillows(animals):
    folder, pixels = animals
    data = load(folder, size=(3, 4))
    assert data.sample_shape == (3, 4, 3)
    theirs = [
        np.asarray(Image.fromarray(each).resize((4, 3), Image.Resampling.BILINEAR))
        for each in pixels
    ]
    # Theirs is rounded to 8 bits, twice.
    assert np.abs(data.inputs * 255 - np.stack(theirs)).max() <= 1.01
    assert load(folder, size=4).sample_shape == (4, 4, 3)


def test_the_first_that_is_unlike_is_named(animals):
    folder, _ = animals
    save(folder / "dog" / "d.png", noise(6, 6, 3))
    with pytest.raises(
        ConvkitError, match=r"d\.png' has 6x6 pixels, .*a\.png' 6x5.*size: \[6, 5\]"
    ):
        load(folder)
    assert len(load(folder, size=[6, 5])) == 4
    save(folder / "dog" / "d.png", noise(6, 5))
    with pytest.raises(ConvkitError, match=r"d\.png' has 1 channel, .* 3 channels.*color: grey"):
        load(folder)


@pytest.mark.parametrize("cut", [0, 20, 60])
def test_a_broken_picture_is_named(animals, cut):
    folder, _ = animals
    path = folder / "cat" / "b.png"
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(ConvkitError, match=r"b\.png"):
        load(folder)


def test_too_much_is_not_read(animals, monkeypatch):
    monkeypatch.setattr("convkit.data.limits.physical_memory", lambda: 4 * 1000)
    with pytest.raises(ConvkitError, match=r"a quarter of this .*smaller size"):
        load(animals[0])


def test_folders_that_are_no_data(tmp_path):
    with pytest.raises(ConvkitError, match="no such folder"):
        load(tmp_path / "animals")
    with pytest.raises(ConvkitError, match="holds no folders"):
        load(tmp_path)
    save(tmp_path / "cat" / "a.png", noise(2, 2))
    with pytest.raises(ConvkitError, match="holds one folder, 'cat'"):
        load(tmp_path)
    (tmp_path / "dog").mkdir()
    with pytest.raises(ConvkitError, match="dog"):
        load(tmp_path)
    with pytest.raises(ConvkitError, match=r"a\.png' is a file, not a folder"):
        load(tmp_path / "cat" / "a.png")
    with pytest.raises(ConvkitError, match="size must be at least 1 pixel, got 0x0"):
        read_pictures([tmp_path / "cat" / "a.png"], size=0)
    with pytest.raises(ConvkitError, match="no pictures"):
        read_pictures([])
