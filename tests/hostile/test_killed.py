"""What is left of a grader that is killed while it judges. About 15 s."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil

from hostile.making import COURSE, NAME, early, raw, right
from lock import needs_lock

pytestmark = needs_lock
SECONDS = 120  # on a busy machine


def until(what):
    end = time.monotonic() + SECONDS
    while not what() and time.monotonic() < end:
        time.sleep(0.2)
    return what()


def test_no_judge_and_no_worker_outlives_it(tmp_path):
    for student, notebook in (("a", right()), ("b", early("import time; time.sleep(600)"))):
        (tmp_path / "in" / student).mkdir(parents=True)
        (tmp_path / "in" / student / f"{NAME}.ipynb").write_bytes(raw(notebook))
    words = "--course", COURSE.root, "grade", "in", "--assignment", NAME, "--out", "out"
    command = [Path(sys.executable).with_name("edunn"), *words]
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    (tmp_path / "temporary").mkdir()
    environment = os.environ | {"TMPDIR": str(tmp_path / "temporary")}
    with subprocess.Popen(command, cwd=tmp_path, env=environment, **silent) as grader:
        assert until((tmp_path / "out" / "records" / NAME / "a.json").exists)  # b sleeps now
        family = psutil.Process(grader.pid).children(recursive=True)
        assert len(family) > 3
        grader.kill()
    assert until(lambda: not any(is_alive(one) for one in family))


def is_alive(process):
    try:
        tracks = "resource_tracker" in " ".join(process.cmdline())  # it ends when all others have
        return process.status() != psutil.STATUS_ZOMBIE and not tracks
    except psutil.NoSuchProcess:
        return False
