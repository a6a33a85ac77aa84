"""One exercise graded on Gradescope's machines."""

from edunn import _lazy

__getattr__, __dir__, __all__ = _lazy.lazy_exports(
    __name__,
    {
        "bundle": ["Built", "write_bundle"],
        "results": ["results"],
        "container": ["student_of"],
    },
)
