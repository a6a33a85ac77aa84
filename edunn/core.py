"""Module and Tensor: a computation with an explicit backward, and the tape that chains them.

A Module computes with plain arrays and knows its own derivative. Called on a Tensor, it also leaves
a Step on the tape: which module ran, on which inputs, with which cache. `Tensor.backward` replays
the steps, last one first, asking each module for the gradient to hand on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial, wraps
from inspect import signature
from itertools import count
from types import FunctionType
from typing import Any, NamedTuple, Self, TypeAlias

import numpy as np

from edunn.attributes import held
from edunn.backend import Array, Shape, array_of, operand, to
from edunn.recording import is_recording
from edunn.recording import no_tape as no_tape  # where it is looked for
from edunn.tensor_words import TensorWords, has_tensor
from edunn.words import ModuleWords, old_words

Grads: TypeAlias = dict[str, Array]  # by a Parameter's name, as `backward` gives them
ParameterGrads: TypeAlias = "dict[Parameter, Array]"  # as `backward_from` does


class Module(ModuleWords):
    """A differentiable computation.

    A subclass writes two methods, on plain arrays:

    - `forward(x)` returns y, and keeps in `self.cache` all that backward will need;
    - `backward(dy)` returns `dx, grads`: the gradient of the input, and a dict from the name of
      each parameter to its gradient. It changes neither `dy` nor the cache.

    With several inputs, dx is a tuple. A subclass that writes a forward and no backward is traced:
    called on a Tensor, its forward runs on that Tensor, and the modules it calls leave their own
    steps on the tape; so does super().forward. To keep an inherited one: backward = Base.backward.

    The Parameters and modules inside a module are found by looking at its attributes, whenever
    they are asked for; nothing is registered. Those in lists, tuples and dicts are found as well,
    in lists of lists too: the w of self.layers[0] is "layers.0.w", and that of
    self.blocks["conv"][1] is "blocks.conv.1.w". Only what is in `cache` is no part of the module.
    """

    cache: Any = None
    training = True
    differentiable = True  # False: its output takes no gradient, as that of a comparison
    needs_dx = True  # False while a backward runs whose dx nobody asks for: a first layer's
    takes_indices = False  # True: its input is whole numbers, as that of an Embedding
    buffers: tuple[str, ...] = ()  # names of attributes that are arrays but not learned
    sees_tensors = False  # whether the class writes a forward after the last backward
    _forward_of_backward: Callable[..., Any]  # the forward that belongs to its backward

    def __init_subclass__(cls, **options: Any) -> None:
        # The one hook: each `forward` that a class defines is made to record what Tensors go
        # through it, so that layer.forward(tensor) does as layer(tensor) does.
        super().__init_subclass__(**options)
        forward, *backward = (
            next(i for i, kind in enumerate(cls.__mro__) if name in vars(kind))
            for name in ("forward", "backward", "backward_from")
        )
        cls.sees_tensors = forward < min(backward)
        if isinstance(vars(cls).get("forward"), FunctionType):
            traced = cls.sees_tensors
            cls.forward = _recording_forward(cls.forward, traced)  # type: ignore[method-assign]
        own = vars(cls).keys() & {"forward", "backward", "backward_from"}
        if own and not (cls.sees_tensors and cls.differentiable):
            cls._forward_of_backward = cls.forward

    # What it computes

    def forward(self, *inputs: Any, **options: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__}.forward: not written yet")

    def backward(self, dy: Array) -> tuple[Any, Grads]:
        raise NotImplementedError(f"{type(self).__name__}.backward: not written yet")

    def backward_from(
        self, cache: Any, dy: Array, needs_dx: bool = True
    ) -> tuple[Any, ParameterGrads]:
        """`backward` for the forward run that left `cache`: what containers and the tape call.

        Gradients come by Parameter, not by name, so that those of a shared one add up;
        frozen parameters get none. With needs_dx=False, dx may be None.
        """
        self.cache, self.needs_dx = cache, needs_dx
        try:
            dx, grads = self.backward(dy)
        finally:
            self.needs_dx = True
        found: ParameterGrads = {}
        for name, gradient in grads.items():
            parameter = self.find_parameter(name)
            if parameter.requires_grad:  # two names may lead to one parameter
                found[parameter] = found[parameter] + gradient if parameter in found else gradient
        return dx, found

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        """`forward`; if any input is a Tensor, so is the output, and the tape records it."""
        if len(inputs) == 1 and not options and not isinstance(inputs[0], Tensor):
            return self.forward(inputs[0])  # one array, as nearly always
        if not (has_tensor(inputs) or has_tensor(options.values())) or self.is_traced():
            return self.forward(*inputs, **options)
        return self.record(*inputs, **options)

    def record(self, *inputs: Any, **options: Any) -> Any:
        """`forward` of the arrays of Tensors; the output is a Tensor, and the tape has a Step."""
        if options:  # inputs by name get their places
            bound = signature(self.forward).bind(*inputs, **options)
            inputs, options = bound.args, bound.kwargs
            if any(map(requires_grad, options.values())):
                raise TypeError(f"{self} got a Tensor by name that takes no gradient: detach() it")
            options = {n: x.data if isinstance(x, Tensor) else x for n, x in options.items()}
        forward = self.forward
        if self.sees_tensors and self.differentiable:  # it has called super().forward
            forward = partial(type(self)._forward_of_backward, self)
        y = forward(*[x.data if isinstance(x, Tensor) else x for x in inputs], **options)
        if isinstance(y, tuple):
            raise TypeError(
                f"{self} gave {len(y)} outputs for a Tensor, not one: join them, and slice"
            )
        if not (self.differentiable and is_recording() and self._learns(inputs)):
            return Tensor(y)
        return Tensor(y, step=Step(self, self.cache, self.inputs_of_dx(inputs)))

    def _learns(self, inputs: Any) -> bool:
        """Whether a gradient must go back through a run on these inputs, to them or parameters."""
        return any(map(requires_grad, inputs)) or any(
            parameter.requires_grad
            for _, module in self.named_modules()
            for parameter in module.own_parameters().values()
        )

    def inputs_of_dx(self, inputs: Any) -> Any:
        """Those of the inputs that `dx` is for: all of them, unless a module says otherwise."""
        return inputs

    def is_traced(self) -> bool:
        """Whether a Tensor goes through this module's forward as it is: see the class."""
        return self.sees_tensors and self.differentiable

    def has_traced_parts(self) -> bool:
        """Whether its parts are traced, so that it is as well: see Container."""
        return False

    # What it is made of

    def children(self) -> dict[str, Module]:
        """The modules this one is made of, by name: see the class for where they are found."""
        return held(self, Module)

    def named_modules(self, prefix: str = "") -> Iterator[tuple[str, Module]]:
        """This module and all those inside it, each with the dotted path that leads to it."""
        yield prefix, self
        for name, child in self.children().items():
            yield from child.named_modules(f"{prefix}{name}.")

    def modules(self) -> list[Module]:
        """This module and all those inside it, each once."""
        return list({id(module): module for _, module in self.named_modules()}.values())

    def own_parameters(self) -> dict[str, Parameter]:
        """The Parameters that are attributes of this module itself, by name."""
        return held(self, Parameter)

    def named_parameters(self) -> dict[str, Parameter]:
        """Each Parameter once, under the first dotted name that leads to it: "0.w", "fc1.b"."""
        found: dict[Parameter, str] = {}
        for prefix, module in self.named_modules():
            for name, parameter in module.own_parameters().items():
                found.setdefault(parameter, prefix + name)
        return {name: parameter for parameter, name in found.items()}

    def find_parameter(self, name: str) -> Parameter:
        """The Parameter of a dotted name; ValueError names the ones there are."""
        if isinstance(own := vars(self).get(name), Parameter):  # nearly always
            return own
        for prefix, module in self.named_modules():
            held_there = module.own_parameters() if name.startswith(prefix) else {}
            if name.removeprefix(prefix) in held_there:
                return held_there[name.removeprefix(prefix)]
        have = list(self.named_parameters())
        raise ValueError(f"{type(self).__name__} has no parameter {name!r}, only {have}")

    def parameters(self) -> list[Parameter]:
        """Each Parameter once."""
        return list(self.named_parameters().values())

    def get_parameters(self) -> dict[str, Array]:
        """The live arrays of the parameters, by the names of `named_parameters`."""
        return {name: parameter.data for name, parameter in self.named_parameters().items()}

    def named_buffers(self) -> dict[str, Array]:
        """The arrays that are kept but not learned (running means), by dotted name."""
        return {
            prefix + name: getattr(module, name)
            for prefix, module in self.named_modules()
            for name in module.buffers
        }

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters; set_to_none: False to make them zeros."""
        for parameter in self.parameters():
            parameter.zero_grad(set_to_none)

    def train(self, mode: bool = True) -> Self:
        """Put this module and all inside it into training mode (or, with False, out of it)."""
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        """Put this module and all inside it into evaluation mode."""
        return self.train(False)

    def to(self, device: str) -> Self:
        """Move parameters, their gradients and buffers to 'cpu', 'cuda' or 'cuda:1'."""
        for parameter in self.parameters():
            parameter.data, parameter.grad = to(parameter.data, device), to(parameter.grad, device)
        for module in self.modules():
            for name in module.buffers:
                setattr(module, name, to(getattr(module, name), device))
        return self

    # What it says of itself

    def number_of_trainable_parameters(self) -> int:
        """How many numbers an optimizer would change, those of each Parameter once."""
        learned: dict[Parameter, int] = {}
        for module in self.modules():
            for name, parameter in module.own_parameters().items():
                count = module.count_learned(name) if parameter.requires_grad else 0
                learned[parameter] = max(count, learned.get(parameter, 0))
        return sum(learned.values())

    def count_learned(self, name: str) -> int:
        """How many numbers of its own Parameter of that name are learned: all, unless a layer says
        otherwise."""
        return self.own_parameters()[name].size

    def multiply_adds(self, y_shape: Shape) -> int | None:
        """How many products with weights are added up to make an output of this shape; work done
        number by number does not count. None, for not known, where a module with parameters of its
        own does not say."""
        total = None if self.own_parameters() else 0
        for child in self.children().values():
            cost = child.multiply_adds(y_shape)
            total = None if total is None or cost is None else total + cost
        return total

    def describe(self) -> str:
        """What stands between the parentheses of the repr: the sizes, for a layer."""
        return ""

    def __repr__(self) -> str:
        rows = "".join(f"\n({name}): {child!r}" for name, child in self.children().items())
        inside = rows.replace("\n", "\n  ") + "\n" if rows else self.describe()
        return f"{type(self).__name__}({inside})"


class Tensor(TensorWords):
    """An array, the step that made it and, for a leaf that requires it, its gradient.

    data: an array; Python numbers in lists, which become one of the default dtype; or a Tensor,
    whose array is shared and whose step is left behind.
    """

    reached = False  # whether a gradient has ever come here

    def __init__(self, data: Any, requires_grad: bool = False, step: Step | None = None):
        self.data: Array = array_of(data.data if isinstance(data, Tensor) else data)
        if requires_grad:
            self.check_can_learn(requires_grad)
        self.step = step  # None for a leaf: an input, or a Parameter
        self.requires_grad = requires_grad or step is not None
        self.grad: Array | None = None
        self.time = next(_clock)  # later than the time of every input of `step`

    def backward(self, dy: Array | None = None, **words: Any) -> None:
        """Add the derivative of this tensor, weighted by `dy`, to the `grad` of its leaves.

        dy: of this tensor's shape; may be left out when the tensor is a single number.
        words: PyTorch's gradient (another name for dy) and retain_graph (which it always is)"""
        dys = {self: self.check_dy(dy, **words)}
        for tensor in self.tape():
            dy = dys.pop(tensor, None)
            if dy is None:  # nothing flowed back to it: a label, an index
                continue
            dy = array_of(dy)
            if tensor.step is None:
                tensor.accumulate(dy)
                continue
            for x, dx in tensor.step.backward(dy):
                dys[x] = dys[x] + dx if x in dys else dx

    def tape(self) -> list[Tensor]:
        """All that this tensor was made from and that takes a gradient, latest first.

        So every use of a tensor comes before the step that made it, and its gradient is complete by
        the time it is handed on."""
        found, pending = {self}, [self]
        while pending:
            step = pending.pop().step
            for x in step.inputs if step else ():
                if requires_grad(x) and x not in found:
                    found.add(x)
                    pending.append(x)
        return sorted(found, key=lambda tensor: tensor.time, reverse=True)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        """NumPy calls this for np.add, np.exp ... when a Tensor is among the inputs."""
        if method != "__call__" or options:
            hint = "; instead of a += t write a = a + t, or a += t.data" if "out" in options else ""
            name = f"np.{ufunc.__name__}"
            raise TypeError(f"{name} takes only inputs when one of them is a Tensor{hint}")
        if isinstance(inputs[0], (list, tuple)) or isinstance(inputs[-1], (list, tuple)):
            inputs = tuple(map(operand, inputs))
        return _apply(ufunc, inputs)

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Any:
        """NumPy calls this for np.sum, np.reshape ...: the inputs come first, then options."""
        inputs = map(operand, args[0]) if isinstance(args[0], (list, tuple)) else args[:1]
        return _apply(function, inputs, *args[1:], **options)

    def numpy(self) -> np.ndarray:
        """The array, on the CPU."""
        return to(self.data, "cpu")

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        """What np.asarray and plots get: a copy, cut off from the tape."""
        if copy is False:
            raise ValueError(
                "np.asarray(t, copy=False) got a Tensor, which gives a copy: take .data"
            )
        return np.array(self.numpy(), dtype)

    def detach(self) -> Tensor:
        """The same array, cut off from the tape."""
        return Tensor(self.data)

    def accumulate(self, gradient: Array) -> None:
        """Add to `grad`, into a new array: the old one may be in use elsewhere."""
        self.reached = True
        self.grad = array_of(gradient if self.grad is None else self.grad + gradient)


class Parameter(Tensor):
    """A leaf that a module owns and an optimizer changes, unless it is frozen (trainable=False, or
    requires_grad=False)."""

    is_parameter = True

    @old_words(requires_grad="trainable")
    def __init__(self, data: Any, trainable: bool = True):
        super().__init__(data, requires_grad=trainable)


class Step(NamedTuple):
    """One run of a module. `cache` is what that run, and no other, left for its backward."""

    module: Module
    cache: Any
    inputs: tuple[Any, ...]

    def backward(self, dy: Array) -> list[tuple[Tensor, Array]]:
        """Add to the module's parameter gradients; return each input with its gradient."""
        needs_dx = any(map(requires_grad, self.inputs))
        dx, grads = self.module.backward_from(self.cache, dy, needs_dx)
        for parameter, gradient in grads.items():
            parameter.accumulate(gradient)
        dxs = dx if isinstance(dx, tuple) else (dx,)
        return [(x, dx) for x, dx in zip(self.inputs, dxs) if requires_grad(x)]


def requires_grad(x: Any) -> bool:
    """Whether a gradient must reach `x`: never, for a plain array or a number."""
    return isinstance(x, Tensor) and x.requires_grad


def _recording_forward(forward: Callable[..., Any], traced: bool) -> Callable[..., Any]:
    """The same `forward`, but Tensors go by way of `record`, unless it is meant to see them, being
    traced: written without a backward."""

    @wraps(forward)
    def forward_or_record(self: Module, x: Any = _nothing, /, *more: Any, **options: Any) -> Any:
        if not (more or options or x is _nothing or isinstance(x, Tensor)):
            return forward(self, x)  # one array, as nearly always: 0.1 us
        inputs = more if x is _nothing else (x, *more)
        sees = self.differentiable and ((traced and self.sees_tensors) or self.has_traced_parts())
        if not sees and (has_tensor(inputs) or has_tensor(options.values())):
            return self.record(*inputs, **options)
        return forward(self, *inputs, **options)

    return forward_or_record


RULES: dict[Any, Callable[..., Module]] = {}  # the module for np.add, np.sum ...: see ops.py
_clock = count()
_nothing = object()  # what stands for an input that was not given


def _apply(function: Any, inputs: Any, *arguments: Any, **options: Any) -> Any:
    """What NumPy's `function` gives for inputs with Tensors among them: its rule computes it."""
    if function not in RULES:
        raise TypeError(
            f"np.{function.__name__} has no backward rule: add one in edunn/ops.py, or give it "
            "arrays (the array of a Tensor or Parameter is its .data)"
        )
    return RULES[function](*arguments, **options)(*inputs)
