"""Whose the files of a download are, for names made by the systems' own rules, and for those that
instructors met. No notebook is run here."""

import json
import random
import re
import unicodedata
import zipfile
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

import edunn
from edunn.checking.messages import speaking
from edunn.course.errors import CourseError
from edunn.course.grading.archive import Archive
from edunn.course.messages import Message, sentence
from edunn.course.notebooks.layout import Course
from edunn.course.submissions.collect import MAX_OTHERS, take_in, unknown
from edunn.course.submissions.identity import Earlier
from edunn.course.submissions.normalise import written_in
from edunn.course.submissions.roster import Roster
from edunn.course.submissions.scripts import as_notebook
from submissions.systems import (
    Handed,
    canvas_files,
    canvas_gradebook,
    gradescope_files,
    made_class,
    moodle_files,
    moodle_participants,
    moodle_worksheet,
    zipped,
)

NAME = "02_bias"
FILE = f"{NAME}.ipynb"
CLASS = made_class()


def ids(submissions):
    return {one.student: one for one in submissions}


def taken(tmp_path, files, roster=None, written=unknown):
    """What is taken from files, once as a zip and once as a folder: it must be the same."""
    zipped(tmp_path / "all.zip", files)
    found = ids(take_in(tmp_path / "all.zip", NAME, roster, written=written))
    folder = tmp_path / "unpacked"
    if not folder.exists():
        with zipfile.ZipFile(tmp_path / "all.zip") as archive:
            archive.extractall(folder)
        inner = folder / "assignment_1_export"  # of Gradescope
        folder = inner if inner.exists() else folder
        assert ids(take_in(folder, NAME, roster, written=written)) == found
    return found


def read(tmp_path, content):
    path = tmp_path / "roster.csv"
    path.write_bytes(content)
    return Roster.read(path)


def said(submission):
    return [sentence(one) for one in submission.said]


def test_moodle_today_and_before(tmp_path):
    """With and without the last underscore: one student, and a typed text is theirs."""
    for name, end in ("now", ""), ("before", "_"):
        (tmp_path / name).mkdir()
        found = taken(tmp_path / name, {
            f"Jane Doe_4711_assignsubmission_file{end}/{FILE}": b"{}",
            f"Jane Doe_4711_assignsubmission_onlinetext{end}/onlinetext.html":
                b"<html><body><p>I did &lt;it&gt;.</p></body></html>",
        })  # fmt: skip
        assert list(found) == ["Jane_Doe"]
        assert found["Jane_Doe"].content == b"{}"
        assert said(found["Jane_Doe"]) == ["typed into the system: I did <it>."]


def test_canvas_while_names_are_hidden(tmp_path):
    """One student, several files, the last one counts; LATE stands in front."""
    found = taken(tmp_path, {
        "anon_Kq3vx_501_02_bias.ipynb": b"1", "anon_Kq3vx_502_02_bias-1.ipynb": b"2",
        "LATE_anon_kq3vX_503_02_bias.ipynb": b"3", "anon_pQ7rs_text.html": b"<p>see my site</p>",
    })  # fmt: skip
    found = {who[:10]: one for who, one in found.items()}  # more behind: not all disks know case
    assert {who: one.content for who, one in found.items()} == {
        "anon_Kq3vx": b"2", "anon_kq3vX": b"3", "anon_pQ7rs": None,
    }  # fmt: skip
    (note,) = said(found["anon_Kq3vx"])
    assert note.startswith("handed in 2 times")
    assert said(found["anon_kq3vX"]) == ["late"]
    assert said(found["anon_pQ7rs"])[0] == "typed into the system: see my site"


def test_a_text_entry_of_canvas_is_not_nothing(tmp_path):
    found = taken(tmp_path, {
        "y_4715_text.html": b"<html><title>T</title><body>my <b>answer</b></body></html>",
        "z_LATE_4716_link.html": b'<a href="https://colab.example/1">here</a>',
        "z_LATE_4716_900_02_bias.ipynb": b"{}",
    })  # fmt: skip
    assert sorted(found) == ["y", "z"]
    assert said(found["y"]) == [
        "typed into the system: my answer", "a text was typed in, and no notebook was handed in",
    ]  # fmt: skip
    assert said(found["z"]) == ["late", "typed into the system: https://colab.example/1 here"]


def handed(human, content=b"{}", **more):
    return Handed(human, [(FILE, content)], **more)


def content_of(human):
    return human.login.encode()


DOWNLOADS = {
    "canvas": canvas_files,
    "moodle": lambda all_handed: moodle_files(all_handed, "a"),
    "moodle 4.0": lambda all_handed: moodle_files(all_handed, "a", slash=True),
    "moodle flat": lambda all_handed: moodle_files(all_handed, "a", folders=False),
    "canvas anonymous": lambda all_handed: canvas_files(all_handed, anonymous=True),
    "moodle blind": lambda all_handed: moodle_files(all_handed, "a", blind=True),
    "gradescope": lambda all_handed: gradescope_files([([one.human], one) for one in all_handed]),
}


@pytest.mark.slow
@pytest.mark.parametrize("system", DOWNLOADS)
def test_a_class_of_300_never_mixes(tmp_path, system):
    """Without a roster: 300 people are 300 students, in every system, and in three downloads one
    after another: half of the class, all of it handed in anew, and a few who have changed their
    names in between. Nobody's file reaches another, nobody becomes two."""
    draw, people = random.Random(1), CLASS
    known, who_is = {}, {}
    late = {human.login for human in draw.sample(people, 30)}
    for turn in range(3):
        now = draw.sample(people, 150) if turn != 1 else people
        if turn == 2:
            now = [renamed(human) for human in now[:20]] + now[20:]
        files = DOWNLOADS[system]([
            handed(h, content_of(h) + bytes([turn]), late=h.login in late,
                   attachment=10_000 + 1_000 * turn + i) for i, h in enumerate(now)
        ])  # fmt: skip
        zipped(tmp_path / f"{turn}.zip", files)
        found = ids(take_in(tmp_path / f"{turn}.zip", NAME, None, Earlier(known)))
        assert len(found) == len(now)
        got = {one.content[:-1].decode(): student for student, one in found.items()}
        assert set(got) == {human.login for human in now}
        for login, student in got.items():
            assert who_is.setdefault(login, student) == student
        assert len(set(who_is.values())) == len(who_is)
        assert len({student.casefold() for student in who_is.values()}) == len(who_is)
        if system.startswith("canvas"):
            marked = {one.content[:-1].decode() for one in found.values() if "late" in said(one)}
            assert marked == late & set(got)
        for student, one in found.items():
            known |= {(one.origin["system"], number): student for number in one.origin["ids"]}
    assert len(who_is) == 300


def renamed(human):
    return replace(human, first="Neu", last="Name")


ROSTERS = {
    "canvas": canvas_gradebook(CLASS),
    "moodle": moodle_worksheet(CLASS, "a"),
    "moodle 4.0": moodle_worksheet(CLASS, "a"),
    "moodle flat": moodle_worksheet(CLASS, "a"),
    "gradescope": moodle_participants(CLASS, ("email", "sid", "login")),
    "moodle blind": moodle_worksheet(CLASS, "a", blind=True),
}


@pytest.mark.slow
@pytest.mark.parametrize("system", ROSTERS)
def test_a_class_of_300_with_the_systems_own_list(tmp_path, system):
    """Each of 300, with equal names, is who the system's own list says."""
    roster = read(tmp_path, ROSTERS[system])
    files = DOWNLOADS[system]([handed(human, content_of(human)) for human in CLASS])
    found = taken(tmp_path, files, roster)
    assert len(found) == len(roster.rows) == 300
    right = {
        "canvas": lambda h: h.login, "gradescope": lambda h: h.login,
        "moodle blind": lambda h: f"participant-{h.mapped['a']}",
    }.get(system, lambda h: h.email)  # fmt: skip
    assert {one.content.decode(): who for who, one in found.items()} == {
        human.login: right(human) for human in CLASS
    }
    strange = [one for one in found.values() if any(n.id != "other_name" for n in one.notes)]
    assert not strange


def test_names_alone_name_only_those_who_have_no_namesake(tmp_path):
    """Moodle's list of participants has no numbers of downloads: a name of two names neither."""
    roster = read(tmp_path, moodle_participants(CLASS))
    files = moodle_files([handed(human, content_of(human)) for human in CLASS], "a")
    found = taken(tmp_path, files, roster)
    assert len(found) == 300
    full = [unicodedata.normalize("NFC", human.full).replace("_", " ") for human in CLASS]
    for human, name in zip(CLASS, full):
        (student,) = (who for who, one in found.items() if one.content == content_of(human))
        alone = full.count(name) == 1
        assert (student == human.email) or not alone or "_" in human.last
        if not alone:
            assert student not in {h.email for h in CLASS}
            assert said(found[student]) == ["not in the roster"]


def test_a_later_download_replaces_nobody(tmp_path):
    """Ann Able 11 hands in; then comes a zip with only Ann Able 99: another person."""
    first = {f"Ann Able_11_assignsubmission_file/{FILE}": b"1"}
    second = {f"Ann Able_99_assignsubmission_file/{FILE}": b"2"}
    roster = read(tmp_path, b"student,name\nann,Ann Able\n")
    for people in (None, roster):
        folder = tmp_path / str(people is None)
        archive = Archive(folder / "handed_in" / NAME)
        for i, files in enumerate((first, second, first | second)):
            zipped(tmp_path / f"{i}.zip", files)
            for one in take_in(tmp_path / f"{i}.zip", NAME, people, archive.earlier()):
                archive.keep(archive.with_history(one))
            archive.write_list()
            archive = Archive(folder / "handed_in" / NAME)
        ann, other = ("ann", "Ann_Able") if people else ("Ann_Able", "Ann_Able-99")
        assert {who: one.content for who, one in archive.items()} == {ann: b"1", other: b"2"}
        note = "not in the roster" if people else "several students have this name"
        assert said(archive[other])[0].startswith(note)


def test_every_version_that_came_in_is_kept(tmp_path):
    archive = Archive(tmp_path / "handed_in" / NAME)
    for i, content in enumerate((b"1", b"2", b"2", b"3", None)):
        files = {f"doejane_4711_{900 + i}_{FILE}": content or b""}
        if content is None:
            files = {f"doejane_4711_{900 + i}_02_bias.pdf": b"%PDF"}
        zipped(tmp_path / "all.zip", files)
        for one in take_in(tmp_path / "all.zip", NAME, None, archive.earlier()):
            archive.keep(archive.with_history(one))
        archive.write_list()
    kept = sorted((tmp_path / "handed_in" / NAME / "earlier" / "doejane").iterdir())
    assert [path.read_bytes() for path in kept] == [b"1", b"2", b"3"]
    assert said(archive["doejane"])[0] == "handed in before: 3 earlier in handed_in/02_bias/earlier"


@pytest.mark.parametrize("again", [True, False])
def test_an_older_download_does_not_replace_a_newer_one(tmp_path, again):
    """Canvas numbers what is handed in; the older one is kept with the earlier ones."""
    for number in (900, 905, 900, *([905] if again else [])):
        archive = Archive(tmp_path / "handed_in" / NAME)
        zipped(tmp_path / "all.zip", {f"doejane_4711_{number}_{FILE}": b"%d" % number})
        for one in take_in(tmp_path / "all.zip", NAME, None, archive.earlier()):
            archive.keep(archive.with_history(archive.newest(one)))
        archive.write_list()
    archive = Archive(tmp_path / "handed_in" / NAME)
    assert archive["doejane"].content == b"905"
    assert archive["doejane"].origin["path"] == f"doejane_4711_905_{FILE}"
    (kept,) = (tmp_path / "handed_in" / NAME / "earlier" / "doejane").iterdir()
    assert kept.read_bytes() == b"900"
    assert said(archive["doejane"]) == ["handed in before: 1 earlier in handed_in/02_bias/earlier"]


def handed_in_one_after_another(tmp_path, *downloads, people=None, old=False):
    """The archive after downloads, each of one file: (its path, its content). old: whether lists
    do not know how things were numbered, as those of before"""
    for path, content in downloads:
        archive = Archive(tmp_path / "handed_in" / NAME)
        zipped(tmp_path / "all.zip", {path: content})
        for one in take_in(tmp_path / "all.zip", NAME, people, archive.earlier()):
            archive.keep(archive.with_history(archive.newest(one)))
        archive.write_list()
        if old:
            about = json.loads(archive.list.read_text())
            for one in about.values():
                del one["orders"]
                one["origin"].pop("order", None)
            archive.list.write_text(json.dumps(about))
    return archive


def answered(text):
    """A notebook with something written in it."""
    released = json.loads(BLANK)
    cell = next(one for one in released["cells"] if one["id"] == "bias-why")
    cell["source"] = text
    return json.dumps(released).encode()


COURSE = Course.find(Path(__file__).parent)
BLANK = COURSE.release_path(NAME).read_bytes()
OLDER, NEWER, OTHER = (answered(text) for text in ("older", "newer", "other"))


@pytest.mark.parametrize("old", [True, False])
@pytest.mark.parametrize("who", ["doejane_4711", "ann_12_4711", "anon_Kq3vx"])
def test_what_was_numbered_last_counts_whatever_the_name(tmp_path, who, old):
    """Also where the name holds numbers, and with the lists of before."""
    newer, older = (f"{who}_905_{FILE}", NEWER), (f"{who}_900_{FILE}", OLDER)
    people = read(tmp_path, b"student,canvas_id,name\nann,4711,ann_12\ndoe,1,doejane\n")
    people = people if who.startswith("ann") else None  # else the name can be read in two ways
    archive = handed_in_one_after_another(tmp_path, newer, older, people=people, old=old)
    assert archive.passed_over == list(archive)
    assert [one.content for one in archive.values()] == [NEWER]


def test_what_a_person_put_into_a_folder_stays(tmp_path):
    """Whatever is downloaded again; what is newer comes after it."""
    named = [
        (f"doejane_4711_{number}_{FILE}", text) for number, text in ((905, NEWER), (900, OLDER))
    ]
    folder = (f"doejane/{FILE}", OTHER)
    archive = handed_in_one_after_another(tmp_path, named[0], folder, named[0], named[1])
    assert archive["doejane"].content == OTHER
    archive = handed_in_one_after_another(tmp_path, (f"doejane_4711_910_{FILE}", OLDER))
    assert archive["doejane"].content == OLDER


@pytest.mark.parametrize("newer", ["notes.pdf", BLANK, b"{", b""])
def test_an_older_one_with_answers_counts_beside_a_newer_one_without(tmp_path, newer):
    one = (f"doejane_4711_910_{newer}", b"%PDF") if newer == "notes.pdf" else None
    one = one or (f"doejane_4711_910_{FILE}", newer)
    archive = handed_in_one_after_another(tmp_path, one, (f"doejane_4711_900_{FILE}", OLDER))
    assert archive["doejane"].content == OLDER
    assert archive.passed_over == []


@pytest.mark.parametrize(
    ("where", "value"),
    [
        *(("orders", value) for value in ([905], {"canvas": "905"}, {"canvas": None}, "905", 5)),
        *(("origin", value) for value in ([], None, {"path": 5}, {"order": "905"}, {"ids": 5})),
    ],
)
def test_a_damaged_list_is_made_again(tmp_path, where, value):
    list_ = handed_in_one_after_another(tmp_path, (f"doejane_4711_905_{FILE}", NEWER)).list
    about = json.loads(list_.read_text())
    about["doejane"][where] = value
    list_.write_text(json.dumps(about))
    with pytest.raises(CourseError, match="the list of what was handed in, cannot be read"):
        Archive(tmp_path / "handed_in" / NAME)
    again = Archive(tmp_path / "handed_in" / NAME, mends=True)
    assert again["doejane"].content == NEWER
    assert list_.with_suffix(".json.broken").exists()


def test_a_number_that_comes_with_another_students_name(tmp_path):
    """Nobody's work is replaced or moved: a number of two students says nothing any more."""
    roster = read(tmp_path, b"student,name\nann,Ann\nbo,Bo\ncy,Cy Coe\n")
    archive = Archive(tmp_path / "handed_in" / NAME)
    for i, who in enumerate(("ann_4000", "bo_4000", "ann_4000")):
        zipped(tmp_path / "all.zip", {f"{who}_{i}_{FILE}": who.encode()})
        for one in take_in(tmp_path / "all.zip", NAME, roster, archive.earlier()):
            assert not one.formerly
            archive.keep(archive.with_history(one))
        archive.write_list()
        archive = Archive(tmp_path / "handed_in" / NAME)
    found = {who: one.content for who, one in archive.items()}
    assert found == {"ann": b"ann_4000", "bo": b"bo_4000"}


def test_numbers_of_canvas_are_the_same_in_all_exercises(tmp_path):
    """Renamed between two exercises: one person; a namesake: another. Hidden names, and Moodle's
    numbers, are of one exercise."""
    first = Archive(tmp_path / "handed_in" / NAME)
    files = {f"doejane_4711_900_{FILE}": b"1", f"anon_Kq3vx_901_{FILE}": b"2",
             f"Bo Bone_31_assignsubmission_file/{FILE}": b"3"}  # fmt: skip
    zipped(tmp_path / "1.zip", files)
    for one in take_in(tmp_path / "1.zip", NAME):
        first.keep(one)
    first.write_list()
    second = Archive(tmp_path / "handed_in" / "03_linear")
    file = "03_linear.ipynb"
    files = {f"neujane_4711_900_{file}": b"1", f"doejane_4712_901_{file}": b"2",
             f"anon_Kq3vx_902_{file}": b"3", f"Bo Bone_77_assignsubmission_file/{file}": b"4",
             f"Cy Coe_31_assignsubmission_file/{file}": b"5"}  # fmt: skip
    zipped(tmp_path / "2.zip", files)
    found = ids(take_in(tmp_path / "2.zip", "03_linear", None, second.earlier()))
    assert {who: one.content for who, one in found.items()} == {
        "doejane": b"1", "doejane-4712": b"2", "anon_Kq3vx": b"3", "Bo_Bone": b"4", "Cy_Coe": b"5",
    }  # fmt: skip


def test_a_roster_that_comes_later_renames(tmp_path):
    """Known by the download's name first, then by the roster's: one person all the same."""
    archive = Archive(tmp_path / "handed_in" / NAME)
    files = {f"doejane_4711_900_{FILE}": b"1", f"ableann_12_901_{FILE}": b"2"}
    zipped(tmp_path / "all.zip", files)
    roster = read(tmp_path, b"student,name,canvas_id\njd,Jane Doe,4711\n")
    for people in (None, roster):
        for one in take_in(tmp_path / "all.zip", NAME, people, archive.earlier()):
            if one.formerly:
                assert (one.formerly, one.student) == ("doejane", "jd")
                assert archive.rename(one.formerly, one.student)
            archive.keep(one)
        archive.write_list()
    assert {who: one.content for who, one in archive.items()} == {"jd": b"1", "ableann": b"2"}
    assert not (tmp_path / "handed_in" / NAME / "doejane.ipynb").exists()


def test_accents_in_two_forms_are_one_person(tmp_path):
    """A folder of one's own, made on a Mac and elsewhere: one José; and Moodle's two stay two."""
    nfc, nfd = (unicodedata.normalize(form, "José Peña") for form in ("NFC", "NFD"))
    zipped(tmp_path / "own.zip", {f"{nfc}/{FILE}": b"1", f"{nfd}/other/readme.txt": b"-"})
    assert list(ids(take_in(tmp_path / "own.zip", NAME))) == ["José_Peña"]
    zipped(tmp_path / "moodle.zip", {
        f"{nfc}_11_assignsubmission_file/{FILE}": b"1",
        f"{nfd}_12_assignsubmission_file/{FILE}": b"2",
    })  # fmt: skip
    found = ids(take_in(tmp_path / "moodle.zip", NAME))
    assert {who: one.content for who, one in found.items()} == {
        "José_Peña-11": b"1", "José_Peña-12": b"2",
    }  # fmt: skip
    roster = read(tmp_path, "student,name\njo,José Peña\n".encode("cp1252"))
    found = ids(take_in(tmp_path / "own.zip", NAME, roster))
    assert list(found) == ["jo"]


def test_a_name_of_two_people_names_neither(tmp_path):
    """In the roster, in whatever column: then only numbers count."""
    roster = read(tmp_path, b"student,name,canvas_id\na1,Ann Able,11\na2,Ann Able,12\nb,Bo,13\n")
    assert roster.find(["Ann Able"]) is None
    assert roster.find(["ann-able"]) is None
    assert roster.find(["Bo"]) == "b"
    files = {f"ableann_{n}_{900 + n}_{FILE}": str(n).encode() for n in (11, 12)}
    found = taken(tmp_path, files, roster)
    assert {who: one.content for who, one in found.items()} == {"a1": b"11", "a2": b"12"}
    (tmp_path / "folders").mkdir()
    found = taken(tmp_path / "folders", {f"Ann Able/{FILE}": b"1"}, roster)
    assert list(found) == ["Ann_Able"]
    assert said(found["Ann_Able"]) == ["not in the roster"]


def test_a_name_that_ends_in_anothers_number(tmp_path):
    """Canvas only takes numbers out of a name that stand between two underscores."""
    roster = read(tmp_path, b'student,name,canvas_id\nann,"Able, Ann",11\nmal,Mal,13\n')
    attack = {f"ann_11_13_903_{FILE}": b"mal"}
    for files in (attack, attack | {f"ableann_11_901_{FILE}": b"ann"}):
        zipped(tmp_path / "all.zip", files)
        found = ids(take_in(tmp_path / "all.zip", NAME, roster))
        assert found["mal"].content == b"mal"
        assert len(found) == len(files)
    zipped(tmp_path / "all.zip", {f"ableann_11_13_02_{FILE}": b"ann"})  # her file is 02_02_bias
    found = ids(take_in(tmp_path / "all.zip", NAME, roster))
    assert found["ann"].content == b"ann"


TEAMS = {
    "canvas": lambda all_handed: canvas_files(all_handed, team=True),
    "moodle": lambda all_handed: moodle_files(all_handed, "a", team=True),
    "gradescope": lambda all_handed: gradescope_files(
        [([h for h in CLASS if h.group == one.human.group], one) for one in all_handed]
    ),
}


@pytest.mark.parametrize("system", TEAMS)
def test_what_a_team_hands_in_reaches_each_member(tmp_path, system):
    roster = read(tmp_path, b"student,name,canvas_id,email,sis_id,group\n" + "".join(
        f'{h.login},"{h.sortable}",{h.user},{h.email},{h.sid},{h.group}\n' for h in CLASS
    ).encode())  # fmt: skip
    ones = CLASS[::3]  # one stands for each team of three
    files = TEAMS[system]([handed(human, human.group.encode()) for human in ones])
    found = taken(tmp_path, files, roster)
    assert {who: one.content for who, one in found.items()} == {
        human.login: human.group.encode() for human in CLASS
    }
    for one in found.values():
        assert [note.id for note in one.notes] == ["team"]
        assert one.origin["ids"] == []  # a team's number is nobody's own


def test_the_name_of_a_team_is_not_taken_by_one_person(tmp_path):
    """Mal calls himself Team 1: he is Mal where numbers are known, and nobody else where not."""
    text = b"student,name,canvas_id,group\nann,Ann,11,Team 1\nbo,Bo,12,Team 1\nmal,Mal,13,Team 2\n"
    roster = read(tmp_path, text)
    zipped(tmp_path / "c.zip", {f"team1_13_903_{FILE}": b"mal", f"ann_11_901_{FILE}": b"ann"})
    found = ids(take_in(tmp_path / "c.zip", NAME, roster))
    assert {who: one.content for who, one in found.items()} == {"ann": b"ann", "mal": b"mal"}
    assert [note.id for note in found["mal"].notes] == ["other_name"]
    zipped(tmp_path / "m.zip", {
        f"{who}_{n}_assignsubmission_file/{FILE}": who.encode()
        for n, who in enumerate(("Ann", "Bo", "Team 1"))
    })  # fmt: skip
    found = ids(take_in(tmp_path / "m.zip", NAME, roster))
    assert {who: one.content for who, one in found.items()} == {
        "ann": b"Ann", "bo": b"Bo", "Team_1": b"Team 1",
    }  # fmt: skip


def test_moodles_numbers_are_not_those_of_the_university(tmp_path):
    """Moodle numbers the people of each assignment anew: 101 is nobody's student number."""
    roster = read(tmp_path, b"student,name,sis_id,canvas_id\n101,Ann,s1,7\n8,Bo,101,101\n")
    files = {
        f"Bo_101_assignsubmission_file/{FILE}": b"bo",
        f"Ann_7_assignsubmission_file/{FILE}": b"a",
    }
    found = taken(tmp_path, files, roster)
    assert {who: one.content for who, one in found.items()} == {"101": b"a", "8": b"bo"}


def test_a_number_of_the_university_that_is_anothers_of_canvas(tmp_path):
    """Canvas's number of a person (lib/content_zipper.rb) may be another's in one's own list."""
    roster = read(tmp_path, b"student,name\n101,Ann Able\n102,Bob Best\n103,\n")
    names = (
        "ableann_102_9001_02_bias.ipynb",
        "bestbob_577_9002_02_bias.ipynb",
        "x_103_1_02_bias.ipynb",
    )
    found = taken(tmp_path, {name: name.encode() for name in names}, roster)
    assert {who: one.content.decode() for who, one in found.items()} == dict(
        zip(("101", "102", "103"), names)
    )


def test_a_name_that_is_not_the_persons_is_noted(tmp_path):
    roster = read(tmp_path, b"student,name,canvas_id\njd,Jane Doe,4711\nab,Ann Able,4712\n")
    files = {f"teamred_4711_900_{FILE}": b"1", f"ableann_4712_901_{FILE}": b"2"}
    found = taken(tmp_path, files, roster)
    assert [one.id for one in found["jd"].notes] == ["other_name"]
    assert found["ab"].notes == ()
    roster = read(tmp_path, b"student,name,login\njd,Jane Doe,teamred\n")
    zipped(tmp_path / "all.zip", files)
    found = ids(take_in(tmp_path / "all.zip", NAME, roster))
    assert found["jd"].notes == ()  # the roster has that name too


def test_notes_are_said_in_spanish_too():
    with speaking("es"):
        assert "equipo" in sentence(Message("team", {"name": "A"}))


STAMP = "2026-03-08 10:00:00"


@pytest.mark.parametrize(
    ("place", "inside", "text", "time"),
    [
        ("submitted/jdoe/02_bias", "", f"{STAMP}.000000 UTC\n", f"{STAMP}.000000 UTC"),
        ("submitted/jdoe/02_bias", "", STAMP, f"{STAMP} UTC"),
        ("submitted/jdoe/02_bias", "", f"{STAMP} +0100", f"{STAMP} +0100"),
        ("submitted/jdoe/02_bias", "", STAMP * 10, None),
        ("submitted/jdoe/02_bias", "deeper", STAMP, None),
        ("submitted/jdoe", "", STAMP, None),
        ("submitted/Jane Doe_4711_assignsubmission_file/02_bias", "", STAMP, None),
        ("unpacked/jdoe/02_bias", "", STAMP, None),
    ],
)
def test_nbgraders_timestamp_is_the_time_and_a_students_file_is_not(
    tmp_path, place, inside, text, time
):
    """jupyter/nbgrader, nbgrader/exchange/default/submit.py: copy_files; zipcollectapp.py writes it
    without a zone."""
    (tmp_path / place / inside).mkdir(parents=True)
    (tmp_path / place / FILE).write_bytes(OTHER)
    (tmp_path / place / inside / "timestamp.txt").write_text(text)
    folder = tmp_path / place.partition("/")[0]
    (one,) = take_in(folder, NAME)
    assert one.content == OTHER
    assert one.origin.get("time") == time
    assert any("timestamp.txt" in note for note in said(one)) == (time is None)
    zipped(
        tmp_path / "all.zip", {f"{place}/{FILE}": OTHER, f"{place}/timestamp.txt": text.encode()}
    )
    if place.startswith("unpacked"):  # it might be jdoe's folder in the one called "unpacked"
        with pytest.raises(CourseError, match="unpacked/jdoe/02_bias, and nobody can tell which"):
            list(take_in(tmp_path / "all.zip", NAME))
        return
    (one,) = take_in(tmp_path / "all.zip", NAME)
    assert "time" not in one.origin


@pytest.mark.parametrize("inner", ["handout/02_bias", "homework", "handout/week 2/02_bias"])
def test_one_students_folder_in_a_zip_is_not_called_by_what_is_in_it(tmp_path, inner):
    """It was the student "handout", and the next one's zip replaced the work."""
    zipped(tmp_path / "all.zip", {f"ann/{inner}/{FILE}": OTHER})
    with pytest.raises(CourseError, match="nobody can tell which part of that is the student"):
        list(take_in(tmp_path / "all.zip", NAME))


def test_another_exercise_beside_it_is_the_same_student(tmp_path):
    places = {f"jdoe/{exercise}/{exercise}.ipynb": OTHER for exercise in (NAME, "03_linear")}
    zipped(tmp_path / "all.zip", places)
    assert [one.student for one in take_in(tmp_path / "all.zip", NAME)] == ["jdoe"]


def test_folders_around_all_students_are_left_out(tmp_path):
    """As ILIAS has them (Slandy95/eCampus-collective-team-feedback-upload)."""
    people = "Able_Ann_annable_123", "Bold_Ben_benbold_124"
    places = {f"Exercise_2/Abgaben/{who}/{FILE}": OTHER for who in people}
    zipped(tmp_path / "all.zip", places)
    assert [one.student for one in take_in(tmp_path / "all.zip", NAME)] == [*people]


CHECKPOINT = ".ipynb_checkpoints/02_bias-checkpoint.ipynb"


@pytest.mark.parametrize("path", [CHECKPOINT, ".02_bias.ipynb", "my_edunn/02_bias.ipynb"])
def test_a_copy_of_a_program_alone_is_for_a_person(tmp_path, path):
    """mxndrwgrdnr/UCB_CYPLAN255_2024, issue 27: checkpoints are handed in."""
    found = taken(tmp_path, {f"ann/{path}": OTHER, f"ben/{FILE}": OTHER})
    assert [one.student for one in found.values()] == ["ann", "ben"]
    assert (found["ann"].content, found["ann"].problem.id) == (None, "no_notebook")
    assert path.rpartition("/")[2] in str(found["ann"].problem)
    (tmp_path / "both").mkdir()
    (one,) = taken(tmp_path / "both", {f"ann/{path}": OLDER, f"ann/{FILE}": NEWER}).values()
    assert one.content == NEWER


def test_a_checkpoint_beside_the_students_is_nobody(tmp_path):
    places = [f"tarea/{who}/{FILE}" for who in ("ann", "ben")] + [f"tarea/{CHECKPOINT}"]
    zipped(tmp_path / "all.zip", dict.fromkeys(places, OTHER))
    assert [one.student for one in take_in(tmp_path / "all.zip", NAME)] == ["ann", "ben"]


def test_one_students_names_are_not_another_systems(tmp_path):
    mine = {f"evileve_14_51{k}_n{k}_attempt_2026-11-30-10-00-00_{FILE}": OTHER for k in range(4)}
    found = taken(tmp_path, {f"ableann_11_500_{FILE}": OTHER, **mine})
    assert {one.student for one in found.values()} == {"ableann", "evileve"}


def test_a_zip_of_windows_has_its_letters(tmp_path):
    """cp850 is what a Windows of Western Europe writes (cpython#86095)."""
    names = {f"student{k}": who for k, who in enumerate(("Álvaro N", "Óscar Íñ", "José Pér"))}
    zipped(tmp_path / "all.zip", {f"{plain}/{FILE}": OTHER for plain in names})
    raw = (tmp_path / "all.zip").read_bytes()
    for plain, who in names.items():
        raw = raw.replace(plain.encode(), who.encode("cp850"))
    (tmp_path / "all.zip").write_bytes(raw)
    found = {one.student for one in take_in(tmp_path / "all.zip", NAME)}
    assert found == {"Álvaro_N", "Óscar_Íñ", "José_Pér"}


def test_a_line_of_ipythons_keeps_the_cells_of_colabs_script_apart():
    """Colab leaves `!pip` as it is where it writes a program."""
    script = '"""# Why?\n\nBecause."""\n\n!pip install numpy\n\nclass Bias:\n    pass\n'
    cells = json.loads(as_notebook(script.encode()))["cells"]
    assert [cell["cell_type"] for cell in cells] == ["markdown", "code", "code"]
    assert "Because." in cells[0]["source"]
    assert "!pip install numpy" in cells[1]["source"]


def test_a_folder_of_google_drive_is_refused(tmp_path):
    """A class's notebooks, none of which says whose it is, are not one student's."""
    copies = {f"Exercise 2/Copy of 02_bias ({k}).ipynb": OTHER for k in range(20)}
    zipped(tmp_path / "all.zip", copies)
    with pytest.raises(CourseError, match="20 notebooks 'Copy of .*a folder for each student"):
        list(take_in(tmp_path / "all.zip", NAME))
    own = {f"ann/Copy of 02_bias{k}.ipynb": OTHER for k in ("", " (1)")}
    zipped(tmp_path / "one.zip", own)
    assert [one.student for one in take_in(tmp_path / "one.zip", NAME)] == ["ann"]


def test_a_download_of_nobody_is_refused(tmp_path):
    zipped(tmp_path / "all.zip", {"grades.csv": b"a"})
    with pytest.raises(CourseError, match="has no submissions"):
        list(take_in(tmp_path / "all.zip", NAME))


OURS = edunn.__version__
RECEIPTS = {  # of edunn check: {what the file holds: what is noted}
    f'{{"versions": {{"edunn": "{OURS}"}}}}': [],
    '{"versions": {"edunn": "0.0.1"}}': [
        f"checked by the student with edunn 0.0.1; this is {OURS}, whose checks may say something "
        "else"
    ],
    '{"versions": {}}': [],
    '{"versions": 3}': [],
    "[" * 100_000: [],
    "no json": [],
    "": [],
}


@pytest.mark.parametrize(("receipt", "noted"), RECEIPTS.items(), ids=range(len(RECEIPTS)))
def test_the_release_that_a_student_checked_with(tmp_path, receipt, noted):
    """It is told by the receipt, where that was handed in beside the notebook."""
    files = {f"ann/{FILE}": b"{}", f"ann/{NAME}.receipt.json": receipt.encode()}
    found = taken(tmp_path, files)["ann"]
    assert found.content == b"{}"
    assert said(found) == noted


OF_BIAS = partial(written_in, COURSE.released(NAME), [])


def touched(how):
    """A notebook in which nothing is written, but not the very file that was released."""
    notebook = json.loads(BLANK)
    for cell in notebook["cells"]:
        if how == "a newline":
            cell["source"] = "".join(cell["source"]) + "\n"
        if how == "without metadata":
            cell["metadata"] = {}
    return json.dumps(notebook).encode()


@pytest.mark.parametrize("how", ["a newline", "without metadata"])
@pytest.mark.parametrize("other", ["02_bias-Copy1.ipynb", "tarea2_ana.ipynb"])
def test_what_is_all_but_as_released_does_not_count_either(tmp_path, how, other):
    files = {f"ann/{FILE}": touched(how), f"ann/{other}": OLDER}
    (one,) = taken(tmp_path, files, written=OF_BIAS).values()
    assert one.content == OLDER
    assert "left_blank" in {note.id for note in one.notes}


OTHER_NAMES = [
    "02_bias - Copy.ipynb",  # Windows
    "02_bias 2.ipynb",  # the Finder, iCloud
    "02_bias__20260306235900.ipynb",  # jupyterhub/nbgitpuller, pull.py: rename_local_untracked
    "02_bias_final.ipynb",
    "02_bias (Ann's conflicted copy 2026-03-06).ipynb",
    "Cópia de 02_bias.ipynb",
    "tarea2_ana.ipynb",
    "work/tarea2.ipynb",
    "02_bias.json",
]
PLACES = {"folder": ("ann/{}", "ann/{}"), "canvas": ("ableann_101_9001_{}", "ableann_101_9002_{}")}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("other", OTHER_NAMES)
def test_what_is_as_released_does_not_count_beside_one_of_any_name(tmp_path, other, place):
    """And where both have answers, the other one is named."""
    first, second = PLACES[place]
    if place == "canvas":
        other = other.replace("/", "_")
    paths = first.format(FILE), second.format(other)
    for content in (NEWER, colab(NEWER)):
        where = tmp_path / str(content == NEWER)
        where.mkdir()
        (one,) = taken(where, dict(zip(paths, (BLANK, content))), written=OF_BIAS).values()
        assert one.content == content
        shown = other.rpartition("/")[2]
        assert f"as it was released, so it does not count: {FILE}" in said(one)
        assert f"the file is called {shown}" in said(one)
    (tmp_path / "both").mkdir()
    (one,) = taken(tmp_path / "both", dict(zip(paths, (OLDER, NEWER))), written=OF_BIAS).values()
    assert one.content == OLDER
    told = "also of this exercise, but called otherwise, so it does not count"
    assert said(one) == [f"{told}: {shown}"]


def colab(content):
    """A notebook without what nbgrader noted, and without ids of cells."""
    notebook = json.loads(content)
    for cell in notebook["cells"]:
        cell["metadata"] = {}
        del cell["id"]
    return json.dumps(notebook).encode()


LINEAR = json.dumps(COURSE.solution("03_linear")).encode()
BESIDE = {  # what else lies there: (what counts, what is said)
    "another exercise": ({FILE: BLANK, "03_linear.ipynb": LINEAR}, BLANK, []),
    "another one under this name": ({FILE: BLANK, "02_bias - Copy.ipynb": LINEAR}, BLANK, []),
    "a copy of it": ({FILE: NEWER, "x.ipynb": NEWER}, NEWER, []),
    "a receipt": ({FILE: BLANK, f"{NAME}.receipt.json": b"{}"}, BLANK, []),
    "other exercises and a strange name": (
        {"final.ipynb": NEWER, "03_linear.ipynb": LINEAR}, NEWER, ["file_name"],
    ),
    "what nobody can read": ({FILE: BLANK, "x.ipynb": b"{"}, b"{", ["file_name"]),
    "two strange names": ({"x.ipynb": OLDER, "y.ipynb": NEWER}, None, ["several_differ"]),
    "two strange names and a blank one": (
        {FILE: BLANK, "x.ipynb": OLDER, "y.ipynb": NEWER}, None, ["several_differ"],
    ),
    "two copies": (
        {f"{NAME} (2).ipynb": OLDER, f"{NAME} (10).ipynb": NEWER}, NEWER, ["one_of_several"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BESIDE)
def test_what_lies_beside_it(tmp_path, case):
    files, content, noted = BESIDE[case]
    files = {f"ann/{name}": one for name, one in files.items()}
    (one,) = taken(tmp_path, files, written=OF_BIAS).values()
    assert (one.content, [note.id for note in one.said]) == (content, noted)


def test_notebooks_that_are_too_many_are_named(tmp_path):
    files = {f"ann/{i:02}.ipynb": LINEAR for i in range(MAX_OTHERS + 1)} | {f"ann/{FILE}": BLANK}
    (one,) = taken(tmp_path, files, written=OF_BIAS).values()
    assert said(one) == ["also handed in, but not looked at: 00.ipynb"]


def test_a_students_folder_of_nbgrader_is_the_student(tmp_path):
    """A zip of one student's folder, and then of another's: nobody replaces anybody."""
    for who in ("jdoe", "asmith"):
        zipped(tmp_path / "one.zip", {f"{who}/{NAME}/{FILE}": b"1"})
        assert list(ids(take_in(tmp_path / "one.zip", NAME))) == [who]
        zipped(tmp_path / "all.zip", {f"submitted/{who}/{NAME}/{FILE}": b"1"})
        assert list(ids(take_in(tmp_path / "all.zip", NAME))) == [who]


UNPACKED = {  # a download in a folder of its own, as Safari unpacks it
    "canvas": {f"ableann_101_9001_{FILE}": b"1", f"bonebo_LATE_102_9002_{FILE}": b"2"},
    "canvas, hidden": {f"anon_Kq3_9001_{FILE}": b"1", f"anon_pQ7_9002_{FILE}": b"2"},
    "moodle": {f"{who}_{n}_assignsubmission_file/{FILE}": b"1"
               for n, who in enumerate(("Ann Able", "Bo Bone"))},
    "moodle flat": {f"{who}_{n}_assignsubmission_file_{FILE}": b"1"
                    for n, who in enumerate(("Ann Able", "Bo Bone"))},
    "gradescope": {f"submission_{n}/{FILE}": b"1" for n in (7, 8)},
}  # fmt: skip


@pytest.mark.parametrize("system", UNPACKED)
def test_a_download_in_a_folder_of_its_own(tmp_path, system):
    files = UNPACKED[system]
    (tmp_path / "as it came").mkdir()
    wanted = taken(tmp_path / "as it came", files)
    assert len(wanted) == 2
    assert taken(tmp_path, {f"submissions/{name}": one for name, one in files.items()}) == wanted


NOT_READ = {  # kwurst/bb-file-cleanup, README.md; Brightspace's folders as tools read them
    "Blackboard": [
        f"Assignment_1_12345671_attempt_2026-03-06-23-59-00_{FILE}",
        "Assignment_1_12345671_attempt_2026-03-06-23-59-00.txt",
        f"Assignment_1_12345672_attempt_2026-03-06-23-58-00_{FILE}",
        "Assignment_1_12345672_attempt_2026-03-06-23-58-00.txt",
    ],
    "Brightspace": [
        "index.html",
        f"100001-5501 - Jane Doe - Mar 5, 2026 1159 PM/{FILE}",
        f"100002-5501 - Ann Able - Mar 5, 2026 1158 PM/{FILE}",
    ],
}


@pytest.mark.parametrize("wrapper", ["", "download/"])
@pytest.mark.parametrize("system", NOT_READ)
def test_a_download_that_is_not_read_is_refused(tmp_path, system, wrapper):
    zipped(tmp_path / "all.zip", {wrapper + name: b"{}" for name in NOT_READ[system]})
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        archive.extractall(tmp_path / "all")
    for source in (tmp_path / "all.zip", tmp_path / "all"):
        with pytest.raises(CourseError, match=f"a download of {system}, which is not read"):
            list(take_in(source, NAME))


def test_a_students_name_for_a_file_refuses_nothing(tmp_path):
    file = f"hw_x_attempt_2026-03-06-23-59-00_{FILE}"
    files = {f"ableann_101_9001_{file}": b"1", f"bonebo_102_9002_{FILE}": b"2",
             f"coecy_103_9003_{FILE}": b"3"}  # fmt: skip
    assert list(taken(tmp_path, files)) == ["ableann", "bonebo", "coecy"]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_names_in_utf8_that_are_not_marked_as_such(tmp_path, form):
    """As the Finder writes them: weichsel/ZIPFoundation#63, ansible/ansible#22922."""
    who = unicodedata.normalize(form, "José García")
    zipped(tmp_path / "all.zip", {f"{who}_4711_assignsubmission_file/{FILE}": b"{}"})
    content = (tmp_path / "all.zip").read_bytes()
    marks = re.compile(rb"(PK\x03\x04..|PK\x01\x02....)..", re.DOTALL)
    (tmp_path / "all.zip").write_bytes(marks.sub(rb"\1\0\0", content))
    roster = read(tmp_path, "student,name\njo,José García\n".encode())
    assert list(ids(take_in(tmp_path / "all.zip", NAME))) == ["José_García"]
    assert list(ids(take_in(tmp_path / "all.zip", NAME, roster))) == ["jo"]
