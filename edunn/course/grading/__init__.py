"""Who gets which points: judged side by side, kept as records, entered into the gradebook."""

from edunn import _lazy

__getattr__, __dir__, __all__ = _lazy.lazy_exports(
    __name__,
    {
        "deadlines": ["Amount", "Deadlines", "Rule"],
        "formgrader": ["BesideTheAnswer", "mark_schemes", "server_command"],
        "grade": ["Grade", "Judging", "grade_submissions", "open_store", "rebuilt"],
        "judge": ["Judge"],
        "executor": ["Executor"],
        "local_executor": ["LocalExecutor"],
        "dask_executor": ["DaskExecutor"],
        "records": ["CellResult", "Mark", "Record", "read_record", "write_record"],
        "archive": ["Archive"],
        "gradebook": ["Blank", "Entry", "FromRecord", "GradeStore", "release_bytes"],
    },
)
