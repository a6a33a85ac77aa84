"""Colours for terminals and notebooks; the words alone say the same."""


def green(text: str) -> str:
    """The text in green, for terminals and notebooks."""
    return f"\033[92m{text}\033[0m"


def red(text: str) -> str:
    """The text in red, for terminals and notebooks."""
    return f"\033[91m{text}\033[0m"
