"""Exercises are built from their solutions, proved, translated and listed."""

from edunn import _lazy

__getattr__, __dir__, __all__ = _lazy.lazy_exports(
    __name__,
    {
        "build": [
            "blank_fails",
            "build_exercise",
            "build_exercises",
            "can_fail",
            "in_other_languages",
            "no_solution_left",
            "not_edited",
            "points_as_said",
            "solution_passes",
        ],
        "bundle": ["Bundle", "write_bundle"],
        "verify": ["Proof", "mutated", "verify_exercise"],
        "answers": ["Mistake", "RightAnswer", "read_right_answers", "read_wrong_answers"],
        "init": ["begin_course"],
        "solved": ["write_solutions"],
        "translate": ["prose", "translated"],
    },
)
