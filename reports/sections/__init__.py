"""The sections of the reports; a notebook or a dashboard only puts them in order."""

from reports.report import Report
from reports.sections.criteria import cooperation, creation, jobs, turnover
from reports.sections.followup import coverage, deadlines, glossary, method, restatements, withheld
from reports.sections.funder import cerfa, identity, objectives, qualitative, signature
from reports.sections.resources import effects, funding, rooms

__all__ = [
    "Report",
    "cerfa",
    "cooperation",
    "coverage",
    "creation",
    "deadlines",
    "effects",
    "funding",
    "glossary",
    "identity",
    "jobs",
    "method",
    "objectives",
    "qualitative",
    "restatements",
    "rooms",
    "signature",
    "turnover",
    "withheld",
]
