"""Print where each mistake differs from what is right: python -m mistakes.selfcheck, in tests/.

Of every mistake, what is right passes `check_gradients` with 7, 3 and 1 examples, and the student's
class that the mistake changes (the parent of its class) does not differ from it anywhere.
"""

import json
import sys
import warnings
from pathlib import Path

import numpy as np

import edunn as nn

from . import BENIGN, MISTAKES, SKIPPED

CATALOGUE = Path("/work/shared/mistakes.json")  # where it is there, its ids are compared
FORWARD_WRONG = {
    "L09", "R06", "S05", "M05", "M06", "E05", "E06", "C05", "C06", "C11", "G01", "G03", "G04",
    "G08", "G10", "O04", "O07", "N11", "V10", "P03", "F02",
}  # fmt: skip


def random_like(y, seed=1):
    return np.random.default_rng(seed).normal(size=np.shape(y))


def flat(result):
    """What a backward gave, as a dict of arrays; anything else under its type's name."""
    if not (isinstance(result, tuple) and len(result) == 2 and isinstance(result[1], dict)):
        return {f"a {type(result).__name__}, no pair": np.zeros(0)}
    dx, grads = result
    dxs = dx if isinstance(dx, tuple) else (dx,)
    return {f"input {i}": np.array(d) for i, d in enumerate(dxs)} | {
        name: np.array(g) for name, g in grads.items()
    }


def run(make, make_inputs):
    """Everything that can be seen of a module, by situation: a dict of dicts of arrays."""
    seen = {}

    def see(what, f):
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                seen[what] = f()
            except Exception as error:
                seen[what] = {f"{type(error).__name__}: {str(error)[:60]}": np.zeros(0)}

    def both(what, module, inputs):
        def forward():
            y = module.forward(*inputs)
            dys.append(random_like(y))
            return {"y": np.array(y)}

        dys = []
        nn.manual_seed(0)
        see(f"{what}y", forward)
        if dys:
            dy = dys[0] if np.ndim(dys[0]) else np.float64(dys[0])
            see(f"{what}dx", lambda: flat(module.backward(dy)))

    def inputs(n, seed=0, scale=1.0):
        arrays = make_inputs(n, np.random.default_rng(seed))
        return tuple(a * scale if a.dtype.kind == "f" else a for a in arrays)

    module, first = make(), inputs(7)
    both("", module, first)
    see("arrays", lambda: dict(enumerate(map(np.array, first))) | copies(module))
    dy = random_like(next(iter(seen["y"].values())))
    dy = dy if np.ndim(dy) else np.float64(dy)
    see("again", lambda: flat(module.backward(dy)))
    both("second ", module, inputs(7, 1))
    module = make()
    both("fresh3 ", module, inputs(3))
    both("then1 ", module, inputs(1))
    both("fresh1 ", make(), inputs(1))
    module = make()
    for parameter in module.parameters():
        parameter.data += 0.3 * np.sign(parameter.data)
    both("moved ", module, inputs(7))
    both("eval ", make().eval(), inputs(7))
    both("large ", make(), inputs(7, 0, 1000.0))
    return seen


def copies(module):
    return {name: array.copy() for name, array in module.get_parameters().items()}


def differs(a, b):
    return a.keys() != b.keys() or any(
        a[k].shape != b[k].shape or not np.allclose(a[k], b[k], 1e-9, 1e-12, equal_nan=True)
        for k in a
    )


def student(mistake):
    """The student's class without the mistake: the same object, one class higher."""

    def make():
        module = mistake.wrong()
        module.__class__ = type(module).__mro__[1]
        return module

    return make


def check(mistake, benign=False):
    """One row: where the mistake shows; and what is not as it should be."""
    oddities = []
    right, wrong = mistake.right(), mistake.wrong()
    if {k: v.shape for k, v in right.get_parameters().items()} != {
        k: v.shape for k, v in wrong.get_parameters().items()
    } or any(
        not np.array_equal(a, wrong.get_parameters()[k]) for k, a in right.get_parameters().items()
    ):
        oddities.append("parameters differ")
    if any(a.dtype != np.float64 for a in right.get_parameters().values()):
        oddities.append("not float64")
    for n in (7, 3, 1):
        try:
            inputs = mistake.inputs(n, np.random.default_rng(n))
            nn.check_gradients(mistake.right(), *inputs)
            nn.check_gradients(student(mistake)(), *inputs)
        except Exception as error:
            oddities.append(f"right, n={n}: {error}")
    expected, got = run(mistake.right, mistake.inputs), run(mistake.wrong, mistake.inputs)
    base = run(student(mistake), mistake.inputs)
    odd = [k for k in expected if k not in base or differs(expected[k], base[k])]
    if odd:
        oddities.append(f"student's right differs: {odd}")
    where = [k for k in expected if k not in got or differs(expected[k], got[k])]
    errors = {name for seen in got.values() for name in seen if "Error" in str(name)}
    if bool(where) == benign:
        oddities.append("benign but differs" if benign else "NO DIFFERENCE")
    if ("y" in where) != (mistake.id in FORWARD_WRONG):
        oddities.append("forward wrong, or right, against what the catalogue says")
    print(f"{mistake.id:4}", ", ".join(where), sorted(errors) or "")
    for oddity in oddities:
        print("     ODD:", oddity)
    return not oddities


def main():
    good = [check(m) for m in MISTAKES] + [check(m, benign=True) for m in BENIGN]
    have = {m.id for m in MISTAKES + BENIGN} | SKIPPED.keys()
    entries = json.loads(CATALOGUE.read_text()) if CATALOGUE.exists() else []
    missing = {entry["id"] for entry in entries if entry["id"][0] not in "ZIK"} - have
    print(f"{sum(good)} of {len(good)} without oddities; missing: {sorted(missing) or 'none'}")
    return 0 if all(good) and not missing else 1


if __name__ == "__main__":
    sys.exit(main())
