"""Acceptance: edunn's own guide to Sequential, row by row (E1 to E15)."""

import nbformat
import numpy as np
import pytest

import edunn as nn

DIN, DOUT = 5, 3


def two_layers():
    layers = [nn.Dense(DIN, 3, "relu"), nn.Dense(3, DOUT, "id")]
    return nn.Sequential(layers, name="Two-Layer Network")


def affine(w, b):
    return nn.Sequential(
        [
            nn.Linear(2, 3, initializer=nn.initializers.Constant(w)),
            nn.Bias(3, initializer=nn.initializers.Constant(b)),
        ]
    )


def test_E1_a_list_of_layers_and_a_name():
    model = nn.Sequential([nn.Linear(DIN, DOUT), nn.Bias(DOUT)], name="Linear Regression")
    assert model.name == "Linear Regression"
    assert model.forward(np.ones((2, DIN))).shape == (2, DOUT)


def test_E2_a_name_may_be_used_again():
    """Two models of one name stay two: neither is refused, and neither is the other."""
    first, second = (
        nn.Sequential([nn.Linear(DIN, DOUT)], name="Linear Regression") for _ in range(2)
    )
    assert first.name == second.name == "Linear Regression"
    assert list(first.get_parameters()) == list(second.get_parameters()) == ["0.w"]
    x = np.ones((2, DIN), np.float32)
    before = first.forward(x)
    second[0].w.data[...] = 0
    np.testing.assert_array_equal(first.forward(x), before)
    assert not second.forward(x).any()


def test_E3_summary_is_text():
    model = nn.Sequential([nn.Linear(DIN, DOUT), nn.Bias(DOUT)], name="Linear Regression")
    line = "-" * 31
    assert model.summary() == (
        f"{line}\nModel Linear Regression:\nLinear_0 → params: 15\nBias_0 → params: 3\n"
        f"Total parameters: 18\n{line}\n"
    )


@pytest.mark.parametrize(
    ("layers", "total"),
    [
        (lambda: [nn.Linear(DIN, DOUT), nn.Bias(DOUT)], 18),
        (lambda: [nn.Linear(DIN, DOUT), nn.Bias(DOUT), nn.Softmax(DOUT)], 18),
        (lambda: [nn.Linear(DIN, DOUT), nn.Bias(DOUT), nn.ReLU(DOUT)], 18),
        (lambda: [nn.Dense(DIN, 3, "relu"), nn.Dense(3, DOUT, "id")], 30),
        (
            lambda: [nn.Dense(DIN, 2, "relu"), nn.Dense(2, 4, "tanh"), nn.Dense(4, 3, "sigmoid"),
                     nn.Dense(3, DOUT, "softmax")],
            51,
        ),
    ],
)  # fmt: skip
def test_E4_E6_totals(layers, total):
    assert f"Total parameters: {total}\n" in nn.Sequential(layers()).summary()


def test_E5_activations_take_a_number_of_features():
    summary = nn.Sequential([nn.Softmax(DOUT), nn.ReLU(DOUT)]).summary()
    assert "Softmax_0 → params: 0\nReLU_0 → params: 0\n" in summary
    assert nn.ReLU(DOUT).features == DOUT


def test_E6_dense_takes_the_name_of_an_activation():
    summary = two_layers().summary()
    assert "Dense_0(relu) → params: 18\nDense_1(id) → params: 12\n" in summary


def test_E7_parameters_have_names_of_their_own_and_live_arrays():
    model = two_layers()
    assert list(model.get_parameters()) == ["0.w", "0.b", "1.w", "1.b"]
    x = np.ones((1, DIN), np.float32)
    before = model.forward(x)
    model.get_parameters()["1.b"] += 1
    np.testing.assert_allclose(model.forward(x), before + 1, rtol=1e-6)
    outer = nn.Sequential(nn.Sequential(nn.Linear(2, 2)), nn.Linear(2, 2))
    assert list(outer.get_parameters()) == ["0.0.w", "1.w"]


@pytest.mark.parametrize("sign", [1, -1])
def test_E8_E9_forward_of_whole_numbers(sign):
    w, b = np.array([[2, 3, 4], [4, 5, 6]]), np.array([1, 2, 3])
    x = np.array([[3, -7], [-3, 7]])
    y = np.array([[-21, -24, -27], [23, 28, 33]])
    np.testing.assert_array_equal(affine(sign * w, sign * b).forward(x), sign * y)


def test_E10_check_same_prints_on_success(capsys):
    nn.utils.check_same(np.array([1, 2]), np.array([1.0, 2.0 + 1e-13]))
    green = "\033[92mSUCCESS :)\033[0m"
    assert capsys.readouterr().out == f"{green} Arrays are equal (tolerance 1e-12)\n"


@pytest.mark.parametrize(
    ("calculated", "words"),
    [
        (np.array([1, 2.1]), "ERROR   :\\(.*Arrays are not equal"),
        (np.array([1, np.nan]), "Arrays are not equal"),
        (np.array([[1, 2]]), r"different shapes: expected \(2,\), calculated \(1, 2\)"),
    ],
)
def test_E10_check_same_raises_on_failure(calculated, words):
    with pytest.raises(AssertionError, match=words):
        nn.utils.check_same(np.array([1, 2]), calculated)


def test_E11_backward_gives_dx_and_gradients_by_name(rng):
    model = affine(np.ones((2, 3)), np.ones(3))
    model.forward(rng.normal(size=(4, 2)))
    δEδx, δEδp = model.backward(np.ones((4, 3)))
    assert δEδx.shape == (4, 2)
    assert δEδp.keys() == {"0.w", "1.b"}


def test_E12_gradients_of_layers_are_merged_without_frozen_ones(rng):
    class ByHand(nn.Sequential):
        """Sequential.backward as the guide has the student write it."""

        def backward(self, δEδy):
            gradients = {}
            for layer, cache in zip(reversed(list(self)), reversed(self.cache)):
                layer.cache = cache
                δEδy, δEδp_layer = layer.backward(δEδy)
                self.merge_gradients(layer, δEδp_layer, gradients)
            return δEδy, gradients

    frozen, shared = nn.Linear(3, 3), nn.Linear(3, 3)
    frozen.w.requires_grad = False
    layers = [shared, nn.Tanh(), frozen, nn.Sequential([shared, nn.Bias(3)])]
    x, dy = rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
    results = []
    for kind in (ByHand, nn.Sequential):
        model = kind(layers)
        model.forward(x)
        results.append(model.backward(dy))
    np.testing.assert_allclose(results[0][0], results[1][0])
    assert results[0][1].keys() == results[1][1].keys() == {"0.w", "3.1.b"}
    for name, gradient in results[0][1].items():
        np.testing.assert_allclose(gradient, results[1][1][name])


def test_E13_common_layer_prints_what_it_checked(capsys):
    layer = nn.Sequential([nn.Linear(3, 5), nn.Bias(5), nn.ReLU()])
    nn.utils.check_gradient.common_layer(layer, (2, 3), samples=100)
    assert capsys.readouterr().out == (
        "Sequential layer:\n\033[92mSUCCESS\033[0m 2600 partial derivatives checked "
        "(100 random input samples)\n"
    )


def test_E13_common_layer_raises_on_a_wrong_gradient(rng):
    class Wrong(nn.ReLU):
        def backward(self, dy):
            return dy, {}

    with pytest.raises(nn.GradientError, match="Wrong, gradient of input 0"):
        nn.utils.check_gradient.common_layer(Wrong(), (2, 3), samples=3)


def test_E14_names_count_by_class():
    summary = nn.Sequential([nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 4), nn.ReLU()]).summary()
    assert [row.split()[0] for row in summary.splitlines()[2:6]] == [
        "Linear_0", "ReLU_0", "Linear_1", "ReLU_1",
    ]  # fmt: skip


GUIDE = [  # the code cells of the guide, as they stand in it
    """\
%load_ext autoreload
%autoreload 2
import numpy as np
import edunn as nn
""",
    """\
din=5
dout=3

# Create a linear regression model
layers = [nn.Linear(din,dout), nn.Bias(dout)]
linear_regression = nn.Sequential(layers, name="Linear Regression")
print(linear_regression.summary())

# Create a linear regression model without the auxiliary variable `layers`
linear_regression = nn.Sequential([nn.Linear(din,dout),
                                   nn.Bias(dout),
                                  ], name="Linear Regression")
print(linear_regression.summary())

# Create a logistic regression model
logistic_regression = nn.Sequential([nn.Linear(din,dout),
                                   nn.Bias(dout),
                                   nn.Softmax(dout)
                                  ], name="Logistic Regression")
print(logistic_regression.summary())

# Create a Dense layer with ReLU activation
dense_relu = nn.Sequential([nn.Linear(din,dout),
                           nn.Bias(dout),
                           nn.ReLU(dout)
                          ], name="Dense Layer with ReLU Activation")
print(dense_relu.summary())
""",
    """\
# Create a network with two Dense layers, both with internal dimensionality of 3
network_layer2 = nn.Sequential([nn.Dense(din, 3, "relu"),
                               nn.Dense(3, dout, "id")
                      ], name="Two-Layer Network")
print(network_layer2.summary())

# Create a network with 4 Dense layers
# Internal dimensions are 2, 4, and 3
# The final layer uses softmax activation
network_layer4 = nn.Sequential([nn.Dense(din, 2, "relu"),
                               nn.Dense(2, 4, "tanh"),
                               nn.Dense(4, 3, "sigmoid"),
                               nn.Dense(3, dout, "softmax"),
                      ], name="Four-Layer Network")
print(network_layer4.summary())
""",
    """\
print("Parameter names of network_layer2")
print(network_layer2.get_parameters().keys())

print("Parameter names of network_layer4")
print(network_layer4.get_parameters().keys())
""",
    """\
x = np.array([[3,-7],
             [-3,7]])

w = np.array([[2, 3, 4],[4,5,6]])
b = np.array([1,2,3])
linear_initializer = nn.initializers.Constant(w)
bias_initializer = nn.initializers.Constant(b)
layer = nn.Sequential([nn.Linear(2, 3, initializer=linear_initializer),
                     nn.Bias(3, initializer=bias_initializer)
                    ])
y = np.array([[-21, -24, -27],
              [23, 28, 33]])

nn.utils.check_same(y, layer.forward(x))

linear_initializer = nn.initializers.Constant(-w)
bias_initializer = nn.initializers.Constant(-b)
layer = nn.Sequential([nn.Linear(2, 3, initializer=linear_initializer),
                     nn.Bias(3, initializer=bias_initializer)
                    ])
nn.utils.check_same(-y, layer.forward(x))
""",
    """\
samples = 100
batch_size = 2
features_in = 3
features_out = 5
input_shape = (batch_size, features_in)

# Test derivatives of a Sequential model with random values for `w`
layer = nn.Sequential([nn.Linear(features_in, features_out),
                     nn.Bias(features_out),
                     nn.ReLU()
                    ])
nn.utils.check_gradient.common_layer(layer, input_shape, samples=samples)
""",
]


@pytest.mark.slow
def test_E15_the_guide_runs_as_it_stands(tmp_path):
    from nbclient import NotebookClient

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in GUIDE])
    client = NotebookClient(notebook, timeout=60, kernel_name="python3")
    manager = client.create_kernel_manager()
    manager.transport, manager.ip = "ipc", f"{tmp_path}/kernel"
    client.execute(cwd=str(tmp_path))
    printed = "".join(o["text"] for c in notebook.cells for o in c["outputs"] if "text" in o)
    assert [f"Total parameters: {n}" for n in (18, 18, 18, 18, 30, 51)] == [
        row for row in printed.splitlines() if row.startswith("Total")
    ]
    assert printed.count("Arrays are equal (tolerance 1e-12)") == 2
    assert "2600 partial derivatives checked" in printed
