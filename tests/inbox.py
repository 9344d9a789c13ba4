"""A small workspace whose inbox tests fill as members do."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from ingest import receive
from periscope import arbitration, template, warehouse
from periscope.quarters import Quarter
from periscope.workspace import Run, Workspace


def small_pole(root: Path, more_settings: str = "", first_settings: str = "") -> Run:
    """Two members and a room, nothing received. Settings may be added after, and before, those of a new workspace."""
    workspace = template.create(root)
    settings = root / "periscope.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(first_settings + text + more_settings, encoding="utf-8")
    (workspace.register / "members.csv").write_text(
        "member_id,siren,name\njardins,732829320,Les Jardins du Canal\natelier,880878145,Atelier Bois\n"
    )
    (workspace.register / "memberships.csv").write_text(
        "member_id;presence;joined_on\njardins;permanent_resident;2020-01-01\natelier;occasional_user;01/02/2021\n"
    )
    (workspace.register / "rooms.csv").write_text("room_id,name\nS1,Salle Éole\n")
    return Run(Workspace(root), Quarter(2026, 3), date(2026, 11, 23))


def put(run: Run, name: str, content: str | bytes) -> None:
    path = run.workspace.inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def ask(run: Run, sql: str) -> list[tuple[object, ...]]:
    """Receive, arbitrate as if every slice were plausible, then ask the raw warehouse."""
    receive.receive(run)
    with warehouse.connect(run.workspace.raw_database) as connection:
        connection.execute("update record.slices set verdict = 'accept'")
        arbitration.arbitrate(connection)
        (sums,) = connection.execute(
            "select bool_and(rows_read = rows_accepted + rows_refused) from record.slices"
        ).fetchall()
        assert sums in ((True,), (None,))
        return connection.execute(sql).fetchall()
