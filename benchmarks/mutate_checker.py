"""Break the checker, one small change at a time, and see whether its own tests turn red.

    python benchmarks/mutate_checker.py --sample 100 --seed 0
    python benchmarks/mutate_checker.py --only engine.py:57 suite.py

Each mutant is the source of one file of edunn/checking with one change, of those that
edunn/course/authoring/mutation.py makes. The tests are collected once; then each mutant is put into
a fork of the process, which runs them until one fails, those first that have found most mutants so
far. Printed are the survivors: changes that no test notices.
"""

import os

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # before NumPy is imported

import argparse
import ast
import collections
import importlib
import itertools
import random
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from edunn.course.authoring.mutation import changed_sources

ROOT = Path(__file__).resolve().parents[1]
FILES = ("engine", "point", "laws", "suite", "subject", "wrong_gradient")
TESTS = ("engine", "bad_layers", "odd_layers", "limits", "report", "findings", "checks", "suite",
         "diagnosis", "inner_modules")  # fmt: skip
FIRST = {"engine.py": "test_engine", "wrong_gradient.py": "test_suite",
         "subject.py": "test_bad_layers", "laws.py": "test_bad_layers",
         "point.py": "test_bad_layers", "suite.py": "test_bad_layers",
         "inner_modules.py": "test_inner_modules", "formulas.py": "test_diagnosis",
         "hypotheses.py": "test_diagnosis", "diagnosis.py": "test_diagnosis"}  # fmt: skip
EQUIVALENT = {  # changes that nothing can show, in a line after another, each with the reason
    "suite.py: except Stop: return None -> pass": "the last line of its function",
    "suite.py: self.subject, self.module, self.reference = (Subject(module), module, reference) "
    "self.right = Subject(module if reference is None else reference) -> self.right = "
    "Subject(reference)": "it is not asked where there is no reference",
    "engine.py: noise = NOISE * _noise_of(rungs) is_noise = all((abs(got - rung.slope) * rung.h <= "
    "noise for rung in rungs)) -> is_noise = all((abs(got - rung.slope) * rung.h < noise for rung "
    "in rungs))": "a distance that is the noise to the last digit, and not 0",
}


@dataclass
class Mutant:
    file: str
    line: int
    before: str
    after: str
    source: str
    change: str  # the line before, the line that is changed, and what it is then

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.before} -> {self.after}"

    @property
    def is_equivalent(self):
        return f"{self.file}: {self.change}" in EQUIVALENT

    def install(self):
        """Run the changed source as the module, and let all that imported from it have the new."""
        names = vars(importlib.import_module(f"edunn.checking.{self.file.removesuffix('.py')}"))
        old = {name: value for name, value in names.items() if not name.startswith("__")}
        for name in old:
            del names[name]
        exec(compile(self.source, self.file, "exec", dont_inherit=True), names)
        for module in list(sys.modules.values()):
            theirs = getattr(module, "__dict__", {})
            for name, value in old.items():
                if theirs is not names and theirs.get(name) is value:
                    theirs[name] = names[name]  # a KeyError here is an ImportError there


def mutants(file):
    source = (ROOT / "edunn" / "checking" / f"{file}.py").read_text()
    lines = ast.unparse(ast.parse(source)).splitlines()
    found = []
    for line, before, after, text in changed_sources(source):
        pairs = itertools.zip_longest(lines, text.splitlines(), fillvalue="")
        i = next(i for i, (old, new) in enumerate(pairs) if old != new)
        new = text.splitlines()[i].strip()
        change = f"{lines[i - 1].strip()} {lines[i].strip()} -> {new}"
        found.append(Mutant(f"{file}.py", line, before, after, text, change))
    return found


class Mutation:
    """A plugin of pytest that runs the tests it has collected once for each mutant."""

    def __init__(self, mutants, processes, timeout, minutes):
        self.mutants, self.processes, self.timeout = mutants, processes, timeout
        self.end = time.monotonic() + 60 * minutes
        self.kills: collections.Counter[tuple[str, str]] = collections.Counter()
        self.tried: list[Mutant] = []
        self.survivors: list[Mutant] = []

    def pytest_runtestloop(self, session):
        self.session = session
        running, waiting = {}, list(reversed(self.mutants))
        child, pipe = self.start(None)
        with pipe:
            told = pipe.read()
        if os.waitpid(child, 0)[1]:
            pytest.exit(f"red without any mutation: {told}", 1)
        while waiting or running:
            if time.monotonic() > self.end:
                waiting.clear()
            while waiting and len(running) < self.processes:
                mutant = waiting.pop()
                child, pipe = self.start(mutant)
                running[child] = mutant, pipe
            child, code = os.wait()
            mutant, pipe = running.pop(child)
            self.tried.append(mutant)
            if code == 0:
                self.survivors.append(mutant)
                equivalent = "  (equivalent)" if mutant.is_equivalent else ""
                count = f"{len(self.tried):4} of {len(self.mutants)}"
                print(f"{count}: {mutant}{equivalent}", flush=True)
            with pipe:
                self.kills[mutant.file, pipe.read()] += 1
        return True

    def start(self, mutant):
        """A fork in which the tests run; it writes the name of the first that fails."""
        get, put = os.pipe()
        if child := os.fork():
            os.close(put)
            return child, os.fdopen(get)
        signal.setitimer(signal.ITIMER_PROF, self.timeout)  # each ends the process
        signal.alarm(10 * self.timeout)
        for stream in (1, 2):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
        os.write(put, failing(self.session, mutant, self.kills).encode())
        os._exit(bool(self.session.testsfailed))


def failing(session, mutant, kills):
    """The name of the first test that fails, or nothing."""
    try:
        if mutant:
            mutant.install()
    except Exception:
        session.testsfailed = 1
        return "import"
    file = mutant.file if mutant else ""

    def rank(item):
        return -kills[file, item.nodeid], FIRST.get(file, "") not in item.nodeid

    items = sorted(session.items, key=rank)
    for item, following in zip(items, [*items[1:], None]):
        session.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed:
            return item.nodeid
    return ""


def chosen(arguments):
    found = [mutant for file in arguments.files for mutant in mutants(file)]
    if arguments.only:
        wanted = arguments.only
        return [m for m in found if {m.file, f"{m.file}:{m.line}"} & set(wanted)], len(found)
    count = min(arguments.sample or len(found), len(found))
    return random.Random(arguments.seed).sample(found, count), len(found)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sample", type=int, help="how many mutants; all without it")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="*", help="file, or file:line, such as engine.py:57")
    parser.add_argument("--files", nargs="*", default=FILES)
    parser.add_argument("--tests", nargs="*", default=TESTS)
    parser.add_argument("--timeout", type=int, default=60, help="seconds of computing")
    parser.add_argument("--minutes", type=float, default=600, help="then no other is begun")
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    sample, total = chosen(arguments)
    start = time.monotonic()
    mutation = Mutation(sample, arguments.processes, arguments.timeout, arguments.minutes)
    files = [str(ROOT / "tests" / "checking" / f"test_{name}.py") for name in arguments.tests]
    if code := pytest.main(["-q", "-s", "-p", "no:cacheprovider", *files], [mutation]):
        sys.exit(code)
    same = [mutant for mutant in mutation.tried if mutant.is_equivalent]
    alive = [mutant for mutant in mutation.survivors if not mutant.is_equivalent]
    tried = len(mutation.tried)
    found = tried - len(mutation.survivors)
    print(f"{found} of {tried} mutants turn the tests red ({100 * found / tried:.1f} %); there are "
          f"{total}. Without the {len(same)} that do the same as the original: "
          f"{100 - 100 * len(alive) / max(tried - len(same), 1):.1f} %. "
          f"{time.monotonic() - start:.0f} s")  # fmt: skip


if __name__ == "__main__":
    main()
