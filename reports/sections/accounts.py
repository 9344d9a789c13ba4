"""The money of one grant: the Cerfa table, the funding plan of an investment, eligible costs, the list of expenses."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from periscope.reader_context import Expense
from reports import cerfa as cerfa_module
from reports import eligibility, french
from reports.cerfa import CerfaTable, Row
from reports.charges import account_line
from reports.document import Block, Cell, Note, Section, Table, Text
from reports.parts import Part

_CERFA_COLUMNS = ("Ligne", "Prévision", "Réalisation", "%", "Écart €", "Écart %")


def cerfa(part: Part) -> Section:
    """Cerfa 15059*02: the table of each exercise of the grant, then its annex: keys, gaps, observations."""
    context, blocks = part.report.context, list[Block]()
    for year in part.years:
        built = eligibility.table_of(context, part.grant.action, year)
        blocks += [_cerfa_table(built, side) for side in cerfa_module.SIDES]
        blocks.append(_footer(part, built))
        blocks.append(_gaps(part, built))
        if built.indirect_keys:
            blocks.append(Text(["Répartition des charges indirectes : ", " ".join(built.indirect_keys)]))
        elif any(row.line.startswith("i.") and row.realised_eur for row in built.rows["charge"]):
            blocks.append(
                Note(
                    "Charges indirectes sans clé de répartition : écrivez-la dans [indirect.…] de periscope.toml.",
                    "warning",
                )
            )
        blocks += [Note(note) for note in built.notes]
    if not blocks:
        blocks.append(
            Note(
                f"Aucun budget n'est saisi pour l'action « {part.grant.action} » sur la période : remplissez "
                "register/budget_lines.csv.",
                "warning",
            )
        )
    return Section(part.slug("cerfa"), "Cerfa 15059*02 : compte rendu financier", blocks, starts_page=True)


def _footer(part: Part, built: CerfaTable) -> Block:
    amount = eligibility.awarded_eur(part.grant)
    if amount is None or len(part.years) > 1:
        return Note(
            "Subvention sur plusieurs exercices : sa part dans le total des produits n'est pas calculée."
        )
    return Text([cerfa_module.footer(amount, built)])


def _cerfa_table(built: CerfaTable, side: str) -> Table:
    rows = built.rows[side]
    places = {row.line: n for n, row in enumerate(rows)}
    strong = frozenset(n for n, row in enumerate(rows) if row.parent in ("T1", "T2", ""))
    title = "Charges" if side == "charge" else "Produits"
    return Table(
        f"{title} de l'action « {built.action} », exercice {built.fiscal_year}, en euros",
        _CERFA_COLUMNS,
        [_cerfa_row(row, places) for row in rows],
        frozenset({1, 2, 3, 4, 5}),
        strong,
        is_form=True,
    )


def _cerfa_row(row: Row, places: dict[str, int]) -> list[str | Cell]:
    """Leaves are numbers; sums, percentages and gaps are formulas over them."""
    n = places[row.line]
    plan, done = f"[{n},1]", f"[{n},2]"
    return [
        line_label(row),
        *(_amount(value, row, places, c) for c, value in ((1, row.forecast_eur), (2, row.realised_eur))),
        _part(
            None if row.percent is None else row.percent / 100,
            f'IF(OR(COUNT({done})=0,N({plan})=0),"",{done}/{plan})',
        ),
        Cell(
            "" if row.gap_eur is None else french.number(row.gap_eur),
            value=row.gap_eur,
            unit="whole_eur",
            formula=f'IF(COUNT({done})=0,"",{done}-N({plan}))',
        ),
        _part(row.gap_share, f'IF(OR(COUNT({done})=0,N({plan})=0),"",({done}-{plan})/{plan})'),
    ]


def _amount(value: Decimal | None, row: Row, places: dict[str, int], column: int) -> Cell:
    parts = ",".join(f"[{places[child]},{column}]" for child in row.children)
    formula = f'IF(COUNT({parts})=0,"",SUM({parts}))' if parts else ""
    return Cell("" if value is None else french.number(value), value=value, unit="whole_eur", formula=formula)


def _part(value: Decimal | None, formula: str) -> Cell:
    return Cell("" if value is None else french.share(value), value=value, unit="share", formula=formula)


def line_label(row: Row) -> str:
    if row.line in (cerfa_module.TOTAL, cerfa_module.GRAND_TOTAL):
        return row.label
    return f"{row.line.replace(' +', '')} {row.label}"


def _gaps(part: Part, built: CerfaTable) -> Block:
    context = part.report.context
    found = cerfa_module.significant_gaps(built, context.cerfa_gap_share, context.cerfa_gap_eur)
    rule = (
        f"plus de {french.share(context.cerfa_gap_share, 0)} et plus de {french.euros(context.cerfa_gap_eur)}"
    )
    if not found:
        return Text([f"Aucun écart significatif entre prévision et réalisation ({rule})."])
    rows = [
        [
            line_label(row),
            french.signed(row.gap_eur or Decimal(0), "eur"),
            french.share(row.gap_share) if row.gap_share is not None else "sans prévision",
        ]
        for row in found
    ]
    columns = ("Ligne", "Écart en euros", "Écart en %")
    return Table(f"Écarts significatifs, à expliquer ({rule})", columns, rows, frozenset({1, 2}))


def funding_plan(part: Part) -> Section:
    """An investment: cost planned, committed and paid, then who pays for it, with the own share."""
    context, action, years = part.report.context, part.grant.action, tuple(part.years)
    costs = [cerfa_module.forecast_total(context.budget_lines, action, year, "charge") for year in years]
    planned = _sum(costs)
    spent = [e for e in context.expenses if e.action == action and _touches(part, e)]
    committed = _sum(e.amount_eur for e in spent)
    paid = _sum(e.amount_eur for e in spent if e.paid_on and e.paid_on <= context.as_of)
    rows: list[list[str | Cell]] = [
        [
            label,
            _euros(value),
            _part(
                value / planned if value is not None and planned else None,
                f'IF(OR(COUNT([{n},1])=0,N([0,1])=0),"",[{n},1]/[0,1])',
            ),
        ]
        for n, (label, value) in enumerate((("Prévu", planned), ("Engagé", committed), ("Payé", paid)))
    ]
    blocks: list[Block] = [
        Table("Dépenses de l'opération", ("Étape", "Montant", "Du prévu"), rows, frozenset({1, 2}))
    ]
    if planned:
        blocks.append(_funders(part, planned, years))
        blocks.append(_own_share_sentence(part, planned, years))
    else:
        blocks.append(
            Note(
                f"Aucune dépense prévue pour l'action « {action} » : remplissez register/budget_lines.csv.",
                "warning",
            )
        )
    return Section(part.slug("plan"), "Plan de financement", blocks)


def _touches(part: Part, expense: Expense) -> bool:
    start, end = part.grant.period_start, part.grant.period_end
    day = expense.incurred_on
    return day is not None and (start is None or start <= day) and (end is None or day <= end)


def _sum(values: Iterable[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known else None


def _euros(value: Decimal | None, formula: str = "") -> Cell:
    return Cell(french.euros(value, 2), value=value, unit="eur", formula=formula)


def _funders(part: Part, planned: Decimal, years: tuple[str, ...]) -> Table:
    """One row per public line of the budget, the own share being what public aid leaves."""
    lines = [
        b
        for b in part.report.context.budget_lines
        if b.action == part.grant.action and b.fiscal_year in years and b.line in eligibility.PUBLIC_INCOME
    ]
    labels = {form.line: form.label_fr for form in cerfa_module.form_lines()}
    rows: list[list[str | Cell]] = []
    last = len({b.line for b in lines}) + 1
    for n, code in enumerate(sorted({b.line for b in lines})):
        forecast = _sum(b.forecast_eur for b in lines if b.line == code)
        received = _sum(b.realised_eur for b in lines if b.line == code)
        rows.append([labels[code], _euros(forecast), _share_of(n, forecast, planned, last), _euros(received)])
    public = eligibility.public_income(part.report.context, part.grant.action, years)
    others = f"[{last},1]" + "".join(f"-N([{n},1])" for n in range(last - 1))
    own = planned - public
    rows.append(["Part propre", _euros(own, others), _share_of(last - 1, own, planned, last), ""])
    rows.append(["Coût prévu", _euros(planned), _share_of(last, planned, planned, last), ""])
    columns = ("Financement", "Prévu", "Part du coût", "Reçu")
    return Table("Qui paie", columns, rows, frozenset({1, 2, 3}), frozenset({last}))


def _share_of(row: int, value: Decimal | None, whole: Decimal, last: int) -> Cell:
    return _part(None if value is None else value / whole, f'IF(COUNT([{row},1])=0,"",[{row},1]/[{last},1])')


def _own_share_sentence(part: Part, planned: Decimal, years: tuple[str, ...]) -> Block:
    minimum = part.family.own_share_min
    if minimum is None:
        return Text(["Aucune part propre minimale n'est demandée."])
    public = eligibility.public_income(part.report.context, part.grant.action, years)
    share, ceiling = eligibility.own_share(planned, public, minimum)
    return Text(
        [
            f"Part propre : {french.share(share)} du coût prévu, pour {french.share(minimum, 0)} au moins ; les aides publiques, "
            f"{french.euros(public, 2)}, peuvent atteindre {french.euros(ceiling, 2)}."
        ]
    )


def _charged(part: Part) -> list[tuple[Expense, Decimal]]:
    """The expenses charged to the grant, with their share."""
    known = {expense.expense_id: expense for expense in part.report.context.expenses}
    return [
        (known[a.expense_id], a.share)
        for a in part.report.context.allocations
        if a.grant_id == part.grant.grant_id and a.expense_id in known
    ]


def _cents(expense: Expense, share: Decimal) -> Decimal:
    return french.rounded(expense.amount_eur * share, 2)


def eligible_costs(part: Part) -> Section:
    """Direct costs charged and paid, the flat rate of indirect costs, and the ceiling of the family."""
    family, as_of = part.family, part.report.context.as_of
    found = [(e, _cents(e, share)) for e, share in _charged(part)]
    paid = [(e, amount) for e, amount in found if e.paid_on and e.paid_on <= as_of]
    direct = sum((amount for _, amount in paid), Decimal(0))
    rows: list[list[str | Cell]] = [["Dépenses directes imputées et payées", _euros(direct)]]
    total = direct
    if family.flat_rate_share is not None:
        excluded = family.flat_rate_excluded_accounts
        external = (
            sum((amount for e, amount in paid if e.account.startswith(excluded)), Decimal(0))
            if excluded
            else Decimal(0)
        )
        flat = french.rounded(family.flat_rate_share * (direct - external), 2)
        total += flat
        rate = french.share(family.flat_rate_share, 0)
        rows += [
            [f"dont services extérieurs (comptes {french.listing(list(excluded))})", _euros(external)],
            [
                f"Charges indirectes au forfait : {rate} des dépenses directes hors services extérieurs",
                _euros(flat, f"ROUND({family.flat_rate_share}*([0,1]-[1,1]),2)"),
            ],
        ]
    rows.append(
        ["Coût éligible", _euros(total, "[0,1]" + ("+[2,1]" if family.flat_rate_share is not None else ""))]
    )
    blocks: list[Block] = [
        Table("Coûts éligibles", ("Poste", "Montant"), rows, frozenset({1}), frozenset({len(rows) - 1}))
    ]
    waiting = sum((amount for _, amount in found), Decimal(0)) - direct
    if waiting:
        blocks.append(
            Note(
                f"{french.euros(waiting, 2)} imputés mais pas encore payés au {french.day(as_of)} : hors du coût éligible."
            )
        )
    awarded = eligibility.awarded_eur(part.grant)
    if awarded is not None and awarded > total:
        blocks.append(
            Note(
                f"Le coût éligible justifié est inférieur à l'aide accordée ({french.euros(awarded, 2)}) : {french.euros(awarded - total, 2)} restent à justifier ou à rendre.",
                "warning",
            )
        )
    if family.eligible_max_eur is not None and total > family.eligible_max_eur:
        blocks.append(
            Note(
                f"Le coût éligible dépasse le plafond de {french.euros(family.eligible_max_eur)} : seule cette part peut être retenue, sauf dérogation.",
                "warning",
            )
        )
    return Section(part.slug("couts"), "Coûts éligibles", blocks)


def expenses(part: Part) -> Section:
    """The expenses charged to the grant, one by one; the label of a wage is that of its line, never a person's."""
    labels = {form.line: form.label_fr for form in cerfa_module.form_lines()}
    charged = sorted(_charged(part), key=lambda one: (str(one[0].incurred_on or ""), one[0].expense_id))
    rows: list[list[str | Cell]] = [
        [
            e.expense_id,
            french.day(e.incurred_on),
            french.day(e.paid_on) if e.paid_on else "non payée",
            e.account,
            (labels.get(account_line(e.account) or "", "") if e.account.startswith("64") else e.label)
            or french.MISSING,
            _euros(e.amount_eur),
            _part(share, ""),
            _euros(_cents(e, share), f"ROUND([{n},5]*[{n},6],2)"),
        ]
        for n, (e, share) in enumerate(charged)
    ]
    if not rows:
        return Section(
            part.slug("depenses"),
            "État des dépenses",
            [
                Note(
                    "Aucune dépense n'est imputée à cette subvention : remplissez register/expense_allocations.csv.",
                    "warning",
                )
            ],
        )
    total = sum((_cents(e, share) for e, share in charged), Decimal(0))
    rows.append(["Total", "", "", "", "", "", "", _euros(total, f"SUM([0,7]:[{len(rows) - 1},7])")])
    columns = ("Dépense", "Engagée", "Payée", "Compte", "Libellé", "Montant", "Part", "Imputé")
    table = Table("Dépenses imputées", columns, rows, frozenset({5, 6, 7}), frozenset({len(rows) - 1}))
    return Section(part.slug("depenses"), "État des dépenses", [table])
