"""The sentences: each diagnosis has its three in both languages, and details fill them."""

import re
import string

import numpy as np
import pytest

from edunn.checking import messages
from edunn.checking.findings import Finding
from edunn.checking.report import Report

TEXTS = {id: text for id, text in messages.catalogue().items() if id != "_words"}


@pytest.fixture(autouse=True)
def english():
    yield
    messages.set_language("en")


def fields(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("id", TEXTS)
def test_every_diagnosis_has_three_texts_in_both_languages_and_a_hint_without_the_solution(id):
    assert list(TEXTS[id]) == list(messages.LANGUAGES)
    english, spanish = TEXTS[id].values()
    assert set(english) == set(spanish) == {"pattern", "hint", "more"}
    for part, text in english.items():
        assert text != spanish[part]
        assert fields(text) == fields(spanish[part])
        assert {text[-1], spanish[part][-1]} <= set(".?")
        assert spanish[part].count("¿") == spanish[part].count("?")
    for words, most in (english, 40), (spanish, 50):
        count = len(words["hint"].split())
        assert 10 <= count <= most, f"a hint has 10 to {most} words, this one {count}"
        code = re.search(r"np\.|\bself\.|[@`\n]|[^+]=|\)\.", words["hint"])
        assert not code, "a hint has no code in it"
        long = len(words["pattern"])
        assert long <= 120, f"a pattern has at most 120 characters, this one {long}"


def test_the_words_of_a_report_are_the_same_in_both_languages():
    english, spanish = (messages.catalogue()["_words"][code] for code in messages.LANGUAGES)
    assert {k: fields(v) for k, v in english.items()} == {k: fields(v) for k, v in spanish.items()}
    assert english["levels"].count(", ") == spanish["levels"].count(", ") == 5


def test_a_missing_detail_stays_in_its_braces():
    finding = Finding("shape", "Linear", "backward", "w", {"got": (3, 2)})
    assert "variable has shape {want}." in messages.message(finding)[0]


def test_details_come_on_one_line_with_few_digits():
    ratio = Finding("ratio", "A", "backward", "w", {"ratio": np.float32(1 / 3)})
    text = "The gradient of w is 0.333333 times the measured one, everywhere."
    assert messages.message(ratio)[0] == text
    missing = Finding("keys_missing", "A", "backward", None, {"missing": ["w", "b"]})
    assert messages.message(missing)[0].endswith("for: w, b.")
    raised = Finding("raises", "A", "forward", None, {"error": "a\nb" + "c" * 200, "where": 3})
    assert re.search(r"error: a bc+\.\.\. \(3\)\.$", messages.message(raised)[0])


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="set_language got language 'ES', not one of en, es"):
        messages.set_language("ES")
    assert messages.language() == "en"


W = Finding("ratio_two", "Linear", "backward", "w")
SPANISH = "El gradiente de w es exactamente el doble del medido."


def test_one_text_in_another_language():
    assert messages.message(W, "es")[0] == SPANISH
    assert messages.start(W, "es") == "Linear, gradiente de w"
    assert messages.title(W, "es") == "Linear.backward: el gradiente de w todavía no está bien"
    assert messages.start(W) == "Linear, gradient of w"
    messages.set_language("es")
    assert messages.message(W)[0] == SPANISH
    assert messages.message(W, "en")[0] == "The gradient of w is exactly twice the measured one."


def test_a_whole_block_in_another_language():
    report = Report("Linear", [], [W])
    with messages.speaking("es"):
        assert messages.language() == "es"
        assert SPANISH in report.text()
        with messages.speaking(None):
            assert messages.language() == "es"
        assert messages.message(W, "en")[0].startswith("The gradient")
    assert messages.language() == "en"
    assert "twice the measured one" in report.text()


def test_an_error_ends_the_block_too():
    with pytest.raises(ZeroDivisionError), messages.speaking("es"):
        raise ZeroDivisionError
    assert messages.language() == "en"


def test_a_block_in_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="speaking got language 'fr', not one of en, es"):
        messages.message(W, "fr")


def test_an_id_that_is_not_in_the_table_has_no_message():
    """A Finding may have one, as the hidden tests of the course have words of their own."""
    with pytest.raises(ValueError, match="'no_parameter' is not in the table of diagnoses"):
        messages.message(Finding("no_parameter", "Linear", "forward"))
