"""The course: notebooks built from solutions, checks, grading.

The names that a student's notebook needs are here. Everything else is in the packages, and needs
the extra "course".
"""

from edunn import _lazy

__getattr__, __dir__, __all__ = _lazy.lazy_exports(
    __name__,
    {
        "student": ["borrow", "close", "keep", "mine"],
    },
)
