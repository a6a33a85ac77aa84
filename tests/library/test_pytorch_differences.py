"""What PyTorch has and edunn has not, name by name: refused with what is near, and on the page."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

import edunn.torchlike as nn
from edunn.pytorch_differences import DIFFERS, MISSING

ROOT = Path(__file__).parents[2]


def find(path, **known):
    """The thing that a dotted name of torchlike leads to, or np.something; known: the first steps
    of the way, where they are not torchlike's own."""
    thing = np if path.startswith("np.") else nn
    for name in path.removeprefix("np.").split("."):
        thing = known[name] if name in known else getattr(thing, name)
    return thing


@pytest.mark.parametrize("row", MISSING, ids=lambda row: row.name)
def test_what_is_missing_is_refused_by_name(row):
    with pytest.raises(AttributeError) as caught:
        find(row.name, Tensor=nn.ones(2), Module=nn.Linear(2, 1))
    message = str(caught.value)
    assert row.name.split(".")[-1] in message
    assert message.endswith("what differs from PyTorch stands in docs/from_pytorch.md")
    assert all(near in message for near in row.near)
    for near in row.near:
        assert find(near) is not None


@pytest.mark.parametrize("row", DIFFERS, ids=lambda row: row.name)
def test_what_differs_is_there(row):
    if row.name not in ("Tensor.data", "Tensor.grad"):
        assert find(row.name) is not None
    assert row.says
    for near in row.near:
        assert find(near) is not None


def test_no_row_is_there_twice():
    names = [row.name for row in (*MISSING, *DIFFERS)]
    assert len(set(names)) == len(names)


def test_a_name_that_is_misspelled_or_numpys():
    with pytest.raises(AttributeError, match="has no Liner: near is Linear; "):
        nn.Liner  # noqa: B018
    with pytest.raises(AttributeError, match=r"has no nancumsum: near is cumsum, np.nancumsum; "):
        nn.nancumsum  # noqa: B018
    with pytest.raises(ImportError, match="Hardtanh"):
        from edunn.torchlike import Hardtanh  # noqa: F401


def test_the_page_shows_the_list():
    spec = importlib.util.spec_from_file_location("page", ROOT / "docs" / "make_from_pytorch.py")
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    assert make.PAGE.read_text(encoding="utf-8") == make.page(), "run docs/make_from_pytorch.py"
