"""To add a layer, an activation or a loss: every place that has to know it, named when forgotten.

Each place is a function of the name and the class; what it yields is what is still to do.
"""

import ast
import importlib
import inspect
import re
from pathlib import Path

import numpy as np
import pytest

import edunn as nn
import edunn.torchlike
from cases import CASES
from edunn.layers.activations import ACTIVATIONS, ReLU
from edunn.pytorch_differences import MISSING

ROOT = Path(__file__).parents[2]
BASES = {"Moments", "BatchNorm", "Loss", "ErrorLayer"}  # never used by themselves

AGAINST_TORCH = [
    (ROOT / "tests" / "library" / f"test_{name}.py").read_text(encoding="utf-8")
    for name in ("against_torch", "sequences_against_torch", "losses", "torchlike_layers")
]
NOT_IN_PYTORCH = {
    "AddConstant", "Bias", "BinaryCrossEntropy", "CrossEntropyWithLabels", "Dense", "MaskedLinear",
    "MeanError", "MultiplyConstant", "SparseLinear", "SquaredError",
}  # fmt: skip
OTHER_WORD_IN_PYTORCH = {"MultiHeadAttention": "MultiheadAttention"}
NO_ACTIVATION_BY_NAME = {"AddConstant", "MultiplyConstant"}  # they need a number
PYTORCH_NAMES = {
    "weight", "bias", "pos_weight", "running_mean", "running_var", "weight_ih_l0", "weight_hh_l0",
    "bias_ih_l0", "bias_hh_l0", "in_proj_weight", "in_proj_bias", "out_proj.weight",
    "out_proj.bias",
}  # fmt: skip
SAME_WAY_ROUND_IN_PYTORCH = {"Embedding"}  # a matrix that is not transposed
NO_MUTANTS = {
    "Identity",  # nothing in it to change
    "BatchNorm1d", "BatchNorm2d",  # the mutants are those of BatchNorm and Moments
}  # fmt: skip


def layers():
    """By name, the public classes of edunn/layers/ and edunn/losses.py."""
    paths = [*sorted((ROOT / "edunn" / "layers").glob("*.py")), ROOT / "edunn" / "losses.py"]
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in paths]
    modules = [importlib.import_module(name.removesuffix(".__init__")) for name in names]
    return {
        name: value
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, nn.Module)
        if value.__module__ == module.__name__ and name[0] != "_" and name not in BASES
    }


def examples(name):
    return [case for key, case in CASES.items() if key.split(",")[0] == name]


def face(name, layer):
    if getattr(nn, name, None) is not layer or name not in nn.__all__:
        yield "import it in edunn/__init__.py and name it in __all__"


def cases(name, layer):
    if not examples(name):
        yield "add a line at the end of CASES, tests/cases.py: the laws of all modules run over it"


def pytorchs_words(name, layer):
    word = OTHER_WORD_IN_PYTORCH.get(name, name)
    if word not in edunn.torchlike.__all__ and name not in NOT_IN_PYTORCH:
        yield "name it in edunn/torchlike, or in NOT_IN_PYTORCH here"
    if name in {row.name.split(".")[-1] for row in MISSING}:
        yield "take its name out of MISSING, edunn/pytorch_differences.py"
    if word in edunn.torchlike.__all__ and not any(word in text for text in AGAINST_TORCH):
        yield f"compare {word} with PyTorch's, in tests/library/test_against_torch.py"


def own_words(name, layer):
    """A constructor refuses keywords that it does not know in our words, and takes name=."""
    if "name" in inspect.signature(layer).parameters:
        return
    try:
        layer(no_such_word=1)
    except TypeError as error:
        if "got no_such_word, but takes" not in str(error):
            yield "put @named() above its class (edunn/words.py)"


def derivation(name, layer):
    page = (ROOT / "docs" / "derivations.md").read_text(encoding="utf-8")
    if layer.backward is not nn.Module.backward and not re.search(rf"\b{name}\b", page):
        yield "derive its backward in docs/derivations.md, or name it there with one like it"


def activations(name, layer):
    is_activation = layer.__module__ == ReLU.__module__
    known = layer in ACTIVATIONS.values() or name in NO_ACTIVATION_BY_NAME
    if is_activation and not known:
        yield "give it a name in ACTIVATIONS, edunn/layers/activations.py, so that Dense takes it"


def costs(name, layer):
    for module, *inputs in examples(name)[:1]:
        if module.multiply_adds(np.shape(module.forward(*inputs))) is None:
            yield "write its multiply_adds(y_shape), for explain: 0 for work number by number"


def state_of_pytorch(name, layer):
    """to_torch and from_torch know the names of what it holds, and which matrix is transposed."""
    if OTHER_WORD_IN_PYTORCH.get(name, name) not in edunn.torchlike.__all__:
        return
    for module, *_ in examples(name)[:1]:
        unknown = nn.to_torch(module).keys() - PYTORCH_NAMES
        if unknown:
            yield f"to_torch in edunn/saving.py has no word of PyTorch's for its {sorted(unknown)}"
        w = module.get_parameters().get("w", np.ones(1))
        turned = w.ndim != 2 or nn.to_torch(module).get("weight", w.T).shape == w.shape[::-1]
        if not turned and name not in SAME_WAY_ROUND_IN_PYTORCH:
            yield "PyTorch keeps weights as (outputs, inputs): transpose its w in to_torch"


def mutants(name, layer):
    """benchmarks/mutants.py lists the layers whose small changes the checkers must notice."""
    tree = ast.parse((ROOT / "benchmarks" / "mutants.py").read_text(encoding="utf-8"))
    (listed,) = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "LAYERS"
    ]
    if name not in NO_MUTANTS | {node.attr for node in listed.elts}:
        yield "name it in LAYERS of benchmarks/mutants.py"


def documentation(name, layer):
    if not (layer.__doc__ or "").strip():
        yield "write its docstring: the formula, then the shapes"


PLACES = [face, cases, own_words, pytorchs_words, activations, costs, state_of_pytorch, mutants,
          derivation, documentation]  # fmt: skip


def forgotten(name, layer):
    return [what for place in PLACES for what in place(name, layer)]


@pytest.mark.parametrize("name", layers())
def test_nothing_is_forgotten(name):
    todo = forgotten(name, layers()[name])
    assert not todo, "\n".join([f"{name} is not everywhere yet:", *(f"- {what}" for what in todo)])


def test_the_lists_of_exceptions_hold_only_what_is_there():
    listed = NOT_IN_PYTORCH | OTHER_WORD_IN_PYTORCH.keys() | NO_ACTIVATION_BY_NAME | NO_MUTANTS
    assert listed | SAME_WAY_ROUND_IN_PYTORCH <= layers().keys()
    assert not NOT_IN_PYTORCH & set(edunn.torchlike.__all__)


def test_a_layer_that_is_nowhere_is_missed_everywhere(monkeypatch):
    class Nowhere(nn.Module):
        def __init__(self):
            self.scale = nn.Parameter(np.ones(3))

        def forward(self, x):
            self.cache = x
            return self.scale.data * x

    words = " ".join(forgotten("Nowhere", Nowhere))
    for place in ("edunn/__init__.py", "tests/cases.py", "edunn/torchlike", "mutants.py"):
        assert place in words
    assert "docstring" in words
    assert "@named" in words
    monkeypatch.setitem(CASES, "Nowhere", (Nowhere(), np.ones((4, 3))))
    monkeypatch.setattr(edunn.torchlike, "__all__", [*edunn.torchlike.__all__, "Nowhere"])
    words = " ".join(forgotten("Nowhere", Nowhere))
    assert "compare Nowhere with PyTorch's" in words
    assert "tests/cases.py" not in words
    assert "multiply_adds" in words
    assert "no word of PyTorch's for its ['scale']" in words


def test_an_activation_without_a_name_is_missed():
    swish = type("Swish", (ReLU,), {"__module__": ReLU.__module__})
    assert any("a name in ACTIVATIONS" in text for text in forgotten("Swish", swish))


def test_a_matrix_that_is_not_transposed_for_pytorch_is_missed(monkeypatch):
    class Like(nn.Module):
        """y = x w, as Linear, but to_torch does not know it."""

        def __init__(self):
            self.w = nn.Parameter(np.ones((3, 2)))

        def forward(self, x):
            return x @ self.w.data

    monkeypatch.setitem(CASES, "Like", (Like(), np.ones((4, 3))))
    monkeypatch.setattr(edunn.torchlike, "__all__", [*edunn.torchlike.__all__, "Like"])
    assert any("transpose its w" in text for text in forgotten("Like", Like))
