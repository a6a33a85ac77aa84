"""What an exercise closes is closed under every name that edunn exports it by."""

import ast
from pathlib import Path

import pytest

import edunn as nn

SOLUTIONS = sorted((Path(__file__).parents[3] / "solutions").glob("*.py"))


def closed_by(path):
    """The names in the calls of `close` in a solution."""
    calls = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    calls = [c for c in calls if isinstance(c, ast.Call) and getattr(c.func, "id", "") == "close"]
    return {argument.value for call in calls for argument in call.args}


def left_open(closed):
    """Other names of edunn for what is closed."""
    objects = [getattr(nn, name) for name in closed if "." not in name]
    return [
        name
        for name in nn.__all__
        if name not in closed and any(getattr(nn, name) is one for one in objects)
    ]


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_no_other_name_leads_to_what_is_closed(path):
    assert left_open(closed_by(path)) == []


@pytest.mark.parametrize(("closed", "other"), [("Tanh", "TanH"), ("BatchNorm1d", "BatchNorm")])
def test_another_name_is_seen(closed, other):
    assert left_open({closed}) == [other]
    assert left_open({closed, other}) == []


def test_the_closed_names_are_read():
    assert closed_by(SOLUTIONS[1]) == {"Bias", "Dense", "LinearRegression", "LogisticRegression"}
