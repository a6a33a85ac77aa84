"""Colours for terminals and notebooks; the words alone say the same."""


def green(text):
    """The text in green, for terminals and notebooks."""
    return f"\033[92m{text}\033[0m"


def red(text):
    """The text in red, for terminals and notebooks."""
    return f"\033[91m{text}\033[0m"
