"""The sections of the reports; a notebook or a dashboard only puts them in order."""

from reports.report import Report
from reports.sections.calendar import deadlines
from reports.sections.criteria import cooperation, creation, jobs, turnover
from reports.sections.effect import effects, effects_annex
from reports.sections.followup import coverage, glossary, method, secrecy, withheld
from reports.sections.functions import by_function
from reports.sections.funder import grant_parts, results, summary
from reports.sections.history import restatements
from reports.sections.resources import funding, rooms

__all__ = [
    "Report",
    "by_function",
    "cooperation",
    "coverage",
    "creation",
    "deadlines",
    "effects",
    "effects_annex",
    "funding",
    "glossary",
    "grant_parts",
    "jobs",
    "method",
    "restatements",
    "results",
    "rooms",
    "secrecy",
    "summary",
    "turnover",
    "withheld",
]
