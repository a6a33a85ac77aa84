"""`edunn forget`: one person's data is gone, and all others' is as it was."""

import csv
import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner

from edunn.course.cli.commands import main
from edunn.course.notebooks.layout import Course
from edunn.course.notebooks.solution import fill
from lock import needs_lock

pytestmark = [pytest.mark.slow, needs_lock]
COURSE = Course.find(Path(__file__).parent)
NAME = "02_bias"
RIGHT = {
    "Bias.forward": "y = x + self.b.data",
    "Bias.backward": "dx = dy\ndb = np.sum(dy, axis=0)",
}
GONE, OTHER = "zoe-kowalski", "ann"
ROSTER = f'student,name,email\n{OTHER},"Able,\nAnn",ann@x.org\n{GONE},Zoë Kowalski,zk@x.org\n'
DEADLINES = f"exercise,student,date\n02,all,2099-01-01 10:00 Z\n02,{GONE},2099-02-01 10:00 Z\n"
REQUESTS = f"student,exercise,cell,text\n{OTHER},02,bias-db,why\n{GONE},02,bias-db,why\n"


def edunn(*words):
    return CliRunner().invoke(main, ["--course", str(COURSE.root), *map(str, words)])


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    """A store of two students, who have handed in twice, and what came in."""
    folder = tmp_path_factory.mktemp("class")
    out, source = folder / "graded", folder / "in"
    for name, text in {"roster": ROSTER, "deadlines": DEADLINES}.items():
        (folder / f"{name}.csv").write_text(text)
    for code in (RIGHT | {"Bias.forward": "y = x"}, RIGHT):
        for student in (GONE, OTHER):
            (source / student).mkdir(parents=True, exist_ok=True)
            made = fill(COURSE.released(NAME), code)
            picture = {"p.png": {"image/png": PICTURE}}
            why = next(cell for cell in made["cells"] if cell["id"] == "bias-why")
            why |= {"source": "so ![](attachment:p.png)", "attachments": picture}
            (source / student / f"{NAME}.ipynb").write_text(json.dumps(made))
        told = "--roster", folder / "roster.csv", "--deadlines", folder / "deadlines.csv"
        done = edunn("grade", source, "--assignment", NAME, "--out", out, *told)
        assert done.exit_code == 0, done.output
    (out / "requests.csv").write_text(REQUESTS)
    assert edunn("report", out).exit_code == 0
    return out


PICTURE = (  # a PNG of one pixel
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
    "rkJggg=="
)


def holding(out, *names):
    """The files that hold one of these names, or have it in theirs."""
    return {
        str(path.relative_to(out))
        for path in out.rglob("*")
        if path.is_file()
        and any(name.encode() in path.read_bytes() + str(path).encode() for name in names)
    }


@pytest.fixture
def store(before, tmp_path):
    return Path(shutil.copytree(before, tmp_path / "graded"))


def test_nothing_of_the_person_is_left_and_all_of_the_others(store):
    theirs = {path for path in holding(store, "/ann") if "gradebook" not in path}
    kept = {path: (store / path).read_bytes() for path in theirs if "earlier" in path}
    assert len(holding(store, GONE, "Kowalski", "zk@x.org")) > 10
    done = edunn("forget", GONE, "--out", store, "--yes")
    assert done.exit_code == 0, done.output
    assert holding(store, GONE, "Kowalski", "zk@x.org") == set()
    assert theirs <= holding(store, "/ann")
    assert kept
    assert all((store / path).read_bytes() == content for path, content in kept.items())
    rows = list(csv.reader((store / "grades.csv").read_text().splitlines()))
    assert [row[0] for row in rows[1:]] == [OTHER]
    for name, text in {"roster": ROSTER, "deadlines": DEADLINES, "requests": REQUESTS}.items():
        left = "".join(line for line in text.splitlines(True) if GONE not in line)
        assert (store / f"{name}.csv").read_text() == left
    with sqlite3.connect(store / "gradebook.db") as gradebook:
        assert gradebook.execute("SELECT id FROM student").fetchall() == [(OTHER,)]
    again = edunn("regrade", "--out", store)
    assert again.exit_code == 0, again.output


def test_the_last_one_leaves_no_pages(store):
    for student in (GONE, OTHER):
        done = edunn("forget", student, "--out", store, "--yes")
        assert done.exit_code == 0, done.output
    assert holding(store, GONE, "/ann", "Able") == set()
    assert not (store / "report.html").exists()


def test_it_asks_first(store):
    said = edunn("forget", GONE, "--out", store)
    assert said.exit_code == 1
    assert "Aborted" in said.output
    assert holding(store, GONE)


def test_what_others_have_written_is_listed(store):
    (store / "moodle.csv").write_text(f"name\n{GONE}\n")
    (store / "zoe-kowalski-jones.txt").write_text("another's")
    done = edunn("forget", GONE, "--out", store, "--yes")
    assert done.exit_code == 1
    assert "moodle.csv" in done.output.replace("\n", "")


@pytest.mark.parametrize(
    ("student", "says"),
    [("zoe-kowalsky", "nobody in"), ("zoe-kowalsky", GONE), ("../ann", "nobody in")],
)
def test_nobody_is_called_so(store, student, says):
    done = edunn("forget", student, "--out", store, "--yes")
    assert done.exit_code != 0
    assert says in done.output.replace("\n", "")
    assert holding(store, GONE)


def test_a_folder_of_nothing(tmp_path):
    done = edunn("forget", "ann", "--out", tmp_path, "--yes")
    assert "has no submissions" in done.output
    assert list(tmp_path.iterdir()) == []
