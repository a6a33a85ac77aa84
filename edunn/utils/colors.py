"""Colours for terminals and notebooks; the words alone say the same."""


def green(text):
    return f"\033[92m{text}\033[0m"


def red(text):
    return f"\033[91m{text}\033[0m"
