"""`context.json`: what a reader may know beside its figures. `release/` writes it, the pages read it.

Amounts and shares are strings with a dot (exact Decimals), dates are ISO, an absent value is null. Lists hold only
what this reader may see: a funder's context has its own grants; only `internal` has the names of missing senders.
"""

from __future__ import annotations

import json
import types
import typing
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, TypeVar

from periscope.effects import Deduction, Effect, Survival
from periscope.errors import PeriscopeError

FILE_NAME = "context.json"
ReaderKind = Literal["internal", "committee", "funder", "public"]
T = TypeVar("T")


@dataclass(frozen=True)
class Target:
    """One target; an earlier one for the same cell is superseded by a later `set_on`, both are sent."""

    indicator_id: str
    perimeter: str
    period: str
    target: Decimal
    set_on: date
    set_by: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Grant:
    """One grant of the register; `closing_date` is the end of the fiscal year it is given for, `family` the funder's."""

    grant_id: str
    funder_id: str
    funder_label: str
    purpose: str
    action: str
    amount_eur: Decimal
    status: str
    decided_on: date | None = None
    period_start: date | None = None
    period_end: date | None = None
    closing_date: date | None = None
    requested_eur: Decimal | None = None
    awarded_eur: Decimal | None = None
    paid_eur: Decimal | None = None
    family: str = "cerfa"


@dataclass(frozen=True)
class IndirectKey:
    """The share (0..1) of the general expenses of some accounts that an action bears, on a line i.1 to i.3."""

    label: str
    action: str
    accounts: tuple[str, ...]
    share: Decimal
    line: str = "i.1"
    basis: str = ""


@dataclass(frozen=True)
class BudgetLine:
    """One line of the Cerfa table of one action and fiscal year."""

    action: str
    fiscal_year: str
    line: str
    forecast_eur: Decimal | None = None
    realised_eur: Decimal | None = None


@dataclass(frozen=True)
class Expense:
    """One expense of one action; a general one of the body has no action."""

    expense_id: str
    action: str
    amount_eur: Decimal
    incurred_on: date | None = None
    paid_on: date | None = None
    account: str = ""
    label: str = ""


@dataclass(frozen=True)
class Allocation:
    """The share (0..1) of one expense charged to one grant."""

    expense_id: str
    grant_id: str
    share: Decimal


@dataclass(frozen=True)
class Text:
    """The evaluator's Markdown for one grant; `file_name` is shown when a sentence is refused."""

    grant_id: str
    file_name: str
    markdown: str


@dataclass(frozen=True)
class MissingSender:
    """A member that owes a declaration of `kind` (as in the contract); `name` is empty outside `internal`."""

    kind: str
    name: str = ""


@dataclass(frozen=True)
class ReceiptsSummary:
    """How much was read for the quarter."""

    files_count: int = 0
    files_refused_count: int = 0
    rows_read_count: int = 0
    rows_accepted_count: int = 0
    rows_refused_count: int = 0


@dataclass(frozen=True)
class Restatement:
    """A figure of a closed quarter that changed; `kinds` are late_data, error, method, perimeter.

    `reason` tells the causes in the internal edition and the types only elsewhere, where `approved_by` is empty too.
    """

    figure_id: str
    indicator_id: str
    period: str
    perimeter: str
    dimension: str
    item: str
    old_value: Decimal | None
    new_value: Decimal | None
    reason: str = ""
    kinds: tuple[str, ...] = ()
    approved_by: str = ""
    approved_on: date | None = None


@dataclass(frozen=True)
class Revision:
    """A headline of a closed quarter as one edition told it: `published_in` is the quarter of that edition."""

    figure_id: str
    indicator_id: str
    period: str
    perimeter: str
    published_in: str
    value: Decimal | None
    status: str


@dataclass(frozen=True)
class Withheld:
    """A figure hidden from `readers` (ids, commas), listed in the internal edition only; none when all agreed."""

    figure_id: str
    indicator_id: str
    period: str
    perimeter: str
    item: str
    reason: str
    readers: str = ""


@dataclass(frozen=True)
class Fragility:
    """The share (0..1) of a headline that its largest contributor makes, in absolute value: internal edition only."""

    indicator_id: str
    period: str
    perimeter: str
    contributors_count: int
    largest_share: Decimal


@dataclass(frozen=True)
class LayoutOffer:
    """What one breakdown by function would tell; `layout` as in protection.layouts; internal only."""

    layout: str
    indicator_id: str
    period: str
    cells_count: int
    shown_count: int
    told_share: Decimal


@dataclass(frozen=True)
class Node:
    """A member in the cooperation network, with its name: the internal edition only."""

    node_id: str
    label: str


@dataclass(frozen=True)
class Edge:
    """Two members and the number of projects they have effectively run together."""

    source: str
    target: str
    projects_count: int


@dataclass(frozen=True)
class Degree:
    """How many members ran projects of the quarter with so many other members."""

    partners_count: int
    members_count: int


@dataclass(frozen=True)
class Network:
    """Who cooperates with whom in the quarter; nodes and edges are empty outside `internal`."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    degrees: tuple[Degree, ...] = ()


@dataclass(frozen=True)
class ReportContext:
    """Everything a page needs besides `figures.csv`, `history.csv` and the catalogue.

    `labels` names the items of a dimension: {"room": {"R1": "Salle verte"}, "member": {...}}; an item without a label
    is shown by its id. `budget_lines`, `expenses` and `allocations` belong to the grants listed; the internal context
    has them all, and so is where double charging is seen. `families` holds the TOML of the evaluator's own families.
    """

    pole_name: str
    is_fictitious: bool
    quarter: str
    as_of: date
    reader: str
    reader_label: str
    reader_kind: ReaderKind
    is_draft: bool = True
    #: of a draft: the day when another state of this folder was given to its reader
    delivered_on: date | None = None
    managing_body_name: str = ""
    managing_body_siren: str = ""
    managing_body_siret: str = ""
    managing_body_rna: str = ""
    cerfa_gap_share: Decimal = Decimal("0.10")
    cerfa_gap_eur: Decimal = Decimal("500")
    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    targets: tuple[Target, ...] = ()
    grants: tuple[Grant, ...] = ()
    budget_lines: tuple[BudgetLine, ...] = ()
    expenses: tuple[Expense, ...] = ()
    allocations: tuple[Allocation, ...] = ()
    indirect_keys: tuple[IndirectKey, ...] = ()
    families: dict[str, str] = field(default_factory=dict)
    texts: tuple[Text, ...] = ()
    missing_senders: tuple[MissingSender, ...] = ()
    receipts: ReceiptsSummary = field(default_factory=ReceiptsSummary)
    restatements: tuple[Restatement, ...] = ()
    revisions: tuple[Revision, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    fragilities: tuple[Fragility, ...] = ()
    layouts: tuple[LayoutOffer, ...] = ()
    network: Network = field(default_factory=Network)
    effects: tuple[Effect, ...] = ()
    survival: tuple[Survival, ...] = ()
    gross_to_net: tuple[Deduction, ...] = ()

    @classmethod
    def from_json(cls, text: str) -> ReportContext:
        """Read the JSON of one context. Raises PeriscopeError naming the key at fault."""
        return cls.from_plain(json.loads(text))

    @classmethod
    def from_plain(cls, values: dict[str, Any]) -> ReportContext:
        """Build a context from nested dicts and lists. Raises PeriscopeError naming the key at fault."""
        return _read(cls, values, "context")

    @classmethod
    def load(cls, folder: Path) -> ReportContext:
        """Read `context.json` of a reader's folder."""
        return cls.from_json((folder / FILE_NAME).read_text(encoding="utf-8"))

    def to_json(self) -> str:
        """The JSON that `from_json` reads back to an equal context."""
        return json.dumps(_plain(self), ensure_ascii=False, indent=1, sort_keys=True)

    def item_label(self, dimension: str, item: str) -> str:
        return self.labels.get(dimension, {}).get(item, item)


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, tuple | list):
        return [_plain(v) for v in value]
    if isinstance(value, dict):
        return {key: _plain(v) for key, v in value.items()}
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else value


@lru_cache
def _hints(cls: type[Any]) -> dict[str, Any]:
    return typing.get_type_hints(cls)


def _read(cls: type[T], data: Any, where: str) -> T:
    """Build a frozen dataclass from plain JSON by the annotations of its fields."""
    hints = _hints(cls)  # type: ignore[arg-type]  # a class is hashable
    if not isinstance(data, dict) or set(data) - set(hints):
        surplus = ", ".join(sorted(set(data) - set(hints))) if isinstance(data, dict) else "pas un objet"
        raise PeriscopeError(f"{FILE_NAME} : {where} n'a pas la forme attendue ({surplus}).")
    try:
        return cls(**{name: _value(hints[name], value, f"{where}.{name}") for name, value in data.items()})
    except TypeError as error:
        raise PeriscopeError(f"{FILE_NAME} : {where} est incomplet ({error}).") from error


def _value(hint: Any, value: Any, where: str) -> Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return None if value is None else _value(arguments[0], value, where)
    if origin is tuple:
        return tuple(_value(arguments[0], one, f"{where}[{i}]") for i, one in enumerate(value))
    if is_dataclass(hint) and isinstance(hint, type):
        return _read(hint, value, where)
    try:
        if hint is Decimal:
            return Decimal(value)
        if hint is date:
            return value if isinstance(value, date) else date.fromisoformat(value)
    except (ValueError, ArithmeticError, TypeError) as error:
        raise PeriscopeError(f"{FILE_NAME} : {where} est illisible.") from error
    if origin is Literal and value not in arguments:
        raise PeriscopeError(f"{FILE_NAME} : {where} doit être l'un de {', '.join(arguments)}.")
    return value
