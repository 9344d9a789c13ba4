"""What an action really cost: its expenses by Cerfa line and fiscal year, and its share of the general expenses.

An expense without action is a general one of the body (a rent, an insurance): a key of periscope.toml charges a share
of it to an action, on the lines i.1 to i.3 of indirect costs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from periscope.reader_context import Expense, IndirectKey
from reports import french
from reports.deadlines import fiscal_year

CENT = Decimal("0.01")
#: Longest account prefix first; 611, 617, 621, 624, 626 and 628 have no line of their own: they stay in the parent.
_ACCOUNT_LINES = {
    "601": "60.a", "602": "60.a", "604": "60.b", "606": "60.b", "607": "60.b", "60": "60",
    "613": "61.a", "614": "61.a", "615": "61.b", "616": "61.c", "618": "61.d", "61": "61",
    "622": "62.a", "623": "62.b", "625": "62.c", "627": "62.d", "62": "62",
    "631": "63.a", "633": "63.a", "635": "63.b", "637": "63.b", "63": "63",
    "641": "64.a", "645": "64.b", "647": "64.c", "648": "64.c", "649": "64", "64": "64",
    "65": "65", "66": "66", "67": "67", "68": "68", "86": "86",
    "860": "860", "861": "861", "862": "862", "864": "864",
}  # fmt: skip


@dataclass
class Realised:
    """Realised charges of one action and exercise: exact amounts by line, the keys used, and what needs a word."""

    lines: dict[str, Decimal] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, line: str, amount: Decimal) -> None:
        self.lines[line] = self.lines.get(line, Decimal(0)) + amount


def account_line(account: str) -> str | None:
    """The Cerfa line of an account of the plan comptable; None when the form has no place for it (69)."""
    return next((_ACCOUNT_LINES[account[:n]] for n in (3, 2) if account[:n] in _ACCOUNT_LINES), None)


def realised(
    action: str, year: str, expenses: Iterable[Expense], keys: Sequence[IndirectKey], closing: date | None
) -> Realised:
    """The charges of `action` incurred in the exercise that closes in `year`."""
    found = Realised()
    expenses = list(expenses)
    undated = [e.expense_id for e in expenses if e.action == action and e.incurred_on is None]
    if undated:
        found.notes.append(
            f"Sans date d'engagement, hors tableau : {french.listing(undated)}. Complétez expenses.csv."
        )
    dated = [e for e in expenses if e.incurred_on and fiscal_year(e.incurred_on, closing) == year]
    _add_direct(found, [e for e in dated if e.action == action])
    general = [e for e in dated if not e.action]
    for key in keys:
        base = [e for e in general if e.account.startswith(key.accounts)]
        if key.action == action and base:
            total = sum((e.amount_eur for e in base), Decimal(0))
            charged = french.rounded(total * key.share, 2)
            found.add(key.line, charged)
            found.keys.append(
                f"{key.label} (ligne {key.line}) : {french.share(key.share)} de {french.euros(total, 2)} = "
                f"{french.euros(charged, 2)}. Clé : {key.basis or french.MISSING}."
            )
    return found


def _add_direct(found: Realised, expenses: list[Expense]) -> None:
    without_line = Decimal(0)
    for expense in expenses:
        line = account_line(expense.account)
        if line is None:
            without_line += expense.amount_eur
        else:
            found.add(line, expense.amount_eur)
    if without_line:
        found.notes.append(
            f"{french.euros(without_line, 2)} de dépenses sans ligne au formulaire (compte 69 ou compte inconnu), hors tableau."
        )
