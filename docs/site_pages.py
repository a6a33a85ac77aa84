"""The pages of the site: those of docs/, the README and its like, and what is made from the code.

build(course, katex, out) lays them out in a folder of its own and gives them to Zensical. A link to
a file of the repository becomes a link to its page; one that leads to no page is refused. So is all
that only instructors may have: nothing is taken but the files of PAGES and the pictures they show.
"""

import ast
import html
import importlib
import inspect
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from types import ModuleType
from typing import Any
from urllib.parse import quote

import diagnosis_page
import edunn
import exercise_map
from edunn.course.notebooks.layout import Course

ROOT = Path(__file__).parent.parent
PARTS = Path(__file__).with_name("site")
PAGES = {  # a file of the repository: its page
    "docs/start.md": "index.md",
    "README.md": "overview.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "assignments/README.md": "course.md",
    "benchmarks/RESULTS.md": "results.md",
} | {
    path.relative_to(ROOT).as_posix(): path.name
    for folder in (ROOT / "docs", PARTS)
    for path in sorted(folder.glob("*.md"))
    if path.name != "start.md"
}
LANGUAGES = {"": "English", "es": "Español"}
LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s#]+)(#[^)\s]*)?\)")

# the API: a page, its title, and the modules whose public names it lists
API = {
    "core": (
        "Modules, tensors, devices",
        ["edunn.core", "edunn.recording", "edunn.backend", "edunn.words"],
    ),
    "layers": (
        "Layers",
        [f"edunn.layers.{name}" for name in (
            "linear", "activations", "dense", "shaping", "regularization", "normalization",
            "convolution", "pooling", "embedding", "recurrent", "attention", "masked",
        )],
    ),
    "networks": ("Networks", ["edunn.containers", "edunn.sequential2d", "edunn.model"]),
    "losses": ("Losses", ["edunn.losses"]),
    "training": (
        "Training", ["edunn.initializers", "edunn.optimizers", "edunn.training", "edunn.metrics"],
    ),
    "checking": (
        "Checks",
        ["edunn.checking.checks", "edunn.checking.engine", "edunn.checking.errors",
         "edunn.utils", "edunn.utils.comparisons"],
    ),
    "data": (
        "Data, pictures, files",
        ["edunn.datasets", "edunn.datasets.tables", "edunn.datasets.toys", "edunn.datasets.mnist",
         "edunn.datasets.idx", "edunn.datasets.prepare", "edunn.datasets.loading",
         "edunn.plot.pictures", "edunn.plot.original", "edunn.saving"],
    ),
    "arithmetic": ("Arithmetic on the tape", ["edunn.ops", "edunn.array_ops", "edunn.more_ops"]),
    "torchlike": (
        "PyTorch's names",
        [f"edunn.torchlike.{name}" for name in (
            "layers", "sequences", "functional", "init", "cuda",
        )],
    ),
}  # fmt: skip
MADE = {"edunn.torchlike.tensors"}  # functions that no source spells out: see from_pytorch.md


class PagesError(Exception):
    """The pages cannot be built; the message says what is wrong with which."""


# --- laying out


def build(course: Course, katex: Path, out: Path) -> None:
    """The site but for JupyterLite, in the new folder `out`. `katex` has the files of KaTeX."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made, "pages")
        lay_out(course, folder)
        shutil.copytree(katex, folder / "katex")
        shutil.copy(PARTS / "mkdocs.yml", made)
        zensical(Path(made))
        shutil.copytree(Path(made, "site"), out)


def lay_out(course: Course, folder: Path) -> None:
    """All pages as Markdown, with their pictures and style, in the new folder `folder`."""
    folder.mkdir()
    for name in ("style.css", "formulas.js"):
        shutil.copy(PARTS / name, folder)
    lists = {
        "exercises": exercises(course),
        "diagnoses": diagnosis_page.page(),
        "source": source_pages(folder / "source"),
        "api": api_pages(folder / "api"),
    }
    for path, page in PAGES.items():
        text = linked((ROOT / path).read_text(encoding="utf-8"), path, folder)
        text = re.sub(r"<!-- (\w+): `make site`.*?-->", lambda m: lists[m[1]], text)
        (folder / page).write_text(exercise_map.drawn(text), encoding="utf-8")


def zensical(folder: Path) -> None:
    """Zensical on the mkdocs.yml in a folder; what it warns of is an error."""
    paths = os.pathsep.join([str(Path(__file__).parent), str(ROOT), *sys.path])
    done = subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--strict", "-f", "mkdocs.yml"],
        cwd=folder, env=os.environ | {"PYTHONPATH": paths, "NO_COLOR": "1"}, capture_output=True,
        text=True,
    )  # fmt: skip
    if done.returncode:
        said = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr).strip()
        raise PagesError(f"zensical ended with {done.returncode}:\n{said[-3000:]}")


def linked(text: str, path: str, folder: Path) -> str:
    """The text of a file of the repository with its links leading to pages and pictures."""

    def link(match: re.Match[str]) -> str:
        picture, label, target, anchor = match[1], match[2], match[3], match[4] or ""
        if target.startswith(("https://", "http://")):
            return match[0]
        there = PurePosixPath(os.path.normpath(PurePosixPath(path).parent / target)).as_posix()
        if picture and (ROOT / there).is_file() and there.startswith("docs/"):
            (folder / "images").mkdir(exist_ok=True)
            name = there.removeprefix("docs/").replace("/", "_")
            shutil.copy(ROOT / there, folder / "images" / name)
            return f"![{label}](images/{name})"
        if there in PAGES:
            return f"[{label}]({PAGES[there]}{anchor})"
        if there.startswith("assignments/") and there.endswith(".ipynb"):
            inside = there.removeprefix("assignments/")
            return f'<a href="{notebook_address(inside)}">{html.escape(label)}</a>'
        raise PagesError(f"{path} links to {target}, which has no page and is no picture of docs/")

    code = re.split(r"(^```.*?^```$|(?<=\n\n) {4}.*?(?=\n\n(?! {4})|\Z))", text, flags=re.M | re.S)
    return "".join(part if i % 2 else LINK.sub(link, part) for i, part in enumerate(code))


# --- the exercises


def notebook_address(inside: str) -> str:
    """Where JupyterLite opens a notebook, which is at this place in assignments/."""
    return f"lite/notebooks/index.html?path={quote(inside)}"


def exercises(course: Course) -> str:
    """The exercises in their order, a list for each language."""
    return "\n\n".join(
        f'<h2 lang="{language or "en"}" id="{language or "en"}">'
        f"{LANGUAGES.get(language, language)}</h2>\n"
        f'<ol class="exercises" lang="{language or "en"}">\n'
        + "\n".join(exercise(path, course) for path in paths)
        + "\n</ol>"
        for language, paths in by_language(course)
    )


def by_language(course: Course) -> list[tuple[str, list[Path]]]:
    """The released notebooks of each language; "" is the one in which exercises are written."""
    found: dict[str, list[Path]] = {"": []}
    for name in course.assignments():
        found[""].append(course.release_path(name))
        for path in course.translated_paths(name):
            found.setdefault(path.parts[-3], []).append(path)
    return list(found.items())


def exercise(path: Path, course: Course) -> str:
    """The line of an exercise: its title, what is written in it, and how long it takes."""
    first = "".join(json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"])
    title = html.escape(first.partition("\n")[0].lstrip("# "))
    about = [value for _, value in re.findall(r"^\| *(\w[^|]*?) *\| *(.*?) *\|$", first, re.M)]
    what = " · ".join(html.escape(about[i]) for i in (0, 2) if i < len(about))
    what = re.sub("`([^`]*)`", r"<code>\1</code>", what)
    link = notebook_address(path.relative_to(course.root / "assignments").as_posix())
    return f'<li><a href="{link}">{title}</a><br><span>{what}</span></li>'


# --- the source, beside its text


def reading_order() -> list[tuple[str, list[Path]]]:
    """(what a row of the README's table says, its files) for the rows that are of the library."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme.partition("## Reading order")[2].partition("## Licence")[0]
    found = []
    for names, what in re.findall(r"^\| (`.*?) \| (.*) \|$", table, re.M):
        paths = [ROOT / "edunn" / name for name in re.findall("`([^`]*)`", names)]
        if paths[0].name != "course":
            files = [path for part in paths for path in files_of(part)]
            found.append((what, files))
    return found


def files_of(path: Path) -> list[Path]:
    """A file alone, or the files of a package: as edunn imports them, each after what it needs."""
    if path.suffix:
        return [path]
    imported = re.findall(
        r"^from edunn\.(\S+) import", (ROOT / "edunn/__init__.py").read_text(), re.M
    )
    files = {}
    for file in path.rglob("*.py"):
        if file.read_text("utf-8").strip():
            parts = file.relative_to(path).with_suffix("").parts
            files[".".join(part for part in parts if part != "__init__")] = file
    place = {name.partition(".")[2]: i for i, name in reversed([*enumerate(imported)])}
    files = dict(sorted(files.items(), key=lambda file: (place.get(file[0], 999), file[0])))
    ordered: list[Path] = []

    def put(file: Path) -> None:
        if file in ordered or file in waiting:
            return
        waiting.append(file)
        for name in re.findall(rf"^from edunn\.{path.name}\.(\w+)", file.read_text("utf-8"), re.M):
            if name in files:
                put(files[name])
        ordered.append(file)

    waiting: list[Path] = []
    for file in files.values():
        put(file)
    return ordered


def source_pages(folder: Path) -> str:
    """A page for each file of the library; the table that leads to them."""
    folder.mkdir()
    order = reading_order()
    files = [path for _, paths in order for path in paths]
    for i, path in enumerate(files):
        beside = [f"[{inside(files[j])}]({page_of(files[j])})" if 0 <= j < len(files) else ""
                  for j in (i - 1, i + 1)]  # fmt: skip
        way = " · ".join(filter(None, [beside[0] and f"before: {beside[0]}",
                                       beside[1] and f"next: {beside[1]}"]))  # fmt: skip
        title = (
            f"---\nhide: [toc]\n---\n\n# {inside(path)}\n\n[All files](../source.md) · {way}\n\n"
        )
        (folder / page_of(path)).write_text(title + source_page(path), encoding="utf-8")
    rows = ["| file | what it is |", "|---|---|"]
    for what, paths in order:
        links = ", ".join(f"[{inside(path)}](source/{page_of(path)})" for path in paths)
        rows.append(f"| {links} | {what} |")
    return "\n".join(rows)


def inside(path: Path) -> str:
    return path.relative_to(ROOT / "edunn").as_posix()


def page_of(path: Path) -> str:
    return inside(path).replace("/", ".").removesuffix(".py") + ".md"


def source_page(path: Path) -> str:
    """The parts of a file below each other, the text of each beside its code."""
    from pygments import highlight  # what comes with Zensical is not always installed
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    from docstring_rows import paragraphs

    parts = []
    for text, code in pieces(path.read_text(encoding="utf-8")):
        shown = highlight(code.strip("\n") + "\n", PythonLexer(), HtmlFormatter(nowrap=True))
        said = "\n".join(as_html(part, is_rows) for part, is_rows in paragraphs(text) if part)
        code_block = f'<div class="highlight"><pre><code>{shown}</code></pre></div>'
        parts.append(f'<div class="beside">\n<div>{said}</div>\n{code_block}\n</div>')
    return "\n\n".join(parts) + "\n"


def as_html(part: str, is_rows: bool) -> str:
    """A paragraph of a docstring: rows stay rows, and a list is a list."""
    if is_rows:
        return f'<pre class="rows">{html.escape(part)}</pre>'
    text = re.sub("`([^`]*)`", r"<code>\1</code>", html.escape(part))
    if not text.startswith("- "):
        return f"<p>{text}</p>"
    items = re.split(r"\n(?=- )", text)
    return "<ul>" + "".join(f"<li>{item.removeprefix('- ')}</li>" for item in items) + "</ul>"


def pieces(source: str) -> Iterator[tuple[str, str]]:
    """(docstring, the code without it) of the top of a file, and of each class and function."""
    lines = source.splitlines(keepends=True)
    tree = ast.parse(source)
    start, text, kept = 0, "", ""
    for node in [*tree.body, None]:
        if node is None or isinstance(node, (ast.ClassDef, ast.FunctionDef)):
            if (text or kept).strip():
                yield text, kept
            text, kept = "", ""
        if node is None:
            break
        end = node.end_lineno or node.lineno
        own = lines[start:end]
        documented = isinstance(node, (ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node)
        if documented:
            first = node.body[0]
            del own[first.lineno - 1 - start : (first.end_lineno or first.lineno) - start]
            text = ast.get_docstring(node) or ""
        elif node is tree.body[0] and ast.get_docstring(tree):
            text, own = ast.get_docstring(tree) or "", []
        kept += "".join(own)
        start = end
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
            yield text, kept
            text, kept = "", ""


# --- the API


def api_pages(folder: Path) -> str:
    """A page for each part of the API; the table that leads to them."""
    folder.mkdir()
    found = public_names()
    listed = [module for _, modules in API.values() for module in modules]
    if unlisted := sorted(found.keys() - set(listed)):
        raise PagesError(f"no page of the API lists {', '.join(unlisted)}: see API in {__file__}")
    rows = ["| page | names |", "|---|---|"]
    for page, (title, modules) in API.items():
        text, names = f"# {title}\n", []
        for module in modules:
            own = found.get(module, [])
            text += f"\n## {module}\n\n" if own else ""
            text += "\n".join(f"::: {module}.{name}\n" for name in own)
            names += own
        (folder / f"{page}.md").write_text(text, encoding="utf-8")
        rows.append(f"| [{title}](api/{page}.md) | {', '.join(f'`{n}`' for n in names)} |")
    return "\n".join(rows)


def public_names() -> dict[str, list[str]]:
    """{module: the public names that are defined in it}, of edunn and of the parts it names."""
    found: dict[str, dict[str, None]] = {}
    parts: list[ModuleType] = [edunn]
    for name in edunn.__all__:
        if inspect.ismodule(getattr(edunn, name)):
            parts.append(importlib.import_module(f"edunn.{name}"))
    for name in ("", ".functional", ".init", ".cuda"):
        parts.append(importlib.import_module(f"edunn.torchlike{name}"))
    for part in parts:
        for name in sorted(getattr(part, "__all__", []) or dir(part)):
            thing: Any = getattr(part, name)
            module, own = getattr(thing, "__module__", ""), getattr(thing, "__name__", "")
            if own == name and str(module).startswith("edunn.") and not name.startswith("_"):
                found.setdefault(module, {})[name] = None
    return {module: list(names) for module, names in found.items() if module not in MADE}
