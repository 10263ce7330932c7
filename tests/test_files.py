"""Nothing is ever half-written, and nothing is lost."""

import os
import stat
from pathlib import Path

import pytest

from convkit.errors import ConvkitError
from convkit.files import atomic_write


def names(folder):
    return [path.name for path in folder.iterdir()]


def test_the_file_appears_only_when_it_is_whole(tmp_path):
    path = tmp_path / "out.bin"
    with atomic_write(path) as stream:
        stream.write(b"half")
        stream.flush()
        assert not path.exists()
    assert path.read_bytes() == b"half"
    assert names(tmp_path) == ["out.bin"]


def write_and_raise(path, error):
    with atomic_write(path, force=True) as stream:
        stream.write(b"new")
        raise error


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_a_failure_leaves_nothing_behind(tmp_path, error):
    path = tmp_path / "out.bin"
    path.write_bytes(b"old")
    with pytest.raises(error):
        write_and_raise(path, error)
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["out.bin"]


def test_an_existing_file_needs_force(tmp_path):
    path = tmp_path / "out.bin"
    path.write_bytes(b"old")
    with pytest.raises(ConvkitError, match="--force"), atomic_write(path):
        pass
    assert path.read_bytes() == b"old"


def test_new_files_get_the_permissions_that_the_umask_grants(tmp_path):
    before = os.umask(0o027)
    try:
        with atomic_write(tmp_path / "out.bin") as stream:
            stream.write(b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "out.bin").stat().st_mode) == 0o640


def test_a_link_is_followed_not_replaced(tmp_path):
    real = tmp_path / "real.bin"
    real.write_bytes(b"old")
    link = tmp_path / "link.bin"
    link.symlink_to(real)
    with atomic_write(link, force=True) as stream:
        stream.write(b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"


def test_a_device_is_written_to():
    with atomic_write(Path(os.devnull)) as stream:
        stream.write(b"gone")


@pytest.mark.parametrize("name", ["absent/out.bin", "."])
def test_what_is_no_place_for_a_file_is_refused(tmp_path, name):
    with pytest.raises(ConvkitError), atomic_write(tmp_path / name):
        pass
    assert names(tmp_path) == []
