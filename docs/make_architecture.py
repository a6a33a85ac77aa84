"""Draw docs/architecture.png from the imports of edunn: python docs/make_architecture.py

A room is a package (the library's flat files are one room); it stands above all that it imports, so
every arrow points down; where one does not, this ends with an error. An arrow that follows from
others is not drawn.
"""

import ast
from pathlib import Path

from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

ROOT = Path(__file__).parent.parent / "edunn"
SHARED = "course (shared)"  # errors, text, messages, compat
COLORS = {"library": "#cfe3f5", "checking": "#d9ead3", "utils": "#d9ead3", "course": "#fde9c9"}


def room(name):
    """The room of a module, such as "edunn.course.grading.judge"."""
    parts = name.split(".")[1:]
    if not parts or parts[0] not in ("layers", "datasets", "checking", "utils", "course"):
        return "library"
    if parts[0] != "course":
        return parts[0]
    return (
        f"course/{parts[1]}" if len(parts) > 1 and (ROOT / "course" / parts[1]).is_dir() else SHARED
    )


def modules():
    """(name, tree) of every file of edunn."""
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT.parent).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        yield name, ast.parse(path.read_text(encoding="utf-8"))


def imports(name, tree, known):
    """The modules of edunn that a file imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "edunn":
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in known else node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "edunn")


def graph():
    """{room: the rooms that it imports from}; faces, which only hand names on, do not count."""
    trees = dict(modules())
    found = {room(name): set() for name in trees}
    for name, tree in trees.items():
        if name in ("edunn", "edunn.course"):
            continue
        for other in imports(name, tree, trees):
            if room(other) != room(name):
                found[room(name)].add(room(other))
    found["library"] -= {"layers", "datasets"}  # one room with the library's files, drawn as one
    for one in ("layers", "datasets"):
        found.pop(one)
    return {one: {"library" if o in ("layers", "datasets") else o for o in others} - {one}
            for one, others in found.items()}  # fmt: skip


def floors(rooms):
    """{room: its floor}: one above the highest that it imports from."""
    found = {}
    while len(found) < len(rooms):
        ready = [one for one in rooms if one not in found and rooms[one] <= found.keys()]
        if not ready:
            raise SystemExit(f"a circle of imports: {sorted(rooms.keys() - found.keys())}")
        for one in ready:
            found[one] = 1 + max((found[other] for other in rooms[one]), default=-1)
    return found


def implied(rooms, one, other):
    """Whether `one` imports from `other` by way of a third room as well."""
    left, seen = [third for third in rooms[one] if third != other], set()
    while left:
        third = left.pop()
        if other in rooms[third]:
            return True
        left += rooms[third] - seen
        seen |= rooms[third]
    return False


def draw(rooms, path):
    floor = floors(rooms)
    assert all(floor[one] > floor[other] for one in rooms for other in rooms[one])
    places = {}
    for level in range(max(floor.values()) + 1):
        row = sorted(one for one in rooms if floor[one] == level)
        for i, one in enumerate(row):
            places[one] = (i - (len(row) - 1) / 2) * 3.4 + (0.55 if level % 2 else -0.55), level
    figure = Figure(figsize=(6.4, 9), layout="constrained")
    ax = figure.subplots()
    for one, others in rooms.items():
        for other in (other for other in others if not implied(rooms, one, other)):
            (x, y), (x2, y2) = places[one], places[other]
            arrow = {"arrowstyle": "-|>", "color": "#8a97a6", "linewidth": 1.2}
            ax.annotate("", (x2, y2 + 0.24), (x, y - 0.24), zorder=1, arrowprops=arrow)
    for one, (x, y) in places.items():
        color = COLORS[
            "course" if one.startswith("course") else one if one in COLORS else "checking"
        ]
        ax.add_patch(FancyBboxPatch((x - 1.35, y - 0.2), 2.7, 0.4, boxstyle="round,pad=0.03",
                                    facecolor=color, edgecolor="#37618e", zorder=2))  # fmt: skip
        ax.text(x, y, one.removeprefix("course/"), ha="center", va="center", fontsize=11, zorder=3)
    ax.set_xlim(-4.2, 4.2)
    ax.set_ylim(-0.6, max(floor.values()) + 0.6)
    ax.axis("off")
    figure.savefig(path, dpi=110)
    arrows = sum(map(len, rooms.values()))
    print(f"{len(rooms)} rooms on {max(floor.values()) + 1} floors, {arrows} arrows, none upward")


if __name__ == "__main__":
    draw(graph(), Path(__file__).with_name("architecture.png"))
