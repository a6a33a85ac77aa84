"""A machine on which there is no edunn, such as Colab's: the notebook's first cell installs it."""

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
NAME = "03_linear"
RUN = """
import json, sys
import nbformat
from nbclient import NotebookClient

notebook = nbformat.read(sys.argv[1], as_version=4)
NotebookClient(notebook, timeout=120, kernel_name="python3", allow_errors=True).execute()
print(json.dumps([cell["outputs"] for cell in notebook["cells"]]))
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """A Python with all the packages of this one, but not edunn; %pip finds only the wheel."""
    folder = tmp_path_factory.mktemp("machine")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    wheel = [*pip, "wheel", "-q", "--no-deps", "-w", folder / "wheels", ROOT]
    subprocess.run(wheel, check=True, capture_output=True)
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    packages = Path(sysconfig.get_path("purelib", vars={"base": folder / "venv"}))
    (folder / "others").mkdir()
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        if "edunn" not in path.name and path.suffix != ".pth" and not path.name.startswith("pip"):
            (folder / "others" / path.name).symlink_to(path)
    (packages / "others.pth").write_text(str(folder / "others"))
    return folder / "venv" / "bin" / "python", folder / "wheels"


def run(python, folder, cells):
    """The outputs of these cells, each run to its end in a real kernel of the fresh machine."""
    released = json.loads((ROOT / "assignments" / NAME / f"{NAME}.ipynb").read_text("utf-8"))
    by_name = {cell["id"]: cell for cell in released["cells"]}
    released["cells"] = [by_name[name] for name in cells]
    path = folder / f"{NAME}.ipynb"
    path.write_text(json.dumps(released))
    program, wheels = python
    environment = {key: value for key, value in os.environ.items() if "PYTHON" not in key}
    environment |= {
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(wheels),
        "PIP_CONFIG_FILE": os.devnull,
    }
    ran = subprocess.run(
        [program, "-c", RUN, path], env=environment, cwd=folder, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def where_edunn_is(program):
    code = "import edunn; print(edunn.__file__)"
    ran = subprocess.run([program, "-I", "-c", code], capture_output=True, text=True)
    return ran.stdout.strip() or ran.stderr.splitlines()[-1]


def test_the_first_cell_installs_edunn_and_then_says_nothing(python, tmp_path):
    program, _ = python
    assert where_edunn_is(program) == "ModuleNotFoundError: No module named 'edunn'"
    setup, blank, check = run(python, tmp_path, ["setup", "linear", "linear-forward"])
    assert not [output for output in setup if output["output_type"] == "error"], setup
    assert blank == []
    (error,) = (output for output in check if output["output_type"] == "error")
    assert error["evalue"] == "Linear.forward: not written yet"
    assert Path(where_edunn_is(program)).is_relative_to(program.parent.parent)
    assert run(python, tmp_path, ["setup"]) == [[]]
