"""What can be foreseen of the exceptions in students' code: each is a sentence with its line."""

import linecache

import numpy as np
import pytest

import edunn as nn
from edunn.checking.diagnoses import DIAGNOSES
from edunn.checking.exceptions import explained, raised
from edunn.checking.initializers import find_in_initializer
from edunn.checking.laws import examine_point
from edunn.checking.messages import message
from edunn.checking.optimizers import find_in_optimizer

X = np.random.default_rng(0).normal(size=(4, 3))


class Student(nn.Linear):
    """A Linear(3, 2) whose backward runs one line more."""

    mask = None

    def helper(x):  # noqa: N805
        return x

    def again(self, x):
        return self.again(x)


def of(line):
    """A Student that stops in backward, in this line."""
    names = {"np": np, "nn": nn, "Student": Student, "__name__": "notebook"}
    code = "def add_up(a, b):\n    return a + b\n\ndef product(a, b):\n    return a @ b\n\n"
    code += (
        f"class {Student.__name__}(Student):\n    def backward(self, dy):\n        x = self.cache"
    )
    code += f"\n        {line}\n        return super().backward(dy)"
    file = f"<{line}>"
    linecache.cache[file] = len(code), None, code.splitlines(keepends=True), file
    exec(compile(code, file, "exec"), names)
    return names["Student"](3, 2)


# (line, id, words of what is said)
LINES = [
    ("w.data", "raises_self", "does not know w, but the object has one"),
    ("mask * dy", "raises_self", "does not know mask, but the object has one"),
    ("helper(x)", "raises_self", "does not know helper"),
    ("weights.data", "raises_name", "does not know weights"),
    ("dw += x.T @ dy", "raises_unbound", "dw is used before it has a value"),
    ("self.weights.data", "raises_attribute", "Student has nothing called weights"),
    ("x.mean(dim=0)", "raises_other_word", "dim is a word of another library; NumPy says axis"),
    ("np.sum(x, axis=0, keepdim=True)", "raises_other_word", "NumPy says keepdims"),
    ("x.unsqueeze(0)", "raises_other_word", "unsqueeze is a word of another library"),
    ("x.exp()", "raises_other_word", "NumPy says np.exp"),
    ("x.backward(dy)", "raises_no_method", "asked for backward, which arrays do not have"),
    ("self.w.data.data.T", "raises_data", ".data is asked of an array"),
    ("0 if not x else 1", "raises_truth", "a whole array is asked whether it is true"),
    ("x > 0 and x < 1", "raises_truth", "a whole array"),
    ("[x, x].index(x.copy())", "raises_truth", "a whole array"),
    ("max(0, x)", "raises_larger", "max compares arrays"),
    ("[min(row, 0) for row in x]", "raises_larger", "min compares arrays"),
    ("dy * self.mask", "raises_none", "a value is None"),
    ("self.mask.T", "raises_none", "a value is None"),
    ("self.mask[0]", "raises_none", "a value is None"),
    ("for one in [x].reverse(): pass", "raises_in_place", "reverse is a method that"),
    ("zip([x], [x].append(dy))", "raises_in_place", "append is a method that gives back None"),
    ("sorted([2, 1].sort())", "raises_in_place", "sort is a method that gives back None"),
    ("self.w.grad += x.T @ dy", "raises_grad", "a gradient is None"),
    ("self.w.grad = self.w.grad + x.T @ dy", "raises_grad", "a gradient is None"),
    ("x[len(x) / 2]", "raises_fraction", "is not a whole number"),
    ("np.zeros((len(x) / 2, 3))", "raises_fraction", "is not a whole number"),
    ("x[: len(x) / 2]", "raises_fraction", "is not a whole number"),
    ("list(x)[len(x) / 2]", "raises_fraction", "is not a whole number"),
    ("[1.0, 2.0] - [1.0, 2.0]", "raises_list", "a list is used as if it were an array"),
    ("[1.0, 2.0].shape", "raises_list", "a list is used"),
    ("0.5 * [1.0, 2.0]", "raises_list", "a list is used"),
    ("-[1.0, 2.0]", "raises_list", "a list is used"),
    ("[1.0] + 3", "raises_join", "meets a list and something that is no list"),
    ("x.shape.T", "raises_tuple", "a tuple is used as if it were an array"),
    ("(x, dy) - (x, dy)", "raises_tuple", "a tuple is used"),
    ("(x,) + [dy]", "raises_tuple", "a tuple is used"),
    ("{'w': x} * 2", "raises_dict", "a dictionary is used as if it were an array"),
    ("{'w': x}.shape", "raises_dict", "a dictionary is used"),
    ("np.sum([x, x[0]], axis=0)", "raises_ragged", "of different shapes are to become one array"),
    ("np.stack([x, x[0]])", "raises_ragged", "of different shapes"),
    ("x.tolist()[0, 1]", "raises_pair_index", "for two places at once"),
    ("tuple([x, {'w': dy}])['w']", "raises_name_index", "for something by its name"),
    ("x['w']", "raises_fraction", "is not a whole number"),
    ("x[np.array([0.0, 1.0])]", "raises_fraction", "is not a whole number"),
    ("x[dy.T > 0]", "raises_mask", "a mask of another size"),
    ("x[[True, False, True]]", "raises_mask", "a mask of another size"),
    ("np.einsum('ni,no->no', x, dy.T)", "raises_einsum", "the letters of einsum do not fit"),
    ("np.einsum('nio->no', x)", "raises_einsum", "the letters of einsum do not fit"),
    ("np.einsum('ni->k', x)", "raises_einsum", "the letters of einsum do not fit"),
    ("np.einsum('ni,io->no', x, x, optimize=True)", "raises_einsum", "the letters of einsum"),
    ("{x: dy}", "raises_unhashable", "as a name in a dictionary or set"),
    ("{[1, 2]}", "raises_unhashable", "as a name in a dictionary or set"),
    ("x[:0].max()", "raises_empty", "with nothing in it"),
    ("np.concatenate([])", "raises_empty", "with nothing in it"),
    ("[].pop()", "raises_empty", "with nothing in it"),
    ("np.softmax(x)", "raises_no_function", "numpy is asked for softmax, which it does not have"),
    ("np.exp(np.array([x, {}], dtype=object))", "raises_not_numbers", "that is no number"),
    ("x + 'one'", "raises_not_numbers", "that is no number"),
    ("np.concatenate(*[x, x], axis=1)", "raises_twice", "one argument is given twice"),
    ("np.sum(x, axis=[0, 1])", "raises_one_size", "where a single whole number is asked for"),
    ("np.random.randn(x.shape)", "raises_one_size", "where a single whole number is asked for"),
    ("np.zeros(4)[0] = x[0]", "raises_number", "one number and an array of many are mixed up"),
    ("x.data = x", "raises_data", ".data is asked of an array"),
    ("{'loss': []}.eval()", "raises_wrong_kind", "dict has nothing called eval"),
    ("[x].add(x)", "raises_wrong_kind", "list has nothing called add"),
    ("len(x[0, 0])", "raises_number", "one number and an array of many are mixed up"),
    ("x.transpose(0, 2, 1)", "raises_axes", "an axis is named"),
    ("reversed([x, dy])[0]", "raises_iterator", "can only be walked through once"),
    ("reversed(zip([x], [dy]))", "raises_iterator", "can only be walked through once"),
    ("len(zip([x], [dy]))", "raises_iterator", "can only be walked through once"),
    ("x.sum * dy", "raises_not_called", "a function is used in the place of what it gives"),
    ("np.exp(x.copy)", "raises_not_called", "a function is used in the place"),
    ("self.forward.shape", "raises_not_called", "a function is used in the place"),
    ("x.mean[0]", "raises_not_called", "a function is used in the place"),
    ("len(x.tolist)", "raises_not_called", "a function is used in the place"),
    ("a, b = self.forward", "raises_not_called", "a function is used in the place"),
    ("for i in range(x.shape.count): pass", "raises_not_called", "a function is used in the place"),
    ("nn.Linear(3, 2, x)", "raises_argument_call", "a function is asked for, and something else"),
    ("np.stack(one for one in x)", "raises_no_list", "a list of arrays is asked for"),
    ("np.concatenate(one for one in x)", "raises_no_list", "a list of arrays is asked for"),
    ("np.stack([x, x].reverse())", "raises_in_place", "reverse is a method that gives back None"),
    ("np.sum(x, dy)", "raises_second_argument", "the second thing that sum takes"),
    ("np.max(x, np.zeros(3))", "raises_second_argument", "the second thing that max takes"),
    ("add_up(x, dy)", "raises_in_call", "the shapes do not fit in the function that is called"),
    ("product(x, dy)", "raises_in_call", "the shapes do not fit in the function that is called"),
    ("x(0)", "raises_call", "round brackets stand after something that is no function"),
    ("np.sum(x)[0]", "raises_number", "one number and an array of many are mixed up"),
    ("float(x)", "raises_number", "one number and an array"),
    ("np.zeros(4, 3)", "raises_sizes", "not in brackets of their own"),
    ("x[0, 0, 0]", "raises_axes", "an axis is named that the array does not have"),
    ("x.sum(axis=2)", "raises_axes", "an axis is named"),
    ("x[4]", "raises_bounds", "place 4 is asked for, but axis 0 has 4"),
    ("x[:, -4]", "raises_bounds", "place -4 is asked for, but axis 1 has 3"),
    ("[x][1]", "raises_no_place", "a list is asked for a place that it does not have"),
    ("[][0]", "raises_no_place", "a list is asked for a place"),
    ("list()[0] = x", "raises_no_place", "a list is asked for a place"),
    ("np.max(np.abs(np.linalg.eig(x.T @ x)))", "raises_several", "eig gives several things"),
    ("np.linalg.svd(x).max()", "raises_several", "svd gives several things"),
    ("np.linalg.qr(x).T", "raises_several", "qr gives several things"),
    ("np.linalg.eigh(x.T @ x) - 1", "raises_several", "eigh gives several things"),
    ("x[::0]", "raises_step", "has a step of 0"),
    ("range(0, 4, 0)", "raises_step", "has a step of 0"),
    ("np.broadcast_to(x, (3,))", "raises_stretched", "a shape that has fewer axes"),
    ("x += np.ones((2, 4, 3))", "raises_into", "does not fit into the array"),
    ("np.exp(x, out=np.zeros(3))", "raises_into", "does not fit into the array"),
    ("np.zeros((2, 3))[:] = x[3:3]", "raises_no_numbers", "a part of shape (0, 3) has no numbers"),
    ("x[2:1] + dy[:3, :1]", "raises_no_numbers", "a part of shape (0, 3) has no numbers"),
    ("self.get_parameters()['b'] += 1", "raises_first_time", "does not have yet"),
    ("x @ dy", "raises_product", "do not fit a matrix product"),
    ("np.tensordot(x, self.w.data)", "raises_product", "do not fit a matrix product"),
    ("[].extend(self.mask)", "raises_none", "a value is None"),
    ("x.dot(dy)", "raises_product", "do not fit a matrix product"),
    ("np.dot(dy, dy)", "raises_product", "(4,2) and (4,2) not aligned"),
    ("np.dot(np.diagflat(x), x)", "raises_flattened", "meets an array of shape (4, 3)"),
    ("x.ravel() - x", "raises_flattened", "meets an array of shape (4, 3), which has 12 numbers"),
    ("x - x.mean(axis=1)", "raises_lost_axis", "(4,) does not fit beside (4, 3)"),
    ("x / np.max(x, 1)", "raises_lost_axis", "(4,) does not fit beside (4, 3)"),
    ("x - x[:, 0]", "raises_lost_axis", "(4,) does not fit beside (4, 3)"),
    ("x + np.ones((3, 1))", "raises_turned", "(3, 1) does not fit beside (4, 3); turned around"),
    ("x - x.T", "raises_turned", "turned around, it would"),
    ("x * dy", "raises_shapes", "two shapes do not fit together"),
    ("np.ones((2, 3, 2, 3)) + np.ones((4, 1))", "raises_meeting", "from the right, 4 meets 2"),
    ("np.vdot(x, dy)", "raises_shapes", "two shapes do not fit together"),
    ("x.flatten(1)", "raises_flatten", "flatten is asked to begin at an axis"),
    ("dy @ x.transpose(0, 1)", "raises_same_order", "transpose(0, 1) leaves the axes in the order"),
    ("x = nn.Tensor(x); x = x(dy)", "raises_renamed", "x is called, but holds a result by then"),
    ("dy += x[0]", "raises_shapes", "two shapes do not fit together"),
    (
        "x.reshape(5, 5)",
        "raises_reshape",
        "the 12 numbers of the array do not fill the shape (5,5)",
    ),
    ("np.concatenate([x, dy])", "raises_side_by_side", "not the same axes or sizes"),
    ("np.concatenate([x, x[0]])", "raises_side_by_side", "not the same axes or sizes"),
    ("x - np.ones((1, 2))", "raises_shapes", "two shapes do not fit together"),
    ("1 - x^2", "raises_power", "the sign ^ stands where Python knows no such thing"),
    ("sum(dy, axis=0)", "raises_builtin", "Python's own sum is called"),
    ("{'w': x} + {'b': x}", "raises_join_dicts", "two dictionaries meet a sign"),
    ("d = {0: 1}; [d.update({k + 1: 0}) for k in d]", "raises_grows", "grows or shrinks while"),
    ("x.size()", "raises_call", "round brackets stand after something that is no function"),
    ("a, b = self.cache", "raises_unpack", "not as many values as names"),
    ("np.broadcast_to(x, (2, 4, 3))[0] = 1", "raises_read_only", "only a view of another"),
    ("i = np.arange(3); i -= 0.5", "raises_whole", "an array of whole numbers"),
    ("self.again(x)", "raises_recursion", "calls itself again and again"),
    ("{}['w']", "raises_key", "something that is not in it"),
    ("self.helper(x)", "raises_count", "another number of things than it takes"),
    ("np.maximum(x)", "raises_count", "another number of things than it takes"),
    ("nn.Tanh().backward(dy)", "raises_inside", "the layer that is called stops with an error"),
    ("list(nn.Tanh())", "raises_not_many", "walked through as if it were many: Tanh"),
    ("[0 for _ in 3]", "raises_not_many", "walked through as if it were many: int"),
    ("[0 for _ in np.sum(x)]", "raises_not_many", "walked through as if it were many: numpy"),
    ("1 / 0", "raises_zero", "something is divided by 0"),
    ("len(x) % 0", "raises_zero", "something is divided by 0"),
    ("x.tobytes().decode('ascii')", "raises", "stops with an error: UnicodeDecodeError"),
    (
        "with np.errstate(all='raise'): np.where(x > 0, 1, np.exp(1e5 * x))",
        "raises_float_chosen",
        "in a form that is not chosen",
    ),
    ("with np.errstate(all='raise'): np.exp(x * 1e5)", "raises_float", "too large for a float"),
    ("assert len(x) == 5, 'five rows are needed'", "raises_assertion", "five rows are needed"),
]


@pytest.mark.parametrize(("line", "id", "says"), LINES)
def test_an_exception_in_a_layer_is_a_sentence(line, id, says):
    (found,) = examine_point(of(line), (X,)).findings
    assert (found.id, found.part) == (id, "backward")
    assert says in message(found)[0]


def test_every_sentence_has_its_line_and_the_words_of_python():
    try:
        exec("x = None\nx.T", {"__name__": "notebook"})
    except AttributeError as error:
        found = raised(error, "forward")
    text = "AttributeError: 'NoneType' object has no attribute 'T'"
    assert found.details == {"error": text, "where": "forward"}  # exec leaves no lines
    with pytest.raises(IndexError) as caught:
        X[9]
    assert raised(caught.value, "forward").details["where"] == "`X[9]`"


def test_each_diagnosis_of_an_exception_is_among_them():
    told = {id for _, id, _ in LINES} | {"raises_no_result", "raises_for_batch"}
    assert told == {id for id in DIAGNOSES if id.startswith("raises")}


def test_a_result_that_is_only_printed():
    text, line = "NameError: name 'y' is not defined", "`return y`"
    assert explained(text, line).id == "raises_no_result"
    assert explained(text, line, Student(3, 2)).id == "raises_no_result"
    assert explained(text, '`return x, {"w": y}`').id == "raises_no_result"
    assert explained(text, "`return x @ y.data`").id == "raises_name"
    assert explained(text, "`z = y`").id == "raises_name"


def test_the_names_that_there_are_are_said():
    (found,) = examine_point(of("self.W.data"), (X,)).findings
    assert "w" in found.details["known"].split(", ")
    with pytest.raises(AttributeError) as caught:
        nn.Parameter(X).weight  # noqa: B018
    known = raised(caught.value, "").details["known"].split(", ")
    assert "data" in known
    assert "w" not in known


def test_what_is_no_layer_says_it_too():
    def draws(shape):
        return np.random.normal(size=shape[0] / 2)

    class Steps(nn.optimizers.Optimizer):
        def update(self, w, dw, state):
            w -= learning_rate * dw  # noqa: F821

    assert find_in_initializer(draws)[0].id == "raises_fraction"
    (found,) = find_in_optimizer(lambda p: Steps(p, 0.1), lambda p: nn.SGD(p, lr=0.1))
    assert found.id == "raises_name"
    assert found.details["where"] == "step 1, `w -= learning_rate * dw  # noqa: F821`"


@pytest.mark.parametrize(
    "text",
    [
        "ValueError: The truth value of an array with more than one element is ambiguous.",
        "TypeError: unsupported operand type(s) for +: 'NoneType' and 'float'",
    ],
)
def test_the_words_alone_are_enough(text):
    """As of an exception that comes over from a worker, without its frames."""
    assert explained(text, "forward").id in ("raises_truth", "raises_none")
