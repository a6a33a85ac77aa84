"""A student's layer, which lives in a worker, as a Module of this process: the checks of
`edunn.checking` examine it like any other layer, and the points depend on what they find."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

import edunn as nn
from edunn.backend import generator
from edunn.checking.findings import Finding
from edunn.checking.laws import examine_point
from edunn.core import Module, Parameter
from edunn.course.errors import CourseError
from edunn.course.hidden_tests.cases import (
    TRIES,
    Case,
    Raised,
    Ref,
    Student,
    Wrong,
    built,
    drawn,
    expect,
    the_example,
)
from edunn.course.messages import Message

MOST = 100_000  # numbers in an output: all are compared for every number of an input
Example = Callable[[np.random.Generator], tuple[tuple[Any, ...], tuple[Any, ...]]]


class Remote(Module):
    """The student's `name`(*arguments), with parameters where `reference` has them. What forward
    and backward do in the worker to inputs, parameters and caches is done here as well."""

    def __init__(self, student: Student, name: str, arguments: tuple[Any, ...], reference: Module):
        for attribute, value in vars(reference).items():
            if isinstance(value, (Parameter, Module, list)) or attribute == "training":
                setattr(self, attribute, value)
        for child, module in reference.children().items():  # a container has its in a list
            setattr(self, child, module)
        self.right = (reference,)
        self.student = student
        self.layer = student.make(name, *arguments)
        self.learned = student.call(self.layer, "named_parameters") if self.parameters() else None
        self.inputs: list[Any] = []
        self.tuples: set[int | None] = set()  # parts of what backward gives; None: all of it

    def children(self) -> dict[str, Module]:  # not `right` itself, and none of its lists
        return self.right[0].children()

    def forward(self, *inputs: Any) -> Any:
        student = self.student
        seed = int(generator().integers(2**31))
        student.apply("nn.manual_seed", seed)
        student.call(self.layer, "train", self.training)
        self.push()
        sent = [student.value(np.asarray(x)) for x in inputs]
        y = student.call(self.layer, "forward", *sent)
        self.cache = student.attribute(self.layer, "cache")
        self.inputs = [(x, ref) for x, ref in zip(inputs, sent) if np.ndim(x)]
        return self.read(y)

    def backward(self, dy: Any) -> Any:
        student = self.student
        self.push()
        student.set(self.layer, "cache", self.cache)
        sent = student.value(np.asarray(dy))
        result = student.call(self.layer, "backward", sent)
        value = self.read(result, *([(dy, sent)] if np.ndim(dy) else []))
        return self.with_tuples(result, value) if isinstance(value, list) else value

    def with_tuples(self, result: Ref, value: list[Any]) -> Any:
        """A pair with tuples where the student's own has tuples, which travel as lists. What has
        tuples is asked once: the notebook's checks refuse lists, so these must."""
        lists = [k for k, part in enumerate(value) if isinstance(part, list)]
        if not self.tuples.issuperset((None, *lists)):
            student = self.student
            parts = {None: result} | {k: student.item(result, k) for k in lists}
            asked = (student.is_a("tuple", part) for part in parts.values())
            self.tuples |= {k for k, is_tuple in zip(parts, student.read(*asked)) if is_tuple}
        pair = [tuple(part) if k in self.tuples else part for k, part in enumerate(value)]
        return tuple(pair) if None in self.tuples else pair

    def inputs_of_dx(self, inputs: Any) -> Any:
        return self.right[0].inputs_of_dx(inputs)

    def push(self) -> None:
        """Give the parameters in the worker the values that they have here."""
        for name, parameter in self.named_parameters().items():
            self.student.set(self.student.item(self.learned, name), "data", parameter.data)

    def read(self, result: Any, *sent: tuple[Any, Any]) -> Any:
        """The value of `result`; the arrays here take the values that they have in the worker.

        sent: (array here, reference to it there), beside inputs and parameters
        """
        student = self.student
        named = self.named_parameters()
        sent += tuple(self.inputs)
        for name, parameter in named.items():
            data = student.attribute(student.item(self.learned, name), "data")
            sent += ((parameter.data, data),)
        try:
            value, *after = student.read(result, *(ref for _, ref in sent))
        except Raised as error:
            if error.name == "NotImplementedError":
                raise NotImplementedError(error.text) from None
            if error.name == "KeyError" and error.text.strip("'") in named:
                raise Wrong(Message("no_parameter", {"name": error.text})) from None
            raise type(error.name, (Exception,), {})(error.text) from None
        if isinstance(value, np.ndarray) and value.size > MOST:
            raise ValueError(f"an array of {value.size} numbers, where a few are asked for")
        for (array, _), now in zip(sent, after):
            if isinstance(now, np.ndarray) and now.shape == array.shape:
                array[...] = now
        return value


def remote(student: Student, name: str, arguments: Any, reference: Module) -> Remote:
    """The student's layer as a Remote that bears its name, so that findings name it."""
    kind: type[Remote] = type(name, (Remote,), {})
    return kind(student, name, arguments, reference)


def _pairs(
    student: Student, rng: np.random.Generator, name: str, example: Example,
    reference: Callable[..., Module] | None, tries: int,
) -> Iterator[tuple[Remote, Module, tuple[Any, ...]]]:  # fmt: skip
    """(the student's layer, the right one with the same parameters, inputs), `tries` times."""
    for _ in range(tries):
        arguments, inputs = _drawn(name, example, rng)
        right = (reference or getattr(nn, name))(*built(arguments))
        _redraw(right, rng)
        yield remote(student, name, arguments, right), right, inputs


def _drawn(name: str, example: Example, rng: np.random.Generator) -> Any:
    """What an example draws; CourseError where its author forgot that it is two tuples."""
    found = drawn(name, example, rng)
    if len(found) != 2 or not all(isinstance(one, tuple) for one in found):
        kinds = ", ".join(type(x).__name__ for x in found)
        raise CourseError(
            f"{the_example(example)} of a case for {name} gives ({kinds}), where two tuples "
            "are wanted: (arguments of the constructor), (inputs of forward)"
        )
    return found


def forward(
    name: str, example: Example, reference: Callable[..., Module] | None = None,
    tolerance: float = 1e-8, tries: int = TRIES,
) -> Case:  # fmt: skip
    """A case: forward gives the numbers of the reference, again and again, and changes nothing.

    example: draws (arguments of the constructor, inputs of forward)
    reference: the right class; by default edunn's of the same name
    """

    def case(student: Student, rng: np.random.Generator) -> None:
        for theirs, right, inputs in _pairs(student, rng, name, example, reference, tries):
            copies = [np.copy(x) for x in inputs]
            kept = {n: p.data.copy() for n, p in theirs.named_parameters().items()}
            want = right.forward(*inputs)
            for what in (f"{name}.forward", Message("called_again", {"what": f"{name}.forward"})):
                with _errors_for_students():
                    got = theirs.forward(*copies)
                if got is None:
                    raise Wrong(Finding("returns_nothing", name, "forward"))
                if isinstance(got, list) and np.ndim(want):  # as the checks of the notebook
                    raise Wrong(Finding("returns_list", name, "forward"))
                expect(what, got, want, {"opposite_sign": -want}, tolerance)
                _nothing_changed(theirs, zip(copies, inputs), kept)

    return case


@contextmanager
def _errors_for_students() -> Iterator[None]:
    """What a student's code raises becomes a Wrong."""
    try:
        yield
    except (Wrong, MemoryError):  # of this process; the student's own has another class
        raise
    except NotImplementedError as error:
        raise Wrong(str(error), "todo") from None
    except Exception as error:
        raise Raised(type(error).__name__, str(error)) from None


def _nothing_changed(
    theirs: Remote, pairs: Iterable[tuple[Any, Any]], kept: dict[str, Any]
) -> None:
    """Raise Wrong where forward has changed an input or a parameter.

    pairs: each input, and what it was    kept: what the parameters were, by name
    """
    name = type(theirs).__name__
    for i, (x, old) in enumerate(pairs):
        if not np.array_equal(x, old):
            raise Wrong(Finding("changes_input", name, "forward", details={"index": i}))
    for parameter, data in theirs.get_parameters().items():
        if not np.array_equal(data, kept[parameter]):
            details = {"name": parameter}
            raise Wrong(Finding("changes_parameter", name, "forward", details=details))


def gradients(
    name: str, example: Example, only: Collection[str] | None = None,
    reference: Callable[..., Module] | None = None, tolerance: float = 1e-8, tries: int = TRIES,
) -> Case:  # fmt: skip
    """A case: the gradients named in `only` ("input 0", "w"; all by default) are the measured
    slopes, structure included, and those of the reference."""

    def case(student: Student, rng: np.random.Generator) -> None:
        for theirs, right, inputs in _pairs(student, rng, name, example, reference, tries):
            with _errors_for_students():
                flipped = [np.flip(x, 0).copy() if np.ndim(x) else x for x in inputs]
                _of_right_shape(theirs, right, flipped)
                seed = int(rng.integers(2**31))
                found, _, _ = examine_point(theirs, inputs, seed, only, student.explains)
                if found:
                    raise Wrong(found[0])
                for _ in range(2):
                    agree(theirs, right, inputs, rng, only, tolerance)
                    _redraw(right, rng)  # an optimizer would change them as well

    return case


def caches_of_steps(name: str, arguments: Callable[[Ref, int], tuple[Any, ...]]) -> Case:
    """A case: a class that runs one Linear again and again keeps the cache of each run, which is
    its input, in a list: self.cache.

    arguments: those of the constructor, from the Linear and how often it runs
    """

    def case(student: Student, rng: np.random.Generator) -> None:
        k, steps = (int(size) for size in rng.choice(range(2, 6), 2, replace=False))
        w, x = rng.normal(size=(k, k)), rng.normal(size=(int(rng.integers(1, 6)), k))
        linear = student.make("nn.Linear", k, k)
        student.set(linear, "w.data", w)
        model = student.make(name, *arguments(linear, steps))
        student.call(model, "forward", x)
        kept = student.attribute(model, "cache")
        got, is_list = student.read(kept, student.is_a("list", kept))
        if not is_list or len(got) != steps:
            raise Wrong(Message("caches_of_steps", {"name": name, "count": steps}))
        for run, one in enumerate(got, 1):
            expect(Message("cache_of_run", {"number": run}), one, x)
            x = x @ w

    return case


def _redraw(module: Module, rng: np.random.Generator) -> None:
    for parameter in module.parameters():
        parameter.data = rng.normal(size=parameter.shape)


def _of_right_shape(theirs: Remote, right: Module, inputs: list[Any]) -> None:
    """Raise Wrong unless forward gives an array of the shape that the right one gives: only such a
    one is examined further, so the student does not choose how much there is to examine."""
    y = theirs.forward(*map(np.copy, inputs))
    state = generator().bit_generator.state
    want = np.shape(right.forward(*inputs))
    generator().bit_generator.state = state
    if isinstance(y, np.ndarray) and y.shape != want:
        about = {"what": f"{type(theirs).__name__}.forward", "got": str(y.shape), "want": str(want)}
        raise Wrong(Message("shape", about))


def agree(
    theirs: Remote, right: Module, inputs: Any, rng: np.random.Generator,
    only: Collection[str] | None, tolerance: float,
) -> None:  # fmt: skip
    """Raise Wrong unless the student's gradients, for one dy, are those of the right layer."""
    name, y = type(theirs).__name__, right.forward(*inputs)
    dy = rng.normal(size=np.shape(y))
    # first: what the student's code writes into dy and parameters is written here, too
    want = right.backward(np.copy(dy) if np.ndim(dy) else dy)
    got = np.shape(theirs.forward(*map(np.copy, inputs)))
    if got != np.shape(y):
        about = {"what": f"{name}.forward", "got": str(got), "want": str(np.shape(y))}
        raise Wrong(Message("shape", about))
    both = theirs.backward(dy), want
    for variable, got, want in _compared(right, inputs, *both):
        if only is None or variable in only:
            what = Message("slope_but_not_it", {"name": name, "variable": variable})
            expect(what, got, want, {}, tolerance)


def _compared(right: Module, inputs: Any, got: Any, want: Any) -> Any:
    """(variable, got, want) for every gradient of the right backward; `got` has been checked."""
    (dx, grads), (right_dx, right_grads) = got, want
    learned = right.inputs_of_dx(inputs)
    names = [f"input {i}" for i, x in enumerate(inputs) if any(x is one for one in learned)]
    dxs, right_dxs = (
        [one for one in (d if isinstance(d, tuple) else (d,)) if one is not None]
        for d in (dx, right_dx)
    )
    yield from zip(names, dxs, right_dxs)
    yield from ((name, grads[name], gradient) for name, gradient in right_grads.items())
