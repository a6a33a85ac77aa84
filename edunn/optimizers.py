"""Optimizers change parameters along their gradients. They know nothing of layers.

In the formulas, dw already holds weight_decay * w, where that is asked for (but see AdamW).
"""

import copy
import math
import warnings
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, TypeAlias

import numpy as np

from edunn.backend import Array, fused
from edunn.core import Parameter, Tensor
from edunn.inputs import (
    check_choice,
    check_number,
    check_positive,
    check_shape,
    check_sizes,
    check_whole,
    show,
)

Parameters: TypeAlias = (
    Iterable[Parameter] | dict[str, Parameter] | list[dict[str, Any]]  # or groups of them
)
_State: TypeAlias = dict[str, Any]  # what an optimizer remembers of one parameter


class Optimizer:
    """What all optimizers share; a subclass writes `update`.

    parameters: a list of Parameters, as from `model.parameters()`, or a dict with their names,
    as from `model.named_parameters()`, which lets `step` take gradients by name; or a list of
    groups, dicts with "params" and a learning rate or weight decay of their own.
    """

    names: Mapping[Parameter, str] = {}  # what warnings call them: `fit` gives the model's names
    warned = False  # of parameters that get no gradient: that is said once

    def __init__(self, parameters: Parameters, lr: float, weight_decay: float = 0.0) -> None:
        who = type(self).__name__
        _check_group(who, {"lr": lr, "weight_decay": weight_decay})
        self.defaults = {"lr": lr, "weight_decay": weight_decay}
        self.parameters: dict[Any, Parameter] = {}
        self.state: dict[Any, _State] = {}  # remembered, by parameter
        self.param_groups: list[dict[str, Any]] = []
        self._groups: dict[Any, dict[str, Any]] = {}  # by parameter's name, its group
        if not isinstance(parameters, Iterable):
            raise TypeError(f"{who} got {show(parameters)}, not model.parameters()")
        self._known: set[Any] = set()  # what `step` takes gradients by: names and Parameters
        given: Any = parameters if isinstance(parameters, dict) else list(parameters)
        if not given:
            raise TypeError(f"{who} got no parameters: give it model.parameters()")
        has_groups = isinstance(given, list) and all(isinstance(one, dict) for one in given)
        for group in given if has_groups else [{"params": given}]:
            self.add_param_group(group)

    def add_param_group(self, group: Mapping[str, Any]) -> None:
        """Take in more parameters, with a learning rate or weight decay of their own.

        group: {"params": a list or dict of Parameters, "lr": ..., "weight_decay": ...}
        """
        who, given = type(self).__name__, group.get("params", ())
        given = [given] if isinstance(given, Tensor) else given
        first = len(self.parameters)
        named = given if isinstance(given, dict) else dict(enumerate(given, first))
        if not named or not all(map(_is_trained, named.values())):
            raise TypeError(f"{who} got no parameters: give it model.parameters()")
        here = set(self.parameters.values()) | set(named.values())
        if len(here) < len(self.parameters) + len(named) or named.keys() & self.parameters.keys():
            raise ValueError(f"{who} got a parameter twice")
        settings = {name: value for name, value in group.items() if name != "params"}
        _check_group(who, settings)
        self.param_groups.append({"params": list(named.values()), **self.defaults, **settings})
        self.parameters |= named
        self._known |= named.keys() | set(named.values())
        self._groups |= dict.fromkeys(named, self.param_groups[-1])
        self.state |= {name: {} for name in named}
        self._group = self.param_groups[0]  # in `step`, the one of the parameter that is changed

    @property
    def lr(self) -> float:
        """The learning rate: in `update`, that of the parameter's group; else of the first group.
        Setting it sets that of all."""
        return self._group["lr"]

    @lr.setter
    def lr(self, lr: float) -> None:
        for group in self.param_groups:
            group["lr"] = lr

    @property
    def weight_decay(self) -> float:
        """As `lr`: of the parameter's group, or of the first."""
        return self._group["weight_decay"]

    @weight_decay.setter
    def weight_decay(self, weight_decay: float) -> None:
        for group in self.param_groups:
            group["weight_decay"] = weight_decay

    def step(self, grads: Mapping[Any, Array] | None = None) -> None:
        """Change every parameter once, along `grads`, or else along its `.grad`.

        grads: a dict by name, as from `backward`, or by Parameter, as from `backward_from`

        Frozen parameters, and those without a gradient, stay as they are. Where no backward has
        ever come to one that is not frozen, a UserWarning names it, once.
        """
        if grads is not None and not isinstance(grads, Mapping):
            hint = "call loss.backward(), and step() without any" if callable(grads) else "by name"
            raise TypeError(f"{type(self).__name__}.step got {show(grads)}, not gradients: {hint}")
        if grads is not None and not grads.keys() <= self._known:
            unknown = sorted(grads.keys() - self._known)
            raise ValueError(
                f"{type(self).__name__}.step got gradients for {unknown}, but its "
                f"parameters are {list(self.parameters)}; build it on model.named_parameters()"
            )
        left: list[Any] = []
        for name, parameter in self.parameters.items():
            if not parameter.requires_grad:
                continue
            if grads is None:
                gradient = parameter.grad
            else:
                gradient = grads[name] if name in grads else grads.get(parameter)
            if gradient is None:
                left.append(name)
                continue
            if grads is not None:
                parameter.reached = True
            self._group = group = self._groups[name]
            if group["weight_decay"]:
                gradient = self.decay(parameter.data, gradient)
            self.update(parameter.data, gradient, self.state[name])
        self._group = self.param_groups[0]
        if left and not self.warned:
            self.warn_of(left)

    def warn_of(self, left: list[Any]) -> None:
        """Say which of those left out have never had a gradient, if backward has come to others.
        Where gradients are set by hand, who sets them knows."""
        learned = [p for p in self.parameters.values() if p.requires_grad]
        never = [name for name in left if not self.parameters[name].reached]
        if len(left) == len(learned):
            text = "changed nothing: no parameter has a gradient; call loss.backward() before step"
        elif never and any(p.reached for p in learned):
            names = ", ".join(map(self.name_of, never))
            text = f"leaves out {names}: no gradient comes there. Does forward use it?"
        else:
            return
        self.warned = True
        warnings.warn(f"{type(self).__name__}.step {text}", stacklevel=3)

    def name_of(self, name: Any) -> str:
        """What a parameter is called in a warning."""
        parameter = self.parameters[name]
        place = name if isinstance(name, str) else f"parameter {name} of shape {parameter.shape}"
        return self.names.get(parameter, place)

    def decay(self, w: Array, dw: Array) -> Array:
        """The gradient with the weight decay in it, where there is one."""
        return _with_decay(w, dw, self.weight_decay)

    def update(self, w: Array, dw: Array, state: _State) -> None:
        """Change the array `w` in place, given its gradient `dw`."""
        raise NotImplementedError(f"{type(self).__name__}.update: not written yet")

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients, so that the next `backward` starts from nothing.

        set_to_none: False to make them zeros, along which momentum goes on
        """
        for parameter in self.parameters.values():
            parameter.zero_grad(set_to_none)

    def state_dict(self) -> dict[str, Any]:
        """What is remembered of each parameter, and the settings of the groups; copies."""
        names = iter(self.parameters)
        groups = [
            group | {"params": [next(names) for _ in group["params"]]}
            for group in self.param_groups
        ]
        return {"state": copy.deepcopy(self.state), "param_groups": groups}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over what `state_dict` gave, of an optimizer of the same parameters."""
        have, got = self.state_dict()["param_groups"], state["param_groups"]
        if [one["params"] for one in have] != [one["params"] for one in got]:
            raise ValueError(
                f"{type(self).__name__} got groups of parameters {[one['params'] for one in got]}, "
                f"not {[one['params'] for one in have]}"
            )
        for mine, settings in zip(self.param_groups, got):
            mine.update({name: settings[name] for name in self.defaults})
        self.state = copy.deepcopy(state["state"])


class SGD(Optimizer):
    """v = momentum v + dw; w = w - lr v (Nesterov: w - lr (dw + momentum v)); v starts as dw."""

    def __init__(
        self,
        parameters: Parameters,
        lr: float = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr, weight_decay)
        _check_share(type(self).__name__, momentum=momentum)
        self.momentum, self.nesterov = momentum, nesterov

    def update(self, w: Array, dw: Array, state: _State) -> None:
        if not self.momentum:
            w -= self.lr * dw
        else:
            v = state["v"] if state else state.setdefault("v", np.zeros_like(w))
            _roll(w, dw, v, self.momentum, self.momentum if self.nesterov else None, self.lr)


@fused
def _roll(w: Array, dw: Array, v: Array, momentum: Any, ahead: Any, lr: Any) -> None:
    """ahead: the momentum once more, for Nesterov's; else None"""
    v *= momentum
    v += dw
    w -= lr * (v if ahead is None else dw + ahead * v)


@fused
def _with_decay(w: Array, dw: Array, weight_decay: Any) -> Array:
    return dw + weight_decay * w


class Momentum(SGD):
    """SGD with momentum 0.9, unless another is given."""

    def __init__(
        self,
        parameters: Parameters,
        lr: float = 0.01,
        momentum: float = 0.9,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr, momentum, False, weight_decay)


class Nesterov(SGD):
    """SGD with Nesterov momentum 0.9, unless another is given."""

    def __init__(
        self,
        parameters: Parameters,
        lr: float = 0.01,
        momentum: float = 0.9,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr, momentum, True, weight_decay)


class AlsoTrains(Optimizer):
    """An optimizer by whose name the original edunn trains: without parameters,
    Adam(lr=, epochs=, batch_size=) is GradientDescent(optimizer=Adam, lr=, epochs=, batch_size=).
    """

    trainer: Callable[..., Any]  # GradientDescent, which comes after

    def __new__(cls, *parameters: Any, **options: Any) -> Any:
        has_parameters = parameters or "parameters" in options
        if not has_parameters and options.keys() & {"epochs", "batch_size"}:
            return cls.trainer(optimizer=cls, **options)
        return super().__new__(cls)


class SignGD(AlsoTrains):
    """w = w - lr sign(dw): every number moves by the same length"""

    def __init__(
        self, parameters: Parameters, lr: float = 0.001, weight_decay: float = 0.0
    ) -> None:
        super().__init__(parameters, lr, weight_decay)

    def update(self, w: Array, dw: Array, state: _State) -> None:
        _move_by_sign(w, dw, self.lr)


@fused
def _move_by_sign(w: Array, dw: Array, lr: Any) -> None:
    w -= lr * np.sign(dw)


class RMSprop(AlsoTrains):
    """v = alpha v + (1 - alpha) dw^2; w = w - lr dw / (sqrt(v) + eps) (Hinton 2012)"""

    def __init__(
        self,
        parameters: Parameters,
        lr: float = 0.01,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr, weight_decay)
        _check_share("RMSprop", alpha=alpha)
        check_positive("RMSprop", eps=eps)
        self.alpha, self.eps = alpha, eps

    def update(self, w: Array, dw: Array, state: _State) -> None:
        if not state:
            state["v"] = np.zeros_like(w)
        _rmsprop(w, dw, state["v"], self.alpha, 1 - self.alpha, self.eps, self.lr)


@fused
def _rmsprop(w: Array, dw: Array, v: Array, alpha: Any, rest: Any, eps: Any, lr: Any) -> None:
    v *= alpha
    v += rest * dw**2
    w -= lr * dw / (np.sqrt(v) + eps)


class Adam(AlsoTrains):
    """w = w - lr m / (sqrt(v) + eps), with m and v the running means of dw and dw^2

    Both start at 0 and are divided by 1 - beta^t, which makes up for it
    (Kingma and Ba 2015, arXiv:1412.6980). amsgrad: v never falls (Reddi et al. 2018).
    """

    def __init__(
        self,
        parameters: Parameters,
        lr: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        amsgrad: bool = False,
    ) -> None:
        super().__init__(parameters, lr, weight_decay)
        who = type(self).__name__
        if len(betas) != 2:
            raise ValueError(f"{who} got betas={betas!r}, not two numbers from 0 to below 1")
        _check_share(who, beta1=betas[0], beta2=betas[1])
        check_positive(who, eps=eps)
        self.betas, self.eps, self.amsgrad = betas, eps, amsgrad

    def update(self, w: Array, dw: Array, state: _State) -> None:
        if not state:
            state.update(t=0, m=np.zeros_like(w), v=np.zeros_like(w))
        t = state["t"] = state["t"] + 1
        if self.amsgrad and "v_max" not in state:
            state["v_max"] = np.zeros_like(w)
        beta1, beta2 = self.betas
        unbiased = math.sqrt(1 - beta2**t)  # the corrections as numbers: end of section 2
        eps, lr = self.eps * unbiased, self.lr * unbiased / (1 - beta1**t)
        moments = state["m"], state["v"], state.get("v_max")
        _adam(w, dw, *moments, beta1, 1 - beta1, beta2, 1 - beta2, eps, lr)


@fused
def _adam(  # noqa: PLR0913  # what is computed of numbers alone is handed in: see `fused`
    w: Array, dw: Array, m: Array, v: Array, v_max: Any,
    beta1: Any, rest1: Any, beta2: Any, rest2: Any, eps: Any, lr: Any,
) -> None:  # fmt: skip
    """m = beta1 m + rest1 dw, and so on, in place: new memory takes half of the time"""
    part = dw * rest1
    m *= beta1
    m += part
    v *= beta2
    np.multiply(dw, dw, out=part)
    part *= rest2
    v += part
    if v_max is not None:
        np.maximum(v_max, v, out=v_max)
        v = v_max
    np.sqrt(v, out=part)
    part += eps
    np.divide(m, part, out=part)
    part *= lr
    w -= part


class AdamW(Adam):
    """Adam, but the weight decay shrinks w itself and not dw: w = w - lr weight_decay w first
    (Loshchilov and Hutter 2019, arXiv:1711.05101)."""

    def __init__(
        self,
        parameters: Parameters,
        lr: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.01,
        amsgrad: bool = False,
    ) -> None:
        super().__init__(parameters, lr, betas, eps, weight_decay, amsgrad)

    def decay(self, w: Array, dw: Array) -> Array:
        w *= 1 - self.lr * self.weight_decay
        return dw


class Schedule:
    """Changes an optimizer's learning rate: call `step` after each epoch. A subclass writes
    `factor(epoch)`, what the first learning rate is multiplied by."""

    def __init__(self, optimizer: Optimizer) -> None:
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"{type(self).__name__} got {optimizer!r}, not an optimizer")
        self.optimizer, self.epoch = optimizer, 0
        self.first = [group["lr"] for group in optimizer.param_groups]

    def factor(self, epoch: int) -> float:
        raise NotImplementedError(f"{type(self).__name__}.factor: not written yet")

    def step(self) -> None:
        self.epoch += 1
        self.set()

    def set(self) -> None:
        """Give each group of parameters its learning rate of this epoch."""
        for group, first in zip(self.optimizer.param_groups, self.first):
            group["lr"] = first * self.factor(self.epoch)

    def get_last_lr(self) -> list[float]:
        """The learning rate of each group of parameters."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        """The epoch, and all else that it remembers, but for its optimizer and its functions."""
        mine = {name: v for name, v in vars(self).items() if name != "optimizer"}
        return {name: copy.deepcopy(value) for name, value in mine.items() if not callable(value)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over what `state_dict` gave, of a schedule of the same class; the learning rates of
        now are in the optimizer's own state."""
        have, got = [*self.state_dict()], [*state]
        if set(have) != set(got):
            raise ValueError(f"{type(self).__name__} got a state of {got}, not of {have}")
        vars(self).update(copy.deepcopy(dict(state)))


class StepLR(Schedule):
    """lr is multiplied by gamma every `step_size` epochs"""

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1) -> None:
        check_sizes("StepLR", step_size=step_size)
        check_positive("StepLR", gamma=gamma)
        super().__init__(optimizer)
        self.step_size, self.gamma = step_size, gamma

    def factor(self, epoch: int) -> float:
        return self.gamma ** (epoch // self.step_size)


class ExponentialLR(Schedule):
    """lr is multiplied by gamma every epoch"""

    def __init__(self, optimizer: Optimizer, gamma: float) -> None:
        check_positive("ExponentialLR", gamma=gamma)
        super().__init__(optimizer)
        self.gamma = gamma

    def factor(self, epoch: int) -> float:
        return self.gamma**epoch


class CosineAnnealingLR(Schedule):
    """lr falls to 0 over T_max epochs along half a cosine (arXiv:1608.03983)"""

    def __init__(self, optimizer: Optimizer, T_max: int) -> None:
        check_sizes("CosineAnnealingLR", T_max=T_max)
        super().__init__(optimizer)
        self.T_max = T_max

    def factor(self, epoch: int) -> float:
        return 0.5 * (1 + math.cos(math.pi * epoch / self.T_max))


class MultiStepLR(Schedule):
    """lr is multiplied by gamma at each of some epochs, the milestones"""

    def __init__(
        self, optimizer: Optimizer, milestones: Collection[int], gamma: float = 0.1
    ) -> None:
        check_shape("MultiStepLR", milestones, "milestones")
        check_positive("MultiStepLR", gamma=gamma)
        super().__init__(optimizer)
        self.milestones, self.gamma = milestones, gamma

    def factor(self, epoch: int) -> float:
        return self.gamma ** sum(milestone <= epoch for milestone in self.milestones)


class LambdaLR(Schedule):
    """lr is the first one times lr_lambda(epoch), from epoch 0 on"""

    def __init__(self, optimizer: Optimizer, lr_lambda: Callable[[int], float]) -> None:
        if not callable(lr_lambda):
            raise TypeError(f"LambdaLR got lr_lambda={lr_lambda!r}, not a function of the epoch")
        super().__init__(optimizer)
        self.lr_lambda = lr_lambda
        self.set()

    def factor(self, epoch: int) -> float:
        return self.lr_lambda(epoch)


class ReduceLROnPlateau(Schedule):
    """lr is multiplied by `factor` when the metric has not got better for more than `patience`
    epochs: call `step(metric)`

    mode: "min" or "max", which of them is better    threshold: by which share it must be better
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        min_lr: float = 0.0,
    ) -> None:
        who = "ReduceLROnPlateau"
        check_choice(who, mode, ("min", "max"), "mode")
        _check_share(who, factor=factor, threshold=threshold)
        check_whole(who, patience=patience)
        check_number(who, min_lr=min_lr)
        super().__init__(optimizer)
        self.mode, self.shrink, self.patience = mode, factor, patience
        self.threshold, self.min_lr = threshold, min_lr
        self.best, self.bad_epochs = math.inf if mode == "min" else -math.inf, 0

    def step(self, metric: float) -> None:  # type: ignore[override]
        """After an epoch, with what it is judged by."""
        metric = float(metric)
        self.epoch += 1
        if self.mode == "min":
            better = metric < self.best * (1 - self.threshold)
        else:
            better = metric > self.best * (1 + self.threshold)
        self.best, self.bad_epochs = (metric, 0) if better else (self.best, self.bad_epochs + 1)
        if self.bad_epochs > self.patience:
            self.bad_epochs = 0
            for group in self.optimizer.param_groups:
                group["lr"] = max(group["lr"] * self.shrink, self.min_lr)


def clip_grad_norm(parameters: Collection[Parameter], max_norm: float) -> float:
    """Scale all gradients by one factor, so that their common length is at most `max_norm`.

    Returns the length that they had, a number.
    """
    check_positive("clip_grad_norm", max_norm=max_norm)
    grads = [p.grad for p in parameters if p.grad is not None]
    norm = math.sqrt(sum(float(np.sum(g * g)) for g in grads))
    if norm > max_norm:
        for parameter in parameters:
            if parameter.grad is not None:
                parameter.grad = parameter.grad * (max_norm / (norm + 1e-6))
    return norm


def _is_trained(x: object) -> bool:
    """Whether this is a Parameter, or another leaf that takes a gradient."""
    return isinstance(x, Parameter) or (
        isinstance(x, Tensor) and x.step is None and x.requires_grad
    )


def _check_share(who: object, **shares: float) -> None:
    for name, share in shares.items():
        check_number(who, **{name: share})
        if not 0 <= share < 1:
            raise ValueError(f"{who} got {name}={share!r}, not a number from 0 to below 1")


def _check_group(who: object, settings: Mapping[str, Any]) -> None:
    """Refuse settings of a group of parameters other than these two, and what they cannot be."""
    for name in settings:
        check_choice(who, name, ("lr", "weight_decay"), "a group with")
    check_number(who, **settings)
    if settings.get("lr", 0) < 0:
        raise ValueError(f"{who} got lr={settings['lr']!r}, not a number from 0 up")
