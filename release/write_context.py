"""`context.json` of each reader: what a page needs beside its figures, and nothing that this reader may not have.

Names of members reach the internal edition only; a funder has its own grants and the actions they pay for.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from periscope import layouts, nomenclatures, tables
from periscope.reader_context import FILE_NAME, Grant, ReportContext
from periscope.settings import Settings
from periscope.warehouse import Connection, connect, quote
from periscope.workspace import Run, Workspace
from release import delivery, fragility, restatement, revisions
from release.cooperation import network
from release.effects import effects
from release.restatement import Restatement

INTERNAL, COMMITTEE, FUNDER, PUBLIC = "internal", "committee", "funder", "public"
_LABELS = {INTERNAL: "Édition interne", COMMITTEE: "Comité de pilotage", PUBLIC: "Public"}

Row = dict[str, Any]


@dataclass(frozen=True)
class Reader:
    """One reader of the publication: `reader_id` is the folder's name."""

    reader_id: str
    label: str
    kind: str


def readers(connection: Connection) -> list[Reader]:
    """internal, committee, one per funder of the register, public. `connection` has the raw warehouse as `raw`."""
    funders = connection.execute(
        "select funder_id, coalesce(last(funder_label order by decided_on nulls first, grant_id) "
        "filter (where funder_label <> ''), funder_id) from raw.register.grants group by 1 order by 1"
    ).fetchall()
    return [
        Reader(INTERNAL, _LABELS[INTERNAL], INTERNAL),
        Reader(COMMITTEE, _LABELS[COMMITTEE], COMMITTEE),
        *(Reader(funder_id, label, FUNDER) for funder_id, label in funders),
        Reader(PUBLIC, _LABELS[PUBLIC], PUBLIC),
    ]


def _rows(connection: Connection, sql: str, parameters: list[Any] | None = None) -> list[Row]:
    cursor = connection.execute(sql, parameters or [])
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def _register(connection: Connection, name: str) -> list[Row]:
    columns = ", ".join(quote(c) for c in tables.raw_columns(tables.REGISTER[name]))
    return _rows(connection, f"select {columns} from raw.register.{quote(name)} order by row_number")


def _no_nulls(row: Row, texts: tuple[str, ...]) -> Row:
    return {key: ("" if value is None and key in texts else value) for key, value in row.items()}


def _without_person(expense: Row) -> Row:
    """An expense as a reader may see it: the label of a wage may name who earns it, and is left out."""
    label = "" if (expense["account"] or "").startswith("64") else expense["label"]
    return _no_nulls(expense | {"label": label}, ("action", "account", "label"))


def indirect_keys(settings: Settings) -> list[Row]:
    """The keys of periscope.toml as the context writes them."""
    return [
        {
            "label": name,
            "action": key.action,
            "accounts": list(key.accounts),
            "share": Decimal(str(key.share)),
            "line": key.line,
            "basis": key.basis,
        }
        for name, key in sorted(settings.indirect.items())
    ]


def grants(connection: Connection, settings: Settings) -> list[Row]:
    """The grants of the register as the context writes them, each with the family of its funder."""
    found = []
    for grant in _register(connection, "grants"):
        funder = settings.funders.get(grant["funder_id"])
        row = _no_nulls(grant, ("funder_label", "purpose", "action"))
        row["amount_eur"] = grant["amount_eur"] or Decimal(0)
        found.append(row | ({"family": funder.family} if funder else {}))
    return found


def all_grants(run: Run) -> list[Grant]:
    """Every grant received so far, for the calendar of deadlines."""
    with connect(run.workspace.raw_database, read_only=True) as connection:
        return [Grant(**row) for row in grants(connection, run.workspace.settings)]


def own_families(workspace: Workspace) -> dict[str, str]:
    """The evaluator's own families of funders, texts/<name>.toml, by name."""
    return {
        path.stem: path.read_text(encoding="utf-8-sig") for path in sorted(workspace.texts.glob("*.toml"))
    }


class ContextWriter:
    """Reads the register and the record once, then writes each reader's context."""

    def __init__(self, connection: Connection, run: Run) -> None:
        self._connection, self._run = connection, run
        self._grants = grants(connection, run.workspace.settings)
        self._budget = _register(connection, "budget_lines")
        self._expenses = _register(connection, "expenses")
        self._allocations = _register(connection, "expense_allocations")
        self._names = dict(connection.execute("select member_id, name from raw.register.members").fetchall())
        self._missing = self._missing_senders()
        self._delivered = delivery.days(run.workspace, str(run.quarter))

    def write_each(
        self, folders: Iterable[Path], restatements: list[Restatement] | None = None, is_draft: bool = True
    ) -> Iterator[Path]:
        """Write `context.json` in each reader's folder, named after the reader and holding its figures, then give it.

        Funders come first: their reports take longest.
        """
        known = {reader.reader_id: reader for reader in readers(self._connection)}
        for folder in sorted(folders, key=lambda folder: known[folder.name].kind != FUNDER):
            self._write(folder, known[folder.name], restatements or [], is_draft)
            yield folder

    def _write(self, folder: Path, reader: Reader, restatements: list[Restatement], is_draft: bool) -> None:
        withheld = fragility.withheld(self._connection) if reader.kind == INTERNAL else []
        told = restatement.for_reader(self._run.workspace, restatements, folder)
        plain = self.context(reader, withheld, told, is_draft)
        plain["revisions"] = revisions.triangle(self._run, folder)
        context = ReportContext.from_plain(plain)
        (folder / FILE_NAME).write_text(context.to_json() + "\n", encoding="utf-8")
        if reader.kind == FUNDER:
            families = {grant.family for grant in context.grants}
            for blank in self._run.workspace.texts.glob("*.pdf"):
                if blank.stem in families:  # the report fills it and takes the blank one away
                    shutil.copyfile(blank, folder / blank.name)

    def context(self, reader: Reader, withheld: list[Row], restatements: list[Row], is_draft: bool) -> Row:
        settings = self._run.workspace.settings
        is_internal = reader.kind == INTERNAL
        shown_grants = [
            g
            for g in self._grants
            if reader.kind in (INTERNAL, COMMITTEE)
            or (reader.kind == FUNDER and g["funder_id"] == reader.reader_id)
        ]
        actions = {g["action"] for g in shown_grants if g["action"]}
        shown = {g["grant_id"] for g in shown_grants}
        keys = [k for k in indirect_keys(settings) if k["action"] in actions]
        shared = tuple(account for key in keys for account in key["accounts"])
        expenses = [
            _without_person(e)
            for e in ([] if reader.kind == COMMITTEE else self._expenses)
            if is_internal
            or e["action"] in actions
            or (not e["action"] and (e["account"] or "").startswith(shared))
        ]
        charged = {e["expense_id"] for e in expenses}
        managing = self._connection.execute(
            "select name, siren from raw.register.members where member_id = ? or siren = ?",
            [settings.managing_body, settings.managing_body],
        ).fetchone()
        return {
            "pole_name": settings.pole_name,
            "is_fictitious": settings.is_fictitious,
            "quarter": str(self._run.quarter),
            "as_of": self._run.as_of,
            "reader": reader.reader_id,
            "reader_label": reader.label,
            "reader_kind": reader.kind,
            "is_draft": is_draft,
            "delivered_on": self._delivered.get(reader.reader_id) if is_draft else None,
            "managing_body_name": managing[0] if managing else "",
            "managing_body_siren": managing[1] if managing else "",
            "managing_body_siret": settings.managing_siret,
            "managing_body_rna": settings.managing_rna,
            "cerfa_gap_share": Decimal(str(settings.thresholds.cerfa_gap_share)),
            "cerfa_gap_eur": Decimal(str(settings.thresholds.cerfa_gap_eur)),
            "labels": self._labels(is_internal),
            "targets": self._targets(),
            "grants": shown_grants,
            "budget_lines": [
                b | {"fiscal_year": str(b["fiscal_year"])} for b in self._budget if b["action"] in actions
            ],
            "expenses": expenses,
            # another funder's share of the same expense is needed to see double charging, not its name
            "allocations": [
                a if a["grant_id"] in shown else a | {"grant_id": "autre"}
                for a in self._allocations
                if a["expense_id"] in charged
            ],
            "indirect_keys": [] if reader.kind == COMMITTEE else keys,
            "families": own_families(self._run.workspace),
            "texts": self._texts(shown),
            "missing_senders": [
                {"kind": kind, "name": self._names[member] if is_internal else ""}
                for member, kind in self._missing
            ],
            "receipts": self._receipts(),
            "restatements": restatements,
            "withheld": withheld,
            "fragilities": fragility.fragilities(self._connection) if is_internal else [],
            "layouts": _rows(self._connection, "from protection.layouts") if is_internal else [],
            **effects(self._connection, self._run, reader.reader_id, is_internal),
            "gross_to_net": [asdict(one) for one in settings.gross_to_net],
            "network": network(self._connection, str(self._run.quarter), self._names, is_internal),
        }

    def _labels(self, is_internal: bool) -> dict[str, dict[str, str]]:
        connection = self._connection
        labels = {
            "function": layouts.labels(self._run.workspace.settings.layouts),
            "category": {key: names[0] for key, names in nomenclatures.CATEGORIES.items()},
            "kind": {
                key: names[0]
                for key, names in (nomenclatures.PROJECT_KINDS | nomenclatures.CREATION_KINDS).items()
            },
            "is_micro": {
                "true": "Micro-entreprises",
                "false": "Hors micro-entreprises",
                "unknown": "Non renseigné",
            },
            "room": dict(
                connection.execute(
                    "select room_id, coalesce(name, room_id) from raw.register.rooms order by 1"
                ).fetchall()
            ),
        }
        if is_internal:
            labels["member"] = dict(sorted(self._names.items()))
        return labels

    def _targets(self) -> list[Row]:
        return [_no_nulls(t, ("set_by", "reason")) for t in _register(self._connection, "targets")]

    def _texts(self, grant_ids: set[str]) -> list[Row]:
        found = []
        for path in sorted(self._run.workspace.texts.glob("*.md")):
            if path.stem in grant_ids:
                found.append(
                    {
                        "grant_id": path.stem,
                        "file_name": f"texts/{path.name}",
                        "markdown": path.read_text(encoding="utf-8-sig"),
                    }
                )
        return found

    def _missing_senders(self) -> list[tuple[str, str]]:
        """Members of the quarter and the kinds they have not answered."""
        return self._connection.execute(
            """
            with kinds as (
                select unnest(['supported_projects', 'collaborative_projects', 'posts', 'activity']) as kind
            )
            select members.member_id, kinds.kind
            from intermediate.int_members__by_period as members
            cross join kinds
            left join intermediate.int_answers__by_quarter as answers
                on members.member_id = answers.member_id and answers.quarter = members.period
                and answers.answer_kind = kinds.kind
            where members.period = ? and members.basis = 'flow' and members.perimeter = 'members'
                and answers.member_id is null
            order by all
            """,
            [str(self._run.quarter)],
        ).fetchall()

    def _receipts(self) -> Row:
        files, refused = self._connection.execute(
            "select count(*), count(*) filter (where status = 'refused_file') from raw.record.files"
        ).fetchone() or (0, 0)
        read, accepted, rejected = self._connection.execute(
            "select coalesce(sum(rows_read), 0), coalesce(sum(rows_accepted), 0), coalesce(sum(rows_refused), 0) "
            "from raw.record.slices"
        ).fetchone() or (0, 0, 0)
        return {
            "files_count": files,
            "files_refused_count": refused,
            "rows_read_count": int(read),
            "rows_accepted_count": int(accepted),
            "rows_refused_count": int(rejected),
        }
