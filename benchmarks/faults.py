"""Faults of machines while a class is graded: the same command must end with the same grades.

    python benchmarks/faults.py [--faults 200] [--seed 0] [--only worker judge full files ...]

Kills workers, fork servers, judges and graders at random moments, fills the disks of graded/ and of
the temporary folder, takes memory away, and truncates or garbles every file of graded/. After each
the same command is given again, until all are graded; what a refusal asks for (a copy of a file to
be put back) is done. Records, grades.csv and the gradebook are then compared with those of a run
that nobody disturbed. Each kind of fault has its line in a table.
"""

import argparse
import contextlib
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import nbformat
import psutil
from nbgrader.api import Gradebook

from edunn.course.authoring.answers import read_wrong_answers
from edunn.course.notebooks.layout import Course

COURSE, NAME = Course.find(Path(__file__)), "02_bias"
SECRET = b"a secret of the faults"
WORKER = "edunn.course.sandbox.worker"  # in the command of fork servers, and of their workers
SLOW = "import time; time.sleep(0.2)"  # time for a fault
TRIES = 4  # commands after a fault
LONGEST = 300  # seconds that a command may take, many times what it needs: else it hangs
PUT_BACK = {
    "secret": "secret",
    "secret.sha256": "secret.sha256",
    "gradebook.db": "gradebook.db.copy",
}  # what a refusal asks for


def hand_in(folder, count):
    """A small class: every third is right, the others wrong, one is blank and one broken."""
    solution, (mistakes, _) = COURSE.solution(NAME), read_wrong_answers(COURSE, NAME)
    wrong = [one.notebook(solution) for one in mistakes if "while" not in str(one.change)]
    for number in range(count):
        notebook = nbformat.from_dict(wrong[number] if number % 3 else solution)
        notebook = COURSE.released(NAME) if number == 1 else notebook
        for cell in notebook.cells:
            if cell.metadata.get("nbgrader", {}).get("solution") and cell.cell_type == "code":
                cell.source += f"\n{SLOW}"
        path = folder / f"student{number}" / f"{NAME}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text("{" if number == 2 else nbformat.writes(notebook))


class Class:
    """A class in a folder, the command that grades it, and what it ends with undisturbed."""

    def __init__(self, folder, students):
        self.folder, self.source, self.temporary = folder, folder / "in", folder / "temporary"
        self.temporary.mkdir()
        folder.chmod(0o755)
        hand_in(self.source, students)
        self.calm = self.store("calm")
        self.code = self.grade(self.calm).wait(LONGEST)
        assert self.code == int(students > 2), self.said  # 1, as the broken one is not graded
        self.wanted = self.result(self.calm)

    def store(self, name):
        """A new folder for grades, with the secret of all."""
        out = self.folder / name
        out.mkdir(mode=0o700)
        (out / "secret").write_bytes(SECRET)
        return out

    def copy(self, name):
        """All that the undisturbed run has left."""
        return Path(shutil.copytree(self.calm, self.folder / name))

    def grade(self, out, temporary=None, limits=()):
        """Start the command. limits: (resource, value)"""
        edunn = Path(sys.executable).with_name("edunn")
        words = [edunn, "--course", COURSE.root, "grade", self.source, "--assignment", NAME]
        places = {"TMPDIR": str(temporary or self.temporary), "PYTHONPATH": str(COURSE.root)}
        self.log = self.folder / "log"

        def limit():
            for kind, value in limits:
                resource.setrlimit(kind, (value, value))

        with self.log.open("w") as log:
            return subprocess.Popen(
                [*words, "--out", out], stdout=log, stderr=log, env=os.environ | places,
                preexec_fn=limit,
            )  # fmt: skip

    @property
    def said(self):
        return self.log.read_text(errors="replace")

    def result(self, out):
        """What counts: records but for their seconds, grades.csv, the scores of the gradebook. That
        a damaged copy was kept as an earlier one does not count."""
        records = {}
        for path in sorted((out / "records" / NAME).glob("*.json")):
            record = json.loads(path.read_text()) | {"seconds": 0, "key": "", "digest": ""}
            notes = [note for note in record["notes"] if note["id"] != "earlier_kept"]
            records[path.stem] = record | {"notes": notes}
        with Gradebook(f"sqlite:///{out / 'gradebook.db'}", "edunn") as gradebook:
            scores = {s.student_id: s.score for s in gradebook.assignment_submissions(NAME)}
        return records, (out / "grades.csv").read_bytes(), scores

    def ends_as_undisturbed(self, out):
        """Give the command until all are graded, and do what it asks for; returns what is wrong in
        the end, or "". A traceback is always wrong."""
        for _ in range(TRIES):
            code = self.grade(out).wait(LONGEST)
            if "Traceback" in self.said:
                return f"a traceback: {self.said[-600:]}"
            if code == self.code:
                with contextlib.suppress(ValueError):  # a record that is still damaged
                    if self.result(out) == self.wanted:
                        return ""
            for name, copy in PUT_BACK.items():
                if f"{out.name}/{name} " in self.said.replace("\n", ""):
                    shutil.copy(self.calm / copy, out / name)
        return f"never graded: {self.said[-600:]}"


def family(grader):
    """{kind: processes} of a grader that runs."""
    found = {"worker": [], "fork server": [], "judge": [], "grader": [grader]}
    with contextlib.suppress(psutil.NoSuchProcess):
        for process in grader.children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
                line, parent = " ".join(process.cmdline()), process.parent()
                if WORKER in line:
                    above = " ".join(parent.cmdline()) if parent else ""
                    forked = WORKER in above and "python" in parent.name()
                    found["worker" if forked else "fork server"].append(process)
                elif "spawn_main" in line:
                    found["judge"].append(process)
    return found


def killed(one, out, kind, count, rng):
    """Grade, and kill `count` processes of a kind at random moments; returns how many were hit."""
    done = 0
    while done < count:
        running = one.grade(out)
        grader, until = psutil.Process(running.pid), time.monotonic() + rng.uniform(0, 2)
        while running.poll() is None and done < count:
            there = family(grader)[kind] if time.monotonic() > until else []
            with contextlib.suppress(psutil.NoSuchProcess):
                if there and (kind != "grader" or time.monotonic() > until + rng.uniform(0, 9)):
                    rng.choice(there).send_signal(signal.SIGKILL)
                    done += 1
                    until = time.monotonic() + rng.uniform(0, 1.0)
            time.sleep(0.005)
        running.wait(LONGEST)
        if done < count and running.returncode == one.code:  # it was done before all were killed
            for path in (out / "records").rglob("*.json"):
                path.unlink()
    return done


@contextlib.contextmanager
def small_disk(folder, size):
    """A disk of so many bytes; where none can be mounted, a limit on the size of files."""
    folder.mkdir(exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "none", str(folder)]
    mounted = os.geteuid() == 0 and subprocess.run(mount, capture_output=True).returncode == 0
    try:
        yield () if mounted else ((resource.RLIMIT_FSIZE, size // 16),)
    finally:
        if mounted:
            subprocess.run(["umount", "-l", folder], check=True)


def full_disk_of_grades(one, out, rng):
    """graded/ lies on a disk that is nearly full; what is there is then moved to a larger one."""
    place = one.folder / "small"
    with small_disk(place, rng.randrange(16_000, 400_000)) as limits:
        (place / out.name).mkdir(mode=0o700)
        (place / out.name / "secret").write_bytes(SECRET)
        one.grade(place / out.name, limits=limits).wait(LONGEST)
        trace = "Traceback" in one.said and one.said[-600:]
        shutil.copytree(place / out.name, out, dirs_exist_ok=True)
    shutil.rmtree(place)
    return trace


def full_temporary_disk(one, out, rng):
    place = one.folder / "small"
    with small_disk(place, rng.randrange(1_000_000, 60_000_000)) as limits:
        one.grade(out, temporary=place, limits=limits).wait(LONGEST)
        trace = "Traceback" in one.said and one.said[-600:]
    shutil.rmtree(place, ignore_errors=True)
    return trace


def little_memory(one, out, rng):
    size = rng.randrange(350 << 20, 1300 << 20)
    one.grade(out, limits=[(resource.RLIMIT_AS, size)]).wait(LONGEST)
    # Python itself may run out of it anywhere, while it imports NumPy for one: then a traceback is
    # all that there can be
    return False


def damaged(path, how, rng):
    """Truncate a file at a random place, or overwrite some of it with noise."""
    content = bytearray(path.read_bytes())
    place = rng.randrange(len(content)) if content else 0
    if how == "truncated":
        content = content[:place]
    else:
        content[place : place + 64] = rng.randbytes(64)
    path.chmod(0o600)
    path.write_bytes(content)


def files_of(out):
    """The files in a store, but for those that nothing reads."""
    return sorted(path.relative_to(out) for path in out.rglob("*") if path.is_file())


SHARES = {"worker": 0.25, "fork server": 0.15, "judge": 0.06, "grader": 0.06}
OTHERS = {
    "disk of graded/ full": (full_disk_of_grades, 0.015),
    "temporary disk full": (full_temporary_disk, 0.015),
    "memory": (little_memory, 0.015),
}
AT_ONCE = {"worker": 13, "fork server": 10, "judge": 6, "grader": 6}  # between two comparisons
FILES_AT_ONCE = 8  # that are damaged


PARTS = [*SHARES, "full", "files"]


def trials(one, faults, rng, only):
    """(kind, how many faults, what was wrong afterwards) of each trial. only: of these kinds"""
    number = iter(range(10**6))
    for kind, share in SHARES.items():
        left = max(1, round(share * faults)) if kind in only else 0
        while left > 0:
            out = one.store(f"out{next(number)}")
            count = killed(one, out, kind, min(left, AT_ONCE[kind]), rng)
            left -= count
            yield f"kill -9 of a {kind}", count, one.ends_as_undisturbed(out)
    for kind, (fault, share) in OTHERS.items():
        for _ in range(max(1, round(share * faults)) if "full" in only else 0):
            out = one.store(f"out{next(number)}")
            trace = fault(one, out, rng)
            yield kind, 1, trace or one.ends_as_undisturbed(out)
    rest = 1 - sum(SHARES.values()) - sum(share for _, share in OTHERS.values())
    if "files" in only:
        yield from damages(one, max(1, round(rest * faults)), rng)


def damages(one, count, rng):
    """The same of files that are damaged, some at once, so many in all."""
    paths = files_of(one.calm)
    order = [(path, how) for how in ("truncated", "garbled") for path in paths]
    rng.shuffle(order)
    order = (order * (1 + count // len(order)))[:count]
    for start in range(0, count, FILES_AT_ONCE):
        some = order[start : start + FILES_AT_ONCE]
        out = one.copy(f"damaged{start}")
        for path, how in some:
            damaged(out / path, how, rng)
        wrong = one.ends_as_undisturbed(out)
        shutil.rmtree(out)
        for path, how in some:
            yield f"{path.parts[0]}: {how}", 1, wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--faults", type=int, default=200)
    parser.add_argument("--students", type=int, default=6)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    rng, faults, wrong = random.Random(options.seed), Counter(), Counter()
    with tempfile.TemporaryDirectory() as folder:
        one = Class(Path(folder), options.students)
        for kind, count, why in trials(one, options.faults, rng, options.only):
            faults[kind] += count
            wrong[kind] += bool(why)
            print(time.strftime("%X"), kind, count, flush=True) if options.verbose else None
            if why:
                print(f"{kind}: {why}", flush=True)
            for out in Path(folder).glob("out*"):
                shutil.rmtree(out)
        left = [path.name for path in one.temporary.iterdir()]
    print(f"{'fault':36} {'times':>6} {'other grades':>13}")
    for kind in faults:
        print(f"{kind:36} {faults[kind]:6} {wrong[kind]:13}")
    print(f"{'all':36} {faults.total():6} {wrong.total():13}")
    print(f"left in the temporary folder: {left or 'nothing'}")


if __name__ == "__main__":
    main()
