"""edunn.parallel: several processes take the steps of one."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("mpi4py", reason="needs mpi4py: pip install 'edunn-course[parallel]'")
BESIDE = Path(sys.executable).parent / "mpiexec"
MPIEXEC = str(BESIDE) if BESIDE.exists() else shutil.which("mpiexec")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(MPIEXEC is None, reason="needs mpiexec, as of pip install mpich"),
]

TRAIN = """
import os, signal
import numpy as np
import edunn as nn
from edunn.parallel import DataParallel
from mpi4py import MPI

rank = MPI.COMM_WORLD.rank
nn.set_default_dtype(np.float64)
rng = np.random.default_rng(0)
x, labels, y = rng.normal(size=(50, 6)), rng.integers(0, 3, 50), rng.normal(size=(50, 3))

def made(kind, loss, seed=1):
    nn.manual_seed(seed)
    model = nn.Sequential(nn.Dense(6, 5, "tanh"), nn.LayerNorm(5), nn.Linear(5, 3), nn.Bias(3))
    return model, loss, kind(model.parameters(), lr=0.05)

def sgd(parameters, lr):
    return nn.SGD(parameters, lr, momentum=0.9, weight_decay=0.01)

"""
ALONE = """
def alone(model, loss, optimizer, y):
    losses = []
    for part_x, part_y in [batch for _ in range(3) for batch in nn.batches(x, y, 13)]:
        value = loss(model(nn.Tensor(part_x)), part_y)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        losses.append(float(value.data))
    return losses

worst = 0.0
for kind, loss, target in [
    (sgd, nn.CrossEntropyLoss(), labels), (nn.Adam, nn.MSELoss(), y), (nn.Adam, nn.L1Loss(), y),
]:
    one = made(kind, loss)
    expected = alone(*one, target)
    all_of_us = made(kind, loss)
    train = DataParallel(*all_of_us)
    got = [train.step(*b) for _ in range(3) for b in nn.batches(x, target, 13)]
    pairs = zip(all_of_us[0].parameters(), one[0].parameters())
    worst = max(worst, np.abs(np.subtract(got, expected)).max(),
                *(np.abs(p.data - q.data).max() for p, q in pairs))
print(f"worst {worst}\\n", end="", flush=True)  # a line in one piece
"""


def run(code, processes):
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    command = [MPIEXEC, "-n", str(processes), sys.executable, "-m", "mpi4py", "-c", TRAIN + code]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)


@pytest.mark.parametrize("processes", [1, 2, 4])
def test_the_steps_are_those_of_one_process(processes):
    """Batches of 13 and, at the end of an epoch, of 11: parts of different sizes."""
    done = run(ALONE, processes)
    worst = [float(line.split()[1]) for line in done.stdout.splitlines()]
    assert len(worst) == processes, done.stderr
    assert max(worst) < 1e-12


REFUSED = {
    "made(nn.SGD, nn.CrossEntropyLoss(), seed=rank)": "other parameters in process 1 than in proc",
    "wide()": "other shapes in process 1 than in process 0",
    "[*made(nn.SGD, nn.MSELoss()), nn.manual_seed(rank)][:3]": "other random numbers in process 1",
    "made(nn.SGD, nn.MSELoss('sum'))": "whose loss is no plain mean over examples",
    "made(nn.SGD, nn.CrossEntropyLoss(weight=np.arange(3)))": "whose loss is no plain mean over",
}
WIDE = """
def wide():
    model = nn.Linear(6, 3 + rank)
    return model, nn.CrossEntropyLoss(), nn.SGD(model.parameters())
"""


@pytest.mark.parametrize(("made", "says"), REFUSED.items())
def test_what_would_not_train_alike_is_refused(made, says):
    done = run(f"{WIDE}\nDataParallel(*{made})", 2)
    assert done.returncode != 0
    assert says in done.stderr


STEPS = {
    "train.step(x[:1], labels[:1])": "a batch of 1 for 2 processes: none for some",
    "train.step(x[: 20 + rank], labels[: 20 + rank])": "a batch of 2[01] here and others elsewhere",
    "train.step(x, labels[:9])": "50 examples x and 9 answers y",
    "train.step(x, np.where(labels == 1, -100, labels))": "labels to ignore",
    "train.step(x, labels + 9 * rank)": "labels with .*, not all from 0 to 2",
    "os.kill(os.getpid(), signal.SIGKILL) if rank else train.step(x, labels)": "",
}


@pytest.mark.parametrize(("step", "says"), STEPS.items())
def test_what_goes_wrong_in_one_process_ends_all(step, says):
    made = "train = DataParallel(*made(nn.SGD, nn.CrossEntropyLoss()))"
    done = run(f"{made}\nfor _ in range(100):\n    {step}", 2)
    assert done.returncode != 0
    assert re.search(says, done.stderr)
