"""Judges on a real Dask cluster of two processes, and jobs of one submission each."""

import contextlib
import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner

from edunn.course.authoring.answers import read_wrong_answers
from edunn.course.cli.commands import main
from edunn.course.errors import CourseError
from edunn.course.grading import dask_executor
from edunn.course.grading.dask_executor import DaskExecutor
from edunn.course.grading.local_executor import LocalExecutor
from edunn.course.hidden_tests.exercise import Exercise
from edunn.course.messages import Message
from edunn.course.notebooks.layout import Course
from edunn.course.sandbox.limits import Limits
from edunn.course.submissions.collect import Submission
from lock import needs_lock

pytestmark = [pytest.mark.slow, needs_lock]
NAME = "02_bias"
DEADLY = """
import os, signal

def deadly(student, rng):
    try:
        student.read(student.get("DEADLY"))
    except Exception:
        return
    os.kill(os.getpid(), signal.SIGKILL)

CASES["bias-forward"].insert(0, deadly)
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course of one exercise, in which one answer kills its judge."""
    root, real = tmp_path_factory.mktemp("course"), Course.find(Path(__file__).parent)
    for path in (f"solutions/{NAME}.py", f"assignments/{NAME}", f"autograder/cases/{NAME}.py"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (real.root / path).is_dir() else shutil.copy
        copy(real.root / path, root / path)
    with (root / f"autograder/cases/{NAME}.py").open("a") as file:
        file.write(DEADLY)
    return Course(root)


@pytest.fixture(scope="module")
def submissions(course):
    """Twelve: right, blank, wrong, and five that cannot be read."""
    solution, bank = (
        course.solution(NAME),
        read_wrong_answers(Course.find(Path(__file__).parent), NAME)[0],
    )
    found = {f"wrong {i}": mistake.notebook(solution) for i, mistake in enumerate(bank[:16:4])}
    for slow in ("wrong 2", "wrong 3"):  # are judged while the test kills a worker
        found[slow]["cells"].insert(1, nbformat.v4.new_code_cell("import time; time.sleep(2)"))
    found |= {"right": solution, "blank": course.released(NAME)}
    found = {student: json.dumps(notebook).encode() for student, notebook in found.items()}
    found |= {"broken": b"print('hello')", "empty": b"", "number": b"42", "list": b"[]"}
    found = {who: Submission(who, what) for who, what in found.items()}
    found["nothing"] = Submission("nothing", None, problem=Message("nothing"))
    found["late"] = Submission("late", found["right"].content, (Message("late"),))
    return found


def local(course, submissions, *progress):
    executor = LocalExecutor(Exercise.of(course, NAME), b"s", Limits(), workers=2)
    return executor.records(submissions, *progress)


def on_cluster(course, submissions, scheduler, *progress):
    executor = DaskExecutor(Exercise.of(course, NAME), b"s", Limits(), scheduler)
    return executor.records(submissions, *progress)


@pytest.fixture(scope="module")
def two_workers():
    """A scheduler, two worker processes, and the folder in which these make temporary folders."""
    distributed = pytest.importorskip("distributed", reason="Dask is not here (extra: cluster)")
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)  # those who run a student's code are other users
        patch.setenv("TMPDIR", folder)
        with distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=":0"
        ) as workers:
            yield workers, Path(folder)


def local_cluster(**options):
    distributed = pytest.importorskip("distributed", reason="Dask is not here (extra: cluster)")
    return distributed.LocalCluster(processes=False, dashboard_address=":0", **options)


def kill_one(scheduler):
    """Kill a worker of the cluster that is judging, and see that a job was lost with it."""
    import psutil

    def runs_students_code(process):
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return any("edunn.course.sandbox.worker" in word for word in process.cmdline())

    killed = []

    def is_killed():
        for worker in list(scheduler.workers.values()):
            judge = psutil.Process(int(worker.pid))
            judge.suspend()  # now it cannot come to an end with what it is judging
            try:
                with contextlib.suppress(psutil.Error):  # a child that has ended meanwhile
                    if worker.processing and any(map(runs_students_code, judge.children())):
                        killed.extend(worker.processing)
                        judge.kill()
                        return True
            finally:
                with contextlib.suppress(psutil.NoSuchProcess):
                    judge.resume()
        return False

    wait_until(is_killed)
    wait_until(lambda: any(job.suspicious for job in killed))


def wait_until(what, seconds=20):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.01)


def plain(record):
    return record.as_dict() | {"seconds": 0}


def test_records_are_those_of_the_local_pool_though_a_worker_dies(course, submissions, two_workers):
    workers, folder = two_workers
    seen, there = [], {}
    address = workers.scheduler_address
    for record in on_cluster(course, submissions, address, lambda *done: seen.append(done)):
        there[record.student] = plain(record)
        if len(there) == 2:  # they come as they are done
            kill_one(workers.scheduler)
    assert seen == [("judging", i + 1, 12) for i in range(12)]
    assert {record["state"] for record in there.values()} == {
        "graded",
        "student error",
        "not graded",
    }
    assert there == {record.student: plain(record) for record in local(course, submissions)}
    assert len(list(folder.glob("edunn-library-*"))) <= 1  # of the killed one


@pytest.fixture
def unforgiving(two_workers):
    """The two workers, where a job is given up with its first worker."""
    scheduler = two_workers[0].scheduler
    before, scheduler.allowed_failures = scheduler.allowed_failures, 0
    yield scheduler.address
    scheduler.allowed_failures = before


@pytest.mark.parametrize("where", ["here", "there"])
def test_who_kills_every_judge_is_not_graded_and_alone_in_that(course, submissions, where, request):
    notebook = course.solution(NAME)
    notebook["cells"].insert(1, nbformat.v4.new_code_cell("DEADLY = True"))
    deadly = Submission("deadly", json.dumps(notebook).encode())
    some = {"right": submissions["right"], "deadly": deadly}
    if where == "here":
        jobs = local(course, some)
    else:
        jobs = on_cluster(course, some, request.getfixturevalue("unforgiving"))
    records = {record.student: record for record in jobs}
    assert records.keys() == some.keys()
    deadly = records.pop("deadly")
    assert (deadly.state, deadly.reason) == ("not graded", "the judge's process died")
    assert records["right"].state == "graded"


def test_ctrl_c_leaves_nothing_behind(course, submissions, two_workers):
    workers, folder = two_workers
    before = set(folder.glob("edunn-library-*"))

    def ctrl_c(*progress):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(on_cluster(course, submissions, workers.scheduler_address, ctrl_c))
    wait_until(lambda: not workers.scheduler.tasks)
    wait_until(lambda: set(folder.glob("edunn-library-*")) <= before)


def test_workers_that_must_not_judge(course, submissions, monkeypatch):
    with local_cluster(n_workers=1, threads_per_worker=2) as workers:
        about = course, submissions, workers.scheduler_address
        with pytest.raises(CourseError, match="has 2 threads, not 1: dask worker"):
            list(on_cluster(*about))
        monkeypatch.setattr(dask_executor, "own_code", lambda: "of another version")
        with pytest.raises(CourseError, match="has another edunn than you have here"):
            list(on_cluster(*about))


def test_a_cluster_without_workers(course, submissions, monkeypatch):
    monkeypatch.setattr(dask_executor, "PATIENCE", 0.2)
    with local_cluster(n_workers=0) as workers:
        address = workers.scheduler_address
        with pytest.raises(CourseError, match=f"no workers at {address}: dask worker {address}"):
            list(on_cluster(course, submissions, address))


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense", "http://127.0.0.1:1", "x:y"])
def test_no_scheduler(course, submissions, monkeypatch, address):
    pytest.importorskip("distributed", reason="Dask is not here (extra: cluster)")
    monkeypatch.setattr(dask_executor, "CONNECT", 0.2)
    with pytest.raises(CourseError, match=f"no Dask scheduler at {address}: ") as error:
        list(on_cluster(course, submissions, address))
    assert "\n" not in str(error.value)


def test_no_dask(course, submissions, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(CourseError, match="--scheduler needs Dask: pip install distributed"):
        list(on_cluster(course, submissions, "tcp://localhost:1"))


def test_jobs_of_one_submission_each(course, submissions, two_workers, tmp_path, monkeypatch):
    """Submissions are kept, one is judged as a job by itself, and Dask judges the rest."""
    out, source = tmp_path / "graded", tmp_path / "handed_in"
    for student, called in {"ana": NAME, "ben": "another name", "cem": NAME}.items():
        (source / student).mkdir(parents=True)
        (source / student / f"{called}.ipynb").write_bytes(submissions["right"].content)

    def edunn(*words):
        return CliRunner().invoke(main, ["--course", str(course.root), *map(str, words)])

    grading = "grade", source, "--assignment", NAME, "--out", out
    taken_in = edunn(*grading, "--workers", 0)
    assert taken_in.exit_code == 0, taken_in.output
    assert not (out / "records").exists()
    judging = "judge", out / "handed_in" / NAME / "ben.ipynb", "--assignment", NAME
    record = out / "records" / NAME / "ben.json"
    judged = edunn(*judging, "--secret", out / "secret", "--out", record)
    assert (judged.exit_code, judged.output) == (0, "")
    assert json.loads(record.read_text())["notes"] == [
        {"id": "file_name", "details": {"name": "another name.ipynb"}}
    ]
    shutil.copy(record, record.with_stem("cem"))  # a record of somebody else is no record
    before, records, sent = record.read_bytes(), DaskExecutor.records, []

    def spy(executor, submissions, *progress):
        sent.extend(submissions)
        return records(executor, submissions, *progress)

    monkeypatch.setattr(DaskExecutor, "records", spy)
    graded = edunn(*grading, "--scheduler", two_workers[0].scheduler_address)
    assert graded.exit_code == 0, graded.output
    assert sent == ["ana", "cem"]
    assert record.read_bytes() == before
