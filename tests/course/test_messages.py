"""What is said of a submission stays data, and becomes text in the language of who reads it."""

import ast
import string
from pathlib import Path

import pytest

from edunn.checking import set_language
from edunn.checking.findings import Finding
from edunn.course.grading.records import CellResult, Record
from edunn.course.messages import Message, catalogue, explained, said_from, sentence
from edunn.course.notebooks.layout import Course

ROOT = Course.find(Path(__file__).parent).root
LABELS = {"bias-db": "the gradient of b"}


@pytest.fixture(autouse=True)
def in_english():
    yield
    set_language("en")


def placeholders(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("id", catalogue())
def test_both_languages_say_the_same(id):
    texts = catalogue()[id]
    assert texts.keys() == {"en", "es"}
    assert placeholders(texts["en"]) == placeholders(texts["es"])
    assert all(text and text == text.strip(" ") or text.startswith(", ") for text in texts.values())


def made_messages():
    """(where, id, details or None) of each Message and word whose id is a constant in the code."""
    for path in sorted(
        [*(ROOT / "edunn" / "course").rglob("*.py"), *ROOT.glob("autograder/**/*.py")]
    ):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = getattr(node, "func", None)
            name = getattr(called, "id", getattr(called, "attr", ""))
            if not isinstance(node, ast.Call) or not node.args:
                continue
            id = node.args[0].value if isinstance(node.args[0], ast.Constant) else None
            if name in ("Message", "NotebookError", "Unreadable", "word") and isinstance(id, str):
                literal = node.args[1] if len(node.args) > 1 else None
                keys = {keyword.arg for keyword in node.keywords}
                if isinstance(literal, ast.Dict):
                    keys |= {getattr(key, "value", None) for key in literal.keys}
                unknown = literal is not None and not isinstance(literal, ast.Dict)
                where = f"{path.relative_to(ROOT)}:{node.lineno}"
                yield where, id, None if unknown or None in keys else keys


MADE = list(made_messages())


def test_messages_are_found():
    assert len(MADE) > 30


@pytest.mark.parametrize(("where", "id", "keys"), MADE)
def test_a_message_fills_its_sentence(where, id, keys):
    wanted = placeholders(catalogue()[id]["en"])
    assert keys is None or wanted <= keys, where


def test_every_sentence_is_said_somewhere():
    folder = ROOT / "edunn" / "course"
    code = "".join(
        path.read_text(encoding="utf-8")
        for pattern in ("*.py", "*.html")
        for path in folder.rglob(pattern)
    )
    unsaid = [id for id in catalogue() if f'"{id}"' not in code and f"{id}=" not in code]
    assert unsaid == []


def test_a_sentence_comes_in_the_language_that_is_set():
    late = Message("cell_changed", {"cell": "bias-db"})
    assert sentence(late) == "cell bias-db was changed; the released one counts"
    assert sentence(late, LABELS) == "“the gradient of b” was changed; the released one counts"
    set_language("es")
    assert sentence(late) == "la celda bias-db se modificó; cuenta la original"


def test_messages_stand_in_messages():
    where = Message("cell", {"cell": "bias-db"})
    stopped = Message("too_long", {"where": where, "seconds": 30.0})
    assert str(stopped) == "stopped after 30 s in cell bias-db: an endless loop?"
    set_language("es")
    assert str(stopped) == "detenido después de 30 s en la celda bias-db: ¿un bucle infinito?"


SAID = [
    Message("late"),
    Message.own_words("my own {words}", "ValueError"),
    Message("too_long", {"where": Message("own_cell"), "seconds": 1.5}),
    Message("not_graded", {"why": Finding("transposed", "Linear", "backward", "w")}),
    Finding("transposed", "Linear", "backward", "w"),
]


@pytest.mark.parametrize("said", SAID, ids=str)
def test_what_is_said_goes_through_json_unchanged(said):
    back = said_from(said.as_dict())
    assert back == said
    for language in ("en", "es"):
        set_language(language)
        assert explained(back) == explained(said)


def test_a_record_made_in_english_is_read_in_spanish():
    record = Record(
        "ana",
        "03_linear",
        results=[CellResult("linear-dw", 0.0, 3.0, SAID[-1])],
        notes=[Message("handed_in_again", {"count": 2})],
    )
    english = record.reason
    set_language("es")
    read = Record.from_dict(record.as_dict())
    assert read == record
    assert read.reason != english
    assert "gradiente" in read.reason
    assert str(read.notes[0]) == "entregado 2 veces; cuenta el último"


@pytest.mark.parametrize(
    ("id", "details", "message"),
    [
        ("lat", {}, "Message got id 'lat', which is not in messages.json"),
        ("cell_changed", {"cel": "a"}, "Message 'cell_changed' got no cell"),
        ("too_long", {}, "Message 'too_long' got no seconds, where"),
    ],
)
def test_a_message_that_could_not_be_read_is_refused(id, details, message):
    with pytest.raises(ValueError, match=message):
        Message(id, details)
