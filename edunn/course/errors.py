"""What goes wrong with a course, as its people are told of it."""

from __future__ import annotations


class CourseError(Exception):
    """Something about the course is not as it must be; the message says what and where."""
