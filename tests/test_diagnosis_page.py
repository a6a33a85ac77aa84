"""docs/diagnosis_page.py: every diagnosis has an example, and the report of it says just that."""

import re

import pytest

import diagnosis_page  # of docs/
from edunn.checking.diagnoses import DIAGNOSES
from edunn.checking.messages import LANGUAGES, message

EXAMPLES = diagnosis_page.examples()


def test_every_diagnosis_has_an_example():
    without = DIAGNOSES.keys() - EXAMPLES.keys() - diagnosis_page.WITHOUT
    assert not without, f"add to docs/site/examples.py an example of {', '.join(sorted(without))}"
    odd = EXAMPLES.keys() - (DIAGNOSES.keys() - diagnosis_page.WITHOUT)
    assert not odd, f"docs/site/examples.py has examples of no diagnosis: {', '.join(sorted(odd))}"


@pytest.mark.slow
@pytest.mark.parametrize("id", EXAMPLES)
def test_the_report_of_an_example_says_its_diagnosis(id):
    """In both languages, and every word in braces of its texts has its value."""
    report = diagnosis_page.report_of(EXAMPLES[id])
    assert report.first.id == id
    for language in LANGUAGES:
        left = re.findall(r"\{\w+\}", " ".join(message(report.first, language)))
        assert not left, f"edunn/checking/messages.json, {id}, {language}: the rule gives no {left}"


def test_a_section_takes_each_diagnosis(monkeypatch):
    monkeypatch.setattr(diagnosis_page, "entry", lambda row, code: f"### {row.id}")
    page = diagnosis_page.page()
    assert [page.count(f"### {id}\n") + page.endswith(id) for id in DIAGNOSES] == [1] * len(
        DIAGNOSES
    )
