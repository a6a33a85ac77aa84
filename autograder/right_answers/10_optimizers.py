"""Right answers to exercise 10 that are not the reference's.

In place with `[:]`, with `out=` and number by number; velocities that hold -lr already, running
means as a step towards the new value, the corrections moved into the learning rate: as in CS231n,
d2l and the papers.
"""

from edunn.course.authoring import RightAnswer

SGD, MOMENTUM, ADAM = "SGD.update", "Momentum.update", "Adam.update"

RIGHT_ANSWERS = [
    RightAnswer(
        "in place with a slice",
        {
            SGD: "w[:] = w - self.lr * dw",
            MOMENTUM: """
                if "v" not in state:
                    state["v"] = np.zeros_like(w)
                v = state["v"]
                v[:] = self.momentum * v + dw
                w[:] = w - self.lr * v
            """,
            ADAM: """
                if not state:
                    state["m"], state["v"], state["t"] = np.zeros(w.shape), np.zeros(w.shape), 0
                state["t"] += 1
                m, v = state["m"], state["v"]
                m[:] = beta1 * m + (1 - beta1) * dw
                v[:] = beta2 * v + (1 - beta2) * dw * dw
                m_hat = m / (1 - beta1 ** state["t"])
                v_hat = v / (1 - beta2 ** state["t"])
                w[:] = w - self.lr * m_hat / (np.sqrt(v_hat) + self.eps)
            """,
        },
    ),
    RightAnswer(
        "row by row",
        {
            SGD: """
                for i in range(len(w)):
                    w[i] -= self.lr * dw[i]
            """,
            MOMENTUM: """
                v = state.setdefault("v", [0.0] * len(w))
                for i in range(len(w)):
                    v[i] = self.momentum * v[i] + dw[i]
                    w[i] -= self.lr * v[i]
            """,
            ADAM: """
                state["t"] = state.get("t", 0) + 1
                t = state["t"]
                m = state.setdefault("m", np.zeros_like(w))
                v = state.setdefault("v", np.zeros_like(w))
                for i in range(len(w)):
                    m[i] = beta1 * m[i] + (1 - beta1) * dw[i]
                    v[i] = beta2 * v[i] + (1 - beta2) * dw[i] ** 2
                    step = m[i] / (1 - beta1**t) / (np.sqrt(v[i] / (1 - beta2**t)) + self.eps)
                    w[i] = w[i] - self.lr * step
            """,
        },
    ),
    RightAnswer(
        "number by number",
        {
            SGD: """
                for place in np.ndindex(w.shape):
                    w[place] = w[place] - self.lr * dw[place]
            """,
            MOMENTUM: """
                if state == {}:
                    state["velocity"] = np.zeros(w.shape)
                for place in np.ndindex(w.shape):
                    state["velocity"][place] = self.momentum * state["velocity"][place] + dw[place]
                    w[place] -= self.lr * state["velocity"][place]
            """,
            ADAM: """
                t = state["t"] = state.get("t", 0) + 1
                m, v = (state.setdefault(name, np.zeros(w.shape)) for name in "mv")
                for place, g in np.ndenumerate(dw):
                    m[place] += (1 - beta1) * (g - m[place])
                    v[place] += (1 - beta2) * (g * g - v[place])
                    a, b = m[place] / (1 - beta1**t), v[place] / (1 - beta2**t)
                    w[place] -= self.lr * a / (b**0.5 + self.eps)
            """,
        },
    ),
    RightAnswer(
        "functions with out=",
        {
            SGD: "np.subtract(w, np.multiply(self.lr, dw), out=w)",
            MOMENTUM: """
                v = state.get("v", np.zeros_like(dw))
                np.multiply(v, self.momentum, out=v)
                np.add(v, dw, out=v)
                state["v"] = v
                np.subtract(w, self.lr * v, out=w)
            """,
            ADAM: """
                if "t" not in state:
                    state.update(t=0, m=np.zeros_like(w), v=np.zeros_like(w))
                state["t"] += 1
                state["m"] *= beta1
                state["m"] += (1 - beta1) * dw
                state["v"] *= beta2
                state["v"] += (1 - beta2) * np.square(dw)
                first = np.divide(state["m"], 1 - np.power(beta1, state["t"]))
                second = np.divide(state["v"], 1 - np.power(beta2, state["t"]))
                np.copyto(w, w - self.lr * first / (np.sqrt(second) + self.eps))
            """,
        },
    ),
    RightAnswer(
        "other formulas",
        {
            SGD: "w += -self.lr * dw",
            MOMENTUM: """
                old = state.get("step", 0)
                state["step"] = self.momentum * old - self.lr * dw
                w += state["step"]
            """,
            ADAM: """
                state["b1"] = state.get("b1", 1.0) * beta1
                state["b2"] = state.get("b2", 1.0) * beta2
                state["m"] = beta1 * state.get("m", 0) + (1 - beta1) * dw
                state["v"] = beta2 * state.get("v", 0) + (1 - beta2) * dw**2
                root = np.sqrt(1 - state["b2"])
                rate = self.lr * root / (1 - state["b1"])
                w -= rate * state["m"] / (np.sqrt(state["v"]) + self.eps * root)
            """,
        },
    ),
    RightAnswer(
        "helpers above",
        {
            SGD: "move(w, -self.lr * dw)",
            MOMENTUM: """
                state["v"] = decayed(state.get("v"), self.momentum, dw)
                for i, row in enumerate(state["v"]):
                    w[i] -= self.lr * row
            """,
            ADAM: """
                t, m, v = state.get("t", 0) + 1, state.get("m"), state.get("v")
                m = (1 - beta1) * dw if m is None else beta1 * m + (1 - beta1) * dw
                v = (1 - beta2) * dw**2 if v is None else beta2 * v + (1 - beta2) * dw**2
                state["t"], state["m"], state["v"] = t, m, v
                w -= self.lr * (m / (1 - beta1**t)) * (np.sqrt(v / (1 - beta2**t)) + self.eps) ** -1
            """,
        },
        above="""
            def move(w, by):
                w[...] = w + by


            def decayed(v, share, dw):
                return dw.copy() if v is None else share * v + dw
        """,
    ),
    RightAnswer(
        "float64 inside, the array's own method",
        {
            SGD: "w.__isub__(np.asarray(self.lr * dw, dtype=w.dtype))",
            MOMENTUM: """
                v = np.asarray(state.get("v", np.zeros(w.shape)), dtype=np.float64)
                v = v * self.momentum + dw.astype(np.float64)
                state["v"] = v
                w[:] = w.astype(np.float64) - self.lr * v
            """,
            ADAM: """
                g = dw.astype(np.float64)
                t = state["t"] = 1 if "t" not in state else state["t"] + 1
                state["m"] = state.get("m", np.zeros(w.shape)) * beta1 + g * (1 - beta1)
                state["v"] = state.get("v", np.zeros(w.shape)) * beta2 + g * g * (1 - beta2)
                corrected = [state["m"] / (1 - beta1**t), state["v"] / (1 - beta2**t)]
                w[:] = w - self.lr * corrected[0] / (corrected[1] ** 0.5 + self.eps)
            """,
        },
    ),
]
