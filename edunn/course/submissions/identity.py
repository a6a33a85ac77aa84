"""Whose the files of a download are: each person under one identity, and always the same.

In this order: the roster's numbers and addresses, which students cannot change; who the same number
was in an earlier download of the exercise (unless the name is, letter by letter, what the roster
calls someone else who has handed in nothing); a name in the roster, unless another number has it;
the name that the download says, with the number behind it where another person has that name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from edunn.course.messages import Message
from edunn.course.submissions.lms import Owner
from edunn.course.submissions.roster import NUMBERS, Roster, names_for, plain
from edunn.course.text import readable

Person = tuple[str, ...]


@dataclass
class Earlier:
    """Who handed in an exercise before.

    numbers: the student, by (system, number or address)    students: who handed in this exercise
    """

    numbers: Mapping[tuple[str, str], str] = field(default_factory=dict)
    students: frozenset[str] = frozenset()

    def find(self, owner: Owner) -> str | None:
        """The student that this owner was."""
        found = (self.numbers.get((owner.system, one)) for one in owner.ids)
        return next(filter(None, found), None)

    def has_other_number(self, student: str, owner: Owner) -> bool:
        """Whether the student has a number of the owner's system, and not the owner's."""
        known = self._of_student.get((owner.system, student), set())
        return bool(known and owner.ids) and not known & set(owner.ids)

    @cached_property
    def _of_student(self) -> dict[tuple[str, str], set[str]]:
        found: dict[tuple[str, str], set[str]] = {}
        for (system, number), student in self.numbers.items():
            found.setdefault((system, student), set()).add(number)
        return found


@dataclass
class Identity:
    """Whose a file is: one student, or all members of a team.

    team: what the team is called    formerly: what an earlier download called the same person,
    before a roster was there
    """

    students: list[str]
    notes: list[Message] = field(default_factory=list)
    team: str = ""
    formerly: str = ""


def person(owner: Owner) -> Person:
    """What files of one person have in common: the system's number; without one, the name."""
    return (owner.system, owner.ids[0]) if owner.ids else ("", owner.who, owner.number)


def identify(
    owners: list[Owner], roster: Roster | None, earlier: Earlier
) -> dict[Person, Identity]:
    """Whose is what, for the owners of all files of a download."""
    people = {person(owner): owner for owner in reversed(owners)}
    found = _in_roster(people, roster, earlier) | _teams(people, roster) if roster else {}
    listed = {row["student"] for row in roster.rows} if roster else set()
    for who, identity in found.items():
        before = earlier.find(people[who])
        if before and before not in listed and not identity.team:
            identity.formerly = before
    rest = {who: owner for who, owner in people.items() if who not in found}
    taken = {student for identity in found.values() for student in identity.students}
    students = _strangers(rest, taken | listed, earlier)
    shared = Counter(plain(owner.who) for owner in people.values())
    for who, student in students.items():
        owner, notes = rest[who], []
        numbered = bool(owner.number) and student.endswith(f"-{owner.number}")
        if roster:
            notes = [Message("not_in_roster")]
        elif (numbered or shared[plain(owner.who)] > 1) and not owner.who.startswith("anon_"):
            notes = [Message("name_shared")]
        found[who] = Identity([student], notes)
    return found


def _teams(people: dict[Person, Owner], roster: Roster) -> dict[Person, Identity]:
    """Those that are teams of the roster. Anybody can take the name of a team: it counts where the
    number is a member's (Canvas), or where most of the download is teams (Moodle)."""
    named = {who for who, owner in people.items() if plain(owner.who) in roster.groups}
    found = {}
    for who in named:
        owner = people[who]
        members = roster.groups[plain(owner.who)]
        one = roster.find_number(owner.system, owner.ids)
        of_teams = owner.system != "canvas" and 2 * len(named) > len(people)
        if of_teams or one in members:
            note = Message("team", {"name": readable(owner.who, 60)})
            found[who] = Identity(list(members), [note], owner.who)
    return found


def _in_roster(
    people: dict[Person, Owner], roster: Roster, earlier: Earlier
) -> dict[Person, Identity]:
    """Those whom the roster knows, by their number, or by a name that nobody else claims."""
    students = {row["student"] for row in roster.rows}
    known: dict[Person, str] = {}
    claimed: dict[Person, str] = {}
    for who, owner in people.items():
        before = earlier.find(owner)
        key = owner.who if owner.who in students - earlier.students else before
        if student := roster.find_number(owner.system, owner.ids, owner.who):
            known[who] = student
        elif before in students and key == before:
            known[who] = before
        elif student := roster.find([owner.who]):
            claimed[who] = student
    shared = Counter(owner.who for owner in people.values())  # "Participant", while hidden
    found = {
        who: Identity([student], _other_name(student, people[who], roster)
                      if shared[people[who].who] == 1 else [])
        for who, student in known.items()
    }  # fmt: skip
    claims = Counter([*known.values(), *claimed.values()])
    for who, student in claimed.items():
        if claims[student] == 1 and not earlier.has_other_number(student, people[who]):
            found[who] = Identity([student])
    return found


def _other_name(student: str, owner: Owner, roster: Roster) -> list[Message]:
    """A note where a known number stands with a name that is not the person's."""
    hidden = owner.who.startswith("anon_")
    if hidden or owner.system not in NUMBERS or roster.agrees(student, owner.who):
        return []
    return [Message("other_name", {"name": readable(owner.who, 60)})]


def _strangers(people: dict[Person, Owner], taken: set[str], earlier: Earlier) -> dict[Person, str]:
    """Names for those whom no roster knows: the earlier one, or one that nobody else has."""
    before = {who: earlier.find(owner) for who, owner in people.items()}
    made = {who: student for who, student in before.items() if student and student not in taken}
    rest = {who: (o.who, o.number) for who, o in people.items() if who not in made}
    names = names_for(rest.values(), taken | set(earlier.numbers.values()) | set(made.values()))
    return made | {who: names[one] for who, one in rest.items()}
