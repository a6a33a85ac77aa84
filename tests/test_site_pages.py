"""docs/site_pages.py lays out whole pages, every public name, and nothing that is not to be seen.

How they look is seen in a browser: tests/course/test_pages.py.
"""

import re
from pathlib import Path

import pytest

import edunn as nn
from edunn.checking.report import Report
from edunn.course.notebooks.layout import Course

pytestmark = pytest.mark.slow
pytest.importorskip("zensical", reason="no Zensical is installed here")
import diagnosis_page  # noqa: E402  # of docs/
import docstring_rows  # noqa: E402
import exercise_map  # noqa: E402
import site_pages  # noqa: E402

ROOT = Path(__file__).parent.parent
COURSE = Course.find(ROOT)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """{name of a page: its text}, without the reports: see test_diagnosis_page.py"""
    folder = tmp_path_factory.mktemp("made") / "pages"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(diagnosis_page, "report_of", lambda code: Report("Linear", (), ()))
        site_pages.lay_out(COURSE, folder)
    return {p.relative_to(folder).as_posix(): p.read_text("utf-8") for p in folder.rglob("*.md")}


def test_the_way_through_the_pages_names_each_once(pages):
    """But for the source, whose pages lead from one to the next."""
    settings = (site_pages.PARTS / "mkdocs.yml").read_text(encoding="utf-8")
    named = re.findall(r"^ +- .*: (\S+\.md)$", settings.partition("\nnav:")[2], re.MULTILINE)
    assert sorted(named) == sorted(name for name in pages if not name.startswith("source/"))


def test_every_public_name_is_in_the_api(pages):
    listed = re.findall(
        r"^::: (\S+)$", "".join(text for name, text in pages.items() if "api/" in name), re.M
    )
    assert len(listed) == len(set(listed))
    things = [getattr(nn, name) for name in nn.__all__]
    own = {
        f"{thing.__module__}.{thing.__name__}" for thing in things if hasattr(thing, "__module__")
    }
    assert own <= set(listed)


def test_every_file_of_the_library_stands_beside_its_text(pages):
    ours = [path for path in (ROOT / "edunn").rglob("*.py") if path.read_text("utf-8").strip()]
    named = {site_pages.inside(path) for path in ours}
    shown = {re.search("^# (.*)$", text, re.M)[1] for n, text in pages.items() if "source/" in n}
    left = {name for name in named - shown if not name.startswith("course/")}
    assert shown <= named
    assert left == {
        "__init__.py", "_lazy.py", "block_matrices.py", "original.py", "pytorch_differences.py",
        "tensor_words.py",
    }  # fmt: skip  # faces and lists, which the README leaves out


@pytest.mark.parametrize("path", ["edunn/layers/linear.py", "edunn/core.py", "edunn/losses.py"])
def test_no_line_of_code_is_lost_beside_the_text(path):
    source = (ROOT / path).read_text(encoding="utf-8")
    parts = list(site_pages.pieces(source))
    together = "\n".join(text + "\n" + code for text, code in parts)
    squeezed = re.sub(r'\s|"""', "", source)
    assert sorted(re.sub(r'\s|"""', "", together)) == sorted(squeezed)


def test_neither_solutions_nor_mark_schemes_nor_hidden_cases_reach_it(pages):
    assert not [path for path in site_pages.PAGES if path.startswith(("solutions", "autograder"))]
    everything = "\n".join(pages.values())
    for path in (*ROOT.glob("solutions/**/*.py"), *ROOT.glob("autograder/**/*.py")):
        text = path.read_text(encoding="utf-8")
        schemes = re.findall(r"### BEGIN MARK SCHEME\n(.*?)### END MARK SCHEME", text, re.DOTALL)
        for scheme in schemes or [text]:
            assert scheme not in everything


@pytest.mark.parametrize("target", ["../solutions/03_linear.py", "nowhere.md", "../autograder"])
def test_a_link_that_leads_to_no_page_is_refused(target, tmp_path):
    with pytest.raises(site_pages.PagesError, match=r"docs/x\.md links to .*has no page"):
        site_pages.linked(f"See [this]({target}).", "docs/x.md", tmp_path)


def test_links_lead_to_pages_and_code_is_left_alone(tmp_path):
    links = "[a](grading.md#x) [b](https://b.org) [c](../assignments/es/02_bias/02_bias.ipynb)"
    text = f"{links}\n\n    [d](e.md)\n"
    linked = site_pages.linked(text, "docs/x.md", tmp_path)
    assert "[a](grading.md#x) [b](https://b.org) <a href=" in linked
    assert "path=es/02_bias/02_bias.ipynb" in linked
    assert "    [d](e.md)" in linked


def test_the_map_of_the_exercises_is_a_picture(pages):
    """Every exercise stands in it, below those that it builds on."""
    overview = (ROOT / "assignments" / "README.md").read_text(encoding="utf-8")
    titles = re.findall(r'^    n\d\d\["(\d\d) ', overview, re.M)
    words = re.findall(r"<text[^>]*>(\d\d)", pages["course.md"])
    assert sorted(words) == sorted(titles)
    assert not any("```mermaid" in text for text in pages.values())
    assert pages["course.md"].count('<path opacity=".6"') == overview.count(" --> ")
    boxes, arrows = exercise_map.read(exercise_map.CHART.search(overview)[1])
    rows = {name: i for i, row in enumerate(exercise_map.rows_of(boxes, arrows)) for name in row}
    assert all(rows[one] < rows[other] for one, other in arrows)


@pytest.mark.parametrize(
    ("chart", "said"),
    [
        ("flowchart LR\n    subgraph x\n", "no box and no arrow of a flowchart: subgraph x"),
        ("flowchart TD\n    a --> b\n", "no flowchart LR, the only kind"),
        ("", "no flowchart LR"),
        ('flowchart LR\n  a["A"]\n  a --> b\n', "an arrow has no box: b"),
        ('flowchart LR\n  a["A"]\n  b["B"]\n  a --> b\n  b --> a\n', "in a circle: "),
    ],
)
def test_a_chart_that_cannot_be_drawn_is_named(chart, said):
    with pytest.raises(ValueError, match=said):
        exercise_map.drawn(f"```mermaid\n{chart}```\n")
    with pytest.raises(ValueError, match="that does not begin its line"):
        exercise_map.drawn(f"- x\n\n  ```mermaid\n{chart}  ```\n")


def test_boxes_come_in_any_order_and_have_titles_of_any_length():
    lines = ["b --> c", "a --> b", 'c["C"]', 'b["of #quot;b#quot;"]', f'a["{"long " * 20}"]']
    chart = "\r\n".join(["```mermaid", "flowchart LR", *lines, "```"])
    boxes, arrows = exercise_map.read(exercise_map.CHART.search(chart)[1])
    assert exercise_map.rows_of(boxes, arrows) == [["a"], ["b"], ["c"]]
    drawn = exercise_map.drawn(chart)
    assert "of &quot;b&quot;" in drawn
    assert drawn.count(">long ") == 7
    high = int(re.search(r'height="(\d+)" rx', drawn)[1])
    ys = [int(y) for y in re.findall(r'y="(\d+)">long', drawn)]
    assert min(ys) >= 10
    assert max(ys) <= high


def test_the_first_page_counts_the_exercises_and_hours():
    overview = (ROOT / "assignments" / "README.md").read_text(encoding="utf-8")
    hours = sum(map(int, re.findall(r"^About (\d+) hours", overview, re.M)))
    said = f"are {len(COURSE.assignments())} notebooks, in about {hours} hours."
    assert said in (ROOT / "docs" / "start.md").read_text(encoding="utf-8").replace("\n", " ")


def test_rows_of_shapes_stay_rows():
    text = docstring_rows.markdown(nn.Linear.__doc__)
    assert text.startswith("```{.text .rows}\ny = x w\n```")
    assert "x: (n, inputs)    w: (inputs, outputs)" in text


def test_no_character_of_prose_means_anything_else():
    text = docstring_rows.markdown("Of x * y * z, __init__ and `a * b`.\n\n- one\n- two")
    assert text == "Of x \\* y \\* z, \\_\\_init\\_\\_ and `a * b`.\n\n- one\n- two"


def hand_written():
    """The public modules with a backward of their own, but for other names of the same class."""
    classes = {name: getattr(nn, name) for name in nn.__all__}
    for name, kind in classes.items():
        is_module = isinstance(kind, type) and issubclass(kind, nn.Module)
        if is_module and kind.__name__ == name and kind.backward is not nn.Module.backward:
            yield name


def test_every_backward_is_derived_once():
    text = (ROOT / "docs" / "derivations.md").read_text(encoding="utf-8")
    headings = re.findall("^### (.*)$", text, re.MULTILINE)
    named = [name for heading in headings for name in heading.split(", ")]
    named += re.findall(r"^\| `(\w+)`", text, re.MULTILINE)
    derived = sorted([*named, "FakeModel", "FakeError"])
    missing = sorted(set(hand_written()) - set(derived))
    assert not missing, f"docs/derivations.md does not derive {', '.join(missing)}"
    assert derived == sorted(hand_written())
