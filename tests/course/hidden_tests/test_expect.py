"""`expect` takes whatever a worker can answer, and says what is wrong with it in a sentence."""

import json

import numpy as np
import pytest

from edunn.checking.messages import speaking
from edunn.course.hidden_tests import Wrong, expect
from edunn.course.messages import Message, sentence
from edunn.course.sandbox.protocol import decode, encode

RIGHT = {  # what is wanted: answers that are as good
    "text": ("abc", ["abc"]),
    "nothing": (None, [None]),
    "true": (True, [True, np.True_, 1, np.bool_(1)]),
    "numpy's false": (np.False_, [False, np.False_]),
    "number": (3.5, [3.5, np.float32(3.5), np.array(3.5)]),
    "list of numbers": ([1, 2], [[1, 2], (1, 2), np.array([1.0, 2.0])]),
    "list of texts": (["a", "b"], [["a", "b"], ("a", "b")]),
    "table": ([["a", 1], ["b", 2]], [[["a", 1], ["b", 2]], [("a", 1.0), ("b", 2)]]),
    "lists of unequal lengths": ([[1], [1, 2]], [[[1], [1, 2]], [np.array([1]), (1, 2)]]),
    "dict of numbers": ({"a": 1, "b": 2.5}, [{"b": 2.5, "a": 1}, {"a": np.int64(1), "b": 2.5}]),
    "dict of lists": ({"a": [1, 2], "b": []}, [{"a": [1, 2], "b": []}, {"a": (1, 2), "b": []}]),
    "dict of numbers as keys": ({1: "a"}, [{1: "a"}]),
    "empty": ({}, [{}]),
    "whole number": (10**7, [10**7, np.int64(10**7), float(10**7)]),
    "of many digits": (2**70, [2**70]),
}
WRONG = {  # what is wanted, what is answered: what is said
    "false": (True, False, "f is False, not True"),
    "a text for true": (True, "yes", "f is 'yes', not True"),
    "an array for true": (True, np.ones(2), "f is array([1., 1.]), not True"),
    "another text": ("abc", "ab", "f is 'ab', not 'abc'"),
    "a list for a text": ("abc", ["abc"], "f is ['abc'], not 'abc'"),
    "no dict": ({"a": 1}, [1], "f is list, not a dict"),
    "a key less": ({"a": 1, "b": 2}, {"a": 1}, "f has no key 'b'"),
    "a key more": ({"a": 1}, {"a": 1, "c": 2}, "f has a key 'c', which does not belong there"),
    "another value": ({"a": 1}, {"a": 2}, "f['a'] is 2, not 1"),
    "deep": ({"a": {"b": ["x"]}}, {"a": {"b": ["y"]}}, "f['a']['b'][0] is 'y', not 'x'"),
    "no list": (["a"], "a", "f is str, not a list"),
    "an item less": (["a", "b"], ["a"], "f has 1 items, not 2"),
    "a number less": ([1, 2], [1], "f has 1 items, not 2"),
    "no numbers": ([1.5, 2], [], "f has 0 items, not 2"),
    "a row less": ([[1, 2], [3, 4]], [[1, 2]], "f has 1 items, not 2"),
    "a number less in a row": ([[1, 2], [3, 4]], [[1, 2], [3]], "f[1] has 1 items, not 2"),
    "an array of another length": ([1, 2], np.ones(5), "f has shape (5,), not (2,)"),
    "another order": (["a", "b"], ["b", "a"], "f[0] is 'b', not 'a'"),
    "a text for a number": ([["a", 1]], [["a", "1"]], "f[0][1] is '1', not 1"),
    "one too few": (500_500, 500_499, "f is 500499, not 500500"),
    "one of ten million": (10**7, 10**7 + 1, "f is 10000001, not 10000000"),
    "one too few, in a list": (
        [500_500, 1],
        [500_499, 1],
        "f has the right shape, but 1 of 2 numbers are wrong",
    ),
    "of many digits": (2**70, 2**70 + 1, f"f is {2**70 + 1}, not {2**70}"),
}


def through_the_wire(value):
    """As the grader gets it from a worker."""
    buffers = []
    return decode(json.loads(json.dumps(encode(value, buffers))), buffers)


@pytest.mark.parametrize("what", RIGHT)
def test_right_answers(what):
    want, answers = RIGHT[what]
    for answer in answers:
        expect("f", through_the_wire(answer), want)


@pytest.mark.parametrize("what", WRONG)
def test_wrong_answers_are_named(what):
    want, answer, says = WRONG[what]
    with pytest.raises(Wrong) as error:
        expect("f", through_the_wire(answer), want)
    assert str(error.value) == says
    kept = Message.from_dict(json.loads(json.dumps(error.value.said.as_dict())))
    assert sentence(kept) == says
    with speaking("es"):
        assert "f" in sentence(kept)
