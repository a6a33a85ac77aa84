"""Reports: the page of a class, feedback for each student, grades for other systems."""

from edunn import _lazy

__getattr__, __dir__, __all__ = _lazy.lazy_exports(
    __name__,
    {
        "grades_csv": ["write_csv"],
        "html": ["write_all", "write_feedback", "write_page", "write_term"],
        "classroom": ["Misconception", "Sheet", "misconceptions", "read_sheets"],
        "export": ["Exported", "export_grades"],
        "forget": ["Forgotten", "forget"],
        "feedback_zip": ["write_feedback_zips"],
        "fingerprints": ["passages", "words"],
        "requests": ["Request", "read_requests"],
        "similarity": ["Pair", "alike"],
        "term": ["Person", "Term", "term_of"],
    },
)
