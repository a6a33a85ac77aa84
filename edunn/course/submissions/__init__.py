"""What students hand in, as a folder or a download of a learning system: one notebook for each."""

from edunn import _lazy

__getattr__, __dir__, __all__ = _lazy.lazy_exports(
    __name__,
    {
        "collect": ["Submission", "assignment_of", "choose", "take_in"],
        "identity": ["Earlier", "Identity", "identify"],
        "roster": ["Roster"],
        "normalise": ["NormalisedSubmission"],
    },
)
