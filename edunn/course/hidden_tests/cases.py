"""What hidden cases are written with: a student's class as if it were here, and what must hold.

A case is a function of (student, rng). `student.make`, `call` and the like only write down a
program of data; `student.read` sends it to the worker and returns plain arrays. What is right is
decided here, in the grader's own process, and a case's inputs are drawn from a secret seed. Most
cases are made by `forward`, `gradients` and `values` from an example and edunn's own class.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

import edunn as nn
from edunn.course.errors import CourseError
from edunn.course.messages import Message, Said, catalogue, sentence
from edunn.course.sandbox.protocol import NOT_DEFINED

Case = Callable[["Student", np.random.Generator], None]
Ref = dict[str, int]
TRIES = 3  # examples drawn for each case


class Wrong(Exception):
    """The student's code does not do what it must; the student reads why.

    said: a Finding, a Message, or a sentence of the case's own
    id: what such a sentence is counted under, across a class
    """

    def __init__(self, said: Said | str, id: str = "wrong"):
        self.said = Message.own_words(said, id) if isinstance(said, str) else said
        super().__init__(self.said)

    def __str__(self) -> str:
        return sentence(self.said)


class Raised(Wrong):
    """The student's code raised an exception."""

    def __init__(self, name: str, text: str):
        self.name, self.text = name, text
        if name == NOT_DEFINED:
            super().__init__(Message("not_defined", {"name": text}))
        elif name == "NotImplementedError":
            super().__init__(text, "todo")
        else:
            super().__init__(f"{name}: {text}", name)


@dataclass(frozen=True, eq=False)
class Part:
    """edunn's `name`(*arguments), as an argument for a student's class: Part("Linear", 3, 2).

    The same Part twice is one layer used twice, both here and in the worker.
    """

    name: str
    arguments: tuple[Any, ...]

    def __init__(self, name: str, *arguments: Any):
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "arguments", arguments)


def built(argument: Any, made: dict[Part, Any] | None = None) -> Any:
    """An argument with its Parts made in this process, each Part once."""
    made = {} if made is None else made
    if isinstance(argument, Part):
        if argument not in made:
            kind: Any = functools.reduce(getattr, argument.name.split("."), nn)
            made[argument] = kind(*(built(one, made) for one in argument.arguments))
        return made[argument]
    if isinstance(argument, (list, tuple)):
        return type(argument)(built(one, made) for one in argument)
    return argument


class Student:
    """The student's notebook, seen through programs of data.

    run: sends a program, and the number of its first value, to the worker, and returns
    {"read": [...]} or {"error": [name, text]}
    """

    def __init__(self, run: Callable[[list[Any], int], dict[str, Any]]):
        self.run = run
        self.program: list[list[Any]] = []
        self.sent = 0
        self.parts: dict[Part, Ref] = {}
        self.explains = True  # whether cases find out what is wrong with a wrong answer

    def add(self, *operation: Any) -> Ref:
        """Add an operation to the program; returns a reference to its value."""
        copies = [np.copy(a) if isinstance(a, np.ndarray) else a for a in operation]
        self.program.append(copies)  # a case may change its arrays before it reads
        return {"ref": self.sent + len(self.program) - 1}

    def argument(self, value: Any) -> Any:
        """A value as the worker takes it; its Parts are made in the worker."""
        if isinstance(value, Part):
            if value not in self.parts:
                arguments = map(self.argument, value.arguments)
                self.parts[value] = self.add("apply", f"nn.{value.name}", *arguments)
            return self.parts[value]
        if isinstance(value, (list, tuple)):
            return type(value)(map(self.argument, value))
        return value

    def make(self, name: str, *arguments: Any) -> Ref:
        """An object of a class that the notebook defines, or of "nn.Linear"."""
        return self.add("apply", name, *map(self.argument, arguments))

    def apply(self, name: str, *arguments: Any) -> Ref:
        """name(*arguments), for a function that the notebook defines, or "nn.manual_seed"."""
        return self.add("apply", name, *map(self.argument, arguments))

    def get(self, name: str) -> Ref:
        """What the notebook calls `name`."""
        return self.add("get", name)

    def value(self, value: Any) -> Ref:
        """A plain value in the worker, to be read again after the student's code has had it."""
        return self.add("value", value)

    def call(self, target: Any, method: str, *arguments: Any) -> Ref:
        """target.method(*arguments)"""
        return self.add("call", target, method, *map(self.argument, arguments))

    def set(self, target: Any, path: str, value: Any) -> None:
        """target.path = value, where path may be dotted: "w.data"."""
        self.add("set", target, path, value)

    def attribute(self, target: Any, path: str) -> Ref:
        """target.path, where path may be dotted."""
        return self.add("attribute", target, path)

    def item(self, target: Any, key: int | str) -> Ref:
        """target[key]"""
        return self.add("item", target, key)

    def is_a(self, kind: str, value: Any) -> Ref:
        """isinstance(value, kind), for a kind such as "list": tuples, which travel as lists, and
        NumPy's numbers, which travel as arrays, are told apart there."""
        return self.apply("__builtins__.isinstance", value, self.get(f"__builtins__.{kind}"))

    def read(self, *targets: Any) -> list[Any]:
        """Run everything since the last `read`, and return the values of `targets`."""
        program, start = [*self.program, ["read", *targets]], self.sent
        self.program, self.sent = [], start + len(program)
        answer = self.run(program, start)
        if isinstance(answer.get("error"), list):
            name, text = (str(part) for part in [*answer["error"], "", ""][:2])
            raise Raised(name, text)
        values = answer.get("read")
        if not isinstance(values, list) or len(values) != len(targets):
            raise Wrong(Message("no_answer"))
        return values


def expect(
    what: str | Message,
    got: Any,
    want: Any,
    mistakes: dict[str, Any] | None = None,
    tolerance: float = 1e-5,
) -> None:
    """Raise Wrong unless `got` is `want`, to `tolerance` of its largest number. They may be texts,
    True or False, None, numbers, arrays, and lists and dicts of such.

    mistakes: known wrong answers by what they mean: words such as "has the opposite sign", or the
    id of a message with a {what}. The one that fits is named.
    """

    if isinstance(want, dict):
        _expect_dict(what, got, {str(key): one for key, one in want.items()}, tolerance)
    elif isinstance(want, (list, tuple)) and (_as_array(want) is want or _other_list(got, want)):
        _expect_list(what, got, want, tolerance)  # not of numbers alone, or not as many
    elif isinstance(want, (str, bool, np.bool_)) or want is None or _is_huge(want):
        _expect_plain(what, got, want)
    else:
        _expect_array(what, got, np.asarray(want), mistakes or {}, tolerance)


def _other_list(got: Any, want: Sequence[Any]) -> bool:
    """Whether an answer is a list, as is wanted, but of other parts than can be numbers of one
    array as large."""
    return isinstance(got, (list, tuple)) and (len(got) != len(want) or _as_array(got) is got)


def _expect_plain(what: str | Message, got: Any, want: Any) -> None:
    """Raise Wrong unless `got` is this text, truth value or None."""
    if isinstance(got, np.ndarray) and got.shape == ():
        got = got.item()
    if isinstance(got, (dict, list, tuple, np.ndarray)) or got != want:
        shown = {
            "got": f"{got!r:.60}",
            "want": repr(want.item() if isinstance(want, np.bool_) else want),
        }
        raise Wrong(Message("value", {"what": what} | shown))


def _expect_array(
    what: str | Message, got: Any, want: Any, mistakes: dict[str, Any], tolerance: float
) -> None:
    """Raise Wrong unless `got` has the shape and the numbers of `want`."""

    def refuse(id: str, **details: Any) -> NoReturn:
        raise Wrong(Message(id, {"what": what} | details))

    if isinstance(got, (bool, int, float, list, tuple)):
        got = _as_array(got)
    if got is None:
        refuse("nothing_for_array")
    if not isinstance(got, np.ndarray):
        if want.ndim == 0:  # a single number, of which students need know no arrays
            refuse("value", got=f"{got!r:.60}", want=_number(want))
        refuse("not_array", got=type(got).__name__)
    if got.shape != want.shape:
        turned = want.ndim == 2 and got.shape == want.T.shape
        id = "shape_transposed" if turned else "shape"
        refuse(id, got=str(got.shape), want=str(want.shape))
    whole = got.dtype.kind in "iu" and want.dtype.kind in "iu"  # numbers that are counted
    room = 0.0 if whole else tolerance * max(float(np.max(np.abs(want), initial=0.0)), 1e-12)
    wrong = ~(np.abs(got.astype(float) - want) <= room)  # true for NaN as well
    if np.any(wrong):
        raise Wrong(_why_wrong(what, got, want, wrong, _fitting(got, mistakes, room)))


def _expect_dict(what: str | Message, got: Any, want: dict[str, Any], tolerance: float) -> None:
    """Raise Wrong unless `got` has the same keys, as texts, with the same values."""
    if not isinstance(got, dict):
        raise Wrong(Message("not_dict", {"what": what, "got": type(got).__name__}))
    for id, keys in ("key_missing", want.keys() - got), ("key_added", got.keys() - want):
        if keys:
            raise Wrong(Message(id, {"what": what, "key": repr(min(keys))}))
    for key, one in want.items():
        part = Message("item_of", {"what": what, "key": repr(key)})
        expect(part, got[key], one, tolerance=tolerance)


def _expect_list(what: str | Message, got: Any, want: Sequence[Any], tolerance: float) -> None:
    """Raise Wrong unless `got` has the same items in the same order."""
    got = list(got) if isinstance(got, np.ndarray) and got.ndim else got
    if not isinstance(got, (list, tuple)):
        raise Wrong(Message("not_list", {"what": what, "got": type(got).__name__}))
    if len(got) != len(want):
        raise Wrong(Message("length", {"what": what, "got": len(got), "want": len(want)}))
    for key, (one, right) in enumerate(zip(got, want)):
        expect(Message("item_of", {"what": what, "key": str(key)}), one, right, tolerance=tolerance)


def _fitting(got: Any, mistakes: dict[str, Any], room: float) -> str | None:
    """What the known mistake means that gives this answer, if one does."""
    for meaning, mistake in mistakes.items():
        if np.shape(mistake) == got.shape and np.all(np.abs(got - mistake) <= room):
            return meaning
    return None


def _why_wrong(
    what: str | Message, got: Any, want: Any, wrong: Any, meaning: str | None
) -> Message:
    """What to say of an array of the right shape with wrong numbers."""
    if meaning is not None:
        known = meaning in catalogue()
        return Message(meaning if known else "known_mistake", {"what": what, "meaning": meaning})
    if not np.all(np.isfinite(got)):
        return Message("not_finite", {"what": what})
    if want.ndim == 0:
        return Message("value", {"what": what, "got": _number(got), "want": _number(want)})
    return Message(
        "numbers_wrong", {"what": what, "count": int(wrong.sum()), "size": int(wrong.size)}
    )


def _number(value: Any) -> str:
    """A number as a text: whole numbers with all their digits."""
    return str(value.item()) if value.dtype.kind in "iu" else f"{value.item():.6g}"


def _as_array(value: Any) -> Any:
    """A number, or a list of numbers or of arrays of one shape, as an array; else as it is."""
    try:
        array = np.asarray(value)
    except ValueError:  # a list of unequal parts
        return value
    return array if array.dtype.kind in "biuf" else value


def the_example(example: Any) -> str:
    """What an example of a case is called, to its author."""
    code = getattr(example, "__code__", None)
    return f"the example on line {code.co_firstlineno}" if code else "the example"


def _comparable(name: str, want: Any) -> None:
    """CourseError where a reference gives what cannot be compared, such as a set."""
    if isinstance(want, dict):
        for one in want.values():
            _comparable(name, one)
    elif isinstance(want, (list, tuple)) and _as_array(want) is want:
        for one in want:
            _comparable(name, one)
    elif not (isinstance(want, str) or want is None or _is_huge(want) or _is_of_numbers(want)):
        raise CourseError(
            f"the reference of a case for {name} gives one {type(want).__name__}, which cannot be "
            "compared: a truth value, a number, a text, None, an array of numbers, or a list, dict "
            "or tuple of such is wanted"
        )


def _is_huge(value: Any) -> bool:
    """Whether a value is a whole number of more than 64 bits, of which there are no arrays."""
    return isinstance(value, int) and not -(2**63) <= value < 2**64


def _is_of_numbers(value: Any) -> bool:
    """Whether a value is a number, a truth value, or can be an array of such."""
    try:
        return np.asarray(value).dtype.kind in "biuf"
    except ValueError:
        return False


def drawn(name: str, example: Callable[..., Any], rng: np.random.Generator) -> tuple[Any, ...]:
    """What an example of a case draws; CourseError where its author forgot that it is a tuple.

    name: whose case it is
    """
    found = example(rng)
    if not isinstance(found, tuple):
        raise CourseError(
            f"{the_example(example)} of a case for {name} gives one {type(found).__name__}, where "
            "a tuple is wanted: (x,) for a single argument"
        )
    return found


def random_inputs(secret: bytes, student: str, name: str) -> np.random.Generator:
    """The generator of one student's hidden inputs for one cell: the same at every grading."""
    digest = hashlib.sha256(b"\0".join([secret, student.encode(), name.encode()])).digest()
    return np.random.default_rng(int.from_bytes(digest, "little"))


def own_secret(secret: bytes, sources: list[str]) -> bytes:
    """A secret for one submission: what its feedback tells of hidden inputs does not help with the
    student's next one."""
    return hashlib.sha256(b"\0".join([secret, *map(str.encode, sources)])).digest()


def values(
    name: str, example: Callable[[np.random.Generator], tuple[Any, ...]],
    reference: Callable[..., Any], tolerance: float = 1e-5, tries: int = TRIES,
) -> Case:  # fmt: skip
    """A case: the student's function gives what `reference` gives, and leaves its arguments alone.

    example: draws the arguments    reference: gives one value, or a tuple of them
    """

    def case(student: Student, rng: np.random.Generator) -> None:
        for _ in range(tries):
            arguments = drawn(name, example, rng)
            want = reference(*built(arguments))
            _comparable(name, want)
            sent = [student.value(a) if isinstance(a, np.ndarray) else a for a in arguments]
            result = student.apply(name, *sent)
            arrays = [one for one, a in zip(sent, arguments) if isinstance(a, np.ndarray)]
            got, *after = student.read(result, *arrays)
            many = isinstance(want, tuple)
            if many and (not isinstance(got, list) or len(got) != len(want)):
                about = {"name": name, "got": type(got).__name__, "count": len(want)}
                raise Wrong(Message("values_count", about))
            for i, (one, right) in enumerate(zip(got, want) if many else [(got, want)], 1):
                what = Message("value_of", {"number": i, "name": name}) if many else name
                expect(what, one, right, {}, tolerance)
            before = [a for a in arguments if isinstance(a, np.ndarray)]
            if not all(np.array_equal(a, b, equal_nan=True) for a, b in zip(before, after)):
                raise Wrong(Message("writes_into_argument", {"name": name}))

    return case
