"""When the report of each grant is due: by the rule of its family, and by the form read to the letter when earlier."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from periscope.reader_context import Grant
from reports import families, french
from reports.families import Family

_REPORTED = ("notified", "contracted", "paid")
_YEAR_END = date(2000, 12, 31)


def months_after(day: date, months: int) -> date:
    """That many months later, an end of month giving an end of month: 31 August gives 28 or 29 February."""
    counted = day.month + months
    year, month = day.year + (counted - 1) // 12, (counted - 1) % 12 + 1
    last = monthrange(year, month)[1]
    return date(year, month, last if _is_month_end(day) else min(day.day, last))


def closing_on_or_after(day: date, closing: date) -> date:
    """The first closing of the body's fiscal year on or after `day`, from the day and month of `closing`."""
    candidates = []
    for year in (day.year, day.year + 1):
        last = monthrange(year, closing.month)[1]
        candidates.append(
            date(year, closing.month, last if _is_month_end(closing) else min(closing.day, last))
        )
    return next(candidate for candidate in candidates if candidate >= day)


def fiscal_year(day: date, closing: date | None) -> str:
    """The exercise a day belongs to, named by the year of its closing; the calendar year without a closing date."""
    return str(closing_on_or_after(day, closing or _YEAR_END).year)


def _is_month_end(day: date) -> bool:
    return (day + timedelta(days=1)).day == 1


@dataclass(frozen=True)
class Deadline:
    """When the report of a grant is due; `earlier_on` is the form's own reading, when it comes before the law's."""

    grant: Grant
    due_on: date | None
    earlier_on: date | None
    rule: str


def deadline(grant: Grant, family: Family) -> Deadline:
    """By the law: exercise *for which* the grant was given; by the form: exercise *during which* it was decided."""
    rule = family.deadline
    start = grant.closing_date if rule.counted_from == "closing_date" else grant.period_end
    if start is None or not rule.counted_from:
        return Deadline(grant, None, None, rule.text)
    due = months_after(start, rule.months)
    if grant.decided_on is None or rule.counted_from != "closing_date":
        return Deadline(grant, due, None, rule.text)
    form = months_after(closing_on_or_after(grant.decided_on, start), rule.months)
    return Deadline(grant, due, form if form < due else None, rule.text)


def deadlines(grants: Iterable[Grant], own_families: Mapping[str, str] | None = None) -> list[Deadline]:
    """Reports due for the grants awarded and not yet closed, soonest first; those without a date come last."""
    due = [
        deadline(grant, families.load(grant.family, own_families))
        for grant in grants
        if grant.status in _REPORTED
    ]
    return sorted(due, key=lambda d: (d.earlier_on or d.due_on or date.max, d.grant.grant_id))


def calendar(grants: Iterable[Grant], as_of: date, own_families: Mapping[str, str] | None = None) -> str:
    """The French lines of `periscope status`: one per report due."""
    due = deadlines(grants, own_families)
    lines = [f"Comptes rendus à remettre ({len(due)})"]
    for one in due:
        grant = one.grant
        when = french.day(one.due_on) if one.due_on else "date fixée par la convention"
        late = " – EN RETARD" if one.due_on and one.due_on < as_of else ""
        earlier = f" (le formulaire, lu à la lettre : {french.day(one.earlier_on)})" if one.earlier_on else ""
        lines.append(f"  {when}{earlier} · {grant.grant_id} · {grant.funder_label} · {grant.purpose}{late}")
    return "\n".join(lines)
