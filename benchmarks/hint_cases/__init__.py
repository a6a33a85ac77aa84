"""Wrong answers to the exercises, rewritten from public questions and repositories, or seen in
teaching.

Nobody built the checks for them. Each names where the mistake was made or asked about; the code is
written anew for the exercise's TODO, with the same mistake in it. HALVES says which of them hints
were mended with, and which were kept back: these were judged once only, when all was mended.
"""

from hint_cases import (
    exercises_1_to_9,
    exercises_10_to_19,
    final_1_to_10,
    final_11_to_20,
    first,
    fresh_1_to_10,
    fresh_11_to_20,
    last_1_to_10,
    last_11_to_20,
    latest_1_to_10,
    latest_11_to_20,
    likely_1_to_10,
    likely_11_to_20,
    next_1_to_10,
    next_11_to_20,
    next_year_1_to_10,
    next_year_11_to_20,
    students_1_to_10,
    students_11_to_20,
)

_PARTS = (
    first.CASES,
    exercises_1_to_9.CASES + exercises_10_to_19.CASES,
    fresh_1_to_10.CASES + fresh_11_to_20.CASES,
    latest_1_to_10.CASES + latest_11_to_20.CASES,
    final_1_to_10.CASES + final_11_to_20.CASES,
    last_1_to_10.CASES + last_11_to_20.CASES,
    next_1_to_10.CASES + next_11_to_20.CASES,
    likely_1_to_10.CASES + likely_11_to_20.CASES,
    students_1_to_10.CASES + students_11_to_20.CASES,
    next_year_1_to_10.CASES + next_year_11_to_20.CASES,
)
CASES = [case for part in _PARTS for case in part]
_second, _third, _fourth, _fifth, _sixth, _seventh, _eighth, _ninth, _tenth = (
    sum(map(len, _PARTS[:k])) for k in range(1, 10)
)
HALVES = {  # the numbers of the cases; of the first set, the odd ones were kept back at first
    "first": range(_second),
    "mended": range(_second, _third, 2),
    "kept": range(_second + 1, _third, 2),
    "fresh mended": range(_third, _fourth, 2),
    "fresh kept": range(_third + 1, _fourth, 2),
    "latest kept": range(_fourth, _fifth),
    "final mended": range(_fifth, _sixth, 2),
    "final kept": range(_fifth + 1, _sixth, 2),
    "last kept": range(_sixth, _seventh),
    "next kept": range(_seventh, _eighth),
    "likely kept": range(_eighth, _ninth),  # thought up without the other sets at hand
    "students kept": range(_ninth, _tenth),  # and these, for five students in each exercise
    "next year kept": range(_tenth, len(CASES)),  # and for five others
}
