"""edunn: a neural-network framework small enough to read, in this order."""

from edunn.backend import (
    DeviceError,
    default_dtype,
    device_of,
    manual_seed,
    set_default_dtype,
    to,
)
from edunn.core import Module, Parameter, Tensor, no_tape
from edunn.ops import Add, MatMul, Multiply, Subtract
from edunn import initializers
from edunn.layers.linear import Bias, Linear
from edunn.layers.activations import Identity, ReLU, Sigmoid, Softmax, Tanh
from edunn.layers.dense import Dense
from edunn.containers import Sequential
from edunn.losses import CrossEntropyLoss, MSELoss
from edunn.optimizers import SGD, Adam
from edunn.metrics import accuracy
from edunn.training import batches, evaluate, fit
from edunn import datasets, plot
from edunn.checking import GradientError, check_gradients
from edunn import utils

__version__ = "0.1.0"
