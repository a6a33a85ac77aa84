"""Checks that say what is wrong: they raise, or return a report that is true."""

from edunn.checking.gradients import GradientError, Report, check_gradients

__all__ = ["GradientError", "Report", "check_gradients"]
