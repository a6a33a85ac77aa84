"""The map of the exercises, which Markdown holds as a flowchart of Mermaid, as a picture (SVG).

Who shows Markdown often draws it by themselves (GitHub, JupyterLab); the site would need a program
of another server for it.
"""

import graphlib
import html
import re
import textwrap

CHART = re.compile(r"^```mermaid[ \t\r]*\n(.*?)^```[ \t\r]*$", re.M | re.S)
WIDE, FAR, APART = 102, 30, 8  # of a box; between rows, and boxes of a row
LINE, LINE_HIGH = 16, 12  # letters of a line of a title, at most; its height


def drawn(text: str) -> str:
    """The text, with each flowchart as a picture; ValueError for a chart of another kind"""
    text = CHART.sub(lambda match: svg(*read(match[1])), text)
    if left := re.search(r"^\s*(```|~~~) *mermaid.*$", text, re.M):
        raise ValueError(f"a chart without its end, or that does not begin its line: {left[0]!r}")
    return text


def read(chart: str) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """({name: title} of the boxes, the arrows) of a chart; ValueError for a line of another kind"""
    boxes, arrows = dict[str, str](), list[tuple[str, str]]()
    kind, *lines = [line for line in map(str.strip, chart.splitlines()) if line] or [""]
    if kind != "flowchart LR" or not lines:
        raise ValueError(f"no flowchart LR, the only kind that is drawn here: {chart.strip()!r}")
    for line in lines:
        if box := re.fullmatch(r'(\w+)\["(.*)"\]', line):
            boxes[box[1]] = html.unescape(box[2].replace("#quot;", "&quot;"))
        elif arrow := re.fullmatch(r"(\w+) --> (\w+)", line):
            arrows.append((arrow[1], arrow[2]))
        else:
            raise ValueError(f"no box and no arrow of a flowchart: {line}")
    if without := {name for arrow in arrows for name in arrow} - boxes.keys():
        raise ValueError(f"an arrow has no box: {', '.join(sorted(without))}")
    return boxes, arrows


def rows_of(boxes: dict[str, str], arrows: list[tuple[str, str]]) -> list[list[str]]:
    """The boxes, which come after those that lead to them, each one row below the last of these;
    where none does, just above the first box that it leads to. ValueError for a circle"""
    before = {name: [one for one, other in arrows if other == name] for name in boxes}
    behind = {name: [other for one, other in arrows if one == name] for name in boxes}
    try:
        order = list(graphlib.TopologicalSorter(before).static_order())
    except graphlib.CycleError as error:
        raise ValueError(f"arrows lead in a circle: {' --> '.join(error.args[1])}") from None
    row: dict[str, int] = {}
    for name in order:
        row[name] = max((row[one] for one in before[name]), default=-1) + 1
    for name in order:
        if behind[name] and not before[name]:
            row[name] = min(row[other] for other in behind[name]) - 1
    rows = [[name for name in boxes if row[name] == k] for k in range(len(boxes))]
    return [names for names in rows if names]


def svg(boxes: dict[str, str], arrows: list[tuple[str, str]]) -> str:
    """The picture: rows from top to bottom, as a page is narrow, in the colour of its text."""
    titles = {name: textwrap.wrap(title, LINE) for name, title in boxes.items()}
    rows, high = rows_of(boxes, arrows), LINE_HIGH * max(map(len, titles.values())) + 10
    wide, tall = max(map(len, rows)) * (WIDE + APART), len(rows) * (high + FAR) - FAR
    place = {
        name: ((wide - len(row) * (WIDE + APART)) // 2 + i * (WIDE + APART), k * (high + FAR))
        for k, row in enumerate(rows)
        for i, name in enumerate(row)
    }
    parts = []
    for one, other in arrows:
        (x, y), (x2, y2) = place[one], place[other]
        x, y, x2 = x + WIDE // 2, y + high, x2 + WIDE // 2
        half, head = FAR // 2, f"M{x2 - 4} {y2 - 6} L{x2} {y2} L{x2 + 4} {y2 - 6}"
        line = f"M{x} {y} C{x} {y + half} {x2} {y2 - half} {x2} {y2}"
        parts.append(f'<path opacity=".6" d="{line} {head}"/>')
    for name, (x, y) in place.items():
        parts.append(f'<rect x="{x}" y="{y}" width="{WIDE}" height="{high}" rx="6"/>')
        first = y + high // 2 + 4 - LINE_HIGH // 2 * (len(titles[name]) - 1)
        parts += [
            f'<text x="{x + 6}" y="{first + LINE_HIGH * i}">{html.escape(line)}</text>'
            for i, line in enumerate(titles[name])
        ]
    frame = f'viewBox="-1 -1 {wide + 2} {tall + 2}" width="{wide}" height="{tall}"'
    return (
        f'<div class="map"><svg role="img" aria-label="what builds on what" {frame}>'
        f"{''.join(parts)}</svg></div>"
    )
