"""Right answers to exercise 17 that are not the reference's.

Counting with `np.prod`, `reduce` and dicts, clocks as in `timeit`, networks of other shapes.
"""

from edunn.course.authoring import RightAnswer

COUNT, WORK, MEMORY = "total_parameters", "total_multiply_adds", "memory"
SECONDS, NETWORK = "seconds", "small_network"

RIGHT_ANSWERS = [
    RightAnswer(
        "loops",
        {
            COUNT: """
                total = 0
                for p in model.parameters():
                    size = 1
                    for k in p.data.shape:
                        size = size * k
                    total = total + size
                return total
            """,
            WORK: """
                total = 0
                for layer in model:
                    for p in layer.parameters():
                        if len(p.data.shape) == 2:
                            rows, columns = p.data.shape
                            total += n * rows * columns
                return total
            """,
            MEMORY: """
                result = {"weights": 0, "gradients": 0, "optimizer": 0, "activations": 0}
                for p in model.parameters():
                    result["weights"] += p.data.nbytes
                    if p.requires_grad:
                        result["gradients"] += p.data.nbytes
                        result["optimizer"] += slots * p.data.nbytes
                for layer in model:
                    x = layer.forward(x)
                    result["activations"] += x.nbytes
                return result
            """,
            SECONDS: """
                function()
                shortest = float("inf")
                for _ in range(repeats):
                    before = time.perf_counter()
                    function()
                    after = time.perf_counter()
                    if after - before < shortest:
                        shortest = after - before
                return shortest
            """,
            NETWORK: """
                return nn.Sequential(
                    nn.Linear(64, 70), nn.Bias(70), nn.ReLU(), nn.Linear(70, 10), nn.Bias(10)
                )
            """,
        },
    ),
    RightAnswer(
        "products and comprehensions",
        {
            COUNT: "return int(sum(np.prod(p.data.shape) for p in model.parameters()))",
            WORK: """
                matrices = [p for layer in model for p in layer.parameters() if p.data.ndim == 2]
                return n * sum(p.data.size for p in matrices)
            """,
            MEMORY: """
                arrays = [p.data for p in model.parameters()]
                learned = [p.data for p in model.parameters() if p.requires_grad]
                outputs = []
                for layer in model:
                    outputs.append(layer.forward(outputs[-1] if outputs else x))
                names = "weights", "gradients", "activations"
                found = dict(zip(names, map(total_bytes, (arrays, learned, outputs))))
                return {**found, "optimizer": found["gradients"] * slots}
            """,
            SECONDS: """
                def once():
                    start = time.perf_counter()
                    function()
                    return time.perf_counter() - start

                once()
                return min(once() for _ in range(repeats))
            """,
            NETWORK: """
                layers = [nn.Dense(64, 60, "relu"), nn.Dense(60, 20, "relu"), nn.Dense(20, 10)]
                return nn.Sequential(*layers)
            """,
        },
        above="""
            def total_bytes(arrays):
                return sum(array.nbytes for array in arrays)
        """,
    ),
    RightAnswer(
        "reduce, timeit",
        {
            COUNT: "return reduce(lambda total, p: total + p.data.size, model.parameters(), 0)",
            SECONDS: """
                function()
                return min(timeit.repeat(function, number=1, repeat=repeats))
            """,
            MEMORY: """
                bytes_of = {True: 0, False: 0}
                for p in model.parameters():
                    bytes_of[bool(p.requires_grad)] += p.data.size * p.data.itemsize
                y, activations = x, 0
                for layer in model:
                    y = layer(y)
                    activations += y.size * y.itemsize
                return dict(
                    weights=sum(bytes_of.values()),
                    gradients=bytes_of[True],
                    optimizer=slots * bytes_of[True],
                    activations=activations,
                )
            """,
        },
        above="import timeit\nfrom functools import reduce",
    ),
    RightAnswer(
        "recursion, by index",
        {
            WORK: """
                def cost(layers):
                    if not layers:
                        return 0
                    own = sum(p.data.size for p in layers[0].parameters() if np.ndim(p.data) == 2)
                    return n * own + cost(layers[1:])

                return cost([model[k] for k in range(len(model))])
            """,
            SECONDS: """
                times = [0.0] * (repeats + 1)
                for k in range(repeats + 1):
                    times[k] = -time.perf_counter()
                    function()
                    times[k] += time.perf_counter()
                return sorted(times[1:])[0]
            """,
            NETWORK: "return nn.Sequential([nn.Dense(64, 75, 'relu'), nn.Dense(75, 10, 'id')])",
        },
    ),
    RightAnswer(
        "helpers above",
        {
            COUNT: "return sum(map(size_of, model.parameters()))",
            WORK: """
                total = 0
                for layer in model:
                    total += n * sum(size_of(p) for p in layer.parameters() if p.data.ndim == 2)
                return total
            """,
        },
        above="""
            def size_of(parameter):
                return parameter.data.size
        """,
    ),
    RightAnswer(
        "arrays and float64",
        {
            COUNT: """
                sizes = np.array([p.data.size for p in model.parameters()], dtype=np.float64)
                return int(sizes.sum())
            """,
            WORK: """
                sizes = [0]
                for layer in model:
                    sizes.extend(np.size(p.data) for p in layer.parameters() if p.data.ndim == 2)
                return int(np.sum(sizes)) * n
            """,
            SECONDS: """
                function()
                times = np.empty(repeats)
                for k in range(repeats):
                    start = time.perf_counter_ns()
                    function()
                    times[k] = (time.perf_counter_ns() - start) / 1e9
                return float(times.min())
            """,
            NETWORK: "return nn.Sequential(nn.Dense(64, 64, 'tanh'), nn.Dense(64, 10))",
        },
    ),
]
