"""Feedback and the class report, of a made-up class graded by the real grader; pages in a browser.

python tests/course/reporting/test_pages.py writes docs/report.png.
"""

import re
import shutil
import tempfile
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner
from PIL import Image

from browser import BROWSER, chromium
from edunn.course.authoring.answers import read_wrong_answers
from edunn.course.cli.commands import main
from edunn.course.errors import CourseError
from edunn.course.grading.archive import Archive
from edunn.course.grading.grade import Grade, Judging, grade_submissions
from edunn.course.grading.gradebook import GradeStore
from edunn.course.grading.records import (
    GRADED,
    NOT_GRADED,
    STUDENT_ERROR,
    CellResult,
    Record,
    read_record,
    write_record,
)
from edunn.course.messages import Message, explained
from edunn.course.notebooks.layout import Course
from edunn.course.reporting.classroom import (
    Mark,
    Sheet,
    misconceptions,
    read_sheets,
)
from edunn.course.reporting.fingerprints import words
from edunn.course.reporting.html import write_all, write_feedback, write_page
from edunn.course.reporting.messages import concerns
from edunn.course.reporting.similarity import alike
from edunn.course.submissions.collect import Submission, take_in
from lock import needs_lock

pytestmark = [pytest.mark.slow, needs_lock]
COURSE = Course.find(Path(__file__).parent)
NAME = "02_bias"
SOLUTION, RELEASE = COURSE.solution(NAME), COURSE.released(NAME)
BANK = {mistake.name: mistake for mistake in read_wrong_answers(COURSE, NAME)[0]}
SCRIPT = "<script>window.pwned = 1</script><img src=x onerror='window.pwned = 1'>"
HOSTILE = '"><script>window.pwned = 1</script><img src=x onerror="window.pwned = 1">'
TAGS = "html head meta title style body h1 h2 h3 p span strong bdi div ul li pre svg rect"
PLAIN = set(re.findall(r"\w+", TAGS))  # the elements of a feedback page
DRAWN = {"viewbox", "preserveaspectratio", "aria-hidden", "x", "y", "width", "height"}
COPIED = """
        total = np.zeros(dy.shape[1])
        for row in range(dy.shape[0]):
            for column in range(dy.shape[1]):
                total[column] = total[column] + dy[row, column]
        dx, db = dy, total
"""
RENAMED = """
        # my own idea
        sums = np.zeros(dy.shape[1])
        for i in range(dy.shape[0]):
            for k in range(dy.shape[1]):
                sums[k] = sums[k] + dy[i, k]  # add
        dx, db = dy, sums
"""


def cell(notebook, name):
    return next(cell for cell in notebook["cells"] if cell["id"] == name)


def with_backward(code):
    notebook = nbformat.from_dict(SOLUTION)
    own, right = cell(notebook, "bias"), "        dx = dy\n        db = np.sum(dy, axis=0)\n"
    assert right in own["source"]
    own["source"] = own["source"].replace(right, code)
    return notebook


def hostile():
    notebook = nbformat.from_dict(SOLUTION)
    cell(notebook, "bias-why")["source"] = SCRIPT
    cell(notebook, "bias")["source"] += (
        f"\nprint({SCRIPT!r}, object())  # {SCRIPT} \u202eright to left"
    )
    return notebook


def wrong(name):
    return BANK[name].notebook(SOLUTION)


CLASS = {
    "ada": SOLUTION,
    "ben": wrong("db averaged"),
    "cleo": wrong("db averaged"),
    "dora": RELEASE,
    "emil": wrong("only for batches up to 7"),
    "finn": b"",
    "gina": hostile(),
    "hugo": with_backward(COPIED),
    "ivy": with_backward(RENAMED),
    "jack": None,
}


def hand_in(folder, students):
    for student, what in students.items():
        (folder / student).mkdir(parents=True)
        if what is not None:
            raw = what if isinstance(what, bytes) else nbformat.writes(what).encode()
            (folder / student / f"{NAME}.ipynb").write_bytes(raw)
    return folder


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A class of ten, graded by the real grader; the folder with the gradebook."""
    out = tmp_path_factory.mktemp("class") / "graded"
    grade_submissions(COURSE, NAME, out, hand_in(out.parent / "in", CLASS))
    write_all(out)
    return out


def feedback(out, student):
    return (out / "feedback" / NAME / f"{student}.html").read_text(encoding="utf-8")


class Reader(HTMLParser):
    """Elements, attributes and text of a page."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.text = [], ""
        self.feed(page)
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        self.text += " " * (tag in ("td", "p"))

    def handle_data(self, data):
        self.text += data


def test_feedback_says_what_was_found_with_a_hint_and_an_experiment(graded):
    text = Reader(feedback(graded, "ben")).text
    assert "ben: 4 of 10 points, 1 answer waits for a person" in text
    assert "✗ the gradient of b 0 of 3 Bias, gradient of b. The gradient of b is exactly" in text
    assert "Hint. You take a mean over the examples." in text
    assert "A small experiment. Divide your gradient by the measured one" in text
    assert "… A question ? of 3 Waits for a person" in text
    assert "✓ forward 2 of 2 Right." in text
    assert "db = np.mean(dy, axis=0)" in text


def test_feedback_of_what_could_not_be_read(graded):
    text = Reader(feedback(graded, "finn")).text
    assert text.count("the file is empty") == 1
    assert "finn: not graded yet (the file is empty)" in text
    assert "Nothing that could be read." in text


@pytest.mark.parametrize("student", CLASS)
def test_feedback_runs_nothing_and_loads_nothing(graded, student):
    page = Reader(feedback(graded, student))
    assert not {tag for tag, _ in page.elements} - PLAIN
    attributes = {name for _, given in page.elements for name in given}
    assert attributes - DRAWN <= {"lang", "charset", "http-equiv", "content", "name", "class"}
    assert any("default-src 'none'" in (a.get("content") or "") for _, a in page.elements)


def test_feedback_shows_what_is_hostile_as_text(graded):
    text = Reader(feedback(graded, "gina")).text
    assert text.count(SCRIPT) >= 3  # the answer, the code, what it printed
    assert "[U+202E]right to left" in text
    assert "<object object at 0x...>" in text


def test_feedback_of_odd_characters(tmp_path):
    record = Record("anna", NAME, order=["bias"], answers={"bias": "a\ud800b\x00c\u200b"})
    record.printed["bias"] = "\x1b[31mred\x1b[0m\x1b[2K 10 %\r 20 %\r\nnext"
    write_feedback([Grade(record, 0.0, 10.0, [])], RELEASE, tmp_path)
    text = Reader((tmp_path / "anna.html").read_text(encoding="utf-8")).text
    assert text.endswith("a[U+D800]b[U+0000]c[U+200B] 20 % next")


def test_feedback_is_the_same_byte_for_byte_when_all_is_graded_again(graded, tmp_path):
    """Another run, other processes, other folders, another order; but the same secret."""
    (tmp_path / "out").mkdir()
    shutil.copy(graded / "secret", tmp_path / "out" / "secret")
    some = {student: CLASS[student] for student in ("gina", "dora", "ben")}
    grades = grade_submissions(
        COURSE, NAME, tmp_path / "out", hand_in(tmp_path / "in", some), judging=Judging(workers=1)
    )
    seconds = [line.record.seconds for line in grades]
    assert 0 not in seconds
    write_all(tmp_path / "out")
    for student in some:
        assert feedback(tmp_path / "out", student) == feedback(graded, student)


def test_feedback_shows_figures_where_a_record_has_them(tmp_path):
    record = Record("anna", NAME, order=["bias", "setup"], figures={"bias": ["iVBORw0KGgo="]})
    write_feedback([Grade(record, 0.0, 10.0, [])], RELEASE, tmp_path)
    page = Reader((tmp_path / "anna.html").read_text(encoding="utf-8"))
    pictures = [a["src"] for tag, a in page.elements if tag == "img"]
    assert pictures == ["data:image/png;base64,iVBORw0KGgo="]


def test_the_class_report(graded):
    text = Reader((graded / "report.html").read_text(encoding="utf-8")).text
    assert "10 students 9 submissions graded 1 not graded" in text
    assert "22 % 2 Bias, gradient of b. The gradient of b is exactly" in text
    assert "You take a mean over the examples. ben, cleo" in text
    assert "Bias.forward: not written yet dora" in text
    assert "emil 4 “the gradient of b”: visible check right, hidden cases not" in text
    assert "finn not graded not graded: the file is empty" in text
    assert "hugo ivy 100 %" in text
    assert f"edunn formgrader {graded.resolve()}" in text


def test_who_is_in_the_roster_is_in_the_report(graded, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(graded, out)
    (out / "roster.csv").write_text("student,name\nben,Ben Benson\nzoe,Zoe <b>\n")
    assert [sheet.absent for sheet in write_all(out)] == [["zoe"]]
    text = Reader((out / "report.html").read_text(encoding="utf-8")).text
    assert "11 students 9 submissions graded" in text
    assert "1 handed in nothing: zoe" in text
    assert "ben Ben Benson 4 + ?" in text
    assert "zoe Zoe <b> – +" in text


def test_grades_of_a_person_are_in_report_and_feedback(graded, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(graded, out)
    with GradeStore(out).gradebook() as gradebook:
        part = gradebook.find_submission_notebook(NAME, NAME, "ben")
        mark = next(grade for grade in part.grades if grade.cell.name == "bias-why")
        mark.manual_score, mark.needs_manual_grade = 2.5, False
        for comment in part.comments:
            comment.manual_comment = f"{comment.name}: good {SCRIPT}"
        gradebook.db.commit()
    result = CliRunner().invoke(main, ["report", str(out)])
    assert result.exit_code == 0, result.output
    text = Reader(feedback(out, "ben")).text
    assert "ben: 6.5 of 10 points" in text
    told = f"A person gave these points. Comment. bias-why: good {SCRIPT}"
    assert f"A question 2.5 of 3 {told}" in text
    assert text.count(f"Comment. bias: good {SCRIPT}") == 1
    page = Reader((out / "report.html").read_text(encoding="utf-8")).text
    assert "ben 6.5 cleo" in page
    assert "Exercise 2: Bias A question 6 " in page  # seven waited
    assert "ben,02_bias,6.5,10,graded" in (out / "grades.csv").read_text()


def test_the_same_records_in_spanish(graded, tmp_path):
    """The class was graded in English; its pages are made again in another language."""
    out = tmp_path / "out"
    shutil.copytree(graded, out)
    CliRunner().invoke(main, ["report", str(out)])
    english = (out / "report.html").read_text(encoding="utf-8")
    records = {path: path.read_bytes() for path in out.glob("records/*/*.json")}
    result = CliRunner().invoke(main, ["report", str(out), "--language", "es"])
    assert result.exit_code == 0, result.output
    spanish = (out / "report.html").read_text(encoding="utf-8")
    assert '<html lang="en">' in english
    assert '<html lang="es">' in spanish
    assert "Informe de la clase" in spanish
    pages = "".join(path.read_text(encoding="utf-8") for path in out.glob("feedback/*/*.html"))
    assert "gradiente de" in pages
    for word in ("Pista.", "Un pequeño experimento.", "Lo que entregaste"):
        assert word in pages
    for word in ("Hint.", "A small experiment.", "Waits for a person", "the released one counts"):
        assert word not in pages
    assert records == {path: path.read_bytes() for path in out.glob("records/*/*.json")}
    CliRunner().invoke(main, ["report", str(out)])
    assert (out / "report.html").read_text(encoding="utf-8") == english


def test_regrade_judges_only_what_has_changed(graded, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(graded, out)
    records = {path: path.read_text() for path in (out / "records" / NAME).glob("*.json")}
    copy = out / "handed_in" / NAME / "dora.ipynb"
    copy.unlink()
    copy.write_text(nbformat.writes(SOLUTION))
    result = CliRunner().invoke(main, ["--course", str(COURSE.root), "regrade", "--out", str(out)])
    assert result.exit_code == 1, result.output  # an empty file, which nobody could read
    assert "points changed: 1, as before: 9, not graded: 1" in result.output
    assert re.search(r"dora\W+02_bias\W+0\W+7", result.output)
    changed = {path.stem for path, text in records.items() if path.read_text() != text}
    assert changed == {"dora"}


def test_regrade_judges_what_was_kept(tmp_path):
    """Also a student who handed in nothing, and what was noted of a file's name."""
    folder = hand_in(tmp_path / "in", {"anna": RELEASE, "ben": b"{}", "cleo": None})
    (folder / "ben" / f"{NAME}.ipynb").rename(folder / "ben" / "mine.ipynb")
    found, out = list(take_in(folder, NAME)), tmp_path / "out"
    assert [one.said for one in found][:2] == [[], [Message("file_name", {"name": "mine.ipynb"})]]
    for part in (found[1:], found[:1]):
        copies = Archive(out / "handed_in" / NAME)
        for one in part:
            copies.keep(Submission(one.student, b"earlier"))
            copies.keep(one)
        copies.write_list()
    assert dict(Archive(out / "handed_in" / NAME)) == {one.student: one for one in found}
    with pytest.raises(CourseError, match="has no copies of 04_activations"):
        grade_submissions(COURSE, "04_activations", out)


def test_a_record_that_did_not_reach_the_gradebook_is_not_graded(graded, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(graded, out)
    write_record(out, replace(read_record(out, NAME, "ada"), results=[]))
    (out / "records" / NAME / "ben.json").write_text("{")
    sheet = read_sheets(out)[1][0]
    reasons = {line.record.student: line.record.reason for line in sheet.grades[:2]}
    assert reasons == {
        "ada": "not yet in the gradebook",
        "ben": f"its record cannot be read: records/{NAME}/ben.json",
    }
    assert [line.points for line in sheet.grades[:3]] == [None, None, 4.0]


def test_nothing_graded_yet(tmp_path):
    with pytest.raises(CourseError, match="has no records: first edunn grade"):
        write_all(tmp_path)
    assert list(tmp_path.iterdir()) == []
    result = CliRunner().invoke(main, ["report", str(tmp_path / "nowhere")])
    assert result.exit_code == 1
    assert result.output.count("\n") == 1


def test_reasons_that_differ_in_numbers_are_one_misconception():
    reasons = ["ValueError: shapes (5,7) (7,1)", "ValueError: shapes (3,4) (2,)", "other"]
    records = [
        Record(
            f"s{i}",
            NAME,
            results=[CellResult("a", 0, 1, Message.own_words(reason, "ValueError"))] * 2,
        )
        for i, reason in enumerate([reasons[0], reasons[2], reasons[0]])
    ]
    records.append(Record("s3", NAME, NOT_GRADED, Message("no_worker", {"error": ""})))
    first, second = misconceptions(records)
    assert (first.students, first.share, first.checks) == (["s0", "s2"], 2 / 3, ["a"])
    assert second.said.pattern == "other"


@pytest.mark.parametrize("id", ["_words", "ratio_batch", "", "<b>"])
def test_an_exception_of_a_students_own_is_no_diagnosis(id):
    assert explained(Message.own_words("my own words", id)) == ("", "my own words", "", "")


def test_who_needs_a_look():
    def looks(*about, **more):
        return list(map(str, concerns(Record("s", NAME, *about, **more))))

    ran = {"printed": {"a": ""}, "results": [CellResult("a", 0, 1, Message.own_words("wrong"))]}
    assert looks(GRADED, **ran) == ["cell a: visible check right, hidden cases not"]
    assert looks(GRADED, **ran, visible={"a": "wrong"}) == []
    loop = Message.own_words("an endless loop?")
    assert looks(STUDENT_ERROR, loop, **ran) == ["an endless loop?"]
    died = Message("judge_died")
    assert looks(NOT_GRADED, died, notes=[Message("late")]) == [
        "not graded: the judge's process died",
        "late",
    ]


def test_names_comments_and_docstrings_do_not_count():
    one = "def f(x):\n    '''doc'''\n    total = x + 1  # add\n    return np.sum(total)"
    assert words(one) == words("def f(y):\n    result = y + 1\n    return np.sum(result)")
    assert words(one) != words(one.replace("sum", "mean"))
    assert words(one) != words(one.replace("total)", "x)"))
    assert words("def f(:  # broken") == ["def", "f", "(", ":"]


def test_pairs_stand_out_from_the_class():
    """Thirty who write one of three short solutions, and two who share a long one."""
    short = ["y = x + b", "y = np.add(x, b)", "z = b + x\ny = z"]
    answers = {f"s{i:02}": {"c": short[i % 3]} for i in range(30)}
    answers |= {"left": {"c": COPIED.replace("        ", "", 1)}, "right": {"c": RENAMED}}
    answers = {who: {"c": "if 1:\n" + cells["c"]} for who, cells in answers.items()}
    answers["left"] = {"c": "if 1:" + COPIED}
    answers["right"] = {"c": "if 1:" + RENAMED}
    pairs, median = alike(answers, {"c": "y = x + b"})
    assert [(pair.one, pair.other, pair.alike) for pair in pairs] == [("left", "right", 1.0)]
    assert median < 0.5
    assert alike({}, {}) == ([], 0.0)


def crowd(hostile=True):
    """Sheets of a class that was never graded: many exercises, long names, hostile words."""
    names = [HOSTILE if hostile else "zoe", "x" * 80, *(f"student {i}" for i in range(30))]
    sheets = []
    for number in range(12):
        grades, marks = [], {}
        for i, name in enumerate(names):
            text = f"{HOSTILE} {'long' * 40}" if i % 3 == 0 and hostile else ""
            told = Message.own_words(text) if text else None
            verdict = CellResult("bias-db", 3.0 * (not text), 3.0, told)
            record = Record(name, NAME, results=[verdict], notes=[told] if told else [])
            record.answers = {"bias": HOSTILE + COPIED if i < 2 else f"y = {i}"}
            points = None if i == 5 else verdict.points + i % 4
            record.state = NOT_GRADED if points is None else GRADED
            grades.append(Grade(record, points, 10.0, ["bias-why"]))
            waits = Mark(0.0, 3.0, True, False)
            marks[name] = {
                "bias-db": Mark(verdict.points, 3.0, False, False),
                "bias-why": waits,
            }
        sheets.append(Sheet(f"{number:02}_made", RELEASE, grades, marks))
    return sheets


@pytest.fixture(scope="module")
def browser():
    if BROWSER is None:
        pytest.skip("no Chromium is installed here")
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def hostile_page(tmp_path_factory):
    out = tmp_path_factory.mktemp("crowd")
    write_page(crowd(), out)
    return out / "report.html"


def opened(browser, path, width, **options):
    """The page, and what it complained of while it was opened."""
    page = browser.new_page(viewport={"width": width, "height": 900}, **options)
    page.complaints = []
    page.on("console", lambda message: page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("request", lambda request: page.complaints.append(request.url))
    page.goto(path.as_uri())
    page.complaints.remove(path.as_uri())
    return page


@pytest.mark.parametrize("width", [1280, 390])
def test_pages_fit_the_screen_and_run_nothing_of_a_students(graded, hostile_page, browser, width):
    pages = [hostile_page, graded / "report.html"]
    pages += [graded / "feedback" / NAME / f"{student}.html" for student in ("gina", "ben")]
    for path in pages:
        page = opened(browser, path, width)
        assert page.evaluate("document.documentElement.scrollWidth") == width, path
        assert page.evaluate("window.pwned") is None
        assert page.complaints == []
        page.close()


def test_tables_sort(graded, browser):
    page = opened(browser, graded / "report.html", 1280)
    table = page.locator("table", has=page.locator("th", has_text="02_bias"))
    button = table.locator("th button").nth(1)

    def points():
        return table.locator("tbody tr td:nth-child(2)").all_inner_texts()

    assert points() == [
        "7 + ?",
        "4 + ?",
        "4 + ?",
        "0",
        "4 + ?",
        "not graded",
        "7 + ?",
        "7 + ?",
        "7 + ?",
        "0",
    ]
    button.click()
    assert sorted(points()) == points()[:-1] + ["not graded"]
    button.press("Enter")
    assert points()[:9] == ["7 + ?"] * 4 + ["4 + ?"] * 3 + ["0"] * 2
    assert table.locator("th").nth(1).get_attribute("aria-sort") == "descending"
    table.locator("th button").first.click()
    assert table.locator("tbody tr td:first-child").all_inner_texts() == list(CLASS)
    page.close()


def test_the_report_can_be_read_without_script_and_leads_to_feedback(graded, browser):
    page = opened(browser, graded / "report.html", 1280, java_script_enabled=False)
    assert page.locator("th button").count() == 0
    page.get_by_role("link", name="ben", exact=True).first.click()
    assert page.title() == "Exercise 2: Bias: ben"
    page.close()


def test_the_report_prints(graded, browser, tmp_path):
    page = opened(browser, graded / "report.html", 1280)
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible()
    assert page.locator("svg").first.is_visible()
    page.close()


def picture(out, path):
    """Grade a class of forty, with some mistakes more often, and take a picture of its report."""
    usual = ["db averaged", "db of the last example", "db averaged", "dx negative", "db not summed"]
    rare = ["b subtracted", "db along the features", "only for batches up to 7", "writes into x"]
    notebooks = [SOLUTION] * 14 + [wrong(name) for name in usual * 4 + rare]
    names = """ada ben carla dmitri elif fatima george hana ines jonas kofi lena maya noor omar
        priya quinn rosa sam tomas uma viktor wei ximena yara zeno amir bea chen dina egon freya
        gil hedda ivan jun kira leo"""
    students = dict(zip(names.split(), notebooks)) | {"mia": b"", "nils": RELEASE}
    grade_submissions(COURSE, NAME, out / "graded", hand_in(out / "in", students))
    write_all(out / "graded")
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 1060})
        page.goto((out / "graded" / "report.html").as_uri())
        page.screenshot(path=path)
    Image.open(path).quantize(64).save(path, optimize=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        picture(Path(folder), COURSE.root / "docs" / "report.png")
