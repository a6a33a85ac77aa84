"""Wrong answers to exercise 17, and what the student must read of each."""

from edunn.course.authoring import Mistake

SUM = "sum(p.data.size for p in model.parameters())"
EACH_LAYER = (
    "sum(p.data.size for layer in (model if hasattr(model, 'entries') else [model])"
    " for p in layer.parameters())"
)
LAST = """
for layer in model:
    total = sum(n * p.data.size for p in layer.parameters() if p.data.ndim == 2)
return total
"""
ALL_AT_ONCE = "return sum(n * p.data.size for p in model.parameters() if p.data.ndim == 2)"
SIZES_ONLY = "weights = 4 * sum(p.data.size for p in model.parameters())"
WEIGHTS = "weights = sum(p.data.nbytes for p in model.parameters())"
ALL_LEARN = "gradients = sum(p.data.nbytes for p in model.parameters())"
LEARN = "gradients = sum(p.data.nbytes for p in model.parameters() if p.requires_grad)"
TOGETHER = """
function()
start = time.perf_counter()
for _ in range(repeats):
    function()
return time.perf_counter() - start
"""
ONE_START = """
function()
times, start = [], time.perf_counter()
for _ in range(repeats):
    function()
    times.append(time.perf_counter() - start)
return min(times)
"""
NOT_CALLED = """
function()
times = []
for _ in range(repeats):
    start = time.perf_counter()
    function
    times.append(time.perf_counter() - start)
return min(times)
"""
OUTSIDE = """
function()
times = []
for _ in range(repeats):
    function()
    start = time.perf_counter()
    times.append(time.perf_counter() - start)
return min(times)
"""

WRONG_ANSWERS = [
    Mistake(
        "counts arrays",
        "total_parameters",
        (SUM, "len(model.parameters())"),
        "110 parameters, not 2",
    ),
    Mistake(
        "weights only",
        "total_parameters",
        ("model.parameters())", "model.parameters() if p.data.ndim == 2)"),
        "110 parameters, not 100",
    ),
    Mistake("bytes", "total_parameters", ("size", "nbytes"), "110 parameters, not 440"),
    Mistake("rows", "total_parameters", ("p.data.size", "len(p.data)"), "110 parameters, not 20"),
    Mistake(
        "shared ones twice",
        "total_parameters",
        (
            SUM,
            EACH_LAYER,
        ),
        "shared ones count once",
    ),
    Mistake(
        "rows times columns",
        "total_parameters",
        (SUM, "sum(p.data.shape[0] * p.data.shape[1] for p in model.parameters())"),
        "index out of range",
    ),
    Mistake("names", "total_parameters", (SUM, "sum(map(len, model.named_parameters()))"), "not 2"),
    Mistake(
        "layers of a layer",
        "total_parameters",
        (SUM, "sum(p.data.size for layer in model for p in layer.parameters())"),
        "not iterable",
    ),
    Mistake("nothing comes back", "total_parameters", ("return sum", "sum"), "returns nothing"),
    Mistake(
        "frozen ones left out",
        "total_parameters",
        (SUM, "model.number_of_trainable_parameters()"),
        "a layer whose w is frozen",
    ),
    Mistake(
        "n is forgotten",
        "total_multiply_adds",
        ("n * p.data.size", "p.data.size"),
        "multiply-adds, not 109,184",
    ),
    Mistake("counts operations", "total_multiply_adds", ("+= n", "+= 2 * n"), "twice too much"),
    Mistake(
        "biases too",
        "total_multiply_adds",
        ("if p.data.ndim == 2:", "if True:"),
        "multiply-adds, not 3,500,352",
    ),
    Mistake(
        "biases only", "total_multiply_adds", ("ndim == 2", "ndim == 1"), "multiply-adds, not 6,464"
    ),
    Mistake(
        "a layer used twice works once",
        "total_multiply_adds",
        ALL_AT_ONCE,
        "cost 150 multiply-adds, not 75",
    ),
    Mistake(
        "n once", "total_multiply_adds", ("total = 0", "total = n"), "multiply-adds, not 3,493,920"
    ),
    Mistake(
        "only those with w",
        "total_multiply_adds",
        "return sum(n * layer.w.data.size for layer in model)",
        "has no attribute 'w'",
    ),
    Mistake(
        "sizes added",
        "total_multiply_adds",
        ("p.data.size", "sum(p.data.shape)"),
        "multiply-adds, not 37,696",
    ),
    Mistake("the last layer only", "total_multiply_adds", LAST, "multiply-adds, not 20,480"),
    Mistake(
        "returns in the loop",
        "total_multiply_adds",
        ("    return total", "        return total"),
        "multiply-adds, not 3,211,264",
    ),
    Mistake(
        "rows for columns",
        "total_multiply_adds",
        ("p.data.size", "len(p.data)"),
        "multiply-adds, not",
    ),
    Mistake("four bytes for all", "memory", (WEIGHTS, SIZES_ONLY), "23 weights of 8 bytes"),
    Mistake(
        "numbers, not bytes",
        "memory",
        ("weights = sum(p.data.nbytes", "weights = sum(p.data.size"),
        "weights: 437,544 bytes by hand, and 109,386",
    ),
    Mistake(
        "frozen ones have gradients", "memory", (LEARN, ALL_LEARN), "a frozen w has no gradient"
    ),
    Mistake(
        "slots are forgotten", "memory", ("slots * gradients", "2 * gradients"), "keeps 1 number"
    ),
    Mistake(
        "slots of frozen ones", "memory", ("slots * gradients", "slots * weights"), "keeps 1 number"
    ),
    Mistake(
        "slots added",
        "memory",
        ("slots * gradients", "slots + gradients"),
        "optimizer: 875,088 bytes",
    ),
    Mistake("another name", "memory", ('"gradients": grad', '"grads": grad'), "the dict has"),
    Mistake(
        "the input counts",
        "memory",
        ("activations = 0", "activations = x.nbytes"),
        "activations: 25,856 bytes by hand",
    ),
    Mistake(
        "the last layer's output",
        "memory",
        ("activations += ", "activations = "),
        "activations: 25,856 bytes by hand, and 1,280",
    ),
    Mistake(
        "always the first input",
        "memory",
        (
            "        x = layer(x)\n        activations += x.nbytes",
            "        activations += layer(x).nbytes",
        ),
        "got x of shape",
    ),
    Mistake(
        "the input of each layer",
        "memory",
        (
            "        x = layer(x)\n        activations += x.nbytes",
            "        activations += x.nbytes\n        x = layer(x)",
        ),
        "activations: 25,856 bytes by hand, and 124,928",
    ),
    Mistake(
        "one number",
        "memory",
        (
            'return named | {"activations": activations}',
            "return weights + 3 * gradients + activations",
        ),
        "not a dict",
    ),
    Mistake(
        "mebibytes",
        "memory",
        ("activations += x.nbytes", "activations += x.nbytes / 2**20"),
        "activations: 25,856 bytes by hand, and 0",
    ),
    Mistake(
        "no warming up", "seconds", ("    function()\n    times", "    times"), "are 4 calls, not 3"
    ),
    Mistake(
        "the warming up is measured",
        "seconds",
        (
            "    function()\n    times = []\n    for _ in range(repeats):",
            "    times = []\n    for _ in range(repeats + 1):",
        ),
        "is less than the shortest call that counts",
    ),
    Mistake("all together", "seconds", TOGETHER, "is not the shortest of 3"),
    Mistake(
        "the mean", "seconds", ("min(times)", "sum(times) / repeats"), "is not the shortest of 3"
    ),
    Mistake("five repeats always", "seconds", ("range(repeats)", "range(5)"), "are 4 calls, not 6"),
    Mistake(
        "in the middle",
        "seconds",
        ("min(times)", "sorted(times)[len(times) // 2]"),
        "is not the shortest of 3",
    ),
    Mistake(
        "negative times",
        "seconds",
        ("time.perf_counter() - start", "start - time.perf_counter()"),
        "is less than the shortest call",
    ),
    Mistake("the longest", "seconds", ("min(times)", "max(times)"), "is not the shortest of 3"),
    Mistake("the last one", "seconds", ("min(times)", "times[-1]"), "is not the shortest of 3"),
    Mistake("starts once", "seconds", ONE_START, "is not the shortest of 3"),
    Mistake("the function is not called", "seconds", NOT_CALLED, "are 4 calls, not 1"),
    Mistake("measures nothing", "seconds", OUTSIDE, "is it called between the two readings"),
    Mistake(
        "milliseconds", "seconds", ("min(times)", "1000 * min(times)"), "is no number of seconds"
    ),
    Mistake(
        "too large",
        "small_network",
        ('64, 72, "relu"), nn.Dense(72', '64, 128, "relu"), nn.Dense(128'),
        "more than 6,000",
    ),
    Mistake(
        "no hidden layer",
        "small_network",
        ('nn.Dense(64, 72, "relu"), nn.Dense(72, 10)', "nn.Dense(64, 10)"),
        "of the held-out digits are right",
    ),
    Mistake(
        "too narrow",
        "small_network",
        ('64, 72, "relu"), nn.Dense(72', '64, 4, "relu"), nn.Dense(4'),
        "of the held-out digits are right",
    ),
    Mistake(
        "a class",
        "small_network",
        ('nn.Sequential(nn.Dense(64, 72, "relu"), nn.Dense(72, 10))', "nn.Sequential"),
        "small_network gives type",
    ),
    Mistake(
        "pictures for rows",
        "small_network",
        (
            'nn.Dense(64, 72, "relu"), nn.Dense(72, 10)',
            "nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Flatten(), nn.Dense(288, 10)",
        ),
        "got x of shape (359, 64)",
    ),
    Mistake("sizes that do not fit", "small_network", ("nn.Dense(72", "nn.Dense(64"), "Dense"),
    Mistake("one score", "small_network", ("72, 10)", "72, 1)"), "does not give 10 scores"),
    Mistake(
        "no network comes back",
        "small_network",
        ("return nn", "nn"),
        "small_network returns nothing",
    ),
    Mistake(
        "a list of layers",
        "small_network",
        (
            'nn.Sequential(nn.Dense(64, 72, "relu"), nn.Dense(72, 10))',
            '[nn.Dense(64, 72, "relu"), nn.Dense(72, 10)]',
        ),
        "small_network gives list",
    ),
]
