"""Checksums of cells are nbgrader's, in every release and for every kind of cell."""

from pathlib import Path

import pytest
from nbgrader.utils import compute_checksum

from edunn.course.notebooks.checksum import checksum
from edunn.course.notebooks.layout import Course
from edunn.course.notebooks.solution import grade_id

COURSE = Course.find(Path(__file__).parent)


@pytest.mark.parametrize("name", COURSE.assignments())
def test_checksums_are_nbgraders(name):
    cells = [cell for cell in COURSE.released(name)["cells"] if grade_id(cell)]
    assert cells
    for cell in cells:
        assert checksum(cell) == compute_checksum(cell)
        if "checksum" in cell["metadata"]["nbgrader"]:
            assert checksum(cell) == cell["metadata"]["nbgrader"]["checksum"]
