"""What the README and the docs say is true: their code runs, their links and commands exist."""

import inspect
import re
import textwrap
from pathlib import Path

import pytest

import edunn as nn
from edunn.course.cli.commands import main

ROOT = Path(__file__).parent.parent
PAGES = [
    *sorted(ROOT.glob("*.md")),
    ROOT / "assignments" / "README.md",
    *sorted(ROOT.glob("docs/**/*.md")),
]
README = (ROOT / "README.md").read_text(encoding="utf-8")
FIRST, SECOND = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def test_the_first_lines_train_a_network(capsys):
    nn.manual_seed(0)
    exec(FIRST, {})
    printed = capsys.readouterr().out
    assert float(re.findall(r"0\.\d+", printed)[-1]) > 0.95


def test_linear_is_as_it_is_shown():
    methods = nn.Linear.forward, nn.Linear.backward
    code = "\n\n".join(textwrap.dedent(inspect.getsource(method)) for method in methods)
    assert code.split() == SECOND.split()


def blocks(page):
    """The Python on a page, but for what is looked at above."""
    found = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    return "\n".join(code for code in found if code not in (FIRST, SECOND))


@pytest.mark.parametrize("page", [*filter(blocks, PAGES)], ids=lambda page: page.name)
def test_all_python_on_a_page_runs(page):
    exec(compile(blocks(page), str(page), "exec"), {})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere_and_commands_exist(page):
    text = page.read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)\s#]+)[^)]*\)", text):
        assert link.startswith("https://") or (page.parent / link).exists(), link
    for command in re.findall(r"(?:^    |`)edunn ([a-z][a-z-]*)", text, re.MULTILINE):
        assert command in main.commands
    for options in re.findall(r"(?:^    |`)edunn ([a-z][a-z-]* [^#`\n]*)", text, re.MULTILINE):
        name, *words = options.split()
        command = main.commands[name]
        known = {flag for one in (command, *getattr(command, "commands", {}).values())
                 for parameter in one.params for flag in parameter.opts}  # fmt: skip
        assert {word for word in words if word.startswith("--")} <= known, options


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_that_are_named_are_there(page):
    """But for what the changelog says is gone, and for names such as NN_name.py."""
    text = page.read_text(encoding="utf-8").partition("### Removed")[0]
    top = "edunn|tests|docs|autograder|solutions|assignments|benchmarks|tools"
    for path in re.findall(rf"`((?:{top})/[\w./]*)`", text):
        assert (ROOT / path).exists() or "NN_name" in path, path
