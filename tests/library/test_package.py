"""What is installed: the library and its data, and nothing that gives answers away."""

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
ALONE = """
import sys

class Refused:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"nbgrader", "jupytext", "click", "rich", "IPython", "scipy"}:
            raise ImportError(f"{name} is not there for those who install the library alone")

sys.meta_path.insert(0, Refused())
sys.path.insert(0, sys.argv[1])
import numpy as np
import edunn as nn

assert nn.__file__.startswith(sys.argv[1]), nn.__file__
x, y = nn.datasets.load_digits()
model = nn.Sequential(nn.Dense(64, 16, "relu"), nn.Dense(16, 10))
nn.check_gradients(model, x[:4])
history = nn.fit(model, x, y, nn.CrossEntropyLoss(), nn.Adam(model.parameters(), lr=0.005),
                 epochs=5, progress=False)
print(history["loss"][0], history["loss"][-1], nn.accuracy(model.forward(x), y))
"""


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
    assert "edunn/course/reporting/templates/feedback.html" in names
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
    """Unpacked alone, with only what the library itself needs: it trains, and checks gradients."""
    zipfile.ZipFile(wheel).extractall(tmp_path)
    script = tmp_path / "alone.py"
    script.write_text(ALONE)
    command = [sys.executable, "-I", script, tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    first_loss, last_loss, right = map(float, done.stdout.split())
    assert last_loss < 0.5 * first_loss
    assert right > 0.9


def test_nothing_tells_people_to_install_another_project():
    """`edunn` on the package index is somebody else's."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert config["project"]["name"] == "edunn-course"
    wanted = "pip install " + "edunn"
    for path in [ROOT / "README.md", *(ROOT / "edunn").rglob("*.py"), *ROOT.glob("solutions/*.py")]:
        assert wanted not in path.read_text(encoding="utf-8")
