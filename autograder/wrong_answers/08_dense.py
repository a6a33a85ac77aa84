"""Wrong answers to exercise 8, and what the student must read of each."""

from edunn.course.authoring import Mistake

INIT, FORWARD, BACKWARD = "Dense.__init__", "Dense.forward", "Dense.backward"
RESTORE = "self.linear.cache, self.bias.cache, self.activation.cache = self.cache\n"

WRONG_ANSWERS = [
    Mistake(
        "sizes turned round",
        INIT,
        ("inputs, outputs", "outputs, inputs"),
        "has shape (3, 2), not (2, 3): which size",
    ),
    Mistake(
        "bias of the inputs",
        INIT,
        ("Bias(outputs", "Bias(inputs"),
        "has shape (2,), not (3,): which size",
    ),
    Mistake("a dict is called", INIT, ("kinds[activation]()", "kinds(activation)"), "not callable"),
    Mistake(
        "relu or nothing",
        INIT,
        ("kinds[activation]()", 'nn.ReLU() if activation == "relu" else nn.Identity()'),
        "Dense(2, 3, 'tanh') has the activation Identity",
    ),
    Mistake(
        "arrays for initializers",
        INIT,
        ("outputs, initializer)", "outputs, initializer((inputs, outputs)))"),
        "not callable",
    ),
    Mistake("activation is a class", INIT, ("[activation]()", "[activation]"), "not yet a layer"),
    Mistake("activation is its name", INIT, ("kinds[activation]()", "activation"), "'relu' stands"),
    Mistake("always relu", INIT, ("kinds[activation]()", "nn.ReLU()"), "has the activation ReLU"),
    Mistake("w not initialized", INIT, (", initializer)", ")"), "w does not come from its"),
    Mistake("b not initialized", INIT, (", bias_initializer)", ")"), "b does not come from its"),
    Mistake(
        "layers in local variables",
        INIT,
        "linear = nn.Linear(inputs, outputs, initializer)\n"
        "bias = nn.Bias(outputs, bias_initializer)\n"
        "activation = kinds[activation]()",
        "no attribute 'linear'",
    ),
    Mistake("no activation", FORWARD, ("self.activation.forward(a)", "a"), "below 0"),
    Mistake("no bias", FORWARD, ("self.bias.forward(z)", "z"), "bias is missing"),
    Mistake(
        "activation before bias",
        FORWARD,
        """
        z = self.linear.forward(x)
        a = self.activation.forward(z)
        y = self.bias.forward(a)
        self.cache = self.linear.cache, self.bias.cache, self.activation.cache
        """,
        "does not come last",
    ),
    Mistake("activation twice", FORWARD, ("forward(a)", "forward(np.tanh(a))"), "not equal"),
    Mistake(
        "the bias gets x", FORWARD, ("self.bias.forward(z)", "self.bias.forward(x)"), "not equal"
    ),
    Mistake(
        "keeps x only",
        FORWARD,
        ("self.linear.cache, self.bias.cache, self.activation.cache", "x"),
        "self.cache must hold three things",
    ),
    Mistake(
        "keeps the numbers on the way",
        FORWARD,
        ("self.linear.cache, self.bias.cache, self.activation.cache", "x, z, a"),
        "self.cache must hold three things",
    ),
    Mistake(
        "caches in another order than backward puts them back",
        FORWARD,
        (
            "self.linear.cache, self.bias.cache, self.activation.cache",
            "self.activation.cache, self.bias.cache, self.linear.cache",
        ),
        "stops with an error",
    ),
    Mistake(
        "no caches",
        FORWARD,
        ("self.cache = self.linear.cache, self.bias.cache, self.activation.cache", ""),
        "self.cache is empty",
    ),
    Mistake(
        "y is forgotten",
        FORWARD,
        ("y = self.activation.forward(a)", "self.activation.forward(a)\n        y = None"),
        "y was not filled",
    ),
    Mistake("caches not put back", BACKWARD, (RESTORE.strip(), ""), "After another forward"),
    Mistake(
        "w before the activation",
        BACKWARD,
        ("linear.backward(dz)", "linear.backward(dy)"),
        "dw is made with dy",
    ),
    Mistake("activation skipped", BACKWARD, ("bias.backward(da)", "bias.backward(dy)"), "db is 11"),
    Mistake(
        "opposite order",
        BACKWARD,
        RESTORE
        + """
dz, linear_grads = self.linear.backward(dy)
da, bias_grads = self.bias.backward(dz)
dx, _ = self.activation.backward(da)
grads = linear_grads | bias_grads
""",
        "stops with an error",
    ),
    Mistake(
        "the second thing is not taken off",
        BACKWARD,
        ("da, _ = self", "da = self"),
        "stops with an error",
    ),
    Mistake(
        "update gives nothing back",
        BACKWARD,
        ("linear_grads | bias_grads", "linear_grads.update(bias_grads)"),
        "gives back nothing",
    ),
    Mistake(
        "dicts added",
        BACKWARD,
        ("linear_grads | bias_grads", "linear_grads + bias_grads"),
        "for +: 'dict' and 'dict'",
    ),
    Mistake("dw dropped", BACKWARD, ("linear_grads | bias_grads", "bias_grads"), "gradient for: w"),
    Mistake(
        "db dropped", BACKWARD, ("linear_grads | bias_grads", "linear_grads"), "gradient for: b"
    ),
    Mistake(
        "grads in a list",
        BACKWARD,
        ("linear_grads | bias_grads", "[linear_grads, bias_grads]"),
        "not a dictionary",
    ),
    Mistake(
        "long names",
        BACKWARD,
        (
            "linear_grads | bias_grads",
            '{"linear": linear_grads["w"], "bias": bias_grads["b"]}',
        ),
        "a gradient named bias, linear",
    ),
    Mistake(
        "dx without w",
        BACKWARD,
        (
            "dx, linear_grads = self.linear.backward(dz)",
            "_, linear_grads = self.linear.backward(dz)\n        dx = dz",
        ),
        "the shape of the output",
    ),
    Mistake(
        "caches collected before forward",
        FORWARD,
        "self.cache = self.linear.cache, self.bias.cache, self.activation.cache\n"
        "y = self.activation.forward(self.bias.forward(self.linear.forward(x)))",
        "as they are after all ran",
    ),
]
