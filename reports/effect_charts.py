"""Charts of an estimated effect: years before and after, the test of chance, what a net number hangs on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from reports import french
from reports.charts import ticks
from reports.svg import BLUE, GRID, INK, MUTED, ORANGE, PALE, Drawing, shortened, slugged


@dataclass(frozen=True)
class Year:
    """One year before or since joining, in the unit of its axis."""

    label: str
    is_before: bool
    low: float
    value: float
    high: float
    text: str


@dataclass(frozen=True)
class Swing:
    """A result when one assumption goes from one end of its range to the other."""

    label: str
    low: float
    high: float
    low_text: str
    high_text: str


def _axis(
    drawing: Drawing,
    values: Sequence[float],
    suffix: str,
    top: float,
    bottom: float,
    left: float,
    right: float,
) -> Callable[[float], float]:
    """Horizontal rules with their values; returns the height of a value."""
    grades = ticks(min([0.0, *values]), max([0.0, *values]))

    def y(value: float) -> float:
        return bottom - (bottom - top) * (value - grades[0]) / (grades[-1] - grades[0])

    for grade in grades:
        drawing.line(left, y(grade), right, y(grade), INK if grade == 0 else GRID)
        drawing.text(left - 6, y(grade) + 4, _plain(grade) + suffix, "end", MUTED, 11)
    return y


def _plain(value: float) -> str:
    return f"{value:g}".replace(".", ",").replace("-", french.MINUS)


def event_study(title: str, description: str, years: Sequence[Year], suffix: str) -> str:
    """One point and its interval per year; the years before joining on a shaded ground."""
    drawing = Drawing(slugged(title), title, description, 640, 300)
    slot = 560 / max(len(years), 1)
    before = sum(year.is_before for year in years)
    if before:
        drawing.rect(64, 24, slot * before, 226, "#f3f5f7")
        drawing.text(64 + slot * before / 2, 18, "avant l'entrée : attendu près de zéro", "middle", MUTED, 11)
    if before < len(years):
        drawing.text(64 + slot * (before + len(years)) / 2, 18, "depuis l'entrée", "middle", MUTED, 11)
    y = _axis(drawing, [v for one in years for v in (one.low, one.high)], suffix, 30, 244, 64, 624)
    for index, year in enumerate(years):
        x = 64 + slot * (index + 0.5)
        color = MUTED if year.is_before else BLUE
        drawing.line(x, y(year.low), x, y(year.high), color, 3)
        for bound in (year.low, year.high):
            drawing.line(x - 7, y(bound), x + 7, y(bound), color, 2)
        if year.is_before:
            drawing.diamond(x, y(year.value), 6, color)
        else:
            drawing.circle(x, y(year.value), 5, color)
        drawing.text(
            x + 11, y(year.value) + (-7 if year.value >= 0 else 16), year.text, "start", INK, 12, True
        )
        drawing.text(x, 268, shortened(year.label, int(slot / 6)), "middle", INK, 12)
    return drawing.done()


def histogram(
    title: str,
    description: str,
    bars: Sequence[tuple[float, float, int]],
    observed: float,
    text: str,
    suffix: str,
) -> str:
    """How often chance alone gives each effect, and a mark where the observed one is."""
    drawing = Drawing(slugged(title), title, description, 640, 240)
    low, high = min([bars[0][0], observed]), max([bars[-1][1], observed])
    most = max(count for *_, count in bars)

    def x(value: float) -> float:
        return 40 + 560 * (value - low) / ((high - low) or 1)

    for start, end, count in bars:
        height = 150 * count / most
        drawing.rect(x(start) + 0.5, 190 - height, max(x(end) - x(start) - 1, 1), height, PALE)
    drawing.line(30, 190, 610, 190, MUTED)
    for grade in ticks(low, high):
        if low <= grade <= high:
            drawing.text(x(grade), 208, _plain(grade) + suffix, "middle", MUTED, 11)
    drawing.line(x(observed), 30, x(observed), 190, ORANGE, 3)
    anchor = "end" if x(observed) > 320 else "start"
    drawing.text(x(observed) + (-8 if anchor == "end" else 8), 38, f"observé {text}", anchor, INK, 13, True)
    return drawing.done()


def tornado(title: str, description: str, middle: float, swings: Sequence[Swing]) -> str:
    """The widest swing on top, around the result with every assumption at the middle of its range."""
    ordered = sorted(swings, key=lambda swing: swing.low - swing.high)
    drawing = Drawing(slugged(title), title, description, 640, 46 * len(ordered) + 46)
    values = [v for swing in ordered for v in (swing.low, swing.high)]
    low, high = min([middle, *values]), max([middle, *values])

    def x(value: float) -> float:
        return 290 + 240 * (value - low) / ((high - low) or 1)

    bottom = 46 * len(ordered) + 12
    drawing.line(x(middle), 8, x(middle), bottom, INK, 1.5, "4 3")
    told = french.number(Decimal(str(middle)), 1)
    drawing.text(x(middle), bottom + 18, f"au milieu des fourchettes : {told}", "middle", MUTED, 11)
    for index, swing in enumerate(ordered):
        y = 14 + 46 * index
        drawing.text(226, y + 17, shortened(swing.label, 34), "end", INK, 12.5)
        drawing.rect(x(swing.low), y, max(x(swing.high) - x(swing.low), 1.5), 24, BLUE)
        drawing.text(x(swing.low) - 6, y + 17, swing.low_text, "end", INK, 12)
        drawing.text(x(swing.high) + 6, y + 17, swing.high_text, "start", INK, 12)
    return drawing.done()
