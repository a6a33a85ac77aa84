"""Acceptance: TinyTorch's layers module, by edunn's words where the two differ.

Its exports (`#| export`, a package of its own with a fallback import) are edunn's package itself
here: a notebook imports what is installed, and its own code stays its own.
"""

import ast
import re
import sys
from pathlib import Path

import numpy as np
import pytest

import edunn as nn
import edunn.torchlike as torch
from edunn.course.notebooks.solution import read_solution

SOLUTIONS = sorted((Path(__file__).parents[2] / "solutions").glob("*.py"))
KEYS = {"grade", "grade_id", "locked", "schema_version", "solution", "task"}


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_T1_T3_the_form_of_a_notebook(path):
    """Percent cells; nbgrader's six keys, points where there is a grade; solutions only in cells
    that are marked so."""
    cells = read_solution(path)["cells"]
    marked = [cell for cell in cells if "nbgrader" in cell["metadata"]]
    assert {cell["cell_type"] for cell in cells} == {"markdown", "code"}
    assert len({cell["metadata"]["nbgrader"]["grade_id"] for cell in marked}) == len(marked)
    for cell in cells:
        about = cell["metadata"].get("nbgrader")
        if about is None:
            assert "BEGIN SOLUTION" not in cell["source"]
            continue
        assert about.keys() - {"points"} == KEYS
        assert about["schema_version"] == 3
        assert ("points" in about) == about["grade"]
        assert about["solution"] or "BEGIN SOLUTION" not in cell["source"]


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_T2_T4_a_notebook_imports_only_what_is_installed(path):
    text = "\n".join(c["source"] for c in read_solution(path)["cells"] if c["cell_type"] == "code")
    imports = [n for n in ast.walk(ast.parse(text)) if isinstance(n, (ast.Import, ast.ImportFrom))]
    names = {a.name for n in imports if isinstance(n, ast.Import) for a in n.names}
    names |= {n.module for n in imports if isinstance(n, ast.ImportFrom)}
    names = {name.split(".")[0] for name in names} - sys.stdlib_module_names
    assert names <= {"edunn", "numpy", "matplotlib", "my_edunn"}


@pytest.mark.parametrize("name", [path.stem for path in SOLUTIONS])
def test_T12_questions_have_room_for_an_answer(name):
    """Graded by hand, in a cell that the student writes in, below the question's own."""
    cells = read_solution(SOLUTIONS[0].with_name(f"{name}.py"))["cells"]
    by_hand = [c for c in cells if c["cell_type"] == "markdown" and "nbgrader" in c["metadata"]]
    assert by_hand
    for cell in by_hand:
        about = cell["metadata"]["nbgrader"]
        assert about["task"] or (about["grade"] and about["solution"])
        question = cells[cells.index(cell) - 1]
        assert question["cell_type"] == "markdown"
        assert re.search(r"\?|\(\d points?\)", question["source"])


def test_T5_modules_find_their_parameters_once():
    class Net(nn.Module):
        def __init__(self):
            self.fc = nn.Dense(2, 3)
            self.scale = nn.Parameter(np.ones(3))

    net = Net()
    assert list(net.named_parameters()) == ["scale", "fc.w", "fc.b"]
    net.fc = nn.Dense(2, 4)  # the old one's parameters are gone, and none is counted twice
    assert [p.shape for p in net.parameters()] == [(3,), (2, 4), (4,)]
    with pytest.raises(NotImplementedError, match=r"Net\.forward: not written yet"):
        net(np.ones((1, 2)))


@pytest.mark.parametrize(
    ("a", "b", "product"),
    [
        ([[1, 2], [3, 4]], [[5, 6], [7, 8]], [[19, 22], [43, 50]]),
        ([[1, 2, 3], [4, 5, 6]], [[7, 8], [9, 10], [11, 12]], [[58, 64], [139, 154]]),
        ([[1, 2, 3]], [[4], [5], [6]], [[32]]),
        ([[5]], [[3]], [[15]]),
        ([[1, 2], [3, 4]], [[1, 0], [0, 1]], [[1, 2], [3, 4]]),
    ],
)
def test_T6_matmul(a, b, product):
    y = nn.Tensor(a) @ nn.Tensor(b)
    assert isinstance(y, nn.Tensor)
    np.testing.assert_array_equal(y.data, product)
    np.testing.assert_array_equal(np.matmul(nn.Tensor(a), nn.Tensor(b)).data, product)


def test_T7_a_layer_with_and_without_bias():
    layer = torch.Linear(3, 2)
    assert layer.weight.shape == (3, 2)
    assert layer.bias.shape == (2,)
    assert torch.Linear(3, 2, bias=False).bias is None
    assert np.mean(np.abs(layer.weight.data)) < 1
    x = nn.Tensor(np.ones((3, 3)))
    assert layer(x).shape == layer.forward(x.data).shape == (3, 2)


def test_T8_tensors_and_parameters():
    t = nn.Tensor([[1.0, 2.0]], requires_grad=True)
    assert isinstance(t.data, np.ndarray)
    assert t.shape == (1, 2)
    assert t.data.data.tolist() == [[1.0, 2.0]]
    (t + t).sum().backward()
    np.testing.assert_array_equal(t.grad, [[2, 2]])
    t.zero_grad()
    assert t.grad is None
    assert nn.Parameter(np.ones(2)).requires_grad


def test_T9_gradients_reach_weights_bias_and_input():
    layer = torch.Linear(3, 2)
    x = nn.Tensor(np.array([[1.0, 2.0, 3.0]]), requires_grad=True)
    y = layer(x)
    assert isinstance(y, nn.Tensor)
    y.sum().backward()
    np.testing.assert_allclose(layer.weight.grad, [[1, 1], [2, 2], [3, 3]])
    np.testing.assert_allclose(layer.bias.grad, [1, 1])
    np.testing.assert_allclose(x.grad, [layer.weight.data.sum(axis=1)])


@pytest.mark.parametrize(
    ("sizes", "parameters", "megabytes"),
    [
        ((10, 10), "110", "0.000"),
        ((100, 100), "10,100", "0.039"),
        ((1000, 1000), "1,001,000", "3.819"),
        ((784, 128), "100,480", "0.383"),
        ((128, 10), "1,290", "0.005"),
    ],
)
def test_T10_memory_of_layers(sizes, parameters, megabytes):
    model = nn.Sequential(nn.Dense(*sizes))
    count = model.explain((1, sizes[0])).rows[0].parameters
    assert f"{count:,}" == parameters
    assert sum(p.data.nbytes for p in model.parameters()) == 4 * count
    assert f"{4 * count / 2**20:.3f}" == megabytes


@pytest.mark.parametrize(
    ("size", "mflops", "megabytes"),
    [(64, "0.5", "0.05"), (128, "4.2", "0.19"), (256, "33.6", "0.75"), (512, "268.4", "3.00")],
)
def test_T11_arithmetic_of_layers(size, mflops, megabytes):
    """A layer size -> size on a batch of `size`: two operations for each multiply-add, and the
    memory of input, weights and output."""
    (row,) = nn.Sequential(nn.Linear(size, size)).explain((size, size)).rows
    assert f"{2 * row.multiply_adds / 1e6:.1f}" == mflops
    assert f"{(row.bytes + 2 * 4 * size * size) / 2**20:.2f}" == megabytes


@pytest.mark.parametrize(
    ("sizes", "total"),
    [([784, 2048, 2048, 10], 5_824_522), ([784, 256, 256, 256, 256, 10], 400_906)],
)
def test_T12_the_two_models_of_the_question(sizes, total):
    model = nn.Sequential([nn.Dense(a, b) for a, b in zip(sizes, sizes[1:])])
    assert sum(p.numel() for p in model.parameters()) == total


def test_T13_edge_cases_composition_and_reassignment():
    first, second = torch.Linear(4, 3), torch.Linear(3, 2)
    assert second(first(nn.Tensor(np.ones((1, 4))))).shape == (1, 2)
    assert first(nn.Tensor(np.ones((10, 4)))).shape == (10, 3)
    before = first.forward(np.ones((1, 4)))
    first.w = nn.Parameter(first.w.data + 0.1)
    np.testing.assert_allclose(first.forward(np.ones((1, 4))), before + 0.4, rtol=1e-5)
    assert len(first.parameters()) == 2


def test_T14_the_four_parts_of_the_demonstration():
    layer = torch.Linear(3, 2)  # 1. something that learns
    assert all(p.requires_grad for p in layer.parameters())
    y = layer(torch.randn(4, 3))  # 2. forward
    assert y.requires_grad
    y.sum().backward()  # 3. backward
    assert layer.weight.grad is not None
    assert isinstance(layer.forward(np.ones((4, 3))), np.ndarray)  # 4. plain arrays all the same


def test_T15_the_final_network():
    model = nn.Sequential(nn.Dense(784, 128), nn.Dense(128, 64), nn.Dense(64, 10))
    assert [f"{layer.w.size:,}" for layer in model] == ["100,352", "8,192", "640"]
    explanation = model.explain((32, 784))
    assert [row.output for row in explanation.rows] == [(32, 128), (32, 64), (32, 10)]
    total = sum(p.numel() for p in model.parameters())
    assert f"{total:,}" == "109,386"
    assert f"{4 * total / 2**20:.2f}" == "0.42"


def test_T16_a_checks_failure_is_an_exception():
    """The seed's own test of gradients caught every exception; ours cannot pass while failing."""

    class Detached(nn.Linear):
        def backward(self, dy):
            return None, {"w": np.zeros_like(self.w.data)}

    with pytest.raises(nn.GradientError):
        nn.check_gradients(Detached(3, 2), np.ones((1, 3)))
