"""The grader against stock nbgrader on the same submissions, and what it must endure.

    python benchmarks/grading.py [--students 100] [--many 2000] [--only throughput kills ...]

throughput: `edunn grade` with two workers, `nbgrader autograde`, and nbgrader's Python API in one
process, in turns. same: identical grades and feedback, whatever the number of workers. loop: what
an endless loop costs the others. kills: many submissions, graded undisturbed with an eye on the
memory, and again with five kill -9. Seconds are of the clock, so the ratios are what counts.
"""

import argparse
import contextlib
import filecmp
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import psutil
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from traitlets.config import Config

from edunn.course.authoring.answers import read_wrong_answers
from edunn.course.grading.records import Record
from edunn.course.notebooks.layout import Course

COURSE = Course.find(Path(__file__))
BIN = Path(sys.executable).parent
os.environ["PATH"] = f"{BIN}{os.pathsep}{os.environ['PATH']}"  # nbgrader calls other programs
LOOP = "while True:\n    pass"


def hand_in(name, folder, count, extra=None):
    """Submissions like those of a class, no two the same: every third is right, the others wrong in
    the known ways that end. extra: one more, which replaces the code of the first TODO."""
    solution, (mistakes, _) = COURSE.solution(name), read_wrong_answers(COURSE, name)
    wrong = [mistake for mistake in mistakes if "while" not in str(mistake.change)]
    for number in range(count):
        right = number % 3 == 0
        notebook = solution if right else wrong[number % len(wrong)].notebook(solution)
        write(notebook, folder / f"student{number:04d}" / f"{name}.ipynb", f"# {number}")
    if extra:
        first = mistakes[0]._replace(change=extra)
        write(first.notebook(solution), folder / "extra" / f"{name}.ipynb", "")


def write(notebook, path, note):
    changed = nbformat.from_dict(notebook)
    for cell in changed.cells:
        if cell.get("metadata", {}).get("nbgrader", {}).get("solution") and note:
            cell.source += f"\n{note}"
    path.parent.mkdir(parents=True)
    nbformat.write(changed, path)


def command(name, handed_in, out, workers=2):
    options = ["--assignment", name, "--out", str(out), "--workers", str(workers)]
    return [str(BIN / "edunn"), "--course", str(COURSE.root), "grade", str(handed_in), *options]


def run(words, cwd=None):
    """Seconds of a whole command."""
    started = time.monotonic()
    done = subprocess.run(words, cwd=cwd, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{words[:3]} failed: {done.stdout[-800:]}{done.stderr[-800:]}")
    return time.monotonic() - started


def records(name, out):
    """{student: record}, without how long it took."""
    found = {path.stem: json.loads(path.read_text()) for path in (out / "records" / name).iterdir()}
    return {student: record | {"seconds": 0, "key": ""} for student, record in found.items()}


def stock(name, root, handed_in):
    """A course of nbgrader's own making, with the same notebooks handed in."""
    (root / "source" / name).mkdir(parents=True)
    nbformat.write(COURSE.solution(name), root / "source" / name / f"{name}.ipynb")
    for student in handed_in.iterdir():
        shutil.copytree(student, root / "submitted" / student.name / name)
    config = Config()
    config.CourseDirectory.root = str(root)
    api = NbGraderAPI(config=config)
    made = api.generate_assignment(name)
    if not made["success"]:
        raise SystemExit(made["log"])
    return api


def throughput(name, folder, students):
    hand_in(name, folder / "in", students)
    api = stock(name, folder / "api", folder / "in")
    stock(name, folder / "cli", folder / "in")
    ours = run(command(name, folder / "in", folder / "out"))
    cli = run([str(BIN / "nbgrader"), "autograde", name], folder / "cli")
    started = time.monotonic()
    for student in sorted(path.name for path in (folder / "in").iterdir()):
        result = api.autograde(name, student)
        if not result["success"]:
            raise SystemExit(result["log"])
    python = time.monotonic() - started
    for what, seconds, wanted in (
        ("edunn grade, 2 workers", ours, None),
        ("nbgrader autograde", cli, 6),
        ("nbgrader's Python API", python, 5),
    ):
        line = f"{what:24} {seconds:7.1f} s {1000 * seconds / students:7.0f} ms a submission"
        print(line + (f" {seconds / ours:6.1f} times  (wanted {wanted})" if wanted else ""))


def same(name, folder, students):
    hand_in(name, folder / "in", students // 2)
    outs = [folder / f"out{number}" for number in range(4)]
    for out, workers in zip(outs, (1, 2, 2, 4)):
        out.mkdir()
        (out / "secret").write_bytes(b"a secret of the benchmark")
        run(command(name, folder / "in", out, workers))
    first, *others = [records(name, out) for out in outs]
    grades = [(out / "grades.csv").read_bytes() for out in outs]
    pages = [path.relative_to(outs[0]) for path in (outs[0] / "feedback").rglob("*.html")]
    alike = [filecmp.cmpfiles(outs[0], out, pages, shallow=False) for out in outs[1:]]
    print(f"records of 1, 2, 2 and 4 workers the same: {all(first == other for other in others)}")
    print(f"grades.csv the same: {len(set(grades)) == 1}")
    print(f"of {len(pages)} pages of feedback, others: {sum(len(a[1]) + len(a[2]) for a in alike)}")


def loop(name, folder, students):
    """Both runs have two workers; the endless one may cost its limit, and nothing beyond it."""
    seconds = []
    for extra in ("", LOOP):
        place = folder / ("with" if extra else "without")
        hand_in(name, place / "in", students // 2, extra)
        seconds.append(run(command(name, place / "in", place / "out")))
    record = records(name, folder / "with" / "out")["extra"]
    print(f"without an endless loop {seconds[0]:.1f} s, with one {seconds[1]:.1f} s")
    print(f"it is told: {Record.from_dict(record).reason}")


def kills(name, folder, many):
    hand_in(name, folder / "in", many)
    for out in (folder / "calm", folder / "killed"):
        out.mkdir()
        (out / "secret").write_bytes(b"a secret of the benchmark")
    seconds = watched(name, folder, many)
    started, rng, done_before, again = time.monotonic(), random.Random(0), {}, 0
    out = folder / "killed"
    for turn in range(6):
        process = subprocess.Popen(command(name, folder / "in", out), stdout=subprocess.DEVNULL)
        if turn < 5:
            time.sleep(rng.uniform(0.3, 1.5) * seconds / 6)
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGKILL)
        process.wait()
        now = {p.stem: p.stat().st_mtime_ns for p in (out / "records" / name).glob("*.json")}
        again += sum(now.get(who) != when for who, when in done_before.items())
        done_before = now
        print(f"  {len(now)} graded {'when killed' if turn < 5 else 'at the end'}", flush=True)
    print(f"with five kill -9: {time.monotonic() - started:.0f} s, {again} graded twice")
    calm = records(name, folder / "calm")
    print(f"records as in the undisturbed run: {records(name, out) == calm}")
    with Gradebook(f"sqlite:///{out / 'gradebook.db'}", "edunn") as gradebook:
        scores = {s.student_id: s.score for s in gradebook.assignment_submissions(name)}
    wanted = {who: sum(v["points"] for v in calm[who]["results"]) for who in calm}
    print(f"gradebook: {len(scores)} submissions, points as judged: {scores == wanted}")
    states = {record["state"] for record in calm.values()}
    print(f"states: {', '.join(sorted(states))}")


def watched(name, folder, many):
    """Grade undisturbed; print the memory of the grader and its judges at every tenth."""
    started, out = time.monotonic(), folder / "calm"
    process = subprocess.Popen(command(name, folder / "in", out), stdout=subprocess.DEVNULL)
    grader, sizes, judged = psutil.Process(process.pid), [], 0.0
    while process.poll() is None:
        place = out / "records" / name
        done = len(os.listdir(place)) if place.exists() else 0
        if done >= (len(sizes) + 1) * many // 10 and len(sizes) < 10:
            with contextlib.suppress(psutil.NoSuchProcess):
                family = [grader, *grader.children()]
                sizes.append([p.memory_info().rss >> 20 for p in family])
                judged = time.monotonic() - started
        time.sleep(0.1)
    seconds = time.monotonic() - started
    if process.returncode:
        raise SystemExit(f"the undisturbed run ended with {process.returncode}")
    print(f"{many} submissions: {seconds:.0f} s, of which judging {judged:.0f} s")
    print("  MB of the grader and its judges, by tenths:", [sum(one) for one in sizes])
    print(f"  the last tenth / the second: {sum(sizes[-1]) / sum(sizes[1]):.2f}")
    return judged


PARTS = {"throughput": throughput, "same": same, "loop": loop, "kills": kills}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--exercise", default="02_bias")
    parser.add_argument("--students", type=int, default=100)
    parser.add_argument("--many", type=int, default=2000)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    options = parser.parse_args()
    for part in options.only:
        print(f"\n{part}: {options.exercise}", flush=True)
        count = options.many if part == "kills" else options.students
        with tempfile.TemporaryDirectory() as folder:
            PARTS[part](options.exercise, Path(folder), count)


if __name__ == "__main__":
    main()
