"""Turnover from the accounting files and the rows declared, and sales between members."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

from tests.recompute.members import Members, Period, quarter, quarter_of
from tests.recompute.sheets import Row, read_text, register
from tests.recompute.tally import Tally

#: (day, amount of accounts 70, customer as written) by SIREN and quarter
Sales = dict[tuple[str, str], list[tuple[date, Decimal, str]]]
TRUST = ("fec", "tax_form", "certificate", "declared")


@dataclass
class Ledger:
    siren: str
    first_on: date
    last_on: date
    #: (day, amount of accounts 70, customer as written)
    sales: list[tuple[date, Decimal, str]]


def _lines(path: Path) -> list[dict[str, str]]:
    if path.suffix == ".xml":
        found = []
        for journal in ElementTree.parse(path).getroot().iter("journal"):
            for entry in journal.iter("ecriture"):
                head = {child.tag: child.text or "" for child in entry if child.tag != "ligne"}
                head["EcritureDate"] = head["EcritureDate"].replace("-", "")
                head["JournalCode"] = journal.findtext("JournalCode") or ""
                found += [head | {cell.tag: cell.text or "" for cell in line} for line in entry.iter("ligne")]
        return found
    text = read_text(path)
    separator = max("\t|;", key=text.split("\n", 1)[0].count)
    if text.startswith('"'):
        return list(csv.DictReader(io.StringIO(text), delimiter=separator))
    return list(csv.DictReader(io.StringIO(text), delimiter=separator, quoting=csv.QUOTE_NONE))


def _number(text: str | None) -> Decimal:
    return Decimal((text or "0").strip().replace(",", ".") or "0")


def _debit_credit(line: dict[str, str]) -> Decimal:
    """Credit less debit of a line."""
    if "Montant" in line:
        return _number(line["Montant"]) * (1 if line["Sens"].strip() == "C" else -1)
    return _number(line["Credit"]) - _number(line["Debit"])


def _sender(root: Path, path: Path, members: Members) -> str | None:
    aliases = {line["raw_text"]: line["id"] for line in register(root, "aliases") if line["kind"] == "file"}
    named = aliases.get(path.relative_to(root / "inbox").as_posix())
    folder = path.parent.name
    if named or folder in members.sirens:
        return members.sirens[named or folder]
    return path.name[:9] if path.name[:9] in members.ids else None


def ledgers(root: Path, members: Members) -> list[Ledger]:
    """Every accounting file of the inbox that has a sender; one that does not balance is told, and counts."""
    found = []
    for path in sorted((root / "inbox" / "revenue").rglob("*.*")):
        if path.suffix != ".xml" and "JournalCode" not in read_text(path)[:200]:
            continue
        lines, siren = _lines(path), _sender(root, path, members)
        if siren is None:
            continue
        days = [date.fromisoformat(line["EcritureDate"].strip()) for line in lines]
        customers: dict[tuple[str, str], str] = {}
        for line in lines:
            if line["CompteNum"].startswith("411"):
                customers[line["JournalCode"], line["EcritureNum"]] = line.get("CompAuxLib") or ""
        sales = [
            (on, _debit_credit(line), customers.get((line["JournalCode"], line["EcritureNum"]), ""))
            for on, line in zip(days, lines, strict=True)
            if line["CompteNum"].startswith("70") and line["JournalCode"] != "AN"
        ]
        found.append(Ledger(siren, min(days), max(days), sales))
    return found


def _amounts(
    found: list[Ledger], rows: list[Row]
) -> tuple[dict[tuple[str, str], Decimal], dict[tuple[str, date, date], Decimal], Sales]:
    """Amounts by SIREN and quarter, those of longer periods, and the sales of the quarters that accounts cover."""
    known: dict[tuple[str, str], Decimal] = {}
    longer: dict[tuple[str, date, date], Decimal] = {}
    for row in sorted(rows, key=lambda one: TRUST.index(one.get("source") or "declared")):
        if row.get("net_turnover_eur") is not None:
            whole = quarter(row["quarter"])
            if (row["period_start"], row["period_end"]) == (whole.starts_on, whole.ends_on):
                known.setdefault((row["siren"], row["quarter"]), row["net_turnover_eur"])
            else:
                longer[row["siren"], row["period_start"], row["period_end"]] = row["net_turnover_eur"]
    sales: Sales = {}
    for ledger in found:
        one = quarter(quarter_of(ledger.first_on))
        while one.ends_on <= ledger.last_on:
            sales[ledger.siren, one.label] = [sale for sale in ledger.sales if one.has(sale[0])]
            one = quarter(quarter_of(one.ends_on + timedelta(days=1)))
    known |= {key: sum((sale[1] for sale in sold), Decimal(0)) for key, sold in sales.items()}
    return known, longer, sales


def compute(
    tally: Tally, root: Path, found: list[Ledger], rows: list[Row], members: Members, periods: list[Period]
) -> None:
    customers = {
        line["raw_text"]: line["id"] for line in register(root, "aliases") if line["kind"] == "customer"
    }
    known, longer, accounted = _amounts(found, rows)
    for period in periods:
        for siren in members.ids:
            for perimeter in ("members", "permanent_residents", "occasional_users"):
                quarters = [q for q in period.quarters if perimeter in members.perimeters(siren, quarter(q))]
                told = [known[siren, q] for q in quarters if (siren, q) in known]
                whole = longer.get((siren, period.starts_on, period.ends_on))
                if whole is not None and len(quarters) == len(period.quarters) > len(told):
                    told = [whole]
                if told:
                    items = {"member": members.ids[siren], "function": members.function(siren)}
                    tally.add("turnover_total", period.label, perimeter, sum(told, Decimal(0)), **items)
                    tally.add("turnover_external", period.label, perimeter, sum(told, Decimal(0)))
                for q in quarters:
                    for on, value, name in accounted.get((siren, q), ()):
                        buyer = members.sirens.get(
                            customers.get(name) or members.names.get(name.casefold(), ""), ""
                        )
                        is_inside = buyer and perimeter in members.perimeters(buyer, quarter(q))
                        if is_inside and buyer != siren and members.presence_on(buyer, on):
                            tally.add("intra_pole_sales", period.label, perimeter, value)
                            tally.add("turnover_external", period.label, perimeter, -value)
    bridge(tally, known, longer, members, periods)


def bridge(
    tally: Tally,
    known: dict[tuple[str, str], Decimal],
    longer: dict[tuple[str, date, date], Decimal],
    members: Members,
    periods: list[Period],
) -> None:
    """Quarter by quarter, a year being the sum of its own; a member with a row for a whole year is compared whole."""
    for period in periods:
        for perimeter in ("members", "permanent_residents", "occasional_users"):
            for siren in members.ids:
                pairs = [(quarter(q), quarter(f"{int(q[:4]) - 1}{q[4:]}")) for q in period.quarters]
                whole = longer.get((siren, period.starts_on, period.ends_on))
                is_held = all(perimeter in members.perimeters(siren, one) for pair in pairs for one in pair)
                then = [known[siren, before.label] for _, before in pairs if (siren, before.label) in known]
                is_partial = any((siren, now.label) not in known for now, _ in pairs)
                if whole is not None and is_held and is_partial:
                    if len(then) == len(pairs):
                        _move(tally, period, perimeter, "organic", whole - sum(then, Decimal(0)))
                    continue
                for now, before in pairs:
                    _compare(tally, known, members, period, perimeter, siren, now, before)


def _compare(
    tally: Tally,
    known: dict[tuple[str, str], Decimal],
    members: Members,
    period: Period,
    perimeter: str,
    siren: str,
    now: Period,
    before: Period,
) -> None:
    is_in, was_in = (
        perimeter in members.perimeters(siren, now),
        perimeter in members.perimeters(siren, before),
    )
    current = known.get((siren, now.label)) if is_in else None
    previous = known.get((siren, before.label)) if was_in else None
    if current is not None and previous is not None:
        _move(tally, period, perimeter, "organic", current - previous)
    elif current is not None and (not was_in or not members.presence_on(siren, before.starts_on)):
        _move(tally, period, perimeter, "entrants", current)
    elif previous is not None and (not is_in or not members.presence_on(siren, now.ends_on)):
        _move(tally, period, perimeter, "leavers", -previous)


def _move(tally: Tally, period: Period, perimeter: str, item: str, change: Decimal) -> None:
    for name in (item, "total"):
        tally.add_item("turnover_bridge", period.label, perimeter, change, item=name)
