"""Right answers to exercise 14 that are not the reference's.

Matrices of names by comprehensions, copies of configs by `deepcopy`, recurrent steps kept in lists
as in backpropagation through time by hand (CS231n's recurrent networks), copies of the model.
"""

from edunn.course.authoring import RightAnswer

CONFIG, SQUARE, RADIUS = "skip_config", "square_config", "with_radius"
FORWARD, BACKWARD = "Iterated.forward", "Iterated.backward"

RIGHT_ANSWERS = [
    RightAnswer(
        "comprehensions, and a copy of the model in each step",
        {
            CONFIG: """
                there = set(arrows)
                rows, columns = range(len(sizes) - 1), range(1, len(sizes))
                types = [["Linear" if (a, b) in there else None for b in columns] for a in rows]
                cfg = dict(in_features_list=sizes[:-1], out_features_list=sizes[1:])
                return {**cfg, "block_types": [tuple(row) for row in types]}
            """,
            SQUARE: """
                sizes = [cfg["in_features_list"][0]] + cfg["out_features_list"]
                first = ["Identity"] + [None] * (len(sizes) - 2)
                types = [[one, *row] for one, row in zip(first, cfg["block_types"])]
                types = types + [[None for _ in sizes]]
                both = dict.fromkeys(["in_features_list", "out_features_list"], sizes)
                return both | {"block_types": types}
            """,
            FORWARD: """
                self.cache = []
                for _ in range(self.steps):
                    once = copy.deepcopy(self.model)
                    x = once.forward(x)
                    self.cache.append(once.cache)
                return x
            """,
            RADIUS: """
                values, vectors = np.linalg.eig(w)
                return radius * w / abs(values).max()
            """,
        },
        above="import copy",
    ),
    RightAnswer(
        "loops",
        {
            CONFIG: """
                inputs, outputs = [], []
                for k in range(len(sizes)):
                    if k < len(sizes) - 1:
                        inputs.append(sizes[k])
                    if k > 0:
                        outputs.append(sizes[k])
                block_types = []
                for a in range(len(inputs)):
                    row = []
                    for b in range(1, len(sizes)):
                        row.append("Linear" if (a, b) in arrows else None)
                    block_types.append(row)
                return {
                    "block_types": block_types,
                    "in_features_list": inputs,
                    "out_features_list": outputs,
                }
            """,
            SQUARE: """
                old = cfg["block_types"]
                stages = len(old) + 1
                types = [[None] * stages for _ in range(stages)]
                for i in range(stages - 1):
                    for j in range(stages - 1):
                        types[i][j + 1] = old[i][j]
                types[0][0] = "Identity"
                sizes = list(cfg["in_features_list"])
                sizes.append(cfg["out_features_list"][-1])
                return {
                    "in_features_list": sizes,
                    "out_features_list": list(sizes),
                    "block_types": types,
                }
            """,
            FORWARD: """
                caches = []
                for step in range(self.steps):
                    x = self.model.forward(x)
                    caches += [self.model.cache]
                self.cache = caches
                return x
            """,
            BACKWARD: """
                grads = {}
                for t in range(self.steps - 1, -1, -1):
                    self.model.cache = self.cache[t]
                    dy, own = self.model.backward(dy)
                    for name in own:
                        if "model." + name not in grads:
                            grads["model." + name] = own[name].copy()
                        else:
                            grads["model." + name] += own[name]
                return dy, grads
            """,
            RADIUS: """
                largest = 0
                for value in np.linalg.eigvals(w):
                    size = (value.real**2 + value.imag**2) ** 0.5
                    if size > largest:
                        largest = size
                return w / largest * radius
            """,
        },
    ),
    RightAnswer(
        "a deep copy of the config, changed in place",
        {
            CONFIG: """
                stages = len(sizes) - 1
                block_types = np.full((stages, stages), None).tolist()
                for arrow in arrows:
                    start, end = arrow
                    block_types[start][end - 1] = "Linear"
                return {
                    "in_features_list": [*sizes[:stages]],
                    "out_features_list": [*sizes[-stages:]],
                    "block_types": block_types,
                }
            """,
            SQUARE: """
                new = deepcopy(cfg)
                new["in_features_list"].append(cfg["out_features_list"][-1])
                new["out_features_list"].insert(0, cfg["in_features_list"][0])
                for row in new["block_types"]:
                    row.insert(0, None)
                new["block_types"][0][0] = "Identity"
                new["block_types"].append([None] * len(new["in_features_list"]))
                return new
            """,
            RADIUS: "return w * radius / np.linalg.norm(np.linalg.eigvals(w), np.inf)",
        },
        above="from copy import deepcopy",
    ),
    RightAnswer(
        "recursion",
        {
            FORWARD: """
                def run(state, steps):
                    if steps == 0:
                        return state
                    state = self.model(state)
                    self.cache.append(self.model.cache)
                    return run(state, steps - 1)

                self.cache = []
                return run(x, self.steps)
            """,
            BACKWARD: """
                def back(dy, caches):
                    if not caches:
                        return dy, {}
                    *before, last = caches
                    self.model.cache = last
                    dy, own = self.model.backward(dy)
                    dx, grads = back(dy, before)
                    for name, array in own.items():
                        grads[f"model.{name}"] = grads.get(f"model.{name}", 0) + array
                    return dx, grads

                return back(dy, self.cache)
            """,
        },
    ),
    RightAnswer(
        "helpers above",
        {
            CONFIG: """
                def entry(a, b):
                    return "Linear" if (a, b + 1) in arrows else None

                return config(sizes[:-1], sizes[1:], entry)
            """,
            SQUARE: """
                sizes = [*cfg["in_features_list"], cfg["out_features_list"][-1]]
                types = cfg["block_types"]

                def entry(i, j):
                    if i == j == 0:
                        return "Identity"
                    return types[i][j - 1] if i < len(types) and j > 0 else None

                return config(sizes, sizes, entry)
            """,
        },
        above="""
            def config(inputs, outputs, entry):
                cfg = {"in_features_list": inputs, "out_features_list": outputs}
                rows, columns = range(len(inputs)), range(len(outputs))
                cfg["block_types"] = [[entry(i, j) for j in columns] for i in rows]
                return cfg
        """,
    ),
    RightAnswer(
        "stacks, sums at the end",
        {
            BACKWARD: """
                uses = {}
                caches = list(self.cache)
                while caches:
                    self.model.cache = caches.pop()
                    dy, own = self.model.backward(dy)
                    for name, gradient in own.items():
                        uses.setdefault(f"model.{name}", []).append(gradient)
                return dy, {name: np.sum(arrays, axis=0) for name, arrays in uses.items()}
            """,
            RADIUS: """
                values = np.sort(np.abs(np.linalg.eigvals(w)))
                return np.multiply(w, radius / values[-1])
            """,
        },
    ),
    RightAnswer(
        "float64, scipy's eigenvalues",
        {
            FORWARD: """
                self.cache = [None] * self.steps
                y = x
                for t in range(self.steps):
                    y = self.model(y)
                    self.cache[t] = self.model.cache
                return y
            """,
            BACKWARD: """
                grads, dx = {}, dy
                for cache in self.cache[::-1]:
                    self.model.cache = cache
                    dx, own = self.model.backward(dx)
                    for name, gradient in own.items():
                        key = "model." + name
                        gradient = np.asarray(gradient, dtype=np.float64)
                        grads[key] = np.add(grads[key], gradient) if key in grads else gradient
                return dx, grads
            """,
            RADIUS: """
                values = scipy.linalg.eigvals(np.asarray(w, dtype=np.float64))
                return np.asarray(w, dtype=np.float64) * (radius / max(map(abs, values)))
            """,
        },
        above="import scipy.linalg",
    ),
]
