"""Every attack, graded in one run between honest students, some of them odd. About two minutes on
two free cores, of which the endless ones take their limit; several times that on a busy machine."""

import csv
import ctypes
import glob
import hashlib
import os
import shutil
import tempfile
import time
from html.parser import HTMLParser
from pathlib import Path

import psutil
import pytest
from nbgrader.api import Gradebook

import hostile.harm
import hostile.listed
import hostile.more
import hostile.odd
import hostile.papers
import hostile.points  # noqa: F401
from edunn.course.grading.grade import Judging, grade_submissions
from edunn.course.reporting.grades_csv import write_csv
from edunn.course.reporting.html import write_all, write_feedback
from edunn.course.sandbox.library import Library
from edunn.course.sandbox.limits import Limits
from hostile.making import ATTACKS, COURSE, LEAKED, MARK, NAME, RELEASE, TOKEN, UNREAD, raw, right
from lock import needs_lock

pytestmark = [pytest.mark.slow, needs_lock]
HONEST = ("a_honest", "k_honest", "z_honest")
LIMITS = Limits(cell_seconds=4.0, cpu_seconds=40, memory=3 << 29, folder_size=24 << 20)
PR_SET_CHILD_SUBREAPER = 36
PLACES = (
    "/tmp",
    "/var/tmp",
    "/dev/shm",
    "/",
    "/root",
    "/etc",
    "/run",
    "/home",
    "/home/*",
    "/tmp/*",
)


def hashes(folder):
    """All of a folder, to the last bit: modes, owners, links and contents."""
    found = {}
    for path in sorted(folder.rglob("*")):
        about = path.lstat()
        content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        found[path] = about.st_mode, about.st_uid, about.st_size, hashlib.sha256(content).digest()
    return found


def hand_in(folder, places):
    """Write everybody's folder; attacks are told every path that they could guess."""
    for student in HONEST:
        (folder / student).mkdir(parents=True)
        (folder / student / f"{NAME}.ipynb").write_bytes(raw(right()))
    for attack in ATTACKS:
        own = Path(os.path.join(os.fsencode(folder), os.fsencode(attack.folder)).decode(
            "utf-8", "surrogateescape"))  # fmt: skip
        own.mkdir()
        attack.files(own)
        for path in own.rglob(f"{NAME}.ipynb"):
            if path.is_file() and not path.is_symlink() and path.stat().st_nlink == 1:
                content = path.read_bytes()
                for word, place in places.items():
                    content = content.replace(word.encode(), str(place).encode())
                path.write_bytes(content)


class Run:
    """One run of the grader, and what it left behind."""

    def __init__(self, folder):
        self.out, self.handed_in, self.temporary = (
            folder / name for name in ("out", "in", "temporary")
        )
        self.temporary.mkdir()
        places = {"@OUT@": self.out, "@IN@": self.handed_in, "@TMP@": self.temporary,
                  "@COURSE@": COURSE.root}  # fmt: skip
        hand_in(self.handed_in, places)
        before = hashes(self.handed_in)
        grades = grade_submissions(
            COURSE, NAME, self.out, self.handed_in, judging=Judging(limits=LIMITS)
        )
        self.unchanged = hashes(self.handed_in) == before
        self.lines = {line.record.student: line for line in grades}
        write_csv(grades, self.out / "grades.csv")
        write_feedback(grades, RELEASE, self.out / "feedback")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    patch = pytest.MonkeyPatch()
    folder = tmp_path_factory.mktemp("hostile")
    folder.chmod(0o755)
    patch.setenv("EDUNN_TOKEN", TOKEN)
    patch.setattr(tempfile, "tempdir", str(folder / "temporary"))
    patch.setenv("TMPDIR", str(folder / "temporary"))
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)  # what survives becomes our child
    yield Run(folder)
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
    patch.undo()


def test_everybody_has_a_line(run):
    assert list(run.lines) == sorted([*HONEST, *(attack.student for attack in ATTACKS)])


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.student)
def test_what_it_deserves(run, attack):
    record = run.lines[attack.student].record
    assert (record.points, record.state) == (attack.points, attack.state), record
    assert run.lines[attack.student].points == (None if attack.state == UNREAD else attack.points)
    assert attack.says in record.reason
    if "does not define" not in attack.says:  # a slip in an attack would make it harmless
        assert "does not define" not in record.reason
    assert attack.notes in "; ".join(map(str, record.notes))


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.student)
def test_it_learns_nothing(run, attack):
    """No attack got at what it prints LEAKED for, or printed what stands in the environment."""
    record = run.lines[attack.student].record
    seen = " ".join([*record.printed.values(), *record.visible.values(), record.reason])
    assert LEAKED not in seen
    assert TOKEN not in seen
    assert all(len(text) < 25_000 for text in (*record.printed.values(), *record.visible.values()))


def test_honest_students_are_graded_as_if_they_were_alone(run, tmp_path):
    for student in HONEST:
        shutil.copytree(run.handed_in / student, tmp_path / "in" / student)
    (tmp_path / "out").mkdir()
    shutil.copy(run.out / "secret", tmp_path / "out" / "secret")
    grades = grade_submissions(COURSE, NAME, tmp_path / "out", tmp_path / "in")
    write_feedback(grades, RELEASE, tmp_path / "feedback")
    for line in grades:
        student, among = line.record.student, run.lines[line.record.student]
        assert (line.points, line.record.state, line.record.notes) == (7, "graded", [])
        shared = [{"id": "name_shared", "details": {}}] * (student == "a_honest")  # by "a_honest "
        assert {**among.record.as_dict(), "seconds": 0, "key": ""} == {
            **line.record.as_dict(), "seconds": 0, "key": "", "notes": shared}  # fmt: skip
        if shared:  # which the page says
            continue
        pages = [p / "feedback" / f"{student}.html" for p in (run.out, tmp_path)]
        assert pages[0].read_bytes() == pages[1].read_bytes()


def test_nothing_is_left_running(run):
    """What a dead judge left behind would now be a child of this process."""
    left = [child for child in psutil.Process().children(recursive=True) if is_a_worker(child)]
    assert left == []


def is_a_worker(process):
    try:
        line = " ".join(process.cmdline())
        ours = "resource_tracker" in line or "chrom" in line or "playwright" in line
        return process.status() != psutil.STATUS_ZOMBIE and not ours
    except psutil.NoSuchProcess:
        return False


def test_nothing_is_written_outside(run):
    assert list(run.temporary.iterdir()) == []
    assert run.unchanged
    around = [COURSE.root, COURSE.root.parent, run.handed_in, run.out, run.out.parent, Path.cwd()]
    found = [str(path) for place in around for path in place.glob(f"*{MARK}*")]
    found += [path for place in PLACES for path in glob.glob(f"{place}/*{MARK}*")]
    assert found == []


def test_the_gradebook_says_the_same(run):
    with Gradebook(f"sqlite:///{run.out / 'gradebook.db'}", "edunn") as gradebook:
        for student, line in run.lines.items():
            if line.points is None:
                continue
            entry = gradebook.find_submission(NAME, student)
            assert (entry.score, entry.max_score) == (line.points, 10)


def test_grades_csv_is_safe(run):
    """Every line can be read, and no cell is a formula."""
    with (run.out / "grades.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file, strict=True))
    assert [row[0].lstrip("'") for row in rows[1:]] == list(run.lines)
    assert len({len(row) for row in rows}) == 1
    for row in rows:
        for cell in row:
            assert not cell.lstrip().startswith(tuple("=+-@\t\r")), cell
            assert all(c.isprintable() or c == "\n" for c in cell), cell


class Page(HTMLParser):
    """Everything in a page that could do something."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes = set(), []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes += attributes


def test_every_student_has_a_page_without_a_script(run):
    for student in run.lines:
        text = (run.out / "feedback" / f"{student}.html").read_text(encoding="utf-8")
        page = Page(text)
        assert "default-src 'none'" in text
        assert not page.tags & {"script", "iframe", "object", "embed", "base", "form", "link"}
        for name, value in page.attributes:
            assert not name.startswith("on"), (student, name, value)
            if name in ("src", "href", "action", "srcset", "xlink:href"):
                assert value.startswith(("data:image/png", "#")), (student, name, value)
    assert len(list((run.out / "feedback").glob("*.html"))) == len(run.lines)


def test_the_page_of_the_class(run):
    """It is made in seconds, and no record is large, whatever students write, print and draw."""
    started = time.monotonic()
    write_all(run.out)
    assert time.monotonic() - started < 60
    text = (run.out / "report.html").read_text(encoding="utf-8")
    assert Page(text).attributes.count(("class", "sortable")) >= 1
    assert text.count("<script") == 1  # our own
    assert max(path.stat().st_size for path in (run.out / "records").rglob("*.json")) < 30_000_000


def test_what_workers_without_their_lock_would_let_through(tmp_path, monkeypatch):
    """Without the lock, harmless attacks get what they want: it is the lock that stops them."""
    made = Library.__init__

    def unlocked(self, closed):
        made(self, closed)
        with (self.folder / "edunn" / "course" / "sandbox" / "lockdown.py").open("a") as file:
            file.write("\n\ndef lock_down(**all):\n    return ['limits', 'landlock', 'seccomp']\n")

    monkeypatch.setattr(Library, "__init__", unlocked)
    monkeypatch.setenv("PATH", str(tmp_path))  # where there is no bubblewrap
    harmless = {"read_files", "list_folders", "network", "second_copy_of_edunn"}
    for attack in ATTACKS:
        if attack.student in harmless:
            (tmp_path / "in" / attack.student).mkdir(parents=True)
            attack.files(tmp_path / "in" / attack.student)
    lines = grade_submissions(COURSE, NAME, tmp_path / "out", tmp_path / "in")
    got_in = {one.record.student for one in lines if LEAKED in str(one.record.printed)}
    assert got_in == harmless
