"""nbgrader's own commands (formgrader, export, ...) on the books that `edunn grade` keeps.

Start them in this folder; EDUNN_BOOKS names the books, if they are not in ../graded.
"""

import os
from pathlib import Path

from edunn.course.grading.gradebook import configure

here = Path(__file__).resolve().parent
configure(get_config(), Path(os.environ.get("EDUNN_BOOKS", here.parent / "graded")).resolve())  # noqa: F821
