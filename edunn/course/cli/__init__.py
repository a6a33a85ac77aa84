"""The command `edunn`: its arguments, and what it prints. Nothing else imports click or rich."""

import sys

HELP = """\
Usage: edunn COMMAND

edunn is installed as a library only. Its commands need more:

  pip install 'edunn-course[student]'  for students: start, check, status, doctor
  pip install 'edunn-course[course]'   for all: build, verify, grade, report, export and the rest\
"""


def main() -> None:
    """Run a command; where what they need is not installed, say what to install."""
    try:
        from edunn.course.cli import commands
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in ("click", "rich"):
            raise
        asked = {*sys.argv[1:]} <= {"--help", "-h"}
        print(HELP, file=sys.stdout if asked else sys.stderr)
        raise SystemExit(0 if asked else 1) from None
    commands.main()


__all__ = ["main"]
