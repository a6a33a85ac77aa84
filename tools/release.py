"""Make a release and check it, up to publishing, which is left to a person: make release

python tools/release.py REPOSITORY [OUT]     (OUT is dist/ by default)

REPOSITORY is where the code is on the web, such as https://github.com/ME/edunn. The package index
shows the README on a page of its own, where a link to docs/ leads nowhere: in the release, links
and pictures lead to REPOSITORY, at the version's tag. What is released is what is committed.

The sdist is built first and the wheel from it. Then, in a new environment with nothing else in it:
the wheel is installed, edunn trains and checks a layer, and says its commands; and the index's own
check looks at the README (twine). See https://packaging.python.org/en/latest/tutorials/packaging-projects/.
"""

import email
import email.message
import hashlib
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
LINK = re.compile(r"(!?)\[((?:[^\[\]]|!\[[^\]]*\]\([^)]*\))*)\]\((?!https?://|#)([^)\s]+)\)")
IN_WHEEL = (
    "edunn/py.typed", "edunn/datasets/SOURCES.md", "edunn/checking/messages.json",
    "edunn/course/assignments/03_linear/03_linear.ipynb", ".dist-info/licenses/LICENSE",
)  # fmt: skip
NEVER = "solutions", "autograder", "tests", "benchmarks", ".ci"  # at the top of what is released
TRY = """
import numpy as np
import edunn as nn
assert nn.check_gradients(nn.Linear(3, 2), np.ones((4, 3)))
x, y = nn.datasets.load_digits()
print(nn.__version__)
"""


class ReleaseError(Exception):
    """Something is not ready; the message says what."""


def with_addresses(readme: str, repository: str, tag: str) -> str:
    """The README with its links and pictures leading to the repository, at this tag."""

    def link(match: re.Match[str]) -> str:
        kind = "raw" if match[1] else "blob"
        return f"{match[1]}[{match[2]}]({repository}/{kind}/{tag}/{match[3]})"

    return LINK.sub(link, readme)


def prepare(tree: Path, repository: str) -> str:
    """Make a copy of the repository ready to be built from; its version. Raises ReleaseError."""
    if not re.fullmatch(r"https://[\w.-]+(/[\w.-]+)+", repository):
        raise ReleaseError(f"{repository!r} is no address such as https://github.com/ME/edunn")
    settings = tree / "pyproject.toml"
    project = tomllib.loads(settings.read_text(encoding="utf-8"))["project"]
    version, tag = project["version"], f"v{project['version']}"
    code = (tree / "edunn" / "__init__.py").read_text(encoding="utf-8")
    if f'__version__ = "{version}"' not in code:
        raise ReleaseError(f"pyproject.toml says version {version}, edunn/__init__.py another")
    first = re.search("^## (.*)$", (tree / "CHANGELOG.md").read_text(encoding="utf-8"), re.M)
    if first is None or first[1].split()[0] != version:
        told = first[1] if first else "nothing"
        raise ReleaseError(f"CHANGELOG.md begins with {told!r}, not with version {version}")
    readme = tree / "README.md"
    readme.write_text(with_addresses(readme.read_text("utf-8"), repository, tag), "utf-8")
    if "urls" not in project:
        urls = {
            "Source": repository,
            "Documentation": f"{repository}/blob/{tag}/docs/start.md",
            "Changelog": f"{repository}/blob/{tag}/CHANGELOG.md",
        }
        lines = "".join(f'{name} = "{address}"\n' for name, address in urls.items())
        with settings.open("a", encoding="utf-8") as file:
            file.write(f"\n[project.urls]\n{lines}")
    return version


def look_into(wheel: Path, sdist: Path) -> None:
    """Whether all is in both files that belongs there, and nothing else."""
    with zipfile.ZipFile(wheel) as files:
        names = files.namelist()
        about = next(name for name in names if name.endswith(".dist-info/METADATA"))
        metadata = email.message_from_bytes(files.read(about))
    for name in IN_WHEEL:
        if not any(one == name or one.endswith(name) for one in names):
            raise ReleaseError(f"{wheel.name} has no {name}")
    with tarfile.open(sdist) as files:
        inside = [name.partition("/")[2] for name in files.getnames()]
    for name in [*names, *inside]:
        if name.partition("/")[0] in NEVER:
            raise ReleaseError(f"{name} would be released")
    for field in ("Project-URL", "License-Expression", "License-File"):
        if not metadata[field]:
            raise ReleaseError(f"{wheel.name} has no {field}")
    if lost := LINK.search(str(metadata.get_payload())):
        raise ReleaseError(f"the README leads nowhere on the index: {lost[0]}")


def try_out(wheel: Path, sdist: Path, folder: Path) -> None:
    """The wheel in an environment of its own, and the index's own look at both files."""
    fresh = new_environment(folder / "fresh")
    run(fresh, "-m", "pip", "install", "--quiet", f"{wheel}[student]", cwd=folder)
    version = run(fresh, "-I", "-c", TRY, cwd=folder).strip()
    if f"-{version}-" not in wheel.name:
        raise ReleaseError(f"{wheel.name} says that it is {version}")
    run(fresh.parent / "edunn", "--help", cwd=folder)
    run(fresh, "-m", "pip", "install", "--quiet", "twine", cwd=folder)
    run(fresh, "-m", "twine", "check", "--strict", wheel, sdist, cwd=folder)


def new_environment(folder: Path) -> Path:
    """The Python of a new virtual environment."""
    venv.create(folder, with_pip=True)
    return folder / ("Scripts" if os.name == "nt" else "bin") / "python"


def run(*command: object, cwd: Path) -> str:
    """What a program says; where it fails, that is the error."""
    words = [str(word) for word in command]
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(words, cwd=cwd, env=environment, capture_output=True, text=True)
    if done.returncode:
        said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-20:])
        raise ReleaseError(f"{' '.join(words[:4])} ... ended with {done.returncode}:\n{said}")
    return done.stdout


def committed(folder: Path) -> Path:
    """A copy of what is committed; refused where files have changed since."""
    if changed := run("git", "status", "--porcelain", cwd=ROOT).strip():
        raise ReleaseError(f"commit or stash first:\n{changed}")
    run("git", "archive", "--format=tar", "-o", folder / "tree.tar", "HEAD", cwd=ROOT)
    with tarfile.open(folder / "tree.tar") as files:
        files.extractall(folder / "tree", filter="data")
    return folder / "tree"


def release(tree: Path, repository: str, out: Path) -> tuple[Path, Path]:
    """(wheel, sdist) of a copy of the repository, checked, in the folder `out`."""
    prepare(tree, repository)
    with tempfile.TemporaryDirectory() as made:
        builder = new_environment(Path(made, "builder"))
        run(builder, "-m", "pip", "install", "--quiet", "build", cwd=tree)
        run(builder, "-m", "build", "--outdir", out, cwd=tree)  # the wheel from the sdist
        (wheel,), (sdist,) = out.glob("*.whl"), out.glob("*.tar.gz")
        look_into(wheel, sdist)
        try_out(wheel, sdist, Path(made))
    return wheel, sdist


def main(repository: str, out: Path) -> None:
    if out.exists() and any(out.iterdir()):
        raise ReleaseError(f"{out} has files in it: move them away first")
    with tempfile.TemporaryDirectory() as made:
        files = release(committed(Path(made)), repository.rstrip("/"), out)
    for path in files:
        print(f"{path}  sha256 {hashlib.sha256(path.read_bytes()).hexdigest()}")
    version = files[0].name.split("-")[1]
    print(f"checked, and not published. If it is to be: git tag v{version}, push the tag, and")
    print(f"    python -m twine upload {' '.join(map(str, files))}")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3) or sys.argv[1].startswith("-"):
        raise SystemExit("release: say where the code is on the web: make release REPOSITORY=...")
    try:
        main(sys.argv[1], Path(sys.argv[2] if len(sys.argv) > 2 else ROOT / "dist").resolve())
    except ReleaseError as error:
        raise SystemExit(f"release: {error}") from None
