"""Whatever comes in, from a folder or a learning system, becomes one notebook for each student."""

from edunn import _lazy

__getattr__, __dir__, __all__ = _lazy.lazy_exports(
    __name__,
    {
        "collect": ["Submission", "assignment_of", "choose", "take_in"],
        "roster": ["Roster"],
        "normalise": ["NormalisedSubmission"],
    },
)
