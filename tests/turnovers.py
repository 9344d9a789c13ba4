"""What members tell of their turnover, for tests of the models: declarations, accounts, sector indices."""

from __future__ import annotations

from typing import Any

from tests.poles import Pole

TURNOVER = ["+tag:turnover"]

A, B, C, D, E, F, G, H = (
    "732829320",
    "356000000",
    "880878145",
    "552032534",
    "784410607",
    "111111118",
    "222222226",
    "333333334",
)


def quarter_days(quarter: str) -> tuple[str, str]:
    ends = {"1": "03-31", "2": "06-30", "3": "09-30", "4": "12-31"}
    month = int(quarter[-1]) * 3 - 2
    return f"{quarter[:4]}-{month:02d}-01", f"{quarter[:4]}-{ends[quarter[-1]]}"


def told(
    pole: Pole, siren: str, quarter: str, eur: str | None, source: str = "declared", **extra: Any
) -> None:
    """The sender's declaration of one quarter."""
    starts_on, ends_on = extra.pop("period", quarter_days(quarter))
    row = {"period_start": starts_on, "period_end": ends_on, "net_turnover_eur": eur, "source": source}
    pole.declare("activity", siren, quarter, row | extra)


def fec(pole: Pole, siren: str, first_on: str, last_on: str, *lines: tuple[Any, ...]) -> None:
    """Accounts of `siren`; a line is (day, account, debit, credit) and optionally (role, customer_member_id, supplier_member_id)."""
    slice_id = pole.slice("fec", siren, "")
    pole.add(
        "revenue.fec_files", slice_id=slice_id, siren=siren, first_entry_on=first_on, last_entry_on=last_on
    )
    for day, account, debit, credit, *rest in lines:
        pole.add(
            "revenue.fec_lines",
            slice_id=slice_id,
            entry_on=day,
            account_code=account,
            debit_eur=debit,
            credit_eur=credit,
            role=rest[0] if rest else "normal",
            customer_member_id=rest[1] if len(rest) > 1 else None,
            supplier_member_id=rest[2] if len(rest) > 2 else None,
        )


def index(pole: Pole, naf: str, period: str, value: str, vintage: str = "2026") -> None:
    pole.add("register.benchmark_index", naf_code=naf, period=period, value=value, vintage=vintage)
