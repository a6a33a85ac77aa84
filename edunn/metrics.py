"""Numbers that say how good predictions are."""

import numpy as np

from edunn.inputs import check_array


def accuracy(y, labels):
    """The share of examples whose highest score is that of their label: from 0 to 1.

    y: (n, classes), scores or probabilities    labels: (n,), whole numbers from 0
    """
    check_array("accuracy", y, "n", "classes", name="y")
    check_array("accuracy", labels, len(y), name="labels")
    if len(y) == 0:
        raise ValueError("accuracy got an empty batch")
    return float(np.mean(np.argmax(y, axis=1) == labels))
