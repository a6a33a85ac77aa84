"""The course: notebooks built from solutions, checks, grading.

What a student's notebook needs has its name here; the rest is in the packages, each named for what
one does in it, and needs the extra "course".
"""

from edunn import _lazy

__getattr__, __dir__, __all__ = _lazy.lazy_exports(
    __name__,
    {
        "student": ["borrow", "close", "keep", "mine"],
    },
)
