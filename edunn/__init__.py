"""edunn: a neural-network framework small enough to read, in this order."""

# fmt: off
import typing as _typing

from edunn._lazy import lazy_exports as _lazy_exports
from edunn.pytorch_differences import missing as _missing
from edunn.original import refuse as _refuse
from edunn.backend import (
    DeviceError,
    default_dtype,
    device_of,
    manual_seed,
    set_default_dtype,
    to,
)
from edunn.core import Module, Parameter, Step, Tensor, no_tape
from edunn.ops import (
    Absolute, Add, Divide, Exp, Log, MatMul, Maximum, Multiply, Negative, Power, Sqrt, Subtract,
)
from edunn.array_ops import Concatenate, Index, Max, Mean, Reshape, Sum, Transpose
from edunn.more_ops import (
    BroadcastTo, Clip, Cos, CumSum, Einsum, ExpandDims, Expm1, Flip, Log1p, Min, Minimum, Pad, Prod,
    Remainder, Repeat, Sin, Sort, Squeeze, Stack, Std, Tile, Tril, Triu, Var, Where,
)
from edunn import initializers
from edunn.layers.linear import Bias, Linear
from edunn.layers.activations import (
    ELU,
    GELU,
    AddConstant,
    Identity,
    LeakyReLU,
    LogSoftmax,
    MultiplyConstant,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
)
from edunn.layers.activations import Tanh as TanH
from edunn.layers.dense import Dense
from edunn.layers.shaping import Flatten
from edunn.layers.regularization import BatchNorm1d, BatchNorm2d, Dropout
from edunn.layers.regularization import BatchNorm1d as BatchNorm
from edunn.layers.normalization import LayerNorm
from edunn.layers.convolution import Conv1d, Conv2d
from edunn.layers.convolution import Conv2d as Conv2D
from edunn.layers.pooling import AdaptiveAvgPool2d, AvgPool2d, MaxPool2d
from edunn.layers.embedding import Embedding
from edunn.layers.recurrent import GRU, LSTM, RNN
from edunn.layers.attention import MultiHeadAttention
from edunn.layers.masked import MaskedLinear, SparseLinear
from edunn.containers import ModuleDict, ModuleList, Sequential, Sequential1D
from edunn.sequential2d import Sequential2D
from edunn.losses import (
    BCELoss,
    BCEWithLogitsLoss,
    BinaryCrossEntropy,
    CrossEntropyLoss,
    CrossEntropyWithLabels,
    HuberLoss,
    L1Loss,
    MeanError,
    MSELoss,
    NLLLoss,
    SmoothL1Loss,
    SquaredError,
)
from edunn.model import (
    FakeError, FakeModel, LinearRegression, LogisticRegression, Model, ModelWithoutParameters,
    ModelWithParameters, Phase,
)
from edunn.optimizers import (
    SGD,
    Adam,
    AdamW,
    CosineAnnealingLR,
    ExponentialLR,
    LambdaLR,
    Momentum,
    MultiStepLR,
    Nesterov,
    ReduceLROnPlateau,
    RMSprop,
    SignGD,
    StepLR,
    clip_grad_norm,
)
from edunn import metrics
from edunn.metrics import (
    accuracy, confusion_matrix, f1, mae, mse, precision, r2, recall,
)
from edunn.training import (
    EarlyStopping, GradientDescent, MomentumGD, NesterovMomentumGD, batches, evaluate, fit,
)
if _typing.TYPE_CHECKING:  # what is imported only when it is asked for: see the end
    from edunn import checking, datasets, plot, utils
    from edunn.datasets.loading import DataLoader, TensorDataset
    from edunn.saving import (
        from_torch, load, load_checkpoint, load_state_dict, save, save_checkpoint, state_dict,
        to_torch,
    )
    from edunn.checking import (
        CheckError, GradientError, InitializerError, OptimizerError, TrainingLoopError,
        check_gradients, check_initializer, check_layer, check_optimizer,
        check_training_loop, numeric_gradient,
    )

no_grad = no_tape
__version__ = "0.1.0"


__all__ = [
    # layers after the first edition
    "AdaptiveAvgPool2d", "Conv1d", "ELU", "GRU", "LSTM", "LayerNorm", "LogSoftmax",
    "MultiHeadAttention", "SiLU", "Softplus",
    # names of the original edunn
    "BatchNorm", "FakeError", "FakeModel", "Model", "ModelWithParameters", "ModelWithoutParameters",
    "Phase",
    # all else
    "Absolute", "Adam", "AdamW", "Add", "AddConstant", "AvgPool2d", "BCELoss", "BCEWithLogitsLoss",
    "BatchNorm1d", "BatchNorm2d", "Bias", "BinaryCrossEntropy", "BroadcastTo", "CheckError", "Clip",
    "Concatenate", "Conv2D", "Conv2d", "Cos", "CosineAnnealingLR", "CrossEntropyLoss",
    "CrossEntropyWithLabels", "CumSum", "DataLoader", "Dense", "DeviceError", "Divide", "Dropout",
    "EarlyStopping", "Einsum", "Embedding", "Exp", "ExpandDims", "Expm1", "ExponentialLR",
    "Flatten", "Flip", "GELU", "GradientDescent", "GradientError", "HuberLoss", "Identity", "Index",
    "InitializerError", "L1Loss", "LambdaLR", "LeakyReLU", "Linear", "LinearRegression", "Log",
    "Log1p", "LogisticRegression", "MSELoss", "MaskedLinear", "MatMul", "Max", "MaxPool2d",
    "Maximum", "Mean", "MeanError", "Min", "Minimum", "Module", "ModuleDict", "ModuleList",
    "Momentum", "MomentumGD", "MultiStepLR", "Multiply", "MultiplyConstant", "NLLLoss", "Negative",
    "Nesterov", "NesterovMomentumGD", "OptimizerError", "Pad", "Parameter", "Power", "Prod",
    "RMSprop", "RNN", "ReLU", "ReduceLROnPlateau", "Remainder", "Repeat", "Reshape", "SGD",
    "Sequential",
    "Sequential1D", "Sequential2D", "Sigmoid", "SignGD", "Sin", "SmoothL1Loss", "Softmax", "Sort",
    "SparseLinear", "Sqrt", "SquaredError", "Squeeze", "Stack", "Std", "Step", "StepLR", "Subtract",
    "Sum", "TanH", "Tanh", "Tensor", "TensorDataset", "Tile", "TrainingLoopError", "Transpose",
    "Tril", "Triu", "Var", "Where", "accuracy", "batches", "check_gradients", "check_initializer",
    "check_layer", "check_optimizer", "check_training_loop", "clip_grad_norm", "confusion_matrix",
    "datasets", "default_dtype", "device_of", "evaluate", "f1", "fit", "from_torch", "initializers",
    "load", "load_checkpoint", "load_state_dict", "mae", "manual_seed", "metrics", "mse", "no_grad",
    "no_tape", "numeric_gradient", "plot", "precision", "r2", "recall", "save", "save_checkpoint",
    "set_default_dtype", "state_dict", "to", "to_torch", "utils",
]



def _refuse_name(module: str, name: str) -> AttributeError:
    """What to raise for a name that is not here, with a hint to what is near."""
    says = _missing(name)
    return AttributeError(f"edunn has no {name}: {says}") if says else _refuse(module, name)


__getattr__ = _lazy_exports("edunn", {
    "datasets": ["datasets"],
    "datasets.loading": ["DataLoader", "TensorDataset"],
    "saving": [
        "from_torch", "load", "load_checkpoint", "load_state_dict", "save", "save_checkpoint",
        "state_dict", "to_torch",
    ],
    "plot": ["plot"],
    "utils": ["utils"],
    "checking": [
        "checking", "CheckError", "GradientError", "InitializerError", "OptimizerError",
        "TrainingLoopError", "check_gradients", "check_initializer", "check_layer",
        "check_optimizer", "check_training_loop", "numeric_gradient",
    ],
}, _refuse_name)[0]  # fmt: skip


def __dir__() -> list[str]:
    return __all__
