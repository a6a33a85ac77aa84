"""The map of the exercises, which Markdown holds as a flowchart of Mermaid, as a picture (SVG).

Who shows Markdown often draws it by themselves (GitHub, JupyterLab); the site would need a program
of another server for it.
"""

import html
import re
import textwrap

CHART = re.compile(r"^```mermaid\nflowchart LR\n(.*?)^```$", re.M | re.S)
WIDE, HIGH, FAR, APART = 102, 46, 30, 8  # of a box; between rows, and boxes of a row
LINE = 16  # letters of a title, at most


def drawn(text: str) -> str:
    """The text, with each flowchart as a picture."""
    return CHART.sub(lambda match: svg(*read(match[1])), text)


def read(chart: str) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """({name: title} of the boxes, the arrows) of a chart; ValueError for a line of another kind"""
    boxes, arrows = dict[str, str](), list[tuple[str, str]]()
    for line in filter(None, map(str.strip, chart.splitlines())):
        if box := re.fullmatch(r'(\w+)\["(.*)"\]', line):
            boxes[box[1]] = box[2]
        elif arrow := re.fullmatch(r"(\w+) --> (\w+)", line):
            arrows.append((arrow[1], arrow[2]))
        else:
            raise ValueError(f"no box and no arrow of a flowchart: {line}")
    return boxes, arrows


def rows_of(boxes: dict[str, str], arrows: list[tuple[str, str]]) -> list[list[str]]:
    """The boxes, which come after those that lead to them, each one row below the last of these;
    where none does, just above the first box that it leads to."""
    row: dict[str, int] = {}
    for name in boxes:
        before = [row[one] for one, other in arrows if other == name]
        row[name] = max(before, default=-1) + 1
    for name in boxes:
        behind = [row[other] for one, other in arrows if one == name]
        if behind and all(other != name for _, other in arrows):
            row[name] = min(behind) - 1
    return [[name for name in boxes if row[name] == k] for k in range(max(row.values()) + 1)]


def svg(boxes: dict[str, str], arrows: list[tuple[str, str]]) -> str:
    """The picture: rows from top to bottom, as a page is narrow, in the colour of its text."""
    rows = rows_of(boxes, arrows)
    wide, tall = max(map(len, rows)) * (WIDE + APART), len(rows) * (HIGH + FAR) - FAR
    place = {
        name: ((wide - len(row) * (WIDE + APART)) // 2 + i * (WIDE + APART), k * (HIGH + FAR))
        for k, row in enumerate(rows)
        for i, name in enumerate(row)
    }
    parts = []
    for one, other in arrows:
        (x, y), (x2, y2) = place[one], place[other]
        x, y, x2 = x + WIDE // 2, y + HIGH, x2 + WIDE // 2
        half, head = FAR // 2, f"M{x2 - 4} {y2 - 6} L{x2} {y2} L{x2 + 4} {y2 - 6}"
        line = f"M{x} {y} C{x} {y + half} {x2} {y2 - half} {x2} {y2}"
        parts.append(f'<path opacity=".6" d="{line} {head}"/>')
    for name, (x, y) in place.items():
        parts.append(f'<rect x="{x}" y="{y}" width="{WIDE}" height="{HIGH}" rx="6"/>')
        lines = textwrap.wrap(boxes[name], LINE)
        first = y + HIGH // 2 + 4 - 6 * (len(lines) - 1)
        parts += [
            f'<text x="{x + 6}" y="{first + 12 * i}">{html.escape(line)}</text>'
            for i, line in enumerate(lines)
        ]
    frame = f'viewBox="-1 -1 {wide + 2} {tall + 2}" width="{wide}" height="{tall}"'
    return (
        f'<div class="map"><svg role="img" aria-label="what builds on what" {frame}>'
        f"{''.join(parts)}</svg></div>"
    )
