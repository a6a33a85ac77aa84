"""Where a notebook that was handed out finds edunn and opens itself on a fresh machine, as Colab's.

They are the only things in which it differs from the release, and no student has written them.
"""

from __future__ import annotations

import copy
import re
from typing import Any

from edunn.course.errors import CourseError

# (owner, repository, branch with folder): the two forms that give a file, and not a page about it
# (https://github.com/isaacs/github/issues/1920)
GITHUB = re.compile(
    r"https://(?:raw\.githubusercontent\.com/([\w.-]+/[\w.-]+)|github\.com/([\w.-]+/[\w.-]+)/raw)"
    r"/([\w./%-]+)"
)
OF_GITHUB = re.compile(r"https?://(?:www\.|raw\.)?github(?:usercontent)?\.com\b", re.IGNORECASE)
RELEASE = re.compile(r"https://github\.com/[\w.-]+/[\w.-]+/releases/download/[\w.%-]+")
FOLDER = re.compile(r"https?://[\w.-]*\w(?::\d+)?(?:/[^\s\"'\\?#]*)?")
COLAB = "https://colab.research.google.com/"
INSTALLS = "install --quiet edunn-course"  # as released
INSTALL = re.compile(r'(?<="pip", ")install --quiet [^"\s]+(?=")')
BADGE = re.compile(
    rf"^\[!\[Open in Colab\]\({COLAB}assets/colab-badge\.svg\)\]\({COLAB}[\w./%-]+\)\n\n"
)


def folder_on_the_web(address: str) -> str:
    """An address without a / at its end; CourseError where notebooks could not install a wheel from
    there: what is no address, and pages of GitHub about a folder."""
    folder = address.rstrip("/")
    if not FOLDER.fullmatch(folder):
        raise CourseError(
            f"{address!r} is no address of a folder: write such as https://course.example.org/edunn"
        )
    gives_files = GITHUB.fullmatch(folder) or RELEASE.fullmatch(folder)
    if OF_GITHUB.match(folder) and not gives_files:
        raise CourseError(
            f"{address} gives no files: write https://github.com/ME/COURSE/raw/main, and the "
            "folder behind it, if there is one"
        )
    return folder


def with_addresses(notebook: Any, path: str, folder: str, wheel: str) -> Any:
    """A copy of a released notebook that installs the wheel from a folder on the web, with a badge
    that opens it in Colab where that folder is one of GitHub.

    path: of the notebook in the folder    folder: its address, without a / at the end
    """
    made = copy.deepcopy(notebook)
    for cell in made["cells"]:
        cell["source"] = cell["source"].replace(INSTALLS, f"install --quiet {folder}/{wheel}")
    if where := GITHUB.fullmatch(folder):
        address = f"{COLAB}github/{where[1] or where[2]}/blob/{where[3]}/{path}"
        badge = f"[![Open in Colab]({COLAB}assets/colab-badge.svg)]({address})"
        made["cells"][0]["source"] = f"{badge}\n\n{made['cells'][0]['source']}"
    return made


def without_addresses(source: str) -> str:
    """The source of a cell as it was released, whatever addresses were put into it."""
    return INSTALL.sub(INSTALLS, BADGE.sub("", source))
