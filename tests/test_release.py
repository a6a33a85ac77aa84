"""tools/release.py: a release is whole, and its links lead somewhere; nothing is published."""

import re
import shutil
import tarfile
import zipfile
from pathlib import Path

import pytest

import release  # of tools/

ROOT = Path(__file__).parent.parent
HOME = "https://example.org/me/edunn"


@pytest.fixture
def tree(tmp_path):
    """A copy of what is released, with a changelog that is ready."""
    for name in ("edunn", "assignments"):
        left_out = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, tmp_path / "tree" / name, ignore=left_out)
    for name in ("README.md", "LICENSE", "pyproject.toml", "CHANGELOG.md"):
        shutil.copy(ROOT / name, tmp_path / "tree")
    changes = tmp_path / "tree" / "CHANGELOG.md"
    changes.write_text(changes.read_text("utf-8").replace("## Unreleased", "## 0.1.0", 1), "utf-8")
    return tmp_path / "tree"


def test_links_and_pictures_lead_to_the_repository():
    text = "![a](docs/a.png) [b](docs/b.md) [c](https://c.org) [d](#here) [![e](e.png)](f.md)"
    assert release.with_addresses(text, HOME, "v1") == (
        f"![a]({HOME}/raw/v1/docs/a.png) [b]({HOME}/blob/v1/docs/b.md) [c](https://c.org) "
        f"[d](#here) [![e](e.png)]({HOME}/blob/v1/f.md)"
    )


def test_no_link_of_the_readme_is_left_behind(tree):
    assert release.prepare(tree, HOME) == "0.1.0"
    readme = (tree / "README.md").read_text(encoding="utf-8")
    assert f"]({HOME}/raw/v0.1.0/docs/digits.png)" in readme
    assert not re.findall(r"\]\((?!https://)", readme)
    assert f'Source = "{HOME}"' in (tree / "pyproject.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("address", ["", "edunn", "http://example.org/me/edunn", "https://x y/z"])
def test_what_is_no_address_is_refused(tree, address):
    with pytest.raises(release.ReleaseError, match="is no address such as https://"):
        release.prepare(tree, address)


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        ("CHANGELOG.md", "## 0.1.0", "## Unreleased", "begins with 'Unreleased', not with version"),
        ("edunn/__init__.py", '"0.1.0"', '"0.2.0"', "pyproject.toml says version 0.1.0"),
    ],
)
def test_a_version_that_is_not_one_is_refused(tree, name, old, new, says):
    path = tree / name
    path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(release.ReleaseError, match=says):
        release.prepare(tree, HOME)


@pytest.fixture
def files(tmp_path):
    """(wheel, sdist) that could be released"""

    def make(**more):
        about = "Project-URL: Source, x\nLicense-Expression: MIT\nLicense-File: LICENSE\n\n{}"
        contents = dict.fromkeys(release.IN_WHEEL[:-1], "") | {
            "edunn-1.dist-info/licenses/LICENSE": "",
            "edunn-1.dist-info/METADATA": about.format("[a](https://a.org)"),
        }
        with zipfile.ZipFile(tmp_path / "edunn-1.whl", "w") as wheel:
            for name, text in (contents | more).items():
                if text is not None:
                    wheel.writestr(name, text)
        with tarfile.open(tmp_path / "edunn-1.tar.gz", "w:gz") as sdist:
            sdist.addfile(tarfile.TarInfo("edunn-1/README.md"))
        return tmp_path / "edunn-1.whl", tmp_path / "edunn-1.tar.gz"

    return make


METADATA = "edunn-1.dist-info/METADATA"


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"edunn/py.typed": None}, "has no edunn/py.typed"),
        ({"edunn-1.dist-info/licenses/LICENSE": None}, "has no .dist-info/licenses/LICENSE"),
        ({"solutions/03_linear.py": ""}, "solutions/03_linear.py would be released"),
        ({"autograder/cases/03.py": ""}, "autograder/cases/03.py would be released"),
        ({METADATA: "License-Expression: MIT\nLicense-File: x\n\n"}, "has no Project-URL"),
        (
            {METADATA: "Project-URL: x\nLicense-Expression: x\nLicense-File: x\n\n![a](b.png)"},
            r"the README leads nowhere on the index: !\[a\]\(b.png\)",
        ),
    ],
)
def test_what_is_missing_or_too_much_is_named(files, more, says):
    release.look_into(*files())
    with pytest.raises(release.ReleaseError, match=says):
        release.look_into(*files(**more))


def test_files_of_an_earlier_release_stay(tmp_path):
    (tmp_path / "edunn-0.0.1.whl").write_text("published")
    with pytest.raises(release.ReleaseError, match="has files in it: move them away first"):
        release.main(HOME, tmp_path)
    assert (tmp_path / "edunn-0.0.1.whl").read_text() == "published"


@pytest.mark.slow
def test_a_release_is_built_and_works_in_an_environment_of_its_own(tree, tmp_path):
    """From the package index; published is nothing."""
    wheel, sdist = release.release(tree, HOME, tmp_path / "dist")
    assert (wheel.name, sdist.name) == (
        "edunn_course-0.1.0-py3-none-any.whl",
        "edunn_course-0.1.0.tar.gz",
    )
