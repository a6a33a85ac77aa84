"""Findings and reports are data: nothing changes them, and they go through JSON to the page."""

import json
from dataclasses import FrozenInstanceError, fields

import numpy as np
import pytest

import edunn as nn
from edunn.checking.engine import VERIFIED, Measurement
from edunn.checking.findings import CheckedVariable, Finding
from edunn.checking.laws import examine_point
from edunn.checking.messages import LANGUAGES, message, start, title
from edunn.checking.report import Report
from edunn.checking.suite import examine_layer
from mistakes import MISTAKES

W = np.ones((2, 3))
ODD = {
    "name": "w",
    "got": (2, 3),
    "missing": ["w", "b"],
    "unknown": {"w"},
    "known": {"w": 1}.keys(),
    "error": "a\nb" + "c" * 200,
    "where": None,
    "n": np.int64(3),
    "p": np.float32(1 / 3),
    "ratio": np.float64(1 / 3),
    "count": 7,
    "size": True,
    "base": np.array(2.0),
    "index": np.nan,
    "seconds": 1e-300,
    "step": np.inf,
}


@pytest.mark.parametrize(
    "thing",
    [
        Finding("shape", "Linear", "backward", "w"),
        CheckedVariable("w", 6, VERIFIED),
        Measurement(VERIFIED),
        Report("Linear", [], []),
    ],
    ids=lambda thing: type(thing).__name__,
)
def test_nothing_is_changed_afterwards(thing):
    for field in fields(thing):
        with pytest.raises(FrozenInstanceError):
            setattr(thing, field.name, None)


def test_arrays_have_fields_of_their_own():
    finding = Finding("unknown", "A", "backward", "w", {}, W, 2 * W, W > 0)
    assert finding == Finding("unknown", "A", "backward", "w")  # says the same
    with pytest.raises(TypeError, match="unknown got an array among its details: wrong"):
        Finding("unknown", "A", "backward", "w", {"wrong": W})


def through_json(finding):
    return Finding.from_dict(json.loads(json.dumps(finding.as_dict(), allow_nan=False)))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("id", ["shape", "raises", "keys_unknown", "ratio_log", "ratio_keep",
                                "ratio", "examples_missing", "whole_numbers", "endless",
                                "overflow", "loop_wrong_gradient"])  # fmt: skip
def test_what_was_recorded_is_told_in_the_same_words(id, language):
    for who, part, variable in ("Linear", "backward", "w"), ("A" * 200 + "\n", "forward", None):
        finding = Finding(id, who, part, variable, ODD, W, W, W)
        again = through_json(finding)
        assert again.id == id
        for text in message, start, title:
            assert text(again, language) == text(finding, language)
        assert (again.yours, again.measured, again.wrong) == (None, None, None)
        assert through_json(again) == again


def test_numbers_stay_numbers_and_the_rest_is_text_of_one_line():
    details = Finding("unknown", "A", "backward", "w", ODD).as_dict()["details"]
    assert details["n"] == 3
    assert details["count"] == 7
    assert details["ratio"] == 1 / 3
    assert details["size"] is True
    assert details["base"] == 2.0
    assert (details["got"], details["missing"], details["known"]) == ("(2, 3)", "w, b", "w")
    assert (details["index"], details["step"]) == ("nan", "inf")
    assert {type(one) for one in details.values()} == {str, int, float, bool}
    assert all(len(one) <= 160 and "\n" not in one for one in details.values() if type(one) is str)


@pytest.mark.slow
@pytest.mark.parametrize("mistake", MISTAKES[::4], ids=lambda mistake: mistake.id)
def test_the_findings_of_a_mistake_can_be_recorded(mistake):
    inputs = mistake.inputs(7, np.random.default_rng(0))
    for found in (
        examine_point(mistake.wrong(), inputs).findings,
        examine_layer(mistake.wrong(), inputs, mistake.right()).findings,
    ):
        for one in found:
            assert message(through_json(one), "es") == message(one, "es")


def test_a_report_holds_what_cannot_be_added_to():
    report = nn.check_gradients(nn.Linear(3, 2), np.random.default_rng(0).normal(size=(4, 3)))
    assert isinstance(report.checked, tuple)
    assert report.findings == ()
