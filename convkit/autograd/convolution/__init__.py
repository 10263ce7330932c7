"""Convolution and its adjoint, each one primitive with its gradients beside it."""

from convkit.autograd.convolution.primitives import conv2d, conv2d_transpose

__all__ = ["conv2d", "conv2d_transpose"]
