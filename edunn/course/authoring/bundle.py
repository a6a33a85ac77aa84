"""What an instructor hands out: the notebooks, edunn as a wheel, and a page on how to begin.

It is a folder, to be a repository for nbgitpuller or Colab, and a zip of the same. It needs nothing
but Python: the wheel is made here of the edunn that runs.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import tomllib
import zipfile
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path
from string import Template
from typing import Any, NamedTuple

import nbformat

import edunn
from edunn.course.authoring.build import no_solution_left
from edunn.course.authoring.edited import not_edited
from edunn.course.errors import CourseError
from edunn.course.notebooks.addresses import folder_on_the_web, with_addresses
from edunn.course.notebooks.layout import Course
from edunn.files import write_whole, zipped

PROJECT = "edunn-course"
README = Path(__file__).with_name("templates") / "bundle.md"
LIST = ".bundle.json"  # {file: sha256} of what was written, so that it may be replaced
LEFT_OUT = "__pycache__", "course/assignments", "course/authoring/templates"  # for authors alone
EXTRA, NAME = re.compile(r"extra == '([\w-]+)'"), re.compile(r"[\w.-]+")


class Bundle(NamedTuple):
    """The folder and the zip that were written, how many notebooks are in them, what was proved,
    and the files of the folder that are not of this bundle: they are not in the zip, but whoever is
    given the folder gets them."""

    folder: Path
    zip: Path
    notebooks: int
    proofs: list[str]
    others: list[str]


def write_bundle(
    course: Course, folder: Path, names: Iterable[str] = (), address: str = ""
) -> Bundle:
    """Write the bundle of some exercises, by default all, to a folder and to a zip beside it.

    address: where the folder will be on the web; notebooks then install edunn from there
    Raises CourseError where a notebook is not as it was built, where a solution would be given
    away, where the folder is one of the course's own or has files that are not of an earlier
    bundle, and where nothing can be installed from the address.
    """
    folder = folder.resolve()  # "." has no name
    _is_apart(course, folder)
    address = folder_on_the_web(address) if address else ""
    wheel, content = _made_wheel()
    files = {wheel: content, "requirements.txt": f"./{wheel}[student]\njupyterlab>=4\n".encode()}
    names = course.full_names(names)
    for name in names:
        not_edited(course, name)
        for path in (course.built_path(name), *course.translated_paths(name)):
            inside = path.relative_to(course.root / "assignments").as_posix()
            files[inside] = _handed_out(path, inside, address, wheel)
    first = next(inside for inside in files if inside.endswith(".ipynb"))
    count = f"{len(names)} exercises" if len(names) > 1 else "1 exercise"
    about = {"first": first, "count": count, "wheel": wheel}
    page = Template(README.read_text(encoding="utf-8")).substitute(about)
    files["README.md"] = page.encode()
    proofs = [_gives_nothing_away(course, files), _holds_only_edunn(content)]
    zip_path = folder.with_name(f"{folder.name}.zip")
    _may_be_written(folder, files)
    for inside, content in files.items():
        write_whole(folder / inside, content)
    digests = {inside: _sha256(content) for inside, content in files.items()}
    write_whole(folder / LIST, json.dumps(digests, indent=1, sort_keys=True) + "\n")
    write_whole(zip_path, zipped({f"{folder.name}/{path}": files[path] for path in sorted(files)}))
    notebooks = sum(inside.endswith(".ipynb") for inside in files)
    return Bundle(folder, zip_path, notebooks, proofs, _others(folder, files))


def _is_apart(course: Course, folder: Path) -> None:
    """CourseError where a folder is one of the course's own, or has the course in it: students
    would be given what else is there."""
    root = course.root.resolve()
    own = [root / name for name in ("solutions", "autograder", "assignments")]
    if root.is_relative_to(folder) or any(folder.is_relative_to(one) for one in own):
        what = "holds the course itself" if root.is_relative_to(folder) else "is of the course"
        raise CourseError(f"{folder} {what}: choose a folder for students alone, such as handout")
    if (folder / "gradebook.db").exists():
        raise CourseError(f"{folder} holds grades: choose a folder for students alone")


def _others(folder: Path, files: Mapping[str, bytes]) -> list[str]:
    """The files of a folder that this bundle did not write, but for those of git."""
    found = (path.relative_to(folder) for path in sorted(folder.rglob("*")) if path.is_file())
    known = {*files, LIST}
    return [str(one) for one in found if one.as_posix() not in known and one.parts[0] != ".git"]


def _made_wheel() -> tuple[str, bytes]:
    """The name and the bytes of a wheel of the edunn that runs, without notebooks.

    https://packaging.python.org/en/latest/specifications/binary-distribution-format/
    """
    about = metadata.distribution(PROJECT)
    _is_up_to_date(about)
    stem = f"{PROJECT.replace('-', '_')}-{about.version}"
    package = Path(edunn.__file__).parent
    files = {
        path.relative_to(package.parent).as_posix(): path.read_bytes()
        for path in sorted(package.rglob("*"))
        if path.is_file() and not any(part in path.as_posix() for part in LEFT_OUT)
    }
    kind = "Wheel-Version: 1.0\nGenerator: edunn\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    told = {"WHEEL": kind}
    for name in ("METADATA", "entry_points.txt", "licenses/LICENSE"):
        told[name] = about.read_text(name) or ""
    files |= {f"{stem}.dist-info/{name}": text.encode() for name, text in told.items()}
    record = f"{stem}.dist-info/RECORD"
    lines = [f"{inside},sha256={_digest(data)},{len(data)}" for inside, data in files.items()]
    files[record] = "\n".join([*lines, f"{record},,", ""]).encode()
    return f"{stem}-py3-none-any.whl", zipped(files)


def _is_up_to_date(about: metadata.Distribution) -> None:
    """CourseError where edunn runs from a checkout whose pyproject.toml has changed since it was
    installed: the wheel would ask for other packages."""
    path = Path(edunn.__file__).parents[1] / "pyproject.toml"
    if not path.exists():
        return
    project = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
    wanted = {("", one) for one in project["dependencies"]}
    for extra, needed in project["optional-dependencies"].items():
        wanted |= {(extra, one) for one in needed if not one.startswith(PROJECT)}
    installed = {
        (of.group(1) if (of := EXTRA.search(line)) else "", NAME.match(line)[0])  # type: ignore[index]
        for line in about.requires or []
    }
    missing = {(extra, NAME.match(one)[0]) for extra, one in wanted} - installed  # type: ignore[index]
    if missing or about.version != project["version"]:
        raise CourseError(
            f"edunn was installed before {path} was changed: pip install -e {path.parent}"
        )


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")


def _handed_out(path: Path, inside: str, address: str, wheel: str) -> bytes:
    """A released notebook, byte for byte; with an address, as it finds edunn there."""
    content = path.read_bytes()
    if not address:
        return content
    notebook = nbformat.reads(content.decode(), as_version=4)
    return (nbformat.writes(with_addresses(notebook, inside, address, wheel)) + "\n").encode()


def _gives_nothing_away(course: Course, files: Mapping[str, bytes]) -> str:
    """Prove that no notebook has a line of a solution, and that all else is known."""
    for inside, content in files.items():
        if inside.endswith(".ipynb"):
            blank: Any = nbformat.reads(content.decode(), as_version=4)
            no_solution_left(course.solution(Path(inside).stem), blank)
    notebooks = sum(inside.endswith(".ipynb") for inside in files)
    return f"none of the {notebooks} notebooks has a line of a solution"


def _holds_only_edunn(wheel: bytes) -> str:
    """Prove that the wheel holds the library and nothing of a course."""
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        names = archive.namelist()
    odd = [name for name in names if not name.startswith(("edunn/", "edunn_course-"))]
    odd += [name for name in names if name.endswith(".ipynb")]
    if odd:
        raise CourseError(f"the wheel would hold {odd[0]}, which is not of edunn")
    return f"the wheel holds the {len(names)} files of edunn, and none of a course"


def _may_be_written(folder: Path, files: Mapping[str, bytes]) -> None:
    """CourseError where a file in the folder would be replaced that an earlier bundle did not
    write, or that was changed since."""
    before: dict[str, str] = {}
    if (folder / LIST).exists():
        before = json.loads((folder / LIST).read_text(encoding="utf-8"))
    for inside, content in files.items():
        path = folder / inside
        there = path.read_bytes() if path.is_file() else content
        if there not in (content, b"") and _sha256(there) != before.get(inside):
            raise CourseError(
                f"{path} is there already, and not as an earlier bundle wrote it: nothing was "
                "written. Move it away, or take another folder"
            )


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
