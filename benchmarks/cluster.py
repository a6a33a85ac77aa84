"""What a very large class costs: seconds and bytes of a submission, Dask's own time, and a model.

    python benchmarks/cluster.py [--only seconds dask model]

seconds: each exercise's solution, judged once: seconds, and the bytes that are kept of it.
dask: jobs that do nothing, with what travels for a real one, on clusters of 1, 2 and 4 workers:
seconds that the scheduler and the client need for each. model: how long many workers take, if each
submission needs so many seconds of a worker, and so many of the one process that hands them out.
docs/cluster.md is made of these figures.
"""

import argparse
import heapq
import json
import time
from pathlib import Path

import nbformat

from edunn.course.grading.dask_executor import DaskExecutor, _DaskPool
from edunn.course.grading.judge import Judge
from edunn.course.grading.records import record_text
from edunn.course.hidden_tests.exercise import Exercise
from edunn.course.notebooks.layout import Course
from edunn.course.sandbox.library import Library
from edunn.course.sandbox.limits import Limits
from edunn.course.sandbox.process import ForkServer
from edunn.course.submissions.collect import Submission
from edunn.course.submissions.normalise import NormalisedSubmission

COURSE = Course.find(Path(__file__))
JOBS = 200


def seconds():
    """Of each exercise: seconds of processor time, of the judge and of its worker, and bytes of the
    notebook and of the record. Seconds of a processor are much the same on a busy machine."""
    total, spent, ended = 0.0, [], ForkServer.end

    def end(server, pid, grace=0.0):
        spent.append(ended(server, pid, grace))
        return spent[-1]

    ForkServer.end = end
    for name in COURSE.assignments():
        exercise, solution = Exercise.of(COURSE, name), COURSE.solution(name)
        library = Library(exercise.withheld)
        with library, Judge(exercise, library, b"s" * 32, Limits()) as judge:
            judge.record("warm", NormalisedSubmission(COURSE.released(name)))
            spent.clear()
            before = time.process_time()
            record = judge.record("one", NormalisedSubmission(solution))
            own = time.process_time() - before
            theirs = sum(one[1] for one in spent if one)
        notebook, kept = len(nbformat.writes(solution)), len(record_text(record))
        total += own + theirs
        print(f"{name:26} {own:6.2f} + {theirs:5.2f} s {notebook:9} {kept:9} bytes", flush=True)
    ForkServer.end = ended
    print(f"{'mean':26} {total / len(COURSE.assignments()):7.2f} s")


def _nothing(job, student, submission):
    return {"student": student, "text": "x" * 20_000}  # as long as a record


def dask():
    """Seconds of the client and the scheduler for a job, whatever it does."""
    from distributed import Client, LocalCluster

    name = "02_bias"
    content = nbformat.writes(COURSE.solution(name)).encode()
    exercise = Exercise.of(COURSE, name)
    for count in (1, 2, 4):
        options = {"threads_per_worker": 1, "dashboard_address": ":0"}
        with LocalCluster(n_workers=count, **options) as cluster, Client(cluster) as client:
            executor = DaskExecutor(exercise, b"s" * 32, Limits(), cluster.scheduler_address)
            jobs = client.get_executor(pure=False)
            pool = _DaskPool(executor, client, jobs, False)
            handed = [pool.jobs.submit(_nothing, pool.job, "warm", None) for _ in range(20)]
            [one.result() for one in handed]
            started, busy = time.monotonic(), time.process_time()
            running, done = [], 0
            while done < JOBS:
                while len(running) < pool.room() and done + len(running) < JOBS:
                    one = Submission(f"student{done + len(running)}", content)
                    running.append(pool.jobs.submit(_nothing, pool.job, one.student, one))
                running.pop(0).result()
                done += 1
            whole = (time.monotonic() - started) / JOBS
            here = (time.process_time() - busy) / JOBS
            print(f"{count} workers: {1000 * whole:6.2f} ms a job by the clock, "
                  f"{1000 * here:6.2f} ms of the client's and scheduler's processor")  # fmt: skip


def model(submissions=1_000_000, judging=0.5, handing=0.005, counts=(1, 2, 4, 100, 1000, 2000)):
    """A queue: one process hands out and takes back, `handing` seconds for each, one after another;
    of the workers each needs `judging` seconds, and has a second one waiting, as in the executor.
    The first `sample` submissions are simulated one by one, the rest is in proportion."""
    for count in counts:
        sample = min(submissions, 60 * count + 1000)
        free = [(0.0, k) for k in range(count)]  # when each worker is done with all it has
        now, end = 0.0, 0.0
        for _ in range(sample):
            ready, worker = heapq.heappop(free)
            now = max(now, ready - judging) + handing  # it is sent one while it does another
            end = max(now, ready) + judging
            heapq.heappush(free, (end, worker))
        hours = end / sample * submissions / 3600
        busy = judging * submissions / 3600 / count / hours
        print(f"{count:5} workers: {hours:8.1f} h, workers busy {busy:5.0%}")


def main():
    parser = argparse.ArgumentParser()
    parts = {"seconds": seconds, "dask": dask, "model": model}
    parser.add_argument("--only", nargs="+", choices=parts, default=list(parts))
    parser.add_argument("--judging", type=float, default=0.5)
    parser.add_argument("--handing", type=float, default=0.005)
    options = parser.parse_args()
    for part in options.only:
        print(f"\n{part}", flush=True)
        if part == "model":
            print(json.dumps({"judging": options.judging, "handing": options.handing}))
            model(judging=options.judging, handing=options.handing)
        else:
            parts[part]()


if __name__ == "__main__":
    main()
