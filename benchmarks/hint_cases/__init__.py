"""Wrong answers to the exercises, rewritten from public questions and repositories, or seen in
teaching.

Nobody built the checks for them. Each names where the mistake was made or asked about; the code is
written anew for the exercise's TODO, with the same mistake in it. HALVES says which of them hints
were mended with, and which were kept back: these were judged once only, when all was mended.
"""

from hint_cases import exercises_1_to_9, exercises_10_to_19, first, fresh_1_to_10, fresh_11_to_20

_PARTS = (
    first.CASES,
    exercises_1_to_9.CASES + exercises_10_to_19.CASES,
    fresh_1_to_10.CASES + fresh_11_to_20.CASES,
)
CASES = [case for part in _PARTS for case in part]
_first, _second = len(_PARTS[0]), len(_PARTS[0]) + len(_PARTS[1])
HALVES = {  # the numbers of the cases; of the first set, the odd ones were kept back at first
    "first": range(_first),
    "mended": range(_first, _second, 2),
    "kept": range(_first + 1, _second, 2),
    "fresh mended": range(_second, len(CASES), 2),
    "fresh kept": range(_second + 1, len(CASES), 2),
}
