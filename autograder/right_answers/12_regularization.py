"""Right answers to exercise 12 that are not the reference's.

Inverted dropout as in CS231n and d2l: masks by `<`, `np.where`, `binomial` and `choice`; penalties
by `vdot` and norms; decay as a factor of the weights.
"""

from edunn.course.authoring import RightAnswer

FORWARD, BACKWARD = "Dropout.forward", "Dropout.backward"
PREDICT, PENALTY, STEP = "predict", "penalty", "SGD.step"

RIGHT_ANSWERS = [
    RightAnswer(
        "a mask of truth, and two branches",
        {
            FORWARD: """
                if self.training:
                    keep = nn.backend.generator().random(x.shape) < 1 - self.p
                    self.cache = keep
                    y = np.where(keep, x / (1 - self.p), 0.0)
                else:
                    self.cache = None
                    y = x
            """,
            BACKWARD: """
                keep = self.cache
                if keep is None:
                    dx = dy
                else:
                    dx = np.where(keep, dy / (1 - self.p), 0.0)
            """,
            PREDICT: """
                before = model.training
                model.eval()
                y = model.forward(x)
                if before:
                    model.train()
                return y
            """,
            PENALTY: """
                total = 0.0
                for p in parameters:
                    for number in p.data.ravel():
                        total += number * number
                return 0.5 * strength * total
            """,
            STEP: """
                for w in self.parameters:
                    if w.grad is None:
                        continue
                    w.data *= 1 - self.lr * self.weight_decay
                    w.data -= self.lr * w.grad
            """,
        },
    ),
    RightAnswer(
        "binomial numbers, written into a copy",
        {
            FORWARD: """
                mask = np.ones_like(x)
                if self.training:
                    mask[:] = nn.backend.generator().binomial(1, 1 - self.p, size=x.shape)
                    mask /= 1 - self.p
                self.cache = {"mask": mask}
                y = x.copy()
                y *= mask
            """,
            BACKWARD: "dx = dy.copy()\ndx *= self.cache['mask']",
            PREDICT: """
                mode = model.training
                try:
                    model.train(False)
                    return model(x)
                finally:
                    model.train(mode)
            """,
            PENALTY: "return strength * sum(np.vdot(p.data, p.data) for p in parameters) / 2",
            STEP: """
                for p in self.parameters:
                    if p.grad is not None:
                        p.data[:] = p.data - self.lr * (p.grad + self.weight_decay * p.data)
            """,
        },
    ),
    RightAnswer(
        "what is dropped is set to 0",
        {
            FORWARD: """
                y = np.array(x, dtype=float)
                dropped = np.zeros(x.shape, dtype=bool)
                scale = 1.0
                if self.training:
                    dropped = nn.backend.generator().uniform(0, 1, x.shape) < self.p
                    scale = 1 / (1 - self.p)
                y[dropped] = 0
                y *= scale
                self.cache = dropped, scale
            """,
            BACKWARD: """
                dropped, scale = self.cache
                dx = dy * scale
                dx[dropped] = 0
            """,
            PENALTY: "return strength * sum(np.linalg.norm(p.data) ** 2 for p in parameters) / 2",
            STEP: """
                for p in self.parameters:
                    g = p.grad
                    if g is None:
                        continue
                    for i in range(len(p.data)):
                        p.data[i] = p.data[i] - self.lr * (g[i] + self.weight_decay * p.data[i])
            """,
        },
    ),
    RightAnswer(
        "number by number",
        {
            FORWARD: """
                self.cache = np.ones(x.shape)
                generator = nn.backend.generator()
                y = np.zeros(x.shape)
                for place in np.ndindex(x.shape):
                    if self.training:
                        self.cache[place] = (generator.random() >= self.p) / (1 - self.p)
                    y[place] = self.cache[place] * x[place]
            """,
            BACKWARD: "dx = np.multiply(self.cache, dy)",
            PENALTY: """
                numbers = [number for p in parameters for number in p.data.flat]
                return strength / 2 * float(np.sum(np.square(numbers)))
            """,
            STEP: """
                for p in self.parameters:
                    if p.grad is not None:
                        for place in np.ndindex(p.data.shape):
                            w, dw = p.data[place], p.grad[place]
                            p.data[place] = w - self.lr * (dw + self.weight_decay * w)
            """,
        },
    ),
    RightAnswer(
        "helpers above",
        {
            FORWARD: """
                self.cache = mask_of(x.shape, self.p if self.training else 0.0)
                y = self.cache * x
            """,
            BACKWARD: "dx = self.cache * dy",
            PREDICT: "return in_mode(model, model.training, lambda: model.eval().forward(x))",
        },
        above="""
            def mask_of(shape, p):
                kept = nn.backend.generator().random(size=shape) >= p
                return kept.astype(float) / (1.0 - p)


            def in_mode(model, mode, function):
                result = function()
                model.train(mode=mode)
                return result
        """,
    ),
    RightAnswer(
        "einsum, recursion, in place",
        {
            PENALTY: """
                if len(parameters) == 0:
                    return 0.0
                first = parameters[0].data.reshape(-1)
                own = strength / 2 * np.einsum("i,i->", first, first)
                return own + penalty(parameters[1:], strength)
            """,
            STEP: """
                for p in (p for p in self.parameters if p.grad is not None):
                    decayed = np.add(p.grad, np.multiply(self.weight_decay, p.data))
                    np.subtract(p.data, self.lr * decayed, out=p.data)
            """,
            PREDICT: "before, y = model.training, model.eval()(x)\nmodel.train(before)\nreturn y",
        },
    ),
    RightAnswer(
        "float64, choices from 0 and 1",
        {
            FORWARD: """
                if not self.training:
                    self.cache = 1
                    return x
                draw = nn.backend.generator().choice
                mask = draw([0.0, 1.0], size=x.shape, p=[self.p, 1 - self.p])
                self.cache = np.asarray(mask / (1 - self.p), dtype=np.float64)
                y = np.einsum("...,...->...", x, self.cache)
            """,
            BACKWARD: "dx = np.asarray(dy, dtype=np.float64) * self.cache",
            PENALTY: "return np.float64(strength / 2 * sum((p.data**2).sum() for p in parameters))",
            STEP: """
                for p in self.parameters:
                    if p.grad is not None:
                        step = np.float64(self.lr) * (p.grad + self.weight_decay * p.data)
                        p.data[...] = p.data - step
            """,
        },
    ),
]
