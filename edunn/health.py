"""Signs that training is going wrong: each is said once, in words that help."""

from collections.abc import Callable, Iterator

import numpy as np

from edunn.core import Module
from edunn.layers.activations import ReLU

EXPLODING, VANISHING, DEAD = 1e3, 1e-8, 0.9
ALIVE = 1e-5  # a gradient above it says that there is something left to learn
ROUNDING = 1e-8  # a loss below it rises and falls by chance
FEW = 8  # in a batch of fewer examples, a ReLU is 0 for all of them by chance


class Health:
    """Looks at a model after every epoch of `fit`, and compares it with what it was at first: a
    model that has learned has small gradients too, and is not ill."""

    def __init__(self, model: Module) -> None:
        self.model = model
        self.said: set[str] = set()
        self.first_loss: float | None = None  # of the first epoch
        self.start_loss: float | None = None  # of the first batch, as are the sizes
        self.start_sizes: dict[str, float] = {}

    def start(self, loss: float) -> None:
        """Look at the first batch, after its backward; later ones are let pass."""
        if self.start_loss is None:
            self.start_loss, self.start_sizes = float(loss), self.sizes()

    def sizes(self) -> dict[str, float]:
        """The largest number in the gradient of each parameter that has one, by name."""
        named = self.model.named_parameters().items()
        grads = {name: p.grad for name, p in named if p.grad is not None and p.size}
        return {name: float(np.max(np.abs(grad))) for name, grad in grads.items()}

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
        if loss > max(2 * first_loss, ROUNDING):
            rise = f"the loss has risen from {first_loss:.3g} to {loss:.3g}"
            yield "rising", f"{rise}. The learning rate is probably too high."
        learns = self.start_loss is not None and loss < self.start_loss / 2
        if not learns and loss > ROUNDING:
            yield from self.bad_gradients()
            yield from self.dead_relus()

    def bad_gradients(self) -> Iterator[tuple[str, str]]:
        sizes = self.sizes()
        for name, size in sizes.items():
            if size > EXPLODING:
                text = f"the gradient of {name} is as large as {size:.3g}"
                yield "exploding", f"{text}. Scale the data, lower lr, or use clip_grad_norm."
        # what vanishes does so on its way back: before the first parameters, not behind them. If
        # all are small, the model may just as well have learned before
        for name, size in sizes.items():
            if max(size, self.start_sizes.get(name, 0.0)) > VANISHING:
                return
            if max(sizes.values()) > ALIVE:
                text = f"the gradient of {name} is at most {size:.3g}: it does not learn"
                yield "vanishing", f"{text}. Try ReLU for sigmoid or tanh, or another initializer."

    def dead_relus(self) -> Iterator[tuple[str, str]]:
        for name, module in self.model.named_modules():
            active = module.cache if isinstance(module, ReLU) else None
            if active is not None and len(active) >= FEW:
                dead = float(np.mean(~np.any(active, axis=0)))
                if dead >= DEAD:
                    text = f"{dead:.0%} of the ReLUs of layer {name[:-1]} were 0 for a whole batch"
                    yield "dead", f"{text}: they do not learn. Try a lower lr, or LeakyReLU."
