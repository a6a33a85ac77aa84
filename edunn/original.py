"""What the original edunn (github.com/facundoq/edunn) has and this has not: what to write instead.

docs/from_original_edunn.md says more of it, and what works as it did; a test holds it to this list.
"""

MISSING = {
    "edunn.SequenceCrossEntropyWithLabels": (
        "CrossEntropyLoss(ignore_index=pad) of y.reshape(-1, classes) and labels.reshape(-1)"
    ),
    "edunn.Optimizer": "optimizers.Optimizer, of which a subclass writes update",
    "edunn.BatchedGradientOptimizer": "optimizers.Optimizer, of which a subclass writes update",
    "edunn.datasets.load_sequence_generation": (
        "a text of your own, as whole numbers, for an Embedding"
    ),
}
DATA = {
    "boston": "scikit-learn has withdrawn it for what it says of people; near is 'diabetes'",
    "insurance": "near is 'diabetes'",
    "real_state": "near is 'diabetes'",
    "study1d": "near is 'line' of load_regression",
    "study2d": "near is 'moons', or 'plane' of load_regression",
    "study2d_easy": "near is 'moons'",
    "wine_red": "near is 'wine' of load_classification",
    "wine_white": "near is 'wine' of load_classification",
}


def refuse(module: str, name: str) -> AttributeError:
    """What to raise for a name that a module has not; if the original edunn has it, with a hint."""
    near = MISSING.get(f"{module}.{name}")
    hint = f": write {near}; see docs/from_original_edunn.md" if near else ""
    return AttributeError(f"module {module!r} has no attribute {name!r}{hint}")
