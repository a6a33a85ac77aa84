"""Right answers to exercise 7 that are not the reference's.

Walking through an array with `np.nditer` or over its flat form as in CS231n's and d2l's checkers of
gradients; Jacobians row by row for the two layers.
"""

from edunn.course.authoring import RightAnswer

NUMERIC, RELATIVE, STEP = "numeric_gradient", "relative_error", "best_step"
TOOL, GUILTY = "gradient_error", "guilty"
SWISH, SHARE = "Swish.backward", "Share.backward"

RIGHT_ANSWERS = [
    RightAnswer(
        "an iterator over all places",
        {
            NUMERIC: """
                gradient = np.zeros_like(x)
                it = np.nditer(x, flags=["multi_index"], op_flags=["readwrite"])
                while not it.finished:
                    index = it.multi_index
                    old = x[index]
                    x[index] = old + h
                    pos = f(x).copy()
                    x[index] = old - h
                    neg = f(x).copy()
                    x[index] = old
                    gradient[index] = np.sum((pos - neg) * dy) / (2 * h)
                    it.iternext()
            """,
            RELATIVE: """
                if a.shape != b.shape:
                    return np.inf
                size = np.maximum(np.abs(a), np.abs(b)).max()
                if size == 0:
                    return 0.0
                error = np.abs(a - b).max() / size
            """,
            STEP: """
                best, smallest = None, float("inf")
                for h in steps:
                    error = abs((f(x + h) - f(x - h)) / (2 * h) - slope)
                    if error < smallest:
                        best, smallest = h, error
            """,
            TOOL: """
                y = layer.forward(x)
                dy = np.random.default_rng(42).standard_normal(y.shape)
                measured = numeric_gradient(lambda z: layer.forward(z), x, dy)
                layer.forward(x)  # the cache belongs to x again
                error = relative_error(layer.backward(dy)[0], measured)
            """,
            GUILTY: "names = ['Decay', 'Square', 'Share', 'Wave', 'Flip', 'Swish']",
            SWISH: "y = x * s\ndx = dy * (y + s * (1 - y))",
            SHARE: """
                dx = np.empty_like(dy)
                for i in range(len(dy)):
                    jacobian = (np.eye(len(y[i])) - y[i][:, None]) / total[i]
                    dx[i] = dy[i] @ jacobian
            """,
        },
    ),
    RightAnswer(
        "over the flat array",
        {
            NUMERIC: """
                gradient = np.zeros(x.size)
                for i in range(x.size):
                    kept = x.flat[i]
                    x.flat[i] = kept + h
                    up = np.vdot(dy, f(x))
                    x.flat[i] = kept - h
                    down = np.vdot(dy, f(x))
                    x.flat[i] = kept
                    gradient[i] = (up - down) / 2 / h
                gradient = gradient.reshape(x.shape)
            """,
            RELATIVE: """
                if np.shape(a) == np.shape(b):
                    both = np.stack([a, b])
                    size = np.abs(both).max()
                    error = np.ptp(both, axis=0).max() / size if size != 0 else 0
                else:
                    error = float("inf")
            """,
            STEP: "best = min(steps, key=lambda h: abs((f(x + h) - f(x - h)) / (2 * h) - slope))",
            SWISH: "one = s\ntwo = x * s * (1 - s)\ndx = dy * one + dy * two",
            SHARE: "dx = dy / total - np.einsum('nk,nk->n', dy, y)[:, None] / total",
        },
    ),
    RightAnswer(
        "recursion and helpers above",
        {
            NUMERIC: """
                gradient = np.array([slope_at(f, x, place, dy, h) for place in np.ndindex(x.shape)])
                gradient = gradient.reshape(x.shape)
            """,
            STEP: """
                if len(steps) == 1:
                    return steps[0]
                rest = best_step(f, slope, x, steps[1:])
                first_error, rest_error = (
                    abs((f(x + h) - f(x - h)) / (2 * h) - slope) for h in (steps[0], rest)
                )
                best = steps[0] if first_error <= rest_error else rest
            """,
            TOOL: """
                noise = np.random.RandomState(1)
                dy = noise.uniform(-1, 1, layer.forward(x).shape)
                dx = layer.backward(dy)[0]
                error = relative_error(dx.copy(), numeric_gradient(layer.forward, x, dy, h=1e-5))
            """,
        },
        above="""
            def slope_at(f, x, place, dy, h):
                kept = x[place]
                sums = []
                for sign in (1, -1):
                    x[place] = kept + sign * h
                    sums.append(np.sum(dy * f(x)))
                x[place] = kept
                return (sums[0] - sums[1]) / (2 * h)
        """,
    ),
    RightAnswer(
        "the suspects are measured, and given as a set",
        {
            GUILTY: """
                names = set()
                x = np.random.default_rng(3).uniform(0.6, 0.9, size=(2, 4))
                for name, layer in SUSPECTS.items():
                    if gradient_error(layer, x) > 1e-5:
                        names.add(name)
            """,
        },
    ),
    RightAnswer(
        "lists and sorting",
        {
            NUMERIC: """
                gradient = np.zeros(np.shape(x))
                places = [tuple(place) for place in np.argwhere(np.ones_like(x))]
                for place in places:
                    kept = float(x[place])
                    E = []
                    for nudged in (kept - h, kept + h):
                        x[place] = nudged
                        E.append((dy * f(x)).sum())
                    x[place] = kept
                    gradient[place] = np.diff(E)[0] / (2 * h)
            """,
            RELATIVE: """
                if np.array(a).shape != np.array(b).shape:
                    error = np.inf
                elif not np.any(a) and not np.any(b):
                    error = 0
                else:
                    numbers = np.concatenate([np.ravel(a), np.ravel(b)])
                    error = np.linalg.norm(np.ravel(a - b), np.inf)
                    error /= np.linalg.norm(numbers, np.inf)
            """,
            STEP: """
                table = [(abs((f(x + h) - f(x - h)) / (2 * h) - slope), h) for h in steps]
                best = sorted(table)[0][1]
            """,
            GUILTY: "names = sorted({'Swish', 'Flip', 'Wave', 'Share', 'Square', 'Decay'})",
            SWISH: "dx = np.multiply(dy, s) + dy * x * (s - s**2)",
            SHARE: """
                x = y * total
                dx = dy / total - np.sum(dy * x, axis=1, keepdims=True) / total**2
            """,
        },
    ),
    RightAnswer(
        "whole arrays, float64",
        {
            NUMERIC: """
                gradient = np.empty(x.shape, dtype=np.float64)
                for place, kept in np.ndenumerate(x.copy()):
                    x[place] += h
                    up = np.asarray(f(x), dtype=np.float64) * dy
                    x[place] = kept
                    x[place] -= h
                    down = np.asarray(f(x), dtype=np.float64) * dy
                    x[place] = kept
                    gradient[place] = (up.sum() - down.sum()) / (2.0 * h)
            """,
            RELATIVE: """
                a, b = np.asarray(a, float), np.asarray(b, float)
                if a.shape != b.shape:
                    return float("inf")
                largest = np.max([np.max(np.abs(a)), np.max(np.abs(b))])
                with np.errstate(invalid="ignore"):
                    error = np.max(np.abs(a - b)) / np.where(largest == 0, 1, largest)
            """,
            STEP: """
                h = np.array(steps)
                best = h[np.abs((f(x + h) - f(x - h)) / (2 * h) - slope).argmin()]
            """,
            TOOL: """
                y = layer.forward(x)
                generator = np.random.default_rng()
                dy = generator.normal(loc=0, scale=1, size=np.shape(y))
                dx = layer.backward(dy)[0]
                numeric = numeric_gradient(layer.forward, x, dy)
                error = relative_error(numeric, dx)
            """,
            GUILTY: "return ['Swish'] + ['Flip', 'Wave'] + list(('Share', 'Square', 'Decay'))",
        },
    ),
    RightAnswer(
        "a tuple of names, the largest numbers by Python's max",
        {
            RELATIVE: """
                if np.shape(a) != np.shape(b):
                    return float("inf")
                if np.isnan(a).any() or np.isnan(b).any():
                    return float("nan")
                size = max(np.max(np.abs(a)), np.max(np.abs(b)))
                if size == 0:
                    return 0.0
                error = np.max(np.abs(a - b)) / size
            """,
            GUILTY: "names = 'Swish', 'Flip', 'Wave', 'Share', 'Square', 'Decay'",
            SWISH: """
                dx = np.zeros_like(x)
                for place in np.ndindex(x.shape):
                    slope = s[place] + x[place] * s[place] * (1 - s[place])
                    dx[place] = dy[place] * slope
            """,
            SHARE: """
                dx = np.zeros(y.shape)
                n, d = y.shape
                for i in range(n):
                    for j in range(d):
                        for k in range(d):
                            dx[i, j] += dy[i, k] * ((k == j) - y[i, k]) / total[i, 0]
            """,
        },
    ),
]
