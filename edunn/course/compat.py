"""Where other projects' programs need a push: called on purpose, never on import."""

from __future__ import annotations

import functools
import sys


def load_nbformat_fast() -> None:
    """Import nbformat without the grammar that it would load for a second, in every process, to
    check a kind of text that no notebook has."""
    if "jsonschema" in sys.modules:
        return
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]  # as if not installed
    try:
        import nbformat  # noqa: F401
    finally:
        del sys.modules["rfc3987_syntax"]


@functools.cache
def _newest_schema() -> str:
    """The version of a new gradebook of nbgrader's."""
    from alembic.script import ScriptDirectory
    from nbgrader.dbutil import ALEMBIC_DIR

    return str(ScriptDirectory(ALEMBIC_DIR).get_current_head())


def create_gradebooks_fast() -> None:
    """nbgrader asks a program on the PATH for that version, a second for each gradebook, and fails
    where the program is not on it."""
    import nbgrader.api

    nbgrader.api.get_alembic_version = _newest_schema
