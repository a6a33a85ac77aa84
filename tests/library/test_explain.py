"""explain: shapes, parameters, arithmetic and memory before any data exists, and misfits."""

import numpy as np
import pytest

import edunn as nn


def test_a_table_of_the_layers():
    model = nn.Sequential(
        ("fc1", nn.Dense(784, 128, "relu")), ("drop", nn.Dropout(0.2)), ("fc2", nn.Dense(128, 10))
    )
    explanation = model.explain((32, 784))
    rows = explanation.rows
    assert [row.name for row in rows] == ["fc1", "drop", "fc2"]
    assert [row.output for row in rows] == [(32, 128), (32, 128), (32, 10)]
    assert [row.parameters for row in rows] == [100_480, 0, 1_290]
    assert [row.multiply_adds for row in rows] == [32 * 784 * 128, 0, 32 * 128 * 10]
    assert [row.bytes for row in rows] == [32 * 128 * 4, 32 * 128 * 4, 32 * 10 * 4]
    text = str(explanation)
    assert "3,211,264" in text
    assert text.splitlines()[-1].split() == ["in", "all", "101,770", "3,252,224", "34,048"]
    assert all(len(line) <= 100 for line in text.splitlines())


def test_convolutions_sequences_and_words():
    images = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.MaxPool2d(2), nn.Flatten())
    rows = images.explain((2, 3, 8, 8)).rows
    assert [row.output for row in rows] == [(2, 8, 8, 8), (2, 8, 4, 4), (2, 128)]
    assert rows[0].multiply_adds == 2 * 8 * 8 * 8 * 3 * 3 * 3
    words = nn.Sequential(nn.Embedding(50, 6), nn.RNN(6, 4))
    rows = words.explain((3, 7)).rows
    assert [row.output for row in rows] == [(3, 7, 6), (3, 7, 4)]
    assert [row.multiply_adds for row in rows] == [0, 3 * 7 * (6 * 4 + 4 * 4)]


def test_nested_and_shared_layers_count_once():
    shared = nn.Linear(4, 4)
    model = nn.Sequential(shared, nn.Sequential(nn.ReLU(), shared))
    rows = model.explain((1, 4)).rows
    assert [row.name for row in rows] == ["0", "1.0", "1.1"]
    assert [row.parameters for row in rows] == [16, 0, 0]


def test_the_first_pair_that_does_not_fit_is_named_with_the_number_to_change():
    model = nn.Sequential(
        ("fc1", nn.Dense(784, 128)),
        ("act", nn.ReLU()),
        ("fc2", nn.Dense(64, 10)),
        ("x", nn.Bias(7)),
    )
    with pytest.raises(ValueError, match="fc2") as caught:
        model.explain((32, 784))
    assert str(caught.value) == (
        "layer fc2, Dense(64, 10, 'id'), takes 64 features, but layer act, ReLU(), gives 128: "
        "change the 64 of layer fc2 to 128, or let what comes before give 64"
    )
    with pytest.raises(ValueError, match="layer fc1, .* takes 784 .* but the input gives 100"):
        model.explain((32, 100))
    with pytest.raises(
        ValueError, match=r"layer 1 cannot take what layer 0, .* of shape \(2, 3, 8"
    ):
        nn.Sequential(nn.Conv2d(3, 3, 3, padding=1), nn.BatchNorm2d(4)).explain((2, 3, 8, 8))


def test_the_model_is_left_as_it_was():
    model = nn.Sequential(nn.Dense(3, 2), nn.BatchNorm1d(2), nn.Dropout(0.5))
    model.forward(np.ones((4, 3)))
    cache, mean = model.cache, model[1].running_mean.copy()
    model[2].eval()
    model.explain((1, 3))
    assert model.cache is cache
    assert [layer.training for layer in model] == [True, True, False]
    np.testing.assert_array_equal(model[1].running_mean, mean)


def test_a_model_in_a_notebook():
    model = nn.Sequential(("<b>", nn.Dense(3, 2)), name="net & co")
    html = model._repr_html_()
    assert "&lt;b&gt;" in html
    assert "net &amp; co" in html
    assert "<td>8</td>" in html


def test_print_shows_what_is_inside():
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.MaxPool2d(2), nn.BatchNorm2d(2), nn.RNN(2, 3))
    assert repr(model) == (
        "Sequential(\n"
        "  (0): Conv2d(1, 2, kernel_size=3, stride=1, padding=0)\n"
        "  (1): MaxPool2d(kernel_size=2, stride=2, padding=0)\n"
        "  (2): BatchNorm2d(2)\n"
        "  (3): RNN(2, 3)\n"
        ")"
    )
    assert repr(nn.Sequential()) == "Sequential()"


def test_a_layer_that_does_not_say_what_it_costs_is_not_known():
    class Scale(nn.Module):
        """y = w x, as a user writes it: nothing says how many products it adds up."""

        def __init__(self):
            self.w = nn.Parameter(np.ones(3, np.float32))

        def forward(self, x):
            return self.w.data * x

    model = nn.Sequential(
        nn.Linear(3, 3), Scale(), nn.ReLU(), nn.Sequential2D([3], [3], [[Scale()]])
    )
    explanation = model.explain((2, 3))
    assert [row.multiply_adds for row in explanation.rows] == [18, None, 0, None]
    lines = [line.split() for line in str(explanation).splitlines()]
    assert [line[-2] for line in lines[2:6]] == ["18", "?", "0", "?"]
    assert lines[-1] == ["in", "all", "15", "?", "96"]


def test_layers_with_sizes_have_them_under_the_same_two_names():
    layers = [
        nn.Linear(3, 3),
        nn.Bias(3),
        nn.Dense(3, 3),
        nn.BatchNorm1d(3),
        nn.BatchNorm2d(3),
        nn.ReLU(3),
        nn.MaskedLinear(3, 3),
        nn.SparseLinear(3, 3, [0], [0], [1.0]),
        nn.RNN(3, 3),
        nn.Sequential1D(in_features=3, out_features=3),
        nn.Sequential2D([3], [3], [[None]]),
    ]
    assert {(layer.in_features, layer.out_features) for layer in layers} == {(3, 3)}
    assert (
        nn.Embedding(7, embedding_dim=3).out_features
        == nn.Embedding(7, features=3).out_features
        == 3
    )
    assert nn.Dense(3, 2, bias=False).b is nn.Dense(3, 2, bias_initializer=None).b is None


def masked():
    return nn.MaskedLinear(2, 2, mask=np.array([[1.0, 1], [0, 0]]))


@pytest.mark.parametrize(
    ("make", "learned"),
    [
        (masked, 4),
        (lambda: nn.Sequential(masked()), 4),
        (lambda: nn.Sequential2D([2], [2], [[masked()]]), 4),
        (lambda: nn.Sequential2D([2], [2], [[nn.Sequential(masked(), nn.Linear(2, 2))]]), 8),
    ],
)
def test_what_is_learned_is_counted_the_same_alone_and_inside(make, learned):
    assert make().number_of_trainable_parameters() == learned


def test_a_tied_parameter_is_learned_once_and_a_frozen_one_never():
    first, second, third = masked(), nn.Linear(2, 2), nn.Linear(2, 2)
    third.w = second.w
    assert nn.Sequential(second, third, second).number_of_trainable_parameters() == 4
    assert (
        nn.Sequential2D(
            [2, 2], [2, 2], [[second, None], [None, third]]
        ).number_of_trainable_parameters()
        == 4
    )
    first.w.requires_grad = False
    assert first.number_of_trainable_parameters() == 2
