"""Judges on a real Dask cluster of two processes, and jobs of one submission each."""

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

from edunn.course.cli.main import main
from edunn.course.errors import CourseError
from edunn.course.grading import dask_executor as cluster
from edunn.course.grading import executor as pool
from edunn.course.notebooks.layout import Course
from edunn.course.sandbox.process import Limits
from edunn.course.submissions.collect import Submission
from lock import needs_lock

pytestmark = needs_lock
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
    solution, bank = course.solution(NAME), Course.find(Path(__file__).parent).bank(NAME)[0]
    found = {f"wrong {i}": mistake.notebook(solution) for i, mistake in enumerate(bank[:16:4])}
    found |= {"right": solution, "blank": course.released(NAME)}
    found = {student: json.dumps(notebook).encode() for student, notebook in found.items()}
    found |= {"broken": b"print('hello')", "empty": b"", "number": b"42", "list": b"[]"}
    found |= {"nothing": None, "late": found["right"]}
    notes = {"nothing": "no notebook was handed in", "late": "late"}
    return {who: Submission(who, what, notes.get(who, "")) for who, what in found.items()}


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

    while True:
        for worker in list(scheduler.workers.values()):
            judge = psutil.Process(int(worker.pid))
            judge.suspend()  # now it cannot come to an end with what it is judging
            if any(map(runs_students_code, judge.children())):
                jobs = list(worker.processing)
                judge.kill()
                break
            judge.resume()
        else:
            time.sleep(0.01)
            continue
        break
    wait_until(lambda: any(job.suspicious for job in jobs))


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
    about = course, NAME, submissions, b"s", Limits()
    jobs = cluster.judge_all(*about, workers.scheduler_address, lambda *done: seen.append(done))
    for record in jobs:
        there[record.student] = plain(record)
        if len(there) == 2:  # they come as they are done
            kill_one(workers.scheduler)
    assert seen == [("judging", i + 1, 12) for i in range(12)]
    assert {record["state"] for record in there.values()} == {"graded", "student error"}
    assert there == {record.student: plain(record) for record in pool.judge_all(*about, 2)}
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
    about = course, NAME, some, b"s", Limits()
    if where == "here":
        jobs = pool.judge_all(*about, 2)
    else:
        jobs = cluster.judge_all(*about, request.getfixturevalue("unforgiving"))
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

    about = course, NAME, submissions, b"s", Limits(), workers.scheduler_address, ctrl_c
    with pytest.raises(KeyboardInterrupt):
        list(cluster.judge_all(*about))
    wait_until(lambda: not workers.scheduler.tasks)
    wait_until(lambda: set(folder.glob("edunn-library-*")) <= before)


def test_workers_that_must_not_judge(course, submissions, monkeypatch):
    with local_cluster(n_workers=1, threads_per_worker=2) as workers:
        about = course, NAME, submissions, b"s", Limits(), workers.scheduler_address
        with pytest.raises(CourseError, match="has 2 threads, not 1: dask worker"):
            list(cluster.judge_all(*about))
        monkeypatch.setattr(cluster, "own_code", lambda: "of another version")
        with pytest.raises(CourseError, match="has another edunn than you have here"):
            list(cluster.judge_all(*about))


def test_a_cluster_without_workers(course, submissions, monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE", 0.2)
    with local_cluster(n_workers=0) as workers:
        address = workers.scheduler_address
        with pytest.raises(CourseError, match=f"no workers at {address}: dask worker {address}"):
            list(cluster.judge_all(course, NAME, submissions, b"s", Limits(), address))


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense", "http://127.0.0.1:1", "x:y"])
def test_no_scheduler(course, submissions, monkeypatch, address):
    pytest.importorskip("distributed", reason="Dask is not here (extra: cluster)")
    monkeypatch.setattr(cluster, "CONNECT", 0.2)
    with pytest.raises(CourseError, match=f"no Dask scheduler at {address}: ") as error:
        list(cluster.judge_all(course, NAME, submissions, b"s", Limits(), address))
    assert "\n" not in str(error.value)


def test_no_dask(course, submissions, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(CourseError, match="--scheduler needs Dask: pip install distributed"):
        list(cluster.judge_all(course, NAME, submissions, b"s", Limits(), "tcp://localhost:1"))


def test_jobs_of_one_submission_each(course, submissions, two_workers, tmp_path, monkeypatch):
    """Taken in, judged one by one wherever, the records taken up, and the rest sent to Dask."""
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
    assert json.loads(record.read_text())["notes"] == ["the file is called another name.ipynb"]
    shutil.copy(record, record.with_stem("cem"))  # a record of somebody else is no record
    before, judge_all, sent = record.read_bytes(), cluster.judge_all, []

    def spy(course, name, submissions, *about):
        sent.extend(submissions)
        return judge_all(course, name, submissions, *about)

    monkeypatch.setattr(cluster, "judge_all", spy)
    graded = edunn(*grading, "--scheduler", two_workers[0].scheduler_address)
    assert graded.exit_code == 0, graded.output
    assert sent == ["ana", "cem"]
    assert record.read_bytes() == before
