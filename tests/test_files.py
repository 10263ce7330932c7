"""Nothing is ever half-written, and nothing is lost."""

import os
import re
import stat
from pathlib import Path

import pytest

from convkit.errors import ConvkitError
from convkit.files import atomic_write, check_writable, exists, is_file, is_folder, read_bytes
from convkit.images import expand, read
from convkit.kernels import parse


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


# --- what the system refuses ---

LONG = "x" * 300 + ".png"


@pytest.fixture
def locked(tmp_path, monkeypatch):
    """A folder that nobody but root may look into, and somebody else to look."""
    if os.name == "nt":
        pytest.skip("permissions are others")
    monkeypatch.chdir(tmp_path)
    tmp_path.chmod(0o755)
    (tmp_path / "locked" / "in").mkdir(parents=True)
    (tmp_path / "locked" / "a.png").touch()
    (tmp_path / "locked").chmod(0)
    was = os.geteuid()
    if was == 0:
        os.seteuid(65534)
    yield Path("locked")
    os.seteuid(was)
    (tmp_path / "locked").chmod(0o755)


def write(path):
    with atomic_write(path) as stream:
        stream.write(b"x")


@pytest.mark.parametrize(
    ("use", "name"),
    [
        (read_bytes, "a.png"),
        (read_bytes, "in/a.png"),
        (read, "a.png"),
        (read, "in/a.npy"),
        (parse, "a.csv"),
        (parse, "in/a.npy"),
        (check_writable, "in/a.png"),
        (write, "a.png"),
        (write, "in/a.png"),
    ],
)
def test_a_folder_that_may_not_be_searched(locked, use, name):
    path = locked / name
    with pytest.raises(ConvkitError) as caught:
        use(str(path) if use is parse else path)
    assert re.fullmatch(f"can't (read|write) '{path}': Permission denied", caught.value.message)


def test_what_may_not_be_looked_at_is_left_to_reading(locked):
    assert [found.path for found in expand([str(locked / "a.png")])] == [locked / "a.png"]
    assert not any(look(locked / "a.png") for look in (exists, is_file, is_folder))


@pytest.mark.parametrize("use", [read_bytes, read, check_writable, write])
def test_a_name_that_is_too_long(use):
    with pytest.raises(ConvkitError, match="File name too long"):
        use(Path(LONG))


def test_a_long_name_is_left_to_reading_and_no_kernel():
    assert [str(found.path) for found in expand([LONG])] == [LONG]
    with pytest.raises(ConvkitError, match=r"can't read .*: File name too long"):
        parse("x" * 300 + ".txt")


@pytest.mark.skipif(os.name == "nt", reason="names are counted otherwise")
def test_a_name_of_the_most_bytes_can_be_written(tmp_path):
    path = tmp_path / ("я" * 125 + ".png")
    write(path)
    assert names(tmp_path) == [path.name]


@pytest.mark.skipif(os.name == "nt", reason="links are for administrators")
def test_a_link_to_itself_is_no_file(tmp_path):
    loop = tmp_path / "loop.png"
    loop.symlink_to(loop)
    assert [found.path for found in expand([str(loop)])] == [loop]
    with pytest.raises(ConvkitError, match="can't read"):
        read(loop)


def test_a_closed_pipe_is_no_refusal(tmp_path):
    with pytest.raises(BrokenPipeError):
        write_and_raise(tmp_path / "out.bin", BrokenPipeError)
    assert names(tmp_path) == []


@pytest.mark.parametrize("use", [read_bytes, read, lambda name: expand([name])])
def test_an_empty_name_is_not_the_working_folder(use):
    with pytest.raises(ConvkitError, match="the name of an input is empty"):
        use("")


def test_a_missing_file_is_not_mistaken_for_any_of_its_suffix(tmp_path):
    (tmp_path / "tiny.png").touch()
    for name, hint in (("nope.png", None), ("tinny.png", "did you mean 'tiny.png'?")):
        with pytest.raises(ConvkitError) as caught:
            read_bytes(tmp_path / name)
        assert caught.value.hint == hint
