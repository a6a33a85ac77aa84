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
    spring_1_to_10,
    spring_11_to_20,
    spring_more_1_to_10,
    students_1_to_10,
    students_11_to_20,
    summer_11_to_20,
    winter_1_to_10,
    winter_11_to_20,
)

# by name; of a pair, the odd ones are of the second name: they were kept back at first
_PARTS = {
    ("first",): first.CASES,
    ("mended", "kept"): exercises_1_to_9.CASES + exercises_10_to_19.CASES,
    ("fresh mended", "fresh kept"): fresh_1_to_10.CASES + fresh_11_to_20.CASES,
    ("latest kept",): latest_1_to_10.CASES + latest_11_to_20.CASES,
    ("final mended", "final kept"): final_1_to_10.CASES + final_11_to_20.CASES,
    ("last kept",): last_1_to_10.CASES + last_11_to_20.CASES,
    ("next kept",): next_1_to_10.CASES + next_11_to_20.CASES,
    # thought up without the other sets at hand; then for five students in each exercise, and for
    # five others; then for careful ones
    ("likely kept",): likely_1_to_10.CASES + likely_11_to_20.CASES,
    ("students kept",): students_1_to_10.CASES + students_11_to_20.CASES,
    ("next year kept",): next_year_1_to_10.CASES + next_year_11_to_20.CASES,
    ("winter kept",): winter_1_to_10.CASES + winter_11_to_20.CASES,
    # what six students most likely write; what stood in an earlier set was left out afterwards
    ("spring kept",): spring_1_to_10.CASES + spring_more_1_to_10.CASES + spring_11_to_20.CASES,
    # from public questions and repositories, by an author who saw no check; not judged yet
    ("summer kept",): summer_11_to_20.CASES,
}
CASES = []
HALVES = {}  # the numbers of the cases
for _names, _cases in _PARTS.items():
    _numbers = range(len(CASES), len(CASES) + len(_cases))
    HALVES |= {name: _numbers[k :: len(_names)] for k, name in enumerate(_names)}
    CASES += _cases
