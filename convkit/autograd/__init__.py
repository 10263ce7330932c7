"""Automatic differentiation in reverse: tensors, primitives, and a check of their gradients.

Of the reductions those with the names of Python's own, sum, max and min, are methods of the tensor.
"""

from convkit.autograd.activations import (
    elu,
    gelu,
    leaky_relu,
    log_softmax,
    relu,
    sigmoid,
    silu,
    softmax,
    softplus,
    tanh,
)
from convkit.autograd.arithmetic import (
    add,
    clip,
    divide,
    maximum,
    minimum,
    multiply,
    negate,
    power,
    subtract,
    where,
)
from convkit.autograd.checking import check_grads
from convkit.autograd.convolution import conv2d, conv2d_transpose
from convkit.autograd.elementary import absolute, cos, exp, expm1, log, log1p, sin, sqrt, square
from convkit.autograd.engine import no_grad, primitive, shared
from convkit.autograd.heads import attention, cross_attention, self_attention
from convkit.autograd.indexing import embedding, index
from convkit.autograd.linear import dense, matmul
from convkit.autograd.losses import (
    binary_cross_entropy,
    hinge,
    huber,
    mae,
    mse,
    multiclass_hinge,
    sigmoid_cross_entropy,
    softmax_cross_entropy,
)
from convkit.autograd.memory import keep_freed_memory
from convkit.autograd.normalization import (
    BatchNormalized,
    batch_norm,
    batch_norm_train,
    group_norm,
    layer_norm,
)
from convkit.autograd.policy import (
    action_value_loss,
    clipped_policy_gradient,
    log_probabilities,
    policy_gradient,
)
from convkit.autograd.pooling import (
    avg_pool2d,
    global_avg_pool2d,
    global_max_pool2d,
    max_pool2d,
)
from convkit.autograd.recurrent import Unrolled, gru, lstm, rnn
from convkit.autograd.reductions import logsumexp, mean, var
from convkit.autograd.regularization import dropout
from convkit.autograd.shapes import (
    astype,
    broadcast_to,
    concatenate,
    expand_dims,
    flatten,
    flip,
    pad,
    reshape,
    squeeze,
    stack,
    transpose,
)
from convkit.autograd.tensor import Tensor
from convkit.autograd.variational import (
    bernoulli_surprise,
    normal_divergence,
    normal_surprise,
    reparameterize,
)

__all__ = [
    "BatchNormalized",
    "Tensor",
    "Unrolled",
    "absolute",
    "action_value_loss",
    "add",
    "astype",
    "attention",
    "avg_pool2d",
    "batch_norm",
    "batch_norm_train",
    "bernoulli_surprise",
    "binary_cross_entropy",
    "broadcast_to",
    "check_grads",
    "clip",
    "clipped_policy_gradient",
    "concatenate",
    "conv2d",
    "conv2d_transpose",
    "cos",
    "cross_attention",
    "dense",
    "divide",
    "dropout",
    "elu",
    "embedding",
    "exp",
    "expand_dims",
    "expm1",
    "flatten",
    "flip",
    "gelu",
    "global_avg_pool2d",
    "global_max_pool2d",
    "group_norm",
    "gru",
    "hinge",
    "huber",
    "index",
    "keep_freed_memory",
    "layer_norm",
    "leaky_relu",
    "log",
    "log1p",
    "log_probabilities",
    "log_softmax",
    "logsumexp",
    "lstm",
    "mae",
    "matmul",
    "max_pool2d",
    "maximum",
    "mean",
    "minimum",
    "mse",
    "multiclass_hinge",
    "multiply",
    "negate",
    "no_grad",
    "normal_divergence",
    "normal_surprise",
    "pad",
    "policy_gradient",
    "power",
    "primitive",
    "relu",
    "reparameterize",
    "reshape",
    "rnn",
    "self_attention",
    "shared",
    "sigmoid",
    "sigmoid_cross_entropy",
    "silu",
    "sin",
    "softmax",
    "softmax_cross_entropy",
    "softplus",
    "sqrt",
    "square",
    "squeeze",
    "stack",
    "subtract",
    "tanh",
    "transpose",
    "var",
    "where",
]
