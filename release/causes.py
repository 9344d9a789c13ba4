"""What has changed between the inputs of two editions, each change with its type and the French words of its cause."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from periscope.warehouse import Connection
from release.inputs import Inputs, Slice

LATE_DATA, ERROR, METHOD, PERIMETER = "late_data", "error", "method", "perimeter"
#: Types in the order in which they are told, with the words of the pages.
KINDS_FR = {
    METHOD: "Méthode",
    PERIMETER: "Périmètre",
    ERROR: "Erreur corrigée",
    LATE_DATA: "Donnée arrivée après coup",
}
_ACCEPTED, _WITHDRAWN = "accepted", "withdrawn"
_MEMBERSHIP = ("register/members", "register/memberships")


@dataclass(frozen=True)
class InputChange:
    """One input that is not what it was. `files` are the files whose rows it touches, `row` the only one if given.

    `table` is the register's table or the kind of declaration; `member` the member it is about, if any.
    """

    kind: str
    cause: str
    table: str
    files: frozenset[str] = frozenset()
    row: int | None = None
    member: str = ""
    quarter: str = ""
    slice_id: str = ""
    #: the register's key of the row: an allocation, a grant, a room
    key: str = ""

    def touches(self, source_file: str, row: int | None) -> bool:
        return source_file in self.files and (self.row is None or self.row == row)


def changes(connection: Connection, before: Inputs, after: Inputs, slices: list[Slice]) -> list[InputChange]:
    """Every change of the inputs, in a stable order. `slices` are those of the record now."""
    found = _received(before, slices) + _settings(before, after)
    for table in after.register:
        old, new = before.register.get(table, {}), after.register[table]
        if table == "register/corrections":
            found += _corrections(connection, old, new, slices)
        else:
            found += _register(table, old, new)
    return found


def _received(before: Inputs, slices: list[Slice]) -> list[InputChange]:
    found = []
    for one in slices:
        was, now = before.slices.get(one.slice_id, ""), one.status
        if was == now:
            continue
        told = f"« {one.source_file} »" + (f" (feuille {one.sheet})" if one.sheet else "")
        replaced = [
            s
            for s in slices
            if s.superseded_by == one.source_file
            and (s.kind, s.sender) == (one.kind, one.sender)
            and before.slices.get(s.slice_id) == _ACCEPTED
        ]
        files = frozenset({one.source_file, *(s.source_file for s in replaced)})
        when = f", reçu le {one.landed_on:%d/%m/%Y}" if one.landed_on else ""
        if now == _ACCEPTED and replaced:
            names = ", ".join(sorted({f"« {s.source_file} »" for s in replaced}))
            kind, cause = ERROR, f"{told}{when}, remplace {names}"
        elif now == _ACCEPTED and not was and before.files.get(one.file_id) == _ACCEPTED:
            kind, cause = ERROR, f"{told} est lu autrement (alias ou réglages du registre)"
        elif now == _ACCEPTED and was == "superseded":
            kind, cause = ERROR, f"{told} redevient la version retenue"
        elif now == _ACCEPTED:
            kind, cause = LATE_DATA, f"{told}{when}" if not was else f"{told}, d'abord refusé, est accepté"
        elif was == _ACCEPTED and now == _WITHDRAWN:
            kind, cause = ERROR, f"{told} a été retiré (« periscope withdraw »)"
        elif was == _ACCEPTED and not one.superseded_by:
            kind, cause = ERROR, f"{told} est désormais refusé"
        else:
            continue
        found.append(InputChange(kind, cause, one.kind, files, None, one.sender, one.quarter, one.slice_id))
    return found


def _settings(before: Inputs, after: Inputs) -> list[InputChange]:
    return [
        InputChange(
            METHOD,
            f"réglage {name} de periscope.toml : {before.settings.get(name, '')} → {value}",
            "settings",
        )
        for name, value in sorted(after.settings.items())
        # an edition older than a setting did without it
        if before.settings.get(name, "{}") != value
    ]


def _register(
    table: str, old: dict[int, tuple[str, str]], new: dict[int, tuple[str, str]]
) -> list[InputChange]:
    """Rows by what they say, so that a row that only moved has not changed."""
    before, after = set(old.values()), set(new.values())
    known = {key for key, _ in before}
    found = []
    for row, (key, digest) in sorted(new.items()):
        if (key, digest) not in before:
            is_new = key not in known
            verb = "ajoutée" if is_new else "ajoutée ou modifiée"
            kind = PERIMETER if table in _MEMBERSHIP else LATE_DATA if is_new else ERROR
            found.append(_row_change(table, kind, f"{table}.csv, ligne {row} ({key}) {verb}", key))
    changed = {key for key, _ in after - before}
    for key, _ in sorted(before - after):
        if key not in changed:
            kind = PERIMETER if table in _MEMBERSHIP else ERROR
            cause = f"{table}.csv, une ligne de « {key} » retirée"
            found.append(_row_change(table, kind, cause, key))
    return found


def _row_change(table: str, kind: str, cause: str, key: str) -> InputChange:
    # rows of a register move when one is added above: the whole table is touched, the key says which part
    return InputChange(
        kind, cause, table, frozenset({f"{table}.csv"}), None, key if table in _MEMBERSHIP else "", key=key
    )


def _corrections(
    connection: Connection,
    old: dict[int, tuple[str, str]],
    new: dict[int, tuple[str, str]],
    slices: list[Slice],
) -> list[InputChange]:
    """Entries of the ledger that were not there, each touching its own row; one taken away touches its whole file."""
    before, after = set(old.values()), set(new.values())
    said = {
        row: (target, column, by or "", on, reason or "")
        for row, target, column, by, on, reason in connection.execute(
            'select row_number, "row", "column", decided_by, decided_on, reason from raw.register.corrections'
        ).fetchall()
    }
    found = []
    for row, entry in sorted(new.items()):
        if entry not in before:
            target, column, by, on, reason = said[row]
            when = f" le {on:%d/%m/%Y}" if on else ""
            cause = (
                f"register/corrections.csv, ligne {row} : « {entry[0]} », ligne {target}, {column}, décidée "
                f"par {by}{when} ({reason})"
            )
            found.append(_ledger(cause, entry[0], slices, target))
    for _, entry in sorted(old.items()):
        if entry not in after:
            cause = f"register/corrections.csv : une correction de « {entry[0]} » a été retirée"
            found.append(_ledger(cause, entry[0], slices, None))
    return found


def _ledger(cause: str, name: str, slices: list[Slice], row: int | None) -> InputChange:
    told = name.casefold()
    files = {
        s.source_file
        for s in slices
        if told in (s.source_file.casefold(), PurePosixPath(s.source_file).name.casefold())
    }
    return InputChange(ERROR, cause, "register/corrections", frozenset(files), row)
