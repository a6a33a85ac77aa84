"""docs/make_site.py refuses what is not Pyodide's, and never replaces what is no site of its own.

What it builds is looked at in a browser: tests/course/test_site.py.
"""

import hashlib
import importlib.util
import io
import json
import shutil
import tarfile
import zipfile
from pathlib import Path

import pytest

PATH = Path(__file__).parent.parent / "docs" / "make_site.py"
LOCKED = {"numpy": ["libc"], "libc": [], "pandas": ["numpy"]}  # what each package needs


@pytest.fixture
def make(monkeypatch):
    """The script, for a small Pyodide: its folder is what `pyodide` makes."""
    spec = importlib.util.spec_from_file_location("make_site", PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "LOADED", ["NumPy"])
    return module


@pytest.fixture
def pyodide(make, tmp_path, monkeypatch):
    folder = tmp_path / "pyodide"
    folder.mkdir()
    packages = {}
    for name, depends in LOCKED.items():
        content = name.encode()
        (folder / f"{name}.whl").write_bytes(content)
        sha256 = hashlib.sha256(content).hexdigest()
        packages[name] = {"file_name": f"{name}.whl", "sha256": sha256, "depends": depends}
    lock = json.dumps({"info": {"version": "1"}, "packages": packages}).encode()
    (folder / make.LOCK).write_bytes(lock)
    monkeypatch.setattr(make, "CORE", {make.LOCK: hashlib.sha256(lock).hexdigest()})
    return folder


@pytest.fixture
def wheels(tmp_path):
    folder = tmp_path / "wheels"
    folder.mkdir()
    for name in ("tqdm-4.0", "edunn_course-0.1.0"):
        with zipfile.ZipFile(folder / f"{name}-py3-none-any.whl", "w") as wheel:
            wheel.writestr("a.py", "")
    return folder


def test_only_what_is_needed_is_taken_and_edunn_is_a_package(make, pyodide, wheels, tmp_path):
    out = tmp_path / "out"
    make.put_pyodide(pyodide, out, wheels)
    lock = json.loads((out / make.LOCK).read_text())
    assert lock["packages"].keys() == {"numpy", "libc", "tqdm", "edunn-course"}
    for entry in lock["packages"].values():
        content = (out / entry["file_name"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"]
    ours = lock["packages"]["edunn-course"]
    assert ours["imports"] == ["edunn"]
    assert ours["depends"] == ["numpy", "matplotlib", "tqdm"]


def test_a_changed_edunn_has_another_name(make, pyodide, wheels, tmp_path):
    """So that a browser never takes the one in its cache for the one in the lock file."""
    names = set()
    for text in ("a = 1", "a = 2"):
        with zipfile.ZipFile(wheels / "edunn_course-0.1.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr("a.py", text)
        make.put_pyodide(pyodide, tmp_path / text, wheels)
        names |= {path.name for path in (tmp_path / text).glob("edunn_course-*.whl")}
    assert len(names) == 2


@pytest.mark.parametrize("name", ["numpy.whl", "pyodide-lock.json"])
def test_what_is_not_pyodides_is_refused(make, pyodide, wheels, tmp_path, name):
    (pyodide / name).write_bytes(b"another")
    with pytest.raises(make.SiteError, match=f"{name} has sha256 .*, not "):
        make.put_pyodide(pyodide, tmp_path / "out", wheels)


def test_what_is_missing_is_named(make, pyodide, wheels, tmp_path):
    (pyodide / "libc.whl").unlink()
    with pytest.raises(make.SiteError, match=r"libc\.whl is not in "):
        make.put_pyodide(pyodide, tmp_path / "out", wheels)


def test_a_folder_that_is_not_pyodide_is_refused(make, tmp_path, monkeypatch):
    monkeypatch.setenv("EDUNN_PYODIDE", str(tmp_path))
    with pytest.raises(make.SiteError, match="EDUNN_PYODIDE names .*no pyodide-lock.json in it"):
        make.pyodide()


def test_without_npm_it_says_what_to_do(make, tmp_path, monkeypatch):
    monkeypatch.delenv("EDUNN_PYODIDE", raising=False)
    monkeypatch.setattr(make, "FETCHED", tmp_path / "build" / "pyodide")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(make.SiteError, match="npm, which is not here, or from EDUNN_PYODIDE"):
        make.pyodide()


def test_what_is_no_site_is_not_replaced(make, tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(make.SiteError, match="is no earlier site: name another folder"):
        make.build(tmp_path)
    assert (tmp_path / "thesis.tex").read_text() == "years of work"


def test_a_program_that_fails_is_told_with_what_it_said(make):
    with pytest.raises(make.SiteError, match=r"ended with 3:\nno such thing"):
        make.run("sh", "-c", "echo no such thing; exit 3")


@pytest.fixture
def npm(make, tmp_path, monkeypatch):
    """A package of KaTeX's, as npm would fetch it."""
    monkeypatch.setattr(make, "FORMULAS", tmp_path / "build" / "katex")
    monkeypatch.setattr(shutil, "which", lambda name: name)

    def pack(*command, cwd):
        with tarfile.open(cwd / f"katex-{make.KATEX}.tgz", "w:gz") as package:
            for name in ("LICENSE", "dist/katex.min.js", "dist/katex.js", "dist/fonts/A.woff2"):
                entry = tarfile.TarInfo(f"package/{name}")
                package.addfile(entry, io.BytesIO())
        sha256 = hashlib.sha256((cwd / f"katex-{make.KATEX}.tgz").read_bytes()).hexdigest()
        monkeypatch.setattr(make, "KATEX_SHA256", sha256)

    monkeypatch.setattr(make, "run", pack)
    return make


def test_of_katex_what_a_page_loads_is_taken(npm):
    folder = npm.katex()
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert there == {"LICENSE", "katex.min.js", "fonts/A.woff2"}


def test_another_katex_is_refused(npm, monkeypatch):
    pack = npm.run
    monkeypatch.setattr(
        npm, "run", lambda *words, cwd: (pack(cwd=cwd), setattr(npm, "KATEX_SHA256", "0"))
    )
    with pytest.raises(npm.SiteError, match=r"katex-.*\.tgz has sha256 .*, not 0"):
        npm.katex()
    assert not npm.FORMULAS.exists()


def test_without_npm_katex_is_missed(make, tmp_path, monkeypatch):
    monkeypatch.setattr(make, "FORMULAS", tmp_path / "build" / "katex")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(make.SiteError, match="KaTeX comes from npm, which is not here"):
        make.katex()
