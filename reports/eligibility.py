"""May these expenses be charged to these grants? Violations block a report; each names its lines and the cure."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from periscope.reader_context import Expense, Grant, ReportContext
from reports import french
from reports.cerfa import six_months_after, table

_AWARDED = ("notified", "contracted", "paid", "closed")


def violations(context: ReportContext) -> list[str]:
    """Shares above one, dates outside the window, public money above the cost: French sentences, none when all is well."""
    return [*_shares(context), *_dates(context), *_public_money(context)]


def _shares(context: ReportContext) -> list[str]:
    shares: dict[str, list[tuple[str, Decimal]]] = defaultdict(list)
    for allocation in context.allocations:
        shares[allocation.expense_id].append((allocation.grant_id, allocation.share))
    found = []
    for expense_id, parts in shares.items():
        total = sum((part for _, part in parts), Decimal(0))
        if total > 1:
            grants = french.listing(sorted(grant_id for grant_id, _ in parts))
            found.append(
                f"Dépense {expense_id} : imputée à {french.share(total)} au total ({grants}). "
                "Ramenez la somme des parts à 100 % dans expense_allocations.csv."
            )
        if any(part < 0 for _, part in parts):
            found.append(f"Dépense {expense_id} : part négative. Corrigez expense_allocations.csv.")
    return found


def _dates(context: ReportContext) -> list[str]:
    grants = {grant.grant_id: grant for grant in context.grants}
    expenses = {expense.expense_id: expense for expense in context.expenses}
    found = []
    for allocation in context.allocations:
        expense = expenses.get(allocation.expense_id)
        grant = grants.get(allocation.grant_id)
        if context.reader_kind != "internal" and (expense is None or grant is None):
            continue  # another reader sees its own grants only
        if expense is None or grant is None:
            missing = "dépense" if expense is None else "subvention"
            found.append(
                f"Imputation de {allocation.expense_id} sur {allocation.grant_id} : {missing} inconnue. "
                "Corrigez expense_allocations.csv."
            )
        elif allocation.share > 0:
            found += _outside(expense, grant)
    return found


def _outside(expense: Expense, grant: Grant) -> list[str]:
    """An expense is incurred inside the grant's period and paid at most six months after it ends."""
    start, end = grant.period_start, grant.period_end
    window = f"la période de {grant.grant_id} ({french.day(start)} – {french.day(end)})"
    where = f"Dépense {expense.expense_id} : "
    found = []
    incurred, paid = expense.incurred_on, expense.paid_on
    if incurred and ((start and incurred < start) or (end and incurred > end)):
        found.append(f"{where}engagée le {french.day(incurred)}, hors de {window}. Retirez l'imputation.")
    if paid and ((start and paid < start) or (end and paid > six_months_after(end))):
        found.append(f"{where}payée le {french.day(paid)}, trop loin de {window}. Retirez l'imputation.")
    return found


def _public_money(context: ReportContext) -> list[str]:
    found = []
    for action in sorted({grant.action for grant in context.grants if grant.action}):
        awarded = sum(
            (
                grant.amount_eur if grant.awarded_eur is None else grant.awarded_eur
                for grant in context.grants
                if grant.action == action and grant.status in _AWARDED
            ),
            Decimal(0),
        )
        years = sorted({line.fiscal_year for line in context.budget_lines if line.action == action})
        costs = [table(action, year, context.budget_lines).exact["charge", "forecast"] for year in years]
        cost = sum((c for c in costs if c is not None), Decimal(0))
        if any(c is not None for c in costs) and awarded > cost:
            found.append(
                f"Action {action} : {french.euros(awarded, 2)} de subventions accordées pour "
                f"{french.euros(cost, 2)} de dépenses prévues. Corrigez grants.csv ou budget_lines.csv."
            )
    return found
