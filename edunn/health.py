"""Signs that training is going wrong: each is said once, in words that help."""

from collections.abc import Callable, Iterator

import numpy as np

from edunn.core import Module
from edunn.layers.activations import ReLU

EXPLODING, VANISHING, DEAD = 1e3, 1e-8, 0.9


class Health:
    """Looks at a model after every epoch of `fit`."""

    def __init__(self, model: Module) -> None:
        self.model = model
        self.said: set[str] = set()
        self.first_loss: float | None = None

    def check(self, loss: float, say: Callable[[str], object]) -> None:
        """Look at the last batch of an epoch; say(text) for each sign not yet named."""
        self.first_loss = loss if self.first_loss is None else self.first_loss
        for sign, text in self.signs(loss, self.first_loss):
            if sign not in self.said:
                self.said.add(sign)
                say(f"training health: {text}")

    def signs(self, loss: float, first_loss: float) -> Iterator[tuple[str, str]]:
        if not np.isfinite(loss):
            yield "nan", f"the loss is {loss}. Try a learning rate ten times smaller."
            return
        if loss > 2 * first_loss:
            rise = f"the loss has risen from {first_loss:.3g} to {loss:.3g}"
            yield "rising", f"{rise}. The learning rate is probably too high."
        for name, parameter in self.model.named_parameters().items():
            if parameter.grad is None or not parameter.size:
                continue
            size = float(np.max(np.abs(parameter.grad)))
            if size > EXPLODING:
                text = f"the gradient of {name} is as large as {size:.3g}"
                yield "exploding", f"{text}. Scale the data, lower lr, or use clip_grad_norm."
            elif size < VANISHING:
                text = f"the gradient of {name} is at most {size:.3g}: it does not learn"
                yield "vanishing", f"{text}. Try ReLU for sigmoid or tanh, or another initializer."
        for name, module in self.model.named_modules():
            active = module.cache if isinstance(module, ReLU) else None
            if active is not None and len(active) > 1:
                dead = float(np.mean(~np.any(active, axis=0)))
                if dead >= DEAD:
                    text = f"{dead:.0%} of the ReLUs of layer {name[:-1]} were 0 for a whole batch"
                    yield "dead", f"{text}: they do not learn. Try a lower lr, or LeakyReLU."
