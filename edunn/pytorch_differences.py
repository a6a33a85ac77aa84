"""What PyTorch has and edunn.torchlike has not, and what differs: one list.

docs/from_pytorch.md shows it as a table (docs/make_from_pytorch.py), a test holds each row to what
it says, and whoever asks for a name that is not built is told what is near.
"""

import difflib
from collections.abc import Collection
from typing import NamedTuple

import numpy as np


class _Difference(NamedTuple):
    """A name of PyTorch's, as `nn.Hardtanh` or `Tensor.max`.

    near: what to write instead: names of edunn.torchlike, or np.something
    """

    name: str
    near: tuple[str, ...]
    says: str = ""


def _missing(names: str, near: str = "", says: str = "") -> list[_Difference]:
    return [_Difference(name, tuple(near.split()), says) for name in names.split()]


MISSING = [
    *_missing("Hardtanh ReLU6 functional.hardtanh functional.relu6", "clamp", "clamp(x, -1, 1)"),
    *_missing("PReLU RReLU", "LeakyReLU"),
    *_missing("CELU SELU Hardswish Hardsigmoid Mish Softsign Tanhshrink", "ReLU GELU Tanh"),
    *_missing("LogSigmoid functional.logsigmoid", "BCEWithLogitsLoss"),
    *_missing("ConvTranspose1d ConvTranspose2d Conv3d functional.conv3d", "Conv2d"),
    *_missing("functional.conv_transpose2d", "Conv2d"),
    *_missing("MaxPool3d AvgPool3d AdaptiveMaxPool2d LPPool2d FractionalMaxPool2d", "MaxPool2d"),
    *_missing("Upsample PixelShuffle Fold Unfold functional.interpolate functional.unfold"),
    *_missing("GroupNorm InstanceNorm1d InstanceNorm2d BatchNorm3d", "BatchNorm2d"),
    *_missing("LocalResponseNorm SyncBatchNorm RMSNorm", "BatchNorm2d"),
    *_missing("Dropout1d Dropout2d Dropout3d AlphaDropout", "Dropout"),
    *_missing("RNNCell LSTMCell GRUCell", "RNN", "the sequence at once"),
    *_missing("Transformer TransformerEncoder TransformerDecoder TransformerEncoderLayer", "",
              "write the block as a Module of its own layers"),
    *_missing("Bilinear LazyLinear LazyConv2d EmbeddingBag", "Linear Embedding"),
    *_missing("Unflatten", "Flatten", "x.reshape(...) in forward"),
    *_missing("ParameterList ParameterDict", "ModuleList", "Parameters as attributes"),
    *_missing("DataParallel", "", "one device"),
    *_missing("KLDivLoss CTCLoss PoissonNLLLoss GaussianNLLLoss functional.kl_div", "NLLLoss"),
    *_missing("MarginRankingLoss HingeEmbeddingLoss MultiMarginLoss TripletMarginLoss", "MSELoss"),
    *_missing("CosineEmbeddingLoss CosineSimilarity SoftMarginLoss", "MSELoss"),
    *_missing("optim.LBFGS optim.Adagrad optim.Adadelta optim.Adamax optim.NAdam", "optim.Adam"),
    *_missing("optim.RAdam optim.SparseAdam optim.ASGD optim.Rprop", "optim.Adam"),
    *_missing("optim.lr_scheduler.OneCycleLR optim.lr_scheduler.CyclicLR "
              "optim.lr_scheduler.LinearLR optim.lr_scheduler.PolynomialLR "
              "optim.lr_scheduler.SequentialLR", "optim.lr_scheduler.LambdaLR"),
    *_missing("optim.lr_scheduler.CosineAnnealingWarmRestarts",
              "optim.lr_scheduler.CosineAnnealingLR"),
    *_missing("init.orthogonal_ init.trunc_normal_ init.sparse_ init.dirac_ init.eye_",
              "init.xavier_normal_"),
    *_missing("save load", "state_dict load_state_dict",
              "edunn.save(model, 'file.npz') and edunn.load: arrays only, no pickles"),
    *_missing("compile jit fx quantization distributed amp onnx", "", "everything runs as written"),
    *_missing("autograd vmap func", "no_grad", "the tape is Tensor.backward; none of second order"),
    *_missing("float16 bfloat16", "float32"),
    *_missing("sparse_coo_tensor", "", "edunn.SparseLinear"),
    *_missing("utils.rnn", "", "pad the sequences to one length"),
    *_missing("transforms.RandomCrop transforms.RandomHorizontalFlip transforms.Resize",
              "transforms.Compose", "any function of an array (height, width)"),
    *_missing("datasets.CIFAR10 datasets.ImageFolder", "datasets.MNIST TensorDataset"),
    *_missing("Tensor.add_ Tensor.sub_ Tensor.mul_ Tensor.div_ Tensor.zero_ Tensor.fill_ "
              "Tensor.copy_", "no_grad", "p.data[...] = values, or p -= ... under no_grad"),
    *_missing("Tensor.masked_fill_", "", "y = x.masked_fill(mask, value)"),
    *_missing("Tensor.relu Tensor.sigmoid Tensor.softmax Tensor.log_softmax",
              "relu sigmoid softmax functional.log_softmax", "softmax(x, dim=1)"),
    *_missing("Tensor.scatter_ Tensor.scatter_add_ Tensor.index_add_ Tensor.half "
              "Tensor.register_hook"),
    *_missing("Tensor.nelement Tensor.ndimension Tensor.element_size", "numel",
              "numel(), dim()"),
    *_missing("Tensor.clamp_min Tensor.clamp_max Tensor.relu_", "clamp", "clamp(min=0)"),
    *_missing("Tensor.mT", "swapaxes", "x.swapaxes(-1, -2)"),
    *_missing("Tensor.mv Tensor.addmm Tensor.baddbmm mv addmm baddbmm", "matmul", "a @ x + b"),
    *_missing("Tensor.new_zeros Tensor.new_ones Tensor.new_tensor", "zeros_like zeros"),
    *_missing("Tensor.trunc Tensor.frac Tensor.fmod trunc frac fmod", "floor", "x % y, x // y"),
    *_missing("Tensor.is_floating_point is_floating_point", "", "x.dtype.kind == 'f'"),
    *_missing("Tensor.amax Tensor.amin amax amin", "max min", "x.max(axis=1)"),
    *_missing("Tensor.median Tensor.quantile Tensor.cumprod Tensor.unique Tensor.bincount "
              "Tensor.diagonal Tensor.trace Tensor.roll", "", "NumPy's, on x.data"),
    *_missing("Tensor.retain_grad Tensor.grad_fn", "", "gradients are kept for leaves only"),
    *_missing("Tensor.detach_ Tensor.exp_ Tensor.clamp_ Tensor.normal_ Tensor.uniform_",
              "no_grad init.normal_ init.uniform_", "y = x.detach(), or p.data[...] = values"),
    *_missing("Module.register_forward_hook Module.register_full_backward_hook"),
    *_missing("Module.add_module Module.register_module Module.register_parameter", "",
              "setattr(self, name, layer), or self.name = nn.Parameter(...)"),
    *_missing("Module.named_children Module.get_submodule Module.get_parameter", "",
              "children() and named_parameters(), which are dicts"),
    *_missing("Module.float Module.double Module.half Module.type", "set_default_dtype",
              "before the model is built"),
    *_missing("functional.scaled_dot_product_attention", "MultiheadAttention",
              "softmax(q @ k.transpose(1, 2) / d ** 0.5) @ v"),
    *_missing("functional.normalize functional.cosine_similarity", "", "x / x.norm(dim=1, "
              "keepdim=True)"),
    *_missing("MaxPool1d AvgPool1d functional.max_pool1d functional.avg_pool1d",
              "MaxPool2d AvgPool2d", "an axis of size 1 more: x.unsqueeze(2)"),
    *_missing("multinomial bernoulli", "rand", "edunn.backend.generator().choice(n, p=p)"),
    *_missing("normal", "randn", "mean + std * randn(2, 3)"),
    *_missing("Generator random seed", "manual_seed", "one generator draws everything"),
    *_missing("cuda.manual_seed cuda.manual_seed_all", "manual_seed",
              "one generator draws everything, for all devices"),
    *_missing("cuda.device_count cuda.current_device cuda.empty_cache cuda.synchronize "
              "backends", "cuda.is_available", "leave the line out"),
    *_missing("FloatTensor LongTensor DoubleTensor", "tensor float long double",
              "tensor([1, 2], dtype=long)"),
    *_missing("cdist", "", "((a.unsqueeze(1) - b) ** 2).sum(-1).sqrt()"),
    *_missing("erf", "GELU"),
    *_missing("logical_not logical_and logical_or", "", "~a, a & b and a | b, of truths"),
    *_missing("repeat_interleave", "np.repeat"),
    *_missing("set_printoptions", "np.set_printoptions"),
    *_missing("functional.adaptive_avg_pool2d", "AdaptiveAvgPool2d"),
    *_missing("utils.clip_grad_value_", "utils.clip_grad_norm_"),
    *_missing("utils.tensorboard", "", "edunn.plot.history"),
    *_missing("utils.data.Sampler utils.data.IterableDataset utils.data.ConcatDataset "
              "utils.data.WeightedRandomSampler utils.data.default_collate",
              "utils.data.Dataset utils.data.Subset"),
    *_missing("set_grad_enabled enable_grad inference_mode is_grad_enabled", "no_grad"),
    *_missing("linalg svd inverse fft", "np.linalg", "on x.data, off the tape"),
]  # fmt: skip

_LISTED = {one.name: one for one in MISSING}

DIFFERS = [
    _Difference("Linear", (), "weight is (in_features, out_features), so y = x @ weight + bias: "
               "to tie it to an Embedding takes h @ embedding.weight.T"),
    _Difference("Module.named_parameters", (), "a dict, so `for name, p in "
               "model.named_parameters().items()`; names end in w and b"),
    _Difference("Module.children", (), "a dict of names and modules: .values() are the modules"),
    _Difference("Module.named_modules", (), "a path ends in a dot: 'fc1.'"),
    _Difference("Module.modules", (), "a list"),
    _Difference("Module.parameters", (), "a list, which may be used more than once: its first is "
               "model.parameters()[0], not next(...)"),
    _Difference("Module.named_buffers", (), "a dict of arrays; `buffers` is the tuple of names"),
    _Difference("Module.register_buffer", (), "keeps an array, not a Tensor"),
    _Difference("Module.state_dict", ("from_torch", "to_torch"), "arrays, under edunn's names and "
               "shapes; from_torch and to_torch translate"),
    _Difference("Module.forward", (), "gets plain arrays in a layer that writes its own backward; "
               "a subclass that writes a new forward alone is traced, and so is super().forward"),
    _Difference("Tensor.data", (), "an array, NumPy's or CuPy's: x.data[...] = 0 for "
               "x.data.zero_(), x.numpy() for x.data.numpy()"),
    _Difference("Tensor.grad", (), "an array: p.grad = None, or p.zero_grad(), for "
               "p.grad.zero_(); np.linalg.norm(p.grad) for p.grad.norm(); and no p.grad.data"),
    _Difference("Tensor.size", (), "size() and size(0) as there; without parentheses the count"),
    _Difference("Tensor.max", ("max",), "max(dim=1) gives (values, indices), max(axis=1) values; "
               "max(1) is refused; so in min"),
    _Difference("Tensor.var", ("var",), "var(dim=1) divides by n - 1, var(axis=1) by n, as "
               "NumPy's; var(1) and var() are refused unless they say ddof, correction or "
               "unbiased; so in std"),
    _Difference("Tensor.squeeze", (), "an axis that is not of size 1 is refused, as by NumPy"),
    _Difference("Tensor.type", (), "takes a dtype: see Tensor.float"),
    _Difference("Tensor.repeat", (), "repeats the whole tensor, as there; np.repeat each number"),
    _Difference("Tensor.sort", (), "gives (values, indices), as there; np.sort the values"),
    _Difference("Tensor.transpose", (), "two numbers swap axes; np.transpose(x, order) is NumPy's"),
    _Difference("Tensor.backward", (), "no create_graph; retain_graph is always so; parameters "
               "changed since the forward are used as they are now, where PyTorch refuses"),
    _Difference("Tensor.float", (), "of a Tensor on the tape only if it changes nothing"),
    _Difference("tensor", (), "real numbers get the default dtype (float32), arrays as well"),
    _Difference("device", (), "gives its name, a string"),
    _Difference("CrossEntropyLoss", (), "scores (n, classes) and labels (n,): flatten other axes "
               "first; no probabilities as targets"),
    _Difference("NLLLoss", (), "as CrossEntropyLoss"),
    _Difference("BCELoss", (), "a target that takes a gradient is refused, as in all losses but "
               "MSELoss, L1Loss, HuberLoss and SmoothL1Loss"),
    _Difference("Dropout", (), "draws other numbers than PyTorch with the same seed"),
    _Difference("ReLU", (), "inplace=True is accepted and has no effect; so in all layers"),
    _Difference("Softplus", (), "threshold has no effect: the formula holds for every x"),
    _Difference("LayerNorm", (), "no elementwise_affine and no bias=False"),
    _Difference("Conv2d", (), "starts as KaimingNormal, its bias at 0; so does Conv1d; "
               "padding_mode only 'zeros'"),
    _Difference("RNN", (), "no dropout, bidirectional, nonlinearity or proj_size, and always a "
               "batch; so LSTM and GRU. `forward`, not called, is edunn's: one array"),
    _Difference("MultiheadAttention", (), "attn_mask only the causal one, no dropout; the weights "
               "are off the tape, and 0 for a query that sees nothing, not NaN"),
    _Difference("ModuleList", (), "called, it runs its modules in a row"),
    _Difference("DataLoader", (), "num_workers and pin_memory have no effect; no samplers and no "
               "collate_fn"),
    _Difference("TensorDataset", (), "items, and `arrays`, are arrays; so are images of MNIST"),
    _Difference("optim.SGD", (), "a group may set lr and weight_decay; no dampening, no maximize"),
    _Difference("optim.lr_scheduler.ReduceLROnPlateau", (), "without cooldown and eps"),
    _Difference("optim.lr_scheduler.StepLR", (), "no last_epoch: step() as often as there were"),
    _Difference("functional.linear", (), "weight is (in_features, out_features)"),
    _Difference("functional.conv2d", (), "weight: a Parameter, or what takes no gradient; so in "
               "layer_norm"),
    _Difference("init.kaiming_normal_", (), "a matrix is (inputs, outputs), as in Linear"),
]  # fmt: skip


def refuse(where: str, name: str, have: Collection[str]) -> AttributeError:
    """What to raise for a name that the module `where` has not: it says what is near.

    where: the module, as "edunn.torchlike.optim"    have: the names that it has
    """
    says = missing(f"{where}.{name}".removeprefix("edunn.torchlike."))
    if not says:
        near = tuple(difflib.get_close_matches(name, have, 2))
        near += (f"np.{name}",) if hasattr(np, name) else ()
        says = _says(_Difference(name, near))
    return AttributeError(f"{where} has no {name}: {says}")


def missing(path: str) -> str:
    """What is near a name that is listed as missing, such as "Tensor.gather"; "" for others."""
    return _says(_LISTED[path]) if path in _LISTED else ""


def _says(one: _Difference) -> str:
    hint = f"near is {', '.join(one.near)}; " if one.near else ""
    hint += f"{one.says}; " if one.says else ""
    return f"{hint}what differs from PyTorch stands in docs/from_pytorch.md"


def table() -> str:
    """The rows of MISSING and DIFFERS as two tables in Markdown."""
    rows = ["| missing | near | |", "|---|---|---|"]
    groups: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for one in MISSING:
        groups.setdefault((one.near, one.says), []).append(one.name)
    for (near, says), names in groups.items():
        rows.append(f"| {_code(names)} | {_code(near)} | {says} |")
    rows += ["", "| differs | how |", "|---|---|"]
    rows += [f"| `{one.name}` | {one.says} |" for one in DIFFERS]
    return "\n".join(rows)


def _code(names: Collection[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
