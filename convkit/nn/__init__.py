"""Neural networks: modules, layers, losses and where weights begin.

>>> import numpy as np
>>> from convkit.nn import LAYERS, Context, Sequential
>>> model = Sequential([LAYERS["dense"](16), LAYERS["relu"](), LAYERS["dense"](3)])
>>> model.build((4,), np.random.default_rng(0))
(3,)
>>> model(np.ones((5, 4), np.float32), Context()).shape
(5, 3)

A layer's constructor is what can be written in a YAML file; what it can infer isn't asked for.
"""

from convkit.nn.activations import (
    ELU,
    GELU,
    LeakyReLU,
    LogSoftmax,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
)
from convkit.nn.architectures import VGG, Repeat, ResNet
from convkit.nn.attention import CrossAttention, MultiHeadAttention
from convkit.nn.containers import Residual, Sequential
from convkit.nn.convolution import Conv2D, Conv2DTranspose, DepthwiseConv2D
from convkit.nn.cross_transformer import CrossDecoder
from convkit.nn.dense import Dense
from convkit.nn.embedding import Embedding
from convkit.nn.flat import Flat, flatten_parameters
from convkit.nn.initializers import INITIALIZERS, Initializer, InitializerChoice, fans
from convkit.nn.layer import Layer, LayerError, Row, View
from convkit.nn.losses import (
    MAE,
    MSE,
    BinaryCrossEntropy,
    BinaryCrossEntropyWithLogits,
    BinaryLoss,
    ClassLoss,
    CrossEntropy,
    Hinge,
    Huber,
    Loss,
    MulticlassHinge,
    ValueLoss,
)
from convkit.nn.module import Context, Module, parameter
from convkit.nn.normalization import BatchNorm, GroupNorm, LayerNorm
from convkit.nn.pooling import AvgPool2D, GlobalAvgPool2D, GlobalMaxPool2D, MaxPool2D
from convkit.nn.positions import PositionalEncoding
from convkit.nn.recurrent import GRU, LSTM, RNN
from convkit.nn.regularization import Dropout
from convkit.nn.shaping import Flatten, Reshape
from convkit.nn.summary import named_layers, summary
from convkit.nn.transformer import TransformerDecoder, TransformerEncoder

LAYERS: dict[str, type[Layer]] = {
    layer.name: layer
    for layer in (
        Dense,
        Conv2D,
        DepthwiseConv2D,
        Conv2DTranspose,
        MaxPool2D,
        AvgPool2D,
        GlobalMaxPool2D,
        GlobalAvgPool2D,
        BatchNorm,
        LayerNorm,
        GroupNorm,
        Dropout,
        Flatten,
        Reshape,
        Residual,
        Repeat,
        VGG,
        ResNet,
        Embedding,
        RNN,
        LSTM,
        GRU,
        PositionalEncoding,
        MultiHeadAttention,
        TransformerEncoder,
        TransformerDecoder,
        Sigmoid,
        Tanh,
        ReLU,
        LeakyReLU,
        ELU,
        GELU,
        SiLU,
        Softplus,
        Softmax,
        LogSoftmax,
    )
}
"""Name in a YAML file -> layer."""

LOSSES: dict[str, type[Loss]] = {
    loss.name: loss
    for loss in (
        MSE,
        MAE,
        Huber,
        CrossEntropy,
        BinaryCrossEntropy,
        BinaryCrossEntropyWithLogits,
        Hinge,
        MulticlassHinge,
    )
}
"""Name in a YAML file -> loss."""

__all__ = [
    "ELU",
    "GELU",
    "GRU",
    "INITIALIZERS",
    "LAYERS",
    "LOSSES",
    "LSTM",
    "MAE",
    "MSE",
    "RNN",
    "VGG",
    "AvgPool2D",
    "BatchNorm",
    "BinaryCrossEntropy",
    "BinaryCrossEntropyWithLogits",
    "BinaryLoss",
    "ClassLoss",
    "Context",
    "Conv2D",
    "Conv2DTranspose",
    "CrossAttention",
    "CrossDecoder",
    "CrossEntropy",
    "Dense",
    "DepthwiseConv2D",
    "Dropout",
    "Embedding",
    "Flat",
    "Flatten",
    "GlobalAvgPool2D",
    "GlobalMaxPool2D",
    "GroupNorm",
    "Hinge",
    "Huber",
    "Initializer",
    "InitializerChoice",
    "Layer",
    "LayerError",
    "LayerNorm",
    "LeakyReLU",
    "LogSoftmax",
    "Loss",
    "MaxPool2D",
    "Module",
    "MultiHeadAttention",
    "MulticlassHinge",
    "PositionalEncoding",
    "ReLU",
    "Repeat",
    "ResNet",
    "Reshape",
    "Residual",
    "Row",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Tanh",
    "TransformerDecoder",
    "TransformerEncoder",
    "ValueLoss",
    "View",
    "fans",
    "flatten_parameters",
    "named_layers",
    "parameter",
    "summary",
]
