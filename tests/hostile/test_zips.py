"""Downloads as zips that were made to hurt: what is taken of them, and from whom. About 3 s."""

import io
import stat
import struct
import zipfile

import pytest

from edunn.course.downloads import METADATA
from edunn.course.intake import take_in
from edunn.course.normalise import MAX_BYTES
from edunn.course.roster import Roster
from edunn.course.source import CourseError
from hostile.making import MARK, NAME, raw, right

GOOD = raw(right())
FILE = f"{NAME}.ipynb"
MOODLE = "{}_{}_assignsubmission_file_/"


def packed(*entries):
    """The bytes of a zip of (name, content) entries between two honest students of Moodle."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MOODLE.format("Ann Able", 11) + FILE, GOOD)
        for name, content in entries:
            archive.writestr(name, content)
        archive.writestr(MOODLE.format("Zoe Zest", 12) + FILE, GOOD)
    return stream.getvalue()


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
        found[who].content == GOOD and not found[who].note for who in ("Ann_Able", "Zoe_Zest")
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
    assert "larger than 20 MB" in found["Mal_Lory"].note


def test_many_bombs_of_one_student_are_not_all_unpacked(tmp_path):
    bombs = [(f"{MAL}{NAME} ({i}).ipynb", b" " * 15_000_000) for i in range(20)]
    found = taken(tmp_path, packed(*bombs))
    assert honest(found)
    assert len(found["Mal_Lory"].content) == 15_000_000
    assert "handed in 20 times" in found["Mal_Lory"].note


def lying(content, change):
    """The zip with a change of the central directory's entry of Mal Lory's file."""
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
    assert "the zip is broken here" in found["Mal_Lory"].note


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
    """A student who calls herself by another's name is still who her number says she is."""
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
    assert all(one.note.isprintable() for one in found.values())
