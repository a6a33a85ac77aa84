"""A report says the first problem on one screen, in two languages, whatever the arrays hold."""

import re
import string
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from edunn.checking import messages
from edunn.checking.errors import GradientError
from edunn.checking.findings import CheckedVariable, Finding
from edunn.checking.report import Report

pytestmark = pytest.mark.slow

TEXTS = {id: text for id, text in messages.catalogue().items() if id != "_words"}
HOSTILE = '<script>alert("&")</script>\n\x1b[31m' + "{who}" * 30


@pytest.fixture(autouse=True)
def english():
    yield
    messages.set_language("en")


def fields(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def error_of(report):
    with pytest.raises(GradientError) as raised:
        report.raise_if_wrong()
    return str(raised.value)


def one(
    id="unknown", yours=None, measured=None, who="Linear", variable="w", seed=0, wrong=None,
    **details,
):  # fmt: skip
    finding = Finding(id, who, "backward", variable, details, yours, measured, wrong)
    checked = [CheckedVariable("input 0", 12, "verified"), CheckedVariable(variable, 6, "wrong")]
    return Report(who, checked, [finding], seed)


def wrong_in_one(place=(1, 0), shape=(3, 2)):
    measured = np.arange(1.0, 1 + np.prod(shape)).reshape(shape)
    yours = measured.copy()
    yours[place] *= 2
    return yours, measured


def arrays(shape, value):
    yours = np.random.default_rng(0).normal(size=shape)
    measured = yours.copy()
    measured.reshape(-1)[-1:] = 0.1
    yours.reshape(-1)[-1:] = value
    return yours, measured


SHAPES = [(), (1,), (3,), (200_000,), (3, 2), (1, 5000), (5000, 1), (30, 20, 11, 11), (0, 3)]
VALUES = [np.nan, np.inf, -1e308, 5e-324, 0.1 + 1e-7]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("value", VALUES, ids=str)
@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_any_array_fits_on_one_screen(shape, value, language):
    messages.set_language(language)
    yours, measured = arrays(shape, value)
    for report in (one("unknown", yours, measured), one("ratio_log", measured, yours, base=2)):
        assert_fits(report)
    drawn = re.search("░░|▒▒|▓▓|██", one("unknown", yours, measured).text())
    assert bool(drawn) == bool(yours.size)


def assert_fits(report):
    lines = report.text().split("\n")
    assert len(lines) <= 25
    assert max(map(len, lines)) <= 80
    assert lines[0].startswith("✗ ")
    page = Page(report)
    assert len(page.html.encode()) < 8000
    return page


@pytest.mark.parametrize("id", TEXTS)
@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_any_diagnosis_fits_on_one_screen(id, language):
    messages.set_language(language)
    names = fields("".join(TEXTS[id]["en"].values())) - {"who", "part", "variable"}
    details = dict.fromkeys(names, "x" * 300)
    report = one(id, *arrays((40, 30, 5), np.nan), variable="v" * 90, seed=10**9, **details)
    report = replace(report, findings=3 * report.findings)
    page = assert_fits(report)
    hint = messages.message(report.first)[1]
    assert hint in page.text
    assert " ".join(hint.split()[-4:]) in " ".join(report.text().split())  # the end is there too


TABLE = ("tr", "td", "th")  # whose ends may be left out


class Page(HTMLParser):
    """The text and the cells of a report's HTML, once all its tags are found closed."""

    def __init__(self, report):
        super().__init__()
        self.html, self.text, self.cells, self.open = report._repr_html_(), "", [], []
        self.feed(self.html)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        assert tag in ("div", "p", "table", "details", "summary", "b", "style", "br", *TABLE)
        assert {name for name, _ in attrs} <= {"class", "title"}  # and so no onclick
        if tag not in ("br", *TABLE):
            self.open.append(tag)
        if tag == "td" and "title" in dict(attrs):
            self.cells.append([dict(attrs)["class"], dict(attrs)["title"], ""])

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data
        if self.cells and not self.cells[-1][2]:
            self.cells[-1][2] = data.strip()


def test_html_has_the_numbers_in_tooltips_and_says_right_and_wrong_without_colour():
    page = Page(one("unknown", *wrong_in_one()))
    assert [cell[2] for cell in page.cells] == ["✓", "✓", "✗", "✓", "✓", "✓"]
    assert page.cells[2] == ["e4", "yours 6, measured 3", "✗"]
    assert page.cells[3][0] == "e0"
    assert "w[1, 0]: yours 6, measured 3 (1 of 6 numbers wrong)" in page.text


def test_hostile_names_are_harmless():
    yours, measured = wrong_in_one()
    report = one("keys_unknown", yours, measured, HOSTILE, HOSTILE, unknown=HOSTILE, known="w")
    page = assert_fits(report)
    assert '<script>alert("&")' in page.text
    assert "\x1b" not in report.text() + page.html + error_of(report)
    right = Report(HOSTILE, [CheckedVariable(HOSTILE, 1, "verified")], [])
    assert repr(right).count("\n") == 0
    assert repr(right) in Page(right).text


def test_a_report_that_is_right_is_one_line():
    report = Report(
        "Linear",
        [CheckedVariable("input 0", 12, "verified"), CheckedVariable("w", 6, "verified")],
        [],
    )
    assert report.ok
    assert report.total == 18
    assert repr(report) == "Linear: input 0, w right (18 derivatives)"
    assert Page(report).text == "✓ " + repr(report)
    report.raise_if_wrong()
    at_kink = replace(report.checked[0], verdict="at a kink")
    report = replace(report, checked=[at_kink, *report.checked[1:]])
    assert report.at_kinks == 1
    assert repr(report) == "Linear: input 0, w right (18 derivatives, 1 at kinks)"
    assert repr(Report("SGD", [], [])) == "SGD: right"


def test_what_could_not_be_measured_is_not_called_right():
    checked = [
        CheckedVariable("w", 6, "could not be measured"),
        CheckedVariable("b", 2, "verified"),
    ]
    report = Report("Linear", checked, [])
    assert report
    assert report.total == 2
    assert repr(report).startswith("Linear: b right (2 derivatives), w could not be measured")
    wrong = Report("Linear", [*checked, CheckedVariable("x", 3, "wrong")], [])
    assert not wrong
    assert "✗ x   ? w   ✓ b" in wrong.text()


def test_raise_if_wrong_says_it_in_the_first_line_with_the_pattern():
    yours, measured = wrong_in_one()
    assert error_of(one("unknown", yours / 7, measured / 7)).startswith(
        "Linear, gradient of w: wrong in 1 of 6 numbers; at (1, 0) backward says 0.857143, "
        "but the slope is 0.428571. The gradient of w does not agree with the measured slope.\n\n"
        "✗ Linear.backward: the gradient of w is not right yet\n"
    )
    shape = error_of(one("shape", got=(2, 3), want=(3, 2)))
    assert shape.startswith("Linear, gradient of w: The gradient has shape (2, 3), but its")
    step = Finding("opt_wrong", "SGD", "step", "parameter 1", {}, yours, measured)
    line = "SGD.step: wrong in 1 of 6 numbers; at (1, 0) it gives 6, but it should be 3. The "
    line += "weights after the step are not those of the exercise.\n\n"
    assert error_of(Report("SGD", [], [step])).startswith(line)


def test_the_text_says_what_is_right_where_it_is_wrong_and_how_to_repeat():
    report = one("ratio_two", *wrong_in_one(), seed=42)
    assert repr(report) == report.text()
    lines = report.text().split("\n")
    assert "  ✗ w   ✓ input 0" in lines
    assert lines[lines.index("        1 ██ ··") + 1] == "        2 ·· ··"
    assert "  Pattern The gradient of w is exactly twice the measured one." in lines
    assert lines[-1] == "  Same check again: seed=42      More help: report.more()"
    assert report.more().split()[:3] == ["Divide", "your", "gradient"]
    report = replace(report, findings=2 * report.findings)
    assert report.text().endswith("There is 1 more problem after this one.")
    report = replace(report, findings=2 * report.findings)
    assert report.text().endswith("There are 3 more problems after this one.")


MAPS = {
    "four sizes and one not measured": (
        np.array([10, 10.0001, 10.1, 11, 20, 10]), np.array([10.0] * 5 + [np.nan]), {},
        "? not measured 0 1 2 3 4 5 0 ·· ░░ ▒▒ ▓▓ ██ ?? Worst w[4]: yours 20, measured 10 (4 of 6"),
    "cut out around the worst": (
        *wrong_in_one((19, 2, 40), (20, 3, 50)), {},
        "shape (20, 3, 50), drawn as 20 rows of 150, rows 12 to 19, columns 134 to 145"),
    "numbers that nearly agree": (
        np.array([1 + 1e-7, 1.0]), np.ones(2), {}, "w[0]: yours 1.0000001, measured 1 (1 of 2"),
    "of two as wrong the first, whatever rounding says": (
        np.array([1.0, 2.0, 2.0 + 1e-12]), np.ones(3), {}, "Worst w[1]: yours 2, measured 1 (2 of"),
    "the check knows better": (
        np.array([1.0, 2.0, 3.0]), np.array([0.5, 1.0, 3.0]),
        {"wrong": np.array([True, False, False])}, "0 ▓▓ ·· ·· Worst w[0]: yours 1, measured"),
}  # fmt: skip


@pytest.mark.parametrize(("yours", "measured", "details", "expected"), MAPS.values(), ids=MAPS)
def test_the_map(yours, measured, details, expected):
    assert expected in " ".join(one("unknown", yours, measured, **details).text().split())


@pytest.mark.parametrize("measured", [np.ones((2, 3)), np.array(["a"] * 6), None, np.ones((3, 2))])
def test_without_two_arrays_that_differ_there_is_no_map(measured):
    report = one("shape_transposed", np.ones((3, 2)), measured, got=(3, 2), want=(2, 3))
    assert "table" not in assert_fits(report).html.split("</style>")[1]
    assert "Where" not in report.text()


def test_in_spanish():
    messages.set_language("es")
    report = one("ratio_two", *wrong_in_one())
    assert "✗ Linear.backward: el gradiente de w todavía no está bien" in report.text()
    assert "Patrón  El gradiente de w es exactamente el doble del medido." in report.text()
    assert "Algo se cuenta dos veces." in Page(report).text
    assert "en (1, 0) backward dice 6, pero la pendiente es 3" in error_of(report)
    assert repr(Report("SGD", [CheckedVariable("w", 6, "at a kink")], [])).startswith(
        "SGD: w correctos (6"
    )
