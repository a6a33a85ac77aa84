"""The checksum that nbgrader writes into a released cell: it shows whether the cell was changed."""

from __future__ import annotations

import hashlib
from typing import Any


def checksum(cell: Any) -> str:
    """As `nbgrader.utils.compute_checksum` of nbgrader 0.9 gives it; students need no nbgrader."""
    about = cell["metadata"]["nbgrader"]
    grade, solution = bool(about.get("grade")), bool(about.get("solution"))
    # nbgrader: a solution is never locked, a cell with points always is
    locked = not solution and (grade or bool(about.get("locked")))
    parts = [cell["source"], cell["cell_type"], str(grade), str(solution), str(locked)]
    parts.append(about["grade_id"])
    if grade:
        parts.append(str(float(about["points"])))
    return hashlib.md5("".join(parts).encode()).hexdigest()
