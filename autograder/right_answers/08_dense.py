"""Right answers to exercise 8 that are not the reference's.

The three layers by `if` and `elif`, by `getattr` or in a loop, as affine layers and activations are
put together in public course solutions (CS231n's sandwich layers, networks from scratch).
"""

from edunn.course.authoring import RightAnswer

INIT, FORWARD, BACKWARD = "Dense.__init__", "Dense.forward", "Dense.backward"

RIGHT_ANSWERS = [
    RightAnswer(
        "one call inside the other",
        {
            INIT: """
                self.activation = kinds[activation]()
                self.bias = nn.Bias(features=outputs, initializer=bias_initializer)
                self.linear = nn.Linear(inputs, outputs, initializer=initializer)
            """,
            FORWARD: """
                y = self.activation.forward(self.bias.forward(self.linear.forward(x)))
                self.cache = [self.linear.cache, self.bias.cache, self.activation.cache]
            """,
            BACKWARD: """
                linear_cache, bias_cache, activation_cache = self.cache
                self.activation.cache = activation_cache
                dy = self.activation.backward(dy)[0]
                self.bias.cache = bias_cache
                dy, grads_b = self.bias.backward(dy)
                self.linear.cache = linear_cache
                dx, grads_w = self.linear.backward(dy)
                grads = {**grads_w, **grads_b}
            """,
        },
    ),
    RightAnswer(
        "loops over the three layers",
        {
            INIT: """
                self.linear, self.bias, self.activation = (
                    nn.Linear(inputs, outputs, initializer),
                    nn.Bias(outputs, bias_initializer),
                    kinds[activation](),
                )
            """,
            FORWARD: """
                caches, y = [], x
                for layer in (self.linear, self.bias, self.activation):
                    y = layer.forward(y)
                    caches.append(layer.cache)
                self.cache = tuple(caches)
            """,
            BACKWARD: """
                grads, dx = {}, dy
                layers = [self.linear, self.bias, self.activation]
                for layer, cache in reversed(list(zip(layers, self.cache))):
                    layer.cache = cache
                    dx, own = layer.backward(dx)
                    grads.update(own)
            """,
        },
    ),
    RightAnswer(
        "if and elif",
        {
            INIT: """
                self.linear = nn.Linear(inputs, outputs, initializer)
                self.bias = nn.Bias(outputs, bias_initializer)
                if activation == "relu":
                    self.activation = nn.ReLU()
                elif activation == "sigmoid":
                    self.activation = nn.Sigmoid()
                elif activation == "softmax":
                    self.activation = nn.Softmax()
                elif activation == "tanh":
                    self.activation = nn.Tanh()
                else:
                    self.activation = nn.Identity()
            """,
            BACKWARD: """
                self.linear.cache, self.bias.cache, self.activation.cache = self.cache
                da, nothing = self.activation.backward(dy)
                dz, of_bias = self.bias.backward(da)
                dx, of_linear = self.linear.backward(dz)
                grads = {"w": of_linear["w"], "b": of_bias["b"]}
            """,
        },
    ),
    RightAnswer(
        "the dict's own words",
        {
            INIT: """
                kind = kinds.get(activation, nn.Identity)
                self.linear = nn.Linear(inputs, outputs, initializer)
                self.bias = nn.Bias(outputs, bias_initializer)
                self.activation = kind()
            """,
            BACKWARD: """
                caches = dict(zip(["linear", "bias", "activation"], self.cache))
                grads = dict()
                for name in ("activation", "bias", "linear"):
                    layer = getattr(self, name)
                    layer.cache = caches[name]
                    dy, more = layer.backward(dy)
                    for key in more:
                        grads[key] = more[key]
                dx = dy
            """,
        },
    ),
    RightAnswer(
        "helpers above the class",
        {
            FORWARD: "y, self.cache = through(x, self.linear, self.bias, self.activation)",
            BACKWARD: """
                layers = [self.linear, self.bias, self.activation]
                dx, grads = back(dy, layers, list(self.cache))
            """,
        },
        above="""
            def through(x, layer, *others):
                y = layer.forward(x)
                if not others:
                    return y, (layer.cache,)
                cache = layer.cache
                y, caches = through(y, *others)
                return y, (cache, *caches)


            def back(dy, layers, caches):
                if not layers:
                    return dy, {}
                layer = layers.pop()
                layer.cache = caches.pop()
                dx, own = layer.backward(dy)
                dx, rest = back(dx, layers, caches)
                return dx, rest | own
        """,
    ),
    RightAnswer(
        "one after the other, names of its own",
        {
            FORWARD: """
                out = self.linear.forward(x)
                first = self.linear.cache
                out = self.bias.forward(out)
                second = self.bias.cache
                out = self.activation.forward(out)
                third = self.activation.cache
                self.cache = (first, second, third)
                y = out
            """,
            BACKWARD: """
                self.activation.cache = self.cache[2]
                self.bias.cache = self.cache[1]
                self.linear.cache = self.cache[0]
                step, _ = self.activation.backward(dy)
                step, grads = self.bias.backward(step)
                dx, others = self.linear.backward(step)
                grads = dict(list(others.items()) + list(grads.items()))
            """,
        },
    ),
    RightAnswer(
        "float64 in and out",
        {
            FORWARD: """
                z = self.linear.forward(np.asarray(x, dtype=np.float64))
                a = self.bias.forward(z.copy())
                y = np.array(self.activation.forward(a), dtype=np.float64)
                self.cache = self.linear.cache, self.bias.cache, self.activation.cache
            """,
            BACKWARD: """
                for layer, kept in zip((self.linear, self.bias, self.activation), self.cache):
                    setattr(layer, "cache", kept)
                da = self.activation.backward(np.asarray(dy, dtype=float))[0]
                dz, grads = self.bias.backward(da)
                grads = grads.copy()
                dx, grads["w"] = self.linear.backward(dz)
                grads["w"] = grads["w"]["w"]
            """,
        },
    ),
]
