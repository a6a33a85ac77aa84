"""Optimizers change parameters along their gradients. They know nothing of layers."""

import numpy as np

from edunn.core import Parameter
from edunn.inputs import check_positive


class Optimizer:
    """What all optimizers share; a subclass writes `update`.

    parameters: a list of Parameters, as from `model.parameters()`, or a dict with their names,
    as from `model.named_parameters()`, which lets `step` take gradients by name.
    """

    def __init__(self, parameters, lr):
        who = type(self).__name__
        check_positive(who, lr=lr)
        named = parameters if isinstance(parameters, dict) else dict(enumerate(parameters))
        if not named or not all(isinstance(p, Parameter) for p in named.values()):
            raise TypeError(f"{who} got no parameters: give it model.parameters()")
        self.parameters, self.lr = named, lr
        self.state = {name: {} for name in named}  # what an optimizer remembers, by parameter

    def step(self, grads=None):
        """Change every parameter once, along `grads` (by name), or else along its `.grad`.

        Frozen parameters, and those without a gradient, stay as they are.
        """
        unknown = set(grads or ()) - set(self.parameters)
        if unknown:
            raise ValueError(
                f"{type(self).__name__}.step got gradients for {sorted(unknown)}, but its "
                f"parameters are {list(self.parameters)}; build it on model.named_parameters()"
            )
        for name, parameter in self.parameters.items():
            gradient = parameter.grad if grads is None else grads.get(name)
            if gradient is not None and parameter.requires_grad:
                self.update(parameter.data, gradient, self.state[name])

    def update(self, w, dw, state):
        """Change the array `w` in place, given its gradient `dw`."""
        raise NotImplementedError(f"{type(self).__name__}.update: not written yet")

    def zero_grad(self):
        """Forget the gradients, so that the next `backward` starts from nothing."""
        for parameter in self.parameters.values():
            parameter.grad = None


class SGD(Optimizer):
    """Gradient descent: v = momentum v + dw, then w = w - lr v; without momentum, v is dw."""

    def __init__(self, parameters, lr=0.01, momentum=0.0):
        super().__init__(parameters, lr)
        if not 0 <= momentum < 1:
            raise ValueError(f"SGD got momentum={momentum!r}, not a number from 0 to below 1")
        self.momentum = momentum

    def update(self, w, dw, state):
        if self.momentum:
            dw = state["v"] = self.momentum * state["v"] + dw if "v" in state else dw
        w -= self.lr * dw


class Adam(Optimizer):
    """w = w - lr m / (sqrt(v) + eps), with m and v the running means of dw and dw^2

    Both start at 0 and are divided by 1 - beta^t, which makes up for it
    (Kingma and Ba 2015, arXiv:1412.6980).
    """

    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(parameters, lr)
        if len(betas) != 2 or not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"Adam got betas={betas!r}, not two numbers from 0 to below 1")
        check_positive("Adam", eps=eps)
        self.betas, self.eps = betas, eps

    def update(self, w, dw, state):
        beta1, beta2 = self.betas
        t = state["t"] = state.get("t", 0) + 1
        m = state["m"] = beta1 * state.get("m", 0.0) + (1 - beta1) * dw
        v = state["v"] = beta2 * state.get("v", 0.0) + (1 - beta2) * dw**2
        w -= self.lr / (1 - beta1**t) * m / (np.sqrt(v / (1 - beta2**t)) + self.eps)
