"""Training on several processors or machines: each process has a copy of the model and works on a
part of each batch, and one Allreduce a step adds their gradients up.

    mpirun -n 4 python -m mpi4py train.py

where train.py makes the same model in every process and takes its steps with a DataParallel. Needs
mpi4py and an MPI: pip install 'edunn-course[parallel]'; see docs/parallel.md.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from edunn.backend import DeviceError, device_of, generator, to
from edunn.core import Module, Tensor
from edunn.inputs import as_examples
from edunn.optimizers import Optimizer


class DataParallel:
    """Takes the same steps as one process would, on all the processes of a communicator.

    A step gives process r its n_r of the n examples, and with the mean over these as loss_r,

        loss = sum of n_r / n loss_r        dw = sum of n_r / n dw_r

    so that all of them change their copies of the parameters alike. That is the single process's
    step to rounding, for networks in which the examples do not see each other: batch
    normalization takes the statistics of a part, and Dropout draws for a part.

    model, optimizer: the same in every process, as after the same manual_seed; ValueError if not
    loss: a mean over the examples, as CrossEntropyLoss() is; ValueError for another reduction,
    and for weights of classes, with which a part's mean is not that part of the whole
    comm: whose processes; all of them, MPI.COMM_WORLD, unless another is given
    """

    def __init__(self, model: Module, loss: Any, optimizer: Optimizer, comm: Any = None) -> None:
        try:
            from mpi4py import MPI  # here, as it opens connections as soon as it is imported
        except ImportError as error:
            raise ImportError(
                "DataParallel needs mpi4py and an MPI: pip install 'edunn-course[parallel]'"
            ) from error
        self.mpi, self.comm = MPI, MPI.COMM_WORLD if comm is None else comm
        self.model, self.loss, self.optimizer = model, loss, optimizer
        weighted = getattr(loss, "weight", None) is not None
        if weighted or getattr(loss, "reduction", "mean") != "mean":
            raise ValueError(f"DataParallel got {loss}, whose loss is no plain mean over examples")
        devices = {device_of(p.data) for p in model.parameters()}
        if len(devices) > 1:
            raise DeviceError(f"DataParallel got parameters on {' and '.join(sorted(devices))}")
        self._check_all_alike()

    @property
    def rank(self) -> int:
        """The number of this process, from 0: the one with 0 may print, and save."""
        return self.comm.rank

    def part(self, n: int) -> slice:
        """Which of n examples are this process's: one after another, none more than one longer."""
        size, rank = self.comm.size, self.comm.rank
        if n < size:
            raise ValueError(f"DataParallel got a batch of {n} for {size} processes: none for some")
        return slice(n * rank // size, n * (rank + 1) // size)

    def step(self, x: Any, y: Any) -> float:
        """Change the parameters once, along the gradient of the loss on a batch; gives the loss.

        x: (n, ...), y: (n, ...): the whole batch, the same in every process
        """
        x, y = as_examples("DataParallel", x, y)
        mine, n = self.part(len(x)), len(x)
        if np.any(y == getattr(self.loss, "ignore_index", None)):
            raise ValueError("DataParallel got labels to ignore, of which parts have more or less")
        value = self.loss(self.model(Tensor(x[mine])), y[mine])
        self.optimizer.zero_grad()
        share = (mine.stop - mine.start) / n
        value.backward(np.asarray(share, value.dtype))
        return self._add_up(float(value.data) * share, n)

    def _add_up(self, loss: float, n: int) -> float:
        """Sum losses and gradients over the processes, in one message, and step."""
        learned = [p for p in self.model.parameters() if p.grad is not None]
        own = [np.ravel(to(p.grad, "cpu")) for p in learned]
        kind = np.result_type(*own, np.float32)
        sums = np.concatenate([np.array([loss, n], kind), *own], dtype=kind)
        self.comm.Allreduce(self.mpi.IN_PLACE, sums, self.mpi.SUM)
        if sums[1] != n * self.comm.size:
            raise ValueError(f"DataParallel got a batch of {n} here and others elsewhere")
        place = 2
        for p in learned:
            total = sums[place : place + p.size].reshape(p.shape)
            p.grad = to(total.astype(p.dtype, copy=False), device_of(p.data))
            place += p.size
        self.optimizer.step()
        return float(sums[0])

    def _check_all_alike(self) -> None:
        """ValueError, in every process, if some would not train the same model the same way."""
        named = self.model.named_parameters()
        told = {
            "shapes": [(name, p.shape, str(p.dtype)) for name, p in named.items()],
            "parameters": [to(p.data, "cpu").tobytes() for p in named.values()],
            "random numbers": generator().bit_generator.state,
        }
        told = {what: hashlib.sha256(repr(value).encode()).digest() for what, value in told.items()}
        first, *others = self.comm.allgather(told)
        for rank, other in enumerate(others, start=1):
            for what in told:
                if other[what] != first[what]:
                    raise ValueError(
                        f"DataParallel got other {what} in process {rank} than in process 0: make "
                        "the same model in all, after the same manual_seed"
                    )
