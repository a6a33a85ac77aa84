"""Wrong answers to exercise 14, and what the student must read of each."""

from edunn.course.authoring import Mistake

CONFIG, SQUARE, RADIUS = "skip_config", "square_config", "with_radius"
FORWARD, BACKWARD = "Iterated.forward", "Iterated.backward"
ADD = "grads[full] = grads[full] + gradient if full in grads else gradient"

WRONG_ANSWERS = [
    Mistake("one row several times", CONFIG,
            ("[[None] * stages for _ in range(stages)]", "[[None] * stages] * stages"),
            "Make a new list for every row"),
    Mistake("always five stages", CONFIG, ("len(sizes) - 1", "4"), "for three stages"),
    Mistake("always three stages", SQUARE, ("[None] * len(sizes)", "[None] * 3"),
            "for two stages"),
    Mistake("column b", CONFIG, ("block_types[a][b - 1]", "block_types[a][b % stages]"),
            "column j is stage j + 1"),
    Mistake("rows and columns swapped", CONFIG,
            ("block_types[a][b - 1]", "block_types[b - 1][a]"),
            "rows and columns have changed places"),
    Mistake("columns are stages", CONFIG, ("block_types[a][b - 1]", "block_types[a][b]"),
            "outside of the 4 rows and 4 columns"),
    Mistake("rows one too early", CONFIG, ("block_types[a][b - 1]", "block_types[a - 1][b - 1]"),
            "row 3 is stage 3"),
    Mistake("a pair as an index", CONFIG,
            ("for a, b in arrows:\n        block_types[a][b - 1]",
             "for arrow in arrows:\n        block_types[arrow]"), "not tuple"),
    Mistake("classes for texts", CONFIG, ('= "Linear"', "= nn.Linear"), 'None or the text'),
    Mistake("an array of entries", CONFIG,
            ("[[None] * stages for _ in range(stages)]", "np.full((stages, stages), None)"),
            "block_types is ndarray"),
    Mistake("other names in the dict", CONFIG, ('"in_features_list"', '"in_features"'),
            "the dict has the entries"),
    Mistake("builds the network", CONFIG,
            ("return {\"in_features_list\": inputs, \"out_features_list\": outputs, "
             "\"block_types\": block_types}",
             "return nn.Sequential2D.from_config({\"in_features_list\": inputs, "
             "\"out_features_list\": outputs, \"block_types\": block_types})"),
            "skip_config gives Sequential2D"),
    Mistake("all stages in both lists", CONFIG, ("sizes[:-1], sizes[1:]", "sizes, sizes"),
            "rows are all stages but the last"),
    Mistake("outputs without the last stage", CONFIG,
            ("sizes[:-1], sizes[1:]", "sizes[:-1], sizes[:-1]"),
            "columns are all stages but the first"),
    Mistake("a square matrix at once", CONFIG, ("stages = len(sizes) - 1", "stages = len(sizes)"),
            "4 rows of 4 entries"),
    Mistake("every place filled", CONFIG,
            "stages = len(sizes) - 1\n"
            "block_types = [['Linear'] * stages for _ in range(stages)]\n"
            "return {'in_features_list': sizes[:-1], 'out_features_list': sizes[1:],\n"
            "        'block_types': block_types}",
            "all rows are equal"),
    Mistake("only the arrows to the next stage", CONFIG,
            ("for a, b in arrows:", "for a, b in [arrow for arrow in arrows if arrow[1] == "
             "arrow[0] + 1]:"),
            "the arrow (0, 2) is missing"),
    Mistake("takes the last size out of the list", CONFIG,
            ("inputs, outputs = sizes[:-1], sizes[1:]",
             "outputs = sizes[1:]\n    sizes.pop()\n    inputs = sizes"),
            "changes the list of sizes"),
    Mistake("no last row", SQUARE, ("types.append([None] * len(sizes))", "pass"),
            "3 rows of 3 entries"),
    Mistake("no first column", SQUARE, ("[None, *row]", "list(row)"), "3 rows of 3 entries"),
    Mistake("the new column last", SQUARE, ("[None, *row]", "[*row, None]"), "have moved"),
    Mistake("the input does not stay", SQUARE, ('types[0][0] = "Identity"', "pass"),
            "the input must stay"),
    Mistake("every stage stays", SQUARE,
            ('types[0][0] = "Identity"',
             "for k in range(len(sizes) - 1):\n        types[k][k] = 'Identity'"),
            "only the input stays"),
    Mistake("the output stays too", SQUARE,
            ('types[0][0] = "Identity"', "types[0][0] = types[-1][-1] = 'Identity'"),
            "only the input stays"),
    Mistake("the output is not among the sizes", SQUARE,
            ('cfg["in_features_list"] + cfg["out_features_list"][-1:]',
             'cfg["in_features_list"] + cfg["out_features_list"][:1]'),
            "the sizes of all three stages"),
    Mistake("writes into the config", SQUARE,
            'sizes = cfg["in_features_list"] + cfg["out_features_list"][-1:]\n'
            'types = cfg["block_types"]\n'
            "for row in types:\n"
            "    row.insert(0, None)\n"
            "types.append([None] * len(sizes))\n"
            "types[0][0] = 'Identity'\n"
            "return {'in_features_list': sizes, 'out_features_list': sizes, 'block_types': types}",
            "changes the config"),
    Mistake("the size goes into the config", SQUARE,
            'sizes = cfg["in_features_list"]\n'
            'sizes.append(cfg["out_features_list"][-1])\n'
            'types = [[None, *row] for row in cfg["block_types"]]\n'
            "types.append([None] * len(sizes))\n"
            "types[0][0] = 'Identity'\n"
            "return {'in_features_list': sizes, 'out_features_list': sizes, 'block_types': types}",
            "changes the config"),
    Mistake("a copy of the dict only", SQUARE,
            "new = dict(cfg)\n"
            'sizes = cfg["in_features_list"] + cfg["out_features_list"][-1:]\n'
            "new['block_types'].append([None] * len(sizes))\n"
            "new['in_features_list'] = new['out_features_list'] = sizes\n"
            "return new",
            "changes the config"),
    Mistake("the input is changed on its way", SQUARE, ('"Identity"', '"Linear"'),
            "the input must stay"),
    Mistake("the states are kept, before", FORWARD,
            ("x = self.model(x)\n            self.cache.append(self.model.cache)",
             "self.cache.append(x)\n            x = self.model(x)"), "must be self.model.cache"),
    Mistake("the cache of the step before", FORWARD,
            ("x = self.model(x)\n            self.cache.append(self.model.cache)",
             "self.cache.append(self.model.cache)\n            x = self.model(x)"),
            "must be self.model.cache"),
    Mistake("one step too few", FORWARD, ("range(self.steps)", "range(1, self.steps)"),
            "not equal"),
    Mistake("one cache, after the loop", FORWARD,
            "self.cache = []\n"
            "for _ in range(self.steps):\n"
            "    x = self.model(x)\n"
            "self.cache.append(self.model.cache)\n"
            "return x",
            "1 entries after 3 steps"),
    Mistake("once too often", FORWARD, ("range(self.steps)", "range(self.steps + 1)"),
            "four times instead of three"),
    Mistake("each step begins at the start", FORWARD,
            "self.cache = []\n"
            "for _ in range(self.steps):\n"
            "    y = self.model(x)\n"
            "    self.cache.append(self.model.cache)\n"
            "return y",
            "begin with what the last one made"),
    Mistake("leaves the loop at once", FORWARD, ("        return x", "            return x"),
            "run to its end"),
    Mistake("the last cache for every step", FORWARD,
            "for _ in range(self.steps):\n"
            "    x = self.model(x)\n"
            "self.cache = [self.model.cache] * self.steps\n"
            "return x",
            "uses the same cache for every step"),
    Mistake("only the last cache", FORWARD,
            ("self.cache.append(self.model.cache)", "self.cache = [self.model.cache]"),
            "through one step only"),
    Mistake("keeps the states, not the caches", FORWARD,
            ("self.cache.append(self.model.cache)", "self.cache.append(x)"),
            "keep the model's cache, where its input is"),
    Mistake("caches of earlier calls stay", FORWARD,
            ("self.cache = []", "self.cache = self.cache or []"), "backward"),
    Mistake("forward gives nothing back", FORWARD, ("return x", "return None"),
            "forward gives back nothing"),
    Mistake("forwards through time", BACKWARD, ("reversed(self.cache)", "self.cache"),
            "the last step comes first"),
    Mistake("every step gets the last dy", BACKWARD,
            "grads = {}\n"
            "for cache in reversed(self.cache):\n"
            "    self.model.cache = cache\n"
            "    dx, step_grads = self.model.backward(dy)\n"
            "    for name, gradient in step_grads.items():\n"
            "        full = f'model.{name}'\n"
            "        grads[full] = grads[full] + gradient if full in grads else gradient\n"
            "return dx, grads",
            "through one step only"),
    Mistake("the gradients replace each other", BACKWARD, (ADD, "grads[full] = gradient"),
            "the gradients add up"),
    Mistake("the mean over the steps", BACKWARD,
            (ADD, "gradient = gradient / self.steps\n"
             "                grads[full] = grads.get(full, 0) + gradient"),
            "or their mean, as each is 12 here"),
    Mistake("the model's caches are not put back", BACKWARD, ("self.model.cache = cache", "pass"),
            "put back the cache of a step"),
    Mistake("names without model", BACKWARD, ('f"model.{name}"', "name"),
            'but the weight is "model.w"'),
    Mistake("a name for each step", BACKWARD,
            ('f"model.{name}"', 'f"model.{len(grads)}.{name}"'), 'but the weight is "model.w"'),
    Mistake("adds into the model's own arrays", BACKWARD,
            ("return dy, grads", "self.cache.clear()\n        return dy, grads"), "backward"),
    Mistake("counts from the end, one wrong", BACKWARD,
            "grads = {}\n"
            "for t in range(self.steps):\n"
            "    self.model.cache = self.cache[-t]\n"
            "    dy, step_grads = self.model.backward(dy)\n"
            "    for name, gradient in step_grads.items():\n"
            "        full = f'model.{name}'\n"
            "        grads[full] = grads[full] + gradient if full in grads else gradient\n"
            "return dy, grads",
            "gradient of input 0"),
    Mistake("the last step's gradients, times the steps", BACKWARD,
            "self.model.cache = self.cache[-1]\n"
            "dx, step_grads = self.model.backward(dy)\n"
            "for _ in range(self.steps - 1):\n"
            "    dx, _ = self.model.backward(dx)\n"
            "return dx, {f'model.{name}': self.steps * g for name, g in step_grads.items()}",
            "gradient of input 0"),
    Mistake("no dot in the name", BACKWARD, ('f"model.{name}"', 'f"model{name}"'),
            'but the weight is "model.w"'),
    Mistake("gives back only dx", BACKWARD, ("return dy, grads", "return dy"), "two things"),
    Mistake("the largest eigenvalue with its sign", RADIUS,
            ("np.max(np.abs(np.linalg.eigvals(w)))", "np.max(np.linalg.eigvals(w).real)"),
            "-4 has a larger absolute value"),
    Mistake("the largest number of the matrix", RADIUS, ("np.linalg.eigvals(w)", "w"),
            "not by the largest number of the matrix"),
    Mistake("the diagonal", RADIUS, ("np.linalg.eigvals(w)", "np.diag(w)"), "on the diagonal"),
    Mistake("as if w were symmetric", RADIUS, ("eigvals(w)", "eigvalsh(w)"), "only for symmetric"),
    Mistake("values and vectors", RADIUS, ("eigvals(w)", "eig(w)"), "sequence"),
    Mistake("the determinant", RADIUS, ("np.max(np.abs(np.linalg.eigvals(w)))",
                                        "np.abs(np.linalg.det(w))"), "not equal"),
    Mistake("the mean of the sizes", RADIUS, ("np.max", "np.mean"), "not equal"),
    Mistake("the norm", RADIUS, ("np.max(np.abs(np.linalg.eigvals(w)))", "np.linalg.norm(w)"),
            "the norm of w is not"),
    Mistake("the largest singular value", RADIUS,
            ("np.max(np.abs(np.linalg.eigvals(w)))", "np.linalg.norm(w, 2)"),
            "the norm of w is not"),
    Mistake("the absolute value is forgotten", RADIUS,
            "values = np.linalg.eigvals(w)\n"
            "now = values[np.argmax(np.abs(values))]\n"
            "return w * (radius / now)",
            "take the absolute value of -4"),
    Mistake("writes into w", RADIUS,
            ("return w * (radius / now)", "w *= radius / now\n    return w"),
            "changes the matrix"),
    Mistake("radius is forgotten", RADIUS, ("radius / now", "1 / now"), "is `radius` used"),
    Mistake("multiplies instead of dividing", RADIUS, ("radius / now", "radius * now"),
            "4 times w instead of a quarter"),
]  # fmt: skip
EQUIVALENT = {}
