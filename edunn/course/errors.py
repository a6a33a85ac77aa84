"""The error of the course's own code: its message is for whoever runs a command."""

from __future__ import annotations


class CourseError(Exception):
    """Something about the course is not as it must be; the message says what and where."""
