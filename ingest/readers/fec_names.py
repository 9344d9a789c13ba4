"""Names met in a staged FEC: journals, and customers and suppliers that are members. Each is read once, on its first line."""

from __future__ import annotations

from ingest.context import Context
from ingest.readers import fec_sender
from ingest.readers.fec_stage import Staging

Rows = dict[int, int]


def first_rows(staging: Staging, key: str) -> Rows:
    """Key -> first accepted line that has it."""
    found = staging.connection.execute(
        f"select {key}, min(row_number) from fec_staged where problem = 0 and {key} is not null group by 1 order by 2"
    ).fetchall()
    return dict(found)


def name(staging: Staging, lines: dict[int, str], source_file: str, context: Context) -> None:
    """Fill `fec_journals` and `fec_parties`. `lines` are texts already at hand."""
    journals, parties = first_rows(staging, "journal_key"), first_rows(staging, "party_key")
    missing = [row for row in (*journals.values(), *parties.values()) if row not in lines]
    lines = lines | staging.lines(missing)
    for key, row in journals.items():
        code, label = _pair(staging, lines[row], "journal_code", "journal_label")
        staging.connection.execute("insert into fec_journals values (?, ?, ?)", [key, code, label])
    named = {
        key: _pair(staging, lines[row], "customer_number", "customer_name") for key, row in parties.items()
    }
    members = fec_sender.members_among(sorted(set(named.values())), context, source_file)
    matched = {key: members[party].member_id for key, party in named.items() if party in members}
    staging.connection.execute(
        "insert into fec_parties select unnest($keys), unnest($members)",
        {"keys": list(matched), "members": list(matched.values())},
    )


def _pair(staging: Staging, line: str, *names: str) -> tuple[str, str]:
    cells = line.split(staging.separator)
    places = [staging.layout.columns.get(name, 0) - 1 for name in names]
    first, second = (cells[place].strip() if 0 <= place < len(cells) else "" for place in places)
    return first, second
