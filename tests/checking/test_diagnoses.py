"""The table of diagnoses is whole: its ids, those of the messages and those of the code are one."""

import ast
import inspect
from pathlib import Path

import numpy as np
import pytest

from edunn.checking import diagnoses, messages
from edunn.checking.diagnoses import DIAGNOSES, About, Diagnosis, answer, diagnosis
from edunn.checking.suite import examine_layer
from mistakes import MISTAKES

FOLDER = Path(inspect.getfile(diagnoses)).parent
CODE = [path for path in sorted(FOLDER.glob("*.py")) if path.name != "diagnoses.py"]
MAKERS = {"answer", "Answer", "Finding", "finding", "stop", "find", "diagnosis", "replace"}


def strings(tree):
    return {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and type(n.value) is str}


def given(call):
    """What may be the id in a call: its first argument, or the one called id."""
    named = [keyword.value for keyword in call.keywords if keyword.arg == "id"]
    for value in [*named, *call.args[:1]]:
        branches = [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]
        yield from (b.value for b in branches if isinstance(b, ast.Constant))


def made_in(tree):
    """The ids that are written where a finding or an answer is made."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            found |= set(given(node)) if name in MAKERS else set()
    return found


def test_the_messages_are_those_of_the_table():
    catalogue = messages.catalogue()
    without = sorted(DIAGNOSES.keys() - catalogue.keys())
    assert not without, f"edunn/checking/messages.json has no sentences for {', '.join(without)}"
    odd = sorted(catalogue.keys() - DIAGNOSES.keys() - {"_words"})
    assert not odd, f"edunn/checking/diagnoses.py has no row for {', '.join(odd)}"
    for id in DIAGNOSES:
        assert list(catalogue[id]) == list(messages.LANGUAGES)
        for texts in catalogue[id].values():
            assert list(texts) == ["pattern", "hint", "more"]


def test_the_code_makes_all_of_the_table_and_nothing_else():
    trees = [ast.parse(path.read_text()) for path in CODE]
    unused = sorted(DIAGNOSES.keys() - set().union(*map(strings, trees)))
    assert not unused, f"no rule of edunn/checking gives {', '.join(unused)}"
    made = set().union(*map(made_in, trees))
    assert len(made) > 90
    odd = sorted(made - DIAGNOSES.keys())
    assert not odd, f"edunn/checking/diagnoses.py has no row for {', '.join(odd)}"


def test_the_law_sees_an_id_that_is_not_in_the_table():
    code = 'if x:\n    return [subject.finding("transposed" if y else "transpoesd", "backward")]'
    assert made_in(ast.parse(code)) - DIAGNOSES.keys() == {"transpoesd"}
    assert made_in(ast.parse('replace(found[0], id="unknwon")')) == {"unknwon"}


def test_the_course_makes_findings_of_the_table_only():
    root = FOLDER.parent.parent
    made = set()
    for path in (*root.glob("edunn/course/**/*.py"), *root.glob("autograder/**/*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Finding":
                made |= set(given(node))
    assert made
    assert made <= DIAGNOSES.keys()


@pytest.mark.parametrize("make", [answer, diagnosis])
def test_an_unknown_id_is_refused(make):
    with pytest.raises(ValueError, match="'transpoesd' is not in the table of diagnoses"):
        make("transpoesd")


def test_a_row_cannot_be_changed():
    assert diagnosis("transposed") == Diagnosis("transposed", About.BACKWARD)
    with pytest.raises(AttributeError):
        diagnosis("transposed").says = 0


def test_only_one_row_says_nothing():
    assert [row.id for row in DIAGNOSES.values() if not row.says] == ["unknown"]


@pytest.mark.slow
@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.id)
def test_a_finding_is_of_what_its_diagnosis_is_about(mistake):
    inputs = mistake.inputs(3, np.random.default_rng(0))
    for one in examine_layer(mistake.wrong(), inputs, mistake.right()).findings:
        assert diagnosis(one.id).about & About[one.part.upper()]
