"""A few faults of each kind while a class is graded, by benchmarks/faults.py, which tries hundreds:
the same command then ends with the grades of a run that nobody disturbed."""

import importlib.util
import random
from pathlib import Path

import pytest

from edunn.course.notebooks.layout import Course
from lock import needs_lock

pytestmark = [pytest.mark.slow, needs_lock]
SEED = 1
KILLS = {"worker": 2, "fork server": 1, "judge": 1, "grader": 2}


@pytest.fixture(scope="module")
def faults():
    path = Course.find(Path(__file__).parent).root / "benchmarks" / "faults.py"
    spec = importlib.util.spec_from_file_location("faults", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def one(faults, tmp_path_factory):
    return faults.Class(tmp_path_factory.mktemp("faults"), 3)


def test_somebody_is_killed(faults, one):
    """One of each kind after the other, in one store that is graded to its end by and by."""
    out, rng = one.store("killed"), random.Random(SEED)
    for kind, count in KILLS.items():
        assert faults.killed(one, out, kind, count, rng) == count
        for path in (out / "records").rglob("*.json"):
            path.unlink()  # all must be judged again
    assert one.ends_as_undisturbed(out) == ""


@pytest.mark.parametrize("fault", ["full_disk_of_grades", "full_temporary_disk", "little_memory"])
def test_there_is_no_more_of_something(faults, one, fault):
    out = one.store(fault)
    assert not getattr(faults, fault)(one, out, random.Random(SEED))
    assert one.ends_as_undisturbed(out) == ""


@pytest.mark.parametrize("how", ["truncated", "garbled"])
def test_every_file_is_damaged(faults, one, how):
    """All files at once."""
    out, rng = one.copy(how), random.Random(SEED)
    for path in faults.files_of(out):
        if path.name != "gradebook.db.copy":  # it is put back
            faults.damaged(out / path, how, rng)
    assert one.ends_as_undisturbed(out) == ""
    assert list(one.temporary.iterdir()) == []
