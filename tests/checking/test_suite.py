"""The whole suite: it accepts every module of edunn, and catches all mistakes of the catalogue."""

import copy
import functools
import time

import numpy as np
import pytest

import edunn as nn
from cases import CASES
from edunn.checking.diagnoses import answer
from edunn.checking.diagnosis import explained_by_others
from edunn.checking.engine import largest
from edunn.checking.findings import CheckedVariable, Finding
from edunn.checking.laws import examine_point, structure
from edunn.checking.point import Point
from edunn.checking.subject import Stop, Subject, float64_copies, resized
from edunn.checking.suite import examine_layer
from edunn.checking.wrong_gradient import agree, ratio_as_text, same
from mistakes import BENIGN, MISTAKES

pytestmark = pytest.mark.slow

# of what is to be taken from them, another batch is too small, or it is not the one in the shape
FIXED_SHAPES = {"Reshape", "Index", "BroadcastTo"}
BATCH_NOT_FIRST = " state"  # an initial state has its batch on the second axis
LAYERS = {
    name: case
    for name, case in CASES.items()
    if name.partition(",")[0] not in FIXED_SHAPES and not name.endswith(BATCH_NOT_FIRST)
}

# What each mistake is called today, where that is what it is. Left out are those whose finding is
# right but vague: "unknown", a wrong forward value, an exception.
EXPECTED = {
    "T01": "shape_of_output", "T03": "shape_lost_axis", "T24": "changes_input",
    "T04": "known_formula", "T05": "opposite_sign", "T07": "raises_product",
    "T10": "ratio_features_inverse", "T11": "ratio_batch_rows", "T13": "shape_of_output",
    "T16": "overwritten", "T17": "ratio_is_input", "T18": "ratio", "T19": "known_formula",
    "T21": "shape", "T23": "is_dy", "T25": "missing_elements",
    "L01": "shape_transposed", "L04": "only_last_example", "L05": "ignores_dy",
    "L06": "stale_batch", "L08": "old_parameters", "L09": "changes_input",
    "L11": "returns_not_pair", "L12": "keys_unknown", "L13": "all_zero",
    "X02": "examples_missing",
    "B02": "ratio_batch", "B04": "all_equal", "B07": "only_last_example", "B10": "changes_input",
    "D03": "wrong_dy_reached", "D04": "keys_missing",
    "R05": "changes_input", "R06": "forward_shape",
    "S01": "known_formula", "S02": "ignores_dy", "S03": "known_formula", "S04": "ratio_is_output",
    "S07": "overflow", "H02": "known_formula", "H03": "known_formula",
    "X04": "backward_not_repeatable",
    "M01": "diagonal", "M04": "not_finite_together", "M05": "examples_mixed",
    "M06": "examples_mixed",
    "M07": "known_formula", "M08": "rows_do_not_cancel", "M10": "not_zero_for_zero",
    "E01": "ratio_half", "E02": "opposite_sign", "E03": "ignores_dy", "E04": "ratio_batch_rows",
    "E06": "forward_shape", "E08": "ratio_batch_inverse",
    "C01": "extra_elements", "C04": "extra_elements", "C07": "ignores_dy",
    "C02": "ratio_is_input", "C08": "ratio_batch_inverse", "C09": "backward_not_repeatable",
    "C10": "rows_do_not_cancel", "C12": "known_formula",
    "Q06": "changes_cache_elsewhere", "Q08": "inner_not_run",
    "G02": "overwritten", "G10": "changes_input",
    "O01": "backward_not_repeatable", "O02": "ratio_keep", "O05": "test_phase_not_identity",
    "O06": "test_phase_not_identity", "O08": "test_phase_not_identity",
    "N01": "columns_do_not_cancel", "N05": "known_formula", "N06": "ratio_batch",
    "N07": "ratio_is_parameter", "N08": "test_phase_value", "N10": "test_phase_value",
    "V02": "uses_flipped", "V09": "permuted_axes", "P01": "extra_elements", "P02": "overwritten",
    "F02": "forward_shape", "F03": "stale_batch", "F04": "shape_of_output",
}  # fmt: skip
FORMULAS = {  # what the student wrote, read off the numbers
    "T04": "dy * a",
    "T19": "dy * x",
    "S01": "dy * x * (1 - x)",
    "S03": "dy * y * (1 + y)",
    "H02": "dy * (1 - y)",
    "H03": "dy * (1 + y^2)",
    "D03": "dy @ w.T",
    "M07": "dy * y",
    "C12": "dy * (y - t)",
    "N05": "sum(dy * x, axis=0)",
}

every_layer = pytest.mark.parametrize("case", LAYERS.values(), ids=LAYERS.keys())
every_mistake = pytest.mark.parametrize("mistake", MISTAKES, ids=[m.id for m in MISTAKES])


def inputs_of(mistake):
    return mistake.inputs(7, np.random.default_rng(0))


@functools.cache
def found_in(index):
    """What the suite finds in a mistake; the same for all tests here."""
    mistake = MISTAKES[index]
    inputs = inputs_of(mistake)
    with pytest.MonkeyPatch.context() as patch:
        if inputs[0].ndim == 4:  # fewer images, for speed: every number of them is nudged
            patch.setattr("edunn.checking.suite.BATCHES", (3, 1, 2))
        return examine_layer(mistake.wrong(), inputs, mistake.right())[0]


def found(mistake):
    return found_in(MISTAKES.index(mistake))


@every_layer
@pytest.mark.parametrize("with_reference", [False, True], ids=["alone", "with a reference"])
def test_every_right_layer_passes(case, with_reference):
    module, *inputs = case
    module = copy.deepcopy(module)
    before = copy.deepcopy((module.get_parameters(), inputs))
    reference = copy.deepcopy(module) if with_reference else None
    findings, checked, calls = examine_layer(module, tuple(inputs), reference, seed=with_reference)
    assert findings == []
    assert {one.verdict for one in checked} <= {"verified", "at a kink"}
    learns = {n for n, p in module.named_parameters().items() if p.requires_grad}
    assert learns <= {one.variable for one in checked}
    assert 20 <= calls <= 100
    for name, value in module.get_parameters().items():
        np.testing.assert_array_equal(value, before[0][name])
    for x, old in zip(inputs, before[1]):
        np.testing.assert_array_equal(x, old)


@every_mistake
def test_every_mistake_is_caught(mistake):
    assert found(mistake)


@every_mistake
def test_what_is_right_beside_a_mistake_passes(mistake):
    assert examine_layer(mistake.right(), inputs_of(mistake), mistake.right())[0] == []


@pytest.mark.parametrize("benign", BENIGN, ids=[m.id for m in BENIGN])
def test_what_is_right_away_from_ties_passes(benign):
    for make in (benign.right, benign.wrong):
        assert examine_layer(make(), inputs_of(benign), benign.right())[0] == []


@pytest.mark.parametrize("mistake", [m for m in MISTAKES if m.id in EXPECTED], ids=lambda m: m.id)
def test_a_mistake_is_called_what_it_is(mistake):
    assert found(mistake)[0].id == EXPECTED[mistake.id]
    assert found(mistake)[0].details.get("formula") == FORMULAS.get(mistake.id)
    if mistake.id in ("S07", "M04"):
        assert found(mistake)[0].details == {"size": "1000"}


def test_nine_of_ten_mistakes_have_a_name():
    assert {m.id for m in MISTAKES} >= EXPECTED.keys() >= FORMULAS.keys()
    unknown = [m.id for m in MISTAKES if found(m)[0].id == "unknown"]
    assert len(unknown) <= len(MISTAKES) / 10


@every_mistake
def test_a_finding_says_where(mistake):
    """A wrong number comes with both arrays, and its place; its class and method are named."""
    for one in found(mistake):
        assert one.who == type(mistake.wrong()).__name__
        assert one.part in ("forward", "backward")
        if one.wrong is not None:
            assert one.yours.shape == one.measured.shape == one.wrong.shape
            assert np.any(one.wrong)
            assert np.all(np.abs(one.yours - one.measured)[one.wrong] > 0)


# --- what a layer is given


class Records(nn.Linear):
    """A Linear(3, 2) that keeps what it is called with."""

    def __init__(self):
        super().__init__(3, 2)
        self.w.data = np.array([[0.0, -0.5], [0.5, 1.0], [2.0, -2.0]])
        self.xs, self.dys, self.situations = [], [], []

    def forward(self, x):
        self.xs.append(x.copy())
        large = bool(np.max(np.abs(x)) > 100)
        situation = len(x), self.training, large, np.round(self.w.data, 1).tolist()
        if situation not in self.situations[-1:]:  # a nudge is no other situation
            self.situations.append(situation)
        return super().forward(x)

    def backward(self, dy):
        self.dys.append(dy.copy())
        return super().backward(dy)


def test_the_suite_goes_through_these_situations(rng):
    """Batches of 7 (and 6, for the law of the cache), 1 and 3; other parameters, each further from
    0; evaluation; large inputs."""
    layer = Records()
    old, new = layer.w.data.tolist(), [[0.3, -0.8], [0.8, 1.3], [2.3, -2.3]]
    assert examine_layer(layer, (rng.normal(size=(4, 3)),), nn.Linear(3, 2))[0] == []
    assert layer.situations == [
        (7, True, False, old), (6, True, False, old), (7, True, False, old),
        (1, True, False, old), (3, True, False, old),
        (3, True, False, new), (3, False, False, new), (7, True, True, new),
    ]  # fmt: skip


def test_without_a_reference_nothing_is_extreme(rng):
    layer = Records()
    assert examine_layer(layer, (rng.normal(size=(4, 3)),))[0] == []
    assert [large for _, _, large, _ in layer.situations] == [False] * 7


@pytest.mark.parametrize(("low", "high", "extreme"), [(2, 5, True), (1.1, 1.9, True),
                                                      (0.1, 0.9, False)])  # fmt: skip
def test_every_other_row_is_a_thousand_times_as_large(low, high, extreme, rng):
    """Of both signs; probabilities stay what they are."""
    layer = Records()
    x = rng.uniform(low, high, (4, 3))
    assert examine_layer(layer, (x,), nn.Linear(3, 2))[0] == []
    for size, given in zip((1e3, -1e3) if extreme else (1, 1), layer.xs[-2:]):
        rows = given / size
        assert np.all(rows[::2] == 0) == extreme
        assert np.all((rows[1::2] >= min(0.1, low)) & (rows[1::2] <= high + 0.1))


def test_zeros_and_ones_stay_what_they_are():
    layer = Records()
    assert examine_layer(layer, (np.eye(3),), nn.Linear(3, 2))[0] == []
    assert {float(value) for x in layer.xs[-2:] for value in x.ravel()} == {0, 1}


def test_all_at_once_leaves_everything_as_it_was(rng):
    layer, inputs = nn.Linear(3, 2), (rng.normal(size=(4, 3)),)
    with float64_copies(layer):
        point = Point(Subject(layer), inputs, 0)
        before = [array.copy() for array in point.arrays().values()]
        assert point.values(jointly=True)[0] == []
        for array, old in zip(point.arrays().values(), before):
            np.testing.assert_array_equal(array, old)


def test_backward_is_asked_for_nothing_and_for_a_mixture(rng):
    layer = Records()
    assert examine_point(layer, (rng.normal(size=(4, 3)),))[0] == []
    dys = layer.dys
    assert any(not np.any(dy) for dy in dys)
    other = next(dy for dy in dys if np.any(dy) and np.any(dy != dys[0]))
    assert any(np.allclose(dy, 2.5 * dys[0] - 1.5 * other) for dy in dys)


@pytest.mark.parametrize(("bend", "ids"), [(1e-7, ["not_linear"]), (5e-11, [])])
def test_backward_is_linear_to_nine_digits(bend, ids, rng):
    class Bent(nn.Linear):
        def backward(self, dy):
            return super().backward(dy + bend * dy**2)

    assert [one.id for one in examine_point(Bent(3, 2), (rng.normal(size=(4, 3)),))[0]] == ids


@pytest.mark.parametrize(("size", "bend", "ids"), [(1e-10, 1e-4, ["not_linear"]),
                                                   (1e-10, 1e-6, []), (1e-14, 1e-5, []),
                                                   (1e-14, 1e-1, ["not_linear"])])  # fmt: skip
def test_where_numbers_cancel_backward_is_linear_as_far_as_they_allow(size, bend, ids, rng):
    class Small(nn.Linear):
        def forward(self, x):
            return size * super().forward(x)

        def backward(self, dy):
            return super().backward(size * (dy + bend * dy**2))

    layer, x = Small(3, 2), rng.normal(size=(4, 3))
    with float64_copies(layer):
        assert [one.id for one in structure(Point(Subject(layer), (x,), 0))] == ids


def test_the_budget_is_twenty_thousand_calls_and_twenty_seconds():
    subject = Subject(nn.Linear(3, 2))
    assert (subject.most_calls, subject.seconds) == (20_000, 20)
    assert 19 < subject.end - time.monotonic() <= 20


def test_the_last_second_is_still_within_the_budget(monkeypatch, rng):
    now = 100.0
    monkeypatch.setattr("edunn.checking.subject.time.monotonic", lambda: now)
    subject, x = Subject(nn.Linear(3, 2)), rng.normal(size=(4, 3))
    now = 120.0
    subject.forward(x)
    now = 120.1
    with pytest.raises(Stop):
        subject.forward(x)


@pytest.mark.parametrize(("draws", "times"), [(False, 1), (True, 3)])
def test_np_random_is_put_back_only_for_a_layer_that_draws_from_it(draws, times, monkeypatch):
    class Draws(nn.Linear):
        def forward(self, x):
            return super().forward(x + (np.random.rand() if draws else 0))

    put, put_back = [], np.random.set_state
    subject, x = Subject(Draws(3, 2)), np.ones((4, 3))
    monkeypatch.setattr(np.random, "set_state", lambda state: put.append(1) or put_back(state))
    ys = [subject.forward(x) for _ in range(3)]
    assert len(put) == times
    assert ys[0].tolist() == ys[1].tolist() == ys[2].tolist()


ALL = {  # the variables that are right or wrong, in order: what that explains
    "a wrong, b wrong, c right": "only_last_layer_right",
    "a wrong, b wrong, c right, d right": "only_last_layer_right",
    "a wrong, b right, c right": "unknown",
    "a wrong, b right, c wrong": "unknown",
    "a wrong, b wrong": "unknown",
    "input 0 wrong, 1.w wrong, 1.b right": "wrong_dy_reached",
    "input 0 wrong, w wrong, b right": "wrong_dy_reached",
    "input 0 wrong, b right": "unknown",
    "input 1 wrong, w wrong, b right": "only_last_layer_right",
}


@pytest.mark.parametrize("verdicts", ALL)
def test_which_are_right_may_explain_the_rest(verdicts):
    pairs = [one.rpartition(" ") for one in verdicts.split(", ")]
    checked = [CheckedVariable(n, 1, "wrong" if v == "wrong" else "verified") for n, _, v in pairs]
    for first, expected in (("unknown", ALL[verdicts]), ("flipped", "flipped")):
        wrong = [n for n, _, v in pairs if v == "wrong"]
        answers = {n: answer("unknown") for n in wrong} | {wrong[0]: answer(first)}
        found = [Finding(one.id, "A", "backward", n) for n, one in answers.items()]
        assert [one.id for one in explained_by_others(found, answers, checked)][:1] == [expected]


def test_one_number_from_one_number():
    """Of no axes, so that there is one example, and no share of the batch."""

    class Twice(nn.Multiply):
        def backward(self, dy):
            (da, db), grads = super().backward(dy)
            return (2 * da, db), grads

    found = examine_point(Twice(), (np.array(2.0), np.array(3.0)))[0]
    assert [one.id for one in found] == ["ratio_two"]


# --- the parts it is made of


@pytest.mark.parametrize("n", [1, 3, 7])
def test_other_batches_are_in_the_image_of_the_first(n, rng):
    labels = np.array([4, 2, 9, 2])
    assert set(resized(labels, n, rng)) <= {2, 4, 9}
    assert resized(labels.reshape(2, 2), n, rng).shape == (n, 2)
    bits = resized(np.array([[0.0, 1.0, 1.0]] * 4), 20 * n, rng)
    assert bits.shape == (20 * n, 3)
    assert set(np.unique(bits)) == {0, 1}
    shares = resized(rng.uniform(0, 1, (4, 5)), n, rng)
    assert shares.shape == (n, 5)
    assert 0.1 <= shares.min() < shares.max() <= 0.9
    positive = resized(np.array([[2.0, 3.0, 5.0]]), n, rng)
    assert positive.shape == (n, 3)
    assert 2 <= positive.min() < positive.max() <= 5
    large = resized(np.array([[0.5, -3.0, 1.5, 0.0]]), n, rng)
    assert large.shape == (n, 4)
    assert np.abs(large).min() >= 0.15
    assert np.abs(large).max() <= 2.15
    many = resized(np.array([[0.5, -3.0, 1.5, 0.0]]), 20, rng)
    assert many.min() < 0 < many.max()


@pytest.mark.parametrize(
    ("x", "low", "high"),
    [
        ([-5.0, -2.0], -5, -2),
        ([-0.9, -0.1], -0.9, -0.1),
        ([0.5, 1.5], 0.5, 1.5),
        ([0.0, 0.3], 0.1, 0.9),
        ([0.2, 1.0], 0.1, 0.9),
        ([0.0, 1.5], -2.15, 2.15),
        ([-1.5, 0.0], -2.15, 2.15),
        ([-0.5, 0.5], -2.15, 2.15),
    ],
)
def test_other_batches_keep_the_sign_and_go_as_far(x, low, high, rng):
    made = resized(np.array([x]), 40, rng)
    assert low <= made.min() < low + 0.2 * (high - low)
    assert high - 0.2 * (high - low) < made.max() <= high
    assert resized(np.array([x]), 40, rng).tolist() != made.tolist()


def test_other_batches_never_meet_a_tie(rng):
    for x in (rng.normal(size=(4, 30)), rng.uniform(0, 1, (4, 30)), rng.uniform(2, 5, (4, 30))):
        made = np.sort(np.abs(resized(x, 7, rng)), axis=None)
        assert made.size == 210
        assert np.diff(made).min() > 1e-3


def test_no_labels_stay_no_labels(rng):
    assert resized(np.zeros((0, 2), int), 3, rng).shape == (0, 2)


@pytest.mark.parametrize("size", [1e-20, 1.0, 1e20])
def test_two_arrays_are_the_same_to_six_digits(size):
    a = size * np.array([1.0, -2.0, 0.0])
    assert same(a, a)
    assert same(a, a + 1e-6 * size)
    assert same(a, a - 1e-6 * size)
    assert not same(a, a + 5e-6 * size)
    assert not same(a, a + np.array([0, 0, 1e-5]) * size)
    assert not same(a, -a)
    assert not same(a, 2 * a)


def test_the_largest_number_is_the_one_farthest_from_0():
    assert largest(np.array([[1.0, -3.0], [2.0, 0.0]])) == 3
    assert largest(np.zeros((0, 2))) == 0


@pytest.mark.parametrize(
    ("ratio", "text"),
    [(2, "2"), (0.5, "0.5"), (1 / 3, "1/3"), (-1 / 18, "-1/18"), (0.4, "0.4"), (1.4427, "1.4427")],
)
def test_a_ratio_as_text(ratio, text):
    assert ratio_as_text(ratio) == text


@pytest.mark.parametrize("size", [1e-20, 1.0, 1e20])
def test_two_arrays_agree_to_nine_digits(size):
    a = size * np.array([1.0, -2.0, 0.0])
    for error, expected in ((1.9e-9, True), (-1.9e-9, True), (3e-9, False), (-3e-9, False)):
        assert agree(a + size * np.array([0, 0, error]), a) is expected
    assert not agree(a, -a)
    assert not agree(a * np.nan, a)
    assert not agree(a, a[None])
    assert agree(0 * a, 0 * a)
    assert agree(a[:0], a[:0])
    assert agree(np.array([1e-9, 1]), np.array([0.0, 1]))
    assert same(np.array([0.0, 1]), np.array([1e-6, 1]))


def test_what_is_never_the_same():
    a = np.array([1.0, -2.0])
    for one, other in ((a, None), (None, a), (a, a[None]), (a, a[:1]), (a[:0], a[:0]),
                       (0 * a, 0 * a), (a, 0 * a)):  # fmt: skip
        assert same(one, other) is False


# --- right layers that are hard to measure


def saturated(seed):
    """Scores of which one is far ahead of the others."""
    return 30 * np.random.default_rng(seed).normal(size=(5, 3))


SATURATED = {
    "CrossEntropyLoss": lambda x: (nn.CrossEntropyLoss(), x, x.argmax(axis=1)),
    "BCEWithLogitsLoss": lambda x: (nn.BCEWithLogitsLoss(), np.array([[20.0, -20.0]]),
                                    np.array([[1.0, 0.0]])),
    "Softmax": lambda x: (nn.Softmax(), x),
}  # fmt: skip


@pytest.mark.parametrize("case", SATURATED.values(), ids=SATURATED.keys())
def test_a_layer_that_is_sure_of_itself_is_right(case):
    for seed in range(40):
        module, *inputs = case(saturated(seed))
        assert examine_point(module, tuple(inputs), seed)[0] == []


def test_a_layer_with_nothing_to_learn():
    layer = nn.Embedding(5, 3)
    layer.w.requires_grad = False
    assert examine_layer(layer, (np.array([[0, 4, 4], [2, 0, 1]]),))[0] == []


CALLS = [
    (nn.ReLU(), None, 29),  # without parameters: no second round with other ones
    (nn.Linear(3, 2), None, 41),
    (nn.Dense(3, 2, "tanh"), None, 46),
    (nn.ReLU(), nn.ReLU(), 31),  # with a reference: extremes as well
    (nn.Dropout(0.3), nn.Dropout(0.3), 38),  # another test phase
    (nn.BatchNorm1d(3), nn.BatchNorm1d(3), 49),  # buffers as well; no batch of one
]


def test_at_one_point_each_gradient_is_asked_for_alone():
    layer = nn.Dense(3, 2, "tanh")
    of_structure, per_variable = 7, 5
    calls = examine_point(layer, (np.random.default_rng(0).normal(size=(4, 3)),))[2]
    assert calls == of_structure + 3 * per_variable


@pytest.mark.parametrize(("layer", "reference", "calls"), CALLS, ids=lambda one: str(one))
def test_the_suite_asks_for_as_much_as_it_needs(layer, reference, calls):
    x = np.random.default_rng(0).normal(size=(4, 3))
    assert nn.check_layer(layer, x, reference=reference).calls == calls
