"""The command `edunn`: its arguments, and what it prints. Nothing else imports click or rich."""

try:
    import click  # noqa: F401
    import rich  # noqa: F401
except ModuleNotFoundError as missing:
    raise SystemExit(
        f"the command edunn needs {missing.name}: pip install 'edunn-course[course]'"
    ) from None

from edunn.course.cli.main import main

__all__ = ["main"]
