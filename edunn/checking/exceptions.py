"""What an exception in a student's code says, as a diagnosis in the student's words.

The rules read the words of Python's and NumPy's own messages, so that they fit an exception of this
process and one that has come over from a worker alike. Where those words are made: CPython's
Python/ceval.c, Objects/abstract.c and Objects/typeobject.c; NumPy's
numpy/_core/src/multiarray/mapping.c, number.c and numpy/_core/src/umath/ufunc_object.c.
"""

from __future__ import annotations

import linecache
import re
import traceback
from contextlib import suppress
from types import FrameType
from typing import Any

from edunn.checking.diagnoses import Answer, answer
from edunn.checking.errors import package_of
from edunn.checking.misfits import misfit

CORE = re.compile(r"matmul: Input operand 1 has .* \(size (\d+) is different from (\d+)\)")
JOIN = re.compile("all the input array dimensions except .* match exactly, but ")
INSTEAD = {  # words of other libraries, and what stands for them in NumPy
    "dim": "axis", "keepdim": "keepdims", "unsqueeze": "[:, None]", "permute": "transpose",
    "detach": "the array itself", "numpy": "the array itself", "item_": "item", "cat":
    "np.concatenate", "matmul": "@", "mm": "@", "numel": "size", "length": "size", "relu":
    "np.maximum", "exp": "np.exp", "log": "np.log", "sqrt": "np.sqrt", "tanh": "np.tanh", "abs":
    "np.abs", "pow": "**", "add": "+", "sub": "-", "mul": "*", "div": "/", "float": "astype",
    "double": "astype", "append": "np.append", "maximum": "np.maximum",
}  # fmt: skip
ITERATOR = r"'\w*(iterator|reversed|zip|map|filter|generator|enumerate|dict_values|dict_items)'"
IN_PLACE = r"\.(?P<word>reverse|sort|append|insert|clear|shuffle|fill)\("  # give None
SEVERAL = r"\b(?P<word>eig|eigh|svd|qr|slogdet|lstsq|polyfit|meshgrid|divmod|frexp|modf)\("
ALONG = (
    r"\.(?P<word>sum|mean|prod|max|min|std|var|any|all|argmax|argmin|cumsum)\([^()]*, *(?!axis)\w"
)
OF_ARRAYS = r"(shape|ndim|size|dtype|T|dot|sum|mean|max|min|reshape|astype|copy|transpose)"
BUILT_IN = r"dict|list|tuple|str|int|float|bool|set|generator|function|method|module"
NUMBER = r"'(numpy\.)?(float|int)(64|32)?'"
RULES = (  # (words of the message, what it is called): the first that fits
    (r"'(builtin_function_or_method|method|function|numpy\.ufunc)'", "raises_not_called"),
    (r"(iterable|type) (builtin_function_or_method|method|function) ", "raises_not_called"),
    (r"FloatingPointError", "raises_float"),
    (r"order must be str, not int", "raises_flatten"),
    (r"AssertionError: .", "raises_assertion"),
    (r"takes .*(positional arguments? but|arguments? \()", "raises_count"),
    (r"missing \d+ required positional argument", "raises_count"),
    (r"got multiple values for argument", "raises_twice"),
    (r"unexpected keyword argument '(?P<word>dim|keepdim)'", "raises_other_word"),
    (r"'(numpy\.ndarray|numpy\.float64)' object has no attribute 'data'|'memoryview'",
     "raises_data"),
    (r"attribute 'data' of 'numpy", "raises_data"),
    (r"'numpy\.(ndarray|float64)' object has no attribute '(?P<word>\w+)'", "raises_other_word"),
    (r"truth value of an array", "raises_truth"),
    (r"UnboundLocalError: cannot access local variable '(?P<name>\w+)'", "raises_unbound"),
    (r"NameError: name '(?P<name>\w+)' is not defined", "raises_name"),
    (r"NoneType", "raises_none"),
    (r"'(?P<word>\w+)Result'", "raises_several"),
    (r"'(?P<kind>[\w.]+)' object is not iterable|iteration over a (?P<kind_0>0-d array)",
     "raises_not_many"),
    (r"ZeroDivisionError", "raises_zero"),
    (r"indices must be integers or slices, not tuple", "raises_pair_index"),
    (r"indices must be integers or slices, not str", "raises_name_index"),
    (r"only integers, slices|indices must be integers|only integer scalar", "raises_fraction"),
    (r"arrays used as indices must be of integer", "raises_fraction"),
    (NUMBER + " object cannot be interpreted as an integer", "raises_fraction"),
    (r"expected a sequence of integers or a single integer", "raises_fraction"),
    (r"bitwise_xor|for \^", "raises_power"),
    (r"is an invalid keyword argument for (?P<word>\w+)\(\)", "raises_builtin"),
    (r"changed size during iteration", "raises_grows"),
    (r"for .*: 'dict' and 'dict'", "raises_join_dicts"),
    (r"concatenate list", "raises_join"),
    (r"sequence by non-int|for .*: .*'list'", "raises_list"),
    (rf"'list' object has no attribute '{OF_ARRAYS}'", "raises_list"),
    (rf"'tuple' object has no attribute '{OF_ARRAYS}'", "raises_tuple"),
    (r"for .*: .*'tuple'|concatenate tuple", "raises_tuple"),
    (rf"'dict' object has no attribute '{OF_ARRAYS}'|for .*: .*'dict'", "raises_dict"),
    (r"'(tuple|list)' object cannot be interpreted as an integer", "raises_one_size"),
    (r"inhomogeneous shape|input arrays must have the same shape", "raises_ragged"),
    (r"remapped shapes|Size of label|einstein sum|einsum", "raises_einsum"),
    (r"unhashable type", "raises_unhashable"),
    (r"zero-size array|at least one array|from (an )?empty", "raises_empty"),
    (r"module '(?P<module>[\w.]+)' has no attribute '(?P<name>\w+)'", "raises_no_function"),
    (r"loop of ufunc|not supported for the input types|did not contain a loop",
     "raises_not_numbers"),
    (ITERATOR + " object is not (subscriptable|reversible)", "raises_iterator"),
    (r"object of type " + ITERATOR + " has no len", "raises_iterator"),
    (r"'(numpy\.\w+|tuple|list|float|int|str|dict|bool|Tensor|Parameter)' "
     r"object is not callable", "raises_call"),
    (NUMBER + " object is not subscriptable|invalid index to scalar", "raises_number"),
    (r"object of type " + NUMBER + " has no len", "raises_number"),
    (r"only (0-dimensional|length-1|size-1) arrays can be converted", "raises_number"),
    (r"setting an array element with a sequence\.?$", "raises_number"),
    (r"passed as a .sequence|to be a sequence", "raises_no_list"),
    (r"as a data type", "raises_sizes"),
    (r"too many indices|AxisError|axes don't match", "raises_axes"),
    (r"boolean index did not match", "raises_mask"),
    (r"index (?P<index>-?\d+) is out of bounds for axis (?P<axis>\d+) with size (?P<size>\d+)",
     "raises_bounds"),
    (r"IndexError", "raises_no_place"),
    (r"step cannot be zero|arg 3 must not be zero", "raises_step"),
    (r"axis remapping", "raises_stretched"),
    (r"non-broadcastable output", "raises_into"),
    (r"could not be broadcast|could not broadcast|matmul|not aligned|shape-mismatch for",
     "raises_shapes"),
    (r"must match exactly|must have same number of dimensions", "raises_side_by_side"),
    (r"cannot reshape array of size (?P<size>\d+) into shape (?P<shape>\([\d, -]*\))",
     "raises_reshape"),
    (r"cannot reshape", "raises_shapes"),
    (r"values to unpack|cannot unpack", "raises_unpack"),
    (r"read-only", "raises_read_only"),
    (r"Cannot cast ufunc", "raises_whole"),
    (r"RecursionError", "raises_recursion"),
    (r"KeyError", "raises_key"),
    (rf"'(?P<owner>{BUILT_IN})' object has no attribute '(?P<name>\w+)'", "raises_wrong_kind"),
    (r"'(?P<owner>\w+)' object has no attribute '(?P<name>\w+)'", "raises_attribute"),
)  # fmt: skip
BY_LINE = (  # (rules, words of the line, what it is called then): the first that fits
    (("raises_fraction",), ALONG, "raises_second_argument"),
    (("raises_truth",), r"(?<![\w.])(?P<word>max|min|sorted)\(", "raises_larger"),
    (("raises_name",), r"^`return [\w\s,(){}\"':]*`$", "raises_no_result"),  # no formula
    (("raises_several", "raises_ragged", "raises_tuple", "raises_attribute"), SEVERAL,
     "raises_several"),
    (("raises_call",), r"\b(?P<name>\w+) = (?P=name)\(", "raises_renamed"),
    (("raises_float",), r"where\(", "raises_float_chosen"),
    (("raises_reshape",), r"^(?!.*shape)", "raises_shapes"),  # np.vdot makes rows of matrices
    (("raises_shapes",), r"transpose\((?P<axes>0, ?1(, ?2(, ?3)?)?)\)", "raises_same_order"),
    (("raises_key",), r"\] *[-+*/]=", "raises_first_time"),
    (("raises_none", "raises_no_list"), IN_PLACE, "raises_in_place"),
    (("raises_none",), r"\.grad", "raises_grad"),
)  # fmt: skip


def in_words(error: BaseException) -> str:
    """An exception on one line: "ValueError: operands could not be ..."."""
    text = ""
    with suppress(Exception):  # of its own __str__
        text = " ".join(str(error)[:1000].split())
    text = CORE.sub(r"matmul (@): the two sizes in the middle differ, \2 and \1", text)
    text = JOIN.sub("they must match exactly, but ", text)  # which leaves room for the sizes
    return f"{type(error).__name__}: {text}"[:160] if text else type(error).__name__


def raised(error: BaseException, place: str) -> Answer:
    """What is said of an exception. place: where it was raised, if the line is not known"""
    frame, line, is_inside = _innermost(error)
    owner = frame.f_locals.get("self") if frame else None
    if isinstance(error, AttributeError):
        owner = error.obj
    found = explained(in_words(error), f"`{line}`" if line else place, owner)
    if found.id == "raises_call" and _is_in_edunn(error):
        found = answer("raises_argument_call", **found.details)
    calling = _calling(error, frame)
    if found.id != "raises" and calling and not line.startswith(calling):  # no comprehension's own
        found.details["where"] = f"`{calling}` → `{line}`"
        if found.id in ("raises_shapes", "raises_product"):
            found = answer("raises_in_call", **found.details)
    if is_inside and found.id != "raises":  # else it is a layer's own refusal
        return answer("raises_inside", error=found.details["error"], where=found.details["where"])
    return found


def explained(text: str, where: str, owner: Any = None) -> Answer:
    """What is said of an exception that is known by its words, such as "NameError: name ...".

    where: its line in backticks, or its place    owner: the object whose method raised it, or that
    was asked for something that it does not have
    """
    for words, id in RULES:
        if found := re.search(words, text):
            named = _more_closely(id, where, found.groupdict(), owner)
            if named.id == "raises_shapes":
                named = misfit(text) or named
            return answer(named.id, error=text, where=where, **named.details)
    return answer("raises", error=text, where=where)


def _more_closely(id: str, where: str, found: dict[str, Any], owner: Any) -> Answer:
    """The diagnosis of a rule, told apart from others by the line and by what the object has."""
    name, word = found.get("name"), found.get("word")
    if by_line := _by_line(id, where, name):
        return by_line
    if id == "raises_name" and owner is not None and name in dir(owner):
        return answer("raises_self", name=name)
    if id == "raises_other_word":
        if word not in INSTEAD:
            return answer("raises_no_method", word=word)
        return answer(id, word=word, instead=INSTEAD[word])
    if id == "raises_not_many":
        return answer(id, kind=found["kind"] or found["kind_0"])
    if id == "raises_attribute":
        return answer(
            id, name=name, owner=found["owner"], known=", ".join(_own_names(owner)) or "-"
        )
    words = "module", "owner", "name", "word", "index", "axis", "size", "shape"
    return answer(id, **{key: found[key] for key in words if found.get(key)})


def _by_line(id: str, where: str, name: str | None) -> Answer | None:
    """The diagnosis of a rule that only the line tells apart from others."""
    for rules, words, more in BY_LINE:
        if id in rules and (found := re.search(words, where)):
            return answer(more, **({"name": name} if name else {}) | found.groupdict())
    return None


def _innermost(error: BaseException) -> tuple[FrameType | None, str, bool]:
    """The frame and the line of the student's code in which it was raised, and whether that line
    calls a layer of edunn, in which it was raised."""
    found: tuple[FrameType | None, str, bool] = None, "", False
    for frame, line in traceback.walk_tb(error.__traceback__):
        package = package_of(frame.f_globals)
        if package not in ("edunn", "numpy"):
            text = linecache.getline(frame.f_code.co_filename, line).strip()
            if not (found[0] and isinstance(error, AssertionError)):  # what led there says more
                found = frame, text[:80], False
        elif package == "edunn" and frame.f_code.co_name in ("forward", "backward"):
            found = *found[:2], found[0] is not None
    return found


def _is_in_edunn(error: BaseException) -> bool:
    """Whether it was raised in edunn itself, by what the student has handed over."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    return bool(frames) and package_of(frames[-1].f_globals) == "edunn"


def _calling(error: BaseException, frame: FrameType | None) -> str:
    """The line of the student's method that called the function in which it was raised; "" where
    it was raised in a method itself, or was not called by one."""
    calling = ""
    for other, line in traceback.walk_tb(error.__traceback__):
        if frame is None or other is frame:
            break
        if package_of(other.f_globals) not in ("edunn", "numpy"):
            text = linecache.getline(other.f_code.co_filename, line).strip()
            calling = text[:60] if "self" in other.f_locals else ""
    return calling if frame and "self" not in frame.f_locals else ""


def _own_names(owner: Any) -> list[str]:
    """What an object has of its own, and what students' classes give it."""
    names = [*getattr(owner, "__dict__", ())]
    for kind in type(owner).__mro__[:-1]:
        names += [] if kind.__module__.startswith("edunn") else vars(kind)
    return [name for name in dict.fromkeys(names) if not name.startswith("_")]
