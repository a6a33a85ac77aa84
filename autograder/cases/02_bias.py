"""Hidden cases of exercise 2: other shapes, other numbers, one layer used for several batches."""

from edunn.course.hidden_tests import forward, gradients, own_work


def example(rng):
    n, features = (int(k) for k in rng.choice(range(1, 8), 2, replace=False))  # never square
    return (features,), (rng.normal(size=(n, features)),)


def large_batch(rng):
    features = int(rng.integers(2, 8))
    return (features,), (rng.normal(size=(int(rng.integers(10, 20)), features)),)


ADDING = "Add", "unbroadcast", "gradient_for"  # of exercise 1: they may be built upon
OWN = {
    "bias-forward": [forward("Bias", example), forward("Bias", large_batch)],
    "bias-dx": [gradients("Bias", example, ["input 0"])],
    "bias-db": [gradients("Bias", example, ["b"]), gradients("Bias", large_batch, ["b"])],
}
CASES = {name: own_work(cases, kept=ADDING) for name, cases in OWN.items()}
