"""Right answers to exercise 9 that are not the reference's.

Parameters counted by `np.prod` of their shapes, chains by `reduce`, indices from the end: as small
frameworks from scratch do it (micrograd, TinyTorch, networks from scratch).
"""

from edunn.course.authoring import RightAnswer

COUNT, FORWARD = "count_parameters", "Sequential.forward"
MERGE, BACKWARD = "Sequential.merge_gradients", "Sequential.backward"

RIGHT_ANSWERS = [
    RightAnswer(
        "indices",
        {
            COUNT: """
                number = 0
                for p in module.parameters():
                    count = 1
                    for size in p.data.shape:
                        count *= size
                    number += count
            """,
            FORWARD: """
                self.cache = [None] * len(self.layers)
                kept = self.cache
                for i in range(len(self.layers)):
                    x = self.layers[i].forward(x)
                    kept[i] = self.layers[i].cache
                self.cache = kept
            """,
            MERGE: """
                i = 0
                while self.layers[i] is not layer:
                    i += 1
                for name in layer_grads:
                    key = str(i) + "." + name
                    if key in grads:
                        grads[key] = np.add(grads[key], layer_grads[name])
                    else:
                        grads[key] = layer_grads[name]
            """,
            BACKWARD: """
                caches = self.cache
                for i in range(len(self.layers) - 1, -1, -1):
                    self.layers[i].cache = caches[i]
                    dy, own = self.layers[i].backward(dy)
                    self.merge_gradients(self.layers[i], own, grads)
            """,
        },
    ),
    RightAnswer(
        "products of shapes, a dict's get",
        {
            COUNT: "number = int(sum(np.prod(p.data.shape) for p in module.parameters()))",
            MERGE: """
                first = next(k for k, one in enumerate(self.layers) if one is layer)
                for name, gradient in layer_grads.items():
                    grads[f"{first}.{name}"] = grads.get(f"{first}.{name}", 0) + gradient
            """,
            BACKWARD: """
                for layer, cache in list(zip(self.layers, self.cache))[::-1]:
                    layer.cache = cache
                    result = layer.backward(dy)
                    dy = result[0]
                    self.merge_gradients(layer, result[1], grads)
            """,
        },
    ),
    RightAnswer(
        "reduce and helpers above",
        {
            COUNT: "number = reduce(lambda total, p: total + p.data.size, module.parameters(), 0)",
            FORWARD: """
                caches = []
                x = reduce(keeping(caches), self.layers, x)
                self.cache = caches
            """,
        },
        above="""
            from functools import reduce


            def keeping(caches):
                def step(x, layer):
                    y = layer.forward(x)
                    caches.append(layer.cache)
                    return y

                return step
        """,
    ),
    RightAnswer(
        "stacks",
        {
            COUNT: "number = sum([len(p.data.ravel()) for p in module.parameters()])",
            FORWARD: """
                self.cache = []
                todo = self.layers[::-1]
                while todo:
                    layer = todo.pop()
                    x = layer.forward(x)
                    self.cache = self.cache + [layer.cache]
            """,
            BACKWARD: """
                layers, caches = self.layers.copy(), self.cache.copy()
                while layers:
                    layer = layers.pop()
                    layer.cache = caches.pop()
                    dy, more = layer.backward(dy)
                    self.merge_gradients(layer, more, grads)
            """,
        },
    ),
    RightAnswer(
        "recursion",
        {
            FORWARD: """
                def run(x, place):
                    if place == len(self.layers):
                        return x, []
                    y = self.layers[place].forward(x)
                    cache = self.layers[place].cache
                    y, caches = run(y, place + 1)
                    return y, [cache] + caches

                x, self.cache = run(x, 0)
            """,
            BACKWARD: """
                def back(dy, place):
                    if place < 0:
                        return dy
                    layer = self.layers[place]
                    layer.cache = self.cache[place]
                    dx, own = layer.backward(dy)
                    self.merge_gradients(layer, own, grads)
                    return back(dx, place - 1)

                dy = back(dy, len(self.layers) - 1)
            """,
        },
    ),
    RightAnswer(
        "try and except, a loop that ends early",
        {
            COUNT: """
                sizes = np.array([p.data.size for p in module.parameters()], dtype=np.float64)
                number = sizes.sum()
            """,
            MERGE: """
                for place, one in enumerate(self.layers):
                    if one is layer:
                        break
                for name, gradient in layer_grads.items():
                    full = "{}.{}".format(place, name)
                    try:
                        grads[full] = grads[full] + gradient
                    except KeyError:
                        grads[full] = gradient
            """,
        },
    ),
    RightAnswer(
        "copies, and a dict that is updated",
        {
            FORWARD: """
                out, kept = x, []
                for name, layer in self.children().items():
                    out = layer.forward(out)
                    kept += [layer.cache]
                self.cache, x = kept, out
            """,
            MERGE: """
                first = self.layers.index(layer)
                named = {f"{first}.{name}": array for name, array in layer_grads.items()}
                old = {name: array + grads[name] for name, array in named.items() if name in grads}
                grads.update({**{name: array.copy() for name, array in named.items()}, **old})
            """,
            BACKWARD: """
                for place in reversed(range(len(self))):
                    layer = self[place]
                    layer.cache = self.cache[place]
                    dy, layer_grads = layer.backward(np.array(dy))
                    self.merge_gradients(layer, layer_grads, grads)
            """,
        },
    ),
]
