"""The masked figures of one reader: `figures.csv` and, for trends, `history.csv`. The only way into a page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from periscope import bands, catalogue
from periscope.files import csv_rows
from periscope.quarters import Quarter
from reports import french

_DECIMALS = ("value", "numerator", "denominator", "coverage")
_COUNTS = ("contributors", "expected")
#: A movement by itself: printed with its sign, and never called rising or falling.
_MOVEMENTS = ("_growth", "_net_change", "_effect", "turnover_bridge")


@dataclass(frozen=True)
class Figure:
    """One row of figures.csv; an empty cell is None, never 0. Shares are 0..1."""

    figure_id: str
    indicator_id: str
    indicator_version: str
    period: str
    perimeter: str
    dimension: str
    item: str
    value: Decimal | None
    unit: str
    numerator: Decimal | None
    denominator: Decimal | None
    contributors: int | None
    expected: int | None
    coverage: Decimal | None
    rung: str
    status: str
    reason: str

    @cached_property
    def text(self) -> str:
        """The value as printed: its band or `s` when masked, `n.d.` when not available, `(R)` when revised."""
        if self.status == "suppressed":
            return bands.words(self.reason) or french.SUPPRESSED
        if self.value is not None and self.is_movement:
            text = french.signed(self.value, self.unit)
        else:
            text = french.quantity(self.value, self.unit)
        return f"{text} {french.RESTATED}" if self.status == "restated" and self.value is not None else text

    @property
    def is_movement(self) -> bool:
        return any(part in self.indicator_id for part in _MOVEMENTS) and not self.indicator_id.endswith(
            "_mde"
        )

    @property
    def is_quarterly(self) -> bool:
        return "-Q" in self.period

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        return (self.indicator_id, self.period, self.perimeter, self.dimension, self.item)


def read(path: Path) -> Iterator[Figure]:
    """The figures of one file, in its order. Raises KeyError when a column of the contract is absent."""
    for row in csv_rows(path):
        values: dict[str, object] = {name: row[name] for name in catalogue.FIGURE_COLUMNS}
        values |= {name: Decimal(row[name]) if row[name] else None for name in _DECIMALS}
        values |= {name: int(row[name]) if row[name] else None for name in _COUNTS}
        yield Figure(**values)  # type: ignore[arg-type]


class Figures:
    """Figures by what they measure. The folder being published wins over its history."""

    def __init__(self, figures: list[Figure]) -> None:
        self._by_key = {figure.key: figure for figure in figures}
        self.by_id = {figure.figure_id: figure for figure in self}
        self._breakdowns: dict[tuple[str, ...], list[Figure]] = defaultdict(list)
        self._trends: dict[tuple[str, ...], list[Figure]] = defaultdict(list)
        for figure in self:
            self._breakdowns[figure.key[:4]].append(figure)
            if figure.is_quarterly:
                self._trends[figure.indicator_id, figure.perimeter, figure.dimension, figure.item].append(
                    figure
                )

    @classmethod
    def load(cls, folder: Path) -> Figures:
        history = folder / "history.csv"
        return cls([*(read(history) if history.exists() else ()), *read(folder / "figures.csv")])

    def __iter__(self) -> Iterator[Figure]:
        return iter(self._by_key.values())

    def get(
        self,
        indicator_id: str,
        period: str,
        perimeter: str = "members",
        dimension: str = "all",
        item: str = "all",
    ) -> Figure | None:
        return self._by_key.get((indicator_id, period, perimeter, dimension, item))

    def items(self, indicator_id: str, period: str, perimeter: str, dimension: str) -> list[Figure]:
        """The figures of one breakdown, in the order of the file."""
        return list(self._breakdowns.get((indicator_id, period, perimeter, dimension), ()))

    def trend(
        self, indicator_id: str, perimeter: str, dimension: str = "all", item: str = "all"
    ) -> list[Figure]:
        """The quarterly figures of one cell, oldest first."""
        found = self._trends.get((indicator_id, perimeter, dimension, item), ())
        return sorted(found, key=lambda f: f.period)

    def year_before(self, figure: Figure) -> Figure | None:
        """The same cell one year earlier."""
        earlier = (
            str(Quarter.parse(figure.period).shift(-4))
            if figure.is_quarterly
            else str(int(figure.period) - 1)
        )
        return self._by_key.get((figure.indicator_id, earlier, *figure.key[2:]))


def name(figure: Figure) -> str:
    """The name of a figure's indicator, from the catalogue."""
    return indicator_name(figure.indicator_id)


def indicator_name(indicator_id: str) -> str:
    known = catalogue.load().get(indicator_id)
    return known.name_fr if known else indicator_id


def spoken(figure: Figure) -> str:
    """The value where there is room for a word: a masked one is said so, not abbreviated."""
    return "masqué" if figure.text == french.SUPPRESSED else figure.text


def change(figures: Figures, figure: Figure) -> tuple[Decimal, str] | None:
    """Change on one year, and its words (`+3`, `−1,2 point`); None when either value is missing."""
    earlier = figures.year_before(figure)
    if figure.value is None or earlier is None or earlier.value is None:
        return None
    return figure.value - earlier.value, french.difference(figure.value, earlier.value, figure.unit)


def coverage_sentence(figure: Figure) -> str:
    """How many of those expected answered; empty for figures that ask nobody."""
    if figure.expected is None or figure.coverage is None:
        return ""
    answered = int(french.rounded(figure.coverage * figure.expected))
    verb = "a répondu" if answered < 2 else "ont répondu"
    return f"{answered} sur {french.plural(figure.expected, 'membre')} {verb}."


def sentence_parts(figures: Figures, figure: Figure, with_coverage: bool = True) -> tuple[str, str]:
    """One plain sentence around the printed value: figure, change on one year, coverage. No cause is ever told."""
    before = f"{name(figure)}\u00a0: "
    when = f" au {french.period(figure.period)}" if figure.is_quarterly else f" en {figure.period}"
    if figure.value is None:
        why = figure.reason.rstrip(".") or french.STATUSES.get(figure.status, figure.status).lower()
        return before, f"{when}, valeur non publiée ({why})."
    moved = change(figures, figure)
    if figure.is_movement:
        earlier = figures.year_before(figure)
        known = earlier is not None and earlier.value is not None
        after = f"\u00a0; un an plus tôt\u00a0: {earlier.text}." if earlier is not None and known else "."
    elif moved is None:
        after = ", sans comparaison possible avec l'année précédente."
    elif french.direction(*moved) == "stable":
        after = ", stable sur un an."
    else:
        after = f", {french.direction(*moved)} sur un an ({moved[1]})."
    return before, f"{when}{after} {coverage_sentence(figure) if with_coverage else ''}".rstrip()


def sentence(figures: Figures, figure: Figure) -> str:
    """The sentence of `sentence_parts` in one piece."""
    before, after = sentence_parts(figures, figure)
    return f"{before}{figure.text}{after}"
