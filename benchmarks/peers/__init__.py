"""Who takes part. Each module lists its `WAYS` by operation and can `limit_threads`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType


@dataclass(frozen=True)
class Peer:
    """A library: what it is called, imported as, installed as, and its module beside this."""

    name: str
    imports: str
    installs: str
    module: str

    @property
    def is_installed(self) -> bool:
        """Whether it can be imported here."""
        return find_spec(self.imports) is not None

    def load(self) -> ModuleType:
        """Import the module with the peer's ways."""
        return import_module(f"benchmarks.peers.{self.module}")


PEERS = (
    Peer("OpenCV", "cv2", "opencv-python-headless", "opencv"),
    Peer("SciPy", "scipy", "scipy", "scipy"),
    Peer("scikit-image", "skimage", "scikit-image", "scikit_image"),
    Peer("PyTorch", "torch", "torch", "pytorch"),
    Peer("Pillow", "PIL", "pillow", "pillow"),
)


def sort_out(names: Iterable[str]) -> tuple[list[Peer], list[Peer]]:
    """Return the peers of these names that are installed, and those that aren't."""
    wanted = [peer for peer in PEERS if peer.name in set(names)]
    return (
        [peer for peer in wanted if peer.is_installed],
        [peer for peer in wanted if not peer.is_installed],
    )
