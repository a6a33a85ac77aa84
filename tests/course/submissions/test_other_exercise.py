"""A notebook of another exercise is not graded, however much the two have in common."""

import copy
import json
from pathlib import Path

import pytest

from edunn.course.notebooks.layout import Course
from edunn.course.notebooks.reading import read_cells
from edunn.course.submissions.collect import take_in
from edunn.course.submissions.normalise import normalise, written_in

pytestmark = pytest.mark.slow

COURSE = Course.find(Path(__file__))
NAMES = COURSE.assignments()
RELEASES = {name: COURSE.released(name) for name in NAMES}


def stripped(notebook):
    """A copy without nbgrader's names and without ids."""
    bare = copy.deepcopy(notebook)
    for cell in bare["cells"]:
        cell["metadata"] = {}
        cell.pop("id", None)
    return bare


@pytest.mark.parametrize("as_it_came", [lambda notebook: notebook, stripped])
@pytest.mark.parametrize("name", NAMES)
def test_of_all_exercises_only_its_own_fits(name, as_it_came):
    solved = as_it_came(COURSE.solution(name))
    raw = json.dumps(solved).encode()
    fits = [other for other in NAMES if not normalise(RELEASES[other], raw).problem]
    assert fits == [name]
    blank = as_it_came(json.loads(json.dumps(RELEASES[name])))
    for notebook in (solved, blank):
        cells = read_cells(json.dumps(notebook).encode())
        assert [other for other in NAMES if written_in(RELEASES[other], [], cells) is not None] == [
            name
        ]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_left_of_it_still_fits(name):
    """The cells of the answers alone, among texts of a student's own."""
    solved = COURSE.solution(name)
    own = [{"cell_type": "markdown", "metadata": {}, "source": f"note {k}"} for k in range(20)]
    answers = [cell for cell in solved["cells"] if "### BEGIN SOLUTION" in cell["source"]]
    left = {**solved, "cells": [*own, *copy.deepcopy(answers)]}
    assert not normalise(RELEASES[name], json.dumps(left).encode()).problem
    assert written_in(RELEASES[name], [], read_cells(json.dumps(left).encode())) is not None


def test_a_file_that_cannot_be_read_is_named_where_another_counts(tmp_path):
    name, whole = "02_bias", json.dumps(COURSE.solution("02_bias"))
    (tmp_path / "ann").mkdir()
    (tmp_path / "ann" / f"{name}.ipynb").write_text(whole)
    (tmp_path / "ann" / f"{name}-1.ipynb").write_text(whole[:900])
    (submission,) = take_in(tmp_path, name)
    said = {note.id: note.details for note in submission.notes}
    assert said["left_unreadable"]["name"] == f"{name}-1.ipynb"
    assert "left_blank" not in said
