"""The report of a check: one line when all is right, else the first problem on one screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from edunn.backend import Array
from edunn.checking.engine import AT_KINK, TOLERANCE, UNMEASURED, WRONG
from edunn.checking.errors import CheckError, GradientError
from edunn.checking.findings import CheckedVariable, Finding, plain
from edunn.checking.messages import is_gradient, label, message, pair, start, title, word, wrap

HEIGHT = 25  # of the text, in lines
IN_TEXT, IN_HTML = (8, 12), (6, 10)  # the most rows and columns of a map
LEVELS = (1e-3, 3e-2, 0.3)  # of the largest measured number: below tiny, small, big; very big
SHADES, MARKS, NOT_MEASURED = "·░▒▓█?", "✓✗✗✗✗?", 5
STYLE = """<style>.edunn{max-width:46em}.edunn table td{background:#e3f1e6;color:#14532d;
text-align:center;min-width:1.4em}.edunn table .e1{background:#fff3bf;color:#5c3c00}.edunn table
.e2{background:#ffd08a;color:#5c2b00}.edunn table .e3{background:#f08c4a;color:#2b0f00}.edunn table
.e4{background:#b3261e;color:#fff}.edunn table .e5{background:#ddd;color:#333}</style>"""


@dataclass(frozen=True)
class Report:
    """What a check covered and what it found: true when nothing is wrong.

    seed, calls, seconds: the random numbers it used, its forward runs, and its time
    error: what it raises where something is wrong
    """

    who: str
    checked: Sequence[CheckedVariable]
    findings: Sequence[Finding]
    seed: int = 0
    calls: int = 0
    seconds: float = 0.0
    error: type[CheckError] = GradientError

    @property
    def ok(self) -> bool:
        return not self.findings and all(one.verdict != WRONG for one in self.checked)

    def __bool__(self) -> bool:
        return self.ok

    @property
    def total(self) -> int:
        """How many derivatives were checked; those that could not be measured were not."""
        return sum(one.size for one in self.checked if one.verdict != UNMEASURED)

    @property
    def at_kinks(self) -> int:
        """How many variables lie at a kink, where any value between two slopes will do."""
        return sum(one.verdict == AT_KINK for one in self.checked)

    @property
    def first(self) -> Finding:
        """The problem to show: only one, so that there is one thing to do next."""
        wrong = (one.variable for one in self.checked if one.verdict == WRONG)
        return [*self.findings, Finding("unknown", self.who, "backward", next(wrong, None))][0]

    def raise_if_wrong(self) -> None:
        """Raise this kind of check's error, with the text of this report, unless all is right."""
        __tracebackhide__ = True  # pytest's traceback then ends in the line that asked
        if self.ok:
            return
        errors = _Errors.of(self.first)
        key = "line_gradient" if is_gradient(self.first) else "line"
        told = message(self.first)[0]
        if errors:
            told = f"{word(key, **errors.told)}. {told}"
        raise self.error(f"{start(self.first)}: {told}\n\n{self.text()}")

    def text(self) -> str:
        """The first problem in at most 25 lines of 80 columns; one line if there is none."""
        if self.ok:
            return self.summary()
        (pattern, hint, _), errors = message(self.first), _Errors.of(self.first)
        top = [*wrap(f"✗ {title(self.first)}", 2), *wrap(self.marks(), 2, "  "), ""]
        bottom = wrap(word("worst_number", **errors.told), 2, label("worst")) if errors else []
        bottom += wrap(pattern, 3 if errors else 5, label("pattern"))
        bottom += ["", *wrap(hint, 6, label("hint")), ""]
        bottom += wrap(errors.how(), 2, "  ") if errors else []
        bottom += wrap(f"{word('again', seed=self.seed)}      {word('help')}", 1, "  ")
        bottom += wrap(self.others(), 1, "  ")
        drawn = errors.text(HEIGHT - len(top) - len(bottom)) if errors else []
        return "\n".join([*top, *drawn, *bottom])

    def more(self) -> str:
        """A second hint: a small experiment to do by hand."""
        return self.summary() if self.ok else "\n".join(wrap(message(self.first)[2], 9))

    def summary(self) -> str:
        """All that was checked, in one line."""
        unmeasured = [one for one in self.checked if one.verdict == UNMEASURED]
        right = [one for one in self.checked if one not in unmeasured]
        kinks = ", " + word("kinks", count=self.at_kinks) if self.at_kinks else ""
        numbers = word("derivatives", total=self.total) + kinks
        parts = [f"{_names(right)} {word('right')} ({numbers})"] if right else []
        parts += [f"{_names(unmeasured)} {word('unmeasured')}"] if unmeasured else []
        return f"{plain(self.who)}: {', '.join(parts) or word('right')}"

    def __repr__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        if self.ok:
            return f"<p>✓ {escape(self.summary())}</p>"
        (pattern, hint, more), errors = message(self.first), _Errors.of(self.first)
        body = f"<p><b>✗ {escape(title(self.first))}</b><br>{escape(self.marks())}</p><p>"
        if errors:
            worst = escape(word("worst_number", **errors.told))
            body += f"{errors.html()}<p><b>{word('worst')}</b> {worst}<br>"
        body += f"<b>{word('pattern')}</b> {escape(pattern)}</p>"
        for name, text in (("hint", hint), ("more", more)):
            body += f"<details><summary>{word(name)}</summary>{escape(text)}</details>"
        how = errors.how() if errors else ""
        end = " ".join(filter(None, [how, word("again", seed=self.seed) + ".", self.others()]))
        return f'{STYLE}<div class="edunn">{body}<p>{escape(end)}</p></div>'

    def marks(self) -> str:
        """What is wrong, what could not be measured and what is right, by name."""
        wrong = {finding.variable for finding in self.findings if is_gradient(finding)}
        groups: dict[str, list[CheckedVariable]] = {"✗": [], "?": [], "✓": []}
        for one in self.checked:
            is_wrong = one.verdict == WRONG or one.variable in wrong
            mark = "✗" if is_wrong else "?" if one.verdict == UNMEASURED else "✓"
            groups[mark].append(one)
        return "   ".join(f"{mark} {_names(group)}" for mark, group in groups.items() if group)

    def others(self) -> str:
        """How many problems are not shown."""
        count = len(self.findings) - 1
        return "" if count < 1 else word("other") if count == 1 else word("others", count=count)


def _names(checked: Sequence[CheckedVariable]) -> str:
    return plain(", ".join(dict.fromkeys(plain(one.variable) for one in checked)))


@dataclass(frozen=True)
class _Errors:
    """How far the numbers of `yours` are from those of `measured`."""

    name: str
    is_gradient: bool
    yours: Array
    measured: Array
    level: Array  # 0 where right, 1 to 4 where wrong, NOT_MEASURED
    worst: int  # its place in the flat arrays

    @classmethod
    def of(cls, finding: Finding) -> _Errors | None:
        """None unless there are two arrays that can be compared, and that differ."""
        both = [np.asarray(a) for a in (finding.yours, finding.measured) if a is not None]
        both = [a.astype(np.float64) for a in both if a.dtype.kind in "fiub" and a.size]
        if len(both) < 2 or both[0].shape != both[1].shape:
            return None
        yours, measured = both
        unknown = np.isnan(measured)
        with np.errstate(all="ignore"):
            error = np.where((yours == measured) | unknown, 0.0, np.abs(yours - measured))
            error = np.where(np.isnan(error), np.inf, error)
            sizes = [np.max(np.abs(a[np.isfinite(a)]), initial=0.0) for a in (measured, yours)]
            scale = sizes[0] or sizes[1] or 1.0
            allowed = TOLERANCE * np.maximum(np.abs(measured), 1e-2 * scale)
            wrong = finding.wrong
            if wrong is None:
                wrong = error > np.where(np.isfinite(allowed), allowed, 0.0)
            wrong = (wrong != 0) & (error > 0)
            level = np.where(wrong, 1 + np.digitize(error / scale, LEVELS), 0)
            level[unknown] = NOT_MEASURED
        if not np.any(wrong):
            return None
        equals = error >= 0.999999 * np.max(error[wrong])
        worst = int(np.argmax(wrong & equals))  # the first of them
        name = plain(finding.variable or "y")
        return cls(name, is_gradient(finding), yours, measured, level, worst)

    @property
    def told(self) -> dict[str, Any]:
        """What the texts say about the worst number."""
        yours, measured = pair(self.yours.flat[self.worst], self.measured.flat[self.worst])
        place = tuple(map(int, np.unravel_index(self.worst, self.level.shape)))
        told: dict[str, Any] = {"yours": yours, "measured": measured, "place": place}
        told["element"] = self.name + (str(list(place)) if place else "")
        told["other"] = word("measured" if self.is_gradient else "expected")
        told["count"] = int(np.sum((self.level > 0) & (self.level < NOT_MEASURED)))
        return told | {"size": self.level.size}

    def how(self) -> str:
        return word("how", variable=self.name) if self.is_gradient else ""

    def grid(self, array: Array) -> Array:
        """As rows and columns: one axis is one row, and the axes after the first become one."""
        return array.reshape(len(array) if array.ndim > 1 else 1, -1)

    def window(self, rows: int, columns: int) -> tuple[range, range]:
        """The rows and columns to draw, with the worst number in the middle where it can be."""
        sizes, drawn = self.grid(self.level).shape, []
        for centre, most, size in zip(divmod(self.worst, sizes[1]), (rows, columns), sizes):
            first = max(0, min(centre - most // 2, size - most))
            drawn.append(range(first, min(first + most, size)))
        return drawn[0], drawn[1]

    def where(self, rows: range, columns: range) -> str:
        """What the map shows: of which array, in what form, and which part of it."""
        shape = self.grid(self.level).shape
        parts = [word("map", name=self.name, shape=self.level.shape)]
        if self.level.ndim > 2:
            parts.append(word("as_rows", rows=shape[0], columns=shape[1]))
        if (len(rows), len(columns)) != shape:
            ends = {"top": rows[0], "bottom": rows[-1], "left": columns[0], "right": columns[-1]}
            parts.append(word("part", **ends))
        return ", ".join(parts)

    def legend(self) -> list[tuple[int, str]]:
        return list(enumerate(word("levels").split(", ")))[: max(5, int(self.level.max()) + 1)]

    def text(self, lines: int) -> list[str]:
        """The map in at most so many lines, and an empty one."""
        grid = self.grid(self.level)
        wide = max(2, len(str(grid.shape[1] - 1)))
        most = max(1, min(IN_TEXT[0], lines - 5)), min(IN_TEXT[1], 70 // (wide + 1))
        rows, columns = self.window(*most)
        levels = "  ".join(f"{SHADES[i]} {name}" for i, name in self.legend())
        drawn = [*wrap(self.where(rows, columns), 2, label("where")), *wrap(levels, 1, " " * 10)]
        drawn.append(" " * 10 + " ".join(str(c).rjust(wide) for c in columns))
        for r in rows:
            cells = ((SHADES[grid[r, c]] * 2).rjust(wide) for c in columns)
            drawn.append(f"{r:>9} {' '.join(cells)}")
        return [*drawn, ""]

    def html(self) -> str:
        """The map as a table; the two numbers of a cell are its tooltip."""
        rows, columns = self.window(*IN_HTML)
        grid, yours, measured = map(self.grid, (self.level, self.yours, self.measured))
        other, table = self.told["other"], "<tr><th>" + "".join(f"<th>{c}" for c in columns)
        for r in rows:
            table += f"<tr><th>{r}"
            for c in columns:
                told = f"{word('yours')} {yours[r, c]:.4g}, {other} {measured[r, c]:.4g}"
                table += f'<td class="e{grid[r, c]}" title="{told}">{MARKS[grid[r, c]]}'
        legend = "".join(f'<td class="e{i}">{MARKS[i]} {name}' for i, name in self.legend())
        where = f"<b>{word('where')}</b> {escape(self.where(rows, columns))}"
        return f"{where}</p><table>{table}</table><table><tr>{legend}</table>"
