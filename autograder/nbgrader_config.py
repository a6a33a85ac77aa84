"""nbgrader's own commands (formgrader, export, ...) on the gradebook that `edunn grade` keeps.

Start them in this folder; EDUNN_GRADED names the folder of the gradebook, if it is not ../graded.
"""

import os
from pathlib import Path

from edunn.course.grading.gradebook import configure

here = Path(__file__).resolve().parent
graded = os.environ.get("EDUNN_GRADED") or os.environ.get("EDUNN_BOOKS")  # as edunn 0.1 called it
configure(get_config(), Path(graded or here.parent / "graded").resolve())  # noqa: F821
