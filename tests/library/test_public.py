"""What is public has a docstring; what runs on a GPU keeps to the rules."""

import ast
import inspect
import re
from pathlib import Path

import numpy as np
import pytest

import edunn as nn
import edunn.torchlike
from edunn import diagrams

ROOT = Path(nn.__file__).parent
MODULES = [nn, nn.initializers, nn.datasets, nn.plot, nn.metrics, diagrams, edunn.torchlike,
           nn.utils, nn.utils.check_gradient]  # fmt: skip


def public():
    for module in MODULES:
        for name, value in vars(module).items():
            is_ours = getattr(value, "__module__", "").startswith("edunn")
            if is_ours and name[0] != "_" and (inspect.isclass(value) or inspect.isfunction(value)):
                yield f"{module.__name__}.{name}", value


PUBLIC = dict(public())


BY_CONTRACT = {"forward", "backward", "backward_from", "update", "factor", "describe",
               "children", "is_traced", "inputs_of_dx", "keys", "values", "items"}  # fmt: skip


def methods_to_explain(cls):
    """The public methods of more than six lines whose purpose no contract tells."""
    for name, method in vars(cls).items():
        plain = inspect.isfunction(method) and name[0] != "_" and name not in BY_CONTRACT
        if plain and len(inspect.getsource(method).splitlines()) > 6:
            yield name, method


def test_every_public_name_has_a_docstring():
    docs = {name: inspect.getdoc(value) or "" for name, value in PUBLIC.items()}
    too_short = [n for n, doc in docs.items() if "=" not in doc and len(doc.split()) < 3]
    assert too_short == []
    classes = {name: value for name, value in PUBLIC.items() if inspect.isclass(value)}
    assert [
        f"{name}.{method_name}"
        for name, cls in classes.items()
        for method_name, method in methods_to_explain(cls)
        if not inspect.getdoc(method)
    ] == []


def test_layers_say_formula_or_purpose_and_shapes():
    layers = [c for c in PUBLIC.values() if inspect.isclass(c) and issubclass(c, nn.Module)]
    says = re.compile(r"=|\(n\b|shape|axes|layers|modules|sizes")
    assert [cls.__name__ for cls in layers if not says.search(inspect.getdoc(cls))] == []


GPU_CODE = [
    *sorted((ROOT / "layers").glob("*.py")),
    *(ROOT / f"{name}.py" for name in ("ops", "array_ops", "more_ops", "containers", "sequential2d",
                                       "losses", "optimizers")),
]  # fmt: skip
CREATES = {
    "zeros",
    "ones",
    "empty",
    "full",
    "eye",
    "arange",
    "array",
    "asarray",
    "linspace",
    "identity",
}
ON_HOST = {"__init__", "_places", "keep_weight"}
MISSING = {"block", "vecdot", "vectorize", "ascontiguousarray"}


@pytest.mark.parametrize("path", GPU_CODE, ids=lambda path: path.stem)
def test_code_that_runs_on_a_gpu_keeps_the_rules(path):
    """In forward, backward and update: nothing is created on the CPU, none of what CuPy lacks is
    called, no where= or initial=, and no library is named."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    assert not names & {"xp", "cupy", "cp"}
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        on_host = function.name in ON_HOST or function.name.startswith("from_")
        for call in ast.walk(function):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
                continue
            keywords = {keyword.arg for keyword in call.keywords}
            where = f"{path.name}:{call.lineno}"
            if getattr(call.func.value, "id", "") == "np":
                assert call.func.attr not in MISSING, where
                assert not keywords & {"where", "initial"}, where
                if call.func.attr in CREATES and not on_host:
                    assert "like" in keywords, where
            if isinstance(call.func.value, ast.Attribute) and call.func.attr in ("reduce", "at"):
                assert call.func.value.attr == "add", where


def test_a_training_step_on_the_gpu_moves_nothing(gpu):
    """A step of Dense, ReLU and cross entropy never looks at a number on the host."""
    model = nn.Sequential(nn.Dense(3, 4, "relu"), nn.Dense(4, 3)).to(gpu)
    x, y = nn.to(np.ones((5, 3), np.float32), gpu), nn.to(np.array([0, 1, 2, 0, 1]), gpu)
    loss = nn.CrossEntropyLoss()(model(nn.Tensor(x)), y)
    loss.backward()
    nn.Adam(model.parameters()).step()
    assert {nn.device_of(p.grad) for p in model.parameters()} == {"cuda:0"}


def test_diagrams_draw_every_block():
    import matplotlib

    matplotlib.use("Agg")
    net = nn.Sequential2D(
        [2, 3], [4, 5], [[nn.Dense(2, 4), None], [nn.Linear(3, 4), nn.Dense(3, 5)]]
    )
    matrix, flow = diagrams.blocks(net)
    texts = [text.get_text() for text in matrix.texts]
    assert texts == ["Dense\n12", "Linear\n12", "Dense\n20"]
    assert matrix.get_title() == "44 parameters"
    assert [text.get_text() for text in flow.texts if text.get_text()] == ["x0", "x1", "y0", "y1"]
    matplotlib.pyplot.close("all")
    with pytest.raises(TypeError, match="got Linear, not a Sequential2D"):
        diagrams.blocks(nn.Linear(2, 3))
