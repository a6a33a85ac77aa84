"""A module as a tree: the modules inside it, and what they hold by name.

Found by looking at plain attributes, without any registration: what a module holds now is what is
found now.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from edunn.backend import to


class Learned:
    """Marks what a module holds in order to learn it: a Parameter."""


class Tree:
    """What a module knows of itself as a tree; `core.Module` adds what it computes."""

    training = True
    buffers: tuple[str, ...] = ()  # names of attributes that are arrays but not learned

    def children(self) -> dict[str, Any]:
        """The modules this one is made of, by name: its attributes that are modules."""
        return {name: value for name, value in vars(self).items() if isinstance(value, Tree)}

    def named_modules(self, prefix: str = "") -> Iterator[tuple[str, Any]]:
        """This module and all those inside it, each with the dotted path that leads to it."""
        yield prefix, self
        for name, child in self.children().items():
            yield from child.named_modules(f"{prefix}{name}.")

    def modules(self) -> list[Any]:
        """This module and all those inside it, each once."""
        return list({id(module): module for _, module in self.named_modules()}.values())

    def named_parameters(self) -> dict[str, Any]:
        """Each Parameter once, under the first dotted name that leads to it: "0.w", "fc1.b"."""
        found: dict[int, tuple[str, Any]] = {}
        for prefix, module in self.named_modules():
            for name, value in vars(module).items():
                if isinstance(value, Learned):
                    found.setdefault(id(value), (prefix + name, value))
        return dict(found.values())

    def find_parameter(self, name: str) -> Any:
        """The Parameter of a dotted name; ValueError names the ones there are."""
        *path, last = name.split(".")
        module: Any = self
        for part in path:
            module = module.children().get(part, Tree())
        found = vars(module).get(last)
        if isinstance(found, Learned):
            return found
        have = list(self.named_parameters())
        raise ValueError(f"{type(self).__name__} has no parameter {name!r}, only {have}")

    def parameters(self) -> list[Any]:
        """Each Parameter once."""
        return list(self.named_parameters().values())

    def get_parameters(self) -> dict[str, Any]:
        """The live arrays of the parameters, by the names of `named_parameters`."""
        return {name: parameter.data for name, parameter in self.named_parameters().items()}

    def named_buffers(self) -> dict[str, Any]:
        """The arrays that are kept but not learned (running means), by dotted name."""
        return {
            prefix + name: getattr(module, name)
            for prefix, module in self.named_modules()
            for name in module.buffers
        }

    def number_of_trainable_parameters(self) -> int:
        """How many numbers an optimizer would change."""
        return sum(p.data.size for p in self.parameters() if p.requires_grad)

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters."""
        for parameter in self.parameters():
            parameter.grad = None

    def train(self, mode: bool = True) -> Tree:
        """Put this module and all inside it into training mode (or, with False, out of it)."""
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Tree:
        """Put this module and all inside it into evaluation mode."""
        return self.train(False)

    def to(self, device: str) -> Tree:
        """Move parameters, their gradients and buffers to 'cpu', 'cuda' or 'cuda:1'."""
        for parameter in self.parameters():
            parameter.data, parameter.grad = to(parameter.data, device), to(parameter.grad, device)
        for module in self.modules():
            for name in module.buffers:
                setattr(module, name, to(getattr(module, name), device))
        return self

    def describe(self) -> str:
        """What stands between the parentheses of the repr: the sizes, for a layer."""
        return ""

    def __repr__(self) -> str:
        rows = "".join(f"\n({name}): {child!r}" for name, child in self.children().items())
        inside = rows.replace("\n", "\n  ") + "\n" if rows else self.describe()
        return f"{type(self).__name__}({inside})"
