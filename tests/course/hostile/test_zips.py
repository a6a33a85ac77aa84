"""Downloads as zips that were made to hurt: what is taken from them, and for whom. About 3 s."""

import io
import stat
import struct
import time
import zipfile
from dataclasses import replace

import pytest

from edunn.course.errors import CourseError
from edunn.course.notebooks.reading import MAX_BYTES, read_cells
from edunn.course.submissions import collect
from edunn.course.submissions.collect import take_in
from edunn.course.submissions.lms import METADATA
from edunn.course.submissions.roster import Roster
from hostile.making import COURSE, MARK, NAME, raw, right

pytestmark = pytest.mark.slow

GOOD = raw(right())
FILE = f"{NAME}.ipynb"
MOODLE = "{}_{}_assignsubmission_file_/"


def told(submission):
    """All that is said of it."""
    return "; ".join(map(str, submission.said))


def zipped(entries):
    """The bytes of a zip. entries: {name: content}, or pairs, whose names may be twice the same"""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items() if isinstance(entries, dict) else entries:
            archive.writestr(name, content)
    return stream.getvalue()


def packed(*entries):
    """The same, of entries between two honest students of Moodle."""
    first, last = (
        (MOODLE.format(*who) + FILE, GOOD) for who in (("Ann Able", 11), ("Zoe Zest", 12))
    )
    return zipped([first, *entries, last])


def taken(tmp_path, content, roster=None):
    path = tmp_path / "download.zip"
    path.write_bytes(content)
    before = sorted(tmp_path.rglob("*"))
    found = {one.student: one for one in take_in(path, NAME, roster)}
    assert sorted(tmp_path.rglob("*")) == before  # nothing is unpacked
    assert path.read_bytes() == content
    assert not (tmp_path.parent / MARK).exists()
    return found


def honest(found):
    return all(
        found[who].content == GOOD and not told(found[who]) for who in ("Ann_Able", "Zoe_Zest")
    )


MAL = MOODLE.format("Mal Lory", 13)


@pytest.mark.parametrize(
    "name",
    [f"../{MARK}/{FILE}", f"/tmp/{MARK}/{FILE}", f"..\\..\\{MARK}\\{FILE}", f"//{MARK}/{FILE}",
     f"{MAL}../../{MARK}/{FILE}", f"{MAL}{'d/' * 3000}../../{FILE}", "..", "/", "\\", "."],
    ids=range(10),  # the mark is another one in each process
)  # fmt: skip
def test_names_that_lead_elsewhere_are_left_out(tmp_path, name):
    found = taken(tmp_path, packed((name, GOOD)))
    assert list(found) == ["Ann_Able", "Zoe_Zest"]
    assert honest(found)


def test_a_link_is_not_followed(tmp_path):
    link = zipfile.ZipInfo(MAL + FILE)
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    found = taken(tmp_path, packed((link, "/etc/passwd")))
    assert honest(found)
    assert "Mal_Lory" not in found


def test_a_bomb_costs_one_student(tmp_path):
    found = taken(tmp_path, packed((MAL + FILE, b" " * (MAX_BYTES + 1))))
    assert honest(found)
    assert found["Mal_Lory"].content is None
    assert "larger than 20 MB" in told(found["Mal_Lory"])


def test_many_bombs_of_one_student_are_not_all_unpacked(tmp_path):
    bombs = [(f"{MAL}{NAME} ({i}).ipynb", b" " * 15_000_000) for i in range(20)]
    found = taken(tmp_path, packed(*bombs))
    assert honest(found)
    assert len(found["Mal_Lory"].content) == 15_000_000
    assert "handed in 20 times" in told(found["Mal_Lory"])


def lying(content, change):
    """The zip with a change in the central directory's entry for Mal Lory's file."""
    place = content.rindex(MAL.encode() + FILE.encode()) - 46
    fields = bytearray(content[place : place + 46])
    change(fields)
    return content[:place] + bytes(fields) + content[place + 46 :]


LIES = {
    "smaller than it is": lambda f: struct.pack_into("<I", f, 24, 10),
    "another sum": lambda f: struct.pack_into("<I", f, 16, 7),
    "encrypted": lambda f: struct.pack_into("<H", f, 8, 1),
    "a method that nobody knows": lambda f: struct.pack_into("<H", f, 10, 77),
    "the place of another file": lambda f: struct.pack_into("<I", f, 42, 0),
    "no place": lambda f: struct.pack_into("<I", f, 42, 1 << 30),
}


@pytest.mark.parametrize("lie", LIES)
def test_an_entry_that_lies_costs_one_student(tmp_path, lie):
    found = taken(tmp_path, lying(packed((MAL + FILE, GOOD)), LIES[lie]))
    assert honest(found)
    assert found["Mal_Lory"].content is None
    assert "the zip is broken here" in told(found["Mal_Lory"])


def test_a_size_that_is_too_large_does_not_matter(tmp_path):
    content = lying(packed((MAL + FILE, GOOD)), lambda f: struct.pack_into("<I", f, 24, 1 << 30))
    found = taken(tmp_path, content)
    assert honest(found)
    assert found["Mal_Lory"].content == GOOD


@pytest.mark.parametrize("content", [b"PK\x05\x06" + bytes(18), b"PK\x03\x04", b"", GOOD])
def test_what_is_no_zip_is_said_in_one_line(tmp_path, content):
    with pytest.raises(CourseError, match="download.zip"):
        taken(tmp_path, content)


def test_a_zip_that_is_cut_off(tmp_path):
    with pytest.raises(CourseError, match="download.zip"):
        taken(tmp_path, packed()[:-30])


def test_metadata_in_a_students_own_folder_says_nothing(tmp_path):
    """Else a student could say that another's folder is theirs."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(f"submission_1/{METADATA}", "submission_2:\n  :submitters:\n  - :sid: mal")
        archive.writestr(f"submission_1/{FILE}", b"{}")
        archive.writestr(f"submission_2/{FILE}", GOOD)
        archive.writestr(METADATA, "".join(
            f"submission_{i}:\n  :submitters:\n  - :sid: {who}\n" for i, who in enumerate(
                ("mal", "ann"), start=1)))  # fmt: skip
    found = taken(tmp_path, stream.getvalue())
    assert found["ann"].content == GOOD
    assert found["mal"].content == b"{}"


def test_a_name_on_the_roster_does_not_beat_a_number(tmp_path):
    """A student who takes another's name is still who the number says."""
    rows = [{"student": "ann", "name": "Ann Able", "moodle_id": "11"},
            {"student": "mal", "name": "Mal Lory", "moodle_id": "13"}]  # fmt: skip
    roster = Roster(rows, {v.replace(" ", "").lower(): row for row in rows for v in row.values()})
    content = packed((MOODLE.format("ANN able", 13) + FILE, b"{}"))
    found = taken(tmp_path, content, roster)
    assert found["ann"].content == GOOD
    assert found["mal"].content == b"{}"


def test_names_that_collide_stay_two_students(tmp_path):
    content = packed(
        (MOODLE.format("Jo Do", 21) + FILE, b"1"), (MOODLE.format("Jo?Do", 22) + FILE, b"2"),
        (MOODLE.format("Jo_Do", 23) + FILE, b"3"))  # fmt: skip
    found = taken(tmp_path, content)
    assert honest(found)
    assert found["Jo_Do"].content == b"3"
    others = {one.content for who, one in found.items() if who.startswith("Jo_Do-")}
    assert others == {b"1", b"2"}


def test_names_of_every_kind(tmp_path):
    """A name of numbers that Python would not read, one of 60,000 letters, one in colours."""
    names = ["9" * 5000 + "_" + "9" * 5000 + f"_1_{FILE}", "x" * 60_000 + ".ipynb",
             f"a_1_2_\x1b[31m\u202e{NAME}.ipynb", f"=cmd|'!A0_7_8_{FILE}"]  # fmt: skip
    found = taken(tmp_path, packed(*((name, GOOD) for name in names)))
    assert all(len(who.encode()) <= 90 and who.isprintable() for who in found)
    assert all(told(one).isprintable() for one in found.values())


ROSTER = """student,name,email,canvas_id,moodle_id
ann,Ann Able,ann@x.org,11,11
zoe,Zoe Zest,zoe@x.org,12,12
mal,{},mal@x.org,13,13
"""


def roster(tmp_path, name):
    path = tmp_path / "roster.csv"
    path.write_text(ROSTER.format(name), encoding="utf-8")
    return Roster.read(path)


@pytest.mark.parametrize(
    "name", ["ann", "ANN", "11", "ann@x.org", "annxorg", "Ann Able", "annable"]
)
def test_a_name_takes_nothing_from_its_owner(tmp_path, name):
    """Whatever Mal calls himself: Ann is found by her own number and name, he by his."""
    people = roster(tmp_path, name)
    assert people.find(["ann"]) == people.find(["11"]) == people.find(["ann@x.org"]) == "ann"
    assert people.find(["13", "ann"]) == people.find(["mal"]) == "mal"


def test_students_whose_names_differ_in_a_stroke(tmp_path):
    path = tmp_path / "roster.csv"
    path.write_text("student,email\njo_do,jo.do@x.org\njodo,jodo@x.org\n", encoding="utf-8")
    people = Roster.read(path)
    assert [people.find([name]) for name in ("jo_do", "jodo")] == ["jo_do", "jodo"]
    assert [people.find([name]) for name in ("jo.do@x.org", "JoDo@x.org")] == ["jo_do", "jodo"]


def unpacked(tmp_path, content):
    """The same download as a folder."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(tmp_path / "folder")
    return {one.student: one for one in take_in(tmp_path / "folder", NAME)}


CANVAS = {"doejane_11_901_02_bias.ipynb": b"1", "doejane_12_902_02_bias.ipynb": b"2"}
FLAT = {"Jane Doe_11_assignsubmission_file_02_bias.ipynb": b"1",
        "Jane Doe_12_assignsubmission_file_02_bias.ipynb": b"2"}  # fmt: skip
FOLDERS = {name.replace("file_02", "file_/02"): content for name, content in FLAT.items()}


@pytest.mark.parametrize("files", [CANVAS, FLAT, FOLDERS], ids=["canvas", "flat", "folders"])
def test_two_students_of_one_name_stay_two(tmp_path, files):
    content = zipped(files)
    for found in (taken(tmp_path, content), unpacked(tmp_path, content)):
        assert sorted(who[-3:] for who in found) == ["-11", "-12"]
        assert sorted(one.content for one in found.values()) == [b"1", b"2"]
        assert all("a roster would tell" in told(one) for one in found.values())


def test_a_file_cannot_say_that_it_is_anothers(tmp_path):
    """In a download without folders, the end of each file's name is the student's choice."""
    content = zipped({
        "Ann Able_11_assignsubmission_file_02_bias.ipynb": GOOD,
        "Mal Lory_13_assignsubmission_file_Ann Able_11_assignsubmission_file_02_bias.ipynb": b"{}",
        "mal_13_903_ann_11_901_02_bias.ipynb": b"{}"})  # fmt: skip
    for people in (None, roster(tmp_path, "Mal Lory")):
        found = taken(tmp_path, content, people)
        assert (
            next(one for who, one in found.items() if who.lower().startswith("ann")).content == GOOD
        )
        assert len(found) == (3 if people is None else 2)  # the roster knows both files as Mal's


def test_who_hands_in_something_else_has_a_line(tmp_path):
    content = zipped({
        "able_11_901_02_bias.ipynb": GOOD, "bone_LATE_12_902_02_bias.html": b"<html>",
        "Cy Coe_13_assignsubmission_file_/02_bias.pdf": b"%PDF",
        "Di Doe_14_assignsubmission_onlinetext_/onlinetext.html": b"see my repository",
        "Ed Eck_15_assignsubmission_file_02_bias.zip": b"PK", "grades.csv": b"a,b"})  # fmt: skip
    for found in (taken(tmp_path, content), unpacked(tmp_path, content)):
        assert list(found) == ["Cy_Coe", "Di_Doe", "Ed_Eck", "able", "bone"]
        assert [who for who, one in found.items() if one.content] == ["able"]
        assert "no notebook" in told(found["bone"])


PEOPLE = """---
submission_1:
  :submitters:
  - :name: Ann
    :sid: '11'
    :email: ann@x.org
  - :name: Zoe
    :sid:
    :email: zoe@x.org
  :created_at: 2023-01-01 10:00:00.000000000 Z
  :results: !ruby/hash:ActiveSupport::HashWithIndifferentAccess
    output: |
      submission_2:
        :submitters:
        - :sid: '11'
    other: *unknown
submission_2:
  :submitters:
  - :name: "Mal: \\e[31m"
    :sid: '13'
"""


def test_a_group_on_gradescope_and_what_stands_beside_it(tmp_path):
    """Each member of a group has the submission; what programs printed is not read."""
    content = zipped({f"export/{METADATA}": PEOPLE, f"export/submission_1/{FILE}": GOOD,
                        f"export/submission_2/{FILE}": b"{}"})  # fmt: skip
    found = taken(tmp_path, content)
    assert {who: one.content for who, one in found.items()} == {
        "11": GOOD, "zoe@x.org": GOOD, "13": b"{}"}  # fmt: skip


def test_metadata_that_cannot_be_read_is_no_reason_to_guess(tmp_path):
    content = zipped({METADATA: "submission_1: [", f"submission_1/{FILE}": GOOD})
    with pytest.raises(CourseError, match=METADATA):
        taken(tmp_path, content)


def test_a_single_student_is_not_taken_for_the_folder_around_all(tmp_path):
    content = zipped({MOODLE.format("Ann Able", 11) + f"work/{FILE}": GOOD})
    assert list(taken(tmp_path, content)) == ["Ann_Able"]


def test_a_name_made_like_that_of_who_was_renamed(tmp_path):
    files = {MOODLE.format(who, n) + FILE: str(n).encode() for n, who in
             enumerate(("Jo?Do", "Jo_Do", "Jo_Do-21", "Jo_Do-20"), start=20)}  # fmt: skip
    found = taken(tmp_path, zipped(files))
    assert sorted(one.content for one in found.values()) == [b"20", b"21", b"22", b"23"]


def test_a_student_known_only_by_the_name_of_another(tmp_path):
    """Mal has a number that is not in the roster, and calls himself Ann."""
    people = roster(tmp_path, "Mal Lory")
    ours = {MOODLE.format("Ann Able", 11) + FILE: GOOD}
    mals = {
        MOODLE.format("Ann Able", 99) + FILE: b"{}",
        MOODLE.format("ANN ABLE", 98) + FILE: b"{}",
    }
    found = taken(tmp_path, zipped(ours | mals), people)
    assert found.pop("ann").content == GOOD
    assert all(one.content == b"{}" and "not in the roster" in told(one) for one in found.values())
    found = taken(tmp_path, zipped(mals), people)
    assert "ann" not in found
    assert len(found) == 2


def test_a_group_whose_members_have_no_number(tmp_path):
    folder = "submission_7:\n  :submitters:\n  - :name: Ann Able\n  - :name: '=1'\n"
    content = zipped({METADATA: folder, f"submission_7/{FILE}": GOOD})
    assert list(taken(tmp_path, content)) == ["Ann_Able", "_1"]


def test_a_zip_of_a_students_own_is_not_unpacked_without_end(tmp_path, monkeypatch):
    """Small zips whose files are large: the first ones are looked into."""
    unpacked, loaded = collect.opened, []

    def counted(file):
        for one in unpacked(file):
            yield replace(one, load=lambda one=one: loaded.append(one) or one.load())

    monkeypatch.setattr(collect, "opened", counted)
    monkeypatch.setattr(collect, "MAX_UNPACKED", 1_000_000)
    large = zipped({f"n{i:02}.ipynb": b" " * 400_000 for i in range(40)})
    found = taken(tmp_path, packed(*((f"{MAL}{NAME}-{i}.zip", large) for i in range(10))))
    assert honest(found)
    assert found["Mal_Lory"].content is None
    assert len(loaded) == 3


def test_what_is_not_unpacked_any_more_is_not_graded(tmp_path, monkeypatch):
    """A blank notebook does not count before one that nobody has looked into."""
    monkeypatch.setattr(collect, "MAX_UNPACKED", 1_000_000)
    blank = raw(COURSE.released(NAME)) + b" " * 1_000_000
    found = taken(tmp_path, packed((MAL + FILE, blank), (f"{MAL}{NAME} (1).ipynb", GOOD)))
    assert honest(found)
    assert found["Mal_Lory"].content is None
    assert "not looked at: the files before it are larger than 1 MB" in told(found["Mal_Lory"])


def test_a_million_cells_without_anything_cost_a_second():
    """And the one behind them is there."""
    started, filled = time.monotonic(), b'{"source": "x = 1"}'
    (cell,) = read_cells(b'{"cells":[' + b"{}," * 1_000_000 + filled + b"]}")
    assert cell.source == "x = 1"
    assert time.monotonic() - started < 5
    notes = []
    assert len(read_cells(b'{"cells":[' + (filled + b",") * 3_000 + filled + b"]}", notes)) == 2000
    assert [str(note) for note in notes] == ["the notebook has 3001 cells; the first 2000 count"]
