"""Wrong answers to exercise 12, and what the student must read of each."""

from edunn.course.authoring import Mistake

DRAW = "nn.backend.generator().random(x.shape)"
ONE_MASK = """
mask = 1.0
if self.training:
    if getattr(self, "mask", None) is None or self.mask.shape != x.shape:
        self.mask = (nn.backend.generator().random(x.shape) >= self.p) / (1 - self.p)
    mask = self.mask
self.cache = mask
y = x * mask
"""
LATE = """
if self.training:
    self.cache = (nn.backend.generator().random(x.shape) >= self.p) / (1 - self.p)
    y = x * self.cache
else:
    y = x
"""
OLD_STYLE = """
mask = 1 - self.p
if self.training:
    mask = 1.0 * (nn.backend.generator().random(x.shape) >= self.p)
self.cache = mask
y = x * mask
"""
SHRINKS = """
mask = 1 - self.p
if self.training:
    mask = (nn.backend.generator().random(x.shape) >= self.p) / (1 - self.p)
self.cache = mask
y = x * mask
"""
INTO_X = """
mask = 1.0
if self.training:
    mask = (nn.backend.generator().random(x.shape) >= self.p) / (1 - self.p)
self.cache = mask
x *= mask
y = x
"""
NEW_MASK = """
dx = dy
if self.training:
    dx = dy * (nn.backend.generator().random(dy.shape) >= self.p) / (1 - self.p)
"""
UPDATE = "p.data -= self.lr * (p.grad + self.weight_decay * p.data)"
GRADIENT = """
for p in self.parameters:
    if p.grad is not None:
        p.grad += self.weight_decay * p.data
        p.data -= self.lr * p.grad
"""
SHRINKS_FIRST = """
for p in self.parameters:
    if p.grad is not None:
        p.data *= 1 - self.weight_decay
        p.data -= self.lr * p.grad
"""
RETURNS = """
for p in self.parameters:
    if p.grad is not None:
        w = p.data - self.lr * (p.grad + self.weight_decay * p.data)
"""

DECAYS_ALL = """
for p in self.parameters:
    dw = 0 if p.grad is None else p.grad
    p.data -= self.lr * (dw + self.weight_decay * p.data)
"""

WRONG_ANSWERS = [
    Mistake("keeps with p", "Dropout.forward", (">= self.p", "< self.p"), "to drop, or to keep"),
    Mistake(
        "no scale", "Dropout.forward", (" / (1 - self.p)", " * 1.0"), "its mean is not that of x"
    ),
    Mistake(
        "scaled by p",
        "Dropout.forward",
        ("/ (1 - self.p)", "* (1 - self.p)"),
        "is multiplied by 0.8",
    ),
    Mistake("one mask for ever", "Dropout.forward", ONE_MASK, "draw it in forward"),
    Mistake("divided by p", "Dropout.forward", ("/ (1 - self.p)", "/ self.p"), "multiplied by 5"),
    Mistake(
        "random numbers as the mask",
        "Dropout.forward",
        (f"({DRAW} >= self.p)", DRAW),
        "0.0% of the numbers are 0, but it should be 20%",
    ),
    Mistake(
        "rounded random numbers",
        "Dropout.forward",
        (f"({DRAW} >= self.p)", f"np.round({DRAW})"),
        "% of the numbers are 0, but it should be 20%",
    ),
    Mistake(
        "numbers taken out",
        "Dropout.forward",
        f"keep = {DRAW} >= self.p\nself.cache = keep\ny = x[keep]",
        "not (400, 50), as x",
    ),
    Mistake(
        "training is called",
        "Dropout.forward",
        ("self.training", "self.training()"),
        "not callable",
    ),
    Mistake(
        "y is kept",
        "Dropout.forward",
        ("self.cache = mask", "self.cache = x * mask"),
        "number by number: the input x",
    ),
    Mistake("the mask is not kept", "Dropout.forward", ("self.cache = mask", "pass"), "NoneType"),
    Mistake(
        "one mask for the whole batch",
        "Dropout.forward",
        (DRAW, "nn.backend.generator().random(x.shape[1:])"),
        "all examples lose the same numbers",
    ),
    Mistake(
        "whole examples",
        "Dropout.forward",
        (DRAW, "nn.backend.generator().random((len(x),) + (1,) * (x.ndim - 1))"),
        "loses all of its numbers",
    ),
    Mistake(
        "random numbers of its own",
        "Dropout.forward",
        (DRAW, "np.random.default_rng().random(x.shape)"),
        "it is another mask",
    ),
    Mistake(
        "the same seed in every call",
        "Dropout.forward",
        (DRAW, "np.random.default_rng(0).random(x.shape)"),
        "the second forward has the same mask",
    ),
    Mistake(
        "normal random numbers",
        "Dropout.forward",
        (DRAW, "nn.backend.generator().normal(size=x.shape)"),
        "% of the numbers are 0, but it should be",
    ),
    Mistake(
        "drops in evaluation too",
        "Dropout.forward",
        ("if self.training:", "if True:"),
        "numbers are still dropped",
    ),
    Mistake(
        "the wrong mode",
        "Dropout.forward",
        ("if self.training:", "if not self.training:"),
        "0.0% of the numbers are 0, but it should be 20%",
    ),
    Mistake(
        "scaled in training and in evaluation",
        "Dropout.forward",
        SHRINKS,
        "nothing may be scaled either",
    ),
    Mistake("scaled in evaluation only", "Dropout.forward", OLD_STYLE, "its mean is not that of x"),
    Mistake("an old mask in evaluation", "Dropout.forward", LATE, "is that an old mask"),
    Mistake("writes into x", "Dropout.forward", INTO_X, "forward changes x"),
    Mistake(
        "two dimensions only",
        "Dropout.forward",
        (DRAW, DRAW.replace("x.shape", "(len(x), x.shape[1])")),
        "broadcast",
    ),
    Mistake("a new mask in backward", "Dropout.backward", NEW_MASK, "first backward and a second"),
    Mistake(
        "the scale without the mask",
        "Dropout.backward",
        "dx = dy / (1 - self.p) if self.training else dy",
        "0 in some places",
    ),
    Mistake("dy comes through whole", "Dropout.backward", "dx = dy", "is dy itself"),
    Mistake(
        "backward without the scale",
        "Dropout.backward",
        ("self.cache", "(np.asarray(self.cache) > 0)"),
        "off by the factor 1 - p",
    ),
    Mistake(
        "divides by the mask", "Dropout.backward", ("dy * self", "dy / self"), "NaN or infinite"
    ),
    Mistake(
        "gives the mask", "Dropout.backward", "dx = self.cache + 0 * dy", "does not depend on dy"
    ),
    Mistake("negative", "Dropout.backward", ("dy *", "-dy *"), "the opposite sign"),
    Mistake("writes into dy", "Dropout.backward", "dy *= self.cache\ndx = dy", "changes dy"),
    Mistake("training mode", "predict", ("model.eval()", "model"), "runs layers in training mode"),
    Mistake(
        "stays in evaluation", "predict", ("model.train(mode)", "pass"), "left with training=False"
    ),
    Mistake(
        "always back to training", "predict", ("train(mode)", "train()"), "left with training=True"
    ),
    Mistake(
        "only the model itself",
        "predict",
        (
            "output = model.eval()(x)",
            "model.training = False\noutput = model(x)",
        ),
        "runs layers in training mode",
    ),
    Mistake(
        "sets the mode back too early",
        "predict",
        "mode = model.training\nmodel.eval()\nmodel.train(mode)\nreturn model(x)",
        "runs layers in training mode",
    ),
    Mistake(
        "asks for the mode too late",
        "predict",
        "output = model.eval()(x)\nmodel.train(model.training)\nreturn output",
        "left with training=False",
    ),
    Mistake("a Tensor goes in", "predict", ("(x)", "(nn.Tensor(x))"), "predict gives a Tensor"),
    Mistake(
        "evaluation afterwards",
        "predict",
        "output = model(x)\nmodel.eval()\nreturn output",
        "runs layers in training mode",
    ),
    Mistake("the model comes back", "predict", ("return output", "return model"), "not give the"),
    Mistake(
        "nothing comes back", "predict", ("return output", "pass"), "predict gives back nothing"
    ),
    Mistake("no half", "penalty", ("strength / 2", "strength"), "is there a half"),
    Mistake(
        "absolute values",
        "penalty",
        ("p.data**2", "np.abs(p.data)"),
        "roots or absolute values were added",
    ),
    Mistake(
        "of Parameters",
        "penalty",
        "return strength / 2 * sum(np.sum(p**2) for p in parameters)",
        "penalty gives a Tensor",
    ),
    Mistake("mean of the squares", "penalty", ("np.sum", "np.mean"), "and yours is"),
    Mistake(
        "square of the sum", "penalty", ("np.sum(p.data**2)", "np.sum(p.data) ** 2"), "and yours is"
    ),
    Mistake(
        "strength squared", "penalty", ("strength / 2", "strength**2 / 2"), "and yours is 0.18"
    ),
    Mistake("a root too many", "penalty", ("* squares", "* squares**0.5"), "roots or absolute"),
    Mistake(
        "only the last parameter",
        "penalty",
        "for p in parameters:\n    squares = np.sum(p.data**2)\nreturn strength / 2 * squares",
        "and yours is",
    ),
    Mistake(
        "an array",
        "penalty",
        "return strength / 2 * parameters[0].data ** 2",
        "but it is one number",
    ),
    Mistake(
        "half of the decay",
        "SGD.step",
        ("+ self.weight_decay", "+ self.weight_decay / 2"),
        "With a gradient of 0",
    ),
    Mistake(
        "the penalty for its slope",
        "SGD.step",
        ("self.weight_decay * p.data", "penalty([p], self.weight_decay)"),
        "gradient of 0",
    ),
    Mistake(
        "decays after the step",
        "SGD.step",
        "for p in self.parameters:\n    if p.grad is not None:\n"
        "        p.data -= self.lr * p.grad\n"
        "        p.data *= 1 - self.lr * self.weight_decay",
        "are not those of the exercise",
    ),
    Mistake(
        "returns after the first",
        "SGD.step",
        (UPDATE, UPDATE + "\nreturn"),
        "never move, though they should",
    ),
    Mistake("asks an array", "SGD.step", ("p.grad is not None", "p.grad"), "truth value"),
    Mistake(
        "None the other way round", "SGD.step", ("is not None", "is None"), "exactly what they"
    ),
    Mistake("no decay", "SGD.step", (" + self.weight_decay * p.data", ""), "With a gradient of 0"),
    Mistake("weights grow", "SGD.step", ("p.grad + self", "p.grad - self"), "move away from 0"),
    Mistake("decay without the learning rate", "SGD.step", SHRINKS_FIRST, "With a gradient of 0"),
    Mistake(
        "decay without w",
        "SGD.step",
        ("self.weight_decay * p.data", "self.weight_decay"),
        "With a gradient of 0",
    ),
    Mistake(
        "decay of the size of w",
        "SGD.step",
        ("self.weight_decay * p.data", "self.weight_decay * np.sign(p.data)"),
        "With a gradient of 0",
    ),
    Mistake(
        "decay twice as strong",
        "SGD.step",
        ("self.weight_decay * p.data", "2 * self.weight_decay * p.data"),
        "With a gradient of 0",
    ),
    Mistake("uphill", "SGD.step", ("-=", "+="), "uphill"),
    Mistake(
        "a new array",
        "SGD.step",
        (UPDATE, UPDATE.replace("-=", "= p.data -")),
        "is now a new array",
    ),
    Mistake("changes the gradient", "SGD.step", GRADIENT, "changes the gradient"),
    Mistake("the result is lost", "SGD.step", RETURNS, "exactly what they were"),
    Mistake("None is forgotten", "SGD.step", ("if p.grad is not None:", "if True:"), "NoneType"),
    Mistake(
        "decays what took no part",
        "SGD.step",
        DECAYS_ALL,
        "must stay as it is",
    ),
]

EQUIVALENT = {
    "Dropout.forward: mask = (nn.backend.generator().random(x.shape) >= self.p) / (1 - self.p) -> "
    "mask = (nn.backend.generator().random(x.shape) > self.p) / (1 - self.p)": (
        "a random number that is exactly p is never met"
    ),
}
