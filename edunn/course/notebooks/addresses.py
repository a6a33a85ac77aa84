"""Where a notebook that was handed out finds edunn and opens itself on a fresh machine, as Colab's.

They are the only things in which it differs from the release, and no student has written them.
"""

from __future__ import annotations

import copy
import re
from typing import Any

GITHUB = re.compile(  # (owner, repository, branch with folder)
    r"https://(?:raw\.githubusercontent|github)\.com/([\w.-]+)/([\w.-]+)/(?:(?:raw|blob|tree)/)?(.+)"
)
COLAB = "https://colab.research.google.com/"
INSTALLS = "install --quiet edunn-course"  # as released
INSTALL = re.compile(r'(?<="pip", ")install --quiet [^"\s]+(?=")')
BADGE = re.compile(
    rf"^\[!\[Open in Colab\]\({COLAB}assets/colab-badge\.svg\)\]\({COLAB}[\w./%-]+\)\n\n"
)


def with_addresses(notebook: Any, path: str, folder: str, wheel: str) -> Any:
    """A copy of a released notebook that installs the wheel from a folder on the web, with a badge
    that opens it in Colab where that folder is one of GitHub.

    path: of the notebook in the folder    folder: its address, without a / at the end
    """
    made = copy.deepcopy(notebook)
    for cell in made["cells"]:
        cell["source"] = cell["source"].replace(INSTALLS, f"install --quiet {folder}/{wheel}")
    if where := GITHUB.fullmatch(folder):
        owner, repository, branch = where.groups()
        address = f"{COLAB}github/{owner}/{repository}/blob/{branch}/{path}"
        badge = f"[![Open in Colab]({COLAB}assets/colab-badge.svg)]({address})"
        made["cells"][0]["source"] = f"{badge}\n\n{made['cells'][0]['source']}"
    return made


def without_addresses(source: str) -> str:
    """The source of a cell as it was released, whatever addresses were put into it."""
    return INSTALL.sub(INSTALLS, BADGE.sub("", source))
