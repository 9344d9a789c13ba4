"""Cerfa 15059*02, the financial report of one action: rounding by leaves, totals, percentages, gaps.

Leaves are rounded to euros, half up; parents and totals are sums of rounded leaves, so that the printed table adds up.
A missing amount stays missing. 86 and 87 stand below the totals. The form has no line 69 and no line 79.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from periscope.files import csv_rows
from periscope.reader_context import BudgetLine, Expense, IndirectKey
from reports import charges, french

TOTAL, GRAND_TOTAL = "T1", "T2"
SIDES = ("charge", "income")
IN_KIND = {"charge": "86", "income": "87"}
TOTAL_LABELS = {"charge": "Total des charges", "income": "Total des produits"}


@dataclass(frozen=True)
class FormLine:
    """One printed line of the form; `parent` is the line it adds to."""

    side: str
    line: str
    parent: str
    label_fr: str


@dataclass(frozen=True)
class Row:
    """One row of the table in whole euros; `children` are the codes it sums, none for a leaf."""

    line: str
    label: str
    forecast_eur: Decimal | None
    realised_eur: Decimal | None
    children: tuple[str, ...] = ()
    parent: str = ""

    @property
    def percent(self) -> Decimal | None:
        """Realised over forecast, in per cent; None without a forecast, never 0 % nor infinity."""
        if self.realised_eur is None or not self.forecast_eur:
            return None
        return self.realised_eur * 100 / self.forecast_eur

    @property
    def gap_eur(self) -> Decimal | None:
        """Realised less forecast, all of it when nothing was forecast; None while the realised amount is unknown."""
        return None if self.realised_eur is None else self.realised_eur - (self.forecast_eur or Decimal(0))

    @property
    def gap_share(self) -> Decimal | None:
        return self.gap_eur / self.forecast_eur if self.gap_eur is not None and self.forecast_eur else None


@dataclass(frozen=True)
class CerfaTable:
    """The table of one action and fiscal year. `exact` holds the unrounded totals by (side, column)."""

    action: str
    fiscal_year: str
    rows: dict[str, list[Row]]
    exact: dict[tuple[str, str], Decimal | None]
    indirect_keys: tuple[str, ...]
    notes: tuple[str, ...]

    def row(self, side: str, line: str) -> Row:
        return next(row for row in self.rows[side] if row.line == line)

    @property
    def result_eur(self) -> Decimal | None:
        """Realised income less realised charges, in printed euros."""
        income, charges = (self.row(side, TOTAL).realised_eur for side in ("income", "charge"))
        return None if income is None or charges is None else income - charges


@cache
def form_lines() -> tuple[FormLine, ...]:
    """The lines of the form in print order."""
    path = Path(__file__).parent / "assets" / "cerfa_lines.csv"
    return tuple(FormLine(**row) for row in csv_rows(path))


def table(
    action: str,
    fiscal_year: str,
    budget: Iterable[BudgetLine],
    expenses: Iterable[Expense] = (),
    keys: Sequence[IndirectKey] = (),
    closing: date | None = None,
) -> CerfaTable:
    """The table of one action and exercise. Realised charges come from `expenses` when the budget states none."""
    lines = [b for b in budget if b.action == action and b.fiscal_year == fiscal_year]
    columns = {
        "forecast": {b.line: b.forecast_eur for b in lines if b.forecast_eur is not None},
        "realised": {b.line: b.realised_eur for b in lines if b.realised_eur is not None},
    }
    spent = charges.realised(action, fiscal_year, expenses, keys, closing)
    notes = [*spent.notes, *_join(columns["realised"], spent)]
    known = {form.line for form in form_lines()} | {TOTAL, GRAND_TOTAL}
    for line in sorted({b.line for b in lines} - known):
        notes.append(_stray_line(line, columns))
    rows: dict[str, list[Row]] = {}
    exact: dict[tuple[str, str], Decimal | None] = {}
    for side in SIDES:
        rows[side] = _side_rows(side, columns, notes)
        for column, amounts in columns.items():
            exact[side, column] = _exact_total(side, amounts)
    built = CerfaTable(action, fiscal_year, rows, exact, tuple(spent.keys), ())
    return replace(built, notes=(*notes, *_checks(built, columns)))


def _join(stated: dict[str, Decimal], spent: charges.Realised) -> list[str]:
    """Put the expenses in the realised column; direct charges typed in the budget win, and a gap with them is told."""
    direct = {line: amount for line, amount in spent.lines.items() if not line.startswith("i.")}
    is_typed = any(
        f.line in stated for f in form_lines() if f.side == "charge" and not f.line.startswith("i.")
    )
    typed = _exact_total("charge", {line: v for line, v in stated.items() if not line.startswith("i.")})
    for line, amount in spent.lines.items():
        if line not in direct or not is_typed:
            stated.setdefault(line, amount)
    listed = _exact_total("charge", direct)
    if not is_typed or listed is None or typed is None or listed == typed:
        return []
    return [
        f"Charges directes : les dépenses listées font {french.euros(listed, 2)}, la réalisation saisie {french.euros(typed, 2)}."
    ]


def _stray_line(line: str, columns: dict[str, dict[str, Decimal]]) -> str:
    amounts = " ; ".join(
        f"{label} {french.euros(columns[column][line], 2)}"
        for column, label in (("forecast", "prévision"), ("realised", "réalisation"))
        if line in columns[column]
    )
    if line[:2] in ("69", "79"):
        return f"Ligne {line[:2]} du formulaire de demande, absente du compte rendu ({amounts}) : hors tableau, à expliquer."
    return f"Ligne « {line} » inconnue du formulaire ({amounts}) : hors tableau. Corrigez budget_lines.csv."


def _children(side: str, line: str) -> list[FormLine]:
    return [form for form in form_lines() if form.side == side and form.parent == line]


def _leaves(side: str, parent: str, amounts: dict[str, Decimal]) -> dict[str, Decimal]:
    """The exact leaves under one line: its children, and what it holds beyond them as `<line> +`."""
    leaves = {f.line: amounts[f.line] for f in _children(side, parent) if f.line in amounts}
    if parent in amounts:
        rest = amounts[parent] - sum(leaves.values())
        if rest or not leaves:
            leaves[f"{parent} +" if leaves else parent] = rest
    return leaves


def _exact_total(side: str, amounts: dict[str, Decimal]) -> Decimal | None:
    parents = [f.line for f in _children(side, TOTAL)]
    leaves = [value for parent in parents for value in _leaves(side, parent, amounts).values()]
    return sum(leaves, Decimal(0)) if leaves else None


def forecast_total(budget: Iterable[BudgetLine], action: str, year: str, side: str) -> Decimal | None:
    """The exact forecast of one side: the sum of its lines, else the total typed alone (a building has no detail)."""
    lines = [b for b in budget if b.action == action and b.fiscal_year == year]
    amounts = {b.line: b.forecast_eur for b in lines if b.forecast_eur is not None}
    detailed = _exact_total(side, amounts)
    return amounts.get(TOTAL) if detailed is None else detailed


def _total(values: Iterable[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known else None


def _side_rows(side: str, columns: dict[str, dict[str, Decimal]], notes: list[str]) -> list[Row]:
    rows: list[Row] = []
    groups = [f for f in form_lines() if f.side == side and f.parent in (TOTAL, GRAND_TOTAL)]
    tops: dict[str, Row] = {}
    for form in groups:
        if form.line == IN_KIND[side]:
            rows.append(_sum_row(TOTAL, TOTAL_LABELS[side], list(tops.values())))
        group = _group_rows(form, columns, notes)
        tops[form.line] = group[0]
        rows += group
    in_kind = tops[IN_KIND[side]]
    rows.append(_sum_row(GRAND_TOTAL, "TOTAL", [next(r for r in rows if r.line == TOTAL), in_kind]))
    return rows


def _sum_row(line: str, label: str, parts: list[Row], parent: str = "") -> Row:
    return Row(
        line,
        label,
        _total(p.forecast_eur for p in parts),
        _total(p.realised_eur for p in parts),
        tuple(p.line for p in parts),
        parent,
    )


def _group_rows(form: FormLine, columns: dict[str, dict[str, Decimal]], notes: list[str]) -> list[Row]:
    """One line and its children; a remainder is a line of its own, so that nothing hides in a parent."""
    leaves = {column: _leaves(form.side, form.line, amounts) for column, amounts in columns.items()}
    children = [*_children(form.side, form.line)]
    rest = f"{form.line} +"
    if any(rest in found for found in leaves.values()) or (
        children and any(form.line in found for found in leaves.values())
    ):
        children.append(FormLine(form.side, rest, form.line, "Non réparti"))
        for found in leaves.values():
            if form.line in found:
                found[rest] = found.pop(form.line)
    for column, found in leaves.items():
        if found.get(rest, Decimal(0)) < 0:
            word = "prévision" if column == "forecast" else "réalisation"
            notes.append(
                f"Ligne {form.line}, {word} : le détail dépasse la ligne. Corrigez budget_lines.csv."
            )
    if not children:
        return [_leaf_row(form, leaves, form.parent)]
    kids = [_leaf_row(child, leaves, form.line) for child in children]
    return [_sum_row(form.line, form.label_fr, kids, form.parent), *kids]


def _leaf_row(form: FormLine, leaves: dict[str, dict[str, Decimal]], parent: str) -> Row:
    forecast, realised = (leaves[column].get(form.line) for column in ("forecast", "realised"))
    return Row(form.line, form.label_fr, _euros(forecast), _euros(realised), (), parent)


def _euros(value: Decimal | None) -> Decimal | None:
    return None if value is None else french.rounded(value)


def _checks(built: CerfaTable, columns: dict[str, dict[str, Decimal]]) -> list[str]:
    notes = []
    for column, word in (("forecast", "prévision"), ("realised", "réalisation")):
        totals = {side: getattr(built.row(side, TOTAL), f"{column}_eur") for side in SIDES}
        for side in SIDES:
            exact = built.exact[side, column]
            if exact is not None and totals[side] != exact:
                notes.append(
                    f"{TOTAL_LABELS[side]}, {word} : {french.euros(totals[side])} par addition des lignes arrondies, "
                    f"{french.euros(exact, 2)} au centime (écart {french.euros(totals[side] - exact, 2)})."
                )
        in_kind = {side: getattr(built.row(side, IN_KIND[side]), f"{column}_eur") for side in SIDES}
        if in_kind["charge"] != in_kind["income"]:
            notes.append(
                f"Contributions volontaires, {word} : 86 ({french.euros(in_kind['charge'])}) et 87 "
                f"({french.euros(in_kind['income'])}) devraient être égales."
            )
        for line in (TOTAL, GRAND_TOTAL):
            given = columns[column].get(line)
            printed = {getattr(built.row(side, line), f"{column}_eur") for side in SIDES}
            if given is not None and french.rounded(given) not in printed:
                notes.append(
                    f"{line} saisi en {word} ({french.euros(given, 2)}) ignoré : les totaux sont recalculés."
                )
        if column == "forecast" and totals["charge"] != totals["income"]:
            notes.append("Le budget prévisionnel n'est pas équilibré : charges et produits diffèrent.")
    silent = [
        row.line.replace(" +", "")
        for side in SIDES
        for row in built.rows[side]
        if row.parent and not row.children and row.forecast_eur and row.realised_eur is None
    ]
    if silent:
        notes.append(f"Lignes prévues sans réalisation connue : {french.listing(silent)}.")
    if built.result_eur:
        word = "excédent" if built.result_eur > 0 else "insuffisance"
        notes.append(f"Résultat de l'action : {word} de {french.euros(abs(built.result_eur))}.")
    return notes


def significant_gaps(built: CerfaTable, gap_share: Decimal, gap_eur: Decimal) -> list[Row]:
    """Rows of the first level whose gap exceeds both thresholds; without a forecast the one in euros decides."""
    return [
        row
        for side in SIDES
        for row in built.rows[side]
        if row.parent in (TOTAL, GRAND_TOTAL)
        and row.gap_eur is not None
        and abs(row.gap_eur) > gap_eur
        and (row.gap_share is None or abs(row.gap_share) > gap_share)
    ]


def footer(grant_eur: Decimal, built: CerfaTable) -> str:
    """The form's last sentence; the total of income stands above the contributions in kind."""
    total = built.row("income", TOTAL).realised_eur
    part = french.share(grant_eur / total) if total else french.MISSING
    return (
        f"La subvention de {french.euros(french.rounded(grant_eur))} représente {part} du Total des produits."
    )
