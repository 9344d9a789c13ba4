"""One reader's report in the making: its figures, its context, and the sections shown so far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

from periscope import catalogue
from periscope.quarters import Quarter
from periscope.reader_context import ReportContext, Target
from reports import french, html
from reports.charts import Interval, Point
from reports.document import Cell, Section, printed
from reports.figures import Figure, Figures, change

HEADLINES = {
    "creation": ("new_supported_projects", "effective_creations"),
    "cooperation": ("effectively_run_projects", "collaboration_jobs_created_fte"),
    "turnover": ("turnover_panel_growth", "turnover_total"),
}
CRITERIA = {
    "creation": "Création d'activités",
    "cooperation": "Projets collaboratifs et emplois",
    "turnover": "Chiffre d'affaires des acteurs",
}
PRESENCE_PERIMETERS = ("members", "permanent_residents", "occasional_users")


@dataclass(frozen=True)
class Shown:
    """A section as a notebook displays it."""

    markup: str

    def _repr_html_(self) -> str:
        return self.markup


@dataclass
class Report:
    """What a page of one reader is made from, read from its folder only."""

    folder: Path
    context: ReportContext
    figures: Figures
    shown: list[Section] = field(default_factory=list)

    @classmethod
    def open(cls, folder: Path | str) -> Report:
        path = Path(folder)
        return cls(path, ReportContext.load(path), Figures.load(path))

    def show(self, section: Callable[[Report], Section]) -> Shown:
        """Build a section, keep it for the PDF and the workbook, and return what a notebook displays."""
        built = section(self)
        self.shown.append(built)
        return Shown(html.section(built))

    def show_all(self, build: Callable[[Report], list[Section]]) -> Shown:
        """The same for a part made of several sections."""
        built = build(self)
        self.shown += built
        return Shown("".join(html.section(section) for section in built))

    def at(self, quarter: str) -> Report:
        """The same figures looked at from another quarter, with nothing shown yet."""
        return Report(self.folder, replace(self.context, quarter=quarter), self.figures)

    @property
    def quarter(self) -> str:
        return self.context.quarter

    @property
    def year(self) -> str:
        return self.quarter[:4]

    @property
    def draft(self) -> str:
        """What a page says until its folder, as it stands, is given to its reader."""
        if not self.context.is_draft:
            return ""
        if self.context.delivered_on is None:
            return "Brouillon : ce dossier n'a pas encore été remis."
        day = french.day(self.context.delivered_on)
        return f"Brouillon : remis le {day}, ce dossier a été refait depuis et n'a pas été remis de nouveau."

    @property
    def quarter_label(self) -> str:
        return Quarter.parse(self.quarter).label_fr

    def now(
        self, indicator_id: str, perimeter: str = "members", dimension: str = "all", item: str = "all"
    ) -> Figure | None:
        """The figure of the quarter being published."""
        return self.figures.get(indicator_id, self.quarter, perimeter, dimension, item)

    def change_cell(self, figure: Figure | None) -> str:
        moved = change(self.figures, figure) if figure is not None else None
        return moved[1] if moved else french.MISSING

    def standing_target(self, indicator_id: str, perimeter: str, period: str) -> Target | None:
        """The target in force: the last one set."""
        history = self.target_history(indicator_id, perimeter, period)
        return history[-1] if history else None

    def target_history(self, indicator_id: str, perimeter: str, period: str) -> list[Target]:
        wanted = (indicator_id, perimeter, period)
        found = [t for t in self.context.targets if (t.indicator_id, t.perimeter, t.period) == wanted]
        return sorted(found, key=lambda t: t.set_on)

    def measured_target(self, indicator_id: str, perimeter: str) -> tuple[Target, Figure | None] | None:
        """The target of the quarter with its figure, else the year's target with the year to date."""
        for period in (self.quarter, self.year):
            target = self.standing_target(indicator_id, perimeter, period)
            if target is not None:
                return target, self.figures.get(indicator_id, period, perimeter)
        return None

    def target_sentence(self, indicator_id: str, perimeter: str) -> str:
        """`8 (T3 2026), atteint à 75 %`; empty without a target."""
        measured = self.measured_target(indicator_id, perimeter)
        if measured is None:
            return ""
        target, figure = measured
        unit = catalogue.load()[indicator_id].unit if indicator_id in catalogue.load() else "number"
        wanted = french.signed if figure is not None and figure.is_movement else french.quantity
        told = f"{wanted(target.target, unit)} ({french.short_period(target.period)})"
        if figure is None or figure.value is None:
            return f"{told}, réalisation {french.MISSING}"
        if figure.is_movement:
            return f"{told}, {'atteint' if figure.value >= target.target else 'non atteint'}"
        if not target.target:
            return told
        so_far = "" if figure.is_quarterly else f", cumul {figure.text}"
        return f"{told}{so_far}, atteint à {french.share(figure.value / target.target, 0)}"

    def points(
        self,
        indicator_id: str,
        perimeter: str = "members",
        dimension: str = "all",
        item: str = "all",
        until: str = "",
    ) -> list[Point]:
        """The quarterly trend of one cell up to `until` (default: all of it), with its quarterly targets."""
        found = []
        for figure in self.figures.trend(indicator_id, perimeter, dimension, item):
            if until and figure.period > until:
                break
            target = self.standing_target(indicator_id, perimeter, figure.period)
            aim = scaled(target.target, figure.unit) if target and dimension == "all" else None
            found.append(
                Point(french.short_period(figure.period), scaled(figure.value, figure.unit), figure.text, aim)
            )
        return found

    @property
    def printed(self) -> list[Figure]:
        """The figures that the sections shown so far print, each once, in reading order."""
        known = self.figures.by_id
        return [known[one] for one in printed(self.shown) if one in known]

    def label(self, figure: Figure) -> str:
        """The name of a figure's item, as this reader may read it."""
        if figure.indicator_id == "turnover_bridge":
            return french.BRIDGE_ITEMS.get(figure.item, figure.item)
        if figure.dimension == "cohort":
            return french.short_period(figure.item)
        return self.context.item_label(figure.dimension, figure.item)

    def cell(
        self, indicator_id: str, perimeter: str = "members", dimension: str = "all", item: str = "all"
    ) -> Cell:
        return Cell.of(self.now(indicator_id, perimeter, dimension, item))


def scaled(value: Decimal | None, unit: str) -> float | None:
    """A value for a drawing; shares become per cents, as their axis says."""
    return None if value is None else float(value * 100 if unit == "share" else value)


def interval(label: str, low: Figure | None, value: Figure, high: Figure | None) -> Interval:
    """An estimate and its two bounds, for a drawing."""
    return Interval(
        label,
        scaled(low.value, low.unit) if low else None,
        scaled(value.value, value.unit),
        scaled(high.value, high.unit) if high else None,
        value.text,
    )
