"""May these expenses be charged to these grants? Violations block a report; each names its lines and the cure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from periscope.reader_context import Expense, Grant, ReportContext
from reports import cerfa, families, french
from reports.deadlines import fiscal_year, months_after
from reports.families import Family

AWARDED = ("notified", "contracted", "paid", "closed")
#: the lines of income that are public money; 74.j is private
PUBLIC_INCOME = tuple(f"74.{letter}" for letter in "abcdefghi")


def violations(context: ReportContext) -> list[str]:
    """French sentences, none when all is well: shares above one, dates outside the window, aid above the cost."""
    return [
        *_shares(context),
        *_keys(context),
        *_dates(context),
        *_public_money(context),
        *_own_shares(context),
    ]


def awarded_eur(grant: Grant) -> Decimal | None:
    """What was granted; None while nothing is."""
    if grant.status not in AWARDED:
        return None
    return grant.amount_eur if grant.awarded_eur is None else grant.awarded_eur


def closing_of(context: ReportContext, action: str) -> Grant | None:
    """A grant of the action that says when the body closes its accounts."""
    return next((g for g in context.grants if g.action == action and g.closing_date), None)


def years_of(context: ReportContext, grant: Grant) -> list[str]:
    """The exercises with a budget or expenses that the grant's period touches; all of them when it has no dates."""
    spent = {
        fiscal_year(e.incurred_on, grant.closing_date)
        for e in context.expenses
        if e.action == grant.action and e.incurred_on
    }
    years = sorted({b.fiscal_year for b in context.budget_lines if b.action == grant.action} | spent)
    if grant.period_start is None or grant.period_end is None:
        return years
    first = fiscal_year(grant.period_start, grant.closing_date)
    last = fiscal_year(grant.period_end, grant.closing_date)
    return [year for year in years if first <= year <= last]


def table_of(context: ReportContext, action: str, year: str) -> cerfa.CerfaTable:
    """The Cerfa table of one action and exercise, from everything the context knows."""
    known = closing_of(context, action)
    return cerfa.table(
        action,
        year,
        context.budget_lines,
        context.expenses,
        context.indirect_keys,
        known.closing_date if known else None,
    )


def _shares(context: ReportContext) -> Iterator[str]:
    shares: dict[str, list[tuple[str, Decimal]]] = defaultdict(list)
    for allocation in context.allocations:
        shares[allocation.expense_id].append((allocation.grant_id, allocation.share))
    for expense_id, parts in shares.items():
        total = sum((part for _, part in parts), Decimal(0))
        if total > 1:
            grants = french.listing(sorted(grant_id for grant_id, _ in parts))
            yield (
                f"Dépense {expense_id} : imputée à {french.share(total)} au total ({grants}). "
                "Ramenez la somme des parts à 100 % dans expense_allocations.csv."
            )
        if any(part < 0 for _, part in parts):
            yield f"Dépense {expense_id} : part négative. Corrigez expense_allocations.csv."


def _keys(context: ReportContext) -> Iterator[str]:
    """A general expense is never spread over more than itself."""
    for expense in context.expenses:
        keys = [
            k for k in context.indirect_keys if not expense.action and expense.account.startswith(k.accounts)
        ]
        total = sum((key.share for key in keys), Decimal(0))
        if total > 1:
            yield (
                f"Dépense {expense.expense_id} : répartie à {french.share(total)} par les clés "
                f"{french.listing([key.label for key in keys])}. Réduisez les parts de [indirect.…] dans periscope.toml."
            )


def _dates(context: ReportContext) -> Iterator[str]:
    grants = {grant.grant_id: grant for grant in context.grants}
    expenses = {expense.expense_id: expense for expense in context.expenses}
    for allocation in context.allocations:
        expense = expenses.get(allocation.expense_id)
        grant = grants.get(allocation.grant_id)
        if context.reader_kind != "internal" and (expense is None or grant is None):
            continue  # another reader sees its own grants only
        if expense is None or grant is None:
            missing = "dépense" if expense is None else "subvention"
            yield (
                f"Imputation de {allocation.expense_id} sur {allocation.grant_id} : {missing} inconnue. "
                "Corrigez expense_allocations.csv."
            )
        elif allocation.share > 0:
            yield from _outside(expense, grant, families.load(grant.family, context.families))


def _outside(expense: Expense, grant: Grant, family: Family) -> Iterator[str]:
    """An expense is of the grant's action, incurred inside its period and paid soon enough after it ends."""
    start, end = grant.period_start, grant.period_end
    window = f"la période de {grant.grant_id} ({french.day(start)} – {french.day(end)})"
    where = f"Dépense {expense.expense_id} : "
    incurred, paid = expense.incurred_on, expense.paid_on
    if expense.action and grant.action and expense.action != grant.action:
        yield f"{where}de l'action {expense.action}, imputée à {grant.grant_id} de l'action {grant.action}. Corrigez l'une des deux."
    if incurred is None and (start or end):
        yield f"{where}sans date d'engagement, on ne peut pas la dire dans {window}. Complétez expenses.csv."
    if incurred and ((start and incurred < start) or (end and incurred > end)):
        yield f"{where}engagée le {french.day(incurred)}, hors de {window}. Retirez l'imputation."
    if paid and ((start and paid < start) or (end and paid > months_after(end, family.paid_within_months))):
        yield f"{where}payée le {french.day(paid)}, trop loin de {window}. Retirez l'imputation."


def _public_money(context: ReportContext) -> Iterator[str]:
    """Public grants of one action together, and each grant against its family's ceiling, stay under the forecast cost."""
    groups: dict[tuple[str, tuple[str, ...]], list[Grant]] = defaultdict(list)
    for grant in context.grants:
        if grant.action and grant.status in AWARDED:
            groups[grant.action, tuple(years_of(context, grant))].append(grant)
    for (action, years), grants in sorted(groups.items()):
        cost = _forecast_cost(context, action, years)
        if cost is None:
            continue
        loaded = [(grant, families.load(grant.family, context.families)) for grant in grants]
        public = [grant for grant, family in loaded if family.is_public_money]
        total = sum((awarded_eur(grant) or Decimal(0) for grant in public), Decimal(0))
        if total > cost:
            named = french.listing([grant.grant_id for grant in public])
            yield (
                f"Action {action}, exercice {french.listing(list(years))} : {french.euros(total, 2)} de subventions "
                f"accordées ({named}) pour {french.euros(cost, 2)} de dépenses prévues. Corrigez grants.csv ou budget_lines.csv."
            )
        for grant, family in loaded:
            aid = awarded_eur(grant) or Decimal(0)
            if family.aid_share_max is not None and aid > family.aid_share_max * cost:
                yield (
                    f"Subvention {grant.grant_id} : {french.euros(aid, 2)} dépassent {french.share(family.aid_share_max, 0)} "
                    f"de {french.euros(cost, 2)} de dépenses prévues. Corrigez grants.csv ou budget_lines.csv."
                )


def _forecast_cost(context: ReportContext, action: str, years: tuple[str, ...]) -> Decimal | None:
    costs = [cerfa.forecast_total(context.budget_lines, action, year, "charge") for year in years]
    known = [cost for cost in costs if cost is not None]
    return sum(known, Decimal(0)) if known else None


def own_share(cost_eur: Decimal, public_eur: Decimal, minimum: Decimal) -> tuple[Decimal, Decimal]:
    """The own share of a cost (0..1), and the most that public aid may reach when it must keep `minimum`."""
    return 1 - public_eur / cost_eur, cost_eur * (1 - minimum)


def _own_shares(context: ReportContext) -> Iterator[str]:
    for grant in context.grants:
        minimum = families.load(grant.family, context.families).own_share_min
        years = tuple(years_of(context, grant))
        cost = _forecast_cost(context, grant.action, years)
        if minimum is None or not cost or grant.status not in AWARDED:
            continue
        public = public_income(context, grant.action, years)
        share, ceiling = own_share(cost, public, minimum)
        if share < minimum:
            yield (
                f"Subvention {grant.grant_id} : {french.euros(public, 2)} d'aides publiques prévues pour l'action {grant.action} "
                f"laissent {french.share(share)} de part propre, il en faut {french.share(minimum, 0)} "
                f"(aides publiques : {french.euros(ceiling, 2)} au plus). Corrigez budget_lines.csv."
            )


def public_income(context: ReportContext, action: str, years: tuple[str, ...]) -> Decimal:
    """Public money forecast in the budget of the action."""
    return sum(
        (
            line.forecast_eur or Decimal(0)
            for line in context.budget_lines
            if line.action == action and line.fiscal_year in years and line.line in PUBLIC_INCOME
        ),
        Decimal(0),
    )
