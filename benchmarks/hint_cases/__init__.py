"""Wrong answers to the exercises, rewritten from public questions and repositories, or seen in
teaching.

Nobody built the checks for them. Each names where the mistake was made or asked about; the code is
written anew for the exercise's TODO, with the same mistake in it. HALVES says which of them hints
were mended with, and which were kept back: these were judged once only, when all was mended.
"""

from hint_cases import exercises_1_to_9, exercises_10_to_19, first

CASES = [*first.CASES, *exercises_1_to_9.CASES, *exercises_10_to_19.CASES]
_old = len(first.CASES)
HALVES = {  # the numbers of the cases; of the first set, the odd ones were kept back at first
    "first": range(_old),
    "mended": range(_old, len(CASES), 2),
    "kept": range(_old + 1, len(CASES), 2),
}
