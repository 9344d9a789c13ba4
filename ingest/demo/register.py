"""The evaluator's tables of the fictitious pole."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from ingest.demo import pole
from ingest.demo.formats import table_text
from ingest.demo.story import Row, seeded
from periscope import tables

TEXTS = {
    f"{grant_id}.md": f"""# {pole.ACTIONS[action]}

Données fictives. L'action « {pole.ACTIONS[action]} » a été conduite avec les membres du pôle tout au long de
l'exercice. Les ateliers se sont tenus dans les salles communes ; chaque séance a donné lieu à un compte rendu signé.

Les difficultés rencontrées tiennent au recrutement, qui a pris plus de temps que prévu. Les partenaires ont
poursuivi les rencontres mensuelles et préparent la suite de l'action.
"""
    for grant_id, _, _, _, action, *_ in pole.GRANTS
}
_REQUESTED_MORE = Decimal("1.15")


def write(folder: Path) -> None:
    """Fill every register table but the corrections, which depend on the files."""
    for name, rows in (
        ("members", _members()),
        ("memberships", _memberships()),
        ("rooms", _rooms()),
        ("opening_hours", _opening_hours()),
        ("closures", _closures()),
        ("price_list", _price_list()),
        ("lots", _lots()),
        ("grants", _grants()),
        ("budget_lines", _budget_lines()),
        ("expenses", (expense for expense, _ in _expenses())),
        ("expense_allocations", _allocations()),
        ("targets", _targets()),
        ("consents", _consents()),
        ("aliases", _aliases()),
        ("benchmark_index", _benchmark_index()),
    ):
        _write(folder, name, list(rows))


def write_corrections(folder: Path, correction: Row) -> None:
    _write(folder, "corrections", [correction])


def _write(folder: Path, name: str, rows: list[Row]) -> None:
    text = table_text(rows, tables.REGISTER[name].names, ";")
    (folder / f"{name}.csv").write_text(text, encoding="utf-8", newline="")


def _members() -> Iterator[Row]:
    for one in pole.EVERYONE:
        yield {
            "member_id": one.member_id,
            "siren": one.siren,
            "name": one.name,
            "legal_category": one.legal_category,
            "naf_code": one.naf_code,
            "function": one.function,
            "is_ess": "oui" if one.legal_category in ("9220", "5458") else "non",
            "is_cae": "oui" if one.is_cae else "non",
            "closing_month": one.closing_month,
        }


def _memberships() -> Iterator[Row]:
    for one in pole.MEMBERS:
        joined_on = one.joined_on
        assert joined_on is not None
        row = {"member_id": one.member_id, "college": "Structures", "left_on": one.left_on}
        if one.member_id == "M24":
            yield row | {
                "presence": "occasional_user",
                "joined_on": pole.M24_FIRST_JOINED_ON,
                "left_on": joined_on - timedelta(days=1),
            }
        elif one.is_late:
            yield row | {
                "presence": "candidate",
                "joined_on": date(2023, 1, 9),
                "left_on": joined_on - timedelta(days=1),
            }
        yield row | {"presence": one.presence, "joined_on": joined_on}
    for one in pole.CANDIDATES:
        yield {"member_id": one.member_id, "presence": "candidate", "joined_on": date(2023, 6, 5)}


def _rooms() -> Iterator[Row]:
    for room_id, name, capacity, opened_on, parts in pole.ROOMS:
        yield {
            "room_id": room_id,
            "name": name,
            "capacity": capacity,
            "opened_on": opened_on,
            "composed_of": parts,
        }


def _opening_hours() -> Iterator[Row]:
    for weekday in range(1, 6):
        yield {"room_id": "*", "weekday": weekday, "opens_at": "08:30", "closes_at": "18:30"}
        yield {
            "room_id": "studio",
            "weekday": weekday,
            "opens_at": "09:00",
            "closes_at": "21:00",
            "valid_from": "2024-01-08",
        }
    yield {
        "room_id": "studio",
        "weekday": "samedi",
        "opens_at": "10:00",
        "closes_at": "16:00",
        "valid_from": "2025-01-01",
    }


def _closures() -> Iterator[Row]:
    for year in (2023, 2024, 2025):
        yield {
            "room_id": "*",
            "starts_on": f"{year}-12-25",
            "ends_on": f"{year + 1}-01-01",
            "reason": "Fêtes",
        }
    for year in (2024, 2025, 2026):
        yield {
            "room_id": "*",
            "starts_on": f"{year}-08-03",
            "ends_on": f"{year}-08-16",
            "reason": "Congés d'été",
        }
    yield {"room_id": "zephyr", "starts_on": "2025-02-10", "ends_on": "2025-02-21", "reason": "Peinture"}


def _price_list() -> Iterator[Row]:
    for valid_from, valid_to, percent in (("2023-01-01", "2024-12-31", 100), ("2025-01-01", "", 105)):
        for room_id, *amounts in pole.PRICES:
            for category, share in pole.MEMBER_PRICE_SHARE.items():
                for unit, amount in zip(("hour", "half_day", "day"), amounts, strict=True):
                    price = (Decimal(amount * percent * share) / 10_000).quantize(Decimal("0.01"))
                    yield {"room_id": room_id, "category": category, "unit": unit, "amount_eur_net": price, "vat_rate": "20 %",
                           "valid_from": valid_from, "valid_to": valid_to}  # fmt: skip


def _lots() -> Iterator[Row]:
    residents = [one for one in pole.MEMBERS if one.presence == "permanent_resident"]
    for number, one in enumerate(residents, 1):
        area = Decimal(24 + 11 * number)
        assert one.joined_on is not None
        yield {"lot_id": f"L{number:02d}", "area_m2": area, "member_id": one.member_id, "starts_on": one.joined_on,
               "ends_on": one.left_on, "annual_rent_eur": area * 128}  # fmt: skip
    yield {"lot_id": "L20", "area_m2": Decimal(38), "starts_on": "2023-01-01"}


def _grants() -> Iterator[Row]:
    for grant_id, funder_id, label, purpose, action, amount, status, decided_on, year in pole.GRANTS:
        is_paid = status in ("paid", "closed")
        yield {
            "grant_id": grant_id, "funder_id": funder_id, "funder_label": label, "purpose": purpose, "action": action,
            "amount_eur": Decimal(amount), "status": status, "decided_on": decided_on, "period_start": f"{year}-01-01",
            "period_end": f"{year}-12-31", "closing_date": f"{year}-12-31",
            "requested_eur": amount * _REQUESTED_MORE, "awarded_eur": "" if status in ("requested", "refused") else Decimal(amount),
            "paid_eur": Decimal(amount) if is_paid else "",
        }  # fmt: skip


def _budget_lines() -> Iterator[Row]:
    for action in pole.ACTIONS:
        for year in (2025, 2026):
            total = {"A1": 80_000, "A2": 95_000, "A3": 70_000}[action] * (100 if year == 2025 else 104) // 100
            for line, percent in pole.BUDGET.items():
                forecast = Decimal(total * percent) / 100
                # 2026 is not over: three quarters of it are spent
                done = seeded("budget", action, year, line).choice((96, 99, 100, 102, 112)) * (
                    100 if year == 2025 else 75
                )
                realised = (forecast * done / 10_000).quantize(Decimal("0.01"))
                yield {
                    "action": action,
                    "fiscal_year": year,
                    "line": line,
                    "forecast_eur": forecast,
                    "realised_eur": realised,
                }


def _expenses() -> Iterator[tuple[Row, int]]:
    """Expenses that make up the realised charges, half a year each, with their year."""
    number = 0
    for budget in _budget_lines():
        account = pole.ACCOUNTS.get(budget["line"])
        if account is None:
            continue
        year = budget["fiscal_year"]
        half = (budget["realised_eur"] / 2).quantize(Decimal("0.01"))
        for month, amount in ((3, half), (9, budget["realised_eur"] - half)):
            number += 1
            yield {
                "expense_id": f"E{number:04d}", "action": budget["action"], "incurred_on": date(year, month, 4),
                "paid_on": date(year, month, 26), "account": account, "label": f"Dépense {budget['line']} (fictive)", "amount_eur": amount,
            }, year  # fmt: skip


def _allocations() -> Iterator[Row]:
    """Each expense goes in part to the grant that pays its action that year: never more than the whole."""
    for expense, year in _expenses():
        for grant_id, _, _, _, action, _, status, _, grant_year in pole.GRANTS:
            if (action, year) == (expense["action"], grant_year) and status not in ("refused", "requested"):
                yield {"expense_id": expense["expense_id"], "grant_id": grant_id, "share": "40 %"}


def _targets() -> Iterator[Row]:
    for indicator_id, perimeter, period, target, set_on, reason in pole.TARGETS:
        yield {"indicator_id": indicator_id, "perimeter": perimeter, "period": period, "target": target, "set_on": set_on,
               "set_by": "Comité de pilotage (fictif)", "reason": reason}  # fmt: skip


def _consents() -> Iterator[Row]:
    yield {
        "member_id": "M02",
        "reader": "region",
        "scope": "turnover_total",
        "valid_from": "2025-01-01",
        "valid_to": "2026-12-31",
    }
    yield {"member_id": "M09", "reader": "sicoval", "scope": "*", "valid_from": "2026-01-01"}


def _aliases() -> Iterator[Row]:
    for kind, raw_text, to in (
        ("room", "Grande salle du bas", "eole"),
        ("room", "Salle de réunion 2", "zephyr"),
        ("room", "Mistral", "studio"),
        ("member", "orcanette", "M02"),
        ("member", "Asso Passerine", "M07"),
        ("customer", "SCIC ORCANETTE", "M02"),
        ("customer", "PASSERINE FORMATION", "M07"),
        ("customer", "ATELIER MORVELLE SARL", "M05"),
        ("column", "Effectif ETP au dernier jour", "fte"),
        ("file", "revenue/compta/export_comptable.csv", "M11"),
        ("funder", "Communauté d'agglomération (fictif)", "sicoval"),
    ):
        yield {"kind": kind, "raw_text": raw_text, "id": to}


def _benchmark_index() -> Iterator[Row]:
    for naf_code in sorted({one.naf_code for one in pole.MEMBERS})[::2]:
        draw = seeded("index", naf_code)
        value = Decimal(100)
        for quarter in pole.QUARTERS:
            value = (value * Decimal(1 + draw.gauss(0.004, 0.006))).quantize(Decimal("0.0001"))
            yield {
                "naf_code": naf_code,
                "period": str(quarter),
                "value": value,
                "source": "Indice fictif",
                "vintage": "2026-10",
            }
