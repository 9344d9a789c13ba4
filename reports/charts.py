"""Small static charts as inline SVG (decision: docs/adr/0003-svg.md). Geometry in floats, numbers as given texts.

Every function returns the SVG; a missing value is a gap, never a zero. The caller sets the data table beside it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reports.svg import BLUE, GRID, INK, MUTED, ORANGE, PALE, RAMP, Drawing, shortened, slugged


@dataclass(frozen=True)
class Point:
    """One value with its printed text; `value` None is a gap. `target` is drawn as a diamond."""

    label: str
    value: float | None
    text: str
    target: float | None = None


@dataclass(frozen=True)
class Interval:
    """An estimate with its bounds; all None when it cannot be assessed."""

    label: str
    low: float | None
    value: float | None
    high: float | None
    text: str


def ticks(low: float, high: float, count: int = 4) -> list[float]:
    """Round graduations that cover low..high."""
    if high - low < 1e-6:
        high = low + 1
    raw = (high - low) / count
    magnitude = 10.0 ** math.floor(math.log10(raw))
    step = next(m * magnitude for m in (1, 2, 2.5, 5, 10) if m * magnitude >= raw)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(index * step, 10) for index in range(first, last + 1)]


def _tick_text(value: float) -> str:
    for size, unit in ((1e6, "\u202fM"), (1e4, "\u202fk")):
        if abs(value) >= size:
            divisor = 1e6 if size == 1e6 else 1e3
            return f"{value / divisor:g}".replace(".", ",").replace("-", "−") + unit
    return f"{value:g}".replace(".", ",").replace("-", "−")


def trend(title: str, description: str, points: Sequence[Point], suffix: str = "", height: int = 230) -> str:
    """A line over periods, with target marks; the axis starts at zero unless values are negative."""
    drawing = Drawing(slugged(title), title, description, 640, height)
    _trend(drawing, points, suffix, (48, 16, 496, height - 52))
    return drawing.done()


def sparkline(slug: str, description: str, points: Sequence[Point]) -> str:
    """A word-sized line without axis: the shape of the last quarters, and its last point; the target is in the text."""
    drawing = Drawing(slugged(slug), "Tendance", description, 132, 40)
    values = [p.value for p in points if p.value is not None]
    low, high = min(values), max(values)

    def place(index: int, value: float) -> tuple[float, float]:
        return 6 + 120 * index / max(len(points) - 1, 1), 34 - 28 * (value - low) / ((high - low) or 1)

    for run in _runs([None if p.value is None else place(i, p.value) for i, p in enumerate(points)]):
        drawing.polyline(run, MUTED, 1.6)
    last = points[-1]
    if last.value is not None:
        drawing.circle(*place(len(points) - 1, last.value), 3.6)
    return drawing.done()


def small_multiples(
    title: str, description: str, series: Mapping[str, Sequence[Point]], suffix: str = ""
) -> str:
    """One small line per series, all on the same scale."""
    rows = math.ceil(len(series) / 2)
    drawing = Drawing(slugged(title), title, description, 640, rows * 150 or 40)
    values = [v for points in series.values() for p in points for v in (p.value, p.target) if v is not None]
    for index, (label, points) in enumerate(series.items()):
        x, y = 320 * (index % 2), 150 * (index // 2)
        drawing.text(x + 8, y + 16, shortened(label, 40), bold=True)
        _trend(drawing, points, suffix, (x + 48, y + 28, 196, 84), values)
    return drawing.done()


def _trend(
    drawing: Drawing,
    points: Sequence[Point],
    suffix: str,
    box: tuple[float, float, float, float],
    scale: Sequence[float] | None = None,
) -> None:
    left, top, width, height = box
    values = scale or [v for p in points for v in (p.value, p.target) if v is not None]
    grades = ticks(min([0.0, *values]), max([0.0, *values]), 4 if height > 100 else 2)

    def y(value: float) -> float:
        return top + height * (1 - (value - grades[0]) / (grades[-1] - grades[0]))

    def x(index: int) -> float:
        return left + 10 + (width - 20) * (index / max(len(points) - 1, 1))

    for grade in grades:
        drawing.line(left, y(grade), left + width, y(grade), MUTED if grade == 0 else GRID)
        drawing.text(left - 6, y(grade) + 4, _tick_text(grade) + suffix, "end", MUTED, 11)
    stride = max(1, math.ceil(len(points) / (width / 70)))
    for index, point in enumerate(points):
        if (len(points) - 1 - index) % stride == 0:
            drawing.text(x(index), top + height + 18, point.label, "middle", MUTED, 11)
    for run in _runs([(x(i), y(p.value)) if p.value is not None else None for i, p in enumerate(points)]):
        drawing.polyline(run)
        for px, py in run:
            drawing.circle(px, py, 2.6)
    for index, point in enumerate(points):
        if point.target is not None:
            drawing.diamond(x(index), y(point.target), 5)
    known = [i for i, p in enumerate(points) if p.value is not None]
    if known:
        last = points[known[-1]]
        drawing.text(x(known[-1]) + 10, y(last.value or 0.0) + 4, last.text, "start", INK, 13, True)


def _runs(places: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    """Consecutive known places: a gap breaks the line."""
    runs: list[list[tuple[float, float]]] = [[]]
    for place in places:
        if place is None:
            runs.append([])
        else:
            runs[-1].append(place)
    return [run for run in runs if run]


def waterfall(title: str, description: str, start: Point, steps: Sequence[Point], end: Point) -> str:
    """From a starting total to a final one through signed steps. The steps are drawn on a cut axis, and it is said."""
    drawing = Drawing(slugged(title), title, description, 640, 312)
    known = [p for p in steps if p.value is not None]
    levels = [start.value or 0.0]
    for step in known:
        levels.append(levels[-1] + (step.value or 0.0))
    low, high = min(levels), max(levels)
    floor = 0.0 if low <= 0 or (high - low) > 0.3 * high else low - 0.4 * (high - low or high)
    top, bottom = 40.0, 236.0

    def y(value: float) -> float:
        return bottom - (bottom - top) * (value - floor) / ((high - floor) or 1)

    bars = [start, *known, end]
    slot = 620 / len(bars)
    drawing.line(10, bottom, 630, bottom, MUTED)
    level = levels[0]
    for index, bar in enumerate(bars):
        x = 10 + slot * index + slot * 0.16
        is_total = index in (0, len(bars) - 1)
        value = bar.value or 0.0
        first, last = (floor, value) if is_total else (level, level + value)
        upper = y(max(first, last))
        color = INK if is_total else BLUE if value >= 0 else ORANGE
        drawing.rect(x, upper, slot * 0.68, max(abs(y(first) - y(last)), 1.5), color)
        if is_total and floor:  # a cut bar is shown cut: its height is no amount
            for lift in (14, 20):
                drawing.line(x - 4, bottom - lift + 3, x + slot * 0.68 + 4, bottom - lift - 3, "#ffffff", 3)
        drawing.text(x + slot * 0.34, upper - 7, bar.text, "middle", INK, 12, True)
        for row, words in enumerate(_wrapped(bar.label, max(8, int(slot / 6.6)))[:3]):
            drawing.text(x + slot * 0.34, bottom + 17 + 14 * row, words, "middle", MUTED, 11.5)
        level = last
        if index < len(bars) - 1:
            drawing.line(x + slot * 0.68, y(level), x + slot, y(level), MUTED, 1, "3 3")
    if floor:
        drawing.text(10, 306, "Barres coupées : l'axe ne commence pas à zéro.", color=MUTED, size=12)
    return drawing.done()


def _wrapped(text: str, width: int) -> list[str]:
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return [shortened(line, width + 4) for line in lines]


def bars(title: str, description: str, points: Sequence[Point]) -> str:
    """Horizontal bars from zero, the value written at the end; a diamond marks a target or a plan."""
    drawing = Drawing(slugged(title), title, description, 640, 28 * len(points) + 14)
    values = [abs(v) for p in points for v in (p.value, p.target) if v is not None]
    full = max(values, default=0.0) or 1.0
    for index, point in enumerate(points):
        y = 8 + 28 * index
        drawing.text(196, y + 15, shortened(point.label, 27), "end", INK, 12.5)
        width = 290 * abs(point.value or 0.0) / full
        if point.value is not None:
            drawing.rect(206, y + 2, max(width, 1.5), 18, ORANGE if point.value < 0 else BLUE)
        if point.target is not None:
            drawing.diamond(206 + 290 * point.target / full, y + 11, 6)
            width = max(width, 290 * point.target / full + 6)
        drawing.text(214 + width, y + 15, point.text, "start", INK, 12.5, True)
    return drawing.done()


def funnel(title: str, description: str, points: Sequence[Point]) -> str:
    """Centred bars that narrow from one stage to the next."""
    drawing = Drawing(slugged(title), title, description, 640, 46 * len(points) + 10)
    full = max((p.value for p in points if p.value is not None), default=0.0) or 1.0
    for index, point in enumerate(points):
        y = 6 + 46 * index
        width = 400 * (point.value or 0.0) / full
        drawing.text(196, y + 22, shortened(point.label, 27), "end", INK, 12.5)
        drawing.rect(206 + (400 - width) / 2, y, max(width, 2), 34, BLUE if point.value is not None else PALE)
        inside = width > 90
        place = 406.0 if inside else 406 + width / 2 + 8
        drawing.text(
            place, y + 22, point.text, "middle" if inside else "start", "#ffffff" if inside else INK, 13, True
        )
    return drawing.done()


def heat_map(
    title: str, description: str, columns: Sequence[str], rows: Mapping[str, Sequence[Point]]
) -> str:
    """Shares 0..1 by row and column, light to dark in one hue, the value written in each cell."""
    drawing = Drawing(slugged(title), title, description, 640, 30 * len(rows) + 30)
    slot = 490 / max(len(columns), 1)
    stride = max(1, math.ceil(46 / slot))
    for index, column in enumerate(columns):
        if (len(columns) - 1 - index) % stride == 0:
            drawing.text(146 + slot * (index + 0.5), 16, column, "middle", MUTED, 11)
    for row, (label, points) in enumerate(rows.items()):
        y = 26 + 30 * row
        drawing.text(138, y + 18, shortened(label, 21), "end", INK, 12.5)
        for index, point in enumerate(points):
            x = 146 + slot * index
            if point.value is None:
                drawing.rect(x, y, slot - 2, 26, "#ffffff", GRID)
                drawing.text(x + slot / 2, y + 18, "–", "middle", MUTED, 11)
                continue
            step = min(len(RAMP) - 1, int(point.value * len(RAMP)))
            drawing.rect(x, y, slot - 2, 26, RAMP[step])
            color = "#ffffff" if step == len(RAMP) - 1 else INK
            drawing.text(x + slot / 2 - 1, y + 18, point.text, "middle", color, 11)
    return drawing.done()


def intervals(title: str, description: str, rows: Sequence[Interval], suffix: str = "") -> str:
    """Estimates with their bounds against a zero line; what cannot be assessed is said in words."""
    drawing = Drawing(slugged(title), title, description, 640, 40 * len(rows) + 40)
    values = [v for r in rows for v in (r.low, r.value, r.high) if v is not None]
    grades = ticks(min([0.0, *values]), max([0.0, *values]))

    def x(value: float) -> float:
        return 220 + 270 * (value - grades[0]) / (grades[-1] - grades[0])

    bottom = 40 * len(rows) + 12
    for grade in grades:
        drawing.line(x(grade), 8, x(grade), bottom, MUTED if grade == 0 else GRID)
        drawing.text(x(grade), bottom + 18, _tick_text(grade) + suffix, "middle", MUTED, 11)
    for index, row in enumerate(rows):
        y = 28 + 40 * index
        drawing.text(208, y + 4, shortened(row.label, 32), "end", INK, 12.5)
        if row.low is not None and row.high is not None:
            drawing.line(x(row.low), y, x(row.high), y, BLUE, 3)
            for bound in (row.low, row.high):
                drawing.line(x(bound), y - 6, x(bound), y + 6, BLUE, 2)
        if row.value is not None:
            drawing.circle(x(row.value), y, 5)
        drawing.text(500, y + 4, shortened(row.text, 24), "start", INK, 12)
    return drawing.done()


def network(
    title: str, description: str, nodes: Mapping[str, str], edges: Sequence[tuple[str, str, int]]
) -> str:
    """Members on a circle, the most linked next to each other; a thicker line is more projects together."""
    drawing = Drawing(slugged(title), title, description, 640, 460)
    degree = {node: sum(count for a, b, count in edges if node in (a, b)) for node in nodes}
    order = sorted(nodes, key=lambda node: (-degree[node], node))
    places = {}
    for index, node in enumerate(order):
        angle = 2 * math.pi * index / max(len(order), 1) - math.pi / 2
        places[node] = (320 + 165 * math.cos(angle), 230 + 165 * math.sin(angle), angle)
    most = max((count for *_, count in edges), default=1)
    for a, b, count in sorted(edges):
        drawing.line(*places[a][:2], *places[b][:2], "#7fa6c1", 1 + 4 * count / most)
    for node in order:
        x, y, angle = places[node]
        drawing.circle(x, y, 4 + min(8, degree[node]), BLUE if degree[node] else "#9aa5b0")
        side = math.cos(angle)
        anchor = "middle" if abs(side) < 0.15 else "start" if side > 0 else "end"
        lift = math.sin(angle) * (38 if anchor == "middle" else 22) + 4  # clear of its neighbours
        drawing.text(x + side * 18, y + lift, shortened(nodes[node], 22), anchor, INK, 11.5)
    return drawing.done()
