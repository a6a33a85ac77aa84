"""Saving and loading: .npz files of plain arrays on the CPU, written whole or not at all."""

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from edunn import backend
from edunn.backend import to
from edunn.core import Module
from edunn.files import write_whole
from edunn.inputs import show
from edunn.layers.attention import MultiHeadAttention
from edunn.layers.dense import Dense
from edunn.layers.linear import Linear
from edunn.layers.recurrent import GRU, LSTM, RNN
from edunn.optimizers import Optimizer

State: TypeAlias = dict[str, np.ndarray]  # parameters and buffers, by dotted name


def save(model: Module, path: str | Path) -> None:
    """Write a model's parameters and buffers to an .npz file, under their dotted names.

    The file appears whole or not at all; it holds no code, and no pickles.
    """
    _write(path, state_dict(model))


def load(model: Module, path: str | Path) -> None:
    """Read into `model` what `save` wrote; a file that does not fit changes nothing.

    Raises ValueError that lists everything that does not fit, and OSError or ValueError on a file
    that is not there or is no .npz file.
    """
    load_state_dict(model, _read(path))


def state_dict(model: Module) -> State:
    """All parameters and buffers as arrays on the CPU, by their dotted names; copies."""
    return model.state_dict()


def load_state_dict(model: Module, state: State) -> None:
    """Give `model` the arrays of a state dict, on the device and of the dtype that it has now.

    Raises ValueError that lists all names and shapes that do not fit, and then changes nothing.
    """
    model.load_state_dict(state)


def save_checkpoint(path: str | Path, model: Module, optimizer: Optimizer, **extra: Any) -> None:
    """Write all that training needs to go on, bit for bit: the model, the optimizer's memory and
    learning rate, and the state of the random numbers.

    extra: whatever else is to be kept (epoch=3, history=...), in JSON's types
    """
    arrays = {f"model/{name}": array for name, array in state_dict(model).items()}
    numbers: dict[str, Any] = {}
    for name, memory in optimizer.state.items():
        for key, value in memory.items():
            is_array = hasattr(value, "dtype")
            (arrays if is_array else numbers)[f"optimizer/{name}/{key}"] = (
                np.array(to(value, "cpu")) if is_array else value
            )
    settings = [{n: group[n] for n in optimizer.defaults} for group in optimizer.param_groups]
    about = {"numbers": numbers, "lr": optimizer.lr, "groups": settings, "extra": extra}
    about["random"] = backend.generator().bit_generator.state
    arrays["about"] = np.frombuffer(json.dumps(about).encode(), np.uint8)
    _write(path, arrays)


def load_checkpoint(path: str | Path, model: Module, optimizer: Optimizer) -> dict[str, Any]:
    """Read what `save_checkpoint` wrote into model, optimizer and random numbers.

    Returns what it was given as extra; a file that does not fit raises ValueError."""
    arrays = _read(path)
    if "about" not in arrays:
        raise ValueError(f"{path} is no checkpoint: save_checkpoint writes them, save does not")
    about = json.loads(arrays.pop("about").tobytes())
    model_state = {n[6:]: a for n, a in arrays.items() if n.startswith("model/")}
    load_state_dict(model, model_state)
    names = {str(name): name for name in optimizer.state}
    memory: dict[Any, dict[str, Any]] = {name: {} for name in optimizer.state}
    stored = {n: a for n, a in arrays.items() if n.startswith("optimizer/")} | about["numbers"]
    for full_name, value in stored.items():
        _, name, key = full_name.split("/")
        if name not in names:
            raise ValueError(f"{path} remembers parameter {name}, not one of {list(names)}")
        device = backend.device_of(optimizer.parameters[names[name]].data)
        memory[names[name]][key] = to(value, device) if hasattr(value, "dtype") else value
    optimizer.state, optimizer.lr = memory, about["lr"]
    for group, settings in zip(optimizer.param_groups, about.get("groups", ())):
        group.update(settings)
    backend.generator().bit_generator.state = about["random"]
    return about["extra"]


def to_torch(model: Module) -> State:
    """The state dict that a PyTorch model of the same layers loads: weight and bias, with the
    weights of Linear and Dense transposed to (outputs, inputs). Arrays; wrap them in tensors."""
    names = _torch_names(model)
    state = {}
    for name, array in state_dict(model).items():
        theirs, turned, twin = names[name]
        state[theirs] = array.T if turned else array
        if twin:
            state[twin] = np.zeros_like(array)
    return state


def from_torch(model: Module, state: Mapping[str, Any]) -> None:
    """Give `model` the state dict of a PyTorch model of the same layers (arrays or tensors)."""
    if not isinstance(state, Mapping):
        raise TypeError(f"from_torch got {show(state)}, not a state dict: model.state_dict()")
    arrays = {
        name: np.asarray(value)
        for name, value in state.items()
        if not name.endswith("num_batches_tracked")
    }
    have, mine = model.get_parameters() | model.named_buffers(), {}
    for name, (theirs, turned, twin) in _torch_names(model).items():
        if theirs in arrays:
            array = arrays.pop(theirs) + arrays.pop(twin, 0.0) if twin else arrays.pop(theirs)
            if name in have:  # not the second name of a tied Parameter
                mine[name] = array.T if turned else array
    load_state_dict(model, mine | arrays)


_TORCH = {"w": "weight", "b": "bias"}
_TORCH_RECURRENT = {"wx": "weight_ih", "wh": "weight_hh", "b": "bias_ih", "bh": "bias_hh"}

_TORCH_ATTENTION = {
    "w": "in_proj_weight", "b": "in_proj_bias", "wo": "out_proj.weight", "bo": "out_proj.bias",
}  # fmt: skip


def _torch_names(model: Module) -> dict[str, tuple[str, bool, str]]:
    """By the dotted name of a parameter or buffer: PyTorch's name for it; whether it is turned
    there, as weights of shape (outputs, inputs) are; and, where PyTorch has two biases and the
    layer has one, the name of the second."""
    names = {}
    for prefix, module in model.named_modules():
        for name in (*module.own_parameters(), *module.buffers):
            if isinstance(module, (RNN, LSTM, GRU)):
                short, _, layer = name.partition("_l")
                theirs = f"{_TORCH_RECURRENT[short]}_l{layer or 0}"
                one = short == "b" and module.biases == 1 and not isinstance(module, GRU)
                twin = theirs.replace("ih", "hh") if one else ""  # a GRU's two do not add up
                names[prefix + name] = prefix + theirs, True, prefix + twin if twin else ""
            elif isinstance(module, MultiHeadAttention):
                names[prefix + name] = prefix + _TORCH_ATTENTION[name], True, ""
            else:
                turned = name == "w" and isinstance(module, (Linear, Dense))
                names[prefix + name] = prefix + _TORCH.get(name, name), turned, ""
    return names


def _write(path: str | Path, arrays: State) -> None:
    path = Path(path)
    if path.suffix != ".npz":
        raise ValueError(f"save got path {str(path)!r}, not one that ends in .npz")
    file = io.BytesIO()
    np.savez(file, **arrays)  # type: ignore[arg-type]  # no array is called allow_pickle
    write_whole(path, file.getvalue())


def _read(path: str | Path) -> State:
    try:
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as data:
            return {name: data[name] for name in data.files}
    except (zipfile.BadZipFile, ValueError, EOFError, AttributeError) as error:
        raise ValueError(f"{path} is no .npz file of plain arrays ({error})") from None
