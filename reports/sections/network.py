"""Who cooperates with whom: the graph for the house, how many partners each member has for every reader."""

from __future__ import annotations

from decimal import Decimal

from reports import charts, french
from reports.charts import Point
from reports.document import Chart, Table
from reports.report import Report


def network(report: Report) -> list[Chart]:
    """The charts that this reader's context allows; none when no project was run together."""
    found = report.context.network
    return [*([_graph(report)] if found.nodes else []), *([_degrees(report)] if found.degrees else [])]


def _graph(report: Report) -> Chart:
    nodes = {node.node_id: node.label for node in report.context.network.nodes}
    edges = [(e.source, e.target, e.projects_count) for e in report.context.network.edges]
    title = "Qui coopère avec qui"
    linked = {end for a, b, _ in edges for end in (a, b)}
    description = (
        f"{french.plural(len(linked), 'membre relié', 'membres reliés')} par {french.plural(len(edges), 'lien')} ; "
        "un trait plus épais dit plus de projets communs."
    )
    rows = [
        [nodes[a], nodes[b], french.number(Decimal(count))]
        for a, b, count in sorted(edges, key=lambda e: (-e[2], e[:2]))
    ]
    table = Table(title, ("Membre", "Avec", "Projets communs"), rows, frozenset({2}))
    return Chart(title, description, charts.network(title, description, nodes, edges), table)


def _degrees(report: Report) -> Chart:
    degrees = report.context.network.degrees
    alone = sum(d.members_count for d in degrees if d.partners_count == 0)
    total = sum(d.members_count for d in degrees)
    title = "Combien de partenaires a chaque membre"
    description = (
        f"Sur {french.plural(total, 'membre')}, {french.number(Decimal(total - alone))} mènent au moins un projet avec un autre membre "
        f"et {french.number(Decimal(alone))} avec aucun. Barres : nombre de membres."
    )
    labels = [
        french.plural(d.partners_count, "partenaire") if d.partners_count else "Aucun partenaire"
        for d in degrees
    ]
    counts = [french.number(Decimal(d.members_count)) for d in degrees]
    points = [
        Point(label, float(d.members_count), text)
        for d, label, text in zip(degrees, labels, counts, strict=True)
    ]
    table = Table(title, ("Partenaires", "Membres"), list(zip(labels, counts, strict=True)), frozenset({1}))
    return Chart(title, description, charts.bars(title, description, points), table)
