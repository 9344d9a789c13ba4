"""What a member's feedback sheet says: its own figures, what it sent, what is missing, what it agreed to show.

`release/` gathers it from the warehouse, `reports/` makes the page. One sheet never holds another member's value.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class OwnFigure:
    """One quarterly value of the member, unmasked; None is missing, with its reason."""

    indicator_id: str
    period: str
    value: Decimal | None
    unit: str
    reason: str = ""


@dataclass(frozen=True)
class Sent:
    """One part of a file received from the member for the quarter; `kind` as in the contract."""

    file: str
    kind: str
    rows_read_count: int
    rows_accepted_count: int
    rows_refused_count: int
    status: str


@dataclass(frozen=True)
class Agreement:
    """What the member lets one reader see: an indicator_id, or `*` for all."""

    reader: str
    scope: str
    valid_to: date | None = None


@dataclass(frozen=True)
class MemberSheet:
    """The sheet of one member for one quarter."""

    member_id: str
    name: str
    pole_name: str
    is_fictitious: bool
    quarter: str
    as_of: date
    figures: tuple[OwnFigure, ...] = ()
    sent: tuple[Sent, ...] = ()
    missing: tuple[str, ...] = ()
    agreements: tuple[Agreement, ...] = ()
