"""Optimizers change parameters along their gradients. They know nothing of layers.

In the formulas, dw already holds weight_decay * w, where that is asked for (but see AdamW).
"""

import math
import warnings
from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeAlias

import numpy as np

from edunn.backend import Array
from edunn.core import Parameter
from edunn.inputs import check_number, check_positive, check_sizes

Parameters: TypeAlias = Iterable[Parameter] | dict[str, Parameter]
_State: TypeAlias = dict[str, Any]  # what an optimizer remembers of one parameter


class Optimizer:
    """What all optimizers share; a subclass writes `update`.

    parameters: a list of Parameters, as from `model.parameters()`, or a dict with their names,
    as from `model.named_parameters()`, which lets `step` take gradients by name.
    """

    names: Mapping[Parameter, str] = {}  # what warnings call them: `fit` gives the model's names
    warned = False  # of parameters that get no gradient: that is said once

    def __init__(self, parameters: Parameters, lr: float, weight_decay: float = 0.0) -> None:
        who = type(self).__name__
        check_positive(who, lr=lr)
        check_number(who, weight_decay=weight_decay)
        named = parameters if isinstance(parameters, dict) else dict(enumerate(parameters))
        if not named or not all(isinstance(p, Parameter) for p in named.values()):
            raise TypeError(f"{who} got no parameters: give it model.parameters()")
        self.parameters: dict[Any, Parameter] = named
        self.lr, self.weight_decay = lr, weight_decay
        self.state: dict[Any, _State] = {name: {} for name in named}  # remembered, by parameter

    def step(self, grads: Mapping[Any, Array] | None = None) -> None:
        """Change every parameter once, along `grads`, or else along its `.grad`.

        grads: a dict by name, as from `backward`, or by Parameter, as from `backward_from`

        Frozen parameters, and those without a gradient, stay as they are. Where no backward has
        ever come to one that is not frozen, a UserWarning names it, once.
        """
        unknown = (grads or {}).keys() - self.parameters.keys() - set(self.parameters.values())
        if unknown:
            raise ValueError(
                f"{type(self).__name__}.step got gradients for {sorted(unknown)}, but its "
                f"parameters are {list(self.parameters)}; build it on model.named_parameters()"
            )
        left: list[Any] = []
        for name, parameter in self.parameters.items():
            gradient = parameter.grad
            if grads is not None:
                gradient = grads.get(name, grads.get(parameter))
            if not parameter.requires_grad:
                continue
            if gradient is None:
                left.append(name)
                continue
            if grads is not None:
                parameter.reached = True
            if self.weight_decay:
                gradient = gradient + self.weight_decay * parameter.data
            self.update(parameter.data, gradient, self.state[name])
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

    def update(self, w: Array, dw: Array, state: _State) -> None:
        """Change the array `w` in place, given its gradient `dw`."""
        raise NotImplementedError(f"{type(self).__name__}.update: not written yet")

    def zero_grad(self) -> None:
        """Forget the gradients, so that the next `backward` starts from nothing."""
        for parameter in self.parameters.values():
            parameter.grad = None


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
        if self.momentum:
            v = state["v"] = self.momentum * state["v"] + dw if "v" in state else dw
            dw = dw + self.momentum * v if self.nesterov else v
        w -= self.lr * dw


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


class SignGD(Optimizer):
    """w = w - lr sign(dw): every number moves by the same length"""

    def __init__(
        self, parameters: Parameters, lr: float = 0.001, weight_decay: float = 0.0
    ) -> None:
        super().__init__(parameters, lr, weight_decay)

    def update(self, w: Array, dw: Array, state: _State) -> None:
        w -= self.lr * np.sign(dw)


class RMSprop(Optimizer):
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
        v = state["v"] = self.alpha * state.get("v", 0.0) + (1 - self.alpha) * dw**2
        w -= self.lr * dw / (np.sqrt(v) + self.eps)


class Adam(Optimizer):
    """w = w - lr m / (sqrt(v) + eps), with m and v the running means of dw and dw^2

    Both start at 0 and are divided by 1 - beta^t, which makes up for it
    (Kingma and Ba 2015, arXiv:1412.6980).
    """

    def __init__(
        self,
        parameters: Parameters,
        lr: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr, weight_decay)
        who = type(self).__name__
        if len(betas) != 2:
            raise ValueError(f"{who} got betas={betas!r}, not two numbers from 0 to below 1")
        _check_share(who, beta1=betas[0], beta2=betas[1])
        check_positive(who, eps=eps)
        self.betas, self.eps = betas, eps

    def update(self, w: Array, dw: Array, state: _State) -> None:
        beta1, beta2 = self.betas
        t = state["t"] = state.get("t", 0) + 1
        m = state["m"] = beta1 * state.get("m", 0.0) + (1 - beta1) * dw
        v = state["v"] = beta2 * state.get("v", 0.0) + (1 - beta2) * dw**2
        size = np.sqrt(v) / math.sqrt(1 - beta2**t) + self.eps
        w -= self.lr / (1 - beta1**t) * m / size


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
    ) -> None:
        super().__init__(parameters, lr, betas, eps)
        self.shrink = weight_decay

    def update(self, w: Array, dw: Array, state: _State) -> None:
        w *= 1 - self.lr * self.shrink
        super().update(w, dw, state)


class Schedule:
    """Changes an optimizer's learning rate: call `step` after each epoch. A subclass writes
    `factor(epoch)`, what the first learning rate is multiplied by."""

    def __init__(self, optimizer: Optimizer) -> None:
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"{type(self).__name__} got {optimizer!r}, not an optimizer")
        self.optimizer, self.first, self.epoch = optimizer, optimizer.lr, 0

    def factor(self, epoch: int) -> float:
        raise NotImplementedError(f"{type(self).__name__}.factor: not written yet")

    def step(self) -> None:
        self.epoch += 1
        self.optimizer.lr = self.first * self.factor(self.epoch)


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


def _check_share(who: object, **shares: float) -> None:
    for name, share in shares.items():
        check_number(who, **{name: share})
        if not 0 <= share < 1:
            raise ValueError(f"{who} got {name}={share!r}, not a number from 0 to below 1")
