import pytest

from tests.cli.training import TINY


@pytest.fixture
def tiny(tmp_path):
    """Return a folder with ``tiny.yaml``, an experiment that is trained in a moment."""
    (tmp_path / "tiny.yaml").write_text(TINY)
    return tmp_path
