"""The course: notebooks built from solutions, checks, grading.

What a student's notebook needs is imported here; the rest (build, grade, report) needs the extra
"course" and is imported only where it is used.
"""

from edunn.course.closed import borrow, close
from edunn.course.mine import keep

__all__ = ["borrow", "close", "keep"]
