"""A notebook of the course: the solution that it comes from, where a course has its files, a kernel
to run it in, and the cells of whatever file somebody hands in.
"""

from edunn import _lazy

__getattr__, __dir__, __all__ = _lazy.lazy_exports(
    __name__,
    {
        "solution": ["closes", "fill", "read_solution"],
        "layout": ["Course"],
        "kernel": ["failure", "run_in_kernel"],
        "reading": ["Cell", "NotebookError", "read_cells"],
    },
)
