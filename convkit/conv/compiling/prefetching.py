"""Asking a processor for memory before it is needed, in functions that numba compiles.

A sum over a window keeps a processor so busy that it doesn't look far enough ahead by itself:
with the next row on its way, a 3x3 kernel takes three quarters of the time.
"""

from __future__ import annotations

from typing import Any

FOR_READING, INTO_ALL_CACHES, OF_DATA = 0, 3, 1
"""The arguments of LLVM's ``llvm.prefetch``, after the address."""

LINE_BYTES = 64
"""What a cache fetches at once."""


def prefetch() -> Any:
    """Return ``prefetch(row, x)`` for numba: it asks for sample `x` of a contiguous row."""
    from numba import types
    from numba.extending import intrinsic

    def at(_context: Any, row: Any, index: Any) -> Any:
        return types.void(row, index), _code

    return intrinsic(at)


def _code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    from llvmlite import ir
    from numba.np.arrayobj import make_array

    view: Any = make_array
    row = view(signature.args[0])(context, builder, arguments[0])
    address, number = ir.IntType(8).as_pointer(), ir.IntType(32)
    kind = ir.FunctionType(ir.VoidType(), [address, number, number, number])
    instruction = builder.module.declare_intrinsic("llvm.prefetch", [address], kind)
    where = builder.bitcast(builder.gep(row.data, [arguments[1]]), address)
    how = [number(setting) for setting in (FOR_READING, INTO_ALL_CACHES, OF_DATA)]
    builder.call(instruction, [where, *how])
    return context.get_dummy_value()
