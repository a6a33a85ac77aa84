"""Workarounds for other projects' code: called on purpose, never on import."""

from __future__ import annotations

import functools
import sys


def load_nbformat_fast() -> None:
    """Import nbformat without a grammar of IRIs, which takes a second to load in every process and
    checks nothing that a notebook has."""
    if "jsonschema" in sys.modules:
        return
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]  # as if not installed
    try:
        import nbformat  # noqa: F401
    finally:
        del sys.modules["rfc3987_syntax"]


@functools.cache
def _newest_schema() -> str:
    """The schema version of a new nbgrader gradebook."""
    from alembic.script import ScriptDirectory
    from nbgrader.dbutil import ALEMBIC_DIR

    return str(ScriptDirectory(ALEMBIC_DIR).get_current_head())


def create_gradebooks_fast() -> None:
    """Tell nbgrader the schema version. For it, nbgrader would run a program: a second for each
    gradebook, and a failure where that program is not on the PATH."""
    import nbgrader.api

    nbgrader.api.get_alembic_version = _newest_schema
