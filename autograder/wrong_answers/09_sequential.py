"""Wrong answers to exercise 9, and what the student must read of each."""

from edunn.course.authoring import Mistake

COUNT, FORWARD = "count_parameters", "Sequential.forward"
MERGE, BACKWARD = "Sequential.merge_gradients", "Sequential.backward"
ADDS = "grads[full] + gradient if full in grads else gradient"

WRONG_ANSWERS = [
    Mistake(
        "counts arrays",
        COUNT,
        "number = len(module.parameters())",
        "15 numbers to learn, but you count 1",
    ),
    Mistake("counts rows", COUNT, ("p.data.size", "len(p.data)"), "but you count 5"),
    Mistake("sizes added", COUNT, ("p.data.size", "sum(p.data.shape)"), "but you count 8"),
    Mistake(
        "the last array only",
        COUNT,
        "number = 0\nfor p in module.parameters():\n    number = p.data.size",
        "18 numbers to learn, but you count 3",
    ),
    Mistake("a method is not called", COUNT, ("parameters()", "parameters"), "not iterable"),
    Mistake("only w", COUNT, "number = module.w.data.size", "'Bias' object has no attribute 'w'"),
    Mistake(
        "shared layers twice",
        COUNT,
        """
        own = [p.data.size for p in vars(module).values() if isinstance(p, nn.Parameter)]
        number = sum(own) + sum(count_parameters(child) for child in module.children().values())
        """,
        "used twice is learned once",
    ),
    Mistake("nothing", COUNT, "number = None", "number was not filled"),
    Mistake("the biggest", COUNT, ("sum(", "max("), "empty sequence"),
    Mistake(
        "numbers of one array",
        COUNT,
        (
            "sum(p.data.size for p in module.parameters())",
            "module.parameters()[0].data.size if module.parameters() else 0",
        ),
        "but you count 15",
    ),
    Mistake(
        "x never changes",
        FORWARD,
        ("x = layer.forward(x)", "y = layer.forward(x)"),
        "must become the x of the next",
    ),
    Mistake(
        "backwards",
        FORWARD,
        ("in self.layers", "in self.layers[::-1]"),
        "the second layer has come first",
    ),
    Mistake(
        "leaves out the last",
        FORWARD,
        ("in self.layers", "in self.layers[:-1]"),
        "only one of the two",
    ),
    Mistake(
        "leaves out the first",
        FORWARD,
        ("in self.layers", "in self.layers[1:]"),
        "only one of the two",
    ),
    Mistake(
        "what append gives",
        FORWARD,
        """
        caches = []
        for layer in self.layers:
            x = layer.forward(x)
            self.cache = caches.append(layer.cache)
        """,
        "must keep a list of caches",
    ),
    Mistake(
        "outputs are kept", FORWARD, ("append(layer.cache)", "append(x)"), "but the caches are"
    ),
    Mistake(
        "layers are kept", FORWARD, ("append(layer.cache)", "append(layer)"), "but the caches are"
    ),
    Mistake(
        "returns in the loop",
        FORWARD,
        ("caches.append(layer.cache)", "caches.append(layer.cache)\n            return x"),
        "only one of the two",
    ),
    Mistake("no caches", FORWARD, ("self.cache = caches", "pass"), "must keep a list of caches"),
    Mistake(
        "caches at the end",
        FORWARD,
        """
        for layer in self.layers:
            x = layer.forward(x)
        self.cache = [layer.cache for layer in self.layers]
        """,
        "those of the last use",
    ),
    Mistake(
        "caches before forward",
        FORWARD,
        """
        caches = []
        for layer in self.layers:
            caches.append(layer.cache)
            x = layer.forward(x)
        self.cache = caches
        """,
        "but the caches are [2] and [6]",
    ),
    Mistake(
        "caches by layer",
        FORWARD,
        """
        self.cache = {}
        for layer in self.layers:
            x = layer.forward(x)
            self.cache[layer] = layer.cache
        """,
        "must keep a list of caches",
    ),
    Mistake("short names", MERGE, ('f"{place}.{name}"', "name"), "Dense is layer 1"),
    Mistake("names with _", MERGE, ('f"{place}.{name}"', 'f"{place}_{name}"'), "Dense is layer 1"),
    Mistake(
        "names by class",
        MERGE,
        ('f"{place}.{name}"', 'f"{type(layer).__name__}.{name}"'),
        "called ['Dense.w', 'Dense.b']",
    ),
    Mistake("no dot", MERGE, ('f"{place}.{name}"', 'f"{place}{name}"'), "called ['1w', '1b']"),
    Mistake(
        "a new dict",
        MERGE,
        """
        place = self.layers.index(layer)
        grads = {f"{place}.{name}": g for name, g in layer_grads.items()}
        """,
        "grads is still empty",
    ),
    Mistake(
        "asks for the short name", MERGE, ("if full in", "if name in"), "has replaced the first"
    ),
    Mistake(
        "the first one twice",
        MERGE,
        (ADDS, "grads.get(full, gradient) + gradient"),
        "what does a new name get?",
    ),
    Mistake("items forgotten", MERGE, (".items()", ""), "unpack"),
    Mistake("counts from 1", MERGE, ("index(layer)", "index(layer) + 1"), "called ['2.w', '2.b']"),
    Mistake(
        "last place",
        MERGE,
        ("self.layers.index(layer)", "max(i for i, one in enumerate(self.layers) if one is layer)"),
        "known by its first place",
    ),
    Mistake("replaces", MERGE, (ADDS, "gradient"), "the second use has replaced the first"),
    Mistake("first use only", MERGE, (ADDS, "grads.get(full, gradient)"), "1 from one use and 2"),
    Mistake(
        "averages",
        MERGE,
        ("grads[full] + gradient", "(grads[full] + gradient) / 2"),
        "1 from one use",
    ),
    Mistake(
        "adds in place",
        MERGE,
        """
        place = self.layers.index(layer)
        for name, gradient in layer_grads.items():
            full = f"{place}.{name}"
            if full in grads:
                grads[full] += gradient
            else:
                grads[full] = gradient
        """,
        "handed in is changed",
    ),
    Mistake("expects the name", MERGE, (ADDS, "grads[full] + gradient"), "'1.w'"),
    Mistake(
        "first to last",
        BACKWARD,
        ("zip(reversed(self.layers), reversed(self.cache))", "zip(self.layers, self.cache)"),
        "stops with an error",
    ),
    Mistake(
        "caches not turned round",
        BACKWARD,
        ("reversed(self.cache)", "self.cache"),
        "have exchanged their caches",
    ),
    Mistake(
        "caches not put back",
        BACKWARD,
        ("layer.cache = cache", "pass"),
        "though what the inner layers remember",
    ),
    Mistake(
        "every layer gets dy",
        BACKWARD,
        ("dy, layer_grads = layer.backward(dy)", "dx, layer_grads = layer.backward(dy)"),
        "stops with an error",
    ),
    Mistake(
        "skips layers without parameters",
        BACKWARD,
        (
            "layer.cache = cache",
            "if not layer.parameters():\n                continue\n            layer.cache = cache",
        ),
        "never runs the backward of it",
    ),
    Mistake(
        "caches are taken away",
        BACKWARD,
        """
        for layer in reversed(self.layers):
            layer.cache = self.cache.pop()
            dy, layer_grads = layer.backward(dy)
            self.merge_gradients(layer, layer_grads, grads)
        """,
        "pop from empty list",
    ),
    Mistake(
        "the cache goes to the chain",
        BACKWARD,
        ("layer.cache =", "self.cache ="),
        "though what the inner layers",
    ),
    Mistake(
        "what merging gives back",
        BACKWARD,
        ("self.merge_gradients", "grads = self.merge_gradients"),
        "NoneType",
    ),
    Mistake(
        "zip turned round",
        BACKWARD,
        (
            "zip(reversed(self.layers), reversed(self.cache))",
            "reversed(zip(self.layers, self.cache))",
        ),
        "'zip' object is not reversible",
    ),
    Mistake(
        "merges nothing",
        BACKWARD,
        ("self.merge_gradients(layer, layer_grads, grads)", "pass"),
        "no gradient for: 0.w",
    ),
    Mistake(
        "short names in backward",
        BACKWARD,
        ("self.merge_gradients(layer, layer_grads, grads)", "grads.update(layer_grads)"),
        "gradient named w",
    ),
    Mistake(
        "leaves out the first layer",
        BACKWARD,
        (
            "zip(reversed(self.layers), reversed(self.cache))",
            "zip(reversed(self.layers[1:]), reversed(self.cache[1:]))",
        ),
        "no gradient for: 0.w",
    ),
    Mistake(
        "each layer once",
        BACKWARD,
        """
        done = []
        for layer, cache in zip(reversed(self.layers), reversed(self.cache)):
            if layer not in done:
                done.append(layer)
                layer.cache = cache
                dy, layer_grads = layer.backward(dy)
                self.merge_gradients(layer, layer_grads, grads)
        """,
        "only one of the two uses",
    ),
    Mistake(
        "gradients replaced",
        BACKWARD,
        """
        for layer, cache in zip(reversed(self.layers), reversed(self.cache)):
            layer.cache = cache
            dy, layer_grads = layer.backward(dy)
            place = self.layers.index(layer)
            grads.update({f"{place}.{name}": g for name, g in layer_grads.items()})
        """,
        "dw is 6",
    ),
    Mistake(
        "turns its list of layers round",
        BACKWARD,
        """
        self.layers.reverse()
        for layer, cache in zip(self.layers, reversed(self.cache)):
            layer.cache = cache
            dy, layer_grads = layer.backward(dy)
            self.merge_gradients(layer, layer_grads, grads)
        """,
        "The order of the layers inside has changed for good",
    ),
    Mistake(
        "one list of caches for all runs",
        FORWARD,
        """
        if self.cache is None:
            self.cache = []
        for layer in self.layers:
            x = layer.forward(x)
            self.cache.append(layer.cache)
        """,
        "Every forward writes into one and the same cache",
    ),
]
