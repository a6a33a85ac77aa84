"""torch.cuda: whether there is a GPU."""

from edunn.pytorch_differences import refuse as _refuse

__all__ = ["is_available"]


def is_available() -> bool:
    """Whether CuPy is installed and finds a GPU."""
    try:
        import cupy
    except ImportError:
        return False
    return bool(cupy.cuda.is_available())


def __getattr__(name: str) -> object:
    raise _refuse(__name__, name, __all__)
