"""Who ran projects with whom in the quarter. Names of members reach the internal edition only; elsewhere, how many."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from periscope.warehouse import Connection

_MEMBERS = """
    select distinct member_id from intermediate.int_members__by_period
    where period = ? and basis = 'flow' and perimeter = 'members' order by 1
"""


def network(connection: Connection, quarter: str, names: dict[str, str], is_internal: bool) -> dict[str, Any]:
    """The `network` of context.json: degrees for every reader, nodes and edges for the internal edition."""
    pairs = connection.execute(
        "select one_member_id, other_member_id, project_count from marts.fct_cooperation_pairs "
        "where period = ? order by all",
        [quarter],
    ).fetchall()
    if not pairs:
        return {}
    members = [row[0] for row in connection.execute(_MEMBERS, [quarter]).fetchall()]
    partners: dict[str, set[str]] = defaultdict(set)
    for one, other, _ in pairs:
        partners[one].add(other)
        partners[other].add(one)
    counted = Counter(len(partners[member]) for member in members)
    degrees = [{"partners_count": n, "members_count": count} for n, count in sorted(counted.items())]
    if not is_internal:
        return {"degrees": degrees}
    return {
        "nodes": [{"node_id": m, "label": names.get(m, m)} for m in members],
        "edges": [{"source": a, "target": b, "projects_count": n} for a, b, n in pairs],
        "degrees": degrees,
    }
