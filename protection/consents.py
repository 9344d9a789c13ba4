"""Agreements of members to be shown, from register/consents.csv."""

from __future__ import annotations

from dataclasses import dataclass

from periscope.warehouse import Connection
from periscope.workspace import Run


@dataclass(frozen=True)
class Consent:
    """A member's agreement that a reader sees its values of one indicator, or of all (`*`)."""

    siren: str
    reader: str
    scope: str

    def covers(self, indicator_id: str) -> bool:
        return self.scope in ("*", indicator_id)


def in_force(connection: Connection, run: Run) -> list[Consent]:
    """Agreements in force on the day of the run."""
    rows = connection.execute(
        """
        select distinct m.siren, c.reader, c.scope
        from raw.register.consents as c
        inner join raw.register.members as m on c.member_id = m.member_id
        where coalesce(c.valid_from, ?) <= ? and coalesce(c.valid_to, ?) >= ?
        order by all
        """,
        [run.as_of] * 4,
    ).fetchall()
    return [Consent(*row) for row in rows]
