"""Judging under bad luck: what wears the judge out, what is killed, what the machine is short of,
what is damaged on the disk. Nobody pays for it but who has caused it."""

import contextlib
import json
import logging
import os
import pickle
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
import time
from multiprocessing import popen_spawn_posix
from pathlib import Path

import numpy as np
import psutil
import pytest
from click.testing import CliRunner
from nbgrader.api import Gradebook

import edunn as nn
from edunn.checking.laws import examine_point
from edunn.course.cli.commands import main
from edunn.course.grading.archive import Archive
from edunn.course.grading.grade import grade_submissions, open_store
from edunn.course.grading.gradebook import GradeStore, read_secret
from edunn.course.grading.judge import Judge
from edunn.course.grading.local_executor import LocalExecutor
from edunn.course.grading.records import read_record
from edunn.course.hidden_tests.exercise import Exercise
from edunn.course.sandbox import scratch
from edunn.course.sandbox.library import Library
from edunn.course.sandbox.limits import Limits
from edunn.course.submissions.collect import Submission
from hostile.making import COURSE, NAME, answering, early, find, raw, right, writing, wrong
from lock import needs_lock

pytestmark = [pytest.mark.slow, needs_lock]
EXERCISE = Exercise.of(COURSE, NAME)
EDUNN = Path(sys.executable).with_name("edunn")
RIGHT = "y = x + self.b.data"
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")


@pytest.fixture(scope="module")
def library():
    with Library(EXERCISE.withheld) as made:
        yield made


def judged(library, notebook, **limits):
    """The record of one notebook, and the seconds it took."""
    started = time.monotonic()
    with Judge(EXERCISE, library, b"s" * 32, Limits(**limits)) as judge:
        record = judge.record("one", Submission("one", raw(notebook)))
    return record, time.monotonic() - started


# --- the judge is not worn out -------------------------------------------------------------------
NOISE = "dx, db = np.random.normal(size=dy.shape[:2]), np.random.normal(size=3)"
WIDE = {
    "axes": ("y = (x + self.b.data).reshape(x.shape + (1,) * 28)", ", 1, 1, 1"),
    "columns": ("y = np.zeros((len(x), 2200)) + x[:, :1]", "2200)"),
    "rows": ("y = np.zeros((30_000, 3)) + x[:1, :1]", "(30000, 3)"),
    "nothing": ("y = (x + self.b.data)[:0]", "(0, "),
}


@pytest.mark.parametrize("forward", WIDE)
def test_an_output_of_another_shape_is_not_examined(library, forward):
    source, shape = WIDE[forward]
    record, seconds = judged(library, answering(source, NOISE))
    assert (record.points, record.state) == (0, "graded")
    for result in record.results:
        assert "has shape" in result.reason
        assert shape in result.reason
    assert seconds < 30


def test_what_a_diagnosis_tries_is_bounded():
    """Outputs of many axes and columns, with gradients that are noise: to a student's own check,
    which has no reference to compare shapes with."""

    class Noise(nn.Module):
        def __init__(self, shape):
            self.w, self.shape = nn.Parameter(np.ones(3)), shape

        def forward(self, x):
            self.cache = x
            return np.resize(x * self.w.data, self.shape)

        def backward(self, dy):
            rng = np.random.default_rng(0)  # linear in dy, and right in nothing else
            heard = np.sum(dy * rng.normal(size=dy.shape))
            return heard * rng.normal(size=self.cache.shape), {"w": heard * rng.normal(size=3)}

    for shape in ((4, 3) + (1,) * 28, (2,) * 12, (4, 2200), (300, 300)):
        found = examine_point(Noise(shape), (np.ones((4, 3)),)).findings
        assert found, shape


def test_who_wears_the_judge_out_is_judged_by_verdict_alone(library, monkeypatch):
    asked = []

    def diagnose(*arguments):
        asked.append(arguments)
        raise MemoryError

    monkeypatch.setattr("edunn.checking.point.diagnose", diagnose)
    backward = "dx, db = dy, np.sum(dy, axis=0) * np.arange(1, 1 + dy.shape[1])"
    record, _ = judged(library, answering(RIGHT, backward))
    assert (record.points, record.state) == (4, "graded")
    assert len(asked) == 1
    assert [result.points for result in record.results] == [2, 2, 0]
    assert record.lost[0].why.id == "unknown"


def test_who_wears_it_out_even_so_is_not_graded(library, monkeypatch):
    def case(student, rng):
        raise MemoryError

    with Judge(EXERCISE, library, b"s" * 32, Limits()) as judge:
        judge.cases = judge.cases | {"bias-db": [case]}
        record = judge.record("one", Submission("one", raw(right())))
        assert (record.state, record.problem.id) == ("not graded", "judge_exhausted")
        judge.cases = EXERCISE.cases()
        assert judge.record("next", Submission("next", raw(right()))).points == 7


GREEDY = """
import numpy as np, os, time

def greedy(student, rng):
    try:
        kind = str(student.read(student.get("KIND"))[0])
    except Exception:
        return
    if kind == "memory":
        np.ones(1 << 29)
    what, _, path = kind.partition(" ")
    while what == "end" and not os.path.exists(path):
        time.sleep(0.1)
    if what == "end":
        os._exit(1)
    if what == "count":
        with open(path, "a") as file:
            file.write("x")
        time.sleep(4)
    while kind == "time":
        sum(range(10**6))

CASES["bias-forward"].insert(0, greedy)
"""


def test_judges_have_a_clock_and_a_limit_of_memory(tmp_path):
    """A case that takes all it can get; the next students meet a judge that works."""
    exercise = Exercise(NAME, EXERCISE.release, EXERCISE.source + GREEDY, EXERCISE.withheld)
    limits = Limits(judge_seconds=6.0)
    executor = LocalExecutor(exercise, b"s" * 32, limits, workers=1)
    notebooks = {kind: early(f"KIND = {kind!r}") for kind in ("memory", "time")}
    notebooks |= {"before": right(), "zoe": right()}
    submissions = {who: Submission(who, raw(one)) for who, one in sorted(notebooks.items())}
    records = {one.student: one for one in executor.records(submissions)}
    assert records["memory"].problem.id == "judge_exhausted"
    assert records["time"].problem.id == "judge_died"
    assert [records[who].points for who in ("before", "zoe")] == [7, 7]


# --- killed from outside -------------------------------------------------------------------------
def kill_workers(parent, times, stop, what="worker"):
    """Kill a worker, or fork server, of a judge as soon as there is one, so many times."""
    while times and not stop.is_set():
        there = []
        with contextlib.suppress(psutil.Error):  # one has ended in the meantime
            there = psutil.Process(parent).children(recursive=True)
        for process in there:
            with contextlib.suppress(psutil.Error, AttributeError, IndexError):
                mine, above = process.cmdline(), process.parent().cmdline()
                runs = "edunn.course.sandbox.worker" in " ".join(mine)
                runs = runs and not mine[0].endswith("bwrap")
                if runs and (mine == above) == (what == "worker"):
                    process.kill()
                    times -= 1
                    time.sleep(0.05)
                    break
        time.sleep(0.02)


@contextlib.contextmanager
def killing(times, what="worker"):
    stop = threading.Event()
    killer = threading.Thread(target=kill_workers, args=(os.getpid(), times, stop, what))
    killer.start()
    yield
    stop.set()
    killer.join()


SLEEPS = early("import time; time.sleep(1.5)")


@pytest.mark.parametrize("what", ["worker", "fork server"])
def test_who_was_killed_is_judged_again_and_then_not_graded(what):
    submissions = {"one": Submission("one", raw(SLEEPS))}
    executor = LocalExecutor(EXERCISE, b"s" * 32, Limits(), workers=1)
    with killing(1, what):
        (record,) = executor.records(submissions)
    assert (record.points, record.state) == (7, "graded")
    with killing(99, what):
        (record,) = executor.records(submissions)
    assert record.state == "not graded"
    assert record.problem.id in ("worker_killed", "no_worker")


def kill_new_judges(parent, times):
    """Kill a judge before it has read what it begins with, so many times."""
    while times:
        for process in psutil.Process(parent).children():
            with contextlib.suppress(psutil.Error):
                if "spawn_main" in " ".join(process.cmdline()):
                    process.kill()
                    times -= 1
                    time.sleep(0.2)


def test_a_judge_that_is_killed_at_once_holds_nobody_up():
    """Of an exercise larger than a pipe: what was written to it waited for ever."""
    source = EXERCISE.source + "# " + 200_000 * "x"
    exercise = Exercise(NAME, EXERCISE.release, source, EXERCISE.withheld)
    executor = LocalExecutor(exercise, b"s" * 32, Limits(), workers=1)
    thread = threading.Thread(target=kill_new_judges, args=(os.getpid(), 1), daemon=True)
    thread.start()
    records = list(executor.records({who: Submission(who, raw(right())) for who in ("ann", "bob")}))
    thread.join(30)
    assert not thread.is_alive()
    assert sorted((one.student, one.points) for one in records) == [("ann", 7), ("bob", 7)]


def test_a_judge_that_is_killed_while_the_next_one_starts_holds_nobody_up(monkeypatch):
    """The one that starts then is not forgotten; it waited for its first submission for ever."""
    launch, started = popen_spawn_posix.Popen._launch, []

    def kills_the_one_before(self, process):
        launch(self, process)
        started.append(self)
        if len(started) == 2:
            os.kill(started[0].pid, signal.SIGKILL)
            time.sleep(0.5)

    monkeypatch.setattr(popen_spawn_posix.Popen, "_launch", kills_the_one_before)
    executor = LocalExecutor(EXERCISE, b"s" * 32, Limits(), workers=2)
    submissions = {who: Submission(who, raw(right())) for who in ("ann", "bob", "cy")}
    records = []
    thread = threading.Thread(
        target=lambda: records.extend(executor.records(submissions)), daemon=True
    )
    thread.start()
    thread.join(60)
    assert not thread.is_alive()
    assert sorted((one.student, one.points) for one in records) == [(who, 7) for who in submissions]
    for judge in started:
        assert not psutil.pid_exists(judge.pid)


def test_a_judge_that_dies_does_not_take_the_others_with_it(tmp_path):
    """Who is judged beside it is judged to the end, and only once."""
    exercise = Exercise(NAME, EXERCISE.release, EXERCISE.source + GREEDY, EXERCISE.withheld)
    executor = LocalExecutor(exercise, b"s" * 32, Limits(), workers=2)
    path = tmp_path / "times"
    notebooks = {"dies": early(f"KIND = 'end {path}'"), "slow": early(f"KIND = 'count {path}'")}
    submissions = {who: Submission(who, raw(one)) for who, one in notebooks.items()}
    states = {one.student: one.state for one in executor.records(submissions)}
    assert states == {"slow": "graded", "dies": "not graded"}
    assert path.read_text() == "x"


ENDS = {
    "os.abort()": "the process ended",
    "os._exit(3)": "the process ended",
    "ctypes.string_at(0)": "the process ended",
    "os.closerange(3, 60); time.sleep(9)": "the process ended",
    "timer()": "",  # SIGKILL to itself is refused
}
TIMER = """
import ctypes, os, signal, struct, time
def timer():
    event = ctypes.create_string_buffer(struct.pack("Pii", 0, signal.SIGKILL, 0) + bytes(48))
    made = ctypes.c_int()
    c = ctypes.CDLL(None, use_errno=True)
    assert c.timer_create(1, event, ctypes.byref(made)) == -1 and ctypes.get_errno() == 1
"""


@pytest.mark.parametrize("end", ENDS)
def test_who_ends_the_process_has_ended_it(library, end):
    record, _ = judged(library, early(TIMER + end))
    wanted = (0, "student error") if ENDS[end] else (7, "graded")
    assert (record.points, record.state) == wanted, record.reason
    assert ENDS[end] in record.reason


def test_the_own_limit_of_processor_time_is_the_own_end(library):
    record, _ = judged(library, early("while True: pass"), cpu_seconds=2, cell_seconds=20.0)
    assert (record.points, record.state) == (0, "student error")


# --- what the machine is short of ----------------------------------------------------------------
POOL = """
import time
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(12) as pool:
    list(pool.map(time.sleep, [0.1] * 12))
"""
MANY = """
import os, threading, time
os.setuid(61184)
for _ in range(245):
    threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
print(1, flush=True)
time.sleep(600)
"""


@only_root
def test_threads_that_others_have_taken(library, monkeypatch):
    """As for workers that are no users of their own."""
    monkeypatch.setattr(scratch, "USERS", range(61184, 61185))
    pooled = answering(POOL + f"\n{RIGHT}")
    other = subprocess.Popen([sys.executable, "-c", MANY], stdout=subprocess.PIPE)
    try:
        other.stdout.readline()
        record, _ = judged(library, pooled)
    finally:
        other.kill()
        other.wait()
        other.stdout.close()
    assert (record.state, record.problem.id) == ("not graded", "machine_short")
    assert record.reason == "the machine was short of threads"
    assert judged(library, pooled)[0].points == 7


OWN = {
    "threads": "import threading, time\nfor i in range(300):\n"
    "    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
    "memory": "kept = np.ones(10**12)",
    "files": "kept = [open('a', 'w') for i in range(100)]",
    "a lie": 'raise RuntimeError("can\'t start new thread")',
    "another": "raise OSError('[Errno 28] No space left on device')",
}


@pytest.mark.parametrize("what", OWN)
def test_the_own_limits_are_the_own_fault(library, what):
    record, _ = judged(library, answering(OWN[what] + f"\n{RIGHT}"))
    assert (record.points, record.state) == (0, "graded"), record.reason


def test_memory_that_the_machine_has_not(library, monkeypatch):
    monkeypatch.setattr("edunn.course.sandbox.shortage._memory_left", lambda: 1 << 30)
    record, _ = judged(library, answering("raise MemoryError"))
    assert record.reason == "the machine was short of memory"


# --- the disk ------------------------------------------------------------------------------------
HOGS = {
    "blocks behind the end": "c.fallocate(f.fileno(), 1, ctypes.c_long(0), ctypes.c_long(10**7))",
    "open": "f.write(bytes(10**7)); f.flush(); os.unlink(f.name)",
    "mapped": "f.write(bytes(10**7)); f.flush(); os.unlink(f.name); "
    "kept.append(mmap.mmap(f.fileno(), 9)); f.close()",
    "folders": "[os.mkdir(f'{i}-{k}') for k in range(2000)]",
}


@pytest.mark.parametrize("hog", HOGS)
def test_the_disk_is_counted_in_blocks(library, hog):
    source = "import ctypes, mmap, os, time\nc, kept = ctypes.CDLL(None), []\nfor i in range(12):\n"
    source += f"    f = open(f'f{{i}}', 'w+b'); kept.append(f)\n    {HOGS[hog]}\ntime.sleep(2)"
    record, _ = judged(library, early(source), folder_size=24 << 20)
    if hog == "blocks behind the end":  # refused: the disk stays as it is
        assert record.points == 7
    else:
        assert "more than 24 MB" in record.reason


def test_posix_fallocate_writes_instead(library):
    source = "import os\nf = open('a', 'wb')\nos.posix_fallocate(f.fileno(), 0, 9000)\n"
    record, _ = judged(library, early(source + "assert os.path.getsize('a') == 9000"))
    assert record.points == 7


# --- prints, debuggers ---------------------------------------------------------------------------
def test_many_prints_cost_little(library):
    record, seconds = judged(library, early("for i in range(200_000): print(i)"))
    assert record.points == 7
    assert seconds < 20  # 36 microseconds each, they were
    assert "more characters" in "".join(record.printed.values())


def test_what_is_installed_is_found_after_a_part_is_kept(library):
    kept = "from edunn.course import keep\nclass Mine:\n    pass\nkeep(Mine)\n"
    record, _ = judged(library, early(kept + "import wcwidth\nprint('found', wcwidth.__name__)"))
    assert "found wcwidth" in "".join(record.printed.values())


ASKS = {
    "breakpoint()": "breakpoint() is left out",
    "import pdb; pdb.set_trace()": "breakpoint() is left out",
    "import pdb; pdb.Pdb().cmdloop()": "",
    "while input('yes? ') != 'yes': pass": "yes? ",
}


@pytest.mark.parametrize("asks", ASKS)
def test_what_waits_for_a_person_ends_at_once(library, asks):
    record, seconds = judged(library, early(asks))
    assert (record.points, record.state) == (7, "graded")
    assert {note.id for note in record.notes} <= {"own_cell_went_on", "own_cell_stopped"}
    assert ASKS[asks] in "".join(record.printed.values())
    assert seconds < 20
    if "input" in asks:
        forward, _ = judged(library, answering(f"{asks}\n{RIGHT}"))
        assert "EOFError: input() waits for somebody to type" in forward.reason


AT_HOME = {
    "Drive": "from google.colab import drive\ndrive.mount('/content/drive')",
    "a program": "import subprocess\nsubprocess.run(['pip', 'list'])",
    "the network": "import urllib.request\nurllib.request.urlopen('https://example.org')",
    "a file": "import numpy as np\ndata = np.loadtxt('/home/ana/data.csv')\nmean = data.mean()",
    "an event loop": "import asyncio\nasyncio.run(asyncio.sleep(0))",
    "a language": "import locale\nlocale.setlocale(locale.LC_ALL, 'xx_XX.UTF-8')",
    "somebody who types": "while input('yes? ') != 'yes': pass",
    "a number that is typed": "n = int(input('how many? '))",
    "a magic of Jupyter's": "%autosave 60",
    "a magic of Colab's": "%tensorflow_version 2.x",
    "a module, timed": "%%time\nimport google.colab",
    "a module, quietly": "%%capture\n!pip install foo\nimport foo_bar_baz",
    "an error of an error": "try: open('/nope')\nexcept OSError: raise RuntimeError('no data')",
    "on one line": "from google.colab import drive; drive.mount('/content/drive'); K = 1",
}
# below a line for home that would stop the cell in Jupyter as well: what is there already stays
AFTER = {
    "an older class": "class Bias(nn.Module):\n    def forward(self, x):\n        return x - 1",
    "a new method": "Bias.forward = lambda self, x: x - data",
    "no class": "Bias = None",
    "the class is gone": "del Bias",
    "an endless loop": "while True: pass",
}


@pytest.mark.parametrize("home", AT_HOME)
def test_what_stands_below_a_line_for_home_counts(library, home):
    answer = AT_HOME[home] + "\n" + find(right(), "bias")["source"]
    record, _ = judged(library, writing(answer))
    assert (record.points, record.state) == (7, "graded"), record
    helper = AT_HOME[home] + "\n@staticmethod\ndef plus(x, b):\n    return (x + b) * ones[1]"
    helper += "\nones = [1.0 for nn in range(2)]"  # whose nn is not the notebook's
    using = answering("y = plus(x, self.b.data)")
    record, _ = judged(library, early(helper, lambda: using))
    assert (record.points, record.state) == (7, "graded"), record
    assert [note.id for note in record.notes] == ["own_cell_went_on"]


@pytest.mark.parametrize("after", AFTER)
def test_a_line_for_home_takes_no_points(library, after):
    answer = find(right(), "bias")["source"]
    for line in ("data = open('/nope')", "raise EOFError('stop here')"):
        record, _ = judged(library, writing(f"{answer}\n{line}\n{AFTER[after]}"))
        assert (record.points, record.state) == (7, "graded"), record


def test_another_error_ends_a_cell_as_in_the_notebook(library):
    record, _ = judged(library, writing("1 / 0\n" + find(right(), "bias")["source"]))
    assert record.points == 0
    assert "ZeroDivisionError" in record.reason


# --- damaged files -------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A class of three that is graded: (the folder of submissions, graded/)."""
    folder = tmp_path_factory.mktemp("class")
    for student, notebook in {"ana": right(), "ben": wrong(), "José": right()}.items():
        (folder / "in" / student).mkdir(parents=True)
        (folder / "in" / student / f"{NAME}.ipynb").write_bytes(raw(notebook))
    assert edunn("grade", folder / "in", "--out", folder / "graded").exit_code == 0
    return folder / "in", folder / "graded"


@pytest.fixture
def out(graded, tmp_path):
    return Path(shutil.copytree(graded[1], tmp_path / "graded"))


def edunn(*words):
    return CliRunner().invoke(main, ["--course", str(COURSE.root), *map(str, words)])


def one_line(result, *words):
    """A refusal in one line that has these words."""
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.output.startswith("Error: ")
    for word in words:
        assert word in result.output, result.output


KINDS = {
    "results": [
        1,
        "ana",
        {"name": 1},
        [{"name": "bias-db", "points": "7", "max_points": 3, "why": None}],
    ],
    "printed": [[], {"bias": 1}, None],
    "answers": ["x", {"bias": None}],
    "order": [{}, [1]],
    "notes": [7, [7], ["late"]],
    "problem": ["late", [1], {"id": "late"}],
    "seconds": ["1"],
    "student": [7, "ben"],
    "state": [1],
}


@pytest.mark.parametrize("field", KINDS)
def test_a_record_of_wrong_types_is_judged_again(graded, out, field, caplog):
    path = out / "records" / NAME / "ana.json"
    data = json.loads(path.read_text())
    for value in KINDS[field]:
        path.write_text(json.dumps({**data, field: value, "digest": None} | {"digest": 0}))
        assert read_record(out, NAME, "ana") is None
        del data["digest"]
        path.write_text(json.dumps({**data, field: value}))
        assert read_record(out, NAME, "ana") is None, value
        data["digest"] = 0
    result = edunn("report", out)
    assert result.exit_code == 0
    assert f"cannot be read: records/{NAME}/ana.json" in (out / "report.html").read_text()
    with caplog.at_level(logging.WARNING):
        lines = grade_submissions(COURSE, NAME, out, graded[0])
    assert [line.points for line in lines] == [7, 7, 0]
    assert "ana.json, the record of ana, cannot be read: judged again" in caplog.text


def test_a_record_that_was_changed_is_known(out):
    path = out / "records" / NAME / "ben.json"
    assert read_record(out, NAME, "ben")
    path.write_text(path.read_text().replace('"points": 0.0', '"points": 7.0'))
    assert read_record(out, NAME, "ben") is None


LISTS = "", "[", "[1]", '{"ana": 1}', '{"ana": {"notebook": 1}}', '{"ana": [true, "", 1]}'


@pytest.mark.parametrize("content", LISTS)
def test_a_broken_list_of_what_was_handed_in(graded, out, content, caplog):
    path = out / "handed_in" / f"{NAME}.json"
    path.write_text(content)
    one_line(edunn("regrade", "--out", out), f"{NAME}.json", "grade the submissions again")
    with caplog.at_level(logging.WARNING):
        lines = grade_submissions(COURSE, NAME, out, graded[0])
    assert [line.points for line in lines] == [7, 7, 0]
    assert path.with_suffix(".json.broken").read_text() == content
    assert f"{NAME}.json" in caplog.text
    assert sorted(Archive(path.with_suffix(""))) == ["José", "ana", "ben"]


def test_a_copy_that_is_gone(out):
    (out / "handed_in" / NAME / "ana.ipynb").unlink()
    one_line(edunn("regrade", "--out", out), "ana.ipynb", "ana handed in", "No such file")


@pytest.mark.parametrize("content", [b"", b"no database" * 500, None])
def test_a_corrupt_gradebook(graded, out, content):
    path = out / "gradebook.db"
    path.write_bytes(path.read_bytes()[:40_000] if content is None else content)
    damaged = path.read_bytes()
    for words in (("grade", graded[0], "--out", out), ("regrade", "--out", out)):
        one_line(edunn(*words), "gradebook.db cannot be used", "gradebook.db.copy")
    assert path.read_bytes() == damaged
    shutil.copy(out / "gradebook.db.copy", path)
    assert edunn("grade", graded[0], "--out", out).exit_code == 0


def test_a_gradebook_that_is_locked(graded, out):
    with contextlib.closing(sqlite3.connect(out / "gradebook.db")) as other:
        other.execute("BEGIN EXCLUSIVE")
        one_line(edunn("grade", graded[0], "--out", out), "gradebook.db is locked", "Try again")


def test_points_by_hand_are_in_the_copy_of_the_gradebook(graded, out):
    with GradeStore(out).gradebook() as gradebook:
        part = gradebook.find_submission_notebook(NAME, NAME, "ben")
        mark = next(grade for grade in part.grades if grade.cell.name == "bias-why")
        mark.manual_score = 2.5
        gradebook.db.commit()
    with open_store(out):
        pass
    with Gradebook(f"sqlite:///{out / 'gradebook.db.copy'}", "edunn") as before:
        assert before.find_submission(NAME, "ben").score == 2.5


def test_a_run_that_fails_replaces_neither_roster_nor_deadlines(graded, out, tmp_path):
    roster, deadlines, half = (tmp_path / name for name in ("roster", "deadlines", "half.zip"))
    roster.write_text("student\nana\nben\nJosé\n")
    deadlines.write_text("exercise,student,date\n02,all,2026-01-01 12:00Z\n")
    given = "--roster", roster, "--deadlines", deadlines
    assert edunn("grade", graded[0], "--out", out, *given).exit_code == 0
    before = [(out / name).read_bytes() for name in ("roster.csv", "deadlines.csv")]
    roster.write_text("student\nzoe\n")
    deadlines.write_text("exercise,student,date\n02,all,2030-01-01 12:00Z\n")
    half.write_bytes(b"PK\x03\x04 and no more")
    words = "grade", half, "--assignment", NAME, "--out", out, *given
    assert edunn(*words).exit_code == 1
    assert [(out / name).read_bytes() for name in ("roster.csv", "deadlines.csv")] == before


@pytest.mark.parametrize("secret", [b"", b"short"])
def test_a_secret_that_is_none(graded, out, secret, tmp_path):
    (out / "secret").write_bytes(secret)
    for words in (
        ("grade", graded[0], "--out", out), ("regrade", "--out", out),
        ("judge", out / "handed_in" / NAME / "ana.ipynb", "--assignment", NAME,
         "--secret", out / "secret", "--out", tmp_path / "record"),
    ):  # fmt: skip
        one_line(edunn(*words), "secret has", "could be predicted")
    assert (out / "secret").read_bytes() == secret


@pytest.mark.parametrize("name", ["secret", "secret.sha256"])
def test_a_secret_that_is_another_one(graded, out, name):
    """Nobody is judged again with other hidden inputs, unless that is wanted."""
    before = read_record(out, NAME, "ben")
    damaged = (out / name).read_bytes()[::-1]
    (out / name).write_bytes(damaged)
    one_line(edunn("grade", graded[0], "--out", out), "is the digest", "Put back a copy")
    assert read_record(out, NAME, "ben") == before
    assert (out / name).read_bytes() == damaged
    (out / "secret").unlink()
    one_line(edunn("grade", graded[0], "--out", out), "secret is missing", "Put back a copy")
    (out / "secret.sha256").unlink()
    assert edunn("grade", graded[0], "--out", out).exit_code == 0
    assert read_record(out, NAME, "ben").key != before.key


def test_a_secret_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    def full(file):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"No space left on device: '.*secret'"):
        GradeStore(tmp_path / "graded").secret()
    assert not list((tmp_path / "graded").glob("*secret*"))
    monkeypatch.undo()
    assert (
        read_secret(tmp_path / "graded" / "secret")
        if GradeStore(tmp_path / "graded").secret()
        else 0
    )


WRONG_CASES = {
    "a bug": "def bug(student, rng):\n    [][0]\nCASES['bias-dx'].append(bug)",
    "wrong": "def strict(student, rng):\n    raise Wrong('it is never right')\n"
    "from edunn.course.hidden_tests import Wrong\nCASES['bias-dx'].append(strict)",
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG_CASES)
def test_a_case_that_fails_on_the_solution_stops_the_run(graded, tmp_path, case):
    for path in (f"solutions/{NAME}.py", f"assignments/{NAME}", f"autograder/cases/{NAME}.py"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (COURSE.root / path).is_dir() else shutil.copy
        copy(COURSE.root / path, tmp_path / path)
    cases = tmp_path / f"autograder/cases/{NAME}.py"
    source = cases.read_text()
    cases.write_text(f"{source}\n{WRONG_CASES[case]}\n")
    words = ["--course", str(tmp_path), "grade", str(graded[0]), "--out", str(tmp_path / "out")]
    said = "list index out of range" if case == "a bug" else "it is never right"
    one_line(CliRunner().invoke(main, words), "nobody is judged", "bias-dx", said)
    assert not (tmp_path / "out" / "records").exists()
    cases.write_text(source)
    assert CliRunner().invoke(main, words).exit_code == 0
    assert (tmp_path / "out" / "proved" / NAME).exists()  # and is not judged again


def test_a_full_disk_is_one_line_that_names_the_file(graded, out, monkeypatch):
    def full(path, content, **options):
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr("edunn.course.grading.archive.write_whole", full)
    one_line(edunn("grade", graded[0], "--out", out), f"{NAME}", "No space left on device")


# --- whose files, which names --------------------------------------------------------------------
def test_what_is_graded_is_for_its_owner_alone(graded):
    out = graded[1]
    for path in (out, *out.rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode & 0o077 == 0, (path, oct(mode))
    assert stat.S_IMODE(out.stat().st_mode) == 0o700


def test_a_folder_that_was_there_keeps_its_mode(tmp_path):
    (tmp_path / "graded").mkdir(mode=0o750)
    GradeStore(tmp_path / "graded")
    assert stat.S_IMODE((tmp_path / "graded").stat().st_mode) == 0o750


def test_a_true_ascii_locale(graded, tmp_path):
    """José is found in the roster, and in the table."""
    (tmp_path / "roster.csv").write_text("student,name\n4711,José\n22,ana\n33,ben\n", "utf-8")
    words = "grade", graded[0], "--out", tmp_path / "out", "--roster", tmp_path / "roster.csv"
    places = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    places["PYTHONPATH"] = str(COURSE.root)
    done = subprocess.run([EDUNN, "--course", COURSE.root, *words], capture_output=True,
                          env=os.environ | places)  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = (tmp_path / "out" / "grades.csv").read_text("utf-8").splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == ["22", "33", "4711"]
    assert "4711" in done.stdout.decode("utf-8")


@pytest.mark.parametrize("name", ["a?b", "a*", "a[b]c", "a%41"])
def test_a_folder_that_nbgrader_misreads(graded, tmp_path, name):
    one_line(edunn("grade", graded[0], "--out", tmp_path / name), "can keep no gradebook")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a#b ü{c}", "a;'b'&%c"])
def test_other_odd_folders_are_taken(graded, tmp_path, name):
    assert edunn("grade", graded[0], "--out", tmp_path / name).exit_code == 0
    assert (tmp_path / name / "gradebook.db").exists()
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_killed_grader_leaves_no_library_for_ever(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    code = "from edunn.course.sandbox.library import Library\nkept = Library([])\nprint(kept.root, "
    code += "flush=True)\nimport os, signal\nos.kill(os.getpid(), signal.SIGKILL)"
    places = os.environ | {"TMPDIR": str(tmp_path), "PYTHONPATH": str(COURSE.root)}
    killed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=places
    )
    left = Path(killed.stdout.strip())
    assert left.exists()
    assert killed.returncode == -signal.SIGKILL
    with Library([]) as mine:
        assert not left.exists()
        with Library([]):
            assert mine.folder.exists()  # somebody owns it
        pickle.loads(pickle.dumps(mine))
        assert mine.folder.exists()
    assert list(tmp_path.iterdir()) == []
