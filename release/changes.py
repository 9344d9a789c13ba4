"""What has changed between two editions of the internal figures, and why: each difference gets its types and causes.

The rows a figure is made of lead to the inputs that moved it: a row of a file that arrived since is late data, of a
file that replaces another or of a corrected cell an error, another version of the definition a method, another set of
members a perimeter. A difference that leads nowhere has no cause: it is not guessed.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from periscope import catalogue
from periscope.catalogue import FIGURE_COLUMNS
from periscope.files import csv_rows
from periscope.warehouse import Connection
from periscope.workspace import Run
from release import inputs
from release.causes import KINDS_FR, METHOD, PERIMETER, InputChange
from release.causes import changes as input_changes
from release.export import cells
from release.inputs import Inputs, Slice

#: What can move a criterion without being among its rows: kinds of declarations, tables of the register.
_FEEDS = {
    "members": ("register/members", "register/memberships"),
    "creation": ("supported_projects",),
    "cooperation": ("collaborative_projects", "posts"),
    "jobs": ("posts",),
    "turnover": ("activity", "turnover", "fec", "register/benchmark_index"),
    "impact": ("activity", "turnover", "fec", "posts"),
    "rooms": (
        "bookings",
        *(f"register/{table}" for table in ("rooms", "opening_hours", "closures", "price_list", "lots")),
    ),
    "money": (
        "joint_purchases",
        *(f"register/{table}" for table in ("grants", "budget_lines", "expenses", "expense_allocations")),
    ),
}
_ALIASES = "register/aliases"
_UNTOLD = (
    "clôture faite par une version du programme qui ne notait pas encore ses entrées, cause exacte inconnue"
)
#: One row that a figure is made of: file, sheet, line, entity.
Line = tuple[str, str, str, str]
Row = dict[str, str]


@dataclass(frozen=True)
class Change:
    """One figure that is not what it was. `causes` maps a type to its causes; empty when nothing explains it.

    `parts` is the part of the change due to each type, told of additive figures only: it adds up to the change.
    """

    before: Row
    after: Row
    causes: dict[str, list[str]]
    parts: dict[str, Decimal] = field(default_factory=dict)

    @property
    def figure_id(self) -> str:
        return (self.after or self.before)["figure_id"]

    @property
    def told(self) -> Row:
        """The figure's own columns, from the edition that has it."""
        return self.after or self.before

    @property
    def old(self) -> Decimal | None:
        return _amount(self.before.get("value", ""))

    @property
    def new(self) -> Decimal | None:
        return _amount(self.after.get("value", ""))

    @property
    def delta(self) -> Decimal | None:
        return None if self.old is None or self.new is None else self.new - self.old

    @property
    def name_fr(self) -> str:
        known = catalogue.load().get(self.told["indicator_id"])
        cell = ", ".join(self.told[key] for key in ("period", "perimeter", "dimension", "item"))
        return f"{known.name_fr if known else self.told['indicator_id']} ({cell})"

    @property
    def cause_fr(self) -> str:
        """`Erreur corrigée : « a.csv », reçu le …, remplace « b.csv »`, one after the other."""
        return " ; ".join(
            f"{KINDS_FR[kind]} : {', '.join(causes)}" for kind, causes in self.causes.items() if causes
        )


def _amount(text: str) -> Decimal | None:
    return Decimal(text) if text else None


class Comparison:
    """The candidate against one earlier internal edition (a folder with figures, sources and inputs)."""

    def __init__(self, connection: Connection, run: Run, folder: Path, now: Inputs) -> None:
        self._connection, self._folder = connection, folder
        self._slices = inputs.slices(connection)
        # an edition older than inputs.csv, as its manifest says: all that is known is that it was made otherwise
        self._is_untold = not _has_inputs(folder)
        before = now if self._is_untold else Inputs.read(folder / inputs.FILE_NAME)
        self._changes = input_changes(connection, before, now, self._slices)
        self._by_file: dict[str, Slice] = {one.source_file: one for one in self._slices}
        #: those that had a row, read when a figure had none
        self._indicators: set[str] = set()
        self._mentions = _mentions(connection, {c.slice_id for c in self._changes if c.slice_id})

    def changes(self, pairs: Iterable[tuple[Row, Row]]) -> list[Change]:
        """The figures of `pairs` (before, after) whose value differs, with their causes."""
        moved = [(old, new) for old, new in pairs if old.get("value", "") != new.get("value", "")]
        ids = {(new or old)["figure_id"] for old, new in moved}
        before, after = self._lines_before(ids), _lines_now(self._connection, ids)
        return [self._typed(old, new, before, after) for old, new in moved]

    def _lines_before(self, ids: set[str]) -> dict[str, dict[Line, Decimal]]:
        found: dict[str, dict[Line, Decimal]] = defaultdict(dict)
        if ids:
            for row in read_rows(self._folder / "sources.csv"):
                if row["figure_id"] in ids:
                    key = _line(row["source_file"], row["sheet"], row["row"], row["entity_id"])
                    lines = found[row["figure_id"]]
                    lines[key] = lines.get(key, Decimal(0)) + Decimal(row["contribution"] or 0)
        return found

    def _typed(
        self,
        old: Row,
        new: Row,
        lines_before: dict[str, dict[Line, Decimal]],
        lines_now: dict[str, dict[Line, Decimal]],
    ) -> Change:
        found = self._typed_by_rows(old, new, lines_before, lines_now)
        if old or self._was_computed(new["indicator_id"]):
            return found
        # an indicator has a row for the whole perimeter as soon as it is computed; one by item may have had none
        if "all" in catalogue.load()[new["indicator_id"]].dimensions or not found.causes:
            cause = f"{new['indicator_id']} est entré au catalogue après cette édition"
            return Change(old, new, {METHOD: [cause]})
        return found

    def _was_computed(self, indicator_id: str) -> bool:
        self._indicators = self._indicators or {
            row["indicator_id"] for row in read_rows(self._folder / "figures.csv")
        }
        return indicator_id in self._indicators

    def _typed_by_rows(
        self,
        old: Row,
        new: Row,
        lines_before: dict[str, dict[Line, Decimal]],
        lines_now: dict[str, dict[Line, Decimal]],
    ) -> Change:
        told = new or old
        if old and new and old["indicator_version"] != new["indicator_version"]:
            cause = f"définition de {told['indicator_id']}, version {old['indicator_version']} → {new['indicator_version']}"
            return Change(old, new, {METHOD: [cause]}, _whole(METHOD, old, new))
        if self._is_untold:
            return Change(old, new, {METHOD: [_UNTOLD]}, _whole(METHOD, old, new))
        before, after = lines_before.get(told["figure_id"], {}), lines_now.get(told["figure_id"], {})
        groups: dict[str, list[Line]] = defaultdict(list)
        for line in sorted(before.keys() | after.keys()):
            if before.get(line) != after.get(line):
                groups[line[3]].append(line)
        found: dict[str, set[str]] = defaultdict(set)
        parts: dict[str, Decimal] = defaultdict(Decimal)
        untold = False
        for entity, lines in groups.items():
            causes = self._causes(told, entity, lines)
            untold |= not causes
            for one in causes:
                found[one.kind].add(one.cause)
            if causes:
                moved = sum((after.get(n, Decimal(0)) - before.get(n, Decimal(0)) for n in lines), Decimal(0))
                parts[causes[0].kind] += moved
        is_additive = catalogue.load()[told["indicator_id"]].is_additive
        if untold and is_additive:
            return Change(old, new, {})
        if not found:
            for one in self._distant(told, before.keys() | after.keys()):
                found[one.kind].add(one.cause)
        ordered = {kind: sorted(found[kind]) for kind in KINDS_FR if kind in found}
        return Change(old, new, ordered, dict(parts) if is_additive and parts else {})

    def _causes(self, told: Row, entity: str, lines: list[Line]) -> list[InputChange]:
        """The nearest changes of input behind the lines of one entity: nearest first, the first that is found."""
        rows = [(line[0], int(line[2]) if line[2] else None) for line in lines]
        near = [c for c in self._changes if any(c.touches(*row) for row in rows) and c.key in ("", entity)]
        if near:
            return sorted(near, key=lambda c: list(KINDS_FR)[::-1].index(c.kind))
        senders = {self._by_file[file].sender for file, _ in rows if file in self._by_file} | {entity}
        members = [c for c in self._changes if c.kind == PERIMETER and c.member in senders]
        if members:
            return members
        mentioned = [c for c in self._changes if c.slice_id and c.slice_id in self._mentions.get(entity, ())]
        return mentioned or self._distant(told, lines)

    def _distant(self, told: Row, lines: Iterable[Line]) -> list[InputChange]:
        """Changes that move a figure without showing among its lines: members, prices, hours, an empty answer."""
        rows = [(line[0], int(line[2]) if line[2] else None) for line in lines]
        touched = [c for c in self._changes if any(c.touches(*row) for row in rows)]
        if touched:
            return touched
        feeds = _FEEDS.get(catalogue.load()[told["indicator_id"]].criterion, ())
        fed = [
            c
            for c in self._changes
            if c.table in feeds and (not c.slice_id or c.quarter.startswith(told["period"]) or not c.quarter)
        ]
        members = [c for c in self._changes if c.kind == PERIMETER]
        return fed or members or [c for c in self._changes if c.table in (_ALIASES, "settings")]


def _has_inputs(folder: Path) -> bool:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return inputs.FILE_NAME in manifest["files"]


def _line(source_file: str, sheet: str, row: str, entity: str) -> Line:
    # a row of the register moves when another is added above it: its entity tells it, not its number
    return source_file, sheet, "" if source_file.startswith("register/") else row, entity


def _whole(kind: str, old: Row, new: Row) -> dict[str, Decimal]:
    change = Change(old, new, {})
    is_additive = catalogue.load()[new["indicator_id"]].is_additive
    return {kind: change.delta} if is_additive and change.delta is not None else {}


def _mentions(connection: Connection, slice_ids: set[str]) -> dict[str, set[str]]:
    """Which of these slices speak of a project, a purchase or a post, by its reference."""
    found: dict[str, set[str]] = defaultdict(set)
    for kind, entity in (
        ("collaborative_projects", "project_ref"),
        ("posts", "project_ref"),
        ("posts", "concat_ws('-', employer_siren, post_ref)"),
        ("joint_purchases", "purchase_ref"),
    ):
        for slice_id, said in connection.execute(
            f"select distinct slice_id, {entity} from raw.declarations.{kind}"
        ).fetchall():
            if slice_id in slice_ids and said:
                found[said].add(slice_id)
    return found


def _lines_now(connection: Connection, ids: set[str]) -> dict[str, dict[Line, Decimal]]:
    found: dict[str, dict[Line, Decimal]] = defaultdict(dict)
    for figure_id, file, sheet, row, entity, told in connection.execute(
        """
        select figure_id, source_file, sheet, row, entity_id, sum(coalesce(contribution, 0))
        from marts.fct_figure_sources where list_contains(?, figure_id) group by all order by all
        """,
        [sorted(ids)],
    ).fetchall():
        key = _line(file or "", sheet or "", "" if row is None else str(row), entity or "")
        found[figure_id][key] = found[figure_id].get(key, Decimal(0)) + told
    return found


def read_rows(path: Path) -> list[Row]:
    """The rows of one CSV of an edition; none when it is not there."""
    if not path.exists():
        return []
    return list(csv_rows(path))


def figures_now(connection: Connection) -> dict[str, dict[str, Any]]:
    """Every figure of the candidate, by id."""
    cursor = connection.execute(f"select {', '.join(FIGURE_COLUMNS)} from marts.fct_figures")
    rows = (dict(zip(FIGURE_COLUMNS, values, strict=True)) for values in cursor.fetchall())
    return {row["figure_id"]: row for row in rows}


def texts(figure: dict[str, Any]) -> Row:
    """A figure of the candidate as the texts of figures.csv."""
    return dict(zip(FIGURE_COLUMNS, cells(figure), strict=True))
