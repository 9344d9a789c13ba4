"""Invented poles that say something of every kind: pole 7 is the same rows on every machine.

All poles of a network use the same member ids, rooms, project references and titles, and some of their enterprises are
members of several poles: whatever is not kept apart by its pole meets here.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from periscope.holidays import public_holidays
from periscope.models import BuildRequest
from periscope.network import pool
from periscope.nomenclatures import CREATION_KINDS, FUNCTIONS, POST_CATEGORIES, PROJECT_KINDS
from periscope.quarters import Quarter
from tests.poles import Pole

QUARTERS = ("2025-Q2", "2025-Q3", "2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3")
QUARTER = QUARTERS[-1]
HISTORY_START = "2025-01-01"
#: enterprises that several poles count among their members
SHARED = ("732829320", "356000000")


def invented_pole(number: int, members: int = 6) -> Pole:
    """The raw rows of one pole. Its first member is of every pole whose number is a multiple of 2, then of 3."""
    draw = random.Random(number)
    pole = Pole()
    sirens = [f"{100_000_000 + 1000 * number + rank}" for rank in range(members)]
    for rank, shared in enumerate(SHARED):
        if number % (rank + 2) == 0:
            sirens[rank] = shared
    for rank, siren in enumerate(sirens):
        presence = draw.choice(("permanent_resident", "occasional_user"))
        joined_on = draw.choice(("2020-01-01", "2020-01-01", "2026-04-15"))
        pole.member(
            f"M{rank}",
            siren,
            draw.choice(list(FUNCTIONS)),
            presence,
            joined_on,
            naf_code=f"{draw.randint(1, 3)}2.00Z",
        )
    _register(pole, draw)
    for quarter in QUARTERS:
        for rank in range(members):
            if draw.random() < 0.9:
                _declarations(pole, draw, quarter, sirens, rank)
        _bookings(pole, draw, quarter, members)
    _ledger(pole, draw, sirens[0])
    return pole


def invented_network(folder: Path, count: int) -> BuildRequest:
    """The raw warehouse of a network of invented poles 1 to `count`, and what builds it."""
    raws, told = {}, []
    for number in range(1, count + 1):
        pole, pole_id = invented_pole(number), f"P{number:03d}"
        raws[pole_id] = folder / f"{pole_id}.duckdb"
        pole.write(raws[pole_id])
        told.append({"pole_id": pole_id, "managing_body_siren": pole.rows["register.members"][0]["siren"]})
    pool.unite(raws, folder / "raw.duckdb")
    return BuildRequest(
        raw=folder / "raw.duckdb",
        candidate=folder / "candidate.duckdb",
        target=folder / "dbt",
        quarter=Quarter.parse(QUARTER),
        history_start=date.fromisoformat(HISTORY_START),
        baseline_quarter=QUARTERS[0],
        poles=tuple(told),
    )


def _days(quarter: str) -> tuple[date, date]:
    first = date(int(quarter[:4]), int(quarter[-1]) * 3 - 2, 1)
    following = date(first.year + (first.month > 9), (first.month + 2) % 12 + 1, 1)
    return first, following - timedelta(days=1)


def _register(pole: Pole, draw: random.Random) -> None:
    for room, parts in (("R1", None), ("R2", None), ("R3", "R1;R2")):
        pole.add(
            "register.rooms",
            room_id=room,
            name=f"Salle {room}",
            capacity=draw.randint(5, 50),
            composed_of=parts,
        )
    for weekday in range(1, 6):
        pole.add(
            "register.opening_hours",
            room_id="*",
            weekday=weekday,
            opens_at="08:00",
            closes_at=f"{draw.randint(17, 20)}:00",
        )
    pole.add("register.opening_hours", room_id="R1", weekday=6, opens_at="09:00", closes_at="12:00")
    closed_on = date(2026, 8, draw.randint(1, 20))
    pole.add(
        "register.closures",
        room_id=draw.choice(("*", "R1")),
        starts_on=closed_on,
        ends_on=closed_on + timedelta(days=3),
    )
    for category in ("external", "permanent_resident", "occasional_user"):
        for unit, amount in (("hour", 10), ("half_day", 35), ("day", 60)):
            room = draw.choice(("*", "*", "R1"))
            price = amount + draw.randint(0, 9) + (5 if category == "external" else 0)
            pole.add("register.price_list", room_id=room, category=category, unit=unit, amount_eur_net=price)
    for year in (2025, 2026):
        for day, name in public_holidays(year).items():
            pole.add("register.public_holidays", holiday_on=day, name=name)
    for lot in ("L1", "L2"):
        pole.add("register.lots", lot_id=lot, area_m2=draw.randint(20, 90), starts_on="2025-01-01")
    pole.add(
        "register.lots", lot_id="L1", area_m2=20, member_id="M1", starts_on=f"2026-0{draw.randint(1, 9)}-10"
    )
    for grant in ("G1", "G2"):
        status = draw.choice(("requested", "notified", "paid", "refused"))
        pole.add(
            "register.grants",
            grant_id=grant,
            funder_id="region",
            status=status,
            amount_eur=draw.randint(1, 90) * 100,
            decided_on=f"2026-0{draw.randint(1, 9)}-01",
        )
    for division in (1, 2):
        for year in (2024, 2025, 2026):
            for number in (1, 2, 3, 4):
                pole.add(
                    "register.benchmark_index",
                    naf_code=f"{division}2.00Z",
                    period=f"{year}-Q{number}",
                    value=draw.randint(90, 130),
                )


def _declarations(pole: Pole, draw: random.Random, quarter: str, sirens: list[str], rank: int) -> None:
    siren, (first, last) = sirens[rank], _days(quarter)

    def day() -> date:
        return first + timedelta(days=draw.randint(0, (last - first).days))

    amount = f"{draw.randint(1_000, 90_000)}.{draw.randint(10, 99)}"
    told: dict[str, Any] = {
        "period_start": first,
        "period_end": last,
        "source": "declared",
        "net_turnover_eur": amount,
    }
    told |= {
        "operating_income_eur": f"{float(amount) + 500:.2f}",
        "public_income_eur": draw.choice((None, "250.00")),
    }
    pole.declare("activity", siren, quarter, told)
    supported = []
    for reference in range(draw.randint(0, 3)):
        creation: dict[str, Any] = {}
        if draw.random() < 0.5:
            creation = {"creation_kind": draw.choice(list(CREATION_KINDS)), "created_on": day()}
        supported.append(
            {
                "project_ref": f"{rank}-{reference}",
                "holder_pid": f"h{draw.randint(1, 4)}",
                "title_key": draw.choice(("epicerie", "velos")),
                "support_threshold_on": draw.choice((first, date(2025, 5, 1), None)),
                **creation,
            }
        )
    pole.declare("supported_projects", siren, quarter, *supported)
    partners = ";".join(draw.sample(sirens, 2))
    project = {
        "project_ref": f"C{draw.randint(1, 4)}",
        "kind": draw.choice(list(PROJECT_KINDS)),
        "status": draw.choice(("run", "run", "engaged", "submitted", "won")),
        "started_on": draw.choice((None, date(2025, 4, 1), first)),
        "partners": partners,
        "lead_siren": draw.choice((None, siren)),
        "evidence_on": draw.choice((None, day(), day())),
    }
    pole.declare("collaborative_projects", siren, quarter, project)
    posts = [
        {
            "post_ref": f"P{number}",
            "employer_siren": draw.choice((siren, siren, sirens[0])),
            "category": draw.choice(list(POST_CATEGORIES)),
            "contract_kind": "permanent",
            "started_on": date(2025, draw.randint(1, 12), 1),
            "working_time": draw.choice(("1", "0.8", "0.5")),
            "project_ref": draw.choice((None, f"C{draw.randint(1, 4)}")),
            "project_share": draw.choice((None, "0.5")),
        }
        for number in range(2)
    ]
    pole.declare("posts", siren, quarter, *posts)
    purchase = {
        "purchase_ref": f"A{draw.randint(1, 3)}",
        "bought_on": day(),
        "amount_eur": draw.randint(100, 900),
    }
    pole.declare(
        "joint_purchases", siren, quarter, purchase | {"reference_amount_eur": draw.choice((None, 1000))}
    )


def _bookings(pole: Pole, draw: random.Random, quarter: str, members: int) -> None:
    first, last = _days(quarter)
    for room in ("R1", "R2", "R3"):
        if draw.random() < 0.15:
            continue
        log = pole.slice("bookings", "", quarter, sender=room)
        for _ in range(12):
            on, hour = first + timedelta(days=draw.randint(0, (last - first).days)), draw.randint(6, 18)
            pole.add(
                "bookings.bookings",
                slice_id=log,
                room_id=room,
                member_id=draw.choice((None, f"M{draw.randrange(members)}")),
                category=draw.choice((None, "external")),
                status=draw.choice(("confirmed", "confirmed", "no_show", "cancelled")),
                starts_at=f"{on} {hour:02}:{draw.choice(('00', '20'))}",
                ends_at=f"{on} {hour + draw.randint(1, 4):02}:30",
                price_eur_net=draw.choice((None, draw.randint(10, 90))),
            )


def _ledger(pole: Pole, draw: random.Random, siren: str) -> None:
    """The accounts of one member, sales to another member among them."""
    for year in (2025, 2026):
        last = date(year, 12, 31) if year == 2025 else date(2026, 9, 30)
        file = pole.slice("fec", siren, f"{year}-Q3")
        pole.add(
            "revenue.fec_files",
            slice_id=file,
            siren=siren,
            first_entry_on=date(year, 1, 1),
            last_entry_on=last,
        )
        for _ in range(40):
            is_sale = draw.random() < 0.6
            amount = f"{draw.randint(100, 9000)}.{draw.randint(10, 99)}"
            pole.add(
                "revenue.fec_lines",
                slice_id=file,
                journal_code="VE" if is_sale else "AC",
                entry_on=date(year, 1, 1) + timedelta(days=draw.randint(0, (last - date(year, 1, 1)).days)),
                account_code=draw.choice(("706000", "707000", "756000"))
                if is_sale
                else draw.choice(("607000", "641000")),
                credit_eur=amount if is_sale else None,
                debit_eur=None if is_sale else amount,
                role="normal",
                customer_member_id=draw.choice((None, "M2")) if is_sale else None,
            )
