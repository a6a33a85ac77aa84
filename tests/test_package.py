"""What is installed: the library and its data, and nothing that gives answers away."""

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, ROOT]
    subprocess.run([*command, "--disable-pip-version-check"], check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return path


def test_the_wheel_holds_the_library_and_its_data(wheel):
    assert wheel.name.startswith("edunn_course-")
    names = zipfile.ZipFile(wheel).namelist()
    assert {"edunn/core.py", "edunn/datasets/digits.npz", "edunn/datasets/SOURCES.md"} <= set(names)
    assert "edunn/course/templates/feedback.html" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_wheel_gives_nothing_away(wheel):
    archive = zipfile.ZipFile(wheel)
    for name in archive.namelist():
        assert name.startswith(("edunn/", "edunn_course-"))
        assert not name.startswith(("edunn/solutions", "edunn/autograder"))
        if name.endswith(".py"):
            text = archive.read(name).decode()
            assert "WRONG_ANSWERS = " not in text
            assert "CASES = " not in text


def test_the_wheel_works_by_itself(wheel, tmp_path):
    """Unpacked alone, with only NumPy and tqdm to import: it trains, and checks gradients."""
    zipfile.ZipFile(wheel).extractall(tmp_path)
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import numpy as np, edunn as nn; "
        "assert nn.__file__.startswith(sys.argv[1]); "
        "x, y = nn.datasets.load_digits(); nn.check_gradients(nn.Linear(3, 2), np.ones((4, 3)))"
    )
    subprocess.run([sys.executable, "-I", "-c", code, str(tmp_path)], check=True)


def test_nothing_tells_people_to_install_another_project():
    """`edunn` on the package index is somebody else's."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert config["project"]["name"] == "edunn-course"
    wanted = "pip install " + "edunn"
    for path in [ROOT / "README.md", *(ROOT / "edunn").rglob("*.py"), *ROOT.glob("solutions/*.py")]:
        assert wanted not in path.read_text(encoding="utf-8")
