"""PyTorch's layers for pictures as functions of our parameters, in the order of ours."""

from __future__ import annotations

import torch

F = torch.nn.functional

PADDING_MODES = {
    "constant": "constant",
    "edge": "replicate",
    "reflect": "reflect",
    "wrap": "circular",
}


def channels_first(x):
    return x.movedim(-1, 1)


def channels_last(x):
    return x.movedim(1, -1)


def on_images(function):
    """Let a function of PyTorch's layout (n, c, ...) work on ours."""
    return lambda x, *parameters, **settings: channels_last(
        function(channels_first(x), *parameters, **settings)
    )


def conv2d(x, weight, bias=None, *, pad=(0, 0, 0, 0), mode="constant", **settings):
    padded = F.pad(x, pad, mode=PADDING_MODES[mode])
    return F.conv2d(padded, weight.permute(3, 2, 0, 1), bias, **settings)


def conv2d_transpose(x, weight, bias=None, **settings):
    return F.conv_transpose2d(x, weight.permute(3, 2, 0, 1), bias, **settings)


def batch_norm(x, scale, shift):
    return F.batch_norm(x, None, None, scale, shift, training=True)


def vgg(stages):
    """Return PyTorch's way through stages of so many convolutions, and two dense layers."""

    def function(x, *parameters):
        left = iter(parameters)
        x = channels_first(x)
        for convolutions in stages:
            for _ in range(convolutions):
                x = F.relu(batch_norm(conv2d(x, next(left), padding=1), next(left), next(left)))
            x = F.max_pool2d(x, 2, ceil_mode=True)
        x = channels_last(x).flatten(1)
        for _ in range(2):
            x = F.relu(F.linear(x, next(left).T, next(left)))
        return x

    return function


def resnet(blocks, residual=True):
    """Return PyTorch's way through three stages of so many blocks."""

    def function(x, *parameters):
        left = iter(parameters)

        def normalized(x, stride=1):
            return batch_norm(
                conv2d(x, next(left), padding=1, stride=stride), next(left), next(left)
            )

        x = F.relu(normalized(channels_first(x)))
        for number in range(3 * blocks):
            halves = number in (blocks, 2 * blocks)
            after = normalized(F.relu(normalized(x, 1 + halves)))
            if residual:
                after = after + (conv2d(x, next(left), next(left), stride=2) if halves else x)
            x = F.relu(after)
        return x.mean((2, 3))

    return function


def cut(function, by):
    return lambda x, *parameters, **settings: function(x, *parameters, **settings)[..., :by, :by]
