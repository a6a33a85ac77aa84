"""One wrong answer, and where such ones are found."""

from typing import NamedTuple

GITHUB = "https://github.com/"
FORUM = "https://community.deeplearning.ai/t/"


class HintCase(NamedTuple):
    """One wrong answer.

    todo: of the exercise, such as "Linear.backward"
    change: (text of the solution, what is there instead), or all of the code
    mistake: what is wrong, in a few words    source: where somebody made it
    """

    exercise: str
    todo: str
    change: tuple[str, str] | str
    mistake: str
    source: str
