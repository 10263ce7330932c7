"""What is installed: the libraries, the linear algebra under NumPy, image formats, extras."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from time import perf_counter
from typing import NamedTuple

import numpy as np

import convkit
from convkit.checking.failure import require
from convkit.images import decode, encode
from convkit.images.picture import Picture
from convkit.workers import one_blas_thread

LIBRARIES = (
    *("numpy", "pillow", "pydantic", "pyyaml", "rich", "safetensors", "threadpoolctl", "typer"),
)
"""What convkit can't do without."""

GEMM_SIZE, GEMM_TIMES = 768, 3


class Extra(NamedTuple):
    """Something that can be installed besides.

    Attributes
    ----------
    name : str
        Behind the brackets: ``pip install 'convkit[name]'``.
    library : str
    purpose : str
    """

    name: str
    library: str
    purpose: str

    @property
    def version(self) -> str | None:
        """The version that is installed, or None."""
        return _version(self.library) if find_spec(self.library) else None

    @property
    def command(self) -> str:
        """What installs it."""
        return f"pip install 'convkit[{self.name}]'"


EXTRAS = (
    Extra("fast", "numba", "compiled filters"),
    Extra("plot", "matplotlib", "plots of runs"),
    Extra("rl", "gymnasium", "environments of Gymnasium"),
    Extra("tune", "optuna", "searching for settings"),
    Extra("cluster", "distributed", "work on a Dask cluster"),
)


def versions() -> str:
    """Return the versions of convkit and of what it runs on."""
    system = f"{platform.system()} {platform.machine()}"
    return f"convkit {convkit.__version__}, Python {platform.python_version()}, {system}"


def libraries() -> str:
    """Return the versions of the libraries that convkit needs."""
    found = {name: _version(name) for name in LIBRARIES}
    missing = [name for name, number in found.items() if number is None]
    require(not missing, f"not installed: {', '.join(missing)}")
    return ", ".join(f"{name} {number}" for name, number in found.items())


def _version(library: str) -> str | None:
    try:
        return version(library)
    except PackageNotFoundError:
        return None


def linear_algebra() -> str:
    """Multiply two matrices, and return how fast that was, and with which library."""
    rng = np.random.default_rng(0)
    a, b = (rng.standard_normal((GEMM_SIZE, GEMM_SIZE), np.float32) for _ in range(2))
    seconds = []
    with one_blas_thread():
        for _ in range(GEMM_TIMES):
            began = perf_counter()
            product = a @ b
            seconds.append(perf_counter() - began)
    row = np.array([sum(map(float, a[0] * column)) for column in b.T])
    error = float(np.abs(product[0] - row).max() / np.abs(row).max())
    require(error < 1e-4, f"a product of matrices is wrong: relative error {error:.1e}")
    rate = 2 * GEMM_SIZE**3 / min(seconds) / 1e9
    return f"{rate:,.0f} GFLOP/s in float32 on one thread, {_blas()}"


def _blas() -> str:
    from threadpoolctl import threadpool_info

    names = [
        f"{each['internal_api']} {each['version'] or ''}".rstrip()
        for each in threadpool_info()
        if each["user_api"] == "blas"
    ]
    return ", ".join(dict.fromkeys(names)) or "by a library that doesn't say its name"


def image_formats() -> str:
    """Write pictures, read them back, and return the formats in which they stayed the same."""
    rng = np.random.default_rng(0)
    eight = rng.integers(0, 256, (9, 11, 3), np.uint8)
    sixteen = rng.integers(0, 65536, (9, 11), np.uint16)
    pictures = {
        "8 bits": Picture([eight], "rgb", 255.0),
        "16 bits": Picture([sixteen], "grey", 65535.0),
    }
    tried = {"8 bits": (".png", ".tif", ".webp", ".bmp", ".ppm"), "16 bits": (".png", ".tif")}
    for depth, suffixes in tried.items():
        for suffix in suffixes:
            picture = pictures[depth]
            again = decode(encode(picture, suffix), f"picture{suffix}")
            same = np.array_equal(again.frames[0], picture.frames[0])
            require(same, f"a picture of {depth} comes back from {suffix} as another one")
    jpeg = decode(encode(pictures["8 bits"], ".jpg"), "picture.jpg")
    require(jpeg.frames[0].shape == eight.shape, "a JPEG comes back in another size")
    return "; ".join(f"{' '.join(s)} in {depth}" for depth, s in tried.items()) + "; .jpg"
