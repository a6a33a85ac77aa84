"""edunn's gradient checker beside torch.autograd.gradcheck and the rule of CS231n: false alarms,
sensitivity, mistakes and mutants found, and what a check costs.

    python benchmarks/checking.py [--checks 10000] [--others 300] [--parts 12345]
"""

import os

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # before NumPy is imported

import argparse
import collections
import copy
import statistics
import sys
import time
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

import numpy as np
import torch
from mutants import TARGETS, is_equivalent, mutants

import edunn as nn
from cases import CASES
from edunn.backend import generator
from edunn.checking.engine import AT_KINK, UNMEASURED, WRONG, numeric_gradient
from edunn.checking.point import Point
from edunn.checking.subject import Stop, Subject, as_float64, float64_copies
from edunn.checking.suite import examine_layer
from mistakes import MISTAKES

PROBABILITIES = (
    "BCELoss", "BCELoss, weighted", "CrossEntropyWithLabels", "BinaryCrossEntropy",
    "BinaryCrossEntropy, (n,) against (n, 1)", "MeanError, labels",
)  # fmt: skip
POSITIVE = ("Log", "Sqrt", "Log1p", "Power")
SENSELESS = {
    "natural": (),
    # 0 on the grid has no logarithm and no inverse, and Remainder jumps there; of three equal
    # numbers, the middle one that Sort hands back has a slope that no nudge of one number shows
    "kinks": (*PROBABILITIES, *POSITIVE, "Divide", "Remainder", "Sort"),
    # they overflow; and Remainder jumps more often than a step is long
    "scales": ("Exp", "Expm1", "Power", "Remainder"),
}
MUST = []  # (what must be, what was measured, whether it is met)


def must(what, measured, met):
    MUST.append((what, measured, "met" if met else "MISSED"))


# The two others


def torch_accepts(module, inputs, rerun=True):
    """Whether torch.autograd.gradcheck accepts the layer at one point; errors are refusals.

    rerun: forward runs again before each backward, so that no state of a layer is in the way
    """
    with float64_copies(module):
        inputs = [as_float64(x) for x in inputs]
        learned = module.inputs_of_dx(tuple(inputs))
        wanted = [x.dtype.kind == "f" and any(x is one for one in learned) for x in inputs]
        parameters = {n: p for n, p in module.named_parameters().items() if p.requires_grad}
        random, count = generator().bit_generator.state, len(inputs)

        def forward(arrays):
            generator().bit_generator.state = random
            for parameter, array in zip(parameters.values(), arrays[count:]):
                parameter.data = array
            return module.forward(*arrays[:count])

        class Layer(torch.autograd.Function):
            @staticmethod
            def forward(ctx, *tensors):
                ctx.arrays = [np.array(t.detach().numpy()) for t in tensors]
                y = np.array(forward(ctx.arrays))
                ctx.cache = module.cache
                return torch.from_numpy(y)

            @staticmethod
            def backward(ctx, dy):
                if rerun:
                    forward(ctx.arrays)
                else:
                    module.cache = ctx.cache
                dx, grads = module.backward(np.array(dy.numpy())[()])
                dxs = iter([d for d in (dx if isinstance(dx, tuple) else (dx,)) if d is not None])
                found = [next(dxs, None) if learns else None for learns in wanted]
                found += [grads.get(name) for name in parameters]
                return tuple(None if d is None else torch.from_numpy(np.array(d)) for d in found)

        arrays = [*inputs, *(p.data for p in parameters.values())]
        learns = [*wanted, *[True] * len(parameters)]
        tensors = [torch.tensor(a, requires_grad=need) for a, need in zip(arrays, learns)]
        try:
            return torch.autograd.gradcheck(Layer.apply, tensors)
        except Exception:
            return False


def cs231n_error(module, inputs, seed=0):
    """The largest max|a - n| / max(1e-8, |a| + |n|) of all gradients; infinite for errors."""
    with float64_copies(module):
        inputs, worst = tuple(as_float64(x) for x in inputs), 0.0
        try:
            point = Point(Subject(module), inputs, seed)
            gradients = point.gradients()
            for name, x in point.arrays().items():
                n = numeric_gradient(lambda _: point.subject.forward(*inputs), x, point.dy)
                a = gradients[name]
                if a.shape != n.shape:
                    return np.inf
                error = np.abs(a - n) / np.maximum(1e-8, np.abs(a) + np.abs(n))
                worst = max(worst, float(np.max(np.nan_to_num(error, nan=np.inf), initial=0)))
            return worst
        except Exception:
            return np.inf


# 1. False alarms


def drawn(name, case, regime, rng):
    """The layer with new parameters, and inputs of a regime."""
    module, *examples = copy.deepcopy(case)
    for parameter in module.parameters():
        parameter.data = rng.normal(size=parameter.shape)
    factor = 10 ** rng.uniform(-6, 4) if regime == "scales" else 1.0
    inputs = []
    for x in examples:
        if x.dtype.kind != "f" or np.all((x == 0) | (x == 1)):
            inputs.append(x)
        elif name in PROBABILITIES:
            p = 10 ** rng.uniform(-7, -0.05, x.shape)
            inputs.append(p if regime == "scales" else rng.uniform(0.02, 0.98, x.shape))
        elif name in POSITIVE:
            inputs.append(factor * (np.abs(rng.normal(size=x.shape)) + 0.05))
        elif regime == "kinks":
            moved = rng.choice([-1, 1], x.shape) * 10 ** rng.uniform(-9, -3, x.shape)
            grid = rng.integers(-4, 5, x.shape) / 2
            inputs.append(grid + moved * (rng.random(x.shape) < 0.4))
        else:
            inputs.append(factor * rng.normal(size=x.shape))
    return module, tuple(inputs)


def false_alarms(checks, others):
    print("\n1. False alarms on right layers")
    print(f"{'':8} {'edunn':>8} {'checks':>8} {'unmeasured':>11} {'at kinks':>9} | "
          f"of {others}: {'torch':>6} {'1e-7':>6} {'1e-4':>6}")  # fmt: skip
    for regime, senseless in SENSELESS.items():
        names = [name for name in CASES if name not in senseless]
        seen, alarms = collections.Counter(), []
        for i in range(checks):
            name, rng = names[i % len(names)], np.random.default_rng([i, 7, len(regime)])
            module, inputs = drawn(name, CASES[name], regime, rng)
            with float64_copies(module):
                try:
                    _, checked = Point(Subject(module), inputs, i).values()
                    verdicts = {one.verdict for one in checked}
                except Stop as stop:
                    verdicts = {WRONG, stop.finding.id}
            seen.update(verdicts)
            if WRONG in verdicts:
                alarms.append(f"{name}, check {i}: {', '.join(sorted(verdicts - {WRONG}))}")
        theirs = collections.Counter()
        for i in range(others):
            rng = np.random.default_rng([i, 7, len(regime)])
            name = names[int(rng.integers(len(names)))]
            module, inputs = drawn(name, CASES[name], regime, rng)
            theirs["torch"] += not torch_accepts(module, inputs)
            error = cs231n_error(module, inputs, i)
            theirs["1e-7"] += error > 1e-7
            theirs["1e-4"] += error > 1e-4
        shares = " ".join(f"{100 * theirs[k] / others:5.1f}%" for k in ("torch", "1e-7", "1e-4"))
        print(f"{regime:8} {len(alarms):8} {checks:8} {seen[UNMEASURED]:11} "
              f"{seen[AT_KINK]:9} | {'':7} {shares}")  # fmt: skip
        for alarm in alarms[:20]:
            print(f"    {alarm}")
        if senseless:
            print(f"    left out, as senseless there: {', '.join(senseless)}")
        room = 0 if regime == "natural" else 0.0002 * checks
        what = "0" if regime == "natural" else "<= 0.02 %"
        must(f"false alarms, {regime}: {what}", f"{len(alarms)} of {checks}", len(alarms) <= room)


# 2. Sensitivity


class Corrupt(nn.Module):
    """A right layer, times `scale`, one of whose gradients is multiplied by `factor`."""

    def __init__(self, inner, scale=1.0):
        self.inner, self.scale, self.variable, self.factor = inner, scale, None, 1.0

    def inputs_of_dx(self, inputs):
        return self.inner.inputs_of_dx(inputs)

    def forward(self, *inputs):
        y = self.scale * self.inner.forward(*inputs)
        self.cache = self.inner.cache
        return y

    def backward(self, dy):
        self.inner.cache = self.cache
        dx, grads = self.inner.backward(self.scale * dy)
        grads = {f"inner.{name}": g for name, g in grads.items()}
        if self.variable == "input 0":
            dx = dx * self.factor
        elif self.variable:
            grads[self.variable] = grads[self.variable] * self.factor
        return dx, grads


SENSITIVE = ("Linear", "Dense, tanh", "Softmax", "Conv2d", "BatchNorm1d", "RNN", "CrossEntropyLoss")
CHECKERS = ("elementwise", "direction", "torch", "CS231n")


def found_by(module, inputs, seed):
    """Which of the CHECKERS see what is wrong with the gradient of module.variable."""
    with float64_copies(module):
        point = Point(Subject(module), inputs, seed)
        gradient = point.gradients()[module.variable]
        probe = point.probe(point.arrays()[module.variable])
        yield probe.elements(gradient).verdict == WRONG
        yield not probe.direction(gradient, np.random.default_rng(seed))
    yield not torch_accepts(module, inputs, rerun=False)
    yield cs231n_error(module, inputs, seed) > 1e-7


def sensitivity(seeds=8):
    print(f"\n2. Errors found, % of {len(SENSITIVE)} layers x {seeds} seeds")
    print(f"{'error':>24} " + " ".join(f"{name:>11}" for name in CHECKERS))
    always, missed = {}, []
    for scale in (1.0, 1e-4):
        for kind in ("all elements", "one element"):
            for size in (1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7):
                found = []
                for name in SENSITIVE:
                    for seed in range(seeds):
                        rng = np.random.default_rng([seed, 11])
                        inner, inputs = drawn(name, CASES[name], "natural", rng)
                        module = Corrupt(inner, scale)
                        with float64_copies(module):
                            point = Point(Subject(module), inputs, seed)
                            gradients = point.gradients()
                        module.variable = str(rng.choice(list(gradients)))
                        gradient = gradients[module.variable]
                        module.factor = np.ones(gradient.shape)
                        hit = rng.choice(np.flatnonzero(gradient))
                        module.factor.flat[... if kind == "all elements" else hit] += size
                        found.append(list(found_by(module, inputs, seed)))
                        if kind == "one element" and size >= 1e-6 and not found[-1][0]:
                            share = abs(gradient.flat[hit]) / np.max(np.abs(gradient))
                            missed.append(f"{name}, seed {seed}, {module.variable}: of {size:.0e} "
                                          f"in a number {share:.1e} of the largest")  # fmt: skip
                shares = 100 * np.mean(found, axis=0)
                always[scale, kind, size] = dict(zip(CHECKERS, shares))
                row = " ".join(f"{share:11.0f}" for share in shares)
                print(f"{kind:>12} {size:.0e}{'' if scale == 1 else ' x1e-4':6} {row}")
    for one in missed:
        print(f"    missed elementwise: {one}")
    for checker, size in (("elementwise", 1e-6), ("direction", 1e-4)):
        for scale in (1.0, 1e-4):
            share = always[scale, "one element", size][checker]
            what = f"one element wrong by {size:.0e}, {checker}, dy x {scale:g}: 100 %"
            must(what, f"{share:.0f} %", share == 100)


# 3. and 4. Mistakes and mutants


def findings(module, inputs, reference, seed=0):
    """The ids that the suite finds; a checker that fails itself has found nothing."""
    try:
        return [one.id for one in examine_layer(module, inputs, reference, seed)[0]]
    except NotImplementedError:
        return ["raises"]
    except Exception as error:
        CRASHES.append(f"{type(module).__name__}: {type(error).__name__}: {error}")
        return []


CRASHES = []


def catalogue():
    caught, vague, theirs = collections.Counter(), [], collections.Counter()
    for mistake in MISTAKES:
        ids = []
        for seed in range(3):
            inputs = mistake.inputs(7, np.random.default_rng(seed))
            ids.append(findings(mistake.wrong(), inputs, mistake.right(), seed))
        caught[mistake.id] = all(ids)
        if not all(ids):
            print(f"    not always caught: {mistake.id} {ids}")
        if not all(one and one[0] != "unknown" for one in ids):
            vague.append(mistake.id)
        inputs = mistake.inputs(7, np.random.default_rng(0))
        theirs["torch"] += not torch_accepts(mistake.wrong(), inputs)
        theirs["CS231n"] += cs231n_error(mistake.wrong(), inputs) > 1e-7
    total, specific = len(MISTAKES), 100 * (1 - len(vague) / len(MISTAKES))
    print(f"\n3. The catalogue: of {total}, edunn's suite catches {sum(caught.values())} in 3 "
          f"seeds, torch {theirs['torch']}, CS231n {theirs['CS231n']} at one point")  # fmt: skip
    print(f"   without a diagnosis of their own: {len(vague)}: {' '.join(vague)}")
    must("catalogue: all caught", f"{sum(caught.values())} of {total}", all(caught.values()))
    must("catalogue: a specific diagnosis >= 90 %", f"{specific:.1f} %", specific >= 90)


def caught_by(target, mutant, equivalent):
    """Which of edunn's suite, the same without a reference, and torch see a mutant."""
    seen = {"suite": False, "without": False, "torch": False}
    for make, draw in target.configurations:
        inputs, few = (draw(n, np.random.default_rng(3)) for n in (7, 3))
        if not seen["suite"]:
            seen["suite"] = bool(findings(mutant.build(make), inputs, make()))
        if not equivalent:
            seen["without"] |= bool(findings(mutant.build(make), inputs, None))
            seen["torch"] |= not torch_accepts(mutant.build(make), few)
    return seen


def ast_mutants():
    made, survivors, rightly, caught = 0, [], [], collections.Counter()
    for target in TARGETS:
        for mutant in mutants(target):
            made += 1
            equivalent, before = is_equivalent(mutant), len(CRASHES)
            seen = caught_by(target, mutant, equivalent)
            if len(CRASHES) > before:
                CRASHES[before:] = [f"{CRASHES[before]}   in {mutant}"]
            caught.update({"equivalent": 1} if equivalent else seen)
            if equivalent and seen["suite"]:
                rightly.append(mutant)
            elif not equivalent and not seen["suite"]:
                survivors.append(mutant)
    total = made - caught["equivalent"]
    print(f"\n4. AST mutants: {made}, of which {caught['equivalent']} are equivalent on ordinary "
          f"inputs (the suite flags {len(rightly)} of these); of the other {total}:")  # fmt: skip
    for key, what in (("suite", "edunn's suite"), ("without", "the same without a reference"),
                      ("torch", "torch at one point")):  # fmt: skip
        print(f"   {what:30} {caught[key]:5}  {100 * caught[key] / total:.2f} %")
    for what, some in (("survivors", survivors), ("equivalent, but flagged", rightly),
                       ("the checker itself failed", CRASHES)):  # fmt: skip
        print(f"   {what}: {len(some)}")
        for one in some:
            print(f"      {one}")
    share = 100 * caught["suite"] / total
    must("AST mutants >= 99.5 %", f"{share:.2f} % of {total}", share >= 99.5)


# 5. Cost


def cost():
    calls, times, theirs = {}, {}, []
    for name, case in CASES.items():
        runs = []
        for _ in range(5):
            module, *inputs = copy.deepcopy(case)
            reference = copy.deepcopy(case[0])
            start = time.perf_counter()
            found, _, calls[name] = examine_layer(module, tuple(inputs), reference)
            runs.append(1e3 * (time.perf_counter() - start))
        if found:
            print(f"    {name}, which is right: {found[0].id} ({found[0].variable})")
        times[name] = statistics.median(runs)
        module, *inputs = copy.deepcopy(case)
        start = time.perf_counter()
        torch_accepts(module, inputs, rerun=False)
        theirs.append(1e3 * (time.perf_counter() - start))
    print("\n5. Cost of right layers      median    95 %      max")
    for what, numbers in (("suite, forward calls", list(calls.values())),
                          ("suite, ms", list(times.values())),
                          ("torch at one point, ms", theirs)):  # fmt: skip
        row = (statistics.median(numbers), float(np.quantile(numbers, 0.95)), max(numbers))
        print(f"   {what:24}" + "".join(f"{number:8.1f} " for number in row))
    most, middle = max(calls, key=calls.get), statistics.median(times.values())
    must("suite: at most 100 forward calls", f"{calls[most]} ({most})", calls[most] <= 100)
    must("suite: median under 5 ms", f"{middle:.2f} ms", middle < 5)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--checks", type=int, default=10_000)
    parser.add_argument("--others", type=int, default=300)
    parser.add_argument("--parts", default="12345")
    args = parser.parse_args()
    torch.set_num_threads(1)
    np.seterr(all="ignore")
    warnings.simplefilter("ignore")
    print(f"NumPy {np.__version__}, PyTorch {torch.__version__}, one thread, float64")
    parts = {
        "1": lambda: false_alarms(args.checks, args.others),
        "2": sensitivity, "3": catalogue, "4": ast_mutants, "5": cost,
    }  # fmt: skip
    for number in args.parts:
        start = time.perf_counter()
        parts[number]()
        print(f"   ({time.perf_counter() - start:.0f} s)", flush=True)
    print(f"\n{'must':66} {'measured':28}")
    for what, measured, met in MUST:
        print(f"{what:66} {measured:28} {met}")


if __name__ == "__main__":
    main()
