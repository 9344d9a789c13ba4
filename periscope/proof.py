"""The proof of one figure: definition, formula with its numbers, the lines that make it, checks, what it has been.

Read from the published warehouse, the landed originals and the record. For the house only: it names files and members.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from periscope import catalogue, warehouse
from periscope.catalogue import Indicator
from periscope.errors import UsageError
from periscope.files import csv_rows, file_hash
from periscope.records import delivered_to, read_lines
from periscope.warehouse import Connection
from periscope.workspace import Run

Row = dict[str, Any]
#: what follows a value, by unit
_SYMBOLS = {"eur": " €", "fte": " ETP", "hours": " h"}
#: contributions written out in the formula; more are told by their number
_MOST_TERMS = 8
#: the rounding of a published value, by unit
_TOLERANCE = {"eur": "0", "count": "0", "fte": "0.0005", "hours": "0.00005"}
#: comparisons take one amount per member and quarter, which cites the first entry of an FEC: here are all of them
_ENTRIES = """
with entries as (
    select
        lines.quarter, slices.source_file, lines.row_number, lines.amount_eur, lines.is_turnover,
        min(lines.source_ref) over same as cited_ref,
        min(lines.row_number) over same as cited_row,
        sum(case when lines.is_turnover then lines.amount_eur else 0 end) over same as turnover_eur,
        sum(lines.amount_eur) over same as income_eur
    from intermediate.int_turnover__fec_lines as lines
    inner join raw.record.slices as slices on lines.source_ref = slices.slice_id
    window same as (partition by lines.siren, lines.quarter)
)
select distinct
    cited.source_file as cited_file, entries.cited_row, entries.quarter,
    entries.source_file, entries.row_number as row, entries.amount_eur as amount
from entries
inner join raw.record.slices as cited on entries.cited_ref = cited.slice_id
inner join marts.fct_figure_sources as sources
    on cited.source_file = sources.source_file and entries.cited_row = sources.row
where
    sources.figure_id = ?
    and (
        abs(entries.income_eur) in (abs(sources.contribution), abs(sources.weight))
        or (entries.is_turnover and abs(entries.turnover_eur) in (abs(sources.contribution), abs(sources.weight)))
    )
order by all
"""


@dataclass(frozen=True)
class Proof:
    """All that proves one figure. `sources` has source_file, sheet, row, entity_id, contribution, weight, file_id."""

    figure: Row
    indicator: Indicator
    sources: list[Row]
    corrections: list[Row]
    restatements: list[Row]
    #: (check, held or not)
    checks: list[tuple[str, bool]]
    #: (edition, value, status) as told at each closing, then now
    editions: list[tuple[str, str, str]]
    delivered: list[str]
    #: accounting entries behind a source that sums a quarter: cited_file, cited_row, quarter, source_file, row, amount
    entries: list[Row] = field(default_factory=list)

    @property
    def told_value(self) -> str:
        """The value with its unit."""
        symbol = "" if self.figure["value"] is None else _SYMBOLS.get(self.figure["unit"], "")
        return shown(self.figure["value"]) + symbol

    @property
    def formula(self) -> str:
        """The formula with the numbers put in, so that it can be done again by hand."""
        value = self.figure["value"]
        if value is None:
            return f"aucune valeur : {self.figure['reason']}"
        if self.indicator.is_additive:
            terms = [shown(s["contribution"]) for s in self.sources if s["contribution"] is not None]
            told = " + ".join(terms) if len(terms) <= _MOST_TERMS else f"somme de {len(terms)} contributions"
            return f"{told or '0'} = {self.told_value}"
        over, under = self.figure["numerator"], self.figure["denominator"]
        if over is not None and under:
            for shift, told in ((0, ""), (1, " − 1")):
                if abs(over / under - shift - value) < Decimal("0.00001"):
                    return f"{shown(over)} / {shown(under)}{told} = {self.told_value}"
        return f"calculé sur {len(self.sources)} lignes = {self.told_value}"


def _rows(connection: Connection, sql: str, *parameters: Any) -> list[Row]:
    cursor = connection.execute(sql, list(parameters))
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def prove(run: Run, figure_id: str) -> Proof:
    """Gather the proof. Raises UsageError for an unknown id."""
    if not run.workspace.database.exists():
        raise UsageError("Rien n'est encore publié : lancez « periscope run ».")
    with warehouse.connect(run.workspace.database, read_only=True) as connection:
        warehouse.attach(connection, run.workspace.raw_database)
        figures = _rows(connection, "select * from marts.fct_figures where figure_id = ?", figure_id)
        if not figures:
            raise UsageError(
                f"Aucun chiffre ne porte l'identifiant « {figure_id} ». Les identifiants sont dans figures.csv."
            )
        sources = _rows(
            connection,
            """
            select source_file, sheet, row, entity_id, contribution, weight, file_id
            from marts.fct_figure_sources where figure_id = ? order by all
            """,
            figure_id,
        )
        restatements = _rows(
            connection, "select * from marts.fct_restatements where figure_id = ? order by kind", figure_id
        )
        corrections = _corrections(connection, sources)
        entries = _entries(connection, figure_id)
    figure = figures[0]
    indicator = catalogue.load()[figure["indicator_id"]]
    period = figure["period"]
    quarter = period if "-Q" in period else f"{period}-Q4"
    if restatements:
        figure |= {"status": "restated"}
    elif figure["status"] == "provisional" and _is_closed(run, quarter):
        figure |= {"status": "closed"}
    return Proof(
        figure,
        indicator,
        sources,
        corrections,
        restatements,
        _checks(run, figure, indicator, sources),
        _editions(run, figure),
        delivered_to(run.workspace.record, quarter),
        entries,
    )


def _is_closed(run: Run, quarter: str) -> bool:
    return any(line["quarter"] == quarter for line in read_lines(run.workspace.record / "closings.jsonl"))


def _corrections(connection: Connection, sources: list[Row]) -> list[Row]:
    """Entries of the ledger about a line of this figure."""
    places = {(s["source_file"], s["row"]) for s in sources}
    places |= {(file.rsplit("/", 1)[-1], row) for file, row in places}
    ledger = _rows(
        connection,
        'select source_file, "row", "column", old_value, new_value, reason, decided_by, decided_on '
        "from raw.register.corrections order by all",
    )
    return [entry for entry in ledger if (entry["source_file"], entry["row"]) in places]


def _entries(connection: Connection, figure_id: str) -> list[Row]:
    """The entries summed by a source, but for a source that is its only entry."""
    found = _rows(connection, _ENTRIES, figure_id)
    others = {
        (e["cited_file"], e["cited_row"])
        for e in found
        if (e["cited_file"], e["cited_row"]) != (e["source_file"], e["row"])
    }
    return [entry for entry in found if (entry["cited_file"], entry["cited_row"]) in others]


def _checks(run: Run, figure: Row, indicator: Indicator, sources: list[Row]) -> list[tuple[str, bool]]:
    """What is checked again here and now, on what is on the disk."""
    found = []
    if indicator.is_additive and figure["value"] is not None:
        total = sum((s["contribution"] or Decimal(0) for s in sources), Decimal(0))
        tolerance = Decimal(_TOLERANCE.get(figure["unit"], "0"))
        told = f"La somme des lignes ({len(sources)}) fait {shown(total)}."
        found.append((told, abs(total - figure["value"]) <= tolerance))
    if _is_recounted(figure, indicator):
        counts = [
            sum((s[part] or Decimal(0) for s in sources), Decimal(0)) for part in ("contribution", "weight")
        ]
        told = f"Les lignes ({len(sources)}) redonnent les deux nombres, {shown(counts[0])} et {shown(counts[1])}."
        found.append((told, counts == [figure["numerator"], figure["denominator"]]))
    originals = sorted({s["file_id"] for s in sources if s["file_id"]})
    if originals:
        intact = [run.workspace.landed / one for one in originals]
        told = (
            "Le fichier d'origine est gardé et son empreinte est celle de l'arrivée."
            if len(originals) == 1
            else f"Les {len(originals)} fichiers d'origine sont gardés et leur empreinte est celle de l'arrivée."
        )
        found.append((told, all(path.exists() and file_hash(path) == path.name for path in intact)))
    lost = [s for s in sources if not s["file_id"] and not (s["source_file"] or "").startswith("register/")]
    found.append(("Chaque ligne mène à un fichier reçu ou à une table du registre.", not lost))
    return found


def _is_recounted(figure: Row, indicator: Indicator) -> bool:
    """True for a rate, whose two counts are sums of its rows; the two counts of an estimated effect are not."""
    has_both = figure["numerator"] is not None and figure["denominator"] is not None
    return has_both and not indicator.is_additive and indicator.criterion != "impact"


def _editions(run: Run, figure: Row) -> list[tuple[str, str, str]]:
    """The figure as told by the closing of its period and by every later one, then as it is now."""
    found = []
    for closing in read_lines(run.workspace.record / "closings.jsonl"):
        folder = run.workspace.record / "closed" / closing["quarter"] / "internal"
        for name in ("figures.csv", "history.csv"):
            if not (folder / name).exists():
                continue
            found += [
                (
                    f"clôture de {closing['quarter']}",
                    shown(Decimal(row["value"]) if row["value"] else None),
                    row["status"],
                )
                for row in csv_rows(folder / name)
                if row["figure_id"] == figure["figure_id"]
            ]
    return [*found, ("aujourd'hui", shown(figure["value"]), figure["status"])]


def shown(value: Any) -> str:
    """A number as French writes it, exact, without needless zeros; `n.d.` when there is none."""
    if value is None:
        return "n.d."
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")
