"""All that an instructor does, in order: a download of thirty is graded, one answer graded by hand
in nbgrader's formgrader, exported; then one more hands in late, and all is graded again."""

import csv
import json
import zipfile
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner
from nbgrader.api import Gradebook

from browser import SECONDS, chromium, jupyter_lab, needs_browser
from edunn.course.authoring.answers import read_wrong_answers
from edunn.course.cli.commands import main
from edunn.course.notebooks.layout import Course
from edunn.course.notebooks.solution import fill
from lock import needs_lock

pytestmark = [pytest.mark.slow, needs_lock]
COURSE = Course.find(Path(__file__).parent)
NAME, QUESTION = "02_bias", "bias-why"
RELEASE = COURSE.released(NAME)
RIGHT = {
    "Bias.forward": "y = x + self.b.data",
    "Bias.backward": "dx = dy\ndb = np.sum(dy, axis=0)",
}
WRONG = ["db averaged", "db of the last example", "dx negative", "b subtracted", "db not summed"]
HOSTILE = {
    "exits": "import os; os._exit(0)",
    "forks": "import os\nwhile True: os.fork()",
    "reads": "print(open('/etc/passwd').read())",
    "patches": "nn.check_gradients = nn.check_layer = lambda *a, **k: True",
}
LATE = "zoe"
SCRIPT = (
    "<script>document.title = 'taken'</script> <img src=x onerror=\"document.title = 'taken'\">"
)
COMMENT = "Which line, and whose zero?"


def right(answer="A bias moves the line away from zero."):
    notebook = fill(RELEASE, RIGHT)
    cell = next(cell for cell in notebook["cells"] if cell["id"] == QUESTION)
    cell["source"] = answer
    return notebook


def made_class():
    """{student: (what is handed in, automatic points)} of thirty students; 7 is all."""
    bank = {
        mistake.name: mistake.notebook(COURSE.solution(NAME))
        for mistake in read_wrong_answers(COURSE, NAME)[0]
    }
    found = {f"right{i}": (right(f"Because of {i}."), 7) for i in range(12)}
    found["right7"] = right(f"{SCRIPT}\n\n$$\n{SCRIPT}\n$$\n\n- {'long ' * 80}"), 7
    found |= {f"wrong{i}": (bank[WRONG[i % 5]], None) for i in range(10)}
    found |= {
        "blank": (RELEASE, 0),
        "empty": (b"", ""),  # not graded
        "cut": (json.dumps(RELEASE)[:900].encode(), ""),
    }
    found["markdown"] = b"# my homework", ""
    for name, source in HOSTILE.items():
        notebook = fill(RELEASE, {**RIGHT, "Bias.backward": "dx, db = -dy, dy"})
        notebook["cells"].insert(1, nbformat.v4.new_code_cell(source))
        found[f"hostile-{name}"] = notebook, 0 if name == "exits" else 2
    return found


def canvas_zip(path, students):
    with zipfile.ZipFile(path, "w") as archive:
        for number, (student, what) in enumerate(students.items()):
            raw = what if isinstance(what, bytes) else json.dumps(what).encode()
            late = "_LATE" if student == LATE else ""
            archive.writestr(
                f"{student.replace('-', '')}{late}_{4000 + number}_{number}_{NAME}.ipynb", raw
            )


def edunn(*words, code=0):
    result = CliRunner().invoke(main, ["--course", str(COURSE.root), *map(str, words)])
    assert result.exit_code == code, result.output
    return result.output


class Line:
    """The folder in which all of it happens."""

    def __init__(self, folder):
        self.folder, self.out, self.students = folder, folder / "graded", made_class()
        rows = [["student", "name", "login"]]
        rows += [
            [s, s.replace("-", " ").title(), s.replace("-", "")] for s in [*self.students, LATE]
        ]
        with (folder / "roster.csv").open("w", newline="") as file:
            csv.writer(file).writerows(rows)
        canvas_zip(folder / "all.zip", {who: what for who, (what, _) in self.students.items()})
        self.said = self.grade("all.zip", "--roster", folder / "roster.csv", code=1)

    def grade(self, name, *more, code=0):
        """The roster is named once and then kept. The notebooks' names say which exercise."""
        return edunn("grade", self.folder / name, "--out", self.out, *more, code=code)

    def export(self):
        about = "--column", NAME, "--assignment", NAME, "--out", self.out
        edunn("export", "canvas", *about)
        (path,) = self.out.rglob("canvas*.csv")
        with path.open(newline="", encoding="utf-8") as file:
            return {row["SIS Login ID"]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    return Line(tmp_path_factory.mktemp("line"))


def test_thirty_get_what_they_deserve(line):
    assert len(line.students) == 30
    with (line.out / "grades.csv").open(newline="", encoding="utf-8") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert rows.keys() == line.students.keys()
    for student, (_, points) in line.students.items():
        earned = rows[student]["points"]
        if points == "":
            assert earned == "", rows[student]
        else:
            some = points is None and 0 <= float(earned) < 7
            assert some or float(earned) == points, rows[student]
    assert f"1 in the roster who handed in nothing:\n  {LATE}\n" in line.said


@needs_browser
def test_an_answer_is_graded_by_hand_in_the_formgrader(line):
    """The points and the comment are then in the report, in the feedback and in the export. What a
    student wrote does not run as a script while it is graded."""
    with Gradebook(f"sqlite:///{line.out / 'gradebook.db'}", "edunn") as gradebook:
        paper = gradebook.find_submission_notebook(NAME, NAME, "right3").id
        script = gradebook.find_submission_notebook(NAME, NAME, "right7").id
    with (
        jupyter_lab(
            line.out, line.folder, COURSE.root / "autograder", EDUNN_GRADED=str(line.out)
        ) as address,
        chromium() as browser,
    ):
        page = browser.new_page(viewport={"width": 1200, "height": 1000})
        page.set_default_timeout(SECONDS * 1000)
        page.goto(f"{address}/formgrader/submissions/{paper}/", wait_until="networkidle")
        assert page.get_by_text("Because of 3.").count() == 1
        with page.expect_response("**/api/grade/*"):
            page.locator(f"input#{QUESTION}").fill("2.5")
            page.keyboard.press("Tab")
        with page.expect_response("**/api/comment/*"):
            page.locator("textarea").last.fill(COMMENT)
            page.keyboard.press("Tab")
        page.goto(f"{address}/formgrader/submissions/{script}/", wait_until="networkidle")
        answer = page.get_by_text("onerror=")
        assert answer.inner_text().count(SCRIPT) == 2
        assert "taken" not in page.title()
        assert answer.evaluate("e => e.scrollWidth <= e.clientWidth || e.clientWidth === 0")
    edunn("report", line.out)
    assert COMMENT in (line.out / "feedback" / NAME / "right3.html").read_text(encoding="utf-8")
    rows = line.export()
    assert rows["right3"][NAME] == "9.5"
    assert rows["right4"][NAME] == "7"


def test_a_late_submission_and_grading_again(line):
    """One more is graded, and nobody else is judged again; what a person gave stays."""
    before = {p.stem: p.stat().st_mtime_ns for p in (line.out / "records" / NAME).iterdir()}
    canvas_zip(line.folder / "late.zip", {LATE: right("I am late.")})
    assert LATE in line.grade("late.zip")
    after = {p.stem: p.stat().st_mtime_ns for p in (line.out / "records" / NAME).iterdir()}
    assert {who for who in after if after[who] != before.get(who)} == {LATE}
    record = json.loads((line.out / "records" / NAME / f"{LATE}.json").read_text())
    assert record["notes"] == [{"id": "late", "details": {}}]
    edunn("regrade", NAME, "--out", line.out, code=1)  # three are not graded
    rows = line.export()
    assert rows[LATE][NAME] == "7"
    assert len(rows) == 1 + 31
