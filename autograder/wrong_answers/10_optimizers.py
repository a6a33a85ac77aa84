"""Wrong answers to exercise 10, and what the student must read of each."""

from edunn.course.authoring import Mistake

SGD, MOMENTUM, ADAM = "SGD.update", "Momentum.update", "Adam.update"
KEEPS_M = 'm = state["m"] = beta1 * state.get("m", 0.0) + (1 - beta1) * dw'
KEEPS_V = 'v = state["v"] = beta2 * state.get("v", 0.0) + (1 - beta2) * dw**2'
COUNTS = 't = state["t"] = state.get("t", 0) + 1'
CORRECTS = "m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)"

WRONG_ANSWERS = [
    Mistake("uphill", SGD, ("-=", "+="), "uphill"),
    Mistake(
        "a new array",
        SGD,
        ("w -= self.lr * dw", "w = w - self.lr * dw"),
        "Your steps change nothing",
    ),
    Mistake(
        "returns it",
        SGD,
        ("w -= self.lr * dw", "return w - self.lr * dw"),
        "Your steps change nothing",
    ),
    Mistake("scales dw", SGD, "dw *= self.lr\nw -= dw", "changes the gradient that it was given"),
    Mistake("minus before the number", SGD, ("-=", "=-"), "Your steps change nothing"),
    Mistake("divided by lr", SGD, ("self.lr * dw", "dw / self.lr"), "100 times as long"),
    Mistake("lr without self", SGD, ("self.lr", "lr"), "name 'lr' is not defined"),
    Mistake("w as an attribute", SGD, ("w -=", "self.w -="), "has no attribute 'w'"),
    Mistake(
        "cut off at 1", SGD, ("dw", "np.clip(dw, -1, 1)"), "weights after the step are not those"
    ),
    Mistake("no learning rate", SGD, ("self.lr * dw", "dw"), "is 10 times as long"),
    Mistake("only the sign", SGD, ("dw", "np.sign(dw)"), "the first step is 1 times as long"),
    Mistake("mean of dw", SGD, ("dw", "np.mean(dw)"), "weights after the step are not those"),
    Mistake(
        "replaces w", SGD, ("w -= self.lr * dw", "w[...] = -self.lr * dw"), "it should move by 0"
    ),
    Mistake(
        "fixed learning rate", SGD, ("self.lr", "0.1"), "times as long as it should be", hidden=True
    ),
    Mistake(
        "shrinks w as well",
        SGD,
        ("self.lr * dw", "self.lr * (dw + 0.01 * w)"),
        "Which term of your formula",
    ),
    Mistake(
        "forgets the velocity", MOMENTUM, "w -= self.lr * dw", "The first step is right, later"
    ),
    Mistake(
        "velocity starts anew",
        MOMENTUM,
        (
            'state["v"] = self.momentum * state.get("v", 0.0) + dw',
            'state["v"] = self.momentum * 0.0 + dw',
        ),
        "The first step is right, later",
    ),
    Mistake(
        "one velocity for all",
        MOMENTUM,
        """
        self.v = self.momentum * getattr(self, "v", 0.0) + dw
        w -= self.lr * self.v
        """,
        "The first parameter changes something",
    ),
    Mistake(
        "velocity is the gradient's array",
        MOMENTUM,
        """
        if "v" not in state:
            state["v"] = dw
        else:
            state["v"] *= self.momentum
            state["v"] += dw
        w -= self.lr * state["v"]
        """,
        "a memory that is the same array as the gradient",
    ),
    Mistake(
        "velocity is not kept",
        MOMENTUM,
        'v = self.momentum * state.get("v", 0.0) + dw\nw -= self.lr * v',
        "The first step is right, later",
    ),
    Mistake(
        "moves before the velocity is new",
        MOMENTUM,
        'w -= self.lr * state.get("v", 0.0)\nstate["v"] = self.momentum * state.get("v", 0.0) + dw',
        "Each step is the right one of the step before",
    ),
    Mistake(
        "looks ahead, as Nesterov does",
        MOMENTUM,
        ('self.lr * state["v"]', 'self.lr * (dw + self.momentum * state["v"])'),
        "1.9 times as long",
    ),
    Mistake("no first velocity", MOMENTUM, ('state.get("v", 0.0)', 'state["v"]'), "KeyError: 'v'"),
    Mistake(
        "keeps 1 - beta", MOMENTUM, ("self.momentum *", "(1 - self.momentum) *"), "is right, later"
    ),
    Mistake(
        "beta times the step",
        MOMENTUM,
        ('self.lr * state["v"]', 'self.lr * self.momentum * state["v"]'),
        "0.9 times as long",
    ),
    Mistake("running mean", MOMENTUM, ("+ dw", "+ (1 - self.momentum) * dw"), "0.1 times as long"),
    Mistake("uphill velocity", MOMENTUM, ("w -=", "w +="), "uphill"),
    Mistake("velocity minus", MOMENTUM, ("+ dw", "- dw"), "uphill"),
    Mistake(
        "a new w", MOMENTUM, ("w -= self.lr *", "w = w - self.lr *"), "Your steps change nothing"
    ),
    Mistake("steps along dw", MOMENTUM, ('* state["v"]', "* dw"), "The first step is right, later"),
    Mistake("lr twice", MOMENTUM, ("+ dw", "+ self.lr * dw"), "0.1 times as long"),
    Mistake("always 0.9", MOMENTUM, ("self.momentum", "0.9"), "is self.momentum used"),
    Mistake(
        "keeps everything",
        MOMENTUM,
        """
        state["all"] = [*state.get("all", []), dw.copy()]
        w -= self.lr * sum(self.momentum**i * g for i, g in enumerate(state["all"][::-1]))
        """,
        "the velocity is enough",
    ),
    Mistake(
        "the usual betas, written as numbers",
        ADAM,
        "beta1, beta2 = 0.9, 0.999\n"
        + "\n".join([COUNTS, KEEPS_M, KEEPS_V, CORRECTS])
        + "\nw -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)",
        "is self.betas used",
    ),
    Mistake("no correction", ADAM, (CORRECTS, "m_hat, v_hat = m, v"), "3.162 times as long"),
    Mistake("only m corrected", ADAM, ("v / (1 - beta2**t)", "v"), "31.62 times as long"),
    Mistake("only v corrected", ADAM, ("m / (1 - beta1**t)", "m"), "0.1 times as long"),
    Mistake(
        "t starts at 0",
        ADAM,
        (COUNTS, 't = state.get("t", 0)\n        state["t"] = t + 1'),
        "step counter",
    ),
    Mistake(
        "t counts parameters",
        ADAM,
        (COUNTS, 'self.t = getattr(self, "t", 0) + 1\n        t = self.t'),
        "what ticks once per step",
    ),
    Mistake("t is not kept", ADAM, ('t = state["t"] =', "t ="), "The first step is right, later"),
    Mistake("sums for means", ADAM, ("(1 - beta1) * dw", "dw"), "10 times as long"),
    Mistake("times t for to the power of t", ADAM, ("beta2**t", "beta2 * t"), "NaN or infinite"),
    Mistake(
        "corrected after the root",
        ADAM,
        ("(np.sqrt(v_hat) + self.eps)", "(np.sqrt(v) / (1 - beta2**t) + self.eps)"),
        "0.03162 times as long",
    ),
    Mistake(
        "the last gradient for m", ADAM, ("self.lr * m_hat", "self.lr * dw"), "is right, later"
    ),
    Mistake(
        "sizes for squares", ADAM, ("dw**2", "np.abs(dw)"), "With gradients 1e+07 times as large"
    ),
    Mistake("t stays 1", ADAM, (COUNTS, "t = 1"), "The first step is right, later"),
    Mistake(
        "keeps the corrected means",
        ADAM,
        (CORRECTS, CORRECTS + '\n        state["m"], state["v"] = m_hat, v_hat'),
        "The first step is right, later",
    ),
    Mistake(
        "eps in the root",
        ADAM,
        ("(np.sqrt(v_hat) + self.eps)", "np.sqrt(v_hat + self.eps)"),
        "inside the square root",
    ),
    Mistake(
        "betas exchanged",
        ADAM,
        (KEEPS_M, "beta1, beta2 = beta2, beta1\n        " + KEEPS_M),
        "The first step is right, later",
    ),
    Mistake("no root", ADAM, ("np.sqrt(v_hat)", "v_hat"), "the first step is 0.085 times as long"),
    Mistake("v of dw", ADAM, ("* dw**2", "* dw"), "NaN or infinite"),
    Mistake("v of the mean", ADAM, ("* dw**2", "* m**2"), "is 10 times as long"),
    Mistake("m is dw", ADAM, (KEEPS_M, "m = (1 - beta1) * dw"), "The first step is right, later"),
    Mistake(
        "v is forgotten",
        ADAM,
        (KEEPS_V, "v = (1 - beta2) * dw**2"),
        "The first step is right, later",
    ),
    Mistake(
        "one memory for all",
        ADAM,
        """
        beta1, beta2 = self.betas
        self.m = beta1 * getattr(self, "m", 0.0) + (1 - beta1) * dw
        self.v = beta2 * getattr(self, "v", 0.0) + (1 - beta2) * dw**2
        t = state["t"] = state.get("t", 0) + 1
        m_hat, v_hat = self.m / (1 - beta1**t), self.v / (1 - beta2**t)
        w -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)
        """,
        "The first parameter changes something",
    ),
    Mistake(
        "keeps every gradient",
        ADAM,
        """
        state["all"] = [*state.get("all", []), dw.copy()]
        g = np.array(state["all"])
        ages = np.arange(len(g))[::-1]
        m_hat = np.tensordot(beta1**ages / (beta1**ages).sum(), g, axes=1)
        v_hat = np.tensordot(beta2**ages / (beta2**ages).sum(), g**2, axes=1)
        w -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)
        """,
        "m, v and t are enough",
    ),
    Mistake("no eps", ADAM, (" + self.eps", ""), "NaN or infinite"),
    Mistake("uphill with Adam", ADAM, ("w -=", "w +="), "uphill"),
    Mistake("fixed eps", ADAM, ("self.eps", "1e-8"), "is self.eps used"),
]
