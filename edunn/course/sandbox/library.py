"""The library that students' code runs with: a copy of edunn without the exercise's reference, and
the files that Python needs."""

from __future__ import annotations

import ast
import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

import edunn
from edunn.course.student.package import PACKAGE, START
from edunn.course.text import WITHHELD

WORKER_FILES = {  # all that students' code has of edunn.course
    "": ("__init__.py", "text.py"),
    "student": ("__init__.py", "ipython_hooks.py", "package.py", "restrict.py"),
    "sandbox": ("__init__.py", "lockdown.py", "protocol.py", "shutting.py", "worker.py"),
}
PREFIX, OWNER = "edunn-library-", "owner"
KEPT = ("__init__", "__repr__")  # methods that give nothing away


class Library:
    """A copy of edunn for workers, in a temporary folder, without the classes that are closed."""

    def __init__(self, closed: list[str]):
        _sweep()
        self.root = Path(tempfile.mkdtemp(prefix=PREFIX))  # also of workers' own folders
        self.owner = (self.root / OWNER).open("w")  # locked until this process ends, however
        fcntl.flock(self.owner, fcntl.LOCK_EX)
        self.folder = self.root / "path"
        source, package = Path(edunn.__file__).parent, self.folder / "edunn"
        shutil.copytree(source, package, ignore=shutil.ignore_patterns("course", "__pycache__"))
        for folder, names in WORKER_FILES.items():
            (package / "course" / folder).mkdir(parents=True)
            for name in names:
                shutil.copy(source / "course" / folder / name, package / "course" / folder / name)
        for path in package.rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            cut = _without_reference(text, set(closed))
            if cut != text:
                path.write_text(cut, encoding="utf-8")
        own = self.folder / PACKAGE  # that of a student who has kept nothing yet
        own.mkdir()
        (own / "__init__.py").write_text(START, encoding="utf-8")
        for path in (self.root, self.folder, *self.folder.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        self.readable = [str(self.folder), *_python_files()]
        self.warm_up()

    def warm_up(self) -> None:
        """Compile once for all workers, and let matplotlib look for fonts once."""
        code = "import matplotlib.pyplot; import edunn"
        command = [
            sys.executable,
            "-I",
            "-c",
            f"import sys; sys.path.insert(0, sys.argv[1]); {code}",
        ]
        subprocess.run(
            [*command, str(self.folder)], env=self.environment("/"), check=True,
            capture_output=True, umask=0o022,  # workers are other users
        )  # fmt: skip

    def environment(self, home: str) -> dict[str, str]:
        """The environment variables of a worker. home: its private folder"""
        return {
            "PATH": "/usr/bin:/bin",
            "HOME": home,
            "USER": "student",
            "LANG": "C.UTF-8",
            "MPLBACKEND": "Agg",
            "MPLCONFIGDIR": str(self.folder / "matplotlib"),
            "IPYTHONDIR": home,
            "OPENBLAS_NUM_THREADS": "1",
            "PYTHONHASHSEED": "0",
        }

    def __getstate__(self) -> dict[str, object]:
        """What another process gets of it: all but the lock, as it does not own the folder."""
        return {name: value for name, value in vars(self).items() if name != "owner"}

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *error: object) -> None:
        self.remove()

    def remove(self) -> None:
        """Remove the copy, and all that workers have left in their folders beside it."""
        _remove(self.root)
        if "owner" in vars(self):
            self.owner.close()


def _remove(root: Path) -> None:
    gone = root.with_suffix(".gone")
    with contextlib.suppress(OSError):  # another name first: nothing new can come into it
        root.rename(gone)
    for path in gone.glob("workers-*/matplotlib"):
        path.chmod(0o755)  # else what is in it cannot be removed
    shutil.rmtree(gone, ignore_errors=True)


def _sweep() -> None:
    """Remove the libraries in the temporary folder whose processes were killed before they could:
    nobody holds their lock any more."""
    for owner in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/{OWNER}"):
        with contextlib.suppress(OSError):  # somebody else's, or gone in the meantime
            if owner.parent.lstat().st_uid == os.geteuid() and not owner.parent.is_symlink():
                with owner.open("r+") as lock:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    _remove(owner.parent)


def _without_reference(source: str, closed: set[str]) -> str:
    """The source without the bodies of the closed functions, and of the methods of the closed
    classes, except their constructors."""
    tree = ast.parse(source)
    kinds = ast.ClassDef, ast.FunctionDef
    found = [node for node in tree.body if isinstance(node, kinds) and node.name in closed]
    for one in found:
        inside = one.body if isinstance(one, ast.ClassDef) else [one]
        for function in inside:
            if isinstance(function, ast.FunctionDef) and function.name not in KEPT:
                name = one.name if function is one else f"{one.name}.{function.name}"
                text = f"{name}: {WITHHELD}"
                function.body = ast.parse(f"raise NotImplementedError({text!r})").body
    return ast.unparse(tree) if found else source


def _python_files() -> list[str]:
    """The files and folders that Python needs: its own, those of packages, shared libraries; but no
    other copy of edunn."""
    found = ["/dev/null", "/dev/zero", "/dev/random", "/dev/urandom", "/etc/ld.so.cache"]
    found += ["/usr/share/zoneinfo", "/usr/share/fonts", "/etc/localtime"]
    folders = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    folders |= {str(Path(prefix) / "lib") for prefix in (sys.base_prefix, sys.exec_prefix, "/usr")}
    folders |= {"/lib", "/lib64", "/usr/lib64"}
    whole = {Path(folder).resolve() for folder in folders if Path(folder).is_dir()}
    outermost = sorted(folder for folder in whole if whole.isdisjoint(folder.parents))
    return found + [str(path) for folder in outermost for path in _without_edunn(folder)]


def _without_edunn(folder: Path) -> list[Path]:
    """A folder of Python's; or, where a copy of edunn is in it, everything in it but that copy."""
    parts, whole = [], True
    for path in folder.iterdir():
        if path.name.startswith(("edunn", "__editable__", "_editable")):
            whole = False
        elif path.name.startswith("python") or path.name.endswith("-packages"):
            inside = _without_edunn(path) if path.is_dir() and not path.is_symlink() else [path]
            whole = whole and inside == [path]
            parts += inside
        else:
            parts.append(path)
    return [folder] if whole else parts
