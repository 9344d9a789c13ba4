"""A report has one part per grant awarded, each looked at from the end of its own period."""

from __future__ import annotations

from dataclasses import dataclass

from periscope.quarters import Quarter
from periscope.reader_context import Grant
from reports import families
from reports.eligibility import AWARDED, years_of
from reports.families import Family
from reports.report import Report


@dataclass(frozen=True)
class Part:
    """One grant of the report; `report` is the reader's, at the last quarter of the grant's period."""

    number: int
    grant: Grant
    family: Family
    report: Report

    def slug(self, name: str) -> str:
        return f"subvention-{self.number}-{name}"

    @property
    def years(self) -> list[str]:
        return years_of(self.report.context, self.grant)


def parts(report: Report) -> list[Part]:
    """The grants awarded to the reader's pole, oldest first; a request or a refusal has nothing to account for."""
    awarded = [grant for grant in report.context.grants if grant.status in AWARDED]
    ordered = sorted(awarded, key=lambda g: (str(g.period_start or ""), g.grant_id))
    return [
        Part(
            n, grant, families.load(grant.family, report.context.families), report.at(_quarter(report, grant))
        )
        for n, grant in enumerate(ordered, 1)
    ]


def _quarter(report: Report, grant: Grant) -> str:
    """The quarter published, or the last one of a period that ended before it."""
    if grant.period_end is None:
        return report.quarter
    return min(report.quarter, str(Quarter.of(grant.period_end)))
