"""Downloads and lists as Canvas, Moodle and Gradescope write them, made by the systems' own rules.

Each function names the source that it follows, as it stands in the systems' repositories. They are
written anew from these rules, and know nothing of how edunn reads them.
"""

import csv
import hashlib
import io
import random
import re
import unicodedata
import zipfile
from dataclasses import dataclass, field


@dataclass
class Human:
    """Who is in a course: the same person in all systems.

    user: Canvas's number    mapped: Moodle's numbers, by assignment    sid: of the university
    """

    first: str
    last: str
    login: str
    email: str
    user: int
    sid: str
    anonymous: str = ""
    section: str = "A"
    group: str = ""
    mapped: dict = field(default_factory=dict)

    @property
    def full(self):
        return f"{self.first} {self.last}"

    @property
    def sortable(self):
        return f"{self.last}, {self.first}"


@dataclass
class Handed:
    """What one person, or one for a team, handed in. files: (name, content); typed: a text"""

    human: Human
    files: list
    late: bool = False
    typed: str = ""
    link: str = ""
    attachment: int = 900


# --- Canvas: instructure/canvas-lms


def canvas_name(human, team=False):
    """lib/content_zipper.rb: sanitize_user_name; a group's name stands for its members'
    (app/models/abstract_assignment.rb: representatives)."""
    name = human.group if team else human.sortable
    name = re.sub(r"_(\d+)_", r"\1", name)
    return name.lower()


def canvas_prefix(handed, anonymous=False, team=False):
    """lib/content_zipper.rb: get_filename, sanitize_file_name. Ruby's [[:word:]] are letters,
    marks, digits and joining punctuation."""
    ident = f"anon_{handed.human.anonymous}" if anonymous else str(handed.human.user)
    name = None if anonymous else canvas_name(handed.human, team)
    parts = [name, "LATE" if handed.late else None, ident]
    whole = "_".join(part for part in parts if part is not None)
    return "".join(c for c in whole if unicodedata.category(c)[:2] in WORD)


WORD = ("Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Pc")


def canvas_files(all_handed, anonymous=False, team=False):
    """lib/content_zipper.rb: add_submission, add_upload_submission, add_text_or_url;
    app/models/attachment.rb: make_unique_filename."""
    found = {}
    for handed in all_handed:
        prefix = canvas_prefix(handed, anonymous, team)
        for i, (name, content) in enumerate(handed.files):
            clean = re.sub(r'[\x00/\\:*?"<>|]+', "_", name)
            full = f"{prefix}_{handed.attachment + i}_{clean}"
            stem, dot, ext = full.rpartition(".")
            count = 0
            while full in found:
                count += 1
                full = f"{stem}-{count}{dot}{ext}"
            found[full] = content
        if handed.typed:  # app/views/assignments/text_entry_page.html.erb
            page = (
                f"<html><head><title>T: Submission</title></head><body>{handed.typed}</body></html>"
            )
            found[f"{prefix}_text.html"] = page.encode()
        if handed.link:  # app/views/assignments/redirect_page.html.erb
            page = f'<html><body><a href="{handed.link}">{handed.link}</a></body></html>'
            found[f"{prefix}_link.html"] = page.encode()
    return found


def canvas_gradebook(
    humans, assignments=(), sis=True, integration=False, names_apart=False, posting=False,
    delimiter=",", encoding="utf-8-sig", test_student=False,
):  # fmt: skip
    """lib/gradebook_exporter.rb: csv_data. assignments: (title, number, points)
    test_student: of Student View, whose sortable name is "Student, Test" (app/models/user.rb)"""
    header = ["LastName", "FirstName"] if names_apart else ["Student"]
    header += ["ID", *(["SIS User ID"] if sis else []), "SIS Login ID"]
    header += ["Integration ID"] if sis and integration else []
    header += ["Section", *(f"{title} ({number})" for title, number, _ in assignments)]
    header += ["Assignments Current Score", "Current Score", "Final Score"]
    rows = [header]
    before = header.index("Section") + 1
    if posting:
        rows.append([""] * before + ["Manual Posting" for _ in assignments] + [""] * 3)
    possible = [f"{points:.2f}" for _, _, points in assignments]
    rows.append(["    Points Possible", *[""] * (before - 1), *possible, *["(read only)"] * 3])
    login = hashlib.sha1(b"Test Student_99999").hexdigest()  # app/models/course.rb
    nobody = Human("Test", "Student", login, "", 99_999, "")
    everybody = [*humans, nobody] if test_student else humans
    for human in sorted(everybody, key=lambda one: one.sortable):
        name = human.sortable if not human.sortable.startswith("=") else f'="{human.sortable}"'
        row = [human.last, human.first] if names_apart else [name]
        row += [str(human.user), *([human.sid] if sis else []), human.login]
        row += [""] if sis and integration else []
        rows.append([*row, human.section, *["" for _ in assignments], "", "0.00", "0.00"])
    return written(rows, delimiter, encoding)


def canvas_reads(rows):
    """lib/gradebook_importer.rb: what it takes from a gradebook: {number: {column: points}}.
    update_column_count, header?, process_student, process_submissions."""
    header = rows[0]
    assert (len(header) > 3 and "Student" in header[0] and "ID" in header[1]) or (
        "LastName" in header[0] and "FirstName" in header[1] and "ID" in header[2]
    )
    names = 4 if header[0] == "LastName" else 3
    columns = names
    if re.search(r"SIS\s+Login\s+ID", header[names - 1]):
        columns += 1
    elif re.search(r"SIS\s+User\s+ID", header[names - 1]):
        assert re.search(r"SIS\s+Login\s+ID", header[names])
        extra = 1 if re.search(r"Integration\s+ID", header[names + 1]) else 0
        columns += 2 + extra
    assert "Section" in header[columns - 1]
    skipped = re.compile("Current Score|Current Points|Current Grade|Final Score|Final Points")
    found = {}
    for row in rows[1:]:
        if "Points Possible" in row[0] or all(
            re.match(r"\s*(Muted|Manual Posting.*)?\s*$", cell) for cell in row if cell
        ):
            continue
        points = {
            name: cell for name, cell in zip(header[columns:], row[columns:])
            if not skipped.search(name)
        }  # fmt: skip
        found[row[names - 2]] = points
    return found


def canvas_takes_back(names, handed, anonymous=False, groups=()):
    """app/models/abstract_assignment.rb: infer_comment_context_from_filename. {file: person} of the
    files that are taken, by what Canvas knows of users and attachments."""
    known = {}
    for one in handed:
        for i, _ in enumerate(one.files):
            ident = one.human.anonymous if anonymous else str(one.human.user)
            known[ident, str(one.attachment + i)] = one.human
    found = {}
    for path in names:
        name = path.rpartition("/")[2]
        for group in groups:
            clean = re.sub(r"[^\w]", "", group.lower())
            if name.startswith(f"{clean}_"):
                name = name[len(clean) + 1 :]
                break
        parts = [part for part in name.split("_") if part != "LATE"]
        if parts[0] == "anon":
            pair = tuple(parts[1:3])
        else:
            pair = tuple([part for part in parts if re.fullmatch(r"\d+", part)][:2])
        if pair in known:
            found[path] = known[pair]
    return found


# --- Moodle: moodle/moodle


def clean_filename(name):
    """lib/moodlelib.php: clean_filename, clean_param(..., PARAM_FILE)."""
    name = "".join(c for c in name if unicodedata.category(c) != "Cc")
    name = re.sub(r"[&<>\"`|':\\/]", "", name)
    name = re.sub(r"\.\.+", "", name)
    return "" if name == "." else name


def moodle_prefix(human, assignment, blind=False, team=False):
    """mod/assign/classes/downloader.php: get_student_prefix. The numbers of groups are those of
    `mapped` under the group's name."""
    if team:
        if not human.group:
            return clean_filename("Default group")
        return clean_filename(human.group.replace("_", " ") + f"_{human.mapped[human.group]}")
    full = "Participant" if blind else human.full
    return clean_filename(full.replace("_", " ") + f"_{human.mapped[assignment]}")


def moodle_files(all_handed, assignment, blind=False, team=False, folders=True, slash=False):
    """mod/assign/classes/downloader.php: load_submissionplugin_filelist. slash: as before 4.1,
    with an underscore at the end of the folder's name."""
    found = {}
    for handed in all_handed:
        prefix = moodle_prefix(handed.human, assignment, blind, team)
        plugins = [("file", handed.files)]
        if handed.typed:  # mod/assign/submission/onlinetext/locallib.php: get_files
            page = (
                '<!DOCTYPE html><html><head><meta charset="UTF-8"></head><body>'
                f"{handed.typed}</body></html>"
            )
            plugins.append(("onlinetext", [("onlinetext.html", page.encode())]))
        for plugin, files in plugins:
            for name, content in files:
                where = clean_filename(f"{prefix}_assignsubmission_{plugin}")
                if folders:
                    found[f"{where}{'_' * slash}/{name}"] = content
                else:
                    found[clean_filename(f"{where}_{name}")] = content
    return found


def moodle_participants(humans, columns=("email",), delimiter=",", encoding="utf-8-sig", es=False):
    """user/action_redir.php and lib/classes/dataformat.php: the participants list; a CSV of Moodle
    begins with the mark of UTF-8."""
    words = {
        "first": "Nombre" if es else "First name", "last": "Apellido(s)" if es else "Last name",
        "email": "Dirección de correo" if es else "Email address",
        "sid": "Número de ID" if es else "ID number", "group": "Grupos" if es else "Groups",
        "login": "Nombre de usuario" if es else "Username",
    }  # fmt: skip
    names = ["first", "last", *columns]
    rows = [[words[name] for name in names]]
    rows += [[str(getattr(human, name)) for name in names] for human in humans]
    return written(rows, delimiter, encoding)


def moodle_worksheet(
    humans, assignment, blind=False, most=10, es=False, delimiter=",", granted=(), groups=False
):  # fmt: skip
    """mod/assign/gradingtable.php and mod/assign/feedback/offline: the grading worksheet.
    granted: {address: until when they may hand in}, as col_status writes it"""
    person = ["Nombre completo", "Dirección de correo"] if es else ["Full name", "Email address"]
    header = ["Identificador" if es else "Identifier", *([] if blind else person)]
    header += [("Grupo" if es else "Group")] if groups else []
    header += (
        ["Estado", "Calificación", "Calificación máxima", "La calificación puede ser cambiada",
         "Última modificación (entrega)", "Última modificación (calificación)",
         "Comentarios de retroalimentación"] if es else
        ["Status", "Grade", "Maximum grade", "Grade can be changed", "Last modified (submission)",
         "Last modified (grade)", "Feedback comments"]
    )  # fmt: skip
    rows = [header]
    for human in humans:
        word = "Participante" if es else "Participant"
        who = [] if blind else [human.full, human.email]
        when, status = "Monday, 2 November 2026, 10:00 AM", "Submitted for grading"
        if human.email in granted:
            said = "Plazo ampliado hasta" if es else "Extension granted until"
            status += f" - {said}: {granted[human.email]}"
        who += [human.group] if groups else []
        rows.append([f"{word} {human.mapped[assignment]}", *who, status, "",
                     f"{most:.2f}", "Yes", when, "-", ""])  # fmt: skip
    return written(rows, delimiter, "utf-8-sig")


def moodle_reads_worksheet(rows, humans, assignment):
    """mod/assign/feedback/offline/importgradeslib.php: init and next. {email: grade}"""
    header = rows[0]
    where = {name: header.index(name) for name in ("Identifier", "Grade", "Last modified (grade)")}
    mapped = {str(human.mapped[assignment]): human for human in humans}
    found = {}
    for row in rows[1:]:
        number = row[where["Identifier"]][len("Participant ") :]
        if number in mapped and row[where["Grade"]] != "":
            found[mapped[number].email] = row[where["Grade"]]
    return found


def moodle_takes_back(names, humans, assignment, team=False):
    """mod/assign/feedback/file/importziplib.php: is_valid_filename_for_import. {file: people}"""
    participants = {}
    for human in humans:
        number = human.mapped.get(human.group if team else assignment)
        participants.setdefault(str(number), []).append(human)
    found = {}
    for path in names:
        for part in path.split("/"):
            info = part.split("_", 4)
            if len(info) >= 4 and info[1] in participants and info[2] == "assignsubmission":
                found[path] = participants[info[1]]
                break
    return found


# --- Gradescope


def gradescope_files(all_handed, submission=500, root="assignment_1_export"):
    """The export of a programming assignment, as its users' tools read it: a folder for each
    submission, and who handed it in, in Ruby's YAML. all_handed: (people, Handed)"""
    lines, found = ["---"], {}
    for i, (people, handed) in enumerate(all_handed):
        folder = f"submission_{submission + i}"
        lines += [f"{folder}:", "  :submitters:"]
        for human in people:
            lines += [f"  - :name: {quoted(human.full)}", f"    :sid: {quoted(human.sid)}",
                      f"    :email: {quoted(human.email)}"]  # fmt: skip
        lines += ["  :created_at: 2026-11-02 10:00:00.000000000 Z", "  :score: 0.0",
                  "  :status: processed", "  :results: !ruby/hash:ActiveSupport",
                  "    output: x"]  # fmt: skip
        for name, content in handed.files:
            found[f"{root}/{folder}/{name}"] = content
    found[f"{root}/submission_metadata.yml"] = "\n".join([*lines, ""]).encode()
    return found


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


# --- all of them


def written(rows, delimiter=",", encoding="utf-8"):
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    return stream.getvalue().encode(encoding)


def zipped(path, files):
    """A zip of {name: content}, written to a path."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


FIRST = ["Ann", "José", "Zoë", "Li", "Mary Jane", "Ömer", "Nguyễn", "Jean-Luc", "D'Arcy", "李"]
LAST = [
    "Able",
    "García Márquez",
    "O'Brien",
    "van_Dyk",
    "Müller",
    "Smith",
    "Åberg",
    "Doe",
    "李",
    "Š",
]


def made_class(size=300, seed=7, assignments=("a", "b")):
    """A class with many equal names, accents in both forms, and names that end in numbers."""
    draw = random.Random(seed)
    mapped = {name: draw.sample(range(1000, 9000), size) for name in assignments}
    users = draw.sample(range(100, 9000), size)
    alphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    codes = set()
    while len(codes) < size:
        codes.add("".join(draw.choices(alphabet, k=5)))
    humans = []
    for i, code in zip(range(size), sorted(codes)):
        first, last = draw.choice(FIRST), draw.choice(LAST)
        form = draw.choice(["NFC", "NFD"])
        first, last = (unicodedata.normalize(form, one) for one in (first, last))
        if draw.random() < 0.05:
            last += f"_{users[i - 1]}"  # a name that ends in another's number
        human = Human(first, last, f"u{i:03d}", f"u{i:03d}@uni.edu", users[i], f"s{9000 + i}", code,
                      group=f"Team {i // 3}")  # fmt: skip
        human.mapped = {name: numbers[i] for name, numbers in mapped.items()}
        human.mapped[human.group] = 20 + i // 3
        humans.append(human)
    return humans
