"""A module made of modules: what backward does with the inner ones, and where that goes wrong.

Each run of an inner forward is noted, and each of its backward. The gradient that an inner backward
is given must be the slope of the whole in the output of that inner forward; so it is measured.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from edunn.backend import Array
from edunn.checking.diagnoses import NOTHING, Answer, answer, diagnosis
from edunn.checking.engine import WRONG, Probe
from edunn.checking.findings import Finding
from edunn.checking.subject import Subject
from edunn.checking.wrong_gradient import same
from edunn.core import Module

METHODS = "forward", "backward", "backward_from"


@dataclass(eq=False)
class Run:
    """One run of an inner module, forward or backward. result: y, or (dx, its gradients)"""

    module: Module
    inputs: tuple[Any, ...]
    result: Any
    cache: Any


class Inside:
    """The runs of the inner modules in one forward and backward of the whole.

    added: what is added to the output of some of the forward runs, by their number
    """

    def __init__(self, subject: Subject, inputs: tuple[Array, ...], dy: Array):
        self.subject, self.inputs, self.dy = subject, inputs, dy
        self.names = {one: name for name, one in reversed(subject.module.children().items())}
        self.runs: list[Run] = []
        self.backs: list[Run] = []
        self.added: dict[int, Array] = {}
        self.busy = False
        with self.watching():
            subject.forward(*inputs)
            subject.backward(dy)

    @contextmanager
    def watching(self) -> Iterator[None]:
        kept = [(vars(one), vars(one).copy()) for one in self.names]
        try:
            for one in self.names:
                vars(one).update({method: self.noted(one, method) for method in METHODS})
            yield
        finally:
            for now, before in kept:
                for method in METHODS:
                    del now[method]
                now.update({method: before[method] for method in METHODS if method in before})

    def noted(self, module: Module, method: str) -> Callable[..., Any]:
        run = getattr(module, method)

        def noted(*args: Any, **options: Any) -> Any:
            if self.busy:  # one inside another, or backward by way of backward_from
                return run(*args, **options)
            self.busy = True
            cache, arrays = (args[0], args[1:2]) if method == "backward_from" else (None, args)
            cache = module.cache if cache is None else cache
            arrays = tuple(x.copy() if isinstance(x, np.ndarray) else x for x in arrays)
            try:
                result = run(*args, **options)
            finally:
                self.busy = False
            if method != "forward":
                self.backs.append(Run(module, arrays, result, cache))
                return result
            if len(self.runs) in self.added:
                result = result + self.added[len(self.runs)]
            self.runs.append(Run(module, arrays, result, module.cache))
            return result

        return noted

    def gets_right(self, k: int, given: Array) -> bool:
        """Whether `given` is the slope of the whole in the output of forward run number k."""
        delta = np.zeros(np.shape(self.runs[k].result))

        def forward() -> Array:
            self.runs, self.added = [], {k: delta}
            return self.subject.forward(*self.inputs)

        runs, size = self.runs, given.shape
        try:
            with self.watching():
                return size == delta.shape and is_slope(Probe(forward, delta, self.dy), given)
        finally:
            self.runs, self.added = runs, {}

    def wrong_run(self) -> tuple[str, Run] | None:
        """The first inner module, from the last one back, that backward treats wrongly: how, and
        its forward run."""
        pairs = _paired(self.runs, self.backs)
        for k in reversed(range(len(self.runs))):
            run, back = self.runs[k], pairs[k]
            given = np.asarray(back.inputs[0]) if back else np.zeros(np.shape(run.result))
            if self.gets_right(k, given):
                continue
            if self.is_asked_twice(run.module):
                return "inner_same_memory", run
            if self.is_exchanged(run.module):
                return "inner_exchanged_memory", run
            if back is None:
                asked = any(one.module is run.module for one in self.backs)
                return "inner_other_memory" if asked else "inner_not_run", run
            return "inner_wrong_dy", run
        return None

    def is_asked_twice(self, module: Module) -> bool:
        """Whether two of its backward runs use the memory of one forward run, and another run of
        forward is left without."""
        caches = [run.cache for run in self.runs if run.module is module and run.cache is not None]
        used = [back.cache for back in self.backs if back.module is module]
        times = [sum(one is cache for one in used) for cache in caches]
        return len({id(cache) for cache in caches}) > 1 and max(times) > 1 and min(times) == 0

    def is_exchanged(self, module: Module) -> bool:
        """Whether the first of its backward runs has the memory of one forward run, and a gradient
        that is right for another one."""
        back = next((one for one in self.backs if one.module is module), None)
        mine = [k for k, run in enumerate(self.runs) if run.module is module]
        if back is None or back.cache is None or len(mine) < 2:
            return False
        given = np.asarray(back.inputs[0])
        right = [k for k in mine if self.gets_right(k, given)]
        owners = [k for k in mine if self.runs[k].cache is back.cache]
        return len(owners) == 1 and bool(right) and owners[0] not in right

    def explains(
        self, found: list[Finding], is_right: Callable[[Run], bool]
    ) -> tuple[Finding, Answer] | None:
        """One of the findings, and what is wrong inside and explains it."""
        wrong = self.wrong_run()
        for run in self.runs[self.runs.index(wrong[1]) + 1 if wrong else 0 :][::-1]:
            if not is_right(run):
                wrong = "inner_wrong", run
                break
        if wrong:
            id, run = wrong
            name = f"{self.names[run.module]} ({type(run.module).__name__})"
            return found[0], answer(id, name=name)
        for one in found:
            parts = self.contributions(one.variable)
            if len(parts) > 1 and any(same(one.yours, part) for part in parts):
                return one, answer("overwritten")
        is_vague = bool(self.runs) and diagnosis(found[0].id).says == NOTHING
        return (found[0], answer("inner_put_together")) if is_vague else None

    def contributions(self, variable: str | None) -> list[Array]:
        """What each backward run of an inner module has given for one parameter."""
        parameter = self.subject.module.named_parameters().get(variable or "")
        parts = []
        for back in self.backs:
            for name, gradient in back.result[1].items():
                owner = back.module.find_parameter(name) if isinstance(name, str) else name
                parts += [gradient] if owner is parameter else []
        return parts


def is_slope(probe: Probe, gradient: Array) -> bool:
    return probe.judge(gradient).verdict != WRONG


def _paired(runs: list[Run], backs: list[Run]) -> list[Run | None]:
    """For each forward run the backward run that belongs to it: the one with its cache or, where
    no forward run has left the cache of a backward run, or none at all, the next one in line."""
    left, found = list(backs), list[Run | None]()
    caches = [run.cache for run in runs if run.cache is not None]
    for run in reversed(runs):
        mine = [one for one in left if one.module is run.module]
        own = [one for one in mine if one.cache is run.cache]
        free = [one for one in mine if not any(one.cache is cache for cache in caches)]
        back = next(iter(own or free), None)
        if back is not None:
            left.remove(back)
        found.append(back)
    return found[::-1]
