"""What a student's notebook uses: `close` and `borrow` a reference, `keep` what has passed its
checks in the student's own package; and what `edunn check` and `edunn status` do.
"""

from edunn import _lazy

__getattr__, __dir__, __all__ = _lazy.lazy_exports(
    __name__,
    {
        "restrict": ["borrow", "close"],
        "package": ["keep", "mine"],
        "start": ["LaidOut", "lay_out"],
        "doctor": ["Fact", "examine"],
        "self_check": ["Check", "Receipt", "Standing", "check_notebook", "status"],
    },
)
