"""docs/diagnosis_page.py: every diagnosis has an example, and the report of it says just that."""

import pytest

import diagnosis_page  # of docs/
from edunn.checking.diagnoses import DIAGNOSES

EXAMPLES = diagnosis_page.examples()


def test_every_diagnosis_has_an_example():
    assert EXAMPLES.keys() | diagnosis_page.WITHOUT == DIAGNOSES.keys()
    assert not EXAMPLES.keys() & diagnosis_page.WITHOUT


@pytest.mark.slow
@pytest.mark.parametrize("id", EXAMPLES)
def test_the_report_of_an_example_says_its_diagnosis(id):
    report = diagnosis_page.report_of(EXAMPLES[id])
    assert report.first.id == id


def test_a_section_takes_each_diagnosis(monkeypatch):
    monkeypatch.setattr(diagnosis_page, "entry", lambda row, code: f"### {row.id}")
    page = diagnosis_page.page()
    assert [page.count(f"### {id}\n") + page.endswith(id) for id in DIAGNOSES] == [1] * len(
        DIAGNOSES
    )
