"""Turnover of an invented pole, recomputed in plain Python from the raw rows and compared figure by figure."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from statistics import median

import pytest

from periscope.quarters import Quarter, quarters_between
from tests.poles import Figures, Pole

FIRST, LAST = Quarter(2023, 1), Quarter(2026, 3)
TRUST = ("fec", "tax_form", "certificate", "declared")
PERIMETERS = ("members", "permanent_residents", "occasional_users")
FUNCTIONS = ("creation_support", "csr_promotion")


@dataclass
class Enterprise:
    member_id: str
    siren: str
    function: str
    #: (presence, joined_on, left_on)
    memberships: list[tuple[str, date, date]]
    #: quarter -> amount of the most trusted source; absent when nothing is known
    turnover: dict[Quarter, Decimal] = field(default_factory=dict)
    #: quarters answered by an empty sheet, or by an amount
    answered: set[Quarter] = field(default_factory=set)
    #: (day, amount, customer) of each sale in accounts
    sales: list[tuple[date, Decimal, str | None]] = field(default_factory=list)

    def perimeters(self, quarter: Quarter) -> set[str]:
        held = [m for m in self.memberships if m[1] <= quarter.last_day and m[2] >= quarter.first_day]
        if not held:
            return set()
        presence = max(held, key=lambda m: m[1])[0]
        return {"members", f"{presence}s"}

    def is_member_on(self, day: date) -> bool:
        return any(joined <= day <= left for _, joined, left in self.memberships)


def _enterprises(chance: random.Random) -> list[Enterprise]:
    found = []
    for number in range(12):
        joined = date(2020, 1, 1) if number % 3 else FIRST.first_day + timedelta(days=chance.randrange(1200))
        left = date(9999, 12, 31) if number % 4 else joined + timedelta(days=chance.randrange(200, 1200))
        presences = ["permanent_resident", "occasional_user"]
        chance.shuffle(presences)
        memberships = [(presences[0], joined, left)]
        if number % 5 == 1:
            change = joined + (min(left, LAST.last_day) - joined) * 9 // 10
            memberships = [(presences[0], joined, change), (presences[1], change + timedelta(days=1), left)]
        found.append(Enterprise(f"M{number}", f"{500000000 + number}", chance.choice(FUNCTIONS), memberships))
    return found


def _declare(pole: Pole, one: Enterprise, quarter: Quarter, chance: random.Random) -> None:
    if chance.random() < 0.1:
        return
    if chance.random() < 0.1:
        pole.declare("activity", one.siren, str(quarter))
        one.answered.add(quarter)
        return
    sources = sorted(chance.sample(TRUST, chance.choice((1, 1, 2))), key=TRUST.index)
    amounts = [Decimal(chance.randrange(-20_000, 900_000)) / 100 for _ in sources]
    one.turnover[quarter] = amounts[0]
    one.answered.add(quarter)
    for source, amount in zip(sources, amounts, strict=True):
        row = {"net_turnover_eur": amount, "source": source}
        pole.declare(
            "activity",
            one.siren,
            str(quarter),
            row | {"period_start": quarter.first_day, "period_end": quarter.last_day},
        )


def _account(pole: Pole, one: Enterprise, names: list[str], chance: random.Random) -> None:
    """Accounts of each year, the last one two days short of the quarter's end."""
    for year in range(FIRST.year, LAST.year + 1):
        last_on = min(date(year, 12, 31), LAST.last_day - timedelta(days=2))
        slice_id = pole.slice("fec", one.siren, "")
        pole.add(
            "revenue.fec_files",
            slice_id=slice_id,
            siren=one.siren,
            first_entry_on=date(year, 1, 2),
            last_entry_on=last_on,
        )
        for _ in range(25):
            day = date(year, 1, 2) + timedelta(days=chance.randrange((last_on - date(year, 1, 2)).days + 1))
            debit, credit = Decimal(chance.randrange(2_000)) / 100, Decimal(chance.randrange(200_000)) / 100
            account, role = (
                chance.choice(("706000", "709600", "740000")),
                chance.choice(("normal", "normal", "closing")),
            )
            customer = chance.choice((None, *names))
            pole.add(
                "revenue.fec_lines",
                slice_id=slice_id,
                entry_on=day,
                account_code=account,
                debit_eur=debit,
                credit_eur=credit,
                role=role,
                customer_member_id=customer,
            )
            if account.startswith("70") and role == "normal" and Quarter.of(day) < LAST:
                one.sales.append((day, credit - debit, customer))
    for quarter in quarters_between(FIRST, LAST.shift(-1)):
        one.answered.add(quarter)
        one.turnover[quarter] = sum((s[1] for s in one.sales if Quarter.of(s[0]) == quarter), Decimal(0))


@pytest.fixture(scope="module")
def pole() -> tuple[list[Enterprise], Figures]:
    chance = random.Random(20260930)
    rows, enterprises = Pole(), _enterprises(chance)
    for one in enterprises:
        presence, joined, left = one.memberships[0]
        rows.member(one.member_id, one.siren, one.function, presence, str(joined), str(left))
        for presence, joined, left in one.memberships[1:]:
            rows.membership(one.member_id, presence, str(joined), str(left))
    for number, one in enumerate(enterprises):
        if number % 4 == 3:
            _account(rows, one, [e.member_id for e in enterprises], chance)
        else:
            for quarter in quarters_between(FIRST, LAST):
                _declare(rows, one, quarter, chance)
    return enterprises, rows.build(str(LAST), select=["+tag:turnover"])


def _periods() -> dict[str, list[Quarter]]:
    found: dict[str, list[Quarter]] = defaultdict(list)
    for quarter in quarters_between(Quarter(2024, 1), LAST):
        found[str(quarter)].append(quarter)
        found[str(quarter.year)].append(quarter)
    return found


def _comparison(one: Enterprise, quarter: Quarter, perimeter: str) -> tuple[str, Decimal, Decimal]:
    """The verdict of one member in one quarter against a year before, with both amounts."""
    before = quarter.shift(-4)
    is_in, was_in = perimeter in one.perimeters(quarter), perimeter in one.perimeters(before)
    now = one.turnover.get(quarter) if is_in else None
    then = one.turnover.get(before) if was_in else None
    amounts = now or Decimal(0), then or Decimal(0)
    if now is not None and then is not None:
        return "panel", *amounts
    if now is not None and (not was_in or not one.is_member_on(before.first_day)):
        return "entrants", *amounts
    if then is not None and (not is_in or not one.is_member_on(quarter.last_day)):
        return "leavers", *amounts
    return "apart", *amounts


def _compare(
    figures: Figures, expected: Callable[[str, str, list[Quarter]], object], actual: Callable[..., object]
) -> int:
    checked = 0
    for period, quarters in _periods().items():
        for perimeter in PERIMETERS:
            wanted = expected(period, perimeter, quarters)
            assert actual(period, perimeter) == wanted, (period, perimeter)
            checked += wanted is not None
    return checked


def test_totals_and_coverage(pole: tuple[list[Enterprise], Figures]) -> None:
    enterprises, figures = pole

    def expected(period: str, perimeter: str, quarters: list[Quarter]) -> object:
        asked = {
            one.member_id: [q for q in quarters if perimeter in one.perimeters(q)] for one in enterprises
        }
        asked = {member_id: held for member_id, held in asked.items() if held}
        by_member: dict[str, Decimal] = {}
        by_function: dict[str, Decimal] = defaultdict(Decimal)
        for one in enterprises:
            told = [one.turnover[q] for q in asked.get(one.member_id, []) if q in one.turnover]
            if told:
                by_member[one.member_id] = sum(told, Decimal(0))
                by_function[one.function] += by_member[one.member_id]
        answered = sum(
            set(asked[one.member_id]) <= one.answered for one in enterprises if one.member_id in asked
        )
        return by_member, dict(by_function), sum(by_member.values()), len(asked), answered

    def actual(period: str, perimeter: str) -> object:
        row = figures.row("turnover_total", period, perimeter)
        assert row is not None
        items = [figures.items("turnover_total", period, perimeter, cut) for cut in ("member", "function")]
        return (*items, row["value"] or 0, row["expected_count"], row["answered_count"])

    assert _compare(figures, expected, actual) == 42


def test_growth_and_bridge(pole: tuple[list[Enterprise], Figures]) -> None:
    enterprises, figures = pole

    def expected(period: str, perimeter: str, quarters: list[Quarter]) -> object:
        sums: dict[str, list[Decimal]] = {k: [Decimal(0)] * 2 for k in ("panel", "entrants", "leavers")}
        own: dict[str, list[Decimal]] = {}
        for one in enterprises:
            for quarter in quarters:
                verdict, now, then = _comparison(one, quarter, perimeter)
                if verdict != "apart":
                    sums[verdict] = [sums[verdict][0] + now, sums[verdict][1] + then]
                if verdict == "panel":
                    before = own.get(one.member_id, [Decimal(0), Decimal(0)])
                    own[one.member_id] = [before[0] + now, before[1] + then]
        panel, entrants, leavers = sums["panel"], sums["entrants"][0], sums["leavers"][1]
        growths = [float(now) / float(then) - 1 for now, then in own.values() if then > 0]
        middle = Decimal(f"{median(growths):.6f}") if growths else None
        organic = panel[0] - panel[1]
        bridge = [organic, entrants, -leavers, 0, 0, organic + entrants - leavers]
        return panel, [panel[0] + entrants, panel[1] + leavers], middle, bridge

    def actual(period: str, perimeter: str) -> object:
        counts = []
        for indicator in ("turnover_panel_growth", "turnover_total_growth"):
            row = figures.row(indicator, period, perimeter)
            assert row is not None
            counts.append([row["numerator"] or 0, row["denominator"] or 0])
        items = figures.items("turnover_bridge", period, perimeter, "item")
        names = ("organic", "entrants", "leavers", "corrections", "definition", "total")
        bridge = [items[name] or 0 for name in names]
        return *counts, figures.value("turnover_median_growth", period, perimeter), bridge

    assert _compare(figures, expected, actual) == 42


def test_sales_between_members(pole: tuple[list[Enterprise], Figures]) -> None:
    enterprises, figures = pole
    by_id = {one.member_id: one for one in enterprises}

    def expected(period: str, perimeter: str, quarters: list[Quarter]) -> object:
        found = Decimal(0)
        for one in enterprises:
            for day, amount, customer in one.sales:
                quarter = Quarter.of(day)
                if quarter in quarters and customer and customer != one.member_id:
                    both = perimeter in one.perimeters(quarter) and perimeter in by_id[customer].perimeters(
                        quarter
                    )
                    found += amount if both and by_id[customer].is_member_on(day) else 0
        return found

    def actual(period: str, perimeter: str) -> object:
        intra = figures.value("intra_pole_sales", period, perimeter) or Decimal(0)
        total = figures.value("turnover_total", period, perimeter)
        assert figures.value("turnover_external", period, perimeter) == (
            None if total is None else total - intra
        )
        return intra

    assert _compare(figures, expected, actual) == 42
