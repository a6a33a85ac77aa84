"""Mistakes that are not in the catalogue: each has its name, with a reference and without."""

import functools

import numpy as np
import pytest

from edunn.checking.diagnoses import About, diagnosis
from edunn.checking.suite import examine_layer
from mistakes import OTHERS

pytestmark = pytest.mark.slow

every_other = pytest.mark.parametrize("other", OTHERS, ids=[one.id for one in OTHERS])


@functools.cache
def found_in(id, with_reference):
    other = next(one for one in OTHERS if one.id == id)
    inputs = other.inputs(7, np.random.default_rng(0))
    with pytest.MonkeyPatch.context() as patch:
        if inputs[0].ndim == 4:  # fewer images, for speed
            patch.setattr("edunn.checking.suite.BATCHES", (3, 1, 2))
        return examine_layer(other.wrong(), inputs, other.right() if with_reference else None)[0]


def test_each_has_a_name_of_its_own():
    names = [one.id for one in OTHERS]
    assert len(names) == len(set(names)) >= 75
    assert all(type(one.wrong()).__name__ == one.id for one in OTHERS)


@every_other
def test_it_is_called_what_it_is(other):
    found = found_in(other.id, True)
    assert found[0].id == other.says
    assert found[0].details.get("formula") == other.formula


@every_other
def test_without_a_reference_it_has_the_same_name(other):
    if diagnosis(other.says).about != About.FORWARD:  # of that only a reference can know
        assert found_in(other.id, False)[0].id == other.says


@every_other
def test_what_is_right_beside_it_passes(other):
    inputs = other.inputs(7, np.random.default_rng(0))
    assert examine_layer(other.right(), inputs, other.right())[0] == []
