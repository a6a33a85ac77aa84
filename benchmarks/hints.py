"""The first message that a student reads of a wrong answer, beside the mistake.

    python benchmarks/hints.py [--half NAME] [--only 03]     the halves are those of hint_cases

The wrong answers are those of `hint_cases`: rewritten from public questions and repositories.
Each is put into the solution's notebook, whose cells are run in order, as a student runs them, up
to the first that fails. What is printed is judged by reading it, on this scale:

- right: it names the mistake, or the one place and thing to look at
- vague: true, and of no more help than that something is wrong there
- misleading: what it asks the student to look at is not where the mistake is
- traceback: an exception of Python or NumPy, without a sentence about it
- not caught: every check passes

The counts stand in RESULTS.md.
"""

import argparse
import contextlib
import io
import linecache
import multiprocessing
import os
import sys
import tempfile
import traceback
import types
from pathlib import Path

os.environ.setdefault("MPLBACKEND", "Agg")

from hint_cases import CASES, HALVES

from edunn.course.authoring import Mistake
from edunn.course.notebooks.layout import Course
from edunn.course.notebooks.solution import closes, is_automatic
from edunn.course.student.ipython_hooks import _hint

ROOT = Path(__file__).parent.parent


def first_message(case):
    """What the first failing cell says; "" where every check passes."""
    course = Course(ROOT)
    solution = course.solution(course.full_name(case.exercise))
    notebook = Mistake("", case.todo, case.change, "").notebook(solution)
    main = types.ModuleType("__main__")
    sys.modules["__main__"] = main
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for number, cell in enumerate(notebook["cells"]):
            if cell["cell_type"] == "code":
                message = run(cell["source"], f"<cell {number}>", main)
                if message and is_automatic(cell):
                    return message_with_hint(message, notebook)
    return ""


def run(source, name, main):
    """The exception of a cell, or None."""
    linecache.cache[name] = len(source), None, source.splitlines(keepends=True), name
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            exec(compile(source, name, "exec"), vars(main))
    except Exception as error:
        return error
    return None


def message_with_hint(error, notebook):
    """The text of the exception, the line it comes from, and what the notebook prints below it."""
    frames = traceback.extract_tb(error.__traceback__)
    line = [frame.line for frame in frames if frame.filename.startswith("<cell")][-1:]
    text = str(error) if "\n\n" in str(error) else f"{error}   [{line[0] if line else ''}]"
    hint = _hint(error, closes(notebook))
    return f"{type(error).__name__}: {text}" + (f"\n{hint}" if hint else "")


def child(number, out):
    try:
        out.put(first_message(CASES[number]))
    except BaseException as error:  # of the case itself
        out.put(f"CASE BROKEN: {error!r}")


def messages(numbers, workers=2):
    """(number, first message) of each case; each runs in a process of its own."""
    context = multiprocessing.get_context("fork")
    waiting, running = list(numbers), []
    while waiting or running:
        while waiting and len(running) < workers:
            number, out = waiting.pop(0), context.SimpleQueue()
            process = context.Process(target=child, args=(number, out))
            process.start()
            running.append((number, process, out))
        number, process, out = running.pop(0)
        yield number, out.get()
        process.join()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--half", choices=(*HALVES, "all"), default="all")
    parser.add_argument("--only", default="", help="an exercise, such as 03")
    options = parser.parse_args()
    numbers = range(len(CASES)) if options.half == "all" else HALVES[options.half]
    numbers = [n for n in numbers if CASES[n].exercise.startswith(options.only)]
    for number, message in messages(numbers):
        case = CASES[number]
        print(f"--- {number}. exercise {case.exercise}, {case.todo}: {case.mistake}")
        print(message or "(every check passes)", flush=True)


if __name__ == "__main__":
    main()
