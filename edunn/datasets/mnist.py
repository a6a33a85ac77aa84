"""MNIST and Fashion-MNIST: found in a folder, or downloaded once. Sources: SOURCES.md beside."""

import hashlib
import os
from pathlib import Path

import numpy as np

from edunn.backend import default_dtype
from edunn.datasets.idx import DataError, read_idx
from edunn.inputs import check_choice
from edunn.runtime import progress_bar

TITLES = {"mnist": "MNIST", "fashion_mnist": "Fashion-MNIST"}
FASHION_MNIST_CLASSES = [
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
    "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
]  # fmt: skip
MIRRORS = {
    "mnist": "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "fashion_mnist": "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
}
# The sha256 of the files as the mirrors serve them. Only downloads are compared with these: the
# same pictures compressed by another hand are other bytes.
CHECKSUMS = {
    "mnist": {
        "train-images-idx3-ubyte.gz":
            "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        "train-labels-idx1-ubyte.gz":
            "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        "t10k-images-idx3-ubyte.gz":
            "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        "t10k-labels-idx1-ubyte.gz":
            "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    },
    "fashion_mnist": {
        "train-images-idx3-ubyte.gz":
            "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        "train-labels-idx1-ubyte.gz":
            "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        "t10k-images-idx3-ubyte.gz":
            "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        "t10k-labels-idx1-ubyte.gz":
            "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    },
}  # fmt: skip
# Both sets use the same file names. Their first labels, training and test, tell them apart.
FIRST_LABELS = {
    (5, 0, 4, 1, 9, 2, 1, 3, 1, 4): "mnist",
    (7, 2, 1, 0, 4, 1, 4, 9, 5, 9): "mnist",
    (9, 0, 0, 3, 0, 2, 7, 2, 5, 5): "fashion_mnist",
    (9, 2, 1, 1, 6, 1, 4, 6, 5, 7): "fashion_mnist",
}


def load_mnist(
    train: bool = True, folder: str | Path | None = None, download: bool = True
) -> tuple[np.ndarray, np.ndarray]:
    """Handwritten digits: x (60000, 784), the grey values 0 to 1 of 28x28 pictures, and y (60000,),
    the digits 0 to 9. With train=False, the 10000 others that are meant for testing.

    Where the files come from, and what is raised when they do not: see `read_mnist`.

    Source: Y. LeCun, C. Cortes and C. Burges, The MNIST Database of Handwritten Digits.
    """
    return _flat("mnist", train, folder, download)


def load_fashion_mnist(
    train: bool = True, folder: str | Path | None = None, download: bool = True
) -> tuple[np.ndarray, np.ndarray]:
    """Pieces of clothing, in the shapes and numbers of `load_mnist`; FASHION_MNIST_CLASSES says
    what the labels 0 to 9 mean.

    Source: H. Xiao, K. Rasul and R. Vollgraf, Fashion-MNIST, 2017, arXiv:1708.07747. MIT.
    """
    return _flat("fashion_mnist", train, folder, download)


def read_mnist(
    kind: str = "mnist", train: bool = True, folder: str | Path | None = None, download: bool = True
) -> tuple[np.ndarray, np.ndarray]:
    """The pictures as they were published, (n, 28, 28) with grey values 0 to 255 as uint8, and
    their labels, (n,) int64: n is 60000, or 10000 with train=False.

    kind: "mnist" or "fashion_mnist"
    folder: where the IDX files lie, gzipped or not, in a sub-folder named as the kind or directly.
        Without it: the folder named by the environment variable EDUNN_DATA, laid out the same way,
        and then the cache, ~/.cache/edunn (in $XDG_CACHE_HOME, where that is set).
    download: whether to get what is not there, once, into `folder` or the cache

    Raises DataError, an OSError, when files are missing, damaged or cannot be downloaded.
    """
    check_choice("read_mnist", kind, list(TITLES), "kind")
    named, last = _places(folder)
    paths = _find(kind, train, [*named, last])
    if paths is None:
        try:
            if not download:
                raise DataError("download=False")
            _fetch(kind, last / kind)
        except OSError as error:
            reason = " ".join(str(getattr(error, "reason", error)).split())
            where = f"in {' or '.join(map(str, named))}" if named else "here"
            raise DataError(
                f"{TITLES[kind]} is not {where} and could not be downloaded ({reason}): put the "
                "four IDX files into a folder and name it in EDUNN_DATA"
            ) from None
        paths = _find(kind, train, [last])
        if paths is None:
            raise DataError(f"{last / kind} holds another data set than {TITLES[kind]}")
    images, labels = read_idx(paths[0], 3), read_idx(paths[1], 1)
    if images.shape[1:] != (28, 28):
        raise DataError(f"{paths[0]} holds pictures of size {images.shape[1:]}, not (28, 28)")
    if len(images) != len(labels):
        raise DataError(f"{paths[1]} holds {len(labels)} labels, not one for each of "
                        f"{len(images)} pictures")  # fmt: skip
    if len(labels) and labels.max() > 9:
        raise DataError(f"{paths[1]} holds label {labels.max()}, not only 0 to 9")
    return images, labels.astype(np.int64)


def _flat(
    kind: str, train: bool, folder: str | Path | None, download: bool
) -> tuple[np.ndarray, np.ndarray]:
    images, labels = read_mnist(kind, train, folder, download)
    return images.reshape(len(images), -1) / default_dtype().type(255), labels


def _find(kind: str, train: bool, roots: list[Path]) -> tuple[Path, Path] | None:
    """The paths of pictures and labels in the first of the folders that holds both, or None."""
    part = "train" if train else "t10k"
    names = f"{part}-images-idx3-ubyte", f"{part}-labels-idx1-ubyte"
    for place in (place for root in roots for place in (root / kind, root)):
        found = [[p for p in (place / name, place / f"{name}.gz") if p.is_file()] for name in names]
        if all(found):
            images, labels = (paths[0] for paths in found)
            if FIRST_LABELS.get(tuple(read_idx(labels, 1)[:10].tolist()), kind) == kind:
                return images, labels
    return None


def _places(folder: str | Path | None) -> tuple[list[Path], Path]:
    """The folders that the user named, and the one that downloads go to."""
    if folder is not None:
        return [Path(folder).expanduser()], Path(folder).expanduser()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "edunn"
    if not os.environ.get("EDUNN_DATA"):
        return [], cache
    named = Path(os.environ["EDUNN_DATA"]).expanduser()
    if not named.is_dir():
        raise DataError(f"EDUNN_DATA names {named}, which is not a folder")
    return [named], cache


def _fetch(kind: str, folder: Path) -> None:
    """Download those of the four files that are not in `folder` yet."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, checksum in CHECKSUMS[kind].items():
        if not (folder / name).is_file():
            _download_file(MIRRORS[kind] + name, folder / name, checksum)


def _download_file(url: str, path: Path, checksum: str) -> None:
    """Whole or not at all: under another name until its sha256 is known to be right."""
    from http.client import HTTPException  # only here: import edunn stays fast
    from urllib.error import HTTPError
    from urllib.request import urlopen

    digest = hashlib.sha256()
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with urlopen(url, timeout=30) as response, part.open("wb") as file:
            size = int(response.headers.get("Content-Length") or 0) or None
            with progress_bar(total=size, desc=path.name, unit="B", unit_scale=True) as bar:
                while chunk := response.read(1 << 16):
                    file.write(chunk)
                    digest.update(chunk)
                    bar.update(len(chunk))
        if size not in (None, bar.n):
            raise DataError(f"{url} broke off after {bar.n} of {size} bytes")
        if digest.hexdigest() != checksum:
            got = digest.hexdigest()
            raise DataError(f"{url} has sha256 {got[:12]}..., not {checksum[:12]}...")
        os.replace(part, path)
    except HTTPError as error:
        error.close()  # the error is also the answer, which is still open
        raise DataError(f"{url} answers {error.code} {error.reason}") from None
    except HTTPException as error:
        raise DataError(f"{url} does not answer in HTTP: {error!r}") from None
    finally:
        part.unlink(missing_ok=True)
