"""Train on MNIST in several processes:  mpirun -n 2 python -m mpi4py docs/train_in_parallel.py

EDUNN_DATA names the folder with the files of MNIST; without it they are fetched once.
"""

import time

import edunn as nn
from edunn.datasets import load_mnist
from edunn.parallel import DataParallel


def main(epochs=3, batch_size=128):
    nn.manual_seed(0)  # the same in every process, for the weights and for the order of examples
    model = nn.Sequential(nn.Dense(784, 128, "relu"), nn.Dense(128, 64, "relu"), nn.Dense(64, 10))
    optimizer = nn.Adam(model.parameters(), lr=0.001)
    train = DataParallel(model, nn.CrossEntropyLoss(), optimizer)
    (x, y), (x_test, y_test) = load_mnist(), load_mnist(train=False)
    for epoch in range(epochs):
        start = time.perf_counter()
        losses = [train.step(*batch) for batch in nn.batches(x, y, batch_size)]
        seconds = time.perf_counter() - start
        accuracy = nn.accuracy(model.forward(x_test), y_test)
        if train.rank == 0:  # one of them speaks for all
            mean = sum(losses) / len(losses)
            print(f"epoch {epoch + 1}: loss {mean:.4f}, {accuracy:.2%} right, {seconds:.1f} s")


if __name__ == "__main__":
    main()
